//! Formats JSON for readers: values that fit on a line stay on one line.

use serde_json::Value;

/// The value, indented by two, with no line longer than `width` if possible.
pub fn pretty(value: &Value, width: usize) -> String {
    let mut text = String::new();
    write(value, width, 0, 0, &mut text);
    text
}

/// `lead` is the width of what precedes the value on its line, `indent` the indentation of that
/// line.
fn write(value: &Value, width: usize, indent: usize, lead: usize, text: &mut String) {
    let flat = flat(value);
    let fits = indent + lead + flat.chars().count() < width;
    let inner = indent + 2;
    match value {
        Value::Array(elements) if !fits && !elements.is_empty() => {
            let parts = elements.iter().map(|element| (String::new(), element));
            block(['[', ']'], parts, width, inner, text);
        }
        Value::Object(members) if !fits && !members.is_empty() => {
            let parts = members
                .iter()
                .map(|(key, member)| (format!("{}: ", Value::from(key.as_str())), member));
            block(['{', '}'], parts, width, inner, text);
        }
        _ => text.push_str(&flat),
    }
}

fn block<'a>(
    brackets: [char; 2],
    parts: impl Iterator<Item = (String, &'a Value)>,
    width: usize,
    indent: usize,
    text: &mut String,
) {
    text.push(brackets[0]);
    for (index, (key, value)) in parts.enumerate() {
        if index > 0 {
            text.push(',');
        }
        new_line(text, indent);
        text.push_str(&key);
        write(value, width, indent, key.chars().count() + 1, text);
    }
    new_line(text, indent - 2);
    text.push(brackets[1]);
}

fn new_line(text: &mut String, indent: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
}

/// The value on one line, with spaces after commas and colons and inside braces.
pub fn flat(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(flat).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".into(),
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, member)| format!("{}: {}", Value::from(key.as_str()), flat(member)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::pretty;

    #[test]
    fn short_objects_stay_on_a_line() {
        let machine = json!({
            "StartAt": "A",
            "States": {
                "A": { "Type": "Pass", "Result": { "k": [] }, "Next": "B" },
                "B": { "Type": "Succeed" },
            },
        });
        assert_eq!(
            pretty(&machine, 60),
            r#"{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "Result": { "k": [] },
      "Next": "B"
    },
    "B": { "Type": "Succeed" }
  }
}"#
        );
        assert_eq!(pretty(&json!([1, "x", {}]), 60), r#"[1, "x", {}]"#);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_lost(value in value(), width in 0_usize..100) {
            let text = pretty(&value, width);
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }
}

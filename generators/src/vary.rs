//! Neighbours of a case: the same machine and world, with one value other.
//!
//! A smallest case often cannot tell what the rule is that is broken: of one element, the first is the
//! last. Its neighbours can.

use serde_json::{Value, json};
use stepproof_specs::{base::pointer::member, scenario::case::Case};

use crate::jsonata::Tree;

/// The fields of a definition that hold names and words of the language.
const WORDS: [&str; 8] = [
    "Comment",
    "Default",
    "Next",
    "QueryLanguage",
    "Resource",
    "StartAt",
    "Type",
    "Version",
];

/// At most so many cases, each of which differs from this one in one value: a number is one more, a text
/// longer, a boolean the other, an array of data has its last element twice. Not all of them are valid.
pub fn neighbours(case: &Case, most: usize) -> Vec<Case> {
    let Ok(written) = serde_json::to_value(case) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    definition(&written["definition"], "/definition", &mut changes);
    for (start, each) in written["starts"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let at = |field: &str| format!("/starts/{start}/{field}");
        data(&each["input"], &at("input"), &mut changes);
        data(&each["plan"], &at("plan"), &mut changes);
    }
    let step = changes.len().div_ceil(most.max(1)).max(1);
    let chosen = changes.into_iter().step_by(step);
    let other = chosen.filter_map(|(pointer, value)| {
        let mut other = written.clone();
        *other.pointer_mut(&pointer)? = value;
        serde_json::from_value(other).ok()
    });
    other.filter(|it| it != case).collect()
}

type Changes = Vec<(String, Value)>;

/// The changes of a part of a definition.
fn definition(value: &Value, at: &str, changes: &mut Changes) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let at = member(at, key);
                if key == "Result" {
                    data(value, &at, changes);
                } else if !WORDS.contains(&key.as_str()) {
                    definition(value, &at, changes);
                }
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                definition(item, &format!("{at}/{place}"), changes);
            }
        }
        Value::String(text) if text.starts_with("{%") => expression(text, at, changes),
        Value::String(text) if text.starts_with('$') => {}
        Value::String(text) if text.starts_with("States.") => call(text, at, changes),
        Value::Bool(_) if at.ends_with("/End") => {}
        scalar => self::scalar(scalar, at, changes),
    }
}

/// The changes of the literals in an expression.
fn expression(text: &str, at: &str, changes: &mut Changes) {
    let Some(tree) = Tree::of_field(text) else {
        return;
    };
    let mut place = 0;
    loop {
        let mut other = tree.clone();
        let mut left = place;
        if !vary_literal(&mut other, &mut left) {
            return;
        }
        changes.push((at.to_owned(), other.to_field().into()));
        place += 1;
    }
}

/// Changes the literal with this index; returns whether there is one.
fn vary_literal(tree: &mut Tree, left: &mut usize) -> bool {
    let is_literal = matches!(tree, Tree::Bool(_) | Tree::Number(_) | Tree::Text(_));
    if is_literal && *left == 0 {
        match tree {
            Tree::Bool(it) => *it = !*it,
            Tree::Number(it) => *it += 1.0,
            Tree::Text(it) => it.push('x'),
            _ => {}
        }
        return true;
    }
    *left -= usize::from(is_literal);
    tree.parts_mut()
        .into_iter()
        .any(|part| vary_literal(part, left))
}

/// The changes of a value that the language does not look into.
fn data(value: &Value, at: &str, changes: &mut Changes) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                data(value, &member(at, key), changes);
            }
        }
        Value::Array(items) => {
            if let Some(last) = items.last() {
                let mut longer = items.clone();
                longer.push(last.clone());
                changes.push((at.to_owned(), longer.into()));
            }
            for (place, item) in items.iter().enumerate() {
                data(item, &format!("{at}/{place}"), changes);
            }
        }
        scalar => self::scalar(scalar, at, changes),
    }
}

fn scalar(value: &Value, at: &str, changes: &mut Changes) {
    let other = match value {
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => json!(whole.saturating_add(1)),
            None => json!(number.as_f64().unwrap_or_default() + 1.0),
        },
        Value::String(text) => json!(format!("{text}x")),
        _ => return,
    };
    changes.push((at.to_owned(), other));
}

/// The changes of the numbers in a call of an intrinsic function.
fn call(text: &str, at: &str, changes: &mut Changes) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '$' | '[' | '\'');
    let mut from = 0;
    while let Some(place) = text[from..].find(|c: char| c.is_ascii_digit()) {
        let start = from + place;
        let digits = text[start..].find(|c: char| !c.is_ascii_digit());
        let end = digits.map_or(text.len(), |length| start + length);
        from = end;
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        let stands_alone = !before.is_some_and(is_part) && !after.is_some_and(is_part);
        if let (true, Ok(number)) = (stands_alone, text[start..end].parse::<u32>()) {
            let more = number.saturating_add(1);
            let other = format!("{}{more}{}", &text[..start], &text[end..]);
            changes.push((at.to_owned(), other.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stepproof_specs::scenario::{
        case::{Case, ExecutionCase, Start},
        plan::Plan,
    };

    use super::neighbours;

    fn case(definition: Value, input: Value) -> Case {
        let start = Start {
            input: input.into(),
            plan: Plan::default(),
        };
        ExecutionCase::new(definition, vec![start]).into()
    }

    #[test]
    fn each_neighbour_differs_in_one_value() {
        let state = json!({
            "Type": "Pass", "InputPath": "$.a", "End": true,
            "Parameters": { "r.$": "States.ArrayRange(1, 12, $.b[0])", "t": "text" },
        });
        let case = case(
            json!({ "StartAt": "A", "States": { "A": state } }),
            json!([1, true]),
        );
        let all = neighbours(&case, 100);
        let parts: Vec<String> = all
            .iter()
            .map(|it| {
                let input = &it.body;
                let text = serde_json::to_value(input).unwrap();
                let parameters = &text["definition"]["States"]["A"]["Parameters"];
                format!("{parameters} {}", text["starts"][0]["input"])
            })
            .collect();
        assert_eq!(
            parts,
            [
                r#"{"r.$":"States.ArrayRange(2, 12, $.b[0])","t":"text"} [1,true]"#,
                r#"{"r.$":"States.ArrayRange(1, 13, $.b[0])","t":"text"} [1,true]"#,
                r#"{"r.$":"States.ArrayRange(1, 12, $.b[0])","t":"textx"} [1,true]"#,
                r#"{"r.$":"States.ArrayRange(1, 12, $.b[0])","t":"text"} [1,true,true]"#,
                r#"{"r.$":"States.ArrayRange(1, 12, $.b[0])","t":"text"} [2,true]"#,
                r#"{"r.$":"States.ArrayRange(1, 12, $.b[0])","t":"text"} [1,false]"#,
            ]
        );
        assert_eq!(neighbours(&case, 2).len(), 2);
    }

    #[test]
    fn literals_in_expressions_are_varied() {
        let output = "{% $states.input.a[0] = 'x' ? true : -1 %}";
        let state = json!({ "Type": "Pass", "Output": output, "End": true });
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A",
            "States": { "A": state } });
        let all = neighbours(&case(definition, json!({})), 100);
        let outputs: Vec<String> = all
            .iter()
            .map(|it| it.body.definition()["States"]["A"]["Output"].to_string())
            .collect();
        assert_eq!(
            outputs,
            [
                r#""{% $states.input.a[1] = \"x\" ? true : -1 %}""#,
                r#""{% $states.input.a[0] = \"xx\" ? true : -1 %}""#,
                r#""{% $states.input.a[0] = \"x\" ? false : -1 %}""#,
                r#""{% $states.input.a[0] = \"x\" ? true : -2 %}""#,
            ]
        );
    }
}

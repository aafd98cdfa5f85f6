//! Simpler values.

use serde_json::{Map, Value, json};

use super::edit::runs;

/// Simpler values, the simplest first.
pub(super) fn simpler(value: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = [json!({}), Value::Null]
        .into_iter()
        .filter(|plain| plain != value)
        .collect();
    if value.is_number() || value.is_string() {
        found.push(json!(false));
    }
    found.extend(of_its_kind(value));
    found
}

/// Simpler values of the same type.
pub(super) fn of_its_kind(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(flag) => flag.then(|| json!(false)).into_iter().collect(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => smaller(number).into_iter().map(Value::from).collect(),
            None => fractions(number),
        },
        Value::String(text) => shorter(text),
        Value::Array(items) => smaller_array(items),
        Value::Object(fields) => smaller_object(fields),
    }
}

/// The fields of an object, with one of them renamed and replaced at the same position.
pub(super) fn with(fields: &Map<String, Value>, old: &str, new: &str, value: &Value) -> Value {
    let replaced = fields.iter().map(|(name, field)| {
        if name == old {
            (new.to_owned(), value.clone())
        } else {
            (name.clone(), field.clone())
        }
    });
    Value::Object(replaced.collect())
}

fn fractions(number: &serde_json::Number) -> Vec<Value> {
    let mut found = vec![json!(0), json!(1)];
    if number.as_f64() != Some(0.5) {
        found.push(json!(0.5));
    }
    found
}

/// Smaller numbers: 0, 1, the half, large numbers minus ever smaller parts of them, one less, the
/// absolute value.
pub(super) fn smaller(number: i64) -> Vec<i64> {
    let mut found = Vec::new();
    let parts = (2..62).map(|power| number >> power);
    let parts = parts.take_while(|part| part.abs() > 1 && number.abs() > 16);
    let nearby = parts.map(|part| number - part);
    let plain = [0, 1, number / 2].into_iter();
    let last = [number - number.signum(), number.abs()];
    for other in plain.chain(nearby).chain(last) {
        let nearer = (other.abs(), other < 0) < (number.abs(), number < 0);
        if nearer && !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

fn shorter(text: &str) -> Vec<Value> {
    ["", "a"]
        .into_iter()
        .filter(|plain| plain.len() < text.len() || plain.len() == text.len() && *plain < text)
        .map(Value::from)
        .collect()
}

fn smaller_array(items: &[Value]) -> Vec<Value> {
    let mut found: Vec<Value> = runs(items.len())
        .into_iter()
        .map(|run| {
            let kept = items.iter().enumerate().filter(|(at, _)| !run.contains(at));
            kept.map(|(_, item)| item.clone()).collect()
        })
        .collect();
    found.extend(items.iter().cloned());
    let mut sorted = items.to_vec();
    sorted.sort_by_cached_key(Value::to_string);
    found.push(Value::Array(sorted));
    for (at, item) in items.iter().enumerate() {
        for simpler in simpler(item) {
            let mut items = items.to_vec();
            items[at] = simpler;
            found.push(Value::Array(items));
        }
    }
    found
}

/// The object without each run of its fields.
pub(super) fn with_fewer_fields(fields: &Map<String, Value>) -> Vec<Value> {
    let runs = runs(fields.len()).into_iter();
    runs.map(|run| {
        let kept = fields
            .iter()
            .enumerate()
            .filter(|(at, _)| !run.contains(at));
        let kept = kept.map(|(_, (name, field))| (name.clone(), field.clone()));
        Value::Object(kept.collect())
    })
    .collect()
}

fn smaller_object(fields: &Map<String, Value>) -> Vec<Value> {
    let mut found = with_fewer_fields(fields);
    found.extend(fields.values().cloned());
    for (name, field) in fields {
        for simpler in simpler(field) {
            let mut fields = fields.clone();
            fields[name] = simpler;
            found.push(Value::Object(fields));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{simpler, smaller};

    #[test]
    fn numbers_come_nearer_to_zero() {
        assert_eq!(smaller(7), [0, 1, 3, 6]);
        assert_eq!(smaller(-2), [0, 1, -1, 2]);
        assert!(smaller(0).is_empty());
    }

    #[test]
    fn a_field_can_go_or_be_all_that_is_left() {
        let found = simpler(&json!({"a": 1, "b": "x"}));
        for expected in [
            json!({}),
            json!({"a": 1}),
            json!("x"),
            json!({"a": 0, "b": "x"}),
        ] {
            assert!(found.contains(&expected), "{expected}");
        }
    }
}

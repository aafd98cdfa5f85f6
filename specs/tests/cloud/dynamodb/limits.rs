//! What is too large, too deep or too many.

use serde_json::{Map, Value, json};

use super::{item, put, table, update, with};

const TOO_LARGE: &str = "Item size to update has exceeded the maximum allowed size";

fn id() -> Value {
    json!({"id": {"S": "1"}})
}

/// A string with so many bytes.
fn string(bytes: usize) -> Value {
    json!({"S": "x".repeat(bytes)})
}

#[track_caller]
fn refused(expression: &str, values: Value, part: &str) {
    let mut account = table();
    let before = json!({"id": {"S": "1"}, "kept": {"S": "o".repeat(300_000)}});
    put(&mut account, before.clone());
    let values = json!({ "ExpressionAttributeValues": values });
    let (code, message) = update(&mut account, expression, values).expect_err("an error");
    assert_eq!(code, "ValidationException");
    assert!(message.contains(part), "{message}");
    assert_eq!(item(&mut account), before);
}

/// Assigns the same operand to so many attributes.
fn sets(count: usize, operand: &str) -> String {
    let sets: Vec<_> = (0..count).map(|it| format!("a{it}={operand}")).collect();
    format!("SET {}", sets.join(","))
}

#[test]
fn an_item_that_an_update_makes_too_large_is_refused() {
    refused(
        &sets(300, ":v"),
        json!({":v": string(2_000_000)}),
        TOO_LARGE,
    );
    refused(&sets(300, ":v"), json!({":v": string(2_000)}), TOO_LARGE);
    refused("SET a0 = :v", json!({":v": string(200_000)}), TOO_LARGE);
    refused(&sets(300, "kept"), json!({":v": {"N": "1"}}), "unused");
    let both = format!("{}, b = :v", sets(300, "kept"));
    refused(&both, json!({":v": {"N": "1"}}), TOO_LARGE);
    let nested = (0..200).fold(":v".to_owned(), |it, _| format!("list_append(:v,{it})"));
    let list = json!({":v": {"L": [string(300_000)]}});
    refused(&format!("SET a = {nested}"), list, TOO_LARGE);
    let added = json!({":v": {"SS": ["x".repeat(200_000)]}});
    refused("ADD a :v, b :v", added, TOO_LARGE);
}

#[test]
fn what_an_update_removes_makes_room() {
    let mut account = table();
    put(
        &mut account,
        json!({"id": {"S": "1"}, "kept": string(300_000)}),
    );
    let values = json!({"ExpressionAttributeValues": {":v": string(300_000)}});
    update(&mut account, "SET a = :v REMOVE kept", values).expect("an answer");
    assert_eq!(
        item(&mut account),
        json!({"id": {"S": "1"}, "a": string(300_000)})
    );
}

#[test]
fn definitions_have_two_megabytes_together() {
    let part = "exceeded the maximum allowed size of 2097152 bytes";
    refused(&sets(300, ":v"), json!({":v": string(4 << 20)}), part);
    let values = json!({":v": string(1 << 20), ":w": string(1 << 20)});
    refused("SET a = :v, b = :w", values, part);
    let mut account = table();
    let params = with(json!({
        "Key": id(),
        "ProjectionExpression": "#n",
        "ExpressionAttributeNames": {"#n": "n".repeat(3 << 20)},
    }));
    let (code, message) = account.refused("dynamodb:GetItem", params);
    assert_eq!(code, "ValidationException");
    assert!(message.contains(part), "{message}");
}

#[test]
fn in_has_a_hundred_operands() {
    let mut account = table();
    let mut among = |count: usize| {
        let operands = vec![":v"; count].join(",");
        let params = with(json!({
            "Item": id(),
            "ConditionExpression": format!("NOT id IN ({operands})"),
            "ExpressionAttributeValues": {":v": {"S": "x"}},
        }));
        account.call("dynamodb:PutItem", params)
    };
    assert!(among(100).is_ok());
    for count in [101, 1_300] {
        let error = among(count).expect_err("an error");
        assert_eq!(error.code, "ValidationException");
        assert_eq!(
            error.message,
            format!(
                "Invalid ConditionExpression: The IN operator is provided with too many operands; number of \
                 operands: {count}"
            )
        );
    }
}

#[test]
fn numbers_beyond_all_exponents_are_refused() {
    for (number, part) in [
        ("1e2147483647", "Number overflow"),
        ("-10e2147483647", "Number overflow"),
        ("1e-2147483648", "Number underflow"),
        ("0.1e-2147483648", "Number underflow"),
        ("1e1001", "Number overflow"),
        ("1e99999999999", "cannot be converted"),
    ] {
        refused("SET a = :v", json!({":v": {"N": number}}), part);
    }
}

/// A number in so many maps or lists.
fn nested(levels: usize, kind: &str) -> Value {
    (0..levels).fold(json!({"N": "1"}), |value, _| match kind {
        "L" => json!({"L": [value]}),
        _ => json!({"M": {"k": value}}),
    })
}

#[test]
fn updates_nest_no_deeper_than_items_that_are_put() {
    let part = "Nesting Levels have exceeded supported limits";
    let mut account = table();
    for (kind, step, append) in [
        ("M", ".k", "SET a.k = :v"),
        ("L", "[0]", "SET a = list_append(a, :v)"),
    ] {
        let item = |levels: usize| json!({"id": {"S": "1"}, "a": nested(levels, kind)});
        let deep = with(json!({ "Item": item(32) }));
        let (_, message) = account.refused("dynamodb:PutItem", deep);
        assert!(message.contains(part), "{message}");
        put(&mut account, item(31));
        let value =
            |levels: usize| json!({"ExpressionAttributeValues": {":v": nested(levels, kind)}});
        // The number at the end gives way to one map or list.
        let end = format!("SET a{} = :v", step.repeat(31));
        let (code, message) = update(&mut account, &end, value(1)).expect_err("an error");
        assert_eq!(code, "ValidationException");
        assert!(message.contains(part), "{message}");
        update(&mut account, &end, value(0)).expect("an answer");
        update(&mut account, append, value(30 + usize::from(kind == "L"))).expect("an answer");
    }
}

#[test]
fn projections_keep_the_order_of_elements_and_put_together_what_is_in_one() {
    let mut account = table();
    let member = |it: usize| json!({"M": {"b": {"N": it.to_string()}, "c": {"S": "c"}}});
    put(
        &mut account,
        json!({"id": {"S": "1"}, "l": {"L": [member(0), member(1), member(2)]}}),
    );
    for (projection, list) in [
        ("l[0].b, l[0].c", json!([member(0)])),
        ("l[2], l[1]", json!([member(1), member(2)])),
        (
            "l[2].b, l[0], l[2].c, l[1].b",
            json!([member(0), {"M": {"b": {"N": "1"}}}, member(2)]),
        ),
        ("l[10], l[2].d, l[1].b.c", Value::Null),
        ("l[10], l[2]", json!([member(2)])),
    ] {
        let params = with(json!({"Key": id(), "ProjectionExpression": projection}));
        let answer = account.ask("dynamodb:GetItem", params);
        let mut wanted = Map::new();
        if !list.is_null() {
            wanted.insert("l".to_owned(), json!({ "L": list }));
        }
        assert_eq!(answer["Item"], Value::Object(wanted), "{projection}");
    }
}

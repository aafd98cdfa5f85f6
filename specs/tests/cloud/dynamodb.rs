mod limits;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Account, text};

/// An account with the table `tab`, whose key is the string `id`.
fn table() -> Account {
    let mut account = Account::new();
    let created = account.ask(
        "dynamodb:CreateTable",
        json!({
            "TableName": "tab",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }),
    );
    assert_eq!(created["TableDescription"]["TableStatus"], "CREATING");
    account
}

/// Parameters with the table, and these besides.
fn with(more: Value) -> Value {
    let mut params = json!({"TableName": "tab"});
    for (name, value) in more.as_object().expect("an object") {
        params[name] = value.clone();
    }
    params
}

fn put(account: &mut Account, item: Value) {
    account.ask("dynamodb:PutItem", with(json!({ "Item": item })));
}

fn item(account: &mut Account) -> Value {
    let key = json!({"id": {"S": "1"}});
    account.ask("dynamodb:GetItem", with(json!({ "Key": key })))["Item"].clone()
}

fn update(account: &mut Account, expression: &str, more: Value) -> Result<Value, (String, String)> {
    let mut params = with(json!({"Key": {"id": {"S": "1"}}, "UpdateExpression": expression}));
    for (name, value) in more.as_object().expect("an object") {
        params[name] = value.clone();
    }
    let answer = account.call("dynamodb:UpdateItem", params);
    answer.map_err(|error| (error.code.to_owned(), error.message))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn updates_do_what_the_developer_guide_says() {
    let before = json!({
        "id": {"S": "1"}, "n": {"N": "5"}, "s": {"SS": ["a", "b"]},
        "l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]}, "m": {"M": {"k": {"S": "v"}}},
    });
    let values = |values: Value| json!({ "ExpressionAttributeValues": values });
    for (expression, given, changed) in [
        (
            "SET a = :a",
            values(json!({":a": {"BOOL": true}})),
            json!({"a": {"BOOL": true}}),
        ),
        (
            "set n = n + :a",
            values(json!({":a": {"N": "1.5"}})),
            json!({"n": {"N": "6.5"}}),
        ),
        (
            "SET n = :a - n",
            values(json!({":a": {"N": "1"}})),
            json!({"n": {"N": "-4"}}),
        ),
        (
            "SET n = if_not_exists(n, :a)",
            values(json!({":a": {"N": "9"}})),
            json!({"n": {"N": "5"}}),
        ),
        (
            "SET c = if_not_exists(c, :a) + :b",
            values(json!({":a": {"N": "0"}, ":b": {"N": "1"}})),
            json!({"c": {"N": "1"}}),
        ),
        (
            "SET l = list_append(:a, l)",
            values(json!({":a": {"L": [{"S": "x"}]}})),
            json!({"l": {"L": [{"S": "x"}, {"N": "0"}, {"N": "1"}, {"N": "2"}]}}),
        ),
        (
            "SET l[1] = :a, l[9] = :b, l[7] = :a",
            values(json!({":a": {"S": "a"}, ":b": {"S": "b"}})),
            json!({"l": {"L": [{"N": "0"}, {"S": "a"}, {"N": "2"}, {"S": "a"}, {"S": "b"}]}}),
        ),
        (
            "REMOVE l[0], l[2]",
            json!({}),
            json!({"l": {"L": [{"N": "1"}]}}),
        ),
        (
            "REMOVE m.k, n, lost",
            json!({}),
            json!({"m": {"M": {}}, "n": null}),
        ),
        (
            "SET m.#x.y = :a",
            json!({
                "ExpressionAttributeNames": {"#x": "k"},
                "ExpressionAttributeValues": {":a": {"NULL": true}},
            }),
            Value::Null,
        ),
        (
            "SET m.#x = :a",
            json!({
                "ExpressionAttributeNames": {"#x": "a.b"},
                "ExpressionAttributeValues": {":a": {"NULL": true}},
            }),
            json!({"m": {"M": {"k": {"S": "v"}, "a.b": {"NULL": true}}}}),
        ),
        (
            "ADD n :a",
            values(json!({":a": {"N": "-5"}})),
            json!({"n": {"N": "0"}}),
        ),
        (
            "ADD c :a",
            values(json!({":a": {"N": "2"}})),
            json!({"c": {"N": "2"}}),
        ),
        (
            "ADD s :a",
            values(json!({":a": {"SS": ["b", "c"]}})),
            json!({"s": {"SS": ["a", "b", "c"]}}),
        ),
        (
            "DELETE s :a",
            values(json!({":a": {"SS": ["b", "c"]}})),
            json!({"s": {"SS": ["a"]}}),
        ),
        (
            "DELETE s :a",
            values(json!({":a": {"SS": ["b", "a"]}})),
            json!({"s": null}),
        ),
        // All values are those before the update.
        (
            "SET a = n, n = :a REMOVE m ADD s :s",
            values(json!({":a": {"N": "1"}, ":s": {"SS": ["z"]}})),
            json!({"a": {"N": "5"}, "n": {"N": "1"}, "m": null, "s": {"SS": ["a", "b", "z"]}}),
        ),
    ] {
        let mut account = table();
        put(&mut account, before.clone());
        let updated = update(&mut account, expression, given);
        let mut after = before.clone();
        match changed {
            Value::Object(changed) => {
                updated.unwrap_or_else(|error| panic!("{expression}: {error:?}"));
                for (name, value) in changed {
                    match value {
                        Value::Null => drop(after.as_object_mut().expect("an item").remove(&name)),
                        value => after[&name] = value,
                    }
                }
            }
            _ => assert!(
                updated
                    .expect_err(expression)
                    .1
                    .contains("invalid for update")
            ),
        }
        assert_eq!(item(&mut account), after, "{expression}");
    }
}

#[test]
fn conditions_hold_as_the_developer_guide_says() {
    let stored = json!({
        "id": {"S": "1"}, "n": {"N": "10"}, "s": {"S": "hello"}, "ns": {"NS": ["1", "2.0"]},
        "l": {"L": [{"S": "x"}]}, "m": {"M": {"k": {"N": "3"}}},
    });
    let values = json!({
        ":one": {"N": "1"}, ":ten": {"N": "1e1"}, ":nine": {"N": "9"}, ":h": {"S": "he"}, ":l": {"S": "ll"},
        ":x": {"S": "x"}, ":N": {"S": "N"}, ":two": {"N": "2"},
    });
    for (condition, holds) in [
        ("n = :ten", true),
        ("n <> :ten", false),
        ("n > :nine and n >= :ten", true),
        // As numbers, not as texts.
        ("n < :nine", false),
        ("n = :x", false),
        ("n < :x", false),
        ("lost = :x", false),
        ("lost <> :x", true),
        ("NOT lost = :x", true),
        (
            "attribute_exists(m.k) AND attribute_not_exists(m.lost)",
            true,
        ),
        ("attribute_exists(l[0])", true),
        ("attribute_exists(l[1])", false),
        ("attribute_type(n, :N)", true),
        ("attribute_type(s, :N)", false),
        ("begins_with(s, :h)", true),
        ("begins_with(s, :l)", false),
        ("contains(s, :l)", true),
        ("contains(ns, :two)", true),
        ("contains(ns, :ten)", false),
        ("contains(l, :x)", true),
        ("size(s) > :two", true),
        ("size(l) = :one", true),
        ("size(n) = :one", false),
        ("n BETWEEN :nine AND :ten", true),
        ("n BETWEEN :one AND :nine", false),
        ("n IN (:one, :ten)", true),
        ("s IN (:one)", false),
        ("n = :one OR s = :h OR n = :ten", true),
        // AND binds more closely than OR.
        ("n = :ten OR n = :one AND n = :nine", true),
        ("(n = :ten OR n = :one) AND n = :nine", false),
        ("NOT (n = :ten) OR NOT n = :one", true),
        (":ten = n", true),
    ] {
        let mut account = table();
        put(&mut account, stored.clone());
        let used: serde_json::Map<_, _> = values
            .as_object()
            .expect("values")
            .iter()
            .filter(|(name, _)| {
                let words = condition.split(|c: char| !c.is_alphanumeric() && c != ':');
                words.into_iter().any(|word| word == name.as_str())
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut params = with(json!({"Key": {"id": {"S": "1"}}, "ConditionExpression": condition}));
        if !used.is_empty() {
            params["ExpressionAttributeValues"] = used.into();
        }
        match account.call("dynamodb:DeleteItem", params) {
            Ok(_) => assert!(holds, "{condition}"),
            Err(error) => {
                let told = (error.code, error.message.as_str());
                let failed = (
                    "ConditionalCheckFailedException",
                    "The conditional request failed",
                );
                assert_eq!((told, holds), (failed, false), "{condition}");
            }
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn wrong_expressions_are_refused() {
    let mut account = table();
    put(
        &mut account,
        json!({"id": {"S": "1"}, "s": {"S": "x"}, "n": {"N": "1"}}),
    );
    let one = json!({"ExpressionAttributeValues": {":a": {"N": "1"}}});
    let list = json!({"ExpressionAttributeValues": {":a": {"L": []}}});
    let none = json!({});
    for (expression, more, message) in [
        (
            "SET name = :a",
            &one,
            "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name",
        ),
        (
            "SET a = :b",
            &one,
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :b",
        ),
        (
            "SET #a = :a",
            &one,
            "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #a",
        ),
        (
            "REMOVE b",
            &one,
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:a}",
        ),
        (
            "",
            &none,
            "Invalid UpdateExpression: The expression can not be empty;",
        ),
        (
            "SET a :a",
            &one,
            "Invalid UpdateExpression: Syntax error; token: \":a\", near: \"a :a\"",
        ),
        (
            "SET a =",
            &none,
            "Invalid UpdateExpression: Syntax error; token: \"<EOF>\", near: \"=\"",
        ),
        (
            "PUT a",
            &none,
            "Invalid UpdateExpression: Syntax error; token: \"PUT\", near: \"PUT a\"",
        ),
        (
            "SET a = :a SET b = :a",
            &one,
            "Invalid UpdateExpression: The \"SET\" section can only be used once in an update expression;",
        ),
        (
            "SET a = :a, a.b = :a",
            &one,
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
        ),
        (
            "SET a.b = :a, a[0] = :a",
            &one,
            "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
        ),
        (
            "SET a = frob(:a)",
            &one,
            "Invalid UpdateExpression: Invalid function name; function: frob",
        ),
        (
            "ADD a :a",
            &list,
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: LIST, typeset: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "SET id = :a",
            &one,
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
        ),
        (
            "SET a = b",
            &none,
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            "SET s = s + :a",
            &one,
            "An operand in the update expression has an incorrect data type",
        ),
        (
            "SET b.c = :a",
            &one,
            "The document path provided in the update expression is invalid for update",
        ),
    ] {
        let refused = update(&mut account, expression, more.clone());
        let told = ("ValidationException".to_owned(), message.to_owned());
        assert_eq!(refused, Err(told), "{expression}");
    }
    let deep = format!("SET a = {}n", "(".repeat(4_000));
    assert!(update(&mut account, &deep, json!({})).is_err());
    let long = format!("REMOVE {}", "a".repeat(4_096));
    assert!(update(&mut account, &long, json!({})).is_err());
}

#[test]
fn wrong_items_and_keys_are_refused() {
    let mut account = table();
    let invalid = "One or more parameter values were invalid: ";
    for (item, message) in [
        (
            json!({}),
            format!("{invalid}Missing the key id in the item"),
        ),
        (
            json!({"id": {"N": "1"}}),
            format!("{invalid}Type mismatch for key id expected: S actual: N"),
        ),
        (
            json!({"id": {"S": "1"}, "a": {}}),
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
                .to_owned(),
        ),
        (
            json!({"id": {"S": "1"}, "a": {"N": "x"}}),
            "The parameter cannot be converted to a numeric value: x".to_owned(),
        ),
        (
            json!({"id": {"S": "1"}, "a": {"SS": ["b", "b"]}}),
            format!("{invalid}Input collection [b, b] contains duplicates."),
        ),
        (
            json!({"id": {"S": "1"}, "a": {"S": "a".repeat(409_600)}}),
            "Item size has exceeded the maximum allowed size".to_owned(),
        ),
    ] {
        let refused = account.refused("dynamodb:PutItem", with(json!({ "Item": item })));
        assert_eq!(refused, ("ValidationException", message));
    }
    let schema = "The provided key element does not match the schema".to_owned();
    for key in [
        json!({}),
        json!({"id": {"N": "1"}}),
        json!({"id": {"S": "1"}, "x": {"S": "1"}}),
    ] {
        let refused = account.refused("dynamodb:GetItem", with(json!({ "Key": key })));
        assert_eq!(refused, ("ValidationException", schema.clone()));
    }
    let elsewhere = json!({"TableName": "none", "Key": {"id": {"S": "1"}}});
    assert_eq!(
        account.refused("dynamodb:GetItem", elsewhere),
        (
            "ResourceNotFoundException",
            "Requested resource not found".to_owned()
        )
    );
}

#[test]
fn what_is_returned_is_what_is_asked_for() {
    let mut account = table();
    let old =
        json!({"id": {"S": "1"}, "n": {"N": "1"}, "m": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}});
    put(&mut account, old.clone());
    let values = json!({":a": {"N": "7"}});
    let mut updated = |returned: &str| {
        let more = json!({"ExpressionAttributeValues": values, "ReturnValues": returned});
        let answer = update(&mut account, "SET m.a = :a", more).expect("an answer");
        answer["Attributes"].clone()
    };
    assert_eq!(
        updated("UPDATED_OLD"),
        json!({"m": {"M": {"a": {"N": "1"}}}})
    );
    assert_eq!(
        updated("UPDATED_NEW"),
        json!({"m": {"M": {"a": {"N": "7"}}}})
    );
    assert_eq!(
        updated("ALL_NEW")["m"]["M"],
        json!({"a": {"N": "7"}, "b": {"N": "2"}})
    );
    assert_eq!(updated("NONE"), Value::Null);
    let mut params = with(json!({"Item": old, "ReturnValues": "ALL_NEW"}));
    let (_, message) = account.refused("dynamodb:PutItem", params.clone());
    assert_eq!(message, "Return values set to invalid value");
    params["ReturnValues"] = json!("ALL_OLD");
    params["ReturnConsumedCapacity"] = json!("TOTAL");
    let answer = account.ask("dynamodb:PutItem", params.clone());
    assert_eq!(answer["Attributes"]["m"]["M"]["a"], json!({"N": "7"}));
    assert_eq!(
        answer["ConsumedCapacity"],
        json!({"TableName": "tab", "CapacityUnits": 1.0})
    );
    params["ConditionExpression"] = json!("attribute_not_exists(id)");
    params["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
    let error = account
        .call("dynamodb:PutItem", params)
        .expect_err("an error");
    assert_eq!(error.more.as_deref(), Some(&("Item", old)));
    let projected = account.ask(
        "dynamodb:GetItem",
        with(json!({
            "Key": {"id": {"S": "1"}},
            "ProjectionExpression": "#n, m.b",
            "ExpressionAttributeNames": {"#n": "n"},
        })),
    );
    assert_eq!(
        projected["Item"],
        json!({"n": {"N": "1"}, "m": {"M": {"b": {"N": "2"}}}})
    );
}

#[test]
fn tables_are_created_once_listed_and_deleted() {
    let mut account = table();
    let described = account.ask("dynamodb:DescribeTable", with(json!({})));
    assert_eq!(described["Table"]["TableStatus"], "ACTIVE");
    assert_eq!(
        described["Table"]["TableArn"],
        "arn:aws:dynamodb:eu-west-1:123456789012:table/tab"
    );
    let key = |name: &str| json!([{"AttributeName": name, "KeyType": "HASH"}]);
    let definition = json!([{"AttributeName": "id", "AttributeType": "S"}]);
    for (name, key, billing, code) in [
        (
            "tab",
            key("id"),
            "PAY_PER_REQUEST",
            "ResourceInUseException",
        ),
        ("t", key("id"), "PAY_PER_REQUEST", "ValidationException"),
        ("t b", key("id"), "PAY_PER_REQUEST", "ValidationException"),
        (
            "other",
            key("lost"),
            "PAY_PER_REQUEST",
            "ValidationException",
        ),
        ("other", key("id"), "PROVISIONED", "ValidationException"),
    ] {
        let params = json!({
            "TableName": name, "KeySchema": key, "AttributeDefinitions": definition, "BillingMode": billing,
        });
        assert_eq!(
            account.refused("dynamodb:CreateTable", params.clone()).0,
            code,
            "{params}"
        );
    }
    assert_eq!(
        account.ask("dynamodb:ListTables", json!({})),
        json!({"TableNames": ["tab"]})
    );
    account.ask("dynamodb:DeleteTable", with(json!({})));
    let (code, message) = account.refused("dynamodb:DescribeTable", with(json!({})));
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(
        message,
        "Requested resource not found: Table: tab not found"
    );
}

/// An update of attributes that begin with this letter.
fn updates(letter: char) -> impl Strategy<Value = (String, Value)> {
    let action = (0..3_u8, 0..4_u8, -9..9_i64);
    prop::collection::vec(action, 1..4).prop_map(move |actions| {
        let mut sections = [Vec::new(), Vec::new(), Vec::new()];
        let mut values = serde_json::Map::new();
        let mut used = Vec::new();
        for (kind, number, value) in actions {
            let name = format!("{letter}{number}");
            if used.contains(&number) {
                continue;
            }
            used.push(number);
            let placeholder = format!(":{name}");
            match kind {
                0 => sections[0].push(format!("{name} = {placeholder}")),
                1 => sections[1].push(name),
                _ => sections[2].push(format!("{name} {placeholder}")),
            }
            if kind != 1 {
                values.insert(placeholder, json!({"N": value.to_string()}));
            }
        }
        let sections = ["SET", "REMOVE", "ADD"].iter().zip(sections);
        let sections = sections
            .filter(|(_, actions)| !actions.is_empty())
            .map(|(word, actions)| format!("{word} {}", actions.join(", ")));
        let mut more = json!({});
        if !values.is_empty() {
            more["ExpressionAttributeValues"] = values.into();
        }
        (sections.collect::<Vec<_>>().join(" "), more)
    })
}

proptest! {
    /// Updates of disjoint attributes come to the same in either order.
    #[test]
    fn updates_of_disjoint_attributes_commute(
        one in updates('x'),
        two in updates('y'),
        before in prop::collection::btree_map("[xy][0-3]", -9..9_i64, 0..6),
    ) {
        let run = |order: [&(String, Value); 2]| {
            let mut account = table();
            let mut stored = json!({"id": {"S": "1"}});
            for (name, value) in &before {
                stored[name] = json!({"N": value.to_string()});
            }
            put(&mut account, stored);
            for (expression, more) in order {
                update(&mut account, expression, more.clone()).expect("an update");
            }
            item(&mut account)
        };
        prop_assert_eq!(run([&one, &two]), run([&two, &one]));
    }

    /// A condition and its negation: exactly one of them holds.
    #[test]
    fn either_a_condition_holds_or_its_negation(
        stored in prop::option::of(-3..3_i64),
        limit in -3..3_i64,
        comparator in prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]),
    ) {
        let holds = |condition: String| {
            let mut account = table();
            let mut item = json!({"id": {"S": "1"}});
            if let Some(stored) = stored {
                item["n"] = json!({"N": stored.to_string()});
            }
            put(&mut account, item);
            let params = with(json!({
                "Key": {"id": {"S": "1"}},
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {":l": {"N": limit.to_string()}},
            }));
            account.call("dynamodb:DeleteItem", params).is_ok()
        };
        let condition = format!("n {comparator} :l");
        prop_assert_ne!(holds(condition.clone()), holds(format!("NOT ({condition})")));
    }

    /// Whatever is written as an expression is done or refused.
    #[test]
    fn every_text_is_an_expression_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "SET", "REMOVE", "ADD", "DELETE", "a", "#a", ":a", "[", "]", "0", "99999999999999999999", ".", ",",
                "=", "<>", "<", "(", ")", "+", "-", "AND", "OR", "NOT", "BETWEEN", "IN", "size", "contains",
                "begins_with", "attribute_type", "if_not_exists", "list_append", "é", "%", "#", ":", "name",
            ]),
            0..12,
        ),
        kind in prop::sample::select(vec!["UpdateExpression", "ConditionExpression"]),
    ) {
        let mut account = table();
        let mut params = with(json!({
            "Key": {"id": {"S": "1"}},
            "ExpressionAttributeNames": {"#a": "x"},
            "ExpressionAttributeValues": {":a": {"N": "1"}},
        }));
        params[kind] = json!(words.join(" "));
        if let Err(error) = account.call("dynamodb:UpdateItem", params) {
            let codes = ["ValidationException", "ConditionalCheckFailedException"];
            prop_assert!(codes.contains(&error.code), "{error}");
        }
    }

    /// Numbers are told as they were put, in one form.
    #[test]
    fn numbers_come_back(mantissa in any::<i64>(), places in 0..60_usize) {
        let mut account = table();
        let given = format!("{mantissa}e-{places}");
        put(&mut account, json!({"id": {"S": "1"}, "n": {"N": given}}));
        let told = text(&item(&mut account)["n"]["N"]);
        put(&mut account, json!({"id": {"S": "1"}, "n": {"N": told}}));
        prop_assert_eq!(text(&item(&mut account)["n"]["N"]), told.clone());
        let value = |text: &str| text.parse::<f64>().expect("a number").to_bits();
        prop_assert_eq!(value(&told), value(&given));
    }
}

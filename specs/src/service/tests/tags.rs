//! Tags.

use serde_json::{Value, json};

use super::{MACHINE, ROLE, all_refused, ask, create, pass, publish, service};

#[test]
fn tags_are_kept_by_their_keys() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let tag = |key: &str, value: &str| json!({"key": key, "value": value});
    let list = json!({"resourceArn": MACHINE});
    for (operation, field, given, expected) in [
        ("TagResource", "tags", json!([]), json!([])),
        (
            "TagResource",
            "tags",
            json!([tag("a", "1"), tag("b", "")]),
            json!([tag("a", "1"), tag("b", "")]),
        ),
        (
            "TagResource",
            "tags",
            json!([tag("c", "3"), tag("c", "3")]),
            json!([tag("a", "1"), tag("b", ""), tag("c", "3")]),
        ),
        (
            "TagResource",
            "tags",
            json!([tag("a", "2")]),
            json!([tag("a", "2"), tag("b", ""), tag("c", "3")]),
        ),
        (
            "UntagResource",
            "tagKeys",
            json!(["a", "a", "z"]),
            json!([tag("b", ""), tag("c", "3")]),
        ),
        (
            "UntagResource",
            "tagKeys",
            json!([]),
            json!([tag("b", ""), tag("c", "3")]),
        ),
    ] {
        let body = json!({"resourceArn": MACHINE, field: given});
        assert_eq!(ask(&mut service, operation, &body), Ok(json!({})));
        assert_eq!(
            ask(&mut service, "ListTagsForResource", &list).unwrap()["tags"],
            expected
        );
    }
    // What is created again keeps its tags.
    let body = json!({"name": "m", "definition": pass(), "roleArn": ROLE, "tags": [tag("n", "")]});
    ask(&mut service, "CreateStateMachine", &body).unwrap();
    assert_eq!(
        ask(&mut service, "ListTagsForResource", &list).unwrap()["tags"],
        json!([tag("b", ""), tag("c", "3")])
    );
}

#[test]
fn machines_and_activities_have_tags_and_nothing_else() {
    let mut service = service();
    let tags = json!([{"key": "k", "value": "v"}]);
    let body = json!({"name": "m", "definition": pass(), "roleArn": ROLE, "tags": tags});
    ask(&mut service, "CreateStateMachine", &body).unwrap();
    let version = publish(&mut service, "1");
    let activity = json!({"name": "a", "tags": tags});
    let activity = ask(&mut service, "CreateActivity", &activity).unwrap();
    for arn in [&json!(MACHINE), &activity["activityArn"]] {
        let listed = ask(
            &mut service,
            "ListTagsForResource",
            &json!({"resourceArn": arn}),
        );
        assert_eq!(listed.unwrap()["tags"], tags);
    }
    let tag = |arn: &str, tags: &Value| json!({"resourceArn": arn, "tags": tags});
    let many: Vec<Value> = (0..50)
        .map(|n| json!({"key": format!("k{n}"), "value": ""}))
        .collect();
    let missing = format!("ResourceNotFound: Resource not found: '{version}'");
    all_refused(
        &mut service,
        "TagResource",
        &[
            (tag(&version, &tags), &missing),
            (
                tag("x", &tags),
                "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'",
            ),
            (
                tag(&MACHINE.replace("stateMachine:m", "execution:m:e"), &tags),
                "InvalidArn",
            ),
            (tag(MACHINE, &json!([{"key": "a*"}])), "ValidationException"),
            (tag(MACHINE, &many.into()), "TooManyTags"),
        ],
    );
}

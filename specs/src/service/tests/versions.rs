//! Versions.

use serde_json::{Value, json};

use super::{
    MACHINE, ROLE, all_refused, ask, ask_at, create, pass, publish, saying, service, start,
};
use crate::service::Service;

fn versions(service: &mut Service) -> Vec<Value> {
    let listed = ask(
        service,
        "ListStateMachineVersions",
        &json!({"stateMachineArn": MACHINE}),
    );
    let listed = listed.unwrap()["stateMachineVersions"]
        .as_array()
        .unwrap()
        .clone();
    listed
        .into_iter()
        .map(|mut it| it["stateMachineVersionArn"].take())
        .collect()
}

fn number(n: u64) -> String {
    format!("{MACHINE}:{n}")
}

#[test]
fn a_revision_is_published_once() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    assert_eq!(versions(&mut service), Vec::<Value>::new());
    let body = json!({"stateMachineArn": MACHINE, "description": "one"});
    for (at, description) in [(0, "one"), (5_000, "other")] {
        let mut body = body.clone();
        body["description"] = description.into();
        let published = ask_at(
            &mut service,
            super::NOW.plus(at),
            "PublishStateMachineVersion",
            &body,
        );
        assert_eq!(
            published,
            json!({"stateMachineVersionArn": number(1), "creationDate": 1.0})
        );
    }
    assert_eq!(publish(&mut service, "2"), number(2));
    assert_eq!(publish(&mut service, "2"), number(2));
    assert_eq!(publish(&mut service, "3"), number(3));
    assert_eq!(versions(&mut service), [3, 2, 1].map(number));
    // The number of a deleted version is not used again (recorded).
    let gone = json!({"stateMachineVersionArn": number(3)});
    for _ in 0..2 {
        assert_eq!(
            ask(&mut service, "DeleteStateMachineVersion", &gone),
            Ok(json!({}))
        );
    }
    assert_eq!(publish(&mut service, "3"), number(4));
    assert_eq!(versions(&mut service), [4, 2, 1].map(number));
    let other = json!({"stateMachineArn": format!("{MACHINE}x")});
    let listed = ask(&mut service, "ListStateMachineVersions", &other).unwrap();
    assert_eq!(listed["stateMachineVersions"], json!([]));
}

#[test]
fn a_version_stays_what_its_machine_was() {
    let mut service = service();
    let body = json!({"name": "m", "definition": pass(), "roleArn": ROLE, "publish": true, "versionDescription": "first"});
    let created = ask(&mut service, "CreateStateMachine", &body).unwrap();
    assert_eq!(created["stateMachineVersionArn"], number(1));
    let describe = |service: &mut Service, arn: &str| {
        ask(
            service,
            "DescribeStateMachine",
            &json!({"stateMachineArn": arn}),
        )
        .unwrap()
    };
    let mut then = describe(&mut service, MACHINE);
    publish(&mut service, "2");
    let version = describe(&mut service, &number(1));
    then["stateMachineArn"] = number(1).into();
    then["description"] = "first".into();
    assert_eq!(version, then);
    let second = describe(&mut service, &number(2));
    assert_eq!(second["definition"], saying("2"));
    assert_eq!(
        second["revisionId"],
        describe(&mut service, MACHINE)["revisionId"]
    );
    assert_eq!(second.get("description"), None);
    all_refused(
        &mut service,
        "DescribeStateMachine",
        &[(
            json!({"stateMachineArn": number(3)}),
            &format!(
                "StateMachineDoesNotExist: State Machine Does Not Exist: '{}'",
                number(3)
            ),
        )],
    );
}

#[test]
fn a_version_is_started_and_told() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let one = publish(&mut service, "1");
    publish(&mut service, "2");
    let by_machine = start(&mut service, MACHINE);
    let by_version = start(&mut service, &one);
    let describe = |service: &mut Service, operation: &str, arn: &str| {
        ask(service, operation, &json!({"executionArn": arn})).unwrap()
    };
    let told = describe(&mut service, "DescribeExecution", &by_version);
    assert_eq!(
        (&told["stateMachineArn"], &told["stateMachineVersionArn"]),
        (&json!(MACHINE), &json!(one))
    );
    let machine = describe(
        &mut service,
        "DescribeStateMachineForExecution",
        &by_version,
    );
    assert_eq!(
        (&machine["stateMachineArn"], &machine["definition"]),
        (&json!(MACHINE), &json!(saying("1")))
    );
    let told = describe(&mut service, "DescribeExecution", &by_machine);
    assert_eq!(told.get("stateMachineVersionArn"), None);
    let mut listed = |arn: &str| {
        let listed = ask(
            &mut service,
            "ListExecutions",
            &json!({"stateMachineArn": arn}),
        )
        .unwrap();
        let listed = listed["executions"].as_array().unwrap().clone();
        listed
            .into_iter()
            .map(|mut it| it["executionArn"].take())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(&one), [json!(by_version)]);
    assert_eq!(listed(MACHINE).len(), 2);
    assert_eq!(listed(&number(2)), Vec::<Value>::new());
}

#[test]
fn only_the_current_revision_is_published() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let publish = |service: &mut Service, revision: &Value| {
        let body = json!({"stateMachineArn": MACHINE, "revisionId": revision});
        ask(service, "PublishStateMachineVersion", &body)
            .map(|it| it["stateMachineVersionArn"].clone())
    };
    let conflict = |given: &str, current: &str| {
        Err(format!(
            "ConflictException: Failed to publish the State Machine version for revision {given}. The \
             current State Machine revision is {current}."
        ))
    };
    assert_eq!(publish(&mut service, &json!("x")), conflict("x", "INITIAL"));
    assert_eq!(
        publish(&mut service, &json!("INITIAL")),
        Ok(json!(number(1)))
    );
    let body = json!({"stateMachineArn": MACHINE, "definition": saying("2")});
    let updated = ask(&mut service, "UpdateStateMachine", &body).unwrap();
    let id = updated["revisionId"].as_str().unwrap();
    assert_eq!(
        publish(&mut service, &json!("INITIAL")),
        conflict("INITIAL", id)
    );
    assert_eq!(publish(&mut service, &json!(id)), Ok(json!(number(2))));
    let machine = |arn: &str| json!({"stateMachineArn": arn});
    all_refused(
        &mut service,
        "PublishStateMachineVersion",
        &[
            (machine(&number(1)), "StateMachineDoesNotExist"),
            (machine(&format!("{MACHINE}x")), "StateMachineDoesNotExist"),
            (
                machine("x"),
                "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'",
            ),
        ],
    );
    all_refused(
        &mut service,
        "DeleteStateMachineVersion",
        &[(
            json!({"stateMachineVersionArn": MACHINE}),
            "ValidationException",
        )],
    );
}

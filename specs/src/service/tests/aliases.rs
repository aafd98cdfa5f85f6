//! Aliases.

use serde_json::{Value, json};

use super::{MACHINE, NOW, all_refused, ask, ask_at, create, pass, publish, service, start};
use crate::service::Service;

fn routes(weights: &[(u64, i64)]) -> Value {
    weights
        .iter()
        .map(|(version, weight)| json!({"stateMachineVersionArn": format!("{MACHINE}:{version}"), "weight": weight}))
        .collect()
}

fn alias(name: &str, weights: &[(u64, i64)]) -> Value {
    json!({"name": name, "routingConfiguration": routes(weights)})
}

/// A service with the machine `m` of two versions.
fn published() -> Service {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    publish(&mut service, "1");
    publish(&mut service, "2");
    service
}

fn names(service: &mut Service, arn: &str) -> Vec<String> {
    let listed = ask(
        service,
        "ListStateMachineAliases",
        &json!({"stateMachineArn": arn}),
    )
    .unwrap();
    let listed = listed["stateMachineAliases"].as_array().unwrap().clone();
    let arns = listed
        .iter()
        .map(|it| it["stateMachineAliasArn"].as_str().unwrap());
    arns.map(|arn| arn.rsplit_once(':').unwrap().1.to_owned())
        .collect()
}

#[test]
fn an_alias_is_created_described_changed_and_deleted() {
    let mut service = published();
    let mut body = alias("PROD", &[(1, 100)]);
    body["description"] = "d".into();
    let arn = format!("{MACHINE}:PROD");
    for later in [0, 9] {
        let created = ask_at(
            &mut service,
            NOW.plus(later),
            "CreateStateMachineAlias",
            &body,
        );
        assert_eq!(
            created,
            json!({"stateMachineAliasArn": arn, "creationDate": 1.0})
        );
    }
    let of = json!({"stateMachineAliasArn": arn});
    let mut expected = json!({
        "stateMachineAliasArn": arn, "name": "PROD", "description": "d",
        "routingConfiguration": routes(&[(1, 100)]), "creationDate": 1.0, "updateDate": 1.0,
    });
    assert_eq!(
        ask(&mut service, "DescribeStateMachineAlias", &of).as_ref(),
        Ok(&expected)
    );
    for (field, value) in [
        ("description", json!("e")),
        ("routingConfiguration", routes(&[(1, 30), (2, 70)])),
    ] {
        let body = json!({"stateMachineAliasArn": arn, field: value});
        let updated = ask_at(
            &mut service,
            NOW.plus(1_000),
            "UpdateStateMachineAlias",
            &body,
        );
        assert_eq!(updated, json!({"updateDate": 2.0}));
        expected[field] = value;
        expected["updateDate"] = json!(2.0);
        assert_eq!(
            ask(&mut service, "DescribeStateMachineAlias", &of).as_ref(),
            Ok(&expected)
        );
    }
    for _ in 0..2 {
        assert_eq!(
            ask(&mut service, "DeleteStateMachineAlias", &of),
            Ok(json!({}))
        );
    }
    let nothing = "ResourceNotFound: Request references a resource that does not exist.";
    all_refused(&mut service, "DescribeStateMachineAlias", &[(of, nothing)]);
    all_refused(
        &mut service,
        "UpdateStateMachineAlias",
        &[
            (
                json!({"stateMachineAliasArn": arn, "description": "f"}),
                nothing,
            ),
            (json!({"stateMachineAliasArn": arn}), "ValidationException"),
            (
                json!({"stateMachineAliasArn": MACHINE, "description": "f"}),
                "ValidationException",
            ),
        ],
    );
}

#[test]
fn aliases_are_listed_by_name_and_of_a_version() {
    let mut service = published();
    for (name, weights) in [
        ("b", &[(1, 100)][..]),
        ("c", &[(1, 50), (2, 50)]),
        ("a", &[(2, 100)]),
    ] {
        ask(
            &mut service,
            "CreateStateMachineAlias",
            &alias(name, weights),
        )
        .unwrap();
    }
    assert_eq!(names(&mut service, MACHINE), ["a", "b", "c"]);
    assert_eq!(names(&mut service, &format!("{MACHINE}:1")), ["b", "c"]);
    assert_eq!(names(&mut service, &format!("{MACHINE}:2")), ["a", "c"]);
    all_refused(
        &mut service,
        "DeleteStateMachineVersion",
        &[(
            json!({"stateMachineVersionArn": format!("{MACHINE}:1")}),
            "ConflictException: Version to be deleted must not be referenced by an alias. Current list of \
             aliases referencing this version: [b, c]",
        )],
    );
    ask(
        &mut service,
        "DeleteStateMachine",
        &json!({"stateMachineArn": MACHINE}),
    )
    .unwrap();
    all_refused(
        &mut service,
        "ListStateMachineAliases",
        &[(
            json!({"stateMachineArn": MACHINE}),
            "StateMachineDoesNotExist",
        )],
    );
}

#[test]
fn what_an_alias_may_be() {
    let mut service = published();
    ask(
        &mut service,
        "CreateStateMachineAlias",
        &alias("PROD", &[(1, 100)]),
    )
    .unwrap();
    let pattern = |name: &str| {
        format!(
            "ValidationException: 1 validation error detected: Value '{name}' at 'name' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"
        )
    };
    let mut of_machine = alias("a", &[(1, 70), (2, 30)]);
    of_machine["routingConfiguration"][0]["stateMachineVersionArn"] = MACHINE.into();
    let mut elsewhere = alias("a", &[(1, 70), (2, 30)]);
    elsewhere["routingConfiguration"][0]["stateMachineVersionArn"] = format!("{MACHINE}x:1").into();
    let mut described = alias("PROD", &[(1, 100)]);
    described["description"] = "d".into();
    let conflict = "ConflictException: Failed to create alias because an alias with the same name and a \
                    different routing configuration already exists.";
    let item = |version: u64, weight: u64| {
        format!(
            "RoutingConfigurationListItem(stateMachineVersionArn={MACHINE}:{version}, weight={weight})"
        )
    };
    all_refused(
        &mut service,
        "CreateStateMachineAlias",
        &[
            (alias("12", &[(1, 100)]), &pattern("12")),
            (alias("a b", &[(1, 100)]), &pattern("a b")),
            (alias("a@", &[(1, 100)]), &pattern("a@")),
            (alias("PROD", &[(2, 100)]), conflict),
            (described, conflict),
            (
                alias("a", &[(1, 101)]),
                "ValidationException: 1 validation error detected: Value '101' at \
                 'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have value \
                 less than or equal to 100",
            ),
            (
                alias("a", &[(1, 50), (2, 30), (1, 20)]),
                &format!(
                    "ValidationException: 1 validation error detected: Value '[{}, {}, {}]' at \
                     'routingConfiguration' failed to satisfy constraint: Member must have length less than \
                     or equal to 2",
                    item(1, 50),
                    item(2, 30),
                    item(1, 20)
                ),
            ),
            (
                alias("a", &[(1, 50), (1, 50)]),
                &format!(
                    "ValidationException: Routing configuration must contain distinct state machine version \
                     ARNs. Received: [{MACHINE}:1, {MACHINE}:1]"
                ),
            ),
            (
                of_machine,
                &format!(
                    "ValidationException: Routing configuration must contain state machine version ARNs. \
                     Received: [{MACHINE}, {MACHINE}:2]"
                ),
            ),
            (
                alias("a", &[(1, 70), (2, 29)]),
                "ValidationException: Sum of routing configuration weights must equal 100. Received: [70, 29]",
            ),
            (elsewhere, "ValidationException"),
            (alias("a", &[(3, 100)]), "ResourceNotFound"),
            (alias("a", &[]), "ValidationException"),
        ],
    );
    for n in 1..100 {
        ask(
            &mut service,
            "CreateStateMachineAlias",
            &alias(&format!("a{n}"), &[(1, 100)]),
        )
        .unwrap();
    }
    all_refused(
        &mut service,
        "CreateStateMachineAlias",
        &[(alias("a100", &[(1, 100)]), "ServiceQuotaExceededException")],
    );
}

#[test]
fn an_alias_starts_its_versions_by_their_weights() {
    let mut service = published();
    for (name, weights) in [
        ("one", &[(1, 100)][..]),
        ("both", &[(1, 20), (2, 80)]),
        ("none", &[(1, 0), (2, 100)]),
    ] {
        ask(
            &mut service,
            "CreateStateMachineAlias",
            &alias(name, weights),
        )
        .unwrap();
    }
    for (name, expected) in [("one", 400..=400), ("both", 50..=110), ("none", 0..=0)] {
        let arn = format!("{MACHINE}:{name}");
        let mut first = 0;
        for _ in 0..400 {
            let execution = start(&mut service, &arn);
            let told = ask(
                &mut service,
                "DescribeExecution",
                &json!({"executionArn": execution}),
            )
            .unwrap();
            assert_eq!(told["stateMachineAliasArn"], arn);
            assert_eq!(told["stateMachineArn"], MACHINE);
            first += u64::from(told["stateMachineVersionArn"] == format!("{MACHINE}:1"));
        }
        assert!(expected.contains(&first), "{name}: {first}");
        let body = json!({"stateMachineArn": arn, "maxResults": 1_000});
        let listed = ask(&mut service, "ListExecutions", &body).unwrap();
        assert_eq!(listed["executions"].as_array().unwrap().len(), 400);
    }
    let gone = json!({"stateMachineArn": format!("{MACHINE}:gone")});
    for operation in ["StartExecution", "ListExecutions", "DescribeStateMachine"] {
        all_refused(
            &mut service,
            operation,
            &[(gone.clone(), "StateMachineDoesNotExist")],
        );
    }
}

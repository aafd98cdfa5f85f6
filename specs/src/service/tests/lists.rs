//! Lists and their pages; Map Runs, of which there are none.

use serde_json::{Value, json};

use super::{MACHINE, all_refused, ask, create, pass, publish, service, start};
use crate::service::Service;

/// All pages of a list, which concatenate to the whole.
fn paged(service: &mut Service, operation: &str, key: &str, body: &Value, size: u64) -> Vec<Value> {
    let mut body = body.clone();
    body["maxResults"] = size.into();
    let mut all = Vec::new();
    loop {
        let mut page = ask(service, operation, &body).unwrap();
        let items = page[key].as_array().unwrap();
        assert!(items.len() as u64 <= size);
        all.extend(items.clone());
        match page["nextToken"].take() {
            Value::Null => return all,
            token => body["nextToken"] = token,
        }
    }
}

#[test]
fn pages_concatenate_to_the_whole_list() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    for n in [3, 1, 2, 10] {
        create(&mut service, &format!("m{n}"), &pass(), "r").unwrap();
        ask(
            &mut service,
            "CreateActivity",
            &json!({"name": format!("a{n}")}),
        )
        .unwrap();
        let version = publish(&mut service, &n.to_string());
        let routes = json!([{"stateMachineVersionArn": version, "weight": 100}]);
        let alias = json!({"name": format!("v{n}"), "routingConfiguration": routes});
        ask(&mut service, "CreateStateMachineAlias", &alias).unwrap();
    }
    let execution = start(&mut service, MACHINE);
    for _ in 0..3 {
        start(&mut service, MACHINE);
    }
    let machine = json!({"stateMachineArn": MACHINE});
    let history = json!({"executionArn": execution});
    for (operation, key, body, length) in [
        ("ListStateMachines", "stateMachines", &json!({}), 5),
        ("ListActivities", "activities", &json!({}), 4),
        (
            "ListStateMachineVersions",
            "stateMachineVersions",
            &machine,
            4,
        ),
        (
            "ListStateMachineAliases",
            "stateMachineAliases",
            &machine,
            4,
        ),
        ("ListExecutions", "executions", &machine, 4),
        ("GetExecutionHistory", "events", &history, 4),
        ("ListMapRuns", "mapRuns", &history, 0),
    ] {
        let whole = ask(&mut service, operation, body).unwrap();
        let whole = whole[key].as_array().unwrap().clone();
        assert_eq!(whole.len(), length, "{operation}");
        for size in [1, 2, 3, 1_000] {
            assert_eq!(
                paged(&mut service, operation, key, body, size),
                whole,
                "{operation}"
            );
        }
        let mut body = body.clone();
        for wrong in ["InvalidToken", "page-1"] {
            body["nextToken"] = wrong.into();
            let expected = "InvalidToken: Invalid Token: 'Invalid token'";
            all_refused(&mut service, operation, &[(body.clone(), expected)]);
        }
        let most = if operation == "ListExecutions" {
            3_096
        } else {
            1_024
        };
        body["nextToken"] = "x".repeat(most + 1).into();
        let refused = ask(&mut service, operation, &body).unwrap_err();
        let rule = format!("Member must have length less than or equal to {most}");
        assert!(refused.ends_with(&rule), "{refused}");
    }
    // A token belongs to its list.
    let one = ask(&mut service, "ListStateMachines", &json!({"maxResults": 1})).unwrap();
    let body = json!({"nextToken": one["nextToken"]});
    all_refused(&mut service, "ListActivities", &[(body, "InvalidToken")]);
    let listed = ask(&mut service, "ListStateMachines", &json!({})).unwrap();
    let names = listed["stateMachines"].as_array().unwrap().iter();
    let names: Vec<&Value> = names.map(|it| &it["name"]).collect();
    assert_eq!(names, ["m", "m1", "m10", "m2", "m3"]);
}

#[test]
fn executions_are_listed_of_machines_that_exist() {
    let mut service = service();
    create(&mut service, "m", &pass(), "r").unwrap();
    let map_run = "arn:aws:states:us-east-1:123456789012:mapRun:m/l:0";
    let status = "ValidationException: 1 validation error detected: Value 'succeeded' at 'statusFilter' \
                  failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, \
                  PENDING_REDRIVE, ABORTED, FAILED, RUNNING]";
    all_refused(
        &mut service,
        "ListExecutions",
        &[
            (json!({}), "ValidationException"),
            (
                json!({"stateMachineArn": MACHINE, "mapRunArn": map_run}),
                "ValidationException",
            ),
            (
                json!({"stateMachineArn": MACHINE, "statusFilter": "PENDING_REDRIVE"}),
                "ValidationException",
            ),
            (
                json!({"stateMachineArn": MACHINE, "redriveFilter": "REDRIVEN"}),
                "ValidationException",
            ),
            (
                json!({"stateMachineArn": MACHINE, "statusFilter": "succeeded"}),
                status,
            ),
            (json!({"mapRunArn": map_run}), "ResourceNotFound"),
            (
                json!({"stateMachineArn": format!("{MACHINE}:1")}),
                "StateMachineDoesNotExist",
            ),
            (
                json!({"stateMachineArn": "m"}),
                "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'",
            ),
        ],
    );
    start(&mut service, MACHINE);
    for (filter, count) in [("SUCCEEDED", 1), ("RUNNING", 0), ("FAILED", 0)] {
        let body = json!({"stateMachineArn": MACHINE, "statusFilter": filter});
        let listed = ask(&mut service, "ListExecutions", &body).unwrap();
        assert_eq!(listed["executions"].as_array().unwrap().len(), count);
    }
}

#[test]
fn there_are_no_map_runs() {
    let mut service = service();
    let map_run = "arn:aws:states:us-east-1:123456789012:mapRun:m/l:0";
    let missing = format!("ResourceNotFound: Resource not found: '{map_run}'");
    all_refused(
        &mut service,
        "DescribeMapRun",
        &[
            (json!({"mapRunArn": map_run}), &missing),
            (json!({"mapRunArn": MACHINE}), "InvalidArn"),
        ],
    );
    all_refused(
        &mut service,
        "UpdateMapRun",
        &[
            (json!({"mapRunArn": map_run, "maxConcurrency": 1}), &missing),
            (json!({"mapRunArn": map_run}), "ValidationException"),
            (
                json!({"mapRunArn": map_run, "toleratedFailurePercentage": 100.5}),
                "ValidationException",
            ),
        ],
    );
    all_refused(
        &mut service,
        "ListMapRuns",
        &[(
            json!({"executionArn": MACHINE.replace("stateMachine:m", "execution:m:e")}),
            "ExecutionDoesNotExist",
        )],
    );
}

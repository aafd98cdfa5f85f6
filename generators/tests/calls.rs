//! Laws of the service that hold whatever is called, checked on drawn calls: they need no engine.

use serde_json::{Value, json};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    deviation::Deviations,
    reference::calls::{Answer, answers},
    scenario::{
        calls::{Call, CallsCase},
        case::Body,
    },
};

const CASES: u64 = 600;

/// The drawn cases.
fn cases() -> impl Iterator<Item = CallsCase> {
    (0..CASES).filter_map(|index| match generate(&Profile::api(), 11, index).body {
        Body::Api(case) => Some(case),
        Body::Execution(_) | Body::Definition(_) => None,
    })
}

fn answered(case: &CallsCase) -> Vec<Answer> {
    let expected = answers(case, &Deviations::default());
    let expected = expected.unwrap_or_else(|error| panic!("failed to {error}: {case:#?}"));
    let made = expected.answers.into_iter();
    made.map(|answer| answer.expect("a call that is made"))
        .collect()
}

/// The answer, if the call succeeds.
fn ok(answer: &Answer) -> Option<&Value> {
    answer.answer.as_ref().ok()
}

/// The case with another call in this place; those after it come later.
fn inserted(case: &CallsCase, at: usize, call: Call) -> CallsCase {
    let later = |number: usize| number + usize::from(number >= at);
    let mut calls: Vec<Call> = case.calls.iter().map(|it| it.renumbered(&later)).collect();
    calls.insert(at, call);
    CallsCase {
        calls,
        entropy: case.entropy,
    }
}

/// The calls of an operation that succeed.
fn successes(case: &CallsCase, operation: &str) -> Vec<usize> {
    let answers = answered(case);
    let calls = case.calls.iter().zip(&answers).enumerate();
    calls
        .filter(|(_, (call, answer))| call.operation == operation && answer.answer.is_ok())
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn a_version_answers_as_its_machine_did_when_it_was_published() {
    let mut checked = 0;
    for case in cases() {
        for publish in successes(&case, "PublishStateMachineVersion") {
            let machine = case.calls[publish].parameters["stateMachineArn"].clone();
            let then = Call::new("DescribeStateMachine", json!({"stateMachineArn": machine}));
            let mut case = inserted(&case, publish + 1, then);
            let version = format!("${{{publish}.stateMachineVersionArn}}");
            case.calls.push(Call::new(
                "DescribeStateMachine",
                json!({"stateMachineArn": version}),
            ));
            let answers = answered(&case);
            let (then, now) = (&answers[publish + 1], &answers[case.calls.len() - 1]);
            // The version, or its machine, may have been deleted since.
            let (Some(then), Some(now)) = (ok(then), ok(now)) else {
                continue;
            };
            for key in [
                "definition",
                "roleArn",
                "revisionId",
                "loggingConfiguration",
            ] {
                assert_eq!(then.get(key), now.get(key), "{key}: {case:#?}");
            }
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn an_alias_of_one_version_is_that_version() {
    let mut checked = 0;
    for case in cases() {
        for alias in successes(&case, "CreateStateMachineAlias") {
            let routes = &case.calls[alias].parameters["routingConfiguration"];
            if routes.as_array().map_or(0, Vec::len) != 1 {
                continue;
            }
            let version = routes[0]["stateMachineVersionArn"].clone();
            let by = |arn: Value, name: &str| {
                let start = json!({"stateMachineArn": arn, "name": name});
                Call::new("StartExecution", start)
            };
            let mut case = case.clone();
            case.calls.truncate(alias + 1);
            let arn = format!("${{{alias}.stateMachineAliasArn}}");
            for (arn, name) in [(arn.into(), "by-alias"), (version, "by-version")] {
                let started = case.calls.len();
                case.calls.push(by(arn, name));
                let execution = json!({"executionArn": format!("${{{started}.executionArn}}")});
                for operation in ["DescribeExecution", "DescribeStateMachineForExecution"] {
                    case.calls.push(Call::new(operation, execution.clone()));
                }
            }
            let answers = answered(&case);
            let told = |call: usize| ok(&answers[alias + call]).expect("an execution");
            assert_eq!(told(3)["definition"], told(6)["definition"], "{case:#?}");
            for key in [
                "status",
                "output",
                "error",
                "cause",
                "stateMachineVersionArn",
            ] {
                assert_eq!(told(2).get(key), told(5).get(key), "{key}: {case:#?}");
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn a_start_that_is_repeated_is_one_execution() {
    let mut checked = 0;
    for case in cases() {
        for start in successes(&case, "StartExecution") {
            let call = case.calls[start].clone();
            let before = answered(&case);
            let arn = ok(&before[start]).expect("an execution")["executionArn"].clone();
            let has_ended = before[start]
                .ended
                .iter()
                .any(|ended| arn == ended.as_str());
            if call.parameters.get("name").is_none() || has_ended {
                continue;
            }
            let repeated = inserted(&case, start + 1, call);
            let after = answered(&repeated);
            assert_eq!(ok(&after[start]), ok(&after[start + 1]), "{repeated:#?}");
            // What is listed later is the same.
            for (number, call) in case.calls.iter().enumerate().skip(start + 1) {
                let names = |answer: &Answer| -> Option<Vec<Value>> {
                    let items = ok(answer)?["executions"].as_array()?.iter();
                    Some(items.map(|item| item["name"].clone()).collect())
                };
                if call.operation == "ListExecutions" && is_named(&case) {
                    assert_eq!(names(&before[number]), names(&after[number + 1]));
                }
            }
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

/// Whether no execution has a name that the service made up.
fn is_named(case: &CallsCase) -> bool {
    let mut starts = case.calls.iter();
    starts.all(|it| it.operation != "StartExecution" || it.parameters.get("name").is_some())
}

#[test]
fn the_pages_of_a_list_are_the_list() {
    let mut checked = 0;
    for case in cases() {
        for number in 0..case.calls.len() {
            if !case.calls[number].whole {
                continue;
            }
            let sized = |size: u64| {
                let mut case = case.clone();
                case.calls.truncate(number + 1);
                case.calls[number].parameters["maxResults"] = size.into();
                ok(&answered(&case)[number]).cloned()
            };
            let (one, two, all) = (sized(1), sized(2), sized(1_000));
            // Pages take time, in which nothing happens to what is listed.
            assert_eq!(one, all, "{case:#?}");
            assert_eq!(two, all, "{case:#?}");
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked}");
}

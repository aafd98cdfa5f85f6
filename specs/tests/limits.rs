//! Small machines that ask for more memory, depth or time than there is: they end in AWS's own error
//! where it is known, and otherwise in one from which nothing follows.

use std::{fmt::Write as _, sync::Arc};

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, WorkflowType},
    clause::{Aspect, Clause},
    observation::Status,
    reference::{Expectation, SimulationError, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply, Rule},
    },
};

#[allow(clippy::needless_pass_by_value)] // callers write literals
fn run(definition: Value, input: Value) -> Result<Expectation, SimulationError> {
    let machine = Arc::new(Machine::from_value(&definition).expect("a valid machine"));
    let start = Start {
        input: input.into(),
        plan: Plan::default(),
    };
    let case = ExecutionCase::new(definition.clone(), vec![start.clone()]);
    simulate(&machine, &case, &start)
}

#[allow(clippy::needless_pass_by_value)] // callers write literals
fn alone(state: Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state } })
}

fn pass(field: &str, value: Value) -> Value {
    let mut state = json!({"Type": "Pass", "End": true});
    state[field] = value;
    alone(state)
}

/// The execution fails because there is too much data; nothing follows from it if `doubtful`.
#[track_caller]
fn data_limit(ended: Result<Expectation, SimulationError>, doubtful: bool) {
    let ended = ended.expect("a simulation");
    assert_eq!(ended.observation.status, Status::Failed);
    let error = ended.observation.error.as_deref();
    assert_eq!(error, Some("States.DataLimitExceeded"));
    let doubts = ended.coverage.contains(Clause::DataLimitWithin);
    assert_eq!(doubts, doubtful);
    if doubtful {
        assert_eq!(ended.poisoned, Aspect::ALL);
    }
}

/// The reference gives up.
#[track_caller]
fn given_up(ended: Result<Expectation, SimulationError>, feature: &str) {
    match ended.map(|ended| ended.observation.error) {
        Err(SimulationError::Unsupported(unsupported)) => {
            assert_eq!(unsupported.feature, feature);
        }
        other => panic!("{other:?}"),
    }
}

const DATA: &str = "so much data in one execution";
const WORK: &str = "so much work in one execution";
const DEPTH: &str = "data of this depth";

/// An array in an array in an array.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!([]), |inside, _| json!([inside]))
}

#[test]
fn a_path_may_select_more_than_there_is_memory() {
    let everything_before = "$[-2147483648:1]";
    data_limit(
        run(pass("InputPath", everything_before.into()), json!([1])),
        true,
    );
    data_limit(
        run(pass("OutputPath", everything_before.into()), json!([1])),
        false,
    );
    let again = format!("[{}0]", "0,".repeat(999)).repeat(3);
    let again = Value::from(format!("${again}"));
    data_limit(run(pass("OutputPath", again.clone()), nested(4)), false);
    data_limit(run(pass("InputPath", again.clone()), nested(4)), true);
    data_limit(
        run(pass("Parameters", json!({"k.$": again})), nested(4)),
        false,
    );
    let all_in_all = Value::from("$..*..*..*..*..*");
    data_limit(run(pass("InputPath", all_in_all), nested(60)), true);
}

#[test]
fn a_path_may_look_for_longer_than_there_is_time() {
    let thrice = format!("[{}0]", "0,".repeat(999)).repeat(3);
    let nothing = Value::from(format!("${thrice}..b"));
    given_up(run(pass("InputPath", nothing), json!([[[{}]]])), WORK);
    // Every filter lets the object itself through.
    let text = format!("${}", "[?(@.a)]".repeat(12_000));
    given_up(run(pass("InputPath", text.into()), json!({"a": 1})), WORK);
}

#[test]
fn what_is_selected_may_be_larger_than_what_goes_on() {
    let state = json!({
        "Type": "Pass", "End": true,
        "InputPath": "$[0,0,0,0,0,0,0,0]", "OutputPath": "$[0][0]",
    });
    let half = json!([["a".repeat(200_000)]]);
    let ended = run(alone(state), half.clone()).unwrap();
    assert_eq!(ended.observation.output, Some(half[0][0].clone().into()));
    assert!(ended.poisoned.is_empty(), "{:?}", ended.poisoned);
}

#[test]
fn a_template_may_ask_for_more_than_there_is_memory() {
    let keys: serde_json::Map<_, _> = (0..10_000)
        .map(|n| (format!("k{n}.$"), "$".into()))
        .collect();
    let keys = Value::Object(keys);
    let input = json!({"a": "b".repeat(200_000)});
    data_limit(run(pass("Parameters", keys.clone()), input.clone()), false);
    let shaped = json!({"Type": "Map", "ItemsPath": "$", "ResultSelector": keys, "End": true,
        "Iterator": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}});
    data_limit(
        run(alone(shaped.clone()), json!(["b".repeat(200_000)])),
        false,
    );
    let mut cut = shaped;
    cut["OutputPath"] = "$.k1".into();
    data_limit(run(alone(cut), json!(["b".repeat(200_000)])), true);
    data_limit(run(pass("Assign", keys.clone()), input.clone()), false);
    // An error in it counts more.
    let mut broken = keys;
    broken["last.$"] = "$.none".into();
    let ended = run(pass("Parameters", broken), input).unwrap();
    assert_eq!(ended.observation.error.as_deref(), Some("States.Runtime"));
}

#[test]
fn functions_may_make_more_than_there_is_memory() {
    let input = json!({"a": "b".repeat(200_000), "list": vec![1; 100_000]});
    let many = |call: &str, argument: &str, count: usize| {
        let arguments = vec![argument; count].join(", ");
        pass("Parameters", json!({"k.$": format!("{call}{arguments})")}))
    };
    let template = "{}".repeat(100_000);
    let format = format!("States.Format('{template}', ");
    data_limit(run(many(&format, "$.a", 100_000), input.clone()), true);
    data_limit(
        run(many("States.Array(", "$.a", 10_000), input.clone()),
        true,
    );
    let text = "States.JsonToString($.a)";
    data_limit(run(many("States.Array(", text, 1_000), input.clone()), true);
    let long = format!(
        "States.Format('{}', {})",
        "{}".repeat(9),
        ["$.a"; 9].join(", ")
    );
    for call in ["StringSplit", "StringToJson"] {
        let rest = if call == "StringSplit" { ", 'c'" } else { "" };
        let call = json!({"k.$": format!("States.{call}({long}{rest})")});
        data_limit(run(pass("Parameters", call), input.clone()), true);
    }
}

#[test]
fn unique_items_are_found_among_many_that_are_alike() {
    let items: Vec<Value> = (0..60_000).map(|n| json!([n])).collect();
    let call = json!({"k.$": "States.ArrayLength(States.ArrayUnique($))"});
    let ended = run(pass("Parameters", call), items.into()).unwrap();
    assert_eq!(ended.observation.output, Some(json!({"k": 60_000}).into()));
}

#[test]
fn every_iteration_may_be_given_everything() {
    let map = json!({
        "Type": "Map", "ItemSelector": {"all.$": "$"}, "End": true,
        "Iterator": {"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": 1, "End": true}}},
    });
    given_up(run(alone(map), vec![1; 50_000].into()), DATA);
}

#[test]
fn a_loop_may_make_its_data_anew() {
    let integers = vec![1; 120_000];
    let rebuilt = json!({"Type": "Pass", "Parameters": {"list.$": "$.list"}, "Next": "A"});
    given_up(run(alone(rebuilt), json!({ "list": integers })), DATA);
    // What is passed on as it is takes no memory.
    let kept = json!({"Type": "Pass", "Next": "A"});
    let ended = run(alone(kept), json!({ "list": integers })).unwrap();
    assert!(ended.coverage.contains(Clause::HistoryLimit));
    let conflict = json!({
        "Type": "Parallel", "Next": "A", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A", "ResultPath": null}],
        "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "ResultPath": "$.list.a", "Result": 1, "End": true}}}],
    });
    given_up(run(alone(conflict), json!({ "list": integers })), DATA);
}

#[test]
fn what_a_loop_makes_and_drops_counts_each_time() {
    let dropped =
        json!({"Type": "Pass", "Parameters": {"list.$": "$"}, "ResultPath": null, "Next": "A"});
    given_up(run(alone(dropped), json!(vec![1; 120_000])), DATA);
}

#[test]
fn data_is_never_too_deep_to_be_looked_at() {
    let deep = Value::from(format!("${}", ".a".repeat(30_000)));
    given_up(run(pass("ResultPath", deep.clone()), json!({})), DEPTH);
    let ended = run(pass("ResultPath", deep), json!({"a": {"a": 1}})).unwrap();
    let error = ended.observation.error.as_deref();
    assert_eq!(error, Some("States.ReferencePathConflict"));
    // Each lap puts the variable into an array.
    let deeper = json!({
        "StartAt": "First", "States": {
            "First": {"Type": "Pass", "Assign": {"v": 1}, "Next": "A"},
            "A": {"Type": "Pass", "Assign": {"v.$": "States.Array($v)"}, "Next": "A"},
        },
    });
    given_up(run(deeper, json!({})), "variables of this depth");
}

#[test]
fn templates_may_look_for_longer_than_there_is_time() {
    let field = |n: usize| {
        let path = format!("$[?(@ =~ /.*a.*b.*{n}/)]");
        (format!("f{n}.$"), Value::from(path))
    };
    let fields: Value = (0..5_000).map(field).collect();
    let texts: Vec<String> = (0..5_000)
        .map(|n| format!("aaaaaaaaaaaaaaaaaaaa{n}"))
        .collect();
    given_up(run(pass("Parameters", fields), json!(texts)), WORK);
}

#[test]
fn filters_may_have_more_alternatives_than_there_is_time() {
    let mut alternatives = String::from("@.p == 0");
    for n in 1..20_000 {
        let _ = write!(alternatives, " || @.p == {n}");
    }
    let items: Vec<Value> = (0..5_000).map(|_| json!({"p": -1})).collect();
    let filter = format!("$[?({alternatives})]");
    given_up(run(pass("InputPath", filter.into()), json!(items)), WORK);
}

#[test]
fn patterns_may_have_more_stars_than_there_is_time() {
    let pattern = "*a".repeat(20_000);
    let rule = json!({"Variable": "$", "StringMatches": format!("{pattern}b"), "Next": "A"});
    let choice = json!({"Type": "Choice", "Choices": [rule], "Default": "A"});
    given_up(run(alone(choice), json!("a".repeat(200_000))), WORK);
}

#[test]
fn a_regular_expression_may_be_larger_than_there_is_memory() {
    let field = |n: usize| {
        let path = format!("$[?(@ =~ /(a{{{n}}}){{900}}/)]");
        (format!("f{n}.$"), Value::from(path))
    };
    let fields: Value = (0..2_000).map(field).collect();
    given_up(
        run(pass("Parameters", fields), json!(["a"])),
        "Java's regular expressions",
    );
}

const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000;
const FIVE_MINUTES: u64 = 5 * 60 * 1_000;

/// Every attempt of the task `A` fails after `after`.
fn failing(after: u64) -> Plan {
    let act = Act {
        after,
        ..Act::now(Reply::Fail {
            error: "E".into(),
            cause: "why".into(),
        })
    };
    Plan {
        sites: [("A".into(), vec![Rule::always(act)].into())].into(),
    }
}

#[test]
fn no_execution_outlasts_its_workflow() {
    let task = |retry: Value| {
        alone(json!({
            "Type": "Task", "End": true, "Retry": [retry],
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:a",
        }))
    };
    let loops = json!({ "StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 99_999_999, "Next": "A"},
        "Z": {"Type": "Succeed"},
    }});
    let long = [
        (
            alone(json!({"Type": "Wait", "Seconds": 40_000_000, "End": true})),
            0,
        ),
        (loops, 0),
        // Delays between retries that grow to more than a calendar holds.
        (
            task(json!({
                "ErrorEquals": ["E"], "IntervalSeconds": 99_999_999, "MaxAttempts": 99_999_999,
                "BackoffRate": 1e6,
            })),
            0,
        ),
        // A worker that thinks for longer than an execution may last.
        (task(json!({"ErrorEquals": ["X"]})), u64::MAX / 2),
    ];
    for (definition, after) in long {
        for (workflow, limit) in [
            (WorkflowType::Standard, YEAR),
            (WorkflowType::Express, FIVE_MINUTES),
        ] {
            let machine = Arc::new(Machine::from_value(&definition).expect("a valid machine"));
            let start = Start {
                input: json!({}).into(),
                plan: failing(after),
            };
            let mut case = ExecutionCase::new(definition.clone(), vec![start.clone()]);
            case.workflow = workflow;
            let ended = simulate(&machine, &case, &start).expect("a simulation");
            let seen = &ended.observation;
            assert_eq!(seen.status, Status::TimedOut, "{definition}");
            assert_eq!((&seen.error, &seen.cause), (&None, &None));
            assert_eq!(ended.duration, limit, "{definition}");
            assert!(ended.coverage.contains(Clause::ExecutionDuration));
            let history = seen.history.as_ref().expect("a history");
            let last = history.last().expect("an event");
            assert_eq!(last.kind.name(), "ExecutionTimedOut");
        }
    }
}

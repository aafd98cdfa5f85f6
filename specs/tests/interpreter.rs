//! The interpreter compared with documents and recordings: small machines, their histories and
//! outcomes.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    clause::{Aspect, Clause},
    observation::Status,
    reference::{EPOCH, Expectation, SimulationError, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply, Rule},
    },
};

fn run(definition: &Value, input: Value, plan: Plan) -> Result<Expectation, SimulationError> {
    let machine = Arc::new(Machine::from_value(definition).expect("a valid machine"));
    let start = Start {
        input: input.into(),
        plan,
    };
    let case = ExecutionCase {
        entropy: 7,
        ..ExecutionCase::new(definition.clone(), vec![start.clone()])
    };
    simulate(&machine, &case, &start)
}

fn simulated(definition: &Value, input: Value, plan: Plan) -> Expectation {
    run(definition, input, plan).expect("a simulation")
}

fn plan(rules: &[(&str, Vec<Rule>)]) -> Plan {
    Plan {
        sites: rules
            .iter()
            .map(|(site, rules)| ((*site).into(), rules.clone().into()))
            .collect(),
    }
}

fn fail(error: &str) -> Act {
    Act::now(Reply::Fail {
        error: error.into(),
        cause: "why".into(),
    })
}

fn events(expectation: &Expectation) -> Vec<(i64, i64, String)> {
    let history = expectation
        .observation
        .history
        .as_ref()
        .expect("the reference has a history");
    history
        .iter()
        .map(|event| (event.id, event.previous, event.kind.name()))
        .collect()
}

fn kinds(expectation: &Expectation) -> Vec<(i64, String)> {
    events(expectation)
        .into_iter()
        .map(|(_, previous, kind)| (previous, kind))
        .collect()
}

fn task(resource: &str) -> Value {
    json!({
        "Type": "Task",
        "Resource": format!("arn:aws:states:us-east-1:123456789012:activity:{resource}"),
        "End": true
    })
}

#[allow(clippy::needless_pass_by_value)] // callers write literals
fn alone(state: Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state } })
}

#[test]
fn a_pass_copies_its_input() {
    let seen = simulated(
        &alone(json!({"Type": "Pass", "End": true})),
        json!({"x": 1}),
        Plan::default(),
    );
    assert_eq!(seen.observation.status, Status::Succeeded);
    assert_eq!(seen.observation.output, Some(json!({"x": 1}).into()));
    let expected = [
        (0, "ExecutionStarted"),
        (0, "PassStateEntered"),
        (2, "PassStateExited"),
        (3, "ExecutionSucceeded"),
    ];
    assert_eq!(
        kinds(&seen),
        expected.map(|(previous, kind)| (previous, kind.to_owned()))
    );
    assert!(seen.poisoned.is_empty());
}

/// Recorded: test_invalid_jsonpath with OutputPath.
#[test]
fn a_missing_output_path_ends_the_execution() {
    let state = json!({"Type": "Pass", "OutputPath": "$.NoSuchOutputPath", "End": true});
    let seen = simulated(&alone(state), json!({"int-literal": 0}), Plan::default());
    assert_eq!(seen.observation.error.as_deref(), Some("States.Runtime"));
    assert_eq!(
        seen.observation.cause.as_deref(),
        Some(
            "An error occurred while executing the state 'A' (entered at the event id #2). \
             Invalid path '$.NoSuchOutputPath' : No results for path: $['NoSuchOutputPath']"
        )
    );
    assert_eq!(kinds(&seen).last().map(|(previous, _)| *previous), Some(2));
}

/// Recorded: test_parallel_state_retry.
#[test]
fn a_retried_parallel_starts_its_branches_again() {
    let parallel = json!({
        "Type": "Parallel",
        "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "E", "Cause": "c"}}}],
        "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}],
        "End": true
    });
    let seen = simulated(&alone(parallel), json!({}), Plan::default());
    assert_eq!(seen.observation.error.as_deref(), Some("E"));
    let expected = [
        (0, "ExecutionStarted"),
        (0, "ParallelStateEntered"),
        (2, "ParallelStateStarted"),
        (3, "FailStateEntered"),
        (4, "ParallelStateStarted"),
        (5, "FailStateEntered"),
        (6, "ParallelStateStarted"),
        (7, "FailStateEntered"),
        (8, "ParallelStateFailed"),
        (9, "ExecutionFailed"),
    ];
    assert_eq!(
        kinds(&seen),
        expected.map(|(previous, kind)| (previous, kind.to_owned()))
    );
    assert_eq!(seen.duration, 1_000 + 2_000);
}

/// Recorded: test_map_state_retry_multiple_retriers, without its first state.
#[test]
fn a_retried_map_starts_all_iterations_again() {
    let map = json!({
        "Type": "Map", "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "E"}}},
        "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
        "End": true
    });
    let seen = simulated(&alone(map), json!([1]), Plan::default());
    let expected = [
        (0, "ExecutionStarted"),
        (0, "MapStateEntered"),
        (2, "MapStateStarted"),
        (3, "MapIterationStarted"),
        (4, "FailStateEntered"),
        (5, "MapIterationFailed"),
        (5, "MapStateStarted"),
        (7, "MapIterationStarted"),
        (8, "FailStateEntered"),
        (9, "MapIterationFailed"),
        (9, "MapStateFailed"),
        (11, "ExecutionFailed"),
    ];
    assert_eq!(
        kinds(&seen),
        expected.map(|(previous, kind)| (previous, kind.to_owned()))
    );
}

/// Recorded: test_map_state with MaxConcurrency 1. An iteration that follows another one starts
/// from that one's last state event, and Succeeded and Exited have the same predecessor.
#[test]
fn sequential_iterations_follow_each_other() {
    let map = json!({
        "Type": "Map", "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}},
        "End": true
    });
    let seen = simulated(&alone(map), json!([1, 2]), Plan::default());
    let expected = [
        (0, "ExecutionStarted"),
        (0, "MapStateEntered"),
        (2, "MapStateStarted"),
        (3, "MapIterationStarted"),
        (4, "PassStateEntered"),
        (5, "PassStateExited"),
        (6, "MapIterationSucceeded"),
        (6, "MapIterationStarted"),
        (8, "PassStateEntered"),
        (9, "PassStateExited"),
        (10, "MapIterationSucceeded"),
        (11, "MapStateSucceeded"),
        (11, "MapStateExited"),
        (13, "ExecutionSucceeded"),
    ];
    assert_eq!(
        kinds(&seen),
        expected.map(|(previous, kind)| (previous, kind.to_owned()))
    );
    assert_eq!(seen.observation.output, Some(json!([1, 2]).into()));
}

/// The specification's example: ErrorA, ErrorB, ErrorC, ErrorB with two retriers.
#[test]
fn each_retrier_has_a_budget_of_its_own() {
    let mut state = task("a");
    state["Retry"] = json!([
        {"ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 1, "BackoffRate": 2.0, "MaxAttempts": 2},
        {"ErrorEquals": ["ErrorC"], "IntervalSeconds": 5}
    ]);
    let attempts = ["ErrorA", "ErrorB", "ErrorC", "ErrorB"];
    let rules = (1..).zip(attempts);
    let rules = rules
        .map(|(bound, error)| Rule::below(bound, fail(error)))
        .collect();
    let seen = simulated(&alone(state), json!({}), plan(&[("A", rules)]));
    assert_eq!(seen.observation.error.as_deref(), Some("ErrorB"));
    let taken: Vec<u64> = seen.observation.attempts["A"]
        .iter()
        .map(|a| a.taken)
        .collect();
    assert_eq!(taken, [0, 1_000, 3_000, 8_000]);
    assert!(seen.coverage.contains(Clause::RetryExhausted));
}

#[test]
fn max_attempts_zero_goes_straight_to_catch() {
    let mut state = task("a");
    state["Retry"] = json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]);
    state["Catch"] = json!([{"ErrorEquals": ["E"], "Next": "B", "ResultPath": "$.error"}]);
    let machine = json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}});
    let seen = simulated(
        &machine,
        json!({"k": 1}),
        plan(&[("A", vec![Rule::always(fail("E"))])]),
    );
    assert_eq!(seen.observation.attempts["A"].len(), 1);
    let output = json!({"k": 1, "error": {"Error": "E", "Cause": "why"}});
    assert_eq!(seen.observation.output, Some(output.into()));
}

#[test]
fn task_failed_stands_for_everything_but_a_timeout() {
    let mut state = task("a");
    state["TimeoutSeconds"] = json!(2);
    state["Catch"] = json!([
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"},
        {"ErrorEquals": ["States.ALL"], "Next": "Other"}
    ]);
    let machine = json!({"StartAt": "A", "States": {
        "A": state,
        "Failed": {"Type": "Pass", "Result": "failed", "End": true},
        "Other": {"Type": "Pass", "End": true}
    }});
    let caught = |act: Act| {
        let seen = simulated(&machine, json!({}), plan(&[("A", vec![Rule::always(act)])]));
        let output = seen.observation.output.expect("caught");
        (Value::clone(&output), seen.duration)
    };
    assert_eq!(caught(fail("Custom")), (json!("failed"), 0));
    let timeout = json!({"Error": "States.Timeout", "Cause": ""});
    assert_eq!(caught(Act::now(Reply::Silent)), (timeout, 2_000));
}

#[test]
fn the_longest_schedule_counts_where_a_reply_comes_close_to_the_time_limit() {
    let mut state = task("a");
    state["TimeoutSeconds"] = json!(2);
    state["Retry"] = json!([{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}]);
    let reply = |after| Act {
        after,
        ..Act::now(Reply::Echo)
    };
    let took = |after| {
        let rules = vec![Rule::always(reply(after))];
        let seen = simulated(&alone(state.clone()), json!({}), plan(&[("A", rules)]));
        (seen.duration, seen.longest)
    };
    assert_eq!(took(500).0, 500);
    assert!(took(500).1 < 2_000, "{:?}", took(500));
    assert_eq!(took(1_900).0, 1_900);
    assert!(took(1_900).1 >= 4_000, "{:?}", took(1_900));
    // The time runs from before the worker has the task.
    assert_eq!(took(2_000).0, 5_000);
}

#[test]
fn heartbeats_keep_a_task_alive() {
    let mut state = task("a");
    state["HeartbeatSeconds"] = json!(2);
    let machine = alone(state);
    let act = |heartbeats: Vec<u64>| Act {
        after: 4_000,
        heartbeats,
        ..Act::now(Reply::Echo)
    };
    let alive = simulated(
        &machine,
        json!(1),
        plan(&[("A", vec![Rule::always(act(vec![1_000, 2_500]))])]),
    );
    assert_eq!(alive.observation.status, Status::Succeeded);
    let dead = simulated(
        &machine,
        json!(1),
        plan(&[("A", vec![Rule::always(act(vec![1_000]))])]),
    );
    assert_eq!(dead.observation.error.as_deref(), Some("States.Timeout"));
    assert_eq!(
        (dead.observation.cause.as_deref(), dead.duration),
        (None, 3_000)
    );
}

#[test]
fn time_in_the_queue_counts_towards_no_limit() {
    let mut state = task("a");
    state["TimeoutSeconds"] = json!(3);
    state["HeartbeatSeconds"] = json!(1);
    let queued = |act: Act| {
        let mut plan = plan(&[("A", vec![Rule::always(act)])]);
        plan.sites.get_mut("A").expect("a script").away = 2_000;
        simulated(&alone(state.clone()), json!(1), plan)
    };
    let act = Act {
        after: 2_000,
        heartbeats: vec![700, 1_400],
        ..Act::now(Reply::Echo)
    };
    let seen = queued(act);
    assert_eq!(seen.observation.status, Status::Succeeded);
    assert_eq!(seen.duration, 4_000, "longer than the timeout");
    assert_eq!(seen.observation.attempts["A"][0].taken, 2_000);
    assert!(seen.poisoned.is_empty(), "{:?}", seen.poisoned);
    for clause in [Clause::TimeoutFromStart, Clause::HeartbeatFromStart] {
        assert!(seen.coverage.contains(clause));
    }
    assert!(!seen.coverage.contains(Clause::TimeoutNeverTaken));
    let silent = queued(Act::now(Reply::Silent));
    let error = silent.observation.error.as_deref();
    assert_eq!((error, silent.duration), (Some("States.Timeout"), 3_000));
}

#[test]
fn workers_that_are_back_take_tasks_at_once() {
    let mut state = task("a");
    state["Retry"] = json!([{"ErrorEquals": ["E"], "IntervalSeconds": 1}]);
    let fails = Rule::below(2, fail("E"));
    let mut plan = plan(&[("A", vec![fails])]);
    plan.sites.get_mut("A").expect("a script").away = 1_500;
    let seen = simulated(&alone(state), json!(1), plan);
    let taken = seen.observation.attempts["A"].iter().map(|it| it.taken);
    assert_eq!(taken.collect::<Vec<_>>(), [1_500, 2_500, 4_500]);
}

#[test]
fn two_failing_branches_poison_what_depends_on_the_order() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: task(name)}});
    let machine = alone(json!({
        "Type": "Parallel", "Branches": [branch("L"), branch("R")], "End": true
    }));
    let rules = |error: &str| vec![Rule::always(fail(error))];
    let seen = simulated(
        &machine,
        json!({}),
        plan(&[("A/0/L", rules("Left")), ("A/1/R", rules("Right"))]),
    );
    assert!(seen.poisoned.contains(&Aspect::Error));
    assert!(
        !seen.poisoned.contains(&Aspect::Status),
        "either way it fails"
    );
}

#[test]
fn a_missing_choice_variable_fails_although_there_is_a_default() {
    let machine = json!({"StartAt": "A", "States": {
        "A": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.foo", "NumericEquals": 1, "Next": "B"}],
            "Default": "B"
        },
        "B": {"Type": "Succeed"}
    }});
    let seen = simulated(&machine, json!({}), Plan::default());
    assert_eq!(seen.observation.error.as_deref(), Some("States.Runtime"));
    let cause = seen.observation.cause.expect("a cause");
    let text =
        "Invalid path '$.foo': The choice state's condition path references an invalid value.";
    assert!(cause.ends_with(text), "{cause}");
}

#[test]
fn a_silent_task_without_a_limit_is_reported_not_waited_for() {
    let silent = vec![Rule::always(Act::now(Reply::Silent))];
    let never = run(&alone(task("a")), json!({}), plan(&[("A", silent)]));
    assert!(
        matches!(never, Err(SimulationError::NeverEnds(_))),
        "{never:?}"
    );
}

#[test]
fn a_catcher_that_fails_is_not_asked_again() {
    let mut state = task("a");
    state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.a", "Next": "B"}]);
    let machine = json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}});
    let seen = simulated(
        &machine,
        json!(null),
        plan(&[("A", vec![Rule::always(fail("E"))])]),
    );
    assert_eq!(
        seen.observation.error.as_deref(),
        Some("States.ReferencePathConflict")
    );
    assert!(seen.poisoned.contains(&Aspect::Status));
}

#[test]
fn a_long_wait_costs_nothing() {
    let wait = json!({"Type": "Wait", "Seconds": 31_536_000, "End": true});
    let seen = simulated(&alone(wait), json!({}), Plan::default());
    assert_eq!(seen.duration, 31_536_000_000);
}

#[test]
fn the_machine_timeout_ends_everything() {
    let machine = json!({"TimeoutSeconds": 5, "StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 60, "End": true}
    }});
    let seen = simulated(&machine, json!({}), Plan::default());
    let observation = &seen.observation;
    assert_eq!(observation.status, Status::TimedOut);
    assert_eq!(
        (&observation.error, &observation.cause, seen.duration),
        (&None, &None, 5_000)
    );
}

#[test]
fn a_full_history_ends_the_execution() {
    let definition = json!({
        "StartAt": "A", "States": {
            "A": {"Type": "Pass", "Next": "B"},
            "B": {"Type": "Pass", "Next": "A"},
            "Z": {"Type": "Succeed"},
        },
    });
    let seen = simulated(&definition, json!({}), Plan::default());
    assert_eq!(seen.observation.status, Status::Failed);
    assert_eq!(seen.observation.error.as_deref(), Some("States.Runtime"));
    assert!(seen.coverage.contains(Clause::HistoryLimit));
    let last = events(&seen).pop();
    assert_eq!(last, Some((25_000, 24_999, "ExecutionFailed".to_owned())));
}

#[test]
fn data_that_grows_without_end_meets_a_limit() {
    let run = |parameters: Value| {
        let definition = json!({
            "StartAt": "A", "States": {
                "A": {"Type": "Pass", "Parameters": parameters, "Next": "A"},
            },
        });
        run(&definition, json!({}), Plan::default())
    };
    let deep = run(json!({"in.$": "$"}));
    assert!(matches!(deep, Err(SimulationError::Unsupported(_))));
    let wide = run(json!({"a.$": "$", "b.$": "$"})).unwrap();
    let error = wide.observation.error.as_deref();
    assert_eq!(error, Some("States.DataLimitExceeded"));
}

/// How far a branch gets before another one fails is not compared, even if it ended immediately.
/// The earlier iterations of a sequential Map are compared.
#[test]
fn what_runs_beside_a_failure_is_open() {
    let end = json!({ "Type": "Pass", "End": true });
    let beside = |failing: Value| {
        let quick = json!({ "StartAt": "C", "States": { "C": end } });
        let failing = json!({ "StartAt": "B", "States": { "B": failing } });
        alone(json!({ "Type": "Parallel", "Branches": [quick, failing], "End": true }))
    };
    let missing = json!({ "Type": "Pass", "InputPath": "$.no", "End": true });
    for failing in [json!({ "Type": "Fail", "Error": "E" }), missing] {
        let seen = simulated(&beside(failing), json!({}), Plan::default());
        assert!(seen.poisoned.contains(&Aspect::Path), "{:?}", seen.poisoned);
        assert!(!seen.poisoned.contains(&Aspect::Status));
    }

    let failing = json!({ "StartAt": "B", "States": { "B": task("b") } });
    let map = json!({
        "Type": "Map", "MaxConcurrency": 1, "ItemProcessor": failing, "End": true
    });
    let second = Rule {
        items: Some(vec![1]),
        ..Rule::always(fail("E"))
    };
    let seen = simulated(&alone(map), json!([1, 2]), plan(&[("A/B", vec![second])]));
    assert!(seen.poisoned.is_empty(), "{:?}", seen.poisoned);
}

/// A branch that is about to move when another one fails may have moved already, even if it has
/// waited for long.
#[test]
fn what_is_about_to_go_on_beside_a_failure_is_open() {
    let branch = |state: &str, seconds: u64| {
        json!({ "StartAt": state, "States": {
            state: { "Type": "Wait", "Seconds": seconds, "Next": format!("{state}{state}") },
            format!("{state}{state}"): { "Type": "Fail", "Error": state },
        }})
    };
    let beside = |seconds: u64| {
        let branches = [branch("B", 2), branch("C", seconds)];
        let parallel = alone(json!({ "Type": "Parallel", "Branches": branches, "End": true }));
        simulated(&parallel, json!({}), Plan::default()).poisoned
    };
    assert!(beside(2).contains(&Aspect::Path));
    assert!(!beside(4).contains(&Aspect::Path));
}

#[test]
fn a_result_path_names_fields_in_brackets() {
    let machine = |path: &str| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Result": 1, "ResultPath": path, "End": true},
        }})
    };
    let run = |path: &str| simulated(&machine(path), json!({"x.y": 0}), Plan::default());
    let brackets = run("$['x.y']");
    assert_eq!(brackets.observation.output, Some(json!({"x.y": 1}).into()));
    assert!(brackets.coverage.contains(Clause::ResultPathBrackets));
    let dots = run("$.x.y");
    let merged = json!({"x.y": 0, "x": {"y": 1}});
    assert_eq!(dots.observation.output, Some(merged.into()));
    assert!(!dots.coverage.contains(Clause::ResultPathBrackets));
}

/// `jiff` and the calendar of its timestamps end a day earlier; AWS's do not.
#[test]
fn the_last_days_of_9999_are_timestamps() {
    let later =
        json!({"Variable": "$.t", "TimestampGreaterThan": "9999-12-31T23:59:58Z", "Next": "B"});
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [later], "Default": "C"},
        "B": {"Type": "Succeed"},
        "C": {"Type": "Fail"},
    }});
    let input = json!({"t": "9999-12-31T23:59:59Z"});
    let seen = simulated(&definition, input, Plan::default());
    assert_eq!(seen.observation.status, Status::Succeeded);
}

#[test]
fn a_wait_ends_with_a_whole_second() {
    let wait = |until: (&str, &str)| {
        let mut wait = json!({"Type": "Wait", "End": true});
        wait[until.0] = until.1.into();
        alone(wait)
    };
    let start: jiff::Timestamp = EPOCH.rfc3339().parse().expect("a timestamp");
    let late = (start + jiff::Span::new().milliseconds(5_900)).to_string();
    for definition in [wait(("Timestamp", &late)), wait(("TimestampPath", "$.t"))] {
        let seen = simulated(&definition, json!({ "t": late }), Plan::default());
        assert_eq!(seen.duration, 5_000);
        assert!(seen.coverage.contains(Clause::WaitTimestampWhole));
    }
}

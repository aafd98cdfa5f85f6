//! What a late harness may change, at the edges of each limit.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    clause::Aspect,
    reference::under_lateness,
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
};

fn task(fields: &Value) -> Value {
    let mut task = json!({
        "Type": "Task", "End": true,
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:w",
    });
    let fields = fields.as_object().expect("fields").clone();
    task.as_object_mut().expect("a state").extend(fields);
    task
}

fn only(name: &str, state: &Value) -> Value {
    json!({ "StartAt": name, "States": { name: state } })
}

/// The first aspect that may come out otherwise with so much lateness.
fn affected(definition: &Value, plan: &Value, late: u64) -> Option<Aspect> {
    let machine = Arc::new(Machine::from_value(definition).expect("a machine"));
    let plan: Plan = serde_json::from_value(plan.clone()).expect("a plan");
    let start = Start {
        input: json!({}).into(),
        plan,
    };
    let case = ExecutionCase::new(definition.clone(), vec![start.clone()]);
    let outcome = under_lateness(&machine, &case, &start, late);
    outcome.affected.first().copied()
}

/// Nothing is affected up to one lateness, and the status from another one on.
fn room(definition: &Value, plan: &Value, enough: u64, too_little: u64) {
    assert_eq!(affected(definition, plan, enough), None, "{definition}");
    assert_eq!(
        affected(definition, plan, too_little),
        Some(Aspect::Status),
        "{definition}"
    );
}

#[test]
fn a_time_limit_leaves_room_for_a_late_task_and_a_late_answer() {
    let definition = only("W", &task(&json!({ "TimeoutSeconds": 3 })));
    let plan = json!({ "W": [{ "after": 1_000, "reply": "echo" }] });
    room(&definition, &plan, 900, 1_100);
}

#[test]
fn a_heartbeat_may_be_late_alone() {
    let definition = only("W", &task(&json!({ "HeartbeatSeconds": 2 })));
    let plan = json!({ "W": [{ "heartbeats": [1_000, 2_000], "after": 3_000, "reply": "echo" }] });
    room(&definition, &plan, 450, 1_100);
}

#[test]
fn a_machine_has_room_until_its_own_limit() {
    let mut definition = only("W", &task(&json!({})));
    definition["TimeoutSeconds"] = json!(10);
    let plan = json!({ "W": [{ "after": 6_000, "reply": "echo" }] });
    room(&definition, &plan, 1_900, 2_100);
}

#[test]
fn a_race_between_branches_leaves_the_room_between_them() {
    let fails = json!({ "StartAt": "V", "States": {
        "V": { "Type": "Wait", "Seconds": 5, "Next": "F" },
        "F": { "Type": "Fail", "Error": "E" },
    } });
    let branches = [only("W", &task(&json!({}))), fails];
    let parallel = json!({ "Type": "Parallel", "Branches": branches, "End": true });
    let definition = only("P", &parallel);
    let plan = json!({ "P[0]/W": [{ "after": 1_000, "reply": "echo" }] });
    assert_eq!(affected(&definition, &plan, 1_500), None);
    // The execution fails either way; how, and how far the task comes, may depend on it.
    let late = affected(&definition, &plan, 2_500);
    assert_eq!(late, Some(Aspect::Error));
}

#[test]
fn a_worker_may_come_back_too_early() {
    let definition = only("W", &task(&json!({ "TimeoutSeconds": 60 })));
    let plan = json!({ "W": { "away": 2_000, "rules": [{ "reply": "echo" }] } });
    assert_eq!(affected(&definition, &plan, 1_000), None);
}

#[test]
fn nothing_depends_on_lateness_without_answers() {
    let definition = only("V", &json!({ "Type": "Wait", "Seconds": 5, "End": true }));
    assert_eq!(affected(&definition, &json!({}), u64::MAX), None);
    let silent = only("W", &task(&json!({ "TimeoutSeconds": 3 })));
    let plan = json!({ "W": [{ "reply": "silent" }] });
    assert_eq!(affected(&silent, &plan, 2_000), None);
    // Nobody takes a task that waits for longer than it may.
    assert_eq!(affected(&silent, &plan, u64::MAX), Some(Aspect::Attempts));
}

/// With little lateness it is the heartbeat that expires, with much the machine. How late each step
/// was is not known, only the most.
#[test]
fn who_may_be_very_late_may_also_be_a_little_late() {
    let next = |fields: Value, next: &str| {
        let mut task = task(&fields);
        task["Next"] = next.into();
        task.as_object_mut().expect("a state").shift_remove("End");
        task
    };
    let definition = json!({ "TimeoutSeconds": 3, "StartAt": "A", "States": {
        "A": next(json!({}), "B"),
        "B": next(json!({ "HeartbeatSeconds": 1 }), "C"),
        "C": task(&json!({})),
    } });
    let plan = json!({
        "B": [{ "after": 1_500, "heartbeats": [500, 1_000], "reply": "echo" }],
        "C": [{ "reply": "silent" }],
    });
    for late in (600..6_000).step_by(50) {
        let first = affected(&definition, &plan, late);
        assert_eq!(first, Some(Aspect::Status), "{late}");
    }
}

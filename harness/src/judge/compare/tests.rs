//! Unchanged observations give no difference; each single change gives exactly one, with its
//! signature.

mod answers;
mod lateness;
mod tamperings;

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, StateType},
    clause::Aspect,
    history::{Details, Event, EventKind, Phase, Service},
    interpreter::HISTORY_LIMIT_TEXT,
    observation::{Observation, Status},
    reference::{Expectation, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply},
    },
};

use super::{Aspects, Context, Judgement, Terms, compare, judge};
use crate::{
    job::{Job, Lane},
    judge::{
        policy::{CauseCompare, HistoryCompare, Policy, TimingCompare},
        verdict::Verdict,
    },
    raw::{Creation, RawRun},
};

pub(crate) struct Fixture {
    pub case: ExecutionCase,
    machine: Arc<Machine>,
    pub expectation: Expectation,
    pub policy: Policy,
    pub lane: Lane,
}

impl Fixture {
    pub fn new(definition: Value, input: impl Into<Arc<Value>>, plan: &[(&str, Act)]) -> Self {
        let input = input.into();
        let machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
        let sites = plan.iter();
        let sites = sites.map(|(site, act)| ((*site).into(), act.clone().into()));
        let plan = Plan {
            sites: sites.collect(),
        };
        let start = Start { input, plan };
        let case = ExecutionCase {
            entropy: 7,
            ..ExecutionCase::new(definition, vec![start.clone()])
        };
        let mut expectation = simulate(&machine, &case, &start).expect("a simulation");
        expectation.poisoned.clear();
        Self::of(case, machine, expectation)
    }

    pub fn of(case: ExecutionCase, machine: Arc<Machine>, expectation: Expectation) -> Self {
        Self {
            case,
            machine,
            expectation,
            policy: Policy {
                cause: CauseCompare::Exact,
                history: HistoryCompare::Details,
                timing: Some(TimingCompare {
                    early: 50,
                    late: 500,
                    handover: 0,
                }),
                liveness_grace: 0,
                relaxed: false,
                exact_clock: false,
            },
            lane: Lane::Throughput,
        }
    }

    /// Simulates the case again after it was changed.
    pub fn again(&mut self) {
        let start = &self.case.starts[0];
        self.expectation = simulate(&self.machine, &self.case, start).expect("a simulation");
        self.expectation.poisoned.clear();
    }

    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    pub fn compare(&self, observation: &Observation) -> Judgement {
        let context = Context {
            case: &self.case,
            machine: &self.machine,
            policy: &self.policy,
            lane: self.lane,
            overhead: 0,
            activities: true,
        };
        compare(&context, 0, &self.expectation, observation)
    }

    /// Judges a raw run of a case with this many equal starts.
    pub fn judge(&self, starts: usize, raw: &RawRun, overhead: u64) -> Judgement {
        let case = Arc::new(self.case.clone());
        let expectations = vec![self.expectation.clone(); starts];
        let job = Job::new(case, self.machine.clone(), expectations, self.lane);
        let terms = Terms {
            policy: &self.policy,
            activities: true,
            codes: true,
            overhead,
        };
        judge(&job, raw, terms)
    }

    pub fn clean(&self) -> Observation {
        self.expectation.observation.clone()
    }

    /// The signatures after one change to the observation.
    pub fn tampered(&self, tamper: impl FnOnce(&mut Observation)) -> Vec<String> {
        let mut observation = self.clean();
        tamper(&mut observation);
        signatures(&self.compare(&observation))
    }
}

pub(crate) fn signatures(judgement: &Judgement) -> Vec<String> {
    let differences = judgement.differences.iter();
    differences.map(|it| it.signature.to_string()).collect()
}

fn activity(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:activity:{name}")
}

fn fails(error: &str) -> Act {
    Act::now(Reply::Fail {
        error: error.into(),
        cause: "why".into(),
    })
}

/// A task that is tried twice and caught, then a Choice and a Pass.
fn retried(policy: impl FnOnce(&mut Policy)) -> Fixture {
    let definition = json!({
        "StartAt": "Work",
        "States": {
            "Work": {
                "Type": "Task", "Resource": activity("w"), "Next": "Route",
                "Retry": [{ "ErrorEquals": ["Boom"], "IntervalSeconds": 2, "MaxAttempts": 1 }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Route" }],
            },
            "Route": {
                "Type": "Choice",
                "Choices": [{ "Variable": "$.go", "BooleanEquals": true, "Next": "Last" }],
                "Default": "Sorry",
            },
            "Last": { "Type": "Pass", "Result": { "k": {} }, "ResultPath": "$.r", "End": true },
            "Sorry": { "Type": "Fail", "Error": "Sorry" },
        },
    });
    let mut fixture = Fixture::new(
        definition,
        json!({ "go": true }),
        &[("Work", fails("Boom"))],
    );
    policy(&mut fixture.policy);
    fixture
}

fn mapped(concurrency: u64) -> Fixture {
    let definition = json!({
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map", "End": true, "MaxConcurrency": concurrency,
                "ItemProcessor": {
                    "StartAt": "Work",
                    "States": {
                        "Work": { "Type": "Task", "Resource": activity("w"), "Next": "Note" },
                        "Note": { "Type": "Pass", "End": true },
                    },
                },
            },
        },
    });
    Fixture::new(definition, json!([1, 2, 3]), &[])
}

fn failing_branch() -> Fixture {
    let definition = json!({
        "StartAt": "Fan",
        "States": {
            "Fan": {
                "Type": "Parallel", "End": true,
                "Branches": [
                    { "StartAt": "Work", "States": {
                        "Work": { "Type": "Task", "Resource": activity("w"), "End": true } } },
                ],
            },
        },
    });
    Fixture::new(definition, json!({}), &[("Fan/0/Work", fails("Boom"))])
}

fn runtime_error() -> Fixture {
    let definition = json!({
        "StartAt": "A",
        "States": { "A": { "Type": "Pass", "InputPath": "$.missing", "End": true } },
    });
    Fixture::new(definition, json!({}), &[])
}

fn history(observation: &mut Observation) -> &mut Vec<Event> {
    observation.history.as_mut().expect("a history")
}

fn position(observation: &Observation, kind: EventKind) -> usize {
    let events = observation.history.as_ref().expect("a history");
    let found = events.iter().position(|event| event.kind == kind);
    found.unwrap_or_else(|| panic!("no {}", kind.name()))
}

/// Removes the event at this position and renumbers the rest without a gap.
fn remove(events: &mut Vec<Event>, at: usize) {
    let gone = events.remove(at);
    for event in events {
        if event.previous == gone.id {
            event.previous = gone.previous;
        }
        event.previous -= i64::from(event.previous > gone.id);
        event.id -= i64::from(event.id > gone.id);
    }
}

/// Removes the first event of a kind.
fn drop_event(observation: &mut Observation, kind: EventKind) {
    let position = position(observation, kind);
    remove(history(observation), position);
}

/// Keeps the snapshot with the other snapshots, which are data.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../../snapshots/insta");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const WORK_FAILED: EventKind = EventKind::Work(Service::Activity, Phase::Failed);
const WORK_SCHEDULED: EventKind = EventKind::Work(Service::Activity, Phase::Scheduled);

#[test]
fn clean_pairs_agree() {
    for fixture in [
        retried(|_| ()),
        mapped(1),
        mapped(0),
        failing_branch(),
        runtime_error(),
    ] {
        for lane in [Lane::Throughput, Lane::Quiet] {
            let fixture = Fixture {
                lane,
                ..fixture_of(&fixture)
            };
            let judgement = fixture.compare(&fixture.clean());
            assert_eq!(signatures(&judgement), [""; 0]);
            assert_eq!(judgement.verdict(|_| false), Verdict::Agree);
            let wanted = Aspects::ALL.iter().filter(|aspect| match aspect {
                Aspect::Diagnostics | Aspect::Answer => false,
                Aspect::Timing => lane == Lane::Quiet,
                _ => true,
            });
            assert_eq!(judgement.judged, wanted.collect());
        }
    }
}

fn fixture_of(fixture: &Fixture) -> Fixture {
    Fixture {
        case: fixture.case.clone(),
        machine: fixture.machine.clone(),
        expectation: fixture.expectation.clone(),
        policy: fixture.policy.clone(),
        lane: fixture.lane,
    }
}

#[test]
fn an_execution_that_hangs() {
    let found = retried(|_| ()).tampered(|it| {
        it.status = Status::Running;
        it.output = None;
        it.duration = None;
        let at = position(it, EventKind::Exited(StateType::Choice));
        history(it).truncate(at);
    });
    assert_eq!(found, ["liveness Choice root ended≠RUNNING"]);
}

#[test]
fn another_status() {
    let found = retried(|_| ()).tampered(|it| {
        it.status = Status::Failed;
        it.output = None;
        it.error = Some("States.Runtime".into());
        let at = position(it, EventKind::Exited(StateType::Pass));
        let events = history(it);
        events.truncate(at + 1);
        events[at].kind = EventKind::ExecutionFailed;
        events[at].details = Details::default();
    });
    assert_eq!(found, ["status Pass root SUCCEEDED≠FAILED:States.Runtime"]);
}

#[test]
fn another_error() {
    let found = failing_branch().tampered(|it| it.error = Some("States.TaskFailed".into()));
    assert_eq!(found, ["error Task Parallel custom≠States.TaskFailed"]);
    let found =
        runtime_error().tampered(|it| it.error = Some("States.ParameterPathFailure".into()));
    assert_eq!(
        found,
        ["error Pass root States.Runtime≠States.ParameterPathFailure"]
    );
}

#[test]
fn another_output_is_located_where_it_arose() {
    let found = retried(|_| ()).tampered(|it| {
        let output = it.output.as_mut().unwrap();
        Arc::make_mut(output)["r"]["k"] = Value::Null;
        let output = output.clone();
        let at = position(it, EventKind::Exited(StateType::Pass));
        history(it)[at].details.output = Some(output);
    });
    assert_eq!(found, ["output Pass root object≠null@value"]);
    let found = mapped(0).tampered(|it| {
        it.output = Some(json!([1, null, 3]).into());
        for event in history(it) {
            if event.kind == EventKind::Exited(StateType::Pass)
                && event.details.output.as_deref() == Some(&json!(2))
            {
                event.details.output = Some(Arc::new(Value::Null));
            }
        }
    });
    assert_eq!(found, ["output Pass Map scalar≠null@value"]);
}

#[test]
fn an_output_of_what_failed_is_not_what_its_states_passed_on() {
    let definition = json!({
        "StartAt": "A",
        "States": {
            "A": { "Type": "Pass", "Result": [], "Next": "B" },
            "B": { "Type": "Fail", "Error": "Boom" },
        },
    });
    let mut fixture = Fixture::new(definition, json!({}), &[]);
    fixture.policy.history = HistoryCompare::Ignore;
    let found = fixture.tampered(|it| {
        it.output = Some(json!({ "Error": "Boom" }).into());
        let at = position(it, EventKind::Exited(StateType::Pass));
        history(it)[at].details.output = Some(Arc::new(Value::Null));
    });
    assert_eq!(found, ["output Pass root absent≠object@value"]);
}

#[test]
fn an_output_without_a_telling_history() {
    let found = retried(|_| ()).tampered(|it| {
        it.output = Some(json!({ "go": true }).into());
        it.history = None;
    });
    assert_eq!(found, ["output - - present≠absent@member"]);
}

#[test]
fn another_path() {
    let found = retried(|_| ()).tampered(|it| {
        let at = position(it, EventKind::Entered(StateType::Pass));
        history(it)[at].details.name = Some("Sorry".into());
    });
    assert_eq!(found, ["path Choice root other"]);
    let found = mapped(0).tampered(|it| {
        drop_event(it, EventKind::Entered(StateType::Pass));
    });
    assert_eq!(found, ["path Pass Map fewer"]);
}

/// The signatures if an engine runs the fixture's machine as if it had been edited like this.
fn edited(fixture: &Fixture, edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut definition = fixture.case.definition.clone();
    edit(&mut definition);
    let plan = fixture.case.starts[0].plan.sites.iter();
    let plan: Vec<(&str, Act)> = plan
        .map(|(site, script)| (&**site, script.rules[0].act.clone()))
        .collect();
    let input = fixture.case.starts[0].input.clone();
    let other = Fixture::new(definition.into(), input, &plan);
    fixture.tampered(|it| *it = other.clean())
}

#[test]
fn a_container_that_is_tried_again_too_often() {
    let mut definition = failing_branch().case.definition;
    let retry = |attempts: u64| json!([{ "ErrorEquals": ["Boom"], "MaxAttempts": attempts }]);
    definition["States"]["Fan"]["Retry"] = retry(1);
    let fixture = Fixture::new(
        definition.into(),
        json!({}),
        &[("Fan/0/Work", fails("Boom"))],
    );
    let more = edited(&fixture, |it| it["States"]["Fan"]["Retry"] = retry(2));
    assert_eq!(more, ["path Parallel root more"]);
    let fewer = edited(&fixture, |it| it["States"]["Fan"]["Retry"] = json!([]));
    assert_eq!(fewer, ["path Parallel root fewer"]);
}

#[test]
fn where_a_history_is_full_is_chance() {
    let found = retried(|_| ()).tampered(|it| {
        it.status = Status::Failed;
        it.output = None;
        it.error = Some("States.Runtime".into());
        it.cause = Some(HISTORY_LIMIT_TEXT.into());
        let at = position(it, EventKind::Exited(StateType::Pass));
        history(it).truncate(at);
    });
    let shape = "SUCCEEDED≠FAILED:States.Runtime(the-execution-reached-the-maximum-number)";
    assert_eq!(found, [format!("status - - {shape}")]);
}

#[test]
fn wrong_data_counts_where_it_arose() {
    let pass = |next: &str| json!({ "Type": "Pass", "Next": next });
    let task =
        json!({ "Type": "Task", "Resource": activity("w"), "Next": "D", "ResultPath": null });
    let last = json!({ "Type": "Pass", "Result": 0, "End": true });
    let mut first = pass("B");
    first["OutputPath"] = json!("$.a");
    let mut states = json!({ "A": first, "B": pass("C"), "C": task, "D": last });
    let machine = |states: &Value| json!({ "StartAt": "A", "States": states });
    let input = json!({ "a": 1 });
    let fixture = Fixture::new(machine(&states), input.clone(), &[]);
    let keep_all = |it: &mut Value| it["States"]["A"]["OutputPath"] = json!("$");
    assert_eq!(
        edited(&fixture, keep_all),
        ["effects Pass root scalar≠object@value"]
    );
    states["C"] = pass("D");
    let fixture = Fixture::new(machine(&states), input, &[]);
    let wanted = ["history Pass root details:PassStateExited.output:scalar≠object@value"];
    assert_eq!(edited(&fixture, keep_all), wanted);
}

#[test]
fn another_number_of_attempts() {
    let more = retried(|_| ()).tampered(|it| {
        let attempts = it.attempts.get_mut("Work").unwrap();
        attempts.push(attempts[0].clone());
    });
    assert_eq!(more, ["attempts Task root more"]);
    let none = mapped(0).tampered(|it| it.attempts.clear());
    assert_eq!(none, ["attempts Task Map none"]);
}

#[test]
fn another_input_of_a_task() {
    let found = mapped(0).tampered(|it| {
        it.attempts.get_mut("Each/Work").unwrap()[1].input = json!([2]).into();
    });
    assert_eq!(found, ["effects Task Map scalar≠array@value"]);
}

#[test]
fn another_cause() {
    let found = runtime_error().tampered(|it| it.cause = Some("path not found".into()));
    assert_eq!(
        found,
        ["cause Pass root invalid-path-no-results-for-path≠path-not-found"]
    );
    let found = failing_branch().tampered(|it| it.cause = None);
    assert_eq!(found, ["cause Task Parallel given≠absent"]);
}

#[test]
fn causes_go_by_the_policy() {
    let other_cause = |it: &mut Observation| it.cause = Some("other".into());
    for (cause, given, own) in [
        (CauseCompare::Ignore, 0, 0),
        (CauseCompare::Given, 1, 0),
        (CauseCompare::Exact, 1, 1),
    ] {
        let mut fixture = failing_branch();
        fixture.policy.cause = cause;
        assert_eq!(fixture.tampered(other_cause).len(), given, "{cause:?}");
        let mut fixture = runtime_error();
        fixture.policy.cause = cause;
        assert_eq!(fixture.tampered(other_cause).len(), own, "{cause:?}");
    }
}

#[test]
fn history_reports_every_distinct_difference() {
    let found = retried(|_| ()).tampered(|it| {
        let at = position(it, EventKind::Entered(StateType::Choice));
        history(it)[at].previous = 1;
        drop_event(it, WORK_FAILED);
    });
    assert_eq!(
        found,
        [
            "history Task root missing:ActivityFailed",
            "history Choice root previous:ChoiceStateEntered",
        ]
    );
}

#[test]
fn which_branch_ends_last_is_chance_also_for_a_failure_after_all_have() {
    let branch = |name: &str| {
        let task = json!({ "Type": "Task", "Resource": activity(name), "End": true });
        json!({ "StartAt": name, "States": { name: task } })
    };
    let definition = json!({ "StartAt": "Fan", "States": { "Fan": {
        "Type": "Parallel", "End": true, "Branches": [branch("Left"), branch("Right")],
        "Assign": { "x.$": "States.ArrayLength('')" },
    } } });
    let fixture = Fixture::new(definition, json!({}), &[]);
    let found = fixture.tampered(|it| {
        let end = position(it, EventKind::ExecutionFailed);
        let exits = history(it)
            .iter()
            .filter(|it| matches!(it.kind, EventKind::Exited(_)));
        let ids: Vec<i64> = exits.map(|it| it.id).collect();
        assert_eq!(
            history(it)[end].previous,
            ids[1],
            "the later of the branches"
        );
        history(it)[end].previous = ids[0];
    });
    assert_eq!(found, [""; 0]);
    // An event outside the branches is another matter.
    let found = fixture.tampered(|it| {
        let end = position(it, EventKind::ExecutionFailed);
        history(it)[end].previous = 1;
    });
    assert_eq!(found, ["history - - previous:ExecutionFailed"]);
}

#[test]
fn details_and_links_of_events() {
    let fixture = retried(|_| ());
    let found = fixture.tampered(|it| {
        let at = position(it, WORK_SCHEDULED);
        let task = history(it)[at].details.task.as_mut().unwrap();
        task.timeout_in_seconds = Some(task.timeout_in_seconds.map_or(5, |it| it + 1));
    });
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("history Task root details:ActivityScheduled.timeoutInSeconds:"));
    let found = fixture.tampered(|it| {
        let at = position(it, WORK_FAILED);
        history(it)[at].previous -= 1;
    });
    assert_eq!(found, ["history Task root previous:ActivityFailed"]);
    let found = fixture.tampered(|it| {
        let events = history(it);
        let last = events.len() - 1;
        events[last].id += 5;
    });
    assert_eq!(found, ["history - - property:ids"]);
    let found = fixture.tampered(|it| {
        let events = history(it);
        for event in events.iter_mut() {
            event.at.0 += 12_345;
        }
        let task = events[2].details.task.as_mut().unwrap();
        task.worker_name = Some("a worker".into());
    });
    assert_eq!(found, [""; 0], "times and workers are chance");
}

#[test]
fn a_looser_policy_sees_less() {
    let kinds = retried(|policy| policy.history = HistoryCompare::Kinds);
    let other_input = |it: &mut Observation| {
        let at = position(it, WORK_SCHEDULED);
        history(it)[at].details.input = Some(Arc::new(json!(0)));
    };
    let less = |it: &mut Observation| drop_event(it, WORK_FAILED);
    assert_eq!(kinds.tampered(other_input), [""; 0]);
    assert_eq!(kinds.tampered(less).len(), 1);
    let path = retried(|policy| policy.history = HistoryCompare::Path);
    assert_eq!(path.tampered(less), [""; 0]);
    let mut tampered = path.clean();
    drop_event(&mut tampered, WORK_FAILED);
    let judged = path.compare(&tampered).judged;
    assert!(judged.contains(Aspect::Path) && !judged.contains(Aspect::History));
}

#[test]
fn the_quiet_lane_judges_time() {
    let mut fixture = retried(|_| ());
    fixture.lane = Lane::Quiet;
    let shift = |by: i64| {
        move |it: &mut Observation| {
            let second = &mut it.attempts.get_mut("Work").unwrap()[1];
            second.taken = second.taken.saturating_add_signed(by);
        }
    };
    assert_eq!(
        fixture.tampered(shift(-1_000)),
        ["timing Task root retry-early"]
    );
    assert_eq!(
        fixture.tampered(shift(1_000)),
        ["timing Task root retry-late"]
    );
    assert_eq!(fixture.tampered(shift(100)), [""; 0]);
    let late = fixture.tampered(|it| it.duration = it.duration.map(|it| it + 10_000));
    assert_eq!(late, ["timing - - end-late"]);
    fixture.lane = Lane::Throughput;
    assert_eq!(fixture.tampered(shift(1_000)), [""; 0]);
}

#[test]
fn each_task_may_be_handed_over_late() {
    let mut fixture = retried(|policy| policy.timing.as_mut().unwrap().handover = 500);
    fixture.lane = Lane::Quiet;
    let attempts = fixture.expectation.observation.attempts.values();
    let tasks: u64 = attempts.map(|attempts| attempts.len() as u64).sum();
    let later =
        |by: u64| fixture.tampered(|it| it.duration = it.duration.map(|duration| duration + by));
    let most = 500 + tasks * 500;
    assert_eq!(later(most), [""; 0]);
    assert_eq!(later(most + 1), ["timing - - end-late"]);
    let retried =
        |by: u64| fixture.tampered(|it| it.attempts.get_mut("Work").unwrap()[1].taken += by);
    assert_eq!(retried(1_000), [""; 0]);
    assert_eq!(retried(1_001), ["timing Task root retry-late"]);
}

#[test]
fn the_order_of_concurrent_work_is_chance() {
    let fixture = mapped(0);
    let mut observation = fixture.clean();
    observation.attempts.get_mut("Each/Work").unwrap().reverse();
    let events = history(&mut observation);
    let swapped: Vec<usize> = (0..events.len())
        .filter(|at| events[*at].kind == EventKind::Exited(StateType::Pass))
        .collect();
    let first = events[swapped[0]].details.clone();
    events[swapped[0]].details = events[swapped[2]].details.clone();
    events[swapped[2]].details = first;
    let judgement = fixture.compare(&observation);
    assert_eq!(signatures(&judgement), [""; 0]);
}

#[test]
fn the_first_aspect_is_the_root() {
    let fixture = retried(|_| ());
    let mut observation = fixture.clean();
    observation.output = Some(json!(1).into());
    observation.attempts.clear();
    history(&mut observation).pop();
    let judgement = fixture.compare(&observation);
    assert_eq!(judgement.differences.len(), 1);
    assert_eq!(judgement.differences[0].aspect, Aspect::Attempts);
    assert!(!judgement.judged.contains(Aspect::Output));
    assert_eq!(judgement.verdict(|_| false), Verdict::Diverge);
    assert_eq!(judgement.verdict(|_| true), Verdict::Known);
}

#[test]
fn a_poisoned_root_does_not_count_but_properties_do() {
    let mut fixture = retried(|_| ());
    fixture.expectation.poisoned = vec![Aspect::Attempts];
    let mut observation = fixture.clean();
    let attempts = observation.attempts.get_mut("Work").unwrap();
    attempts.pop();
    let judgement = fixture.compare(&observation);
    assert_eq!(judgement.verdict(|_| false), Verdict::Poisoned);
    assert_eq!(judgement.poisoned.len(), 1);

    let attempts = observation.attempts.get_mut("Work").unwrap();
    attempts.extend([attempts[0].clone(), attempts[0].clone()]);
    let judgement = fixture.compare(&observation);
    assert_eq!(
        signatures(&judgement),
        ["attempts Task root property:attempts"]
    );
}

#[test]
fn what_cannot_be_attributed_is_poisoned() {
    let fixture = retried(|_| ());
    let mut observation = fixture.clean();
    let attempts = observation.attempts.get_mut("Work").unwrap();
    attempts[0].key = None;
    attempts[0].input = json!("?").into();
    let judgement = fixture.compare(&observation);
    assert_eq!(judgement.verdict(|_| false), Verdict::Poisoned);
    assert_eq!(judgement.poisoned[0].aspect, Aspect::Effects);
}

#[test]
fn what_follows_from_a_task_without_a_plan_is_poisoned_where_another_way_is_legal() {
    let mut fixture = retried(|_| ());
    let mut observation = fixture.clean();
    observation.attempts.get_mut("Work").unwrap()[0].key = None;
    observation.status = Status::Failed;
    observation.output = None;
    observation.error = Some("States.Runtime".into());
    let verdict = |fixture: &Fixture| fixture.compare(&observation).verdict(|_| false);
    assert_eq!(verdict(&fixture), Verdict::Diverge);
    fixture.expectation.poisoned = vec![Aspect::Path];
    assert_eq!(verdict(&fixture), Verdict::Poisoned);
}

#[test]
fn a_refused_machine_is_a_divergence() {
    let fixture = retried(|_| ());
    let mut raw = RawRun::of([&fixture.clean()]);
    raw.executions.clear();
    raw.creation = Creation::Refused {
        code: "InvalidDefinition".into(),
        message: "SCHEMA_VALIDATION_FAILED: no at /States/Work/Retry[0]".into(),
    };
    let judgement = fixture.judge(1, &raw, 0);
    let wanted = ["acceptance Task root accepted≠refused:InvalidDefinition(no-at)"];
    assert_eq!(signatures(&judgement), wanted);
}

#[test]
fn what_was_not_watched_long_enough_is_unknown() {
    let mut fixture = retried(|_| ());
    fixture.policy.liveness_grace = 1_000;
    let mut raw = RawRun::of([&fixture.clean()]);
    raw.executions[0].status = Status::Running;
    raw.executions[0].watched = fixture.expectation.longest + 999;
    let judgement = fixture.judge(1, &raw, 0);
    assert_eq!(judgement.verdict(|_| false), Verdict::Unknown);
    raw.executions[0].watched += 1;
    let judgement = fixture.judge(1, &raw, 0);
    assert_eq!(judgement.differences[0].aspect, Aspect::Liveness);
}

#[test]
fn every_start_is_judged_and_each_signature_counted_once() {
    let fixture = retried(|_| ());
    let clean = RawRun::of([&fixture.clean()]);
    let mut wrong = clean.clone();
    wrong.executions[0].output = Some("not JSON".into());
    let mut raw = clean.clone();
    raw.executions.extend(wrong.executions.clone());
    raw.executions.extend(wrong.executions);
    let judgement = fixture.judge(3, &raw, 0);
    assert_eq!(signatures(&judgement), ["output - - present≠absent@member"]);
    assert_eq!(judgement.differences[0].start, 1);
    let judgement = fixture.judge(2, &clean, 0);
    assert_eq!(
        judgement.verdict(|_| false),
        Verdict::Unknown,
        "a start is missing"
    );
}

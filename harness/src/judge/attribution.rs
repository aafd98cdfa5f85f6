//! Which rule a divergence breaks: the most telling clause that the minimal case exercises.
//!
//! A guess, made after reduction, when little else than the broken rule is left to exercise.

use std::sync::{Arc, LazyLock};

use serde_json::json;
use stepproof_specs::{
    asl::{Machine, WorkflowType},
    clause::{Aspect, Basis, Clause, Coverage},
    reference::simulate,
    scenario::{
        case::{ExecutionCase, Start},
        plan::Plan,
    },
};

use super::{
    compare::{Difference, properties},
    signature::{Shape, Signature},
};

/// The clause that the difference most likely breaks, given what the minimal case exercises. An
/// assumed clause is never broken.
pub fn clause(difference: &Difference, coverage: &Coverage) -> Option<Clause> {
    let Signature {
        aspect,
        kind,
        parent,
        shape,
    } = &difference.signature;
    if let Some(broken) = properties::clause(shape) {
        return Some(broken);
    }
    let clues = Clues {
        aspect: *aspect,
        kind,
        parent,
        fails: shape.mentions("FAILED") || shape.mentions("States.Runtime"),
        hints: hints(shape),
    };
    let based = || {
        let marked = coverage.iter();
        marked.filter(|clause| clause.entry().basis != Basis::Assumed)
    };
    clues
        .best(based().filter(|clause| !TRIVIAL.contains(*clause)))
        .or_else(|| clues.best(based()))
}

/// What the machine with one Pass state exercises: no divergence is about that.
pub(crate) static TRIVIAL: LazyLock<Coverage> = LazyLock::new(|| {
    let definition = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } });
    let start = Start {
        input: json!({}).into(),
        plan: Plan::default(),
    };
    let Ok(machine) = Machine::from_value(&definition) else {
        return Coverage::default();
    };
    let case = ExecutionCase {
        definition: definition.into(),
        workflow: WorkflowType::Standard,
        starts: Vec::new(),
        entropy: 0,
    };
    simulate(&Arc::new(machine), &case, &start)
        .map_or_else(|_| Coverage::default(), |expectation| expectation.coverage)
});

/// What a signature says about the rule.
struct Clues<'a> {
    aspect: Aspect,
    kind: &'a str,
    parent: &'a str,
    fails: bool,
    hints: Vec<Clause>,
}

/// Words of a shape, each with the clauses that it suggests.
const HINTS: [(&str, &[Clause]); 9] = [
    (
        "more",
        &[
            Clause::RetryExhausted,
            Clause::RetryDefaultAttempts,
            Clause::RetryMaxAttemptsZero,
            Clause::RetryFirstMatch,
            Clause::CatchFirstMatch,
            Clause::ChoiceFirstMatch,
        ],
    ),
    (
        "unexpected",
        &[
            Clause::RetryExhausted,
            Clause::RetryDefaultAttempts,
            Clause::RetryMaxAttemptsZero,
        ],
    ),
    (
        "fewer",
        &[
            Clause::RetryAgain,
            Clause::RetryDefaultAttempts,
            Clause::ChoiceDefault,
            Clause::InputPathDefault,
            Clause::OutputPathDefault,
        ],
    ),
    (
        "retry-",
        &[
            Clause::RetryInterval,
            Clause::RetryBackoff,
            Clause::RetryMaxDelay,
        ],
    ),
    ("imeout", TIMEOUTS),
    ("TimedOut", TIMEOUTS),
    ("TIMED_OUT", &[Clause::MachineTimeout]),
    (
        "Heartbeat",
        &[
            Clause::HeartbeatTimeout,
            Clause::HeartbeatFromStart,
            Clause::HeartbeatExtends,
            Clause::HeartbeatNames,
            Clause::ValidateHeartbeat,
        ],
    ),
    (
        "Aborted",
        &[
            Clause::SiblingsStopped,
            Clause::ExecutionStopped,
            Clause::HistoryAborted,
        ],
    ),
];

const TIMEOUTS: &[Clause] = &[
    Clause::TaskTimeout,
    Clause::TimeoutFromStart,
    Clause::HeartbeatTimeout,
    Clause::MachineTimeout,
    Clause::ErrorOutputTimeout,
];

fn hints(shape: &Shape) -> Vec<Clause> {
    let matching = HINTS.iter().filter(|(word, _)| shape.mentions(word));
    matching
        .flat_map(|(_, clauses)| *clauses)
        .copied()
        .collect()
}

/// Clauses by which something fails.
const FAILING: [Clause; 16] = [
    Clause::ResultPathConflict,
    Clause::TemplatePathMissing,
    Clause::PathMissing,
    Clause::PathWildcardMissing,
    Clause::IntrinsicInvalid,
    Clause::IntrinsicArgumentMissing,
    Clause::WaitPathMissing,
    Clause::ChoiceNoMatch,
    Clause::ChoiceMissingVariable,
    Clause::ChoiceIsPresentMissing,
    Clause::ActivityMissing,
    Clause::ErrorOutputMissing,
    Clause::ParallelFails,
    Clause::MapItemsNotArray,
    Clause::MapItemsMissing,
    Clause::MapFails,
];

impl Clues<'_> {
    /// The first of the best: the registry goes from the general to the particular.
    fn best(&self, clauses: impl Iterator<Item = Clause>) -> Option<Clause> {
        let ranked = clauses.map(|clause| (self.rank(clause), clause));
        let best = ranked.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, clause)| clause)
    }

    fn rank(&self, clause: Clause) -> usize {
        let mut id = clause.entry().path();
        let family = id.next().unwrap_or_default();
        let of_kind = families_of_kind(self.kind).contains(&family);
        let of_parent = families_of_kind(self.parent).contains(&family);
        let of_aspect = families_of_aspect(self.aspect).contains(&family);
        let failing = self.fails && FAILING.contains(&clause);
        let particular = (1 + id.count()).min(4);
        let relation = 8 * usize::from(of_aspect)
            + 6 * usize::from(of_kind)
            + 2 * usize::from(of_parent)
            + 7 * usize::from(failing)
            + 7 * usize::from(self.hints.contains(&clause));
        if relation == 0 {
            0
        } else {
            relation + particular
        }
    }
}

fn families_of_kind(kind: &str) -> &'static [&'static str] {
    match kind {
        "Task" => &["task", "retry", "catch", "error"],
        "Wait" => &["wait"],
        "Pass" => &["pass", "data", "variables", "intrinsic"],
        "Succeed" => &["succeed", "data"],
        "Fail" => &["fail", "error"],
        "Choice" => &["choice"],
        "Parallel" => &["parallel", "siblings", "retry", "catch", "error"],
        "Map" => &["map", "siblings", "retry", "catch", "error"],
        _ => &["execution", "machine"],
    }
}

fn families_of_aspect(aspect: Aspect) -> &'static [&'static str] {
    match aspect {
        Aspect::Acceptance | Aspect::Diagnostics => &["validate"],
        Aspect::Liveness => &["machine"],
        Aspect::Status | Aspect::Error => &["error", "catch"],
        Aspect::Output => &["data", "intrinsic", "jsonata", "variables"],
        Aspect::Effects => &["data", "intrinsic", "jsonata", "variables", "map"],
        Aspect::Path => &["choice", "catch"],
        Aspect::Attempts => &["retry"],
        Aspect::Cause => &[],
        Aspect::History => &["history"],
        Aspect::Timing => &["retry", "wait"],
        Aspect::Answer => &["api", "task"],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stepproof_specs::{
        clause::Aspect,
        observation::{Observation, Status},
        scenario::plan::{Act, Reply},
    };

    use super::clause;
    use crate::judge::compare::tests::Fixture;

    const TASK: &str = "arn:aws:states:us-east-1:123456789012:activity:w";

    fn machine(state: Value) -> Value {
        let mut state = state;
        if state["Type"] != "Choice" {
            state["End"] = json!(true);
        }
        let end = json!({ "Type": "Succeed" });
        json!({ "StartAt": "A", "States": { "A": state, "B": end } })
    }

    fn retried() -> Fixture {
        let retry = json!([{ "ErrorEquals": ["Boom"], "MaxAttempts": 1, "BackoffRate": 1.5 }]);
        let task = json!({ "Type": "Task", "Resource": TASK, "Retry": retry });
        let fail = Act::now(Reply::Fail {
            error: "Boom".into(),
            cause: String::new(),
        });
        Fixture::new(machine(task), json!({}), &[("A", fail)])
    }

    fn broken(fixture: &Fixture, tamper: impl FnOnce(&mut Observation)) -> &'static str {
        let mut observation = fixture.clean();
        tamper(&mut observation);
        let judgement = fixture.compare(&observation);
        let found = clause(&judgement.differences[0], &fixture.expectation.coverage);
        found.map_or("none", |clause| clause.entry().id)
    }

    #[test]
    fn the_most_telling_clause_is_named() {
        let more = broken(&retried(), |it| {
            let attempts = it.attempts.get_mut("A").unwrap();
            attempts.push(attempts[0].clone());
        });
        assert_eq!(more, "retry.exhausted");
        let fewer = broken(&retried(), |it| {
            it.attempts.get_mut("A").unwrap().pop();
        });
        assert_eq!(fewer, "retry.again");

        let rule = json!({ "Variable": "$.no", "NumericEquals": 1, "Next": "B" });
        let choice = json!({ "Type": "Choice", "Choices": [rule], "Default": "B" });
        let choice = Fixture::new(machine(choice), json!({}), &[]);
        let matched = broken(&choice, |it| {
            it.status = Status::Succeeded;
            it.error = None;
        });
        assert_eq!(matched, "choice.missing-variable");

        let pass = json!({ "Type": "Pass", "Result": 1, "ResultPath": "$.r" });
        let pass = Fixture::new(machine(pass), json!({}), &[]);
        let merged = broken(&pass, |it| it.output = Some(json!(1).into()));
        assert_eq!(merged, "data.result-path.merges");
    }

    #[test]
    fn a_property_names_its_clause() {
        let mut fixture = retried();
        fixture.expectation.poisoned = vec![Aspect::Attempts];
        let more = broken(&fixture, |it| {
            let attempts = it.attempts.get_mut("A").unwrap();
            attempts.push(attempts[0].clone());
        });
        assert_eq!(more, "retry.exhausted");
    }

    #[test]
    fn the_trivial_machine_has_clauses_too() {
        let pass = Fixture::new(machine(json!({ "Type": "Pass" })), json!({}), &[]);
        assert_eq!(
            broken(&pass, |it| it.output = None),
            "data.input-path.default"
        );
    }
}

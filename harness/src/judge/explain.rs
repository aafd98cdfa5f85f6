//! Explains what an engine did: the deviations under which the reference does exactly that.
//!
//! A hypothesis explains a case if the reference that follows it does what the engine did in every
//! aspect that is judged and nothing poisons, the aspect that differed among these. A case in which
//! the engine did what the plain reference does refutes a hypothesis that expects something else.

use std::{borrow::Cow, cell::Cell, sync::Arc};

use stepproof_specs::{
    base::time::Millis,
    clause::{Aspect, Clause},
    deviation::{
        Deviation, Deviations, Hook,
        catalogue::{Hypothesis, catalogue},
    },
};

use super::{
    attribution,
    compare::{self, Terms},
    verdict::{Aspects, Difference, Judgement, OfStart},
};
use crate::job::Prepared;
use crate::raw::RawRun;

/// What an engine did with a case, to be judged against other expectations.
pub struct Sight<'s> {
    prepared: &'s Prepared,
    /// The aspects in which each start is no run of the plain reference.
    differ: Vec<Aspects>,
    /// The aspects of each start of which nothing follows, whatever is expected.
    doubtful: Vec<Aspects>,
    /// The rule that the first difference seems to break.
    likely: Option<Clause>,
    /// How much longer than the plain reference it was watched.
    grace: Millis,
    rejudge: &'s dyn Fn(&Prepared) -> Judgement,
    /// How many events the run has.
    events: usize,
    /// How many events were simulated or compared for it.
    gone_through: Cell<usize>,
}

/// Of which aspects in which an engine differs a deviating reference has to say what it expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Of all.
    All,
    /// Of those that do not depend, for it, on what is not fixed.
    WhatIsFixed,
}

/// After so many events that were simulated or compared, no more hypotheses are tried: a case that goes round
/// in circles would take minutes.
const MOST_EVENTS: usize = 2_000_000;

impl<'s> Sight<'s> {
    /// What was judged so against the plain reference. `rejudge` judges the same run, of so many events,
    /// against another expectation.
    pub fn new(
        prepared: &'s Prepared,
        judgement: &Judgement,
        grace: Millis,
        events: usize,
        rejudge: &'s dyn Fn(&Prepared) -> Judgement,
    ) -> Self {
        // A violated property is gone if the deviating reference violates it, too.
        let mut differ: Vec<Aspects> = judgement.starts.iter().map(|it| it.differ).collect();
        let differences = judgement.differences.iter();
        for it in differences.filter(|it| it.signature.shape.property().is_none()) {
            differ.resize(differ.len().max(it.start + 1), Aspects::NONE);
            differ[it.start].insert(it.aspect);
        }
        let likely = judgement.differences.first().and_then(|first| {
            let expectation = prepared.expectations().get(first.start)?;
            attribution::clause(first, &expectation.coverage)
        });
        Self {
            likely,
            prepared,
            differ,
            doubtful: judgement.starts.iter().map(|it| it.poisoned).collect(),
            grace,
            rejudge,
            events,
            gone_through: Cell::new(0),
        }
    }

    /// Whether an engine with these deviations does exactly this.
    pub fn is_explained_by(&self, deviations: &Arc<Deviations>) -> bool {
        let left = self.left_under(deviations);
        left.is_some_and(|left| left.is_empty())
    }

    /// Whether an engine with these deviations, of which it is known that the engine has them, may have done
    /// this: what is expected of it is something else than of the plain reference, and nothing differs from
    /// that. The rest may depend on what is not fixed, as it may where a case agrees.
    pub fn is_accounted_for_by(&self, known: &Arc<Deviations>) -> bool {
        let left = self.left_beside(known);
        left.is_some_and(|left| left.is_empty())
    }

    /// What differs from that; `None` if the same is expected as of the plain reference.
    pub fn left_beside(&self, known: &Arc<Deviations>) -> Option<Vec<Difference>> {
        self.left(known, Told::WhatIsFixed)
    }

    /// What still differs if an engine with these deviations is expected; `None` if they make no
    /// difference, or if it cannot be told.
    pub fn left_under(&self, deviations: &Arc<Deviations>) -> Option<Vec<Difference>> {
        self.left(deviations, Told::All)
    }

    /// The same, where so much has to be told.
    fn left(&self, deviations: &Arc<Deviations>, least: Told) -> Option<Vec<Difference>> {
        // What cannot be simulated explains nothing.
        let expected = self.prepared.under(deviations, self.grace).ok()?;
        let events = self.gone_through.get() + expected.events() + self.events;
        self.gone_through.set(events);
        if expects_the_same(&expected, self.prepared) {
            return None;
        }
        let judgement = (self.rejudge)(&expected);
        // What was set aside has not agreed: it may be due to lateness, or to who the execution is.
        let of = |start: usize| judgement.starts.get(start).copied();
        let whole = OfStart::of(&judgement);
        let is_told = |(start, differ): (usize, &Aspects)| {
            let of = of(start).unwrap_or(whole);
            let expected = expected.expectations().get(start);
            let is_open = |aspect| {
                least == Told::WhatIsFixed
                    && (expected.is_some_and(|expected| expected.poisoned.contains(&aspect))
                        || aspect == Aspect::Liveness && of.poisoned.contains(aspect))
            };
            // What is only assumed leaves nothing open that came before it.
            let is_on_the_way = least == Told::All || !of.departs;
            let mut differ = differ.iter();
            is_on_the_way && differ.all(|aspect| of.tells(aspect) || is_open(aspect))
        };
        let mut differ = self.differ.iter().enumerate();
        // An engine with known bugs may still run when nobody looks any more.
        let may_run = |it: &OfStart| it.poisoned.without(Aspect::Liveness) == Aspects::NONE;
        let is_in_time = judgement.too_late.is_none()
            || least == Told::WhatIsFixed && judgement.starts.iter().all(may_run);
        let all_told = is_in_time && differ.all(is_told);
        let counts = |it: &Difference| {
            let doubtful = self.doubtful.get(it.start);
            doubtful.is_none_or(|doubtful| !doubtful.contains(it.aspect))
        };
        let mut differences = judgement.differences;
        differences.retain(counts);
        all_told.then_some(differences)
    }

    /// The hypotheses of which each explains it, alone or together with what is known of the engine, except
    /// those that are not to be tried.
    pub fn hypotheses(
        &self,
        known: &Deviations,
        untried: &[Deviation],
    ) -> Vec<&'static Hypothesis> {
        let followed = self.prepared.coverage();
        let shows = |it: &&Hypothesis| match self.prepared {
            Prepared::Execution(job) => it.may_show(&job.machine, &followed),
            Prepared::Calls(_) => {
                matches!(it.deviation.hook, Hook::Answer(_)) && followed.contains(it.clause)
            }
            Prepared::Definition(definition) => {
                let mut errors = definition.errors();
                errors.any(|error| it.deviation.hook == Hook::Check(error.clause))
            }
        };
        let tried = catalogue()
            .iter()
            .filter(shows)
            .filter(|it| !untried.contains(&it.deviation));
        let mut tried: Vec<&Hypothesis> = tried.collect();
        tried.sort_by_key(|it| self.likely != Some(it.clause));
        let alone = |it: &Hypothesis| self.is_explained_by(&Arc::new(it.deviations()));
        let beside = |it: &Hypothesis| {
            let both = known.clone().and(it.deviations());
            !known.is_empty() && self.is_explained_by(&Arc::new(both))
        };
        let tried = tried.into_iter();
        let within = tried.take_while(|_| self.gone_through.get() < MOST_EVENTS);
        within.filter(|it| alone(it) || beside(it)).collect()
    }
}

/// Whether the deviations make no difference to what is expected.
fn expects_the_same(deviating: &Prepared, plain: &Prepared) -> bool {
    if let (Prepared::Definition(deviating), Prepared::Definition(plain)) = (deviating, plain) {
        return deviating.diagnostics == plain.diagnostics;
    }
    if let (Prepared::Calls(deviating), Prepared::Calls(plain)) = (deviating, plain) {
        return deviating.expected.answers == plain.expected.answers;
    }
    let both = deviating.expectations().iter();
    let mut both = both.zip(plain.expectations());
    both.all(|(one, other)| {
        (&one.observation, one.assumed_from) == (&other.observation, other.assumed_from)
    })
}

/// Whether an engine with these deviations would not have agreed with the plain reference on this
/// job: if it did, it does not have them.
pub fn is_refuted_by(deviations: &Arc<Deviations>, agreed: &Prepared, terms: Terms<'_>) -> bool {
    let Ok(expected) = agreed.under(deviations, terms.policy.liveness_grace) else {
        return false;
    };
    if expects_the_same(&expected, agreed) {
        return false;
    }
    match (agreed, &expected) {
        (Prepared::Definition(plain), Prepared::Definition(deviating)) => {
            plain.is_refused() != deviating.is_refused()
        }
        (Prepared::Calls(plain), Prepared::Calls(deviating)) => {
            let seen = RawRun::of_answers(&plain.case, &deviating.expected.answers);
            let judgement = compare::judge_calls(plain, &seen, terms);
            !judgement.differences.is_empty()
        }
        (Prepared::Execution(job), _) => {
            let seen = expected.expectations().iter();
            let seen: Vec<_> = seen.map(|it| Cow::Borrowed(&it.observation)).collect();
            let judgement = compare::judge_observed(job, &seen, terms);
            // What nobody knows of the deviating engine refutes nothing.
            let is_known = |it: &Difference| {
                let deviating = expected.expectations().get(it.start);
                deviating.is_none_or(|expected| !expected.poisoned.contains(&it.aspect))
            };
            judgement.differences.iter().any(is_known)
        }
        _ => false,
    }
}

/// The same of an engine of which more is known: that may hide what these deviations do.
pub fn is_refuted_beside(
    deviations: &Arc<Deviations>,
    known: &Deviations,
    agreed: &Prepared,
    terms: Terms<'_>,
) -> bool {
    let both = || Arc::new(known.clone().and(Deviations::clone(deviations)));
    is_refuted_by(deviations, agreed, terms)
        && (known.is_empty() || is_refuted_by(&both(), agreed, terms))
}

/// The hypotheses that explain a case and that nothing refutes which agreed, the best first: one about the
/// rule that the difference seems to break, and then the most general.
pub fn best(
    mut hypotheses: Vec<&'static Hypothesis>,
    sight: &Sight<'_>,
    known: &Deviations,
    agreed: &[Prepared],
    terms: Terms<'_>,
) -> Vec<&'static Hypothesis> {
    hypotheses.retain(|it| {
        let deviations = Arc::new(it.deviations());
        let mut agreed = agreed.iter();
        !agreed.any(|job| is_refuted_beside(&deviations, known, job, terms))
    });
    hypotheses.sort_by_key(|it| (sight.likely != Some(it.clause), it.specificity()));
    hypotheses
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};
    use stepproof_generators::{Profile, generate};
    use stepproof_specs::{
        deviation::{Change, Deviation, Deviations, Field, Form, Hook},
        scenario::{
            case::{Body, ExecutionCase, Start},
            plan::Plan,
        },
    };

    use super::{Judgement, Sight, Terms, is_refuted_by};
    use crate::{
        engines::{Engine as _, Immediate as _, reference::Reference},
        job::{Job, Lane, Prepared, prepare_body},
        judge::compare::{judge, judge_calls, judge_definition, judge_observed},
        raw::RawRun,
        zoo::Deviant,
    };

    fn jobs() -> impl Iterator<Item = Job> {
        (0..120).filter_map(|index| {
            let body = generate(&Profile::everything(), 11, index).body;
            match prepare_body(body, Lane::Quiet) {
                Ok(Prepared::Execution(job)) => Some(job),
                _ => None,
            }
        })
    }

    /// A case of this machine, with a start for each of these inputs.
    fn prepared(definition: Value, inputs: &[Value]) -> Prepared {
        let starts = inputs.iter().map(|input| Start {
            input: input.clone().into(),
            plan: Plan::default(),
        });
        let case = ExecutionCase::new(definition, starts.collect());
        prepare_body(Body::Execution(case), Lane::Quiet).expect("a case")
    }

    fn executions(prepared: &Prepared) -> &Job {
        let Prepared::Execution(job) = prepared else {
            panic!("executions");
        };
        job
    }

    /// Judges a run against another expectation.
    fn rejudge(expected: &Prepared, raw: &RawRun, terms: Terms<'_>) -> Judgement {
        match expected {
            Prepared::Execution(job) => judge(job, raw, terms),
            Prepared::Definition(definition) => judge_definition(definition, raw, terms),
            Prepared::Calls(job) => judge_calls(job, raw, terms),
        }
    }

    /// An engine's own words in one start leave open what it tells there, and nothing of another start.
    #[test]
    fn what_one_start_leaves_open_another_may_tell() {
        let definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Choice", "Default": "B", "Choices": [
                { "Variable": "$.a", "IsPresent": true, "Next": "C" },
            ] },
            "B": { "Type": "Pass", "InputPath": "$.a", "End": true },
            "C": { "Type": "Pass", "End": true },
        } });
        let prepared = prepared(definition, &[json!({}), json!({ "a": 1 })]);
        let job = executions(&prepared);
        let both: Vec<Deviation> = [
            json!({ "hook": { "failure": "data.path.missing" }, "change": { "fail": "Lost" } }),
            json!({ "hook": { "event": "PassStateExited" }, "change": "ignore" }),
        ]
        .map(|it| serde_json::from_value(it).expect("a deviation"))
        .into();
        let engine = Reference::deviating(both.iter().cloned().collect());
        let terms = engine.profile().terms(0);
        let seen = engine.observe(job).expect("observations");
        let raw = RawRun::of(seen.iter().map(AsRef::as_ref));
        let plain = judge(job, &raw, terms);
        let rejudge = |expected: &Prepared| rejudge(expected, &raw, terms);
        let grace = terms.policy.liveness_grace;
        let sight = Sight::new(&prepared, &plain, grace, raw.events(), &rejudge);
        assert!(sight.is_explained_by(&Arc::new(both.iter().cloned().collect())));
        for alone in both {
            assert!(!sight.is_explained_by(&Arc::new([alone].into_iter().collect())));
        }
    }

    /// What is known of an engine accounts for what it leaves open; a hypothesis explains only what it tells.
    #[test]
    fn what_is_known_may_leave_open_what_differs() {
        let definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "B" },
            "B": {
                "Type": "Task", "TimeoutSecondsPath": "$x", "End": true,
                "Resource": "arn:aws:states:us-east-1:123456789012:activity:B",
            },
        } });
        let prepared = prepared(definition, &[json!({})]);
        let job = executions(&prepared);
        let known = |hooks: &[Hook]| {
            let all = hooks.iter().map(|it| Deviation::new(*it, Change::Ignore));
            Arc::new(all.collect::<Deviations>())
        };
        let variables = [Hook::Field(Field::Assign), Hook::Path(Form::Variable)];
        let late = known(&[&variables[..], &[Hook::LimitsFirst]].concat());
        let variables = known(&variables);
        // The engine has no variables, and started the task before it looked for its time limit.
        let deviating = prepared.under(&variables, 0).expect("it runs");
        let mut seen = deviating.expectations()[0].observation.clone();
        let attempts = &job.expectations[0].observation.attempts;
        seen.attempts.clone_from(attempts);
        let engine = Reference::deviating(Deviations::default());
        let terms = engine.profile().terms(0);
        let raw = RawRun::of(std::iter::once(&seen));
        let plain = judge(job, &raw, terms);
        let rejudge = |expected: &Prepared| rejudge(expected, &raw, terms);
        let grace = terms.policy.liveness_grace;
        let sight = Sight::new(&prepared, &plain, grace, raw.events(), &rejudge);
        assert!(sight.is_accounted_for_by(&late));
        assert!(!sight.is_accounted_for_by(&variables));
        // With variables, the path finds something.
        assert!(!sight.is_accounted_for_by(&known(&[Hook::LimitsFirst])));
    }

    /// What is known leads where nobody knows what comes then; what came before that is known, and differs.
    #[test]
    fn what_is_known_leaves_nothing_open_before_it_does_something() {
        let definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Result": { "a": 1 }, "Next": "B" },
            "B": { "Type": "Fail", "Error": "E" },
        } });
        let prepared = prepared(definition, &[json!({})]);
        let job = executions(&prepared);
        let deviation = |it: Value| serde_json::from_value::<Deviation>(it).expect("a deviation");
        // An empty cause may be none.
        let empty = deviation(json!({
            "hook": { "field": "Cause" }, "change": { "set": "" }, "when": "absent",
        }));
        let known: Arc<Deviations> = Arc::new([empty.clone()].into_iter().collect());
        let renamed = deviation(json!({ "hook": { "field": "Error" }, "change": { "set": "F" } }));
        let unset = Deviation::new(Hook::Field(Field::Result), Change::Ignore);
        for (other, is_accounted_for) in [(renamed, true), (unset, false)] {
            let engine = Reference::deviating([empty.clone(), other].into_iter().collect());
            let terms = engine.profile().terms(0);
            let seen = engine.observe(job).expect("observations");
            let raw = RawRun::of(seen.iter().map(AsRef::as_ref));
            let plain = judge(job, &raw, terms);
            let rejudge = |expected: &Prepared| rejudge(expected, &raw, terms);
            let grace = terms.policy.liveness_grace;
            let sight = Sight::new(&prepared, &plain, grace, raw.events(), &rejudge);
            assert_eq!(sight.is_accounted_for_by(&known), is_accounted_for);
        }
    }

    /// Each fault explains whatever it does to a case, and is refuted by no case that agrees; what it has
    /// nothing to do with explains none.
    #[test]
    fn a_fault_explains_what_it_does_and_nothing_else_does() {
        let other = Deviation::new(Hook::Field(Field::Assign), Change::Ignore);
        let other = Arc::new([other].into_iter().collect::<Deviations>());
        for name in [
            "array-range",
            "map-order",
            "null-output-path",
            "retry-budget",
        ] {
            let own = Arc::new(Deviant::named(name).expect("a fault").deviations());
            let engine = Reference::deviating(Deviations::clone(&own));
            let terms = engine.profile().terms(0);
            let mut shown = 0;
            for job in jobs() {
                let seen = engine.observe(&job).expect("an observation");
                let raw = RawRun::of(seen.iter().map(AsRef::as_ref));
                let plain = judge(&job, &raw, terms);
                if plain.differences.is_empty() {
                    let agrees = judge_observed(&job, &seen, terms).poisoned.is_empty();
                    let prepared = Prepared::Execution(job);
                    assert!(!agrees || !is_refuted_by(&own, &prepared, terms), "{name}");
                    continue;
                }
                shown += 1;
                let rejudge = |expected: &Prepared| rejudge(expected, &raw, terms);
                let prepared = Prepared::Execution(job);
                let grace = terms.policy.liveness_grace;
                let sight = Sight::new(&prepared, &plain, grace, raw.events(), &rejudge);
                assert!(sight.is_explained_by(&own), "{name}");
                assert!(!sight.is_explained_by(&other), "{name}");
            }
            assert!(shown > 0, "{name}");
        }
    }
}

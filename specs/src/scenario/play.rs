//! The timing of a plan: when a worker takes a task, and what it does from then on.
//!
//! Everything that carries out a plan uses this module: the reference in virtual time, the workers
//! on an engine, and code that passes the steps as data to another process or a program in another
//! language. What is left to them is to wait and to act. Times are milliseconds of ASL time.

use std::{borrow::Cow, sync::Arc};

use serde::Serialize;
use serde_json::{Value, json};

use super::plan::{Act, Plan, Reply};
use crate::base::time::Millis;

/// An action of a worker on a task that it has taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'a> {
    /// It sends a heartbeat.
    Heartbeat,
    /// It answers. [`Act::lose_answer`] says whether it has to repeat the answer immediately.
    Answer(Answer<'a>),
    /// The time at which an answer would be due, but there is none.
    Silence,
}

/// A worker's answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer<'a> {
    /// Success with this output, or with the task's input if there is none.
    Success(Option<&'a Arc<Value>>),
    /// Failure.
    Failure(Named<'a>),
}

/// The names of a failure; in JSON, an object without the absent ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Named<'a> {
    /// The error name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
    /// The cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'a str>,
}

impl Plan {
    /// When a worker takes a task that is scheduled at `scheduled`, both counted from the start of
    /// the execution; `None` if it stays in the queue for ever.
    pub fn taken(&self, site: &str, act: &Act, scheduled: Millis) -> Option<Millis> {
        act.is_taken().then(|| scheduled.max(self.away(site)))
    }
}

impl Act {
    /// Whether a worker takes the task at all.
    pub fn is_taken(&self) -> bool {
        self.reply != Reply::Ignore
    }

    /// The service's answer to the submission of a job or a token, immediately after it was taken.
    /// If the task waits for nothing more (`waits` is false), there is one only if the plan says
    /// so; and there is none if the submission fails.
    pub fn submission(&self, waits: bool) -> Option<Cow<'_, Value>> {
        let fails = || matches!(self.answer(), Some(Answer::Failure(_)));
        match &self.submitted {
            Some(output) => Some(Cow::Borrowed(output)),
            None => (waits && !fails()).then(|| Cow::Owned(json!({}))),
        }
    }

    /// The steps of the worker, with the time since it took the task. Steps that are due at the
    /// same time happen in this order. The last step is the answer, or the absence of one: a worker
    /// that has answered sends no heartbeats.
    pub fn steps(&self) -> impl Iterator<Item = (Millis, Step<'_>)> {
        let taken = self.is_taken();
        let last = self.answer().map_or(Step::Silence, Step::Answer);
        let end = if last == Step::Silence {
            Millis::MAX
        } else {
            self.after
        };
        let heartbeats = self.heartbeats.iter();
        let heartbeats = heartbeats.filter(move |at| taken && **at <= end);
        heartbeats
            .map(|at| (*at, Step::Heartbeat))
            .chain(taken.then_some((self.after, last)))
    }

    /// The worker's final answer.
    pub fn answer(&self) -> Option<Answer<'_>> {
        match &self.reply {
            Reply::Succeed(output) => Some(Answer::Success(Some(output))),
            Reply::Echo => Some(Answer::Success(None)),
            Reply::Fail { error, cause } => Some(Answer::Failure(Named {
                error: Some(error),
                cause: Some(cause),
            })),
            Reply::FailNameless => Some(Answer::Failure(Named {
                error: None,
                cause: None,
            })),
            Reply::Silent | Reply::Ignore => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::{Answer, Step};
    use crate::scenario::plan::{Act, Plan, Reply, Script};

    fn act(reply: Reply) -> Act {
        Act {
            after: 3_000,
            heartbeats: vec![1_000, 2_000],
            ..Act::now(reply)
        }
    }

    #[test]
    fn heartbeats_come_before_the_answer_or_its_absence() {
        let heartbeats = [(1_000, Step::Heartbeat), (2_000, Step::Heartbeat)];
        let output = Arc::new(json!(1));
        for (reply, last) in [
            (
                Reply::Succeed(output.clone()),
                Step::Answer(Answer::Success(Some(&output))),
            ),
            (Reply::Echo, Step::Answer(Answer::Success(None))),
            (Reply::Silent, Step::Silence),
        ] {
            let act = act(reply);
            let steps: Vec<_> = act.steps().collect();
            assert_eq!(steps[..2], heartbeats);
            assert_eq!(steps[2..], [(3_000, last)]);
        }
        assert_eq!(act(Reply::Ignore).steps().count(), 0);
    }

    #[test]
    fn who_has_answered_sends_no_heartbeats() {
        let early = |reply| Act {
            after: 1_500,
            ..act(reply)
        };
        let answers = early(Reply::Echo);
        let steps: Vec<_> = answers.steps().map(|(after, _)| after).collect();
        assert_eq!(steps, [1_000, 1_500]);
        assert_eq!(early(Reply::Silent).steps().count(), 3);
    }

    #[test]
    fn a_task_waits_for_workers_that_are_away_and_for_ever_if_it_is_to_be_ignored() {
        let mut plan = Plan::default();
        let away = Script {
            away: 2_000,
            ..Script::default()
        };
        plan.sites.insert("W".into(), away);
        let taken = |reply, scheduled| plan.taken("W", &act(reply), scheduled);
        assert_eq!(taken(Reply::Silent, 500), Some(2_000));
        assert_eq!(taken(Reply::Silent, 2_500), Some(2_500));
        assert_eq!(taken(Reply::Ignore, 500), None);
        assert_eq!(plan.taken("other", &act(Reply::Echo), 500), Some(500));
    }

    #[test]
    fn a_failure_without_names_is_an_empty_object() {
        let named = |reply| match act(reply).answer() {
            Some(Answer::Failure(named)) => json!(named),
            other => panic!("{other:?}"),
        };
        let fail = Reply::Fail {
            error: "E".into(),
            cause: String::new(),
        };
        assert_eq!(named(fail), json!({ "error": "E", "cause": "" }));
        assert_eq!(named(Reply::FailNameless), json!({}));
    }

    #[test]
    fn a_submission_is_answered_with_nothing_unless_the_plan_says_otherwise_or_it_fails() {
        let submission = |act: &Act, waits| act.submission(waits).map(std::borrow::Cow::into_owned);
        let mut echoes = act(Reply::Echo);
        assert_eq!(submission(&echoes, false), None);
        assert_eq!(submission(&echoes, true), Some(json!({})));
        assert_eq!(submission(&act(Reply::FailNameless), true), None);
        echoes.submitted = Some(json!(1));
        assert_eq!(submission(&echoes, false), Some(json!(1)));
    }
}

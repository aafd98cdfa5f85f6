//! How long a task takes under a plan, including its time limits and the delays of its retriers.

use stepproof_specs::{
    asl::{Name, Retrier},
    base::time::Millis,
    scenario::{
        plan::{Act, Script},
        play::{Answer, Step},
    },
};

use crate::literal;

/// The time limits of a task, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) timeout: Option<Millis>,
    pub(super) heartbeat: Option<Millis>,
    /// The timeout comes from a path, and is at most this long.
    pub(super) by_path: bool,
}

/// How one attempt ends.
enum End<'a> {
    Succeeded,
    /// With this error, if it has a name.
    Failed(Option<&'a str>),
    TimedOut,
    HeartbeatLost,
}

/// The longest that one visit can take, for any item; `None` if it may never end.
pub(super) fn longest(script: &Script, retriers: &[Retrier], limits: Limits) -> Option<Millis> {
    let mut used = vec![0_u64; retriers.len()];
    let mut total = 0;
    for attempt in 0_u32.. {
        let act = script
            .rules
            .iter()
            .find(|rule| rule.attempts_below.is_none_or(|bound| attempt < bound))
            .map(|rule| &rule.act);
        let (end, took) = act.map_or(Some((End::Succeeded, 0)), |act| attempt_end(act, limits))?;
        // A task that is in the queue past its timeout is not modelled: none is drawn.
        total = total.max(script.away) + took;
        let next = retriers
            .iter()
            .position(|retrier| retrier.error_equals.iter().any(|name| matches(name, &end)));
        let Some(index) = next else { break };
        let retrier = &retriers[index];
        if used[index] >= retrier.attempts() {
            break;
        }
        total += delay(retrier, used[index]);
        used[index] += 1;
    }
    Some(total)
}

/// The sum of all delays that the retriers of a state can cause.
pub(super) fn patience(retriers: &[Retrier]) -> Millis {
    retriers
        .iter()
        .flat_map(|retrier| (0..retrier.attempts()).map(move |used| delay(retrier, used)))
        .sum()
}

fn matches(name: &Name, end: &End<'_>) -> bool {
    match end {
        End::Succeeded => false,
        _ if **name == *literal::ALL => true,
        End::Failed(error) => Some(&**name) == *error || **name == *literal::TASK_FAILED,
        End::TimedOut => **name == *literal::TIMEOUT,
        End::HeartbeatLost => **name == *literal::TIMEOUT || **name == *literal::HEARTBEAT_TIMEOUT,
    }
}

fn delay(retrier: &Retrier, used: u64) -> Millis {
    (retrier.delay(used) * 1_000.0) as Millis
}

/// How an attempt ends and after how long; `None` if it does not end.
fn attempt_end(act: &Act, limits: Limits) -> Option<(End<'_>, Millis)> {
    let answer = act.answer().map(|answer| match answer {
        Answer::Success(_) => (End::Succeeded, act.after),
        Answer::Failure(named) => (End::Failed(named.error), act.after),
    });
    let lost = limits
        .heartbeat
        .and_then(|limit| first_gap(act, limit))
        .map(|at| (End::HeartbeatLost, at));
    let timed_out = limits.timeout.map(|at| (End::TimedOut, at));
    // Of what happens at the same time, what takes longer in the end.
    [timed_out, lost, answer]
        .into_iter()
        .flatten()
        .min_by_key(|(_, at)| *at)
}

/// When the first heartbeat is overdue, counted from when the task is taken.
fn first_gap(act: &Act, limit: Millis) -> Option<Millis> {
    let mut last = 0;
    for (at, step) in act.steps() {
        if step == Step::Silence || at > last + limit {
            return Some(last + limit);
        }
        last = at;
    }
    None
}

#[cfg(test)]
mod tests {
    use stepproof_specs::scenario::plan::{Reply, Rule};

    use super::{Act, Limits, Retrier, Script, longest};

    fn fails(error: &str, below: Option<u32>) -> Script {
        let reply = Reply::Fail {
            error: error.to_owned(),
            cause: "late".to_owned(),
        };
        let rule = Rule {
            attempts_below: below,
            ..Rule::always(Act::now(reply))
        };
        vec![rule].into()
    }

    #[test]
    fn retries_cost_their_delays_and_silence_its_limit() {
        let retrier = Retrier {
            error_equals: vec!["States.TaskFailed".into()],
            ..Retrier::default()
        };
        let retriers = std::slice::from_ref(&retrier);
        let none = Limits::default();
        assert_eq!(longest(&fails("E", None), retriers, none), Some(7_000));
        assert_eq!(longest(&fails("E", Some(1)), retriers, none), Some(1_000));
        let silent = Act::now(Reply::Silent).into();
        assert_eq!(longest(&silent, retriers, none), None);
        let limited = Limits {
            timeout: Some(2_000),
            heartbeat: Some(1_000),
            by_path: false,
        };
        assert_eq!(longest(&silent, retriers, limited), Some(1_000));
        let away = |script| Script {
            away: 2_500,
            ..script
        };
        assert_eq!(longest(&away(silent), retriers, limited), Some(3_500));
        let fails = away(fails("E", None));
        assert_eq!(longest(&fails, retriers, none), Some(9_500));
    }
}

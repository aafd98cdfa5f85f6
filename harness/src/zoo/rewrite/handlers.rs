//! Who retries and who catches.

use stepproof_specs::asl::{Body, Catcher, Name, Retrier, State};

use super::{Way, handlers};

pub(super) fn rewrite(way: Way, state: &mut State) {
    let (retriers, catchers) = handlers(&mut state.body);
    for retrier in &mut *retriers {
        rewrite_retrier(way, retrier);
    }
    match way {
        Way::CatchOrder => catchers.reverse(),
        Way::Wildcards => {
            for name in matched(retriers, catchers).filter(|name| is_wildcard(name)) {
                *name = literally(name);
            }
        }
        Way::TaskFailed => {
            for name in matched(retriers, catchers).filter(|name| is_task_failed(name)) {
                *name = literally(name);
            }
        }
        Way::TaskFailedTimeout => {
            let retried = retriers.iter_mut().map(|it| &mut it.error_equals);
            let caught = catchers.iter_mut().map(|it| &mut it.error_equals);
            for names in retried
                .chain(caught)
                .filter(|it| it.iter().any(is_task_failed))
            {
                names.push("States.Timeout".into());
            }
        }
        Way::CatchBeforeRetry => {
            if let Body::Task(task) = &mut state.body
                && task.catch.as_ref().is_some_and(|catch| !catch.is_empty())
            {
                task.retry = None;
            }
        }
        _ => {}
    }
}

fn rewrite_retrier(way: Way, retrier: &mut Retrier) {
    match way {
        Way::RetryBudget => {
            retrier.max_attempts = Some(retrier.attempts() + 1);
        }
        Way::BackoffRate => retrier.backoff_rate = Some(1.into()),
        Way::MaxDelay => retrier.max_delay_seconds = None,
        Way::Jitter => retrier.jitter_strategy = Some("FULL".to_owned()),
        Way::JitterAboveCap if retrier.has_jitter() => {
            retrier.interval_seconds = Some(2 * retrier.interval());
            retrier.max_delay_seconds = retrier.max_delay_seconds.map(|most| 2 * most);
            retrier.jitter_strategy = None;
        }
        _ => {}
    }
}

/// Every name in ErrorEquals.
fn matched<'s>(
    retriers: &'s mut [Retrier],
    catchers: &'s mut [Catcher],
) -> impl Iterator<Item = &'s mut Name> {
    let retried = retriers.iter_mut().flat_map(|it| &mut it.error_equals);
    retried.chain(catchers.iter_mut().flat_map(|it| &mut it.error_equals))
}

/// No error is called so, because a plan does not name errors `States.…` literally.
fn literally(name: &Name) -> Name {
    format!("literally {name}").into()
}

fn is_task_failed(name: &Name) -> bool {
    &**name == "States.TaskFailed"
}

fn is_wildcard(name: &Name) -> bool {
    is_task_failed(name) || &**name == "States.ALL"
}

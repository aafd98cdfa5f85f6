//! How a shape describes the end of an execution.

use std::borrow::Cow;

use stepproof_specs::observation::{Observation, Status};

use super::Term;
use crate::judge::cause;

/// The class of an error name: the language's own names are kept, all others are `custom`.
pub fn error_class(error: Option<&str>) -> Cow<'_, str> {
    match error {
        None => "absent".into(),
        Some("") => "empty".into(),
        Some(error) if is_own(error) => error.into(),
        Some(_) => "custom".into(),
    }
}

fn is_own(error: &str) -> bool {
    error.strip_prefix("States.").is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || it == '.')
    })
}

/// The end of an execution, in contrast to another's: the status, and the class of the failure if
/// it failed.
pub fn end(observation: &Observation, other: &Observation) -> Term {
    let status = observation.status.name();
    match observation.status {
        Status::Failed => {
            let failure = failure(observation, other);
            Term::of(status, failure.word).told_by(failure.detail)
        }
        _ => Term::new(status),
    }
}

/// The class of a failure: that of its error, and the first words of the cause if the interpreter
/// wrote it. A cause that the other execution has too is left out, because it does not distinguish
/// them.
pub fn failure(observation: &Observation, other: &Observation) -> Term {
    let error = observation.error.as_deref();
    let telling = observation.cause.as_deref();
    let telling = telling.filter(|_| observation.cause != other.cause);
    Term::new(error_class(error)).told_by(cause::words(error, telling))
}

#[cfg(test)]
mod tests {
    use super::error_class;

    #[test]
    fn only_the_languages_own_errors_keep_their_name() {
        for (error, class) in [
            (Some("States.Timeout"), "States.Timeout"),
            (Some("States.Http.Socket"), "States.Http.Socket"),
            (Some("States."), "custom"),
            (Some("States.my error"), "custom"),
            (Some("Boom"), "custom"),
            (Some(""), "empty"),
            (None, "absent"),
        ] {
            assert_eq!(error_class(error), class);
        }
    }
}

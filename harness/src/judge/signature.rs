//! The identity of a divergence: the aspect, the kinds of the state and of its parent, and the
//! shape of the difference, free of names and values, so that it survives reduction.

pub mod clause;
pub mod possible;

use std::borrow::Cow;

use stepproof_specs::{
    clause::Aspect,
    observation::{Observation, Status},
};

use crate::judge::{cause, verdict::Signature};

/// Puts a signature together. `place` is the state's kind and its parent's kind.
pub fn signature(aspect: Aspect, place: (&str, &str), shape: &str) -> Signature {
    let (kind, parent) = place;
    Signature(format!("{} {kind} {parent} {shape}", aspect.name()))
}

impl Signature {
    /// The four words: aspect, state's kind, its parent's kind, shape.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.splitn(4, ' ')
    }

    /// The aspect, the state's kind, its parent's kind, and the shape.
    pub fn parts(&self) -> Option<(Aspect, &str, &str, &str)> {
        let mut words = self.words();
        let aspect = words.next()?;
        let aspect = Aspect::ALL.into_iter().find(|it| it.name() == aspect)?;
        Some((aspect, words.next()?, words.next()?, words.next()?))
    }
}

/// The class of an error name: the language's own names stay, all others are `custom`.
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

/// How an execution ended, beside how another did: the status, and the class of its failure if it
/// failed.
pub fn end(observation: &Observation, other: &Observation) -> String {
    let status = observation.status.name();
    match observation.status {
        Status::Failed => format!("{status}:{}", failure(observation, other)),
        _ => status.into(),
    }
}

/// The class of a failure: of its error, and the first words of the cause if it is the
/// interpreter's own. A cause that another execution has too is no mark of either.
pub fn failure(observation: &Observation, other: &Observation) -> String {
    let error = observation.error.as_deref();
    let class = error_class(error);
    let telling = observation.cause.as_deref();
    let telling = telling.filter(|_| observation.cause != other.cause);
    match cause::words(error, telling) {
        Some(words) => format!("{class}({words})"),
        None => class.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use stepproof_specs::clause::Aspect;

    use super::{error_class, signature};

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

    #[test]
    fn a_signature_can_be_taken_apart() {
        let whole = signature(Aspect::Output, ("Pass", "Map"), "object≠null@value");
        assert_eq!(whole.to_string(), "output Pass Map object≠null@value");
        let parts = (Aspect::Output, "Pass", "Map", "object≠null@value");
        assert_eq!(whole.parts(), Some(parts));
    }
}

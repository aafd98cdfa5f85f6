//! Whether a signature can show in a case at all, given what the reference expects.
//!
//! A signature names the kinds of a state and of its parent, and says what the reference did there.
//! If the machine has no such state, or the reference does something else, no engine can show the
//! signature, and the reducer does not have to run the case.

use stepproof_specs::{
    clause::Aspect,
    observation::{Observation, Status},
};

use super::{
    cause, compare,
    signature::{NONE, Shape, Signature, Term, error_class},
};
use crate::job::{Calls, Prepared};

/// Whether some engine could show the signature in this case.
pub fn is_possible(signature: &Signature, case: &Prepared) -> bool {
    let job = match case {
        Prepared::Execution(job) => job,
        Prepared::Calls(job) => return may_answer(signature, job),
        Prepared::Definition(_) => return true,
    };
    let Signature { kind, parent, .. } = signature;
    let somewhere = kind == NONE || compare::has_state(&job.machine, kind, parent);
    let mut starts = job.expectations.iter().map(|it| &it.observation);
    somewhere && starts.any(|expected| shows(signature, expected))
}

/// Whether a call of the signature's operation is expected to be answered as its expected side says.
fn may_answer(signature: &Signature, job: &Calls) -> bool {
    let expected = signature.shape.expected();
    let fails = expected.filter(|it| it.word == "fails");
    let calls = job.case.calls.iter().zip(&job.expected.answers);
    let mut calls = calls.filter(|(call, _)| call.operation == signature.kind);
    calls.any(|(_, answer)| match answer.as_ref().map(|it| &it.answer) {
        Some(Err(error)) => match fails {
            Some(term) => term.class.as_deref() == Some(error.code),
            None => signature.parent == "message",
        },
        Some(Ok(_)) => fails.is_none(),
        None => false,
    })
}

/// Whether an observation is compatible with the expected side of a signature.
fn shows(signature: &Signature, seen: &Observation) -> bool {
    let shape = &signature.shape;
    match (signature.aspect, shape.expected()) {
        (Aspect::Liveness, _) => seen.status != Status::Running,
        (Aspect::Status, Some(end)) => ends_so(end, seen),
        (Aspect::Error, Some(failure)) => fails_so(&failure.word, failure, seen),
        (Aspect::Status | Aspect::Error, None) => false,
        (Aspect::Output, side) => {
            seen.output.is_some() || side.is_some_and(|side| side.word == "absent")
        }
        (Aspect::Attempts, _) => most_attempts(seen) >= attempts(shape),
        (Aspect::Timing, _) if shape.is("retry-early") || shape.is("retry-late") => {
            most_attempts(seen) > 1
        }
        _ => true,
    }
}

fn ends_so(end: &Term, seen: &Observation) -> bool {
    let failed_so = |class: &String| fails_so(class, end, seen);
    end.word == seen.status.name() && end.class.as_ref().is_none_or(failed_so)
}

/// Whether the error has this class, and the cause these words if the signature has any.
fn fails_so(class: &str, failure: &Term, seen: &Observation) -> bool {
    let error = seen.error.as_deref();
    let told = |words: &String| {
        cause::words(error, seen.cause.as_deref()).as_deref() == Some(words.as_str())
    };
    class == error_class(error) && failure.detail.as_ref().is_none_or(told)
}

fn most_attempts(expected: &Observation) -> usize {
    let attempts = expected.attempts.values().map(Vec::len);
    attempts.max().unwrap_or_default()
}

/// The minimum number of attempts that the reference must make for a difference of this shape.
fn attempts(shape: &Shape) -> usize {
    if shape.is("fewer") {
        2
    } else {
        usize::from(shape.is("more") || shape.is("none"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::scenario::case::{Body, Case};

    use super::is_possible;
    use crate::{
        job::{Lane, prepare},
        judge::signature::Signature,
        shrink::trivial_case,
    };

    fn case(definition: serde_json::Value) -> Case {
        let mut case = trivial_case();
        if let Body::Execution(execution) = &mut case.body {
            execution.definition = definition.into();
        }
        case
    }

    #[test]
    fn what_the_reference_does_otherwise_cannot_show() {
        let fails = case(json!({
            "StartAt": "A",
            "States": {"A": {"Type": "Pass", "InputPath": "$.a", "End": true}},
        }));
        let job = prepare(&fails, Lane::Quiet).unwrap();
        let failed = &job.expectations()[0].observation;
        let words =
            crate::judge::cause::words(failed.error.as_deref(), failed.cause.as_deref()).unwrap();
        for (signature, possible) in [
            (
                format!("status Pass root FAILED:States.Runtime({words})≠SUCCEEDED"),
                true,
            ),
            (
                "status Pass root FAILED:States.Runtime≠SUCCEEDED".to_owned(),
                true,
            ),
            (
                "status Pass root FAILED:States.Runtime(other words)≠SUCCEEDED".to_owned(),
                false,
            ),
            ("status Pass root FAILED:custom≠SUCCEEDED".to_owned(), false),
            ("status Pass root SUCCEEDED≠FAILED:custom".to_owned(), false),
            (
                "status Task root FAILED:States.Runtime≠SUCCEEDED".to_owned(),
                false,
            ),
            (
                "status - - FAILED:States.Runtime≠SUCCEEDED".to_owned(),
                true,
            ),
            (
                "status Pass Map FAILED:States.Runtime≠SUCCEEDED".to_owned(),
                false,
            ),
            ("liveness Pass root ended≠RUNNING".to_owned(), true),
            ("attempts - - more".to_owned(), false),
            ("output Pass root object≠null@value".to_owned(), false),
            ("path Pass root other".to_owned(), true),
        ] {
            assert_eq!(
                is_possible(&signature.parse::<Signature>().unwrap(), &job),
                possible,
                "{signature}"
            );
        }
    }
}

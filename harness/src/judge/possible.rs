//! Whether a signature can show at all in a case, by what the reference expects of it.
//!
//! A signature names the kinds of a state and of its parent, and says what the reference did there.
//! Where the machine has no such state, or the reference does otherwise, no engine can show it: the
//! reducer need not ask one.

use stepproof_specs::{
    clause::Aspect,
    observation::{Observation, Status},
};

use super::error_class;
use crate::{
    job::Prepared,
    judge::{cause, compare, verdict::Signature},
};

/// Whether some engine could show the signature in this case.
pub fn is_possible(signature: &Signature, case: &Prepared) -> bool {
    let (Prepared::Execution(job), Some((aspect, kind, parent, shape))) = (case, signature.parts())
    else {
        return true;
    };
    let somewhere = kind == "-" || compare::has_state(&job.machine, kind, parent);
    let mut starts = job.expectations.iter().map(|it| &it.observation);
    somewhere && starts.any(|expected| shows(aspect, shape, expected))
}

/// Whether this is the expected side of such a difference.
fn shows(aspect: Aspect, shape: &str, expected: &Observation) -> bool {
    let left = shape.split_once('≠').map_or(shape, |(left, _)| left);
    match aspect {
        Aspect::Liveness => expected.status != Status::Running,
        Aspect::Status => ends_so(left, expected),
        Aspect::Error => fails_so(left, expected),
        Aspect::Output => expected.output.is_some() || shape.starts_with("absent≠"),
        Aspect::Attempts => most_attempts(expected) >= attempts(shape),
        Aspect::Timing if shape.starts_with("retry-") => most_attempts(expected) > 1,
        _ => true,
    }
}

fn ends_so(end: &str, expected: &Observation) -> bool {
    match end.split_once(':') {
        Some((status, failure)) => status == expected.status.name() && fails_so(failure, expected),
        None => end == expected.status.name(),
    }
}

/// The class of the error; and the words of the cause, if they were telling.
fn fails_so(failure: &str, expected: &Observation) -> bool {
    let error = expected.error.as_deref();
    match failure.split_once('(') {
        None => failure == error_class(error),
        Some((class, words)) => {
            let expected = cause::words(error, expected.cause.as_deref());
            class == error_class(error) && expected.as_deref() == words.strip_suffix(')')
        }
    }
}

fn most_attempts(expected: &Observation) -> usize {
    let attempts = expected.attempts.values().map(Vec::len);
    attempts.max().unwrap_or_default()
}

/// How many attempts the reference makes at least where an engine makes another number of them.
fn attempts(shape: &str) -> usize {
    match shape {
        "fewer" => 2,
        "more" | "none" => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::scenario::case::{Body, Case};

    use super::is_possible;
    use crate::{
        job::{Lane, prepare},
        judge::verdict::Signature,
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
                is_possible(&Signature(signature.clone()), &job),
                possible,
                "{signature}"
            );
        }
    }
}

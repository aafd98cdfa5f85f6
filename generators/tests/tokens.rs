//! Tasks that send their tokens to queues.

use serde_json::{Map, Value, json};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::walk::for_each_state_mut,
    clause::{Clause, Coverage},
    reference::{Expectation, simulate},
    scenario::{
        case::{Body, ExecutionCase},
        letter::{INPUT, Letter, unreadable},
    },
    validate::validate_definition,
};

const CASES: u64 = 400;

fn cases() -> impl Iterator<Item = ExecutionCase> {
    (0..CASES).filter_map(|index| match generate(&Profile::tokens(), 3, index).body {
        Body::Execution(case) => Some(case),
        _ => None,
    })
}

fn expected(case: &ExecutionCase) -> Vec<Expectation> {
    let (machine, diagnostics) = validate_definition(&case.definition, case.workflow);
    let machine = machine.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let starts = case.starts.iter();
    let expected = starts.map(|start| simulate(&machine, case, start).expect("an expectation"));
    expected.collect()
}

/// Puts activities in place of queues.
fn with_activities(case: &ExecutionCase) -> ExecutionCase {
    let mut case = case.clone();
    for_each_state_mut(&mut case.definition, |path, state| {
        if Letter::of(state).is_none() {
            return;
        }
        for field in ["Parameters", "Arguments"] {
            let sent = state.shift_remove(field);
            let message = sent.as_ref().map(|sent| &sent["MessageBody"]);
            let input = message.and_then(|message| message.get(INPUT));
            if let Some(input) = input {
                state.insert(field.to_owned(), input.clone());
            }
        }
        let name: String = path
            .name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let arn = format!("arn:aws:states:us-east-1:123456789012:activity:{name}");
        state.insert("Resource".to_owned(), arn.into());
    });
    case
}

/// What does not depend on how a task reaches its worker.
fn outcome(expectation: &Expectation) -> Value {
    let seen = &expectation.observation;
    let attempts = seen.attempts.iter().map(|(site, attempts)| {
        let inputs = attempts
            .iter()
            .map(|attempt| json!([attempt.key, *attempt.input]));
        (site.to_string(), inputs.collect::<Value>())
    });
    json!({
        "status": seen.status,
        "output": seen.output,
        "error": seen.error,
        "attempts": attempts.collect::<Map<_, _>>(),
    })
}

/// Whether the input of some state is null.
fn meets_null(expectation: &Expectation) -> bool {
    let events = expectation.observation.history.iter().flatten();
    let mut inputs = events.filter_map(|event| event.details.input.as_deref());
    inputs.any(Value::is_null)
}

#[test]
fn a_case_of_tokens_is_that_of_activities_but_for_the_envelope() {
    let (mut queues, mut coverage) = (0, Coverage::default());
    for case in cases() {
        assert_eq!(unreadable(&case.definition), None);
        let plain = with_activities(&case);
        queues += usize::from(plain != case);
        let (sent, given) = (expected(&case), expected(&plain));
        for (sent, given) in sent.iter().zip(&given) {
            coverage.merge(&sent.coverage);
            // How far threads come beside one that fails is open. And a template reads nothing of null, so that a
            // message cannot pass it on.
            let cause = sent.observation.cause.as_deref().unwrap_or_default();
            let reads_null = meets_null(sent) || cause.contains("null or empty input");
            if !sent.poisoned.is_empty() || !given.poisoned.is_empty() || reads_null {
                continue;
            }
            assert_eq!(outcome(sent), outcome(given), "{:#}", case.definition);
        }
    }
    assert!(queues as u64 > CASES / 2, "{queues}");
    for rule in [
        Clause::TaskToken,
        Clause::TaskSubmitted,
        Clause::HeartbeatTimeout,
        Clause::TaskTimeout,
        Clause::TaskFailure,
    ] {
        assert!(coverage.contains(rule), "{rule:?}");
    }
}

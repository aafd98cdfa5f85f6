//! Laws of the reference over generated cases: no engine is needed.

use std::sync::Arc;

use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::Machine,
    interpreter::Execution,
    reference::{EPOCH, Trace, trace},
    scenario::case::{Body, ExecutionCase},
    validate::validate,
};

const CASES: u64 = 1_500;

fn cases() -> impl Iterator<Item = (u64, ExecutionCase, Arc<Machine>)> {
    let profile = Profile::everything();
    (0..CASES).map(move |index| {
        let Body::Execution(case) = generate(&profile, 11, index).body else {
            panic!("a definition");
        };
        let (machine, diagnostics) = validate(&case.definition, case.workflow);
        let machine = machine.unwrap_or_else(|| panic!("case {index} is refused: {diagnostics:?}"));
        (index, case, Arc::new(machine))
    })
}

fn replayed(
    machine: &Arc<Machine>,
    trace: &Trace,
    input: &serde_json::Value,
    cut: usize,
) -> Execution {
    let identity = trace.identity.clone();
    Execution::replay(
        machine.clone(),
        identity,
        input.clone(),
        EPOCH,
        &trace.log[..cut],
    )
    .expect("what was interpreted once is interpreted again")
}

/// An execution is a pure function of its input log: rebuilt at any event it continues identically.
#[test]
fn an_execution_can_be_rebuilt_at_any_event() {
    let (mut cuts, mut longest) = (0, 0);
    for (index, case, machine) in cases() {
        for start in &case.starts {
            let trace = trace(&machine, &case, start)
                .unwrap_or_else(|error| panic!("case {index}: {error}"));
            longest = longest.max(trace.log.len());
            for cut in 0..=trace.log.len() {
                let mut rebuilt = replayed(&machine, &trace, &start.input, cut);
                for logged in &trace.log[cut..] {
                    rebuilt
                        .handle(logged.at, logged.input.clone())
                        .expect("interpreted before");
                }
                assert_eq!(
                    rebuilt.history(),
                    trace.execution.history(),
                    "case {index} cut at {cut}"
                );
                assert_eq!(
                    rebuilt.outcome(),
                    trace.execution.outcome(),
                    "case {index} cut at {cut}"
                );
                assert_eq!(rebuilt.coverage(), trace.execution.coverage());
                cuts += 1;
            }
        }
    }
    println!("{cuts} cuts, the longest log has {longest} inputs");
    assert!(
        cuts > 5 * CASES,
        "the logs are too short to show anything: {cuts} cuts"
    );
}

/// Definitions survive reading and writing.
#[test]
fn definitions_round_trip() {
    for (index, case, machine) in cases() {
        assert_eq!(machine.to_value(), *case.definition, "case {index}");
    }
}

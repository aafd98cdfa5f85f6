//! Laws of the reference, tested on generated cases without an engine.

use std::{fmt::Display, sync::Arc};

use serde_json::json;
use stepproof::zoo::Deviant;
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::Machine,
    deviation::{Change, Deviation, Deviations, Hook, catalogue::catalogue},
    interpreter::{Execution, Interleaving, Program, Setup},
    reference::{SimulationError, Trace, trace, trace_program},
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

/// An execution rebuilt after any event must continue like the original. Returns the number of
/// cuts.
fn is_rebuilt_at_any_event(trace: &Trace, what: &dyn Display) -> u64 {
    let Trace { execution, log } = trace;
    for cut in 0..=log.len() {
        let setup = execution.setup().clone();
        let mut rebuilt = Execution::replay(setup, &log[..cut]).expect("interpreted before");
        for logged in &log[cut..] {
            let told = rebuilt.handle(logged.at, logged.input.clone());
            told.expect("interpreted before");
        }
        assert_eq!(
            rebuilt.history(),
            execution.history(),
            "{what} cut at {cut}"
        );
        assert_eq!(
            rebuilt.outcome(),
            execution.outcome(),
            "{what} cut at {cut}"
        );
        assert_eq!(
            rebuilt.coverage(),
            execution.coverage(),
            "{what} cut at {cut}"
        );
    }
    log.len() as u64 + 1
}

/// An execution is a pure function of its setup and its input log: if it is rebuilt after any
/// event, it continues identically.
#[test]
fn an_execution_can_be_rebuilt_at_any_event() {
    let (mut cuts, mut longest) = (0, 0);
    for (index, case, machine) in cases() {
        for start in &case.starts {
            let trace = trace(&machine, &case, start)
                .unwrap_or_else(|error| panic!("case {index}: {error}"));
            longest = longest.max(trace.log.len());
            cuts += is_rebuilt_at_any_event(&trace, &format_args!("case {index}"));
        }
    }
    println!("{cuts} cuts, the longest log has {longest} inputs");
    assert!(
        cuts > 5 * CASES,
        "the logs are too short to show anything: {cuts} cuts"
    );
}

/// The same law for deviating executions and different interleavings. Each case runs with a
/// deviation of the zoo and one of the catalogue at once.
#[test]
fn a_deviating_execution_can_be_rebuilt_at_any_event() {
    let zoo: Vec<Deviations> = Deviant::all().map(Deviant::deviations).collect();
    let (mut cuts, mut otherwise) = (0, 0);
    for (index, case, machine) in cases() {
        let number = index as usize;
        let both = zoo[number % zoo.len()].clone();
        let both = both.and(catalogue()[number * 37 % catalogue().len()].deviations());
        let program = Program::deviating(&machine, &Arc::new(both));
        let interleaving = match index % 3 {
            0 => Interleaving::RoundRobin,
            1 => Interleaving::LastFirst,
            _ => Interleaving::Shuffled(index),
        };
        for start in &case.starts {
            let trace = match trace_program(&program, &case, start, interleaving) {
                Ok(trace) => trace,
                // A loop may end only because of a time limit that this deviation ignores.
                Err(SimulationError::TooLong(_)) => continue,
                Err(error) => panic!("case {index}: {error}"),
            };
            let what = format!("case {index}, {interleaving:?}, {:?}", program.deviations());
            cuts += is_rebuilt_at_any_event(&trace, &what);
            let lawful = Setup {
                program: machine.clone().into(),
                ..trace.execution.setup().clone()
            };
            let lawful = Execution::replay(lawful, &trace.log).expect("interpreted before");
            otherwise += u64::from(lawful.history() != trace.execution.history());
        }
    }
    println!("{cuts} cuts, {otherwise} executions that the rules would have had otherwise");
    // Some executions end earlier than the rules would have it.
    assert!(cuts * 2 > 9 * CASES && otherwise > CASES / 20);
}

/// Any change at any hook is either refused when it is read, or gives an execution that ends, waits for
/// ever, or loops for ever. What is read is written unchanged.
#[test]
fn any_deviation_can_be_stored_and_run() {
    let hooks: Vec<Hook> = Hook::all().collect();
    let changes = changes();
    let mut tried = 0;
    for (index, case, machine) in cases() {
        for (nth, change) in changes.iter().enumerate() {
            let hook = hooks[(index as usize + nth * 7) % hooks.len()];
            let deviations: Deviations = Deviation::new(hook, change.clone()).into();
            let stored = serde_json::to_string(&deviations).expect("JSON");
            let Ok(read) = serde_json::from_str::<Deviations>(&stored) else {
                assert!(!hook.admits(change), "{stored} is not read back");
                continue;
            };
            assert_eq!(read, deviations, "{stored}");
            let program = Program::deviating(&machine, &Arc::new(deviations));
            for start in &case.starts {
                match trace_program(&program, &case, start, Interleaving::RoundRobin) {
                    Ok(_) | Err(SimulationError::TooLong(_)) => tried += 1,
                    // A counter that stands still makes a loop endless, and each lap nests its data deeper.
                    Err(SimulationError::Unsupported(it)) if it.feature == "data of this depth" => {
                    }
                    Err(error) => panic!("case {index}, {stored}: {error}"),
                }
            }
        }
    }
    println!(
        "{tried} executions with {} hooks and {} changes",
        hooks.len(),
        changes.len()
    );
    assert!(tried > 2 * CASES);
}

fn changes() -> Vec<Change> {
    let rename = Change::Rename {
        from: "States.ALL".to_owned(),
        to: vec!["States.Timeout".to_owned()],
    };
    let replace = Change::Replace {
        from: "Equals".to_owned(),
        to: "LessThan".to_owned(),
    };
    let base = Change::Rebase("$$.Execution.Input".to_owned());
    let set = [
        json!(null),
        json!(1),
        json!(true),
        json!("$.a"),
        json!("?["),
        json!({ "a": [1] }),
    ];
    let mut all = vec![
        Change::Ignore,
        Change::Outer,
        Change::Add(1),
        Change::Add(-1),
        Change::Scale(2.0),
        Change::Floor,
        Change::Reverse,
        Change::First,
        Change::Last,
        Change::DropFirst,
        Change::DropLast,
        Change::Unwrap,
        Change::InTurn,
        rename,
        replace,
        base,
        Change::Fail("States.TaskFailed".to_owned()),
        Change::FailWith {
            error: "E".to_owned(),
            cause: "C".to_owned(),
        },
        Change::Handled,
        Change::Unhandled,
        Change::Wrap,
        Change::Values,
        Change::Coerce,
        Change::AnyType,
        Change::Literal,
    ];
    all.extend(set.map(Change::Set));
    all
}

/// Definitions must survive reading and writing.
#[test]
fn definitions_round_trip() {
    for (index, case, machine) in cases() {
        assert_eq!(machine.to_value(), *case.definition, "case {index}");
    }
}

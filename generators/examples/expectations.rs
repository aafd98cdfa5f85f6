//! Draws cases and prints, one JSON document per line, each case with what the reference expects of
//! each of its starts.
//!
//! Two builds of the same generator version must print the same bytes. Compare them to check a
//! change to the interpreter that must not change any verdict.
//!
//! ```console
//! $ cargo run --release --package stepproof-generators --example expectations -- everything 1 20000 | sha256sum
//! ```

use std::{
    env,
    io::{self, BufWriter, Write as _},
    process::ExitCode,
};

use serde_json::{Value, json};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    clause::{Aspect, Clause},
    deviation::Deviations,
    observation::Observation,
    reference::{Expectation, simulate},
    scenario::case::{Body, Case, ExecutionCase},
    validate::validate_definition,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((profile, seed, cases)) = asked(&arguments) else {
        eprintln!("usage: expectations PROFILE SEED CASES");
        return ExitCode::from(2);
    };
    match print(&profile, seed, cases) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to print: {error}");
            ExitCode::FAILURE
        }
    }
}

fn asked(arguments: &[String]) -> Option<(Profile, u64, u64)> {
    let [profile, seed, cases] = arguments else {
        return None;
    };
    let mut profiles = Profile::all().into_iter();
    let profile = profiles.find(|it| it.name == profile)?;
    Some((profile, seed.parse().ok()?, cases.parse().ok()?))
}

fn print(profile: &Profile, seed: u64, cases: u64) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for index in 0..cases {
        let case = generate(profile, seed, index);
        let expected = expected(&case);
        writeln!(out, "{}", json!({ "case": case, "expected": expected }))?;
    }
    out.flush()
}

fn expected(case: &Case) -> Value {
    match &case.body {
        Body::Execution(case) => executions(case),
        Body::Api(case) => {
            let expected = stepproof_specs::reference::calls::answers(case, &Deviations::default());
            let answers = expected.map_or_else(|_| Vec::new(), |expected| expected.answers);
            let told = answers.into_iter().flatten().map(|it| match it.answer {
                Ok(answer) => answer,
                Err(error) => json!({ "code": error.code, "message": error.message }),
            });
            told.collect()
        }
        Body::Definition(case) => {
            let text = case.definition.to_string();
            let (_, diagnostics) = stepproof_specs::validate::validate_text(&text, case.workflow);
            diagnostics
                .iter()
                .map(|it| {
                    json!({
                        "clause": it.clause.entry().id, "code": it.code.name(),
                        "message": it.message, "location": it.location,
                    })
                })
                .collect()
        }
    }
}

fn executions(case: &ExecutionCase) -> Value {
    let (machine, diagnostics) = validate_definition(&case.definition, case.workflow);
    let Some(machine) = machine else {
        return format!("refused: {diagnostics:?}").into();
    };
    let starts = case.starts.iter();
    starts
        .map(|start| match simulate(&machine, case, start) {
            Ok(expectation) => expectation_as_json(&expectation),
            Err(error) => error.to_string().into(),
        })
        .collect()
}

fn expectation_as_json(expectation: &Expectation) -> Value {
    let aspects = expectation.poisoned.iter().map(|it: &Aspect| it.name());
    let clauses = expectation.coverage.iter().map(|it: Clause| it.entry().id);
    let attempts = expectation.attempts.iter();
    json!({
        "poisoned": aspects.collect::<Vec<_>>(),
        "coverage": clauses.collect::<Vec<_>>(),
        "attempts": attempts.map(|it| json!([it.key, it.input])).collect::<Vec<_>>(),
        "duration": expectation.duration,
        "longest": expectation.longest,
        "observation": observation_as_json(&expectation.observation),
    })
}

fn observation_as_json(observation: &Observation) -> Value {
    let history = observation.history.iter().flatten();
    json!({
        "status": observation.status,
        "output": observation.output,
        "error": observation.error,
        "cause": observation.cause,
        "duration": observation.duration,
        "attempts": observation.attempts.iter().map(|(site, attempts)| {
            let seen = attempts.iter();
            json!([site, seen.map(|it| json!([it.key, it.input, it.taken, it.replied])).collect::<Vec<_>>()])
        }).collect::<Vec<_>>(),
        "history": history.map(|it| format!("{it:?}")).collect::<Vec<_>>(),
    })
}

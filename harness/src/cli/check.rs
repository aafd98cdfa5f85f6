//! `stepproof check`.

pub(super) mod files;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use stepproof_generators::given::Given;
use stepproof_specs::base::time::Millis;

use self::files::Found;
use super::{
    Failure, Status,
    drawing::Drawn,
    generate::random_seed,
    session::{
        Mode,
        configuration::{Configuration, GivenMachine, LeftOut},
        longest,
    },
    target::{Target, parse_duration},
};
use crate::{
    engines::Engine,
    job::{Lane, prepare_body},
    report::{Event, MachineNotice},
    run::{Limit, Source, judging::GivenCases},
};

/// The number of cases per machine if neither `--cases` nor `--time` is given.
const CASES: u64 = 100;

/// The number of cases that are tried to find out whether the reference can run a machine.
const PROBES: u64 = 16;

/// Runs your own machines on an engine and reports every difference from the reference.
///
/// Inputs are derived from the fields that a machine reads and the boundaries of its Choice rules,
/// and some are damaged on purpose. Tasks succeed, fail with the errors that the machine handles,
/// or exceed their time limits. The harness serves every task itself: it replaces what a task calls
/// with an activity, so nothing outside the engine is called. Machines that cannot be run, and files
/// that cannot be read, are listed with the reason; if everything else agrees, the exit status is 4.
/// Everything else works as in 'stepproof run'.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof check order.asl.json
  stepproof check machines/ --engine localstack --cases 500
  stepproof check a.json b.yaml --endpoint http://127.0.0.1:4566 --seed 7")]
pub(super) struct Check {
    /// Definitions in JSON or YAML, or directories to search for them.
    #[arg(required = true, value_name = "MACHINE")]
    machines: Vec<PathBuf>,
    #[command(flatten)]
    target: Target,
    /// How many cases to run of each machine [default: 100].
    #[arg(long, value_name = "N", conflicts_with = "time")]
    cases: Option<u64>,
    /// Run cases for this long, for example 90s, 30m, 8h.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    time: Option<Duration>,
    /// The seed from which every case is drawn [default: random, and printed].
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    mode: Mode,
}

impl Check {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.check())
    }

    async fn check(self) -> Result<Status, Failure> {
        let files = files::find(&self.machines)?;
        let (engine, version) = self.target.reach().await?;
        let Sorted {
            machines,
            left_out,
            mut notices,
        } = sorted(files.found, engine.as_ref());
        if machines.is_empty() {
            return Err(nothing_left(&left_out));
        }
        if !files.skipped.is_empty() {
            notices.push(Event::Skipped(files.skipped));
        }
        let configuration = self.configuration(machines, left_out);
        let begun = self.mode.begin(configuration, engine, version)?;
        self.mode.conduct(begun, notices).await
    }

    fn configuration(&self, machines: Vec<GivenMachine>, left_out: Vec<LeftOut>) -> Configuration {
        let cases = self.cases.unwrap_or(CASES);
        let limit = Limit::Cases(cases.saturating_mul(machines.len() as u64));
        Configuration {
            machines,
            left_out,
            ledger: self.mode.ledger.clone(),
            ..Configuration::generated(
                self.target.clone(),
                Drawn::given(),
                self.seed.unwrap_or_else(random_seed),
                self.time.map_or(limit, Limit::Time),
            )
        }
    }
}

/// The files that a user gave.
#[derive(Default)]
struct Sorted {
    /// The machines that can be run.
    machines: Vec<GivenMachine>,
    /// Those that cannot.
    left_out: Vec<LeftOut>,
    /// How the machines are run.
    notices: Vec<Event>,
}

fn sorted(found: Vec<Found>, engine: &dyn Engine) -> Sorted {
    let longest = longest(engine.profile());
    let mut sorted = Sorted::default();
    for Found { file, definition } in found {
        let looked_at = definition.and_then(|definition| {
            let machine = GivenMachine {
                file: file.clone(),
                definition,
            };
            let given = machine.given(longest).map_err(|error| error.to_string())?;
            let partly = probe(&given, engine, longest)?;
            let notice = MachineNotice {
                partly,
                ..MachineNotice::from(&given)
            };
            Ok((machine, notice))
        });
        match looked_at {
            Ok((machine, notice)) => {
                sorted.machines.push(machine);
                sorted.notices.push(Event::Machine(notice));
            }
            Err(reason) => sorted.left_out.push(LeftOut { file, reason }),
        }
    }
    sorted
}

/// Tries a few cases of a machine. Returns an error if none of them can be run; otherwise the
/// reason why some cannot, if any.
fn probe(
    given: &Given,
    engine: &dyn Engine,
    longest: Option<Millis>,
) -> Result<Option<String>, String> {
    let profile = engine.profile();
    if given.has_tasks() && !profile.capabilities.activities {
        let name = &profile.name;
        return Err(format!(
            "run the machine: it has tasks, and {name} has no activities"
        ));
    }
    let source = GivenCases::new(vec![given.clone()], 0, longest);
    let objections = (0..PROBES).filter_map(|index| {
        prepare_body(source.case(index).body, Lane::Throughput)
            .map_err(|error| error.to_string())
            .map_or_else(Some, |job| source.objection(&job))
    });
    let objections: Vec<String> = objections.collect();
    let all = objections.len() as u64 == PROBES;
    let first = objections.into_iter().next();
    if all {
        return Err(first.unwrap_or_default());
    }
    Ok(first)
}

fn nothing_left(left_out: &[LeftOut]) -> Failure {
    let reasons = left_out.iter();
    let reasons: Vec<String> = reasons
        .map(|it| format!("{}: failed to {}", it.file, it.reason))
        .collect();
    Failure {
        status: Status::NothingJudged,
        message: format!("check any machine:\n  {}", reasons.join("\n  ")),
        remedy: Some("'stepproof validate FILE' says everything that AWS would refuse".to_owned()),
    }
}

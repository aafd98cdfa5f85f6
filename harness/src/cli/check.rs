//! `stepproof check`.

mod files;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use stepproof_generators::given::Given;
use stepproof_specs::{
    asl::{WorkflowType, site::Site, walk::states},
    base::time::Millis,
    scenario::plan::Plan,
};

use self::files::{Definition, Found, Search};
use super::{
    Failure, Status,
    drawing::Drawn,
    generate::random_seed,
    input,
    placeholders::Substitutions,
    progress::Progress,
    session::{
        Mode,
        configuration::{Configuration, GivenMachine, HowGiven, LeftOut},
        longest,
    },
    target::{Target, parse_duration},
};
use crate::{
    engines::Engine,
    job::{Lane, Prepared, prepare_body},
    report::{self, Event, Unjudged, on_one_line},
    run::{Limit, Source, judging::GivenCases},
};

/// The number of cases per machine if neither `--cases` nor `--time` is given.
const CASES: u64 = 100;

/// The number of cases that are tried to find out whether the reference can run a machine.
const PROBES: u64 = 16;

/// Runs your own machines on an engine and reports every difference from the reference.
///
/// Inputs are derived from the fields that a machine reads and from what its Choice rules ask, so
/// that the cases lead to every state; some are damaged on purpose. Tasks succeed, fail with the
/// errors that the machine handles, or exceed their time limits. The harness serves every task
/// itself: it replaces what a task calls with an activity, so nothing outside the engine is called.
/// Machines that cannot be run, and files that cannot be read, are listed with the reason; if
/// everything else agrees, the exit status is 4. Everything else works as in 'stepproof run'.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof check order.asl.json
  stepproof check machines/ --engine localstack --cases 500
  stepproof check order.asl.json --set Table=orders --values values.yaml
  stepproof check order.asl.json --input event.json --plan plan.json
  stepproof check a.json b.yaml --endpoint http://127.0.0.1:4566 --seed 7

A plan says what the tasks do, as in 'stepproof simulate'; tasks that it does not name return their
input.")]
pub(super) struct Check {
    /// Definitions in JSON or YAML, or templates of CloudFormation with some (FILE#LOGICALID for one of
    /// them); directories to search for them in .json, .yaml, .yml, .asl and .template files.
    #[arg(required = true, value_name = "MACHINE")]
    machines: Vec<PathBuf>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    substitutions: Substitutions,
    /// The input of every execution: a file, or JSON. Given more than once, the inputs are taken in
    /// turn [default: drawn].
    #[arg(long, value_name = "FILE|JSON")]
    input: Vec<String>,
    /// The plan, what the tasks do: a file, or JSON [default: drawn].
    #[arg(long, value_name = "FILE|JSON")]
    plan: Option<String>,
    /// Validate the machines as Express workflows, and run those that have no tasks.
    #[arg(long)]
    express: bool,
    /// How many cases to run of each machine, not of all together [default: 100; as many as there are inputs, if the plan
    /// is given too].
    #[arg(long, value_name = "N", conflicts_with = "time", value_parser = super::input::count)]
    cases: Option<u64>,
    /// Run cases for this long, for example 90s, 30m, 8h.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    time: Option<Duration>,
    /// The seed from which every case is drawn [default: random, and printed].
    #[arg(long, value_parser = super::target::seed)]
    seed: Option<u64>,
    #[command(flatten)]
    mode: Mode,
}

impl Check {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.check())
    }

    async fn check(self) -> Result<Status, Failure> {
        let inputs = self.input.iter().map(|input| input::json(input, "--input"));
        let how = HowGiven {
            inputs: inputs.collect::<Result<_, _>>()?,
        };
        let plan = self.plan.as_deref().map(input::any_plan).transpose()?;
        let search = Search {
            supplied: self.substitutions.supplied()?,
            workflow: input::workflow(self.express),
        };
        let files = search.find(&self.machines)?;
        search.supplied.tell_unseen();
        let (engine, version) = self.target.reach().await?;
        let sorting = Sorting {
            how: &how,
            engine: engine.as_ref(),
            plan,
        };
        let Sorted { machines, left_out } = sorting.sort(files.found)?;
        if machines.is_empty() {
            return Err(nothing_left(&left_out));
        }
        let skipped = (!files.skipped.is_empty()).then_some(Event::Skipped(files.skipped));
        let configuration = self.configuration(machines, left_out, how);
        let begun = self.mode.begin(configuration, engine, version)?;
        self.mode
            .conduct(begun, skipped.into_iter().collect())
            .await
    }

    fn configuration(
        &self,
        machines: Vec<GivenMachine>,
        left_out: Vec<LeftOut>,
        how_given: HowGiven,
    ) -> Configuration {
        let all = match how_given.inputs.len() as u64 {
            inputs @ 1.. if self.plan.is_some() => inputs,
            _ => CASES,
        };
        let cases = self.cases.unwrap_or(all);
        let limit = Limit::Cases(cases.saturating_mul(machines.len() as u64));
        Configuration {
            machines,
            left_out,
            how_given,
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
}

/// Sorts the machines that can be run from those that cannot.
struct Sorting<'a> {
    how: &'a HowGiven,
    engine: &'a dyn Engine,
    /// What the tasks of the machines do.
    plan: Option<Plan>,
}

impl Sorting<'_> {
    fn sort(&self, found: Vec<Found>) -> Result<Sorted, Failure> {
        let (bar, progress) = (
            bar(found.len()),
            Progress::of("prepared", "machine", Some(found.len() as u64)),
        );
        let mut sorted = Sorted::default();
        for Found {
            file, definition, ..
        } in found
        {
            bar.set_message(on_one_line(&file).into_owned());
            progress.begin(&file);
            let looked_at =
                definition.and_then(|definition| self.look(&file, definition).map_err(unsupported));
            match looked_at {
                Ok(machine) => sorted.machines.push(machine),
                Err(report::LeftOut { kind, reason }) => {
                    sorted.left_out.push(LeftOut { file, kind, reason });
                }
            }
            bar.inc(1);
            progress.done();
        }
        bar.finish_and_clear();
        self.check_plan(&sorted.machines)?;
        Ok(sorted)
    }

    /// A machine that can be run, or the reason why it cannot.
    fn look(&self, file: &str, definition: Definition) -> Result<GivenMachine, String> {
        let longest = longest(self.engine.profile());
        let mut machine = GivenMachine {
            file: file.to_owned(),
            definition: definition.json,
            placeholders: definition.placeholders,
            partly: None,
            remarks: definition.warnings,
            plan: None,
            express: definition.workflow == WorkflowType::Express,
        };
        if let Some(plan) = &self.plan {
            let sites = sites(&machine.definition);
            let mut plan = plan.clone();
            plan.sites.retain(|site, _| sites.contains(site));
            machine.plan = Some(plan);
        }
        let queues = self.engine.profile().capabilities.queues;
        let given = machine.given(self.how, longest, queues);
        let given = given.map_err(|error| error.to_string())?;
        if machine.express && given.has_tasks() {
            return Err(
                "serve the tasks of an Express workflow: the harness serves tasks as activities, \
                 and Express workflows have none"
                    .to_owned(),
            );
        }
        let probed = probe(&given, self.engine, machine.most(longest))?;
        machine.partly = probed.partly;
        machine.remarks.extend(probed.alike);
        Ok(machine)
    }

    /// Checks that every task that the plan names is one of some machine.
    fn check_plan(&self, machines: &[GivenMachine]) -> Result<(), Failure> {
        let named = self.plan.iter().flat_map(|plan| plan.sites.keys());
        let known = |site: &Site| {
            let mut plans = machines.iter().filter_map(|machine| machine.plan.as_ref());
            plans.any(|plan| plan.sites.contains_key(site))
        };
        let stranger = named.into_iter().find(|site| !known(site));
        let Some(stranger) = stranger else {
            return Ok(());
        };
        let all: Vec<Site> = machines
            .iter()
            .flat_map(|it| sites(&it.definition))
            .collect();
        Err(input::stranger(stranger, &all))
    }
}

/// The sites of a machine's tasks.
fn sites(definition: &Value) -> Vec<Site> {
    let tasks = states(definition)
        .into_iter()
        .filter(|(_, state)| state["Type"] == "Task");
    tasks.map(|(path, _)| path.site).collect()
}

fn unsupported(reason: String) -> report::LeftOut {
    report::LeftOut {
        kind: Unjudged::Unsupported,
        reason,
    }
}

/// Which machine is being looked at: ways to all states of a large one take a while to find.
fn bar(machines: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(machines as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("preparing {pos}/{len}  {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What a few cases of a machine show.
struct Probed {
    /// Why some of them cannot be run.
    partly: Option<String>,
    /// That all of them fail alike, in words.
    alike: Option<String>,
}

/// Tries a few cases of a machine. Returns an error if none of them can be run.
fn probe(given: &Given, engine: &dyn Engine, longest: Option<Millis>) -> Result<Probed, String> {
    let profile = engine.profile();
    if given.has_tasks() && !profile.capabilities.activities {
        let name = &profile.name;
        return Err(format!(
            "run the machine: it has tasks, and {name} has no activities"
        ));
    }
    let source = GivenCases::new(vec![given.clone()], 0, longest);
    let (mut objections, mut jobs) = (Vec::new(), Vec::new());
    for index in 0..PROBES {
        match prepare_body(source.case(index).body, Lane::Throughput) {
            Ok(job) => {
                objections.extend(source.objection(&job));
                jobs.push(job);
            }
            Err(error) => objections.push(error.to_string()),
        }
    }
    let all = objections.len() as u64 == PROBES;
    let first = objections.into_iter().next();
    if all {
        return Err(first.unwrap_or_default());
    }
    Ok(Probed {
        partly: first,
        alike: fail_alike(&jobs),
    })
}

/// Whether executions that should have various ends all fail with the same error, so that little of the machine
/// is seen.
fn fail_alike(jobs: &[Prepared]) -> Option<String> {
    let mut seen = jobs
        .iter()
        .flat_map(Prepared::expectations)
        .map(|it| &it.observation);
    let first = seen.next()?;
    let error = first.error.as_deref()?;
    let is_alike = seen.all(|it| it.error.as_deref() == Some(error));
    // A machine may be there to fail with an error of its own.
    (is_alike && error.starts_with("States.")).then(|| {
        let cause = first.cause.as_deref().unwrap_or_default();
        format!("all its cases fail with {error}, the first one because: {cause}")
    })
}

fn nothing_left(left_out: &[LeftOut]) -> Failure {
    let reasons = left_out.iter();
    let reasons: Vec<String> = reasons
        .map(|it| format!("{}: {}: failed to {}", it.kind.name(), it.file, it.reason))
        .collect();
    Failure {
        status: Status::NothingJudged,
        message: format!("check any machine:\n  {}", reasons.join("\n  ")),
        remedy: Some("'stepproof validate FILE' says everything that AWS would refuse".to_owned()),
    }
}

//! `stepproof replay`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use stepproof_specs::{deviation::Deviation, scenario::case::Case};

use super::{
    Failure, Status,
    generate::unwritable,
    input,
    origin::{Named, Origin},
    output::Output,
    profiles,
    session::ledger,
    target::Target,
};
use crate::{
    casefile,
    engines::adapters::REFERENCE,
    job::{Lane, PrepareError, Prepared, prepare},
    judge::verdict::{Judgement, Verdict},
    raw::RawRun,
    report::{Finding, Subject, visible},
    run::{
        Attempt, Context, Control, Outcome, Stop, attempt, explain,
        judging::{Compared, Generated},
        known_by, reasons,
    },
};

/// Runs one case and shows how the engine differs from the reference.
///
/// Exit status 1 if it diverges, 0 if it agrees, 4 if it cannot be judged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof replay runs/RUN/findings/1-X/case.json
  stepproof replay runs/RUN
  stepproof replay case.json --endpoint http://127.0.0.1:4566
  stepproof replay 7:41 --profile retry --engine localstack
  stepproof replay 7:41 --run runs/RUN
  stepproof replay localstack/choice-missing-variable --engine localstack")]
pub(super) struct Replay {
    /// A case file, or the directory of a finding, or of a run with one finding; or SEED:INDEX, the case with that number in the run with that seed, on the same
    /// engine and with the same options (or --run); or ENGINE/ENTRY of a ledger or zoo/FAULT, a minimal case that comes with stepproof.
    #[arg(value_name = "CASE|SEED:INDEX")]
    case: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    origin: Origin,
    /// Write the case to a file, too.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many times to run it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    times: u32,
}

impl Replay {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.run())
    }

    async fn run(self) -> Result<Status, Failure> {
        let named = self.origin.find(&self.case, &self.target)?;
        let setup = Setup::open(&named).await?;
        let case = named.case(setup.context.engine.profile())?;
        if let Some(path) = &self.out {
            let text = casefile::encode(&case);
            fs::write(path, text).map_err(|error| unwritable(path, &error))?;
        }
        let prepared = prepared(&case)?;
        let mut output = Output::new();
        let mut worst = Status::Success;
        for run in 1..=self.times {
            let attempt = attempt(&setup.context, &prepared, setup.control.overhead()).await;
            let (status, text) =
                setup.tell((&case, &prepared), &named, &attempt, run == self.times)?;
            output.painted(text)?;
            output.flush()?;
            worst = if worst == Status::Diverged {
                worst
            } else {
                status
            };
        }
        setup.close().await?;
        Ok(worst)
    }
}

/// An engine and its comparison context, for commands that run one case.
pub(super) struct Setup {
    pub context: Arc<Context>,
    pub judge: Arc<Compared>,
    pub control: Control,
    version: String,
}

impl Setup {
    pub(super) async fn open(named: &Named) -> Result<Self, Failure> {
        let (engine, version) = named.target.reach_alone().await?;
        let faulty = named.target.fault.is_some();
        let ledger = ledger::load(None, &engine.profile().name, faulty)?;
        let judge = Arc::new(Compared {
            engine: engine.profile().clone(),
            engine_version: version.clone(),
            options: named.options.clone(),
            endpoint: engine.endpoint().map(str::to_owned),
            ledger,
            directory: PathBuf::new(),
        });
        let context = Arc::new(Context {
            source: Arc::new(Generated::new(
                profiles::named(profiles::DEFAULT)?,
                0,
                engine.profile(),
            )),
            engine,
            judge: Arc::clone(&judge) as Arc<_>,
            stop: Stop::default(),
        });
        Ok(Self {
            control: Control::measured(&context).await,
            context,
            judge,
            version,
        })
    }

    /// Removes what was created on the engine.
    pub(super) async fn close(&self) -> Result<(), Failure> {
        self.context.engine.clean().await.map_err(Failure::from)
    }

    /// The exit status for an attempt, and its report, which is safe to show.
    fn tell(
        &self,
        (case, prepared): (&Case, &Prepared),
        named: &Named,
        attempt: &Attempt,
        whole: bool,
    ) -> Result<(Status, String), Failure> {
        let (raw, judgement) = match &attempt.outcome {
            Outcome::Trouble(trouble) => return Err(trouble.clone().into()),
            Outcome::Judged { raw, judgement } => (raw, judgement),
        };
        let engine = &self.context.engine.profile().name;
        let name = &named.name;
        Ok(match judgement.verdict(|_| false) {
            Verdict::Agree => {
                let text = format!("{engine} {} {}", self.version, agrees(&named.target));
                (Status::Success, visible(&text).into_owned())
            }
            Verdict::Diverge if !whole => {
                let signatures = signatures(&attempt.outcome);
                (Status::Diverged, visible(&signatures).into_owned())
            }
            Verdict::Diverge => {
                let explained = explain(&self.context, prepared, &attempt.outcome, &named.told);
                let finding =
                    self.finding(case, name, raw.as_deref(), judgement, explained.as_ref());
                let screen = finding.map(|it| it.screen(console::colors_enabled()));
                let screen = screen.unwrap_or_default();
                let mut text = screen.trim_end().to_owned();
                let entries = known_by(&self.context, prepared, &attempt.outcome);
                if !entries.is_empty() {
                    let entries = entries.join("', '");
                    let _ = write!(text, "\n\nknown: the ledger has '{entries}'");
                }
                (Status::Diverged, text)
            }
            verdict => {
                let mut text = format!("nothing follows: {}", verdict.name());
                let why = reasons::of(&*self.judge, prepared, &attempt.outcome, verdict);
                for reason in why {
                    let _ = write!(text, "\n  {}", visible(&reason));
                }
                let seen = Judgement {
                    differences: judgement.poisoned.clone(),
                    ..judgement.clone()
                };
                if let Some(finding) = self
                    .finding(case, name, raw.as_deref(), &seen, None)
                    .filter(|_| whole)
                {
                    let evidence = finding.evidence(console::colors_enabled());
                    let _ = write!(text, "\n\n{}", evidence.trim());
                }
                (Status::NothingJudged, text)
            }
        })
    }

    /// What differs, as a finding; `None` if nothing does.
    fn finding(
        &self,
        case: &Case,
        name: &Path,
        raw: Option<&RawRun>,
        judgement: &Judgement,
        explained: Option<&Deviation>,
    ) -> Option<Finding> {
        let first = judgement.differences.first()?;
        Some(Finding::new(&Subject {
            number: 1,
            signature: &first.signature,
            case,
            original: None,
            raw,
            judgement: Some(judgement),
            engine: &self.context.engine.profile().name,
            engine_version: &self.version,
            api: self.judge.engine.capabilities.api,
            target: self.judge.target(),
            reproduced: (1, 1),
            withdrawn: false,
            explained,
            grouped: None,
            suspected: None,
            beside: false,
            replay: &self.judge.replay(name),
        }))
    }
}

/// That an engine agrees. Of one that breaks a rule on purpose, that says only that it does not show.
fn agrees(target: &Target) -> String {
    match &target.fault {
        Some(fault) => format!("agrees with the reference: the fault '{fault}' does not show"),
        None if target.name() == REFERENCE => "agrees with itself: it is the reference".to_owned(),
        None => "agrees with the reference".to_owned(),
    }
}

fn signatures(outcome: &Outcome) -> String {
    let signatures = outcome.signatures();
    let words: Vec<_> = signatures.iter().map(ToString::to_string).collect();
    words.join("; ")
}

/// Prepares a case that a user gave to be run.
pub(super) fn prepared(case: &Case) -> Result<Prepared, Failure> {
    let prepared = prepare(case, Lane::Quiet).map_err(|error| {
        let remedy = match &error {
            PrepareError::Refused(_) => "the case's definition must be a valid machine",
            PrepareError::Simulation { .. } => {
                "the reference must be able to run the case to its end"
            }
            PrepareError::Calls(_) => "the reference must be able to make every call of the case",
        };
        Failure::usage(error.to_string(), remedy)
    })?;
    if let Prepared::Execution(job) = &prepared {
        for start in &job.case.starts {
            input::check_sites(&start.plan, &job.machine)?;
        }
    }
    Ok(prepared)
}

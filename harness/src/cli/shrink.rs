//! `stepproof shrink`.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;

use super::{
    Failure, Status, generate::unwritable, origin::Origin, output::Output, replay, replay::Setup,
    target::Target,
};
use crate::{
    casefile,
    judge::verdict::Signature,
    report::plural,
    run::{EngineLab, attempt, states},
    shrink::{Budget, Ended, ShrinkError, shrink},
};

/// Makes a diverging case as small as possible while it still diverges in the same way.
///
/// Exit status 1 if it diverges (the small case is written), 0 if it agrees.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof shrink case.json
  stepproof shrink 7:41 --fault choice-order --out small.json")]
pub(super) struct Shrink {
    /// A case file, or SEED:INDEX.
    #[arg(value_name = "CASE|SEED:INDEX")]
    case: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    origin: Origin,
    /// Where to write the small case [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The divergence to keep, by its signature [default: the first].
    #[arg(long)]
    signature: Option<String>,
    /// The most engine calls to make.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    calls: u64,
}

impl Shrink {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.run())
    }

    async fn run(self) -> Result<Status, Failure> {
        let named = self.origin.find(&self.case, &self.target)?;
        let setup = Setup::open(&named).await?;
        let case = named.case(setup.context.engine.profile())?;
        let prepared = replay::prepared(&case)?;
        let outcome = attempt(&setup.context, &prepared, setup.control.overhead())
            .await
            .outcome;
        let signatures = outcome.into_signatures()?;
        let mut output = Output::new();
        let Some(sought) = self.sought(&signatures)? else {
            output.line("the case does not diverge: there is nothing to shrink")?;
            output.flush()?;
            return Ok(Status::Success);
        };
        let context = Arc::clone(&setup.context);
        let lab = EngineLab::new(context, &prepared, sought.clone(), 1, setup.control.clone());
        let budget = Budget {
            calls: self.calls,
            time: Duration::from_hours(1),
            width: setup.context.engine.profile().jobs,
        };
        let before = states(&case);
        let shrunk = shrink(Arc::new(lab), case, budget).await.map_err(cannot)?;
        setup.close().await?;
        super::output::note(format_args!(
            "{sought}: {} to {} with {} of {}{}",
            plural(before, "state"),
            states(&shrunk.case),
            plural(shrunk.calls, "engine call"),
            plural(shrunk.candidates, "candidate"),
            match shrunk.ended {
                Ended::Minimal => "",
                Ended::OutOfCalls | Ended::OutOfTime => "; the budget is used up",
                Ended::Trivial => "; every machine diverges so",
                Ended::NotReduced => "; it was not made smaller",
            }
        ));
        let text = casefile::encode(&shrunk.case);
        match &self.out {
            Some(path) => fs::write(path, text).map_err(|error| unwritable(path, &error))?,
            None => output.line(text.trim_end())?,
        }
        output.flush()?;
        Ok(Status::Diverged)
    }

    fn sought(&self, found: &[Signature]) -> Result<Option<Signature>, Failure> {
        let Some(named) = &self.signature else {
            return Ok(found.first().cloned());
        };
        let there = found
            .iter()
            .find(|signature| signature.to_string() == *named);
        there.cloned().map(Some).ok_or_else(|| {
            let words: Vec<_> = found.iter().map(|it| format!("'{it}'")).collect();
            let remedy = if words.is_empty() {
                "it does not diverge at all".to_owned()
            } else {
                format!("it diverges as {}", words.join(", "))
            };
            Failure::usage(
                format!("shrink the case: it does not diverge as '{named}'"),
                remedy,
            )
        })
    }
}

fn cannot(error: ShrinkError) -> Failure {
    match error {
        ShrinkError::Trouble(trouble) => trouble.into(),
        other => Failure {
            status: Status::NothingJudged,
            message: format!("shrink the case: {other}"),
            remedy: Some("'stepproof replay --times 10' shows how often it diverges".to_owned()),
        },
    }
}

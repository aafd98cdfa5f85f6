//! Options that choose the engine of a command.

use std::{pin::pin, sync::Arc, time::Duration};

use clap::Args;

use stepproof_specs::base::time::Millis;

use super::{Failure, faults, output};
use crate::{
    engines::{
        Engine,
        adapters::{Choice, ENDPOINT, known, open},
        address,
    },
    judge::policy::{CauseCompare, HistoryCompare, Strictness, Tolerance},
    trouble::Trouble,
    zoo::Deviant,
};

/// The engine of a command if none is named.
pub(super) const DEFAULT: &str = "embedded";

/// How long an engine may be silent before the user is told.
const SILENCE: Duration = Duration::from_secs(5);

/// How many minutes more it is given then.
const PATIENCE: u64 = 5;

/// The tolerance of whoever does not judge timing.
const IGNORE: &str = "ignore";

/// The engines that can be told to break a rule.
const BREAKABLE: &[&str] = &[DEFAULT, "reference"];

/// The options that choose the engine.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Target {
    /// The engine, one of those that 'stepproof engines' lists [default: embedded].
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// The address of a running engine: any that has the Step Functions API.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Seconds of ASL time per real second, if the engine's clock is scaled.
    #[arg(long, value_name = "FACTOR", requires = "endpoint", value_parser = time_scale)]
    pub time_scale: Option<f64>,
    /// Tell the embedded engine, or the reference, to break a rule ('stepproof faults').
    #[arg(long, value_name = "NAME", conflicts_with = "endpoint")]
    pub fault: Option<String>,
    #[command(flatten)]
    pub judging: Judging,
    /// Whether the run's cases are calls to the API.
    #[arg(skip)]
    pub calls: bool,
}

/// The options that say how strictly the engine is judged. What is left out is as the engine's adapter
/// declares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Args)]
pub(super) struct Judging {
    /// How histories are compared: not at all, by the states that are entered, by the kinds of events
    /// of each state, or with their details [default: the engine's own; details for --endpoint].
    #[arg(long, value_enum, value_name = "DEPTH")]
    pub history: Option<HistoryCompare>,
    /// How causes are compared: not at all, those that tasks and Fail states give, or all
    /// [default: the engine's own; exact for --endpoint].
    #[arg(long, value_enum, value_name = "WHICH")]
    pub cause: Option<CauseCompare>,
    /// How late something may happen (real time, for example 3s), or 'ignore' for any time
    /// [default: the engine's own; 1.5s for --endpoint].
    #[arg(long, value_name = "ignore|TIME", value_parser = tolerance)]
    pub timing: Option<Tolerance>,
    /// How much longer than the reference an execution may run (real time) before it counts as
    /// hanging [default: the engine's own; 10s for --endpoint].
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub grace: Option<Duration>,
}

impl From<Judging> for Strictness {
    fn from(judging: Judging) -> Self {
        let millis = |grace: Duration| Millis::try_from(grace.as_millis()).unwrap_or(Millis::MAX);
        Self {
            history: judging.history,
            cause: judging.cause,
            timing: judging.timing,
            grace: judging.grace.map(millis),
        }
    }
}

impl From<Strictness> for Judging {
    fn from(strictness: Strictness) -> Self {
        Self {
            history: strictness.history,
            cause: strictness.cause,
            timing: strictness.timing,
            grace: strictness.grace.map(Duration::from_millis),
        }
    }
}

impl Target {
    /// The engine's name.
    pub(super) fn name(&self) -> &str {
        match (&self.engine, &self.endpoint) {
            (Some(engine), _) => engine,
            (None, Some(_)) => ENDPOINT,
            (None, None) => DEFAULT,
        }
    }

    /// Whether no engine was named.
    pub(super) fn is_default(&self) -> bool {
        self.engine.is_none() && self.endpoint.is_none() && self.fault.is_none()
    }

    /// The options that choose this engine, as they are typed.
    pub(super) fn options(&self) -> String {
        let option = |name: &str, value: Option<String>| {
            value.map_or_else(String::new, |value| format!("{name} {value} "))
        };
        let engine = self.engine.clone().filter(|engine| engine != DEFAULT);
        let judging = &self.judging;
        let options = [
            option("--engine", engine),
            option("--endpoint", self.endpoint.clone()),
            option("--time-scale", self.time_scale.map(|it| it.to_string())),
            option("--fault", self.fault.clone()),
            option("--history", judging.history.map(|it| it.name().to_owned())),
            option("--cause", judging.cause.map(|it| it.name().to_owned())),
            option("--timing", judging.timing.map(tolerated)),
            option(
                "--grace",
                judging.grace.map(|it| format!("{}ms", it.as_millis())),
            ),
        ];
        options.concat().trim_end().to_owned()
    }

    /// Starts or reaches the engine.
    pub(super) async fn open(&self) -> Result<Arc<dyn Engine>, Failure> {
        if let Some(endpoint) = &self.endpoint {
            address::check(endpoint).map_err(|error| {
                Failure::usage(
                    format!("use the address in --endpoint: {error}"),
                    "give one like http://127.0.0.1:4566",
                )
            })?;
        }
        let known = known().iter().find(|adapter| adapter.name == self.name());
        let Some(adapter) = known else {
            return Err(Failure::usage(
                format!("find the engine '{}'", self.name()),
                "'stepproof engines' lists those that there are",
            ));
        };
        if self.endpoint.is_some() && !adapter.home.takes_an_address() {
            return Err(Failure::usage(
                format!(
                    "reach {} at an address: it runs inside stepproof",
                    self.name()
                ),
                "leave --engine or --endpoint out",
            ));
        }
        let fault = self.fault.as_deref().map(faults::named).transpose()?;
        if fault.is_some() && !BREAKABLE.contains(&self.name()) {
            return Err(Failure::usage(
                format!(
                    "break a rule of {}: only {} can be told to",
                    self.name(),
                    BREAKABLE.join(" and ")
                ),
                "leave --engine or --fault out",
            ));
        }
        let choice = Choice {
            name: self.engine.clone(),
            endpoint: self.endpoint.clone(),
            time_scale: self.time_scale,
            jobs: None,
            strictness: self.judging.into(),
            only_asked: false,
            calls: self.calls,
            deviations: fault.map(Deviant::deviations),
        };
        let (token, _) = uuid::Uuid::new_v4().as_u64_pair();
        let run = format!("{:08x}", token >> 32);
        let mut opening = pin!(open(&choice, &run));
        let engine = match tokio::time::timeout(SILENCE, &mut opening).await {
            Ok(engine) => engine?,
            Err(_) => {
                output::note(format_args!(
                    "{} does not answer yet; it is given {PATIENCE} minutes, because some engines load slowly",
                    self.name()
                ));
                let answer = tokio::time::timeout(Duration::from_mins(PATIENCE), opening);
                answer.await.unwrap_or_else(|_| {
                    Err(Trouble::Protocol {
                        operation: "the engine".to_owned(),
                        reason: "no answer in time".to_owned(),
                    })
                })?
            }
        };
        Ok(Arc::from(engine))
    }

    /// The same for a command that reports no run: tells what the engine turned out not to do.
    pub(super) async fn reach_alone(&self) -> Result<(Arc<dyn Engine>, String), Failure> {
        let reached = self.reach().await?;
        for dropped in &reached.0.profile().dropped {
            output::note(format_args!("{} runs {dropped}", self.name()));
        }
        Ok(reached)
    }

    /// Starts or reaches the engine, and asks for its version.
    pub(super) async fn reach(&self) -> Result<(Arc<dyn Engine>, String), Failure> {
        let engine = self.open().await?;
        let version = engine.probe().await?;
        Ok((engine, version))
    }
}

/// Parses a duration such as `90s` or `8h`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let parsed: Option<jiff::SignedDuration> = text.parse().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| {
            "it must be a time above zero with its unit, for example 500ms, 90s, 30m or 8h"
                .to_owned()
        })
}

/// Parses a seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let parsed = text.parse();
    parsed.map_err(|_| format!("it must be a whole number from 0 to {}", u64::MAX))
}

/// Parses how late something may happen.
fn tolerance(text: &str) -> Result<Tolerance, String> {
    if text == IGNORE {
        return Ok(Tolerance::Ignore);
    }
    let late = parse_duration(text)?.as_millis();
    Ok(Tolerance::Late(
        Millis::try_from(late).unwrap_or(Millis::MAX),
    ))
}

/// The same as it is typed.
fn tolerated(tolerance: Tolerance) -> String {
    match tolerance {
        Tolerance::Ignore => IGNORE.to_owned(),
        Tolerance::Late(late) => format!("{late}ms"),
    }
}

/// Parses the factor by which a clock runs faster or slower than real time.
pub(super) fn time_scale(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|factor: &f64| factor.is_finite() && *factor > 0.0)
        .ok_or_else(|| "it must be a number above 0".to_owned())
}

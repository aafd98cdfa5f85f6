//! Options that choose the engine of a command.

use std::{pin::pin, sync::Arc, time::Duration};

use clap::Args;

use super::{Failure, faults, output};
use crate::engines::{
    Engine,
    adapters::{Choice, known, open},
    address,
};
use crate::zoo::Deviant;

/// The engine of a command if none is named.
pub(super) const DEFAULT: &str = "embedded";

/// How long an engine may be silent before the user is told.
const SILENCE: Duration = Duration::from_secs(5);

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
}

impl Target {
    /// The engine's name.
    pub(super) fn name(&self) -> &str {
        match (&self.engine, &self.endpoint) {
            (Some(engine), _) => engine,
            (None, Some(_)) => "endpoint",
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
        let options = [
            option("--engine", engine),
            option("--endpoint", self.endpoint.clone()),
            option("--time-scale", self.time_scale.map(|it| it.to_string())),
            option("--fault", self.fault.clone()),
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
            deviations: fault.map(Deviant::deviations),
        };
        let (token, _) = uuid::Uuid::new_v4().as_u64_pair();
        let run = format!("{:08x}", token >> 32);
        let mut opening = pin!(open(&choice, &run));
        let engine = match tokio::time::timeout(SILENCE, &mut opening).await {
            Ok(engine) => engine?,
            Err(_) => {
                output::note(format_args!(
                    "{} does not answer yet; it is given more time, because some engines load slowly",
                    self.name()
                ));
                opening.await?
            }
        };
        Ok(Arc::from(engine))
    }

    /// Starts or reaches the engine, and asks for its version.
    pub(super) async fn reach(&self) -> Result<(Arc<dyn Engine>, String), Failure> {
        let engine = self.open().await?;
        let version = engine.probe().await?;
        Ok((engine, version))
    }
}

/// Parses the factor by which a clock runs faster or slower than real time.
pub(super) fn time_scale(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|factor: &f64| factor.is_finite() && *factor > 0.0)
        .ok_or_else(|| "it must be a number above 0".to_owned())
}

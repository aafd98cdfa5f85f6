//! The configuration of a run: what must be the same when the run is resumed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_generators::given::{Fixed, Given, NotGiven};
use stepproof_specs::{base::time::Millis, scenario::plan::Plan};

use crate::{
    cli::{Failure, drawing::Drawn, target::Target},
    engines::Dropped,
    judge::{ledger::Ledger, policy::Strictness},
    report::{MachineNotice, Unjudged},
    run::{Limit, Shard},
    store::{RunRecord, Store, StoreError},
};

/// The configuration of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct Configuration {
    pub target: Engine,
    pub limit: Limit,
    pub seed: u64,
    #[serde(flatten)]
    pub drawn: Drawn,
    /// The machines that a user gave. If there are any, every case runs one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<GivenMachine>,
    /// The machines that a user gave and that cannot be run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// How those are run that can be.
    #[serde(default)]
    pub how_given: HowGiven,
    pub shard: Shard,
    pub ledger: Option<PathBuf>,
    /// The digest of the ledger, wherever it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_digest: Option<String>,
    /// What the engine turned out not to do: no case uses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Dropped>,
}

/// A machine that a user gave and that cannot be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct LeftOut {
    /// The file's name.
    pub file: String,
    /// What kind of reason there is.
    #[serde(default)]
    pub kind: Unjudged,
    /// Why: completes "failed to …".
    pub reason: String,
}

/// A machine that a user gave, as it was when the run started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct GivenMachine {
    /// The file's name.
    pub file: String,
    /// The definition that it held, without placeholders.
    pub definition: Value,
    /// What was guessed of it, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<String>,
    /// Why some of its cases are not run, if that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly: Option<String>,
    /// What a user should know of it beside that, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What its tasks do, if the user says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Whether it is an Express workflow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub express: bool,
}

impl GivenMachine {
    /// The machine, prepared to be run on an engine that has queues or not.
    pub(in crate::cli) fn given(
        &self,
        how: &HowGiven,
        longest: Option<Millis>,
        queues: bool,
    ) -> Result<Given, NotGiven> {
        let fixed = Fixed {
            inputs: how.inputs.clone(),
            plan: self.plan.clone(),
            most: self.express.then_some(EXPRESS),
            queues,
        };
        Given::starting(&self.file, &self.definition, longest, fixed)
    }

    /// How it is run, for a user.
    pub(in crate::cli) fn notice(&self, given: &Given) -> MachineNotice {
        MachineNotice {
            partly: self.partly.clone(),
            remarks: self.remarks.clone(),
            placeholders: self.placeholders.clone(),
            workflow: self.express.then_some(AS_STANDARD),
            ..MachineNotice::from(given)
        }
    }

    /// The longest ASL time that a case of it may take, on an engine with this limit.
    pub(in crate::cli) fn most(&self, longest: Option<Millis>) -> Option<Millis> {
        let express = self.express.then_some(EXPRESS);
        longest.into_iter().chain(express).min()
    }
}

/// How a user wants all given machines to be run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct HowGiven {
    /// The inputs; drawn if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Value>,
}

/// The longest time that an Express workflow may take (AWS's quotas).
const EXPRESS: Millis = 5 * 60 * 1_000;

const AS_STANDARD: &str =
    "validated as an Express workflow, run as a Standard one, whose executions can be described";

/// The engine of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct Engine {
    engine: Option<String>,
    endpoint: Option<String>,
    time_scale: Option<f64>,
    fault: Option<String>,
    #[serde(flatten)]
    strictness: Strictness,
}

impl From<Target> for Engine {
    fn from(target: Target) -> Self {
        Self {
            engine: target.engine,
            endpoint: target.endpoint,
            time_scale: target.time_scale,
            fault: target.fault,
            strictness: target.judging.into(),
        }
    }
}

impl Engine {
    /// Whether the engine is told to break a rule.
    pub(in crate::cli) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    pub(in crate::cli) fn into_target(self) -> Target {
        Target {
            engine: self.engine,
            endpoint: self.endpoint,
            time_scale: self.time_scale,
            fault: self.fault,
            judging: self.strictness.into(),
            calls: false,
        }
    }
}

impl Configuration {
    /// The configuration of a run of these generated cases.
    pub(in crate::cli) fn generated(target: Target, drawn: Drawn, seed: u64, limit: Limit) -> Self {
        Self {
            target: target.into(),
            limit,
            seed,
            drawn,
            machines: Vec::new(),
            left_out: Vec::new(),
            how_given: HowGiven::default(),
            shard: Shard::WHOLE,
            ledger: None,
            ledger_digest: None,
            dropped: Vec::new(),
        }
    }

    /// The same with this ledger: what its divergences spoil is drawn rarely.
    pub(in crate::cli) fn judged_by(mut self, ledger: Option<&Ledger>) -> Self {
        if let Some(ledger) = ledger
            && self.machines.is_empty()
        {
            self.drawn = self.drawn.rarely(ledger.avoid());
        }
        self.ledger_digest = ledger.map(Ledger::digest);
        self
    }

    /// The options with which `stepproof replay SEED:INDEX` draws the cases of this run and runs them
    /// on its engine. Machines that a user gave are only in the run's directory.
    pub(in crate::cli) fn replay_options(&self, directory: &Path) -> String {
        if !self.machines.is_empty() {
            return format!("--run {}", directory.display());
        }
        let mut options = vec![self.target.clone().into_target().options()];
        options.extend(self.drawn.options());
        if let Some(ledger) = &self.ledger {
            options.extend(["--ledger".to_owned(), ledger.display().to_string()]);
        }
        options.retain(|option| !option.is_empty());
        options.join(" ")
    }

    /// The engine of the run.
    pub(in crate::cli) fn target(&self) -> Target {
        Target {
            calls: self.drawn.profile().is_ok_and(|profile| profile.calls()),
            ..self.target.clone().into_target()
        }
    }

    pub(in crate::cli) fn encode(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub(in crate::cli) fn decode(store: &Store) -> Result<Self, Failure> {
        serde_json::from_value(store.run().configuration.clone()).map_err(|error| {
            let corrupt = StoreError::Corrupt {
                path: store.directory().to_owned(),
                reason: format!("its configuration: {error}"),
            };
            corrupt.into()
        })
    }

    /// Whether a case with this number may be one of the run. How many those are is open if time decides.
    pub(in crate::cli) fn has(&self, index: u64) -> bool {
        let within = match self.limit {
            Limit::Cases(cases) => index < cases,
            Limit::Time(_) => true,
        };
        within && self.shard.owns(index)
    }

    /// The number of cases that this process is to run; `None` if time decides.
    pub(in crate::cli) fn planned(&self) -> Option<u64> {
        match self.limit {
            Limit::Cases(cases) => Some(self.shard.share_of(cases)),
            Limit::Time(_) => None,
        }
    }
}

/// Checks that a run is resumed with the versions it was started with: others would draw other
/// cases, or test another engine.
pub(in crate::cli) fn same_versions(run: &RunRecord, engine_version: &str) -> Result<(), Failure> {
    let checks = [
        (
            "stepproof",
            run.stepproof.as_str(),
            env!("CARGO_PKG_VERSION"),
        ),
        (
            "the generators",
            run.generator.as_str(),
            stepproof_generators::GENERATOR_VERSION,
        ),
        ("the engine", run.engine_version.as_str(), engine_version),
    ];
    match checks.iter().find(|(_, then, now)| then != now) {
        None => Ok(()),
        Some((what, then, now)) => Err(Failure::usage(
            format!(
                "resume the run: it was begun with version {then} of {what}, and this is {now}"
            ),
            "begin a new run",
        )),
    }
}

/// A resumed run must draw the same cases, so the engine must do what it did, and no more. `purpose`
/// completes "failed to …".
pub(in crate::cli) fn same_dropped(
    purpose: &str,
    begun: &Configuration,
    now: &[Dropped],
) -> Result<(), Failure> {
    let then = &begun.dropped;
    let lacks = |these: &[Dropped], one: &Dropped| these.iter().all(|it| it.what != one.what);
    let lost = now.iter().find(|it| lacks(then, it));
    let found = then.iter().find(|it| lacks(now, it));
    let change = match (lost, found) {
        (None, None) => return Ok(()),
        (Some(lost), _) => format!("the engine is now {lost}"),
        (None, Some(found)) => format!(
            "it was begun {found}, and the engine has {} now",
            found.what
        ),
    };
    Err(Failure::usage(
        format!("{purpose}: {change}"),
        "restore the engine, or begin a new run",
    ))
}

/// Checks that a case of a stored run is drawn by the generators that drew it.
pub(in crate::cli) fn same_generators(run: &RunRecord) -> Result<(), Failure> {
    let (then, now) = (&run.generator, stepproof_generators::GENERATOR_VERSION);
    if then == now {
        return Ok(());
    }
    Err(Failure::usage(
        format!("draw the case: the run has version {then} of the generators, and this is {now}"),
        "use the version of stepproof that made the run; findings are stored as case files",
    ))
}

/// A resumed run must also judge by the same ledger: other entries would make other verdicts of cases
/// that are judged already, and let other features be drawn.
pub(in crate::cli) fn same_ledger(
    begun: &Configuration,
    ledger: Option<&Ledger>,
) -> Result<(), Failure> {
    let now = ledger.map(Ledger::digest);
    let Some(ledger) =
        ledger.filter(|_| begun.ledger_digest.is_some() && begun.ledger_digest != now)
    else {
        return Ok(());
    };
    Err(Failure::usage(
        format!(
            "resume the run: the ledger '{}' has been changed since it was begun",
            ledger.path().display()
        ),
        "restore the ledger, or begin a new run",
    ))
}

#[cfg(test)]
mod tests {
    use super::{Configuration, Dropped, same_dropped};
    use crate::{
        cli::{drawing::Drawn, target::Target},
        run::Limit,
    };

    fn begun(dropped: Vec<Dropped>) -> Configuration {
        let limit = Limit::Cases(1);
        Configuration {
            dropped,
            ..Configuration::generated(Target::default(), Drawn::given(), 1, limit)
        }
    }

    #[test]
    fn a_run_goes_on_only_without_what_it_was_begun_without() {
        let dropped = |reason: &str| {
            vec![Dropped {
                what: "variables".to_owned(),
                reason: reason.to_owned(),
            }]
        };
        let stored = begun(dropped("it hangs")).encode();
        let stored: Configuration = serde_json::from_value(stored).unwrap();
        assert!(same_dropped("resume", &stored, &dropped("it hangs otherwise")).is_ok());
        let found = same_dropped("resume", &stored, &[]).unwrap_err().message;
        assert!(
            found.contains("begun without variables: it hangs"),
            "{found}"
        );
        let lost = same_dropped("resume", &begun(Vec::new()), &dropped("it hangs"));
        let lost = lost.unwrap_err().message;
        assert!(
            lost.contains("is now without variables: it hangs"),
            "{lost}"
        );
    }
}

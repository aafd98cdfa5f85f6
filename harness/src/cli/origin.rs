//! Which run drew a case that is called SEED:INDEX.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use stepproof_specs::{deviation::Deviation, scenario::case::Case};

use super::{
    Failure,
    drawing::Drawing,
    input, profiles,
    session::{
        self,
        configuration::{self, Configuration},
        ledger,
    },
    target::Target,
};
use crate::{
    casefile,
    engines::EngineProfile,
    identity::CaseId,
    report::counts,
    run::{Limit, Shard},
    store::{CASE, FINDINGS, Journal as _, REPORT, RUNS, Store, StoreError},
};

/// The options that say which run drew a case.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Origin {
    #[command(flatten)]
    drawing: Drawing,
    /// The ledger of the run that drew SEED:INDEX: what its divergences spoil is drawn rarely [default:
    /// as in 'stepproof run'].
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// The directory of the run that drew SEED:INDEX; the run's own engine and options are used.
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "engine", "endpoint", "fault", "history", "cause", "timing", "grace", "profile", "without",
        "rarely", "ledger",
    ])]
    run: Option<PathBuf>,
}

/// A case that a user named.
pub(super) struct Named {
    /// What it is called.
    pub name: PathBuf,
    /// The engine on which it is run.
    pub target: Target,
    /// The options with which a command comes to the same case on the same engine.
    pub options: String,
    /// What its run says explains it, the best first.
    pub told: Vec<Deviation>,
    from: From,
}

/// Where a case comes from.
enum From {
    File(Box<Case>),
    Run {
        configuration: Box<Configuration>,
        index: u64,
        /// Whether the run is stored.
        stored: bool,
        /// The identity that the case had in it, if that was kept.
        id: Option<CaseId>,
    },
}

impl Named {
    /// The case. One of a run depends on what its engine does.
    pub(super) fn case(&self, engine: &EngineProfile) -> Result<Case, Failure> {
        let (configuration, index, stored, id) = match &self.from {
            From::File(case) => return Ok(Case::clone(case)),
            From::Run {
                configuration,
                index,
                stored,
                id,
            } => (configuration, index, *stored, id),
        };
        if stored {
            let purpose = "draw the case as the run drew it";
            configuration::same_dropped(purpose, configuration, &engine.dropped)?;
        }
        let case = session::source(configuration, engine)?.source.case(*index);
        if id.as_ref().is_some_and(|id| *id != CaseId::of(&case)) {
            let name = self.name.display();
            return Err(Failure::internal(format!("draw case {name} as it was")));
        }
        Ok(case)
    }
}

impl Origin {
    /// Finds a case by its file or its origin. A case by its origin is the one that a run with these
    /// options draws.
    pub(super) fn find(&self, argument: &str, target: &Target) -> Result<Named, Failure> {
        let name = Path::new(argument);
        let origin = argument
            .split_once(':')
            .and_then(|(seed, index)| Some((seed.parse().ok()?, index.parse().ok()?)));
        if let Some((seed, index)) = origin.filter(|_| !name.exists()) {
            return self.drawn(argument, (seed, index), target);
        }
        if self.run.is_some() {
            return Err(Failure::usage(
                format!("find the case '{argument}' in a run"),
                "give SEED:INDEX with --run, or a case file without it",
            ));
        }
        let (file, target) = if name.is_dir() {
            let case = in_directory(name)?;
            let target = as_in_run(&case, target)?;
            (case, target)
        } else {
            (name.to_owned(), target.clone())
        };
        let case = casefile::load(&file).map_err(|error| input::no_case(error, argument))?;
        Ok(Named {
            told: told_of(&file).unwrap_or_default(),
            name: file,
            options: target.options(),
            target,
            from: From::File(Box::new(case)),
        })
    }

    fn drawn(
        &self,
        argument: &str,
        (seed, index): (u64, u64),
        target: &Target,
    ) -> Result<Named, Failure> {
        let mut told = Vec::new();
        let (configuration, options, id) = match &self.run {
            Some(directory) => {
                let store = Store::open(directory)?;
                let options = format!("--run {}", directory.display());
                let configuration = of_run(&store, seed)?;
                let id = store.identity(index)?;
                let stored = store.stored()?;
                let mut judged = stored.cases.iter();
                let open = matches!(configuration.limit, Limit::Time(_))
                    && !judged.any(|it| it.index == index);
                if open || !configuration.has(index) {
                    let remedy = "give the number of one of its cases, or leave out --run";
                    return Err(not_in(argument, &store, &configuration, remedy));
                }
                if let Some(number) = stored.divergence_of(index) {
                    told = stored.explanations(number);
                }
                (configuration, options, id)
            }
            None => {
                self.not_of_another_run(argument, (seed, index))?;
                let configuration = self.configuration(seed, target)?;
                let options = configuration.replay_options(Path::new(""));
                (configuration, options, None)
            }
        };
        Ok(Named {
            name: argument.into(),
            told,
            target: configuration.target(),
            options,
            from: From::Run {
                configuration: Box::new(configuration),
                index,
                stored: self.run.is_some(),
                id,
            },
        })
    }

    /// Refuses a case of the last run with this seed that another one would be drawn for: if the run's
    /// cases are of machines that the user gave, or if it has no case with this number. A profile that is
    /// named is meant.
    fn not_of_another_run(&self, argument: &str, (seed, index): (u64, u64)) -> Result<(), Failure> {
        if self.drawing.names_profile() {
            return Ok(());
        }
        let Some(store) = last_with(seed) else {
            return Ok(());
        };
        let begun = Configuration::decode(&store)?;
        let (directory, default) = (store.directory().display(), profiles::DEFAULT);
        if !begun.has(index) {
            let remedy = format!(
                "give the number of one of its cases, or --profile {default} for the case that a longer \
                 run would have"
            );
            return Err(not_in(argument, &store, &begun, &remedy));
        }
        if begun.machines.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(
            format!("know which case {argument} is: the last run with this seed checked machines"),
            format!(
                "give --run {directory} for its case, or --profile {default} for the generated one"
            ),
        ))
    }

    /// The configuration of the run that `stepproof run` begins with the same options.
    fn configuration(&self, seed: u64, target: &Target) -> Result<Configuration, Failure> {
        let drawn = self.drawing.drawn();
        drawn.profile()?;
        let named = self.ledger.as_deref();
        let ledger = ledger::load(named, target.name(), target.fault.is_some())?;
        // How many cases the run has does not matter.
        let limit = Limit::Cases(u64::MAX);
        let configuration = Configuration {
            ledger: self.ledger.clone(),
            ..Configuration::generated(target.clone(), drawn, seed, limit)
        };
        Ok(configuration.judged_by(ledger.as_ref()))
    }
}

/// The case that a directory stands for: that of a finding, or of the only finding of a run.
fn in_directory(directory: &Path) -> Result<PathBuf, Failure> {
    let case = directory.join(CASE);
    if case.is_file() {
        return Ok(case);
    }
    let findings = fs::read_dir(directory.join(FINDINGS)).into_iter().flatten();
    let cases = findings.filter_map(|entry| Some(entry.ok()?.path().join(CASE)));
    let mut cases: Vec<PathBuf> = cases.filter(|case| case.is_file()).collect();
    cases.sort();
    // What was withdrawn, or is another way to a divergence, does not stand for the run, unless there is
    // nothing else.
    if cases.iter().any(|case| stands(case)) {
        cases.retain(|case| stands(case));
    }
    if let [case] = cases.as_slice() {
        return Ok(case.clone());
    }
    let place = directory.display();
    let no_case = |reason: &str, remedy: String| {
        Failure::usage(format!("find a case in '{place}': {reason}"), remedy)
    };
    if !cases.is_empty() {
        let cases: Vec<String> = cases.iter().map(|it| it.display().to_string()).collect();
        let remedy = format!("name one of {}", cases.join(", "));
        return Err(no_case("the run has several findings", remedy));
    }
    match Store::open(directory) {
        Ok(store) => Err(no_case(
            "the run has no findings",
            format!(
                "give {}:INDEX --run {place} for one of its cases",
                store.run().seed
            ),
        )),
        Err(_) => Err(no_case(
            "it is neither a run nor a finding",
            "give a case.json, or the directory of a run or of a finding".to_owned(),
        )),
    }
}

/// Whether the page of a finding's case says that it counts.
fn stands(case: &Path) -> bool {
    let page = fs::read_to_string(case.with_file_name(REPORT));
    page.map_or(true, |page| counts(&page))
}

/// The directory of the run in which a file of a finding is, if it is in one.
fn run_of(case: &Path) -> Option<PathBuf> {
    // A relative path need not lead up to the run.
    let whole = case.canonicalize().ok()?;
    whole.ancestors().nth(3).map(Path::to_owned)
}

/// What the run that found a case says explains it.
fn told_of(case: &Path) -> Option<Vec<Deviation>> {
    let store = Store::open(&run_of(case)?).ok()?;
    let whole = case.canonicalize().ok()?;
    let finding = whole.parent()?.file_name()?.to_str()?;
    let number = finding.split('-').next()?.parse().ok()?;
    Some(store.stored().ok()?.explanations(number))
}

/// The engine of the run that found a case, unless the user names one.
fn as_in_run(case: &Path, target: &Target) -> Result<Target, Failure> {
    if !target.is_default() {
        return Ok(target.clone());
    }
    match run_of(case).map(|run| Store::open(&run)) {
        Some(Ok(store)) => Ok(Configuration::decode(&store)?.target.into_target()),
        Some(Err(StoreError::Missing { .. })) | None => {
            let case = case.display();
            Err(Failure::usage(
                format!("know the engine of '{case}': it is in no run's directory"),
                format!(
                    "name one with --engine or --endpoint, or give {case} for the embedded engine"
                ),
            ))
        }
        Some(Err(error)) => Err(error.into()),
    }
}

/// The last run with this seed: of those below `runs`, by the name that a run's directory has by itself, and
/// of those in the current directory.
fn last_with(seed: u64) -> Option<Store> {
    let below = |directory: &str| fs::read_dir(directory).into_iter().flatten().flatten();
    let suffix = format!("-{seed}");
    let named = below(RUNS).filter(|it| {
        it.file_name()
            .to_str()
            .is_some_and(|it| it.ends_with(&suffix))
    });
    let stores = named.chain(below(".")).filter_map(|it| {
        // A path as the user would write it.
        let path = it.path();
        let path = path.strip_prefix(".").unwrap_or(&path);
        path.is_dir().then(|| Store::open(path).ok()).flatten()
    });
    let of_seed = stores.filter(|it| it.run().seed == seed);
    of_seed.max_by(|one, other| one.run().started.cmp(&other.run().started))
}

/// Why a run does not have a case.
fn not_in(argument: &str, store: &Store, begun: &Configuration, remedy: &str) -> Failure {
    let directory = store.directory().display();
    let has = match (begun.limit, begun.shard) {
        (Limit::Cases(0), _) => "none".to_owned(),
        (Limit::Cases(cases), Shard::WHOLE) => format!("0 to {}", cases - 1),
        (Limit::Cases(cases), shard) => format!("those of shard {shard} of 0 to {}", cases - 1),
        (Limit::Time(_), _) => "those that it had the time for".to_owned(),
    };
    Failure::usage(
        format!("find the case {argument} in the run '{directory}': it has {has}"),
        remedy,
    )
}

/// The configuration of a stored run, which must have this seed.
fn of_run(store: &Store, seed: u64) -> Result<Configuration, Failure> {
    configuration::same_generators(store.run())?;
    let configuration = Configuration::decode(store)?;
    if configuration.seed == seed {
        return Ok(configuration);
    }
    let begun = configuration.seed;
    Err(Failure::usage(
        format!(
            "find a case of seed {seed} in '{}': its seed is {begun}",
            store.directory().display()
        ),
        format!("give {begun}:INDEX"),
    ))
}

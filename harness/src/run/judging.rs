//! Connects a run with the comparison, the ledger and the generators.

use std::{
    borrow::Cow,
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use stepproof_generators::{
    Feature, FeatureSet, Profile,
    given::{Entered, Given, MOST_EVENTS},
    steering::Steered,
};
use stepproof_specs::{
    base::time::Millis,
    clause::Clause,
    deviation::Deviations,
    observation::Observation,
    scenario::case::{Body, Case, DefinitionCase},
};

use crate::{
    engines::EngineProfile,
    job::{Job, Prepared},
    judge::{
        compare,
        ledger::{Circumstances, Ledger},
        verdict::{Judgement, Signature},
    },
    raw::RawRun,
    report::{Finding, Original, Subject, Target},
    run::{Judge, Source},
    store::{FindingFiles, FindingRecord, ReductionRecord},
};

/// Cases drawn by the generators from a profile and a seed.
#[derive(Debug)]
pub struct Generated {
    drawn: Steered,
    /// Whether the engine runs their machines; otherwise it is only asked whether it would accept them.
    runs: bool,
}

impl Generated {
    /// Cases of a profile, restricted to what the engine supports.
    pub fn new(profile: Profile, seed: u64, engine: &EngineProfile) -> Self {
        let idle = profile.breaks() || !engine.capabilities.runs;
        let missing = missing(engine, idle);
        let drawn = Steered::new(profile.without(missing), seed);
        Self {
            drawn: drawn.without_calls(lacking_calls(engine)),
            runs: engine.capabilities.runs,
        }
    }
}

/// The features that an engine lacks. Without activities, no worker can serve tasks, so Task states
/// are left out unless the machines are `idle` (never started).
fn missing(engine: &EngineProfile, idle: bool) -> FeatureSet {
    let capabilities = &engine.capabilities;
    if capabilities.activities || idle {
        capabilities.lacks
    } else {
        capabilities.lacks.with(FeatureSet::of(&[Feature::Task]))
    }
}

/// The operations that cases do without. Without activities, no worker takes a task.
fn lacking_calls(engine: &EngineProfile) -> Vec<String> {
    const TASKS: [&str; 4] = [
        "GetActivityTask",
        "SendTaskSuccess",
        "SendTaskFailure",
        "SendTaskHeartbeat",
    ];
    let capabilities = &engine.capabilities;
    let mut lacking = capabilities.lacking_calls.clone();
    if !capabilities.activities {
        lacking.extend(TASKS.map(str::to_owned));
    }
    lacking
}

impl Source for Generated {
    fn case(&self, index: u64) -> Case {
        let mut case = self.drawn.case(index);
        if let Body::Execution(execution) = &case.body
            && !self.runs
        {
            case.body = Body::Definition(DefinitionCase {
                definition: Value::clone(&execution.definition),
                workflow: execution.workflow,
            });
        }
        case
    }

    fn called(&self, index: u64) -> String {
        format!("{}:{index}", self.drawn.seed())
    }
}

/// Cases of the machines that a user gave, taking each machine in turn.
#[derive(Debug)]
pub struct GivenCases {
    machines: Vec<Given>,
    seed: u64,
    longest: Option<Millis>,
    /// What the cases enter that were drawn and not yet told of.
    entered: Mutex<HashMap<u64, Entered>>,
}

impl GivenCases {
    /// Cases of these machines (at least one), none of which may take longer than `longest`.
    pub fn new(machines: Vec<Given>, seed: u64, longest: Option<Millis>) -> Self {
        Self {
            machines,
            seed,
            longest,
            entered: Mutex::default(),
        }
    }

    /// The machines.
    pub fn machines(&self) -> &[Given] {
        &self.machines
    }

    /// The machine whose turn it is, and how many turns it has had.
    fn turn(&self, index: u64) -> (&Given, u64) {
        let count = self.machines.len() as u64;
        (&self.machines[(index % count) as usize], index / count)
    }
}

impl Source for GivenCases {
    fn case(&self, index: u64) -> Case {
        let (machine, turn) = self.turn(index);
        let (mut case, entered) = machine.case(self.seed, turn);
        if let Some(origin) = &mut case.origin {
            origin.index = index;
        }
        let all = self.entered.lock();
        let mut all = all.unwrap_or_else(PoisonError::into_inner);
        all.insert(index, entered);
        case
    }

    fn called(&self, index: u64) -> String {
        format!("{}:{index}", self.seed)
    }

    fn entered(&self, index: u64) -> Entered {
        let all = self.entered.lock();
        let known = all.unwrap_or_else(PoisonError::into_inner).remove(&index);
        // A case of an earlier session is drawn again.
        known.unwrap_or_else(|| {
            let (machine, turn) = self.turn(index);
            machine.case(self.seed, turn).1
        })
    }

    fn machine(&self, index: u64) -> Option<&str> {
        Some(self.turn(index).0.name())
    }

    fn is_generated(&self) -> bool {
        false
    }

    fn objection(&self, prepared: &Prepared) -> Option<String> {
        let takes = prepared.total_asl_time();
        if let Some(longest) = self.longest.filter(|longest| takes > *longest) {
            let (takes, longest) = (takes / 1_000, longest / 1_000);
            return Some(format!(
                "wait for it: it takes {takes} s, and may take {longest} s"
            ));
        }
        let events = prepared.events();
        let bound = MOST_EVENTS * prepared.expectations().len();
        (events > bound).then(|| format!("see it end: it goes on for {events} events"))
    }
}

/// Judges with an engine's policy and its ledger.
#[derive(Debug)]
pub struct Compared {
    /// The engine under test.
    pub engine: EngineProfile,
    /// The version that the engine reports.
    pub engine_version: String,
    /// The options that select the engine, after `stepproof replay CASE`.
    pub options: String,
    /// The engine's address, if it has one that outlives the run.
    pub endpoint: Option<String>,
    /// The known divergences. Without a ledger, every divergence is new.
    pub ledger: Option<Ledger>,
    /// The directory of the findings' files.
    pub directory: PathBuf,
}

impl Compared {
    /// The command that replays a case on this engine.
    pub fn replay(&self, case: &Path) -> String {
        let case = case.display();
        format!("stepproof replay {case} {}", self.options)
            .trim_end()
            .to_owned()
    }

    /// Where programs that reproduce a finding run.
    pub fn target(&self) -> Target<'_> {
        Target {
            endpoint: self.endpoint.as_deref(),
            setup: self.engine.setup,
        }
    }
}

impl Judge for Compared {
    fn judge(&self, prepared: &Prepared, raw: &RawRun, overhead: Millis) -> Judgement {
        let terms = self.engine.terms(overhead);
        match prepared {
            Prepared::Execution(job) => compare::judge(job, raw, terms),
            Prepared::Definition(definition) => compare::judge_definition(definition, raw, terms),
            Prepared::Calls(job) => compare::judge_calls(job, raw, terms),
        }
    }

    fn judge_observed(
        &self,
        job: &Job,
        seen: &[Cow<'_, Observation>],
        overhead: Millis,
    ) -> Judgement {
        compare::judge_observed(job, seen, self.engine.terms(overhead))
    }

    fn finding(&self, finding: &FindingRecord, reduction: &ReductionRecord) -> Finding {
        let files = FindingFiles::of(&self.directory, finding.number, &finding.slug);
        Finding::new(&Subject {
            number: finding.number,
            signature: &finding.signature,
            case: &reduction.minimal,
            original: Some(Original {
                case: &finding.original,
                judgement: finding.detail.judgement.as_ref(),
                file: &files.original,
            }),
            raw: reduction.detail.raw.as_ref(),
            judgement: reduction.detail.judgement.as_ref(),
            engine: &self.engine.name,
            engine_version: &self.engine_version,
            api: self.engine.capabilities.api,
            target: self.target(),
            reproduced: (finding.reproduced, finding.repetitions),
            withdrawn: reduction.withdraws(),
            explained: reduction.detail.explanations.first(),
            grouped: reduction.detail.grouped.as_deref(),
            suspected: reduction
                .detail
                .suspected
                .as_deref()
                .and_then(Clause::from_id),
            beside: reduction.detail.beside,
            replay: &self.replay(&files.case),
        })
    }

    fn exact_entries(&self) -> Vec<(String, Arc<Deviations>)> {
        let ledger = self.ledger.iter();
        let entries = ledger.flat_map(Ledger::exact);
        entries
            .map(|entry| (entry.id.clone(), Arc::clone(&entry.deviations)))
            .collect()
    }

    fn clause_of(&self, entry: &str) -> Option<Clause> {
        let mut entries = self.ledger.iter().flat_map(Ledger::entries);
        entries.find(|it| it.id == entry).map(|it| it.clause)
    }

    fn known_as(
        &self,
        signature: &Signature,
        at: Option<&str>,
        prepared: &Prepared,
    ) -> Option<&str> {
        let ledger = self.ledger.as_ref()?;
        let circumstances = Circumstances::from(prepared).at(at);
        let entry = ledger.matches(signature, &circumstances)?;
        Some(&entry.id)
    }
}

#[cfg(test)]
mod tests {
    use stepproof_generators::Profile;

    use super::Generated;
    use crate::{engines::adapters::profile, run::Source as _};

    #[test]
    fn an_engine_without_activities_gets_no_tasks() {
        let moto = profile("moto").unwrap();
        for profile in Profile::all() {
            let cases = Generated::new(profile, 1, &moto);
            for index in 0..100 {
                let text = serde_json::to_string(&cases.case(index)).unwrap();
                assert!(!text.contains("\"Type\":\"Task\""), "{text}");
            }
        }
    }
}

//! An engine, a source and a judge that do what a test says.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stepproof_generators::FeatureSet;
use stepproof_specs::{
    base::time::Millis,
    scenario::case::{Body, Case},
};

use crate::{
    engines::{Boxed, Capabilities, Engine, EngineProfile},
    job::{Job, Lane, Prepared},
    judge::{
        policy::{CauseCompare, HistoryCompare, Policy},
        verdict::{Judgement, Signature},
    },
    raw::{Creation, RawRun},
    report::{Event, Finding, Reporter, Subject, Target},
    run::{Judge, Limit, Options, Shard, Source},
    shrink::{Budget, trivial_case},
    store::{FindingRecord, Keep, ReductionRecord, RunRecord},
    trouble::Trouble,
};

/// Case `n` is a Pass machine with the input `n`; every tenth waits a second.
pub(in crate::run) struct Numbered;

impl Source for Numbered {
    fn case(&self, index: u64) -> Case {
        let mut case = trivial_case();
        let Body::Execution(execution) = &mut case.body else {
            panic!("a definition");
        };
        execution.starts[0].input = json!(index).into();
        if index % 10 == 9 {
            execution.definition = json!({
                "StartAt": "W",
                "States": {"W": {"Type": "Wait", "Seconds": 1, "End": true}},
            })
            .into();
        }
        case
    }
}

type Behaviour = dyn Fn(u64, u64) -> Result<Vec<&'static str>, Trouble> + Send + Sync;

/// Answers according to a case's number and how often the case was run before, with signatures (`!`
/// counts, `?` is poisoned) or trouble.
pub(in crate::run) struct Scripted {
    pub profile: EngineProfile,
    behaviour: Box<Behaviour>,
    runs: Mutex<BTreeMap<u64, u64>>,
    /// The cases that were run, in order.
    pub order: Mutex<Vec<(u64, Lane)>>,
    running: AtomicUsize,
    /// The maximum number of cases that ran at once.
    pub most: AtomicUsize,
    probes: AtomicU64,
    /// How many probes fail before the engine answers.
    pub reachable_after: u64,
}

pub(in crate::run) fn scripted(
    behaviour: impl Fn(u64, u64) -> Result<Vec<&'static str>, Trouble> + Send + Sync + 'static,
) -> Scripted {
    Scripted {
        profile: EngineProfile {
            name: "scripted".to_owned(),
            capabilities: Capabilities {
                runs: true,
                lacks: FeatureSet::EMPTY,
                api: true,
                history: true,
                activities: true,
                queues: true,
                validation: false,
                express: false,
                lacking_calls: Vec::new(),
                any_role: true,
            },
            policy: Policy {
                cause: CauseCompare::Ignore,
                history: HistoryCompare::Ignore,
                timing: None,
                liveness_grace: 0,
                relaxed: false,
                exact_clock: false,
            },
            jobs: 4,
            time_scale: 1.0,
            setup: &[],
            dropped: Vec::new(),
        },
        behaviour: Box::new(behaviour),
        runs: Mutex::default(),
        order: Mutex::default(),
        running: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
        probes: AtomicU64::new(0),
        reachable_after: 0,
    }
}

fn number(job: &Job) -> u64 {
    job.case.starts[0].input.as_u64().unwrap_or(u64::MAX)
}

impl Engine for Scripted {
    fn profile(&self) -> &EngineProfile {
        &self.profile
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.running.fetch_sub(1, Ordering::SeqCst);
            self.order.lock().unwrap().push((number(job), job.lane));
            let before = {
                let mut runs = self.runs.lock().unwrap();
                let count = runs.entry(number(job)).or_default();
                *count += 1;
                *count - 1
            };
            let signatures = (self.behaviour)(number(job), before)?;
            let names = signatures.iter().map(|s| ((*s).to_owned(), String::new()));
            Ok(RawRun {
                creation: Creation::Accepted,
                validation: None,
                executions: Vec::new(),
                names: names.collect(),
                wire: Vec::new(),
                calls: Vec::new(),
            })
        })
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        Box::pin(async {
            let probes = self.probes.fetch_add(1, Ordering::SeqCst);
            if probes >= self.reachable_after {
                Ok("1".to_owned())
            } else {
                Err(unreachable())
            }
        })
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        Box::pin(async { Ok(()) })
    }
}

pub(in crate::run) fn unreachable() -> Trouble {
    Trouble::Unreachable {
        endpoint: "nowhere".to_owned(),
        reason: "refused".to_owned(),
    }
}

/// Uses the raw run's names as the shapes of signatures; `@` separates the state that differs. What is known
/// says so, or is at a state that says so.
pub(in crate::run) struct ByName;

impl Judge for ByName {
    fn judge(&self, _: &Prepared, raw: &RawRun, _: Millis) -> Judgement {
        let difference = |name: &str| {
            let (shape, state) = match name.split_once('@') {
                Some((shape, state)) => (shape, Some(state)),
                None => (name, None),
            };
            json!({
                "start": 0, "aspect": "path", "state": state,
                "signature": format!("path - - {shape}"),
                "expected": null, "actual": null,
            })
        };
        let side = |prefix: &str| -> Vec<Value> {
            let names = raw.names.iter().map(|(name, _)| name.as_str());
            names
                .filter_map(|name| name.strip_prefix(prefix))
                .map(difference)
                .collect()
        };
        serde_json::from_value(json!({
            "differences": side("!"), "poisoned": side("?"), "judged": ["status"],
            "late": raw.names.iter().any(|(name, _)| name.contains("late")),
        }))
        .unwrap()
    }

    fn known_as(&self, signature: &Signature, at: Option<&str>, _: &Prepared) -> Option<&str> {
        let known = signature.shape.mentions("known") || at == Some("known");
        known.then_some("known-thing")
    }

    fn finding(&self, finding: &FindingRecord, reduction: &ReductionRecord) -> Finding {
        Finding::new(&Subject {
            explained: None,
            grouped: None,
            suspected: None,
            beside: false,
            number: finding.number,
            signature: &finding.signature,
            case: &reduction.minimal,
            original: None,
            raw: None,
            judgement: None,
            engine: "scripted",
            engine_version: "1",
            api: true,
            target: Target::default(),
            reproduced: (finding.reproduced, finding.repetitions),
            withdrawn: reduction.withdraws(),
            replay: "",
        })
    }
}

/// Records what is reported to it.
#[derive(Default)]
pub(in crate::run) struct Heard(pub Vec<String>);

impl Reporter for Heard {
    fn event(&mut self, event: &Event) {
        self.0.push(match event {
            Event::CaseJudged { index, root, .. } => match root {
                Some(root) => format!("judged {index} under {root}"),
                None => format!("judged {index}"),
            },
            Event::Withdrawn { signature, .. } => format!("withdrawn {}", signature.shape),
            Event::Divergence(finding) if finding.open => {
                format!("open {}", finding.signature.shape)
            }
            Event::Divergence(finding) => format!("reduced {}", finding.signature.shape),
            Event::AnotherWay(finding) => {
                format!("another way {}", finding.signature.shape)
            }
            Event::Earlier(finding) => format!("earlier {}", finding.signature.shape),
            Event::Unreachable { probe, .. } => format!("unreachable {probe}"),
            Event::UnderWay(what) if !what.is_empty() => format!("under way {what}"),
            Event::Warning(text) => format!("warning {text}"),
            _ => return,
        });
    }
}

pub(in crate::run) fn options(cases: u64) -> Options {
    Options {
        limit: Limit::Cases(cases),
        shard: Shard::WHOLE,
        jobs: 4,
        keep: Keep::Interesting,
        repetitions: 3,
        shrink: Budget {
            calls: 100,
            time: Duration::from_secs(5),
            width: 2,
        },
        quiet_share: 0,
        spot_checks: 0,
        untried: Vec::new(),
    }
}

pub(in crate::run) fn record() -> RunRecord {
    RunRecord {
        started: String::new(),
        stepproof: String::new(),
        generator: String::new(),
        engine: "scripted".to_owned(),
        engine_version: String::new(),
        seed: 0,
        configuration: Value::Null,
    }
}

//! Cases for a given machine: the machine stays as it is, inputs and plans are drawn.
//!
//! * `adapt` — the changes that let the harness serve the machine's tasks
//! * `reads` — what the machine reads of its input and of its tasks' results
//! * `want` — a tree of these reads, and values drawn from it
//! * `script` — what the tasks do

mod adapt;
mod reads;
mod script;
mod want;

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde_json::Value;
use stepproof_specs::{
    asl::{
        Machine, WorkflowType,
        diagnostic::{Diagnostic, Severity},
        site::{AttemptKey, Site},
    },
    base::time::Millis,
    reference::{Expectation, simulate},
    scenario::{
        case::{Body, CASE_FORMAT, Case, ExecutionCase, Origin, Start},
        plan::{Act, Plan},
    },
    validate::validate,
};

pub use self::adapt::{Served, Unservable};
use self::{script::Task, want::Want};
use crate::{
    dice::{Dice, case_seed},
    draw::GENERATOR_VERSION,
};

/// The most events in an execution of a case: a loop that runs for longer shows nothing new.
pub const MOST_EVENTS: usize = 1_000;

/// How often inputs and plans are drawn again when a case cannot be run.
const DRAWS: u64 = 8;

/// A given machine, of which cases can be drawn.
#[derive(Debug, Clone)]
pub struct Given {
    name: String,
    definition: Value,
    machine: Arc<Machine>,
    input: Want,
    tasks: Vec<Task>,
    served: Vec<Served>,
    shortened: Vec<Site>,
    longest: Option<Millis>,
}

/// Why no cases can be drawn for a machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotGiven {
    /// The harness cannot serve one of its tasks.
    #[error(transparent)]
    Unservable(#[from] Unservable),
    /// The validator rejects it.
    #[error("accept the machine: {}", first_error(.0))]
    Refused(Vec<Diagnostic>),
}

fn first_error(diagnostics: &[Diagnostic]) -> String {
    let mut errors = diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    errors.next().map_or_else(String::new, |error| {
        let at = error.location.as_deref().unwrap_or("/");
        format!("{} at {at}", error.message)
    })
}

impl Given {
    /// Prepares a machine; its cases carry `name`. With `longest`, its cases are meant to run in real
    /// time: its waits and time limits are adapted, and no case takes longer than `longest`.
    pub fn new(name: &str, definition: &Value, longest: Option<Millis>) -> Result<Self, NotGiven> {
        let mut definition = definition.clone();
        let served = adapt::serve(&mut definition)?;
        let shortened = match longest {
            Some(_) => adapt::shorten(&mut definition),
            None => Vec::new(),
        };
        let (machine, diagnostics) = validate(&definition, WorkflowType::Standard);
        let Some(machine) = machine else {
            return Err(match adapt::misplaced(&definition, &served, &diagnostics) {
                Some(unservable) => unservable.into(),
                None => NotGiven::Refused(diagnostics),
            });
        };
        let (input, results) = reads::of(&machine, &definition);
        Ok(Self {
            name: name.to_owned(),
            tasks: script::tasks(&machine, &results),
            machine: Arc::new(machine),
            definition,
            input,
            served,
            shortened,
            longest,
        })
    }

    /// The name that its cases carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The definition that is run, with all changes made to it.
    pub fn definition(&self) -> &Value {
        &self.definition
    }

    /// The tasks whose resource was replaced by an activity.
    pub fn served(&self) -> &[Served] {
        &self.served
    }

    /// The states whose waits or time limits were adapted.
    pub fn shortened(&self) -> &[Site] {
        &self.shortened
    }

    /// Whether the machine has tasks.
    pub fn has_tasks(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Draws case number `index` of the run `seed`. The same arguments always draw the same case.
    ///
    /// If a case never ends, lasts too long, or has attempts that the harness could not tell apart,
    /// it is drawn again; after several failures, its tasks do the simplest thing.
    pub fn case(&self, seed: u64, index: u64) -> Case {
        let mut dice = Dice::new(case_seed(seed, index));
        let entropy = dice.word();
        let body = (0..DRAWS)
            .map(|_| self.body(&mut dice, entropy))
            .find(|body| self.can_be_run(body))
            .unwrap_or_else(|| self.plainest(&mut dice, entropy));
        Case {
            format: CASE_FORMAT,
            origin: Some(Origin {
                generator: GENERATOR_VERSION.to_owned(),
                profile: self.name.clone(),
                seed,
                index,
            }),
            body: Body::Execution(body),
        }
    }

    fn body(&self, dice: &mut Dice, entropy: u64) -> ExecutionCase {
        let starts = (0..dice.between(1, 2)).map(|_| self.start(dice)).collect();
        self.with(starts, entropy)
    }

    fn start(&self, dice: &mut Dice) -> Start {
        let damage = if dice.one_in(3) { 6 } else { 0 };
        let input = self.input.root(dice, damage).into();
        let mut plan = Plan::default();
        for task in &self.tasks {
            let rules = task.rules(dice, self.longest);
            plan.sites.insert(task.site().clone(), rules.into());
        }
        Start { input, plan }
    }

    /// Draws plain cases until one can be run; if none can be, returns the last one.
    fn plainest(&self, dice: &mut Dice, entropy: u64) -> ExecutionCase {
        let mut plain = self.plain(dice, entropy);
        for _ in 0..DRAWS {
            if self.can_be_run(&plain) {
                break;
            }
            plain = self.plain(dice, entropy);
        }
        plain
    }

    /// An input without damage, and tasks that succeed, sometimes with another result at every
    /// visit.
    fn plain(&self, dice: &mut Dice, entropy: u64) -> ExecutionCase {
        let mut plan = Plan::default();
        let varied = dice.one_in(2);
        for task in &self.tasks {
            let rules = if varied {
                task.visits(dice)
            } else {
                task.succeed(dice)
            };
            plan.sites.insert(task.site().clone(), rules.into());
        }
        let input = self.input.root(dice, 0).into();
        self.with(vec![Start { input, plan }], entropy)
    }

    fn with(&self, starts: Vec<Start>, entropy: u64) -> ExecutionCase {
        ExecutionCase {
            definition: self.definition.clone().into(),
            workflow: WorkflowType::Standard,
            starts,
            entropy,
        }
    }

    fn can_be_run(&self, case: &ExecutionCase) -> bool {
        let mut left = self.longest.unwrap_or(Millis::MAX);
        case.starts.iter().all(|start| {
            let Ok(expectation) = simulate(&self.machine, case, start) else {
                return false;
            };
            let fits = expectation.duration <= left;
            left = left.saturating_sub(expectation.duration);
            let events = expectation.observation.history.as_ref().map_or(0, Vec::len);
            fits && events <= MOST_EVENTS && self.tells_attempts_apart(&start.plan, &expectation)
        })
    }

    /// Whether the harness can tell apart all attempts that do different things. Attempts in a Map
    /// may be out at the same time; those with the same site and the same input must all do the
    /// same.
    fn tells_attempts_apart(&self, plan: &Plan, expectation: &Expectation) -> bool {
        type Played<'a> = (&'a AttemptKey, Cow<'a, Act>);
        let mut alike: HashMap<(&Site, String), Vec<Played<'_>>> = HashMap::new();
        for attempt in &expectation.attempts {
            let site = &attempt.key.site;
            let task = self.tasks.iter().find(|task| task.site() == site);
            if task.is_some_and(Task::is_in_map) {
                let group = alike.entry((site, attempt.input.to_string())).or_default();
                group.push((&attempt.key, plan.act(&attempt.key)));
            }
        }
        alike.values().all(|group| {
            let (first, act) = &group[0];
            let one_visit = |key: &AttemptKey| key.items == first.items && key.visit == first.visit;
            group.iter().all(|(key, _)| one_visit(key)) || group.iter().all(|(_, it)| it == act)
        })
    }
}

#[cfg(test)]
mod tests;

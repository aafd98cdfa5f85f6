//! Cases for a given machine: the machine stays as it is, inputs and plans are drawn.
//!
//! * `adapt` — the changes that let the harness serve the machine's tasks
//! * `reads` — what the machine reads of its input and of its tasks' results
//! * `want` — a tree of these reads, and values drawn from it
//! * `script` — what the tasks do
//! * `solve` — values with which a Choice takes a given rule
//! * `conditions` — the same for a Choice in JSONata
//! * `constants` — variables whose values the machine itself says
//! * `aim` — ways to states, and starts that lead there

mod adapt;
mod aim;
mod conditions;
mod constants;
mod reads;
mod script;
mod solve;
mod want;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::Value;
use stepproof_specs::{
    asl::{
        Machine, Name, WorkflowType,
        diagnostic::{Diagnostic, Severity},
        site::{AttemptKey, Site},
    },
    base::time::Millis,
    history::EventKind,
    reference::{Expectation, simulate},
    scenario::{
        case::{Body, Case, ExecutionCase, Origin, Start},
        plan::{Act, Plan},
    },
    validate::validate,
};

pub use self::adapt::{Served, Unservable};
use self::{
    aim::{Aim, Course},
    constants::Constants,
    reads::Demands,
    script::Task,
    want::{Draw, Want},
};
use crate::{
    dice::{Dice, case_seed},
    draw::GENERATOR_VERSION,
};

/// The most events in an execution of a case: a loop that runs for longer shows nothing new.
pub const MOST_EVENTS: usize = 1_000;

/// What stands for the name of a profile in the origin of a case.
pub const PROFILE: &str = "given";

/// How often inputs and plans are drawn again when a case cannot be run.
const DRAWS: u64 = 8;

/// How often a way to a state is looked for, and how many of these times it is the shortest one.
const WAYS: u32 = 32;
const SHORTEST: u32 = 6;

/// How many states may be looked at in all these tries together. Nearly all machines are small enough for
/// every try; of a very large one not every state is aimed at.
const LOOKED_AT: usize = 100_000;

/// A case out of two follows a way to a state. A machine with more ways than this has several of them
/// in a case, so that a hundred cases suffice.
const CASES: usize = 50;

/// What a user fixes of the starts of a machine's cases.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fixed {
    /// The inputs, taken in turn; drawn if there are none.
    pub inputs: Vec<Value>,
    /// What the tasks do; drawn if it is absent.
    pub plan: Option<Plan>,
    /// The longest time that the starts of a case may take together; without it, there is no limit
    /// but that of real time.
    pub most: Option<Millis>,
    /// Whether tasks that send their token to a queue stay what they are: the engine has queues, at which workers
    /// receive the messages.
    pub queues: bool,
}

/// The names of the states that the starts of a case enter, according to the reference.
pub type Entered = BTreeSet<Name>;

/// A given machine, of which cases can be drawn.
#[derive(Debug, Clone)]
pub struct Given {
    name: String,
    definition: Value,
    machine: Arc<Machine>,
    input: Want,
    tasks: Vec<Task>,
    served: Vec<Served>,
    tokens: Vec<Site>,
    shortened: Vec<Site>,
    longest: Option<Millis>,
    fixed: Fixed,
    /// Starts that each lead to states to which none before leads, and how they were drawn.
    ways: Vec<(Start, Aim)>,
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
        Self::starting(name, definition, longest, Fixed::default())
    }

    /// The same for a machine of whose starts the user fixes something.
    pub fn starting(
        name: &str,
        definition: &Value,
        longest: Option<Millis>,
        fixed: Fixed,
    ) -> Result<Self, NotGiven> {
        let mut definition = definition.clone();
        let tokens = adapt::replace_tokens(&mut definition, fixed.queues);
        let served = adapt::serve(&mut definition, fixed.queues)?;
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
        let constants = Constants::of(&machine);
        let (input, results) = reads::of(&machine, &definition, &Demands::new(), &constants);
        let given = Self {
            name: name.to_owned(),
            tasks: script::tasks(&machine, &results),
            machine: Arc::new(machine),
            definition,
            input,
            served,
            tokens,
            shortened,
            longest,
            fixed,
            ways: Vec::new(),
        };
        let ways = given.find_ways(&constants);
        Ok(Self { ways, ..given })
    }

    /// Looks for starts that lead to the machine's states. On the way to the last ones others are
    /// entered, so those come first.
    fn find_ways(&self, constants: &Constants) -> Vec<(Start, Aim)> {
        let mut dice = Dice::new(0);
        let mut entered = Entered::new();
        let mut ways = Vec::new();
        let targets = aim::targets(&self.machine);
        let mut all_tries = 0..LOOKED_AT / targets.len().max(1);
        for target in targets.iter().rev() {
            let mut tries = 0..WAYS;
            while !entered.contains(target.name())
                && let Some(number) = tries.next()
                && all_tries.next().is_some()
            {
                let detour = number >= SHORTEST;
                let tasks = (self.tasks.as_slice(), self.longest, constants);
                let found = Aim::at(
                    target,
                    &self.machine,
                    &self.definition,
                    tasks,
                    detour,
                    &mut dice,
                );
                let Some(aim) = found else {
                    continue;
                };
                let course = if dice.one_in(2) {
                    Course::Once
                } else {
                    Course::Straight
                };
                let start = self.towards(&aim, course, &mut dice, u64::from(number));
                let case = self.with(vec![start.clone()], 0);
                let seen = self.entered(&case).unwrap_or_default();
                if !seen.is_subset(&entered) {
                    entered.extend(seen);
                    ways.push((start, aim));
                }
            }
        }
        ways
    }

    /// A start that leads where the aim is, unless something is fixed that does not.
    fn towards(&self, aim: &Aim, course: Course, dice: &mut Dice, number: u64) -> Start {
        let mut plan = Plan::default();
        for task in &self.tasks {
            let rules = aim.rules(task, course, dice);
            plan.sites.insert(task.site().clone(), rules.into());
        }
        self.fixed(aim.input(dice), plan, number)
    }

    /// A start, with what the user fixed in place of what was drawn.
    fn fixed(&self, input: Value, plan: Plan, number: u64) -> Start {
        let count = self.fixed.inputs.len().max(1) as u64;
        let input = match self.fixed.inputs.get((number % count) as usize) {
            Some(fixed) => fixed.clone(),
            None => input,
        };
        Start {
            input: input.into(),
            plan: self.fixed.plan.clone().unwrap_or(plan),
        }
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

    /// The states that send a task token: their name stands for it.
    pub fn tokens(&self) -> &[Site] {
        &self.tokens
    }

    /// The states whose waits or time limits were adapted.
    pub fn shortened(&self) -> &[Site] {
        &self.shortened
    }

    /// Whether the machine has tasks.
    pub fn has_tasks(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// The sites of the machine's tasks.
    pub fn sites(&self) -> impl Iterator<Item = &Site> {
        self.tasks.iter().map(Task::site)
    }

    /// The names of the machine's states.
    pub fn states(&self) -> Entered {
        let mut names = Entered::new();
        let scope = &self.machine.scope;
        scope.visit("", &mut |_, name, _| {
            names.insert(name.clone());
        });
        names
    }

    /// Draws case number `index` of the run `seed`. The same arguments always draw the same case.
    ///
    /// Every other case follows a way to a state, as long as there are some that no earlier case
    /// follows; then one like it. If a case never ends, lasts too long, or has attempts that the
    /// harness could not tell apart, it is drawn again; after several failures, its tasks do the
    /// simplest thing.
    pub fn case(&self, seed: u64, index: u64) -> (Case, Entered) {
        let mut dice = Dice::new(case_seed(seed, index));
        let entropy = dice.word();
        let drawn = (0..DRAWS).find_map(|round| {
            let starts = match self.way(index, round, &mut dice) {
                Some(starts) => starts,
                None => self.starts(&mut dice, index),
            };
            let body = self.with(starts, entropy);
            self.entered(&body).map(|entered| (body, entered))
        });
        let (body, entered) = drawn.unwrap_or_else(|| self.plainest(&mut dice, entropy, index));
        let origin = Origin {
            generator: GENERATOR_VERSION.to_owned(),
            profile: PROFILE.to_owned(),
            machine: Some(self.name.clone()),
            seed,
            index,
        };
        (Case::new(Some(origin), Body::Execution(body)), entered)
    }

    /// The starts of a case that follows ways to states, if it is one.
    fn way(&self, index: u64, round: u64, dice: &mut Dice) -> Option<Vec<Start>> {
        let several = self.ways.len().div_ceil(CASES).max(1);
        if index % 2 == 1 || self.ways.is_empty() {
            return None;
        }
        let turn = usize::try_from(index / 2).ok()?;
        let first = turn.saturating_mul(several);
        if first < self.ways.len() {
            // Together they may last too long.
            let together = if round == 0 { several } else { 1 };
            let ways = self.ways.iter().skip(first).take(together);
            return Some(ways.map(|(start, _)| start.clone()).collect());
        }
        let (_, aim) = &self.ways[turn % self.ways.len()];
        Some(vec![self.towards(aim, Course::Varied, dice, index)])
    }

    fn starts(&self, dice: &mut Dice, index: u64) -> Vec<Start> {
        (0..dice.between(1, 2))
            .map(|_| self.start(dice, index))
            .collect()
    }

    fn start(&self, dice: &mut Dice, index: u64) -> Start {
        let damage = if dice.one_in(3) { 6 } else { 0 };
        let input = self.input.root(dice, Draw::Any(damage));
        let mut plan = Plan::default();
        for task in &self.tasks {
            let rules = task.rules(dice, self.longest);
            plan.sites.insert(task.site().clone(), rules.into());
        }
        self.fixed(input, plan, index)
    }

    /// Draws plain cases until one can be run; if none can be, returns the last one.
    fn plainest(&self, dice: &mut Dice, entropy: u64, index: u64) -> (ExecutionCase, Entered) {
        let mut plain = self.plain(dice, entropy, index);
        for _ in 0..DRAWS {
            if let Some(entered) = self.entered(&plain) {
                return (plain, entered);
            }
            plain = self.plain(dice, entropy, index);
        }
        let entered = self.entered(&plain).unwrap_or_default();
        (plain, entered)
    }

    /// An input without damage, and tasks that succeed, sometimes with another result at every
    /// visit.
    fn plain(&self, dice: &mut Dice, entropy: u64, index: u64) -> ExecutionCase {
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
        let input = self.input.root(dice, Draw::Any(0));
        self.with(vec![self.fixed(input, plan, index)], entropy)
    }

    fn with(&self, starts: Vec<Start>, entropy: u64) -> ExecutionCase {
        ExecutionCase {
            definition: self.definition.clone().into(),
            workflow: WorkflowType::Standard,
            starts,
            entropy,
        }
    }

    /// The states that a case enters; `None` if it cannot be run.
    fn entered(&self, case: &ExecutionCase) -> Option<Entered> {
        let limits = [self.longest, self.fixed.most];
        let mut left = limits.into_iter().flatten().min().unwrap_or(Millis::MAX);
        let mut entered = Entered::new();
        for start in &case.starts {
            let expectation = simulate(&self.machine, case, start).ok()?;
            let history = expectation.observation.history.as_deref();
            let history = history.unwrap_or_default();
            left = left.checked_sub(expectation.duration)?;
            if history.len() > MOST_EVENTS || !self.tells_attempts_apart(&start.plan, &expectation)
            {
                return None;
            }
            let states = history
                .iter()
                .filter(|event| matches!(event.kind, EventKind::Entered(_)));
            entered.extend(states.filter_map(|event| event.details.name.clone()));
        }
        Some(entered)
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

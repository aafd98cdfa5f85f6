//! The ways to a machine's states: which rules its Choices have to take, and what has to fail.

use std::collections::HashMap;

use serde_json::Value;
use stepproof_specs::{
    asl::{
        Body, Machine, Scope, State, Transition,
        site::{Site, branch, site},
    },
    base::time::Millis,
    scenario::plan::{Act, Reply, Rule},
};

use super::{
    constants::Constants,
    reads::{self, Demands},
    script::Task,
    solve,
    want::{Draw, Want},
};
use crate::{dice::Dice, literal};

/// The error of an expression that has no value.
const QUERY_EVALUATION: &str = "States.QueryEvaluationError";

/// A state, with what encloses it.
#[derive(Debug, Clone)]
pub(super) struct Target<'m> {
    /// The state of each scope that has to be reached, from the outermost.
    levels: Vec<Level<'m>>,
}

#[derive(Debug, Clone)]
struct Level<'m> {
    scope: &'m Scope,
    prefix: Site,
    name: &'m str,
}

impl Target<'_> {
    /// The state's name.
    pub fn name(&self) -> &str {
        self.levels.last().map_or("", |level| level.name)
    }
}

/// All states of a machine, outer ones first.
pub(super) fn targets(machine: &Machine) -> Vec<Target<'_>> {
    let mut found = Vec::new();
    collect(&machine.scope, &"".into(), &[], &mut found);
    found
}

fn collect<'m>(scope: &'m Scope, prefix: &Site, above: &[Level<'m>], found: &mut Vec<Target<'m>>) {
    for (name, state) in &scope.states {
        let site = site(prefix, name);
        let mut levels = above.to_vec();
        levels.push(Level {
            scope,
            prefix: prefix.clone(),
            name,
        });
        let target = Target {
            levels: levels.clone(),
        };
        found.push(target);
        for (number, inner) in state.scopes().iter().enumerate() {
            collect(inner, &inside(state, &site, number), &levels, found);
        }
    }
}

/// The prefix of the sites in a scope inside a state.
fn inside(state: &State, site: &Site, number: usize) -> Site {
    match &state.body {
        Body::Parallel(_) => branch(site, number),
        _ => site.clone(),
    }
}

/// What a start needs to lead to a certain state.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    input: Want,
    results: HashMap<Site, Want>,
    failing: HashMap<Site, Act>,
    longest: Option<Millis>,
}

impl Aim {
    /// Looks for a way to a state: the shortest one, or with `detour` any.
    pub fn at(
        target: &Target<'_>,
        machine: &Machine,
        definition: &Value,
        (tasks, longest, constants): (&[Task], Option<Millis>, &Constants),
        detour: bool,
        dice: &mut Dice,
    ) -> Option<Self> {
        let mut search = Search {
            tasks,
            longest,
            constants,
            detour,
            demands: Demands::new(),
            failing: HashMap::new(),
        };
        for level in &target.levels {
            search.reach(level, dice)?;
        }
        let (input, results) = reads::of(machine, definition, &search.demands, constants);
        Some(Self {
            input,
            results,
            failing: search.failing,
            longest,
        })
    }

    /// An input that leads there.
    pub fn input(&self, dice: &mut Dice) -> Value {
        self.input.root(dice, Draw::Towards)
    }

    /// What a task does on the way there.
    pub fn rules(&self, task: &Task, course: Course, dice: &mut Dice) -> Vec<Rule> {
        let act = match self.failing.get(task.site()) {
            Some(act) => act.clone(),
            None => {
                let result = self.results.get(task.site()).cloned().unwrap_or_default();
                let result = result.root(dice, Draw::Towards);
                Act::now(Reply::Succeed(result.into()))
            }
        };
        match course {
            Course::Straight => vec![Rule::always(act)],
            Course::Once => {
                let first = Rule {
                    visit: Some(0),
                    ..Rule::always(act)
                };
                let mut rules = vec![first];
                rules.extend(task.visits(dice));
                rules
            }
            Course::Varied => match dice.below(4) {
                0 => task.rules(dice, self.longest),
                1 => {
                    let mut rules = vec![task.fails_at_first(dice)];
                    rules.push(Rule::always(act));
                    rules
                }
                _ => vec![Rule::always(act)],
            },
        }
    }
}

/// How the tasks keep to a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// All of them, every time.
    Straight,
    /// All of them when their states are entered for the first time, so that a loop on the way comes to
    /// an end.
    Once,
    /// Some of them fail at first, or do something else.
    Varied,
}

/// How one state leads to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Next,
    /// A Choice's rule, or its default.
    Taken(Option<usize>),
    /// A catcher, by its index.
    Caught(usize),
}

struct Search<'m> {
    tasks: &'m [Task],
    longest: Option<Millis>,
    constants: &'m Constants,
    detour: bool,
    demands: Demands,
    failing: HashMap<Site, Act>,
}

impl Search<'_> {
    /// Adds what leads from the start of a scope to one of its states.
    fn reach(&mut self, level: &Level<'_>, dice: &mut Dice) -> Option<()> {
        for (name, edge) in self.path(level.scope, level.name, dice)? {
            let state = level.scope.states.get(name)?;
            let site = site(&level.prefix, name);
            match (edge, &state.body) {
                (Edge::Taken(rule), Body::Choice(choice)) => {
                    let demands = solve::taking(choice, rule, self.constants, dice)?;
                    self.demands.insert(site, demands);
                }
                (Edge::Caught(catcher), _) => self.fail(state, &site, catcher, dice)?,
                _ => {}
            }
        }
        Some(())
    }

    /// The states on a way through a scope, each with how it is left.
    fn path<'s>(
        &self,
        scope: &'s Scope,
        to: &str,
        dice: &mut Dice,
    ) -> Option<Vec<(&'s str, Edge)>> {
        let start: &str = &scope.start_at;
        let mut came: HashMap<&str, (&str, Edge)> = HashMap::new();
        let mut open = vec![start];
        while to != start && !open.is_empty() && !came.contains_key(to) {
            let at = if self.detour {
                dice.index(open.len())
            } else {
                0
            };
            let name = open.remove(at);
            let mut edges = edges(scope.states.get(name)?);
            if self.detour && edges.len() > 1 {
                let first = dice.index(edges.len());
                edges.rotate_left(first);
            }
            for (edge, next) in edges {
                if next != start && !came.contains_key(next) {
                    came.insert(next, (name, edge));
                    open.push(next);
                }
            }
        }
        let mut path = Vec::new();
        let mut here = to;
        while here != start {
            let (from, edge) = came.get(here)?;
            path.push((*from, *edge));
            here = from;
        }
        Some(path)
    }

    /// Lets a state fail so that this catcher takes the error.
    fn fail(&mut self, state: &State, site: &Site, catcher: usize, dice: &mut Dice) -> Option<()> {
        let catchers = state.handlers().1;
        let caught = |name: &str| {
            let takes = |names: &[stepproof_specs::asl::Name]| {
                names.iter().any(|it| {
                    **it == *name
                        || **it == *literal::ALL
                        || (**it == *literal::TASK_FAILED && name != literal::TIMEOUT)
                })
            };
            catchers.iter().position(|it| takes(&it.error_equals)) == Some(catcher)
        };
        let named = catchers.get(catcher)?.error_equals.iter();
        let named = named.map(|name| &**name);
        let named = named.filter(|name| !name.starts_with("States."));
        let errors: Vec<&str> = named
            .chain(literal::ERRORS.iter().copied())
            .filter(|error| caught(error))
            .collect();
        let inner = inner(state, site, dice);
        if let Some((level, false)) = &inner {
            // A Fail state inside is as good as a task that fails.
            return self.reach(level, dice);
        }
        let failing = match &inner {
            Some((level, _)) => {
                self.reach(level, dice)?;
                self::site(&level.prefix, level.name)
            }
            None => site.clone(),
        };
        let task = self.tasks.iter().find(|task| *task.site() == failing)?;
        let act = match errors.first() {
            // Some of them may be handled further in.
            Some(_) => Act::now(Reply::Fail {
                error: errors[dice.index(errors.len())].to_owned(),
                cause: literal::cause(dice).to_owned(),
            }),
            None if caught(literal::TIMEOUT) && task.times_out(self.longest) => {
                Act::now(Reply::Silent)
            }
            // A result in which nothing is found that is read.
            None if caught(QUERY_EVALUATION) => Act::now(Reply::Succeed(Value::Null.into())),
            None => return None,
        };
        self.failing.insert(failing, act);
        Some(())
    }
}

/// A state inside this one that can fail, and whether it is a task.
fn inner<'s>(state: &'s State, site: &Site, dice: &mut Dice) -> Option<(Level<'s>, bool)> {
    let mut found = Vec::new();
    for (number, scope) in state.scopes().iter().enumerate() {
        let prefix = inside(state, site, number);
        for (name, state) in &scope.states {
            let level = || Level {
                scope,
                prefix: prefix.clone(),
                name,
            };
            match &state.body {
                Body::Task(_) => found.push((level(), true)),
                Body::Fail(_) => found.push((level(), false)),
                _ => {}
            }
        }
    }
    (!found.is_empty()).then(|| found.swap_remove(dice.index(found.len())))
}

/// Where a state leads, and how.
fn edges(state: &State) -> Vec<(Edge, &str)> {
    let mut edges = Vec::new();
    if let Some(Transition::Next(next)) = state.transition() {
        edges.push((Edge::Next, &**next));
    }
    if let Body::Choice(choice) = &state.body {
        for (index, rule) in choice.choices.iter().enumerate() {
            edges.push((Edge::Taken(Some(index)), &*rule.next));
        }
        if let Some(default) = &choice.default {
            edges.push((Edge::Taken(None), &**default));
        }
    }
    for (index, catcher) in state.handlers().1.iter().enumerate() {
        edges.push((Edge::Caught(index), &*catcher.next));
    }
    edges
}

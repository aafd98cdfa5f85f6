//! The rules of the language as a book: every clause with its source, and with an example that is drawn,
//! made small, and run on the reference when the book is made.

mod page;

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use stepproof_generators::{
    Profile,
    reduce::{Measure, measure, reduce_with},
    steering::Steered,
};
use stepproof_specs::{
    clause::{Clause, Coverage, REGISTRY},
    deviation::catalogue::catalogue,
    scenario::case::Case,
};

pub use self::page::{Form, render};
use crate::job::{self, Lane, Prepared};

/// What is drawn for a book.
#[derive(Debug, Clone, Copy)]
pub struct Drawn {
    /// The seed.
    pub seed: u64,
    /// How many cases of each profile.
    pub cases: u64,
}

/// The rules, as the registry has them.
#[derive(Debug)]
pub struct Book {
    /// What was drawn for it.
    pub drawn: Drawn,
    /// A chapter for each clause.
    pub rules: Vec<Rule>,
    /// How many cases of a run exercise each clause, if a run stands beside it.
    pub run: Option<BesideRun>,
}

/// A run whose cases are counted beside the rules.
#[derive(Debug, Clone, Default)]
pub struct BesideRun {
    /// What the run is called.
    pub name: String,
    /// How many cases it judged.
    pub cases: u64,
    /// How many of them exercise each clause.
    pub exercised: HashMap<Clause, u64>,
}

impl BesideRun {
    /// Counts one more case.
    pub fn count(&mut self, coverage: &Coverage) {
        self.cases += 1;
        for clause in coverage.iter() {
            *self.exercised.entry(clause).or_default() += 1;
        }
    }
}

/// A clause, with what reaches it.
#[derive(Debug)]
pub struct Rule {
    /// The clause.
    pub clause: Clause,
    /// The profiles that reach it, each with how many of its cases do.
    pub reached_by: Vec<(&'static str, u64)>,
    /// A small case that exercises it, with what the reference does; `None` if no case does.
    pub example: Option<(Case, Prepared)>,
}

/// The best case that was drawn for a clause so far.
struct Best {
    rank: Rank,
    case: Case,
}

/// How well a case shows a rule; the least is best.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// How many other rules it exercises that are only assumed.
    doubts: usize,
    /// Whether the same would come of it if the rule were broken.
    is_idle: bool,
    size: Measure,
}

/// In how many cases it is looked whether a rule matters until one is found in which it does.
const MOST_TRIES: u64 = 200;

/// Draws cases of every profile, keeps the smallest for each clause that is wanted, and makes these smaller.
pub fn gather(drawn: Drawn, wanted: impl Fn(Clause) -> bool) -> Book {
    let mut best: HashMap<Clause, Best> = HashMap::new();
    let mut reached: BTreeMap<Clause, Vec<(&'static str, u64)>> = BTreeMap::new();
    let profiles =
        Profile::all()
            .into_iter()
            .chain([Profile::invalid(), Profile::api(), Profile::nested()]);
    for profile in profiles {
        let name = profile.name;
        let cases = Steered::new(profile, drawn.seed);
        for index in 0..drawn.cases {
            let case = cases.case(index);
            let Ok(prepared) = job::prepare(&case, Lane::Throughput) else {
                continue;
            };
            let coverage = prepared.coverage();
            let size = measure(&case);
            for clause in coverage.iter().filter(|it| wanted(*it)) {
                let profiles = reached.entry(clause).or_default();
                match profiles.last_mut() {
                    Some((last, count)) if *last == name => *count += 1,
                    _ => profiles.push((name, 1)),
                }
                let tries: u64 = profiles.iter().map(|(_, cases)| cases).sum();
                let mut rank = Rank {
                    doubts: doubts(clause, &coverage),
                    is_idle: false,
                    size: size.clone(),
                };
                let known = best.get(&clause);
                if known.is_some_and(|it| rank >= it.rank || it.rank.is_idle && tries > MOST_TRIES)
                {
                    continue;
                }
                rank.is_idle = !matters(clause, &prepared);
                if known.is_none_or(|it| rank < it.rank) {
                    let case = case.clone();
                    best.insert(clause, Best { rank, case });
                }
            }
        }
    }
    let rules = REGISTRY.iter().map(|(clause, _)| *clause);
    let rules: Vec<Clause> = rules.filter(|it| wanted(*it)).collect();
    let examples = each(&rules, |clause| {
        best.get(&clause).and_then(|it| example(clause, it))
    });
    let rules = examples.into_iter().map(|(clause, example)| Rule {
        clause,
        reached_by: reached.remove(&clause).unwrap_or_default(),
        example,
    });
    Book {
        drawn,
        rules: rules.collect(),
        run: None,
    }
}

/// How many other clauses cast doubt on what a case shows.
fn doubts(clause: Clause, coverage: &Coverage) -> usize {
    let others = coverage.iter().filter(|it| *it != clause);
    others.filter(|it| !it.doubts().is_empty()).count()
}

/// Whether something else would come of a case if the rule were broken in one of the ways that are known.
fn matters(clause: Clause, prepared: &Prepared) -> bool {
    let followed = prepared.coverage();
    let ways = catalogue().iter().filter(|it| it.clause == clause);
    let mut ways = ways.filter(|it| match prepared {
        Prepared::Execution(job) => it.may_show(&job.machine, &followed),
        Prepared::Definition(_) | Prepared::Calls(_) => true,
    });
    ways.any(|it| {
        let broken = prepared.under(&Arc::new(it.deviations()), 0);
        broken.is_ok_and(|broken| expects_otherwise(&broken, prepared))
    })
}

fn expects_otherwise(one: &Prepared, other: &Prepared) -> bool {
    if let (Prepared::Definition(one), Prepared::Definition(other)) = (one, other) {
        return one.diagnostics != other.diagnostics;
    }
    if let (Prepared::Calls(one), Prepared::Calls(other)) = (one, other) {
        return one.expected.answers != other.expected.answers;
    }
    let mut both = one.expectations().iter().zip(other.expectations());
    both.any(|(one, other)| one.observation != other.observation)
}

/// The case, made as small as it can be while it shows the rule as well.
fn example(clause: Clause, found: &Best) -> Option<(Case, Prepared)> {
    let shows = |case: &Case| {
        let prepared = job::prepare(case, Lane::Throughput).ok()?;
        let coverage = prepared.coverage();
        let is_shown = coverage.contains(clause)
            && doubts(clause, &coverage) <= found.rank.doubts
            && (found.rank.is_idle || matters(clause, &prepared));
        is_shown.then_some(prepared)
    };
    let small = reduce_with(found.case.clone(), &mut |case| shows(case).is_some());
    let prepared = shows(&small)?;
    Some((small, prepared))
}

/// Does something for every clause, on all processors; the results are in order.
fn each<T: Send>(clauses: &[Clause], what: impl Fn(Clause) -> T + Send + Sync) -> Vec<(Clause, T)> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(clauses.len()));
    let work = || {
        while let Some(clause) = clauses.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = (*clause, what(*clause));
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push(result);
        }
    };
    thread::scope(|scope| {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..processors {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(clause, _)| *clause as usize);
    done
}

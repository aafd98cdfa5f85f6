//! Compares the JSONPath evaluator with the implementation it follows: Jayway 2.0.0 as packaged by
//! Debian (`libjsonpath-java`), over Jackson's tree model (`libjackson2-databind-java`).
//!
//! `STEPPROOF_JAYWAY_PAIRS` is the number of pairs of a path and a document (default 5,000),
//! `STEPPROOF_JAYWAY_SEED` their seed, `STEPPROOF_JARS` the folder of the jars (default
//! `/usr/share/java`). `STEPPROOF_WIREMOCK` is the path of WireMock's jar, which contains the
//! current Jayway: where the two versions differ, an assumed clause, or one observed on AWS, has to
//! be marked. Without Java and the jars the test is skipped.

#[path = "jayway/oracle.rs"]
mod oracle;
#[path = "jayway/pairs.rs"]
mod pairs;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    env,
    path::PathBuf,
};

use oracle::{Answer, Oracle};
use pairs::Pair;
use stepproof_needs::require;
use stepproof_specs::{
    base::json,
    clause::{Basis, Clause, Coverage},
    query::jsonpath::path::{Path, PathError},
};

/// How many pairs one Java process evaluates.
const BATCH: usize = 20_000;

/// Each operator has to occur in at least one of this many pairs.
const SHARE: usize = 200;

fn number(variable: &str, default: usize) -> usize {
    env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn paths_give_what_jayway_gives() {
    let jars = env::var_os("STEPPROOF_JARS").map_or("/usr/share/java".into(), PathBuf::from);
    let Some(original) = require("jayway", Oracle::original(&jars)) else {
        return;
    };
    let wiremock = env::var_os("STEPPROOF_WIREMOCK").map(PathBuf::from);
    let current = require("wiremock", Oracle::current(wiremock));
    let count = number("STEPPROOF_JAYWAY_PAIRS", 5_000);
    let mut tally = Tally::default();
    let mut draw = pairs::Draw::new(number("STEPPROOF_JAYWAY_SEED", 1) as u64);
    let mut left = count;
    while left > 0 {
        let batch: Vec<Pair> = (0..left.min(BATCH)).map(|_| draw.pair()).collect();
        left -= batch.len();
        let theirs = original.ask(&batch);
        let now = current.as_ref().map(|current| current.ask(&batch));
        for (place, (pair, theirs)) in batch.iter().zip(&theirs).enumerate() {
            tally.judge(pair, theirs, now.as_ref().map(|now| &now[place]));
        }
    }
    tally.print(count);
    let foreign = tally.outcomes.get("not interpreted").copied();
    assert!(
        foreign.unwrap_or(0) * 1_000 <= count,
        "{foreign:?} were not interpreted"
    );
    for (operator, seen) in &tally.operators {
        assert!(
            seen * SHARE >= count,
            "{operator}: only {seen} of {count} pairs"
        );
    }
    let wrong = tally.disagreements.len() + tally.unexplained.len();
    assert_eq!(wrong, 0, "there are disagreements");
}

/// The results so far.
#[derive(Default)]
struct Tally {
    /// The number of pairs with each operator.
    operators: BTreeMap<&'static str, usize>,
    outcomes: BTreeMap<&'static str, usize>,
    /// Where this evaluator and Jayway 2.0.0 differ.
    disagreements: Vec<String>,
    /// How often the two versions of Jayway differ, by the clause that was marked.
    explained: BTreeMap<&'static str, usize>,
    /// Where they differ and no such clause was marked.
    unexplained: Vec<String>,
}

impl Tally {
    fn judge(&mut self, pair: &Pair, theirs: &Answer, now: Option<&Answer>) {
        let marks = RefCell::new(Coverage::default());
        let ours = Path::parse(&pair.path).ok().map(|path| {
            let mut seen = BTreeSet::new();
            pairs::operators(&path, &mut |operator| {
                seen.insert(operator);
            });
            for operator in seen {
                *self.operators.entry(operator).or_default() += 1;
            }
            let mark = |clause: Clause| marks.borrow_mut().mark(clause);
            let found = path.find_marking(&pair.document, &mark);
            found.map(std::borrow::Cow::into_owned)
        });
        if let Some(Err(PathError::ForeignPattern)) = ours {
            *self.outcomes.entry("not interpreted").or_default() += 1;
            return;
        }
        let outcome = match (&ours, theirs) {
            (None, _) => "refused",
            (_, Answer::Value(_)) => "a value",
            _ => "an error",
        };
        *self.outcomes.entry(outcome).or_default() += 1;
        let agree = match (&ours, theirs) {
            (None, Answer::Refused) => true,
            (Some(Ok(ours)), Answer::Value(theirs)) => json::equal(ours, theirs),
            (Some(Err(ours)), Answer::Error { class, message }) => same_error(ours, class, message),
            _ => false,
        };
        if !agree {
            self.disagreements
                .push(format!("{pair}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
        if let (Some(now), false, Some(_)) = (now, pair.damaged, &ours) {
            self.contrast(pair, theirs, now, marks.into_inner());
        }
    }

    /// Records a difference between the two versions of Jayway. A marked clause has to say why this
    /// evaluator follows the older one.
    fn contrast(&mut self, pair: &Pair, then: &Answer, now: &Answer, marks: Coverage) {
        if then.is_like(now) {
            return;
        }
        let agreed = [
            Clause::PathNames,
            Clause::PathNotAnObject,
            Clause::PathWildcardMissing,
        ];
        let told = |clause: &Clause| {
            matches!(clause.entry().basis, Basis::Assumed | Basis::Observed)
                && !agreed.contains(clause)
        };
        match marks.iter().find(told) {
            Some(clause) => *self.explained.entry(clause.entry().id).or_default() += 1,
            None => self
                .unexplained
                .push(format!("{pair}\n  2.0.0 {then:?}\n  now   {now:?}")),
        }
    }

    fn print(&self, count: usize) {
        println!("{count} pairs: {:?}", self.outcomes);
        for (operator, seen) in &self.operators {
            println!("{seen:>8} {operator}");
        }
        println!(
            "{} disagreements with Jayway 2.0.0",
            self.disagreements.len()
        );
        self.disagreements
            .iter()
            .take(15)
            .for_each(|text| println!("{text}"));
        println!(
            "where the current Jayway differs, by clause: {:#?}",
            self.explained
        );
        println!("{} differences without a clause", self.unexplained.len());
        self.unexplained
            .iter()
            .take(15)
            .for_each(|text| println!("{text}"));
    }
}

/// Compares class and message; for exceptions that Jayway does not throw itself, the class
/// suffices.
fn same_error(ours: &PathError, class: &str, message: &str) -> bool {
    match ours {
        PathError::NotAPattern => matches!(class, "ClassCastException" | "NullPointerException"),
        PathError::NotADigit(_) | PathError::NotANumber(_) => {
            class == "NumberFormatException" && ours.to_string() == message
        }
        _ if ours.is_missing() => class == "PathNotFoundException" && ours.to_string() == message,
        _ => class == "InvalidPathException" && ours.to_string() == message,
    }
}

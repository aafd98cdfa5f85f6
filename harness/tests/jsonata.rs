//! Compares the evaluator of JSONata with the original, jsonata.js 2.0.6.
//!
//! `STEPPROOF_JSONATA_PAIRS` is the number of pairs of an expression and a document (default 3,000),
//! `STEPPROOF_JSONATA_SEED` their seed. Run it with `-- --nocapture` to see what differs.
//! `STEPPROOF_JSONATA_MACHINES` is the number of drawn machines (default 1,500) whose expressions are compared
//! over what the states are entered with.

#[path = "jsonata/machines.rs"]
mod machines;
#[path = "jsonata/pairs.rs"]
mod pairs;

use std::{collections::BTreeMap, env};

use pairs::{Draw, FORMS, FUNCTIONS, OPERATORS, Pair};
use serde_json::Value;
use stepproof::jsonata_js::Original;
use stepproof_specs::{
    base::json,
    query::jsonata::{Evaluation, Expression, Failure, Field, Program, World},
};

fn number(variable: &str, default: usize) -> usize {
    env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

/// A document in the variable `$x`.
struct Document(Value);

impl World for Document {
    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "x").then_some(&self.0)
    }
    fn states(&self, _: Field) -> Option<&Value> {
        None
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        Value::Null
    }
    fn millis(&self) -> f64 {
        0.0
    }
    fn draw(&self) -> u64 {
        0
    }
}

/// What an evaluation came to, in a word.
fn kind(evaluation: &Evaluation) -> String {
    match &evaluation.outcome {
        Ok(_) => "a value".to_owned(),
        Err(Failure::Thrown { code, .. }) => code.clone(),
        Err(Failure::Unknown(_)) => "unknown".to_owned(),
        Err(other) => format!("{other:?}").to_lowercase(),
    }
}

/// Whether both came to the same, and whether they say it in the same words.
fn same(ours: &Evaluation, theirs: &Evaluation) -> (bool, bool) {
    match (&ours.outcome, &theirs.outcome) {
        (Ok(ours), Ok(theirs)) => (json::equal(ours, theirs), true),
        (
            Err(Failure::Thrown { code, message }),
            Err(Failure::Thrown {
                code: their_code,
                message: their_message,
            }),
        ) => (code == their_code, message == their_message),
        (ours, theirs) => (ours == theirs, true),
    }
}

#[derive(Default)]
struct Tally {
    judged: u64,
    /// How many come to something else, sure or not.
    differ: u64,
    sure: u64,
    wrong: u64,
    wrong_words: u64,
    /// How often two kinds of answers met that differ, with the shortest expression.
    kinds: BTreeMap<(bool, String, String), (u64, String)>,
}

impl Tally {
    fn judge(&mut self, pair: &Pair, ours: &Evaluation, theirs: &Evaluation) {
        // The limits of an evaluator say nothing about the language.
        let is_unknown = |it: &Evaluation| {
            use Failure::{Depth, Memory, Time, Unknown};
            matches!(it.outcome, Err(Unknown(_) | Memory | Depth | Time))
        };
        if is_unknown(ours) || is_unknown(theirs) {
            return;
        }
        self.judged += 1;
        let doubts = ours.doubts;
        let is_sure = !doubts.value && !doubts.limit && !doubts.number;
        self.sure += u64::from(is_sure);
        let (is_same, in_same_words) = same(ours, theirs);
        // Where the message is in doubt, so is which of several errors comes first.
        let is_other_error = doubts.message && ours.outcome.is_err() && theirs.outcome.is_err();
        if is_same && in_same_words || is_other_error {
            return;
        }
        self.differ += u64::from(!is_same);
        if is_same {
            self.wrong_words += u64::from(is_sure);
        } else {
            self.wrong += u64::from(is_sure);
        }
        let key = (is_sure, kind(ours), kind(theirs));
        let shown = format!("{} over {}", pair.expression, pair.document);
        let (count, shortest) = self.kinds.entry(key).or_insert((0, shown.clone()));
        *count += 1;
        if shown.len() < shortest.len() {
            *shortest = shown;
        }
    }

    fn print(&self) {
        for ((is_sure, ours, theirs), (count, shortest)) in &self.kinds {
            let certainty = if *is_sure { "SURE" } else { "unsure" };
            println!("{count:5} {certainty} {ours} instead of {theirs}: {shortest}");
        }
        println!(
            "{} judged, {} differ; {} sure: {} other values, {} other words",
            self.judged, self.differ, self.sure, self.wrong, self.wrong_words
        );
    }

    fn hold(&self) {
        let most = self.sure / 10_000;
        assert!(self.wrong <= most && self.wrong_words <= most);
    }
}

fn compare(pairs: usize, seed: u64) -> (Tally, Draw) {
    let original = Original::new().expect("the original");
    let mut draw = Draw::new(seed);
    let mut tally = Tally::default();
    for _ in 0..pairs {
        let pair = draw.pair();
        let text = format!("{{% {} %}}", pair.expression);
        let expression = Expression::parse(&text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .expect("an expression");
        let document = Document(pair.document.clone());
        let ours = expression.evaluate(&document);
        let theirs = original.program(&expression).evaluate(&document);
        tally.judge(&pair, &ours, &theirs);
    }
    tally.print();
    (tally, draw)
}

#[test]
fn expressions_come_to_what_the_original_says() {
    let pairs = number("STEPPROOF_JSONATA_PAIRS", 3_000);
    let (tally, _) = compare(pairs, number("STEPPROOF_JSONATA_SEED", 1) as u64);
    assert!(tally.sure * 5 > tally.judged * 2, "too little is sure");
    tally.hold();
}

/// The expressions of drawn machines, with all parts of the language, over the data of their states.
#[test]
fn drawn_expressions_come_to_what_the_original_says() {
    let original = Original::new().expect("the original");
    let seed = number("STEPPROOF_JSONATA_SEED", 1) as u64;
    let mut tally = Tally::default();
    let (mut machines, mut doubted, mut differing) = (0_u64, 0_u64, 0_u64);
    for index in 0..number("STEPPROOF_JSONATA_MACHINES", 1_500) {
        let (mut is_doubted, mut differs) = (false, false);
        for asked in machines::asked(seed, index as u64) {
            let ours = asked.expression.evaluate(&asked.world);
            is_doubted |= ours.doubts.value;
            let theirs = original.program(&asked.expression).evaluate(&asked.world);
            let pair = Pair {
                expression: asked.expression.source().to_owned(),
                document: asked.world.shown(),
            };
            let before = tally.differ;
            tally.judge(&pair, &ours, &theirs);
            differs |= tally.differ > before;
        }
        machines += 1;
        doubted += u64::from(is_doubted);
        differing += u64::from(differs);
    }
    tally.print();
    println!(
        "{} of {} expressions differ; of {machines} machines {doubted} have an expression in doubt, \
         and {differing} one that differs",
        tally.differ, tally.judged
    );
    tally.hold();
    assert!(tally.sure * 2 > tally.judged, "too little is sure");
    assert!(tally.judged > 2 * machines, "too few expressions");
    assert!(differing * 100 < machines, "too many machines differ");
}

/// The same at length: every function and operator a thousand times. Minutes.
#[test]
#[ignore = "takes minutes"]
fn everything_of_the_language_is_compared_with_the_original() {
    let (tally, draw) = compare(number("STEPPROOF_JSONATA_PAIRS", 300_000), 7);
    let all = FUNCTIONS
        .iter()
        .map(|it| it.0)
        .chain(OPERATORS)
        .chain(FORMS);
    let count = |name: &str| draw.drawn.get(name).copied().unwrap_or_default();
    let rare: Vec<_> = all.filter(|name| count(name) < 1_000).collect();
    assert!(
        rare.is_empty(),
        "drawn less than a thousand times: {rare:?}"
    );
    tally.hold();
}

/// Expressions with one token too few, too many or of another one: both refuse the same, and both
/// evaluators come to the same.
#[test]
#[ignore = "takes minutes"]
fn mutants_are_read_as_the_original_reads_them() {
    let original = Original::new().expect("the original");
    let mut draw = Draw::new(number("STEPPROOF_JSONATA_SEED", 3) as u64);
    let mut tally = Tally::default();
    let (mut refused, mut refused_by_one) = (0, BTreeMap::new());
    for _ in 0..number("STEPPROOF_JSONATA_PAIRS", 30_000) {
        let pair = draw.mutant();
        let text = format!("{{% {} %}}", pair.expression);
        let document = Document(pair.document.clone());
        match (Expression::parse(&text), original.syntax(&pair.expression)) {
            (Ok(Some(expression)), None) => {
                let ours = expression.evaluate(&document);
                let theirs = original.program(&expression).evaluate(&document);
                tally.judge(&pair, &ours, &theirs);
            }
            (Err(_), Some(_)) => refused += 1,
            (ours, theirs) => {
                let ours = ours.err().map(|it| it.to_string());
                let (count, first) = refused_by_one
                    .entry((ours, theirs))
                    .or_insert_with(|| (0_u64, pair.expression.clone()));
                *count += 1;
                if pair.expression.len() < first.len() {
                    *first = pair.expression;
                }
            }
        }
    }
    for ((ours, theirs), (count, first)) in &refused_by_one {
        println!("{count:5} refused by one: {ours:?}, {theirs:?}: {first}");
    }
    for ((is_sure, ours, theirs), (count, shortest)) in &tally.kinds {
        println!("{count:5} sure: {is_sure} {ours} instead of {theirs}: {shortest}");
    }
    let by_one: u64 = refused_by_one.values().map(|it| it.0).sum();
    println!(
        "{refused} refused by both, {by_one} by one; {} judged, {} differ; {} sure, {} differ",
        tally.judged, tally.differ, tally.sure, tally.wrong
    );
    let all = refused + by_one + tally.judged;
    assert!(by_one * 100 <= all && tally.wrong * 1_000 <= tally.sure);
}

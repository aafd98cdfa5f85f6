//! Rules that engines break in ways which no deviation of the catalogue describes: proxies before the
//! embedded engine change what is sent to it or what it answers, as emulators do.
//!
//! `cargo test -p stepproof-tests --test proxies -- --ignored --nocapture` runs each of them with many
//! cases of everything, and prints what is reported.

#[path = "proxies/definition.rs"]
mod definition;
#[path = "../harness/tests/engines/proxy.rs"]
mod proxy;
#[path = "proxies/wire.rs"]
mod wire;

use std::{
    collections::BTreeMap,
    env,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use proxy::{Change, Path, forward};
use serde_json::Value;
use stepproof::{
    client::sdk::{Account, Api, Patience},
    engines::{
        adapters::profile,
        embedded::{Server, Speed},
        remote::{Remote, Traits},
    },
    judge::verdict::Verdict,
    report::{Event, Finding, Reporter, Summary},
    session::Session,
    store::Memory,
};
use stepproof_generators::Profile;
use stepproof_specs::deviation::Deviations;

/// A rule that a proxy breaks.
#[derive(Debug, Clone, Copy)]
struct Rule {
    name: &'static str,
    /// What the engine seems to do.
    sentence: &'static str,
    /// The profile whose cases meet it early.
    profile: &'static str,
    /// What becomes of every call.
    call: Option<Change>,
    /// What becomes of every answer.
    answer: Option<Change>,
}

/// A rule that an emulator breaks in what it makes of a call.
const fn heard(
    name: &'static str,
    sentence: &'static str,
    profile: &'static str,
    call: fn(&str, &mut Value),
) -> Rule {
    Rule {
        name,
        sentence,
        profile,
        call: Some(call),
        answer: None,
    }
}

/// Every rule, or those that `STEPPROOF_PROXIES` names.
fn rules() -> impl Iterator<Item = &'static Rule> {
    let named = env::var("STEPPROOF_PROXIES").unwrap_or_default();
    let is_named = move |name: &str| named.is_empty() || named.split(',').any(|it| it == name);
    let all = wire::RULES.iter().chain(definition::RULES);
    all.filter(move |rule| is_named(rule.name))
}

/// How many cases the suite runs for each.
const CASES: u64 = 80;

/// What is rare, or takes long because it shows in many ways: only in the table.
const ONLY_IN_THE_TABLE: &[&str] = &[
    "event-without-input",
    "execution-input",
    "fail-by-name",
    "history-one-page",
    "index-from-one",
    "item-value-wrapped",
    "no-attempts",
    "null-output",
    "result-in-payload",
    "task-numbers-as-text",
];

/// The most roots that one broken rule may be taken for.
const MOST_ROOTS: u64 = 3;

/// What a run reports.
#[derive(Debug, Default)]
struct Told {
    summary: Summary,
    /// The divergences by number, as they were told last.
    findings: BTreeMap<u32, Finding>,
    /// How many more were found to be other ways to one of them.
    other_ways: usize,
}

impl Reporter for Told {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Divergence(finding) | Event::Explained(finding) => {
                self.findings
                    .insert(finding.number, Finding::clone(finding));
            }
            Event::AnotherWay(finding) => {
                self.other_ways += 1;
                self.findings.remove(&finding.number);
            }
            Event::Withdrawn { number, .. } => {
                self.findings.remove(number);
            }
            _ => {}
        }
    }
}

impl Told {
    fn diverging(&self) -> u64 {
        self.summary.of(Verdict::Diverge)
    }

    /// How many roots are reported.
    fn roots(&self) -> u64 {
        self.summary.roots
    }

    /// Each root in a line.
    fn sentences(&self) -> impl Iterator<Item = String> {
        self.findings.values().map(|root| {
            let clause = root.clause.map_or("-".to_owned(), |it| it.to_string());
            format!("{}: {clause}: {}", root.number, root.sentence())
        })
    }
}

/// Runs cases on the embedded engine behind a proxy; without a rule the proxy changes nothing.
async fn run(rule: Option<&Rule>, drawn: &str, seed: u64, cases: u64) -> Told {
    let server = Server::start(0, Speed::Virtual, Deviations::default());
    let server = server.await.expect("a server");
    let engine = server.endpoint();
    let engine = engine.trim_start_matches("http://").parse();
    let path = Path {
        call: rule.and_then(|it| it.call),
        answer: rule.and_then(|it| it.answer),
        ..Path::default()
    };
    let way = forward(0, engine.expect("an address"), path).await;
    let way = way.expect("a way to it");
    let api = Api::plain(
        &format!("http://{}", way.address),
        &Account::default(),
        Patience::default(),
    );
    let embedded = profile("embedded").expect("a profile");
    let traits = Traits {
        purges_queues: true,
        ..Traits::default()
    };
    let engine = Remote::new(api, server.clock(), embedded, traits, "proxies");
    let session = Session::new(engine)
        .profile(Profile::named(drawn).expect("a profile"))
        .seed(seed)
        .cases(cases)
        .shrink(400, Duration::from_mins(1));
    let mut told = Told::default();
    let journal = Box::new(Memory::new().expect("a directory"));
    let ended = session.run_with(journal, &mut told).await;
    told.summary = ended.expect("a run").summary;
    assert_eq!(way.failed.load(Ordering::Relaxed), 0);
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_changes_nothing_causes_no_difference() {
    let told = run(None, "everything", 1, 100).await;
    assert_eq!(told.summary.judged(), 100, "{}", told.summary.line());
    assert_eq!(told.diverging(), 0, "{}", told.summary.line());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_broken_rule_is_caught_and_has_few_roots() {
    let mut wrong = Vec::new();
    for rule in rules().filter(|it| !ONLY_IN_THE_TABLE.contains(&it.name)) {
        let told = told_of(rule, rule.profile, 1, CASES).await;
        if told.diverging() == 0 || told.roots() > MOST_ROOTS {
            wrong.push(rule.name);
        }
    }
    assert!(wrong.is_empty(), "missed, or taken for many: {wrong:?}");
}

/// `STEPPROOF_SEED` and `STEPPROOF_CASES` say which cases.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn table() {
    let said = |name: &str| env::var(name).ok().and_then(|it| it.parse().ok());
    let seed = said("STEPPROOF_SEED").unwrap_or(1);
    let cases = said("STEPPROOF_CASES").unwrap_or(1_000);
    let mut roots = Vec::new();
    for rule in rules() {
        roots.push(told_of(rule, "everything", seed, cases).await.roots());
    }
    roots.sort_unstable();
    println!(
        "{} rules: {} caught; roots: median {}, most {}",
        roots.len(),
        roots.iter().filter(|it| **it > 0).count(),
        roots[roots.len() / 2],
        roots[roots.len() - 1],
    );
}

/// Runs cases with a rule broken, and prints its row of the table.
async fn told_of(rule: &Rule, drawn: &str, seed: u64, cases: u64) -> Told {
    let began = Instant::now();
    let told = run(Some(rule), drawn, seed, cases).await;
    println!(
        "{:<22} {:>5} cases {:>5} diverging {:>3} roots {:>3} other ways {:>6.1} s  {}",
        rule.name,
        told.summary.cases(),
        told.diverging(),
        told.roots(),
        told.other_ways,
        began.elapsed().as_secs_f64(),
        rule.sentence,
    );
    for line in told.sentences() {
        println!("    {line}");
    }
    told
}

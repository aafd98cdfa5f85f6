//! What runs make of engines with known faults: how many roots they report, and whether these are the
//! right ones. In process, with two threads; a row is printed when it is known.
//!
//! ```sh
//! cargo build --release -p stepproof --example roots
//! roots faults 1,2,3 1000           # every fault of the zoo alone
//! roots leave-one-out 1,2,3 1000    # the same, with its deviation taken out of the catalogue, and its equals
//! roots leave-rule-out 1,2,3 1000   # the same, with these in whatever states taken out
//! roots pairs 200 1 5000            # random pairs of faults in one engine
//! roots cost 1 20000                # the time that cases take with a fault and without
//! ```
//!
//! Names of faults may follow, to which it is restricted.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Display,
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use stepproof::{
    engines::{Engine as _, Immediate as _, reference::Reference},
    job::{Job, Lane, Prepared, prepare_body},
    judge::{
        compare::judge_observed,
        verdict::{Signature, Verdict},
    },
    report::{Event, Finding, Reporter, Summary},
    run::{Source as _, judging::Generated},
    session::Session,
    store::Memory,
    zoo::Deviant,
};
use stepproof_generators::Profile;
use stepproof_specs::{
    base::entropy::mix,
    clause::Clause,
    deviation::{Deviation, Deviations, catalogue::catalogue},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What explains nothing, as if the catalogue did not hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    Nothing,
    /// A fault's own deviations, and whatever does the same.
    Equal,
    /// All of these, in whatever states: otherwise those in some states together are the same again.
    InAnyState,
}

/// How many cases of a seed are looked at to find what is the same as a fault.
const LOOKED_AT: u64 = 400;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let mode = words.next().ok_or("a mode is missing")?;
    let mut word = |what: &str| words.next().ok_or(format!("{what} is missing"));
    match mode.as_str() {
        "faults" | "leave-one-out" | "leave-rule-out" => {
            let (seeds, cases) = (word("SEEDS")?, word("CASES")?.parse()?);
            let seeds: Result<Vec<u64>, _> = seeds.split(',').map(str::parse).collect();
            let left_out = match mode.as_str() {
                "leave-one-out" => LeftOut::Equal,
                "leave-rule-out" => LeftOut::InAnyState,
                _ => LeftOut::Nothing,
            };
            alone(&seeds?, cases, left_out, &named(words)?)
        }
        "pairs" => {
            let (many, seed, cases) = (word("N")?, word("SEED")?, word("CASES")?);
            pairs(many.parse()?, seed.parse()?, cases.parse()?, &named(words)?)
        }
        "cost" => {
            let (seed, cases) = (word("SEED")?, word("CASES")?);
            cost(seed.parse()?, cases.parse()?, &named(words)?)
        }
        other => Err(format!("'{other}' is no mode").into()),
    }
}

/// The faults of these names; all if there are none.
fn named(names: impl Iterator<Item = String>) -> Result<Vec<Deviant>, Failure> {
    let found = names.map(|it| Deviant::named(&it).ok_or(format!("there is no fault '{it}'")));
    let found: Result<Vec<Deviant>, String> = found.collect();
    let found = found?;
    Ok(if found.is_empty() {
        Deviant::all().collect()
    } else {
        found
    })
}

/// What a run came to.
#[derive(Debug, Default)]
struct Ran {
    summary: Summary,
    took: Duration,
    /// The roots by number, as they were told last.
    roots: BTreeMap<u32, Finding>,
    /// The root of each divergence with this signature that was reported, the first counts.
    by_signature: HashMap<Signature, u32>,
    other_ways: usize,
    /// The root of each divergence that has another one's.
    moved: HashMap<u32, u32>,
    /// The cases that diverge, with the divergence under which they were told, if they were under one.
    diverging: Vec<(u64, Option<u32>, Vec<Signature>)>,
}

impl Reporter for Ran {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Divergence(finding) => {
                let signature = finding.signature.clone();
                self.by_signature.entry(signature).or_insert(finding.number);
                self.roots.insert(finding.number, Finding::clone(finding));
            }
            Event::Explained(finding) if self.roots.contains_key(&finding.number) => {
                self.roots.insert(finding.number, Finding::clone(finding));
            }
            Event::AnotherWay(finding) => {
                self.other_ways += 1;
                self.roots.remove(&finding.number);
                if let Some(root) = finding.same_as {
                    let signature = finding.signature.clone();
                    self.by_signature.entry(signature).or_insert(root);
                    self.moved.insert(finding.number, root);
                }
            }
            Event::Withdrawn { number, .. } => {
                self.roots.remove(number);
                self.by_signature.retain(|_, root| root != number);
            }
            Event::CaseJudged {
                index,
                verdict: Verdict::Diverge,
                root,
                signatures,
                ..
            } => {
                let case = (*index, *root, signatures.clone());
                self.diverging.push(case);
            }
            _ => {}
        }
    }
}

impl Ran {
    /// The cases that diverge, each with its root: that under which it was told, or that of a divergence with
    /// one of its signatures.
    fn credited(&self) -> impl Iterator<Item = (u64, Option<u32>)> {
        self.diverging.iter().map(|(index, root, signatures)| {
            let mut alike = signatures.iter().filter_map(|it| self.by_signature.get(it));
            let root = root.or_else(|| alike.next().copied());
            (*index, root.map(|it| self.root_of(it)))
        })
    }

    /// The root of the divergence with this number.
    fn root_of(&self, mut number: u32) -> u32 {
        while let Some(root) = self.moved.get(&number) {
            number = *root;
        }
        number
    }

    /// How many cases are under each root.
    fn cases_by_root(&self) -> BTreeMap<u32, usize> {
        let mut cases = BTreeMap::new();
        for root in self.credited().filter_map(|(_, root)| root) {
            *cases.entry(root).or_default() += 1;
        }
        cases
    }

    /// How many cases diverge and are under no root.
    fn lost(&self) -> usize {
        self.credited().filter(|(_, root)| root.is_none()).count()
    }

    /// How many roots no deviation explains.
    fn grouped(&self) -> usize {
        let mut all = self.roots.values();
        let grouped = all.by_ref().filter(|it| it.explained.is_none());
        grouped.count()
    }
}

/// Runs cases on the reference with these deviations.
fn run(
    deviations: Deviations,
    untried: Vec<Deviation>,
    seed: u64,
    cases: u64,
) -> Result<Ran, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let began = Instant::now();
    let running = runtime.spawn(async move {
        let engine = if deviations.is_empty() {
            Reference::default()
        } else {
            Reference::deviating(deviations)
        };
        let session = Session::new(engine)
            .jobs(2)
            .seed(seed)
            .cases(cases)
            .untried(untried);
        let mut ran = Ran::default();
        let journal = Box::new(Memory::new()?);
        ran.summary = session.run_with(journal, &mut ran).await?.summary;
        Ok::<Ran, Failure>(ran)
    });
    let mut ran = runtime.block_on(running)??;
    ran.took = began.elapsed();
    Ok(ran)
}

/// Every fault alone.
fn alone(seeds: &[u64], cases: u64, left_out: LeftOut, faults: &[Deviant]) -> Result<(), Failure> {
    println!(
        "{:<22} {:>4} {:>9} {:>5} {:>7} {:>5} {:>4} {:>8}  clause of the first root",
        "fault", "seed", "diverging", "roots", "grouped", "ways", "lost", "seconds"
    );
    let mut counts = Vec::new();
    let (mut right, mut lost, mut unseen) = (0, 0, 0);
    for fault in faults {
        for seed in seeds {
            let untried = match left_out {
                LeftOut::Nothing => Vec::new(),
                LeftOut::Equal => same_as(*fault, *seed)?,
                LeftOut::InAnyState => in_any_state(same_as(*fault, *seed)?),
            };
            let taken_out = untried.len();
            let ran = run(fault.deviations(), untried, *seed, cases)?;
            let first = ran.roots.values().next();
            let named = first.and_then(|it| it.clause);
            let is_right = named.is_some_and(|it| clauses(*fault).contains(&it));
            let verdict = match named {
                None => "-".to_owned(),
                Some(clause) if is_right => format!("right: {clause}"),
                Some(clause) => format!("{clause}, not {}", fault.clause()),
            };
            println!(
                "{:<22} {seed:>4} {:>9} {:>5} {:>7} {:>5} {:>4} {:>8.1}  {verdict}{}",
                fault.name(),
                ran.diverging.len(),
                ran.roots.len(),
                ran.grouped(),
                ran.other_ways,
                ran.lost(),
                ran.took.as_secs_f64(),
                match left_out {
                    LeftOut::Nothing => String::new(),
                    _ => format!(" ({taken_out} taken out)"),
                },
            );
            let cases = ran.cases_by_root();
            for root in ran.roots.values() {
                let cases = cases.get(&root.number).copied().unwrap_or_default();
                println!("    {} ({cases} cases)", told(root));
            }
            lost += ran.lost();
            right += usize::from(is_right);
            if ran.diverging.is_empty() {
                unseen += 1;
            } else {
                counts.push(ran.roots.len());
            }
        }
    }
    counts.sort_unstable();
    let shown = counts.len();
    let few = counts.iter().filter(|it| **it <= 2).count();
    println!(
        "{} runs, {unseen} without a divergence; roots: median {}, at most 2 in {}, most {}; \
         the clause is right in {}; {lost} diverging cases have no root",
        shown + unseen,
        counts.get(shown / 2).copied().unwrap_or_default(),
        share(few, shown),
        counts.last().copied().unwrap_or_default(),
        share(right, shown),
    );
    Ok(())
}

/// A root in one line.
fn told(root: &Finding) -> String {
    let clause = root.clause.map_or("-".to_owned(), |it| it.to_string());
    format!("{}: {clause}: {}", root.number, root.sentence())
}

fn share(part: usize, whole: usize) -> String {
    let percent = part as f64 / whole.max(1) as f64 * 100.0;
    format!("{part} of {whole} ({percent:.1} %)")
}

/// The clauses that a fault breaks.
fn clauses(fault: Deviant) -> Vec<Clause> {
    let deviations = fault.deviations();
    let each = deviations.iter().map(Deviation::clause);
    each.chain([fault.clause()]).collect()
}

/// The jobs of the first cases of a seed, by their numbers.
fn jobs(seed: u64, cases: u64) -> impl Iterator<Item = (u64, Job)> {
    let reference = Reference::default();
    let drawn = Generated::new(Profile::everything(), seed, reference.profile());
    (0..cases).filter_map(
        move |index| match prepare_body(drawn.case(index).body, Lane::Quiet) {
            Ok(Prepared::Execution(job)) => Some((index, job)),
            _ => None,
        },
    )
}

/// The deviations of a fault, and all hypotheses of the catalogue that do the same in every case looked at.
fn same_as(fault: Deviant, seed: u64) -> Result<Vec<Deviation>, Failure> {
    let own = fault.deviations();
    let engine = Reference::deviating(own.clone());
    let mut same: Vec<Deviation> = own.iter().cloned().collect();
    let mut looked_at = Vec::new();
    for (_, job) in jobs(seed, LOOKED_AT) {
        let done: Vec<_> = engine
            .observe(&job)?
            .into_iter()
            .map(Cow::into_owned)
            .collect();
        let expected = job.expectations.iter().map(|it| &it.observation);
        let shows = !done.iter().eq(expected);
        looked_at.push((shows, job, done));
    }
    // A hypothesis differs sooner where the fault shows.
    looked_at.sort_by_key(|(shows, ..)| !shows);
    let is_shown = looked_at.first().is_some_and(|(shows, ..)| *shows);
    for hypothesis in catalogue().iter().filter(|_| is_shown) {
        if same.contains(&hypothesis.deviation) {
            continue;
        }
        let other = Reference::deviating(hypothesis.deviations());
        let mut does_the_same = looked_at.iter().map(|(_, job, done)| {
            // What cannot be simulated is not the same.
            let others = other.observe(job).ok();
            others.is_some_and(|it| it.iter().map(AsRef::as_ref).eq(done))
        });
        if does_the_same.all(|same| same) {
            same.push(hypothesis.deviation.clone());
        }
    }
    Ok(same)
}

/// These, and all hypotheses of the catalogue that differ from one of them only in the states in which they
/// apply.
fn in_any_state(mut all: Vec<Deviation>) -> Vec<Deviation> {
    let rule = |it: &Deviation| (it.hook, it.change.clone(), it.when);
    let catalogue = catalogue().iter().map(|it| &it.deviation);
    let elsewhere = catalogue.filter(|it| all.iter().any(|one| rule(one) == rule(it)));
    let elsewhere: Vec<Deviation> = elsewhere.cloned().collect();
    all.extend(elsewhere);
    all
}

/// The cases in which the reference with a fault diverges.
fn shown_by(fault: Deviant, seed: u64, cases: u64) -> Result<BTreeSet<u64>, Failure> {
    let engine = Reference::deviating(fault.deviations());
    let terms = engine.profile().terms(0);
    let mut shown = BTreeSet::new();
    for (index, job) in jobs(seed, cases) {
        let done = engine.observe(&job)?;
        if !judge_observed(&job, &done, terms).differences.is_empty() {
            shown.insert(index);
        }
    }
    Ok(shown)
}

/// Random pairs of faults in one engine.
fn pairs(many: u64, seed: u64, cases: u64, faults: &[Deviant]) -> Result<(), Failure> {
    println!(
        "{:<46} {:>9} {:>5} {:>6} {:>7} {:>7} {:>4} {:>8}",
        "pair", "diverging", "roots", "both", "strayed", "further", "lost", "seconds"
    );
    let mut shown: HashMap<&str, Arc<BTreeSet<u64>>> = HashMap::new();
    let mut done = BTreeSet::new();
    let (mut found, mut both, mut merged, mut most, mut lost) = (0, 0, 0, 0, 0);
    let mut number = 0;
    let all = faults.len() as u64;
    let possible = all * all.saturating_sub(1) / 2;
    while (done.len() as u64) < many.min(possible) {
        number += 1;
        let drawn = mix(seed ^ mix(number));
        let (one, other) = (drawn % all, drawn / all % all);
        let (one, other) = (one.min(other), one.max(other));
        if one == other || !done.insert((one, other)) {
            continue;
        }
        let pair = [faults[one as usize], faults[other as usize]];
        let mut alone = Vec::new();
        for fault in pair {
            let known = shown.get(fault.name()).cloned();
            let known = known.map_or_else(|| shown_by(fault, seed, cases).map(Arc::new), Ok)?;
            shown.insert(fault.name(), Arc::clone(&known));
            alone.push(known);
        }
        // Whoever waits for a row sees which.
        print!("{:<46} ", format!("{} + {}", pair[0], pair[1]));
        std::io::stdout().flush()?;
        let ran = run(
            pair[0].deviations().and(pair[1].deviations()),
            Vec::new(),
            seed,
            cases,
        )?;
        let parts = Parts::of(&ran, &alone[0], &alone[1]);
        println!(
            "{:>9} {:>5} {:>6} {:>7} {:>7} {:>4} {:>8.1}",
            ran.diverging.len(),
            ran.roots.len(),
            match (parts.each_is_found, parts.both(), parts.merged()) {
                (false, ..) => "-",
                (true, true, _) => "yes",
                (true, false, true) => "merged",
                (true, false, false) => "no",
            },
            parts.strayed,
            parts.further,
            ran.lost(),
            ran.took.as_secs_f64(),
        );
        if !parts.both() || parts.strayed > 0 || parts.further > 0 {
            for root in ran.roots.values() {
                let cases = parts.cases.get(&root.number).copied().unwrap_or_default();
                println!("    {} {cases:?}", told(root));
            }
        }
        found += usize::from(parts.each_is_found);
        both += usize::from(parts.each_is_found && parts.both());
        merged += usize::from(parts.merged());
        most = most.max(parts.further);
        lost += ran.lost();
    }
    println!(
        "{} pairs; both roots in {} of those in which each alone is found; merged in {merged}; \
         at most {most} further roots; {lost} diverging cases have no root",
        done.len(),
        share(both, found),
    );
    Ok(())
}

/// What became of two faults in one engine.
#[derive(Debug)]
struct Parts {
    /// Whether each fault shows alone in the same cases.
    each_is_found: bool,
    /// The root that holds most of the cases that only the one fault shows, and that of the other.
    roots: [Option<u32>; 2],
    /// How many of these cases are under the root of the other fault. Some need both faults.
    strayed: usize,
    /// How many more roots there are than the faults that are found.
    further: usize,
    /// For each root the cases that only the first shows, only the second, both, and neither.
    cases: BTreeMap<u32, [usize; 4]>,
}

impl Parts {
    fn of(ran: &Ran, one: &BTreeSet<u64>, other: &BTreeSet<u64>) -> Self {
        let mut cases: BTreeMap<u32, [usize; 4]> = BTreeMap::new();
        for (index, root) in ran.credited() {
            let Some(root) = root else { continue };
            let place = match (one.contains(&index), other.contains(&index)) {
                (true, false) => 0,
                (false, true) => 1,
                (true, true) => 2,
                (false, false) => 3,
            };
            cases.entry(root).or_default()[place] += 1;
        }
        let most = |of: usize| {
            let own = cases.iter().filter(|(_, it)| it[of] > 0);
            own.max_by_key(|(_, it)| it[of]).map(|(root, _)| *root)
        };
        let roots = [most(0), most(1)];
        let strayed = |root: Option<u32>, of: usize| {
            let at = root.and_then(|it| cases.get(&it));
            at.map_or(0, |it| it[of])
        };
        let faults = usize::from(!one.is_empty()) + usize::from(!other.is_empty());
        Self {
            each_is_found: faults == 2,
            roots,
            strayed: strayed(roots[0], 1) + strayed(roots[1], 0),
            further: ran.roots.len().saturating_sub(faults),
            cases,
        }
    }

    /// Whether both faults are under one root.
    fn merged(&self) -> bool {
        self.roots[0].is_some() && self.roots[0] == self.roots[1]
    }

    /// Whether each has a root of its own.
    fn both(&self) -> bool {
        self.roots.iter().all(Option::is_some) && !self.merged()
    }
}

/// The time that cases take with a fault and without.
fn cost(seed: u64, cases: u64, faults: &[Deviant]) -> Result<(), Failure> {
    // The first run also builds what is built once.
    run(Deviations::default(), Vec::new(), seed, cases / 10)?;
    let row = |name: &dyn Display, ran: &Ran, plain: f64| {
        let seconds = ran.took.as_secs_f64();
        println!(
            "{name:<22} {:>6} cases {:>6} diverging {:>3} roots {seconds:>8.2} s, {:>5.2} times",
            ran.summary.cases(),
            ran.diverging.len(),
            ran.roots.len(),
            seconds / plain,
        );
        seconds
    };
    let plain = run(Deviations::default(), Vec::new(), seed, cases)?;
    let plain = row(&"(none)", &plain, plain.took.as_secs_f64());
    let mut all = Vec::new();
    for fault in faults {
        let ran = run(fault.deviations(), Vec::new(), seed, cases)?;
        all.push(row(fault, &ran, plain));
    }
    let slow = all.iter().filter(|it| **it > plain * 1.5 + 3.0).count();
    let sum: f64 = all.iter().sum();
    println!(
        "{} faults: {sum:.1} s together; {slow} take more than 1.5 times as long and 3 s",
        all.len()
    );
    Ok(())
}

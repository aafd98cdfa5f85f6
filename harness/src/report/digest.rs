//! What a run came to, collected from its events: the last lines on a terminal, and the page of the
//! run, say the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Write,
};

use stepproof_generators::given::Entered;
use stepproof_specs::clause::Aspect;

use super::{
    Ending, Event, Finding, Header, LeftOut, MachineNotice, Reporter, Unjudged,
    rules::Rules,
    summary::Machines,
    words::{first_of, noun, plural},
};
use crate::judge::{
    ledger::{StaleCheck, Staleness},
    verdict::{Signature, Verdict},
};

/// The most different reasons that are told apart for each verdict.
const REASONS: usize = 100;
/// The most reasons for each verdict on a terminal.
#[cfg(feature = "cli")]
const SHOWN: usize = 8;
/// The most rules of creation on a terminal.
#[cfg(feature = "cli")]
const RULES: usize = 40;
/// The most skipped files that are named.
const SKIPPED: usize = 8;

/// The verdicts that have reasons, in the order in which they are told.
pub(super) const EXPLAINED: [Verdict; 5] = [
    Verdict::Known,
    Verdict::Unsupported,
    Verdict::Poisoned,
    Verdict::Flaky,
    Verdict::Unknown,
];

/// What a run came to.
#[derive(Debug, Default)]
pub struct Digest {
    pub(super) header: Option<Header>,
    /// The machines that the user gave that are not run, and why.
    pub(super) left_out: BTreeMap<String, LeftOut>,
    /// What came of the other machines that the user gave.
    pub(super) turns: BTreeMap<String, Turns>,
    pub(super) skipped: Vec<String>,
    /// What the engine says about definitions.
    pub(super) rules: Rules,
    reasons: BTreeMap<Verdict, Reasons>,
    /// How many cases diverge with the same signatures, and are counted under the same divergence if they
    /// are counted under one.
    diverged: HashMap<(Option<u32>, Vec<Signature>), u64>,
    pub(super) findings: Vec<Finding>,
    pub(super) withdrawn: Vec<(u32, Signature)>,
    pub(super) checks: Vec<StaleCheck>,
    pub(super) warnings: Vec<String>,
    pub(super) ending: Option<Ending>,
}

/// The cases of a root, and where it shows in them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// How many cases.
    pub cases: u64,
    /// The types of the states at which it shows.
    pub kinds: BTreeSet<String>,
    /// The aspects in which it shows.
    pub aspects: BTreeSet<Aspect>,
}

impl Shown {
    fn add(&mut self, signatures: &[Signature], cases: u64) {
        self.cases += cases;
        for signature in signatures {
            self.aspects.insert(signature.aspect);
            if signature.kind != "-" {
                self.kinds.insert(signature.kind.clone());
            }
        }
    }

    /// The cases in words.
    pub fn words(&self) -> String {
        if self.cases == 0 {
            return "only beside other roots".to_owned();
        }
        let mut words = plural(self.cases, "case");
        let aspects: Vec<&str> = self.aspects.iter().map(|it| it.name()).collect();
        if !aspects.is_empty() {
            let _ = write!(words, ", by {}", aspects.join(", "));
        }
        let kinds: Vec<&str> = self.kinds.iter().map(String::as_str).collect();
        if !kinds.is_empty() {
            let is_of_calls = self.aspects.contains(&Aspect::Answer);
            let of = if is_of_calls {
                "to calls of"
            } else {
                "at states of type"
            };
            let _ = write!(words, ", {of} {}", kinds.join(", "));
        }
        words
    }
}

/// What came of a machine that the user gave.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// How many cases were run.
    pub cases: u64,
    /// How many of them were judged.
    pub judged: u64,
    /// Its states.
    pub states: Entered,
    /// The states that judged cases enter.
    pub entered: Entered,
    /// How its cases diverge.
    signatures: HashSet<Signature>,
    /// The divergences that explain some of them.
    roots: HashSet<u32>,
}

/// The most states without a case that are named for a machine.
const MISSED: usize = 4;

impl Turns {
    /// Whether a case diverges like a finding, or is explained by it.
    fn diverge_like(&self, finding: &Finding) -> bool {
        self.signatures.contains(&finding.signature) || self.roots.contains(&finding.root())
    }

    /// How much of the machine was seen, with the names of states as `quoted` writes them.
    fn coverage(&self, quoted: fn(&str) -> String) -> String {
        let (entered, all) = (self.entered.len(), self.states.len());
        let missed = self.states.difference(&self.entered);
        let missed: Vec<String> = missed.map(|it| quoted(it)).collect();
        if missed.is_empty() {
            return match all {
                1 => "its only state entered".to_owned(),
                _ => format!("all {all} states entered"),
            };
        }
        let (all, names) = (plural(all, "state"), first_of(&missed, MISSED));
        format!("{entered} of {all} entered, not {names}")
    }
}

/// The reasons for a verdict.
#[derive(Debug, Default)]
struct Reasons {
    /// By what they have in common.
    groups: HashMap<String, Reason>,
    /// The cases whose reasons are not told apart any more.
    others: u64,
}

/// A reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    /// What it says in the first case.
    pub text: String,
    /// How many cases have it.
    pub cases: u64,
    /// The first of these cases, if it is known.
    pub first: Option<u64>,
}

impl Reasons {
    fn add(&mut self, text: &str, cases: u64, case: Option<u64>) {
        self.add_as(common(text), text, cases, case);
    }

    fn add_as(&mut self, common: String, text: &str, cases: u64, case: Option<u64>) {
        if !self.groups.contains_key(&common) && self.groups.len() >= REASONS {
            self.others += cases;
            return;
        }
        let reason = self.groups.entry(common).or_insert_with(|| Reason {
            text: text.to_owned(),
            cases: 0,
            first: case,
        });
        reason.cases += cases;
        // Cases are judged in any order; the first is always the same.
        if case.is_some_and(|case| reason.first.is_none_or(|first| case < first)) {
            reason.first = case;
            text.clone_into(&mut reason.text);
        }
    }
}

/// What reasons not to run machines have in common that differ only in names and numbers.
fn unnamed(reason: &str) -> String {
    let mut parts = reason.split('\'');
    let mut unnamed = String::new();
    while let Some(part) = parts.next() {
        unnamed.push_str(part);
        if parts.next().is_some() {
            unnamed.push_str("'…'");
        }
    }
    common(&unnamed)
}

/// What reasons have in common that differ only in numbers: times, ports, counts.
fn common(reason: &str) -> String {
    let mut common = String::with_capacity(reason.len());
    for c in reason.chars() {
        if !c.is_ascii_digit() {
            common.push(c);
        } else if !common.ends_with('#') {
            common.push('#');
        }
    }
    common
}

impl Reporter for Digest {
    fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(header) => self.header = Some(header.clone()),
            Event::Machine(notice) => self.machine(notice),
            Event::Skipped(files) => self.skipped.extend(files.iter().cloned()),
            Event::CaseJudged {
                index,
                verdict,
                signatures,
                coverage,
                why,
                root,
                machine,
                entered,
                ..
            } => {
                if is_judged(*verdict) {
                    self.rules.judged(*index, signatures, coverage);
                }
                if *verdict == Verdict::Diverge {
                    let alike = (*root, signatures.clone());
                    *self.diverged.entry(alike).or_default() += 1;
                } else {
                    self.judged(*index, *verdict, signatures, why);
                }
                if let Some(machine) = machine {
                    let turns = self.turns.entry(machine.clone()).or_default();
                    turns.cases += 1;
                    if is_judged(*verdict) {
                        turns.judged += 1;
                        turns.entered.extend(entered.iter().cloned());
                    }
                    match root {
                        Some(root) => drop(turns.roots.insert(*root)),
                        None if *verdict == Verdict::Diverge => {
                            turns.signatures.extend(signatures.iter().cloned());
                        }
                        None => {}
                    }
                }
            }
            Event::Earlier(finding) if finding.withdrawn => {
                self.withdrawn
                    .push((finding.number, finding.signature.clone()));
            }
            Event::Divergence(finding) | Event::AnotherWay(finding) | Event::Earlier(finding) => {
                self.found(finding);
            }
            Event::Explained(now) => {
                for finding in &mut self.findings {
                    if finding.number == now.number {
                        finding.explained.clone_from(&now.explained);
                        finding.clause = now.clause;
                        finding.grouped.clone_from(&now.grouped);
                        finding.beside = now.beside;
                    }
                }
            }
            Event::Withdrawn {
                number,
                signature,
                cases,
            } => {
                self.withdrawn.push((*number, signature.clone()));
                if *cases > 0 {
                    self.add(Verdict::Flaky, &signature.to_string(), *cases, None);
                }
            }
            Event::LedgerChecked(check) if check.outcome != Staleness::Confirmed => {
                self.checks.push(check.clone());
            }
            Event::UnderWay(_) | Event::LedgerChecked(_) | Event::Unreachable { .. } => {}
            Event::Warning(text) => self.warnings.push(text.clone()),
            Event::RunFinished(ending) => self.ending = Some(Ending::clone(ending)),
        }
    }
}

impl Digest {
    /// Adds a finding, or says of one that it has the root of another after all.
    fn found(&mut self, finding: &Finding) {
        let known = self
            .findings
            .iter_mut()
            .find(|it| it.number == finding.number);
        let Some(known) = known else {
            self.findings.push(Finding::clone(finding));
            return;
        };
        known.clone_from(finding);
        let number = finding.number;
        for other in &mut self.findings {
            if other.same_as == Some(number) {
                other.same_as = finding.same_as;
            }
        }
    }

    fn machine(&mut self, notice: &MachineNotice) {
        let file = notice.file.clone();
        match &notice.unsupported {
            Some(reason) => {
                self.left_out.insert(file, reason.clone());
            }
            None => {
                let turns = self.turns.entry(file).or_default();
                turns.states.clone_from(&notice.states);
            }
        }
    }

    fn judged(&mut self, index: u64, verdict: Verdict, signatures: &[Signature], why: &[String]) {
        match verdict {
            Verdict::Agree | Verdict::Diverge => {}
            Verdict::Flaky => {
                for signature in signatures {
                    self.add(verdict, &signature.to_string(), 1, Some(index));
                }
            }
            _ if why.is_empty() => self.add(verdict, UNRECORDED, 1, Some(index)),
            _ => {
                for reason in why {
                    self.add(verdict, reason, 1, Some(index));
                }
            }
        }
    }

    fn add(&mut self, verdict: Verdict, text: &str, cases: u64, case: Option<u64>) {
        let reasons = self.reasons.entry(verdict).or_default();
        match verdict {
            // The numbers in an entry's id, or in a signature, are part of the name.
            Verdict::Known | Verdict::Flaky => reasons.add_as(text.to_owned(), text, cases, case),
            _ => reasons.add(text, cases, case),
        }
    }

    /// The machines that the user gave of which no case was judged, in order.
    pub fn unjudged(&self) -> Vec<String> {
        let run = self.turns.iter().filter(|(_, turns)| turns.judged == 0);
        let run = run.map(|(file, _)| file);
        let mut files: Vec<String> = self.left_out.keys().chain(run).cloned().collect();
        files.sort_unstable();
        files
    }

    /// How many of the machines that the user gave were judged, and how much of them; `None` if the
    /// user gave none.
    pub fn machines(&self) -> Option<Machines> {
        if self.turns.is_empty() && self.left_out.is_empty() {
            return None;
        }
        let mut machines = Machines::default();
        for turns in self.turns.values() {
            if turns.judged > 0 {
                machines.judged += 1;
            } else {
                machines.without_verdict += 1;
            }
            machines.states += turns.states.len() as u64;
            machines.entered += turns.entered.len() as u64;
        }
        for left_out in self.left_out.values() {
            *machines.left_out.entry(left_out.kind).or_default() += 1;
        }
        Some(machines)
    }

    /// The reasons why machines were not run, each with how many there are and the first of them, in
    /// the order of [`Unjudged::ALL`].
    pub(super) fn left_out_because(&self) -> Vec<(Unjudged, &str, u64, &str)> {
        let mut all: BTreeMap<(Unjudged, String), (&str, u64, &str)> = BTreeMap::new();
        for (file, LeftOut { kind, reason }) in &self.left_out {
            let group = all.entry((*kind, unnamed(reason)));
            let (_, count, _) = group.or_insert((reason, 0, file));
            *count += 1;
        }
        let all = all.into_iter();
        let mut all: Vec<_> = all
            .map(|((kind, _), (reason, count, first))| (kind, reason, count, first))
            .collect();
        all.sort_by_key(|(kind, _, count, _)| (*kind, std::cmp::Reverse(*count)));
        all
    }

    /// What came of a machine, in words, with the names of states as `quoted` writes them.
    pub(super) fn turns(&self, turns: &Turns, quoted: fn(&str) -> String) -> String {
        let mut parts = vec![
            plural(turns.cases, "case"),
            format!("{} judged", turns.judged),
        ];
        let numbers = self.findings.iter();
        let numbers = numbers.filter(|it| turns.diverge_like(it));
        let roots: BTreeSet<u32> = numbers.map(Finding::root).collect();
        let roots: Vec<String> = roots.iter().map(u32::to_string).collect();
        match roots.as_slice() {
            [] => {}
            [root] => parts.push(format!("root {root}")),
            all => parts.push(format!("roots {}", all.join(", "))),
        }
        parts.push(turns.coverage(quoted));
        parts.join(", ")
    }

    /// The files of the machines whose cases diverge like a finding.
    pub(super) fn machines_like(&self, finding: &Finding) -> Vec<&str> {
        let turns = self.turns.iter();
        turns
            .filter(|(_, turns)| turns.diverge_like(finding))
            .map(|(file, _)| file.as_str())
            .collect()
    }

    /// The findings that showed a root first, in order.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(|it| it.same_as.is_none() && !it.withdrawn)
    }

    /// The cases of a root: those in which it was found, those that it explains, and those that nothing
    /// explains and that differ as one of its findings did.
    pub(super) fn shown(&self, root: u32) -> Shown {
        let mut shown = Shown::default();
        for ((number, signatures), cases) in &self.diverged {
            if self.root_of(*number, signatures) == Some(root) {
                shown.add(signatures, *cases);
            }
        }
        shown
    }

    /// The root of cases with these signatures: that of the divergence with this number, unless it was
    /// withdrawn. Otherwise nothing explains them; what an explained root shows alike would have been
    /// explained by it, so that others come first.
    fn root_of(&self, number: Option<u32>, signatures: &[Signature]) -> Option<u32> {
        let mut findings = self.findings.iter();
        let own = findings.find(|it| Some(it.number) == number && !it.withdrawn);
        if let Some(finding) = own {
            return Some(finding.root());
        }
        let alike = |it: &&Finding| !it.withdrawn && signatures.contains(&it.signature);
        let alike = self.findings.iter().filter(alike);
        let first = alike.min_by_key(|it| (it.explained.is_some(), it.number));
        first.map(Finding::root)
    }

    /// The smallest case of a root, among all ways to it.
    pub(super) fn smallest(&self, root: u32) -> Option<&Finding> {
        let ways = self.findings.iter().filter(|it| it.root() == root);
        ways.min_by_key(|it| (it.case.definition().to_string().len(), it.number))
    }

    /// The reasons for a verdict, the most frequent first, and how many cases have others.
    pub(super) fn reasons(&self, verdict: Verdict) -> (Vec<Reason>, u64) {
        let Some(reasons) = self.reasons.get(&verdict) else {
            return (Vec::new(), 0);
        };
        let groups = reasons.groups.values().cloned();
        let mut groups: Vec<Reason> = groups
            .map(|it| Reason {
                text: self.told(verdict, it.text),
                ..it
            })
            .collect();
        groups.sort_by(|left, right| {
            let by_cases = right.cases.cmp(&left.cases);
            by_cases.then_with(|| left.text.cmp(&right.text))
        });
        (groups, reasons.others)
    }

    /// A reason for a reader.
    fn told(&self, verdict: Verdict, text: String) -> String {
        match verdict {
            _ if text == UNRECORDED => text,
            Verdict::Known => {
                let entries = self.header.iter().flat_map(|it| &it.ledger);
                let mut entries = entries.filter(|entry| entry.id == text);
                match entries.next() {
                    Some(entry) => format!("{text}: {}", entry.title),
                    None => text,
                }
            }
            Verdict::Unknown | Verdict::Unsupported => format!("failed to {text}"),
            Verdict::Flaky => format!("did not come back: {text}"),
            _ => text,
        }
    }

    /// What a case is called to replay it.
    pub(super) fn called(&self, case: u64) -> String {
        let seed = self.header.as_ref().map_or(0, |header| header.seed);
        format!("{seed}:{case}")
    }

    /// The command that replays a case of this run.
    pub(super) fn replay(&self, case: &str) -> String {
        let options = self.header.as_ref().map_or("", |it| it.replay.as_str());
        let command = format!("stepproof replay {case} {options}");
        command.trim_end().to_owned()
    }

    /// What is told at the end on a terminal: the reasons for all verdicts that have some, and how to
    /// go on with a run that is not finished.
    #[cfg(feature = "cli")]
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (file, turns) in &self.turns {
            let turns = self.turns(turns, plain);
            lines.push(format!("{}: {turns}", plain(file)));
        }
        for (kind, reason, count, first) in self.left_out_because() {
            let machines = noun(count, "machine");
            let (head, more) = reason.split_once('\n').unwrap_or((reason, ""));
            let first = plain(first);
            lines.push(format!(
                "{:<12}{count:>6}  {machines}: failed to {head} (first: {first})",
                kind.name()
            ));
            lines.extend(more.lines().map(str::to_owned));
        }
        let rules = self.rules.told(|case| self.called(case));
        for (what, cases, text) in rules.iter().take(RULES) {
            lines.push(row(what, *cases, text));
        }
        if rules.len() > RULES {
            lines.push(format!("and {} more, in the report", rules.len() - RULES));
        }
        for finding in self.roots() {
            let root = finding.number;
            let sentence = plain(&finding.sentence());
            let shown = self.shown(root).words();
            lines.push(format!("root {root}: {sentence} ({shown})"));
        }
        let given = lines.len();
        for verdict in EXPLAINED {
            let (reasons, mut others) = self.reasons(verdict);
            for reason in reasons.iter().take(SHOWN) {
                let first = reason.first.map_or_else(String::new, |case| {
                    format!(" (first: {})", self.called(case))
                });
                let text = format!("{}{first}", reason.text);
                lines.push(row(verdict.name(), reason.cases, &text));
            }
            others += reasons.iter().skip(SHOWN).map(|it| it.cases).sum::<u64>();
            if others > 0 {
                lines.push(row(verdict.name(), others, "for other reasons"));
            }
        }
        if lines.len() > given {
            lines.push(format!("replay one: {}", self.replay("SEED:INDEX")));
        }
        let ending = self.ending.as_ref();
        if let Some(page) = ending.and_then(|it| it.page.as_ref()) {
            lines.push(format!("report: {}", page.display()));
        }
        if let Some(command) = ending.and_then(|it| it.go_on.as_ref()) {
            lines.push(format!("the run is not finished; go on with: {command}"));
        }
        lines
    }
}

/// What is said of a case for whose verdict no reason is kept.
const UNRECORDED: &str = "no reason is recorded";

#[cfg(feature = "cli")]
fn row(what: &str, cases: u64, text: &str) -> String {
    format!("{what:<12}{cases:>6}  {text}")
}

fn is_judged(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Agree | Verdict::Diverge | Verdict::Known)
}

/// A finding that is told in one line.
#[cfg(feature = "cli")]
pub(super) fn found(finding: &Finding) -> String {
    let what = if finding.withdrawn {
        "was withdrawn: its case did not diverge again".to_owned()
    } else if let Some(first) = finding.same_as {
        let why = finding.grouped.iter().map(|why| format!(": {why}"));
        format!("is another way to root {first}{}", why.collect::<String>())
    } else {
        let (root, sentence) = (finding.number, finding.sentence());
        return format!(
            "root {root}: {sentence}; it was found before; replay it: {}",
            finding.replay
        );
    };
    let (number, signature) = (finding.number, &finding.signature);
    format!("divergence {number} ({signature}) {what}")
}

/// A name on a terminal.
#[cfg(feature = "cli")]
pub(super) fn plain(name: &str) -> String {
    super::visible::on_one_line(name).into_owned()
}

/// The files that are no machines, the first of them by name, as `quoted` writes it.
pub(super) fn skipped(files: &[String], quoted: fn(&str) -> String) -> String {
    let files: Vec<String> = files.iter().map(|it| quoted(it)).collect();
    let names = first_of(&files, SKIPPED);
    format!("skipped, not a state machine (no States): {names}")
}

#[cfg(test)]
mod tests {
    use super::{REASONS, Reason, Reasons, common};

    #[test]
    fn reasons_that_differ_in_numbers_are_one() {
        assert_eq!(
            common("12 ms late at 127.0.0.1:80"),
            "# ms late at #.#.#.#:#"
        );
        let mut reasons = Reasons::default();
        reasons.add("wait 12 ms", 1, Some(9));
        reasons.add("wait 7 ms", 1, Some(3));
        reasons.add("wait 8 ms", 2, None);
        let all: Vec<_> = reasons.groups.into_values().collect();
        assert_eq!(
            all,
            [Reason {
                text: "wait 7 ms".to_owned(),
                cases: 4,
                first: Some(3)
            }]
        );
    }

    #[test]
    fn reasons_are_bounded() {
        let mut reasons = Reasons::default();
        for n in 0..REASONS + 5 {
            reasons.add(&"x".repeat(n), 1, None);
        }
        assert_eq!((reasons.groups.len(), reasons.others), (REASONS, 5));
    }
}

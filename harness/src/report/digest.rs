//! What a run came to, collected from its events: the last lines on a terminal, and the page of the
//! run, say the same.

use std::collections::{BTreeMap, HashMap};

use super::{Ending, Event, Finding, Header, MachineNotice, Reporter, rules::Rules};
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
    /// The machines that the user gave that are not run, and why: completes "failed to …".
    pub(super) left_out: BTreeMap<String, String>,
    /// How many cases of each machine that the user gave were run, and how many of them judged.
    pub(super) turns: BTreeMap<String, (u64, u64)>,
    pub(super) skipped: Vec<String>,
    /// What the engine says about definitions.
    pub(super) rules: Rules,
    reasons: BTreeMap<Verdict, Reasons>,
    /// How many cases diverge with each signature.
    diverged: HashMap<Signature, u64>,
    pub(super) findings: Vec<Finding>,
    pub(super) withdrawn: Vec<(u32, Signature)>,
    pub(super) checks: Vec<StaleCheck>,
    pub(super) warnings: Vec<String>,
    pub(super) ending: Option<Ending>,
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
                machine,
            } => {
                if is_judged(*verdict) {
                    self.rules.judged(*index, signatures, coverage);
                }
                self.judged(*index, *verdict, signatures, why);
                if let Some(machine) = machine {
                    let (run, judged) = self.turns.entry(machine.clone()).or_default();
                    *run += 1;
                    *judged += u64::from(is_judged(*verdict));
                }
            }
            Event::Earlier(finding) if finding.withdrawn => {
                self.withdrawn
                    .push((finding.number, finding.signature.clone()));
            }
            Event::Divergence(finding) | Event::AnotherWay(finding) | Event::Earlier(finding) => {
                self.findings.push(Finding::clone(finding));
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
            Event::LedgerChecked(_) | Event::Unreachable { .. } => {}
            Event::Warning(text) => self.warnings.push(text.clone()),
            Event::RunFinished(ending) => self.ending = Some(Ending::clone(ending)),
        }
    }
}

impl Digest {
    fn machine(&mut self, notice: &MachineNotice) {
        let file = notice.file.clone();
        match &notice.unsupported {
            Some(reason) => {
                self.left_out.insert(file, reason.clone());
            }
            None => {
                self.turns.entry(file).or_default();
            }
        }
    }

    fn judged(&mut self, index: u64, verdict: Verdict, signatures: &[Signature], why: &[String]) {
        match verdict {
            Verdict::Agree => {}
            Verdict::Diverge => {
                for signature in signatures {
                    *self.diverged.entry(signature.clone()).or_default() += 1;
                }
            }
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
        let run = self.turns.iter().filter(|(_, (_, judged))| *judged == 0);
        let run = run.map(|(file, _)| file);
        let mut files: Vec<String> = self.left_out.keys().chain(run).cloned().collect();
        files.sort_unstable();
        files
    }

    /// How many cases diverge like a finding.
    pub(super) fn cases_like(&self, finding: &Finding) -> u64 {
        let cases = self.diverged.get(&finding.signature);
        cases.copied().unwrap_or_default()
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
        let rules = self.rules.told(|case| self.called(case));
        for (what, cases, text) in rules.iter().take(RULES) {
            lines.push(row(what, *cases, text));
        }
        if rules.len() > RULES {
            lines.push(format!("and {} more, in the report", rules.len() - RULES));
        }
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
        if !lines.is_empty() {
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
        format!("is another way to divergence {first}: its case became the same")
    } else {
        format!("was found before; replay it: {}", finding.replay)
    };
    format!(
        "divergence {} ({}) {what}",
        finding.number, finding.signature
    )
}

/// The files that are no machines, the first of them by name.
pub(super) fn skipped(files: &[String]) -> String {
    let mut names = files[..files.len().min(SKIPPED)].join(", ");
    if files.len() > SKIPPED {
        names = format!("{names} and {} more", files.len() - SKIPPED);
    }
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

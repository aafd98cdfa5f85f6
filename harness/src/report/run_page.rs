//! Lays out a run as a page.

use std::fmt::Write;

use stepproof_specs::clause::REGISTRY;

use super::{
    Digest, Header, LeftOut,
    digest::{self, EXPLAINED},
    human,
    page::{code, fenced, listed},
    visible::on_one_line,
    words::{first_of, plural},
};
use crate::judge::{ledger::Staleness, verdict::Verdict};

/// The most machines that are named with a divergence.
const MACHINES: usize = 8;

impl Digest {
    /// The run as a page in Markdown; empty before the run has begun. Before it has ended, the page says
    /// so.
    pub fn markdown(&self) -> String {
        self.header
            .as_ref()
            .map_or_else(String::new, |header| page(self, header))
    }
}

fn page(digest: &Digest, header: &Header) -> String {
    let mut text = format!(
        "# Run on {} {}\n\n",
        on_one_line(&header.engine),
        on_one_line(&header.engine_version)
    );
    ending(&mut text, digest, header);
    text.push('\n');
    for (what, value) in facts(digest, header) {
        let _ = writeln!(text, "- {what}: {}", on_one_line(&value));
    }
    verdicts(&mut text, digest);
    text.push_str(&digest.rules.section(|case| digest.called(case)));
    findings(&mut text, digest);
    for verdict in EXPLAINED {
        reasons(&mut text, digest, verdict);
    }
    machines(&mut text, digest);
    ledger(&mut text, digest);
    if !digest.warnings.is_empty() {
        text.push_str("\n## Warnings\n\n");
        for warning in &digest.warnings {
            let _ = writeln!(text, "- {}", listed(warning, ""));
        }
    }
    let command = digest.replay("SEED:INDEX");
    fenced(&mut text, "Replay a case", "sh", &command);
    text
}

/// How the run ended, and how to go on with one that is not finished.
fn ending(text: &mut String, digest: &Digest, header: &Header) {
    let Some(ending) = &digest.ending else {
        text.push_str("**The run has not ended.**");
        if let Some(directory) = &header.directory {
            let command = format!("stepproof run --resume {}", directory.display());
            let _ = write!(text, " If nothing runs it, go on with {}.", code(&command));
        }
        text.push('\n');
        return;
    };
    let why = ending.why.as_deref();
    let why = why.unwrap_or("exit status 0: everything that was judged agrees or is known");
    let _ = writeln!(text, "**{}**", on_one_line(why));
    if let Some(command) = &ending.go_on {
        let command = code(command);
        let _ = writeln!(text, "\nThe run is not finished; go on with {command}.");
    }
}

/// What the run was, one fact per line.
fn facts(digest: &Digest, header: &Header) -> Vec<(&'static str, String)> {
    let engine = format!("{} {}", header.engine, header.engine_version);
    let mut facts = vec![
        ("engine", engine),
        ("judged by", header.policy.to_string()),
        ("stepproof", header.stepproof.clone()),
        ("seed", header.seed.to_string()),
        ("profile", header.profile.clone()),
    ];
    for dropped in &header.dropped {
        facts.push(("run", dropped.to_string()));
    }
    if !header.rarely.is_empty() {
        facts.push(("drawn rarely", header.rarely.join(", ")));
    }
    let planned = match header.cases {
        Some(cases) => cases.to_string(),
        None => "as many as the time holds".to_owned(),
    };
    facts.push(("cases planned", planned));
    if let Some(ending) = &digest.ending {
        let exercised = ending.summary.coverage.len();
        let all = REGISTRY.len();
        facts.push(("clauses exercised", format!("{exercised} of {all}")));
        facts.push(("time", human(ending.summary.elapsed)));
    }
    facts
}

fn verdicts(text: &mut String, digest: &Digest) {
    let Some(ending) = &digest.ending else {
        return;
    };
    let summary = &ending.summary;
    let _ = write!(
        text,
        "\n## Verdicts\n\n{}, {} judged.\n\n| verdict | cases |\n|---|---:|\n",
        plural(summary.cases(), "case"),
        summary.judged()
    );
    for verdict in Verdict::ALL {
        let _ = writeln!(text, "| {} | {} |", verdict.name(), summary.of(verdict));
    }
}

fn findings(text: &mut String, digest: &Digest) {
    text.push_str("\n## Roots of new divergences\n\n");
    if digest.findings.is_empty() && digest.withdrawn.is_empty() {
        text.push_str("None.\n");
        return;
    }
    for finding in digest.roots() {
        let root = finding.number;
        let _ = write!(text, "- root {root}: {}", code(&finding.sentence()));
        if let Some(clause) = finding.clause {
            let _ = write!(text, ", clause {}", code(clause.entry().id));
        }
        let _ = write!(text, ", {}", digest.shown(root).words());
        let machines = digest.machines_like(finding);
        let machines: Vec<String> = machines.into_iter().map(code).collect();
        let machines = first_of(&machines, MACHINES);
        if !machines.is_empty() {
            let _ = write!(text, " of {machines}");
        }
        let smallest = digest.smallest(root).unwrap_or(finding);
        let _ = writeln!(text, "; {}", code(&smallest.replay));
        let confidence = finding.confidence();
        let _ = writeln!(text, "  {}", on_one_line(&confidence));
        if let Some(source) = &finding.source {
            let _ = writeln!(text, "  found in {}", code(&source.words()));
        }
    }
    for finding in digest.findings.iter().filter(|it| it.same_as.is_some()) {
        let (number, root) = (finding.number, finding.root());
        let signature = code(&finding.signature.to_string());
        let _ = writeln!(
            text,
            "- divergence {number}: {signature}, another way to root {root}"
        );
        if let Some(why) = &finding.grouped {
            let _ = writeln!(text, "  grouped: {}", on_one_line(why));
        }
    }
    for (number, signature) in &digest.withdrawn {
        let signature = code(&signature.to_string());
        let _ = writeln!(
            text,
            "- {number}: {signature}, withdrawn: its case did not diverge when it was loaded from \
             its file and run again"
        );
    }
}

fn reasons(text: &mut String, digest: &Digest, verdict: Verdict) {
    let (reasons, others) = digest.reasons(verdict);
    if reasons.is_empty() {
        return;
    }
    let (title, what) = match verdict {
        Verdict::Known => (
            "Known divergences",
            "The ledger names everything that differs.",
        ),
        Verdict::Unsupported => ("Unsupported", "The engine or the reference cannot run it."),
        Verdict::Poisoned => (
            "Poisoned",
            "Something differs, but several outcomes are legal or the reference is not certain.",
        ),
        Verdict::Flaky => ("Flaky", "Something differed and was not reproduced."),
        _ => ("Unknown", "Trouble outside the semantics."),
    };
    let _ = write!(text, "\n## {title}\n\n{what}\n\n");
    for reason in &reasons {
        let first = reason.first.map(|case| digest.called(case));
        let first = first.map_or_else(String::new, |case| format!(", first in {case}"));
        let (cases, reason) = (plural(reason.cases, "case"), listed(&reason.text, &first));
        let _ = writeln!(text, "- {cases}: {reason}");
    }
    if others > 0 {
        let _ = writeln!(text, "- {}: for other reasons", plural(others, "case"));
    }
}

/// The machines that the user gave.
fn machines(text: &mut String, digest: &Digest) {
    if digest.turns.is_empty() && digest.left_out.is_empty() && digest.skipped.is_empty() {
        return;
    }
    text.push_str("\n## Machines\n\n");
    if let Some(machines) = digest.machines() {
        let _ = writeln!(text, "{}.\n", machines.line());
    }
    for (file, turns) in &digest.turns {
        let turns = digest.turns(turns, code);
        let _ = writeln!(text, "- {}: {}", code(file), turns);
    }
    for (file, LeftOut { kind, reason }) in &digest.left_out {
        let (kind, reason) = (kind.name(), listed(&format!("failed to {reason}"), ""));
        let _ = writeln!(text, "- {}: {kind}, {reason}", code(file));
    }
    if !digest.skipped.is_empty() {
        let skipped = digest::skipped(&digest.skipped, code);
        let _ = writeln!(text, "- {skipped}");
    }
}

/// The entries of the ledger that do not hold as they are.
fn ledger(text: &mut String, digest: &Digest) {
    if digest.checks.is_empty() {
        return;
    }
    text.push_str("\n## Ledger\n\n");
    for check in &digest.checks {
        let outcome = match &check.outcome {
            Staleness::Confirmed => continue,
            Staleness::Stale => "stale: it no longer diverges".to_owned(),
            Staleness::Changed(signatures) => {
                let signatures: Vec<_> = signatures.iter().map(ToString::to_string).collect();
                format!("changed: it diverges otherwise: {}", signatures.join("; "))
            }
            Staleness::Unjudged(why) => format!("unchecked: {why}"),
        };
        let _ = writeln!(text, "- {}: {}", code(&check.entry), listed(&outcome, ""));
    }
}

//! What an engine says about definitions, by the rule that they break: which it refuses and which it
//! misses, and what it refuses although it breaks none.

use std::{collections::BTreeMap, fmt::Write};

use stepproof_specs::clause::{Aspect, Basis, Clause, Coverage};

use super::page::code;
use crate::judge::verdict::Signature;

/// What an engine says about definitions. Rules that are only assumed are not among them.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// By the rule that definitions break.
    broken: BTreeMap<&'static str, Broken>,
    /// What it objects to in definitions that break no rule: by its own rule, and what it is about.
    objections: BTreeMap<(String, String), Cases>,
    /// How many definitions that break no rule it accepts.
    accepted: u64,
}

/// Definitions that break a rule.
#[derive(Debug, Default)]
struct Broken {
    /// How many it refuses of those that break no other rule, so that this one is the reason.
    refused: u64,
    /// Those that it accepts.
    missed: Cases,
}

/// Some cases of a run.
#[derive(Debug, Default)]
struct Cases {
    count: u64,
    first: Option<u64>,
}

impl Cases {
    fn add(&mut self, index: u64) {
        self.count += 1;
        self.first = self.first.into_iter().chain([index]).min();
    }
}

impl Rules {
    /// A case was judged; `coverage` has the rules that its definition breaks, if it is not started.
    pub fn judged(&mut self, index: u64, signatures: &[Signature], coverage: &Coverage) {
        let answers = signatures
            .iter()
            .filter(|it| it.aspect == Aspect::Acceptance);
        let mut differs = false;
        for signature in answers {
            differs = true;
            let Some(actual) = signature.shape.actual() else {
                continue;
            };
            match (signature.broken_rule(), actual.word.as_str()) {
                (Some(rule), "accepted") => self.of(rule).missed.add(index),
                (None, "refused") => {
                    let rule = actual.class.clone().unwrap_or_default();
                    let about = (rule, signature.kind.clone());
                    self.objections.entry(about).or_default().add(index);
                }
                _ => {}
            }
        }
        if differs {
            return;
        }
        let mut rules = coverage.iter().filter(|it| is_sure_rule(*it));
        match (rules.next(), rules.next()) {
            (Some(Clause::ValidateAccepts), None) => self.accepted += 1,
            (Some(rule), None) => self.of(rule).refused += 1,
            _ => {}
        }
    }

    fn of(&mut self, rule: Clause) -> &mut Broken {
        self.broken.entry(rule.entry().id).or_default()
    }

    /// As a section of a page; nothing if no definition was judged.
    pub fn section(&self, called: impl Fn(u64) -> String) -> String {
        let mut text = String::new();
        if self.broken.is_empty() && self.objections.is_empty() && self.accepted == 0 {
            return text;
        }
        let first = |cases: &Cases| cases.first.map_or_else(String::new, &called);
        text.push_str(
            "\n## Rules of creation\n\nOf the definitions that break a rule, those that were refused \
             for this one alone, and those that were accepted.\n\n\
             | rule | refused | missed | first missed |\n|---|---:|---:|---|\n",
        );
        for (rule, Broken { refused, missed }) in &self.broken {
            let (rule, count, first) = (code(rule), missed.count, first(missed));
            let _ = writeln!(text, "| {rule} | {refused} | {count} | {first} |");
        }
        let refused: u64 = self.objections.values().map(|it| it.count).sum();
        let _ = writeln!(
            text,
            "\nOf the definitions that break no rule, {} were accepted and {refused} refused.",
            self.accepted
        );
        if refused > 0 {
            text.push_str(
                "\n| the engine's reason | about | refused | first |\n|---|---|---:|---|\n",
            );
        }
        for ((rule, about), cases) in &self.objections {
            let (rule, about, first) = (code(rule), code(about), first(cases));
            let _ = writeln!(text, "| {rule} | {about} | {} | {first} |", cases.count);
        }
        text
    }

    /// The same for a terminal: how many definitions, and what about them. The most frequent come
    /// first.
    #[cfg(feature = "cli")]
    pub fn told(&self, called: impl Fn(u64) -> String) -> Vec<(&'static str, u64, String)> {
        let first = |cases: &Cases| cases.first.map_or_else(String::new, &called);
        let missed = self.broken.iter().filter(|(_, it)| it.missed.count > 0);
        let missed = missed.map(|(rule, Broken { refused, missed })| {
            let all = refused + missed.count;
            let text = format!("{rule}, of {all} that break it (first: {})", first(missed));
            ("missed", missed.count, text)
        });
        let objections = self.objections.iter().map(|((rule, about), cases)| {
            let text = format!("{rule} about {about} (first: {})", first(cases));
            ("refused", cases.count, text)
        });
        let mut told: Vec<_> = missed.chain(objections).collect();
        told.sort_by(|left, right| (left.0, right.1, &left.2).cmp(&(right.0, left.1, &right.2)));
        told
    }
}

/// Whether a clause is a rule of creation for which there is evidence.
fn is_sure_rule(clause: Clause) -> bool {
    let entry = clause.entry();
    entry.id.starts_with("validate.") && entry.basis != Basis::Assumed
}

#[cfg(test)]
mod tests {
    use stepproof_specs::clause::{Clause, Coverage};

    use super::Rules;

    fn coverage(clauses: &[Clause]) -> Coverage {
        clauses.iter().copied().collect()
    }

    fn rules() -> Rules {
        let missed = "acceptance Retry - SCHEMA_VALIDATION_FAILED(validate.low)≠accepted";
        let refused = "acceptance State.Assign - accepted≠refused:Field-not-allowed";
        let listed = "diagnostics Task - SCHEMA_VALIDATION_FAILED(validate.low)≠absent";
        let low = [Clause::ValidateLow];
        let two = [Clause::ValidateLow, Clause::ValidateHigh];
        let doubtful = [Clause::ValidateLow, Clause::ValidateUnknownInner];
        let cases: [(&[&str], &[Clause]); 9] = [
            (&[], &[Clause::ValidateAccepts]),
            (&[refused], &[Clause::ValidateAccepts]),
            (&[refused], &[Clause::ValidateAccepts]),
            (&[missed], &low),
            (&[missed], &two),
            // It refuses these, though not for what AWS says.
            (&[listed], &low),
            (&[], &doubtful),
            // Nobody knows for which of them.
            (&[], &two),
            // An execution.
            (&[], &[Clause::PassResult]),
        ];
        let mut rules = Rules::default();
        for (index, (signatures, clauses)) in (0_u64..).zip(cases.iter()) {
            let signatures: Vec<_> = signatures.iter().map(|it| it.parse().unwrap()).collect();
            rules.judged(index, &signatures, &coverage(clauses));
        }
        rules
    }

    #[test]
    fn what_is_refused_and_what_is_missed_is_counted_by_rule() {
        let section = rules().section(|case| format!("7:{case}"));
        let rows: Vec<&str> = section.lines().filter(|it| it.contains("| `")).collect();
        assert_eq!(
            rows,
            [
                "| `validate.low` | 2 | 2 | 7:3 |",
                "| `Field-not-allowed` | `State.Assign` | 2 | 7:1 |",
            ]
        );
        assert!(section.contains("no rule, 1 were accepted and 2 refused."));
        assert_eq!(Rules::default().section(|_| String::new()), "");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_terminal_is_told_the_same() {
        let told = rules().told(|case| format!("7:{case}"));
        let missed = "validate.low, of 4 that break it (first: 7:3)";
        let refused = "Field-not-allowed about State.Assign (first: 7:1)";
        assert_eq!(
            told,
            [
                ("missed", 2, missed.to_owned()),
                ("refused", 2, refused.to_owned()),
            ]
        );
    }
}

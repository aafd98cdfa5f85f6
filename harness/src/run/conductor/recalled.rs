//! What the earlier sessions of a run came to.

use std::collections::HashSet;

use super::{
    Conductor, is_divergence,
    reported::{self, Reported},
    tell,
};
use crate::{
    job::Lane,
    judge::verdict::Verdict,
    report::Event,
    run::{Standing, quiet},
    store::{Detail, FindingRecord, JudgedCase, ReductionRecord, Stored},
};

impl Conductor<'_> {
    /// Takes in what is stored, and tells of it.
    pub(super) fn recall(&mut self, stored: Stored) {
        let reductions = stored.findings.iter().filter_map(|(_, it)| it.as_ref());
        let explained = reductions.filter(|it| it.detail.explains());
        let explained: HashSet<u32> = explained.map(|it| it.number).collect();
        for case in &stored.cases {
            tell(case, &self.context, &mut self.summary, self.reporter);
            let root = case.root.filter(|it| explained.contains(it));
            self.groups.count(case.verdict, root, &case.coverage);
            if let Some(root) = root {
                *self.under.entry(root).or_default() += 1;
            }
        }
        let lane = if quiet::is_exact(self.context.engine.profile()) {
            Lane::Quiet
        } else {
            Lane::Throughput
        };
        let agreed = |case: &&JudgedCase| case.verdict == Verdict::Agree;
        for case in stored.cases.iter().filter(agreed) {
            self.witnesses.add(case.index, lane, case.coverage);
        }
        self.done = stored.cases.iter().map(|case| case.index).collect();
        self.diverged = stored.cases.into_iter().filter(is_divergence).collect();
        self.findings = stored.findings.len() as u32;
        for (finding, reduction) in stored.findings {
            self.recall_finding(finding, reduction);
        }
    }

    fn recall_finding(&mut self, finding: FindingRecord, reduction: Option<ReductionRecord>) {
        let withdrawn = reduction.as_ref().is_some_and(ReductionRecord::withdraws);
        let before = self.bugbase.standing(&finding.signature);
        if !withdrawn {
            self.bugbase.note(&finding.signature, Standing::Confirmed);
        } else if before != Standing::Confirmed {
            self.bugbase.note(&finding.signature, Standing::Withdrawn);
        }
        *self.looked.entry(finding.signature.clone()).or_default() += 1;
        let Some(reduction) = reduction else {
            self.summary.roots += 1;
            self.reductions.push_back(finding);
            return;
        };
        let mut page = self.context.judge.finding(&finding, &reduction);
        if withdrawn {
            self.reporter.event(&Event::Earlier(Box::new(page)));
            return;
        }
        let explained = reduction.detail.explains();
        let Detail {
            root,
            explanations,
            grouped,
            ..
        } = &reduction.detail;
        let roots = &mut self.roots;
        let placed = explained.then(|| roots.place(finding.number, explanations, |_| false));
        let same_as = root.or(placed.flatten());
        let same_as = same_as.or_else(|| reported::same_case(&self.reported, &reduction));
        let root = same_as.unwrap_or(finding.number);
        // What an explanation has put under a root is no evidence of a group.
        if same_as.is_none() || grouped.is_some() {
            self.groups.placed(&finding, &reduction, root, explained);
        }
        self.summary.roots += u64::from(same_as.is_none());
        page.same_as = same_as;
        self.reporter.event(&Event::Earlier(Box::new(page)));
        self.reported.push(Reported {
            finding,
            reduction,
            same_as,
        });
    }
}

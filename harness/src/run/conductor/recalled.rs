//! What the earlier sessions of a run came to.

use std::collections::HashSet;

use super::{Conductor, is_divergence, reported::Reported, tell};
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
        let under = &self.under;
        self.roots
            .recall(|root| under.get(&root).copied().unwrap_or_default());
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
            root: same_as,
            explanations,
            doubted,
            grouped,
            ..
        } = &reduction.detail;
        let same_as = *same_as;
        if explained {
            match same_as {
                Some(root) => self.roots.join(root, explanations),
                None => self.roots.add(finding.number, explanations),
            }
        }
        // What an explanation has put under a root is no evidence of a group.
        if same_as.is_none() || grouped.is_some() {
            let root = same_as.unwrap_or(finding.number);
            let sure = explained && !doubted;
            self.groups.placed(&finding, &reduction, root, sure);
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

#[cfg(all(test, feature = "store"))]
mod tests {
    use std::sync::Arc;

    use stepproof_specs::deviation::{Change, Deviation, Field, Hook};

    use crate::{
        judge::verdict::Signature,
        run::{
            Context, Stop,
            conductor::Conductor,
            tests::scripted::{ByName, Heard, Numbered, options, record, scripted},
        },
        shrink::{Ended, trivial_case},
        store::{Detail, FindingRecord, Journal as _, ReductionRecord, Replay, Store},
    };

    fn finding(number: u32, explanations: &[Deviation]) -> (FindingRecord, ReductionRecord) {
        let signature: Signature = format!("path - - bug{number}").parse().unwrap();
        let finding = FindingRecord {
            number,
            slug: format!("bug-{number}"),
            signature,
            index: number.into(),
            reproduced: 3,
            repetitions: 3,
            original: trivial_case(),
            detail: Detail::default(),
        };
        let reduction = ReductionRecord {
            number,
            minimal: trivial_case(),
            states: 1,
            candidates: 1,
            calls: 1,
            ended: Ended::Minimal,
            error: None,
            detail: Detail {
                explanations: explanations.to_vec(),
                ..Detail::default()
            },
            replay: Replay::CameBack,
        };
        (finding, reduction)
    }

    /// An explanation is as sure as it was, and is under the root under which it was.
    #[test]
    fn a_resumed_run_has_the_same_standing() {
        let deviation = |more| Deviation::new(Hook::Field(Field::MaxAttempts), Change::Add(more));
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::create(directory.path(), record()).unwrap();
        let (sure, reduction) = finding(1, &[deviation(1)]);
        store.append_finding(sure);
        store.append_reduction(reduction);
        let (doubted, mut reduction) = finding(2, &[deviation(2)]);
        reduction.detail.doubted = true;
        store.append_finding(doubted);
        store.append_reduction(reduction);
        let (alike, reduction) = finding(3, &[deviation(1), deviation(3)]);
        store.append_finding(alike);
        store.append_reduction(reduction);
        store.commit().unwrap();
        let context = Arc::new(Context {
            engine: Arc::new(scripted(|_, _| Ok(vec![]))),
            source: Arc::new(Numbered),
            judge: Arc::new(ByName),
            stop: Stop::default(),
        });
        let mut heard = Heard::default();
        let store = Box::new(store);
        let conductor = Conductor::new(context, options(9), store, &mut heard).unwrap();
        let sure = [1, 2, 3].map(|number| conductor.groups.is_explained(number));
        assert_eq!(sure, [true, false, true]);
        let own = [1, 2, 3].map(|number| conductor.roots.explains_finding(number));
        assert_eq!(own, [true, true, true]);
        assert_eq!(conductor.summary.roots, 3);
    }
}

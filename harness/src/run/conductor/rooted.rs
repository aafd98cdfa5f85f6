//! Which root a divergence has.

use stepproof_specs::deviation::Deviation;

use super::{
    Conductor,
    reported::{self, Reported},
    results::Ran,
};
use crate::{
    job::{self, Lane, Prepared},
    judge::{explain::Sight, verdict::Judgement},
    raw::RawRun,
    report::Event,
    run::{
        groups::{Like, Regrouped},
        roots::{self, Explained},
    },
    store::{Detail, FindingRecord, ReductionRecord, StoreError},
};

/// How many of the cases that wait are asked whether an explanation holds for them, too.
const ASKED: usize = 48;

impl Conductor<'_> {
    /// What explains a case, if something does.
    pub(super) fn explained(&mut self, ran: &Ran) -> Option<Explained> {
        let (raw, judgement) = roots::seen(&ran.attempt.outcome);
        self.explained_as_seen(&ran.ready.prepared, raw, judgement)
    }

    fn explained_as_seen(
        &mut self,
        prepared: &Prepared,
        raw: Option<&RawRun>,
        judgement: Option<&Judgement>,
    ) -> Option<Explained> {
        let overhead = self.control.overhead();
        let Self {
            roots,
            context,
            witnesses,
            ..
        } = self;
        let known = roots.all();
        let refuted = |it: &Deviation| roots::is_refuted(context, it, &known, &witnesses.all());
        let covered = roots::covered(context, prepared, judgement);
        let look = |sight: &Sight<'_>| roots.explaining(sight, refuted, covered);
        roots::with_sight(context, prepared, raw, judgement, overhead, look).flatten()
    }

    /// The number of the root that is known by now and explains a finding: its case need not be
    /// reduced.
    pub(super) fn root_of_finding(&mut self, finding: &FindingRecord) -> Option<u32> {
        let prepared = job::prepare(&finding.original, Lane::Quiet).ok()?;
        let Detail { raw, judgement, .. } = &finding.detail;
        match self.explained_as_seen(&prepared, raw.as_ref(), judgement.as_ref()) {
            Some(Explained::Root(root)) => Some(root),
            _ => None,
        }
    }

    /// Puts a reduced divergence under the root of an earlier one, if it has the same.
    pub(super) fn place(
        &mut self,
        finding: &FindingRecord,
        reduction: &mut ReductionRecord,
    ) -> Result<(), StoreError> {
        if reduction.detail.root.is_some() {
            return Ok(());
        }
        let explanations = &reduction.detail.explanations;
        let known = self.roots.all();
        let agreed = self.witnesses.all();
        let refuted = |it: &Deviation| roots::is_refuted(&self.context, it, &known, &agreed);
        reduction.detail.root = self.roots.place(finding.number, explanations, refuted);
        if reduction.detail.root.is_some() {
            return Ok(());
        }
        // What looks as if, but does not explain the cases that wait either, may be something else.
        let sure = explanations.first().is_some_and(|it| self.holds_beside(it));
        reduction.detail.doubted = !sure && !reduction.detail.explanations.is_empty();
        let same = self.groups.place(finding, reduction, sure);
        if sure {
            return Ok(());
        }
        let Some(like) = same.or_else(|| self.explained_like(finding.number)) else {
            reduction.detail.root = reported::same_case(&self.reported, reduction);
            return Ok(());
        };
        self.roots.forget(finding.number);
        reduction.detail.root = Some(like.root);
        reduction.detail.grouped = Some(like.why);
        reduction.detail.explanations.clear();
        reduction.detail.doubted = false;
        if like.doubted && self.roots.forget(like.root) {
            self.tell(like.root, Vec::new())?;
        }
        Ok(())
    }

    /// Whether an explanation, which is among the roots now, holds for a good part of the cases that
    /// wait and exercise the rule: in the others something else may differ, too.
    fn holds_beside(&self, explanation: &Deviation) -> bool {
        let waiting = self.waiting.iter().map(|it| &it.ran);
        let concerned = waiting.filter(|it| explanation.concerns(&it.ready.coverage));
        let all = self.roots.all();
        let overhead = self.control.overhead();
        let (mut explained, mut asked) = (0, 0);
        for ran in concerned.take(ASKED) {
            let (raw, judgement) = roots::seen(&ran.attempt.outcome);
            let look = |sight: &Sight<'_>| sight.is_explained_by(&all);
            let prepared = &ran.ready.prepared;
            let explains =
                roots::with_sight(&self.context, prepared, raw, judgement, overhead, look);
            asked += usize::from(explains.is_some());
            explained += usize::from(explains.unwrap_or_default());
        }
        4 * explained >= asked
    }

    /// An earlier root whose explanation breaks the rule that is suspected of a divergence.
    fn explained_like(&mut self, number: u32) -> Option<Like> {
        let under = &self.under;
        let explained = |root| under.get(&root).copied().unwrap_or_default();
        self.groups.explained_like(number, explained)
    }

    /// Puts divergences under earlier roots that turn out to have the same, once all cases are counted.
    pub(super) fn regroup(&mut self) -> Result<(), StoreError> {
        let under = &self.under;
        let explained = |root| under.get(&root).copied().unwrap_or_default();
        for Regrouped {
            number,
            root,
            why,
            explains,
        } in self.groups.regroup(explained)
        {
            if !explains && self.roots.forget(root) {
                self.tell(root, Vec::new())?;
            }
            self.roots.forget(number);
            let ways = |it: &&mut Reported| it.root() == number;
            let mut moved = vec![root];
            for reported in self.reported.iter_mut().filter(ways) {
                moved.push(reported.finding.number);
                self.summary.roots -= u64::from(reported.same_as.is_none());
                reported.same_as = Some(root);
                let detail = &mut reported.reduction.detail;
                detail.root = Some(root);
                if detail.grouped.is_none() {
                    detail.grouped = Some(why.clone());
                    detail.explanations.clear();
                }
                let record = reported.reduction.clone();
                if reported.finding.number == number {
                    let mut page = self.context.judge.finding(&reported.finding, &record);
                    page.same_as = Some(root);
                    self.reporter.event(&Event::AnotherWay(Box::new(page)));
                }
                self.store.append_reduction(record);
            }
            let directory = self.store.directory();
            reported::write_pages(&self.context, directory, &self.reported, &moved)?;
        }
        self.tell_suspected()
    }

    /// Tells which rule is suspected of each root that nothing explains.
    fn tell_suspected(&mut self) -> Result<(), StoreError> {
        let mut told = Vec::new();
        for reported in self.reported.iter_mut().filter(|it| it.same_as.is_none()) {
            let number = reported.finding.number;
            let detail = &mut reported.reduction.detail;
            let Some((suspect, why)) = self.groups.suspicion(number) else {
                continue;
            };
            let suspect = suspect.map(|it| it.entry().id.to_owned());
            if detail.explains()
                || (&detail.suspected, detail.grouped.as_ref()) == (&suspect, Some(&why))
            {
                continue;
            }
            detail.suspected = suspect;
            detail.grouped = Some(why);
            told.push(number);
        }
        for number in told {
            self.tell(number, Vec::new())?;
        }
        Ok(())
    }

    /// A case agreed that the best hypotheses of these roots say should not.
    pub(super) fn contradicted(&mut self, all: Vec<(u32, Deviation)>) -> Result<(), StoreError> {
        for (number, hypothesis) in all {
            let witnesses = self.witnesses.all();
            let known = self.roots.all();
            let refuted = |it: &Deviation| roots::is_refuted(&self.context, it, &known, &witnesses);
            if self.roots.contradicted(number, &hypothesis, refuted) {
                self.groups.unexplain(number);
                self.unexplain_ways(number);
                self.tell(number, Vec::new())?;
            }
            self.tell_renamed()?;
        }
        Ok(())
    }

    /// What explained a root and other ways to it does not hold.
    fn unexplain_ways(&mut self, root: u32) {
        let ways = self.reported.iter_mut();
        for way in ways.filter(|it| it.same_as == Some(root) && it.reduction.detail.explains()) {
            let detail = &mut way.reduction.detail;
            detail.explanations.clear();
            let why =
                "it looked as if the same rule was broken, but cases agree that speak against it";
            detail.grouped = Some(why.to_owned());
            self.store.append_reduction(way.reduction.clone());
        }
    }

    /// Tells which roots have another best explanation than when they were reported.
    pub(super) fn tell_renamed(&mut self) -> Result<(), StoreError> {
        for (number, candidates) in self.roots.renamed() {
            self.tell(number, candidates)?;
        }
        Ok(())
    }

    /// Tells what explains a root now.
    fn tell(&mut self, number: u32, candidates: Vec<Deviation>) -> Result<(), StoreError> {
        let named = |it: &&mut Reported| it.finding.number == number;
        let Some(reported) = self.reported.iter_mut().find(named) else {
            return Ok(());
        };
        let detail = &mut reported.reduction.detail;
        // What explains it now explains other cases alone.
        detail.beside &= detail.explanations.first() == candidates.first();
        detail.explanations = candidates;
        let record = reported.reduction.clone();
        let page = self.context.judge.finding(&reported.finding, &record);
        self.store.append_reduction(record);
        self.reporter.event(&Event::Explained(Box::new(page)));
        let directory = self.store.directory();
        reported::write_pages(&self.context, directory, &self.reported, &[number])
    }
}

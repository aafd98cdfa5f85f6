//! The roots of a run's divergences: each is the set of hypotheses that explain all its cases. What the
//! ledger says in deviations is a root that was found before.

#[cfg(feature = "cli")]
use std::collections::BTreeSet;
use std::sync::Arc;

use stepproof_specs::{
    asl::StateType,
    base::time::Millis,
    clause::Coverage,
    deviation::{Deviation, Deviations, When},
};

use super::{Context, Outcome, attempt::ready, witness::Witness};
use crate::{
    job::Prepared,
    judge::{
        explain::{Sight, best, is_refuted_beside},
        verdict::{Difference, Judgement},
    },
    raw::RawRun,
};

/// The roots that are known.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// The ledger's entries, by their ids.
    entries: Arc<[(String, Arc<Deviations>)]>,
    /// Those that were found.
    found: Vec<Root>,
    version: u64,
}

/// What explains all its cases.
#[derive(Debug)]
struct Root {
    /// The number of the finding that showed it first.
    number: u32,
    /// Every hypothesis that explains all of its cases, the best first.
    candidates: Vec<Deviation>,
    /// The best one, when this was last told.
    told: Deviation,
    /// For how many cases all of them have held since one last did not.
    held: u32,
    /// How many cases it explains.
    explained: u32,
    /// How many cases agreed that the best hypothesis says should not.
    against: u32,
}

/// A hypothesis that says of more than one in so many cases wrongly that they diverge is another rule than
/// the one that is broken.
const TOO_OFTEN: u32 = 20;

/// After so many cases for which all hypotheses of a root have held, the best one speaks for the others.
const SETTLED: u32 = 64;

/// What explains a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Explained {
    /// The root with this number.
    Root(u32),
    /// These entries of the ledger, and nothing else.
    Entries(Vec<String>),
}

impl Root {
    /// Keeps the hypotheses that hold for one more case, if any does; says whether others did not.
    fn keep(&mut self, holds: impl Fn(&Deviation) -> bool) -> bool {
        let kept = self.candidates.iter().filter(|it| holds(it));
        let kept: Vec<Deviation> = kept.cloned().collect();
        if kept.is_empty() {
            return false;
        }
        self.held += 1;
        self.explained += 1;
        let fewer = kept.len() < self.candidates.len();
        if fewer {
            self.hold(kept);
        }
        fewer
    }
}

/// What is known of an engine when cases are launched: whoever runs them may ask it.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    /// The ledger's entries, by their ids.
    entries: Arc<[(String, Arc<Deviations>)]>,
    /// The roots whose best hypothesis speaks for the others.
    settled: Vec<(u32, Arc<Deviations>)>,
    /// The best hypothesis of each other root.
    unsettled: Vec<(u32, Deviation)>,
    /// All of these together.
    all: Arc<Deviations>,
}

impl Snapshot {
    /// What explains this for good, if something does.
    pub fn explaining(&self, sight: &Sight<'_>) -> Option<Explained> {
        let entries = self.entries.iter().map(|(id, deviations)| Part {
            name: Err(id),
            deviations: Arc::clone(deviations),
        });
        if let Some(parts) = accounting(entries.collect(), sight) {
            return Some(explained_by(&parts, Vec::new()));
        }
        let mut settled = self.settled.iter();
        let explains = settled.find(|(_, deviations)| sight.is_explained_by(deviations));
        explains.map(|(number, _)| Explained::Root(*number))
    }

    /// What says of a case which agreed that it should not have.
    pub fn against(&self, context: &Context, agreed: &Prepared, coverage: &Coverage) -> Against {
        let terms = context.engine.profile().terms(0);
        let is_against = |deviations: &Arc<Deviations>| {
            deviations.iter().any(|it| it.concerns(coverage))
                && is_refuted_beside(deviations, &self.all, agreed, terms)
        };
        let entries = self.entries.iter().filter(|(_, it)| is_against(it));
        let roots = self
            .unsettled
            .iter()
            .filter(|(_, it)| is_against(&alone(it)));
        Against {
            entries: entries.map(|(id, _)| id.clone()).collect(),
            roots: roots.cloned().collect(),
        }
    }
}

/// What says of a case which agreed that it should not have.
#[derive(Debug, Default)]
pub(super) struct Against {
    /// Entries of the ledger, by their ids.
    pub entries: Vec<String>,
    /// The best hypotheses of roots, by the roots' numbers.
    pub roots: Vec<(u32, Deviation)>,
}

/// A root among others.
#[derive(Debug, Clone)]
struct Part<'r> {
    /// Its number if it was found, or else the id of its entry.
    name: Result<u32, &'r str>,
    deviations: Arc<Deviations>,
}

impl Roots {
    /// The roots that the ledger names, before any is found.
    pub fn of(entries: Vec<(String, Arc<Deviations>)>) -> Self {
        Self {
            entries: entries.into(),
            ..Self::default()
        }
    }

    /// The roots of which the best explanation is another one than was told, with all that is left.
    pub fn renamed(&mut self) -> Vec<(u32, Vec<Deviation>)> {
        let changed = self.found.iter_mut().filter_map(|root| {
            let best = root.candidates.first().filter(|it| **it != root.told)?;
            root.told = best.clone();
            Some((root.number, root.candidates.clone()))
        });
        changed.collect()
    }

    /// A number that grows whenever other cases may be explained than before.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot {
            entries: Arc::clone(&self.entries),
            all: self.all(),
            ..Snapshot::default()
        };
        for root in &self.found {
            let Some(best) = root.candidates.first() else {
                continue;
            };
            if root.held < SETTLED {
                snapshot.unsettled.push((root.number, best.clone()));
            } else {
                snapshot.settled.push((root.number, alone(best)));
            }
        }
        snapshot
    }

    /// A case agreed that the best hypothesis of a root says should not. If that happens too often for a
    /// rule that is broken now and then, the next best takes its place that nothing refutes; says whether
    /// nothing explains the root any more.
    pub fn contradicted(
        &mut self,
        number: u32,
        hypothesis: &Deviation,
        refuted: impl Fn(&Deviation) -> bool,
    ) -> bool {
        let best =
            |it: &&mut Root| it.number == number && it.candidates.first() == Some(hypothesis);
        let Some(root) = self.found.iter_mut().find(best) else {
            return false;
        };
        root.against += 1;
        if TOO_OFTEN * root.against <= TOO_OFTEN + root.explained {
            return false;
        }
        root.candidates
            .retain(|it| it != hypothesis && !refuted(it));
        root.against = 0;
        root.held = 0;
        self.version += 1;
        root.candidates.is_empty() && self.forget(number)
    }

    /// Whether something explains the finding with this number and all its cases.
    pub fn explains_finding(&self, number: u32) -> bool {
        self.found.iter().any(|root| root.number == number)
    }

    /// What explains this, too, if something does. A root that was found keeps the hypotheses that do
    /// and that nothing refutes which agreed, and explains it only if some are left. What `covered`
    /// holds of is known although no deviation says it, and may differ beside deviations that do
    /// explain something.
    pub fn explaining(
        &mut self,
        sight: &Sight<'_>,
        refuted: impl Fn(&Deviation) -> bool,
        covered: impl Fn(&Difference) -> Option<String>,
    ) -> Option<Explained> {
        let explains = |it: &Arc<Deviations>| sight.is_explained_by(it);
        let shows = |it: &Arc<Deviations>| sight.left_under(it).is_some();
        if let Some(parts) = accounting(self.known_before(), sight) {
            return Some(explained_by(&parts, Vec::new()));
        }
        // A case that shows two roots may look as if another hypothesis of one of them held: that is asked
        // last.
        let best = |root: &Root| {
            root.candidates
                .first()
                .is_some_and(|it| explains(&alone(it)))
        };
        if let Some(root) = self.found.iter_mut().find(|it| best(it)) {
            let unsettled = root.held < SETTLED;
            let more_precise = unsettled && root.keep(|it| explains(&alone(it)));
            self.version += u64::from(more_precise);
            return Some(Explained::Root(root.number));
        }
        if let Some(parts) = together(self.parts(), shows, explains) {
            return Some(explained_by(&parts, Vec::new()));
        }
        for root in self.found.iter_mut().filter(|it| it.held < SETTLED) {
            // What had the first place was held against what agreed before.
            if root.keep(|it| explains(&alone(it)) && !refuted(it)) {
                self.version += 1;
                return Some(Explained::Root(root.number));
            }
        }
        let names = |left: Vec<Difference>| left.iter().map(&covered).collect();
        let beside =
            |it: &Arc<Deviations>| -> Option<Vec<String>> { sight.left_beside(it).and_then(names) };
        let under =
            |it: &Arc<Deviations>| -> Option<Vec<String>> { sight.left_under(it).and_then(names) };
        let shows_beside = |it: &Arc<Deviations>| sight.left_beside(it).is_some();
        let entries = together(self.known_before(), shows_beside, |it| beside(it).is_some());
        if let Some(parts) = entries {
            let others = beside(&all_of(&parts)).unwrap_or_default();
            return Some(explained_by(&parts, others));
        }
        let parts = together(self.parts(), shows, |it| under(it).is_some())?;
        let others = under(&all_of(&parts)).unwrap_or_default();
        Some(explained_by(&parts, others))
    }

    /// Everything that is known, together.
    pub fn all(&self) -> Arc<Deviations> {
        all_of(&self.parts())
    }

    /// Takes back that something explains this root; says whether something did.
    pub fn forget(&mut self, number: u32) -> bool {
        let before = self.found.len();
        self.found.retain(|root| root.number != number);
        let forgotten = self.found.len() < before;
        self.version += u64::from(forgotten);
        forgotten
    }

    /// The best hypothesis of each root that was found, and the entries: of two that explain the same, the
    /// latter is kept.
    fn parts(&self) -> Vec<Part<'_>> {
        let entries = self.entries.iter().map(|(id, deviations)| Part {
            name: Err(id),
            deviations: Arc::clone(deviations),
        });
        let found = self.found.iter().filter_map(|root| {
            Some(Part {
                name: Ok(root.number),
                deviations: alone(root.candidates.first()?),
            })
        });
        found.chain(entries).collect()
    }

    /// The ledger's entries.
    fn known_before(&self) -> Vec<Part<'_>> {
        let parts = self.parts().into_iter();
        parts.filter(|it| it.name.is_err()).collect()
    }

    /// What is known of the engine: each root, and then all together.
    pub fn known(&self) -> Vec<Arc<Deviations>> {
        each_and_all(self.parts())
    }

    /// The same of the ledger's entries only.
    pub fn entries(&self) -> Vec<Arc<Deviations>> {
        each_and_all(self.known_before())
    }

    /// Adds what explains a finding. If some of it explains an earlier root, too, or is the same in
    /// other states or under other conditions, that is its root, and its number is returned.
    pub fn place(
        &mut self,
        number: u32,
        candidates: &[Deviation],
        refuted: impl Fn(&Deviation) -> bool,
    ) -> Option<u32> {
        let common = |root: &Root| root.common(candidates);
        let wider = |root: &Root| root.wider(candidates, &refuted);
        for shared in [&common as &dyn Fn(&Root) -> Vec<Deviation>, &wider] {
            for root in &mut self.found {
                let shared = shared(root);
                if !shared.is_empty() {
                    root.hold(shared);
                    self.version += 1;
                    return Some(root.number);
                }
            }
        }
        self.add(number, candidates);
        None
    }

    /// Adds what explains a finding that has a root of its own.
    pub fn add(&mut self, number: u32, candidates: &[Deviation]) {
        if let Some(best) = candidates.first() {
            self.version += 1;
            self.found.push(Root {
                number,
                candidates: candidates.to_vec(),
                told: best.clone(),
                held: 0,
                explained: 1,
                against: 0,
            });
        }
    }

    /// Remembers how many cases each root has explained, which an earlier session counted.
    pub fn recall(&mut self, cases: impl Fn(u32) -> u64) {
        for root in &mut self.found {
            let cases = u32::try_from(cases(root.number)).unwrap_or(u32::MAX);
            root.explained = root.explained.max(cases);
            root.held = root.held.max(cases.min(SETTLED));
        }
    }

    /// Adds what explains a finding that was placed under this root.
    pub fn join(&mut self, number: u32, candidates: &[Deviation]) {
        let mut found = self.found.iter_mut();
        if let Some(root) = found.find(|it| it.number == number) {
            let mut shared = root.common(candidates);
            if shared.is_empty() {
                shared = root.wider(candidates, &|_| false);
            }
            if !shared.is_empty() {
                root.hold(shared);
                self.version += 1;
            }
        }
    }
}

impl Root {
    /// What explains both.
    fn common(&self, candidates: &[Deviation]) -> Vec<Deviation> {
        let common = self.candidates.iter().filter(|it| candidates.contains(it));
        common.cloned().collect()
    }

    /// What explains both because it breaks a rule wherever one of two does, and what explained this.
    fn wider(
        &self,
        candidates: &[Deviation],
        refuted: &dyn Fn(&Deviation) -> bool,
    ) -> Vec<Deviation> {
        let pairs = self.candidates.iter().flat_map(|one| {
            let others = candidates.iter();
            others.filter_map(move |other| wherever_either(one, other))
        });
        let mut wider: Vec<Deviation> = Vec::new();
        for it in pairs {
            if !wider.contains(&it) && !refuted(&it) {
                wider.push(it);
            }
        }
        // The cases to come say whether the wider one holds.
        if !wider.is_empty() {
            wider.extend(self.candidates.iter().cloned());
        }
        wider
    }

    /// Takes these for what explains it.
    fn hold(&mut self, candidates: Vec<Deviation>) {
        // What spoke against the best one says nothing of another.
        if self.candidates.first() != candidates.first() {
            self.against = 0;
        }
        self.candidates = candidates;
        self.held = 0;
    }
}

/// Those of these parts, of which it is known that the engine has them, that account for what it did.
fn accounting<'r>(parts: Vec<Part<'r>>, sight: &Sight<'_>) -> Option<Vec<Part<'r>>> {
    let shows = |it: &Arc<Deviations>| sight.left_beside(it).is_some();
    together(parts, shows, |it| sight.is_accounted_for_by(it))
}

/// Those of these parts that explain something together, and not without one of them: one, all or two. Parts
/// may contradict each other, so that all together explain less than one.
fn together<'r>(
    parts: Vec<Part<'r>>,
    shows: impl Fn(&Arc<Deviations>) -> bool,
    explain: impl Fn(&Arc<Deviations>) -> bool,
) -> Option<Vec<Part<'r>>> {
    if let Some(part) = parts.iter().find(|it| explain(&it.deviations)) {
        return Some(vec![part.clone()]);
    }
    if explain(&all_of(&parts)) {
        return Some(without_others(parts, explain));
    }
    let showing = parts.iter().filter(|it| shows(&it.deviations));
    let showing: Vec<&Part<'r>> = showing.take(MOST_SHOWING).collect();
    let firsts = showing.iter().enumerate();
    let mut pairs = firsts.flat_map(|(place, one)| {
        let others = showing[place + 1..].iter();
        others.map(|other| vec![Part::clone(one), Part::clone(other)])
    });
    pairs.find(|pair| explain(&all_of(pair)))
}

/// Of how many parts that show in a case pairs are tried.
const MOST_SHOWING: usize = 8;

/// These parts, which explain something together, without those that are not needed for it.
fn without_others(
    mut parts: Vec<Part<'_>>,
    explain: impl Fn(&Arc<Deviations>) -> bool,
) -> Vec<Part<'_>> {
    let mut place = 0;
    while place < parts.len() {
        let part = parts.remove(place);
        if !explain(&all_of(&parts)) {
            parts.insert(place, part);
            place += 1;
        }
    }
    parts
}

fn alone(deviation: &Deviation) -> Arc<Deviations> {
    Arc::new([deviation.clone()].into_iter().collect())
}

/// What these parts are together: the first root that was found among them, or else their entries and those
/// that cover the rest.
fn explained_by(parts: &[Part<'_>], rest: Vec<String>) -> Explained {
    if let Some(found) = parts.iter().find_map(|it| it.name.ok()) {
        return Explained::Root(found);
    }
    let entries = parts.iter().filter_map(|it| it.name.err());
    let mut entries: Vec<String> = entries.map(str::to_owned).chain(rest).collect();
    entries.sort_unstable();
    entries.dedup();
    Explained::Entries(entries)
}

fn each_and_all(parts: Vec<Part<'_>>) -> Vec<Arc<Deviations>> {
    let together = (parts.len() > 1).then(|| all_of(&parts));
    let each = parts.into_iter().map(|it| it.deviations);
    each.chain(together).collect()
}

fn all_of(parts: &[Part<'_>]) -> Arc<Deviations> {
    let all = parts.iter().flat_map(|part| part.deviations.iter());
    Arc::new(all.cloned().collect())
}

/// The deviation that breaks the rule wherever one of these does, if both break the same rule in the same
/// way: in other states, or under other conditions.
fn wherever_either(one: &Deviation, other: &Deviation) -> Option<Deviation> {
    // What applies only where an error ends the execution does not apply to others without the condition.
    let ending = |it: &Deviation| it.when == Some(When::Ending);
    if (one.hook, &one.change) != (other.hook, &other.change) || ending(one) != ending(other) {
        return None;
    }
    let mut states: Vec<StateType> = Vec::new();
    if !one.states.is_empty() && !other.states.is_empty() {
        states.clone_from(&one.states);
        states.extend(other.states.iter().filter(|it| !one.states.contains(it)));
    }
    Some(Deviation {
        states,
        when: one.when.filter(|when| other.when == Some(*when)),
        ..one.clone()
    })
}

/// Shows a case that was run to `look`; `None` if it was not judged, or nothing differed.
pub(super) fn with_sight<T>(
    context: &Context,
    prepared: &Prepared,
    raw: Option<&RawRun>,
    judgement: Option<&Judgement>,
    overhead: Millis,
    look: impl FnOnce(&Sight<'_>) -> T,
) -> Option<T> {
    let (Some(raw), Some(judgement)) = (raw, judgement) else {
        return None;
    };
    if judgement.differences.is_empty() {
        return None;
    }
    let rejudge = |expected: &Prepared| context.judge.judge(expected, raw, overhead);
    let grace = context.engine.profile().policy.liveness_grace;
    let sight = Sight::new(prepared, judgement, grace, raw.events(), &rejudge);
    Some(look(&sight))
}

/// Whether these deviations, which the engine is known to have, account for what came of a case, but for what
/// `covered` holds of.
pub(crate) fn is_accounted_for(
    context: &Context,
    prepared: &Prepared,
    outcome: &Outcome,
    overhead: Millis,
    deviations: &Arc<Deviations>,
    covered: impl Fn(&Difference) -> bool,
) -> bool {
    let (raw, judgement) = seen(outcome);
    let look = |sight: &Sight<'_>| {
        let left = sight.left_beside(deviations);
        left.is_some_and(|left| left.iter().all(covered))
    };
    with_sight(context, prepared, raw, judgement, overhead, look).unwrap_or_default()
}

/// Whether this hypothesis alone explains what came of a case.
pub(super) fn is_explained(
    context: &Context,
    prepared: &Prepared,
    outcome: &Outcome,
    overhead: Millis,
    hypothesis: &Deviation,
) -> bool {
    let (raw, judgement) = seen(outcome);
    let look = |sight: &Sight<'_>| sight.is_explained_by(&alone(hypothesis));
    with_sight(context, prepared, raw, judgement, overhead, look).unwrap_or_default()
}

/// What explains what came of a case, if something does: what was `told` of it, if that holds, or else the
/// best hypothesis.
#[cfg(feature = "cli")]
pub(crate) fn explain(
    context: &Context,
    prepared: &Prepared,
    outcome: &Outcome,
    told: &[Deviation],
) -> Option<Deviation> {
    let (raw, judgement) = seen(outcome);
    let look = |sight: &Sight<'_>| {
        let mut told = told.iter();
        let told = told.find(|it| sight.is_explained_by(&alone(it))).cloned();
        let best = || explanations(context, sight, &Known::default()).into_iter();
        told.or_else(|| best().next())
    };
    with_sight(context, prepared, raw, judgement, 0, look).flatten()
}

/// The ids of the ledger's entries that know what came of a case.
#[cfg(feature = "cli")]
pub(crate) fn known_by(context: &Context, prepared: &Prepared, outcome: &Outcome) -> Vec<String> {
    let (raw, judgement) = seen(outcome);
    let covered = covered(context, prepared, judgement);
    let mut entries = Roots::of(context.judge.exact_entries());
    let look = |sight: &Sight<'_>| entries.explaining(sight, |_| false, &covered);
    match with_sight(context, prepared, raw, judgement, 0, look).flatten() {
        Some(Explained::Entries(entries)) => entries,
        _ => {
            let differences = judgement.into_iter().flat_map(|it| &it.differences);
            let known = differences.map(|it| known_as(context, prepared, it));
            let known: Option<BTreeSet<String>> = known.collect();
            known.into_iter().flatten().collect()
        }
    }
}

/// The ledger's entry that covers a difference by its signatures.
fn known_as(context: &Context, prepared: &Prepared, difference: &Difference) -> Option<String> {
    let at = difference.state.as_deref();
    let entry = context.judge.known_as(&difference.signature, at, prepared);
    entry.map(str::to_owned)
}

/// What the ledger covers by signatures of a case that it does not cover as a whole: then it is known without
/// deviations that happen to change something.
pub(super) fn covered<'c>(
    context: &'c Context,
    prepared: &'c Prepared,
    judgement: Option<&Judgement>,
) -> impl Fn(&Difference) -> Option<String> + use<'c> {
    let differences = judgement.into_iter().flat_map(|it| &it.differences);
    let mut differences = differences.map(|it| context.judge.is_known(it, prepared));
    let any_unknown = differences.any(|known| !known);
    move |it| known_as(context, prepared, it).filter(|_| any_unknown)
}

/// What is known when a divergence is explained.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What is known of the engine: each root, and all together.
    pub roots: Vec<Arc<Deviations>>,
    /// Hypotheses that are not to be tried.
    pub untried: Vec<Deviation>,
    /// Cases that agreed.
    pub agreed: Vec<Witness>,
}

impl Known {
    /// All that is known of the engine, together.
    pub fn beside(&self) -> Deviations {
        self.roots
            .last()
            .map_or_else(Deviations::default, |it| Deviations::clone(it))
    }
}

/// The hypotheses of which each explains a case, alone or else together with what is known of the engine,
/// and that none of the cases refutes which agreed; the best first.
pub(super) fn explanations(context: &Context, sight: &Sight<'_>, known: &Known) -> Vec<Deviation> {
    let found = sight.hypotheses(&known.beside(), &known.untried);
    let concerned = |coverage: &Coverage| found.iter().any(|it| it.deviation.concerns(coverage));
    let agreed = known.agreed.iter().filter(|it| concerned(it.coverage()));
    let agreed: Vec<Prepared> = agreed.filter_map(|it| again(context, it)).collect();
    let terms = context.engine.profile().terms(0);
    let best = best(found, sight, &known.beside(), &agreed, terms);
    best.iter().map(|it| it.deviation.clone()).collect()
}

/// Whether a case that agreed refutes a deviation of an engine of which this is known.
pub(super) fn is_refuted(
    context: &Context,
    deviation: &Deviation,
    known: &Deviations,
    agreed: &[Witness],
) -> bool {
    let deviations = alone(deviation);
    let terms = context.engine.profile().terms(0);
    let concerned = agreed.iter().filter(|it| deviation.concerns(it.coverage()));
    let mut agreed = concerned.filter_map(|it| again(context, it));
    agreed.any(|it| is_refuted_beside(&deviations, known, &it, terms))
}

/// The case of a witness.
fn again(context: &Context, witness: &Witness) -> Option<Prepared> {
    let ready = ready(context, witness.index(), |_| witness.lane());
    ready.ok().map(|it| it.prepared)
}

/// What was seen and judged of a case.
pub(super) fn seen(outcome: &Outcome) -> (Option<&RawRun>, Option<&Judgement>) {
    match outcome {
        Outcome::Judged { raw, judgement } => (raw.as_deref(), Some(judgement)),
        Outcome::Trouble(_) => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use stepproof_specs::{
        asl::StateType,
        deviation::{Change, Deviation, Field, Hook},
    };

    use super::Roots;

    fn deviation(more: i64) -> Deviation {
        Deviation::new(Hook::Field(Field::MaxAttempts), Change::Add(more))
    }

    fn best(roots: &Roots) -> Vec<Deviation> {
        let parts = roots.parts().into_iter();
        parts
            .flat_map(|it| it.deviations.iter().cloned().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn findings_with_a_common_explanation_have_one_root() {
        let mut roots = Roots::default();
        let mut place = |number, all: &[Deviation]| roots.place(number, all, |_| false);
        assert_eq!(place(1, &[deviation(1), deviation(2)]), None);
        assert_eq!(place(2, &[deviation(3)]), None);
        assert_eq!(place(3, &[deviation(2), deviation(4)]), Some(1));
        // What they have in common is what is left.
        assert_eq!(place(4, &[deviation(1)]), None);
        assert_eq!(place(5, &[]), None);
        assert_eq!(best(&roots), [deviation(2), deviation(3), deviation(1)]);
        assert_eq!(roots.renamed(), [(1, vec![deviation(2)])]);
        assert_eq!(roots.renamed(), []);
    }

    #[test]
    fn an_explanation_that_agreeing_cases_contradict_again_and_again_is_dropped() {
        let mut roots = Roots::default();
        roots.place(1, &[deviation(1), deviation(2), deviation(3)], |_| false);
        let mut contradicted = |times, by: i64| {
            let refuted = |it: &Deviation| *it == deviation(2);
            let all = (0..times).map(|_| roots.contradicted(1, &deviation(by), refuted));
            let lost = all.last().expect("a time");
            (lost, best(&roots))
        };
        // An engine may keep a rule now and then that it breaks.
        assert_eq!(contradicted(1, 1), (false, vec![deviation(1)]));
        assert_eq!(contradicted(1, 1), (false, vec![deviation(3)]));
        // The case was run when the other one was the best.
        assert_eq!(contradicted(9, 1), (false, vec![deviation(3)]));
        assert_eq!(contradicted(2, 3), (true, vec![]));
        assert!(!roots.explains_finding(1));
    }

    #[test]
    fn the_same_rule_broken_in_other_states_is_one_root() {
        let within = |states: &[StateType]| deviation(1).within(states);
        let mut roots = Roots::default();
        assert_eq!(
            roots.place(1, &[within(&[StateType::Task])], |_| false),
            None
        );
        let maps = [within(&[StateType::Map])];
        assert_eq!(roots.place(2, &maps, |_| false), Some(1));
        assert_eq!(best(&roots), [within(&[StateType::Task, StateType::Map])]);
        // Not if cases agreed in which the wider rule would have shown.
        let branches = [within(&[StateType::Parallel])];
        assert_eq!(roots.place(3, &branches, |_| true), None);
        let other = deviation(2).within(&[StateType::Parallel]);
        assert_eq!(roots.place(4, &[other], |_| false), None);
    }
}

//! Divergences that no deviation explains, grouped by what remains of them.
//!
//! Two of them have one root if their smallest cases are the same but for names and values, if both tell the
//! same otherwise whatever they are about, or if both need the same suspected rule. A smallest case shows
//! nothing without the rules that it needs: the reduction has tried to take out each. Which of them is
//! suspected, the run says: the one of whose cases most diverge.

use std::cmp::Reverse;

use serde_json::{Map, Value};
use stepproof_specs::{
    clause::{Aspect, Basis, Clause, Coverage, REGISTRY},
    deviation::Deviation,
};

use super::telling::Telling;
use crate::{
    job::{Lane, Prepared, prepare},
    judge::{attribution::TRIVIAL, signature::Shape, verdict::Verdict},
    store::{FindingRecord, ReductionRecord},
};

/// How many cases exercise each clause.
#[derive(Debug)]
pub(super) struct Tally {
    cases: u64,
    by_clause: Vec<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            cases: 0,
            by_clause: vec![0; REGISTRY.len()],
        }
    }
}

impl Tally {
    /// Counts a case.
    pub fn add(&mut self, coverage: &Coverage) {
        self.cases += 1;
        for clause in coverage.iter() {
            self.by_clause[clause as usize] += 1;
        }
    }

    /// Counts a case no longer.
    pub fn take(&mut self, coverage: &Coverage) {
        self.cases = self.cases.saturating_sub(1);
        for clause in coverage.iter() {
            let count = &mut self.by_clause[clause as usize];
            *count = count.saturating_sub(1);
        }
    }

    fn of(&self, clause: Clause) -> u64 {
        self.by_clause[clause as usize]
    }
}

/// The cases of a run that nothing explains, beside those that agree.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// The cases that agreed.
    agreed: Tally,
    /// The cases that diverge in ways that nothing explains.
    diverged: Tally,
    all: Vec<Member>,
}

/// A divergence.
#[derive(Debug)]
struct Member {
    /// Its number.
    number: u32,
    /// The number of the root under which it is.
    root: u32,
    /// The rule that its explanation breaks, if something explains it.
    explained: Option<Clause>,
    /// Whether it has an explanation that is doubted.
    doubted: bool,
    /// What differs first.
    aspect: Aspect,
    /// The form of its smallest case, and how that differs.
    form: Option<(Value, Shape)>,
    /// What is told otherwise, whatever the case is about.
    telling: Option<Telling>,
    /// What its smallest case exercises.
    exercised: Coverage,
}

/// After so many divergences of a group, others that exercise its rule and differ in the same aspect are no
/// longer looked into.
const ENOUGH: usize = 6;

/// How many times as many cases must be left without an explanation as one explains, before it counts
/// as chance.
const RARE: u64 = 8;

/// So few diverging cases tell little about which rule they have in common.
const FEW: u64 = 24;

/// By how many standard deviations more cases must diverge than expected, so that it is no chance.
const NO_CHANCE: f64 = 3.0;

/// The families of rules about how something is told, not what is done.
const TOLD: [&str; 2] = ["cause", "history"];

/// How many of some cases diverge, in ways that nothing explains.
#[derive(Debug, Clone, Copy)]
struct Share {
    diverged: u64,
    cases: u64,
}

impl Share {
    /// Whether so many diverge that they are no random part of the others.
    fn is_surely_more_than(self, others: Self) -> bool {
        let [diverged, cases] = [self.diverged as f64, self.cases as f64];
        let rate = others.diverged as f64 / others.cases.max(1) as f64;
        let expected = cases * rate;
        diverged - expected > NO_CHANCE * (expected * (1.0 - rate)).sqrt()
    }
}

/// An earlier divergence with an explanation, which breaks the rule that is suspected of another one.
#[derive(Debug)]
pub(super) struct Like {
    /// The number of its root.
    pub root: u32,
    /// Whether its explanation does not hold.
    pub doubted: bool,
    /// Why it is the same.
    pub why: String,
}

/// A divergence that turns out to have the root of another one.
#[derive(Debug)]
pub(super) struct Regrouped {
    /// Its number.
    pub number: u32,
    /// The number of the other one.
    pub root: u32,
    /// Why it is the same.
    pub why: String,
    /// Whether the explanation of the other one, if it has any, holds for both.
    pub explains: bool,
}

impl Groups {
    /// Counts a case, with the root that explains it if one does.
    pub fn count(&mut self, verdict: Verdict, root: Option<u32>, coverage: &Coverage) {
        match (verdict, root) {
            (Verdict::Agree, _) => self.agreed.add(coverage),
            (Verdict::Diverge, None) => self.diverged.add(coverage),
            _ => {}
        }
    }

    /// Counts a case that nothing explains so far.
    pub fn waits(&mut self, coverage: &Coverage) {
        self.diverged.add(coverage);
    }

    /// Counts it no longer.
    pub fn waited(&mut self, coverage: &Coverage) {
        self.diverged.take(coverage);
    }

    /// Adds a divergence. Unless it is explained, returns an earlier one that nothing explains well and that
    /// has the same root, if there is one.
    pub fn place(
        &mut self,
        finding: &FindingRecord,
        reduction: &ReductionRecord,
        explained: bool,
    ) -> Option<Like> {
        let mut member = Member::of(finding, reduction, explained);
        let same = if explained { None } else { self.same(&member) };
        if let Some(same) = &same {
            member.root = same.root;
            member.doubted = false;
            for it in self.all.iter_mut().filter(|it| it.root == same.root) {
                it.doubted = false;
            }
        }
        self.all.push(member);
        same
    }

    /// Adds a divergence that an earlier session of the run has placed.
    pub fn placed(
        &mut self,
        finding: &FindingRecord,
        reduction: &ReductionRecord,
        root: u32,
        explained: bool,
    ) {
        let member = Member::of(finding, reduction, explained);
        self.all.push(Member { root, ..member });
    }

    /// Puts a divergence that nothing explains under an earlier one with an explanation which breaks the
    /// rule that is suspected of it. `cases` says how many cases an explanation holds for; if it is
    /// doubted, both are one group from then on.
    pub fn explained_like(&mut self, number: u32, cases: impl Fn(u32) -> u64) -> Option<Like> {
        let place = self.all.iter().position(|it| it.root == number)?;
        let suspect = self.suspect(&self.all[place].exercised);
        let suspect = suspect.filter(|it| self.is_strong(*it))?;
        let like = |it: &Member| {
            let clause = it.explained?;
            let doubted = self.is_doubted(clause, cases(it.root));
            let same = family(clause) == family(suspect)
                || (doubted && self.is_suspected_in(suspect, &it.exercised));
            same.then_some((it.root, doubted))
        };
        let (root, doubted) = self.all.iter().find_map(like)?;
        for member in &mut self.all {
            if member.root == number || (doubted && member.root == root) {
                member.root = root;
                member.explained = None;
            }
        }
        let why = self.why(suspect);
        Some(Like { root, doubted, why })
    }

    /// The divergences with a root of their own that have the same as another one, now that all cases
    /// are counted. `cases` says how many cases an explanation holds for.
    pub fn regroup(&mut self, cases: impl Fn(u32) -> u64) -> Vec<Regrouped> {
        let first = |it: &&Member| it.number == it.root;
        let roots: Vec<&Member> = self.all.iter().filter(first).collect();
        let is_sure = |it: &&Member| {
            let explained = it.explained;
            explained.is_some_and(|rule| !self.is_doubted(rule, cases(it.root)))
        };
        let (sure, unsure): (Vec<&Member>, Vec<&Member>) = roots.into_iter().partition(is_sure);
        let mut regrouped = Vec::new();
        let mut moved = |from: &Member, to: &Member, suspect| {
            regrouped.push(Regrouped {
                number: from.number,
                root: to.number,
                why: self.why(suspect),
                explains: to
                    .explained
                    .is_some_and(|rule| family(rule) == family(suspect)),
            });
        };
        let mut groups: Vec<&Member> = Vec::new();
        for member in unsure {
            let mut same = groups
                .iter()
                .map(|it| (*it, self.common_suspect(it, member)));
            match same.find_map(|(it, suspect)| Some((it, suspect?))) {
                Some((group, suspect)) => moved(member, group, suspect),
                None => groups.push(member),
            }
        }
        for member in sure {
            let by_chance = |suspect: Clause| {
                self.is_strong(suspect)
                    && self.diverged.of(suspect) > RARE * (1 + cases(member.root))
                    && member.exercised.contains(suspect)
            };
            // What explains a case or two that break a rule which hundreds break looks only as if.
            let ways = groups.iter().flat_map(|group| {
                let ways = self.all.iter().filter(|it| it.root == group.number);
                ways.map(move |way| (*group, way))
            });
            let mut suspects =
                ways.filter_map(|(it, way)| Some((it, self.suspect(&way.exercised)?)));
            if let Some((group, suspect)) = suspects.find(|it| by_chance(it.1)) {
                moved(member, group, suspect);
                continue;
            }
            let explained = member.explained.map(family);
            let suspects = groups.iter().map(|it| (*it, self.suspect(&it.exercised)));
            let mut suspects = suspects.filter_map(|(it, suspect)| Some((it, suspect?)));
            let alike = suspects.find(|(_, suspect)| {
                self.is_strong(*suspect) && explained == Some(family(*suspect))
            });
            if let Some((group, suspect)) = alike {
                moved(group, member, suspect);
                let number = group.number;
                groups.retain(|it| it.number != number);
            }
        }
        regrouped
    }

    /// The root of a case that nothing explains, without looking into it: that of many divergences which tell
    /// the same otherwise.
    pub fn told_alike(&self, telling: &Telling) -> Option<u32> {
        let same = |it: &&Member| {
            let grouped = it.explained.is_none() && !it.doubted;
            grouped && it.telling.as_ref() == Some(telling)
        };
        self.root_of_many(same)
    }

    /// The same of divergences that differ in the same aspect, and break the rule that is suspected of this
    /// case.
    pub fn alike(&self, coverage: &Coverage, aspect: Aspect) -> Option<u32> {
        let suspect = self.suspect(coverage).filter(|it| self.is_strong(*it))?;
        let suspect = family(suspect);
        let same = |it: &&Member| {
            let suspects_the_same =
                || self.suspect(&it.exercised).map(family) == Some(suspect.clone());
            let grouped = it.explained.is_none() && !it.doubted;
            grouped && it.aspect == aspect && suspects_the_same()
        };
        self.root_of_many(same)
    }

    /// The root of the first of these divergences, if it is that of enough of them.
    fn root_of_many(&self, are: impl Fn(&&Member) -> bool) -> Option<u32> {
        let root = self.all.iter().find(&are)?.root;
        let members = self.all.iter().filter(|it| it.root == root);
        (members.filter(are).count() >= ENOUGH).then_some(root)
    }

    /// The rule that the divergence with this number breaks, as far as the run tells, if nothing explains it,
    /// and why. Without a rule, if others tell the same otherwise whatever they are about.
    pub fn suspicion(&self, number: u32) -> Option<(Option<Clause>, String)> {
        let unexplained = |it: &&Member| it.number == number && it.explained.is_none();
        let member = self.all.iter().find(unexplained)?;
        let mut others = self.all.iter().filter(|it| it.number != number);
        let alike = |it: &Member| it.root == member.root && it.telling == member.telling;
        if let Some(telling) = &member.telling
            && others.any(alike)
        {
            return Some((None, telling.to_string()));
        }
        let suspect = self.suspect(&member.exercised);
        let suspect = suspect.filter(|it| self.is_strong(*it))?;
        Some((Some(suspect), self.why(suspect)))
    }

    /// What explained a root does not hold.
    pub fn unexplain(&mut self, root: u32) {
        for member in self.all.iter_mut().filter(|it| it.root == root) {
            member.explained = None;
        }
    }

    /// The rule that two divergences seem to break both, neither of which is explained well.
    fn common_suspect(&self, one: &Member, other: &Member) -> Option<Clause> {
        let suspects = [(one, other), (other, one)].into_iter();
        let mut common = suspects.filter_map(|(from, to)| {
            let suspect = self.suspect(&from.exercised)?;
            let same = self.is_strong(suspect) && self.is_suspected_in(suspect, &to.exercised);
            same.then_some(suspect)
        });
        common.next()
    }

    /// The rule that a case breaks, as far as the run tells: of those that it needs the one that the most
    /// diverging cases exercise, unless cases that exercise another one diverge so much more often that it
    /// is no chance.
    pub fn suspect(&self, exercised: &Coverage) -> Option<Clause> {
        let based = |clause: &Clause| clause.entry().basis != Basis::Assumed;
        let is_done = |clause: &Clause| !TOLD.contains(&clause.entry().path().next().unwrap_or(""));
        let candidates = exercised.iter().filter(based).filter(is_done);
        let particular = candidates.filter(|it| !TRIVIAL.contains(*it));
        let mut suspects: Vec<Clause> = particular.collect();
        // Of those that are suspected as much, the last: the registry goes from the general to the
        // particular.
        suspects.reverse();
        suspects.sort_by_key(|it| (Reverse(self.diverged.of(*it)), self.agreed.of(*it)));
        let best = suspects.into_iter().reduce(|best, next| {
            if self.share(next).is_surely_more_than(self.share(best)) {
                next
            } else {
                best
            }
        })?;
        // Of an engine that breaks many rules, many cases diverge whatever they exercise.
        let all = Share {
            diverged: self.diverged.cases,
            cases: self.diverged.cases + self.agreed.cases,
        };
        let tells = 4 * all.diverged <= all.cases || self.share(best).is_surely_more_than(all);
        tells.then_some(best)
    }

    /// How many of the cases that exercise a rule diverge.
    fn share(&self, rule: Clause) -> Share {
        Share {
            diverged: self.diverged.of(rule),
            cases: self.diverged.of(rule) + self.agreed.of(rule),
        }
    }

    fn same(&self, member: &Member) -> Option<Like> {
        let unexplained = || self.all.iter().filter(|it| it.explained.is_none());
        let form = |it: &&Member| it.form.is_some() && it.form == member.form;
        if let Some(same) = unexplained().find(form) {
            let why = "their smallest cases differ in the same way, and only in names and values";
            return Some(self.like(same.root, why.to_owned()));
        }
        let telling = |it: &&Member| it.telling.is_some() && it.telling == member.telling;
        if let Some((same, telling)) = unexplained().find(telling).zip(member.telling.as_ref()) {
            return Some(self.like(same.root, telling.to_string()));
        }
        let same = unexplained().find_map(|it| {
            let suspect = self.suspect(&it.exercised)?;
            let same = self.is_strong(suspect) && self.is_suspected_in(suspect, &member.exercised);
            same.then_some((it.root, suspect))
        });
        same.map(|(root, suspect)| self.like(root, self.why(suspect)))
    }

    fn like(&self, root: u32, why: String) -> Like {
        let mut all = self.all.iter();
        Like {
            root,
            doubted: all.any(|it| it.number == root && it.doubted),
            why,
        }
    }

    /// Whether divergences may be grouped by this rule: of the cases that exercise it most diverge, or it
    /// accounts for a good part of those that diverge. Of few cases no more can be asked than that it is
    /// suspected.
    fn is_strong(&self, suspect: Clause) -> bool {
        let (own, all) = (self.diverged.of(suspect), self.diverged.cases);
        all < FEW || 3 * own >= all || self.mostly(suspect)
    }

    /// Whether a case breaks this rule, as far as the run tells: it is the one that is suspected, or one like
    /// it; or most cases diverge that exercise it, and this one does.
    fn is_suspected_in(&self, suspect: Clause, exercised: &Coverage) -> bool {
        let own = self.suspect(exercised);
        own.is_some_and(|own| family(own) == family(suspect))
            || (self.mostly(suspect) && exercised.contains(suspect))
    }

    /// Whether most of the cases that exercise a rule diverge and nothing explains them, and at least twice
    /// as many of them as of all cases: on an engine that breaks many rules most cases diverge.
    fn mostly(&self, suspect: Clause) -> bool {
        let (agreed, diverged) = (self.agreed.of(suspect), self.diverged.of(suspect));
        let (all_agreed, all_diverged) = (self.agreed.cases, self.diverged.cases);
        diverged >= agreed
            && diverged * (all_agreed + all_diverged) >= 2 * all_diverged * (agreed + diverged)
    }

    /// Whether an explanation that holds for so many cases is doubted: many more exercise the rule, and
    /// nothing explains them.
    fn is_doubted(&self, rule: Clause, cases: u64) -> bool {
        self.diverged.of(rule) > 4 * (1 + cases)
    }

    /// Whether something explains a divergence for sure.
    #[cfg(test)]
    pub fn is_explained(&self, number: u32) -> bool {
        let mut all = self.all.iter();
        all.any(|it| it.number == number && it.explained.is_some())
    }

    fn why(&self, suspect: Clause) -> String {
        let Share { diverged, cases } = self.share(suspect);
        format!(
            "its smallest case needs {}, and {diverged} of the {cases} cases that exercise it diverge",
            suspect.entry().id,
        )
    }
}

impl Member {
    fn of(finding: &FindingRecord, reduction: &ReductionRecord, explained: bool) -> Self {
        let prepared = prepare(&reduction.minimal, Lane::Quiet).ok();
        let exercised = prepared.as_ref().map(Prepared::coverage);
        let form = match &prepared {
            Some(Prepared::Execution(job)) => Some(form(&job.case.definition)),
            _ => None,
        };
        let explanation = reduction.detail.explanations.first();
        let judgement = reduction.detail.judgement.iter();
        let mut differences = judgement.flat_map(|it| &it.differences);
        let first = differences.find(|it| it.signature == finding.signature);
        Self {
            number: reduction.number,
            root: reduction.number,
            explained: explanation.filter(|_| explained).map(Deviation::clause),
            doubted: explanation.is_some() && !explained,
            aspect: finding.signature.aspect,
            form: form.zip(Some(finding.signature.shape.clone())),
            telling: first.zip(prepared.as_ref()).and_then(|(first, prepared)| {
                Telling::of_smallest(first, prepared, reduction.detail.raw.as_ref())
            }),
            exercised: exercised.unwrap_or_default(),
        }
    }
}

/// What a clause is about: the first two parts of its id.
pub(super) fn family(clause: Clause) -> Vec<&'static str> {
    clause.entry().path().take(2).collect()
}

/// A definition without the names and values in it that mean nothing to the language.
fn form(definition: &Value) -> Value {
    match definition {
        Value::Object(fields) => {
            let mut form = Map::new();
            for (key, value) in fields {
                if key == "States" {
                    let states = value.as_object().into_iter().flat_map(Map::values);
                    let mut states: Vec<Value> = states.map(self::form).collect();
                    states.sort_by_cached_key(ToString::to_string);
                    form.insert(key.clone(), states.into());
                } else if matches!(key.as_str(), "StartAt" | "Next" | "Default" | "Comment") {
                    form.insert(key.clone(), Value::Null);
                } else {
                    form.insert(key.clone(), self::form(value));
                }
            }
            form.into()
        }
        Value::Array(items) => items.iter().map(form).collect(),
        Value::String(text) => scalar(text),
        Value::Number(_) => "a number".into(),
        value => value.clone(),
    }
}

/// A text of the language as it stands, without what it is applied to.
fn scalar(text: &str) -> Value {
    let word = text.split(['(', '.', '[']).next().unwrap_or_default();
    match word {
        "States" => text.split('(').next().unwrap_or_default().into(),
        "$" | "$$" => word.into(),
        "Task" | "Wait" | "Pass" | "Succeed" | "Fail" | "Choice" | "Parallel" | "Map" => {
            word.into()
        }
        _ => "a text".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::clause::{Aspect, Clause, Coverage};

    use super::{ENOUGH, Groups, Member, form};

    fn coverage(clauses: &[Clause]) -> Coverage {
        clauses.iter().copied().collect()
    }

    #[test]
    fn names_and_values_are_no_difference_of_form() {
        let machine = |name: &str, path: &str, value: i64| {
            json!({ "StartAt": name, "States": { name: {
                "Type": "Pass", "OutputPath": path, "Result": value, "End": true,
            } } })
        };
        assert_eq!(
            form(&machine("A", "$.a", 1)),
            form(&machine("B", "$.b[0]", 2))
        );
        assert_ne!(
            form(&machine("A", "$.a", 1)),
            form(&machine("A", "$$.a", 1))
        );
    }

    fn member(number: u32, clauses: &[Clause]) -> Member {
        Member {
            number,
            root: number,
            explained: None,
            doubted: false,
            aspect: Aspect::Output,
            form: None,
            telling: None,
            exercised: clauses.iter().copied().collect(),
        }
    }

    /// Cases that agree and that diverge, by what they exercise.
    fn counted(agreed: &[(u64, &[Clause])], diverged: &[(u64, &[Clause])]) -> Groups {
        let mut groups = Groups::default();
        for (tally, counts) in [
            (&mut groups.agreed, agreed),
            (&mut groups.diverged, diverged),
        ] {
            for (cases, clauses) in counts {
                (0..*cases).for_each(|_| tally.add(&clauses.iter().copied().collect()));
            }
        }
        groups
    }

    #[test]
    fn a_rule_is_suspected_that_covers_more_unless_another_one_surely_diverges_more() {
        use Clause::{ChoiceFirstMatch, ChoiceIs, ChoiceNot};
        let agreed: [(u64, &[Clause]); 2] = [
            (100, &[ChoiceFirstMatch]),
            (60, &[ChoiceFirstMatch, ChoiceIs]),
        ];
        // Of those with a test of a type, 40 % diverge, of the others 33 %: that may be chance.
        let diverged: [(u64, &[Clause]); 2] = [
            (50, &[ChoiceFirstMatch]),
            (40, &[ChoiceFirstMatch, ChoiceIs]),
        ];
        let groups = counted(&agreed, &diverged);
        let both = [ChoiceFirstMatch, ChoiceIs].into_iter().collect();
        assert_eq!(groups.suspect(&both), None, "all of them diverge as often");
        let others = [agreed.as_slice(), &[(500, &[ChoiceNot])]].concat();
        let groups = counted(&others, &diverged);
        assert_eq!(groups.suspect(&both), Some(ChoiceFirstMatch));
        let worse = [diverged.as_slice(), &[(80, &[ChoiceFirstMatch, ChoiceIs])]].concat();
        let groups = counted(&others, &worse);
        assert_eq!(groups.suspect(&both), Some(ChoiceIs));
    }

    #[test]
    fn an_explanation_of_few_cases_of_a_rule_that_many_break_is_chance() {
        use Clause::{ChoiceFirstMatch, ChoiceIs, MachineTimeout};
        let agreed: [(u64, &[Clause]); 1] = [(200, &[ChoiceIs])];
        let diverged: [(u64, &[Clause]); 1] = [(50, &[ChoiceFirstMatch])];
        let mut groups = counted(&agreed, &diverged);
        groups.all.push(Member {
            explained: Some(MachineTimeout),
            ..member(1, &[ChoiceFirstMatch, MachineTimeout])
        });
        groups.all.push(member(2, &[ChoiceFirstMatch]));
        let moved = |groups: &mut Groups, cases: u64| {
            let all = groups.regroup(|_| cases).into_iter();
            all.map(|it| (it.number, it.root)).collect::<Vec<_>>()
        };
        assert_eq!(moved(&mut groups, 1), [(1, 2)]);
        assert_eq!(moved(&mut groups, 20), []);
        // What has nothing to do with it is another root, however rare.
        groups.all[0].exercised = [MachineTimeout].into_iter().collect();
        assert_eq!(moved(&mut groups, 1), []);
    }

    #[test]
    fn what_breaks_the_rule_of_a_large_group_in_the_same_aspect_is_not_looked_into() {
        use Clause::{ChoiceFirstMatch, ChoiceIs};
        let agreed: [(u64, &[Clause]); 1] = [(200, &[ChoiceIs])];
        let diverged: [(u64, &[Clause]); 1] = [(50, &[ChoiceFirstMatch])];
        let mut groups = counted(&agreed, &diverged);
        let case = [ChoiceFirstMatch].into_iter().collect();
        for number in 1..=ENOUGH as u32 {
            assert_eq!(groups.alike(&case, Aspect::Output), None);
            groups.all.push(Member {
                root: 1,
                ..member(number, &[ChoiceFirstMatch])
            });
        }
        assert_eq!(groups.alike(&case, Aspect::Output), Some(1));
        assert_eq!(groups.alike(&case, Aspect::Status), None);
        assert_eq!(
            groups.alike(&[ChoiceIs].into_iter().collect(), Aspect::Output),
            None
        );
    }

    #[test]
    fn the_rule_is_suspected_of_whose_cases_most_diverge() {
        use Clause::{ChoiceFirstMatch, ChoiceNot, ChoiceString};
        let mut groups = Groups::default();
        for _ in 0..9 {
            groups
                .agreed
                .add(&coverage(&[ChoiceFirstMatch, ChoiceString]));
        }
        groups.agreed.add(&coverage(&[ChoiceFirstMatch, ChoiceNot]));
        groups
            .diverged
            .add(&coverage(&[ChoiceFirstMatch, ChoiceNot]));
        let suspect = |all: &[Clause]| groups.suspect(&coverage(all));
        assert_eq!(suspect(&[ChoiceFirstMatch, ChoiceNot]), Some(ChoiceNot));
        assert_eq!(
            suspect(&[ChoiceFirstMatch, ChoiceString]),
            Some(ChoiceFirstMatch)
        );
        assert_eq!(suspect(&[]), None);
    }
}

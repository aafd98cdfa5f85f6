//! Spot checks: cases that the ledger covers only by signatures, reduced to see whether the entry's root
//! is theirs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use stepproof_specs::{deviation::Deviation, scenario::case::Case};

use super::{
    Context, Control, EngineLab, Outcome, attempt::attempt, groups::family, neighbours,
    roots::Known,
};
use crate::{
    job::{self, Lane, Prepared},
    judge::verdict::{Judgement, Signature},
    shrink::{Budget, ShrinkError, shrink},
    store::{FindingFiles, write_progress},
};

/// A case that an entry of the ledger covers by its signatures.
#[derive(Debug, Clone)]
pub(super) struct Covered {
    pub index: u64,
    pub case: Case,
    pub lane: Lane,
    pub signature: Signature,
    /// The id of the entry.
    pub entry: String,
}

/// A few of the cases that are covered, each as likely as any other.
#[derive(Debug)]
pub(super) struct Sample {
    size: usize,
    /// Each with its lot: the smallest are drawn.
    drawn: Vec<(u64, Covered)>,
}

impl Sample {
    pub fn new(size: usize) -> Self {
        Self {
            size,
            drawn: Vec::new(),
        }
    }

    /// Draws lots for a case; `covered` is asked only if it wins. The same cases have the same lots in
    /// every run.
    pub fn add(&mut self, index: u64, covered: impl FnOnce() -> Option<Covered>) {
        let lot = lot(index);
        let loser = self.drawn.len() >= self.size
            && self.drawn.last().is_none_or(|(highest, _)| lot >= *highest);
        if loser {
            return;
        }
        if let Some(covered) = covered() {
            let place = self.drawn.partition_point(|(other, _)| *other < lot);
            self.drawn.insert(place, (lot, covered));
            self.drawn.truncate(self.size);
        }
    }

    /// Takes one of them.
    pub fn take(&mut self) -> Option<Covered> {
        self.size = self.size.saturating_sub(1);
        self.drawn.pop().map(|(_, covered)| covered)
    }
}

/// A number that says nothing about the case.
fn lot(index: u64) -> u64 {
    let digest = blake3::hash(&index.to_le_bytes());
    let bytes = digest.as_bytes().first_chunk().copied();
    u64::from_le_bytes(bytes.unwrap_or_default())
}

/// What came of a spot check.
#[derive(Debug)]
pub(super) struct Checked {
    pub covered: Covered,
    pub root: Root,
}

/// Whose root a case has that an entry covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    /// The entry's, as far as can be told.
    Entrys,
    /// The entry may hide another one there: why, in words.
    Foreign(String),
    /// It was not found out.
    Unknown(ShrinkError),
}

/// Reduces a case, and sees whether its smallest form is still the entry's.
pub(super) async fn check(
    context: Arc<Context>,
    covered: Covered,
    budget: Budget,
    control: Control,
    known: Known,
    run: PathBuf,
) -> Checked {
    let root = root(&context, &covered, budget, &control, &known, &run).await;
    Checked {
        covered,
        root: root.unwrap_or_else(Root::Unknown),
    }
}

async fn root(
    context: &Arc<Context>,
    covered: &Covered,
    budget: Budget,
    control: &Control,
    known: &Known,
    run: &Path,
) -> Result<Root, ShrinkError> {
    let Covered {
        case,
        lane,
        signature,
        entry,
        index,
    } = covered;
    let prepare = |case| job::prepare(case, *lane).map_err(|_| ShrinkError::NotAdmitted);
    let sought = signature.clone();
    let prepared = prepare(case)?;
    let lab = EngineLab::new(Arc::clone(context), &prepared, sought, 1, control.clone());
    let lab = lab.covered().beyond(known.roots.clone());
    let small = shrink(Arc::new(lab), case.clone(), budget).await?.case;
    let prepared = prepare(&small)?;
    let overhead = control.overhead();
    let outcome = attempt(context, &prepared, overhead).await.outcome;
    let judgement = match &outcome {
        Outcome::Judged { judgement, .. } => judgement,
        Outcome::Trouble(trouble) => return Err(trouble.clone().into()),
    };
    let why = if is_entrys(context, &prepared, judgement, covered) {
        let case = (&small, &prepared);
        let explained = neighbours::explained(context, case, &outcome, known, overhead).await?;
        let rule = context.judge.clause_of(entry).map(family);
        let is_rule = |it: &Deviation| {
            rule.as_ref()
                .is_none_or(|rule| family(it.clause()) == *rule)
        };
        match explained.first() {
            Some(best) if !explained.iter().any(is_rule) => {
                format!("the engine does as if {best}")
            }
            _ => return Ok(Root::Entrys),
        }
    } else {
        "its smallest form is not covered by the entry".to_owned()
    };
    let files = FindingFiles::of_spot_check(run, *index, entry);
    let written = write_progress(&files, &small).map(|()| files.case.display().to_string());
    let place = written.map_or_else(|_| String::new(), |path| format!(" ({path})"));
    Ok(Root::Foreign(format!("{why}{place}")))
}

/// Whether the entry covers what differs in the smallest form.
fn is_entrys(
    context: &Context,
    prepared: &Prepared,
    judgement: &Judgement,
    covered: &Covered,
) -> bool {
    let mut differences = judgement.differences.iter();
    let same = differences.find(|it| it.signature == covered.signature);
    same.is_none_or(|it| {
        let at = it.state.as_deref();
        let entry = context.judge.known_as(&covered.signature, at, prepared);
        entry == Some(&covered.entry)
    })
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn the_sample_does_not_depend_on_the_order() {
        let drawn = |indexes: &mut dyn Iterator<Item = u64>| {
            let mut sample = Sample::new(3);
            for index in indexes {
                sample.add(index, || Some(covered(index)));
            }
            let taken = std::iter::from_fn(|| sample.take());
            taken.map(|it| it.index).collect::<Vec<_>>()
        };
        let forwards = drawn(&mut (0..100));
        assert_eq!(forwards.len(), 3);
        assert_eq!(forwards, drawn(&mut (0..100).rev()));
        assert_eq!(drawn(&mut (0..2)).len(), 2);
    }

    fn covered(index: u64) -> super::Covered {
        super::Covered {
            index,
            case: crate::shrink::trivial_case(),
            lane: crate::job::Lane::Quiet,
            signature: "output Pass root order".parse().unwrap(),
            entry: "one".to_owned(),
        }
    }
}

//! Differences and judgements, which only this module tree creates and every other module may read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_specs::{base::time::Millis, clause::Aspect};

use crate::judge::{normalise::Rewrites, signature::Signature};

/// One difference between the expectation and what an engine did. Only the comparison can create
/// one (but a stored one can be deserialised).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The number of the start that differs; of calls, that of the call.
    pub start: usize,
    /// What differs.
    pub aspect: Aspect,
    /// The first state at which it differs, if that is known.
    pub state: Option<String>,
    /// Its signature.
    pub signature: Signature,
    /// What the reference expects there.
    pub expected: Value,
    /// What the engine did there.
    pub actual: Value,
    #[serde(skip)]
    seal: Seal,
}

/// Keeps other modules from constructing differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seal;

impl Difference {
    /// Whether several outcomes may be legal. A violated property is one in none of them.
    pub(super) fn may_vary(&self) -> bool {
        self.signature.shape.property().is_none()
    }

    pub(super) fn new(
        start: usize,
        state: Option<String>,
        signature: Signature,
        (expected, actual): (Value, Value),
    ) -> Self {
        Self {
            start,
            aspect: signature.aspect,
            state,
            signature,
            expected,
            actual,
            seal: Seal,
        }
    }
}

/// The result of comparing one case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Judgement {
    /// The differences that count: those of the first aspect that differs in each start, one per
    /// signature. Empty if everything agrees.
    pub differences: Vec<Difference>,
    /// Differences that do not count, because the aspect may legally vary or depends on an assumed
    /// clause.
    pub poisoned: Vec<Difference>,
    /// The aspects that were compared in every start. An aspect is not included if the engine or
    /// the policy excludes it, or if it could follow from an earlier difference: such an aspect has
    /// not agreed.
    #[serde(default)]
    pub judged: Aspects,
    /// The rewrites that normalisation made in the engine's observations.
    #[serde(default)]
    pub rewrites: Rewrites,
    /// Whether more time limits expired than the reference expects, or the machine's own one did. An
    /// engine that is merely overloaded would show that too, or come less far.
    #[serde(default)]
    pub late: bool,
    /// How late (milliseconds of ASL time) the engine, or the harness with its calls and workers,
    /// was where differences were set aside because the case has no room for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_late: Option<Millis>,
    /// Whether it went another way before anything that is only assumed was followed.
    #[serde(skip)]
    pub departs: bool,
    /// The same of each start: what one leaves open, another may tell. Empty in what earlier builds stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<OfStart>,
}

/// What was judged of one start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OfStart {
    /// The aspects that were compared.
    pub judged: Aspects,
    /// Those that differ, but for properties that are violated.
    pub differ: Aspects,
    /// Those that differ and do not count.
    pub poisoned: Aspects,
    /// Whether it went another way before anything that is only assumed was followed.
    #[serde(skip)]
    pub departs: bool,
}

impl OfStart {
    /// What a judgement of one start says.
    pub(in crate::judge) fn of(judgement: &Judgement) -> Self {
        let compared = |it: &&Difference| it.signature.shape.property().is_none();
        let aspects =
            |all: &[Difference]| all.iter().filter(compared).map(|it| it.aspect).collect();
        Self {
            judged: judgement.judged,
            differ: aspects(&judgement.differences),
            poisoned: judgement.poisoned.iter().map(|it| it.aspect).collect(),
            departs: judgement.departs,
        }
    }

    /// Whether it is known what an aspect comes to.
    pub fn tells(&self, aspect: Aspect) -> bool {
        self.judged.contains(aspect) && !self.poisoned.contains(aspect)
    }
}

impl Judgement {
    /// Whether there is a difference with this signature that counts.
    pub fn has(&self, signature: &Signature) -> bool {
        self.differences
            .iter()
            .any(|difference| difference.signature == *signature)
    }

    /// Adds the judgement of another start.
    pub(super) fn merge(&mut self, other: Self) {
        for (poisoned, differences) in [(false, other.differences), (true, other.poisoned)] {
            for difference in differences {
                self.add(poisoned, difference);
            }
        }
        self.judged = self.judged.and(other.judged);
        self.rewrites.merge(&other.rewrites);
        self.late |= other.late;
        self.too_late = self.too_late.max(other.too_late);
    }

    /// Poisons differences; says whether there were any.
    pub(super) fn set_aside(&mut self, which: impl Fn(&Difference) -> bool) -> bool {
        let before = self.poisoned.len();
        let aside = self.differences.extract_if(.., |it| which(it));
        self.poisoned.extend(aside);
        self.poisoned.len() > before
    }

    /// Sets differences aside that may be due to lateness.
    pub(super) fn set_aside_as_late(&mut self, late: Millis, which: impl Fn(&Difference) -> bool) {
        if self.set_aside(which) {
            self.too_late = self.too_late.max(Some(late));
        }
    }

    pub(super) fn add(&mut self, poisoned: bool, difference: Difference) {
        let list = if poisoned {
            &mut self.poisoned
        } else {
            &mut self.differences
        };
        if !list.iter().any(|it| it.signature == difference.signature) {
            list.push(difference);
        }
    }
}

/// A set of aspects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Aspect>", into = "Vec<Aspect>")]
pub struct Aspects(u16);

impl Aspects {
    /// No aspect.
    pub const NONE: Self = Self(0);
    /// Every aspect.
    pub const ALL: Self = Self((1 << Aspect::ALL.len()) - 1);

    /// Adds an aspect.
    pub fn insert(&mut self, aspect: Aspect) {
        self.0 |= 1 << aspect as u16;
    }

    /// Whether an aspect is in the set.
    pub fn contains(self, aspect: Aspect) -> bool {
        self.0 & (1 << aspect as u16) != 0
    }

    /// The aspects in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set without an aspect.
    #[must_use]
    pub fn without(self, aspect: Aspect) -> Self {
        Self(self.0 & !(1 << aspect as u16))
    }

    /// Whether no aspect is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The aspects in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Aspect> {
        Aspect::ALL
            .into_iter()
            .filter(move |aspect| self.contains(*aspect))
    }

    /// The aspects in the set that are compared before this one.
    #[must_use]
    pub fn before(self, aspect: Aspect) -> Self {
        Self(self.0 & ((1 << aspect as u16) - 1))
    }
}

impl FromIterator<Aspect> for Aspects {
    fn from_iter<I: IntoIterator<Item = Aspect>>(aspects: I) -> Self {
        let mut set = Self::NONE;
        for aspect in aspects {
            set.insert(aspect);
        }
        set
    }
}

impl From<Vec<Aspect>> for Aspects {
    fn from(aspects: Vec<Aspect>) -> Self {
        aspects.into_iter().collect()
    }
}

impl From<Aspects> for Vec<Aspect> {
    fn from(aspects: Aspects) -> Self {
        aspects.iter().collect()
    }
}

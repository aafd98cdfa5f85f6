//! What a Task does: a table of behaviours, each with a predicate for where the harness can play it
//! and tell its attempts apart.
//!
//! The harness recognises an attempt by its site and its input. If the items of a Map run
//! concurrently with the same input, their attempts look the same, so every attempt there does the
//! same.

use stepproof_specs::{
    asl::Name,
    base::time::Millis,
    scenario::plan::{Act, Reply, Rule, Script},
};

use super::{Builder, Place, timing::Limits};
use crate::{
    feature::{Feature, FeatureSet},
    literal,
    shape::Shape,
};

/// The facts that a behaviour may depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) place: &'a Place<'a>,
    /// The shape of the task's input.
    pub(super) input: &'a Shape,
    /// The shape of the task's result; `None` if the task echoes its input.
    pub(super) result: Option<&'a Shape>,
    pub(super) limits: Limits,
    /// The errors that the task's retriers name.
    pub(super) retried: &'a [Name],
}

struct Behaviour {
    needs: FeatureSet,
    weight: u32,
    admits: fn(&Stage<'_>) -> bool,
    play: fn(&mut Builder<'_>, &Stage<'_>) -> Script,
}

static BEHAVIOURS: [Behaviour; 14] = [
    Behaviour {
        needs: FeatureSet::EMPTY,
        weight: 6,
        admits: |_| true,
        play: |builder, stage| succeed(builder, stage),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::TaskErrors]),
        weight: 3,
        admits: |_| true,
        play: |builder, stage| always(failure(builder, stage)),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::TaskErrors, Feature::Retry]),
        weight: 6,
        admits: |stage| stage.tells_attempts_apart(),
        play: |builder, stage| {
            let bound = builder.dice.between(1, 2);
            let first = Rule::below(bound, failure(builder, stage));
            then_succeed(builder, stage, vec![first])
        },
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::TaskErrors, Feature::Retry]),
        weight: 4,
        admits: |stage| stage.tells_attempts_apart(),
        play: |builder, stage| {
            let first = Rule::below(1, failure(builder, stage));
            let second = Rule::below(builder.dice.between(2, 3), failure(builder, stage));
            then_succeed(builder, stage, vec![first, second])
        },
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::TaskErrors]),
        weight: 6,
        admits: |stage| stage.place.revisited && stage.tells_attempts_apart(),
        play: |builder, stage| {
            let first = Rule {
                visit: Some(builder.dice.one_in(4).into()),
                ..Rule::always(failure(builder, stage))
            };
            then_succeed(builder, stage, vec![first])
        },
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::TaskErrors]),
        weight: 6,
        admits: |stage| stage.place.maps > 0 && stage.tells_attempts_apart(),
        play: |builder, stage| {
            let one = Rule {
                items: Some(item(builder, stage.place)),
                ..Rule::always(failure(builder, stage))
            };
            then_succeed(builder, stage, vec![one])
        },
    },
    Behaviour {
        needs: FeatureSet::EMPTY,
        weight: 4,
        admits: |stage| {
            stage.place.maps > 0 && stage.result.is_some() && stage.tells_attempts_apart()
        },
        play: |builder, stage| {
            let one = Rule {
                items: Some(item(builder, stage.place)),
                ..Rule::always(success(builder, stage))
            };
            then_succeed(builder, stage, vec![one])
        },
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays]),
        weight: 6,
        admits: |stage| stage.place.depth > 0,
        play: |builder, stage| always(slow(builder, stage)),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays]),
        weight: 4,
        admits: |stage| stage.limits.ends(),
        play: |builder, stage| always(silence(builder, stage)),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays, Feature::Retry]),
        weight: 4,
        admits: |stage| stage.limits.ends() && stage.tells_attempts_apart(),
        play: |builder, stage| {
            let first = Rule::below(1, silence(builder, stage));
            then_succeed(builder, stage, vec![first])
        },
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays]),
        weight: 6,
        admits: |stage| stage.limits.heartbeat.is_some(),
        play: |builder, stage| always(beat(builder, stage, 500)),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays]),
        weight: 4,
        admits: |stage| stage.limits.heartbeat.is_some(),
        play: |builder, stage| always(beat(builder, stage, 1_500)),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays]),
        weight: 4,
        admits: |stage| stage.is_alone() && stage.limits.bounds_queue(),
        play: |builder, stage| queue_then_work(builder, stage),
    },
    Behaviour {
        needs: FeatureSet::of(&[Feature::Delays]),
        weight: 1,
        admits: |stage| {
            let limit = stage.limits.timeout;
            stage.is_alone() && limit.is_none_or(|limit| limit > LONG_QUEUE)
        },
        play: |builder, stage| Script {
            away: Millis::from(builder.dice.between(1, 3)) * 1_000 + ASIDE,
            ..succeed(builder, stage)
        },
    },
];

/// Workers come back a quarter of a second after a full second, because most other events happen at
/// full seconds.
const ASIDE: Millis = 250;

/// Longer than any task waits in the queue.
const LONG_QUEUE: Millis = 3_500;

impl Stage<'_> {
    /// Whether nothing runs beside the task that could race with the time it takes.
    fn is_alone(&self) -> bool {
        self.place.depth == 0
    }

    /// Whether the harness can tell two attempts of one site apart.
    fn tells_attempts_apart(&self) -> bool {
        let place = self.place;
        place.concurrent == 0
            || place.concurrent == 1
                && place.innermost_concurrent
                && self.input.holds(|shape| *shape == Shape::Index)
    }
}

impl Limits {
    /// Whether a time limit ends a task that stays silent.
    fn ends(self) -> bool {
        self.timeout.is_some() || self.heartbeat.is_some()
    }

    /// Whether the time in the queue and the work may together exceed the timeout, which bounds
    /// only the work.
    fn bounds_queue(self) -> bool {
        let short = |limit| !self.by_path && (3_000..=4_000).contains(&limit);
        self.timeout.is_some_and(short) && self.heartbeat.is_none()
    }
}

/// The script of one start.
pub(super) fn draw(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Script {
    let features = stage.place.features;
    let weights = BEHAVIOURS.each_ref().map(|behaviour| {
        let fits = features.has_all(behaviour.needs) && (behaviour.admits)(stage);
        behaviour.weight * u32::from(fits)
    });
    let drawn = builder.dice.weighted(weights.into_iter()).unwrap_or(0);
    (BEHAVIOURS[drawn].play)(builder, stage)
}

/// The script of a task that always succeeds; it has no rules if the task echoes.
pub(super) fn succeed(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Script {
    then_succeed(builder, stage, Vec::new())
}

fn then_succeed(builder: &mut Builder<'_>, stage: &Stage<'_>, mut rules: Vec<Rule>) -> Script {
    if stage.result.is_some() {
        rules.push(Rule::always(success(builder, stage)));
    }
    rules.into()
}

fn always(act: Act) -> Script {
    act.into()
}

fn success(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Act {
    Act::now(match stage.result {
        Some(shape) => Reply::Succeed(shape.value(builder.dice).into()),
        None => Reply::Echo,
    })
}

/// A failure, often with an error that a retrier names.
fn failure(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Act {
    let any = stage.retried.is_empty() || builder.dice.one_in(2);
    let error = if any {
        literal::error(builder.dice)
    } else {
        &stage.retried[builder.dice.index(stage.retried.len())]
    };
    Act::now(Reply::Fail {
        error: error.to_owned(),
        cause: literal::cause(builder.dice).to_owned(),
    })
}

/// A task that takes a few seconds, so that it falls behind what runs beside it.
fn slow(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Act {
    let fails = stage.place.has(Feature::TaskErrors) && builder.dice.one_in(2);
    let act = if fails {
        failure(builder, stage)
    } else {
        success(builder, stage)
    };
    Act {
        after: Millis::from(builder.dice.between(1, 3)) * 1_000,
        ..act
    }
}

/// A task that gets no answer, or that no worker takes; then only its timeout ends it.
fn silence(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Act {
    Act::now(
        if stage.limits.timeout.is_some() && builder.dice.one_in(8) {
            Reply::Ignore
        } else {
            Reply::Silent
        },
    )
}

/// A task that waits in the queue and is then answered in time, although more than its timeout has
/// passed since it was scheduled. Only the first tasks of an execution wait in the queue.
fn queue_then_work(builder: &mut Builder<'_>, stage: &Stage<'_>) -> Script {
    let limit = stage.limits.timeout.unwrap_or(LONG_QUEUE);
    let act = Act {
        after: limit - 1_000,
        ..success(builder, stage)
    };
    Script {
        // Shorter than the timeout: it is not known whether a task times out while it is in the
        // queue.
        away: limit - 1_000 + ASIDE,
        ..always(act)
    }
}

/// Two heartbeats, then a success, each after this many thousandths of the heartbeat limit.
fn beat(builder: &mut Builder<'_>, stage: &Stage<'_>, thousandths: Millis) -> Act {
    let gap = stage.limits.heartbeat.unwrap_or(1_000) * thousandths / 1_000;
    Act {
        after: gap * 3,
        heartbeats: vec![gap, gap * 2],
        ..success(builder, stage)
    }
}

/// The indexes of an item that probably exists.
fn item(builder: &mut Builder<'_>, place: &Place<'_>) -> Vec<u32> {
    (0..place.maps)
        .map(|_| builder.dice.below(builder.sizes.items.min(2)))
        .collect()
}

//! Task states: fields, time limits and the plans of their attempts.

use smallvec::smallvec;
use stepproof_specs::{
    asl::{Body, Limit, Name, QueryLanguage, Retrier, StateType, Task, Transition},
    base::time::Millis,
    scenario::plan::Script,
};

use super::{
    Builder, Place,
    draft::{Draft, Exits, Slot},
    flow::Context,
    handlers::give_up,
    leaves::commented,
    names,
    passage::Passage,
    script::{self, Stage},
    timing::{self, Limits},
};
use crate::{feature::Feature, literal, shape::Shape};

/// The time limits as fields of the Task.
#[derive(Default)]
struct LimitFields {
    timeout: Option<Limit>,
    heartbeat: Option<Limit>,
}

/// Draws a Task.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let name = builder.name(StateType::Task);
    let number = builder.drawn;
    let mut passage = builder.enter(place, raw);
    let (fields, limits) = limits(builder, place, raw, &passage);
    let given = builder.given(place, &mut passage, Context::Attempts);
    let own = builder.dice.one_in(2).then(|| builder.literal_shape(place));
    let mut retry = builder.retriers(place);
    if passage.is_jsonata() {
        pay_for_damage(builder, place, retry.as_deref_mut().unwrap_or_default());
    }
    let retried = named(retry.as_deref().unwrap_or_default());
    let stage = Stage {
        place,
        input: &given,
        result: own.as_ref(),
        limits,
        retried: &retried,
    };
    plan(builder, &stage, &name, retry.as_deref_mut());

    let result = own.unwrap_or(given);
    // Undamaged if there are retriers: a result that cannot be merged is an error that they match,
    // and the time for those retries has not been paid.
    let merging = if retry.is_some() {
        place.undamaged()
    } else {
        *place
    };
    let language = passage.flow.language();
    let (flow, out) = builder.leave(place, &merging, passage, raw, result);
    let mut exits: Exits = smallvec![(Slot::Next, out)];
    let catch = builder.catchers(place, raw, language, &mut exits);
    let body = Body::Task(Box::new(Task {
        transition: Transition::End,
        resource: names::activity(number, &name),
        timeout: fields.timeout,
        heartbeat: fields.heartbeat,
        retry,
        catch,
    }));
    let task = commented(builder, place, flow, body);
    draft.push(name, task, exits);
}

/// Where the data may not fit, an expression may fail, which the retriers of a Task match: pays for
/// that, or lets them give up.
fn pay_for_damage(builder: &mut Builder<'_>, place: &Place<'_>, retriers: &mut [Retrier]) {
    if !builder.features.has(Feature::Damage) {
        return;
    }
    let waits = timing::patience(retriers);
    if waits > 0 && !builder.pay(place, waits) {
        give_up(retriers);
    }
}

/// The errors that retriers name, without the predefined ones.
fn named(retriers: &[Retrier]) -> Vec<Name> {
    let names = retriers.iter().flat_map(|retrier| &retrier.error_equals);
    names
        .filter(|name| literal::ERRORS.contains(&&***name))
        .cloned()
        .collect()
}

/// Draws what the task does in every start. If there is no time for it, the retriers give up, or
/// else the task succeeds.
fn plan(builder: &mut Builder<'_>, stage: &Stage<'_>, name: &str, retry: Option<&mut [Retrier]>) {
    let scripts: Vec<Script> = (0..builder.plans.len())
        .map(|_| script::draw(builder, stage))
        .collect();
    let retriers = retry.unwrap_or_default();
    let affordable = pay(builder, stage, &scripts, retriers) || {
        give_up(retriers);
        pay(builder, stage, &scripts, retriers)
    };
    let site = stage.place.site(name);
    for (start, mut script) in scripts.into_iter().enumerate() {
        if !affordable {
            script = script::succeed(builder, stage);
        }
        if !script.is_empty() {
            builder.plans[start].sites.insert(site.clone(), script);
        }
    }
}

fn pay(
    builder: &mut Builder<'_>,
    stage: &Stage<'_>,
    scripts: &[Script],
    retriers: &[Retrier],
) -> bool {
    let longest: Option<Millis> = scripts
        .iter()
        .map(|script| timing::longest(script, retriers, stage.limits))
        .try_fold(0, |longest: Millis, one| Some(longest.max(one?)));
    longest.is_some_and(|time| builder.pay(stage.place, time))
}

/// Draws `TimeoutSeconds` and `HeartbeatSeconds`, literal, by path or as expressions. Limits are short only where
/// the case may take time.
fn limits(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    raw: &Shape,
    passage: &Passage,
) -> (LimitFields, Limits) {
    let (on_raw, language) = (passage.is_on_raw(), passage.flow.language());
    let mut fields = LimitFields::default();
    let mut limits = Limits::default();
    let short = place.has(Feature::Delays);
    if on_raw
        && builder.draws(place, Feature::Heartbeats, 8)
        && let Some(path) = limit_path(builder, place, raw, language)
    {
        // The length is not known, so no act is drawn that depends on it.
        fields.heartbeat = Some(path);
        return (fields, limits);
    }
    if builder.draws(place, Feature::Heartbeats, 4) {
        let seconds = if short {
            builder.dice.between(1, 2)
        } else {
            30
        };
        fields.heartbeat = Some(limit(builder, place, raw, language, seconds));
        limits.heartbeat = Some(Millis::from(seconds) * 1_000);
    }
    if builder.draws(place, Feature::Timeouts, 3) {
        let path = if on_raw && short && limits.heartbeat.is_none() {
            limit_path(builder, place, raw, language)
        } else {
            None
        };
        let seconds = if short && builder.dice.chance(2, 3) {
            builder.dice.between(3, 4)
        } else {
            60
        };
        limits.timeout = Some(Millis::from(seconds) * 1_000);
        fields.timeout = Some(limit(builder, place, raw, language, seconds));
        if let Some(path) = path {
            limits.timeout = Some(3_000);
            limits.by_path = true;
            fields.timeout = Some(path);
        }
    }
    (fields, limits)
}

/// A limit by path, if the data has a number of a suitable size.
pub(super) fn limit_path(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    data: &Shape,
    language: QueryLanguage,
) -> Option<Limit> {
    if !builder.draws(place, Feature::LimitPaths, 2) {
        return None;
    }
    if language == QueryLanguage::Jsonata {
        return builder.way_to_count(place, data);
    }
    let (path, _) = builder.look(place, data, |shape| *shape == Shape::Count)?;
    Some(Limit::Path(path))
}

/// A limit of this size: a literal, or in JSONata an expression.
pub(super) fn limit(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    data: &Shape,
    language: QueryLanguage,
    number: u32,
) -> Limit {
    if language == QueryLanguage::Jsonata && builder.draws(place, Feature::LimitPaths, 2) {
        return builder.constant(place, data, number);
    }
    Limit::Literal(number.into())
}

//! Task states: fields, time limits and the plans of their attempts.

use smallvec::smallvec;
use stepproof_specs::{
    asl::{Body, JsonPathFlow, Limit, Name, Retrier, StateType, Task, Transition},
    base::time::Millis,
    scenario::plan::Script,
};

use super::{
    Builder, Place,
    draft::{Draft, Exits, Flow, Slot},
    flow::Context,
    handlers::give_up,
    leaves::{absent, commented},
    names,
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
    let (input_path, effective) = builder.input_path(place, raw);
    let on_raw = absent(&input_path);
    let (fields, limits) = limits(builder, place, raw, on_raw);
    let (parameters, given) =
        builder.template(place, Feature::Parameters, Context::Attempts, effective);
    let own = builder.dice.one_in(2).then(|| builder.literal_shape(place));
    let mut retry = builder.retriers(place);
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
    let (assign, variables) = builder.assign(place, &result);
    let (result_selector, selected) = builder.result_selector(place, assign.is_some(), result);
    // Undamaged if there are retriers: a result that cannot be merged is an error that they match,
    // and the time for those retries has not been paid.
    let merging = if retry.is_some() {
        place.undamaged()
    } else {
        *place
    };
    let (result_path, merged) = builder.result_path(&merging, raw, selected);
    let (output_path, data) = builder.output_path(place, merged);
    let mut exits: Exits = smallvec![(Slot::Next, Flow { data, variables })];
    let catch = builder.catchers(place, raw, &mut exits);
    let body = Body::Task(Box::new(Task {
        transition: Transition::End,
        resource: names::activity(number, &name),
        timeout: fields.timeout,
        heartbeat: fields.heartbeat,
        retry,
        catch,
    }));
    let json_path = JsonPathFlow {
        input_path,
        parameters,
        result_selector,
        result_path,
        assign,
        output_path,
        ..JsonPathFlow::default()
    };
    let task = commented(builder, place, json_path, body);
    draft.push(name, task, exits);
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

/// Draws `TimeoutSeconds` and `HeartbeatSeconds`, literal or by path. Limits are short only where
/// the case may take time.
fn limits(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    raw: &Shape,
    on_raw: bool,
) -> (LimitFields, Limits) {
    let mut fields = LimitFields::default();
    let mut limits = Limits::default();
    let short = place.has(Feature::Delays);
    if on_raw
        && builder.draws(place, Feature::Heartbeats, 8)
        && let Some(path) = limit_path(builder, place, raw)
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
        fields.heartbeat = Some(Limit::Literal(seconds.into()));
        limits.heartbeat = Some(Millis::from(seconds) * 1_000);
    }
    if builder.draws(place, Feature::Timeouts, 3) {
        let path = if on_raw && short && limits.heartbeat.is_none() {
            limit_path(builder, place, raw)
        } else {
            None
        };
        let seconds = if short && builder.dice.chance(2, 3) {
            builder.dice.between(3, 4)
        } else {
            60
        };
        limits.timeout = Some(Millis::from(seconds) * 1_000);
        fields.timeout = Some(Limit::Literal(seconds.into()));
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
) -> Option<Limit> {
    if !builder.draws(place, Feature::LimitPaths, 2) {
        return None;
    }
    let (path, _) = builder.look(place, data, |shape| *shape == Shape::Count)?;
    Some(Limit::Path(path))
}

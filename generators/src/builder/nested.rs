//! Parallel and Map: scopes inside a state.

use std::sync::Arc;

use smallvec::smallvec;
use stepproof_specs::{
    asl::{
        Body, JsonPathFlow, Limit, Map, Parallel, Retrier, Scope, StateType, Transition,
        site::branch,
    },
    query::jsonpath::path::Path,
};

use super::{
    Builder, Place,
    draft::{Draft, Exits, Flow, Slot},
    flow::Context,
    handlers::give_up,
    leaves::commented,
    task::limit_path,
    timing,
};
use crate::{
    feature::{Feature, FeatureSet},
    shape::Shape,
};

/// The features that make a scope fail. Two scopes that fail at the same time race, and then
/// nothing can be judged.
const FAILING: FeatureSet = FeatureSet::of(&[
    Feature::Fail,
    Feature::TaskErrors,
    Feature::Timeouts,
    Feature::Heartbeats,
    Feature::Damage,
]);

/// Draws a Parallel.
pub(super) fn parallel(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    draft: &mut Draft,
    raw: &Shape,
) {
    let name = builder.name(StateType::Parallel);
    let (input_path, effective) = builder.input_path(place, raw);
    let (parameters, given) =
        builder.template(place, Feature::Parameters, Context::Attempts, effective);
    let (retry, tries) = patient(builder, place);
    let count = builder.dice.between(1, builder.sizes.branches);
    let failing = builder.dice.below(count);
    let site = place.site(&name);
    let mut branches = Vec::with_capacity(count as usize);
    let mut outputs = Vec::with_capacity(count as usize);
    for index in 0..count {
        let calm = index != failing && builder.dice.chance(14, 15);
        let prefix = branch(&site, index as usize);
        let inside = Place {
            prefix: &prefix,
            ..inside(place, tries, calm)
        };
        let (branch, output) = child(builder, inside, given.clone());
        branches.push(branch);
        outputs.push(output);
    }
    let result = Shape::Tuple(outputs.into());
    let (assign, variables) = builder.assign(place, &result);
    let (result_selector, selected) = builder.result_selector(place, assign.is_some(), result);
    let (result_path, merged) = builder.result_path(place, raw, selected);
    let (output_path, data) = builder.output_path(place, merged);
    let mut exits: Exits = smallvec![(Slot::Next, Flow { data, variables })];
    let catch = builder.catchers(place, raw, &mut exits);
    let body = Body::Parallel(Box::new(Parallel {
        transition: Transition::End,
        branches,
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
    let state = commented(builder, place, json_path, body);
    draft.push(name, state, exits);
}

/// Draws an inline Map.
pub(super) fn map(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let name = builder.name(StateType::Map);
    let (items_path, item) = items(builder, place, raw);
    let variables = place.variables.without_index();
    let seen = Place {
        variables: &variables,
        ..*place
    };
    let (item_selector, given) =
        builder.item_selector(&seen, &raw.without_index(), item.without_index());
    let max_concurrency = max_concurrency(builder, place, raw);
    let sequential = max_concurrency == Some(Limit::Literal(1));
    let at_once = matches!(max_concurrency, None | Some(Limit::Literal(0)));
    let (retry, tries) = patient(builder, place);
    let most = builder.sizes.items.max(builder.sizes.branches);
    let rounds = if at_once { 1 } else { most };
    let calm = !sequential && builder.dice.chance(3, 5);
    let site = place.site(&name);
    let inside = Place {
        prefix: &site,
        maps: place.maps + 1,
        concurrent: place.concurrent + u32::from(!sequential),
        innermost_concurrent: !sequential,
        ..inside(&seen, tries * rounds, calm)
    };
    let (processor, each) = child(builder, inside, given);
    let result = Shape::List(each.into(), 0);
    let (assign, variables) = builder.assign(place, &result);
    let (result_selector, selected) = builder.result_selector(place, assign.is_some(), result);
    let (result_path, merged) = builder.result_path(place, raw, selected);
    let (output_path, data) = builder.output_path(place, merged);
    let mut exits: Exits = smallvec![(Slot::Next, Flow { data, variables })];
    let catch = builder.catchers(place, raw, &mut exits);
    let body = Body::Map(Box::new(Map {
        transition: Transition::End,
        processor,
        legacy_iterator: false,
        legacy_parameters: false,
        max_concurrency,
        retry,
        catch,
        distributed: indexmap::IndexMap::new(),
    }));
    let json_path = JsonPathFlow {
        items_path,
        item_selector,
        result_selector,
        result_path,
        assign,
        output_path,
        ..JsonPathFlow::default()
    };
    let state = commented(builder, place, json_path, body);
    draft.push(name, state, exits);
}

/// Draws `ItemsPath`; returns it and the shape of an item.
fn items(builder: &mut Builder<'_>, place: &Place<'_>, raw: &Shape) -> (Option<Path>, Shape) {
    if raw.is_array() && builder.dice.chance(3, 4) {
        return (None, raw.each());
    }
    match builder.look_for_items(place, raw) {
        Some((path, shape)) => (Some(path), shape.each()),
        None => (None, Shape::Any),
    }
}

/// Draws `MaxConcurrency`: often 1, because the attempts of sequential items can be told apart.
fn max_concurrency(builder: &mut Builder<'_>, place: &Place<'_>, raw: &Shape) -> Option<Limit> {
    if !place.has(Feature::MaxConcurrency) || builder.dice.one_in(4) {
        return None;
    }
    limit_path(builder, place, raw)
        .or_else(|| Some(Limit::Literal(builder.dice.pick(&[1, 1, 1, 2, 0]))))
}

/// Draws `Retry` for a state that repeats whole scopes; returns it and the most times that the
/// state is tried.
fn patient(builder: &mut Builder<'_>, place: &Place<'_>) -> (Option<Vec<Retrier>>, u32) {
    let mut retry = builder.retriers(place);
    for retrier in retry.iter_mut().flatten() {
        retrier.max_attempts = Some(retrier.max_attempts.map_or(1, |most| most.min(1)));
    }
    let waits = timing::patience(retry.as_deref().unwrap_or_default());
    if waits > 0 && !builder.pay(place, waits) {
        give_up(retry.as_deref_mut().unwrap_or_default());
    }
    let again: u64 = retry
        .iter()
        .flatten()
        .filter_map(|retrier| retrier.max_attempts)
        .sum();
    (retry, 1 + again as u32)
}

/// The place inside a state that is tried at most `tries` times. A `calm` scope does not fail.
fn inside<'a>(place: &Place<'a>, tries: u32, calm: bool) -> Place<'a> {
    Place {
        features: if calm {
            place.features.without(FAILING)
        } else {
            place.features
        },
        depth: place.depth + 1,
        times: place.times * tries,
        revisited: place.revisited || tries > 1,
        keeps: false,
        ..*place
    }
}

/// Draws a small scope.
fn child(builder: &mut Builder<'_>, place: Place<'_>, given: Shape) -> (Arc<Scope>, Shape) {
    let most = (builder.budget.states / 2).clamp(1, 4);
    let size = builder.dice.between(1, most);
    builder.scope(place, given, size)
}

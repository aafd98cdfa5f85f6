//! Parallel and Map: scopes inside a state.

use std::sync::Arc;

use smallvec::smallvec;
use stepproof_specs::{
    asl::{
        Body, DataFlow, JsonPathFlow, JsonataFlow, Limit, Map, Parallel, QueryLanguage, Retrier,
        Scope, StateType, Transition, site::branch,
    },
    query::jsonpath::path::Path,
};

use super::{
    Builder, Place,
    draft::{Draft, Exits, Slot},
    flow::Context,
    handlers::give_up,
    leaves::commented,
    passage::Passage,
    task::{limit, limit_path},
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
    let mut passage = builder.enter(place, raw);
    let given = builder.given(place, &mut passage, Context::Attempts);
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
    let language = passage.flow.language();
    let (flow, out) = builder.leave(place, place, passage, raw, result);
    let mut exits: Exits = smallvec![(Slot::Next, out)];
    let catch = builder.catchers(place, raw, language, &mut exits);
    let body = Body::Parallel(Box::new(Parallel {
        transition: Transition::End,
        branches,
        retry,
        catch,
    }));
    let state = commented(builder, place, flow, body);
    draft.push(name, state, exits);
}

/// Draws an inline Map.
pub(super) fn map(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let name = builder.name(StateType::Map);
    let variables = place.variables.without_index();
    let seen = Place {
        variables: &variables,
        ..*place
    };
    let language = if has_items(builder, place, raw) {
        builder.language(place)
    } else {
        QueryLanguage::Jsonata
    };
    let (flow, given) = iterated(builder, place, &seen, raw, language);
    let (max_concurrency, at_most) = max_concurrency(builder, place, raw, language);
    let sequential = at_most == Some(1);
    let at_once = at_most == Some(0);
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
    let passage = Passage {
        flow,
        effective: raw.clone(),
    };
    let (flow, out) = builder.leave(place, place, passage, raw, result);
    let mut exits: Exits = smallvec![(Slot::Next, out)];
    let catch = builder.catchers(place, raw, language, &mut exits);
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
    let state = commented(builder, place, flow, body);
    draft.push(name, state, exits);
}

/// Whether there is an array to iterate over that a path leads to.
pub(super) fn has_items(builder: &Builder<'_>, place: &Place<'_>, raw: &Shape) -> bool {
    raw.holds(Shape::is_array)
        || place.variables.holds(Shape::is_array)
        || place.has(Feature::ContextPaths) && builder.input.holds(Shape::is_array)
}

/// Draws what a Map iterates over; returns it and the shape of an iteration's input. An iteration sees
/// the data in `seen`.
fn iterated(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    seen: &Place<'_>,
    raw: &Shape,
    language: QueryLanguage,
) -> (DataFlow, Shape) {
    match language {
        QueryLanguage::JsonPath => {
            let (items_path, item) = items(builder, place, raw);
            let (item_selector, given) =
                builder.item_selector(seen, &raw.without_index(), item.without_index());
            let flow = JsonPathFlow {
                items_path,
                item_selector,
                ..JsonPathFlow::default()
            };
            (DataFlow::JsonPath(flow), given)
        }
        QueryLanguage::Jsonata => {
            let (items, item) = if raw.is_array() && builder.dice.chance(3, 4) {
                (None, raw.each())
            } else {
                let (items, shape) = builder.json_items(place, raw);
                (Some(items), shape.each())
            };
            let (item_selector, given) =
                builder.select_item(seen, &raw.without_index(), item.without_index());
            let flow = JsonataFlow {
                items,
                item_selector,
                ..JsonataFlow::default()
            };
            (DataFlow::Jsonata(flow), given)
        }
    }
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

/// Draws `MaxConcurrency`: often 1, because the attempts of sequential items can be told apart. Returns
/// it with its value, if that is known; 0 stands for no limit.
fn max_concurrency(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    raw: &Shape,
    language: QueryLanguage,
) -> (Option<Limit>, Option<u32>) {
    if !place.has(Feature::MaxConcurrency) || builder.dice.one_in(4) {
        return (None, Some(0));
    }
    if let Some(path) = limit_path(builder, place, raw, language) {
        return (Some(path), None);
    }
    let most = builder.dice.pick(&[1, 1, 1, 2, 0]);
    (Some(limit(builder, place, raw, language, most)), Some(most))
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

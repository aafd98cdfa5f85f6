//! Pass, Wait, Succeed and Fail.

use std::sync::Arc;

use smallvec::smallvec;
use stepproof_specs::{
    asl::{
        Body, DataFlow, Dynamic, Fail, Limit, Pass, QueryLanguage, State, StateType, Text,
        Transition, Until, Wait,
    },
    query::jsonpath::{path::Path, template::Source},
};

use super::{
    Builder, Place,
    draft::{Draft, Flow, Slot},
    expressions::{self, More},
    flow::{self, Context, cause_text},
    passage,
};
use crate::{feature::Feature, jsonata::Drawing, literal, shape::Shape};

/// Draws a Pass that leads on.
pub(super) fn pass(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let (state, flow) = make_pass(builder, place, raw);
    let name = builder.name(StateType::Pass);
    draft.push(name, state, smallvec![(Slot::Next, flow)]);
}

/// Draws a Pass that ends the scope.
pub(super) fn last_pass(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    draft: &mut Draft,
    raw: &Shape,
) {
    let (state, flow) = make_pass(builder, place, raw);
    let name = builder.name(StateType::Pass);
    draft.push_last(name, state, Some(flow.data));
}

fn make_pass(builder: &mut Builder<'_>, place: &Place<'_>, raw: &Shape) -> (State, Flow) {
    let mut passage = builder.enter(place, raw);
    let body = Body::Pass(Pass {
        transition: Transition::End,
    });
    if passage.is_jsonata() {
        let (flow, out) = builder.pass_on(place, passage, raw);
        return (commented(builder, place, flow, body), out);
    }
    let made = builder.given(place, &mut passage, Context::Plain);
    let (result, result_shape) = if builder.draws(place, Feature::PassResult, 3) {
        let (value, shape) = builder.literal(place);
        // A null Result counts as absent.
        if value.is_null() {
            (None, made)
        } else {
            (Some(Arc::new(value)), shape)
        }
    } else {
        (None, made)
    };
    let (assign, variables) = builder.assign(place, &result_shape);
    let (result_path, merged) = builder.result_path(place, raw, result_shape);
    let (output_path, data) = builder.output_path(place, merged);
    if let DataFlow::JsonPath(flow) = &mut passage.flow {
        flow.result = result;
        flow.result_path = result_path;
        flow.assign = assign;
        flow.output_path = output_path;
    }
    let state = commented(builder, place, passage.flow, body);
    (state, Flow { data, variables })
}

/// A state, sometimes with a comment.
pub(super) fn commented(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    flow: DataFlow,
    body: Body,
) -> State {
    let comment = builder
        .draws(place, Feature::Comments, 8)
        .then(|| "A comment.".to_owned());
    State {
        comment,
        query_language: builder.said(place, flow.language()),
        flow,
        body,
    }
}

/// Draws a Wait of a few seconds, or of none where the case has no time left.
pub(super) fn wait(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let passage = builder.enter(place, raw);
    let until = if passage.is_jsonata() {
        until_expression(builder, place, raw)
    } else {
        until(builder, place, &passage.effective)
    };
    let (flow, out) = builder.pass_on(place, passage, raw);
    let body = Body::Wait(Wait {
        transition: Transition::End,
        until,
    });
    let state = commented(builder, place, flow, body);
    let name = builder.name(StateType::Wait);
    draft.push(name, state, smallvec![(Slot::Next, out)]);
}

/// The same in JSONata.
fn until_expression(builder: &mut Builder<'_>, place: &Place<'_>, raw: &Shape) -> Until {
    let dynamic = builder.draws(place, Feature::WaitPaths, 2);
    if builder.draws(place, Feature::Timestamps, 3) {
        if builder.draws(place, Feature::WaitPaths, 6) && place.has(Feature::ContextPaths) {
            let entered = expressions::context(&["State", "EnteredTime"]);
            return Until::Timestamp(expressions::dynamic(&entered));
        }
        if dynamic {
            let draw = |it: &mut Drawing<'_>| (it.timestamp(), Shape::Timestamp);
            let (made, _) = builder.expression(place, raw, More::Nothing, &Shape::Timestamp, draw);
            return Until::Timestamp(Dynamic::Expression(made));
        }
        let past = literal::timestamp(builder.dice).to_owned();
        return Until::Timestamp(Dynamic::Literal(past));
    }
    if dynamic
        && let Some(way) = builder.way_to_count(place, raw)
        && builder.pay(place, 3_000)
    {
        return Until::Seconds(way);
    }
    let seconds = builder.dice.between(0, 3);
    let affordable = seconds == 0 || builder.pay(place, u64::from(seconds) * 1_000);
    let seconds = if affordable { seconds } else { 0 };
    Until::Seconds(if dynamic {
        builder.constant(place, raw, seconds)
    } else {
        Limit::Literal(seconds.into())
    })
}

fn until(builder: &mut Builder<'_>, place: &Place<'_>, data: &Shape) -> Until {
    if builder.draws(place, Feature::Timestamps, 3) {
        if builder.draws(place, Feature::WaitPaths, 6) && place.has(Feature::ContextPaths) {
            return Until::Timestamp(Dynamic::Path(flow::entered_time()));
        }
        if builder.damages(place) {
            return Until::Timestamp(Dynamic::Literal(literal::DOOMSDAY.to_owned()));
        }
        if let Some(path) = path_to(builder, place, data, |shape| *shape == Shape::Timestamp) {
            return Until::Timestamp(Dynamic::Path(path));
        }
        let past = literal::timestamp(builder.dice).to_owned();
        return Until::Timestamp(Dynamic::Literal(past));
    }
    if let Some(path) = path_to(builder, place, data, |shape| *shape == Shape::Count)
        && builder.pay(place, 3_000)
    {
        return Until::Seconds(Limit::Path(path));
    }
    let seconds = builder.dice.between(0, 3);
    let affordable = seconds == 0 || builder.pay(place, u64::from(seconds) * 1_000);
    Until::Seconds(Limit::Literal(if affordable { seconds.into() } else { 0 }))
}

fn path_to(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    data: &Shape,
    wants: fn(&Shape) -> bool,
) -> Option<Path> {
    if !builder.draws(place, Feature::WaitPaths, 2) {
        return None;
    }
    let (path, _) = builder.look(place, data, wants)?;
    Some(path)
}

/// Draws a Succeed.
pub(super) fn succeed(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    draft: &mut Draft,
    raw: &Shape,
) {
    let mut passage = builder.enter(place, raw);
    let output = match &mut passage.flow {
        DataFlow::JsonPath(flow) => {
            let (output_path, output) = builder.output_path(place, passage.effective);
            flow.output_path = output_path;
            output
        }
        DataFlow::Jsonata(flow) => {
            let (made, output) = builder.output(place, raw, More::Nothing, raw);
            flow.output = made;
            output
        }
    };
    let state = commented(builder, place, passage.flow, Body::Succeed);
    let name = builder.name(StateType::Succeed);
    draft.push_last(name, state, Some(output));
}

/// Draws a Fail.
pub(super) fn fail(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let language = builder.language(place);
    let is_jsonata = language == QueryLanguage::Jsonata;
    let error = fail_text(builder, place, raw, is_jsonata, |builder| {
        literal::error(builder.dice).to_owned()
    });
    let cause = fail_text(builder, place, raw, is_jsonata, cause_text);
    let body = Body::Fail(Fail { error, cause });
    let state = commented(builder, place, passage::plain(language), body);
    let name = builder.name(StateType::Fail);
    draft.push_last(name, state, None);
}

/// `Error` or `Cause`: a literal, a path or an expression, or nothing.
fn fail_text(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    data: &Shape,
    is_jsonata: bool,
    literal: impl FnOnce(&mut Builder<'_>) -> String,
) -> Option<Text> {
    if builder.dice.one_in(6) {
        return None;
    }
    if is_jsonata {
        let dynamic = builder.draws(place, Feature::FailPaths, 2);
        return Some(if dynamic {
            builder.text_expression(place, data)
        } else {
            Text::Literal(literal(builder))
        });
    }
    if builder.draws(place, Feature::FailPaths, 3)
        && let Some((call, _)) = builder.call_for_text(place, data)
    {
        return Some(Text::Path(call));
    }
    if builder.draws(place, Feature::FailPaths, 3)
        && let Some((path, _)) = builder.look(place, data, Shape::is_text)
    {
        return Some(Text::Path(Source::Path(path)));
    }
    Some(Text::Literal(literal(builder)))
}

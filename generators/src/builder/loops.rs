//! Loops that end. A path cannot count, so a loop keeps its lap in the data, and every way back
//! leads through a Pass that writes the next number.
//!
//! ```text
//! Pass lap := 1 ─→ body … ─→ Choice ─ lap = 1 ─→ Pass lap := 2 ─→ (body)
//!                               └── otherwise ─→ on
//! ```
//!
//! A variable can count: a loop that keeps its lap in a variable needs no Pass on the way back,
//! because the rule that leads back assigns the next number.
//!
//! The states of the body keep every field of the data except the one for their own result.

use std::sync::Arc;

use serde_json::json;
use smallvec::smallvec;
use stepproof_specs::{
    asl::{
        Body, Choice, DataFlow, JsonPathFlow, JsonataFlow, Nullable, Pass, QueryLanguage, State,
        StateType, Transition,
    },
    query::{
        jsonata,
        jsonpath::{
            path::Root,
            template::{Field, FieldValue, Template},
        },
    },
};

use super::{
    Builder, Place,
    choice::{rule, rule_if},
    conditions::{lap_is, laps_left},
    draft::{Draft, Exits, Flow, Slot},
    expressions::{self, with_member},
    leaves::commented,
    passage,
    variables::one_more,
};
use crate::{
    feature::Feature,
    jsonata::{Operator, Tree},
    key::{Key, LAPS},
    shape::{Hop, Shape, Trail, path},
};

/// Draws a loop that counts in the data.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let laps = builder.dice.between(2, 3);
    // `LATEST` is dropped from the shape: the body may give it a different shape in the first lap.
    let counted = raw.without(Key::LATEST).with(Key::LAP, Shape::Number);
    let merges = raw.is_object();
    let name = builder.name(StateType::Pass);
    let flow = place.flow(counted);
    let first = set_lap(builder, place, 1, merges);
    draft.push(name, first, smallvec![(Slot::Next, flow)]);

    let body = draft.len() as usize;
    let inside = Place {
        times: place.times * laps,
        revisited: true,
        ..*place
    };
    draw_body(builder, inside, draft);
    close(builder, place, draft, laps, body);
}

/// The most laps of a loop with any body. The body of a longer loop is small.
const FEW_LAPS: u32 = 3;

/// The most laps of a long loop.
const MANY_LAPS: u32 = 300;

/// Draws a loop that counts in a variable.
pub(super) fn counting(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    draft: &mut Draft,
    raw: &Shape,
) {
    let lap = LAPS[(place.depth as usize).min(LAPS.len() - 1)];
    let laps = laps(builder, place);
    let name = builder.name(StateType::Pass);
    let flow = Flow {
        data: if raw.is_object() {
            raw.without(Key::LATEST)
        } else {
            Shape::empty()
        },
        variables: place.variables.clone().with(lap, Shape::Number),
    };
    let first = first_lap(builder, place, lap, raw);
    draft.push(name, first, smallvec![(Slot::Next, flow)]);
    let body = draft.len() as usize;
    if laps > FEW_LAPS {
        draw_small_body(builder, place, draft);
    } else {
        let inside = Place {
            times: place.times * laps,
            revisited: true,
            ..*place
        };
        draw_body(builder, inside, draft);
    }
    let Some(flow) = draft.continue_last() else {
        return;
    };
    let language = builder.language(place);
    let again = match language {
        QueryLanguage::JsonPath => rule(laps_left(lap, laps), Some(assign(lap, one_more(lap)))),
        QueryLanguage::Jsonata => {
            let lap_tree = Tree::variable(lap.text());
            let left = Tree::infix(Operator::Less, lap_tree, Tree::whole(laps));
            let next = expressions::object(vec![(lap, expressions::one_more(lap))]);
            rule_if(&left, Some(next))
        }
    };
    let choice = Body::Choice(Choice {
        choices: vec![again],
        default: None,
    });
    let choice = commented(builder, place, passage::plain(language), choice);
    let name = builder.name(StateType::Choice);
    let at = draft.push(name, choice, smallvec![(Slot::Default, flow)]);
    draft.lead_back(at, Slot::Rule(0), body);
}

/// Draws a few laps; in the outermost scope sometimes many, if long loops are enabled.
fn laps(builder: &mut Builder<'_>, place: &Place<'_>) -> u32 {
    if place.depth == 0 && place.has(Feature::LongLoops) && builder.dice.one_in(2) {
        builder.dice.between(MANY_LAPS / 2, MANY_LAPS)
    } else {
        builder.dice.between(2, FEW_LAPS)
    }
}

/// A Pass that starts the count. It replaces data that is not an object by an empty object, which
/// the body can add fields to.
fn first_lap(builder: &mut Builder<'_>, place: &Place<'_>, lap: Key, raw: &Shape) -> State {
    let one = json!({ lap.text(): 1 });
    let empty = (!raw.is_object()).then(|| Arc::new(json!({})));
    let flow = match builder.language(place) {
        QueryLanguage::JsonPath => DataFlow::JsonPath(JsonPathFlow {
            result: empty,
            assign: Some(Template::Literal(Arc::new(one))),
            ..JsonPathFlow::default()
        }),
        QueryLanguage::Jsonata => DataFlow::Jsonata(JsonataFlow {
            assign: Some(jsonata::Template::Literal(Arc::new(one))),
            output: empty.map(jsonata::Template::Literal),
            ..JsonataFlow::default()
        }),
    };
    pass(builder, place, flow)
}

fn assign(lap: Key, value: FieldValue) -> Template {
    Template::Object(vec![Field {
        name: lap.text().to_owned(),
        value,
    }])
}

/// Draws Passes that write the same value to the same field in every lap.
fn draw_small_body(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft) {
    for _ in 0..builder.dice.between(1, 2) {
        let Some(flow) = draft.continue_last() else {
            return;
        };
        let value = builder.dice.between(1, 3);
        let made = match builder.language(place) {
            QueryLanguage::JsonPath => DataFlow::JsonPath(JsonPathFlow {
                result: Some(Arc::new(value.into())),
                result_path: Nullable::Set(path(Root::Data, &[Hop::Key(Key::LATEST)])),
                ..JsonPathFlow::default()
            }),
            QueryLanguage::Jsonata => DataFlow::Jsonata(JsonataFlow {
                output: Some(with_member(Key::LATEST, Tree::whole(value))),
                ..JsonataFlow::default()
            }),
        };
        let state = pass(builder, place, made);
        let name = builder.name(StateType::Pass);
        let place = place.seeing(&flow);
        let after = place.flow(flow.data.clone().with(Key::LATEST, Shape::Count));
        draft.push(name, state, smallvec![(Slot::Next, after)]);
    }
}

fn draw_body(builder: &mut Builder<'_>, inside: Place<'_>, draft: &mut Draft) {
    for _ in 0..builder.dice.between(1, 2) {
        if let Some(flow) = draft.continue_last() {
            builder.draw_step(&inside.seeing(&flow), draft, &flow.data);
        }
    }
}

/// Adds the Choice at the end of the body, and the Passes that lead back.
fn close(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, laps: u32, body: usize) {
    let Some(flow) = draft.continue_last() else {
        return;
    };
    let language = builder.language(place);
    let choices = (1..laps).map(|lap| match language {
        QueryLanguage::JsonPath => rule(lap_is(lap), None),
        QueryLanguage::Jsonata => {
            let counted = Tree::states("input").along(&Trail::from_slice(&[Hop::Key(Key::LAP)]));
            rule_if(
                &Tree::infix(Operator::Equal, counted, Tree::whole(lap)),
                None,
            )
        }
    });
    let choice = Body::Choice(Choice {
        choices: choices.collect(),
        default: None,
    });
    let choice = commented(builder, place, passage::plain(language), choice);
    let name = builder.name(StateType::Choice);
    let at = draft.push(name, choice, smallvec![(Slot::Default, flow)]);
    for lap in 1..laps {
        let name = builder.name(StateType::Pass);
        let again = set_lap(builder, place, lap + 1, true);
        let back = draft.push(name, again, Exits::new());
        draft.lead_back(at, Slot::Rule(lap as usize - 1), back);
        draft.lead_back(back, Slot::Next, body);
    }
}

/// A Pass that writes the number of the lap into the data, or replaces the data by it.
fn set_lap(builder: &mut Builder<'_>, place: &Place<'_>, lap: u32, merges: bool) -> State {
    let whole = json!({ Key::LAP.text(): lap });
    let flow = match builder.language(place) {
        QueryLanguage::JsonPath => {
            let (result, result_path) = if merges {
                let path = path(Root::Data, &[Hop::Key(Key::LAP)]);
                (lap.into(), Nullable::Set(path))
            } else {
                (whole, Nullable::Absent)
            };
            DataFlow::JsonPath(JsonPathFlow {
                result: Some(Arc::new(result)),
                result_path,
                ..JsonPathFlow::default()
            })
        }
        QueryLanguage::Jsonata => DataFlow::Jsonata(JsonataFlow {
            output: Some(if merges {
                with_member(Key::LAP, Tree::whole(lap))
            } else {
                jsonata::Template::Literal(Arc::new(whole))
            }),
            ..JsonataFlow::default()
        }),
    };
    pass(builder, place, flow)
}

fn pass(builder: &mut Builder<'_>, place: &Place<'_>, flow: DataFlow) -> State {
    let pass = Pass {
        transition: Transition::End,
    };
    commented(builder, place, flow, Body::Pass(pass))
}

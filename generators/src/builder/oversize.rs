//! Payloads of about the largest size that a state may hold, in small machines: calls that make
//! lists of a thousand numbers many times over.

use std::sync::{Arc, LazyLock};

use smallvec::smallvec;
use stepproof_specs::{
    asl::{Body, JsonPathFlow, Nullable, Pass, State, StateType, Transition},
    interpreter::DATA_LIMIT,
    query::jsonpath::{
        intrinsic::Call,
        template::{Field, FieldValue, Source, Template},
    },
};

use super::{
    Builder, Place,
    draft::{Draft, Slot},
};
use crate::{feature::Feature, key::Key, shape::Shape};

/// A call that makes a list of a thousand numbers; below, the size of that list and a comma.
const THOUSAND: &str = "States.ArrayRange(1000, 1999, 1)";
const BYTES: usize = 5_002;
/// How many such lists fit into the limit.
const LISTS: usize = 52;

/// Draws a Pass that makes the largest payload allowed, and discards it. Where damage is allowed,
/// the payload may be one byte too long.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let too_much = place.has(Feature::Damage) && builder.dice.one_in(2);
    let made = MADE[usize::from(too_much)].clone();
    let flow = JsonPathFlow {
        parameters: made,
        result_path: Nullable::Null,
        ..JsonPathFlow::default()
    };
    let pass = Pass {
        transition: Transition::End,
    };
    let state = State::json_path(flow, Body::Pass(pass));
    let name = builder.name(StateType::Pass);
    let flow = place.flow(raw.clone());
    draft.push(name, state, smallvec![(Slot::Next, flow)]);
}

/// Templates that make the largest payload allowed, and one that is a byte longer.
static MADE: LazyLock<[Option<Template>; 2]> =
    LazyLock::new(|| [DATA_LIMIT, DATA_LIMIT + 1].map(parameters));

/// A template whose result has this many bytes.
fn parameters(bytes: usize) -> Option<Template> {
    let padding = bytes - r#"{"a":[""]}"#.len() - LISTS * BYTES;
    let lists = vec![THOUSAND; LISTS].join(", ");
    let text = format!("States.Array({lists}, '{}')", "x".repeat(padding));
    let call = Call::parse(&text).ok()?;
    Some(Template::Object(vec![Field {
        name: Key::A.text().to_owned(),
        value: FieldValue::Dynamic(Source::Intrinsic(Arc::new(call))),
    }]))
}

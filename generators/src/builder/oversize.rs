//! Payloads of about the largest size that a state may hold, in small machines: calls that make
//! lists of a thousand numbers many times over, and texts that grow fourfold.

use std::sync::{Arc, LazyLock};

use smallvec::smallvec;
use stepproof_specs::{
    asl::{
        Body, DataFlow, JsonPathFlow, JsonataFlow, Nullable, Pass, QueryLanguage, StateType,
        Transition,
    },
    interpreter::DATA_LIMIT,
    query::{
        jsonata,
        jsonpath::{
            intrinsic::Call,
            template::{Field, FieldValue, Source, Template},
        },
    },
};

use super::{
    Builder, Place,
    draft::{Draft, Slot},
    expressions,
    leaves::commented,
};
use crate::{
    feature::Feature,
    jsonata::{Operator, Tree},
    key::Key,
    shape::Shape,
};

/// A call that makes a list of a thousand numbers; below, the size of that list and a comma.
const THOUSAND: &str = "States.ArrayRange(1000, 1999, 1)";
const BYTES: usize = 5_002;
/// How many such lists fit into the limit.
const LISTS: usize = 52;

/// Draws a Pass that makes the largest payload allowed, and discards it. Where damage is allowed,
/// the payload may be one byte too long. In JSONata, it is a variable that nobody reads.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let too_much = place.has(Feature::Damage) && builder.dice.one_in(2);
    let flow = match builder.language(place) {
        QueryLanguage::JsonPath => DataFlow::JsonPath(JsonPathFlow {
            parameters: MADE[usize::from(too_much)].clone(),
            result_path: Nullable::Null,
            ..JsonPathFlow::default()
        }),
        QueryLanguage::Jsonata => DataFlow::Jsonata(JsonataFlow {
            assign: place
                .has(Feature::Variables)
                .then(|| assigned(u32::from(too_much))),
            ..JsonataFlow::default()
        }),
    };
    let pass = Pass {
        transition: Transition::End,
    };
    let state = commented(builder, place, flow, Body::Pass(pass));
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

/// An `Assign` of a text whose JSON is of the largest size allowed, or so many bytes longer.
fn assigned(more: u32) -> jsonata::Template {
    // Sixteen characters, four times as many, and so on: 65,536.
    let mut parts = vec![bind(0, Tree::text("sixteen letters."))];
    for level in 1..=DOUBLINGS {
        parts.push(bind(level, joined(vec![named(level - 1); 4])));
    }
    // Two characters less than four of them: the quotes count.
    let last = Tree::call("substring", vec![named(DOUBLINGS), Tree::whole(2 - more)]);
    let mut all = vec![named(DOUBLINGS); 3];
    all.push(last);
    parts.push(joined(all));
    expressions::object(vec![(Key::NOTE, expressions::read(&Tree::Block(parts)))])
}

/// How often the text of sixteen characters is made four times as long.
const DOUBLINGS: u32 = 6;

fn named(level: u32) -> Tree {
    Tree::variable(format!("l{level}"))
}

fn bind(level: u32, value: Tree) -> Tree {
    Tree::infix(Operator::Bind, named(level), value)
}

fn joined(parts: Vec<Tree>) -> Tree {
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or(Tree::Null);
    parts.fold(first, |left, right| {
        Tree::infix(Operator::Concatenate, left, right)
    })
}

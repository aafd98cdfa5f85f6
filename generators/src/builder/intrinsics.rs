//! Calls of intrinsic functions: a table of functions, each with the kind of its result. Arguments
//! are literals, paths to values of the right kind, and nested calls.

use std::iter;

use serde_json::Value;
use smallvec::SmallVec;
use stepproof_specs::query::jsonpath::{
    intrinsic::{Argument, Call, Function},
    path::Path,
    template::Source,
};

use super::{Builder, Place};
use crate::{
    feature::{Feature, FeatureSet},
    literal,
    shape::{Shape, Wants, anything},
};

/// How deep calls are nested.
const DEPTH: u32 = 2;
/// One in how many arguments may be one of which no source says what AWS makes of it.
const GUESSED: u32 = 24;

/// A call, and the shape of its value.
type Written = (Call, Shape);

/// An argument, and its shape.
type Given = (Argument, Shape);

/// The kind of an argument, or of a function's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Text,
    Number,
    Bool,
    List,
    Object,
}

/// Where a call is drawn.
#[derive(Clone, Copy)]
struct Scene<'a> {
    place: &'a Place<'a>,
    /// The shape of `$`.
    data: &'a Shape,
    /// How many calls enclose this one.
    depth: u32,
}

/// One function.
struct Offer {
    needs: FeatureSet,
    gives: Kind,
    weight: u32,
    write: fn(&mut Builder<'_>, Scene<'_>) -> Written,
}

const fn offer(
    gives: Kind,
    weight: u32,
    write: fn(&mut Builder<'_>, Scene<'_>) -> Written,
) -> Offer {
    Offer {
        needs: FeatureSet::EMPTY,
        gives,
        weight,
        write,
    }
}

const fn random(gives: Kind, write: fn(&mut Builder<'_>, Scene<'_>) -> Written) -> Offer {
    Offer {
        needs: FeatureSet::of(&[Feature::Randomness]),
        ..offer(gives, 1, write)
    }
}

const OFFERS: &[Offer] = &[
    offer(Kind::List, 4, array),
    offer(Kind::Bool, 4, array_contains),
    offer(Kind::Any, 4, array_get_item),
    offer(Kind::Number, 4, array_length),
    offer(Kind::List, 3, array_partition),
    offer(Kind::List, 4, array_range),
    offer(Kind::List, 3, array_unique),
    offer(Kind::Text, 2, base64_decode),
    offer(Kind::Text, 3, base64_encode),
    offer(Kind::Text, 8, format),
    offer(Kind::Text, 3, hash),
    offer(Kind::Object, 5, json_merge),
    offer(Kind::Text, 4, json_to_string),
    offer(Kind::Number, 6, math_add),
    offer(Kind::List, 3, string_split),
    offer(Kind::Any, 2, string_split_path),
    offer(Kind::Object, 3, string_to_json),
    offer(Kind::Any, 3, there_and_back),
    random(Kind::Text, uuid),
    random(Kind::Number, math_random),
];

impl Builder<'_> {
    /// Draws a call of any function.
    pub(super) fn call(&mut self, place: &Place<'_>, data: &Shape) -> (Source, Shape) {
        let scene = Scene {
            place,
            data,
            depth: 0,
        };
        source(call_for(self, scene, Kind::Any))
    }

    /// Draws a call that returns a string.
    pub(super) fn call_for_text(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
    ) -> Option<(Source, Shape)> {
        if !self.draws(place, Feature::Intrinsics, 2) {
            return None;
        }
        let scene = Scene {
            place,
            data,
            depth: 0,
        };
        Some(source(call_for(self, scene, Kind::Text)))
    }
}

fn source((call, shape): Written) -> (Source, Shape) {
    (Source::Intrinsic(call.into()), shape)
}

/// Draws a call that returns this kind of value.
fn call_for(builder: &mut Builder<'_>, scene: Scene<'_>, kind: Kind) -> Written {
    let features = scene.place.features;
    let weights: SmallVec<[u32; 24]> = OFFERS
        .iter()
        .map(|offer| {
            let fits = kind == Kind::Any || offer.gives == kind;
            offer.weight * u32::from(fits && features.has_all(offer.needs))
        })
        .collect();
    let drawn = builder.dice.weighted(weights.iter().copied()).unwrap_or(0);
    let inside = Scene {
        depth: scene.depth + 1,
        ..scene
    };
    (OFFERS[drawn].write)(builder, inside)
}

/// Draws an argument of this kind; where damage is allowed, rarely one of another kind.
fn argument(builder: &mut Builder<'_>, scene: Scene<'_>, kind: Kind) -> Given {
    if builder.damages(scene.place) {
        return wrong(kind);
    }
    if scene.depth <= DEPTH && builder.dice.one_in(4) {
        return given(call_for(builder, scene, kind));
    }
    if matches!(kind, Kind::List | Kind::Any)
        && let Some((path, shape)) = builder.look_for_several(scene.place, scene.data, 4)
        && wants(kind)(&shape)
    {
        return (Argument::Path(path), shape);
    }
    if builder.dice.chance(3, 4)
        && let Some((path, shape)) = builder.look(scene.place, scene.data, wants(kind))
        && (path.brackets_odd_names() || builder.dice.one_in(GUESSED))
    {
        return (Argument::Path(path), shape);
    }
    literal(builder, kind)
}

/// An argument of `States.JsonToString`: a path, because no source names anything else.
fn printed(builder: &mut Builder<'_>, scene: Scene<'_>) -> Given {
    if builder.damages(scene.place) || builder.dice.one_in(GUESSED) {
        return argument(builder, scene, Kind::Any);
    }
    match builder.look(scene.place, scene.data, anything) {
        Some((path, shape)) if path.brackets_odd_names() => (Argument::Path(path), shape),
        _ if scene.data.may_be_null() => argument(builder, scene, Kind::Any),
        _ => (Argument::Path(Path::data()), scene.data.clone()),
    }
}

/// A call as an argument.
fn given((call, shape): Written) -> Given {
    (Argument::Call(call), shape)
}

/// A literal as an argument.
fn plain(value: impl Into<Value>) -> Argument {
    Argument::Literal(value.into())
}

/// A value that no function accepts as this kind.
fn wrong(kind: Kind) -> Given {
    let value = match kind {
        Kind::Text | Kind::Any => Value::Null,
        Kind::Number => "1".into(),
        Kind::Bool => 1.into(),
        Kind::List | Kind::Object => "a".into(),
    };
    (plain(value), Shape::Any)
}

fn wants(kind: Kind) -> Wants {
    match kind {
        Kind::Any => anything,
        Kind::Text => Shape::is_text,
        Kind::Number => Shape::is_number,
        Kind::Bool => |shape| *shape == Shape::Bool,
        Kind::List => Shape::is_array,
        Kind::Object => Shape::is_object,
    }
}

fn literal(builder: &mut Builder<'_>, kind: Kind) -> Given {
    match kind {
        Kind::Any if builder.dice.one_in(6) => (plain(Value::Null), Shape::Null),
        Kind::Any => {
            let kind = builder.dice.pick(&[Kind::Text, Kind::Number, Kind::Bool]);
            literal(builder, kind)
        }
        Kind::Text => (plain(literal::quoted(builder.dice)), Shape::Text),
        Kind::Number => (plain(literal::number(builder.dice)), Shape::Number),
        Kind::Bool => (plain(builder.dice.one_in(2)), Shape::Bool),
        Kind::List => {
            let (value, each) = literal(builder, Kind::Any);
            let call = Call::new(Function::Array, vec![value]);
            (Argument::Call(call), Shape::Tuple(vec![each].into()))
        }
        Kind::Object => given(json_object(builder)),
    }
}

/// `States.StringToJson` of an object as a string.
fn json_object(builder: &mut Builder<'_>) -> Written {
    let key = builder.dice.pick(crate::key::PLAIN);
    let (value, shape) = builder.scalar();
    let text = serde_json::json!({ key.text(): value }).to_string();
    let call = Call::new(Function::StringToJson, vec![plain(text)]);
    (call, Shape::empty().with(key, shape))
}

/// Draws up to `most` arguments of any kind.
fn arguments(builder: &mut Builder<'_>, scene: Scene<'_>, most: u32) -> Vec<Given> {
    (0..builder.dice.between(0, most))
        .map(|_| argument(builder, scene, Kind::Any))
        .collect()
}

/// An array with at least one item.
fn items(builder: &mut Builder<'_>, scene: Scene<'_>) -> Given {
    let (list, shape) = argument(builder, scene, Kind::List);
    let has_items = match &shape {
        Shape::List(_, n) => *n > 0,
        Shape::Tuple(all) => !all.is_empty(),
        // The argument is damaged.
        _ => true,
    };
    if has_items {
        (list, shape)
    } else {
        literal(builder, Kind::List)
    }
}

fn array(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let most = builder.sizes.items.min(3);
    let (values, shapes): (Vec<_>, Vec<_>) = arguments(builder, scene, most).into_iter().unzip();
    (
        Call::new(Function::Array, values),
        Shape::Tuple(shapes.into()),
    )
}

fn array_contains(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (array, _) = argument(builder, scene, Kind::List);
    let (value, _) = argument(builder, scene, Kind::Any);
    (
        Call::new(Function::ArrayContains, vec![array, value]),
        Shape::Bool,
    )
}

fn array_get_item(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (array, shape) = items(builder, scene);
    let (index, item) = match &shape {
        Shape::List(each, n) => (builder.dice.below((*n).into()), Shape::clone(each)),
        Shape::Tuple(all) => {
            let index = builder.dice.index(all.len());
            (index as u32, all[index].clone())
        }
        _ => (0, Shape::Any),
    };
    let written = Call::new(Function::ArrayGetItem, vec![array, plain(index)]);
    (written, item)
}

fn array_length(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (array, _) = argument(builder, scene, Kind::List);
    (Call::new(Function::ArrayLength, vec![array]), Shape::Number)
}

fn array_partition(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (array, shape) = argument(builder, scene, Kind::List);
    let size = match builder.look(scene.place, scene.data, |shape| *shape == Shape::Count) {
        Some((path, _)) if builder.dice.one_in(2) => Argument::Path(path),
        _ => plain(builder.dice.between(1, 3)),
    };
    let (each, has_items) = match &shape {
        Shape::List(each, n) => (Shape::clone(each), *n > 0),
        Shape::Tuple(all) => (shape.each(), !all.is_empty()),
        _ => (Shape::Any, false),
    };
    let chunks = Shape::List(Shape::List(each.into(), 1).into(), has_items.into());
    (
        Call::new(Function::ArrayPartition, vec![array, size]),
        chunks,
    )
}

/// A range that ascends, or rarely one that descends (it is not known whether AWS allows that); the
/// step never leads away from the end.
fn array_range(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let count = builder.dice.between(1, builder.sizes.items);
    let step = if builder.dice.one_in(24) {
        -1
    } else {
        builder.dice.pick(&[1_i64, 1, 1, 2, 3])
    };
    let first = i64::from(builder.dice.below(4));
    let mut last = plain(first + step * i64::from(count - 1));
    let mut known = count;
    if step == 1
        && first == 1
        && let Some((path, _)) =
            builder.look(scene.place, scene.data, |shape| *shape == Shape::Count)
        && builder.sizes.items >= 3
    {
        last = Argument::Path(path);
        known = 1;
    }
    let written = Call::new(Function::ArrayRange, vec![plain(first), last, plain(step)]);
    let known = u8::try_from(known).unwrap_or(u8::MAX);
    (written, Shape::List(Shape::Number.into(), known))
}

/// Only of one value given twice, or of ascending numbers: otherwise it is hardly known which of
/// several equal items stays.
fn array_unique(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    if builder.dice.one_in(2) {
        let (value, each) = argument(builder, scene, Kind::Any);
        let twice = Call::new(Function::Array, vec![value.clone(), value]);
        let one = Shape::Tuple(vec![each].into());
        return (
            Call::new(Function::ArrayUnique, vec![Argument::Call(twice)]),
            one,
        );
    }
    let mut number = 0;
    let numbers = (0..builder.dice.between(1, builder.sizes.items.min(3)))
        .map(|_| {
            number += builder.dice.below(2);
            plain(number)
        })
        .collect();
    let numbers = Argument::Call(Call::new(Function::Array, numbers));
    let written = Call::new(Function::ArrayUnique, vec![numbers]);
    (written, Shape::List(Shape::Number.into(), 1))
}

fn base64_decode(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (encoded, shape) = if builder.dice.one_in(2) {
        given(base64_encode(builder, scene))
    } else {
        (plain(builder.dice.pick(&["YQ==", "w6k=", ""])), Shape::Text)
    };
    (Call::new(Function::Base64Decode, vec![encoded]), shape)
}

fn base64_encode(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (text, _) = argument(builder, scene, Kind::Text);
    (Call::new(Function::Base64Encode, vec![text]), Shape::Text)
}

/// `States.Format` with as many placeholders as arguments, and with escapes.
fn format(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let values = arguments(builder, scene, 3);
    let mut template = builder
        .dice
        .pick(&["=", "a ", r"it\'s ", r"\{\} ", r"\\", "é"])
        .to_owned();
    for _ in &values {
        template.push_str(builder.dice.pick(&["{}", "{}", "{}-", " {}", r"\{{}\}"]));
    }
    let arguments = values.into_iter().map(|(value, _)| value);
    let arguments = iter::once(plain(template)).chain(arguments).collect();
    (Call::new(Function::Format, arguments), Shape::Text)
}

fn hash(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    // Undamaged: it is not known what AWS makes of anything but a string.
    let place = scene.place.undamaged();
    let sound = Scene {
        place: &place,
        ..scene
    };
    let (text, _) = argument(builder, sound, Kind::Text);
    let algorithm = builder
        .dice
        .pick(&["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"]);
    (
        Call::new(Function::Hash, vec![text, plain(algorithm)]),
        Shape::Text,
    )
}

/// The right object wins, also with fields that its shape does not mention. So the shapes of the
/// left object's fields are not kept.
fn json_merge(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (left, of_left) = argument(builder, scene, Kind::Object);
    let (right, of_right) = argument(builder, scene, Kind::Object);
    let mut merged = Shape::empty();
    if let (Shape::Object(left), Shape::Object(right)) = (&of_left, &of_right) {
        for (key, _) in left.iter() {
            merged = merged.with(*key, Shape::Any);
        }
        for (key, shape) in right.iter() {
            merged = merged.with(*key, shape.clone());
        }
    }
    let written = Call::new(Function::JsonMerge, vec![left, right, plain(false)]);
    (written, merged)
}

fn json_to_string(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (value, _) = printed(builder, scene);
    (Call::new(Function::JsonToString, vec![value]), Shape::Text)
}

fn math_add(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (left, _) = argument(builder, scene, Kind::Number);
    let (right, _) = argument(builder, scene, Kind::Number);
    (
        Call::new(Function::MathAdd, vec![left, right]),
        Shape::Number,
    )
}

/// Splits a literal, so that the number of pieces is known.
fn string_split(builder: &mut Builder<'_>, _: Scene<'_>) -> Written {
    let (text, pieces) = builder
        .dice
        .pick(&[("a,b;c", 1), (",a,,b", 2), ("a", 1), (";", 0)]);
    let (delimiters, known) = builder.dice.pick(&[(",", pieces), (",;", 0)]);
    let written = Call::new(Function::StringSplit, vec![plain(text), plain(delimiters)]);
    (written, Shape::List(Shape::Text.into(), known))
}

/// Splits data: the number of pieces is not known, and may be too large for a Map.
fn string_split_path(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (text, _) = argument(builder, scene, Kind::Text);
    let delimiters = plain(builder.dice.pick(&[",", "a", " -", "\\'"]));
    (
        Call::new(Function::StringSplit, vec![text, delimiters]),
        Shape::Any,
    )
}

fn string_to_json(builder: &mut Builder<'_>, _: Scene<'_>) -> Written {
    json_object(builder)
}

/// Prints any value as JSON and parses it again.
fn there_and_back(builder: &mut Builder<'_>, scene: Scene<'_>) -> Written {
    let (value, shape) = printed(builder, scene);
    let text = Call::new(Function::JsonToString, vec![value]);
    (
        Call::new(Function::StringToJson, vec![Argument::Call(text)]),
        shape,
    )
}

fn uuid(_: &mut Builder<'_>, _: Scene<'_>) -> Written {
    (Call::new(Function::UUID, vec![]), Shape::Text)
}

fn math_random(builder: &mut Builder<'_>, _: Scene<'_>) -> Written {
    let seeded = builder.dice.one_in(2);
    let numbers = [1, 4, 7].map(plain);
    let numbers = numbers.into_iter().take(if seeded { 3 } else { 2 });
    (
        Call::new(Function::MathRandom, numbers.collect()),
        Shape::Count,
    )
}

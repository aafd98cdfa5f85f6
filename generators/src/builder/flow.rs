//! Data flow: `InputPath`, templates, `ResultPath`, `OutputPath`, and the paths inside them.

use std::sync::Arc;

use serde_json::Value;
use stepproof_specs::{
    asl::Nullable,
    query::jsonpath::{
        path::{Path, Root},
        template::{Field, FieldValue, Source, Template},
    },
};

use super::{Builder, Place};
use crate::{
    feature::Feature,
    key::{self, Key},
    literal,
    shape::{self, Hop, Shape, Trail, Wants, anything, path},
};

/// Which parts of the context object a template can see, besides the execution's input and the
/// state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// No other part.
    Plain,
    /// `RetryCount`.
    Attempts,
}

impl Builder<'_> {
    /// Draws `InputPath`; returns it and the shape of the effective input.
    pub(super) fn input_path(&mut self, place: &Place<'_>, raw: &Shape) -> (Nullable<Path>, Shape) {
        if place.keeps {
            return (Nullable::Absent, raw.clone());
        }
        self.filter(place, Feature::InputPath, raw)
    }

    /// Draws `OutputPath`; returns it and the shape of the output.
    pub(super) fn output_path(
        &mut self,
        place: &Place<'_>,
        merged: Shape,
    ) -> (Nullable<Path>, Shape) {
        if place.keeps {
            return (Nullable::Absent, merged);
        }
        self.filter(place, Feature::OutputPath, &merged)
    }

    /// Draws a path that selects part of the data, or null.
    fn filter(
        &mut self,
        place: &Place<'_>,
        feature: Feature,
        data: &Shape,
    ) -> (Nullable<Path>, Shape) {
        if !self.draws(place, feature, 4) {
            return (Nullable::Absent, data.clone());
        }
        if self.draws(place, Feature::NullPaths, 4) {
            return (Nullable::Null, Shape::empty());
        }
        if data.may_be_null() && !self.damages(place) {
            return (Nullable::Absent, data.clone());
        }
        if let Some((path, found)) = self.look_for_several(place, data, 5) {
            return (Nullable::Set(path), found);
        }
        let wants: Wants = if self.dice.chance(3, 4) {
            Shape::is_object
        } else {
            anything
        };
        if self.damages(place) {
            return (Nullable::Set(self.broken_path(data, wants)), Shape::Any);
        }
        match self.look_soundly(place, data, wants) {
            // What comes after would have nothing to apply a path to.
            Some((_, found)) if found.may_be_null() => (Nullable::Absent, data.clone()),
            Some((path, found)) => (Nullable::Set(path), found),
            None => (Nullable::Set(Path::data()), data.clone()),
        }
    }

    /// Draws a path to a value that `wants` accepts, in the data, a variable or the context object.
    /// Where damage is allowed, it rarely finds nothing or a value of the wrong type.
    pub(super) fn look(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
        wants: Wants,
    ) -> Option<(Path, Shape)> {
        if self.damages(place) {
            return Some((self.broken_path(data, wants), Shape::Any));
        }
        self.look_soundly(place, data, wants)
    }

    /// The same without damage.
    fn look_soundly(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
        wants: Wants,
    ) -> Option<(Path, Shape)> {
        if self.draws(place, Feature::Variables, 3)
            && let Some(found) = self.look_into_variables(place, wants)
        {
            return Some(found);
        }
        if self.draws(place, Feature::ContextPaths, 5)
            && let Some(found) = self.look_into_context(wants)
        {
            return Some(found);
        }
        if data.may_be_null() {
            return None;
        }
        let (trail, found) = data.find(wants, self.dice)?;
        Some((path(Root::Data, &trail), found))
    }

    fn look_into_context(&mut self, wants: Wants) -> Option<(Path, Shape)> {
        if wants(&Shape::Text) && self.dice.one_in(3) {
            return Some((state_name(), Shape::Text));
        }
        let (trail, found) = self.input.find(wants, self.dice)?;
        let mut whole = Trail::from_slice(&[Hop::Key(Key::EXECUTION), Hop::Key(Key::INPUT)]);
        whole.extend_from_slice(&trail);
        Some((path(Root::Context, &whole), found))
    }

    /// Draws a path to an array: in the data, in a variable, or else in the execution's input if
    /// the feature allows. Where damage is allowed, it rarely leads to something else, or to a
    /// member that an object in the data lacks.
    pub(super) fn look_for_items(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
    ) -> Option<(Path, Shape)> {
        if self.damages(place)
            && let Some(path) = self.broken_items(data)
        {
            return Some((path, Shape::Any));
        }
        if let Some(found) = self.look_soundly(place, data, Shape::is_array) {
            return Some(found);
        }
        if let Some(found) = self.look_into_variables(place, Shape::is_array) {
            return Some(found);
        }
        let context = place.has(Feature::ContextPaths);
        context.then(|| self.look_into_context(Shape::is_array))?
    }

    /// A path that finds nothing or a value of the wrong type, or applies a step to a value that
    /// has no such part.
    fn broken_path(&mut self, data: &Shape, wants: Wants) -> Path {
        if let Some(path) = self.path_to_another(data, wants) {
            return path;
        }
        let (mut trail, _) = data
            .find(anything, self.dice)
            .unwrap_or((Trail::new(), Shape::Any));
        // Rare: it is not known what AWS finds at an index outside an array.
        trail.push(if self.dice.one_in(16) {
            Hop::At(7)
        } else {
            Hop::Key(Key::MISSING)
        });
        path(Root::Data, &trail)
    }

    /// A path that finds no array. No step is applied to what has no members, because it is not known
    /// what AWS says of an `ItemsPath` that does this.
    fn broken_items(&mut self, data: &Shape) -> Option<Path> {
        if let Some(path) = self.path_to_another(data, Shape::is_array) {
            return Some(path);
        }
        let (mut trail, _) = data.find(Shape::is_object, self.dice)?;
        trail.push(Hop::Key(Key::MISSING));
        Some(path(Root::Data, &trail))
    }

    /// A path to a value that `wants` does not accept: drawn one time in three, if one is found.
    fn path_to_another(&mut self, data: &Shape, wants: Wants) -> Option<Path> {
        if !self.dice.one_in(3) {
            return None;
        }
        let (trail, found) = data.find(is_plain, self.dice)?;
        (!wants(&found)).then(|| path(Root::Data, &trail))
    }

    /// Draws `ResultPath`; returns it and the shape of the raw input with the result merged in.
    pub(super) fn result_path(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        result: Shape,
    ) -> (Nullable<Path>, Shape) {
        if !place.keeps && !self.draws(place, Feature::ResultPath, 2) {
            return (Nullable::Absent, result);
        }
        if self.draws(place, Feature::NullPaths, 5) {
            return (Nullable::Null, raw.clone());
        }
        if self.damages(place) && !place.keeps {
            let path = path(Root::Data, &[Hop::Key(Key::A), Hop::Key(Key::MISSING)]);
            return (Nullable::Set(path), Shape::Any);
        }
        if !raw.is_object() || !place.keeps && self.dice.one_in(6) {
            return (Nullable::Set(Path::data()), result);
        }
        let (trail, merged) = if place.keeps {
            let trail = Trail::from_slice(&[Hop::Key(Key::LATEST)]);
            (trail, raw.clone().with(Key::LATEST, result))
        } else {
            let key = self.key(place);
            self.put(raw, key, result)
        };
        (Nullable::Set(path(Root::Data, &trail)), merged)
    }

    /// Chooses where to put a result: in a field, or in an object in a field. An object may have
    /// fields that its shape does not mention. So a result is nested only in a field that is known
    /// to be an object, or in a field that nothing else uses.
    fn put(&mut self, raw: &Shape, key: Key, result: Shape) -> (Trail, Shape) {
        if !self.dice.one_in(4) {
            return (
                Trail::from_slice(&[Hop::Key(key)]),
                raw.clone().with(key, result),
            );
        }
        let (outer, inner) = match raw.field(key) {
            Some(field) if field.is_object() => (key, field.clone()),
            _ => (Key::MADE, Shape::empty()),
        };
        let trail = Trail::from_slice(&[Hop::Key(outer), Hop::Key(Key::NOTE)]);
        (
            trail,
            raw.clone().with(outer, inner.with(Key::NOTE, result)),
        )
    }

    /// A name for a field.
    pub(super) fn key(&mut self, place: &Place<'_>) -> Key {
        self.dice.pick(if place.has(Feature::OddNames) {
            key::ODD
        } else {
            key::PLAIN
        })
    }

    /// Draws a template if the feature is drawn; returns it and the shape of what it makes.
    pub(super) fn template(
        &mut self,
        place: &Place<'_>,
        feature: Feature,
        context: Context,
        data: Shape,
    ) -> (Option<Template>, Shape) {
        if !self.draws(place, feature, 3) {
            return (None, data);
        }
        let (template, made) = self.object_template(place, context, &data, 0);
        (Some(template), made)
    }

    /// Draws `ResultSelector`; returns it and the shape of what it makes. Beside an `Assign` it is
    /// rare, because it is hardly known what `Assign` reads there.
    pub(super) fn result_selector(
        &mut self,
        place: &Place<'_>,
        assigns: bool,
        result: Shape,
    ) -> (Option<Template>, Shape) {
        if assigns && !self.dice.one_in(24) {
            return (None, result);
        }
        self.template(place, Feature::ResultSelector, Context::Plain, result)
    }

    fn object_template(
        &mut self,
        place: &Place<'_>,
        context: Context,
        data: &Shape,
        depth: u32,
    ) -> (Template, Shape) {
        let mut fields = Fields::default();
        for _ in 0..self.dice.between(1, 3) {
            let key = self.key(place);
            if !fields.has(key) {
                let (value, shape) = self.field(place, context, data, depth);
                fields.push(key, value, shape);
            }
        }
        fields.into_template()
    }

    pub(super) fn field(
        &mut self,
        place: &Place<'_>,
        context: Context,
        data: &Shape,
        depth: u32,
    ) -> (FieldValue, Shape) {
        if context == Context::Attempts && self.draws(place, Feature::ContextPaths, 10) {
            return (dynamic(retry_count()), Shape::Number);
        }
        if self.draws(place, Feature::Intrinsics, 3) {
            let (call, shape) = self.call(place, data);
            return (FieldValue::Dynamic(call), shape);
        }
        if let Some((path, shape)) = self.look_for_several(place, data, 6) {
            return (dynamic(path), shape);
        }
        if self.dice.chance(2, 3)
            && let Some((path, shape)) = self.look(place, data, anything)
        {
            return (dynamic(path), shape);
        }
        if depth == 0 && self.dice.one_in(4) {
            let (template, shape) = self.object_template(place, context, data, depth + 1);
            return (FieldValue::Nested(template), shape);
        }
        let (value, shape) = self.scalar();
        (
            FieldValue::Nested(Template::Literal(Arc::new(value))),
            shape,
        )
    }

    /// Draws a scalar; returns it and its shape.
    pub(super) fn scalar(&mut self) -> (Value, Shape) {
        let shape = self.scalar_shape();
        (shape.value(self.dice), shape)
    }

    pub(super) fn scalar_shape(&mut self) -> Shape {
        match self.dice.below(8) {
            0 => Shape::Null,
            1 | 2 => Shape::Bool,
            3 => Shape::Count,
            4 | 5 => Shape::Number,
            _ => Shape::Text,
        }
    }

    /// Draws `ItemSelector`; returns it and the shape of an iteration's input.
    pub(super) fn item_selector(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
        item: Shape,
    ) -> (Option<Template>, Shape) {
        if !self.draws(place, Feature::ItemSelector, 2) {
            return (None, item);
        }
        let mut fields = Fields::default();
        if self.dice.chance(3, 4) {
            fields.push(Key::INDEX, dynamic(of_item(Key::INDEX)), Shape::Index);
        }
        if self.dice.chance(3, 4) {
            fields.push(Key::VALUE, dynamic(of_item(Key::VALUE)), item);
        }
        if fields.is_empty() || self.dice.one_in(3) {
            let (value, shape) = self.field(place, Context::Plain, data, 0);
            fields.push(Key::A, value, shape);
        }
        let (template, made) = fields.into_template();
        (Some(template), made)
    }

    /// Draws a literal of any kind for `Result`; returns it and its shape.
    pub(super) fn literal(&mut self, place: &Place<'_>) -> (Value, Shape) {
        let shape = self.literal_shape(place);
        (shape.value(self.dice), shape)
    }

    /// The shape of a value that comes from outside the machine: mostly an object.
    pub(super) fn literal_shape(&mut self, place: &Place<'_>) -> Shape {
        if self.dice.one_in(4) {
            return self.scalar_shape();
        }
        let mut shape = Shape::empty();
        for _ in 0..self.dice.between(0, 3) {
            let key = self.key(place);
            let field = self.literal_field(place);
            shape = shape.with(key, field);
        }
        shape
    }

    fn literal_field(&mut self, place: &Place<'_>) -> Shape {
        if self.dice.one_in(6) {
            return Shape::List(self.scalar_shape().into(), self.dice.below(3) as u8);
        }
        if self.draws(place, Feature::Timestamps, 6) {
            return Shape::Timestamp;
        }
        self.scalar_shape()
    }
}

/// Whether no engine takes such a value for a number of seconds.
fn is_plain(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Null | Shape::Bool | Shape::Timestamp | Shape::Object(_)
    )
}

pub(super) fn dynamic(path: Path) -> FieldValue {
    FieldValue::Dynamic(Source::Path(path))
}

fn of_item(key: Key) -> Path {
    let trail = [Key::MAP, Key::ITEM, key].map(Hop::Key);
    path(Root::Context, &trail)
}

fn state_name() -> Path {
    path(Root::Context, &[Key::STATE, Key::NAME].map(Hop::Key))
}

pub(super) fn entered_time() -> Path {
    path(Root::Context, &[Key::STATE, Key::ENTERED].map(Hop::Key))
}

fn retry_count() -> Path {
    path(Root::Context, &[Key::STATE, Key::RETRIES].map(Hop::Key))
}

/// An object template under construction.
#[derive(Default)]
pub(super) struct Fields {
    fields: Vec<Field>,
    shapes: shape::Fields,
}

impl Fields {
    pub(super) fn has(&self, key: Key) -> bool {
        self.shapes.iter().any(|(other, _)| *other == key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(super) fn push(&mut self, key: Key, value: FieldValue, shape: Shape) {
        self.fields.push(Field {
            name: key.text().to_owned(),
            value,
        });
        self.shapes.push((key, shape));
    }

    /// The template in its canonical form: a literal if nothing in it is dynamic.
    pub(super) fn into_template(self) -> (Template, Shape) {
        let mut values = self.fields.iter().map(literal);
        let template = if values.all(|value| value.is_some()) {
            let fields = self.fields.iter();
            let members =
                fields.filter_map(|it| Some((it.name.clone(), Value::clone(literal(it)?))));
            Template::literal(members.collect())
        } else {
            Template::Object(self.fields)
        };
        (template, Shape::object(self.shapes))
    }
}

/// The value of a field, if nothing in it is dynamic.
fn literal(field: &Field) -> Option<&Value> {
    match &field.value {
        FieldValue::Nested(Template::Literal(value)) => Some(value),
        _ => None,
    }
}

/// A string for causes and comments.
pub(super) fn cause_text(builder: &mut Builder<'_>) -> String {
    literal::cause(builder.dice).to_owned()
}

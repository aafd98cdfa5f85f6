//! Variables: what states assign, and paths that read variables.
//!
//! The names depend on the depth of the scope, so a scope never assigns a variable of an enclosing
//! one. The shapes of variables pass along the transitions like the shape of the data.

use std::sync::Arc;

use stepproof_specs::query::{
    jsonata,
    jsonpath::{
        intrinsic::{Argument, Call, Function},
        path::{Path, Root},
        template::{FieldValue, Source, Template},
    },
};

use super::{
    Builder, Place,
    expressions::{self, More},
    flow::{Context, Fields, dynamic},
};
use crate::{
    feature::Feature,
    jsonata::Tree,
    key::{Key, VARIABLES},
    shape::{Hop, Shape, Wants, path},
};

impl Builder<'_> {
    /// Draws `Assign`; returns it and the variables after it. `data` is the shape of `$` there.
    pub(super) fn assign(&mut self, place: &Place<'_>, data: &Shape) -> (Option<Template>, Shape) {
        let before = place.variables;
        if !self.draws(place, Feature::Variables, 3) {
            return (None, before.clone());
        }
        let names = names(place.depth);
        let mut fields = Fields::default();
        if !place.keeps && self.dice.one_in(6) {
            swap(names, before, &mut fields);
        }
        for _ in 0..self.dice.between(1, 2) {
            let key = self.dice.pick(names);
            if !fields.has(key)
                && let Some((value, shape)) = self.assigned(place, data, key)
            {
                fields.push(key, value, shape);
            }
        }
        if fields.is_empty() {
            return (None, before.clone());
        }
        let (template, assigned) = fields.into_template();
        let mut after = before.clone();
        if let Shape::Object(assigned) = assigned {
            for (key, shape) in assigned.iter() {
                after = after.with(*key, shape.clone());
            }
        }
        (Some(template), after)
    }

    /// What a variable is set to. In the body of a loop, a variable that was set before keeps its
    /// shape.
    fn assigned(
        &mut self,
        place: &Place<'_>,
        data: &Shape,
        key: Key,
    ) -> Option<(FieldValue, Shape)> {
        match place.variables.field(key) {
            Some(Shape::Number) if place.has(Feature::Intrinsics) && self.dice.one_in(3) => {
                Some((one_more(key), Shape::Number))
            }
            Some(_) if place.keeps => None,
            _ => Some(self.field(place, Context::Plain, data, 0)),
        }
    }

    /// Draws `Assign` in JSONata; returns it and the variables after it.
    pub(super) fn assign_json(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        more: More<'_>,
    ) -> (Option<jsonata::Template>, Shape) {
        let before = place.variables;
        if !self.draws(place, Feature::Variables, 3) {
            return (None, before.clone());
        }
        let names = names(place.depth);
        let mut members = Vec::new();
        let mut after = before.clone();
        if let [left, right, ..] = names
            && let (Some(of_left), Some(of_right)) = (before.field(*left), before.field(*right))
            && !place.keeps
            && self.dice.one_in(6)
        {
            let read = |key: &Key| expressions::read(&Tree::variable(key.text()));
            members.push((*left, read(right)));
            members.push((*right, read(left)));
            after = after
                .with(*left, of_right.clone())
                .with(*right, of_left.clone());
        }
        for _ in 0..self.dice.between(1, 2) {
            let key = self.dice.pick(names);
            if members.iter().any(|(other, _)| *other == key) {
                continue;
            }
            let (value, shape) = match before.field(key) {
                Some(Shape::Number) if self.dice.one_in(3) => {
                    (expressions::one_more(key), Shape::Number)
                }
                Some(_) if place.keeps => continue,
                _ => self.json(place, raw, more, 1),
            };
            members.push((key, value));
            after = after.with(key, shape);
        }
        if members.is_empty() {
            return (None, after);
        }
        (Some(expressions::object(members)), after)
    }

    /// Draws a path to a value that `wants` accepts, in a variable.
    pub(super) fn look_into_variables(
        &mut self,
        place: &Place<'_>,
        wants: Wants,
    ) -> Option<(Path, Shape)> {
        let Shape::Object(variables) = place.variables else {
            return None;
        };
        if variables.is_empty() {
            return None;
        }
        let first = self.dice.index(variables.len());
        let (before, after) = variables.split_at(first);
        after.iter().chain(before).find_map(|(key, shape)| {
            let (trail, found) = shape.find(wants, self.dice)?;
            Some((path(Root::Variable(key.name()), &trail), found))
        })
    }
}

/// The names that a scope of this depth assigns.
fn names(depth: u32) -> &'static [Key] {
    &VARIABLES[(depth as usize).min(VARIABLES.len() - 1)]
}

/// Swaps the values of two variables.
fn swap(names: &[Key], before: &Shape, fields: &mut Fields) {
    let [left, right, ..] = names else { return };
    let (Some(of_left), Some(of_right)) = (before.field(*left), before.field(*right)) else {
        return;
    };
    fields.push(*left, read(*right), of_right.clone());
    fields.push(*right, read(*left), of_left.clone());
}

fn read(key: Key) -> FieldValue {
    dynamic(path(Root::Variable(key.name()), &[] as &[Hop]))
}

/// A call that increments a variable.
pub(super) fn one_more(key: Key) -> FieldValue {
    let variable = Argument::Path(path(Root::Variable(key.name()), &[]));
    let call = Call::new(
        Function::MathAdd,
        vec![variable, Argument::Literal(1.into())],
    );
    FieldValue::Dynamic(Source::Intrinsic(Arc::new(call)))
}

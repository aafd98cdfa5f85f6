//! JSONata in the fields of states: expressions, and JSON with expressions inside.

use std::sync::Arc;

use serde_json::{Map, Value};
use stepproof_specs::{
    asl::Dynamic,
    query::jsonata::{Expression, Template},
};

use super::{Builder, Place, flow::Context};
use crate::{
    feature::Feature,
    jsonata::{Drawing, Operator, Options, Source, Tree},
    key::Key,
    shape::{Fields, Shape},
};

/// What there is to read besides the input, the context and the variables.
#[derive(Debug, Clone, Copy)]
pub(super) enum More<'a> {
    /// Nothing.
    Nothing,
    /// The result of this shape.
    Result(&'a Shape),
    /// The error that was caught.
    Error,
    /// The item of a Map.
    Item(&'a Shape),
    /// The number of retries.
    Attempts,
}

impl From<Context> for More<'_> {
    fn from(context: Context) -> Self {
        match context {
            Context::Plain => Self::Nothing,
            Context::Attempts => Self::Attempts,
        }
    }
}

/// An expression as it stands in a field.
pub(super) fn expression(tree: &Tree) -> Expression {
    let text = format!("{{% {tree} %}}");
    match Expression::parse(&text) {
        Ok(Some(expression)) => expression,
        other => unreachable!("{text} is an expression: {other:?}"),
    }
}

/// The expression as the value of a field that also takes a literal.
pub(super) fn dynamic<T, P>(tree: &Tree) -> Dynamic<T, P> {
    Dynamic::Expression(expression(tree))
}

/// A way into the context object.
pub(super) fn context(names: &[&str]) -> Tree {
    let start = Tree::states("context");
    names.iter().fold(start, |tree, name| {
        Tree::infix(Operator::Dot, tree, Tree::Name((*name).to_owned()))
    })
}

/// `$states.context.Map.Item.field`
pub(super) fn of_item(field: &str) -> Tree {
    context(&["Map", "Item", field])
}

/// The expression as a value inside JSON.
pub(super) fn read(tree: &Tree) -> Template {
    Template::Expression(expression(tree))
}

/// A template of JSON in which nothing is an expression.
fn literal(value: Value) -> Template {
    Template::Literal(Arc::new(value))
}

/// An object template, in its canonical form: a literal if nothing in it is an expression.
pub(super) fn object(members: Vec<(Key, Template)>) -> Template {
    let literals: Option<Map<String, Value>> = members
        .iter()
        .map(|(key, member)| match member {
            Template::Literal(value) => Some((key.text().to_owned(), Value::clone(value))),
            _ => None,
        })
        .collect();
    match literals {
        Some(members) => literal(members.into()),
        None => Template::Object(
            members
                .into_iter()
                .map(|(key, member)| (key.text().to_owned(), member))
                .collect(),
        ),
    }
}

/// `$variable + 1`
pub(super) fn one_more(variable: Key) -> Template {
    let variable = Tree::variable(variable.text());
    let sum = Tree::infix(Operator::Plus, variable, Tree::whole(1));
    read(&sum)
}

/// The input with one member set.
pub(super) fn with_member(key: Key, value: Tree) -> Template {
    let member = Tree::object(vec![(key, value)]);
    let both = Tree::Array(vec![Tree::states("input"), member]);
    read(&Tree::call("merge", vec![both]))
}

impl Builder<'_> {
    /// Begins an expression that reads this.
    pub(super) fn drawing(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        more: More<'_>,
    ) -> Drawing<'_> {
        let mut sources = Vec::new();
        let mut add = |tree: Tree, shape: &Shape| {
            sources.push(Source {
                tree,
                shape: shape.clone(),
            });
        };
        add(Tree::states("input"), raw);
        if let Shape::Object(variables) = place.variables {
            for (key, shape) in variables.iter() {
                add(Tree::variable(key.text()), shape);
            }
        }
        match more {
            More::Nothing => {}
            More::Result(shape) => {
                for _ in 0..2 {
                    add(Tree::states("result"), shape);
                }
            }
            More::Error => {
                // A Fail may leave out either of its texts.
                let shape = if place.has(Feature::Fail) {
                    Shape::empty()
                } else {
                    Shape::error_output()
                };
                add(Tree::states("errorOutput"), &shape);
                add(Tree::states("errorOutput"), &shape);
            }
            More::Item(shape) => {
                for _ in 0..2 {
                    add(of_item("Value"), shape);
                }
                add(of_item("Index"), &Shape::Index);
            }
            More::Attempts if place.has(Feature::ContextPaths) => {
                add(context(&["State", "RetryCount"]), &Shape::Number);
            }
            More::Attempts => {}
        }
        if place.has(Feature::ContextPaths) && self.dice.one_in(3) {
            add(context(&["Execution", "Input"]), &self.input);
            add(context(&["State", "Name"]), &Shape::Text);
        }
        let options = Options {
            library: place.has(Feature::JsonataLibrary) && self.dice.one_in(4),
            chance: place.has(Feature::Randomness) && self.dice.one_in(2),
            odd_names: place.has(Feature::OddNames),
        };
        Drawing::new(self.dice, sources, options)
    }

    /// Draws an expression of one kind. Where damage is allowed, it rarely has no value, or one of
    /// another kind than `wanted`.
    pub(super) fn expression(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        more: More<'_>,
        wanted: &Shape,
        draw: impl FnOnce(&mut Drawing<'_>) -> (Tree, Shape),
    ) -> (Expression, Shape) {
        let damages = self.damages(place);
        let mut drawing = self.drawing(place, raw, more);
        let (tree, shape) = if damages {
            let mistyped = drawing.dice.one_in(3) && *wanted != Shape::Any;
            let tree = if mistyped {
                drawing.mistyped(wanted)
            } else {
                drawing.damaged()
            };
            (tree, Shape::Any)
        } else {
            draw(&mut drawing)
        };
        (expression(&tree), shape)
    }

    /// Draws an expression of a boolean.
    pub(super) fn boolean(&mut self, place: &Place<'_>, raw: &Shape) -> Expression {
        let draw = |it: &mut Drawing<'_>| (it.boolean(), Shape::Bool);
        self.expression(place, raw, More::Nothing, &Shape::Bool, draw)
            .0
    }

    /// Draws an expression that comes to this number.
    pub(super) fn constant<P>(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        number: u32,
    ) -> Dynamic<u64, P> {
        let tree = self.drawing(place, raw, More::Nothing).constant(number);
        dynamic(&tree)
    }

    /// Draws the way to a number of seconds or the like, if there is one. Where damage is allowed, it
    /// rarely has no value.
    pub(super) fn way_to_count<P>(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
    ) -> Option<Dynamic<u64, P>> {
        let damages = self.damages(place);
        let mut drawing = self.drawing(place, raw, More::Nothing);
        let tree = if !damages {
            drawing.path(|shape| *shape == Shape::Count)?.0
        } else if drawing.dice.one_in(4) {
            // Rare: it is not known what AWS says of it.
            Tree::whole(1).negative()
        } else {
            drawing.damaged()
        };
        Some(dynamic(&tree))
    }

    /// Draws JSON for a field: an expression, or an object or an array with expressions inside.
    pub(super) fn json(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        more: More<'_>,
        depth: u32,
    ) -> (Template, Shape) {
        match self.dice.below(10) {
            0..3 if depth < 2 => self.json_object(place, raw, more, depth),
            3 if depth < 2 => {
                let count = self.dice.below(3);
                let items: Vec<_> = (0..count)
                    .map(|_| self.json(place, raw, more, depth + 1))
                    .collect();
                let shapes = items.iter().map(|(_, shape)| shape.clone()).collect();
                let items = items.into_iter().map(|(item, _)| item).collect();
                (array(items), Shape::Tuple(std::rc::Rc::new(shapes)))
            }
            4 => {
                let (value, shape) = self.scalar();
                (literal(value), shape)
            }
            _ => {
                let (expression, shape) =
                    self.expression(place, raw, more, &Shape::Any, |it| match it.dice.below(3) {
                        0 => it.record(),
                        _ => it.any(),
                    });
                (Template::Expression(expression), shape)
            }
        }
    }

    /// Draws a JSON object for a field.
    pub(super) fn json_object(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        more: More<'_>,
        depth: u32,
    ) -> (Template, Shape) {
        let mut members = Vec::new();
        let mut shapes = Fields::new();
        for _ in 0..self.dice.between(1, 3) {
            let key = self.key(place);
            if !shapes.iter().any(|(other, _)| *other == key) {
                let (member, shape) = self.json(place, raw, more, depth + 1);
                members.push((key, member));
                shapes.push((key, shape));
            }
        }
        (object(members), Shape::object(shapes))
    }

    /// Draws an array for a field, with its shape.
    pub(super) fn json_items(&mut self, place: &Place<'_>, raw: &Shape) -> (Template, Shape) {
        if self.dice.one_in(8) {
            let count = self.dice.between(0, 2);
            let items: Vec<_> = (0..count)
                .map(|_| self.json(place, raw, More::Nothing, 1))
                .collect();
            let shapes = items.iter().map(|(_, shape)| shape.clone()).collect();
            let items = items.into_iter().map(|(item, _)| item).collect();
            return (array(items), Shape::Tuple(std::rc::Rc::new(shapes)));
        }
        if self.damages(place) && self.dice.one_in(4) {
            return self.json_object(place, raw, More::Nothing, 1);
        }
        let wanted = Shape::List(Shape::Any.into(), 0);
        let draw = |it: &mut Drawing<'_>| it.list();
        let (expression, shape) = self.expression(place, raw, More::Nothing, &wanted, draw);
        (Template::Expression(expression), shape)
    }
}

/// An array template, in its canonical form.
fn array(items: Vec<Template>) -> Template {
    let literals: Option<Vec<Value>> = items
        .iter()
        .map(|item| match item {
            Template::Literal(value) => Some(Value::clone(value)),
            _ => None,
        })
        .collect();
    match literals {
        Some(items) => literal(items.into()),
        None => Template::Array(items),
    }
}

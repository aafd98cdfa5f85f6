//! Drawing expressions that are well typed for what they read: they come to a value, and its shape is
//! known.
//!
//! A sequence of one value is that value, and an empty one is nothing. So whatever is a sequence stands
//! in brackets, which make an array of it.

use std::rc::Rc;

use serde_json::Value;

use super::tree::{Operator, Tree};
use crate::{
    dice::Dice,
    key::{self, Key},
    literal,
    shape::{Fields, Hop, Shape, Trail, Wants, anything},
};

/// Something that an expression may read, and its shape.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) tree: Tree,
    pub(crate) shape: Shape,
}

/// What an expression may consist of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Parts of the language in which implementations differ.
    pub(crate) library: bool,
    /// Functions whose value is chance.
    pub(crate) chance: bool,
    /// Names that need quotes.
    pub(crate) odd_names: bool,
}

/// An expression under construction.
pub(crate) struct Drawing<'d> {
    pub(crate) dice: &'d mut Dice,
    pub(crate) sources: Vec<Source>,
    pub(crate) options: Options,
    /// How many variables were bound.
    pub(super) bound: u32,
}

/// How deep expressions nest.
pub(super) const DEPTH: u32 = 3;

/// The names of bound variables.
const BOUND: [&str; 6] = ["v", "w", "i", "j", "k", "l"];

impl<'d> Drawing<'d> {
    pub(crate) fn new(dice: &'d mut Dice, sources: Vec<Source>, options: Options) -> Self {
        Self {
            dice,
            sources,
            options,
            bound: 0,
        }
    }

    /// Any value.
    pub(crate) fn any(&mut self) -> (Tree, Shape) {
        self.any_at(DEPTH)
    }

    /// A boolean.
    pub(crate) fn boolean(&mut self) -> Tree {
        self.boolean_at(DEPTH)
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Tree {
        self.text_at(DEPTH)
    }

    /// A text with a timestamp in the distant past.
    pub(crate) fn timestamp(&mut self) -> Tree {
        let depth = self.dice.below(2);
        self.timestamp_at(depth)
    }

    fn timestamp_at(&mut self, depth: u32) -> Tree {
        if depth > 0 {
            return self.conditional(depth - 1, Self::timestamp_at);
        }
        if let Some((found, _)) = self.path(|shape| *shape == Shape::Timestamp) {
            return found;
        }
        let text = literal::timestamp(self.dice);
        let mark = self.dice.pick(&["T", "Z"]);
        if self.dice.one_in(2)
            && let Some((date, time)) = text.split_once(mark)
        {
            let time = format!("{mark}{time}");
            return Tree::infix(Operator::Concatenate, Tree::text(date), Tree::text(time));
        }
        Tree::text(text)
    }

    /// An array, with the shape of the array.
    pub(crate) fn list(&mut self) -> (Tree, Shape) {
        self.list_at(DEPTH)
    }

    /// An object, with its shape.
    pub(crate) fn record(&mut self) -> (Tree, Shape) {
        self.record_at(DEPTH)
    }

    /// A way to a value that is accepted, if there is one.
    pub(crate) fn path(&mut self, wants: Wants) -> Option<(Tree, Shape)> {
        let first = self.dice.index(self.sources.len().max(1));
        let count = self.sources.len();
        for offset in 0..count {
            let source = self.sources[(first + offset) % count].clone();
            if let Some((trail, found)) = source.shape.find(wants, self.dice) {
                return Some((source.tree.along(&trail), found));
            }
        }
        None
    }

    /// One time in this many, if such parts may be drawn.
    fn draws_library(&mut self, of: u32) -> bool {
        self.options.library && self.dice.one_in(of)
    }

    pub(super) fn any_at(&mut self, depth: u32) -> (Tree, Shape) {
        let path = self.dice.chance(2, 5);
        if path && let Some(found) = self.path(anything) {
            return found;
        }
        match self.dice.below(8) {
            0 | 1 => (self.number_at(depth), Shape::Number),
            2 | 3 => (self.text_at(depth), Shape::Text),
            4 => (self.boolean_at(depth), Shape::Bool),
            5 => self.list_at(depth),
            6 => self.record_at(depth),
            _ => {
                let (value, shape) = self.scalar();
                (value_tree(&value), shape)
            }
        }
    }

    /// A value that is no array, and that is there.
    pub(super) fn one_at(&mut self, depth: u32) -> (Tree, Shape) {
        match self.dice.below(6) {
            0 | 1 => (self.number_at(depth), Shape::Number),
            2 | 3 => (self.text_at(depth), Shape::Text),
            4 => (self.boolean_at(depth), Shape::Bool),
            _ => self.record_at(depth),
        }
    }

    fn scalar(&mut self) -> (Value, Shape) {
        let shape = match self.dice.below(5) {
            0 => Shape::Null,
            1 => Shape::Bool,
            2 => Shape::Number,
            _ => Shape::Text,
        };
        (shape.value(self.dice), shape)
    }

    fn number_literal(&mut self) -> Tree {
        value_tree(&literal::number(self.dice))
    }

    pub(super) fn number_at(&mut self, depth: u32) -> Tree {
        if depth == 0 || self.dice.one_in(3) {
            if self.dice.chance(3, 4)
                && let Some((found, _)) = self.path(Shape::is_number)
            {
                return found;
            }
            return self.number_literal();
        }
        if self.draws_library(4) {
            return self.library_number(depth - 1);
        }
        let depth = depth - 1;
        match self.dice.below(16) {
            0..3 => {
                let operator = self.dice.pick(&[Operator::Plus, Operator::Minus]);
                let (left, right) = (self.number_at(depth), self.number_at(depth));
                Tree::infix(operator, left, right)
            }
            // Products of few factors, and quotients that binary fractions hold exactly.
            3 => {
                let factor = self.dice.pick(&[2.0, 3.0, 0.5]);
                Tree::infix(Operator::Times, self.number_at(depth), Tree::Number(factor))
            }
            4 => {
                let divisor = self.dice.pick(&[2.0, 4.0, 0.5]);
                Tree::infix(
                    Operator::Divide,
                    self.number_at(depth),
                    Tree::Number(divisor),
                )
            }
            5 => {
                let modulus = self.dice.pick(&[2.0, 3.0]);
                Tree::infix(
                    Operator::Modulo,
                    self.number_at(depth),
                    Tree::Number(modulus),
                )
            }
            6 => self.number_at(depth).negative(),
            7 => {
                let name = self.dice.pick(&["abs", "floor", "ceil", "round"]);
                Tree::call(name, vec![self.number_at(depth)])
            }
            8 => Tree::call("count", vec![self.list_at(depth).0]),
            9 => Tree::call("length", vec![self.text_at(depth)]),
            10 => {
                let name = self.dice.pick(&["sum", "max", "min"]);
                Tree::call(name, vec![self.numbers(depth)])
            }
            11 => {
                let two = vec![self.number_at(depth), self.number_at(depth)];
                Tree::call("average", vec![Tree::Array(two)])
            }
            12 => {
                let text = self.dice.pick(&["10", "0", "-1", "1.5"]);
                Tree::call("number", vec![Tree::text(text)])
            }
            13 => {
                let body = Tree::infix(
                    self.dice.pick(&[Operator::Plus, Operator::Minus]),
                    Tree::variable("total"),
                    Tree::variable("item"),
                );
                let lambda = Tree::lambda(&["total", "item"], body);
                Tree::call("reduce", vec![self.numbers(depth), lambda])
            }
            14 => self.bound(depth, Self::number_at),
            _ if self.dice.one_in(3) => {
                let seed = Tree::whole(self.dice.below(100));
                let random = Tree::call("random", vec![seed]);
                let scaled = Tree::infix(Operator::Times, random, Tree::whole(10));
                Tree::call("floor", vec![scaled])
            }
            _ => self.conditional(depth, Self::number_at),
        }
    }

    /// An array of numbers, at least one.
    fn numbers(&mut self, depth: u32) -> Tree {
        let wants: Wants =
            |shape| matches!(shape, Shape::List(each, n) if *n > 0 && each.is_number());
        if self.dice.one_in(2)
            && let Some((found, _)) = self.path(wants)
        {
            return found;
        }
        let count = self.dice.between(1, 3);
        Tree::Array((0..count).map(|_| self.number_at(depth)).collect())
    }

    pub(super) fn text_at(&mut self, depth: u32) -> Tree {
        if depth == 0 || self.dice.one_in(3) {
            if self.dice.chance(3, 4)
                && let Some((found, _)) = self.path(Shape::is_text)
            {
                return found;
            }
            return Tree::text(literal::text(self.dice));
        }
        if self.draws_library(4) {
            return self.library_text(depth - 1);
        }
        let depth = depth - 1;
        match self.dice.below(12) {
            0..3 => {
                let left = self.text_at(depth);
                let right = match self.dice.below(3) {
                    0 => self.number_at(depth),
                    1 => self.boolean_at(depth),
                    _ => self.text_at(depth),
                };
                Tree::infix(Operator::Concatenate, left, right)
            }
            3 => {
                let name = self.dice.pick(&["uppercase", "lowercase"]);
                Tree::call(name, vec![self.text_at(depth)])
            }
            4 => {
                let from = Tree::whole(self.dice.below(3));
                Tree::call("substring", vec![self.text_at(depth), from])
            }
            5 => {
                let name = self.dice.pick(&["substringBefore", "substringAfter"]);
                let mark = Tree::text(self.dice.pick(&["a", "b", "*", "1"]));
                Tree::call(name, vec![self.text_at(depth), mark])
            }
            6 | 7 => {
                let count = self.dice.between(1, 3);
                let texts = (0..count).map(|_| self.text_at(depth)).collect();
                let mark = Tree::text(self.dice.pick(&[", ", "", "-"]));
                Tree::call("join", vec![Tree::Array(texts), mark])
            }
            8 => Tree::call("type", vec![self.one_at(depth).0]),
            9 if self.dice.one_in(2) => {
                let name = self
                    .dice
                    .pick(&["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"]);
                Tree::call("hash", vec![self.text_at(depth), Tree::text(name)])
            }
            9 if self.options.chance => Tree::call("uuid", Vec::new()),
            10 => self.bound(depth, Self::text_at),
            _ => self.conditional(depth, Self::text_at),
        }
    }

    pub(super) fn boolean_at(&mut self, depth: u32) -> Tree {
        if depth == 0 {
            if self.dice.chance(2, 3)
                && let Some((found, _)) = self.path(|shape| *shape == Shape::Bool)
            {
                return found;
            }
            return Tree::Bool(self.dice.one_in(2));
        }
        if self.draws_library(4) {
            return self.library_boolean(depth - 1);
        }
        let depth = depth - 1;
        match self.dice.below(14) {
            0..3 => {
                let (left, right) = if self.dice.one_in(2) {
                    (self.number_at(depth), self.number_at(depth))
                } else {
                    (self.text_at(depth), self.text_at(depth))
                };
                Tree::infix(self.order(), left, right)
            }
            3 | 4 => {
                let operator = self.dice.pick(&[Operator::Equal, Operator::Unequal]);
                let (left, right) = (self.any_at(depth).0, self.any_at(depth).0);
                Tree::infix(operator, left, right)
            }
            5 | 6 => {
                let operator = self.dice.pick(&[Operator::And, Operator::Or]);
                let (left, right) = (self.boolean_at(depth), self.boolean_at(depth));
                Tree::infix(operator, left, right)
            }
            7 => Tree::call("not", vec![self.boolean_at(depth)]),
            8 | 9 => Tree::call("exists", vec![self.perhaps(depth)]),
            10 => {
                let sought = self.number_at(depth);
                Tree::infix(Operator::In, sought, self.numbers(depth))
            }
            11 => Tree::call("boolean", vec![self.any_at(depth).0]),
            12 => self.bound(depth, Self::boolean_at),
            _ => self.boolean_at(0),
        }
    }

    pub(super) fn order(&mut self) -> Operator {
        self.dice.pick(&[
            Operator::Less,
            Operator::LessOrEqual,
            Operator::Greater,
            Operator::GreaterOrEqual,
            Operator::Equal,
            Operator::Unequal,
        ])
    }

    /// What need not be there: a member that an object may lack, or a selection.
    fn perhaps(&mut self, depth: u32) -> Tree {
        if self.dice.one_in(3)
            && let Some((list, each)) = self.settled_list()
        {
            return list.filter_last(self.predicate(&each));
        }
        match self.path(Shape::is_object) {
            Some((object, _)) => {
                let key = self.dice.pick(key::PLAIN);
                Tree::infix(Operator::Dot, object, Tree::name(key))
            }
            None => self.any_at(depth).0,
        }
    }

    /// The same expression in one of two ways, by a condition.
    pub(super) fn conditional(
        &mut self,
        depth: u32,
        mut draw: impl FnMut(&mut Self, u32) -> Tree,
    ) -> Tree {
        let condition = self.boolean_at(depth);
        let (then, otherwise) = (draw(self, depth), draw(self, depth));
        Tree::condition(condition, then, otherwise)
    }

    /// An expression in a block with a variable of its own, or with a function.
    fn bound(&mut self, depth: u32, draw: impl FnOnce(&mut Self, u32) -> Tree) -> Tree {
        let name = self.new_variable();
        if self.dice.one_in(3) {
            let function = Tree::variable(name);
            let parameter = self.new_variable();
            let (given, shape) = self.one_at(depth);
            let body = self.within(vec![source(parameter, shape)], |it| draw(it, depth));
            let lambda = Tree::lambda(&[parameter], body);
            let call = Tree::call(name, vec![given]);
            return Tree::Block(vec![Tree::infix(Operator::Bind, function, lambda), call]);
        }
        let (value, shape) = self.one_at(depth);
        let bind = Tree::infix(Operator::Bind, Tree::variable(name), value);
        let body = self.within(vec![source(name, shape)], |it| draw(it, depth));
        Tree::Block(vec![bind, body])
    }

    pub(super) fn new_variable(&mut self) -> &'static str {
        let name = BOUND[self.bound as usize % BOUND.len()];
        self.bound += 1;
        // What was bound to the name before is not seen any more.
        self.sources
            .retain(|it| !matches!(&it.tree, Tree::Variable(other) if other == name));
        name
    }

    /// Draws with further sources, which come first.
    pub(super) fn within<T>(&mut self, more: Vec<Source>, draw: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.sources.clone();
        // Twice, so that they are often read.
        self.sources.extend(more.iter().cloned());
        self.sources.extend(more);
        let drawn = draw(self);
        self.sources = before;
        drawn
    }

    /// A way to an array whose elements are known, and are no arrays.
    fn settled_list(&mut self) -> Option<(Tree, Shape)> {
        let (tree, shape) =
            self.path(|shape| matches!(shape, Shape::List(..)) && is_settled(&shape.each()))?;
        Some((tree, shape.each()))
    }

    /// Whether an element of this shape, `$`, is selected: something that cannot fail.
    fn predicate(&mut self, each: &Shape) -> Tree {
        let one = |wants: Wants, it: &mut Self| -> Option<Tree> {
            let (trail, _) = each.find(wants, it.dice)?;
            Some(match trail.split_first() {
                // `a` or `$.a`
                Some((Hop::Key(key), rest)) if it.dice.one_in(2) => {
                    Tree::name(*key).along(&Trail::from_slice(rest))
                }
                _ => Tree::variable("").along(&trail),
            })
        };
        if self.dice.one_in(2)
            && let Some(number) = one(Shape::is_number, self)
        {
            return Tree::infix(self.order(), number, self.positive());
        }
        if let Some(text) = one(Shape::is_text, self) {
            let other = Tree::text(literal::text(self.dice));
            return Tree::infix(self.order(), text, other);
        }
        let value = one(anything, self).unwrap_or(Tree::Null);
        let other = match self.scalar().0 {
            Value::Number(_) => self.positive(),
            other => value_tree(&other),
        };
        let operator = self.dice.pick(&[Operator::Equal, Operator::Unequal]);
        Tree::infix(operator, value, other)
    }

    fn positive(&mut self) -> Tree {
        Tree::Number(self.dice.pick(&[0.0, 1.0, 2.0, 1.5]))
    }

    pub(super) fn list_at(&mut self, depth: u32) -> (Tree, Shape) {
        if self.dice.one_in(3)
            && let Some(found) = self.path(Shape::is_array)
        {
            return found;
        }
        if depth == 0 {
            return self.array_at(0);
        }
        if self.draws_library(5) {
            return self.library_list(depth - 1);
        }
        let depth = depth - 1;
        match self.dice.below(12) {
            0 => {
                let last = self.dice.between(1, 4);
                let range = Tree::Infix(
                    Operator::Range,
                    Tree::whole(1).into(),
                    Tree::whole(last).into(),
                );
                let shape = Shape::List(Shape::Number.into(), last as u8);
                (Tree::Array(vec![range]), shape)
            }
            1 => {
                let ((left, one), (right, other)) = (self.list_at(depth), self.list_at(depth));
                let each = one.each().join(&other.each());
                let each = if is_empty(&one) {
                    other.each()
                } else if is_empty(&other) {
                    one.each()
                } else {
                    each
                };
                let shape = Shape::List(Rc::new(each), least(&one).saturating_add(least(&other)));
                (Tree::call("append", vec![left, right]), shape)
            }
            2 => {
                let (list, shape) = self.list_at(depth);
                let shape = Shape::List(Rc::new(shape.each()), least(&shape));
                (Tree::call("reverse", vec![list]), shape)
            }
            3 => {
                let (list, shape) = self.list_at(depth);
                let shape = Shape::List(Rc::new(shape.each()), least(&shape).min(1));
                (Tree::call("distinct", vec![list]), shape)
            }
            4 => {
                let numbers = self.numbers(depth);
                let shape = Shape::List(Shape::Number.into(), 1);
                (Tree::call("sort", vec![numbers]), shape)
            }
            5 => {
                let (list, shape) = self.list_at(depth);
                let size = Tree::whole(self.dice.between(1, 3));
                let piece = Shape::List(Rc::new(shape.each()), 1);
                let shape = Shape::List(piece.into(), least(&shape).min(1));
                (Tree::call("partition", vec![list, size]), shape)
            }
            6 | 7 => self.mapped(depth),
            8 => match self.settled_list() {
                Some((list, each)) => {
                    let selected = list.filter_last(self.predicate(&each));
                    (Tree::Array(vec![selected]), Shape::List(each.into(), 0))
                }
                None => self.array_at(depth),
            },
            9 => self.gathered().unwrap_or_else(|| self.array_at(depth)),
            _ => self.array_at(depth),
        }
    }

    /// `[a, b]`: of values that are no arrays, or of arrays in brackets of their own.
    fn array_at(&mut self, depth: u32) -> (Tree, Shape) {
        // Little happens over an empty one.
        let count = if self.dice.one_in(10) {
            0
        } else {
            self.dice.between(1, 3)
        };
        let mut items = Vec::new();
        let mut shapes = Vec::new();
        for _ in 0..count {
            let (item, shape) = if depth > 0 && self.dice.one_in(6) {
                self.array_at(depth - 1)
            } else if depth > 0 {
                self.one_at(depth - 1)
            } else {
                let (value, shape) = self.scalar();
                (value_tree(&value), shape)
            };
            items.push(item);
            shapes.push(shape);
        }
        (Tree::Array(items), Shape::Tuple(shapes.into()))
    }

    /// `[$map(list, function($v){ … })]`
    fn mapped(&mut self, depth: u32) -> (Tree, Shape) {
        let (list, shape) = self.list_at(depth);
        let name = self.new_variable();
        let seen = vec![source(name, shape.each())];
        let (body, each) = self.within(seen, |it| it.one_at(depth));
        let lambda = Tree::lambda(&[name], body);
        let map = Tree::call("map", vec![list, lambda]);
        let shape = Shape::List(each.into(), least(&shape));
        (Tree::Array(vec![map]), shape)
    }

    /// `[list.field]`
    fn gathered(&mut self) -> Option<(Tree, Shape)> {
        let (list, each) = self.settled_list()?;
        let Shape::Object(fields) = &each else {
            return None;
        };
        let known: Vec<_> = fields.iter().filter(|(_, it)| is_settled(it)).collect();
        if known.is_empty() {
            return None;
        }
        let (key, shape) = known[self.dice.index(known.len())];
        let path = Tree::infix(Operator::Dot, list, Tree::name(*key));
        Some((
            Tree::Array(vec![path]),
            Shape::List(Rc::new(shape.clone()), 0),
        ))
    }

    pub(super) fn record_at(&mut self, depth: u32) -> (Tree, Shape) {
        if self.dice.one_in(3)
            && let Some(found) = self.path(Shape::is_object)
        {
            return found;
        }
        if depth == 0 {
            return self.object_at(0);
        }
        if self.draws_library(6) {
            return self.library_record(depth - 1);
        }
        let depth = depth - 1;
        match self.dice.below(4) {
            0 => {
                let ((left, one), (right, other)) = (self.record_at(depth), self.record_at(depth));
                let mut shape = one;
                if let Shape::Object(fields) = &other {
                    for (key, field) in fields.iter() {
                        shape = shape.with(*key, field.clone());
                    }
                }
                // What is not known of the second may replace what is known of the first.
                let known = matches!(right, Tree::Object(_));
                let shape = if known { shape } else { other };
                let both = Tree::Array(vec![left, right]);
                (Tree::call("merge", vec![both]), shape)
            }
            _ => self.object_at(depth),
        }
    }

    /// `{"a": b}`
    fn object_at(&mut self, depth: u32) -> (Tree, Shape) {
        let mut members = Vec::new();
        let mut shapes = Fields::new();
        for _ in 0..self.dice.between(0, 3) {
            let key = self.key();
            if shapes.iter().any(|(other, _)| *other == key) {
                continue;
            }
            let (value, shape) = if depth > 0 {
                self.any_at(depth - 1)
            } else {
                let (value, shape) = self.scalar();
                (value_tree(&value), shape)
            };
            members.push((key, value));
            shapes.push((key, shape));
        }
        (Tree::object(members), Shape::object(shapes))
    }

    pub(super) fn key(&mut self) -> Key {
        let names = if self.options.odd_names {
            key::ODD
        } else {
            key::PLAIN
        };
        self.dice.pick(names)
    }
}

/// What a variable is bound to.
pub(super) fn source(name: &str, shape: Shape) -> Source {
    Source {
        tree: Tree::variable(name),
        shape,
    }
}

/// Whether such a value is there, and is no array.
pub(super) fn is_settled(shape: &Shape) -> bool {
    !matches!(shape, Shape::Any) && !shape.is_array()
}

fn is_empty(shape: &Shape) -> bool {
    matches!(shape, Shape::Tuple(all) if all.is_empty())
}

/// How many elements an array has at least.
pub(super) fn least(shape: &Shape) -> u8 {
    match shape {
        Shape::List(_, n) => *n,
        Shape::Tuple(all) => all.len().try_into().unwrap_or(u8::MAX),
        _ => 0,
    }
}

/// A value, written down.
pub(crate) fn value_tree(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::Null,
        Value::Bool(it) => Tree::Bool(*it),
        Value::Number(it) => {
            let number = it.as_f64().unwrap_or_default();
            if number < 0.0 {
                Tree::Number(-number).negative()
            } else {
                Tree::Number(number)
            }
        }
        Value::String(it) => Tree::text(it.as_str()),
        Value::Array(items) => Tree::Array(items.iter().map(value_tree).collect()),
        Value::Object(members) => Tree::Object(
            members
                .iter()
                .map(|(name, it)| (Tree::text(name.as_str()), value_tree(it)))
                .collect(),
        ),
    }
}

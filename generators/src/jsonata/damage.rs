//! Expressions that fail: they come to nothing, to a function or to an error.

use super::{
    draw::Drawing,
    tree::{Operator, Tree},
};
use crate::{key::Key, shape::Shape};

impl Drawing<'_> {
    /// An expression that has no value, mostly.
    pub(crate) fn damaged(&mut self) -> Tree {
        let missing = self.missing();
        match self.dice.below(13) {
            0..3 => missing,
            // Arithmetic with what is no number, and comparisons of what cannot be compared.
            3 => Tree::infix(Operator::Plus, self.text_at(1), Tree::whole(1)),
            4 => Tree::infix(Operator::Less, self.number_at(0), self.text_at(0)),
            5 => self.text_at(0).negative(),
            // Calls that do not fit, and of what does not exist.
            6 => Tree::call("sum", vec![Tree::Array(vec![self.text_at(0)])]),
            7 if self.options.library => Tree::call("nothing", vec![self.number_at(0)]),
            7 => Tree::call("length", vec![self.number_at(0)]),
            8 => Tree::call("number", vec![Tree::text("a")]),
            9 => Tree::call("error", vec![self.text_at(0)]),
            // Functions as values.
            10 => Tree::lambda(&["v"], Tree::variable("v")),
            // More numbers than fit into memory.
            11 => {
                let last = Tree::whole(self.dice.pick(&[873_783, 900_000, 10_000_000]));
                let range = Tree::Infix(Operator::Range, Tree::whole(1).into(), last.into());
                Tree::call("count", vec![Tree::Array(vec![range])])
            }
            // Sequences that may be empty.
            _ => Tree::infix(Operator::Plus, missing, self.number_at(0)),
        }
    }

    /// An expression of something that is not accepted in its place.
    pub(crate) fn mistyped(&mut self, wanted: &Shape) -> Tree {
        match wanted {
            Shape::Bool => self.number_at(1),
            Shape::Text | Shape::Timestamp => self.number_at(1),
            _ => self.text_at(1),
        }
    }

    fn missing(&mut self) -> Tree {
        match self.path(Shape::is_object) {
            Some((object, _)) => Tree::infix(Operator::Dot, object, Tree::name(Key::MISSING)),
            None => Tree::infix(
                Operator::Dot,
                Tree::states("input"),
                Tree::name(Key::MISSING),
            ),
        }
    }
}

//! Expressions of a number that is known.

use super::{
    draw::Drawing,
    tree::{Operator, Tree},
};

impl Drawing<'_> {
    /// An expression that comes to this number, whatever is read.
    pub(crate) fn constant(&mut self, number: u32) -> Tree {
        let whole = Tree::whole(number);
        match self.dice.below(5) {
            0 => {
                let part = self.dice.between(0, number);
                let rest = Tree::whole(number - part);
                Tree::infix(Operator::Plus, Tree::whole(part), rest)
            }
            1 => Tree::call("max", vec![Tree::Array(vec![whole, Tree::whole(0)])]),
            2 => Tree::condition(self.boolean_at(1), whole.clone(), whole),
            3 => {
                let half = Tree::Number(f64::from(number) + 0.5);
                Tree::call("floor", vec![half])
            }
            _ => whole,
        }
    }
}

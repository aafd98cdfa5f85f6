//! Parts of the language in which implementations differ: most of the functions, sorting, grouping,
//! regular expressions, pictures, dates.

use std::rc::Rc;

use super::{
    draw::{Drawing, least, source},
    tree::{Operator, Tree},
};
use crate::{literal, shape::Shape};

const PICTURES: [&str; 6] = ["0", "#,##0.00", "00.0", "0%", "#0.###", "#0;(#0)"];
const FORMATS: [&str; 5] = ["w", "I", "0001", "a", "1;o"];
const DATES: [&str; 4] = [
    "[Y0001]-[M01]-[D01]",
    "[H01]:[m01]:[s01]",
    "[D1o] [MNn] [Y]",
    "[FNn,3-3]",
];
const PATTERNS: [&str; 5] = ["a", "[ab]+", "^.", "(a)(b)?", "\\d+"];
const JSON: [&str; 5] = ["[1, 2]", "{\"a\": 1}", "\"a\"", "null", "1.5"];

impl Drawing<'_> {
    fn pattern(&mut self) -> Tree {
        let pattern = self.dice.pick(&PATTERNS).to_owned();
        let flags = self.dice.pick(&["", "", "i", "m"]).to_owned();
        Tree::Regex(pattern, flags)
    }

    fn one_of(&mut self, texts: &[&'static str]) -> Tree {
        Tree::text(self.dice.pick(texts))
    }

    pub(super) fn library_number(&mut self, depth: u32) -> Tree {
        match self.dice.below(8) {
            0 => {
                let exponent = Tree::whole(self.dice.below(4));
                Tree::call("power", vec![self.number_at(0), exponent])
            }
            1 => Tree::call(
                "sqrt",
                vec![Tree::Number(self.dice.pick(&[0.0, 1.0, 2.0, 4.0]))],
            ),
            2 => {
                let places = Tree::whole(self.dice.below(3));
                Tree::call("round", vec![self.number_at(depth), places])
            }
            3 => Tree::call("toMillis", vec![Tree::text(literal::timestamp(self.dice))]),
            4 => {
                let text = self.one_of(&["one", "twenty-two"]);
                Tree::call("parseInteger", vec![text, Tree::text("w")])
            }
            5 => {
                let lambda = Tree::lambda(&["n"], {
                    let again = Tree::infix(Operator::Minus, Tree::variable("n"), Tree::whole(1));
                    let again = Tree::call("f", vec![again]);
                    let product = Tree::infix(Operator::Times, Tree::variable("n"), again);
                    let ends =
                        Tree::infix(Operator::LessOrEqual, Tree::variable("n"), Tree::whole(1));
                    Tree::condition(ends, Tree::whole(1), product)
                });
                let bind = Tree::infix(Operator::Bind, Tree::variable("f"), lambda);
                let n = Tree::whole(self.dice.between(0, 6));
                Tree::Block(vec![bind, Tree::call("f", vec![n])])
            }
            6 => {
                let parameter = self.new_variable();
                let shape = Shape::Number;
                let body = self.within(vec![source(parameter, shape)], |it| it.number_at(depth));
                let lambda = Tree::Block(vec![Tree::lambda(&[parameter], body)]);
                Tree::Call(lambda.into(), vec![self.number_at(depth)])
            }
            _ => {
                let list = self.list_at(depth).0;
                Tree::infix(Operator::Pipe, list, Tree::variable("count"))
            }
        }
    }

    pub(super) fn library_text(&mut self, depth: u32) -> Tree {
        match self.dice.below(16) {
            0 => Tree::call("trim", vec![self.text_at(depth)]),
            1 => {
                let width = value(self.dice.pick(&[4.0, -4.0, 0.0]));
                Tree::call(
                    "pad",
                    vec![self.text_at(depth), width, self.one_of(&["#", "ab"])],
                )
            }
            2 => {
                let pattern = if self.dice.one_in(2) {
                    self.pattern()
                } else {
                    self.one_of(&["a", "b"])
                };
                Tree::call(
                    "replace",
                    vec![self.text_at(depth), pattern, self.one_of(&["-", "", "x"])],
                )
            }
            3 | 4 => Tree::call(
                "formatNumber",
                vec![self.number_at(depth), self.one_of(&PICTURES)],
            ),
            5 => {
                let number = Tree::call("floor", vec![self.number_at(depth)]);
                let base = Tree::whole(self.dice.pick(&[2, 8, 16, 36]));
                Tree::call("formatBase", vec![number, base])
            }
            6 => {
                let number = Tree::whole(self.dice.below(40) + 1);
                Tree::call("formatInteger", vec![number, self.one_of(&FORMATS)])
            }
            7 | 8 => {
                let millis = Tree::Number(self.dice.pick(&[0.0, 1.0, 1_457_920_740_000.0]));
                let mut given = vec![millis];
                if self.dice.chance(2, 3) {
                    given.push(self.one_of(&DATES));
                }
                Tree::call("fromMillis", given)
            }
            9 => {
                let encoded = Tree::call("base64encode", vec![self.text_at(depth)]);
                if self.dice.one_in(2) {
                    encoded
                } else {
                    Tree::call("base64decode", vec![encoded])
                }
            }
            10 => {
                let name =
                    self.dice
                        .pick(&["encodeUrlComponent", "encodeUrl", "decodeUrlComponent"]);
                Tree::call(name, vec![self.one_of(&["a b", "é", "a%20b", "x=1&y"])])
            }
            11 | 12 => Tree::call("string", vec![self.any_at(depth).0]),
            13 => {
                let length = Tree::whole(self.dice.below(3));
                let from = value(self.dice.pick(&[0.0, 1.0, -1.0]));
                Tree::call("substring", vec![self.text_at(depth), from, length])
            }
            14 => {
                let text = self.text_at(depth);
                Tree::infix(Operator::Pipe, text, Tree::variable("uppercase"))
            }
            _ => {
                let texts = Tree::Array(vec![self.text_at(depth), self.text_at(depth)]);
                let index = Tree::lambda(&["item", "at"], {
                    Tree::infix(
                        Operator::Concatenate,
                        Tree::variable("item"),
                        Tree::variable("at"),
                    )
                });
                let made = Tree::call("map", vec![texts, index]);
                Tree::call("join", vec![made])
            }
        }
    }

    pub(super) fn library_boolean(&mut self, depth: u32) -> Tree {
        match self.dice.below(4) {
            0 => Tree::call(
                "contains",
                vec![self.text_at(depth), self.one_of(&["a", "b", ""])],
            ),
            1 => Tree::call("contains", vec![self.text_at(depth), self.pattern()]),
            2 => {
                let found = Tree::call("match", vec![self.text_at(depth), self.pattern()]);
                Tree::call("exists", vec![found])
            }
            _ => {
                let pattern = Tree::Call(self.pattern().into(), vec![self.text_at(depth)]);
                Tree::call("exists", vec![pattern])
            }
        }
    }

    pub(super) fn library_list(&mut self, depth: u32) -> (Tree, Shape) {
        let texts = Shape::List(Shape::Text.into(), 0);
        let unknown = Shape::List(Shape::Any.into(), 0);
        let (made, shape) = match self.dice.below(15) {
            0 => {
                let mark = if self.dice.one_in(2) {
                    self.pattern()
                } else {
                    self.one_of(&["a", ",", ""])
                };
                (Tree::call("split", vec![self.text_at(depth), mark]), texts)
            }
            1 => (Tree::call("keys", vec![self.record_at(depth).0]), texts),
            2 => {
                let numbers = [
                    self.dice.below(3),
                    self.dice.between(3, 9),
                    self.dice.between(1, 3),
                ];
                let shape = Shape::List(Shape::Number.into(), 1);
                (
                    Tree::call("range", numbers.map(Tree::whole).to_vec()),
                    shape,
                )
            }
            3 => (Tree::call("parse", vec![self.one_of(&JSON)]), unknown),
            4 => {
                let both = vec![self.list_at(depth).0, self.list_at(depth).0];
                (Tree::call("zip", both), unknown)
            }
            5 | 6 => {
                let (list, shape) = self.list_at(depth);
                let name = self.new_variable();
                let seen = vec![source(name, shape.each())];
                let body = self.within(seen, |it| it.boolean_at(depth));
                let lambda = Tree::lambda(&[name], body);
                let shape = Shape::List(Shape::Any.into(), 0);
                (Tree::call("filter", vec![list, lambda]), shape)
            }
            7 => {
                let (list, shape) = self.list_at(depth);
                let order = Tree::lambda(&["l", "r"], {
                    let [left, right] =
                        ["l", "r"].map(|it| Tree::call("string", vec![Tree::variable(it)]));
                    Tree::infix(Operator::Greater, left, right)
                });
                let shape = Shape::List(Rc::new(shape.each()), least(&shape).min(1));
                (Tree::call("sort", vec![list, order]), shape)
            }
            8 => {
                let numbers = Tree::Array(vec![self.number_at(depth), self.number_at(depth)]);
                let terms = vec![(self.dice.one_in(2), Tree::variable(""))];
                let shape = Shape::List(Shape::Number.into(), 1);
                (Tree::Sort(numbers.into(), terms), shape)
            }
            9 => {
                let record = self.record_at(depth).0;
                let each = Tree::lambda(&["value", "name"], Tree::variable("name"));
                (Tree::call("each", vec![record, each]), texts)
            }
            10 => (Tree::call("spread", vec![self.record_at(depth).0]), unknown),
            11 => {
                let record = self.record_at(depth).0;
                let all = self
                    .dice
                    .pick(&[Tree::Wildcard, Tree::Descendant].each_ref())
                    .clone();
                (Tree::infix(Operator::Dot, record, all), unknown)
            }
            12 => {
                let (list, _) = self.list_at(depth);
                let indexed = Tree::infix(Operator::Index, list, Tree::variable("at"));
                let made = Tree::Array(vec![Tree::variable("at"), Tree::variable("")]);
                (Tree::infix(Operator::Dot, indexed, made), unknown)
            }
            13 => {
                let object = self.path(Shape::is_object);
                let object = object.map_or(Tree::states("input"), |it| it.0);
                (object.keep(), unknown)
            }
            _ => {
                let partial = Tree::call("power", vec![Tree::Placeholder, Tree::whole(2)]);
                let numbers = Tree::Array(vec![self.number_at(depth), self.number_at(depth)]);
                let shape = Shape::List(Shape::Number.into(), 2);
                (Tree::call("map", vec![numbers, partial]), shape)
            }
        };
        (Tree::Array(vec![made]), shape)
    }

    pub(super) fn library_record(&mut self, depth: u32) -> (Tree, Shape) {
        let (record, shape) = self.record_at(depth);
        let made = match self.dice.below(4) {
            0 => {
                let keeps = Tree::lambda(&["value"], Tree::Bool(true));
                let sifted = Tree::call("sift", vec![record, keeps]);
                Tree::call("merge", vec![Tree::Array(vec![sifted])])
            }
            1 => {
                let key = self.key();
                let (value, field) = self.one_at(depth);
                let update = Tree::object(vec![(key, value)]);
                let transform = Tree::Transform(Tree::variable("").into(), update.into(), None);
                let made = Tree::infix(Operator::Pipe, record, transform);
                return (made, shape.with(key, field));
            }
            2 => {
                let texts = Tree::Array(vec![self.text_at(depth), self.text_at(depth)]);
                let count = Tree::call("count", vec![Tree::variable("")]);
                Tree::Group(texts.into(), vec![(Tree::variable(""), count)])
            }
            _ => {
                let found = Tree::call("match", vec![Tree::text("ab"), self.pattern()]);
                let first = found.filter(Tree::whole(0));
                Tree::call("merge", vec![Tree::Array(vec![first])])
            }
        };
        (made, Shape::empty())
    }
}

fn value(number: f64) -> Tree {
    if number < 0.0 {
        Tree::Number(-number).negative()
    } else {
        Tree::Number(number)
    }
}

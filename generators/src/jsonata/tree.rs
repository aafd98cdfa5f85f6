//! The syntax tree.

use crate::{
    key::Key,
    shape::{Hop, Trail},
};

/// An expression, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, never negative.
    Number(f64),
    /// `"text"`
    Text(String),
    /// `/pattern/flags`
    Regex(String, String),
    /// `$name`; `$` has an empty name, and `$$` the name `$`.
    Variable(String),
    /// A name in a path.
    Name(String),
    /// `*`
    Wildcard,
    /// `**`
    Descendant,
    /// `%`
    Parent,
    /// An argument left open: `?`
    Placeholder,
    /// An operator between two operands.
    Infix(Operator, Box<Tree>, Box<Tree>),
    /// `-a`
    Negative(Box<Tree>),
    /// `a[b]`
    Filter(Box<Tree>, Box<Tree>),
    /// `a[]`
    Keep(Box<Tree>),
    /// `a{b: c}`
    Group(Box<Tree>, Vec<(Tree, Tree)>),
    /// `a^(<b, >c)`; `true` for descending.
    Sort(Box<Tree>, Vec<(bool, Tree)>),
    /// `[a, b]`
    Array(Vec<Tree>),
    /// `{a: b}`
    Object(Vec<(Tree, Tree)>),
    /// `(a; b)`
    Block(Vec<Tree>),
    /// `a ? b : c`
    Condition(Box<Tree>, Box<Tree>, Option<Box<Tree>>),
    /// `a(b, c)`
    Call(Box<Tree>, Vec<Tree>),
    /// `function($a)<n:n>{ b }`, with the signature.
    Lambda(Vec<String>, Option<String>, Box<Tree>),
    /// `|a|b, c|`
    Transform(Box<Tree>, Box<Tree>, Option<Box<Tree>>),
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Dot,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    In,
    Concatenate,
    Pipe,
    Bind,
    /// Inside an array only.
    Range,
    Focus,
    Index,
}

impl Operator {
    pub(super) const ALL: [Self; 21] = [
        Self::Dot,
        Self::Plus,
        Self::Minus,
        Self::Times,
        Self::Divide,
        Self::Modulo,
        Self::Equal,
        Self::Unequal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::And,
        Self::Or,
        Self::In,
        Self::Concatenate,
        Self::Pipe,
        Self::Bind,
        Self::Range,
        Self::Focus,
        Self::Index,
    ];

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Dot => ".",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::In => "in",
            Self::Concatenate => "&",
            Self::Pipe => "~>",
            Self::Bind => ":=",
            Self::Range => "..",
            Self::Focus => "@",
            Self::Index => "#",
        }
    }

    /// How strongly it binds.
    pub(super) fn power(self) -> u32 {
        match self {
            Self::Focus | Self::Index => 80,
            Self::Dot => 75,
            Self::Times | Self::Divide | Self::Modulo => 60,
            Self::Plus | Self::Minus | Self::Concatenate => 50,
            Self::Equal
            | Self::Unequal
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::In
            | Self::Pipe => 40,
            Self::And => 30,
            Self::Or => 25,
            Self::Range => 0,
            Self::Bind => 10,
        }
    }
}

/// How strongly `a ? b : c` binds.
pub(super) const CONDITION: u32 = 20;
/// How strongly `a^(b)` binds.
pub(super) const SORT: u32 = 40;
/// How strongly `a{b: c}` binds, and `-a`.
pub(super) const GROUP: u32 = 70;
/// How strongly `a[b]` and `a(b)` bind.
pub(super) const POSTFIX: u32 = 80;
/// How strongly everything else binds.
const PRIMARY: u32 = 100;

impl Tree {
    /// A whole number.
    pub(crate) fn whole(number: u32) -> Self {
        Self::Number(number.into())
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn variable(name: impl Into<String>) -> Self {
        Self::Variable(name.into())
    }

    pub(crate) fn name(key: Key) -> Self {
        Self::Name(key.text().to_owned())
    }

    /// `$states.field`
    pub(crate) fn states(field: &str) -> Self {
        let states = Self::variable("states");
        Self::infix(Operator::Dot, states, Self::Name(field.to_owned()))
    }

    /// An operator between two operands, in parentheses where it takes them.
    pub(crate) fn infix(operator: Operator, left: Self, right: Self) -> Self {
        let power = operator.power();
        // The right of what binds to the right may bind as weakly.
        let least = power + u32::from(operator != Operator::Bind);
        let left = left.at_least(power);
        Self::Infix(operator, left.into(), right.at_least(least).into())
    }

    pub(crate) fn filter(self, predicate: Self) -> Self {
        Self::Filter(self.at_least(POSTFIX).into(), predicate.into())
    }

    pub(crate) fn negative(self) -> Self {
        Self::Negative(self.at_least(GROUP).into())
    }

    pub(crate) fn condition(condition: Self, then: Self, otherwise: Self) -> Self {
        let condition = condition.at_least(CONDITION + 1);
        Self::Condition(condition.into(), then.into(), Some(otherwise.into()))
    }

    /// A call of the function in a variable.
    pub(crate) fn call(name: &str, arguments: Vec<Self>) -> Self {
        Self::Call(Self::variable(name).into(), arguments)
    }

    pub(crate) fn lambda(parameters: &[&str], body: Self) -> Self {
        let parameters = parameters.iter().map(|it| (*it).to_owned());
        Self::Lambda(parameters.collect(), None, body.into())
    }

    /// An object with these members.
    pub(crate) fn object(members: Vec<(Key, Self)>) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .map(|(key, value)| (Self::text(key.text()), value))
                .collect(),
        )
    }

    /// The value at the end of a trail from here.
    pub(crate) fn along(mut self, trail: &Trail) -> Self {
        for hop in trail {
            self = match hop {
                Hop::Key(key) => Self::infix(Operator::Dot, self, Self::name(*key)),
                Hop::At(index) => self.at(*index as u32),
            };
        }
        self
    }

    /// The element at an index.
    fn at(self, index: u32) -> Self {
        self.filter_last(Self::whole(index))
    }

    /// A selection from what a path leads to: its last step binds it.
    pub(super) fn filter_last(self, predicate: Self) -> Self {
        self.with_last(|it| it.filter(predicate))
    }

    /// `a[]`
    pub(super) fn keep(self) -> Self {
        self.with_last(|it| Self::Keep(it.at_least(POSTFIX).into()))
    }

    /// Changes the last step of a path.
    fn with_last(self, change: impl FnOnce(Self) -> Self) -> Self {
        match self {
            Self::Infix(Operator::Dot, left, right) => {
                // A step in a path is no path.
                Self::Infix(Operator::Dot, left, change(*right).into())
            }
            other => change(other),
        }
    }

    /// This, in parentheses if it binds more weakly.
    pub(super) fn at_least(self, power: u32) -> Self {
        if self.power() < power {
            Self::Block(vec![self])
        } else {
            self
        }
    }

    pub(super) fn power(&self) -> u32 {
        match self {
            Self::Infix(operator, ..) => operator.power(),
            Self::Condition(..) => CONDITION,
            Self::Sort(..) => SORT,
            Self::Group(..) | Self::Negative(_) => GROUP,
            Self::Filter(..) | Self::Keep(_) | Self::Call(..) => POSTFIX,
            _ => PRIMARY,
        }
    }

    /// The parts that it consists of.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        let mut parts: Vec<&Self> = Vec::new();
        match self {
            Self::Infix(_, left, right) | Self::Filter(left, right) => {
                parts.extend([&**left, right]);
            }
            Self::Negative(inner) | Self::Keep(inner) | Self::Lambda(_, _, inner) => {
                parts.push(inner);
            }
            Self::Group(inner, members) => {
                parts.push(inner);
                parts.extend(members.iter().flat_map(|(key, value)| [key, value]));
            }
            Self::Sort(inner, terms) => {
                parts.push(inner);
                parts.extend(terms.iter().map(|(_, term)| term));
            }
            Self::Array(items) | Self::Block(items) => parts.extend(items),
            Self::Object(members) => {
                parts.extend(members.iter().flat_map(|(key, value)| [key, value]));
            }
            Self::Condition(first, second, third) | Self::Transform(first, second, third) => {
                parts.extend([&**first, second]);
                parts.extend(third.as_deref());
            }
            Self::Call(function, arguments) => {
                parts.push(function);
                parts.extend(arguments);
            }
            _ => {}
        }
        parts
    }

    /// The same, to change them.
    pub(crate) fn parts_mut(&mut self) -> Vec<&mut Self> {
        let mut parts: Vec<&mut Self> = Vec::new();
        match self {
            Self::Infix(_, left, right) | Self::Filter(left, right) => {
                parts.extend([&mut **left, right]);
            }
            Self::Negative(inner) | Self::Keep(inner) | Self::Lambda(_, _, inner) => {
                parts.push(inner);
            }
            Self::Group(inner, members) => {
                parts.push(inner);
                parts.extend(members.iter_mut().flat_map(|(key, value)| [key, value]));
            }
            Self::Sort(inner, terms) => {
                parts.push(inner);
                parts.extend(terms.iter_mut().map(|(_, term)| term));
            }
            Self::Array(items) | Self::Block(items) => parts.extend(items),
            Self::Object(members) => {
                parts.extend(members.iter_mut().flat_map(|(key, value)| [key, value]));
            }
            Self::Condition(first, second, third) | Self::Transform(first, second, third) => {
                parts.extend([&mut **first, second]);
                parts.extend(third.as_deref_mut());
            }
            Self::Call(function, arguments) => {
                parts.push(function);
                parts.extend(arguments);
            }
            _ => {}
        }
        parts
    }
}

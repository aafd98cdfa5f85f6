//! The language with parts that are evaluated otherwise, for engines that deviate.

use std::{fmt, sync::Arc};

use jsonata_core::{
    ast::{AstNode, BinaryOp, Stage, StepId, UnaryOp},
    evaluator::{Evaluator, EvaluatorError},
    value::JValue,
};
use serde_json::Value;

use super::{
    Template, library,
    tree::{any, call, change_children},
    values::{Left, leave, whole},
};

/// A part of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// A path: what it leads to.
    Path,
    /// An index in brackets.
    Index,
    /// A value of an object that is written in an expression.
    Member,
    /// An item of an array that is written in an expression.
    Item,
    /// A regular expression.
    Regex,
    /// What comes of an operator.
    Operator(&'static str),
    /// What a function returns.
    Function(&'static str),
}

/// The families of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Paths, and what is between their brackets.
    Path,
    /// Objects and arrays that are written in an expression.
    Constructor,
    /// Operators that compute.
    Operator,
    /// Regular expressions.
    Regex,
    /// Functions that are called by name.
    Function,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 5] = [
        Self::Path,
        Self::Constructor,
        Self::Operator,
        Self::Regex,
        Self::Function,
    ];

    fn is(self, node: &AstNode) -> bool {
        match self {
            Self::Path => matches!(node, AstNode::Path { .. }),
            Self::Constructor => matches!(node, AstNode::Array(_) | AstNode::Object(_)),
            Self::Operator => matches!(node, AstNode::Binary { op, .. }
                if *op != BinaryOp::ColonEqual),
            Self::Regex => matches!(node, AstNode::Regex { .. }),
            Self::Function => matches!(node, AstNode::Function { .. }),
        }
    }
}

/// The families of which an expression has parts.
pub(super) fn families(tree: &AstNode) -> Vec<Family> {
    let all = Family::ALL.into_iter();
    all.filter(|family| any(tree, &|node| family.is(node)))
        .collect()
}

/// The operators that may be evaluated otherwise.
const OPERATORS: [(&str, BinaryOp); 5] = [
    ("/", BinaryOp::Divide),
    ("%", BinaryOp::Modulo),
    ("=", BinaryOp::Equal),
    ("!=", BinaryOp::NotEqual),
    ("..", BinaryOp::Range),
];

impl Part {
    /// Every part.
    pub fn all() -> impl Iterator<Item = Self> {
        let own = [
            Self::Path,
            Self::Index,
            Self::Member,
            Self::Item,
            Self::Regex,
        ];
        let operators = OPERATORS.into_iter().map(|(text, _)| Self::Operator(text));
        let functions = library::following().into_iter().map(Self::Function);
        own.into_iter().chain(operators).chain(functions)
    }

    /// In words.
    pub fn name(self) -> String {
        match self {
            Self::Path => "a path".to_owned(),
            Self::Index => "an index".to_owned(),
            Self::Member => "a member of an object".to_owned(),
            Self::Item => "an item of an array".to_owned(),
            Self::Regex => "a regular expression".to_owned(),
            Self::Operator(text) => text.to_owned(),
            Self::Function(name) => format!("${name}"),
        }
    }

    /// The part with this name: one of [`Part::all`], or a function that does not depend on its arguments
    /// alone.
    pub fn named(name: &str) -> Option<Self> {
        let outside = library::OUTSIDE.into_iter().map(Self::Function);
        Self::all().chain(outside).find(|part| part.name() == name)
    }

    /// Its family.
    pub fn family(self) -> Family {
        match self {
            Self::Path | Self::Index => Family::Path,
            Self::Member | Self::Item => Family::Constructor,
            Self::Operator(_) => Family::Operator,
            Self::Regex => Family::Regex,
            Self::Function(_) => Family::Function,
        }
    }

    fn is(self, node: &AstNode) -> bool {
        match (self, node) {
            (Self::Path, AstNode::Path { .. })
            | (Self::Member, AstNode::Object(_))
            | (Self::Item, AstNode::Array(_))
            | (Self::Regex, AstNode::Regex { .. }) => true,
            (Self::Index, AstNode::Path { steps }) => steps
                .iter()
                .flat_map(|step| &step.stages)
                .any(|stage| index(stage).is_some()),
            (Self::Operator(text), AstNode::Binary { op, .. }) => OPERATORS.contains(&(text, *op)),
            (Self::Function(name), AstNode::Function { name: called, .. }) => called == name,
            _ => false,
        }
    }
}

/// What is done with what comes of a part.
#[derive(Clone)]
pub enum How {
    /// It becomes something else.
    Becomes(Arc<dyn Fn(Value) -> Value + Send + Sync>),
    /// Where nothing comes of it, this does.
    InsteadOfNothing(Value),
    /// Nothing comes of it: of an index, if it counts from the end; of a regular expression's flags.
    Nothing,
    /// A call: its first argument comes of it.
    FirstArgument,
    /// A call: it fails as if there were no such function.
    Unknown,
    /// A regular expression: it is taken for the text that it is.
    Literally,
    /// A comparison: both sides are taken for texts.
    AsTexts,
    /// An index is larger by this.
    More(i64),
}

impl fmt::Debug for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Becomes(_) => "Becomes",
            Self::InsteadOfNothing(_) => "InsteadOfNothing",
            Self::Nothing => "Nothing",
            Self::FirstArgument => "FirstArgument",
            Self::Unknown => "Unknown",
            Self::Literally => "Literally",
            Self::AsTexts => "AsTexts",
            Self::More(_) => "More",
        })
    }
}

/// A way in which an expression is evaluated otherwise.
#[derive(Debug, Clone)]
pub enum Otherwise {
    /// A part of the language has another meaning.
    Part(Part, How),
    /// Variables have been set before, one after the other.
    After(Vec<(String, Template)>),
}

/// A function that no expression can spell and that does not exist.
const NO_FUNCTION: &str = "no function";

fn inner_name(place: usize) -> String {
    format!("otherwise {place}")
}

/// Whether an expression has this part.
pub(super) fn has(tree: &AstNode, part: Part) -> bool {
    any(tree, &|node| part.is(node))
}

/// An expression after variables were set.
pub(super) fn after(tree: AstNode, set: Vec<(String, AstNode)>) -> AstNode {
    let bind = |(name, value)| AstNode::Binary {
        op: BinaryOp::ColonEqual,
        lhs: Box::new(AstNode::Variable(name)),
        rhs: Box::new(value),
    };
    let mut parts: Vec<AstNode> = set.into_iter().map(bind).collect();
    parts.push(tree);
    AstNode::Block(parts)
}

/// JSON as an expression.
pub(super) fn constant(value: &Value) -> AstNode {
    match value {
        Value::Null => AstNode::Null,
        Value::Bool(it) => AstNode::Boolean(*it),
        Value::Number(number) => AstNode::Number(number.as_f64().unwrap_or_default()),
        Value::String(text) => AstNode::String(text.clone()),
        Value::Array(items) => AstNode::Array(items.iter().map(constant).collect()),
        Value::Object(members) => {
            let members = members.iter();
            AstNode::Object(
                members
                    .map(|(name, it)| (AstNode::String(name.clone()), constant(it)))
                    .collect(),
            )
        }
    }
}

/// Changes every occurrence of a part; `place` is the change's among all of the expression.
pub(super) fn change(node: &mut AstNode, part: Part, how: &How, place: usize) {
    change_children(node, &mut |child| change(child, part, how, place));
    if !part.is(node) {
        return;
    }
    let through = |inner: &mut AstNode| {
        let value = std::mem::replace(inner, AstNode::Null);
        *inner = call(&inner_name(place), vec![value]);
    };
    match (part, &mut *node) {
        (Part::Index, AstNode::Path { steps }) => {
            for step in steps {
                for stage in &mut step.stages {
                    if let Some(at) = index(stage) {
                        let at = match how {
                            How::More(more) => at + *more as f64,
                            How::Nothing if at < 0.0 => f64::from(u32::MAX),
                            _ => at,
                        };
                        *stage = Stage::Filter(Box::new(AstNode::Number(at)));
                        step.id = StepId::default();
                    }
                }
            }
        }
        (Part::Member, AstNode::Object(pairs)) => {
            for (_, value) in pairs {
                through(value);
            }
        }
        (Part::Item, AstNode::Array(items)) => items.iter_mut().for_each(through),
        (Part::Regex, AstNode::Regex { pattern, flags }) => match how {
            How::Nothing => flags.clear(),
            How::Literally => *node = AstNode::String(std::mem::take(pattern)),
            _ => {}
        },
        (_, AstNode::Binary { lhs, rhs, .. }) if matches!(how, How::AsTexts) => {
            for side in [lhs, rhs] {
                let value = std::mem::replace(&mut **side, AstNode::Null);
                **side = call("string", vec![value]);
            }
        }
        (_, AstNode::Function { name, args, .. }) => match how {
            How::FirstArgument if !args.is_empty() => *node = args.swap_remove(0),
            How::Unknown => NO_FUNCTION.clone_into(name),
            _ => through(node),
        },
        _ => through(node),
    }
}

/// The number in brackets.
fn index(stage: &Stage) -> Option<f64> {
    let Stage::Filter(predicate) = stage else {
        return None;
    };
    match &**predicate {
        AstNode::Number(at) => Some(*at),
        AstNode::Unary {
            op: UnaryOp::Negate,
            operand,
        } => match **operand {
            AstNode::Number(at) => Some(-at),
            _ => None,
        },
        _ => None,
    }
}

/// Lets an evaluation make these changes.
pub(super) fn serve(evaluator: &mut Evaluator, all: &[Otherwise]) -> Result<(), EvaluatorError> {
    for (place, otherwise) in all.iter().enumerate() {
        let Otherwise::Part(_, how) = otherwise else {
            continue;
        };
        let how = how.clone();
        evaluator.register_fn(inner_name(place), move |args: &[JValue]| {
            let value = args.first().cloned().unwrap_or(JValue::Undefined);
            Ok(match (&how, leave(&value)) {
                (How::InsteadOfNothing(other), Left::Undefined) => whole(other),
                (How::Becomes(change), Left::Data { value: plain, .. }) => {
                    let other = change(plain.clone());
                    if other == plain { value } else { whole(&other) }
                }
                _ => value,
            })
        })?;
    }
    Ok(())
}

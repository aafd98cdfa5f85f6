//! How data flows through a state: the fields for it in either query language.
//!
//! Everything here is in the form that the interpreter evaluates: expressions are parsed when the
//! definition is decoded, and each type states whether it holds a literal or an expression.

use std::{convert::Infallible, sync::Arc};

use serde_json::Value;

use super::{Condition, QueryLanguage};
use crate::query::{
    jsonata::{self, Expression},
    jsonpath::{
        path::Path,
        template::{Source, Template},
    },
};

/// Something that is written in JSONPath or in JSONata, depending on the state's language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ByLanguage<P, A> {
    /// In JSONPath.
    JsonPath(P),
    /// In JSONata.
    Jsonata(A),
}

/// How data flows through a state.
pub type DataFlow = ByLanguage<JsonPathFlow, JsonataFlow>;
/// How a rule of a Choice reads and shapes data.
pub type RuleFlow = ByLanguage<JsonPathRule, JsonataRule>;
/// What a catcher does with the error output.
pub type CatchFlow = ByLanguage<JsonPathCatch, JsonataCatch>;
/// JSON with dynamic values.
pub type Payload<'a> = ByLanguage<&'a Template, &'a jsonata::Template>;

/// The fields of a JSONPath state for data flow, in the order in which they are applied.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonPathFlow {
    /// `InputPath` (every type but Fail).
    pub input_path: Nullable<Path>,
    /// `Credentials` (Task).
    pub credentials: Option<Template>,
    /// `ItemsPath` (Map).
    pub items_path: Option<Path>,
    /// `Parameters` (Pass, Task, Parallel).
    pub parameters: Option<Template>,
    /// `ItemSelector`, or the legacy `Parameters` (Map).
    pub item_selector: Option<Template>,
    /// `Result` (Pass): a literal. An explicit null counts as absent, but is kept.
    pub result: Option<Arc<Value>>,
    /// `ResultSelector` (Task, Parallel, Map).
    pub result_selector: Option<Template>,
    /// `ResultPath` (Pass, Task, Parallel, Map).
    pub result_path: Nullable<Path>,
    /// `Assign` (every type but Succeed and Fail).
    pub assign: Option<Template>,
    /// `OutputPath` (every type but Fail).
    pub output_path: Nullable<Path>,
}

/// The fields of a JSONata state for data flow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonataFlow {
    /// `Credentials` (Task).
    pub credentials: Option<jsonata::Template>,
    /// `Items` (Map).
    pub items: Option<jsonata::Template>,
    /// `ItemSelector` (Map).
    pub item_selector: Option<jsonata::Template>,
    /// `Arguments` (Task, Parallel).
    pub arguments: Option<jsonata::Template>,
    /// `Assign` (every type but Succeed and Fail).
    pub assign: Option<jsonata::Template>,
    /// `Output` (every type but Fail).
    pub output: Option<jsonata::Template>,
}

/// A Choice's rule in JSONPath.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonPathRule {
    /// When it applies.
    pub condition: Condition,
    /// `Assign`.
    pub assign: Option<Template>,
}

/// A Choice's rule in JSONata.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonataRule {
    /// `Condition`: when it applies.
    pub condition: Dynamic<bool, Infallible>,
    /// `Assign`.
    pub assign: Option<jsonata::Template>,
    /// `Output`, which replaces the state's.
    pub output: Option<jsonata::Template>,
}

/// A catcher's fields in JSONPath.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonPathCatch {
    /// `ResultPath`.
    pub result_path: Nullable<Path>,
    /// `Assign`.
    pub assign: Option<Template>,
}

/// A catcher's fields in JSONata.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonataCatch {
    /// `Assign`.
    pub assign: Option<jsonata::Template>,
    /// `Output`.
    pub output: Option<jsonata::Template>,
}

/// A field that may be absent, null, or set. Absent and null differ for `InputPath`, `ResultPath`
/// and `OutputPath`: absent means `$`, null means no value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Nullable<T> {
    /// The field is not present.
    #[default]
    Absent,
    /// The field is present and null.
    Null,
    /// The field has a value.
    Set(T),
}

/// A value that is a literal or that an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Dynamic<T, P = Path> {
    /// The value itself.
    Literal(T),
    /// The `…Path` twin of the field (JSONPath).
    Path(P),
    /// An expression in the field (JSONata).
    Expression(Expression),
}

/// A time limit in seconds, a delay, or a number of iterations.
pub type Limit = Dynamic<u64>;
/// A string; its `…Path` twin takes a path or a call of an intrinsic function.
pub type Text = Dynamic<String, Source>;

impl<P, A> ByLanguage<P, A> {
    /// The language.
    pub fn language(&self) -> QueryLanguage {
        match self {
            Self::JsonPath(_) => QueryLanguage::JsonPath,
            Self::Jsonata(_) => QueryLanguage::Jsonata,
        }
    }

    /// The JSONPath form, if it is in JSONPath.
    pub fn json_path(&self) -> Option<&P> {
        match self {
            Self::JsonPath(json_path) => Some(json_path),
            Self::Jsonata(_) => None,
        }
    }

    /// The JSONata form, if it is in JSONata.
    pub fn jsonata(&self) -> Option<&A> {
        match self {
            Self::JsonPath(_) => None,
            Self::Jsonata(jsonata) => Some(jsonata),
        }
    }

    /// The JSONPath form, if it is in JSONPath, mutably.
    pub fn json_path_mut(&mut self) -> Option<&mut P> {
        match self {
            Self::JsonPath(json_path) => Some(json_path),
            Self::Jsonata(_) => None,
        }
    }
}

impl<P: Default, A> Default for ByLanguage<P, A> {
    /// JSONPath without any fields.
    fn default() -> Self {
        Self::JsonPath(P::default())
    }
}

impl<T, P> Dynamic<T, P> {
    /// The literal, if it is one.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Path(_) | Self::Expression(_) => None,
        }
    }

    /// The expression, if it is one.
    pub fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Expression(expression) => Some(expression),
            Self::Literal(_) | Self::Path(_) => None,
        }
    }

    /// The path, if it is one.
    pub fn path(&self) -> Option<&P> {
        match self {
            Self::Path(path) => Some(path),
            Self::Literal(_) | Self::Expression(_) => None,
        }
    }
}

impl DataFlow {
    /// `Assign`.
    pub fn assign(&self) -> Option<Payload<'_>> {
        match self {
            Self::JsonPath(flow) => flow.assign.as_ref().map(Payload::JsonPath),
            Self::Jsonata(flow) => flow.assign.as_ref().map(Payload::Jsonata),
        }
    }
}

impl RuleFlow {
    /// `Assign`.
    pub fn assign(&self) -> Option<Payload<'_>> {
        match self {
            Self::JsonPath(rule) => rule.assign.as_ref().map(Payload::JsonPath),
            Self::Jsonata(rule) => rule.assign.as_ref().map(Payload::Jsonata),
        }
    }
}

impl CatchFlow {
    /// `Assign`.
    pub fn assign(&self) -> Option<Payload<'_>> {
        match self {
            Self::JsonPath(catch) => catch.assign.as_ref().map(Payload::JsonPath),
            Self::Jsonata(catch) => catch.assign.as_ref().map(Payload::Jsonata),
        }
    }
}

impl<'a> Payload<'a> {
    /// Visits the names of the fields; in an `Assign` these are the names of variables.
    pub(crate) fn for_each_field(self, seen: &mut dyn FnMut(&'a str)) {
        let literal = match self {
            Self::JsonPath(Template::Object(fields)) => {
                return fields.iter().for_each(|field| seen(&field.name));
            }
            Self::Jsonata(jsonata::Template::Object(fields)) => {
                return fields.iter().for_each(|(name, _)| seen(name));
            }
            Self::JsonPath(Template::Literal(value))
            | Self::Jsonata(jsonata::Template::Literal(value)) => value.as_object(),
            _ => None,
        };
        let names = literal.into_iter().flat_map(serde_json::Map::keys);
        names.for_each(|name| seen(name));
    }
}

//! JSONata in the States Language: expressions between `{%` and `%}`, as the whole value of a field
//! or as strings inside JSON (Developer Guide, "Transforming data with JSONata").
//!
//! An expression is recognised by its delimiters and parsed once. What is evaluated is a [`Program`];
//! the crate that the reference evaluates with is one implementation of it among others.

mod core;
mod functions;
mod library;
mod limits;
mod messages;
mod otherwise;
mod profile;
mod program;
mod reads;
mod tree;
mod values;

use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use self::core::Core;
pub use self::{
    otherwise::{Family, How, Otherwise, Part},
    program::{
        CONTEXT, Doubts, Evaluation, Failure, Field, Opinion, Program, STATES, Second, World,
    },
    reads::Unrooted,
};
use crate::base::pointer::Pointer;

const OPENING: &str = "{%";
const CLOSING: &str = "%}";

/// An expression, with its text.
#[derive(Clone)]
pub struct Expression {
    text: Arc<str>,
    program: Arc<Core>,
    /// How the language has it, if that is not how it is evaluated.
    lawful: Option<Arc<Core>>,
    /// Who is asked, too.
    second: Option<Arc<dyn Second>>,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        // Whatever is evaluated otherwise is another expression.
        self.text == other.text
            && (Arc::ptr_eq(&self.program, &other.program)
                || self.program.ways().is_empty() && other.program.ways().is_empty())
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

/// JSON whose strings may be expressions. [`Template::to_value`] gives the JSON it was made from.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// A value without any expression inside: copied.
    Literal(Arc<Value>),
    /// A string that is an expression.
    Expression(Expression),
    /// An object with an expression somewhere inside.
    Object(Vec<(String, Template)>),
    /// An array with an expression somewhere inside.
    Array(Vec<Template>),
}

/// Why a string is neither an expression nor a plain string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// It has only one of the two delimiters.
    #[error(
        "parse the expression: it starts with {OPENING} and ends with {CLOSING}, or has neither"
    )]
    Delimiters,
    /// The text between the delimiters is not JSONata: the code of its error, and words if there are any.
    #[error("parse the expression: it is not JSONata: {0}")]
    Source(String),
}

impl Expression {
    /// The expression in a string; `None` for a plain string.
    pub fn parse(text: &str) -> Result<Option<Self>, SyntaxError> {
        match (text.starts_with(OPENING), text.ends_with(CLOSING)) {
            (true, true) => {
                let program = Core::parse(between(text)).map_err(SyntaxError::Source)?;
                Ok(Some(Self {
                    text: text.into(),
                    program: Arc::new(program),
                    lawful: None,
                    second: None,
                }))
            }
            (false, false) => Ok(None),
            _ => Err(SyntaxError::Delimiters),
        }
    }

    /// The text it was parsed from, with its delimiters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text between the delimiters.
    pub fn source(&self) -> &str {
        between(&self.text)
    }

    /// Whether a part of the language occurs in it.
    pub fn has(&self, part: Part) -> bool {
        Core::has(self.source(), part)
    }

    /// The same expression where a part of the language has another meaning, or variables were set
    /// before; itself if that makes no difference to it.
    #[must_use]
    pub fn otherwise(&self, way: Otherwise) -> Self {
        let is_there = match &way {
            Otherwise::Part(part, _) => Core::has(self.source(), *part),
            Otherwise::After(set) => set
                .iter()
                .any(|(name, _)| self.variables().any(|it| it == name)),
        };
        if !is_there {
            return self.clone();
        }
        let mut ways = self.program.ways().to_vec();
        ways.push(way);
        Core::otherwise(self.source(), ways).map_or_else(
            |_| self.clone(),
            |program| Self {
                text: self.text.clone(),
                program: Arc::new(program),
                lawful: Some(self.lawful.as_ref().unwrap_or(&self.program).clone()),
                second: self.second.clone(),
            },
        )
    }

    /// The variables that it reads, as JSON.
    pub fn bindings(&self, world: &dyn World) -> Map<String, Value> {
        self.program.bindings(world)
    }

    /// The functions that it calls by name, or passes on; a variable may be among them.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.program.functions()
    }

    /// The variables that it reads as values and does not set itself.
    pub fn free_variables(&self) -> impl Iterator<Item = &str> {
        self.program.free_variables()
    }

    /// What its text has that is not known here, so that it cannot be told whether it is an expression.
    pub fn unknown_syntax(&self) -> Option<&str> {
        self.program.unknown_syntax()
    }

    /// The families of which it has parts.
    pub fn families(&self) -> &[Family] {
        self.program.families()
    }

    /// Whether it is evaluated otherwise than the language says.
    pub fn is_otherwise(&self) -> bool {
        !self.program.ways().is_empty()
    }

    /// Evaluates it.
    pub fn evaluate(&self, world: &dyn World) -> Evaluation {
        let mut evaluation = self.program.evaluate(world);
        let Some(second) = &self.second else {
            return evaluation;
        };
        let Some(lawful) = &self.lawful else {
            evaluation.ask(&**second, self, world);
            return evaluation;
        };
        // Whoever follows the language can be asked only about what the language has, which is as much in doubt.
        if evaluation.doubts.value {
            let mut plain = lawful.evaluate(world);
            plain.ask(&**second, self, world);
            evaluation.doubts.value = plain.doubts.value;
            evaluation.doubts.contested = plain.doubts.contested;
        }
        evaluation
    }

    /// The same expression, about which a second evaluator is asked.
    #[must_use]
    pub fn asking(&self, second: &Arc<dyn Second>) -> Self {
        Self {
            second: Some(second.clone()),
            ..self.clone()
        }
    }

    /// What it looks for in an input at the top level, where there is none.
    pub fn unrooted(&self) -> &[Unrooted] {
        self.program.unrooted()
    }

    /// The variables that it may read.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.program.variables()
    }

    /// The fields of `$states` that it names.
    pub fn states_fields(&self) -> impl Iterator<Item = &str> {
        self.program.states_fields().into_iter()
    }
}

/// The text between the delimiters.
fn between(text: &str) -> &str {
    // In `{%}` the delimiters share the percent sign, so the range is invalid: the source is empty.
    let inner = OPENING.len()..text.len() - CLOSING.len();
    text.get(inner).unwrap_or_default()
}

impl Template {
    /// Parses the value at a location. `wrong` is called with each invalid string and its location;
    /// the string is then taken as a literal.
    pub(crate) fn parse(
        value: &Value,
        at: &Pointer<'_>,
        wrong: &mut dyn FnMut(SyntaxError, &Pointer<'_>),
    ) -> Self {
        match value {
            Value::String(text) => match Expression::parse(text) {
                Ok(Some(expression)) => return Self::Expression(expression),
                Ok(None) => {}
                Err(error) => wrong(error, at),
            },
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let items: Vec<_> = items
                    .map(|(index, item)| Self::parse(item, &at.index(index), wrong))
                    .collect();
                if !items.iter().all(Self::is_literal) {
                    return Self::Array(items);
                }
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                let fields: Vec<_> = fields
                    .map(|(name, value)| (name.clone(), Self::parse(value, &at.field(name), wrong)))
                    .collect();
                if !fields.iter().all(|(_, value)| value.is_literal()) {
                    return Self::Object(fields);
                }
            }
            _ => {}
        }
        Self::Literal(Arc::new(value.clone()))
    }

    /// The JSON that it was parsed from.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Literal(value) => (**value).clone(),
            Self::Expression(expression) => expression.text().into(),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value.to_value()))
                .collect(),
        }
    }

    /// Changes every expression inside.
    pub fn for_each_expression(&mut self, seen: &mut dyn FnMut(&mut Expression)) {
        match self {
            Self::Literal(_) => {}
            Self::Expression(expression) => seen(expression),
            Self::Array(items) => {
                for item in items {
                    item.for_each_expression(seen);
                }
            }
            Self::Object(members) => {
                for (_, value) in members {
                    value.for_each_expression(seen);
                }
            }
        }
    }

    /// JSON whose strings may be expressions; what is neither an expression nor a plain string is taken
    /// as it stands.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        Self::parse(value, &Pointer::Root, &mut |_, _| {})
    }

    /// How many expressions it has.
    pub(crate) fn expressions(&self) -> usize {
        match self {
            Self::Literal(_) => 0,
            Self::Expression(_) => 1,
            Self::Array(items) => items.iter().map(Self::expressions).sum(),
            Self::Object(fields) => fields.iter().map(|(_, value)| value.expressions()).sum(),
        }
    }

    fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Expression, SyntaxError, Template};
    use crate::base::pointer::Pointer;

    #[test]
    fn expressions_are_shared_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Expression>();
        is_shared::<Template>();
    }

    #[test]
    fn expressions_have_both_delimiters() {
        let source = |text| Expression::parse(text).map(|it| it.map(|it| it.source().to_owned()));
        assert_eq!(
            source("{% $states.input %}"),
            Ok(Some(" $states.input ".into()))
        );
        assert!(matches!(source("{%%}"), Err(SyntaxError::Source(_))));
        assert!(matches!(source("{%}"), Err(SyntaxError::Source(_))));
        assert_eq!(source("plain {% 1 %}."), Ok(None));
        assert_eq!(source("{% 1"), Err(SyntaxError::Delimiters));
        assert_eq!(source("1 %}"), Err(SyntaxError::Delimiters));
    }

    #[test]
    fn strings_inside_json_are_expressions() {
        let value = json!({"a": ["{% 1 %}", {"b": 2}], "c": {"d": "{% 1", "e.$": "$"}});
        let mut wrong = Vec::new();
        let template = Template::parse(&value, &Pointer::Root, &mut |error, at| {
            wrong.push((error, at.to_string()));
        });
        assert_eq!(wrong, [(SyntaxError::Delimiters, "/c/d".to_owned())]);
        assert_eq!(template.to_value(), value);
        let Template::Object(fields) = template else {
            panic!("an object with an expression inside")
        };
        assert!(matches!(&fields[0].1, Template::Array(items)
            if matches!(items[..], [Template::Expression(_), Template::Literal(_)])));
        assert!(fields[1].1.is_literal());
    }
}

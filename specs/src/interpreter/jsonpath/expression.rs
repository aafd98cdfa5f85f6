//! The values of paths, payload templates and intrinsic function calls, which read a state's data,
//! the context object and variables.

use std::{borrow::Cow, fmt::Display};

use serde_json::{Map, Value};

use super::{Eval, Result, RuntimeError};
use crate::{
    clause::Clause,
    query::jsonpath::{
        intrinsic::{Argument, Call, Host, Invalid},
        path::{Path, PathError, Root, Step},
        template::{Field, FieldValue, Source, Template},
    },
};

impl<'e> Eval<'e> {
    /// The value at `path`; `data` is its `$`.
    pub(super) fn find<'v>(&self, path: &Path, data: &'v Value) -> Result<Cow<'v, Value>, PathError>
    where
        'e: 'v,
    {
        let mark = |clause| self.mark(clause);
        let found = match path.root() {
            Root::Data => path.find_marking(data, &mark),
            Root::Context => {
                self.mark(Clause::ContextPath);
                match self.context_value(path) {
                    Some(value) => Ok(value),
                    None => path
                        .find_marking(&self.context_around(path), &mark)
                        .map(|value| Cow::Owned(value.into_owned())),
                }
            }
            Root::Variable(name) => {
                self.mark(Clause::VariableRead);
                let value = self.variable(name).ok_or_else(|| {
                    self.mark(Clause::VariableUndefined);
                    PathError::NoResults(format!("${name}"))
                })?;
                path.find_marking(value, &mark)
            }
        };
        if !path.is_definite() {
            self.mark(Clause::PathSeveral);
        }
        if let Err(PathError::ForeignPattern) = found {
            self.unsupported("Java's regular expressions");
        }
        match self.execution.deviations() {
            None => found,
            Some(all) => all.found(self.active.state.kind(), path, found),
        }
    }

    /// Like [`Eval::find`], for a field that is documented to take a single value.
    pub(super) fn find_one<'v>(
        &self,
        path: &Path,
        data: &'v Value,
    ) -> Result<Cow<'v, Value>, PathError>
    where
        'e: 'v,
    {
        if !path.is_definite() {
            self.mark(Clause::PathSeveralElsewhere);
        }
        self.find(path, data)
    }

    /// The result of nearly every path into the context object: a field of a member, or a value
    /// inside the execution's input or an item. `None` for other paths.
    fn context_value<'v>(&self, path: &Path) -> Option<Cow<'v, Value>>
    where
        'e: 'v,
    {
        if let [Step::Name(member), Step::Name(field)] = path.steps() {
            return self.context_field(member, field).map(Cow::Owned);
        }
        let input = path.find_below(&["Execution", "Input"], &self.execution.setup.input);
        let item = || path.find_below(&["Map", "Item", "Value"], self.item?.1);
        input.or_else(item).map(Cow::Borrowed)
    }

    /// The part of the context object that a path can reach.
    fn context_around(&self, path: &Path) -> Value {
        self.context(|depth, name| match path.steps().get(depth) {
            Some(Step::Name(wanted)) => **wanted == *name,
            _ => true,
        })
    }

    /// The result of a payload template; `data` is its `$`.
    pub(super) fn template(&self, template: &Template, data: &Value) -> Result<Value> {
        match template {
            Template::Literal(value) => Ok(Value::clone(value)),
            Template::Array(elements) => elements
                .iter()
                .map(|element| self.template(element, data))
                .collect(),
            Template::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for Field { name, value } in fields {
                    let value = match value {
                        FieldValue::Nested(nested) => self.template(nested, data)?,
                        FieldValue::Dynamic(source) => {
                            self.source(source, data, &format_args!("{name}.$"))?
                        }
                    };
                    object.insert(name.clone(), value);
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// A dynamic value; causes name the field `field`.
    pub(super) fn source(
        &self,
        source: &Source,
        data: &Value,
        field: &dyn Display,
    ) -> Result<Value> {
        let path = match source {
            Source::Path(path) => path,
            Source::Intrinsic(call) => return self.call(call, call, data),
        };
        match self.find(path, data) {
            Ok(value) => {
                self.mark(Clause::TemplatePath);
                Ok(value.into_owned())
            }
            Err(error) => {
                self.mark(Clause::TemplatePathMissing);
                if *path.root() == Root::Context {
                    self.mark(Clause::TemplateContextMissingText);
                }
                if !error.is_missing() {
                    self.mark(Clause::PathMismatchText);
                }
                let text = format!(
                    "The JSONPath '{path}' specified for the field '{field}' could not be found in \
                     the input '{data}'"
                );
                Err(Box::new(RuntimeError::runtime(self.active, &text)))
            }
        }
    }

    /// The result of an intrinsic function call; causes quote `whole`, the outermost call.
    fn call(&self, call: &Call, whole: &Call, data: &Value) -> Result<Value> {
        let mut arguments: Vec<Cow<'_, Value>> = call
            .arguments()
            .iter()
            .map(|argument| match argument {
                Argument::Literal(value) => Ok(Cow::Borrowed(value)),
                Argument::Path(path) => self.argument(path, whole, data),
                Argument::Call(call) => self.call(call, whole, data).map(Cow::Owned),
            })
            .collect::<Result<_>>()?;
        let function = call.function();
        let answer = match self.execution.deviations() {
            None => function.apply(arguments, self),
            Some(all) => {
                all.arguments(function, &mut arguments);
                let answer = function.apply(arguments.clone(), self);
                answer.map(|answer| all.answer(function, &arguments, answer))
            }
        };
        answer.map_err(|invalid| {
            self.mark(Clause::IntrinsicInvalid);
            if invalid != Invalid::Type || call != whole {
                self.mark(Clause::IntrinsicInvalidText);
            }
            let text = format!(
                "There was an error while evaluating the intrinsic function: {whole}. Invalid \
                 arguments in {}",
                function.name()
            );
            Box::new(RuntimeError::runtime(self.active, &text))
        })
    }

    /// The value of a path among the arguments of a call.
    fn argument<'v>(&self, path: &Path, whole: &Call, data: &'v Value) -> Result<Cow<'v, Value>>
    where
        'e: 'v,
    {
        self.find(path, data).map_err(|_| {
            self.mark(Clause::IntrinsicArgumentMissing);
            self.mark(Clause::IntrinsicArgumentMissingText);
            let text = format!(
                "The function '{whole}' had the following error: The JsonPath argument for the \
                 field '{path}' could not be found in the input '{data}'"
            );
            Box::new(RuntimeError::runtime(self.active, &text))
        })
    }
}

impl Host for Eval<'_> {
    fn mark(&self, clause: Clause) {
        self.execution.mark(clause);
    }

    fn entropy(&self) -> u64 {
        self.execution.draw()
    }
}

//! Evaluation of paths and templates against a state's data, the context object and variables.

use std::{borrow::Cow, fmt::Display};

use serde_json::{Map, Value, json};

use super::{
    Execution, Fact,
    frame::{Active, Frame},
    runtime_error::{Result, RuntimeError},
};
use crate::{
    asl::StateType,
    clause::Clause,
    query::jsonpath::{
        intrinsic::{Argument, Call, Host, Invalid},
        path::{Path, PathError, Root, Step},
        template::{Field, FieldValue, Source, Template},
    },
};

/// The members of the context object and their fields, in AWS's order.
const CONTEXT: [(&str, &[&str]); 5] = [
    (
        "Execution",
        &[
            "Id",
            "Input",
            "Name",
            "RoleArn",
            "StartTime",
            "RedriveCount",
        ],
    ),
    ("StateMachine", &["Id", "Name"]),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("Task", &["Token"]),
    ("Map", &["Item"]),
];

/// What expressions of one state can see.
pub(super) struct Eval<'e> {
    pub execution: &'e Execution,
    pub frame: &'e Frame,
    pub active: &'e Active,
    /// The item that a Map's item selector is evaluated for.
    pub item: Option<(usize, &'e Value)>,
    /// The token of the task whose parameters are evaluated.
    pub token: Option<String>,
}

impl<'e> Eval<'e> {
    pub fn mark(&self, clause: Clause) {
        self.execution.mark(clause);
    }

    /// The value at `path`, whose `$` is `data`.
    pub fn find<'v>(&self, path: &Path, data: &'v Value) -> Result<Cow<'v, Value>, PathError>
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
                        .find_marking(&self.context(path), &mark)
                        .map(|value| Cow::Owned(value.into_owned())),
                }
            }
            Root::Variable(name) => {
                self.mark(Clause::VariableRead);
                let value = self.execution.variable(self.frame, name).ok_or_else(|| {
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

    /// Like [`Eval::find`] in a field that is documented to take one value.
    pub fn find_one<'v>(&self, path: &Path, data: &'v Value) -> Result<Cow<'v, Value>, PathError>
    where
        'e: 'v,
    {
        if !path.is_definite() {
            self.mark(Clause::PathSeveralElsewhere);
        }
        self.find(path, data)
    }

    /// What nearly every path into the context object leads to: a field of a member, or something
    /// inside the execution's input or an item.
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

    /// The context object (AWS Developer Guide, "Accessing the Context object"): all of it, or what
    /// a path goes into.
    fn context(&self, path: &Path) -> Value {
        let wanted = |step: usize, name: &str| match path.steps().get(step) {
            Some(Step::Name(wanted)) => **wanted == *name,
            _ => true,
        };
        let mut context = Map::new();
        for (member, fields) in CONTEXT {
            let is_there = match member {
                "Task" => self.token.is_some(),
                "Map" => self.item.is_some(),
                _ => true,
            };
            if is_there && wanted(0, member) {
                let fields = fields.iter().filter(|field| wanted(1, field));
                let fields: Map<_, _> = fields
                    .filter_map(|field| Some(((*field).into(), self.context_field(member, field)?)))
                    .collect();
                context.insert(member.to_owned(), Value::Object(fields));
            }
        }
        Value::Object(context)
    }

    /// A field of a member of the context object, if it is there.
    fn context_field(&self, member: &str, field: &str) -> Option<Value> {
        let (execution, active) = (self.execution, self.active);
        let identity = &execution.setup.identity;
        let text = |text: &str| Some(Value::from(text));
        match (member, field) {
            ("Execution", "Id") => text(&identity.execution_arn),
            ("Execution", "Input") => Some(Value::clone(&execution.setup.input)),
            ("Execution", "Name") => text(&identity.execution_name),
            ("Execution", "RoleArn") => text(&identity.role_arn),
            ("Execution", "StartTime") => Some(execution.setup.at.rfc3339().into()),
            ("Execution", "RedriveCount") => identity.redrive_count.map(Value::from),
            ("StateMachine", "Id") => text(&identity.machine_arn),
            ("StateMachine", "Name") => text(&identity.machine_name),
            ("State", "EnteredTime") => {
                execution.report(Fact::TimeRead);
                Some(active.entered_at.rfc3339().into())
            }
            ("State", "Name") => text(&active.name),
            ("State", "RetryCount") => {
                let kind = active.state.kind();
                matches!(kind, StateType::Task | StateType::Map | StateType::Parallel)
                    .then(|| active.retries.into())
            }
            ("Task", "Token") => text(self.token.as_ref()?),
            ("Map", "Item") => {
                let (index, value) = self.item?;
                Some(json!({ "Index": index, "Value": value }))
            }
            _ => None,
        }
    }

    /// A payload template; `data` is what its `$` stands for.
    pub fn template(&self, template: &Template, data: &Value) -> Result<Value> {
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

    /// A dynamic value for the field `field`.
    pub fn source(&self, source: &Source, data: &Value, field: &dyn Display) -> Result<Value> {
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

    /// The value of an intrinsic function call; `whole` is the outermost one, which causes quote.
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

    /// A path among the arguments of a call.
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

    /// Notes that this build does not interpret something; the error ends the execution and the
    /// caller turns it into [`super::Unsupported`].
    pub fn unsupported(&self, feature: &str) -> Box<RuntimeError> {
        self.execution.refuse(feature, &self.active.name);
        Box::new(RuntimeError::runtime(self.active, feature))
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

//! Evaluation of paths and templates against a state's data, the context object and variables.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    Execution,
    fault::{Fault, Result},
    frame::{Active, Frame},
};
use crate::{
    clause::Clause,
    intrinsic::{Argument, Call, Host, Invalid},
    machine::{Nullable, StateType},
    path::{Path, PathError, Root, Step},
    template::{Field, FieldValue, Source, Template},
};

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
                match path.find_below(&["Execution", "Input"], &self.execution.input) {
                    Some(value) => Ok(Cow::Borrowed(value)),
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
        self.execution.conduct.found(path, found)
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

    /// The context object (AWS Developer Guide, "Accessing the Context object"): all of it, or what
    /// a path goes into.
    fn context(&self, path: &Path) -> Value {
        let name = |step: usize| match path.steps().get(step) {
            Some(Step::Name(name)) => Some(&**name),
            _ => None,
        };
        let wanted = name(0);
        if wanted.is_none_or(|member| member == "State")
            && name(1).is_none_or(|field| field == "EnteredTime")
        {
            self.execution.sway();
        }
        let mut context = Map::new();
        for member in ["Execution", "StateMachine", "State", "Task", "Map"] {
            if wanted.is_none_or(|wanted| wanted == member)
                && let Some(fields) = self.context_member(member, name(1))
            {
                context.insert(member.to_owned(), Value::Object(fields));
            }
        }
        Value::Object(context)
    }

    /// A member of the context object, with all its fields or the one that is wanted.
    fn context_member(&self, member: &str, wanted: Option<&str>) -> Option<Map<String, Value>> {
        let (execution, active) = (self.execution, self.active);
        let identity = &execution.identity;
        let mut fields = Map::new();
        let mut put = |name: &str, value: &dyn Fn() -> Value| {
            if wanted.is_none_or(|wanted| wanted == name) {
                fields.insert(name.to_owned(), value());
            }
        };
        let text = |text: &str| Value::from(text);
        match member {
            "Execution" => {
                put("Id", &|| text(&identity.execution_arn));
                put("Input", &|| Value::clone(&execution.input));
                put("Name", &|| text(&identity.execution_name));
                put("RoleArn", &|| text(&identity.role_arn));
                put("StartTime", &|| execution.started.rfc3339().into());
                if let Some(count) = identity.redrive_count {
                    put("RedriveCount", &|| count.into());
                }
            }
            "StateMachine" => {
                put("Id", &|| text(&identity.machine_arn));
                put("Name", &|| text(&identity.machine_name));
            }
            "State" => {
                put("EnteredTime", &|| active.entered_at.rfc3339().into());
                put("Name", &|| text(&active.name));
                let kind = active.state.kind();
                if matches!(kind, StateType::Task | StateType::Map | StateType::Parallel) {
                    put("RetryCount", &|| active.retries.into());
                }
            }
            "Task" => {
                let token = self.token.as_ref()?;
                put("Token", &|| text(token));
            }
            _ => {
                let (index, value) = self.item?;
                put("Item", &|| json!({ "Index": index, "Value": value }));
            }
        }
        Some(fields)
    }

    /// `InputPath` or `OutputPath`.
    pub fn select(&self, path: &Nullable<Path>, data: &Arc<Value>) -> Result<Arc<Value>> {
        match path {
            Nullable::Absent => Ok(data.clone()),
            Nullable::Null => Ok(Arc::new(Value::Object(Map::new()))),
            Nullable::Set(path) if path.is_data_root() => Ok(data.clone()),
            Nullable::Set(path) => match self.find(path, data) {
                Ok(value) => Ok(Arc::new(value.into_owned())),
                Err(error) => Err(self.invalid_path(path, &error)),
            },
        }
    }

    pub fn input_path(&self) -> Result<Arc<Value>> {
        self.mark(match &self.active.state.input_path {
            Nullable::Absent => Clause::InputPathDefault,
            Nullable::Null => Clause::InputPathNull,
            Nullable::Set(_) => Clause::InputPathSelects,
        });
        self.select(&self.active.state.input_path, &self.active.input)
    }

    pub fn output_path(&self, data: &Arc<Value>) -> Result<Arc<Value>> {
        self.mark(match &self.active.state.output_path {
            Nullable::Absent => Clause::OutputPathDefault,
            Nullable::Null => Clause::OutputPathNull,
            Nullable::Set(_) => Clause::OutputPathSelects,
        });
        self.select(&self.active.state.output_path, data)
    }

    /// `ResultPath`: `result` merged into the raw input.
    pub fn result_path(&self, path: &Nullable<Path>, result: Arc<Value>) -> Result<Arc<Value>> {
        let path = match path {
            Nullable::Absent => return Ok(result),
            Nullable::Null => {
                self.mark(Clause::ResultPathNull);
                return Ok(self.active.input.clone());
            }
            Nullable::Set(path) if path.is_data_root() => {
                self.mark(Clause::ResultPathRoot);
                return Ok(result);
            }
            Nullable::Set(path) => path,
        };
        self.mark(Clause::ResultPathMerges);
        if path.text().contains('[') {
            self.mark(Clause::ResultPathBrackets);
        }
        let mut merged = Value::clone(&self.active.input);
        match path.put(&mut merged, Arc::unwrap_or_clone(result)) {
            Ok(()) => Ok(Arc::new(merged)),
            Err(_) => {
                self.mark(Clause::ResultPathConflict);
                if meets_null(&self.active.input, path.steps()) {
                    self.mark(Clause::ResultPathIntoNull);
                }
                self.mark(Clause::ResultPathConflictText);
                let text = format!(
                    "Unable to apply ReferencePath {path} to input {}",
                    self.active.input
                );
                let error = "States.ReferencePathConflict";
                Err(Box::new(
                    Fault::prefixed(self.active, error, &text).guessed(),
                ))
            }
        }
    }

    /// A payload template, of which a literal one is shared.
    fn shared(&self, template: &Template, data: &Value) -> Result<Arc<Value>> {
        match template {
            Template::Literal(value) => Ok(value.clone()),
            _ => self.template(template, data).map(Arc::new),
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
                            self.source(source, data, &format!("{name}.$"))?
                        }
                    };
                    object.insert(name.clone(), value);
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// `Parameters`: the effective input shaped by a template; what comes out may not be too long.
    pub fn parameters(
        &self,
        parameters: Option<&Template>,
        effective: Arc<Value>,
    ) -> Result<Arc<Value>> {
        let Some(parameters) = parameters else {
            return Ok(effective);
        };
        self.mark(Clause::Parameters);
        let shaped = self.shared(parameters, &effective)?;
        if self.execution.is_too_long(&shaped) {
            self.mark(Clause::ParametersDataLimit);
            self.mark(Clause::ParametersDataLimitText);
            return Err(Fault::data_limit(&self.active.name).ending());
        }
        Ok(shaped)
    }

    /// A dynamic value for the field `field`.
    pub fn source(&self, source: &Source, data: &Value, field: &str) -> Result<Value> {
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
                Err(Box::new(Fault::runtime(self.active, &text)))
            }
        }
    }

    /// The value of an intrinsic function call; `whole` is the outermost one, which causes quote.
    fn call(&self, call: &Call, whole: &Call, data: &Value) -> Result<Value> {
        let arguments: Vec<Cow<'_, Value>> = call
            .arguments()
            .iter()
            .map(|argument| match argument {
                Argument::Literal(value) => Ok(Cow::Borrowed(value)),
                Argument::Path(path) => self.argument(path, whole, data),
                Argument::Call(call) => self.call(call, whole, data).map(Cow::Owned),
            })
            .collect::<Result<_>>()?;
        let function = call.function();
        let answer = function.apply(&arguments, self);
        let answer =
            answer.map(|answer| self.execution.conduct.answer(function, &arguments, answer));
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
            Box::new(Fault::runtime(self.active, &text))
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
            Box::new(Fault::runtime(self.active, &text))
        })
    }

    /// The value of a time limit or a bound that is given by path.
    pub fn limit<'v>(&self, path: &Path, data: &'v Value) -> Result<Cow<'v, Value>>
    where
        'e: 'v,
    {
        self.find_one(path, data).map_err(|error| {
            self.mark(Clause::LimitPathMissingText);
            self.invalid_path(path, &error)
        })
    }

    /// `States.Runtime` for a path that finds nothing where a value is needed.
    pub fn invalid_path(&self, path: &Path, error: &PathError) -> Box<Fault> {
        self.mark(Clause::PathMissing);
        let is_recorded = matches!(
            error,
            PathError::NoResults(_)
                | PathError::MissingProperty(_)
                | PathError::NotAnObject { .. }
                | PathError::NamesNotLast(_)
        );
        if !is_recorded {
            self.mark(Clause::PathMismatchText);
        }
        let text = format!("Invalid path '{path}' : {error}");
        Box::new(Fault::runtime(self.active, &text))
    }

    /// Notes that this build does not interpret something; the fault ends the execution and the
    /// caller turns it into [`super::Unsupported`].
    pub fn unsupported(&self, feature: &str) -> Box<Fault> {
        self.execution.refuse(feature, &self.active.name);
        Box::new(Fault::runtime(self.active, feature))
    }

    /// The result of a Task, Parallel or Map on its way out: ResultSelector, ResultPath, OutputPath.
    pub fn deliver(
        &self,
        result: &Arc<Value>,
        selector: Option<&Template>,
        result_path: &Nullable<Path>,
    ) -> Result<Arc<Value>> {
        let selected = match selector {
            None => result.clone(),
            Some(selector) => {
                self.mark(Clause::ResultSelector);
                if self.active.state.assign.is_some() {
                    self.mark(Clause::AssignBeforeSelector);
                }
                self.shared(selector, result)?
            }
        };
        let merged = self.result_path(result_path, selected)?;
        self.output_path(&merged)
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

/// Whether the first value that these steps cannot go through is null.
fn meets_null(mut value: &Value, steps: &[Step]) -> bool {
    for step in steps {
        let next = match step {
            Step::Name(name) => value.get(&**name),
            Step::Index(index) => usize::try_from(*index)
                .ok()
                .and_then(|index| value.get(index)),
            // Reference paths have no other steps.
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => break,
        }
    }
    value.is_null()
}

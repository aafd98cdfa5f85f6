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
    machine::{Nullable, StateType},
    path::{Path, PathError, Root},
    template::{Field, FieldValue, Source, Template},
};

/// What expressions of one state can see.
pub(super) struct Eval<'e> {
    pub execution: &'e Execution,
    pub frame: &'e Frame,
    pub active: &'e Active,
    /// The item that a Map's item selector is evaluated for.
    pub item: Option<(usize, &'e Value)>,
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
                path.find_marking(&self.context(), &mark)
                    .map(|value| Cow::Owned(value.into_owned()))
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
        found
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

    /// The context object (AWS Developer Guide, "Accessing the Context object").
    fn context(&self) -> Value {
        let execution = self.execution;
        let identity = &execution.identity;
        let mut state = json!({
            "EnteredTime": self.active.entered_at.rfc3339(),
            "Name": &*self.active.name,
        });
        let kind = self.active.state.kind();
        if matches!(kind, StateType::Task | StateType::Map | StateType::Parallel) {
            state["RetryCount"] = self.active.retries.into();
        }
        let mut context = json!({
            "Execution": {
                "Id": &*identity.execution_arn,
                "Input": &*execution.input,
                "Name": &*identity.execution_name,
                "RoleArn": &*identity.role_arn,
                "StartTime": execution.started.rfc3339(),
                "RedriveCount": 0,
            },
            "StateMachine": { "Id": &*identity.machine_arn, "Name": &*identity.machine_name },
            "State": state,
        });
        if let Some((index, value)) = self.item {
            context["Map"] = json!({ "Item": { "Index": index, "Value": value } });
        }
        context
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
            Nullable::Set(path) if path.is_data_root() => return Ok(result),
            Nullable::Set(path) => path,
        };
        self.mark(Clause::ResultPathMerges);
        let mut merged = Value::clone(&self.active.input);
        match path.put(&mut merged, Arc::unwrap_or_clone(result)) {
            Ok(()) => Ok(Arc::new(merged)),
            Err(_) => {
                self.mark(Clause::ResultPathConflict);
                if self.active.input.is_null() {
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

    /// A dynamic value for the field `field`.
    pub fn source(&self, source: &Source, data: &Value, field: &str) -> Result<Value> {
        let path = match source {
            Source::Path(path) => path,
            Source::Intrinsic(_) => return Err(self.unsupported("intrinsic functions")),
        };
        match self.find(path, data) {
            Ok(value) => {
                self.mark(Clause::TemplatePath);
                Ok(value.into_owned())
            }
            Err(error) => {
                self.mark(Clause::TemplatePathMissing);
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
                Arc::new(self.template(selector, result)?)
            }
        };
        let merged = self.result_path(result_path, selected)?;
        self.output_path(&merged)
    }
}

//! The values that expressions of a state can read in any query language: the context object and
//! variables.

use std::{cell::Cell, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    DEPTH_WITHIN, Execution, Fact, TOO_MUCH_WORK,
    frame::{Active, Frame},
    runtime_error::{Result, RuntimeError},
};
use crate::{asl::StateType, clause::Clause, deviation::Place};

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
            "RedriveTime",
        ],
    ),
    ("StateMachine", &["Id", "Name"]),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("Task", &["Token"]),
    ("Map", &["Item"]),
];

/// The values that expressions of one state can read.
pub(super) struct Eval<'e> {
    pub execution: &'e Execution,
    pub frame: &'e Frame,
    pub active: &'e Active,
    /// The item that a Map's item selector is evaluated for.
    pub item: Option<(usize, &'e Value)>,
    /// The token of the task whose parameters are evaluated.
    pub token: Option<String>,
    /// The place of the definition whose paths are read, for deviations.
    pub place: Cell<Place>,
}

impl<'e> Eval<'e> {
    pub fn mark(&self, clause: Clause) {
        self.execution.mark(clause);
    }

    /// A variable as seen from the state.
    pub fn variable(&self, name: &str) -> Option<&'e Value> {
        self.execution.variable(self.frame, name)
    }

    /// The context object (AWS Developer Guide, "Accessing the Context object"), with those members
    /// (depth 0) and fields (depth 1) whose names are wanted.
    pub fn context(&self, wanted: impl Fn(usize, &str) -> bool) -> Value {
        let mut context = Map::new();
        for (member, fields) in CONTEXT {
            let is_there = match (member, self.execution.given_context()) {
                ("Map", _) => self.item.is_some(),
                (_, Some(given)) => given.get(member).is_some(),
                ("Task", None) => self.token.is_some(),
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

    /// From now on, paths are read for this place of the definition.
    pub fn at(&self, place: Place) {
        self.place.set(place);
    }

    /// A field of a member of the context object; `None` if it is missing.
    pub fn context_field(&self, member: &str, field: &str) -> Option<Value> {
        let value = self.known_field(member, field);
        match self.execution.deviations() {
            None => value,
            Some(all) => all.context(member, field, value),
        }
    }

    fn known_field(&self, member: &str, field: &str) -> Option<Value> {
        let (execution, active) = (self.execution, self.active);
        if let (Some(given), true) = (execution.given_context(), member != "Map") {
            return given.get(member)?.get(field).cloned();
        }
        let identity = &execution.setup.identity;
        let text = |text: &str| Some(Value::from(text));
        match (member, field) {
            ("Execution", "Id") => text(&identity.execution_arn),
            ("Execution", "Input") => Some(Value::clone(&execution.setup.input)),
            ("Execution", "Name") => text(&identity.execution_name),
            ("Execution", "RoleArn") => text(&identity.role_arn),
            ("Execution", "StartTime") => Some(execution.setup.at.rfc3339().into()),
            ("Execution", "RedriveCount") => {
                let before = identity.redrive_count?;
                Some((before + execution.redrives).into())
            }
            ("Execution", "RedriveTime") => Some(execution.redriven?.rfc3339().into()),
            ("StateMachine", "Id") => text(&identity.machine_arn),
            ("StateMachine", "Name") => text(&identity.machine_name),
            ("State", "EnteredTime") => {
                execution.report(Fact::TimeRead);
                Some(active.entered_at.rfc3339().into())
            }
            ("State", "Name") => text(&active.name),
            ("State", "RetryCount") => {
                let kind = active.state.kind();
                if kind != StateType::Task && active.retries > 0 {
                    self.mark(Clause::ContextRetryCountScope);
                }
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

    /// Data that the state has made, from now on shared; nothing of this if it cannot go on with it.
    pub fn keep(&self, data: Value) -> Result<Arc<Value>> {
        let data = Arc::new(data);
        if self.execution.bound(&data).depth > DEPTH_WITHIN {
            return Err(self.unsupported("data of this depth"));
        }
        self.go_on()?;
        Ok(data)
    }

    /// Nothing more is done once something was not interpreted.
    pub fn go_on(&self) -> Result<()> {
        if self.execution.is_refused() {
            return Err(self.unsupported("anything more"));
        }
        Ok(())
    }

    /// Takes away what copying or reading so many bytes costs.
    pub fn spend(&self, bytes: usize) -> Result<()> {
        let spent = self.execution.meter.spend_bytes(bytes);
        spent.map_err(|_| self.too_much_work())
    }

    pub fn too_much_work(&self) -> Box<RuntimeError> {
        self.unsupported(TOO_MUCH_WORK)
    }

    /// What the state has made on the way to its output is larger than anything that is known of.
    pub fn too_large(&self) -> Box<RuntimeError> {
        self.mark(Clause::DataLimitWithin);
        RuntimeError::data_limit(Clause::DataLimitWithin, &self.active.name).ending()
    }

    /// Records that this build does not interpret something. The returned error ends the execution,
    /// and the caller turns it into [`super::Unsupported`].
    pub fn unsupported(&self, feature: &str) -> Box<RuntimeError> {
        self.execution.refuse(feature, &self.active.name);
        let rule = Clause::RuntimeTerminal;
        Box::new(RuntimeError::runtime(rule, self.active, feature))
    }
}

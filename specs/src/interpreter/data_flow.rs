//! The interface between state handlers and query languages.
//!
//! The handlers of states work with effective input, arguments, result, assigned variables and
//! output. The [`Evaluator`] of the state's query language computes these from the state's fields.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    eval::Eval,
    runtime_error::{Result, RuntimeError},
};
use crate::{
    asl::{Bound, Catcher, ChoiceRule, DataFlow, Limit, Map as MapState, Name, Text, Until},
    base::time::Millis,
};

/// The way out of a state.
#[derive(Debug, Clone, Copy)]
pub(super) enum Exit<'s> {
    /// The state itself, with its result. For a Choice, a Wait and a Succeed, the result is the
    /// effective input.
    State,
    /// A rule of a Choice, with the effective input.
    Rule(&'s ChoiceRule),
    /// A catcher, with the error output.
    Catcher(&'s Catcher),
}

/// Evaluates the fields of a state in a query language. Literals that the languages share are read
/// by the handlers.
pub(super) trait Evaluator {
    /// The part of the raw input that the state works on.
    fn effective_input(&self, eval: &Eval<'_>) -> Result<Arc<Value>>;

    /// The input of a task or a branch.
    fn arguments(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>>;

    /// `Credentials` of a Task.
    fn credentials(&self, eval: &Eval<'_>, effective: &Value) -> Result<Option<Value>>;

    /// The result of a Pass.
    fn pass(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>>;

    /// The items of a Map.
    fn items(&self, eval: &Eval<'_>, effective: &Value) -> Result<Vec<Arc<Value>>>;

    /// The input of a Map's iteration; `eval` also knows the item.
    fn item_input(
        &self,
        eval: &Eval<'_>,
        effective: &Value,
        item: Arc<Value>,
    ) -> Result<Arc<Value>>;

    /// Whether a rule of a Choice applies.
    fn applies(&self, eval: &Eval<'_>, rule: &ChoiceRule, effective: &Value) -> Result<bool>;

    /// A time limit of a Task in seconds, if it is not a literal; `name` is that of the literal field.
    fn limit(&self, eval: &Eval<'_>, name: &str, limit: &Limit, effective: &Value) -> Result<u64>;

    /// `MaxConcurrency`, if it is not a literal; 0 means as many as possible.
    fn max_concurrency(&self, eval: &Eval<'_>, limit: &Limit, effective: &Value) -> Result<u64>;

    /// A bound of a distributed Map, if it is not a literal; `name` is that of the literal field.
    fn bound(&self, eval: &Eval<'_>, name: &str, bound: &Bound, effective: &Value) -> Result<f64>;

    /// `BatchInput` of a distributed Map.
    fn batch_input(
        &self,
        eval: &Eval<'_>,
        map: &MapState,
        effective: &Value,
    ) -> Result<Option<Value>>;

    /// The delay of a Wait, if it is not a literal.
    fn delay(&self, eval: &Eval<'_>, until: &Until, effective: &Value) -> Result<Millis>;

    /// `Error` or `Cause` of a Fail, if it is not a literal; `name` is that of the literal field.
    fn text(&self, eval: &Eval<'_>, text: &Text, name: &str) -> Result<Name>;

    /// The output of the state.
    fn output(&self, eval: &Eval<'_>, exit: Exit<'_>, result: &Arc<Value>) -> Result<Arc<Value>>;

    /// The variables that `Assign` sets.
    fn assigned(
        &self,
        eval: &Eval<'_>,
        exit: Exit<'_>,
        result: &Value,
    ) -> Result<Option<Map<String, Value>>>;

    /// The error of an `Assign` that sets more than the limit allows.
    fn assigns_too_much(&self, eval: &Eval<'_>) -> Box<RuntimeError>;
}

impl<'e> Eval<'e> {
    /// The evaluator of the state's query language.
    pub fn flow(&self) -> &'e dyn Evaluator {
        match &self.active.state.flow {
            DataFlow::JsonPath(flow) => flow,
            DataFlow::Jsonata(flow) => flow,
        }
    }
}

/// The form that a part of a state has in the state's language. It exists in every definition that was
/// decoded.
pub(super) fn own<T>(eval: &Eval<'_>, said: Option<T>) -> Result<T> {
    said.ok_or_else(|| eval.unsupported("two query languages in one state"))
}

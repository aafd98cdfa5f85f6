//! The seam between what states do and what query languages say.
//!
//! The handlers of states speak of effective input, arguments, result, assign and output. What these
//! are is said by the state's fields, and read by the [`Evaluator`] of its query language.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{eval::Eval, runtime_error::Result};
use crate::{
    asl::{Catcher, ChoiceRule, DataFlow, Limit, Name, Text, Until},
    base::time::Millis,
};

/// What leads out of a state.
#[derive(Debug, Clone, Copy)]
pub(super) enum Exit<'s> {
    /// The state itself: it has a result. Of a Choice, a Wait and a Succeed that is the effective
    /// input.
    State,
    /// A rule of a Choice: it has the effective input.
    Rule(&'s ChoiceRule),
    /// A catcher: it has the error output.
    Catcher(&'s Catcher),
}

/// What a query language makes of the fields of a state. Literals that the languages share are read
/// by the handlers.
pub(super) trait Evaluator {
    /// The part of the raw input that the state works on.
    fn effective_input(&self, eval: &Eval<'_>) -> Result<Arc<Value>>;

    /// What a task or a branch is given.
    fn arguments(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>>;

    /// `Credentials` of a Task.
    fn credentials(&self, eval: &Eval<'_>, effective: &Value) -> Result<Option<Value>>;

    /// The result of a Pass.
    fn pass(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>>;

    /// The items of a Map.
    fn items(&self, eval: &Eval<'_>, effective: &Value) -> Result<Vec<Arc<Value>>>;

    /// What an iteration of a Map is given; `eval` knows the item, too.
    fn item_input(
        &self,
        eval: &Eval<'_>,
        effective: &Value,
        item: Arc<Value>,
    ) -> Result<Arc<Value>>;

    /// Whether a rule of a Choice applies.
    fn applies(&self, eval: &Eval<'_>, rule: &ChoiceRule, effective: &Value) -> Result<bool>;

    /// A time limit of a Task that is no literal, in seconds.
    fn limit(&self, eval: &Eval<'_>, limit: &Limit, effective: &Value) -> Result<u64>;

    /// `MaxConcurrency` that is no literal; 0 is as many as possible.
    fn max_concurrency(&self, eval: &Eval<'_>, limit: &Limit, effective: &Value) -> Result<u64>;

    /// How long a Wait waits, if that is no literal.
    fn delay(&self, eval: &Eval<'_>, until: &Until, effective: &Value) -> Result<Millis>;

    /// `Error` or `Cause` of a Fail that is no literal; `name` is that of the literal field.
    fn text(&self, eval: &Eval<'_>, text: &Text, name: &str) -> Result<Name>;

    /// What goes on from the state.
    fn output(&self, eval: &Eval<'_>, exit: Exit<'_>, result: &Arc<Value>) -> Result<Arc<Value>>;

    /// The variables that `Assign` sets.
    fn assigned(
        &self,
        eval: &Eval<'_>,
        exit: Exit<'_>,
        result: &Value,
    ) -> Result<Option<Map<String, Value>>>;
}

/// The evaluator of a state's query language, or the name of one that is not interpreted.
pub(super) fn evaluator(flow: &DataFlow) -> Result<&dyn Evaluator, &'static str> {
    match flow {
        DataFlow::JsonPath(flow) => Ok(flow),
        DataFlow::Jsonata(_) => Err("JSONata"),
    }
}

impl<'e> Eval<'e> {
    /// The evaluator of the state.
    pub fn flow(&self) -> Result<&'e dyn Evaluator> {
        evaluator(&self.active.state.flow).map_err(|language| self.unsupported(language))
    }
}

//! Data flow in JSONata.

use std::{fmt::Display, sync::Arc};

use serde_json::{Map, Value};

use super::{
    OwnWords,
    data_flow::{Evaluator, Exit, own},
    eval::Eval,
    runtime_error::{Result, RuntimeError},
    trial::Step,
};
use crate::{
    asl::{
        Body, Bound, Catcher, ChoiceRule, Dynamic, JsonataFlow, Limit, Map as MapState, Name,
        State, StateType, Text, Until,
    },
    base::{
        json,
        pointer::Pointer,
        time::{Instant, Millis},
    },
    clause::Clause,
    deviation::{Instead, Place},
    query::jsonata::{Doubts, Expression, Failure, Family, Field, Template, World},
};

impl Evaluator for JsonataFlow {
    /// All of the raw input.
    fn effective_input(&self, eval: &Eval<'_>) -> Result<Arc<Value>> {
        Ok(eval.active.input.clone())
    }

    /// `Arguments`.
    fn arguments(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>> {
        let Some(arguments) = &self.arguments else {
            eval.mark(Clause::JsonataArgumentsDefault);
            eval.makes(Step::Arguments, &effective);
            return Ok(effective);
        };
        eval.mark(Clause::JsonataArguments);
        eval.at(Place::Arguments);
        let at = Pointer::Root;
        let made = Scope::of(eval).shared(arguments, &at.field("Arguments"))?;
        if eval.execution.is_too_long(&made) {
            let rule = Clause::JsonataArgumentsLimit;
            eval.mark(rule);
            return Err(RuntimeError::data_limit(rule, &eval.active.name).ending());
        }
        eval.makes(Step::Arguments, &made);
        Ok(made)
    }

    fn credentials(&self, eval: &Eval<'_>, _: &Value) -> Result<Option<Value>> {
        let Some(credentials) = &self.credentials else {
            return Ok(None);
        };
        eval.mark(Clause::TaskCredentials);
        eval.mark(Clause::JsonataCredentials);
        eval.at(Place::Parameters);
        let at = Pointer::Root;
        Scope::of(eval)
            .template(credentials, &at.field("Credentials"))
            .map(Some)
    }

    /// A Pass has no result of its own.
    fn pass(&self, _: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>> {
        Ok(effective)
    }

    /// `Items`.
    fn items(&self, eval: &Eval<'_>, effective: &Value) -> Result<Vec<Arc<Value>>> {
        let root = Pointer::Root;
        let at = root.field("Items");
        let Some(items) = &self.items else {
            eval.mark(Clause::JsonataItemsDefault);
            return match effective {
                Value::Array(items) => shared_items(eval, items.clone()),
                other => {
                    let rule = Clause::JsonataItemsDefault;
                    let text = format!("Map state input must be an array but was: {other}");
                    Err(failed(eval, rule, &at, &text))
                }
            };
        };
        eval.mark(Clause::JsonataItems);
        eval.at(Place::Items);
        match (Scope::of(eval).template(items, &at)?, items) {
            (Value::Array(items), _) => shared_items(eval, items),
            (other, Template::Expression(expression)) => Err(mistyped(
                eval,
                Clause::JsonataType,
                expression,
                &at,
                "array",
                &other,
            )),
            (other, _) => {
                let rule = Clause::JsonataItemsTemplate;
                eval.mark(rule);
                let text = format!("Map state input must be an array but was: {other}");
                Err(failed(eval, rule, &at, &text))
            }
        }
    }

    /// `ItemSelector`.
    fn item_input(&self, eval: &Eval<'_>, _: &Value, item: Arc<Value>) -> Result<Arc<Value>> {
        let Some(selector) = &self.item_selector else {
            return Ok(item);
        };
        eval.mark(Clause::JsonataItemSelector);
        eval.at(Place::ItemSelector);
        let at = Pointer::Root;
        let selected = Scope::of(eval).shared(selector, &at.field("ItemSelector"));
        if selected.is_err() && eval.item.is_some_and(|(index, _)| index > 0) {
            eval.mark(Clause::MapItemSelectorLate);
        }
        selected
    }

    /// `Condition`.
    fn applies(&self, eval: &Eval<'_>, rule: &ChoiceRule, _: &Value) -> Result<bool> {
        eval.mark(Clause::JsonataCondition);
        eval.at(Place::Condition);
        let condition = &own(eval, rule.flow.jsonata())?.condition;
        let expression = match condition {
            Dynamic::Literal(literal) => return Ok(*literal),
            Dynamic::Expression(expression) => expression,
            Dynamic::Path(never) => match *never {},
        };
        let root = Pointer::Root;
        let choices = root.field("Choices");
        let rule = choices.index(place_of_rule(&eval.active.state, rule));
        let at = rule.field("Condition");
        match Scope::of(eval).expression(expression, &at)? {
            Value::Bool(holds) => Ok(holds),
            other => {
                let deviations = eval.execution.deviations();
                if let Some(applies) = deviations.and_then(|all| all.applies(&other)) {
                    return Ok(applies);
                }
                Err(elsewhere(eval, expression, &at, "boolean", &other))
            }
        }
    }

    /// `TimeoutSeconds` or `HeartbeatSeconds`.
    fn limit(&self, eval: &Eval<'_>, name: &str, limit: &Limit, _: &Value) -> Result<u64> {
        eval.mark(Clause::JsonataTaskLimit);
        eval.at(Place::Limit);
        let root = Pointer::Root;
        let at = root.field(name);
        let expression = own(eval, limit.expression())?;
        match whole(eval, expression, &at)? {
            seconds if seconds > 0 => Ok(seconds),
            seconds => Err(out_of_range(eval, &at, &seconds.into())),
        }
    }

    /// `MaxConcurrency`.
    fn max_concurrency(&self, eval: &Eval<'_>, limit: &Limit, _: &Value) -> Result<u64> {
        eval.mark(Clause::JsonataConcurrency);
        eval.at(Place::Limit);
        let root = Pointer::Root;
        let expression = own(eval, limit.expression())?;
        whole(eval, expression, &root.field("MaxConcurrency"))
    }

    /// The field of a bound.
    fn bound(&self, eval: &Eval<'_>, name: &str, bound: &Bound, _: &Value) -> Result<f64> {
        eval.at(Place::Limit);
        let root = Pointer::Root;
        let at = root.field(name);
        let expression = own(eval, bound.expression())?;
        let value = Scope::of(eval).expression(expression, &at)?;
        let number = value.as_f64();
        number.ok_or_else(|| elsewhere(eval, expression, &at, "number", &value))
    }

    fn batch_input(&self, eval: &Eval<'_>, map: &MapState, _: &Value) -> Result<Option<Value>> {
        let Some(input) = map.batch_input_jsonata() else {
            return Ok(None);
        };
        eval.at(Place::Items);
        let root = Pointer::Root;
        let at = root.field("ItemBatcher");
        let made = Scope::of(eval).template(&input, &at.field("BatchInput"));
        made.map(Some)
    }

    /// `Seconds` or `Timestamp`.
    fn delay(&self, eval: &Eval<'_>, until: &Until, _: &Value) -> Result<Millis> {
        eval.at(Place::Delay);
        let root = Pointer::Root;
        match until {
            Until::Seconds(seconds) => {
                eval.mark(Clause::JsonataSeconds);
                let expression = own(eval, seconds.expression())?;
                let seconds = whole(eval, expression, &root.field("Seconds"))?;
                Ok(seconds.saturating_mul(1_000))
            }
            Until::Timestamp(timestamp) => {
                eval.mark(Clause::JsonataTimestamp);
                let expression = own(eval, timestamp.expression())?;
                let at = root.field("Timestamp");
                let text = string(eval, expression, &at)?;
                if Instant::is_nearly_rfc3339(&text) {
                    eval.mark(Clause::TimestampLexical);
                }
                match Instant::parse_rfc3339(&text) {
                    Some(instant) => Ok(eval.execution.until(instant)),
                    None => {
                        let text = format!(
                            "The Timestamp field cannot be parsed as an ISO-8601 extended offset \
                             date-time format string: {text}"
                        );
                        Err(failed(eval, Clause::JsonataTimestamp, &at, &text))
                    }
                }
            }
        }
    }

    /// `Error` or `Cause`.
    fn text(&self, eval: &Eval<'_>, text: &Text, name: &str) -> Result<Name> {
        eval.mark(Clause::JsonataFailText);
        eval.at(Place::Failure);
        let root = Pointer::Root;
        let expression = own(eval, text.expression())?;
        string(eval, expression, &root.field(name)).map(Name::from)
    }

    /// `Output` of the state, of the rule or of the catcher.
    fn output(&self, eval: &Eval<'_>, exit: Exit<'_>, result: &Arc<Value>) -> Result<Arc<Value>> {
        let scope = Scope::leaving(eval, exit, result);
        let Some(output) = self.output_of(eval, exit)? else {
            eval.mark(match exit {
                Exit::Catcher(_) => Clause::JsonataOutputError,
                Exit::State if has_result(eval) => Clause::JsonataOutputResult,
                Exit::State | Exit::Rule(_) => Clause::JsonataOutputInput,
            });
            return Ok(result.clone());
        };
        eval.mark(Clause::JsonataOutput);
        eval.at(Place::Output);
        let made = at_exit(eval, exit, |at| scope.shared(output, &at.field("Output")));
        if made.is_err() {
            if self.assign_of(eval, exit)?.is_some() {
                eval.mark(Clause::JsonataFailedBoth);
            }
            let kind = eval.active.state.kind();
            if matches!(kind, StateType::Parallel | StateType::Map) {
                eval.mark(Clause::JsonataFailedLate);
            }
        }
        made
    }

    fn assigned(
        &self,
        eval: &Eval<'_>,
        exit: Exit<'_>,
        result: &Value,
    ) -> Result<Option<Map<String, Value>>> {
        let Some(assign) = self.assign_of(eval, exit)? else {
            return Ok(None);
        };
        eval.mark(Clause::Assign);
        eval.at(Place::Assign);
        let scope = Scope::leaving(eval, exit, result);
        let made = at_exit(eval, exit, |at| scope.template(assign, &at.field("Assign")));
        match made? {
            Value::Object(assigned) => Ok(Some(assigned)),
            // An Assign is an object in every definition that was decoded.
            _ => Ok(None),
        }
    }

    fn assigns_too_much(&self, eval: &Eval<'_>) -> Box<RuntimeError> {
        let rule = Clause::JsonataAssignLimit;
        eval.mark(rule);
        eval.mark(Clause::JsonataAssignLimitText);
        let error = RuntimeError::data_limit(rule, &eval.active.name);
        error.evaluating("Assign").ending()
    }
}

impl JsonataFlow {
    fn output_of<'f>(&'f self, eval: &Eval<'_>, exit: Exit<'f>) -> Result<Option<&'f Template>> {
        Ok(match exit {
            Exit::State => self.output.as_ref(),
            Exit::Rule(rule) => {
                let output = own(eval, rule.flow.jsonata())?.output.as_ref();
                if self.output.is_some() {
                    eval.mark(match output {
                        Some(_) => Clause::JsonataRuleOutput,
                        None => Clause::JsonataRuleInstead,
                    });
                }
                output
            }
            Exit::Catcher(catcher) => own(eval, catcher.flow.jsonata())?.output.as_ref(),
        })
    }

    fn assign_of<'f>(&'f self, eval: &Eval<'_>, exit: Exit<'f>) -> Result<Option<&'f Template>> {
        Ok(match exit {
            Exit::State => self.assign.as_ref(),
            Exit::Rule(rule) => {
                if self.assign.is_some() {
                    eval.mark(Clause::JsonataRuleInstead);
                }
                own(eval, rule.flow.jsonata())?.assign.as_ref()
            }
            Exit::Catcher(catcher) => own(eval, catcher.flow.jsonata())?.assign.as_ref(),
        })
    }
}

/// What the expressions of a field read.
struct Scope<'a, 'e> {
    eval: &'a Eval<'e>,
    result: Option<&'a Value>,
    error_output: Option<&'a Value>,
}

impl<'a, 'e> Scope<'a, 'e> {
    /// Before a state has a result.
    fn of(eval: &'a Eval<'e>) -> Self {
        Self {
            eval,
            result: None,
            error_output: None,
        }
    }

    /// On the way out of a state.
    fn leaving(eval: &'a Eval<'e>, exit: Exit<'_>, result: &'a Value) -> Self {
        let scope = Self::of(eval);
        match exit {
            Exit::State if has_result(eval) => Self {
                result: Some(result),
                ..scope
            },
            Exit::Catcher(_) => Self {
                error_output: Some(result),
                ..scope
            },
            Exit::State | Exit::Rule(_) => scope,
        }
    }

    /// A field of `$states`, as the language has it.
    fn field(&self, field: Field) -> Option<&Value> {
        match field {
            Field::Input => Some(&self.eval.active.input),
            Field::Result => self.result,
            Field::ErrorOutput => self.error_output,
        }
    }

    /// A field's JSON, from now on shared.
    fn shared(&self, template: &Template, at: &Pointer<'_>) -> Result<Arc<Value>> {
        if let Template::Literal(value) = template {
            self.eval.mark(Clause::JsonataTemplate);
            return Ok(value.clone());
        }
        let made = self.template(template, at)?;
        self.eval.keep(made)
    }

    fn template(&self, template: &Template, at: &Pointer<'_>) -> Result<Value> {
        let made = self.filled(template, at);
        if made.is_err() && template.expressions() > 1 {
            self.eval.mark(Clause::JsonataFailedFirst);
        }
        made
    }

    fn filled(&self, template: &Template, at: &Pointer<'_>) -> Result<Value> {
        match template {
            Template::Expression(expression) => self.expression(expression, at),
            other => self.inside(other, at).map(Option::unwrap_or_default),
        }
    }

    /// The same for what is inside other JSON; nothing if a deviation leaves it out.
    fn inside(&self, template: &Template, at: &Pointer<'_>) -> Result<Option<Value>> {
        if let Template::Expression(expression) = template {
            return self.evaluated(expression, at, true);
        }
        self.eval.mark(Clause::JsonataTemplate);
        Ok(Some(match template {
            Template::Literal(value) => Value::clone(value),
            Template::Array(items) => {
                let items = items.iter().enumerate();
                let items =
                    items.filter_map(|(index, it)| self.inside(it, &at.index(index)).transpose());
                items.collect::<Result<_>>()?
            }
            Template::Object(members) => {
                let members = members.iter();
                let members = members.filter_map(|(name, it)| {
                    let made = self.inside(it, &at.field(name)).transpose()?;
                    Some(made.map(|it| (name.clone(), it)))
                });
                members.collect::<Result<_>>()?
            }
            Template::Expression(_) => return Ok(None),
        }))
    }

    fn expression(&self, expression: &Expression, at: &Pointer<'_>) -> Result<Value> {
        let value = self.evaluated(expression, at, false)?;
        Ok(value.unwrap_or_default())
    }

    /// What an expression comes to; nothing if a deviation leaves it out, which `is_inside` other JSON.
    fn evaluated(
        &self,
        expression: &Expression,
        at: &Pointer<'_>,
        is_inside: bool,
    ) -> Result<Option<Value>> {
        let eval = self.eval;
        eval.mark(Clause::JsonataExpression);
        for family in expression.families() {
            eval.mark(match family {
                Family::Path => Clause::JsonataPath,
                Family::Constructor => Clause::JsonataConstructor,
                Family::Operator => Clause::JsonataOperator,
                Family::Regex => Clause::JsonataRegex,
                Family::Function => Clause::JsonataFunction,
            });
        }
        let deviations = eval.execution.deviations();
        if deviations.is_some_and(|all| all.evaluates_to_other(expression)) {
            eval.execution.leave_open();
        }
        let evaluation = expression.evaluate(self);
        let spent = eval.execution.meter.spend(evaluation.steps);
        spent.map_err(|_| eval.too_much_work())?;
        note(eval, evaluation.doubts);
        match evaluation.outcome {
            Ok(value) => {
                eval.spend(json::memory(&value))?;
                Ok(Some(value))
            }
            Err(failure) => {
                if let (Failure::Undefined, Some(all)) = (&failure, eval.execution.deviations()) {
                    let kind = eval.active.state.kind();
                    match all.undefined(kind, eval.place.get(), is_inside) {
                        Some(Instead::Value(value)) => return Ok(Some(value.clone())),
                        Some(_) => return Ok(None),
                        None => {}
                    }
                }
                if expression.is_otherwise() {
                    eval.execution.speak(OwnWords::Said);
                }
                Err(self.failure(expression, at, &failure))
            }
        }
    }

    /// The error of an expression that has no value.
    fn failure(
        &self,
        expression: &Expression,
        at: &Pointer<'_>,
        failure: &Failure,
    ) -> Box<RuntimeError> {
        let (rule, said) = match failure {
            Failure::Undefined => (
                Clause::JsonataUndefined,
                "returned nothing (undefined).".to_owned(),
            ),
            Failure::Function => (
                Clause::JsonataFunctionValue,
                "returned an unsupported result type.".to_owned(),
            ),
            Failure::Thrown { code, message } => (
                Clause::JsonataThrown,
                format!("threw an error during evaluation. {code}: {message}"),
            ),
            Failure::Memory => (
                Clause::JsonataMemory,
                "threw an error during evaluation: Expression evaluation memory limit exceeded: \
                 Check for excessive memory usage"
                    .to_owned(),
            ),
            Failure::Depth => (
                Clause::JsonataLimit,
                "threw an error during evaluation: Stack overflow error: Check for \
                 non-terminating recursive function. Consider rewriting as tail-recursive."
                    .to_owned(),
            ),
            Failure::Time => (
                Clause::JsonataLimit,
                "threw an error during evaluation: Expression evaluation timeout: Check for \
                 infinite loop"
                    .to_owned(),
            ),
            Failure::Unknown(what) => {
                return self.eval.unsupported(&format!("JSONata with {what}"));
            }
        };
        self.eval.mark(rule);
        failed(self.eval, rule, at, &about(expression, at, said))
    }
}

/// Marks what is in doubt about an evaluation.
fn note(eval: &Eval<'_>, doubts: Doubts) {
    let doubted = [
        (doubts.value && !doubts.contested, Clause::JsonataUnsure),
        (doubts.contested, Clause::JsonataContested),
        (doubts.chance, Clause::JsonataChance),
        (doubts.seed, Clause::JsonataSeed),
        (doubts.evals, Clause::JsonataEval),
        (doubts.limit, Clause::JsonataLimit),
        (doubts.number, Clause::JsonataNumber),
        (doubts.message, Clause::JsonataThrownText),
    ];
    for (_, clause) in doubted.into_iter().filter(|(is_doubted, _)| *is_doubted) {
        eval.mark(clause);
    }
}

impl World for Scope<'_, '_> {
    fn variable(&self, name: &str) -> Option<&Value> {
        let value = self.eval.variable(name);
        if value.is_some() {
            self.eval.mark(Clause::VariableRead);
        }
        value
    }

    fn states(&self, field: Field) -> Option<&Value> {
        self.eval.mark(Clause::JsonataStates);
        let kind = self.eval.active.state.kind();
        let deviations = self.eval.execution.deviations();
        match deviations.and_then(|all| all.states(kind, field)) {
            None => self.field(field),
            Some(Instead::Nothing) => None,
            Some(Instead::Value(value)) => Some(value),
            Some(Instead::Field(other)) => self.field(other),
        }
    }

    fn context(&self, wanted: &dyn Fn(usize, &str) -> bool) -> Value {
        self.eval.mark(Clause::ContextPath);
        self.eval.context(wanted)
    }

    fn millis(&self) -> f64 {
        self.eval.execution.report(super::Fact::TimeRead);
        self.eval.execution.now.0 as f64
    }

    fn draw(&self) -> u64 {
        self.eval.execution.draw()
    }
}

/// Whether the state has a result.
fn has_result(eval: &Eval<'_>) -> bool {
    let kind = eval.active.state.kind();
    matches!(kind, StateType::Task | StateType::Parallel | StateType::Map)
}

/// Calls with the place of the way out.
fn at_exit<T>(eval: &Eval<'_>, exit: Exit<'_>, made: impl FnOnce(&Pointer<'_>) -> T) -> T {
    let root = Pointer::Root;
    let state = &eval.active.state;
    match exit {
        Exit::State => made(&root),
        Exit::Rule(rule) => made(&root.field("Choices").index(place_of_rule(state, rule))),
        Exit::Catcher(catcher) => {
            made(&root.field("Catch").index(place_of_catcher(state, catcher)))
        }
    }
}

fn place_of_rule(state: &State, rule: &ChoiceRule) -> usize {
    let Body::Choice(choice) = &state.body else {
        return 0;
    };
    let place = choice.choices.iter().position(|it| std::ptr::eq(it, rule));
    place.unwrap_or_default()
}

fn place_of_catcher(state: &State, catcher: &Catcher) -> usize {
    let (_, catchers) = state.handlers();
    let place = catchers.iter().position(|it| std::ptr::eq(it, catcher));
    place.unwrap_or_default()
}

fn shared_items(eval: &Eval<'_>, items: Vec<Value>) -> Result<Vec<Arc<Value>>> {
    let memory = items.iter().map(json::memory).sum();
    eval.spend(memory)?;
    eval.execution.keep(memory);
    eval.go_on()?;
    Ok(items.into_iter().map(Arc::new).collect())
}

/// A value that has to be a whole number, and not negative.
fn whole(eval: &Eval<'_>, expression: &Expression, at: &Pointer<'_>) -> Result<u64> {
    let value = Scope::of(eval).expression(expression, at)?;
    match &value {
        Value::Number(number) => match number.as_u64() {
            Some(number) => Ok(number),
            None => Err(out_of_range(eval, at, &value)),
        },
        other => Err(elsewhere(eval, expression, at, "number", other)),
    }
}

/// A value that has to be a string.
fn string(eval: &Eval<'_>, expression: &Expression, at: &Pointer<'_>) -> Result<String> {
    match Scope::of(eval).expression(expression, at)? {
        Value::String(text) => Ok(text),
        other => Err(elsewhere(eval, expression, at, "string", &other)),
    }
}

fn out_of_range(eval: &Eval<'_>, at: &Pointer<'_>, value: &Value) -> Box<RuntimeError> {
    let rule = Clause::JsonataRange;
    eval.mark(rule);
    let text = format!("The field '{}' has an invalid value: {value}", plain(at));
    failed(eval, rule, at, &text)
}

/// A value of the wrong type in a field of which the cause is not known.
fn elsewhere(
    eval: &Eval<'_>,
    expression: &Expression,
    at: &Pointer<'_>,
    expected: &str,
    value: &Value,
) -> Box<RuntimeError> {
    eval.mark(Clause::JsonataTypeText);
    let rule = Clause::JsonataTypeElsewhere;
    let error = mistyped(eval, rule, expression, at, expected, value);
    Box::new(error.guessed())
}

fn mistyped(
    eval: &Eval<'_>,
    rule: Clause,
    expression: &Expression,
    at: &Pointer<'_>,
    expected: &str,
    value: &Value,
) -> Box<RuntimeError> {
    eval.mark(rule);
    let kind = json::type_name(value);
    let said = format!(
        "returned an unexpected result type. Expected '{expected}', but was '{kind}' for value: \
         {value}"
    );
    failed(eval, rule, at, &about(expression, at, said))
}

/// A sentence about an expression.
fn about(expression: &Expression, at: &Pointer<'_>, said: impl Display) -> String {
    let source = expression.source().trim();
    format!(
        "The JSONata expression '{source}' specified for the field '{}' {said}",
        plain(at)
    )
}

fn failed(eval: &Eval<'_>, rule: Clause, at: &Pointer<'_>, text: &str) -> Box<RuntimeError> {
    Box::new(RuntimeError::query(rule, eval.active, &plain(at), text))
}

/// A field below its state: `Output/total`.
fn plain(at: &Pointer<'_>) -> String {
    at.to_string().trim_start_matches('/').to_owned()
}

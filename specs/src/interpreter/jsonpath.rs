//! Data flow in JSONPath.

mod condition;
mod expression;

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

use serde_json::{Map, Value};

use super::{
    data_flow::{Evaluator, Exit, own},
    eval::Eval,
    runtime_error::{Result, RuntimeError},
    trial::Step,
};
use crate::{
    asl::{
        Body, Bound, ChoiceRule, JsonPathFlow, Limit, Map as MapState, Name, Nullable, Text, Until,
    },
    base::{
        json,
        time::{Instant, Millis},
    },
    clause::Clause,
    deviation::Place,
    query::jsonpath::{
        path::{self, Path, PathError, PutError, Root},
        template::Template,
    },
};

impl Evaluator for JsonPathFlow {
    /// `InputPath`.
    fn effective_input(&self, eval: &Eval<'_>) -> Result<Arc<Value>> {
        eval.mark(match &self.input_path {
            Nullable::Absent => Clause::InputPathDefault,
            Nullable::Null => Clause::InputPathNull,
            Nullable::Set(_) => Clause::InputPathSelects,
        });
        eval.at(Place::InputPath);
        let selected = eval.selected(&self.input_path, &eval.active.input)?;
        let effective = selected.ok_or_else(|| eval.too_large())?;
        eval.makes(Step::Effective, &effective);
        Ok(effective)
    }

    /// `Parameters`: a template for the effective input. The result must not be too long.
    fn arguments(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>> {
        let Some(parameters) = &self.parameters else {
            eval.makes(Step::Arguments, &effective);
            return Ok(effective);
        };
        eval.mark(Clause::Parameters);
        eval.at(Place::Parameters);
        let shaped = eval.made(parameters, &effective)?;
        let too_long = |shaped: &Arc<Value>| {
            eval.execution.is_too_long(shaped) && !eval.goes_on(Clause::ParametersDataLimit)
        };
        let Some(shaped) = shaped.filter(|shaped| !too_long(shaped)) else {
            eval.mark(Clause::ParametersDataLimit);
            eval.mark(Clause::ParametersDataLimitText);
            return Err(
                RuntimeError::data_limit(Clause::ParametersDataLimit, &eval.active.name).ending(),
            );
        };
        eval.makes(Step::Arguments, &shaped);
        Ok(shaped)
    }

    fn credentials(&self, eval: &Eval<'_>, effective: &Value) -> Result<Option<Value>> {
        let Some(credentials) = &self.credentials else {
            return Ok(None);
        };
        eval.mark(Clause::TaskCredentials);
        eval.at(Place::Parameters);
        let made = eval.template(credentials, effective)?;
        made.ok_or_else(|| eval.too_large()).map(Some)
    }

    /// `Result`, or else the result of `Parameters`.
    fn pass(&self, eval: &Eval<'_>, effective: Arc<Value>) -> Result<Arc<Value>> {
        let shaped = self.arguments(eval, effective)?;
        Ok(match &self.result {
            None => shaped,
            Some(result) if result.is_null() && !eval.execution.ignores_null(eval.active) => {
                eval.mark(Clause::PassResultNull);
                shaped
            }
            Some(result) => {
                eval.mark(Clause::PassResult);
                eval.makes(Step::Result, result);
                result.clone()
            }
        })
    }

    /// `ItemsPath`.
    fn items(&self, eval: &Eval<'_>, effective: &Value) -> Result<Vec<Arc<Value>>> {
        let found = match &self.items_path {
            None => Ok(Cow::Borrowed(effective)),
            Some(path) => {
                eval.mark(Clause::MapItemsPath);
                eval.at(Place::ItemsPath);
                eval.check_not_null_elsewhere(path, effective)?;
                eval.find_one(path, effective)
            }
        };
        let path = self.items_path.as_ref().map_or("$", |path| path.text());
        match found.as_deref() {
            Ok(Value::Array(items)) => {
                let memory = json::memory(effective);
                eval.spend(memory)?;
                eval.execution.keep(memory);
                eval.go_on()?;
                Ok(items.iter().cloned().map(Arc::new).collect())
            }
            Ok(single) if eval.goes_on(Clause::MapItemsNotArray) => {
                Ok(vec![Arc::new(single.clone())])
            }
            Ok(_) => {
                eval.mark(Clause::MapItemsNotArray);
                let text = format!("Reference path \"{path}\" must point to array.");
                Err(Box::new(RuntimeError::runtime_plain(
                    Clause::MapItemsNotArray,
                    &text,
                )))
            }
            Err(error) => {
                eval.mark(Clause::MapItemsMissing);
                let given = self.items_path.as_ref();
                let last = given.and_then(Path::last_name);
                let is_member = given.is_some_and(|path| *path.root() == Root::Data)
                    && matches!(
                        error,
                        PathError::NoResults(_) | PathError::MissingProperty(_)
                    );
                let is_last = matches!(error, PathError::NoResults(_)) && last.is_some();
                let is_known = is_member && is_last && !path.ends_with(']');
                if !is_member {
                    eval.mark(Clause::MapItemsMissingElsewhere);
                } else if !is_known {
                    eval.mark(Clause::MapItemsMissingText);
                }
                let step = last.unwrap_or(path);
                let text = format!("Unable to apply step \"{step}\" to input {effective}");
                Err(Box::new(
                    RuntimeError::reference_path(Clause::MapItemsMissing, &text)
                        .guessed_if(!is_known),
                ))
            }
        }
    }

    /// `ItemSelector`.
    fn item_input(
        &self,
        eval: &Eval<'_>,
        effective: &Value,
        item: Arc<Value>,
    ) -> Result<Arc<Value>> {
        let Some(selector) = &self.item_selector else {
            return Ok(item);
        };
        eval.mark(Clause::MapItemSelector);
        eval.at(Place::ItemSelector);
        let selected = eval
            .made(selector, effective)
            .and_then(|made| made.ok_or_else(|| eval.too_large()));
        if selected.is_err() && eval.item.is_some_and(|(index, _)| index > 0) {
            eval.mark(Clause::MapItemSelectorLate);
        }
        selected
    }

    fn applies(&self, eval: &Eval<'_>, rule: &ChoiceRule, effective: &Value) -> Result<bool> {
        let rule = own(eval, rule.flow.json_path())?;
        eval.condition(&rule.condition, effective)
    }

    /// `TimeoutSecondsPath` or `HeartbeatSecondsPath`.
    fn limit(&self, eval: &Eval<'_>, _: &str, limit: &Limit, effective: &Value) -> Result<u64> {
        let path = own(eval, limit.path())?;
        eval.at(Place::Limit);
        if self.parameters.is_some() {
            eval.mark(Clause::LimitPathWithParameters);
        }
        eval.mark(Clause::TaskLimitPath);
        let value = eval.number(path, effective)?;
        value
            .as_u64()
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| {
                eval.mark(Clause::TaskLimitPathInvalid);
                let text = format!("The value at {path} is not a positive integer: {value}");
                let rule = Clause::TaskLimitPathInvalid;
                Box::new(RuntimeError::runtime(rule, eval.active, &text).guessed())
            })
    }

    /// `MaxConcurrencyPath`.
    fn max_concurrency(&self, eval: &Eval<'_>, limit: &Limit, effective: &Value) -> Result<u64> {
        let path = own(eval, limit.path())?;
        eval.mark(Clause::MapConcurrencyPath);
        eval.at(Place::Limit);
        let value = eval.number(path, effective)?;
        // A string of digits counts as a number (recorded: test_reference_in_map_state).
        let limit = value
            .as_str()
            .map_or_else(|| value.as_i64(), |text| text.parse().ok());
        match limit {
            Some(limit) if limit >= 0 => Ok(limit as u64),
            _ if eval.goes_on(Clause::MapConcurrencyPath) => Ok(0),
            Some(_) => {
                eval.mark(Clause::MapConcurrencyNegative);
                let text = "MaxConcurrency cannot be negative.";
                let rule = Clause::MapConcurrencyNegative;
                Err(Box::new(RuntimeError::runtime(rule, eval.active, text)))
            }
            None => {
                if value.is_number() {
                    eval.mark(Clause::MapConcurrencyFraction);
                }
                let shown = plain(&value);
                let text = format!(
                    "The MaxConcurrencyPath field refers to value \"{shown}\" which is not a \
                     valid integer: {path}"
                );
                let rule = Clause::MapConcurrencyPath;
                Err(Box::new(RuntimeError::runtime(rule, eval.active, &text)))
            }
        }
    }

    /// The `…Path` twin of a bound. What a value that is no number does was not recorded.
    fn bound(&self, eval: &Eval<'_>, _: &str, bound: &Bound, effective: &Value) -> Result<f64> {
        let path = own(eval, bound.path())?;
        eval.at(Place::Limit);
        let value = eval.number(path, effective)?;
        value.as_f64().ok_or_else(|| {
            let text = format!("The value at {path} is not a number: {value}");
            let rule = Clause::MapBoundPath;
            eval.mark(rule);
            Box::new(RuntimeError::runtime(rule, eval.active, &text).guessed())
        })
    }

    fn batch_input(
        &self,
        eval: &Eval<'_>,
        map: &MapState,
        effective: &Value,
    ) -> Result<Option<Value>> {
        let Some(input) = map.batch_input() else {
            return Ok(None);
        };
        eval.at(Place::ItemSelector);
        let made = eval.template(&input, effective)?;
        made.ok_or_else(|| eval.too_large()).map(Some)
    }

    /// `SecondsPath` or `TimestampPath`.
    fn delay(&self, eval: &Eval<'_>, until: &Until, effective: &Value) -> Result<Millis> {
        eval.at(Place::Delay);
        match until {
            Until::Seconds(seconds) => eval.seconds_path(own(eval, seconds.path())?, effective),
            Until::Timestamp(timestamp) => {
                eval.timestamp_path(own(eval, timestamp.path())?, effective)
            }
        }
    }

    /// `ErrorPath` or `CausePath`, which read the raw input.
    fn text(&self, eval: &Eval<'_>, text: &Text, name: &str) -> Result<Name> {
        let source = own(eval, text.path())?;
        eval.mark(Clause::FailPath);
        eval.at(Place::Failure);
        let found = eval.source(source, &eval.active.input, &format_args!("{name}Path"))?;
        let (found, _) = found.ok_or_else(|| eval.too_large())?;
        match found.into_owned() {
            Value::String(text) => Ok(text.into()),
            other => {
                eval.mark(Clause::FailPathNotText);
                Ok(other.to_string().into())
            }
        }
    }

    /// `ResultSelector`, `ResultPath` and `OutputPath`, or a catcher's `ResultPath`.
    fn output(&self, eval: &Eval<'_>, exit: Exit<'_>, result: &Arc<Value>) -> Result<Arc<Value>> {
        if let Exit::Catcher(catcher) = exit {
            let catch = own(eval, catcher.flow.json_path())?;
            let output = eval.result_path(&catch.result_path, result.clone())?;
            if self.output_path != Nullable::Absent {
                eval.mark(Clause::CatchIgnoresOutputPath);
            }
            return Ok(output);
        }
        let selected = match &self.result_selector {
            None => result.clone(),
            Some(selector) => {
                eval.mark(Clause::ResultSelector);
                eval.at(Place::ResultSelector);
                if self.assign.is_some() {
                    eval.mark(Clause::AssignBeforeSelector);
                }
                match eval.made(selector, result)? {
                    Some(selected) => selected,
                    None if goes_on_whole(self) => return Ok(ENDLESS.clone()),
                    None => return Err(eval.too_large()),
                }
            }
        };
        eval.makes(Step::ResultSelected, &selected);
        let merged = eval.result_path(&self.result_path, selected)?;
        eval.makes(Step::ResultPlaced, &merged);
        eval.mark(match &self.output_path {
            Nullable::Absent => Clause::OutputPathDefault,
            Nullable::Null => Clause::OutputPathNull,
            Nullable::Set(_) => Clause::OutputPathSelects,
        });
        eval.at(Place::OutputPath);
        match eval.selected(&self.output_path, &merged)? {
            Some(output) => Ok(output),
            None => Ok(ENDLESS.clone()),
        }
    }

    fn assigned(
        &self,
        eval: &Eval<'_>,
        exit: Exit<'_>,
        result: &Value,
    ) -> Result<Option<Map<String, Value>>> {
        let assign = match exit {
            Exit::State => &self.assign,
            Exit::Rule(rule) => &own(eval, rule.flow.json_path())?.assign,
            Exit::Catcher(catcher) => &own(eval, catcher.flow.json_path())?.assign,
        };
        eval.at(Place::Assign);
        let mut result = result;
        if let (Exit::Rule(rule), Some(all)) = (exit, eval.execution.deviations()) {
            if let Some(left_out) = &self.assign
                && let Body::Choice(choice) = &eval.active.state.body
                && all.assigns_beside_rule(choice.default.as_ref() == Some(&rule.next))
            {
                eval.template(left_out, result)?;
            }
            let is_compound = own(eval, rule.flow.json_path())?.condition.is_compound();
            result = all.rule_input(is_compound).unwrap_or(result);
        }
        let Some(assign) = assign else {
            return Ok(None);
        };
        eval.mark(Clause::Assign);
        Ok(match eval.template(assign, result)? {
            Some(Value::Object(assigned)) => Some(assigned),
            Some(_) => None,
            None => Some(Map::from_iter([(String::new(), Value::clone(&ENDLESS))])),
        })
    }

    fn assigns_too_much(&self, eval: &Eval<'_>) -> Box<RuntimeError> {
        eval.mark(Clause::AssignDataLimit);
        RuntimeError::data_limit(Clause::AssignDataLimit, &eval.active.name).ending()
    }
}

/// Stands for data that is so much too long that nobody has made it.
static ENDLESS: LazyLock<Arc<Value>> =
    LazyLock::new(|| Arc::new(".".repeat(super::DATA_LIMIT).into()));

/// Whether a state's result is its output.
fn goes_on_whole(flow: &JsonPathFlow) -> bool {
    let is_root = |path: &Nullable<Path>| match path {
        Nullable::Absent => true,
        Nullable::Null => false,
        Nullable::Set(path) => path.is_data_root(),
    };
    is_root(&flow.result_path) && is_root(&flow.output_path)
}

impl<'e> Eval<'e> {
    /// Whether a deviation lets the state go on where it would fail by this rule.
    fn goes_on(&self, rule: Clause) -> bool {
        let deviations = self.execution.deviations();
        deviations.is_some_and(|all| all.goes_on(rule, self.active.state.kind()))
    }

    /// Whether a deviation lets a `ResultPath` overwrite what it cannot be applied to.
    fn overwrites(&self) -> bool {
        let deviations = self.execution.deviations();
        let kind = self.active.state.kind();
        let within = || self.active.input.is_object();
        self.goes_on(Clause::ResultPathConflict)
            || within() && deviations.is_some_and(|all| all.overwrites_within(kind))
    }

    /// `InputPath` or `OutputPath`; `None` if it selects more than can be made.
    fn selected(&self, path: &Nullable<Path>, data: &Arc<Value>) -> Result<Option<Arc<Value>>> {
        match path {
            Nullable::Absent => Ok(Some(data.clone())),
            Nullable::Null => Ok(Some(Arc::new(Value::Object(Map::new())))),
            Nullable::Set(path) => {
                self.check_not_null_elsewhere(path, data)?;
                if path.is_data_root() && self.execution.deviations().is_none() {
                    return Ok(Some(data.clone()));
                }
                match self.find(path, data) {
                    Ok(value) => self.keep(value.into_owned()).map(Some),
                    Err(PathError::TooLarge) => Ok(None),
                    Err(error) => Err(self.invalid_path(path, &error)),
                }
            }
        }
    }

    /// `ResultPath`: `result` merged into the raw input.
    fn result_path(&self, path: &Nullable<Path>, result: Arc<Value>) -> Result<Arc<Value>> {
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
        let deviations = self.execution.deviations();
        let fails = deviations.and_then(|all| all.cannot_put(self.active.state.kind(), path));
        if let Some(name) = fails {
            return Err(self.own_failure(name, Clause::ResultPathMerges));
        }
        match path.check_put(&self.active.input) {
            Ok(()) => {
                let mut merged = Value::clone(&self.active.input);
                // It was looked whether it can be put there.
                let _ = path.put(&mut merged, Arc::unwrap_or_clone(result));
                self.keep(merged)
            }
            Err(PutError::TooDeep) => Err(self.unsupported("data of this depth")),
            Err(PutError::Conflict) if self.overwrites() => {
                let mut merged = Value::clone(&self.active.input);
                path.overwrite(&mut merged, Arc::unwrap_or_clone(result));
                self.keep(merged)
            }
            Err(PutError::Conflict) => {
                self.mark(Clause::ResultPathConflict);
                // A deviation that names the error says that it conflicts, and how.
                let is_said = self.raises_otherwise(Clause::ResultPathConflict);
                if !is_said && meets_null(&self.active.input, path.steps()) {
                    self.mark(Clause::ResultPathIntoNull);
                }
                let input = &self.active.input;
                let is_dotted = path.steps().len() == 1 && !path.text().contains('[');
                let is_known = is_dotted && (input.is_string() || input.is_number());
                self.mark(if is_known {
                    Clause::ResultPathConflictScalar
                } else {
                    Clause::ResultPathConflictText
                });
                let text = format!("Unable to apply ReferencePath {path} to input {input}");
                Err(Box::new(
                    RuntimeError::reference_path(Clause::ResultPathConflict, &text)
                        .guessed_if(!is_known),
                ))
            }
        }
    }

    /// A payload template, of which a literal one is shared; `None` if it is more than can be made.
    fn made(&self, template: &Template, data: &Value) -> Result<Option<Arc<Value>>> {
        match template {
            Template::Literal(value) => {
                if !value.is_object() {
                    self.mark(Clause::TemplateNoObject);
                }
                if value.is_null() {
                    self.mark(Clause::TemplateNoObjectInside);
                }
                return Ok(Some(value.clone()));
            }
            Template::Array(_) => self.mark(Clause::TemplateNoObjectInside),
            Template::Object(_) => {}
        }
        let made = self.template(template, data)?;
        made.map(|made| self.keep(made)).transpose()
    }

    /// The value of a time limit or another bound that is given by path.
    fn number<'v>(&self, path: &Path, data: &'v Value) -> Result<Cow<'v, Value>>
    where
        'e: 'v,
    {
        self.check_not_null_elsewhere(path, data)?;
        self.find_one(path, data).map_err(|error| {
            self.mark(Clause::LimitPathMissingText);
            self.invalid_path(path, &error)
        })
    }

    /// `States.Runtime` for a path that finds nothing although a value is required.
    fn invalid_path(&self, path: &Path, error: &PathError) -> Box<RuntimeError> {
        self.mark(Clause::PathMissing);
        let is_recorded = match error {
            PathError::NoResults(_)
            | PathError::MissingProperty(_)
            | PathError::NamesNotLast(_) => true,
            // Of an element of an array it was not.
            PathError::NotAnObject { path, .. } => !path.ends_with(']') || path.ends_with("']"),
            _ => false,
        };
        if !is_recorded {
            self.mark(Clause::PathMismatchText);
        }
        let text = format!("Invalid path '{path}' : {error}");
        Box::new(RuntimeError::runtime(
            Clause::PathMissing,
            self.active,
            &text,
        ))
    }

    /// Whether a deviating engine takes a text for a timestamp if it is one.
    fn is_timestamp(&self, text: &str) -> bool {
        let deviations = self.execution.deviations();
        deviations.is_none_or(|all| all.is_timestamp(self.active.state.kind(), text))
    }

    fn timestamp_path(&self, path: &Path, data: &Value) -> Result<Millis> {
        self.mark(Clause::WaitTimestampPath);
        self.check_not_null_elsewhere(path, data)?;
        let found = self.find_one(path, data);
        if found.is_err() && self.goes_on(Clause::WaitPathMissing) {
            return Ok(0);
        }
        let value = found.map_err(|_| {
            self.mark(Clause::WaitPathMissing);
            let text =
                format!("The TimestampPath parameter does not reference an input value: {path}");
            Box::new(RuntimeError::runtime(
                Clause::WaitPathMissing,
                self.active,
                &text,
            ))
        })?;
        if value.as_str().is_some_and(Instant::is_nearly_rfc3339) {
            self.mark(Clause::TimestampLexical);
        }
        let text = value.as_str().filter(|text| self.is_timestamp(text));
        match text.and_then(Instant::parse_rfc3339) {
            Some(instant) => Ok(self.execution.until(instant)),
            None if self.goes_on(Clause::WaitTimestampPath) => Ok(0),
            None => {
                let text = format!(
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended \
                     offset date-time format string: {path} == {}",
                    plain(&value)
                );
                let rule = Clause::WaitTimestampPath;
                Err(Box::new(RuntimeError::runtime(rule, self.active, &text)))
            }
        }
    }

    fn seconds_path(&self, path: &Path, data: &Value) -> Result<Millis> {
        self.mark(Clause::WaitSecondsPath);
        let error = |rule, text: String| Box::new(RuntimeError::runtime(rule, self.active, &text));
        self.check_not_null_elsewhere(path, data)?;
        let found = self.find_one(path, data);
        if found.is_err() && self.goes_on(Clause::WaitPathMissing) {
            return Ok(0);
        }
        let value = found.map_err(|_| {
            self.mark(Clause::WaitPathMissing);
            let text =
                format!("The SecondsPath parameter does not reference an input value: {path}");
            error(Clause::WaitPathMissing, text)
        })?;
        let shown = plain(&value);
        match shown.parse::<i64>() {
            Ok(..0) | Err(_) if self.goes_on(Clause::WaitSecondsPath) => Ok(0),
            Ok(seconds) => u64::try_from(seconds)
                .map(|seconds| seconds.saturating_mul(1_000))
                .map_err(|_| {
                    let text = "The SecondsPath parameter references a negative value";
                    error(
                        Clause::WaitSecondsPath,
                        format!("{text}: {path} == {shown}"),
                    )
                }),
            Err(_) => {
                if value.as_f64().is_none_or(|seconds| seconds.fract() == 0.0) {
                    self.mark(Clause::WaitSecondsOdd);
                }
                let text = "The SecondsPath parameter cannot be parsed as a long value";
                Err(error(
                    Clause::WaitSecondsPath,
                    format!("{text}: {path} == {shown}"),
                ))
            }
        }
    }
}

/// A string without its quotes, or any other value as JSON.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether the value at which these steps get stuck is null.
fn meets_null(mut value: &Value, steps: &[path::Step]) -> bool {
    for step in steps {
        let next = match step {
            path::Step::Name(name) => value.get(&**name),
            path::Step::Index(index) => usize::try_from(*index)
                .ok()
                .and_then(|index| value.get(index)),
            // Reference paths contain no other steps.
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => break,
        }
    }
    value.is_null()
}

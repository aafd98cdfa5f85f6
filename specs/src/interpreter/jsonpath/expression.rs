//! The values of paths, payload templates and intrinsic function calls, which read a state's data,
//! the context object and variables.

use std::{borrow::Cow, cell::Cell, fmt::Display};

use serde_json::{Map, Value};

use super::{
    super::{OwnWords, runtime_error::RUNTIME},
    Eval, Result, RuntimeError,
};
use crate::{
    base::json,
    clause::Clause,
    deviation::{Deviations, Hook, Place, Raised, Reading},
    query::jsonpath::{
        intrinsic::{Argument, Call, Function, Host, Invalid},
        path::{LARGEST, Path, PathError, Root, Step},
        template::{Field, FieldValue, Source, Template},
    },
};

impl<'e> Eval<'e> {
    /// The value at `path`; `data` is its `$`.
    pub(super) fn find<'v>(&self, path: &Path, data: &'v Value) -> Result<Cow<'v, Value>, PathError>
    where
        'e: 'v,
    {
        self.settled(self.look(path, data))
    }

    /// What was found, where nobody asks whether it lies outside an array.
    fn settled<'v>(&self, looked: Looked<'v>) -> Result<Cow<'v, Value>, PathError> {
        if looked.is_outside {
            self.mark(Clause::PathIndexOutside);
        }
        looked.found
    }

    /// Like [`Eval::find`], but tells what lies outside an array from null.
    pub(super) fn look<'v>(&self, path: &Path, data: &'v Value) -> Looked<'v>
    where
        'e: 'v,
    {
        let is_outside = Cell::new(false);
        let found = self.walk(path, data, &|clause| match clause {
            Clause::PathIndexOutside => is_outside.set(true),
            clause => self.mark(clause),
        });
        let deviates = is_outside.get() && path.is_definite() && self.breaks(Hook::IndexOutside);
        if deviates && found.is_ok() {
            self.execution.speak(OwnWords::Said);
            return Looked {
                found: Err(PathError::NoResults(path.to_string())),
                is_outside: false,
            };
        }
        Looked {
            found,
            is_outside: is_outside.get(),
        }
    }

    fn walk<'v>(
        &self,
        path: &Path,
        data: &'v Value,
        mark: &dyn Fn(Clause),
    ) -> Result<Cow<'v, Value>, PathError>
    where
        'e: 'v,
    {
        let kind = self.active.state.kind();
        let place = self.place.get();
        let deviations = self.execution.deviations();
        let finds = |path: &Path| self.found_at(path, data);
        let reading = Reading {
            path,
            place,
            kind,
            finds: &finds,
        };
        let instead = deviations.and_then(|all| all.read_instead(reading));
        let path = instead.as_ref().unwrap_or(path);
        let meter = &self.execution.meter;
        let found = match path.root() {
            Root::Data => path.find_metered(data, mark, meter),
            Root::Context => {
                self.mark(Clause::ContextPath);
                match self.context_value(path) {
                    Some(value) => Ok(value),
                    None => path
                        .find_metered(&self.context_around(path), mark, meter)
                        .map(|value| Cow::Owned(value.into_owned())),
                }
            }
            Root::Variable(name) => {
                self.mark(Clause::VariableRead);
                match self.variable(name) {
                    Some(value) => path.find_metered(value, mark, meter),
                    None => {
                        // A deviation may say what reading a variable comes to, whatever it is.
                        if !deviations.is_some_and(Deviations::answers_variables) {
                            self.mark(Clause::VariableUndefined);
                        }
                        Err(PathError::NoResults(format!("${name}")))
                    }
                }
            }
        };
        if !path.is_definite() {
            self.mark(Clause::PathSeveral);
        }
        match found {
            Err(PathError::ForeignPattern) => {
                self.unsupported("Java's regular expressions");
            }
            Err(PathError::Spent) => {
                self.too_much_work();
            }
            _ => {}
        }
        let Some(all) = deviations else {
            return found;
        };
        let is_null = data.is_null() && *path.root() == Root::Data;
        if is_null && !path.steps().is_empty() && all.goes_on(Clause::PathNull, kind) {
            return Ok(Cow::Owned(Value::Null));
        }
        if all.finds_other(reading, found.as_ref().map(|it| &**it)) {
            self.execution.leave_open();
        }
        all.found(reading, found).unwrap_or_else(|| {
            self.execution.speak(OwnWords::Said);
            Err(PathError::NoResults(path.to_string()))
        })
    }

    /// What a path leads to, by the rules.
    fn found_at(&self, path: &Path, data: &Value) -> Option<Value> {
        let found = match path.root() {
            Root::Data => path.find(data),
            Root::Context => {
                return path
                    .find(&self.context_around(path))
                    .ok()
                    .map(Cow::into_owned);
            }
            Root::Variable(name) => path.find(self.variable(name)?),
        };
        found.ok().map(Cow::into_owned)
    }

    /// Fails if a path is applied to null (clause `data.path.null`).
    pub(super) fn check_not_null(&self, path: &Path, data: &Value) -> Result<()> {
        if !data.is_null() || *path.root() != Root::Data || self.goes_on(Clause::PathNull) {
            return Ok(());
        }
        self.mark(Clause::PathNull);
        self.mark(Clause::PathNullError);
        let text = "Unable to apply Path transformation to null or empty input.";
        Err(Box::new(RuntimeError::runtime(
            Clause::PathNull,
            self.active,
            text,
        )))
    }

    /// The same for a payload template.
    fn check_not_null_in_template(&self, path: &Path, data: &Value) -> Result<()> {
        let checked = self.check_not_null(path, data);
        if checked.is_err() {
            self.mark(Clause::PathNullTemplate);
        }
        checked
    }

    /// The same for a field of which it was not seen.
    pub(super) fn check_not_null_elsewhere(&self, path: &Path, data: &Value) -> Result<()> {
        let checked = self.check_not_null(path, data);
        if checked.is_err() {
            self.mark(Clause::PathNullElsewhere);
        }
        checked
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
        self.settled(self.look_for_one(path, data))
    }

    /// Like [`Eval::find_one`], but tells what lies outside an array from null.
    pub(super) fn look_for_one<'v>(&self, path: &Path, data: &'v Value) -> Looked<'v>
    where
        'e: 'v,
    {
        if !path.is_definite() {
            self.mark(Clause::PathSeveralElsewhere);
        }
        let looked = self.look(path, data);
        if let Err(PathError::TooLarge) = looked.found {
            self.mark(Clause::DataLimitWithin);
        }
        looked
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
        let input = || {
            let is_other = self.execution.given_context().is_some();
            let input = (!is_other).then_some(&self.execution.setup.input)?;
            path.find_below(&["Execution", "Input"], input)
        };
        let item = || path.find_below(&["Map", "Item", "Value"], self.item?.1);
        input().or_else(item).map(Cow::Borrowed)
    }

    /// The part of the context object that a path can reach.
    fn context_around(&self, path: &Path) -> Value {
        self.context(|depth, name| match path.steps().get(depth) {
            Some(Step::Name(wanted)) => **wanted == *name,
            _ => true,
        })
    }

    /// A payload template; `data` is what its `$` stands for. `None`: it would be more than can be
    /// made. Everything in it is evaluated all the same, because an error counts more.
    pub(super) fn template(&self, template: &Template, data: &Value) -> Result<Option<Value>> {
        let mut room = Room(LARGEST);
        let made = self.fill(template, data, &mut room)?;
        Ok((!room.is_full()).then_some(made))
    }

    /// A part of a payload template, as long as there is room.
    fn fill(&self, template: &Template, data: &Value, room: &mut Room) -> Result<Value> {
        match template {
            Template::Literal(value) => Ok(if room.take(json::memory(value)) {
                Value::clone(value)
            } else {
                Value::Null
            }),
            Template::Array(elements) => elements
                .iter()
                .map(|element| self.fill(element, data, room))
                .collect(),
            Template::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for Field { name, value } in fields {
                    let value = match value {
                        FieldValue::Nested(nested) => self.fill(nested, data, room)?,
                        FieldValue::Dynamic(source) => {
                            let field = format_args!("{name}.$");
                            let found = self.source(source, data, &field)?;
                            match found {
                                Some((found, memory)) if room.take(memory) => found.into_owned(),
                                Some(_) => Value::Null,
                                None => room.close(),
                            }
                        }
                    };
                    object.insert(name.clone(), value);
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// A dynamic value for the field `field`, and how much memory it takes; `None` if it is more than
    /// can be made.
    pub(super) fn source<'v>(
        &self,
        source: &Source,
        data: &'v Value,
        field: &dyn Display,
    ) -> Result<Option<(Cow<'v, Value>, usize)>>
    where
        'e: 'v,
    {
        let path = match source {
            Source::Path(path) => path,
            Source::Intrinsic(call) => {
                if self.passes_over_calls() {
                    return Err(self.own_failure(RUNTIME, Clause::TemplatePathMissing));
                }
                let (value, memory) = self.call(call, call, data)?;
                return Ok(Some((Cow::Owned(value), memory)));
            }
        };
        self.check_not_null_in_template(path, data)?;
        let looked = self.look(path, data);
        if looked.is_outside {
            self.mark(if looked.is_nothing(path) && path.ends_in_index() {
                Clause::PathIndexOutsideTemplate
            } else {
                Clause::PathIndexOutside
            });
        }
        match looked.found {
            Ok(value) => {
                self.mark(Clause::TemplatePath);
                let memory = json::memory(&value);
                Ok(Some((value, memory)))
            }
            Err(PathError::TooLarge) => Ok(None),
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
                let rule = Clause::TemplatePathMissing;
                Err(Box::new(RuntimeError::runtime(rule, self.active, &text)))
            }
        }
    }

    /// The value of an intrinsic function call, and how much memory it takes; `whole` is the outermost
    /// one, which causes quote.
    fn call(&self, call: &Call, whole: &Call, data: &Value) -> Result<(Value, usize)> {
        let function = call.function();
        let mut memory = 0;
        let mut arguments: Vec<Cow<'_, Value>> = Vec::with_capacity(call.arguments().len());
        for argument in call.arguments() {
            if function == Function::JsonToString && !matches!(argument, Argument::Path(_)) {
                self.mark(Clause::IntrinsicJsonToStringOfNoPath);
            }
            // A template keeps its escapes until it is filled in.
            let is_template = function == Function::Format && arguments.is_empty();
            let (argument, size) = match argument {
                Argument::Literal(value) if is_template => (Cow::Borrowed(value), 0),
                Argument::Literal(value) => (self.literal(value), 0),
                Argument::Path(path) => {
                    let place = self.place.replace(Place::Argument);
                    let found = self.argument(path, whole, data);
                    self.at(place);
                    let found = found?;
                    let reads = function.reads_all() || matches!(found, Cow::Owned(_));
                    let size = if reads { json::memory(&found) } else { 0 };
                    (found, size)
                }
                Argument::Call(call) => {
                    let (made, size) = self.call(call, whole, data)?;
                    (Cow::Owned(made), size)
                }
            };
            self.spend(size)?;
            let is_copied = function == Function::Array || matches!(argument, Cow::Owned(_));
            memory += if is_copied { size } else { 0 };
            if memory > LARGEST {
                return Err(self.too_large());
            }
            arguments.push(argument);
        }
        let answer = match self.execution.deviations() {
            None => function.apply(arguments, self),
            Some(all) => {
                if all.answers_other(function, &arguments) {
                    self.execution.leave_open();
                }
                all.arguments(function, &mut arguments);
                if let Some(raised) = all.refuses(function, &arguments) {
                    return Err(self.refused(raised));
                }
                let answer = function.apply(arguments.clone(), self);
                if let (Ok(answer), Some(raised)) = (&answer, all.refuses_to_give(function))
                    && answer.as_str().is_some_and(|text| !text.is_ascii())
                {
                    return Err(self.refused(raised));
                }
                answer.map(|answer| all.answer(function, &arguments, answer))
            }
        };
        let invalid = match answer {
            Err(invalid) => invalid,
            Ok(answer) => {
                let memory = if function.is_flat() {
                    json::shallow_memory(&answer)
                } else {
                    json::memory(&answer)
                };
                self.spend(memory)?;
                return Ok((answer, memory));
            }
        };
        if invalid == Invalid::TooLarge {
            return Err(self.too_large());
        }
        let deviations = self.execution.deviations();
        if let Some(raised) = deviations.and_then(|all| all.error_of_invalid(function)) {
            self.mark(Clause::IntrinsicInvalid);
            return Err(self.refused(raised));
        }
        if self.goes_on(Clause::IntrinsicInvalid) {
            return Ok((Value::Null, 0));
        }
        self.mark(Clause::IntrinsicInvalid);
        if invalid != Invalid::Type || call != whole {
            self.mark(Clause::IntrinsicInvalidText);
        }
        let reason = match invalid {
            Invalid::Template => {
                "Invalid template in States.Format: matching '}' not found for '{'.".to_owned()
            }
            _ => format!("Invalid arguments in {}", function.name()),
        };
        let text = format!(
            "There was an error while evaluating the intrinsic function: {whole}. {reason}"
        );
        Err(Box::new(RuntimeError::runtime(
            Clause::IntrinsicInvalid,
            self.active,
            &text,
        )))
    }

    /// Whether a deviation breaks this rule.
    fn breaks(&self, rule: Hook) -> bool {
        let deviations = self.execution.deviations();
        deviations.is_some_and(|all| all.ignore(rule, self.active.state.kind()))
    }

    /// Whether a deviation says with which error a state fails by this rule.
    pub(super) fn raises_otherwise(&self, rule: Clause) -> bool {
        let deviations = self.execution.deviations();
        deviations.is_some_and(|all| all.raised(rule, self.active.state.kind()).is_some())
    }

    /// Whether a deviation takes the calls for paths that find nothing in the place that is read.
    fn passes_over_calls(&self) -> bool {
        let (kind, place) = (self.active.state.kind(), self.place.get());
        let deviations = self.execution.deviations();
        deviations.is_some_and(|all| all.passes_over_calls(kind, place))
    }

    /// A literal among the arguments of a call.
    fn literal<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        let deviations = self.execution.deviations();
        let read = deviations.and_then(|all| all.literal(value));
        read.map_or(Cow::Borrowed(value), Cow::Owned)
    }

    /// The error of an engine that fails where the language does not.
    pub(super) fn own_failure(&self, name: &str, rule: Clause) -> Box<RuntimeError> {
        self.execution.speak(OwnWords::Said);
        Box::new(RuntimeError {
            terminal: name == RUNTIME,
            ..RuntimeError::named(name, rule, "the engine fails in its own words")
        })
    }

    /// The error of an engine that does not take the arguments of a call.
    fn refused(&self, raised: Raised<'_>) -> Box<RuntimeError> {
        let rule = Clause::IntrinsicInvalid;
        let name = raised.name.unwrap_or(RUNTIME);
        match raised.cause {
            None => self.own_failure(name, rule),
            Some(cause) => Box::new(RuntimeError {
                terminal: raised.ends,
                ..RuntimeError::named(name, rule, cause)
            }),
        }
    }

    /// The value of a path among the arguments of a call.
    fn argument<'v>(&self, path: &Path, whole: &Call, data: &'v Value) -> Result<Cow<'v, Value>>
    where
        'e: 'v,
    {
        if !path.brackets_odd_names() {
            self.mark(Clause::IntrinsicArgumentName);
        }
        self.check_not_null_elsewhere(path, data)?;
        let looked = self.look(path, data);
        if looked.is_outside {
            self.mark(Clause::PathIndexOutside);
        }
        let found = if looked.is_nothing(path) {
            Err(PathError::NoResults(path.to_string()))
        } else {
            looked.found
        };
        found.map_err(|error| {
            if error == PathError::TooLarge {
                return self.too_large();
            }
            self.mark(Clause::IntrinsicArgumentMissing);
            self.mark(Clause::IntrinsicArgumentMissingText);
            let text = format!(
                "The function '{whole}' had the following error: The JsonPath argument for the \
                 field '{path}' could not be found in the input '{data}'"
            );
            let rule = Clause::IntrinsicArgumentMissing;
            Box::new(RuntimeError::runtime(rule, self.active, &text))
        })
    }
}

/// What a path leads to.
pub(super) struct Looked<'v> {
    /// The value there.
    pub found: Result<Cow<'v, Value>, PathError>,
    /// Whether an index led outside an array, where there is null.
    pub is_outside: bool,
}

impl Looked<'_> {
    /// Whether a path to one value leads outside an array.
    pub fn is_nothing(&self, path: &Path) -> bool {
        self.is_outside && path.is_definite() && self.found.is_ok()
    }
}

/// How much more memory what is being made may take.
struct Room(usize);

impl Room {
    /// Makes room for a value, if there is some.
    fn take(&mut self, memory: usize) -> bool {
        self.0 = self.0.saturating_sub(memory);
        self.0 > 0
    }

    /// There is no more room; the value is left out.
    fn close(&mut self) -> Value {
        self.0 = 0;
        Value::Null
    }

    fn is_full(&self) -> bool {
        self.0 == 0
    }
}

impl Host for Eval<'_> {
    fn mark(&self, clause: Clause) {
        self.execution.mark(clause);
    }

    fn entropy(&self) -> u64 {
        self.execution.draw()
    }

    fn leaves_fractions(&self) -> bool {
        self.breaks(Hook::Rounding)
    }

    fn joins_delimiters(&self) -> bool {
        self.breaks(Hook::SplitDelimiters)
    }

    fn keeps_empty_pieces(&self) -> bool {
        self.breaks(Hook::EmptyPieces)
    }

    fn takes_latin_1(&self) -> bool {
        self.breaks(Hook::TextBytes)
    }
}

//! A cursor over the fields of one object. It reads them and records every diagnostic, rather than
//! stopping at the first.
//!
//! After a diagnostic the reader goes on with a placeholder; a machine with diagnostics is never
//! returned. A message is AWS's where a comment says that it was recorded; the others are ours.

use std::{fmt, ops::RangeInclusive};

use serde_json::{Number, Value};

use super::{Limit, Nullable, QueryLanguage};
use crate::{
    asl::diagnostic::{About, Code, Diagnostic, Evidence, Extent},
    base::{pointer::Pointer, time::Instant},
    clause::Clause,
    query::{
        jsonata::{self, Expression},
        jsonpath::{
            path::{Path, Root, SyntaxError},
            template::{Source, SourceError, Template, TemplateError},
        },
    },
};

/// AWS's message for a literal that is not a timestamp (recorded).
const NO_TIMESTAMP: &str = "String does not match RFC3339 timestamp";

/// A JSON object.
pub(super) type Object = serde_json::Map<String, Value>;

/// The query languages in effect at one location.
#[derive(Clone, Copy)]
pub(super) struct Languages {
    /// The language of the machine: the default of every state at any depth.
    pub(super) machine: QueryLanguage,
    /// The language of the state at hand.
    pub(super) state: QueryLanguage,
}

/// The field names that are worth suggesting for a misspelt one.
pub(super) const KNOWN: [&str; 47] = [
    "Arguments",
    "Assign",
    "BackoffRate",
    "Branches",
    "Catch",
    "Cause",
    "CausePath",
    "Choices",
    "Comment",
    "Condition",
    "Credentials",
    "Default",
    "End",
    "Error",
    "ErrorEquals",
    "ErrorPath",
    "HeartbeatSeconds",
    "HeartbeatSecondsPath",
    "InputPath",
    "IntervalSeconds",
    "ItemProcessor",
    "ItemReader",
    "ItemSelector",
    "Items",
    "ItemsPath",
    "JitterStrategy",
    "MaxAttempts",
    "MaxConcurrency",
    "MaxDelaySeconds",
    "Next",
    "Output",
    "OutputPath",
    "Parameters",
    "ProcessorConfig",
    "QueryLanguage",
    "Resource",
    "Result",
    "ResultPath",
    "ResultSelector",
    "Retry",
    "Seconds",
    "StartAt",
    "States",
    "TimeoutSeconds",
    "Timestamp",
    "Type",
    "Variable",
];

/// The cursor.
pub(super) struct Fields<'v, 'p, 'd> {
    object: &'v Object,
    /// The location of the object.
    pub(super) at: &'p Pointer<'p>,
    pub(super) languages: Languages,
    pub(super) problems: &'d mut Vec<Diagnostic>,
    missing: Vec<&'static str>,
}

/// A cursor over the object at a location; if the value is not an object, a diagnostic and an empty
/// cursor.
pub(super) fn object<'v>(
    value: &'v Value,
    at: &Pointer<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'v Object> {
    if !value.is_object() {
        problems.push(schema(
            Clause::ValidateKind,
            "The value must be an OBJECT",
            at,
        ));
    }
    value.as_object()
}

/// Objects with up to this many fields are searched linearly instead of by hash.
const SEARCHED: usize = 16;

/// A field of an object. The objects of a definition are small, and comparing lengths first is
/// faster than hashing.
pub(super) fn lookup<'v>(object: &'v Object, name: &str) -> Option<&'v Value> {
    if object.len() > SEARCHED {
        return object.get(name);
    }
    object
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A schema error.
pub(crate) fn schema(clause: Clause, message: impl Into<String>, at: &Pointer<'_>) -> Diagnostic {
    Diagnostic::error(Code::SchemaValidationFailed, clause, message, at)
}

impl<'v, 'p, 'd> Fields<'v, 'p, 'd> {
    pub(super) fn new(
        object: &'v Object,
        at: &'p Pointer<'p>,
        languages: Languages,
        problems: &'d mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            object,
            at,
            languages,
            problems,
            missing: Vec::new(),
        }
    }

    /// Reports the required fields that were not there, all in one diagnostic (recorded:
    /// `These fields are required: [States, StartAt]`).
    pub(super) fn finish(self) {
        if !self.missing.is_empty() {
            let names = self.missing.join(", ");
            let message = format!("These fields are required: [{names}]");
            let clause = match self.at {
                Pointer::Root => Clause::ValidateRequiredMachine,
                Pointer::Field(_, "ProcessorConfig") => Clause::ValidateRequiredProcessor,
                _ => Clause::ValidateRequired,
            };
            let problem = schema(clause, message, self.at);
            self.problems
                .push(problem.about(About::Missing(self.missing)));
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'v String> + use<'v> {
        self.object.keys()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'v String, &'v Value)> + use<'v> {
        self.object.iter()
    }

    pub(super) fn is_jsonata(&self) -> bool {
        self.languages.state == QueryLanguage::Jsonata
    }

    /// Reports a diagnostic about the object.
    pub(super) fn complain(&mut self, clause: Clause, message: impl Into<String>) {
        self.complain_about(About::Location, clause, message);
    }

    /// Reports a diagnostic about some fields of the object.
    pub(super) fn complain_about(
        &mut self,
        about: About,
        clause: Clause,
        message: impl Into<String>,
    ) {
        let problem = schema(clause, message, self.at);
        self.problems.push(problem.about(about));
    }

    /// Reports a diagnostic about one of its fields.
    pub(super) fn complain_at(&mut self, field: &str, clause: Clause, message: impl Into<String>) {
        let at = self.at.field(field);
        self.problems.push(schema(clause, message, &at));
    }

    /// Reports a field whose value does not have the type that the specification requires. The
    /// message was recorded in 2026-09 for the parameters of AWS SDK integrations.
    pub(super) fn wrong_type(&mut self, field: &str, expected: &str) {
        self.wrong_type_by(Clause::ValidateKind, field, expected);
    }

    fn wrong_type_by(&mut self, clause: Clause, field: &str, expected: &str) {
        let message = format!("The value for the field '{field}' must be {expected}");
        self.complain_at(field, clause, message);
    }

    /// Reports a field that the object does not have (recorded in 2026-09 for fields of states:
    /// `Field 'ResultSelector' is not supported`; the types cannot hold unknown fields).
    pub(super) fn unsupported(&mut self, clause: Clause, field: &str) {
        let evidence = match clause {
            // Reported without the location.
            Clause::ValidateUnknown | Clause::ValidateCsvHeaderElsewhere => Evidence::TEXT,
            _ => Evidence::of(clause),
        };
        let message = format!("Field '{field}' is not supported");
        let problem = schema(clause, message, self.at).known(evidence);
        let about = About::Unsupported(field.to_owned());
        self.problems.push(problem.about(about));
    }

    /// Reports every field that is not in the list.
    pub(super) fn only(&mut self, known: &[&str]) {
        for field in self.keys() {
            if field != "Comment" && !known.contains(&field.as_str()) {
                self.unsupported(Clause::ValidateUnknownInner, field);
            }
        }
    }

    /// Reports a field of the other query language (recorded in 2026-09 for fields of states).
    pub(super) fn of_language(&mut self, clause: Clause, field: &str, language: QueryLanguage) {
        let (set, wanted) = (self.languages.state.name(), language.name());
        let message = format!(
            "The QueryLanguage is set to '{set}', but field '{field}' is only supported for the '{wanted}' QueryLanguage"
        );
        let about = About::OfLanguage(field.to_owned(), language);
        self.complain_about(about, clause, message);
    }

    /// Reports unless exactly one of these fields is present, by one clause if there are several and
    /// by another if there is none; returns whether exactly one is.
    pub(super) fn exactly_one(
        &mut self,
        several: Clause,
        none: Clause,
        names: &[&'static str],
    ) -> bool {
        let present = self.count(names);
        match present {
            0 => self.none_of(none, names),
            1 => {}
            _ => self.too_many(several, names),
        }
        present == 1
    }

    /// Reports that none of these fields is present, of which one is required (measured in 2026-09
    /// for `Next` and `End`, without the location).
    pub(super) fn none_of(&mut self, clause: Clause, names: &[&'static str]) {
        let message = format!(
            "This object should have only one of the following fields: [{}]",
            names.join(", ")
        );
        let evidence = match clause {
            Clause::ValidateTransition if !self.has("End") => Evidence::TEXT,
            _ => Evidence::NONE,
        };
        let problem = schema(clause, message, self.at).known(evidence);
        self.problems
            .push(problem.about(About::NoneOf(names.to_vec())));
    }

    /// Reports if more than one of these fields is present.
    pub(super) fn at_most_one(&mut self, clause: Clause, names: &[&'static str]) {
        if self.count(names) > 1 {
            self.too_many(clause, names);
        }
    }

    pub(super) fn count(&self, names: &[&str]) -> usize {
        names.iter().filter(|name| self.has(name)).count()
    }

    /// Reports that several of these fields are present (measured in 2026-09 for `Next` and `End`
    /// and for others, without the location; only of those two the order is known).
    pub(super) fn too_many(&mut self, clause: Clause, names: &[&'static str]) {
        let message = format!(
            "There should only be one of the following fields: [{}]",
            names.join(", ")
        );
        let evidence = match (clause, Evidence::of(clause)) {
            (Clause::ValidateTransition, _) => Evidence::TEXT,
            // The four forms of JSONPath were measured, not the two of JSONata.
            (Clause::ValidateWaitForm, _) if self.is_jsonata() => Evidence::NONE,
            (_, Evidence::NONE) => Evidence::NONE,
            _ => Evidence::CODE,
        };
        let problem = schema(clause, message, self.at).known(evidence);
        self.problems
            .push(problem.about(About::SeveralOf(names.to_vec())));
    }

    pub(super) fn get(&self, name: &str) -> Option<&'v Value> {
        lookup(self.object, name)
    }

    /// A required field.
    pub(super) fn required(&mut self, name: &'static str) -> Option<&'v Value> {
        let value = self.get(name);
        if value.is_none() {
            self.missing.push(name);
        }
        value
    }

    pub(super) fn str(&mut self, name: &str) -> Option<&'v str> {
        let text = self.get(name)?.as_str();
        if text.is_none() {
            self.wrong_type(name, "a STRING");
        }
        text
    }

    pub(super) fn string(&mut self, name: &str) -> Option<String> {
        self.str(name).map(str::to_owned)
    }

    /// A required string.
    pub(super) fn required_str(&mut self, name: &'static str) -> &'v str {
        self.required(name);
        self.str(name).unwrap_or_default()
    }

    /// One of a few words (recorded for `Type`:
    /// `The field 'Type' should have one of these values`; measured in 2026-09 for `Version`, without
    /// the location: `Value should be one of the following`).
    pub(super) fn word(&mut self, name: &'static str, words: &[&str]) -> Option<&'v str> {
        let text = self.str(name)?;
        if !words.contains(&text) {
            let words = words.join(", ");
            let of_field =
                || format!("The field '{name}' should have one of these values: [{words}]");
            let of_value = || format!("Value should be one of the following: [{words}]");
            let (clause, message, evidence) = match name {
                "Type" => (Clause::ValidateType, of_field(), Evidence::WHOLE),
                "Version" => (Clause::ValidateVersion, of_value(), Evidence::TEXT),
                _ => (Clause::ValidateWord, of_value(), Evidence::NONE),
            };
            let problem = schema(clause, message, &self.at.field(name)).known(evidence);
            self.problems.push(problem.about(About::Word(name)));
        }
        Some(text)
    }

    /// An integer in a range.
    pub(super) fn integer(&mut self, name: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let value = self.get(name)?;
        let Value::Number(number) = value else {
            self.wrong_type(name, "an INTEGER");
            return None;
        };
        match (number.as_u64(), number.as_i64()) {
            (Some(value), _) if value > *range.end() => self.too_great(name, range.end()),
            (Some(value), _) if value >= *range.start() => {}
            (None, None) if number.as_f64().is_some_and(|it| it > float(*range.end())) => {
                self.too_great(name, range.end());
            }
            (None, None) if number.as_f64().is_some_and(|it| it.fract() == 0.0) => {
                self.wrong_type_by(Clause::ValidateKindFloat, name, "an INTEGER");
            }
            (None, None) => self.wrong_type(name, "an INTEGER"),
            _ => self.too_small(name, range.start()),
        }
        number.as_u64()
    }

    /// A number in a range.
    pub(super) fn number(&mut self, name: &str, range: &RangeInclusive<f64>) -> Option<Number> {
        let Value::Number(number) = self.get(name)? else {
            self.wrong_type(name, "a NUMBER");
            return None;
        };
        let value = number.as_f64().unwrap_or(f64::INFINITY);
        if value < *range.start() {
            self.too_small(name, range.start());
        }
        if value > *range.end() {
            self.too_great(name, range.end());
        }
        Some(number.clone())
    }

    /// The wording follows that for maxima.
    fn too_small(&mut self, name: &str, least: &impl fmt::Display) {
        let message = format!("Minimum value is {least}");
        self.complain_at(name, Clause::ValidateLow, message);
    }

    /// The wording was reported for `Seconds`: `Maximum value is 99999999`.
    fn too_great(&mut self, name: &str, most: &impl fmt::Display) {
        let clause = match name {
            "Seconds" => Clause::ValidateHighWait,
            "TimeoutSeconds" | "HeartbeatSeconds" => Clause::ValidateHighTimeout,
            _ => Clause::ValidateHigh,
        };
        self.complain_at(name, clause, format!("Maximum value is {most}"));
    }

    /// A whole number as a literal, as a JSONata expression, or by its `…Path` twin; not both
    /// (specification, "Timeouts", "Map State concurrency" and others).
    pub(super) fn limit(
        &mut self,
        name: &'static str,
        twin: &'static str,
        range: &RangeInclusive<u64>,
    ) -> Option<Limit> {
        self.limit_or(name, twin, |fields| {
            fields.integer(name, range).map(Limit::Literal)
        })
    }

    /// A number by its `…Path` twin, as a JSONata expression, or as `literal` reads it.
    pub(super) fn limit_or(
        &mut self,
        name: &'static str,
        twin: &'static str,
        literal: impl FnOnce(&mut Self) -> Option<Limit>,
    ) -> Option<Limit> {
        if !self.is_jsonata() && self.has(twin) {
            self.at_most_one(Clause::ValidateTwins, &[name, twin]);
            return self
                .reference(Clause::ValidateReferencePath, twin)
                .map(Limit::Path);
        }
        match self.expression(name) {
            Ok(Some(expression)) => Some(Limit::Expression(expression)),
            Ok(None) => literal(self),
            Err(NoExpression) => None,
        }
    }

    /// The JSONata expression in a field, if the field has one. What only looks like one is reported.
    pub(super) fn expression(&mut self, name: &str) -> Result<Option<Expression>, NoExpression> {
        let text = self.get(name).and_then(Value::as_str);
        let Some(text) = text.filter(|_| self.is_jsonata()) else {
            return Ok(None);
        };
        Expression::parse(text).map_err(|error| {
            let problem = no_expression(&error, &self.at.field(name));
            self.problems.push(problem);
            NoExpression
        })
    }

    /// A literal timestamp, which some clause wants in RFC 3339 format.
    pub(super) fn timestamp(&mut self, clause: Clause, name: &str, text: &str) {
        let clause = match Instant::parse_rfc3339(text) {
            Some(_) => return,
            None if Instant::is_nearly_rfc3339(text) => Clause::TimestampLexical,
            None => clause,
        };
        self.complain_at(name, clause, NO_TIMESTAMP);
    }

    /// A path (specification, "Paths"; the wording was measured in 2026-09 for `InputPath` and
    /// `OutputPath`).
    pub(super) fn path(&mut self, name: &str) -> Option<Path> {
        let text = self.str(name)?;
        Path::parse(text)
            .map_err(|error| {
                let message = "Value must be a valid JSONPath.";
                let problem = schema(Clause::ValidatePath, message, &self.at.field(name));
                self.problems
                    .push(problem.about(About::Path(fault(&error))));
            })
            .ok()
    }

    /// A reference path: a path to one value (specification, "Reference Paths").
    pub(super) fn reference(&mut self, clause: Clause, name: &str) -> Option<Path> {
        let text = self.str(name)?;
        reference_path(text)
            .map_err(|fault| self.no_reference(clause, name, text, fault))
            .ok()
    }

    /// `ResultPath`: a path to one value in the state's data, and neither into the context object
    /// nor into a variable (specification, "Reference Paths", "Input and Output Processing with
    /// JSONPath" and "State Machine Variables").
    pub(super) fn result_path(&mut self, name: &str) -> Option<Path> {
        let clause = Clause::ValidateReferencePath;
        let path = self.reference(clause, name)?;
        if *path.root() == Root::Data {
            return Some(path);
        }
        let why = "it leads neither to the context object nor to a variable".to_owned();
        self.no_reference(clause, name, path.text(), NoReference::sure(why));
        None
    }

    /// Reports a field that is no reference path (measured in 2026-09 for a `Variable` without `$`
    /// and for an `ItemsPath` with a wildcard, whose message may go on).
    fn no_reference(&mut self, clause: Clause, name: &str, text: &str, fault: NoReference) {
        let start = Evidence {
            message: Extent::Start,
            ..Evidence::WHOLE
        };
        let (clause, evidence) = match (clause, text.starts_with('$')) {
            _ if !fault.is_sure => (Clause::ValidateReferenceDoubtful, Evidence::NONE),
            (Clause::ValidateReferenceItems, true) if text.contains('*') => (clause, start),
            (Clause::ValidateReferenceChoice, false) if name == "Variable" => {
                (Clause::ValidateReferenceVariable, Evidence::WHOLE)
            }
            _ => (clause, Evidence::NONE),
        };
        let message = if text.starts_with('$') {
            "Value is not a Reference Path"
        } else {
            "Value is not a Reference Path: Reference path didn't start with '$'"
        };
        let problem = schema(clause, message, &self.at.field(name)).known(evidence);
        self.problems.push(problem.about(About::Path(fault.why)));
    }

    /// `InputPath` and similar fields: absent, null or set.
    pub(super) fn nullable(
        &mut self,
        name: &str,
        read: fn(&mut Self, &str) -> Option<Path>,
    ) -> Nullable<Path> {
        match self.get(name) {
            None => Nullable::Absent,
            Some(Value::Null) => Nullable::Null,
            Some(_) => read(self, name).map_or(Nullable::Absent, Nullable::Set),
        }
    }

    /// A reference path or an intrinsic function call (specification, "JSONPath Fail State"; the
    /// wording was recorded for the fields of templates).
    pub(super) fn source(&mut self, name: &str) -> Option<Source> {
        let text = self.str(name)?;
        match Source::parse(text) {
            Ok(Source::Path(_)) => self
                .reference(Clause::ValidateReferencePath, name)
                .map(Source::Path),
            Ok(call) => Some(call),
            Err(error) => {
                let problem = schema(
                    Clause::ValidateSource,
                    no_source(name),
                    &self.at.field(name),
                );
                let about = About::Path(source_fault(&error));
                self.problems.push(problem.about(about));
                None
            }
        }
    }

    /// A payload template of JSONPath (specification, "Payload Template": an object; AWS takes any
    /// JSON, clause `data.template.no-object`). In a JSONata state, which must not have the field, it
    /// is read as a JSONata template.
    pub(super) fn template(&mut self, name: &str) -> Option<Template> {
        self.payload(name).0
    }

    /// JSON with dynamic values, in the state's language.
    pub(super) fn payload(&mut self, name: &str) -> (Option<Template>, Option<jsonata::Template>) {
        if self.is_jsonata() {
            return (None, self.jsonata(name));
        }
        let Some(value) = self.get(name) else {
            return (None, None);
        };
        let may_be_anything = matches!(name, "Parameters" | "ResultSelector");
        if !value.is_object() && !may_be_anything {
            self.wrong_type_by(Clause::ValidateTemplateObject, name, "an OBJECT");
            return (None, None);
        }
        let template = Template::parse(value).map_err(|errors| {
            let at = self.at.field(name);
            for error in errors {
                self.problems.push(template_complaint(&error, &at));
            }
        });
        (template.ok(), None)
    }

    /// A field of JSONata: any value, whose strings may be expressions (Developer Guide,
    /// "Transforming data with JSONata").
    pub(super) fn jsonata(&mut self, name: &str) -> Option<jsonata::Template> {
        let at = self.at.field(name);
        let problems = &mut *self.problems;
        let mut wrong = |error: jsonata::SyntaxError, at: &Pointer<'_>| {
            problems.push(no_expression(&error, at));
        };
        Some(jsonata::Template::parse(
            lookup(self.object, name)?,
            &at,
            &mut wrong,
        ))
    }

    /// The elements of an array, each read with its location.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&'v Value, &Pointer<'_>, Languages, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.get(name)? else {
            self.wrong_type(name, "an ARRAY");
            return None;
        };
        let at = self.at.field(name);
        Some(
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| {
                    read(item, &at.index(index), self.languages, self.problems)
                })
                .collect(),
        )
    }

    /// A required list that must not be empty (recorded for `Branches`: `Value cannot be empty`).
    pub(super) fn required_list<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&'v Value, &Pointer<'_>, Languages, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Vec<T> {
        if self
            .required(name)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            let clause = match name {
                "Branches" => Clause::ValidateEmptyBranches,
                _ => Clause::ValidateEmpty,
            };
            self.complain_at(name, clause, "Value cannot be empty");
        }
        self.list(name, read).unwrap_or_default()
    }
}

/// A maximum as a float; one that no documented limit comes near is above every number.
fn float(most: u64) -> f64 {
    u32::try_from(most).map_or(f64::INFINITY, f64::from)
}

/// Why a text is no reference path.
struct NoReference {
    /// Whether AWS is known to refuse it, too.
    is_sure: bool,
    why: String,
}

impl NoReference {
    fn sure(why: String) -> Self {
        Self { is_sure: true, why }
    }

    fn doubtful(why: String) -> Self {
        Self {
            is_sure: false,
            why,
        }
    }
}

/// Parses a reference path (specification, "Reference Paths": a path to a single value, without the
/// operators `@ , : ?`). What else AWS takes for one is not known: a page of the Developer Guide has a
/// filter among its examples.
fn reference_path(text: &str) -> Result<Path, NoReference> {
    // Here a backslash only ever stands before the character that it means.
    let is_escaped = text.contains('\\');
    let path = Path::parse(text).map_err(|error| {
        let why = fault(&error);
        if is_escaped {
            NoReference::doubtful(why)
        } else {
            NoReference::sure(why)
        }
    })?;
    if path.selects_several() {
        let why = format!("'{text}' has a part that may select several values: {ONE_PLACE}");
        return Err(NoReference::sure(why));
    }
    if !path.is_reference() {
        return Err(NoReference::doubtful(format!("'{text}': {ONE_PLACE}")));
    }
    let mut quoted = false;
    let operator = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '\'';
        !quoted && matches!(c, '@' | ',' | ':' | '?')
    });
    match operator.filter(|_| !is_escaped) {
        Some((offset, _)) => {
            let why = format!("{}: {ONE_PLACE}", part(text, offset));
            Err(NoReference::doubtful(why))
        }
        None => Ok(path),
    }
}

/// What a reference path is.
const ONE_PLACE: &str = "a reference path leads to one place, by names and indexes only";

/// What is wrong with a path, and with which part of it.
fn fault(error: &SyntaxError) -> String {
    format!("{}: {}", part(&error.text, error.offset), error.reason)
}

/// The same for what may also be a call.
fn source_fault(error: &SourceError) -> String {
    match error {
        SourceError::Path(error) => fault(error),
        SourceError::Call { text, reason } => {
            format!("'{text}' is no path, and as a call: {reason}")
        }
    }
}

/// A character of a path by its number and its look.
fn part(text: &str, offset: usize) -> String {
    let (before, rest) = text.split_at(offset.min(text.len()));
    let number = before.chars().count() + 1;
    match rest.chars().next() {
        Some(found) => format!("character {number} ('{found}') of '{text}'"),
        None => format!("the end of '{text}'"),
    }
}

/// Recorded: `The value for the field 'parsed.$' must be a valid JSONPath or a valid intrinsic
/// function call`.
fn no_source(field: &str) -> String {
    format!(
        "The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call"
    )
}

/// The diagnostic for an invalid template. The message about duplicate names is ours
/// (specification, "Payload Template": names must be unique without their suffixes).
fn template_complaint(error: &TemplateError, at: &Pointer<'_>) -> Diagnostic {
    let no_source = |field: &str| schema(Clause::ValidateTemplate, no_source(field), at);
    match error {
        TemplateError::NotText { field, .. } => no_source(field),
        TemplateError::Source { field, reason } => {
            no_source(field).about(About::Path(source_fault(reason)))
        }
        TemplateError::Duplicate { field } => schema(
            Clause::ValidateTemplateDuplicate,
            format!("The field '{field}' is given twice, with and without the suffix '.$'"),
            at,
        ),
    }
}

/// A string that is no expression was reported.
pub(super) struct NoExpression;

/// The diagnostic for a string that only looks like an expression.
pub(super) fn no_expression(error: &jsonata::SyntaxError, at: &Pointer<'_>) -> Diagnostic {
    match error {
        jsonata::SyntaxError::Delimiters => schema(Clause::ValidateDelimiters, DELIMITERS, at),
        // Measured in 2026-09 without the text, which has no code of JSONata's.
        jsonata::SyntaxError::Source(_) => Diagnostic::error(
            Code::InvalidJsonataExpression,
            Clause::ValidateJsonataSyntax,
            "The value is not a valid JSONata expression",
            at,
        )
        .known(Evidence::CODE)
        .about(About::Path(error.to_string())),
    }
}

/// The message for an expression with only one delimiter. Wording ours.
pub(super) const DELIMITERS: &str = "A JSONata expression starts with {% and ends with %}";

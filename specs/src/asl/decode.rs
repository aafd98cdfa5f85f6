//! Decodes JSON into types. Reads the whole language and collects every diagnostic.

mod distributed;
mod rule;
mod support;

use crate::base::pointer::Pointer;
use std::{ops::RangeInclusive, sync::Arc};

use serde_json::Value;

use self::support::State as Support;
use super::{
    Body, CatchFlow, Catcher, Choice, DataFlow, Dynamic, Fail, JsonPathCatch, JsonPathFlow,
    JsonataCatch, JsonataFlow, Limit, Machine, Map, Name, Parallel, Pass, ProcessorConfig,
    QueryLanguage, Retrier, Scope, State, StateType, States, Task, Text, Transition, Until, Wait,
    fields::{Fields, Languages, NoExpression, Object, lookup, object, schema},
};
use crate::{
    asl::diagnostic::Diagnostic,
    clause::Clause,
    query::{
        jsonata::{self, Template::Expression},
        jsonpath::template::Template,
    },
};

/// The range of counts.
const COUNT: RangeInclusive<u64> = 0..=u64::MAX;
/// `TimeoutSeconds` of a machine; its maximum as for a Task.
const MACHINE_TIMEOUT: RangeInclusive<u64> = 0..=99_999_999;
/// `TimeoutSeconds` and `HeartbeatSeconds` of a Task (specification, "Timeouts": positive; the
/// default is 99,999,999, which is the maximum of a Wait; that it is the maximum here is assumed).
const TIMEOUT: RangeInclusive<u64> = 1..=99_999_999;
/// `Seconds` of a Wait (Developer Guide, "Wait").
const WAIT: RangeInclusive<u64> = 0..=99_999_999;
/// `IntervalSeconds` (Developer Guide, "Retrying after an error").
const INTERVAL: RangeInclusive<u64> = 1..=99_999_999;
/// `MaxAttempts` (Developer Guide, "Retrying after an error").
const ATTEMPTS: RangeInclusive<u64> = 0..=99_999_999;
/// `MaxDelaySeconds` (Developer Guide, "Retrying after an error": less than 31622401).
const MAX_DELAY: RangeInclusive<u64> = 1..=31_622_400;
/// `BackoffRate` (specification, "Retrying after error").
const BACKOFF: RangeInclusive<f64> = 1.0..=f64::INFINITY;

type Problems = Vec<Diagnostic>;

impl Machine {
    /// Reads a definition. The error has every diagnostic about its schema: missing, unknown and
    /// misplaced fields, wrong types and ranges, invalid paths and templates. Rules that need the
    /// whole machine (transitions, names, variables) are checked by [`crate::validate::check`].
    pub fn from_value(definition: &Value) -> Result<Self, Vec<Diagnostic>> {
        match Self::read(definition) {
            (Some(machine), problems) if problems.is_empty() => Ok(machine),
            (_, problems) => Err(problems),
        }
    }

    /// Reads a definition, with placeholders for what has a diagnostic.
    pub(crate) fn read(definition: &Value) -> (Option<Self>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let machine = machine(definition, &mut problems);
        (machine, problems)
    }
}

/// Recorded; it has no location.
fn no_object() -> Diagnostic {
    Diagnostic {
        location: None,
        ..schema(
            Clause::ValidateObject,
            "Definition must be a valid JSON object",
            &Pointer::Root,
        )
    }
}

/// The whole definition (specification, "Top-level fields").
fn machine(definition: &Value, problems: &mut Problems) -> Option<Machine> {
    let root = Pointer::Root;
    let Some(object) = definition.as_object() else {
        problems.push(no_object());
        return None;
    };
    let language = language_or(object, QueryLanguage::JsonPath);
    let languages = Languages {
        machine: language,
        state: language,
    };
    let mut fields = Fields::new(object, &root, languages, problems);
    fields.only(&[
        "Comment",
        "QueryLanguage",
        "StartAt",
        "States",
        "TimeoutSeconds",
        "Version",
    ]);
    let machine = Machine {
        comment: fields.string("Comment"),
        version: fields.word("Version", &["1.0"]).map(str::to_owned),
        query_language: query_language(&mut fields),
        timeout_seconds: fields.integer("TimeoutSeconds", &MACHINE_TIMEOUT),
        scope: Arc::new(states(&mut fields)),
    };
    fields.finish();
    Some(machine)
}

/// A branch or an item processor (specification, "Parallel State" and "Map State `ItemProcessor`
/// definition").
fn scope(
    value: &Value,
    at: &Pointer<'_>,
    languages: Languages,
    problems: &mut Problems,
    known: &[&str],
) -> Option<Arc<Scope>> {
    let object = object(value, at, problems)?;
    let mut fields = Fields::new(object, at, languages, problems);
    fields.only(known);
    let mut scope = states(&mut fields);
    scope.comment = fields.string("Comment");
    scope.processor_config = processor_config(&mut fields);
    fields.finish();
    Some(Arc::new(scope))
}

/// `StartAt` and `States`.
fn states(fields: &mut Fields<'_, '_, '_>) -> Scope {
    let states = match fields.required("States") {
        None => States::default(),
        Some(Value::Object(states)) => {
            let at = fields.at.field("States");
            states
                .iter()
                .map(|(name, value)| {
                    let state = state(
                        value,
                        &at.field(name),
                        fields.languages.machine,
                        fields.problems,
                    );
                    (Name::from(name.as_str()), Arc::new(state))
                })
                .collect()
        }
        Some(_) => {
            fields.wrong_type("States", "an OBJECT");
            States::default()
        }
    };
    Scope {
        start_at: fields.required_str("StartAt").into(),
        states,
        ..Scope::default()
    }
}

/// `ProcessorConfig` (Developer Guide, "Using Map state in Distributed mode"; recorded in 2026-09:
/// `These fields are required: [ExecutionType]`).
fn processor_config(fields: &mut Fields<'_, '_, '_>) -> Option<ProcessorConfig> {
    let value = fields.get("ProcessorConfig")?;
    let at = fields.at.field("ProcessorConfig");
    let object = object(value, &at, fields.problems)?;
    let mut config = Fields::new(object, &at, fields.languages, fields.problems);
    config.only(&["Mode", "ExecutionType"]);
    let mode = config.word("Mode", &["INLINE", "DISTRIBUTED"]);
    if mode == Some("DISTRIBUTED") {
        config.required("ExecutionType");
    }
    let execution_type = config.word("ExecutionType", &["STANDARD", "EXPRESS"]);
    config.finish();
    Some(ProcessorConfig {
        mode: mode.map(str::to_owned),
        execution_type: execution_type.map(str::to_owned),
    })
}

/// The language in effect. AWS reads the fields in JSONata for every word but `JSONPath`, and
/// complains about the word besides.
pub(crate) fn language_or(object: &Object, default: QueryLanguage) -> QueryLanguage {
    match lookup(object, "QueryLanguage").and_then(Value::as_str) {
        None => default,
        Some("JSONPath") => QueryLanguage::JsonPath,
        Some(_) => QueryLanguage::Jsonata,
    }
}

/// `QueryLanguage` (Developer Guide, "State machine structure": the two allowed values).
fn query_language(fields: &mut Fields<'_, '_, '_>) -> Option<QueryLanguage> {
    match fields.word("QueryLanguage", &["JSONPath", "JSONata"])? {
        "JSONPath" => Some(QueryLanguage::JsonPath),
        _ => Some(QueryLanguage::Jsonata),
    }
}

fn state(
    value: &Value,
    at: &Pointer<'_>,
    machine: QueryLanguage,
    problems: &mut Problems,
) -> State {
    let Some(object) = object(value, at, problems) else {
        return State::new(Body::Succeed);
    };
    let languages = Languages {
        machine,
        state: language_or(object, machine),
    };
    let mut fields = Fields::new(object, at, languages, problems);
    let kind = kind(&mut fields);
    if let Some(kind) = kind {
        only_supported(&mut fields, kind);
    }
    let comment = fields.string("Comment");
    let query_language = query_language(&mut fields);
    let mut flow = Flow::default();
    flow.json_path.input_path = fields.nullable("InputPath", Fields::path);
    flow.json_path.output_path = fields.nullable("OutputPath", Fields::path);
    (flow.json_path.assign, flow.jsonata.assign) = assign(&mut fields);
    flow.jsonata.output = fields.jsonata("Output");
    let body = match kind {
        Some(kind) => body(&mut fields, kind, &mut flow),
        None => Body::Succeed,
    };
    fields.finish();
    State {
        comment,
        query_language,
        flow: match languages.state {
            QueryLanguage::JsonPath => DataFlow::JsonPath(flow.json_path),
            QueryLanguage::Jsonata => DataFlow::Jsonata(flow.jsonata),
        },
        body,
    }
}

/// The data flow of a state while it is read. Fields of the other language are read too, because
/// they may have other errors besides being in the wrong language.
#[derive(Default)]
struct Flow {
    json_path: JsonPathFlow,
    jsonata: JsonataFlow,
}

/// `Type` (recorded: `The field 'Type' should have one of these values: …`).
fn kind(fields: &mut Fields<'_, '_, '_>) -> Option<StateType> {
    fields.required("Type")?;
    let name = fields.str("Type")?;
    let kind = StateType::ALL.into_iter().find(|kind| kind.name() == name);
    if kind.is_none() {
        fields.word("Type", &StateType::ALL.map(StateType::name));
    }
    kind
}

/// Reports fields that the type or the query language does not have, and a JSONPath state in a
/// JSONata machine (all recorded). Such a state gets one diagnostic; its fields are not reported
/// for their language as well.
fn only_supported(fields: &mut Fields<'_, '_, '_>, kind: StateType) {
    let downgraded = fields.languages.machine == QueryLanguage::Jsonata && !fields.is_jsonata();
    if downgraded {
        fields.complain(
            Clause::ValidateLanguageDowngrade,
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
        );
    }
    for field in fields.keys() {
        match support::state_field(kind, field) {
            Support::Unknown if support::is_known(field) => {
                fields.unsupported(Clause::ValidateUnsupported, field);
            }
            Support::Unknown => fields.unsupported(Clause::ValidateUnknown, field),
            Support::In(language) if language != fields.languages.state && !downgraded => {
                fields.of_language(Clause::ValidateLanguageField, field, language);
            }
            Support::In(_) | Support::Always => {}
        }
    }
}

fn body(fields: &mut Fields<'_, '_, '_>, kind: StateType, flow: &mut Flow) -> Body {
    match kind {
        StateType::Pass => Body::Pass(pass(fields, flow)),
        StateType::Task => Body::Task(Box::new(task(fields, flow))),
        StateType::Choice => Body::Choice(Choice {
            choices: fields.required_list("Choices", rule::rule),
            default: fields.str("Default").map(Name::from),
        }),
        StateType::Wait => Body::Wait(Wait {
            transition: transition(fields),
            until: until(fields),
        }),
        StateType::Succeed => Body::Succeed,
        StateType::Fail => Body::Fail(Fail {
            error: text(fields, "Error", "ErrorPath"),
            cause: text(fields, "Cause", "CausePath"),
        }),
        StateType::Parallel => Body::Parallel(Box::new(parallel(fields, flow))),
        StateType::Map => Body::Map(Box::new(map(fields, flow))),
    }
}

/// `Next`, or `End: true` (specification, "Table of State Types and Fields": one of the two is
/// required).
fn transition(fields: &mut Fields<'_, '_, '_>) -> Transition {
    let both = match fields.get("End") {
        Some(Value::Bool(false)) => Clause::ValidateTransitionEndFalse,
        _ => Clause::ValidateTransition,
    };
    if fields.exactly_one(both, Clause::ValidateTransition, &["Next", "End"]) {
        if let Some(next) = fields.str("Next") {
            return Transition::Next(next.into());
        }
        match fields.get("End") {
            Some(Value::Bool(true)) | None => {}
            Some(Value::Bool(false)) => {
                fields.none_of(Clause::ValidateTransition, &["Next", "End"]);
            }
            Some(_) => fields.wrong_type("End", "a BOOLEAN"),
        }
    }
    Transition::End
}

/// `Assign` (specification, "Assigning State Machine Variables": an object).
fn assign(fields: &mut Fields<'_, '_, '_>) -> (Option<Template>, Option<jsonata::Template>) {
    if fields.get("Assign").is_some_and(|value| !value.is_object()) {
        fields.wrong_type("Assign", "an OBJECT");
        return (None, None);
    }
    fields.payload("Assign")
}

fn pass(fields: &mut Fields<'_, '_, '_>, flow: &mut Flow) -> Pass {
    let transition = transition(fields);
    flow.json_path.result = fields.get("Result").cloned().map(Arc::new);
    flow.json_path.parameters = fields.template("Parameters");
    flow.json_path.result_path = fields.nullable("ResultPath", Fields::result_path);
    Pass { transition }
}

fn task(fields: &mut Fields<'_, '_, '_>, flow: &mut Flow) -> Task {
    let transition = transition(fields);
    let resource = fields.required_str("Resource").to_owned();
    arguments(fields, flow);
    result(fields, flow);
    let timeout = fields.limit("TimeoutSeconds", "TimeoutSecondsPath", &TIMEOUT);
    let heartbeat = fields.limit("HeartbeatSeconds", "HeartbeatSecondsPath", &TIMEOUT);
    (flow.json_path.credentials, flow.jsonata.credentials) = credentials(fields);
    Task {
        transition,
        resource: resource.into(),
        timeout,
        heartbeat,
        retry: fields.list("Retry", retrier),
        catch: fields.list("Catch", catcher),
    }
}

/// The input of a Task or a Parallel.
fn arguments(fields: &mut Fields<'_, '_, '_>, flow: &mut Flow) {
    flow.json_path.parameters = fields.template("Parameters");
    flow.jsonata.arguments = fields.jsonata("Arguments");
}

/// How the result of a Task, a Parallel or a Map is shaped.
fn result(fields: &mut Fields<'_, '_, '_>, flow: &mut Flow) {
    flow.json_path.result_selector = fields.template("ResultSelector");
    flow.json_path.result_path = fields.nullable("ResultPath", Fields::result_path);
}

/// `Credentials` (recorded: `The field 'RoleArn' is required but was missing`).
fn credentials(fields: &mut Fields<'_, '_, '_>) -> (Option<Template>, Option<jsonata::Template>) {
    match fields.get("Credentials").map(Value::as_object) {
        None => {}
        Some(None) => fields.wrong_type("Credentials", "an OBJECT"),
        Some(Some(it)) if !it.contains_key("RoleArn") && !it.contains_key("RoleArn.$") => {
            fields.complain_at(
                "Credentials",
                Clause::ValidateCredentials,
                "The field 'RoleArn' is required but was missing",
            );
        }
        Some(Some(_)) => return fields.payload("Credentials"),
    }
    (None, None)
}

/// Exactly one form (specification, "JSONata Wait State" and "JSONPath Wait State"; recorded for a
/// literal: `String does not match RFC3339 timestamp`).
fn until(fields: &mut Fields<'_, '_, '_>) -> Until {
    let placeholder = Until::Seconds(Limit::Literal(0));
    let forms: &[&str] = if fields.is_jsonata() {
        &["Seconds", "Timestamp"]
    } else {
        &["SecondsPath", "Seconds", "TimestampPath", "Timestamp"]
    };
    if !fields.exactly_one(
        Clause::ValidateWaitForm,
        Clause::ValidateWaitFormNone,
        forms,
    ) {
        return placeholder;
    }
    if let Some(seconds) = fields.limit("Seconds", "SecondsPath", &WAIT) {
        return Until::Seconds(seconds);
    }
    if let Some(path) = fields.reference(Clause::ValidateReferencePath, "TimestampPath") {
        return Until::Timestamp(Dynamic::Path(path));
    }
    let Some(text) = fields.str("Timestamp") else {
        return placeholder;
    };
    match fields.expression("Timestamp") {
        Ok(Some(expression)) => return Until::Timestamp(Dynamic::Expression(expression)),
        Ok(None) => {}
        Err(NoExpression) => return placeholder,
    }
    fields.timestamp(Clause::ValidateTimestamp, "Timestamp", text);
    Until::Timestamp(Dynamic::Literal(text.to_owned()))
}

/// `Error` and `Cause` of a Fail, or their `Path` twins, not both (specification, "JSONPath Fail
/// State").
fn text(fields: &mut Fields<'_, '_, '_>, name: &'static str, twin: &'static str) -> Option<Text> {
    fields.at_most_one(Clause::ValidateTwins, &[twin, name]);
    if fields.has(twin) && !fields.is_jsonata() {
        return fields.source(twin).map(Text::Path);
    }
    if fields.is_jsonata()
        && let Some(Expression(expression)) = fields.jsonata(name)
    {
        return Some(Text::Expression(expression));
    }
    fields.string(name).map(Text::Literal)
}

fn parallel(fields: &mut Fields<'_, '_, '_>, flow: &mut Flow) -> Parallel {
    let transition = transition(fields);
    let branches = fields.required_list("Branches", |value, at, languages, problems| {
        scope(
            value,
            at,
            languages,
            problems,
            &["Comment", "StartAt", "States"],
        )
    });
    arguments(fields, flow);
    result(fields, flow);
    Parallel {
        transition,
        branches,
        retry: fields.list("Retry", retrier),
        catch: fields.list("Catch", catcher),
    }
}

/// A Map. Its legacy fields are read as the newer ones (specification, "Map State").
fn map(fields: &mut Fields<'_, '_, '_>, flow: &mut Flow) -> Map {
    let processors = ["ItemProcessor", "Iterator"];
    fields.exactly_one(
        Clause::ValidateProcessorForm,
        Clause::ValidateProcessorFormNone,
        &processors,
    );
    fields.at_most_one(Clause::ValidateLegacyTwins, &["ItemSelector", "Parameters"]);
    let legacy_iterator = fields.has("Iterator");
    let legacy_parameters = fields.has("Parameters");
    let selector = if legacy_parameters {
        "Parameters"
    } else {
        "ItemSelector"
    };
    let transition = transition(fields);
    let processor = processor(fields, legacy_iterator).unwrap_or_default();
    (flow.json_path.item_selector, flow.jsonata.item_selector) = fields.payload(selector);
    flow.json_path.items_path = fields.reference(Clause::ValidateReferenceItems, "ItemsPath");
    flow.jsonata.items = items(fields);
    let max_concurrency = fields.limit("MaxConcurrency", "MaxConcurrencyPath", &COUNT);
    result(fields, flow);
    Map {
        transition,
        processor,
        legacy_iterator,
        legacy_parameters,
        max_concurrency,
        retry: fields.list("Retry", retrier),
        catch: fields.list("Catch", catcher),
        distributed: distributed::distributed(fields),
    }
}

fn processor(fields: &mut Fields<'_, '_, '_>, legacy: bool) -> Option<Arc<Scope>> {
    let name = if legacy { "Iterator" } else { "ItemProcessor" };
    let value = fields.get(name)?;
    scope(
        value,
        &fields.at.field(name),
        fields.languages,
        fields.problems,
        &["Comment", "ProcessorConfig", "StartAt", "States"],
    )
}

/// `Items`: an array, an object, or an expression (Developer Guide, "Map").
fn items(fields: &mut Fields<'_, '_, '_>) -> Option<jsonata::Template> {
    let items = fields.jsonata("Items")?;
    match fields.get("Items") {
        Some(Value::Array(_) | Value::Object(_)) => {}
        _ if matches!(items, Expression(_)) => {}
        _ => fields.wrong_type("Items", "an ARRAY"),
    }
    Some(items)
}

/// An entry of `Retry` (specification, "Retrying after error"; Developer Guide, the same: the two
/// strategies).
fn retrier(
    value: &Value,
    at: &Pointer<'_>,
    languages: Languages,
    problems: &mut Problems,
) -> Option<Retrier> {
    let object = object(value, at, problems)?;
    let mut fields = Fields::new(object, at, languages, problems);
    fields.only(&[
        "BackoffRate",
        "Comment",
        "ErrorEquals",
        "IntervalSeconds",
        "JitterStrategy",
        "MaxAttempts",
        "MaxDelaySeconds",
    ]);
    let retrier = Retrier {
        error_equals: fields.required_list("ErrorEquals", error_name),
        interval_seconds: fields.integer("IntervalSeconds", &INTERVAL),
        max_attempts: fields.integer("MaxAttempts", &ATTEMPTS),
        backoff_rate: fields.number("BackoffRate", &BACKOFF),
        max_delay_seconds: fields.integer("MaxDelaySeconds", &MAX_DELAY),
        jitter_strategy: fields
            .word("JitterStrategy", &["NONE", "FULL"])
            .map(str::to_owned),
        comment: fields.string("Comment"),
    };
    fields.finish();
    Some(retrier)
}

/// An entry of `Catch` (specification, "Fallback states").
fn catcher(
    value: &Value,
    at: &Pointer<'_>,
    languages: Languages,
    problems: &mut Problems,
) -> Option<Catcher> {
    let object = object(value, at, problems)?;
    let mut fields = Fields::new(object, at, languages, problems);
    for field in fields.keys() {
        match field.as_str() {
            "ResultPath" if fields.is_jsonata() => {
                fields.of_language(
                    Clause::ValidateLanguageFieldInner,
                    field,
                    QueryLanguage::JsonPath,
                );
            }
            "Output" if !fields.is_jsonata() => {
                fields.of_language(
                    Clause::ValidateLanguageFieldInner,
                    field,
                    QueryLanguage::Jsonata,
                );
            }
            "ErrorEquals" | "Next" | "ResultPath" | "Assign" | "Output" | "Comment" => {}
            _ => fields.unsupported(Clause::ValidateUnknownInner, field),
        }
    }
    let error_equals = fields.required_list("ErrorEquals", error_name);
    let next = fields.required_str("Next").into();
    let result_path = fields.nullable("ResultPath", Fields::result_path);
    let (assign, assign_jsonata) = assign(&mut fields);
    let output = fields.jsonata("Output");
    let comment = fields.string("Comment");
    fields.finish();
    Some(Catcher {
        error_equals,
        next,
        flow: match languages.state {
            QueryLanguage::JsonPath => CatchFlow::JsonPath(JsonPathCatch {
                result_path,
                assign,
            }),
            QueryLanguage::Jsonata => CatchFlow::Jsonata(JsonataCatch {
                assign: assign_jsonata,
                output,
            }),
        },
        comment,
    })
}

/// An entry of `ErrorEquals` (specification, "Retrying after error": strings).
fn error_name(
    value: &Value,
    at: &Pointer<'_>,
    _: Languages,
    problems: &mut Problems,
) -> Option<Name> {
    let name = value.as_str().map(Name::from);
    if name.is_none() {
        problems.push(schema(
            Clause::ValidateKind,
            "The value must be a STRING",
            at,
        ));
    }
    name
}

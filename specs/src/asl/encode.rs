//! Encodes types as JSON, with fields in a fixed order: what the state is, what it reads, what it
//! does, what it writes, where it leads.

use serde_json::Value;

use super::{
    Body, CatchFlow, Catcher, Choice, ChoiceRule, Condition, DataFlow, Dynamic, Fail, Machine, Map,
    Nullable, Operand, Payload, ProcessorConfig, QueryLanguage, Retrier, RuleFlow, Scope, State,
    Test, Transition, Until,
};
use crate::query::{
    jsonata,
    jsonpath::{
        path::Path,
        template::{Source, Template},
    },
};

/// An object under construction.
struct Writer(serde_json::Map<String, Value>);

/// The capacity for the fields of an object: nearly every object fits without growing.
const FIELDS: usize = 7;

impl Default for Writer {
    fn default() -> Self {
        Self(serde_json::Map::with_capacity(FIELDS))
    }
}

impl Writer {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn string(&mut self, name: &str, text: Option<&String>) {
        self.put_some(name, text.map(String::as_str));
    }

    fn template(&mut self, name: &str, template: Option<&Template>) {
        self.put_some(name, template.map(Template::to_value));
    }

    fn jsonata(&mut self, name: &str, template: Option<&jsonata::Template>) {
        self.put_some(name, template.map(jsonata::Template::to_value));
    }

    fn assign(&mut self, assign: Option<Payload<'_>>) {
        match assign {
            None => {}
            Some(Payload::JsonPath(template)) => self.template("Assign", Some(template)),
            Some(Payload::Jsonata(template)) => self.jsonata("Assign", Some(template)),
        }
    }

    fn nullable(&mut self, name: &str, path: &Nullable<Path>) {
        match path {
            Nullable::Absent => {}
            Nullable::Null => self.put(name, Value::Null),
            Nullable::Set(path) => self.put(name, path.text()),
        }
    }

    /// Adds a field with a literal or an expression, or its `…Path` twin.
    fn dynamic<T: Clone + Into<Value>, P>(
        &mut self,
        name: &str,
        value: Option<&Dynamic<T, P>>,
        text: fn(&P) -> &str,
    ) {
        match value {
            None => {}
            Some(Dynamic::Literal(value)) => self.put(name, value.clone()),
            Some(Dynamic::Expression(expression)) => self.put(name, expression.text()),
            Some(Dynamic::Path(path)) => self.put(&format!("{name}Path"), text(path)),
        }
    }

    fn list<T>(&mut self, name: &str, items: &[T], item: impl Fn(&T) -> Value) {
        self.put(name, items.iter().map(item).collect::<Value>());
    }

    fn language(&mut self, language: Option<QueryLanguage>) {
        self.put_some("QueryLanguage", language.map(QueryLanguage::name));
    }

    fn transition(&mut self, transition: &Transition) {
        match transition {
            Transition::Next(name) => self.put("Next", &**name),
            Transition::End => self.put("End", true),
        }
    }

    fn handlers(&mut self, retry: Option<&[Retrier]>, catch: Option<&[Catcher]>) {
        if let Some(retry) = retry {
            self.list("Retry", retry, retrier);
        }
        if let Some(catch) = catch {
            self.list("Catch", catch, catcher);
        }
    }

    fn states(&mut self, scope: &Scope) {
        self.put("StartAt", &*scope.start_at);
        let mut states = Self(serde_json::Map::with_capacity(scope.states.len()));
        for (name, state) in &scope.states {
            states.put(name, state.to_value());
        }
        self.put("States", states.0);
    }
}

impl Machine {
    /// The definition as JSON, in a fixed order of fields.
    pub fn to_value(&self) -> Value {
        let mut out = Writer::default();
        out.string("Comment", self.comment.as_ref());
        out.language(self.query_language);
        out.string("Version", self.version.as_ref());
        out.put_some("TimeoutSeconds", self.timeout_seconds);
        out.states(&self.scope);
        out.0.into()
    }
}

impl Scope {
    /// The branch or item processor as JSON.
    pub fn to_value(&self) -> Value {
        let mut out = Writer::default();
        out.string("Comment", self.comment.as_ref());
        if let Some(config) = &self.processor_config {
            out.put("ProcessorConfig", processor_config(config));
        }
        out.states(self);
        out.0.into()
    }
}

fn processor_config(config: &ProcessorConfig) -> Value {
    let mut out = Writer::default();
    out.string("Mode", config.mode.as_ref());
    out.string("ExecutionType", config.execution_type.as_ref());
    out.0.into()
}

impl State {
    /// The state as JSON.
    pub fn to_value(&self) -> Value {
        let mut out = Writer::default();
        out.put("Type", self.kind().name());
        out.string("Comment", self.comment.as_ref());
        out.language(self.query_language);
        self.reads(&mut out);
        self.works(&mut out);
        self.writes(&mut out);
        let (retry, catch) = match &self.body {
            Body::Task(task) => (&task.retry, &task.catch),
            Body::Parallel(parallel) => (&parallel.retry, &parallel.catch),
            Body::Map(map) => (&map.retry, &map.catch),
            _ => (&None, &None),
        };
        out.handlers(retry.as_deref(), catch.as_deref());
        if let Some(transition) = self.transition() {
            out.transition(transition);
        }
        out.0.into()
    }

    fn reads(&self, out: &mut Writer) {
        if let DataFlow::JsonPath(flow) = &self.flow {
            out.nullable("InputPath", &flow.input_path);
        }
        if let Body::Task(task) = &self.body {
            out.put("Resource", &*task.resource);
        }
        match &self.flow {
            DataFlow::JsonPath(flow) => {
                out.template("Credentials", flow.credentials.as_ref());
                out.put_some("ItemsPath", flow.items_path.as_ref().map(Path::text));
                out.template("Parameters", flow.parameters.as_ref());
                if let Body::Map(map) = &self.body {
                    out.template(map.selector_field(), flow.item_selector.as_ref());
                }
            }
            DataFlow::Jsonata(flow) => {
                out.jsonata("Credentials", flow.credentials.as_ref());
                out.jsonata("Items", flow.items.as_ref());
                out.jsonata("ItemSelector", flow.item_selector.as_ref());
                out.jsonata("Arguments", flow.arguments.as_ref());
            }
        }
    }

    fn works(&self, out: &mut Writer) {
        match &self.body {
            Body::Pass(_) | Body::Succeed => {}
            Body::Task(task) => {
                out.dynamic("TimeoutSeconds", task.timeout.as_ref(), Path::text);
                out.dynamic("HeartbeatSeconds", task.heartbeat.as_ref(), Path::text);
            }
            Body::Choice(choice) => self::choice(out, choice),
            Body::Wait(wait) => until(out, &wait.until),
            Body::Fail(fail) => self::fail(out, fail),
            Body::Parallel(parallel) => {
                out.list("Branches", &parallel.branches, |branch| branch.to_value());
            }
            Body::Map(map) => self::map(out, map),
        }
    }

    fn writes(&self, out: &mut Writer) {
        match &self.flow {
            DataFlow::JsonPath(flow) => {
                out.put_some("Result", flow.result.as_deref().cloned());
                out.template("ResultSelector", flow.result_selector.as_ref());
                out.nullable("ResultPath", &flow.result_path);
                out.assign(self.flow.assign());
                out.nullable("OutputPath", &flow.output_path);
            }
            DataFlow::Jsonata(flow) => {
                out.assign(self.flow.assign());
                out.jsonata("Output", flow.output.as_ref());
            }
        }
    }
}

fn choice(out: &mut Writer, choice: &Choice) {
    out.list("Choices", &choice.choices, rule);
    out.put_some("Default", choice.default.as_deref());
}

fn until(out: &mut Writer, until: &Until) {
    match until {
        Until::Seconds(seconds) => out.dynamic("Seconds", Some(seconds), Path::text),
        Until::Timestamp(time) => out.dynamic("Timestamp", Some(time), Path::text),
    }
}

fn fail(out: &mut Writer, fail: &Fail) {
    out.dynamic("Error", fail.error.as_ref(), Source::text);
    out.dynamic("Cause", fail.cause.as_ref(), Source::text);
}

fn map(out: &mut Writer, map: &Map) {
    out.dynamic("MaxConcurrency", map.max_concurrency.as_ref(), Path::text);
    for (name, value) in &map.distributed {
        out.put(name, value.clone());
    }
    out.put(map.processor_field(), map.processor.to_value());
}

fn rule(rule: &ChoiceRule) -> Value {
    let mut out = Writer::default();
    out.string("Comment", rule.comment.as_ref());
    match &rule.flow {
        RuleFlow::JsonPath(rule) => condition(&mut out, &rule.condition),
        RuleFlow::Jsonata(rule) => {
            out.dynamic("Condition", Some(&rule.condition), |never| match *never {});
        }
    }
    out.assign(rule.flow.assign());
    if let RuleFlow::Jsonata(rule) = &rule.flow {
        out.jsonata("Output", rule.output.as_ref());
    }
    out.put("Next", &*rule.next);
    out.0.into()
}

fn condition(out: &mut Writer, condition: &Condition) {
    match condition {
        Condition::And(all) => out.list("And", all, nested),
        Condition::Or(any) => out.list("Or", any, nested),
        Condition::Not(inner) => out.put("Not", nested(inner)),
        Condition::Test(test) => self::test(out, test),
        Condition::Commented(inner, comment) => {
            out.put("Comment", comment.as_str());
            self::condition(out, inner);
        }
    }
}

fn nested(inner: &Condition) -> Value {
    let mut out = Writer::default();
    condition(&mut out, inner);
    out.0.into()
}

fn test(out: &mut Writer, test: &Test) {
    out.put("Variable", test.variable.text());
    let name = test.operator.name();
    match &test.operand {
        Operand::Literal(value) => out.put(name, value.clone()),
        Operand::Path(path) => out.put(&format!("{name}Path"), path.text()),
    }
}

fn retrier(retrier: &Retrier) -> Value {
    let mut out = Writer::default();
    out.string("Comment", retrier.comment.as_ref());
    out.list("ErrorEquals", &retrier.error_equals, |name| (**name).into());
    out.put_some("IntervalSeconds", retrier.interval_seconds);
    out.put_some("MaxAttempts", retrier.max_attempts);
    out.put_some("BackoffRate", retrier.backoff_rate.clone());
    out.put_some("MaxDelaySeconds", retrier.max_delay_seconds);
    out.string("JitterStrategy", retrier.jitter_strategy.as_ref());
    out.0.into()
}

fn catcher(catcher: &Catcher) -> Value {
    let mut out = Writer::default();
    out.string("Comment", catcher.comment.as_ref());
    out.list("ErrorEquals", &catcher.error_equals, |name| (**name).into());
    if let CatchFlow::JsonPath(flow) = &catcher.flow {
        out.nullable("ResultPath", &flow.result_path);
    }
    out.assign(catcher.flow.assign());
    if let CatchFlow::Jsonata(flow) = &catcher.flow {
        out.jsonata("Output", flow.output.as_ref());
    }
    out.put("Next", &*catcher.next);
    out.0.into()
}

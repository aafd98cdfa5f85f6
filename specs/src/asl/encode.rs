//! Types to JSON, in one order of fields: what the state is, what it reads, what it does, what it
//! writes, where it goes.

use serde_json::Value;

use super::{
    Body, Catcher, Choice, ChoiceRule, Condition, Dynamic, Fail, Limit, Machine, Map, Nullable,
    Operand, Parallel, Pass, ProcessorConfig, QueryLanguage, Retrier, Scope, State, Task, Test,
    Text, Transition, Until, Wait,
};
use crate::query::jsonpath::{path::Path, template::Template};

/// An object being written.
struct Writer(serde_json::Map<String, Value>);

/// Room for the fields of nearly every object: it need not grow.
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

    fn nullable(&mut self, name: &str, path: &Nullable<Path>) {
        match path {
            Nullable::Absent => {}
            Nullable::Null => self.put(name, Value::Null),
            Nullable::Set(path) => self.put(name, path.text()),
        }
    }

    /// The literal field, or its `…Path` twin.
    fn limit(&mut self, name: &str, limit: Option<&Limit>) {
        match limit {
            None => {}
            Some(Limit::Literal(value)) => self.put(name, *value),
            Some(Limit::Expression(text)) => self.put(name, text.as_str()),
            Some(Limit::Path(path)) => self.put(&format!("{name}Path"), path.text()),
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
        out.nullable("InputPath", &self.input_path);
        body(&mut out, &self.body);
        out.template("Assign", self.assign.as_ref());
        out.put_some("Output", self.output.clone());
        out.nullable("OutputPath", &self.output_path);
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
}

fn body(out: &mut Writer, body: &Body) {
    match body {
        Body::Pass(pass) => self::pass(out, pass),
        Body::Task(task) => self::task(out, task),
        Body::Choice(choice) => self::choice(out, choice),
        Body::Wait(wait) => until(out, wait),
        Body::Succeed => {}
        Body::Fail(fail) => self::fail(out, fail),
        Body::Parallel(parallel) => self::parallel(out, parallel),
        Body::Map(map) => self::map(out, map),
    }
}

fn pass(out: &mut Writer, pass: &Pass) {
    out.template("Parameters", pass.parameters.as_ref());
    out.put_some("Result", pass.result.clone());
    out.nullable("ResultPath", &pass.result_path);
}

fn task(out: &mut Writer, task: &Task) {
    out.put("Resource", task.resource.as_str());
    out.put_some(
        "Credentials",
        task.credentials.as_ref().map(Template::to_value),
    );
    out.template("Parameters", task.parameters.as_ref());
    out.put_some("Arguments", task.arguments.clone());
    out.limit("TimeoutSeconds", task.timeout.as_ref());
    out.limit("HeartbeatSeconds", task.heartbeat.as_ref());
    out.template("ResultSelector", task.result_selector.as_ref());
    out.nullable("ResultPath", &task.result_path);
}

fn choice(out: &mut Writer, choice: &Choice) {
    out.list("Choices", &choice.choices, rule);
    out.put_some("Default", choice.default.as_deref());
}

fn until(out: &mut Writer, wait: &Wait) {
    match &wait.until {
        Until::Seconds(limit) => out.limit("Seconds", Some(limit)),
        Until::Timestamp(Dynamic::Literal(text) | Dynamic::Expression(text)) => {
            out.put("Timestamp", text.as_str());
        }
        Until::TimestampPath(path) => out.put("TimestampPath", path.text()),
    }
}

fn fail(out: &mut Writer, fail: &Fail) {
    for (name, text) in [("Error", &fail.error), ("Cause", &fail.cause)] {
        match text {
            None => {}
            Some(Text::Literal(text)) => out.put(name, text.as_str()),
            Some(Text::Path(source)) => out.put(&format!("{name}Path"), source.text()),
        }
    }
}

fn parallel(out: &mut Writer, parallel: &Parallel) {
    out.template("Parameters", parallel.parameters.as_ref());
    out.put_some("Arguments", parallel.arguments.clone());
    out.list("Branches", &parallel.branches, |branch| branch.to_value());
    out.template("ResultSelector", parallel.result_selector.as_ref());
    out.nullable("ResultPath", &parallel.result_path);
}

fn map(out: &mut Writer, map: &Map) {
    out.put_some("ItemsPath", map.items_path.as_ref().map(Path::text));
    out.put_some("Items", map.items.clone());
    out.template(map.selector_field(), map.item_selector.as_ref());
    out.limit("MaxConcurrency", map.max_concurrency.as_ref());
    for (name, value) in &map.distributed {
        out.put(name, value.clone());
    }
    out.put(map.processor_field(), map.processor.to_value());
    out.template("ResultSelector", map.result_selector.as_ref());
    out.nullable("ResultPath", &map.result_path);
}

fn rule(rule: &ChoiceRule) -> Value {
    let mut out = Writer::default();
    out.string("Comment", rule.comment.as_ref());
    condition(&mut out, &rule.condition);
    out.template("Assign", rule.assign.as_ref());
    out.put_some("Output", rule.output.clone());
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
        Condition::Jsonata(Dynamic::Literal(value)) => out.put("Condition", *value),
        Condition::Jsonata(Dynamic::Expression(text)) => out.put("Condition", text.as_str()),
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
    out.nullable("ResultPath", &catcher.result_path);
    out.template("Assign", catcher.assign.as_ref());
    out.put_some("Output", catcher.output.clone());
    out.put("Next", &*catcher.next);
    out.0.into()
}

//! What a machine reads of its input and of its tasks' results. Every path is followed backwards
//! from where it is used to where the value comes from, until a round finds nothing new.

mod backwards;
mod expression;
mod trees;

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use stepproof_specs::{
    asl::{
        Body, CatchFlow, Choice, Condition, DataFlow, JsonPathFlow, JsonataFlow, Limit, Machine,
        Map, Nullable, Operand, Parallel, Scope, State, Task, Test, Transition, Until,
        site::{Site, site},
        walk::BRANCHES,
    },
    query::{
        jsonata,
        jsonpath::{
            path::{Path, Root, Step},
            template::{FieldValue, Source, Template},
        },
    },
};

pub(super) use self::expression::boundary;
pub(super) use self::trees::{Found, Origin, Read, of_condition};
use super::{
    constants::Constants,
    want::{Hint, Want},
};

/// The most rounds. A value that passes around a loop converges within a few rounds, or is nested
/// deeply enough.
const ROUNDS: usize = 8;

/// What the value at a path must be.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    pub path: Path,
    pub want: Want,
}

/// What the Choices of a machine demand of the values that they read, by their sites.
pub(super) type Demands = HashMap<Site, Vec<Demand>>;

/// Returns what is read of the machine's input, and of each task's result, if its Choices have these
/// demands.
pub(super) fn of(
    machine: &Machine,
    definition: &Value,
    demands: &Demands,
    constants: &Constants,
) -> (Want, HashMap<Site, Want>) {
    let mut reads = Reads {
        input: Want::default(),
        states: HashMap::new(),
        results: HashMap::new(),
        variables: HashMap::new(),
        demands,
        constants,
    };
    for _ in 0..ROUNDS {
        let before = (
            reads.input.clone(),
            reads.states.clone(),
            reads.results.clone(),
        );
        let mut item = Want::default();
        let input = reads.scope(&machine.scope, definition, "", &Want::default(), &mut item);
        reads.input.merge(&input);
        if before
            == (
                reads.input.clone(),
                reads.states.clone(),
                reads.results.clone(),
            )
        {
            break;
        }
    }
    (reads.input, reads.results)
}

struct Reads<'d> {
    demands: &'d Demands,
    constants: &'d Constants,
    input: Want,
    states: HashMap<Site, Want>,
    results: HashMap<Site, Want>,
    variables: HashMap<Arc<str>, Want>,
}

/// What a state can read from, while its fields are examined.
struct View<'a> {
    /// The effective input.
    effective: Want,
    /// The item of the innermost Map.
    item: &'a mut Want,
}

impl Reads<'_> {
    /// Returns what a scope reads of its input, if `out` is read of its output.
    fn scope(
        &mut self,
        scope: &Scope,
        json: &Value,
        prefix: &str,
        out: &Want,
        item: &mut Want,
    ) -> Want {
        for (name, state) in scope.states.iter().rev() {
            let json = &json["States"][&**name];
            let site = site(prefix, name);
            let next = self.after(state, prefix, out);
            let body = &state.body;
            let mut raw = match &state.flow {
                DataFlow::JsonPath(flow) => self.json_path(flow, body, json, &site, &next, item),
                DataFlow::Jsonata(flow) => {
                    self.jsonata(flow, state, json, &site, (&next, prefix), item)
                }
            };
            for catcher in state.handlers().1 {
                let mut caught = self.entered(prefix, &catcher.next);
                forget(&mut caught, &catcher.flow);
                raw.merge(&caught);
            }
            self.states.entry(site).or_default().merge(&raw);
        }
        self.entered(prefix, &scope.start_at)
    }

    /// Returns what is read of the data that a state is entered with.
    fn entered(&self, prefix: &str, name: &str) -> Want {
        self.states
            .get(&site(prefix, name))
            .cloned()
            .unwrap_or_default()
    }

    /// Returns what is read of a state's output.
    fn after(&self, state: &State, prefix: &str, out: &Want) -> Want {
        match (&state.body, state.transition()) {
            (Body::Choice(choice), _) => {
                let mut next = Want::default();
                let rules = choice.choices.iter().map(|rule| &rule.next);
                for target in rules.chain(&choice.default) {
                    next.merge(&self.entered(prefix, target));
                }
                next
            }
            (_, Some(Transition::Next(target))) => self.entered(prefix, target),
            (Body::Fail(_), _) => Want::default(),
            _ => out.clone(),
        }
    }

    fn json_path(
        &mut self,
        flow: &JsonPathFlow,
        body: &Body,
        json: &Value,
        site: &Site,
        next: &Want,
        item: &mut Want,
    ) -> Want {
        let mut view = View {
            effective: Want::default(),
            item,
        };
        let merged = self.before_output_path(flow, next, &mut view);
        let mut raw = match body {
            Body::Pass(_) => {
                let (result, raw) = parted(merged, &flow.result_path);
                match &flow.result {
                    None => self.given(flow, &result, &mut view),
                    // It replaces what Parameters gives, which can still fail.
                    Some(_) if flow.parameters.is_some() => {
                        self.given(flow, &Want::default(), &mut view);
                    }
                    Some(_) => {}
                }
                raw
            }
            Body::Task(task) => {
                let (result, raw) = parted(merged, &flow.result_path);
                self.task(task, flow, site, result, &mut view);
                raw
            }
            Body::Parallel(parallel) => {
                let (result, raw) = parted(merged, &flow.result_path);
                let json = &json[BRANCHES];
                self.parallel(parallel, flow, json, site, result, &mut view);
                raw
            }
            Body::Map(map) => {
                let (result, raw) = parted(merged, &flow.result_path);
                let json = &json[map.processor_field()];
                self.map(map, flow, json, site, result, &mut view);
                raw
            }
            Body::Choice(choice) => {
                self.choice(choice, site, &mut view);
                view.effective.merge(&merged);
                Want::default()
            }
            Body::Wait(wait) => {
                self.until(&wait.until, &mut view);
                view.effective.merge(&merged);
                Want::default()
            }
            Body::Fail(fail) => {
                let texts = [&fail.error, &fail.cause].into_iter().flatten();
                for source in texts.filter_map(|text| text.path()) {
                    self.source(source, &Want::hinted([Hint::Text]), &mut view);
                }
                Want::default()
            }
            Body::Succeed => {
                view.effective.merge(&merged);
                Want::default()
            }
        };
        let effective = match body {
            Body::Pass(_) | Body::Choice(_) | Body::Wait(_) => {
                let read = self.assigned(flow, Want::default(), &mut view);
                view.effective.merge(&read);
                view.effective
            }
            _ => view.effective,
        };
        match &flow.input_path {
            Nullable::Absent => raw.merge(&effective),
            Nullable::Null => {}
            Nullable::Set(path) => {
                let mut outer = View {
                    effective: raw,
                    item,
                };
                self.path(path, &effective, &mut outer);
                raw = outer.effective;
            }
        }
        raw
    }

    /// Adds what a Task reads of its effective input, and what is read of its result.
    fn task(
        &mut self,
        task: &Task,
        flow: &JsonPathFlow,
        site: &Site,
        result: Want,
        view: &mut View<'_>,
    ) {
        let result = self.selected(flow, result, view);
        let result = self.assigned(flow, result, view);
        self.results.entry(site.clone()).or_default().merge(&result);
        self.given(flow, &Want::default(), view);
        for limit in [&task.timeout, &task.heartbeat].into_iter().flatten() {
            self.limit(limit, view);
        }
    }

    fn parallel(
        &mut self,
        parallel: &Parallel,
        flow: &JsonPathFlow,
        json: &Value,
        site: &Site,
        result: Want,
        view: &mut View<'_>,
    ) {
        let result = self.selected(flow, result, view);
        let out = self.assigned(flow, result, view).each();
        let mut wanted = Want::default();
        for (index, branch) in parallel.branches.iter().enumerate() {
            let prefix = format!("{site}/{index}");
            wanted.merge(&self.scope(branch, &json[index], &prefix, &out, view.item));
        }
        self.given(flow, &wanted, view);
    }

    fn map(
        &mut self,
        map: &Map,
        flow: &JsonPathFlow,
        json: &Value,
        site: &Site,
        result: Want,
        view: &mut View<'_>,
    ) {
        let result = self.selected(flow, result, view);
        let out = self.assigned(flow, result, view).each();
        let mut inner = Want::default();
        let wanted = self.scope(&map.processor, json, site, &out, &mut inner);
        match &flow.item_selector {
            None => inner.merge(&wanted),
            Some(selector) => {
                let mut selecting = View {
                    effective: std::mem::take(&mut view.effective),
                    item: &mut inner,
                };
                self.template(selector, &wanted, &mut selecting);
                view.effective = selecting.effective;
            }
        }
        if let Some(limit) = &map.max_concurrency {
            self.limit(limit, view);
        }
        let root = Path::data();
        let items = flow.items_path.as_ref().unwrap_or(&root);
        self.path(items, &Want::array(inner), view);
    }

    /// Returns what is read of a state's data before `OutputPath` is applied.
    fn before_output_path(
        &mut self,
        flow: &JsonPathFlow,
        next: &Want,
        view: &mut View<'_>,
    ) -> Want {
        match &flow.output_path {
            Nullable::Absent => next.clone(),
            Nullable::Null => Want::default(),
            Nullable::Set(path) if *path.root() == Root::Data => {
                let mut merged = Want::default();
                merged.at(path.steps()).merge(next);
                merged
            }
            Nullable::Set(path) => {
                self.path(path, next, view);
                Want::default()
            }
        }
    }

    /// Adds what `Parameters` reads of the effective input, if `wanted` is read of its result.
    fn given(&mut self, flow: &JsonPathFlow, wanted: &Want, view: &mut View<'_>) {
        match &flow.parameters {
            Some(template) => self.template(template, wanted, view),
            None => view.effective.merge(wanted),
        }
    }

    /// Returns what `ResultSelector` reads of the result, if `wanted` is read of the selected
    /// value.
    fn selected(&mut self, flow: &JsonPathFlow, wanted: Want, view: &mut View<'_>) -> Want {
        let Some(selector) = &flow.result_selector else {
            return wanted;
        };
        let mut result = View {
            effective: Want::default(),
            item: view.item,
        };
        self.template(selector, &wanted, &mut result);
        result.effective
    }

    /// Adds what `Assign` reads of a state's result to what else is read of it.
    fn assigned(&mut self, flow: &JsonPathFlow, result: Want, view: &mut View<'_>) -> Want {
        let Some(Template::Object(fields)) = &flow.assign else {
            return result;
        };
        let mut seen = View {
            effective: result,
            item: view.item,
        };
        for field in fields {
            let wanted = self
                .variables
                .get(field.name.as_str())
                .cloned()
                .unwrap_or_default();
            match &field.value {
                FieldValue::Nested(template) => self.template(template, &wanted, &mut seen),
                FieldValue::Dynamic(source) => self.source(source, &wanted, &mut seen),
            }
        }
        seen.effective
    }

    fn template(&mut self, template: &Template, wanted: &Want, view: &mut View<'_>) {
        match template {
            Template::Literal(_) => {}
            Template::Array(items) => {
                let each = wanted.each();
                for item in items {
                    self.template(item, &each, view);
                }
            }
            Template::Object(fields) => {
                for field in fields {
                    let wanted = wanted.get(&[Step::Name(field.name.as_str().into())]);
                    match &field.value {
                        FieldValue::Nested(template) => self.template(template, &wanted, view),
                        FieldValue::Dynamic(source) => self.source(source, &wanted, view),
                    }
                }
            }
        }
    }

    fn source(&mut self, source: &Source, wanted: &Want, view: &mut View<'_>) {
        match source {
            Source::Path(path) => self.path(path, wanted, view),
            Source::Intrinsic(call) => {
                for (path, wanted) in expression::arguments(call, wanted) {
                    self.path(&path, &wanted, view);
                }
            }
        }
    }

    /// Adds a read of `path`, and of `wanted` in the value that it finds.
    fn path(&mut self, path: &Path, wanted: &Want, view: &mut View<'_>) {
        let place = match path.root() {
            Root::Data => view.effective.at(path.steps()),
            Root::Variable(name) => {
                let variable = self.variables.entry(name.clone()).or_default();
                variable.at(path.steps())
            }
            Root::Context => match named(path.steps()).as_slice() {
                ["Execution", "Input", ..] => self.input.at(&path.steps()[2..]),
                ["Map", "Item", "Value", ..] => view.item.at(&path.steps()[3..]),
                _ => return,
            },
        };
        if path.is_definite() {
            place.merge(wanted);
        } else {
            place.merge(&wanted.selected());
        }
    }

    fn limit(&mut self, limit: &Limit, view: &mut View<'_>) {
        if let Some(path) = limit.path() {
            self.path(path, &Want::hinted([Hint::Count]), view);
        }
    }

    fn until(&mut self, until: &Until, view: &mut View<'_>) {
        match until {
            Until::Seconds(limit) => self.limit(limit, view),
            Until::Timestamp(timestamp) => {
                if let Some(path) = timestamp.path() {
                    self.path(path, &Want::hinted([Hint::Timestamp]), view);
                }
            }
        }
    }

    /// What has to be so that a Choice takes a certain rule.
    fn demanded(&mut self, site: &Site, view: &mut View<'_>) {
        let demands = self.demands.get(site).into_iter().flatten();
        for Demand { path, want } in demands {
            self.path(path, want, view);
        }
    }

    fn choice(&mut self, choice: &Choice, site: &Site, view: &mut View<'_>) {
        self.demanded(site, view);
        for rule in choice
            .choices
            .iter()
            .filter_map(|rule| rule.flow.json_path())
        {
            self.condition(&rule.condition, view);
        }
    }

    fn condition(&mut self, condition: &Condition, view: &mut View<'_>) {
        match condition {
            Condition::And(all) | Condition::Or(all) => {
                for condition in all {
                    self.condition(condition, view);
                }
            }
            Condition::Not(condition) | Condition::Commented(condition, _) => {
                self.condition(condition, view);
            }
            Condition::Test(test) => self.test(test, view),
        }
    }

    fn test(&mut self, test: &Test, view: &mut View<'_>) {
        let hints = Want::hinted(expression::boundary(test));
        self.path(&test.variable, &hints, view);
        if let Operand::Path(path) = &test.operand {
            self.path(path, &hints, view);
        }
    }

    /// Returns what a JSONata state reads of its input, if `next` is read of its output.
    fn jsonata(
        &mut self,
        flow: &JsonataFlow,
        state: &State,
        json: &Value,
        site: &Site,
        (next, prefix): (&Want, &str),
        item: &mut Want,
    ) -> Want {
        let mut found = Found::new(self.constants);
        let mut whole = Want::default();
        match &flow.output {
            Some(output) => trees::of_template(output, next, &mut found),
            None => whole = next.clone(),
        }
        self.assigns(flow.assign.as_ref(), &mut found);
        for catcher in state.handlers().1 {
            if let CatchFlow::Jsonata(flow) = &catcher.flow {
                let caught = self.entered(prefix, &catcher.next);
                if let Some(output) = &flow.output {
                    trees::of_template(output, &caught, &mut found);
                }
                self.assigns(flow.assign.as_ref(), &mut found);
            }
        }
        self.of_body(&state.body, prefix, &mut found);
        let mut raw = Want::default();
        let mut result = whole;
        let mut of_item = Want::default();
        self.add(&mut found, &mut raw, &mut result, &mut of_item);
        let mut given = Want::default();
        match &state.body {
            Body::Task(_) => self.results.entry(site.clone()).or_default().merge(&result),
            Body::Parallel(parallel) => {
                for (index, branch) in parallel.branches.iter().enumerate() {
                    let (prefix, json) = (format!("{site}/{index}"), &json[BRANCHES][index]);
                    let out = result.each();
                    given.merge(&self.scope(branch, json, &prefix, &out, item));
                }
            }
            Body::Map(map) => {
                let json = &json[map.processor_field()];
                let mut inner = Want::default();
                let wanted = self.scope(&map.processor, json, site, &result.each(), &mut inner);
                match &flow.item_selector {
                    None => inner.merge(&wanted),
                    Some(selector) => {
                        trees::of_template(selector, &wanted, &mut found);
                        self.add(&mut found, &mut raw, &mut result, &mut inner);
                    }
                }
                let items = Want::array(inner);
                match &flow.items {
                    None => raw.merge(&items),
                    Some(template) => trees::of_template(template, &items, &mut found),
                }
            }
            _ => raw.merge(&result),
        }
        match &flow.arguments {
            None => raw.merge(&given),
            Some(arguments) => trees::of_template(arguments, &given, &mut found),
        }
        self.add(&mut found, &mut raw, &mut Want::default(), &mut of_item);
        item.merge(&of_item);
        let mut view = View {
            effective: raw,
            item,
        };
        self.demanded(site, &mut view);
        view.effective
    }

    /// What an `Assign` reads, if its variables are read as they are.
    fn assigns(&self, assign: Option<&jsonata::Template>, found: &mut Found<'_>) {
        if let Some(jsonata::Template::Object(members)) = assign {
            for (name, value) in members {
                let wanted = self.variables.get(name.as_str());
                trees::of_template(value, &wanted.cloned().unwrap_or_default(), found);
            }
        }
    }

    /// What the fields of a type of state read.
    fn of_body(&self, body: &Body, prefix: &str, found: &mut Found<'_>) {
        let mut count = |limit: Option<&Limit>| {
            if let Some(expression) = limit.and_then(Limit::expression) {
                trees::of_expression(expression, &Want::hinted([Hint::Count]), found);
            }
        };
        match body {
            Body::Task(task) => {
                count(task.timeout.as_ref());
                count(task.heartbeat.as_ref());
            }
            Body::Map(map) => count(map.max_concurrency.as_ref()),
            Body::Wait(wait) => match &wait.until {
                Until::Seconds(seconds) => count(Some(seconds)),
                Until::Timestamp(timestamp) => {
                    if let Some(expression) = timestamp.expression() {
                        let wanted = Want::hinted([Hint::Timestamp]);
                        trees::of_expression(expression, &wanted, found);
                    }
                }
            },
            Body::Fail(fail) => {
                for text in [&fail.error, &fail.cause].into_iter().flatten() {
                    if let Some(expression) = text.expression() {
                        trees::of_expression(expression, &Want::hinted([Hint::Text]), found);
                    }
                }
            }
            Body::Choice(choice) => {
                for rule in &choice.choices {
                    let Some(flow) = rule.flow.jsonata() else {
                        continue;
                    };
                    if let Some(condition) = flow.condition.expression() {
                        trees::of_expression(condition, &Want::hinted([Hint::Bool]), found);
                    }
                    if let Some(output) = &flow.output {
                        trees::of_template(output, &self.entered(prefix, &rule.next), found);
                    }
                    self.assigns(flow.assign.as_ref(), found);
                }
            }
            Body::Pass(_) | Body::Parallel(_) | Body::Succeed => {}
        }
    }

    /// Adds reads to what they are reads of.
    fn add(&mut self, found: &mut Found<'_>, raw: &mut Want, result: &mut Want, item: &mut Want) {
        for (origin, steps, wanted) in found.reads.drain(..) {
            let place = match origin {
                Origin::Input => &mut *raw,
                Origin::Result => &mut *result,
                Origin::Execution => &mut self.input,
                Origin::Item => &mut *item,
                Origin::Variable(name) => self.variables.entry(name).or_default(),
            };
            place.at(&steps).merge(&wanted);
        }
    }
}

/// Splits the reads of merged data into those of the result and those of the raw input.
fn parted(merged: Want, result_path: &Nullable<Path>) -> (Want, Want) {
    match result_path {
        Nullable::Absent => (merged, Want::default()),
        Nullable::Null => (Want::default(), merged),
        Nullable::Set(path) if path.is_data_root() => (merged, Want::default()),
        Nullable::Set(path) => {
            let result = merged.get(path.steps());
            let mut raw = merged;
            raw.forget(path.steps());
            (result, raw)
        }
    }
}

/// Removes the reads that the error output of a catcher satisfies.
fn forget(want: &mut Want, catch: &CatchFlow) {
    let result_path = catch.json_path().map(|catch| &catch.result_path);
    match result_path.unwrap_or(&Nullable::Absent) {
        Nullable::Null => {}
        Nullable::Absent => *want = Want::default(),
        Nullable::Set(path) => want.forget(path.steps()),
    }
}

/// The names at the beginning of the steps.
fn named(steps: &[Step]) -> Vec<&str> {
    let names = steps.iter().map_while(|step| match step {
        Step::Name(name) => Some(&**name),
        _ => None,
    });
    names.collect()
}

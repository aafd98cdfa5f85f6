//! Where a definition has JSONata: every field with expressions, to be changed.

use std::sync::Arc;

use super::{Body, ByLanguage, Dynamic, JsonataCatch, JsonataRule, Machine, Scope, State, Until};
use crate::query::jsonata::{Expression, Second, Template};

impl Machine {
    /// The same machine, whose expressions ask a second evaluator.
    #[must_use]
    pub fn asking(&self, second: &Arc<dyn Second>) -> Self {
        let mut asking = self.clone();
        asking.scope = scope(&self.scope, second);
        asking
    }
}

fn scope(scope: &Scope, second: &Arc<dyn Second>) -> Arc<Scope> {
    let mut asking = scope.clone();
    for state in asking.states.values_mut() {
        let state = Arc::make_mut(state);
        match &mut state.body {
            Body::Parallel(parallel) => {
                for branch in &mut parallel.branches {
                    *branch = self::scope(branch, second);
                }
            }
            Body::Map(map) => map.processor = self::scope(&map.processor, second),
            _ => {}
        }
        each_expression(state, &mut |it| *it = it.asking(second));
    }
    Arc::new(asking)
}

/// What is set and what is put out, at each way out of a state.
pub(crate) fn each_exit(
    state: &mut State,
    seen: &mut dyn FnMut(Option<&mut Template>, Option<&mut Template>),
) {
    if let ByLanguage::Jsonata(flow) = &mut state.flow {
        seen(flow.assign.as_mut(), flow.output.as_mut());
    }
    for flow in catchers(&mut state.body) {
        seen(flow.assign.as_mut(), flow.output.as_mut());
    }
    for flow in rules(&mut state.body) {
        seen(flow.assign.as_mut(), flow.output.as_mut());
    }
}

/// What the rules of a Choice have in JSONata.
pub(crate) fn rules(body: &mut Body) -> impl Iterator<Item = &mut JsonataRule> {
    let rules = match body {
        Body::Choice(choice) => &mut choice.choices[..],
        _ => &mut [],
    };
    rules.iter_mut().filter_map(|rule| match &mut rule.flow {
        ByLanguage::Jsonata(flow) => Some(flow),
        ByLanguage::JsonPath(_) => None,
    })
}

/// What catchers have in JSONata.
pub(crate) fn catchers(body: &mut Body) -> impl Iterator<Item = &mut JsonataCatch> {
    let catchers = match body {
        Body::Task(task) => task.catch.as_mut(),
        Body::Parallel(parallel) => parallel.catch.as_mut(),
        Body::Map(map) => map.catch.as_mut(),
        _ => None,
    };
    let catchers = catchers.into_iter().flatten();
    catchers.filter_map(|catcher| match &mut catcher.flow {
        ByLanguage::Jsonata(flow) => Some(flow),
        ByLanguage::JsonPath(_) => None,
    })
}

/// Every field that is JSON with expressions inside.
pub(crate) fn each_template(state: &mut State, seen: &mut dyn FnMut(&mut Template)) {
    if let ByLanguage::Jsonata(flow) = &mut state.flow {
        let fields = [
            &mut flow.arguments,
            &mut flow.credentials,
            &mut flow.items,
            &mut flow.item_selector,
        ];
        fields.into_iter().flatten().for_each(&mut *seen);
    }
    each_exit(state, &mut |assign, output| {
        [assign, output].into_iter().flatten().for_each(&mut *seen);
    });
}

/// Every expression of a state.
pub(crate) fn each_expression(state: &mut State, seen: &mut dyn FnMut(&mut Expression)) {
    each_template(state, &mut |template| template.for_each_expression(seen));
    for rule in rules(&mut state.body) {
        if let Dynamic::Expression(it) = &mut rule.condition {
            seen(it);
        }
    }
    let mut limits = Vec::new();
    match &mut state.body {
        Body::Task(task) => limits.extend([&mut task.timeout, &mut task.heartbeat]),
        Body::Map(map) => limits.push(&mut map.max_concurrency),
        Body::Wait(wait) => match &mut wait.until {
            Until::Seconds(Dynamic::Expression(it)) | Until::Timestamp(Dynamic::Expression(it)) => {
                seen(it);
            }
            _ => {}
        },
        Body::Fail(fail) => {
            for text in [&mut fail.error, &mut fail.cause] {
                if let Some(Dynamic::Expression(it)) = text {
                    seen(it);
                }
            }
        }
        Body::Choice(_) | Body::Pass(_) | Body::Succeed | Body::Parallel(_) => {}
    }
    for limit in limits {
        if let Some(Dynamic::Expression(it)) = limit {
            seen(it);
        }
    }
}

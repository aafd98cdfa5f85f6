//! How data flows through a state.

use stepproof_specs::{
    asl::{Body, JsonPathFlow, Nullable, State},
    query::jsonpath::{
        path::{Path, Root, Step},
        template::{Field, FieldValue, Source, Template},
    },
};

use super::{Way, handlers};

pub(super) fn rewrite(way: Way, state: &mut State) {
    if way == Way::AssignOrder {
        each_assign(state, in_turn);
    }
    let State {
        flow,
        body,
        comment: _,
        query_language: _,
    } = state;
    if let Some(flow) = flow.json_path_mut() {
        rewrite_flow(way, flow, body);
    }
}

fn rewrite_flow(way: Way, flow: &mut JsonPathFlow, body: &mut Body) {
    match way {
        Way::ResultPath => flow.result_path = Nullable::Absent,
        Way::InputPath if !matches!(body, Body::Task(_)) => flow.input_path = Nullable::Absent,
        Way::NullOutputPath if flow.output_path == Nullable::Null => {
            flow.output_path = Nullable::Absent;
        }
        Way::CaughtResultPath => {
            let catchers = handlers(body).1.iter_mut();
            let caught = catchers.filter_map(|catcher| catcher.flow.json_path_mut());
            for catch in caught.filter(|it| it.result_path == Nullable::Absent) {
                catch.result_path = flow.result_path.clone();
            }
        }
        Way::ResultSelector => flow.result_selector = None,
        Way::NullResultPath if flow.result_path == Nullable::Null => {
            flow.result_path = Nullable::Absent;
        }
        Way::ItemSelector => flow.item_selector.iter_mut().for_each(read_item),
        _ => {}
    }
}

/// Every path of an ItemSelector starts from the item.
fn read_item(template: &mut Template) {
    match template {
        Template::Literal(_) => {}
        Template::Array(items) => items.iter_mut().for_each(read_item),
        Template::Object(fields) => {
            for field in fields {
                match &mut field.value {
                    FieldValue::Nested(nested) => read_item(nested),
                    FieldValue::Dynamic(Source::Path(path)) if *path.root() == Root::Data => {
                        let item = ["Map", "Item", "Value"].map(|name| Step::Name(name.into()));
                        let steps = item.into_iter().chain(path.steps().iter().cloned());
                        *path = Path::new(Root::Context, steps.collect());
                    }
                    FieldValue::Dynamic(_) => {}
                }
            }
        }
    }
}

fn each_assign(state: &mut State, change: fn(&mut Template)) {
    let own = state.flow.json_path_mut();
    own.into_iter()
        .flat_map(|flow| &mut flow.assign)
        .for_each(change);
    let catchers = handlers(&mut state.body).1.iter_mut();
    let caught = catchers.filter_map(|catcher| catcher.flow.json_path_mut());
    caught.flat_map(|catch| &mut catch.assign).for_each(change);
    if let Body::Choice(choice) = &mut state.body {
        let rules = choice.choices.iter_mut();
        let rules = rules.filter_map(|rule| rule.flow.json_path_mut());
        rules.flat_map(|rule| &mut rule.assign).for_each(change);
    }
}

/// What reads a variable that is assigned further up gets what is assigned there.
fn in_turn(assign: &mut Template) {
    let Template::Object(fields) = assign else {
        return;
    };
    for at in 0..fields.len() {
        let (before, rest) = fields.split_at_mut(at);
        let Some(Field { value, .. }) = rest.first_mut() else {
            return;
        };
        let FieldValue::Dynamic(Source::Path(path)) = &*value else {
            continue;
        };
        if let (Root::Variable(name), []) = (path.root(), path.steps())
            && let Some(earlier) = before.iter().find(|field| *field.name == **name)
        {
            *value = earlier.value.clone();
        }
    }
}

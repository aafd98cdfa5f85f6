//! How data flows through a state.

use stepproof_specs::{
    asl::{Body, ChoiceRule, Nullable, State},
    query::jsonpath::{
        path::{Path, Root, Step},
        template::{Field, FieldValue, Source, Template},
    },
};

use super::{Way, handlers, result_path};

pub(super) fn rewrite(way: Way, state: &mut State) {
    match way {
        Way::ResultPath => {
            if let Some(result_path) = result_path(&mut state.body) {
                *result_path = Nullable::Absent;
            }
        }
        Way::InputPath if !matches!(state.body, Body::Task(_)) => {
            state.input_path = Nullable::Absent;
        }
        Way::NullOutputPath if state.output_path == Nullable::Null => {
            state.output_path = Nullable::Absent;
        }
        Way::CaughtResultPath => {
            let own = result_path(&mut state.body).map(|path| path.clone());
            let bare = handlers(&mut state.body).1.iter_mut();
            for catcher in bare.filter(|it| it.result_path == Nullable::Absent) {
                catcher.result_path = own.clone().unwrap_or(Nullable::Absent);
            }
        }
        Way::ResultSelector => match &mut state.body {
            Body::Task(task) => task.result_selector = None,
            Body::Parallel(parallel) => parallel.result_selector = None,
            Body::Map(map) => map.result_selector = None,
            _ => {}
        },
        Way::NullResultPath => {
            if let Some(result_path) = result_path(&mut state.body)
                && *result_path == Nullable::Null
            {
                *result_path = Nullable::Absent;
            }
        }
        Way::ItemSelector => {
            if let Body::Map(map) = &mut state.body
                && let Some(selector) = &mut map.item_selector
            {
                read_item(selector);
            }
        }
        Way::AssignOrder => each_assign(state, in_turn),
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
    state.assign.iter_mut().for_each(change);
    for catcher in handlers(&mut state.body).1 {
        catcher.assign.iter_mut().for_each(change);
    }
    if let Body::Choice(choice) = &mut state.body {
        let rules: &mut [ChoiceRule] = &mut choice.choices;
        for rule in rules {
            rule.assign.iter_mut().for_each(change);
        }
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

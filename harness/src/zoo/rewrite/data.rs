//! How data flows through a state.

use stepproof_specs::{
    machine::{Body, Nullable, State},
    path::Root,
    template::{Field, FieldValue, Source, Template},
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
        Way::AssignOrder => {
            if let Some(Template::Object(fields)) = &mut state.assign {
                see_new_values(fields);
            }
        }
        _ => {}
    }
}

/// A field that reads a variable which a field before it assigns has what that one has.
fn see_new_values(fields: &mut [Field]) {
    for at in 1..fields.len() {
        let (before, after) = fields.split_at_mut(at);
        let FieldValue::Dynamic(Source::Path(path)) = &after[0].value else {
            continue;
        };
        let Root::Variable(name) = path.root() else {
            continue;
        };
        let assigned = before.iter().find(|field| *field.name == **name);
        if let Some(assigned) = assigned.filter(|_| path.steps().is_empty()) {
            after[0].value = assigned.value.clone();
        }
    }
}

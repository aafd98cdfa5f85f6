//! How data flows through a state.

use stepproof_specs::machine::{Body, Nullable, State};

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
        _ => {}
    }
}

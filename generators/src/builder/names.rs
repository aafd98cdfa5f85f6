//! The names of states and activities: `Task3` is the machine's third state, and a Task.

use std::sync::Arc;

use stepproof_specs::asl::{Name, StateType};

use crate::literal::ACTIVITY_PREFIX;

/// How many names per type are made in advance.
const MADE: u32 = 40;

thread_local! {
    static NAMES: Vec<Vec<Name>> = StateType::ALL
        .iter()
        .map(|kind| (0..MADE).map(|number| make(*kind, number)).collect())
        .collect();
    static ACTIVITIES: Vec<Name> = (0..MADE)
        .map(|number| make_activity(&make(StateType::Task, number)))
        .collect();
}

fn make(kind: StateType, number: u32) -> Name {
    Arc::from(format!("{}{number}", kind.name()))
}

/// The name of the state with this number.
pub(super) fn state(kind: StateType, number: u32) -> Name {
    if number >= MADE {
        return make(kind, number);
    }
    let kind = StateType::ALL.iter().position(|other| *other == kind);
    NAMES.with(|names| Arc::clone(&names[kind.unwrap_or(0)][number as usize]))
}

fn make_activity(task: &str) -> Name {
    [ACTIVITY_PREFIX, task].concat().into()
}

/// The ARN of the activity that the Task with this number and name calls. Every Task has its own.
pub(super) fn activity(number: u32, task: &str) -> Name {
    ACTIVITIES.with(|made| match made.get(number as usize) {
        Some(activity) => Arc::clone(activity),
        None => make_activity(task),
    })
}

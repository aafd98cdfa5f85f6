//! The part of two executions that is compared, without what a rewriting may change.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stepproof_specs::{clause::Aspect, history::EventKind, observation::Observation};

use crate::spots::MADE;

/// A mark in the new name of every renamed state.
pub const NEW: char = '¬';

/// The text before the id of an event in a cause.
const EVENT: &str = "at the event id #";

/// The compared aspects.
pub type Seen = BTreeMap<Aspect, Value>;

/// What is left out of the comparison, and how sites are renamed.
#[derive(Debug, Default)]
pub struct View {
    /// States whose own events are left out.
    pub aside: Vec<String>,
    /// Sites of tasks that only one of the machines has.
    pub silent: Vec<String>,
    /// Prefixes of sites, with their replacements.
    pub moved: Vec<(String, String)>,
}

impl View {
    /// The compared part of an execution.
    pub fn of(&self, observation: &Observation) -> Seen {
        let text = |text: &Option<String>| json!(text);
        let mut seen = Seen::from([
            (Aspect::Status, json!(observation.status.name())),
            (Aspect::Error, text(&observation.error)),
            (Aspect::Cause, text(&observation.cause)),
            (Aspect::Output, json!(observation.output)),
            (Aspect::Timing, json!(observation.duration)),
        ]);
        self.steps(observation, &mut seen);
        self.tasks(observation, &mut seen);
        seen.values_mut().for_each(scrub);
        // Sorted only now, when both sides have the same names.
        for aspect in [
            Aspect::Path,
            Aspect::History,
            Aspect::Attempts,
            Aspect::Effects,
        ] {
            let entries = seen.get_mut(&aspect).and_then(Value::as_array_mut);
            entries
                .expect("a list")
                .sort_by_cached_key(Value::to_string);
        }
        seen
    }

    /// The states that were entered, with their inputs and outputs.
    fn steps(&self, observation: &Observation, seen: &mut Seen) {
        let (mut path, mut steps) = (Vec::new(), Vec::new());
        for event in observation.history.iter().flatten() {
            let name = event.details.name.as_deref().unwrap_or_default();
            if name.contains(MADE) || self.aside.iter().any(|aside| aside == name) {
                continue;
            }
            match event.kind {
                EventKind::Entered(_) => {
                    path.push(json!(name));
                    steps.push(json!(["entered", name, event.details.input.as_deref()]));
                }
                EventKind::Exited(_) => {
                    steps.push(json!(["left", name, event.details.output.as_deref()]));
                }
                _ => {}
            }
        }
        seen.insert(Aspect::Path, path.into());
        seen.insert(Aspect::History, steps.into());
    }

    /// The attempts of every task, with their inputs and the times at which they were taken.
    fn tasks(&self, observation: &Observation, seen: &mut Seen) {
        let (mut attempts, mut effects) = (Vec::new(), Vec::new());
        for (site, played) in &observation.attempts {
            if self.silent.iter().any(|silent| **silent == **site) {
                continue;
            }
            let site = self.place(site);
            attempts.extend(played.iter().map(|it| json!([site, it.taken])));
            effects.extend(played.iter().map(|it| json!([site, it.input])));
        }
        seen.insert(Aspect::Attempts, attempts.into());
        seen.insert(Aspect::Effects, effects.into());
    }

    fn place(&self, site: &str) -> String {
        let moved = self.moved.iter().find_map(|(from, to)| {
            let rest = site.strip_prefix(from.as_str())?;
            Some(format!("{to}{rest}"))
        });
        moved.unwrap_or_else(|| site.to_owned())
    }
}

/// Removes marks, added members and the ids of events.
fn scrub(value: &mut Value) {
    match value {
        Value::String(text) => {
            text.retain(|it| it != MADE && it != NEW);
            forget_events(text);
        }
        Value::Array(elements) => elements.iter_mut().for_each(scrub),
        Value::Object(members) => {
            members.retain(|key, _| !key.contains(MADE));
            members.values_mut().for_each(scrub);
        }
        _ => {}
    }
}

fn forget_events(text: &mut String) {
    let mut from = 0;
    while let Some(at) = text[from..].find(EVENT) {
        from += at + EVENT.len();
        let digits = text[from..].find(|it: char| !it.is_ascii_digit());
        text.replace_range(from..digits.map_or(text.len(), |end| from + end), "");
    }
}

//! Where in the language a diagnostic is: `Task.Retry.BackoffRate`, whatever the states are called.

use serde_json::Value;
use stepproof_specs::{clause::Clause, validate::Diagnostic};

/// A place in the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The state's type, the field of it, and the innermost field: `Task.Retry.BackoffRate`. A
    /// scope is `Machine`, in the machine itself and in what is inside of it.
    pub(super) kind: String,
    /// The type of the state around it, or `root`.
    pub(super) parent: String,
    /// The state's name.
    pub(super) state: Option<String>,
}

/// Fields whose content is data, with names of its own.
const DATA: [&str; 7] = [
    "Arguments",
    "Assign",
    "Credentials",
    "ItemSelector",
    "Output",
    "Parameters",
    "ResultSelector",
];

/// A scope inside a state.
const SCOPES: [&str; 3] = ["Branches", "ItemProcessor", "Iterator"];

/// The place of a diagnostic in a definition.
pub(super) fn place(definition: &Value, diagnostic: &Diagnostic) -> Place {
    let mut walk = Walk {
        kinds: Vec::new(),
        fields: Vec::new(),
        state: None,
    };
    walk.follow(definition, diagnostic.location.as_deref().unwrap_or("/"));
    walk.fields.extend(about(diagnostic));
    walk.place()
}

/// The fields that a diagnostic about a whole object names.
fn about(diagnostic: &Diagnostic) -> Option<String> {
    let (before, after) = match diagnostic.clause {
        Clause::ValidateUnsupported => ("Field '", "'"),
        Clause::ValidateLanguageField => ("but field '", "'"),
        Clause::ValidateRequired | Clause::ValidateRequiredMachine => ("[", "]"),
        _ => return None,
    };
    let (_, rest) = diagnostic.message.split_once(before)?;
    let (names, _) = rest.split_once(after)?;
    Some(names.replace(", ", "+"))
}

struct Walk {
    /// The types of the states around the place, outermost first.
    kinds: Vec<String>,
    /// The fields since the innermost state or scope.
    fields: Vec<String>,
    state: Option<String>,
}

impl Walk {
    /// Follows a location, whose names may contain slashes, through what is there.
    fn follow(&mut self, value: &Value, location: &str) {
        let Some(rest) = location.strip_prefix('/').filter(|rest| !rest.is_empty()) else {
            return;
        };
        let keys = value.as_object().into_iter().flatten();
        let here = keys
            .filter(|(key, _)| {
                let tail = rest.strip_prefix(key.as_str());
                tail.is_some_and(|tail| tail.is_empty() || tail.starts_with(['/', '[']))
            })
            .max_by_key(|(key, _)| key.len());
        let Some((key, inner)) = here else {
            return self.fields.push(rest.to_owned());
        };
        self.step(key, inner, &rest[key.len()..]);
    }

    fn step(&mut self, key: &str, inner: &Value, rest: &str) {
        match key {
            "States" if !rest.is_empty() => return self.enter(inner, rest),
            _ if SCOPES.contains(&key) && rest.contains('/') => {
                self.fields = vec!["Machine".into()]
            }
            _ => self.fields.push(key.to_owned()),
        }
        if DATA.contains(&key) {
            return;
        }
        let mut inner = inner;
        let mut rest = rest;
        while let Some((index, tail)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
            let index = index.parse::<usize>().ok();
            inner = index
                .and_then(|index| inner.get(index))
                .unwrap_or(&Value::Null);
            rest = tail;
        }
        self.follow(inner, rest);
    }

    /// Enters a state of `States`.
    fn enter(&mut self, states: &Value, location: &str) {
        let rest = &location[1..];
        let names = states.as_object().into_iter().flatten();
        let state = names
            .filter(|(name, _)| {
                let tail = rest.strip_prefix(name.as_str());
                tail.is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
            })
            .max_by_key(|(name, _)| name.len());
        let Some((name, state)) = state else { return };
        let kind = state["Type"].as_str().filter(|kind| is_word(kind));
        self.kinds.push(kind.unwrap_or("State").to_owned());
        self.fields.clear();
        self.state = Some(name.clone());
        self.follow(state, &rest[name.len()..]);
    }

    fn place(mut self) -> Place {
        let inside = self.fields.first().is_some_and(|it| it == "Machine");
        let kind = match self.kinds.last() {
            Some(kind) if !inside => {
                let kind = kind.clone();
                self.kinds.pop();
                kind
            }
            _ => "Machine".to_owned(),
        };
        if inside {
            self.fields.remove(0);
        }
        let mut words = vec![kind];
        words.extend(self.fields.first().cloned());
        words.extend(
            self.fields
                .last()
                .filter(|_| self.fields.len() > 1)
                .cloned(),
        );
        Place {
            kind: words.join(".").replace(char::is_whitespace, "_"),
            parent: self.kinds.pop().unwrap_or_else(|| "root".to_owned()),
            state: self.state,
        }
    }
}

/// Whether a state's type is one that the language could have.
fn is_word(kind: &str) -> bool {
    matches!(
        kind,
        "Pass" | "Task" | "Choice" | "Wait" | "Succeed" | "Fail" | "Parallel" | "Map"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::{case::WorkflowType, validate::validate};

    use super::place;

    fn places(definition: &serde_json::Value) -> Vec<(String, String)> {
        let (_, diagnostics) = validate(definition, WorkflowType::Standard);
        let places = diagnostics.iter().map(|it| place(definition, it));
        places.map(|it| (it.kind, it.parent)).collect()
    }

    fn one(state: serde_json::Value) -> String {
        let definition = json!({ "StartAt": "A/B", "States": { "A": {}, "A/B": state } });
        let found = places(&definition);
        found.into_iter().next_back().unwrap().0
    }

    #[test]
    fn names_of_states_and_data_are_no_part_of_a_place() {
        let arn = "arn:aws:states:us-east-1:123456789012:activity:a";
        for (state, expected) in [
            (json!({ "Type": "Pass", "End": 1 }), "Pass.End"),
            (
                json!({ "Type": "Wait", "Seconds": -1, "End": true }),
                "Wait.Seconds",
            ),
            (
                json!({ "Type": "Task", "Resource": arn, "End": true,
                    "Retry": [{ "ErrorEquals": ["E"], "BackoffRate": 0 }] }),
                "Task.Retry.BackoffRate",
            ),
            (
                json!({ "Type": "Pass", "Parameters": { "x": { "y.$": "$." } }, "End": true }),
                "Pass.Parameters",
            ),
            (
                json!({ "Type": "Choice", "Choices": [{ "Not": { "Variable": "a",
                    "IsNull": true }, "Next": "A" }] }),
                "Choice.Choices.Variable",
            ),
            (
                json!({ "Type": "Pass", "Retry": [], "End": true }),
                "Pass.Retry",
            ),
            (json!({ "Type": "Dance" }), "State.Type"),
        ] {
            assert_eq!(one(state), expected);
        }
    }

    #[test]
    fn a_scope_is_a_machine_inside_a_state() {
        let branch = json!({ "States": { "C": { "Type": "Pass" } } });
        let fan = json!({ "Type": "Parallel", "Branches": [branch], "End": true });
        let found = places(&json!({ "States": { "P": fan } }));
        let expected = [
            ("Pass", "Parallel"),
            ("Machine.StartAt", "Parallel"),
            ("Machine.StartAt", "root"),
        ];
        let expected = expected.map(|(kind, parent)| (kind.to_owned(), parent.to_owned()));
        assert_eq!(found, expected);
    }
}

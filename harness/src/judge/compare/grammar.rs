//! The grammar path of a diagnostic, such as `Retry.BackoffRate`, independent of state names.

use serde_json::Value;
use stepproof_specs::{
    asl::{StateType, diagnostic::Diagnostic, walk::SCOPE_FIELDS},
    clause::Clause,
};

/// A path in the grammar of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GrammarPath {
    /// A field with its owner: `Task.Resource`, `Retry.BackoffRate`. The owner of fields that every
    /// state or every scope can have is `State` or `Machine`.
    pub(super) kind: String,
    /// The state's name.
    pub(super) state: Option<String>,
}

/// Fields that contain data, whose member names are arbitrary.
const DATA: [&str; 7] = [
    "Arguments",
    "Assign",
    "Credentials",
    "ItemSelector",
    "Output",
    "Parameters",
    "ResultSelector",
];

/// Fields that states of several types have.
const SHARED: [&str; 15] = [
    "Arguments",
    "Assign",
    "Catch",
    "Comment",
    "End",
    "InputPath",
    "Next",
    "Output",
    "OutputPath",
    "Parameters",
    "QueryLanguage",
    "ResultPath",
    "ResultSelector",
    "Retry",
    "Type",
];

/// Lists inside a state whose entries have fields.
const LISTS: [&str; 3] = ["Retry", "Catch", "Choices"];

/// The grammar path of the object or field that a diagnostic is about.
pub(super) fn path(definition: &Value, diagnostic: &Diagnostic) -> GrammarPath {
    let mut walk = Walk {
        owner: "Machine".to_owned(),
        fields: Vec::new(),
        state: None,
    };
    walk.follow(definition, diagnostic.location.as_deref().unwrap_or("/"));
    if let Some(fields) = about(diagnostic) {
        let whole_scope = walk
            .fields
            .last()
            .is_some_and(|it| SCOPE_FIELDS.contains(&it.as_str()));
        if whole_scope {
            walk.begin_scope();
        }
        walk.fields.push(fields);
    }
    let any_state = matches!(
        diagnostic.clause,
        Clause::ValidateDuplicateState
            | Clause::ValidateLanguageDowngrade
            | Clause::ValidateLanguageField
            | Clause::ValidateReachable
            | Clause::ValidateStateName
            | Clause::ValidateTransition
            | Clause::ValidateTransitionEndFalse
            | Clause::ValidateUnsupported
    );
    walk.path(any_state)
}

/// The fields named by a diagnostic about a whole object, if the path should include them.
fn about(diagnostic: &Diagnostic) -> Option<String> {
    let counts = matches!(
        diagnostic.clause,
        Clause::ValidateUnsupported
            | Clause::ValidateLanguageField
            | Clause::ValidateRequired
            | Clause::ValidateRequiredMachine
    );
    let fields = diagnostic.about.fields();
    (counts && !fields.is_empty()).then(|| fields.join("+"))
}

struct Walk {
    /// The type of the innermost state, or `Machine` for a scope.
    owner: String,
    /// The fields followed since the owner.
    fields: Vec<String>,
    state: Option<String>,
}

impl Walk {
    /// Follows a location through the definition. Names in a location may contain slashes.
    fn follow(&mut self, value: &Value, location: &str) {
        let Some(rest) = location.strip_prefix('/').filter(|rest| !rest.is_empty()) else {
            return;
        };
        match named(value, rest, &['/', '[']) {
            Some((key, inner)) => self.step(key, inner, &rest[key.len()..]),
            None => self.fields.push(rest.to_owned()),
        }
    }

    fn step(&mut self, key: &str, inner: &Value, rest: &str) {
        match key {
            "States" if !rest.is_empty() => return self.enter(inner, &rest[1..]),
            _ if SCOPE_FIELDS.contains(&key) && rest.contains('/') => {
                self.begin_scope();
            }
            _ => self.fields.push(key.to_owned()),
        }
        if DATA.contains(&key) {
            return;
        }
        let (mut inner, mut rest) = (inner, rest);
        while let Some((index, tail)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
            let index = index.parse::<usize>().ok();
            inner = index.and_then(|it| inner.get(it)).unwrap_or(&Value::Null);
            rest = tail;
        }
        self.follow(inner, rest);
    }

    fn begin_scope(&mut self) {
        "Machine".clone_into(&mut self.owner);
        self.fields.clear();
    }

    /// Enters a state of `States`.
    fn enter(&mut self, states: &Value, location: &str) {
        let Some((name, state)) = named(states, location, &['/']) else {
            return;
        };
        let kind = state["Type"].as_str();
        let known = kind.filter(|kind| StateType::ALL.iter().any(|it| it.name() == *kind));
        known.unwrap_or("State").clone_into(&mut self.owner);
        self.fields.clear();
        self.state = Some(name.clone());
        self.follow(state, &location[name.len()..]);
    }

    fn path(self, any_state: bool) -> GrammarPath {
        let first = self.fields.first().map(String::as_str);
        let in_state = self.owner != "Machine";
        let of_any = any_state || first.is_some_and(|it| SHARED.contains(&it));
        let mut words = match (first, self.fields.last()) {
            (Some(list), Some(field)) if LISTS.contains(&list) && self.fields.len() > 1 => {
                vec![list, field]
            }
            (Some(first), Some(last)) if self.fields.len() > 1 => vec![&*self.owner, first, last],
            (Some(first), _) => vec![&*self.owner, first],
            _ => vec![&*self.owner],
        };
        if in_state && of_any && words[0] == self.owner {
            words[0] = "State";
        }
        GrammarPath {
            kind: words.join(".").replace(char::is_whitespace, "_"),
            state: self.state,
        }
    }
}

/// The longest key of an object that a location begins with, and its value.
fn named<'v>(value: &'v Value, location: &str, ends: &[char]) -> Option<(&'v String, &'v Value)> {
    let keys = value.as_object().into_iter().flatten();
    keys.filter(|(key, _)| {
        let tail = location.strip_prefix(key.as_str());
        tail.is_some_and(|tail| tail.is_empty() || tail.starts_with(ends))
    })
    .max_by_key(|(key, _)| key.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::{asl::WorkflowType, validate::validate};

    use super::path;

    fn paths(definition: &serde_json::Value) -> Vec<String> {
        let (_, diagnostics) = validate(definition, WorkflowType::Standard);
        let paths = diagnostics.iter().map(|it| path(definition, it).kind);
        paths.collect()
    }

    fn one(state: &serde_json::Value) -> String {
        let definition = json!({ "StartAt": "A/B", "States": { "A": {}, "A/B": state } });
        paths(&definition).into_iter().next_back().unwrap()
    }

    #[test]
    fn names_of_states_and_data_are_no_part_of_a_path() {
        let arn = "arn:aws:states:us-east-1:123456789012:activity:a";
        for (state, expected) in [
            (json!({ "Type": "Pass", "End": 1 }), "State.End"),
            (
                json!({ "Type": "Wait", "Seconds": -1, "End": true }),
                "Wait.Seconds",
            ),
            (
                json!({ "Type": "Task", "Resource": arn, "End": true,
                    "Retry": [{ "ErrorEquals": ["E"], "BackoffRate": 0 }] }),
                "Retry.BackoffRate",
            ),
            (
                json!({ "Type": "Pass", "Parameters": { "x": { "y.$": "$." } }, "End": true }),
                "State.Parameters",
            ),
            (
                json!({ "Type": "Choice", "Choices": [{ "Not": { "Variable": "a",
                    "IsNull": true }, "Next": "A" }] }),
                "Choices.Variable",
            ),
            (json!({ "Type": "Task", "End": true }), "Task.Resource"),
            (json!({ "Type": "Wait", "End": true }), "Wait"),
            (
                json!({ "Type": "Pass", "Seconds": 1, "End": true }),
                "State.Seconds",
            ),
            (json!({ "Type": "Dance" }), "State.Type"),
        ] {
            assert_eq!(one(&state), expected);
        }
    }

    #[test]
    fn a_scope_is_a_machine_inside_a_state() {
        let branch = json!({ "States": { "C": { "Type": "Pass" } } });
        let fan = json!({ "Type": "Parallel", "Branches": [branch], "End": true });
        let found = paths(&json!({ "States": { "P": fan } }));
        assert_eq!(found, ["State", "Machine.StartAt", "Machine.StartAt"]);
    }
}

//! Which states have which fields (specification, "Table of State Types and Fields").

use crate::asl::{
    QueryLanguage::{self, JsonPath, Jsonata},
    StateType::{self, Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait},
};

/// Whether states of a type have a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// No state of this type has it.
    Unknown,
    /// It belongs to one query language.
    In(QueryLanguage),
    /// It belongs to both.
    Always,
}

/// Whether a state of this type has a field.
pub(super) fn state_field(kind: StateType, field: &str) -> State {
    let (types, support): (&[StateType], State) = match field {
        "Type" | "Comment" | "QueryLanguage" => (&StateType::ALL, State::Always),
        "Next" | "End" => (&[Task, Parallel, Map, Pass, Wait], State::Always),
        "InputPath" | "OutputPath" => (
            &[Task, Parallel, Map, Pass, Wait, Choice, Succeed],
            State::In(JsonPath),
        ),
        "Output" => (
            &[Task, Parallel, Map, Pass, Wait, Choice, Succeed],
            State::In(Jsonata),
        ),
        "Assign" => (&[Task, Parallel, Map, Pass, Wait, Choice], State::Always),
        "Parameters" | "ResultPath" => (&[Task, Parallel, Map, Pass], State::In(JsonPath)),
        "ResultSelector" => (&[Task, Parallel, Map], State::In(JsonPath)),
        "Arguments" => (&[Task, Parallel], State::In(Jsonata)),
        "Retry" | "Catch" => (&[Task, Parallel, Map], State::Always),
        "Result" => (&[Pass], State::In(JsonPath)),
        "Resource" | "TimeoutSeconds" | "HeartbeatSeconds" | "Credentials" => {
            (&[Task], State::Always)
        }
        "TimeoutSecondsPath" | "HeartbeatSecondsPath" => (&[Task], State::In(JsonPath)),
        "Choices" | "Default" => (&[Choice], State::Always),
        "Seconds" | "Timestamp" => (&[Wait], State::Always),
        "SecondsPath" | "TimestampPath" => (&[Wait], State::In(JsonPath)),
        "Error" | "Cause" => (&[Fail], State::Always),
        "ErrorPath" | "CausePath" => (&[Fail], State::In(JsonPath)),
        "Branches" => (&[Parallel], State::Always),
        "ItemProcessor" | "Iterator" | "ItemSelector" | "MaxConcurrency" => (&[Map], State::Always),
        "ItemsPath" | "MaxConcurrencyPath" => (&[Map], State::In(JsonPath)),
        "Items" => (&[Map], State::In(Jsonata)),
        _ if is_distributed(field) && field.ends_with("Path") => (&[Map], State::In(JsonPath)),
        _ if is_distributed(field) => (&[Map], State::Always),
        _ => return State::Unknown,
    };
    if types.contains(&kind) {
        support
    } else {
        State::Unknown
    }
}

/// Whether states of any type have this field.
pub(super) fn is_known(field: &str) -> bool {
    let mut kinds = StateType::ALL.into_iter();
    kinds.any(|kind| state_field(kind, field) != State::Unknown)
}

/// Whether a field of Map is one for distributed processing.
pub(super) fn is_distributed(field: &str) -> bool {
    matches!(
        field,
        "ItemReader"
            | "ItemBatcher"
            | "ResultWriter"
            | "Label"
            | "ToleratedFailureCount"
            | "ToleratedFailureCountPath"
            | "ToleratedFailurePercentage"
            | "ToleratedFailurePercentagePath"
    )
}

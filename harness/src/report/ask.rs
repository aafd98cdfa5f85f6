//! One command of the AWS CLI with which a maintainer can ask AWS itself about a finding, where the
//! difference can be seen without an execution.

use serde_json::Value;
use stepproof_specs::{
    asl::{WorkflowType, walk},
    clause::Aspect,
    history::EventKind,
    observation::Observation,
    scenario::case::DefinitionCase,
};

use super::layout::flat;
use crate::judge::verdict::Difference;

/// The kinds of states that `TestState` runs without calling anything.
const TESTABLE: [&str; 5] = ["Pass", "Choice", "Succeed", "Fail", "Wait"];

/// The longest argument that a shell takes for certain.
const ARGUMENT: usize = 100_000;

/// The command that asks what AWS says of a definition, unless that is too long for a shell.
pub(super) fn validate(case: &DefinitionCase) -> Option<String> {
    let definition = flat(&case.definition);
    let kind = match case.workflow {
        WorkflowType::Standard => "",
        WorkflowType::Express => " --type EXPRESS",
    };
    (definition.len() <= ARGUMENT).then(|| {
        format!(
            "aws stepfunctions validate-state-machine-definition{kind} --definition {}",
            quoted(&definition)
        )
    })
}

/// The command that runs alone the state at which a difference shows, with the input that the reference
/// gives it; nothing if the state needs more than its input.
pub(super) fn test_state(
    definition: &Value,
    root: &Difference,
    expected: &Observation,
) -> Option<String> {
    let shows = matches!(
        root.aspect,
        Aspect::Status | Aspect::Error | Aspect::Output | Aspect::Path | Aspect::Cause
    );
    let name = root.state.as_deref()?;
    let states = walk::states(definition);
    let (_, state) = states.iter().find(|(path, _)| &*path.name == name)?;
    let kind = state.get("Type").and_then(Value::as_str)?;
    // Variables come from states before.
    let alone = states
        .iter()
        .all(|(_, state)| state.get("Assign").is_none());
    let entered = expected.history.iter().flatten().find(|event| {
        matches!(event.kind, EventKind::Entered(_)) && event.details.name.as_deref() == Some(name)
    })?;
    let input = flat(entered.details.input.as_deref()?);
    let state = flat(state);
    // There is no execution, and so no context object.
    let whole = !state.contains("$$");
    let short = state.len() + input.len() <= ARGUMENT;
    (shows && alone && whole && short && TESTABLE.contains(&kind)).then(|| {
        format!(
            "aws stepfunctions test-state --inspection-level DEBUG --definition {} --input {}",
            quoted(&state),
            quoted(&input)
        )
    })
}

/// An argument for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

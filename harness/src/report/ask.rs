//! One command of the AWS CLI with which a maintainer can ask AWS itself about a finding, where the
//! difference can be seen without an execution.

use serde_json::Value;
use stepproof_specs::{
    asl::{WorkflowType, text::MAX_BYTES, walk},
    clause::Aspect,
    history::EventKind,
    scenario::case::{Body, DefinitionCase},
};

use super::{
    finding::{Finding, Seen},
    layout::flat,
};

/// The kinds of states that `TestState` runs without calling anything.
const TESTABLE: [&str; 5] = ["Pass", "Choice", "Succeed", "Fail", "Wait"];

/// The longest argument that a shell takes for certain.
const ARGUMENT: usize = 100_000;

/// The command, if there is one.
pub(super) fn command(finding: &Finding) -> Option<String> {
    match &finding.case {
        Body::Definition(case) => validate(case),
        Body::Execution(case) => {
            let definition: &Value = &case.definition;
            test_state(finding, definition)
        }
    }
}

fn validate(case: &DefinitionCase) -> Option<String> {
    let definition = flat(&case.definition);
    let kind = match case.workflow {
        WorkflowType::Standard => "",
        WorkflowType::Express => " --type EXPRESS",
    };
    (definition.len() <= MAX_BYTES.min(ARGUMENT)).then(|| {
        format!(
            "aws stepfunctions validate-state-machine-definition{kind} --definition {}",
            quoted(&definition)
        )
    })
}

/// The state at which the finding shows, with the input that the reference gives it.
fn test_state(finding: &Finding, definition: &Value) -> Option<String> {
    let shows = matches!(
        finding.aspect(),
        Aspect::Status | Aspect::Error | Aspect::Output | Aspect::Path | Aspect::Cause
    );
    let name = finding.differences.first()?.state.as_deref()?;
    let states = walk::states(definition);
    let (_, state) = states.iter().find(|(path, _)| &*path.name == name)?;
    let kind = state.get("Type").and_then(Value::as_str)?;
    // Variables come from states before.
    let alone = states
        .iter()
        .all(|(_, state)| state.get("Assign").is_none());
    let Seen::Ran(expected) = &finding.expected else {
        return None;
    };
    let entered = expected.history.iter().flatten().find(|event| {
        matches!(event.kind, EventKind::Entered(_)) && event.details.name.as_deref() == Some(name)
    })?;
    let input = flat(entered.details.input.as_deref()?);
    let state = flat(state);
    // The context object of an execution is not there.
    let whole = !state.contains("$$");
    (shows && alone && whole && TESTABLE.contains(&kind) && state.len() + input.len() <= ARGUMENT)
        .then(|| {
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

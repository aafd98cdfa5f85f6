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
use crate::judge::{signature::Signature, verdict::Difference};

/// The kinds of states that `TestState` runs without calling anything.
const TESTABLE: [&str; 5] = ["Pass", "Choice", "Succeed", "Fail", "Wait"];

/// The CLI sends this operation to a host of its own, whose name an address on this machine has not.
const ELSEWHERE: &str = "# To ask another engine, set AWS_ENDPOINT_URL and \
                         AWS_DISABLE_HOST_PREFIX_INJECTION=true.";

/// The errors with which such a state fails by itself.
const FAILURES: [&str; 3] = [
    "States.Runtime",
    "States.DataLimitExceeded",
    "States.ReferencePathConflict",
];

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
    (alone && whole && short && shows(kind, &root.signature)).then(|| {
        format!(
            "{ELSEWHERE}\naws stepfunctions test-state --inspection-level DEBUG --definition {} \
             --input {}",
            quoted(&state),
            quoted(&input)
        )
    })
}

/// Whether a difference can be seen where a state of this kind runs alone: what it outputs, where it
/// goes, or the interpreter's own error.
fn shows(kind: &str, signature: &Signature) -> bool {
    let shape = &signature.shape;
    match (kind, signature.aspect) {
        (_, Aspect::Output | Aspect::Cause) => TESTABLE.contains(&kind),
        ("Choice", Aspect::Path) => shape.property().is_none(),
        ("Choice", Aspect::Status) | ("Choice" | "Fail", Aspect::Error) => true,
        ("Pass" | "Succeed" | "Wait", Aspect::Status | Aspect::Error) => {
            FAILURES.iter().any(|error| shape.mentions(error))
        }
        _ => false,
    }
}

/// An argument for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::shows;

    #[test]
    fn only_what_a_state_does_alone_can_be_asked() {
        for (signature, expected) in [
            ("output Pass root absent≠present@member", true),
            ("cause Wait Map a≠b", true),
            ("path Choice root other", true),
            (
                "status Choice root SUCCEEDED≠FAILED:States.Runtime(a)",
                true,
            ),
            ("status Pass Map SUCCEEDED≠FAILED:States.Runtime(a)", true),
            ("error Fail Parallel custom≠custom", true),
            // The difference is around the state.
            ("path Pass Map more", false),
            ("path Choice root property:transition", false),
            ("status Pass Map SUCCEEDED≠FAILED:custom", false),
            ("status Succeed root SUCCEEDED≠TIMED_OUT", false),
            ("output Task root absent≠present@member", false),
        ] {
            let kind = signature.split(' ').nth(1).expect("a kind");
            let parsed = signature.parse().expect("a signature");
            assert_eq!(shows(kind, &parsed), expected, "{signature}");
        }
    }
}

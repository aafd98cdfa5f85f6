//! Rules about several fields of one state.

use crate::asl::diagnostic::{Diagnostic, not_recognized};
use crate::{
    asl::{
        Body, Limit, Map, Name, State, Task, WorkflowType,
        resource::{Pattern, Resource},
        schema,
    },
    base::pointer::Pointer,
    clause::Clause,
};

pub(super) fn check(
    state: &State,
    at: &Pointer<'_>,
    workflow: WorkflowType,
    problems: &mut Vec<Diagnostic>,
) {
    match &state.body {
        Body::Task(task) => check_task(task, at, workflow, problems),
        Body::Map(map) if workflow == WorkflowType::Express && map.is_distributed() => {
            problems.push(distributed_in_express(map, at));
        }
        _ => {}
    }
    let (retry, catch) = state.handlers();
    let retriers = retry.iter().map(|retrier| &*retrier.error_equals);
    check_catch_all(retriers, &at.field("Retry"), problems);
    let catchers = catch.iter().map(|catcher| &*catcher.error_equals);
    check_catch_all(catchers, &at.field("Catch"), problems);
}

/// Developer Guide, "Using Map state in Distributed mode": not in Express workflows. Wording ours.
fn distributed_in_express(map: &Map, at: &Pointer<'_>) -> Diagnostic {
    schema(
        Clause::ValidateExpressMap,
        "Express state machine does not support Map state in 'DISTRIBUTED' mode",
        &at.field(map.processor_field())
            .field("ProcessorConfig")
            .field("Mode"),
    )
}

/// `States.ALL` has to be alone in its list, in the last entry (specification, "Retrying after
/// error" and "Fallback states"). Wording ours.
fn check_catch_all<'s>(
    entries: impl ExactSizeIterator<Item = &'s [Name]>,
    at: &Pointer<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    let last = entries.len().wrapping_sub(1);
    for (index, names) in entries.enumerate() {
        let all = names.iter().any(|name| &**name == "States.ALL");
        if all && (names.len() > 1 || index != last) {
            problems.push(schema(
                Clause::ValidateCatchAll,
                "'States.ALL' must be alone in its list, and in the last entry",
                &at.index(index).field("ErrorEquals"),
            ));
        }
    }
}

fn check_task(
    task: &Task,
    at: &Pointer<'_>,
    workflow: WorkflowType,
    problems: &mut Vec<Diagnostic>,
) {
    if let (Some(Limit::Literal(timeout)), Some(Limit::Literal(heartbeat))) =
        (&task.timeout, &task.heartbeat)
        && heartbeat >= timeout
    {
        problems.push(heartbeat_too_long(at));
    }
    if let Some((clause, message)) = resource_complaint(&task.resource, workflow) {
        problems.push(schema(clause, message, &at.field("Resource")));
    }
}

/// Specification, "Timeouts": the heartbeat has to be shorter than the timeout. Wording ours.
fn heartbeat_too_long(at: &Pointer<'_>) -> Diagnostic {
    schema(
        Clause::ValidateHeartbeat,
        "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
        &at.field("HeartbeatSeconds"),
    )
}

/// The clause and message for a resource that is not known, or that an Express workflow may not
/// use. All recorded.
fn resource_complaint(text: &str, workflow: WorkflowType) -> Option<(Clause, String)> {
    let express = |message: String| Some((Clause::ValidateExpressResource, message));
    match Resource::parse(text) {
        Resource::Unknown => Some((Clause::ValidateResource, not_recognized(text))),
        _ if workflow == WorkflowType::Standard => None,
        Resource::Activity => {
            express("Express state machine does not support Activity ARN".to_owned())
        }
        Resource::Integration(integration) if integration.pattern != Pattern::Request => {
            let pattern = integration.pattern.suffix();
            express(format!(
                "Express state machine does not support '{pattern}' service integration"
            ))
        }
        Resource::Integration(_) | Resource::Lambda | Resource::Other => None,
    }
}

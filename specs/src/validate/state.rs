//! Rules about several fields of one state.

use crate::asl::diagnostic::{Diagnostic, Evidence, NO_ARN, not_recognized};
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

/// Measured in 2026-09, without the location; Developer Guide, "Using Map state in Distributed
/// mode": not in Express workflows.
fn distributed_in_express(map: &Map, at: &Pointer<'_>) -> Diagnostic {
    schema(
        Clause::ValidateExpressMap,
        "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
        &at.field(map.processor_field())
            .field("ProcessorConfig")
            .field("Mode"),
    )
    .known(Evidence::TEXT)
}

/// `States.ALL` has to be alone in its list, in the last entry (specification, "Retrying after
/// error" and "Fallback states"; measured in 2026-09 for a list of this name alone).
fn check_catch_all<'s>(
    entries: impl ExactSizeIterator<Item = &'s [Name]>,
    at: &Pointer<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    let last = entries.len().wrapping_sub(1);
    for (index, names) in entries.enumerate() {
        let Some(all) = names.iter().position(|name| &**name == "States.ALL") else {
            continue;
        };
        if names.len() > 1 || index != last {
            let problem = schema(
                Clause::ValidateCatchAll,
                "States.ALL must appear alone and at end of list",
                &at.index(index).field("ErrorEquals").index(all),
            );
            problems.push(match names.len() {
                1 => problem,
                _ => problem.known(Evidence::TEXT),
            });
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
        Resource::NoArn => Some((Clause::ValidateResourceArn, NO_ARN.to_owned())),
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

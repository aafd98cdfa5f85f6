//! Whole executions and their histories.

family! {
    $ executions {
        HistoryLimit = "machine.history-limit", Documented,
            "An execution whose history reaches 25,000 events fails with States.Runtime; the event that records this is the last.",
            "AWS Developer Guide, Service quotas: Maximum execution history size.";
        CausePrefix = "cause.prefix", Observed,
            "The cause of States.Runtime that a state raises itself begins with the state's name and the id of its Entered event.",
            "recorded for paths, templates, waits, limits and activities: test_invalid_jsonpath, test_wait, test_max_concurrency_path, test_activity_task_on_deleted";
        CausePlain = "cause.plain", Observed,
            "The cause of a reference path that cannot be applied, of data that is too large and of items that are not an array names no event and begins with its own text.",
            "recorded for data and items: states_errors, an execution of 2026-09; users' executions for States.ReferencePathConflict";
        MachineTimeout = "machine.timeout", Observed,
            "An execution that runs longer than the machine's TimeoutSeconds ends as TIMED_OUT, with neither error nor cause; it stops exactly that many seconds after its start.",
            "recorded: test_global_timeout; seen in 2026 for the time";
        MachineTimeoutZero = "machine.timeout.zero", Assumed(EVERYTHING),
            "A machine whose TimeoutSeconds is 0 times out the moment it starts to wait.",
            "not recorded; a Task's must be positive";
        MachineTimeoutHistory = "machine.timeout.history", Assumed(HISTORIES),
            "The only event that a machine's timeout adds is ExecutionTimedOut, with previousEventId 0.",
            "not recorded";
        ExecutionDuration = "execution.duration", Documented,
            "An execution of a Standard workflow that has run for a year, or of an Express workflow that has run for five minutes, ends as TIMED_OUT, whatever its machine says.",
            "AWS Developer Guide, Service quotas: Maximum execution time.";
        ExecutionStopped = "execution.stopped", Observed,
            "StopExecution ends the execution as ABORTED; the previousEventId of ExecutionAborted is 0.",
            "recorded: test_stop_execution";
        ExecutionRedriven = "execution.redriven", Documented,
            "RedriveExecution goes on with the state that failed: what had succeeded is kept, of a Parallel or Map only the branches and iterations that failed or were stopped are run again (all of them after States.DataLimitExceeded), and retries and the machine's time limit begin anew.",
            "AWS Developer Guide, Restarting state machine executions with redrive";
        ExecutionRedrivenHistory = "execution.redriven.history", Assumed(HISTORIES),
            "ExecutionRedriven follows the last event; the state that is run again is not entered again, and a Parallel or Map, and its iterations, start again.",
            "not recorded";
        HistoryJoinedExit = "history.joined-exit", Observed,
            "The Succeeded and Exited events of a Parallel or Map have the same previousEventId.",
            "recorded: test_map_state, test_parallel_state";
        HistoryAborted = "history.aborted", Observed,
            "Every Task that is active in a thread that fails or is stopped gets a TaskStateAborted event that follows the failure.",
            "recorded: test_sqs_failure_in_wait_for_task_tok_no_error_field, test_service_lambda_map_timeout";
        HistoryAbortedScope = "history.aborted.scope.history", Assumed(HISTORIES),
            "Every Wait, Parallel or Map that is active in a thread that fails or is stopped gets an Aborted event too.",
            "by the events for Tasks; the event types are there, no recording shows them";
    }
}

//! Errors: which names match, Retry, Catch.

family! {
    $ errors {
        RuntimeTerminal = "error.runtime.terminal", Observed,
            "States.Runtime can be neither retried nor caught, not even by name: it fails the execution.",
            "AWS Developer Guide, \"Error handling\"; recorded: test_catch_states_runtime";
        RuntimeInBranchHistory = "error.runtime.in-branch.history", Assumed(HISTORIES),
            "States.Runtime in a branch or an iteration is followed at once by ExecutionFailed, without Failed or Aborted events.",
            "recorded once, without siblings";
        MatchAll = "error.match.all", Documented,
            "States.ALL matches every error except States.Runtime.",
            "AWS Developer Guide, \"Error handling\"";
        MatchAllDataLimit = "error.match.all.data-limit", Assumed(EVERYTHING),
            "States.ALL and States.TaskFailed match the States.DataLimitExceeded of a task.",
            "recorded so in 2024, documented otherwise";
        MatchTaskFailed = "error.match.task-failed", Documented,
            "States.TaskFailed matches every error except States.Timeout.",
            "AWS Developer Guide, \"Error handling\"; recorded: task_lambda.test_raise_exception_catch";
        MatchTaskFailedHeartbeat = "error.match.task-failed.heartbeat", Assumed(EVERYTHING),
            "States.TaskFailed does not match a missed heartbeat.",
            "no evidence";
        MatchTaskFailedNameless = "error.match.task-failed.nameless", Assumed(EVERYTHING),
            "States.TaskFailed matches an error without a name.",
            "no evidence";
        MatchReserved = "error.match.reserved", Assumed(EVERYTHING),
            "If a task or a Fail state gives States.Runtime, States.Timeout, States.HeartbeatTimeout or States.DataLimitExceeded as its error, handlers match it by its name alone.",
            "the specification reserves such names; what AWS does with them was not recorded";
        MatchExact = "error.match.exact", Language,
            "Any other name in ErrorEquals matches only the same name, character by character.",
            "States Language specification, \"Errors\"";
        HeartbeatNames = "error.heartbeat.names", Documented,
            "Both States.HeartbeatTimeout and States.Timeout match a missed heartbeat.",
            "AWS Developer Guide, \"Error handling\"; recorded: callback lifecycle of 2026-09";
        RetryAgain = "retry.again", Language,
            "If a matching retrier has attempts left, the state is retried.",
            "States Language specification, \"Retrying after error\"; recorded: test_map_state_retry";
        RetryFirstMatch = "retry.first-match", Language,
            "The first retrier whose ErrorEquals matches is used.",
            "States Language specification, \"Retrying after error\"";
        RetryDefaultAttempts = "retry.max-attempts.default", Language,
            "A retrier without MaxAttempts retries three times.",
            "States Language specification, \"Retrying after error\"";
        RetryMaxAttemptsZero = "retry.max-attempts.zero", Language,
            "MaxAttempts 0 means that the error is never retried.",
            "States Language specification, \"Retrying after error\"; recorded: test_retry_interval_features_max_attempts_zero";
        RetryExhausted = "retry.exhausted", Language,
            "A retrier with no attempts left ends the retries of the visit; later retriers are not tried.",
            "States Language specification, \"Retrying after error\"; recorded: test_map_state_retry";
        RetryInterval = "retry.interval", Language,
            "The first retry of a retrier is delayed by IntervalSeconds, which is 1 by default.",
            "States Language specification, \"Retrying after error\"";
        RetryBackoff = "retry.backoff", Language,
            "Each further retry of a retrier is delayed BackoffRate times as long as the one before; the rate is 2 by default.",
            "States Language specification, \"Retrying after error\"; recorded with TestState: four retries, then 16 s";
        RetryMaxDelay = "retry.max-delay", Documented,
            "MaxDelaySeconds caps the delay of a retry.",
            "AWS Developer Guide, \"Error handling\"";
        RetryJitterFull = "retry.jitter.full", Documented,
            "With JitterStrategy FULL, the delay is drawn at random between zero and the capped delay.",
            "AWS Developer Guide, \"Error handling\"";
        CatchFirstMatch = "catch.first-match", Language,
            "A state that fails goes to the Next of the first catcher whose ErrorEquals matches; the catcher's ResultPath inserts the Error Output into the raw input.",
            "States Language specification, \"Fallback states\"; recorded: test_parallel_state_catch";
        CatchIgnoresOutputPath = "catch.ignores-output-path", Observed,
            "A state's own ResultPath and OutputPath are not applied to a caught error.",
            "recorded: test_raise_exception_catch_output_path";
        CatchFails = "catch.fails", Assumed(EVERYTHING),
            "An error raised while a catcher is applied is not caught by the same state.",
            "not recorded for JSONPath";
        CatchFailsResultPath = "catch.fails.result-path", Assumed(EVERYTHING),
            "A ResultPath of a catcher that conflicts with the raw input is an error that the same state does not catch.",
            "a user's test of a machine; States Language specification, \"Fallback states\": catchers are for errors of the state's work";
        CatchGuessedText = "catch.passes-guessed-text", Assumed(EVERYTHING),
            "The Error Output of a caught error contains the cause even where the wording of that cause is assumed.",
            "see the clause of that wording";
        ErrorOutputTimeout = "catch.error-output.timeout", Observed,
            "The Error Output of a timeout has an empty Cause.",
            "recorded: task_service_lambda.test_invoke_timeout";
        ErrorOutputMissing = "catch.error-output.missing", Observed,
            "In the Error Output of a task that gave no error or no cause, that field is null.",
            "recorded: test_sqs_failure_in_wait_for_task_tok_no_error_field";
        ErrorOutputMissingFail = "catch.error-output.missing.fail-state", Assumed(EVERYTHING),
            "In the Error Output of a Fail state that gave no error or no cause, that field is null.",
            "not recorded";
    }
}

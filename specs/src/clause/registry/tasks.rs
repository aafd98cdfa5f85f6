//! Tasks: attempts, activities, time limits, integrations.

family! {
    $ tasks {
        TaskAttempt = "task.attempt", Language,
            "Each visit to a Task starts its work exactly once, plus once for every retry.",
            "States Language specification, \"Task State\"; AWS Developer Guide, exactly-once workflow execution";
        TaskFailure = "task.failure", Language,
            "A failed task fails its state with the task's error and cause.",
            "States Language specification, \"Errors\"; recorded: test_activity_task_failure";
        ActivityMissing = "task.activity.missing", Observed,
            "A task whose activity does not exist fails the execution with States.Runtime and is not scheduled.",
            "recorded: test_activity_task_on_deleted";
        ActivityMissingHistory = "task.activity.missing.history", Assumed(HISTORIES),
            "While other threads run, a task whose activity does not exist leaves its Scheduled event in the history.",
            "a weakness of this interpreter";
        FailureEmptyText = "error.empty", Assumed(EVERYTHING),
            "An empty error or cause stays an empty string; it does not become absent.",
            "not recorded";
        TaskTimeout = "task.timeout", Observed,
            "A task that runs longer than TimeoutSeconds fails with States.Timeout and no cause.",
            "recorded: test_activity_task_start_timeout, test_fixed_timeout_lambda";
        TimeoutFromStart = "task.timeout.from-start", Documented,
            "TimeoutSeconds counts from the moment a worker has taken the task.",
            "AWS Developer Guide, \"Task\": the count begins with ActivityStarted";
        TimeoutNeverTaken = "task.timeout.never-taken", Assumed(EVERYTHING),
            "A task that no worker takes times out TimeoutSeconds after it was scheduled.",
            "not recorded";
        HeartbeatTimeout = "task.heartbeat.timeout", Observed,
            "A task whose worker sends no heartbeat for HeartbeatSeconds fails with States.Timeout.",
            "recorded: test_heartbeat_timeout";
        HeartbeatFromStart = "task.heartbeat.from-start", Documented,
            "HeartbeatSeconds counts from the moment a worker has taken the task.",
            "AWS Developer Guide, \"Task\": the count begins with ActivityStarted";
        HeartbeatExtends = "task.heartbeat.extends", Language,
            "Every heartbeat restarts the count of HeartbeatSeconds.",
            "States Language specification, \"Task State\"; recorded: test_heartbeat_no_timeout";
        TaskLimitPath = "task.limit-path", Language,
            "TimeoutSecondsPath and HeartbeatSecondsPath read the number of seconds from the input.",
            "States Language specification, \"Task State\"";
        LimitPathWithParameters = "task.limit-path.parameters", Assumed(EVERYTHING),
            "TimeoutSecondsPath and HeartbeatSecondsPath are applied after InputPath and before Parameters.",
            "the specification does not say";
        LimitPathMissingText = "data.limit-path.missing.text", Assumed(CAUSES),
            "If TimeoutSecondsPath, HeartbeatSecondsPath or MaxConcurrencyPath finds nothing, the cause reads like that of InputPath.",
            "not recorded; SecondsPath has a text of its own";
        TaskLimitPathInvalid = "task.limit-path.invalid", Assumed(EVERYTHING),
            "A TimeoutSecondsPath or HeartbeatSecondsPath that finds anything but a positive integer fails the execution with States.Runtime.",
            "not recorded";

        TaskToken = "task.token", Documented,
            "In the parameters of a task that waits for a task token, $$.Task.Token is that token, a new one for every attempt.",
            "AWS Developer Guide, \"Wait for a Callback with Task Token\"; recorded: test_sqs_wait_for_task_token_call_chain";
        TaskSubmitted = "task.submitted", Observed,
            "An integration that waits for a job or a task token has a Submitted event between its Started event and its end.",
            "recorded: callback";
        TaskCredentials = "task.credentials", Documented,
            "Credentials is a payload template evaluated against the effective input; the role appears in the Scheduled event.",
            "AWS Developer Guide, \"Accessing resources in other AWS accounts\"; recorded: credentials";
        HarnessTimeout = "task.harness.timeout", Documented,
            "A task that invokes a harness of Bedrock AgentCore ends after 900 seconds at the latest, whatever its TimeoutSeconds says.",
            "AWS Developer Guide, \"Invoke Amazon Bedrock AgentCore harness\"";
        HarnessTimeoutError = "task.harness.timeout.error", Assumed(EVERYTHING),
            "A harness that takes longer fails its task with States.Timeout.",
            "the Developer Guide gives the time, not the error";
        IntegrationFailure = "task.integration.failure", Observed,
            "A task whose service refuses the call fails with the service's error, named `Service.ErrorException`, and a cause that ends with the service, the status code and the id of the request.",
            "recorded: error_handling";
        IntegrationAnswer = "task.integration.answer", Observed,
            "The answer of a service is the task's result, or is submitted: with the metadata of the HTTP answer if the integration is an optimised one, except for events. A parameter that is text may be any JSON.",
            "recorded: services, callback";
        EventsFailed = "task.events.failed", Observed,
            "A task of events:putEvents fails with EventBridge.FailedEntry if one of its events is refused; the cause is the answer.",
            "recorded: events_task_service";
        EventsResources = "task.events.resources", Documented,
            "The events of a task of events:putEvents have the execution and its machine among their resources.",
            "AWS Developer Guide, \"Add EventBridge events with Step Functions\"";
        NestedStart = "task.execution.start", Observed,
            "A task of states:startExecution starts an execution: any JSON can be its Input, null stands for {}, and the ARN and the start of the execution are the task's result, or are submitted.",
            "recorded: sfn_task_service, aws_sdk_task_service";
        NestedSync = "task.execution.sync", Observed,
            "With .sync the task ends when the execution does, and its result is the description of the execution, in which Input and Output are text.",
            "recorded: test_start_execution_sync, test_sfn_start_execution_sync";
        NestedValues = "task.execution.sync-2", Observed,
            "With .sync:2 Input and Output of the execution are values.",
            "recorded: test_start_execution_sync2";
        NestedFailure = "task.execution.failure", Observed,
            "If the execution fails, the task fails with States.TaskFailed, and its cause is the description of the execution.",
            "recorded: test_start_execution_sync_delegate_failure, test_start_execution_sync_delegate_timeout";
        NestedOtherEnd = "task.execution.other-end", Assumed(EVERYTHING),
            "If the execution is stopped or times out as a whole, the task fails in the same way.",
            "not recorded";
        NestedStopped = "task.execution.stopped", Documented,
            "An execution that a task waits for is stopped when the task is aborted.",
            "AWS Developer Guide, \"Run a Job (.sync)\": it will call the StopExecution API action; that a task which times out is aborted is an assumption";
        NestedExpress = "task.execution.express", Assumed(EVERYTHING),
            "A task that would wait for the end of an execution of an Express workflow by .sync fails with StepFunctions.StateMachineTypeNotSupportedException.",
            "not recorded; DescribeExecution is not for Express workflows";
        NestedSyncExpress = "task.execution.start-sync", Documented,
            "A task of aws-sdk:sfn:startSyncExecution ends when the execution does, and succeeds however that ends.",
            "AWS API reference, StartSyncExecution: a failure of the execution is no error of the call";
        TaskDataLimit = "task.data-limit", Observed,
            "A task result larger than 262,144 bytes fails the attempt with States.DataLimitExceeded, which can be caught.",
            "recorded: states_errors";
    }
}

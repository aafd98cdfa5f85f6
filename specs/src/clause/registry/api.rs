//! Calls to the service.

family! {
    $ api {
        ApiStartNamed = "api.start.named", Documented,
            "StartExecution with the name of a running execution and another input fails with ExecutionAlreadyExists.",
            "AWS API reference, StartExecution: it is idempotent for Standard workflows if name and input are the same, and fails otherwise.";
        ApiStartAgain = "api.start.again", Documented,
            "StartExecution with the name and the input of a running execution returns that execution.",
            "AWS API reference, StartExecution: it is idempotent for Standard workflows.";
        ApiCreateAgain = "api.create.again", Observed,
            "CreateStateMachine with the name, definition, type and settings of an existing machine returns that machine.",
            "recorded: test_create_exact_duplicate_sm; AWS API reference, CreateStateMachine: an idempotent API";
        ApiDeleteMissing = "api.delete.missing", Observed,
            "DeleteStateMachine succeeds for a machine that does not exist.",
            "recorded: test_delete_nonexistent_sm";
        ApiAliasRoute = "api.alias.route", Documented,
            "An execution that is started by the ARN of an alias runs a version that the alias routes to.",
            "AWS API reference, StartExecution and CreateStateMachineAlias";
        ApiVersionFixed = "api.version.fixed", Documented,
            "A version is the machine as it was published, whatever becomes of the machine.",
            "AWS API reference, PublishStateMachineVersion: a version is a numbered, immutable snapshot.";
        ApiVersionAgain = "api.version.again", Observed,
            "PublishStateMachineVersion of a revision that was published returns the version that exists.",
            "recorded: test_idempotent_publish; AWS API reference, PublishStateMachineVersion: an idempotent API";
        ApiVersionUsed = "api.version.used", Observed,
            "DeleteStateMachineVersion fails with ConflictException if an alias routes to the version.",
            "recorded: test_delete_version_with_alias; AWS API reference, DeleteStateMachineVersion";
        ApiExecutionRevision = "api.execution.revision", Documented,
            "DescribeStateMachineForExecution tells the definition and the role with which the execution was started, whatever became of the machine.",
            "AWS API reference, UpdateStateMachine: running executions continue to use the previous definition and roleArn; DescribeStateMachineForExecution";
        ApiStopEnded = "api.stop.ended", Documented,
            "StopExecution succeeds for an execution that has ended, and changes nothing.",
            "AWS API reference, StopExecution: none of its errors is about an execution that has ended.";
        ApiTokenOnce = "api.token.once", Documented,
            "SendTaskSuccess and SendTaskFailure with the token of a task that is over fail with TaskTimedOut.",
            "AWS API reference, SendTaskSuccess: the token has expired, or its task has already been closed.";
        ApiExecutionsOrder = "api.executions.order", Documented,
            "ListExecutions lists the most recent execution first.",
            "AWS API reference, ListExecutions: results are sorted by time, with the most recent execution first.";
        ApiPages = "api.pages", Documented,
            "The pages of a list together are the list: each begins where the one before ended.",
            "AWS API reference, nextToken of every list operation";
        ApiTagReplaced = "api.tag.replaced", Documented,
            "TagResource with a key that the resource has replaces the value.",
            "AWS API reference, TagResource and Tag: a key is there once; recorded: test_tag_state_machine";
    }
}

//! Pass, Succeed, Fail and Wait.

family! {
    $ states {
        Pass = "pass.copies", Language,
            "The result of a Pass without Result is its effective input.",
            "States Language specification, \"Pass State\"";
        PassResult = "pass.result", Language,
            "Result is a literal that replaces the effective input as the result of a Pass.",
            "States Language specification, \"Pass State\"";
        PassResultNull = "pass.result.null", Observed,
            "Result null has the same effect as no Result.",
            "recorded with TestState in 2026";
        Succeed = "succeed.ends", Language,
            "Succeed ends its thread (the execution, a branch or an iteration) with its input as the output.",
            "States Language specification, \"Succeed State\"";
        Fail = "fail.ends", Language,
            "Fail ends its thread (the execution, a branch or an iteration) with the given error and cause; one that is not given stays absent.",
            "States Language specification, \"Fail State\"; recorded: test_state_fail_empty";
        FailPath = "fail.path", Language,
            "ErrorPath and CausePath read the error and the cause from the input or the context object.",
            "States Language specification, \"Fail State\"; recorded: test_state_fail_path";
        FailPathNotText = "fail.path.not-text", Assumed(EVERYTHING),
            "If ErrorPath or CausePath finds something other than a string, its JSON is used.",
            "not recorded";
        WaitSeconds = "wait.seconds", Language,
            "A Wait with Seconds waits for that many seconds.",
            "States Language specification, \"Wait State\"";
        WaitSecondsPath = "wait.seconds-path", Observed,
            "A Wait with SecondsPath waits for as many seconds as the value says; a string of digits counts as a number.",
            "recorded: test_wait; an execution of 2026-09 with the string \"1\"";
        WaitSecondsOdd = "wait.seconds-path.odd", Assumed(EVERYTHING),
            "SecondsPath does not accept a whole number written as a fraction (1.0); the cause shows a value that is not a number as JSON.",
            "recorded for 1.5, -1.5 and -1";
        WaitTooLongSeconds = "wait.too-long.seconds", Assumed(EVERYTHING),
            "SecondsPath has the same upper limit as a timestamp.",
            "recorded for timestamps only";
        WaitTimestamp = "wait.timestamp", Language,
            "A Wait with Timestamp waits until that instant, or not at all if it is in the past.",
            "States Language specification, \"Wait State\"";
        WaitTimestampWhole = "wait.timestamp.whole-seconds", Documented,
            "The timestamp of a Wait counts to whole seconds; a fraction is cut off.",
            "AWS Developer Guide, \"Wait workflow state\"; localstack/localstack#9813 says the same of AWS";
        WaitTimestampPath = "wait.timestamp-path", Observed,
            "A Wait with TimestampPath waits until the instant that the value names.",
            "recorded: test_wait_timestamp_path";
        WaitPathMissing = "wait.path.missing", Observed,
            "A SecondsPath or TimestampPath that finds nothing fails the execution with States.Runtime.",
            "recorded: test_wait";
        WaitTooLong = "wait.too-long", Observed,
            "A wait of 2^31 seconds or more fails the execution.",
            "recorded: test_timestamp_too_far_in_future_boundary";

        TimestampLexical = "timestamp.lexical", Assumed(EVERYTHING),
            "A timestamp must include seconds, an upper-case T and Z, and a colon in its offset.",
            "ISO-8601 and Java are more generous; not recorded";
    }
}

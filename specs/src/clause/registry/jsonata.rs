//! JSONata: how expressions are evaluated, and what a state's fields make of their values.

family! {
    $ jsonata {
        JsonataExpression = "jsonata.expression", Documented,
            "A string that starts with {% and ends with %} is an expression of JSONata 2.0.6, evaluated without an input: it reads $states and variables.",
            "AWS Developer Guide, \"Transforming data with JSONata in Step Functions\"";
        JsonataUnsure = "jsonata.expression.unsure", Assumed(EVERYTHING),
            "Beyond paths, constructors, operators and the simplest functions, an expression has the value that the evaluator here gives it.",
            "implementations of JSONata differ there; not in doubt where the original was asked and agrees";
        JsonataContested = "jsonata.expression.contested", Assumed(EVERYTHING),
            "Where the evaluator here and the original disagree, an expression has the value that the first gives it.",
            "one of the two is wrong, and which one is not known";
        JsonataChance = "jsonata.chance", Documented(EVERYTHING),
            "$random without a seed, $uuid and $shuffle give something else each time.",
            "AWS Developer Guide, \"Transforming data with JSONata in Step Functions\"";
        JsonataNumber = "jsonata.number", Assumed(EVERYTHING),
            "A whole number beyond 2^53 is rounded to a float, and a number that JSON does not have becomes a string inside data: \"Infinity\".",
            "measured in 2026-09 for [1/0] only (floci-io/floci PR 2783)";
        JsonataEval = "jsonata.eval", Assumed(EVERYTHING),
            "A call of $eval fails like a call of any function that does not exist.",
            "AWS Developer Guide, \"Transforming data with JSONata in Step Functions\": $eval is not available; not how it fails";
        JsonataSeed = "jsonata.chance.seed", Assumed(EVERYTHING),
            "$random rounds its seed down, and takes the bits of a long from it.",
            "measured in 2026-09 for a small whole seed only (floci-io/floci#2662)";
        JsonataStates = "jsonata.states", Language,
            "$states has the state's input, in fields that are evaluated after it the result, in a catcher the error output, and the context object.",
            "States Language specification, \"Reserved Variable: $states\"";
        JsonataPath = "jsonata.expression.path", Documented,
            "A path leads into every item of an array; what it finds is one value, or a sequence of several.",
            "JSONata 2.0.6, \"Simple Queries\", \"Predicate Queries\", \"Processing Model\"";
        JsonataConstructor = "jsonata.expression.constructor", Documented,
            "An object or an array that is written in an expression leaves out what comes to nothing.",
            "JSONata 2.0.6, \"Result Structures\"";
        JsonataOperator = "jsonata.expression.operator", Documented,
            "Operators compute, compare and join values, and convert none but for &.",
            "JSONata 2.0.6, \"Expressions\", \"Numeric Operators\", \"Comparison Operators\"";
        JsonataRegex = "jsonata.expression.regex", Documented,
            "A regular expression matches like one of JavaScript, with the flags i and m.",
            "JSONata 2.0.6, \"Using Regular Expressions\"";
        JsonataFunction = "jsonata.expression.function", Documented,
            "The functions of JSONata, and those that Step Functions adds, return what is documented.",
            "JSONata 2.0.6, \"Function Library\"; AWS Developer Guide, \"Transforming data with JSONata in Step Functions\"";
        JsonataTemplate = "jsonata.template", Language,
            "Strings at any depth of a field's JSON may be expressions; everything else is copied.",
            "States Language specification, \"JSONata\"; recorded: test_base_cases-BASE_LITERALS, test_base_output_any_non_dict";
        JsonataUndefined = "jsonata.undefined", Observed,
            "An expression that comes to nothing fails the state with States.QueryEvaluationError, also inside an object or an array of the definition.",
            "recorded: test_undefined_reference";
        JsonataFunctionValue = "jsonata.function-value", Observed,
            "An expression that comes to a function fails with States.QueryEvaluationError.",
            "recorded: test_map_state_items_eval_jsonata_fail";
        JsonataThrown = "jsonata.thrown", Observed,
            "An error of JSONata fails with States.QueryEvaluationError, and the cause has its code and its message.",
            "recorded: test_math_random_seeded; measured in 2026-09 for T2001";
        JsonataThrownText = "jsonata.thrown.text", Assumed(CAUSES),
            "The message of an error that names a value or a function is worded as here.",
            "the evaluator does not tell what jsonata 2.0.6 would name";
        JsonataType = "jsonata.type", Observed,
            "Items that are no array fail with States.QueryEvaluationError, and the cause quotes the value.",
            "recorded: test_map_state_items_eval_jsonata_fail";
        JsonataTypeElsewhere = "jsonata.type.elsewhere", Documented,
            "A value of the wrong type for its field fails with States.QueryEvaluationError.",
            "AWS Developer Guide, \"Transforming data with JSONata in Step Functions\": an error if the type of a field does not match";
        JsonataTypeText = "jsonata.type.text", Assumed(CAUSES),
            "The cause of a value of the wrong type reads as for Items.",
            "recorded for Items only";
        JsonataRange = "jsonata.range", Assumed(EVERYTHING),
            "A number that its field does not take, because it is negative, zero or no whole number, fails with States.QueryEvaluationError.",
            "not recorded";
        JsonataMemory = "jsonata.memory", Observed,
            "A range of more than 873,782 numbers fails with States.QueryEvaluationError.",
            "measured in 2026-09 for [1..n] (floci-io/floci#2737)";
        JsonataLimit = "jsonata.limit", Assumed(EVERYTHING),
            "An expression that nests deep, makes long texts or takes many steps fails with States.QueryEvaluationError from the limits on that are set here.",
            "measured in 2026-09 that there are limits, and two of them (floci-io/floci#2667, #2737)";
        JsonataFailedEvent = "jsonata.failed.event", Observed,
            "An expression that fails is reported by the event EvaluationFailed, which names the state and the field.",
            "recorded: test_undefined_reference, test_map_state_items_eval_jsonata_fail";
        JsonataFailedHandled = "jsonata.failed.handled", Documented,
            "States.QueryEvaluationError is retried and caught like the error of a task, where there is a Retry or a Catch for it.",
            "AWS Developer Guide, \"Transforming data with JSONata in Step Functions\"; States Language specification, \"Errors\"";
        JsonataFailedLate = "jsonata.failed.late", Assumed(HISTORIES),
            "Where the result of a Parallel or a Map was there before its Output failed, the state has events of both its success and its failure.",
            "not recorded";
        JsonataFailedBoth = "jsonata.failed.both", Assumed(CAUSES),
            "If both Output and Assign fail, the cause is about Output.",
            "not recorded";
        JsonataFailedFirst = "jsonata.failed.first", Assumed(CAUSES),
            "Of several expressions in a field that fail, the cause is about the first one in the definition.",
            "not recorded";
        JsonataArguments = "jsonata.arguments", Language,
            "Arguments are the input of a Task or of the branches of a Parallel.",
            "States Language specification, \"Using Arguments and Output\"";
        JsonataArgumentsDefault = "jsonata.arguments.default", Language,
            "Without Arguments, a Task or the branches of a Parallel get the state's input.",
            "States Language specification, \"Using Arguments and Output\"";
        JsonataOutput = "jsonata.output", Language,
            "Output is the output of a state, a rule of a Choice or a catcher. It reads the variables as they were when the state was entered.",
            "States Language specification, \"Using Arguments and Output\"; recorded: test_base_lambda, test_output_in_choice";
        JsonataOutputResult = "jsonata.output.default.result", Language,
            "Without Output, a Task, a Parallel or a Map outputs its result.",
            "States Language specification, \"Using Arguments and Output\"";
        JsonataOutputInput = "jsonata.output.default.input", Language,
            "Without Output, any other state outputs its input.",
            "States Language specification, \"Using Arguments and Output\"";
        JsonataOutputError = "jsonata.output.default.error", Language,
            "A catcher without Output outputs the error output.",
            "States Language specification, \"Fallback states\"";
        JsonataRuleOutput = "jsonata.output.rule", Observed,
            "Output of the rule of a Choice that applies is used in place of the state's.",
            "recorded: test_output_in_choice";
        JsonataRuleInstead = "jsonata.output.rule.instead", Assumed(EVERYTHING),
            "Where a rule of a Choice applies, Assign of the state is not used, and its Output is not used even if the rule has none.",
            "States Language specification, \"Choice State\"; but AWS Developer Guide, \"Choice workflow state\": Assign of the state applies whichever rule matches";
        JsonataAssignLimit = "jsonata.assign.limit", Observed,
            "More than 262,144 bytes of variables in one Assign end the execution with States.DataLimitExceeded, after an event EvaluationFailed.",
            "recorded in 2026-09";
        JsonataAssignLimitText = "jsonata.assign.limit.text", Assumed(CAUSES),
            "The cause of variables that are too large names the state, as for an output.",
            "recorded without the cause";
        JsonataArgumentsLimit = "jsonata.arguments.limit", Assumed(EVERYTHING),
            "Arguments of more than 262,144 bytes fail the execution with States.DataLimitExceeded.",
            "documented for Parameters only";
        JsonataItems = "jsonata.items", Language,
            "Items are what a Map iterates over: an array.",
            "States Language specification, \"Map State\"; recorded: test_map_state_items_eval_jsonata";
        JsonataItemsDefault = "jsonata.items.default", Observed,
            "A Map without Items iterates over its input; one that is no array fails with States.QueryEvaluationError.",
            "recorded: Map state input must be an array but was: 1";
        JsonataItemsTemplate = "jsonata.items.template", Assumed(EVERYTHING),
            "Items that are written as an object fail like an expression that gives one.",
            "recorded for expressions only";
        JsonataItemSelector = "jsonata.item-selector", Language,
            "ItemSelector is the input of every iteration; it reads the item in $states.context.Map.Item.",
            "States Language specification, \"Map State\"";
        JsonataCondition = "jsonata.condition", Language,
            "A rule of a Choice applies if its Condition is true.",
            "States Language specification, \"JSONata Choice Rules\"";
        JsonataSeconds = "jsonata.wait.seconds", Language,
            "Seconds may be an expression that gives a whole number.",
            "States Language specification, \"JSONata Wait State\"";
        JsonataTimestamp = "jsonata.wait.timestamp", Observed,
            "Timestamp may be an expression; what is no timestamp in RFC 3339 format fails with States.QueryEvaluationError.",
            "recorded: test_wait_timestamp_jsonata";
        JsonataTaskLimit = "jsonata.task.limit", Language,
            "TimeoutSeconds and HeartbeatSeconds may be expressions that give positive whole numbers.",
            "States Language specification, \"Timeouts\"";
        JsonataConcurrency = "jsonata.map.concurrency", Language,
            "MaxConcurrency may be an expression that gives a whole number.",
            "States Language specification, \"Map State concurrency\"";
        JsonataFailText = "jsonata.fail", Language,
            "Error and Cause of a Fail may be expressions that give strings.",
            "States Language specification, \"JSONata Fail State\"; recorded: test_fail_cause_jsonata";
        JsonataCredentials = "jsonata.credentials", Documented,
            "Credentials may have an expression for the role.",
            "AWS Developer Guide, \"Accessing resources in other AWS accounts\"; recorded: test_cross_account_lambda_task";
    }
}

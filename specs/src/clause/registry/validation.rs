//! Which definitions are refused.

family! {
    $ validation {
        ValidateAccepts = "validate.accepts", Language,
            "A definition that breaks no rule of the language is accepted.",
            "States Language specification; recorded: every machine that AWS was seen to run";
        ValidateJson = "validate.json", Observed,
            "A definition that is not JSON is refused with the message of AWS's parser.",
            "recorded: test_validate_state_machine_definition_not_a_definition";
        ValidateObject = "validate.object", Observed,
            "A definition must be a JSON object.",
            "recorded: test_validate_state_machine_definition_not_a_definition";
        ValidateSize = "validate.size", Documented,
            "A definition must not be larger than 1,048,576 bytes.",
            "API reference, CreateStateMachine: definition; the answer to a longer one was not recorded";
        ValidateRequiredMachine = "validate.required.machine", Observed,
            "A machine must have StartAt and States.",
            "recorded: test_create_delete_invalid_sm, test_validate_state_machine_definition_type_standard";
        ValidateRequired = "validate.required", Language,
            "A state, scope, rule, retrier or catcher must have its required fields.",
            "States Language specification, \"Table of State Types and Fields\" and the sections on each";
        ValidateRequiredProcessor = "validate.required.processor-config", Observed,
            "The ProcessorConfig of a distributed Map must have ExecutionType.",
            "recorded in 2026-09: These fields are required: [ExecutionType]";
        ValidateUnsupported = "validate.unsupported", Observed,
            "A state must not have a field that belongs to states of other types.",
            "recorded for ResultSelector, measured for TimeoutSeconds, Retry and Catch in 2026; States Language specification, \"Table of State Types and Fields\"";
        ValidateUnknown = "validate.unknown", Assumed(EVERYTHING),
            "A field that the language does not have is refused.",
            "by the fields of other state types; no recording of a field that no type has";
        ValidateLanguageField = "validate.language.field", Observed,
            "A state must not have a field of the other query language.",
            "recorded in 2026-09: field 'InputPath' is only supported for the 'JSONPath' QueryLanguage";
        ValidateLanguageDowngrade = "validate.language.downgrade", Observed,
            "A state of a JSONata machine must not be a JSONPath state.",
            "recorded: test_validate_state_machine_definition_type_standard";
        ValidateType = "validate.type", Observed,
            "Type must be one of the eight state types.",
            "recorded: The field 'Type' should have one of these values";
        ValidateWord = "validate.word", Documented,
            "QueryLanguage, JitterStrategy, Mode, ExecutionType and similar fields must have one of the values defined for them.",
            "Developer Guide, \"State machine structure\", \"Retrying after an error\" and \"Using Map state in Distributed mode\"";
        ValidateKind = "validate.kind", Language,
            "The value of a field must have the JSON type that the language gives it.",
            "States Language specification, the sections on each field";
        ValidateKindFloat = "validate.kind.float", Assumed(EVERYTHING),
            "A whole number written as a fraction (1.0) is not an integer.",
            "not recorded";
        ValidateLow = "validate.low", Language,
            "Seconds, attempts, rates and counts must not be below their minimum.",
            "States Language specification, \"Timeouts\", \"Retrying after error\" and \"Wait State\"";
        ValidateHigh = "validate.high", Documented,
            "Seconds, attempts and sizes must not be above their maximum.",
            "Developer Guide, \"Wait\", \"Retrying after an error\" and \"ItemBatcher\"";
        ValidateEmptyBranches = "validate.empty.branches", Observed,
            "Branches must not be empty.",
            "recorded: Value cannot be empty";
        ValidateEmpty = "validate.empty", Language,
            "Choices, And, Or and ErrorEquals must not be empty.",
            "States Language specification, \"Choice State\" and \"Retrying after error\"";
        ValidateTransition = "validate.transition", Language,
            "A state that is not a Choice, Succeed or Fail must have either Next or End: true.",
            "States Language specification, \"Transitions\" and \"Table of State Types and Fields\"";
        ValidateTransitionEndFalse = "validate.transition.end-false", Assumed(EVERYTHING),
            "End: false together with Next counts as giving both.",
            "the specification allows a boolean; not recorded";
        ValidateTarget = "validate.target", Observed,
            "StartAt, Next and Default must name states of their own scope.",
            "measured on AWS in 2026 and reported by users: Missing 'Next' target";
        ValidateReachable = "validate.reachable", Observed,
            "Every state must be reachable from the start of its scope.",
            "measured on AWS in 2026 and reported by users: State \"…\" is not reachable.";
        ValidateEnd = "validate.end", Observed,
            "At least one state must end the machine.",
            "measured on AWS in 2026: Workflow has no terminal state";
        ValidateDuplicateState = "validate.duplicate-state", Observed,
            "The name of a state must be unique in the whole machine.",
            "recorded in 2026-09: Duplicate State name";
        ValidateStateName = "validate.state-name", Language,
            "The name of a state must have at most 80 characters.",
            "States Language specification, \"States\"";
        ValidateDuplicateVariable = "validate.duplicate-variable", Observed,
            "An inner scope must not assign a variable that an outer scope has.",
            "recorded in 2026-09: was already defined in a parent scope";
        ValidateVariableName = "validate.variable-name", Documented,
            "The name of a variable must be an identifier of at most 80 characters other than 'states'.",
            "Developer Guide, \"Passing data between states with variables\"";
        ValidateLabel = "validate.label", Documented,
            "The Label of a Map must be short, contain no special characters and be unique.",
            "Developer Guide, \"Using Map state in Distributed mode\"";
        ValidateWaitForm = "validate.wait-form", Language,
            "A Wait must have exactly one of Seconds, SecondsPath, Timestamp and TimestampPath.",
            "States Language specification, \"Wait State\"";
        ValidateTwins = "validate.twins", Language,
            "A field and its ...Path variant must not both be given.",
            "States Language specification, \"Timeouts\", \"Fail State\" and \"Map State\"";
        ValidateLegacyTwins = "validate.legacy-twins", Assumed(EVERYTHING),
            "A field of Map and the legacy field that it replaces must not both be given.",
            "not recorded";
        ValidateTimestamp = "validate.timestamp", Observed,
            "A literal Timestamp of a Wait must be in RFC 3339 format, with T and an offset.",
            "recorded: test_wait_timestamp_invalid";
        ValidateTimestampOperand = "validate.timestamp.operand", Language,
            "The operand of a timestamp comparison must be in RFC 3339 format.",
            "States Language specification, \"Data-test expression\"";
        ValidatePath = "validate.path", Language,
            "A field that holds a path must hold a valid JSONPath.",
            "States Language specification, \"Paths\"";
        ValidateReferencePath = "validate.reference-path", Language,
            "ResultPath must be a reference path into the state's data.",
            "States Language specification, \"Reference Paths\" and \"Input and Output Processing\"";
        ValidateTemplate = "validate.template", Observed,
            "A template field whose name ends in .$ must hold a valid JSONPath or intrinsic function call.",
            "recorded: test_illegal_escapes";
        ValidateSource = "validate.source", Language,
            "ErrorPath and CausePath must hold a path or an intrinsic function call.",
            "States Language specification, \"Fail State\"";
        ValidateTemplateDuplicate = "validate.template.duplicate", Language,
            "A payload template must not have the same field with and without the suffix .$.",
            "States Language specification, \"Payload Template\"";
        ValidateTemplateObject = "validate.template.object", Assumed(EVERYTHING),
            "ItemSelector and Assign must be objects.",
            "States Language specification, \"Payload Template\"; AWS takes other JSON for Parameters and ResultSelector";
        ValidateDelimiters = "validate.delimiters", Documented,
            "A string that has one delimiter of a JSONata expression must have both.",
            "Developer Guide, \"Transforming data with JSONata\"";
        ValidateCredentials = "validate.credentials", Observed,
            "Credentials must have RoleArn.",
            "recorded: test_invalid_credentials_field";
        ValidateCatchAll = "validate.catch-all", Language,
            "States.ALL must stand alone in its ErrorEquals, and in the last retrier or catcher.",
            "States Language specification, \"Retrying after error\" and \"Fallback states\"";
        ValidateHeartbeat = "validate.heartbeat", Language,
            "HeartbeatSeconds must be less than TimeoutSeconds.",
            "States Language specification, \"Timeouts\"";
        ValidateRuleForm = "validate.rule-form", Language,
            "A Choice rule must have exactly one of And, Or, Not, Variable and Condition.",
            "States Language specification, \"Choice State\"";
        ValidateRuleNext = "validate.rule-next", Language,
            "A rule inside another rule must not have Next.",
            "States Language specification, \"Boolean expression\"";
        ValidateOperator = "validate.operator", Language,
            "A rule with Variable must have exactly one comparison operator.",
            "States Language specification, \"Data-test expression\"";
        ValidateResource = "validate.resource", Observed,
            "Resource must be the ARN of something that a Task can call.",
            "recorded: test_invalid_integration";
        ValidateMapResource = "validate.resource.map", Documented,
            "ItemReader and ResultWriter must call one of the S3 operations allowed there.",
            "Developer Guide, \"ItemReader\" and \"ResultWriter\"";
        ValidateExpressResource = "validate.express.resource", Observed,
            "A Task of an Express workflow must not call an activity, and must not wait for a job or a task token.",
            "recorded: test_illegal_activity_task, test_illegal_callbacks";
        ValidateExpressMap = "validate.express.map", Documented,
            "An Express workflow must not contain a distributed Map.",
            "Developer Guide, \"Using Map state in Distributed mode\"";
        ValidateBatcher = "validate.batcher", Language,
            "An ItemBatcher must have at least one limit.",
            "States Language specification, \"Batching Items\"";
        ValidateWriter = "validate.writer", Documented,
            "A ResultWriter must not be empty.",
            "Developer Guide, \"ResultWriter\"";
    }
}

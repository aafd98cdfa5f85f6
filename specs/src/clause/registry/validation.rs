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
        ValidateUnknown = "validate.unknown", Observed,
            "A state must not have a field that the language does not have.",
            "reported by users: Field 'Timeout' is not supported (anomalyco/sst#6747)";
        ValidateUnknownInner = "validate.unknown.inner", Assumed(EVERYTHING),
            "An object other than a state must not have a field that the language does not give it.",
            "by the fields of states; not reported of machines, branches, rules, retriers, catchers and the settings of a Map";
        ValidateLanguageField = "validate.language.field", Observed,
            "A state must not have a field of the other query language.",
            "recorded in 2026-09: field 'InputPath' is only supported for the 'JSONPath' QueryLanguage";
        ValidateLanguageFieldInner = "validate.language.field.inner", Documented,
            "A Choice rule, a catcher or a setting of a Map must not have a field of the other query language.",
            "Developer Guide, \"Transforming data with JSONata\": fields of JSONPath are not available in a JSONata state, and the reverse";
        ValidateLanguageDowngrade = "validate.language.downgrade", Observed,
            "A state of a JSONata machine must not be a JSONPath state.",
            "recorded: test_validate_state_machine_definition_type_standard";
        ValidateType = "validate.type", Observed,
            "Type must be one of the eight state types.",
            "recorded: The field 'Type' should have one of these values";
        ValidateVersion = "validate.version", Observed,
            "Version must be 1.0.",
            "measured on AWS in 2026-09: Value should be one of the following: [1.0]";
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
        ValidateHighWait = "validate.high.wait", Observed,
            "Seconds of a Wait must not be above 99,999,999.",
            "reported by users: Maximum value is 99999999 (cfn-lint#4075); Developer Guide, \"Wait\"";
        ValidateHighTimeout = "validate.high.timeout", Assumed(EVERYTHING),
            "TimeoutSeconds and HeartbeatSeconds must not be above 99,999,999.",
            "Developer Guide, \"Task\": the default is 99,999,999; that it is the maximum was not seen";
        ValidateEmptyBranches = "validate.empty.branches", Observed,
            "Branches must not be empty.",
            "recorded: Value cannot be empty";
        ValidateEmpty = "validate.empty", Language,
            "Choices, And, Or and ErrorEquals must not be empty.",
            "States Language specification, \"Choice State\" and \"Retrying after error\"";
        ValidateTransition = "validate.transition", Observed,
            "A state that is not a Choice, Succeed or Fail must have either Next or End: true.",
            "measured on AWS in 2026-09: There should only be one of the following fields: [Next, End]; States Language specification, \"Transitions\"";
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
        ValidateVariableReserved = "validate.variable-name.reserved", Observed,
            "A variable must not be called 'states'.",
            "measured on AWS in 2026-09: Cannot assign to reserved variable '$states'.";
        ValidateVariableName = "validate.variable-name", Documented,
            "The name of a variable must be an identifier of at most 80 characters.",
            "Developer Guide, \"Passing data between states with variables\"";
        ValidateLabel = "validate.label", Documented,
            "The Label of a Map must be short, contain no special characters and be unique.",
            "Developer Guide, \"Using Map state in Distributed mode\"";
        ValidateWaitForm = "validate.wait-form", Observed,
            "A Wait must not have more than one of Seconds, SecondsPath, Timestamp and TimestampPath.",
            "measured on AWS in 2026-09: There should only be one of the following fields; States Language specification, \"Wait State\"";
        ValidateWaitFormNone = "validate.wait-form.none", Language,
            "A Wait must have one of Seconds, SecondsPath, Timestamp and TimestampPath.",
            "States Language specification, \"Wait State\"";
        ValidateTwins = "validate.twins", Observed,
            "A field and its ...Path variant must not both be given.",
            "measured on AWS in 2026-09: There should only be one of the following fields; States Language specification, \"Timeouts\", \"Fail State\" and \"Map State\"";
        ValidateProcessorForm = "validate.processor-form", Observed,
            "A Map must not have both ItemProcessor and Iterator.",
            "measured on AWS in 2026-09: There should only be one of the following fields";
        ValidateProcessorFormNone = "validate.processor-form.none", Language,
            "A Map must have ItemProcessor or Iterator, its legacy name.",
            "States Language specification, \"Map State\"";
        ValidateLegacyTwins = "validate.legacy-twins", Assumed(EVERYTHING),
            "ItemSelector and the legacy Parameters of a Map must not both be given.",
            "not recorded";
        ValidateTimestamp = "validate.timestamp", Observed,
            "A literal Timestamp of a Wait must be in RFC 3339 format, with T and an offset.",
            "recorded: test_wait_timestamp_invalid";
        ValidateTimestampOperand = "validate.timestamp.operand", Language,
            "The operand of a timestamp comparison must be in RFC 3339 format.",
            "States Language specification, \"Data-test expression\"";
        ValidatePath = "validate.path", Observed,
            "InputPath and OutputPath must hold a valid JSONPath.",
            "measured on AWS in 2026-09 and reported by users: Value must be a valid JSONPath. (cfn-lint#4078)";
        ValidateReferencePath = "validate.reference-path", Language,
            "ResultPath, SecondsPath, TimestampPath and the other fields that select one value must hold a reference path; ResultPath leads into the state's data.",
            "States Language specification, \"Reference Paths\", \"Wait State\", \"Timeouts\" and \"Map State\"; the wording as for Variable";
        ValidateReferenceChoice = "validate.reference-path.choice", Documented,
            "Variable and the ...Path operators of a Choice must hold a reference path.",
            "Developer Guide, \"Choice workflow state\"";
        ValidateReferenceVariable = "validate.reference-path.variable", Observed,
            "Variable of a Choice must begin with $.",
            "measured on AWS in 2026-09 and reported by users: Reference path didn't start with '$' (cfn-lint#4076)";
        ValidateReferenceItems = "validate.reference-path.items", Observed,
            "ItemsPath must be a reference path.",
            "measured on AWS in 2026-09 with a wildcard: Value is not a Reference Path; States Language specification, \"Map State\"";
        ValidateReferenceDoubtful = "validate.reference-path.doubtful", Assumed(EVERYTHING),
            "A reference path contains no filter, no function, no index from the end, and no operator that is not escaped.",
            "the specification excludes the operators @ , : and ?; a page of the Developer Guide has a filter among its reference paths";
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
        ValidateCatchAll = "validate.catch-all", Observed,
            "States.ALL must stand alone in its ErrorEquals, and in the last retrier or catcher.",
            "measured on AWS in 2026-09 and reported by users: States.ALL must appear alone and at end of list (aws-cdk#10530); States Language specification, \"Retrying after error\" and \"Fallback states\"";
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
        ValidateResourceArn = "validate.resource.arn", Observed,
            "Resource must be an ARN.",
            "measured on AWS in 2026-09 and reported by users: Value is not a valid resource ARN";
        ValidateMapResource = "validate.resource.map", Documented,
            "ItemReader and ResultWriter must call one of the S3 operations allowed there.",
            "Developer Guide, \"ItemReader\" and \"ResultWriter\"";
        ValidateExpressResource = "validate.express.resource", Observed,
            "A Task of an Express workflow must not call an activity, and must not wait for a job or a task token.",
            "recorded: test_illegal_activity_task, test_illegal_callbacks";
        ValidateExpressMap = "validate.express.map", Observed,
            "An Express workflow must not contain a distributed Map.",
            "measured on AWS in 2026-09: The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines; Developer Guide, \"Using Map state in Distributed mode\"";
        ValidateCsvHeader = "validate.reader.csv-header", Observed,
            "The ReaderConfig of a CSV file must have CSVHeaderLocation.",
            "measured on AWS in 2026-09: The field 'CSVHeaderLocation' is required";
        ValidateCsvHeaderElsewhere = "validate.reader.csv-header.elsewhere", Observed,
            "CSVHeaderLocation must not be given for JSON.",
            "measured on AWS in 2026-09: Field 'CSVHeaderLocation' is not supported";
        ValidateReaderField = "validate.reader.field", Assumed(EVERYTHING),
            "Fields of ReaderConfig that are only for some kinds of file must not be given for others, and CSVHeaders goes with GIVEN.",
            "Developer Guide, \"ItemReader\"";
        ValidateBatcher = "validate.batcher", Language,
            "An ItemBatcher must have at least one limit.",
            "States Language specification, \"Batching Items\"";
        ValidateWriter = "validate.writer", Documented,
            "A ResultWriter must not be empty.",
            "Developer Guide, \"ResultWriter\"";
        WarningNoDollar = "validate.warning.no-dollar", Documented,
            "A field of a payload template without .$ whose value reads as a path or an intrinsic function call gets the warning NO_DOLLAR.",
            "API reference, ValidateStateMachineDefinitionDiagnostic: list of warning codes; what else sets it off, its text and its place were not seen";
        WarningNoPath = "validate.warning.no-path", Documented,
            "A field whose value reads as a path gets the warning NO_PATH if the path belongs in a field of the same name with Path at its end, or in a template.",
            "API reference, ValidateStateMachineDefinitionDiagnostic: list of warning codes; what else sets it off, its text and its place were not seen";
        WarningStaticResult = "validate.warning.static-result", Documented,
            "A path in the Result of a Pass gets the warning PASS_RESULT_IS_STATIC.",
            "API reference, ValidateStateMachineDefinitionDiagnostic: list of warning codes; what else sets it off, its text and its place were not seen";
        WarningUndefined = "validate.warning.undefined-variable", Observed,
            "A variable that is read where not every way has assigned it gets the warning POSSIBLY_UNDEFINED_VARIABLE.",
            "recorded in 2026-09 for a variable of one branch of a Choice, without its place";
        ValidateJsonataSyntax = "validate.jsonata.syntax", Observed,
            "An expression must be JSONata by its syntax.",
            "measured in 2026-09 (floci-io/floci#2745)";
        ValidateJsonataRoot = "validate.jsonata.root", Observed,
            "An expression must not begin a path with a name: there is no input.",
            "measured in 2026-09 (floci-io/floci#2670, #2699)";
        ValidateJsonataRootOther = "validate.jsonata.root.other", Language,
            "An expression must not read $, $$ or a wildcard at its top level.",
            "States Language specification, \"JSONata\"; measured in 2026-09 for $$ (floci-io/floci#2745)";
        ValidateJsonataRootFunction = "validate.jsonata.root.function", Assumed(EVERYTHING),
            "The body of a function is part of the top level of an expression, and so is what $$ reads inside a path.",
            "measured at the top level itself only";
        ValidateJsonataStates = "validate.jsonata.states", Observed,
            "$states.result exists where a Task, a Parallel or a Map is left, and $states.errorOutput in a catcher; nowhere else may an expression name them.",
            "recorded in 2026-09 for $states.result; measured in 2026-09 for $states.errorOutput (floci-io/floci#2745)";
        ValidateJsonataStatesOther = "validate.jsonata.states.other", Assumed(EVERYTHING),
            "An expression must not name a field of $states other than input, result, errorOutput and context.",
            "recorded for fields that exist elsewhere";
    }
}

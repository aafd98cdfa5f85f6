//! The rules, grouped by what they are about.
//!
//! Naming convention: an assumed clause whose id ends in `.text` makes only the wording of causes
//! doubtful, one that ends in `.history` only the history (see [`Clause::doubts`]).

use super::{Basis, Entry};

clauses! {
    // Data flow.
    InputPathDefault = "data.input-path.default", Language,
        "A state without InputPath works on its whole raw input.",
        "States Language specification, \"InputPath and OutputPath\"";
    InputPathNull = "data.input-path.null", Language,
        "InputPath null gives the state an empty object to work on.",
        "States Language specification, \"InputPath and OutputPath\"";
    InputPathSelects = "data.input-path.selects", Language,
        "InputPath selects the part of the raw input that the state works on.",
        "States Language specification, \"InputPath and OutputPath\"";
    OutputPathDefault = "data.output-path.default", Language,
        "A state without OutputPath passes on everything.",
        "States Language specification, \"InputPath and OutputPath\"";
    OutputPathNull = "data.output-path.null", Language,
        "OutputPath null makes the state's output an empty object.",
        "States Language specification, \"InputPath and OutputPath\"";
    OutputPathSelects = "data.output-path.selects", Language,
        "OutputPath selects the part of the data that becomes the state's output.",
        "States Language specification, \"InputPath and OutputPath\"";
    Parameters = "data.parameters", Language,
        "Parameters is a payload template evaluated against the effective input.",
        "States Language specification, \"Payload Template\"";
    ResultSelector = "data.result-selector", Language,
        "ResultSelector is a payload template evaluated against the raw result.",
        "States Language specification, \"Payload Template\"";
    ResultPathMerges = "data.result-path.merges", Language,
        "ResultPath puts the result into the raw input, creating objects on the way and replacing what is there.",
        "States Language specification, \"ResultPath\"";
    ResultPathBrackets = "data.result-path.brackets", Language,
        "ResultPath may name fields in brackets as well as after dots.",
        "States Language specification, \"Reference Paths\" and \"Paths\"";
    ResultPathRoot = "data.result-path.root", Language,
        "ResultPath $ takes the result for the whole output: nothing of the raw input is kept.",
        "States Language specification, \"ResultPath\"";
    ResultPathNull = "data.result-path.null", Language,
        "ResultPath null discards the result: the output is the raw input.",
        "States Language specification, \"ResultPath\"";
    ResultPathConflict = "data.result-path.conflict", Observed,
        "A ResultPath that would go through a value that is no object fails with States.ReferencePathConflict.",
        "recorded with TestState on 2026-09-23: ResultPath $.child into the input 4";
    ResultPathIntoNull = "data.result-path.conflict.null", Assumed,
        "A ResultPath below a value that is null conflicts like one below any other scalar.",
        "recorded for a number only";
    ResultPathConflictText = "data.result-path.conflict.text", Assumed,
        "The cause of a ResultPath conflict in an execution reads as in TestState, after the usual prefix.",
        "only TestState's text was recorded";
    ResultPathConflictCaught = "data.result-path.conflict.caught", Assumed,
        "States.ReferencePathConflict can be retried and caught like an ordinary error.",
        "no evidence either way";
    TemplatePath = "data.template.path", Language,
        "A template key that ends in .$ takes the value that its path selects, without the suffix.",
        "States Language specification, \"Payload Template\"";
    TemplatePathMissing = "data.template.missing", Observed,
        "A template path that finds nothing fails the execution with States.Runtime.",
        "recorded: test_invalid_jsonpath, test_catch_states_runtime";
    TemplateContextMissingText = "data.template.missing.context.text", Assumed,
        "The cause of a context object path that finds nothing quotes the state's data like that of any other.",
        "recorded with the quoted data masked: test_invalid_jsonpath";
    PathMissing = "data.path.missing", Observed,
        "An InputPath, OutputPath or ...Path field that finds nothing fails the execution with States.Runtime and Jayway's text.",
        "recorded: test_invalid_jsonpath";
    PathMismatchText = "data.path.mismatch.text", Assumed,
        "A path step applied to a value of the wrong type is reported with the text of Jayway 2.0.0.",
        "the text was not recorded from AWS";
    PathSeveral = "data.path.several", Language,
        "A path with a wildcard, a scan, a slice, a list of indexes or a filter gives an array of all that it matches, which may be empty.",
        "States Language specification, \"Paths\" and \"InputPath and OutputPath\"";
    PathSeveralElsewhere = "data.path.several.elsewhere", Assumed,
        "Such a path gives an array also in Variable, ItemsPath and the ...Path fields.",
        "no evidence; ItemsPath and the ...Path fields are documented as reference paths";
    PathWildcardMissing = "data.path.wildcard.missing", Observed,
        "[*] over an array passes over the elements that lack the property after it.",
        "reported from AWS: $[*].type gives []";
    PathSeveralMissing = "data.path.several.missing", Assumed,
        "In any other path that can match several values a missing property is passed over before the last several-valued step and right after it, and fails the path at its end.",
        "as Jayway 2.0.0 does; later Jayways pass over it at the end and fail before";
    PathSeveralMismatch = "data.path.several.mismatch", Assumed,
        "In a path that can match several values a step that does not fit a value fails the whole path.",
        "as Jayway 2.0.0 does; later Jayways pass over the value";
    PathNames = "data.path.names", Observed,
        "A list of names gives an object of these members.",
        "reported from AWS on 2023-04-13 for $['a','b']";
    PathNamesMissing = "data.path.names.missing", Assumed,
        "A list of names leaves out those that are not there.",
        "as Jayway 2.0.0 does; not reported from AWS";
    PathNamesNotLast = "data.path.names.not-last", Observed,
        "A step after a list of names fails the execution.",
        "reported from AWS on 2023-04-13: \"Multi properties can only be used as path leafs\"";
    PathIndexOutside = "data.path.index-outside", Assumed,
        "An index outside an array finds null.",
        "as Jayway 2.0.0 does over Jackson's tree; of AWS, a second-hand report only";
    PathNegativeIndex = "data.path.negative-index", Observed,
        "A negative index does not count from the end: nothing is found below it.",
        "reported from AWS: $.array[-1].name fails with States.Runtime";
    PathFromEnd = "data.path.from-end", Observed,
        "[(@.length-1)] is the last element of an array.",
        "reported from AWS: $.array[(@.length-1)]";
    PathSliceNegative = "data.path.slice.negative-start", Assumed,
        "In a slice with an end, a negative start counts elements before the first, which are null.",
        "as Jayway 2.0.0 does; later Jayways count from the end";
    PathScanArray = "data.path.scan.array", Assumed,
        "After .. a step on arrays that is not the last is passed over: what follows it is applied to every element.",
        "as Jayway 2.0.0 does; later Jayways apply the step";
    PathNotAnObject = "data.path.not-an-object", Observed,
        "A name applied to something other than an object finds nothing.",
        "reported from AWS on 2018-06-08: \"Property ['length()'] not found in path $['list']\"";
    PathNoFunctions = "data.path.no-functions", Observed,
        "There are no functions in paths: .length() names a property.",
        "reported from AWS on 2018-06-08: \"Property ['length()'] not found in path $['list']\"";
    PathFilter = "data.path.filter", Documented,
        "A filter keeps the elements of an array for which it holds.",
        "AWS Developer Guide, \"Using JSONPath paths\"; recorded: test_state_pass_regex_json_path_base";
    PathFilterTypes = "data.path.filter.types", Assumed,
        "A filter compares values of different types by turning texts into the other's type; null and the text null are equal and below everything; what cannot be turned fails the path, what cannot be compared does not hold.",
        "as Jayway 2.0.0 does; later Jayways compare more strictly";
    PathFilterWords = "data.path.filter.words", Assumed,
        "An unquoted word in a filter is a text.",
        "as Jayway 2.0.0 does; later Jayways refuse the path";
    PathFilterNames = "data.path.filter.names", Assumed,
        "A path in a filter may lead through any quoted name.",
        "as Jayway 2.0.0 does; later Jayways refuse some with spaces or parentheses";
    PathFilterMissing = "data.path.filter.missing", Assumed,
        "A comparison with something missing does not hold, not even !=.",
        "as Jayway 2.0.0 does; later Jayways let != hold";
    PathFilterExistsNull = "data.path.filter.exists-null", Assumed,
        "To a filter, what is null is not there.",
        "as Jayway 2.0.0 does; to later Jayways it is there";
    PathFilterExistsRoot = "data.path.filter.exists-root", Assumed,
        "A filter that asks whether a path from $ is there looks in the element.",
        "as Jayway 2.0.0 does; later Jayways look in the whole data";
    ContextPath = "data.context-object", Documented,
        "A path that starts with $$ reads the context object.",
        "AWS Developer Guide, \"Accessing execution data from the Context object\"";
    Assign = "variables.assign", Language,
        "Assign stores variables in the scope of the state; they are visible from the next state on.",
        "States Language specification, \"Variables\"";
    AssignBeforeSelector = "variables.assign.before-selector", Assumed,
        "In Assign, $ is the result before ResultSelector.",
        "the specification says \"the result\" only";
    VariableRead = "variables.read", Language,
        "A path that starts with a variable's name reads the variable of the nearest scope that has it.",
        "States Language specification, \"Variables\"";
    VariableUndefined = "variables.undefined", Assumed,
        "Reading a variable that was never assigned is like reading a path that finds nothing.",
        "not recorded for JSONPath";

    StateDataLimit = "data.limit", Observed,
        "An output of more than 262,144 bytes fails the execution with States.DataLimitExceeded.",
        "recorded for a Pass: test_start_large_input";
    ParametersDataLimit = "data.limit.parameters", Documented,
        "An input of more than 262,144 bytes after Parameters fails the execution with States.DataLimitExceeded.",
        "AWS Developer Guide, \"Error names\"";
    ParametersDataLimitText = "data.limit.parameters.text", Assumed,
        "Its cause reads like that of an output that is too long.",
        "not recorded";
    StateDataLimitOther = "data.limit.not-pass", Assumed,
        "An output that is too long ends the execution whatever the state, and no catcher is asked.",
        "recorded for a Pass only";
    AssignDataLimit = "variables.limit", Assumed,
        "Variables of more than 262,144 bytes in one Assign fail the execution with States.DataLimitExceeded.",
        "recorded in 2026-09 for JSONata only";

    // Intrinsic functions.
    IntrinsicArray = "intrinsic.array", Language,
        "States.Array gives an array of its arguments.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_array_0, test_array_2";
    IntrinsicArrayContains = "intrinsic.array-contains", Language,
        "States.ArrayContains says whether an array has an item that is deeply equal to a value.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_array_contains";
    IntrinsicArrayGetItem = "intrinsic.array-get-item", Language,
        "States.ArrayGetItem gives the item at an index that counts from zero.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_array_get_item";
    IntrinsicArrayLength = "intrinsic.array-length", Language,
        "States.ArrayLength counts the items of an array.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_array_length";
    IntrinsicArrayPartition = "intrinsic.array-partition", Language,
        "States.ArrayPartition cuts an array into chunks of a size; the last one may be shorter.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_array_partition";
    IntrinsicArrayRange = "intrinsic.array-range", Language,
        "States.ArrayRange counts from the first to at most the last number, at most 1,000 items.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_array_range";
    IntrinsicArrayRangeBackwards = "intrinsic.array-range.backwards", Assumed,
        "A negative step counts down, and a range whose step leads away from its last number is empty.",
        "only positive steps are recorded";
    IntrinsicArrayUnique = "intrinsic.array-unique", Language,
        "States.ArrayUnique drops all but one of several equal items.",
        "States Language specification, \"Intrinsic Functions\"; recorded in 2026-09: [1,2,2,3]";
    IntrinsicArrayUniqueOrder = "intrinsic.array-unique.order", Assumed,
        "The first of several equal items stays, in the order of the array.",
        "recorded for ascending integers only";
    IntrinsicNumbersEqual = "intrinsic.equality.numbers", Assumed,
        "Numbers that are equal but written differently (1 and 1.0) are the same item.",
        "not recorded";
    IntrinsicBase64Encode = "intrinsic.base64-encode", Language,
        "States.Base64Encode encodes at most 10,000 characters.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_encode_base64";
    IntrinsicBase64Decode = "intrinsic.base64-decode", Language,
        "States.Base64Decode decodes at most 10,000 characters.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_decode_base64";
    IntrinsicBase64NotText = "intrinsic.base64-decode.not-text", Assumed,
        "Decoded bytes that are not UTF-8 become replacement characters.",
        "not recorded";
    IntrinsicFormat = "intrinsic.format", Language,
        "States.Format replaces each {} of its template by the next argument; objects and arrays print as in Java.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_format_2, test_context_json_path";
    IntrinsicFormatBackslash = "intrinsic.format.backslash", Assumed,
        "A backslash that escapes nothing fails a template that comes from data.",
        "the specification forbids it in literals only";
    IntrinsicFormatBrace = "intrinsic.format.brace", Assumed,
        "A brace of a template that neither is escaped nor belongs to {} stands for itself.",
        "not recorded";
    IntrinsicFormatExponent = "intrinsic.format.exponent", Assumed,
        "Large and small fractions print with an exponent, as Double.toString does.",
        "not recorded";
    IntrinsicHash = "intrinsic.hash", Language,
        "States.Hash gives the MD5, SHA-1, SHA-256, SHA-384 or SHA-512 digest of at most 10,000 characters in lower-case hexadecimal.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_hash";
    IntrinsicHashOfJson = "intrinsic.hash.of-json", Assumed,
        "What is no string is hashed as its compact JSON text.",
        "the specification does not say which text";
    IntrinsicJsonMerge = "intrinsic.json-merge", Documented,
        "States.JsonMerge with false merges two objects; where both have a key, the second wins.",
        "AWS Developer Guide, \"Intrinsic functions\"; recorded: test_json_merge";
    IntrinsicJsonMergeDeep = "intrinsic.json-merge.deep", Assumed,
        "States.JsonMerge with true fails.",
        "AWS documents that only false is supported, not what happens otherwise";
    IntrinsicJsonToString = "intrinsic.json-to-string", Language,
        "States.JsonToString gives compact JSON text.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_json_to_string";
    IntrinsicJsonToStringBeyondAscii = "intrinsic.json-to-string.beyond-ascii", Assumed,
        "States.JsonToString writes characters beyond ASCII as they are.",
        "as good JSON as an escape, and not recorded";
    IntrinsicStringToJson = "intrinsic.string-to-json", Language,
        "States.StringToJson parses JSON text; a blank text is null.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_string_to_json";
    IntrinsicStringToJsonRest = "intrinsic.string-to-json.rest", Assumed,
        "Text after a complete JSON value is an error.",
        "not recorded";
    IntrinsicStringSplit = "intrinsic.string-split", Observed,
        "States.StringSplit splits at every character of its second argument and drops empty pieces.",
        "recorded: test_string_split";
    IntrinsicStringSplitNoDelimiter = "intrinsic.string-split.no-delimiter", Assumed,
        "An empty delimiter splits nothing.",
        "not recorded";
    IntrinsicMathAdd = "intrinsic.math-add", Observed,
        "States.MathAdd rounds each number half up and adds them.",
        "recorded: test_math_add";
    IntrinsicMathRandom = "intrinsic.math-random", Documented,
        "States.MathRandom draws an integer from the first number to below the last; a seed fixes it.",
        "AWS Developer Guide, \"Intrinsic functions\"";
    IntrinsicRounding = "intrinsic.rounding", Documented,
        "A fraction where an integer is needed is rounded to the nearest, half up.",
        "AWS Developer Guide, \"Intrinsic functions\"; recorded: test_math_add";
    IntrinsicWideNumber = "intrinsic.math-add.wide", Assumed,
        "States.MathAdd adds 64-bit integers.",
        "AWS documents 32 bits, not what happens beyond";
    IntrinsicUuid = "intrinsic.uuid", Language,
        "States.UUID gives a version 4 UUID.",
        "States Language specification, \"Intrinsic Functions\"; recorded: test_uuid";
    IntrinsicInvalid = "intrinsic.invalid", Observed,
        "Arguments that a function does not take fail the execution with States.Runtime, not States.IntrinsicFailure.",
        "recorded in 2026-09: States.ArrayLength of an object";
    IntrinsicInvalidText = "intrinsic.invalid.text", Assumed,
        "The cause quotes the outermost call and names the function that failed.",
        "recorded for an argument of the wrong type in a call that is not nested";
    IntrinsicArity = "intrinsic.arity", Assumed,
        "A wrong number of arguments fails the call when it runs, and not the creation of the machine.",
        "not recorded";
    IntrinsicArgumentMissing = "intrinsic.argument.missing", Documented,
        "A path among the arguments that finds nothing fails the execution with States.Runtime, also for an index beyond the end.",
        "second-hand recordings of us-east-1";
    IntrinsicArgumentMissingText = "intrinsic.argument.missing.text", Assumed,
        "The cause quotes the outermost call, the path and the data.",
        "second-hand report only";

    // Simple states.
    Pass = "pass.copies", Language,
        "A Pass without Result passes its effective input on.",
        "States Language specification, \"Pass State\"";
    PassResult = "pass.result", Language,
        "Result is a literal that replaces the effective input as the result of a Pass.",
        "States Language specification, \"Pass State\"";
    PassResultNull = "pass.result.null", Observed,
        "Result null is as if Result were absent.",
        "recorded with TestState in 2026";
    Succeed = "succeed.ends", Language,
        "Succeed ends its thread of control with its input as output.",
        "States Language specification, \"Succeed State\"";
    Fail = "fail.ends", Language,
        "Fail ends its thread of control with the given error and cause; what is not given stays absent.",
        "States Language specification, \"Fail State\"; recorded: test_state_fail_empty";
    FailPath = "fail.path", Language,
        "ErrorPath and CausePath take the error and the cause from the input or the context object.",
        "States Language specification, \"Fail State\"; recorded: test_state_fail_path";
    FailPathNotText = "fail.path.not-text", Assumed,
        "An ErrorPath or CausePath that finds something other than a string uses its JSON text.",
        "not recorded";
    WaitSeconds = "wait.seconds", Language,
        "Seconds waits that long.",
        "States Language specification, \"Wait State\"";
    WaitSecondsPath = "wait.seconds-path", Observed,
        "SecondsPath waits as long as the value says; a string of digits counts as a number.",
        "recorded: test_wait; an execution of 2026-09 with the string \"1\"";
    WaitSecondsOdd = "wait.seconds-path.odd", Assumed,
        "A whole fraction (1.0) is no long value; what is no number is shown as its JSON text.",
        "recorded for 1.5, -1.5 and -1";
    WaitTooLongSeconds = "wait.too-long.seconds", Assumed,
        "SecondsPath has the same limit as a timestamp.",
        "recorded for timestamps only";
    WaitTimestamp = "wait.timestamp", Language,
        "Timestamp waits until that instant; one in the past does not wait.",
        "States Language specification, \"Wait State\"";
    WaitTimestampPath = "wait.timestamp-path", Observed,
        "TimestampPath waits until the instant that the value names.",
        "recorded: test_wait_timestamp_path";
    WaitPathMissing = "wait.path.missing", Observed,
        "A SecondsPath or TimestampPath that finds nothing fails the execution with States.Runtime.",
        "recorded: test_wait";
    WaitTooLong = "wait.too-long", Observed,
        "A wait of 2^31 seconds or more fails the execution.",
        "recorded: test_timestamp_too_far_in_future_boundary";

    TimestampLexical = "timestamp.lexical", Assumed,
        "A timestamp has seconds and a capital T and Z.",
        "ISO-8601 and Java are more generous; not recorded";

    // Choice.
    ChoiceFirstMatch = "choice.first-match", Language,
        "The first rule whose condition holds decides where a Choice goes.",
        "States Language specification, \"Choice State\"";
    ChoiceDefault = "choice.default", Language,
        "When no rule matches, a Choice goes to its Default.",
        "States Language specification, \"Choice State\"";
    ChoiceNoMatch = "choice.no-match", Observed,
        "When no rule matches and there is no Default, the execution fails with States.Runtime, not States.NoChoiceMatched.",
        "recorded in us-east-1 in 2026; the documented name is no longer emitted";
    ChoiceAnd = "choice.and", Language,
        "And holds if all its conditions hold; they are asked in order until one does not.",
        "States Language specification, \"Choice State\"; an execution of 2026-09 guarded by IsPresent";
    ChoiceOr = "choice.or", Language,
        "Or holds if any of its conditions holds; they are asked in order until one does.",
        "States Language specification, \"Choice State\"";
    ChoiceOrGuards = "choice.or.guards", Assumed,
        "An Or whose first conditions hold does not mind a missing Variable in the others.",
        "recorded for a false guard of And only";
    ChoiceNot = "choice.not", Language,
        "Not holds if its condition does not.",
        "States Language specification, \"Choice State\"";
    ChoiceMismatch = "choice.variable.mismatch", Assumed,
        "A Variable whose path does not fit the data is like one that finds nothing.",
        "not recorded; to Jayway 2.0.0 they are different errors";
    ChoicePathTwin = "choice.path-twin", Language,
        "The Path twin of an operator compares with the value that its path selects.",
        "States Language specification, \"Choice State\"";
    ChoiceMissingVariable = "choice.missing-variable", Observed,
        "A Variable that finds nothing fails the execution with States.Runtime, also when there is a Default.",
        "recorded in 2026-09: unguarded missing Variable with a Default";
    ChoiceBothMissingText = "choice.missing-variable.both.text", Assumed,
        "Of a Variable and an operand that both find nothing, the cause names the Variable.",
        "not recorded";
    ChoiceMissingOperand = "choice.missing-operand", Assumed,
        "The operand of a Path twin that finds nothing fails the execution like a missing Variable.",
        "second-hand report only";
    ChoiceIsPresentMissing = "choice.is-present.missing", Language,
        "IsPresent of a Variable that finds nothing is false.",
        "States Language specification, \"Choice State\"; recorded: test_is_operators";
    ChoiceIsMissing = "choice.is.missing", Assumed,
        "Every other Is... test of a Variable that finds nothing fails the execution.",
        "no evidence";
    ChoiceIs = "choice.is", Language,
        "An Is... test holds if the value's type is (or, with false, is not) the one asked for.",
        "States Language specification, \"Choice State\"; recorded: test_is_operators";
    ChoiceIsTimestamp = "choice.is-timestamp", Assumed,
        "IsTimestamp accepts what the Timestamp comparisons accept: RFC 3339 with T and a zone.",
        "its exact lexical set was not recorded";
    ChoiceTypeMismatch = "choice.type-mismatch", Observed,
        "A comparison of a value of another type is false, never an error.",
        "recorded: choice_operators";
    ChoiceBooleanEquals = "choice.boolean", Language,
        "BooleanEquals compares booleans.",
        "States Language specification, \"Choice State\"";
    ChoiceNumeric = "choice.numeric", Observed,
        "Numbers compare by value: 1 equals 1.0.",
        "recorded: test_numeric_equals";
    ChoiceString = "choice.string", Documented,
        "Strings compare by UTF-16 code units.",
        "AWS Developer Guide, \"Choice\"; recorded: choice_operators";
    ChoiceTimestamp = "choice.timestamp", Observed,
        "Timestamps compare as instants; a string that is no RFC 3339 timestamp never matches.",
        "recorded: choice_operators";
    ChoiceStringMatches = "choice.string-matches", Language,
        "StringMatches matches the whole string; * stands for any run of characters.",
        "States Language specification, \"Choice State\"";
    ChoiceStringMatchesEscape = "choice.string-matches.escape.invalid", Assumed,
        "A backslash in a StringMatches pattern that escapes neither * nor a backslash fails the execution.",
        "the specification calls it a runtime error without a name";

    // Tasks.
    TaskAttempt = "task.attempt", Language,
        "A visit of a Task starts its work exactly once, and once more for every retry.",
        "States Language specification, \"Task State\"; AWS Developer Guide, exactly-once workflow execution";
    TaskFailure = "task.failure", Language,
        "A failed task fails its state with the task's error and cause.",
        "States Language specification, \"Errors\"; recorded: test_activity_task_failure";
    ActivityMissing = "task.activity.missing", Observed,
        "A task whose activity does not exist fails the execution with States.Runtime and is not scheduled.",
        "recorded: test_activity_task_on_deleted";
    ActivityMissingHistory = "task.activity.missing.history", Assumed,
        "Beside other threads, a task whose activity does not exist leaves its Scheduled event behind.",
        "a weakness of this interpreter";
    FailureEmptyText = "error.empty", Assumed,
        "An empty error or cause stays empty; it does not become absent.",
        "not recorded";
    TaskTimeout = "task.timeout", Observed,
        "A task that runs longer than TimeoutSeconds fails with States.Timeout and without a cause.",
        "recorded: test_activity_task_start_timeout, test_fixed_timeout_lambda";
    TimeoutFromStart = "task.timeout.from-start", Documented,
        "TimeoutSeconds counts from the moment a worker has taken the task.",
        "AWS Developer Guide, \"Task\": the count begins with ActivityStarted";
    TimeoutNeverTaken = "task.timeout.never-taken", Assumed,
        "A task that no worker takes times out TimeoutSeconds after it was scheduled.",
        "not recorded";
    HeartbeatTimeout = "task.heartbeat.timeout", Observed,
        "A task whose worker is silent for HeartbeatSeconds fails with States.Timeout.",
        "recorded: test_heartbeat_timeout";
    HeartbeatFromStart = "task.heartbeat.from-start", Documented,
        "HeartbeatSeconds counts from the moment a worker has taken the task.",
        "AWS Developer Guide, \"Task\": the count begins with ActivityStarted";
    HeartbeatExtends = "task.heartbeat.extends", Language,
        "Every heartbeat starts the count of HeartbeatSeconds anew.",
        "States Language specification, \"Task State\"; recorded: test_heartbeat_no_timeout";
    TaskLimitPath = "task.limit-path", Language,
        "TimeoutSecondsPath and HeartbeatSecondsPath take the seconds from the input.",
        "States Language specification, \"Task State\"";
    LimitPathWithParameters = "task.limit-path.parameters", Assumed,
        "TimeoutSecondsPath and HeartbeatSecondsPath select from what InputPath gives, not from what Parameters makes of it.",
        "the specification does not say";
    LimitPathMissingText = "data.limit-path.missing.text", Assumed,
        "TimeoutSecondsPath, HeartbeatSecondsPath or MaxConcurrencyPath that finds nothing fails with the text of an InputPath.",
        "not recorded; SecondsPath has a text of its own";
    TaskLimitPathInvalid = "task.limit-path.invalid", Assumed,
        "A time limit by path that is no positive integer fails the execution with States.Runtime.",
        "not recorded";

    TaskToken = "task.token", Documented,
        "While the parameters of a task that waits for its token are evaluated, $$.Task.Token is the token, a new one for every attempt.",
        "AWS Developer Guide, \"Wait for a Callback with Task Token\"; recorded: test_sqs_wait_for_task_token_call_chain";
    TaskSubmitted = "task.submitted", Observed,
        "An integration that waits for a job or a token has a Submitted event between Started and its end.",
        "recorded: callback";
    TaskCredentials = "task.credentials", Documented,
        "Credentials is a payload template evaluated against the effective input; the role stands in the Scheduled event.",
        "AWS Developer Guide, \"Accessing resources in other AWS accounts\"; recorded: credentials";
    TaskDataLimit = "task.data-limit", Observed,
        "A result of more than 262,144 bytes fails the attempt with States.DataLimitExceeded, which can be caught.",
        "recorded: states_errors";

    // Errors, Retry, Catch.
    RuntimeTerminal = "error.runtime.terminal", Observed,
        "States.Runtime is neither retried nor caught, not even by name: the execution fails.",
        "AWS Developer Guide, \"Error handling\"; recorded: test_catch_states_runtime";
    RuntimeInBranchHistory = "error.runtime.in-branch.history", Assumed,
        "States.Runtime inside a branch or an iteration is followed by ExecutionFailed at once, without Failed or Aborted events.",
        "recorded once, without siblings";
    MatchAll = "error.match.all", Documented,
        "States.ALL matches every error but States.Runtime.",
        "AWS Developer Guide, \"Error handling\"";
    MatchAllDataLimit = "error.match.all.data-limit", Assumed,
        "States.ALL and States.TaskFailed match a task's States.DataLimitExceeded.",
        "recorded so in 2024, documented otherwise";
    MatchTaskFailed = "error.match.task-failed", Documented,
        "States.TaskFailed matches every error but States.Timeout.",
        "AWS Developer Guide, \"Error handling\"; recorded: task_lambda.test_raise_exception_catch";
    MatchTaskFailedHeartbeat = "error.match.task-failed.heartbeat", Assumed,
        "States.TaskFailed does not match a missed heartbeat.",
        "no evidence";
    MatchTaskFailedNameless = "error.match.task-failed.nameless", Assumed,
        "States.TaskFailed matches an error without a name.",
        "no evidence";
    MatchExact = "error.match.exact", Language,
        "Any other name matches the same name only, character by character.",
        "States Language specification, \"Errors\"";
    HeartbeatNames = "error.heartbeat.names", Documented,
        "A missed heartbeat is matched by States.HeartbeatTimeout as well as by States.Timeout.",
        "AWS Developer Guide, \"Error handling\"; recorded: callback lifecycle of 2026-09";
    RetryAgain = "retry.again", Language,
        "A matching retrier with attempts left makes the state try again.",
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
        "A retrier whose attempts are used up ends the retries of the visit; later retriers are not tried.",
        "States Language specification, \"Retrying after error\"; recorded: test_map_state_retry";
    RetryInterval = "retry.interval", Language,
        "The first retry of a retrier waits IntervalSeconds, one second by default.",
        "States Language specification, \"Retrying after error\"";
    RetryBackoff = "retry.backoff", Language,
        "Every further retry of a retrier waits BackoffRate times as long, twice by default.",
        "States Language specification, \"Retrying after error\"; recorded with TestState: four retries, then 16 s";
    RetryMaxDelay = "retry.max-delay", Documented,
        "MaxDelaySeconds caps the delay of a retry.",
        "AWS Developer Guide, \"Error handling\"";
    RetryJitterFull = "retry.jitter.full", Documented,
        "JitterStrategy FULL draws the delay between zero and the capped delay.",
        "AWS Developer Guide, \"Error handling\"";
    CatchFirstMatch = "catch.first-match", Language,
        "The first catcher whose ErrorEquals matches decides where a failed state goes; its ResultPath puts the Error Output into the raw input.",
        "States Language specification, \"Fallback states\"; recorded: test_parallel_state_catch";
    CatchIgnoresOutputPath = "catch.ignores-output-path", Observed,
        "A state's own ResultPath and OutputPath are not applied to a caught error.",
        "recorded: test_raise_exception_catch_output_path";
    CatchFails = "catch.fails", Assumed,
        "An error raised by a catcher itself is not caught by the same state.",
        "not recorded for JSONPath";
    CatchGuessedText = "catch.passes-guessed-text", Assumed,
        "A caught error passes on a cause whose text is our guess.",
        "see the clause of the text";
    ErrorOutputTimeout = "catch.error-output.timeout", Observed,
        "The Error Output of a timeout has an empty Cause.",
        "recorded: task_service_lambda.test_invoke_timeout";
    ErrorOutputMissing = "catch.error-output.missing", Observed,
        "The Error Output of a task that gave no error or cause has null there.",
        "recorded: test_sqs_failure_in_wait_for_task_tok_no_error_field";
    ErrorOutputMissingFail = "catch.error-output.missing.fail-state", Assumed,
        "The Error Output of a Fail state that gave no error or cause has null there.",
        "not recorded";

    // Parallel and Map.
    ParallelBranches = "parallel.branches", Language,
        "Parallel runs all branches at once; its result is their outputs in the order of the branches.",
        "States Language specification, \"Parallel State\"; recorded: test_parallel_state_order";
    ParallelFails = "parallel.fails", Language,
        "A branch that fails fails the Parallel with the branch's error.",
        "States Language specification, \"Parallel State\"; recorded: test_parallel_state_fail";
    SiblingsStopped = "siblings.stopped", Language,
        "When a branch or iteration fails the others are stopped.",
        "States Language specification, \"Parallel State\", \"Map State\"; recorded: test_service_lambda_map_timeout";
    SiblingsStoppedHistory = "siblings.stopped.history", Assumed,
        "What the history says of stopped siblings follows the one recording of a Map of four.",
        "recorded: test_service_lambda_map_timeout";
    MapIterations = "map.iterations", Language,
        "Map runs its processor once for every item; its result is the outputs in the order of the items.",
        "States Language specification, \"Map State\"";
    MapItemsPath = "map.items-path", Language,
        "ItemsPath selects the array of items from the effective input.",
        "States Language specification, \"Map State\"";
    MapItemsNotArray = "map.items.not-array", Observed,
        "Items that are no array fail the execution with States.Runtime before MapStateStarted.",
        "recorded in 2026-09: \"Reference path ... must point to array.\"";
    MapItemsMissing = "map.items.missing", Documented,
        "An ItemsPath that finds nothing fails the state with States.ReferencePathConflict.",
        "field reports up to 2026-08";
    MapItemsMissingText = "map.items.missing.text", Assumed,
        "The cause of a missing ItemsPath names the path as a step.",
        "field reports only";
    MapItemSelector = "map.item-selector", Language,
        "ItemSelector makes the input of each iteration; $$.Map.Item is the item.",
        "States Language specification, \"Map State\"; recorded: test_map_state_item_selector";
    MapItemSelectorLate = "map.item-selector.late", Assumed,
        "ItemSelector is evaluated when its iteration starts, not before.",
        "not recorded";
    MapEmpty = "map.empty", Language,
        "A Map without items succeeds with an empty array.",
        "States Language specification, \"Map State\"; recorded in 2026-09";
    MapSequential = "map.max-concurrency.one", Language,
        "MaxConcurrency 1 runs the items one after the other, in order.",
        "States Language specification, \"Map State\"; recorded: test_map_state";
    MapConcurrencyPath = "map.max-concurrency-path", Observed,
        "MaxConcurrencyPath takes the limit from the input; 0 is no limit.",
        "recorded: test_max_concurrency_path";
    MapConcurrencyFraction = "map.max-concurrency-path.fraction", Assumed,
        "A MaxConcurrencyPath that finds a fraction fails the execution, also one that is whole.",
        "recorded for texts and objects only";
    MapConcurrencyNegative = "map.max-concurrency-path.negative", Assumed,
        "A negative MaxConcurrencyPath fails the execution.",
        "the recording stops before the end";
    MapInlineIgnores = "map.inline.ignores-distributed", Assumed,
        "An inline Map ignores the fields of a distributed one.",
        "not recorded";
    MapFails = "map.fails", Language,
        "An iteration that fails fails an inline Map with the iteration's error.",
        "States Language specification, \"Map State\"; recorded: test_map_state_catch";

    // Executions and histories.
    HistoryLimit = "machine.history-limit", Documented,
        "An execution whose history reaches 25,000 events fails with States.Runtime; the event that says so is the last.",
        "AWS Developer Guide, Service quotas: Maximum execution history size.";
    MachineTimeout = "machine.timeout", Observed,
        "An execution that runs longer than the machine's TimeoutSeconds ends as TIMED_OUT, without error and cause.",
        "recorded: test_global_timeout";
    MachineTimeoutZero = "machine.timeout.zero", Assumed,
        "A machine whose TimeoutSeconds is 0 times out in the instant in which it starts to wait.",
        "not recorded; a Task's must be positive";
    MachineTimeoutHistory = "machine.timeout.history", Assumed,
        "ExecutionTimedOut is the only event of a machine's timeout and follows event 0.",
        "not recorded";
    ExecutionStopped = "execution.stopped", Observed,
        "StopExecution ends the execution as ABORTED; ExecutionAborted follows event 0.",
        "recorded: test_stop_execution";
    HistoryJoinedExit = "history.joined-exit", Observed,
        "StateSucceeded and StateExited of a Parallel or Map follow the same event.",
        "recorded: test_map_state, test_parallel_state";
    HistoryAborted = "history.aborted", Observed,
        "Every Task that is active in a failing or stopped thread gets a TaskStateAborted event that follows the failure.",
        "recorded: test_sqs_failure_in_wait_for_task_tok_no_error_field, test_service_lambda_map_timeout";
    HistoryAbortedScope = "history.aborted.scope.history", Assumed,
        "Every Wait, Parallel or Map that is active in a failing or stopped thread gets a StateAborted event too.",
        "by the events for Tasks; the event types are there, no recording shows them";

    // Definitions.
    ValidateAccepts = "validate.accepts", Language,
        "A definition that breaks no rule of the language is accepted.",
        "States Language specification; recorded: every machine that AWS was seen to run";
    ValidateJson = "validate.json", Observed,
        "A definition that is not JSON is refused in the words of AWS's parser.",
        "recorded: test_validate_state_machine_definition_not_a_definition";
    ValidateObject = "validate.object", Observed,
        "A definition is a JSON object.",
        "recorded: test_validate_state_machine_definition_not_a_definition";
    ValidateSize = "validate.size", Documented,
        "A definition has at most 1,048,576 bytes.",
        "API reference, CreateStateMachine: definition; the answer to a longer one was not recorded";
    ValidateRequiredMachine = "validate.required.machine", Observed,
        "A machine has StartAt and States.",
        "recorded: test_create_delete_invalid_sm, test_validate_state_machine_definition_type_standard";
    ValidateRequired = "validate.required", Language,
        "A state, scope, rule, retrier or catcher has the fields that it cannot do without.",
        "States Language specification, \"Table of State Types and Fields\" and the sections on each";
    ValidateRequiredProcessor = "validate.required.processor-config", Observed,
        "The ProcessorConfig of a distributed Map has ExecutionType.",
        "recorded in 2026-09: These fields are required: [ExecutionType]";
    ValidateUnsupported = "validate.unsupported", Observed,
        "A state has no field that belongs to states of other types.",
        "recorded for ResultSelector, measured for TimeoutSeconds, Retry and Catch in 2026; States Language specification, \"Table of State Types and Fields\"";
    ValidateUnknown = "validate.unknown", Assumed,
        "A field that the language does not have is refused.",
        "by the fields of other state types; no recording of a field that no type has";
    ValidateLanguageField = "validate.language.field", Observed,
        "A state has no field of the other query language.",
        "recorded in 2026-09: field 'InputPath' is only supported for the 'JSONPath' QueryLanguage";
    ValidateLanguageDowngrade = "validate.language.downgrade", Observed,
        "A state of a JSONata machine is no JSONPath state.",
        "recorded: test_validate_state_machine_definition_type_standard";
    ValidateType = "validate.type", Observed,
        "Type is one of the eight state types.",
        "recorded: The field 'Type' should have one of these values";
    ValidateWord = "validate.word", Documented,
        "QueryLanguage, JitterStrategy, Mode, ExecutionType and the like are one of a few words.",
        "Developer Guide, \"State machine structure\", \"Retrying after an error\" and \"Using Map state in Distributed mode\"";
    ValidateKind = "validate.kind", Language,
        "A field holds a value of the JSON type that the language gives it.",
        "States Language specification, the sections on each field";
    ValidateKindFloat = "validate.kind.float", Assumed,
        "A whole number written with a fraction of zero is no integer.",
        "not recorded";
    ValidateLow = "validate.low", Language,
        "Seconds, attempts, rates and counts are not below their least value.",
        "States Language specification, \"Timeouts\", \"Retrying after error\" and \"Wait State\"";
    ValidateHigh = "validate.high", Documented,
        "Seconds, attempts and sizes are not above their greatest value.",
        "Developer Guide, \"Wait\", \"Retrying after an error\" and \"ItemBatcher\"";
    ValidateEmptyBranches = "validate.empty.branches", Observed,
        "Branches is not empty.",
        "recorded: Value cannot be empty";
    ValidateEmpty = "validate.empty", Language,
        "Choices, And, Or and ErrorEquals are not empty.",
        "States Language specification, \"Choice State\" and \"Retrying after error\"";
    ValidateTransition = "validate.transition", Language,
        "A state that is not a Choice, Succeed or Fail has either Next or End: true.",
        "States Language specification, \"Transitions\" and \"Table of State Types and Fields\"";
    ValidateTransitionEndFalse = "validate.transition.end-false", Assumed,
        "End: false beside Next counts as giving both.",
        "the specification allows a boolean; not recorded";
    ValidateTarget = "validate.target", Observed,
        "StartAt, Next and Default name states of their own scope.",
        "measured on AWS in 2026 and reported by users: Missing 'Next' target";
    ValidateReachable = "validate.reachable", Observed,
        "Every state can be reached from its scope's start.",
        "measured on AWS in 2026 and reported by users: State \"…\" is not reachable.";
    ValidateEnd = "validate.end", Observed,
        "Some state ends the machine.",
        "measured on AWS in 2026: Workflow has no terminal state";
    ValidateDuplicateState = "validate.duplicate-state", Observed,
        "The name of a state occurs once in the whole machine.",
        "recorded in 2026-09: Duplicate State name";
    ValidateStateName = "validate.state-name", Language,
        "The name of a state has at most 80 characters.",
        "States Language specification, \"States\"";
    ValidateDuplicateVariable = "validate.duplicate-variable", Observed,
        "An inner scope assigns no variable that an outer scope has.",
        "recorded in 2026-09: was already defined in a parent scope";
    ValidateVariableName = "validate.variable-name", Documented,
        "The name of a variable is an identifier of at most 80 characters, and not 'states'.",
        "Developer Guide, \"Passing data between states with variables\"";
    ValidateLabel = "validate.label", Documented,
        "The label of a Map is short, without special characters, and given once.",
        "Developer Guide, \"Using Map state in Distributed mode\"";
    ValidateWaitForm = "validate.wait-form", Language,
        "A Wait has exactly one of Seconds, Timestamp and their Path twins.",
        "States Language specification, \"Wait State\"";
    ValidateTwins = "validate.twins", Language,
        "A field and its Path twin are not both given.",
        "States Language specification, \"Timeouts\", \"Fail State\" and \"Map State\"";
    ValidateLegacyTwins = "validate.legacy-twins", Assumed,
        "A field of Map and the legacy field that it replaces are not both given.",
        "not recorded";
    ValidateTimestamp = "validate.timestamp", Observed,
        "The literal Timestamp of a Wait has the format of RFC 3339, with T and an offset.",
        "recorded: test_wait_timestamp_invalid";
    ValidateTimestampOperand = "validate.timestamp.operand", Language,
        "The operand of a timestamp comparison has the format of RFC 3339.",
        "States Language specification, \"Data-test expression\"";
    ValidatePath = "validate.path", Language,
        "A field that holds a path holds a valid JSONPath.",
        "States Language specification, \"Paths\"";
    ValidateReferencePath = "validate.reference-path", Language,
        "ResultPath is a reference path into the state's data.",
        "States Language specification, \"Reference Paths\" and \"Input and Output Processing\"";
    ValidateTemplate = "validate.template", Observed,
        "A template field whose name ends in .$ holds a valid JSONPath or intrinsic function call.",
        "recorded: test_illegal_escapes";
    ValidateSource = "validate.source", Language,
        "ErrorPath and CausePath hold a path or an intrinsic function call.",
        "States Language specification, \"Fail State\"";
    ValidateTemplateDuplicate = "validate.template.duplicate", Language,
        "A template gives no field twice, with and without the suffix .$.",
        "States Language specification, \"Payload Template\"";
    ValidateTemplateObject = "validate.template.object", Language,
        "A payload template is an object.",
        "States Language specification, \"Payload Template\"";
    ValidateDelimiters = "validate.delimiters", Documented,
        "A string that opens or closes a JSONata expression does both.",
        "Developer Guide, \"Transforming data with JSONata\"";
    ValidateCredentials = "validate.credentials", Observed,
        "Credentials has RoleArn.",
        "recorded: test_invalid_credentials_field";
    ValidateCatchAll = "validate.catch-all", Language,
        "States.ALL stands alone in its list, in the last entry.",
        "States Language specification, \"Retrying after error\" and \"Fallback states\"";
    ValidateHeartbeat = "validate.heartbeat", Language,
        "HeartbeatSeconds is smaller than TimeoutSeconds.",
        "States Language specification, \"Timeouts\"";
    ValidateRuleForm = "validate.rule-form", Language,
        "A Choice rule has exactly one of And, Or, Not, Variable and Condition.",
        "States Language specification, \"Choice State\"";
    ValidateRuleNext = "validate.rule-next", Language,
        "A rule inside another has no Next.",
        "States Language specification, \"Boolean expression\"";
    ValidateOperator = "validate.operator", Language,
        "A rule with Variable has exactly one comparison operator.",
        "States Language specification, \"Data-test expression\"";
    ValidateResource = "validate.resource", Observed,
        "Resource is an ARN of something that a Task can call.",
        "recorded: test_invalid_integration";
    ValidateMapResource = "validate.resource.map", Documented,
        "ItemReader and ResultWriter call one of a few operations of S3.",
        "Developer Guide, \"ItemReader\" and \"ResultWriter\"";
    ValidateExpressResource = "validate.express.resource", Observed,
        "A Task of an Express workflow calls no activity, and waits for nothing.",
        "recorded: test_illegal_activity_task, test_illegal_callbacks";
    ValidateExpressMap = "validate.express.map", Documented,
        "An Express workflow has no distributed Map.",
        "Developer Guide, \"Using Map state in Distributed mode\"";
    ValidateBatcher = "validate.batcher", Language,
        "An ItemBatcher has at least one limit.",
        "States Language specification, \"Batching Items\"";
    ValidateWriter = "validate.writer", Documented,
        "A ResultWriter is not empty.",
        "Developer Guide, \"ResultWriter\"";
}

//! How data flows through a state: paths, payload templates, variables, size limits.

family! {
    $ data_flow {
        InputPathDefault = "data.input-path.default", Language,
            "A state without InputPath works on its whole raw input.",
            "States Language specification, \"InputPath and OutputPath\"";
        InputPathNull = "data.input-path.null", Language,
            "With InputPath null, a state works on an empty object.",
            "States Language specification, \"InputPath and OutputPath\"";
        InputPathSelects = "data.input-path.selects", Language,
            "InputPath selects the part of the raw input that the state works on.",
            "States Language specification, \"InputPath and OutputPath\"";
        OutputPathDefault = "data.output-path.default", Language,
            "A state without OutputPath outputs all of its data.",
            "States Language specification, \"InputPath and OutputPath\"";
        OutputPathNull = "data.output-path.null", Language,
            "With OutputPath null, a state outputs an empty object.",
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
        PathNull = "data.path.null", Observed,
            "The Variable of a Choice rule fails the execution when it is applied to null.",
            "an execution of a user (awslabs/states-language#29); AWS Support called it intended";
        PathNullError = "data.path.null.error", Observed,
            "The error of a path that is applied to null is States.Runtime.",
            "a user's execution, shown with its error and this cause: a Task whose Parameters read $ of null (public question \"AWS Step function parameters are not moving to the next step\")";
        PathNullTemplate = "data.path.null.template", Observed,
            "A path in a payload template fails the execution when it is applied to null.",
            "a user's execution, shown with its error and cause: a Task whose Parameters read $ of null (public question \"AWS Step function parameters are not moving to the next step\")";
        PathNullElsewhere = "data.path.null.elsewhere", Assumed(EVERYTHING),
            "Other paths fail in the same way on null: InputPath, OutputPath, those of items, limits, waits, functions and IsPresent. Null passes where no path is given.",
            "reported for the Variable of a Choice rule and for payload templates";
        TemplateNoObject = "data.template.no-object", Observed,
            "Parameters and ResultSelector may be any JSON; what is not an object is taken as it is.",
            "executions of users: aws/amazon-states-language-service PR 83 (number, array, boolean, string and null), sam-goodwin/functionless#307 (2022-06-26: a string that looks like a path stays a string)";
        TemplateNoObjectInside = "data.template.no-object.inside", Assumed(EVERYTHING),
            "Objects inside an array that is given as Parameters or ResultSelector are templates too, and null gives null.",
            "by arrays inside objects; that null and arrays are accepted was seen, not what they give";
        ResultPathMerges = "data.result-path.merges", Language,
            "ResultPath inserts the result into the raw input, creating missing objects along the path and replacing what is already there.",
            "States Language specification, \"ResultPath\"";
        ResultPathBrackets = "data.result-path.brackets", Language,
            "ResultPath accepts bracket notation as well as dot notation.",
            "States Language specification, \"Reference Paths\" and \"Paths\"";
        ResultPathRoot = "data.result-path.root", Language,
            "With ResultPath $, the result replaces the raw input altogether.",
            "States Language specification, \"ResultPath\"";
        ResultPathNull = "data.result-path.null", Language,
            "With ResultPath null, the result is discarded and the output is the raw input.",
            "States Language specification, \"ResultPath\"";
        ResultPathConflict = "data.result-path.conflict", Observed,
            "A ResultPath that leads through a value that is not an object fails with States.ReferencePathConflict.",
            "recorded with TestState on 2026-09-23: ResultPath $.child into the input 4";
        ResultPathIntoNull = "data.result-path.conflict.null", Assumed(EVERYTHING),
            "A ResultPath that leads through null conflicts, as it does with any other scalar.",
            "recorded for a number only";
        ResultPathConflictScalar = "data.result-path.conflict.scalar", Observed,
            "If the raw input is a string or a number and ResultPath has one step, a name after a dot, the cause of the conflict begins with \"Unable to apply ReferencePath\" and names no state.",
            "a user's execution with $.r and the input \"s1\"; recorded with TestState on 2026-09-23 for $.child and the input 4";
        ResultPathConflictText = "data.result-path.conflict.text", Assumed(CAUSES),
            "The cause of any other ResultPath conflict reads the same: with a boolean, inside an object or an array, or for a path of several steps or in brackets.",
            "reported of an array or an object in part only: Unable to apply step \"catalogBuilderOutput\" to input (cdklabs/construct-hub#459)";
        ResultPathConflictCaught = "data.result-path.conflict.caught", Assumed(EVERYTHING),
            "States.ReferencePathConflict can be retried and caught like an ordinary error.",
            "no evidence either way";
        TemplatePath = "data.template.path", Language,
            "In a payload template, a key that ends in .$ loses that suffix and takes the value that its path selects.",
            "States Language specification, \"Payload Template\"";
        TemplatePathMissing = "data.template.missing", Observed,
            "A path in a payload template that finds nothing fails the execution with States.Runtime.",
            "recorded: test_invalid_jsonpath, test_catch_states_runtime";
        TemplateContextMissingText = "data.template.missing.context.text", Assumed(CAUSES),
            "When a path into the context object finds nothing, the cause quotes the state's data, as for any other path.",
            "recorded with the quoted data masked: test_invalid_jsonpath";
        PathMissing = "data.path.missing", Observed,
            "An InputPath, OutputPath or other ...Path field that finds nothing fails the execution with States.Runtime and Jayway's error message.",
            "recorded: test_invalid_jsonpath";
        PathMismatchText = "data.path.mismatch.text", Assumed(CAUSES),
            "A path step applied to a value of the wrong type is reported with the error message of Jayway 2.0.0.",
            "the text was not recorded from AWS";
        PathSeveral = "data.path.several", Language,
            "A path with a wildcard, a recursive descent (..), a slice, a list of indexes or a filter yields an array of all its matches, which may be empty.",
            "States Language specification, \"Paths\" and \"InputPath and OutputPath\"";
        PathSeveralElsewhere = "data.path.several.elsewhere", Assumed(EVERYTHING),
            "A path that can match several values yields an array in Variable, ItemsPath and the ...Path fields too.",
            "no evidence; ItemsPath and the ...Path fields are documented as reference paths";
        PathWildcardMissing = "data.path.wildcard.missing", Observed,
            "[*] over an array skips the elements that lack the property that follows it.",
            "reported from AWS: $[*].type gives []";
        PathSeveralMissing = "data.path.several.missing", Assumed(EVERYTHING),
            "In any other path that can match several values, a missing property is skipped if it comes before the last step that can match several or directly after that step; at the end of the path it is an error.",
            "as Jayway 2.0.0 does; later Jayways pass over it at the end and fail before";
        PathSeveralMismatch = "data.path.several.mismatch", Assumed(EVERYTHING),
            "In a path that can match several values, a step applied to a value of the wrong type fails the whole path.",
            "as Jayway 2.0.0 does; later Jayways pass over the value";
        PathNames = "data.path.names", Observed,
            "A list of names yields an object with those members.",
            "reported from AWS on 2023-04-13 for $['a','b']";
        PathNamesMissing = "data.path.names.missing", Assumed(EVERYTHING),
            "A list of names omits the members that do not exist.",
            "as Jayway 2.0.0 does; not reported from AWS";
        PathNamesNotLast = "data.path.names.not-last", Observed,
            "A step after a list of names fails the execution.",
            "reported from AWS on 2023-04-13: \"Multi properties can only be used as path leafs\"";
        PathIndexOutside = "data.path.index-outside", Assumed(EVERYTHING),
            "An index outside the bounds of an array yields null, in a Variable or an argument of a function nothing.",
            "as Jayway 2.0.0 does over Jackson's tree; of AWS it is known for payload templates and IsPresent only";
        PathIndexOutsideTemplate = "data.path.index-outside.template", Observed,
            "In a payload template, a path that ends in an index after the last element of an array yields null.",
            "compared with AWS in 2026-09 (floci-io/floci PR 3167)";
        PathIndexOutsideStep = "data.path.index-outside.step", Assumed(EVERYTHING),
            "A step by name after an index that is after the last element of an array finds nothing.",
            "reported from AWS for $.array[-1].name only";
        PathNegativeIndex = "data.path.negative-index", Observed,
            "A negative index does not count from the end of an array: a step after it finds nothing.",
            "reported from AWS: $.array[-1].name fails with States.Runtime";
        PathFromEnd = "data.path.from-end", Observed,
            "[(@.length-1)] selects the last element of an array.",
            "reported from AWS: $.array[(@.length-1)]";
        PathSliceNegative = "data.path.slice.negative-start", Assumed(EVERYTHING),
            "In a slice with an end, a negative start counts positions before the first element, which yield null.",
            "as Jayway 2.0.0 does; later Jayways count from the end";
        PathScanArray = "data.path.scan.array", Assumed(EVERYTHING),
            "After .. an array step that is not the last step is ignored, and the rest of the path is applied to every element.",
            "as Jayway 2.0.0 does; later Jayways apply the step";
        PathNotAnObject = "data.path.not-an-object", Observed,
            "A property name applied to something other than an object finds nothing.",
            "reported from AWS on 2018-06-08: \"Property ['length()'] not found in path $['list']\"";
        PathNoFunctions = "data.path.no-functions", Observed,
            "Paths have no functions: .length() names a property.",
            "reported from AWS on 2018-06-08: \"Property ['length()'] not found in path $['list']\"";
        PathFilter = "data.path.filter", Documented,
            "A filter keeps the elements of an array for which its condition is true.",
            "AWS Developer Guide, \"Using JSONPath paths\"; recorded: test_state_pass_regex_json_path_base";
        PathFilterBeyond = "data.path.filter.beyond", Assumed(EVERYTHING),
            "A filter can compare by a regular expression, with another value of the data and with the element itself, and can be applied to an object.",
            "as Jayway 2.0.0 does; AWS Developer Guide, \"Using JSONPath paths\": reference paths cannot do the first two, and @ matches objects only";
        PathFilterTypes = "data.path.filter.types", Assumed(EVERYTHING),
            "To compare values of different types, a filter converts a string to the other value's type; null equals the string null and is less than everything else; a failed conversion fails the path, and values that cannot be compared make the condition false.",
            "as Jayway 2.0.0 does; later Jayways compare more strictly";
        PathFilterWords = "data.path.filter.words", Assumed(EVERYTHING),
            "An unquoted word in a filter is a string.",
            "as Jayway 2.0.0 does; later Jayways refuse the path";
        PathFilterNames = "data.path.filter.names", Assumed(EVERYTHING),
            "A path in a filter may contain any quoted name.",
            "as Jayway 2.0.0 does; later Jayways refuse some with spaces or parentheses";
        PathFilterMissing = "data.path.filter.missing", Assumed(EVERYTHING),
            "A comparison with a missing value is false, even with !=.",
            "as Jayway 2.0.0 does; later Jayways let != hold";
        PathFilterExistsNull = "data.path.filter.exists-null", Assumed(EVERYTHING),
            "An existence test in a filter treats null as missing.",
            "as Jayway 2.0.0 does; to later Jayways it is there";
        PathFilterExistsRoot = "data.path.filter.exists-root", Assumed(EVERYTHING),
            "An existence test for a path that starts with $ looks in the element being filtered, not in the whole data.",
            "as Jayway 2.0.0 does; later Jayways look in the whole data";
        ContextPath = "data.context-object", Documented,
            "A path that starts with $$ reads the context object.",
            "AWS Developer Guide, \"Accessing execution data from the Context object\"";
        ContextRetryCountScope = "data.context-object.retry-count.scope", Assumed(EVERYTHING),
            "A Parallel or Map that is retried sees the retry in $$.State.RetryCount, also where its input is made.",
            "recorded of a Task (test_retry_interval_features_max_attempts_zero), of no other state";
        Assign = "variables.assign", Language,
            "Assign stores variables in the scope of the state; they are visible from the next state on.",
            "States Language specification, \"Variables\"";
        AssignBeforeSelector = "variables.assign.before-selector", Assumed(EVERYTHING),
            "In Assign, $ is the result before ResultSelector is applied.",
            "the specification says \"the result\" only";
        VariableRead = "variables.read", Language,
            "A path that starts with a variable's name reads that variable from the nearest scope that has it.",
            "States Language specification, \"Variables\"";
        VariableUndefined = "variables.undefined", Assumed(EVERYTHING),
            "Reading a variable that was never assigned has the effect of a path that finds nothing.",
            "not recorded for JSONPath";

        StateDataLimit = "data.limit", Observed,
            "An output larger than 262,144 bytes fails the execution with States.DataLimitExceeded.",
            "recorded for a Pass: test_start_large_input";
        StateDataLimitTask = "data.limit.task", Assumed(EVERYTHING),
            "If the result of a Task is within the limit and its output is not, the execution fails, and no catcher is tried.",
            "a user's account of 2026-05-26 that quotes no answer of AWS's (cdklabs/construct-hub#1885)";
        StateDataLimitText = "data.limit.text", Assumed(CAUSES),
            "The cause of an output that is too large names the state, whatever its type.",
            "recorded for a Pass only";
        ParametersDataLimit = "data.limit.parameters", Documented,
            "An input that is larger than 262,144 bytes after Parameters is applied fails the execution with States.DataLimitExceeded.",
            "AWS Developer Guide, \"Error names\"";
        ParametersDataLimitText = "data.limit.parameters.text", Assumed(CAUSES),
            "The cause of an input that is too large reads like that of an output that is too large.",
            "not recorded";
        StateDataLimitOther = "data.limit.not-pass", Assumed(EVERYTHING),
            "An output that is too large ends the execution if it is that of a Parallel or a Map, too, and no catcher is tried.",
            "known for a Pass and a Task only; they make their result themselves";
        DataLimitWithin = "data.limit.within", Assumed(EVERYTHING),
            "What a state makes of its data on the way to its output fails the execution with States.DataLimitExceeded if it takes more than 16 MiB of memory.",
            "no evidence: AWS documents a limit for the state's input and output only";
        AssignDataLimit = "variables.limit", Assumed(EVERYTHING),
            "More than 262,144 bytes of variables in one Assign fail the execution with States.DataLimitExceeded.",
            "recorded in 2026-09 for JSONata only";
        VariablesLimit = "variables.limit.total", Observed,
            "More than 10 MiB of variables in all, each as long as its JSON, end the execution with States.DataLimitExceeded; the cause names the state and how many bytes there are too many.",
            "recorded in 2026-09";
        VariablesLimitEvents = "variables.limit.total.events", Assumed(HISTORIES),
            "Variables that are too large in all have no event of their own.",
            "recorded without the history";
        VariablesLimitCount = "variables.limit.total.count", Assumed(EVERYTHING),
            "Of all variables, those count that can still be read, whichever language the state has that assigns them.",
            "recorded for variables of one scope that were assigned once";
    }
}

//! The intrinsic functions.

family! {
    $ intrinsics {
        IntrinsicArray = "intrinsic.array", Language,
            "States.Array returns an array of its arguments.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_array_0, test_array_2";
        IntrinsicArrayContains = "intrinsic.array-contains", Language,
            "States.ArrayContains tells whether an array has an item that is deeply equal to a value.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_array_contains";
        IntrinsicArrayGetItem = "intrinsic.array-get-item", Language,
            "States.ArrayGetItem returns the item at a zero-based index.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_array_get_item";
        IntrinsicArrayLength = "intrinsic.array-length", Language,
            "States.ArrayLength returns the number of items in an array.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_array_length";
        IntrinsicArrayPartition = "intrinsic.array-partition", Language,
            "States.ArrayPartition splits an array into chunks of a given size; the last chunk may be shorter.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_array_partition";
        IntrinsicArrayRange = "intrinsic.array-range", Language,
            "States.ArrayRange returns an array that starts at the first number, does not go past the last one and has at most 1,000 items.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_array_range";
        IntrinsicArrayRangeBackwards = "intrinsic.array-range.backwards", Assumed(EVERYTHING),
            "With a negative step, States.ArrayRange counts down; a step that leads away from the last number gives an empty array.",
            "only positive steps are recorded";
        IntrinsicArrayUnique = "intrinsic.array-unique", Language,
            "States.ArrayUnique removes duplicate items.",
            "States Language specification, \"Intrinsic Functions\"; recorded in 2026-09: [1,2,2,3]";
        IntrinsicArrayUniqueOrder = "intrinsic.array-unique.order", Assumed(EVERYTHING),
            "Of several equal items the first is kept, and the order of the array is preserved.",
            "recorded for ascending integers only";
        IntrinsicNumbersEqual = "intrinsic.equality.numbers", Assumed(EVERYTHING),
            "Numbers that are equal but written differently (1 and 1.0) are equal items.",
            "not recorded";
        IntrinsicBase64Encode = "intrinsic.base64-encode", Language,
            "States.Base64Encode encodes at most 10,000 characters, in UTF-8.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_encode_base64; measured on AWS in 2026-08 (ministackorg/ministack PR 1360)";
        IntrinsicBase64Decode = "intrinsic.base64-decode", Language,
            "States.Base64Decode decodes at most 10,000 characters; their padding may be missing.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_decode_base64; measured on AWS in 2026-08 (ministackorg/ministack PR 1360)";
        IntrinsicBase64TrailingBits = "intrinsic.base64-decode.trailing-bits", Assumed(EVERYTHING),
            "Bits after the last byte that are not zero are ignored.",
            "as Java's decoder does; not recorded";
        IntrinsicBase64NotText = "intrinsic.base64-decode.not-text", Assumed(EVERYTHING),
            "Decoded bytes that are not valid UTF-8 become replacement characters.",
            "not recorded";
        IntrinsicFormat = "intrinsic.format", Language,
            "States.Format replaces each {} in its template with the next argument; objects and arrays are printed as in Java.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_format_2, test_context_json_path";
        IntrinsicFormatBackslash = "intrinsic.format.backslash", Assumed(EVERYTHING),
            "In a template that comes from the data, a backslash that escapes nothing makes the call fail.",
            "the specification forbids it in literals only";
        IntrinsicFormatBrace = "intrinsic.format.brace", Observed,
            "In a template, an opening brace that is neither escaped nor part of {} makes the call fail.",
            "a user's execution of 2024 (aws/aws-cdk#29261): Invalid template in States.Format: matching '}' not found for '{'.";
        IntrinsicFormatClosing = "intrinsic.format.brace.closing", Assumed(EVERYTHING),
            "In a template, a closing brace that is neither escaped nor part of {} stands for itself.",
            "not recorded";
        IntrinsicFormatExponent = "intrinsic.format.exponent", Assumed(EVERYTHING),
            "Very large and very small fractions are printed with an exponent, as Double.toString prints them.",
            "not recorded";
        IntrinsicHash = "intrinsic.hash", Language,
            "States.Hash returns the MD5, SHA-1, SHA-256, SHA-384 or SHA-512 digest of at most 10,000 characters in lower-case hexadecimal.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_hash";
        IntrinsicHashOfJson = "intrinsic.hash.of-json", Assumed(EVERYTHING),
            "A value that is not a string is hashed as compact JSON.",
            "the specification does not say which text";
        IntrinsicJsonMerge = "intrinsic.json-merge", Documented,
            "States.JsonMerge with false merges two objects; where both have a key, the second wins.",
            "AWS Developer Guide, \"Intrinsic functions\"; recorded: test_json_merge";
        IntrinsicJsonMergeDeep = "intrinsic.json-merge.deep", Assumed(EVERYTHING),
            "States.JsonMerge with true fails.",
            "AWS documents that only false is supported, not what happens otherwise";
        IntrinsicJsonToString = "intrinsic.json-to-string", Language,
            "States.JsonToString returns compact JSON.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_json_to_string";
        IntrinsicJsonToStringOfNoPath = "intrinsic.json-to-string.no-path", Assumed(EVERYTHING),
            "States.JsonToString accepts a literal or a nested call as well as a path.",
            "the specification and the Developer Guide name a path only";
        IntrinsicJsonToStringBeyondAscii = "intrinsic.json-to-string.beyond-ascii", Assumed(EVERYTHING),
            "States.JsonToString does not escape non-ASCII characters.",
            "as good JSON as an escape, and not recorded";
        IntrinsicStringToJson = "intrinsic.string-to-json", Language,
            "States.StringToJson parses a string as JSON; a blank string gives null.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_string_to_json";
        IntrinsicStringToJsonRest = "intrinsic.string-to-json.rest", Assumed(EVERYTHING),
            "Anything after a complete JSON value is an error.",
            "not recorded";
        IntrinsicStringSplit = "intrinsic.string-split", Observed,
            "States.StringSplit splits at every character of its second argument and drops empty pieces.",
            "recorded: test_string_split";
        IntrinsicStringSplitNoDelimiter = "intrinsic.string-split.no-delimiter", Assumed(EVERYTHING),
            "With an empty delimiter, States.StringSplit splits nothing.",
            "not recorded";
        IntrinsicMathAdd = "intrinsic.math-add", Observed,
            "States.MathAdd rounds each number half up and then adds them.",
            "recorded: test_math_add";
        IntrinsicMathRandom = "intrinsic.math-random", Documented(EVERYTHING),
            "States.MathRandom returns a random integer from the first number (inclusive) to the last (exclusive); a seed makes it reproducible.",
            "AWS Developer Guide, \"Intrinsic functions\"";
        IntrinsicRounding = "intrinsic.rounding", Documented,
            "Where a function needs an integer, a fraction is rounded to the nearest one.",
            "AWS Developer Guide, \"Intrinsic functions\": States.ArrayPartition, States.ArrayRange, States.MathRandom, States.MathAdd";
        IntrinsicRoundingElsewhere = "intrinsic.rounding.elsewhere", Assumed(EVERYTHING),
            "The index of States.ArrayGetItem is rounded, too.",
            "AWS documents it for other functions";
        IntrinsicRoundingHalf = "intrinsic.rounding.half", Assumed(EVERYTHING),
            "Every function rounds a half up, as States.MathAdd does.",
            "recorded for States.MathAdd only";
        IntrinsicWideNumber = "intrinsic.math-add.wide", Assumed(EVERYTHING),
            "States.MathAdd adds 64-bit integers.",
            "AWS documents 32 bits, not what happens beyond";
        IntrinsicUuid = "intrinsic.uuid", Language(EVERYTHING),
            "States.UUID returns a version 4 UUID.",
            "States Language specification, \"Intrinsic Functions\"; recorded: test_uuid";
        IntrinsicInvalid = "intrinsic.invalid", Observed,
            "Arguments that a function does not accept fail the execution with States.Runtime, not States.IntrinsicFailure.",
            "recorded in 2026-09: States.ArrayLength of an object";
        IntrinsicInvalidText = "intrinsic.invalid.text", Assumed(CAUSES),
            "When a function does not accept its arguments, the cause quotes the outermost call and names the function that failed.",
            "recorded for an argument of the wrong type in a call that is not nested";
        IntrinsicArity = "intrinsic.arity", Assumed(EVERYTHING),
            "A wrong number of arguments is an error when the call is evaluated, not when the machine is created.",
            "not recorded";
        IntrinsicArgumentMissing = "intrinsic.argument.missing", Documented,
            "An argument path that finds nothing fails the execution with States.Runtime.",
            "States Language specification, \"Payload Template\"; AWS Developer Guide, error names: States.ParameterPathFailure and States.IntrinsicFailure are reported as States.Runtime";
        IntrinsicArgumentName = "intrinsic.argument.name", Assumed(EVERYTHING),
            "In an argument path, a name after a point may contain other characters than letters, digits and _.",
            "AWS Developer Guide, \"Intrinsic functions\": such a name must stand in brackets; what happens otherwise was not recorded";
        IntrinsicArgumentMissingText = "intrinsic.argument.missing.text", Assumed(CAUSES),
            "When an argument path finds nothing, the cause quotes the outermost call, the path and the data.",
            "second-hand report only";
    }
}

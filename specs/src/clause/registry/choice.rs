//! Choice.

family! {
    $ choice {
        ChoiceFirstMatch = "choice.first-match", Language,
            "A Choice follows the first rule whose condition is true.",
            "States Language specification, \"Choice State\"";
        ChoiceDefault = "choice.default", Language,
            "If no rule matches, a Choice goes to its Default.",
            "States Language specification, \"Choice State\"";
        ChoiceNoMatch = "choice.no-match", Observed,
            "If no rule matches and there is no Default, the execution fails with States.Runtime, not States.NoChoiceMatched.",
            "recorded in us-east-1 in 2026; the documented name is no longer emitted";
        ChoiceAnd = "choice.and", Language,
            "And is true if all its conditions are; they are evaluated in order, up to the first that is false.",
            "States Language specification, \"Choice State\"; an execution of 2026-09 guarded by IsPresent";
        ChoiceOr = "choice.or", Language,
            "Or is true if any of its conditions is; they are evaluated in order, up to the first that is true.",
            "States Language specification, \"Choice State\"";
        ChoiceOrGuards = "choice.or.guards", Assumed(EVERYTHING),
            "Once a condition of an Or is true, a missing Variable in a later one is no error.",
            "an execution of 2026-09 shows it for And; of Or users say that the order matters";
        ChoiceNot = "choice.not", Language,
            "Not is true if its condition is false.",
            "States Language specification, \"Choice State\"";
        ChoiceMismatch = "choice.variable.mismatch", Assumed(EVERYTHING),
            "A Variable whose path does not fit the structure of the data has the effect of one that finds nothing.",
            "not recorded; to Jayway 2.0.0 they are different errors";
        ChoicePathTwin = "choice.path-twin", Language,
            "An operator whose name ends in Path compares with the value that its path selects.",
            "States Language specification, \"Choice State\"";
        ChoiceMissingVariable = "choice.missing-variable", Observed,
            "A Variable whose path finds nothing fails the execution with States.Runtime, even if there is a Default.",
            "recorded in 2026-09: unguarded missing Variable with a Default";
        ChoiceBothMissingText = "choice.missing-variable.both.text", Assumed(CAUSES),
            "If the paths of both Variable and operand find nothing, the cause names the Variable.",
            "not recorded";
        ChoiceMissingOperand = "choice.missing-operand", Assumed(EVERYTHING),
            "An operand whose path finds nothing fails the execution as a missing Variable does.",
            "second-hand report only";
        ChoiceIsPresentMissing = "choice.is-present.missing", Language,
            "For IsPresent, a Variable whose path finds nothing is not present.",
            "States Language specification, \"Choice State\"; recorded: test_is_operators";
        ChoiceIsPresentIndex = "choice.is-present.index", Documented,
            "For IsPresent, an index after the last element of an array is not present.",
            "at least eight of AWS's sample machines test for an empty list with IsPresent and the index 0";
        ChoiceIsMissing = "choice.is.missing", Assumed(EVERYTHING),
            "Every other Is... test of a Variable whose path finds nothing fails the execution.",
            "no evidence";
        ChoiceIs = "choice.is", Language,
            "An Is... test is true if the value's type is the one tested for, or, with false, if it is not.",
            "States Language specification, \"Choice State\"; recorded: test_is_operators";
        ChoiceIsTimestamp = "choice.is-timestamp", Assumed(EVERYTHING),
            "IsTimestamp accepts what the timestamp comparisons accept: RFC 3339 with T and a time zone.",
            "which strings it accepts exactly was not recorded";
        ChoiceTypeMismatch = "choice.type-mismatch", Observed,
            "A comparison with a value of another type is false, never an error.",
            "recorded: choice_operators";
        ChoiceBooleanEquals = "choice.boolean", Language,
            "BooleanEquals compares booleans.",
            "States Language specification, \"Choice State\"";
        ChoiceNumeric = "choice.numeric", Observed,
            "Numbers are compared by value: 1 equals 1.0.",
            "recorded: test_numeric_equals";
        ChoiceString = "choice.string", Documented,
            "Strings are compared by UTF-16 code units.",
            "AWS Developer Guide, \"Choice\"; recorded: choice_operators";
        ChoiceTimestamp = "choice.timestamp", Language,
            "Timestamps are compared as instants; a string that is not an RFC 3339 timestamp never matches.",
            "States Language specification, \"Timestamps\" and \"Data-test expression\"; recorded for timestamps with Z: choice_operators";
        ChoiceStringMatches = "choice.string-matches", Language,
            "StringMatches matches the whole string; * stands for any run of characters.",
            "States Language specification, \"Choice State\"";
        ChoiceStringMatchesEscape = "choice.string-matches.escape.invalid", Assumed(EVERYTHING),
            "In a StringMatches pattern, a backslash that escapes neither * nor a backslash fails the execution.",
            "the specification calls it a runtime error without a name";
    }
}

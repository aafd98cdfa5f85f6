//! Mutations of one field.

use stepproof_specs::clause::Clause::{self, *};

use super::{
    Change, Mutation,
    On::{self, Any, Catcher, Machine, Processor, Retrier, Rule, Scope, State},
};

const TASK: On = State(&["Task"]);
const WAIT: On = State(&["Wait"]);
const MAP: On = State(&["Map"]);
const PASS: On = State(&["Pass"]);
const CHOICE: On = State(&["Choice"]);
const PARALLEL: On = State(&["Parallel"]);
const LEADING: On = State(&["Pass", "Task", "Wait", "Parallel", "Map"]);
const UNHANDLED: On = State(&["Pass", "Choice", "Wait", "Succeed", "Fail"]);
const RESULT: On = State(&["Pass", "Task", "Parallel", "Map"]);

const fn set(
    name: &'static str,
    clause: Clause,
    on: On,
    field: &'static str,
    values: &'static [&'static str],
) -> Mutation {
    let change = Change::Set(on, field, values);
    Mutation {
        name,
        clause,
        change,
    }
}

const fn remove(name: &'static str, clause: Clause, on: On, field: &'static str) -> Mutation {
    let change = Change::Remove(on, field);
    Mutation {
        name,
        clause,
        change,
    }
}

/// Seconds and counts of which there must be one at least.
const NOT_POSITIVE: &[&str] = &["0", "-1", "-99"];
/// Numbers below zero.
const NEGATIVE: &[&str] = &["-1", "-2147483649"];
/// Texts that are no path.
const NO_PATH: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"$.\"",
    "\"$[\"",
    "\"$.a[?(]\"",
    "\"$.a b[\"",
];
/// Paths that are no reference path into the state's data.
const NO_REFERENCE: &[&str] = &[
    "\"$.a[*]\"",
    "\"$..b\"",
    "\"$.a[0,1]\"",
    "\"$.a[?(@.b > 1)]\"",
    "\"$$.a\"",
    "\"$x.a\"",
    "\"a\"",
];
/// Templates with a field that is neither a path nor a call.
const NO_TEMPLATE: &[&str] = &[
    r#"{"x.$": "a"}"#,
    r#"{"x.$": "$."}"#,
    r#"{"x.$": 5}"#,
    r#"{"x": [{"y.$": "States.Format('{}'"}]}"#,
    r#"{"x.$": "States.Array(1"}"#,
];

pub(super) const FIELDS: &[Mutation] = &[
    set(
        "unknown-machine-field",
        ValidateUnknown,
        Machine,
        "Foo",
        &["1"],
    ),
    set("unknown-state-field", ValidateUnknown, Any, "Foo", &["1"]),
    set(
        "unknown-retrier-field",
        ValidateUnknown,
        Retrier,
        "Foo",
        &["1"],
    ),
    set(
        "unknown-catcher-field",
        ValidateUnknown,
        Catcher,
        "Foo",
        &["1"],
    ),
    set(
        "task-timeout-elsewhere",
        ValidateUnsupported,
        State(&["Pass", "Choice", "Wait", "Parallel", "Map"]),
        "TimeoutSeconds",
        &["5"],
    ),
    set(
        "retry-elsewhere",
        ValidateUnsupported,
        UNHANDLED,
        "Retry",
        &["[]", r#"[{"ErrorEquals": ["E"]}]"#],
    ),
    set(
        "catch-elsewhere",
        ValidateUnsupported,
        UNHANDLED,
        "Catch",
        &["[]"],
    ),
    set(
        "selector-elsewhere",
        ValidateUnsupported,
        UNHANDLED,
        "ResultSelector",
        &["{}"],
    ),
    set(
        "result-elsewhere",
        ValidateUnsupported,
        TASK,
        "Result",
        &["1"],
    ),
    set(
        "next-after-end",
        ValidateUnsupported,
        State(&["Succeed", "Fail"]),
        "Next",
        &["\"Added\""],
    ),
    remove("no-start-at", ValidateRequiredMachine, Machine, "StartAt"),
    remove("no-states", ValidateRequiredMachine, Machine, "States"),
    remove("no-type", ValidateRequired, Any, "Type"),
    remove("no-resource", ValidateRequired, TASK, "Resource"),
    remove("no-choices", ValidateRequired, CHOICE, "Choices"),
    remove("no-branches", ValidateRequired, PARALLEL, "Branches"),
    remove("no-processor", ValidateRequired, MAP, "ItemProcessor"),
    remove("no-item-start", ValidateRequired, Processor, "StartAt"),
    remove("no-rule-next", ValidateRequired, Rule, "Next"),
    remove(
        "no-retrier-errors",
        ValidateRequired,
        Retrier,
        "ErrorEquals",
    ),
    remove(
        "no-catcher-errors",
        ValidateRequired,
        Catcher,
        "ErrorEquals",
    ),
    remove("no-catcher-next", ValidateRequired, Catcher, "Next"),
    set(
        "unknown-type",
        ValidateType,
        Any,
        "Type",
        &["\"Dance\"", "\"pass\"", "\"\""],
    ),
    set(
        "language-word",
        ValidateWord,
        Machine,
        "QueryLanguage",
        &["\"JSONpath\"", "\"XPath\""],
    ),
    set(
        "jitter-word",
        ValidateWord,
        Retrier,
        "JitterStrategy",
        &["\"HALF\"", "\"full\""],
    ),
    set(
        "mode-word",
        ValidateWord,
        Processor,
        "ProcessorConfig",
        &[r#"{"Mode": "FAST"}"#],
    ),
    set(
        "comment-type",
        ValidateKind,
        Any,
        "Comment",
        &["1", "{}", "null"],
    ),
    set("version-type", ValidateKind, Machine, "Version", &["1"]),
    set(
        "start-type",
        ValidateKind,
        Scope,
        "StartAt",
        &["1", "null", "[]"],
    ),
    set(
        "states-type",
        ValidateKind,
        Scope,
        "States",
        &["[]", "\"A\""],
    ),
    set(
        "resource-type",
        ValidateKind,
        TASK,
        "Resource",
        &["1", "[]"],
    ),
    set(
        "timeout-type",
        ValidateKind,
        TASK,
        "TimeoutSeconds",
        &["\"5\"", "1.5", "true"],
    ),
    set(
        "seconds-type",
        ValidateKind,
        WAIT,
        "Seconds",
        &["\"5\"", "0.5"],
    ),
    set(
        "concurrency-type",
        ValidateKind,
        MAP,
        "MaxConcurrency",
        &["\"5\"", "0.5"],
    ),
    set(
        "input-path-type",
        ValidateKind,
        PASS,
        "InputPath",
        &["1", "{}"],
    ),
    set(
        "choices-type",
        ValidateKind,
        CHOICE,
        "Choices",
        &["{}", "\"a\""],
    ),
    set(
        "default-type",
        ValidateKind,
        CHOICE,
        "Default",
        &["1", "[]"],
    ),
    set("retry-type", ValidateKind, TASK, "Retry", &["{}", "1"]),
    set(
        "errors-type",
        ValidateKind,
        Retrier,
        "ErrorEquals",
        &["\"E\"", "[1]"],
    ),
    set(
        "attempts-type",
        ValidateKind,
        Retrier,
        "MaxAttempts",
        &["\"3\"", "1.5"],
    ),
    set(
        "rate-type",
        ValidateKind,
        Retrier,
        "BackoffRate",
        &["\"2\""],
    ),
    set(
        "branches-type",
        ValidateKind,
        PARALLEL,
        "Branches",
        &["{}", "[1]"],
    ),
    set("float", ValidateKindFloat, TASK, "TimeoutSeconds", &["3.0"]),
    set(
        "timeout-low",
        ValidateLow,
        TASK,
        "TimeoutSeconds",
        NOT_POSITIVE,
    ),
    set(
        "heartbeat-low",
        ValidateLow,
        TASK,
        "HeartbeatSeconds",
        NOT_POSITIVE,
    ),
    set("seconds-low", ValidateLow, WAIT, "Seconds", NEGATIVE),
    set(
        "interval-low",
        ValidateLow,
        Retrier,
        "IntervalSeconds",
        NOT_POSITIVE,
    ),
    set(
        "attempts-low",
        ValidateLow,
        Retrier,
        "MaxAttempts",
        NEGATIVE,
    ),
    set(
        "rate-low",
        ValidateLow,
        Retrier,
        "BackoffRate",
        &["0.5", "0", "-1"],
    ),
    set(
        "max-delay-low",
        ValidateLow,
        Retrier,
        "MaxDelaySeconds",
        NOT_POSITIVE,
    ),
    set(
        "concurrency-low",
        ValidateLow,
        MAP,
        "MaxConcurrency",
        NEGATIVE,
    ),
    set(
        "machine-timeout-low",
        ValidateLow,
        Machine,
        "TimeoutSeconds",
        NEGATIVE,
    ),
    set(
        "seconds-high",
        ValidateHigh,
        WAIT,
        "Seconds",
        &["100000000"],
    ),
    set(
        "interval-high",
        ValidateHigh,
        Retrier,
        "IntervalSeconds",
        &["100000000"],
    ),
    set(
        "attempts-high",
        ValidateHigh,
        Retrier,
        "MaxAttempts",
        &["100000000"],
    ),
    set(
        "max-delay-high",
        ValidateHigh,
        Retrier,
        "MaxDelaySeconds",
        &["31622401"],
    ),
    set(
        "no-branch",
        ValidateEmptyBranches,
        PARALLEL,
        "Branches",
        &["[]"],
    ),
    set("no-rule", ValidateEmpty, CHOICE, "Choices", &["[]"]),
    set(
        "no-error-name",
        ValidateEmpty,
        Retrier,
        "ErrorEquals",
        &["[]"],
    ),
    set(
        "no-caught-name",
        ValidateEmpty,
        Catcher,
        "ErrorEquals",
        &["[]"],
    ),
    set(
        "start-nowhere",
        ValidateTarget,
        Scope,
        "StartAt",
        &["\"Nowhere\"", "\"\""],
    ),
    set(
        "default-nowhere",
        ValidateTarget,
        CHOICE,
        "Default",
        &["\"Nowhere\""],
    ),
    set(
        "rule-nowhere",
        ValidateTarget,
        Rule,
        "Next",
        &["\"Nowhere\""],
    ),
    set(
        "catch-nowhere",
        ValidateTarget,
        Catcher,
        "Next",
        &["\"Nowhere\""],
    ),
    set("input-path", ValidatePath, PASS, "InputPath", NO_PATH),
    set("output-path", ValidatePath, LEADING, "OutputPath", NO_PATH),
    set("items-path", ValidatePath, MAP, "ItemsPath", NO_PATH),
    set(
        "result-path",
        ValidateReferencePath,
        RESULT,
        "ResultPath",
        NO_REFERENCE,
    ),
    set(
        "catcher-result-path",
        ValidateReferencePath,
        Catcher,
        "ResultPath",
        NO_REFERENCE,
    ),
    set(
        "parameters",
        ValidateTemplate,
        RESULT,
        "Parameters",
        NO_TEMPLATE,
    ),
    set(
        "result-selector",
        ValidateTemplate,
        TASK,
        "ResultSelector",
        NO_TEMPLATE,
    ),
    set("assign", ValidateTemplate, PASS, "Assign", NO_TEMPLATE),
    set(
        "field-twice",
        ValidateTemplateDuplicate,
        PASS,
        "Parameters",
        &[r#"{"x": 1, "x.$": "$"}"#],
    ),
    set(
        "variable-name",
        ValidateVariableName,
        PASS,
        "Assign",
        &[
            r#"{"1x": 1}"#,
            r#"{"a-b": 1}"#,
            r#"{"states": 1}"#,
            r#"{"": 1}"#,
        ],
    ),
    set(
        "resource",
        ValidateResource,
        TASK,
        "Resource",
        &[
            "\"http://work\"",
            "\"arn:aws\"",
            "\"arn:aws:states:::dynamodb:query\"",
            "\"arn:aws:states:::sqs:peek\"",
        ],
    ),
    set(
        "credentials",
        ValidateCredentials,
        TASK,
        "Credentials",
        &["{}", r#"{"Role": "r"}"#],
    ),
    set(
        "arguments-in-jsonpath",
        ValidateLanguageField,
        TASK,
        "Arguments",
        &["{}"],
    ),
    set(
        "output-in-jsonpath",
        ValidateLanguageField,
        PASS,
        "Output",
        &["1"],
    ),
    set(
        "items-in-jsonpath",
        ValidateLanguageField,
        MAP,
        "Items",
        &["[1]"],
    ),
    set(
        "caught-output-in-jsonpath",
        ValidateLanguageField,
        Catcher,
        "Output",
        &["1"],
    ),
    set(
        "no-execution-type",
        ValidateRequiredProcessor,
        Processor,
        "ProcessorConfig",
        &[r#"{"Mode": "DISTRIBUTED"}"#],
    ),
    set(
        "empty-batcher",
        ValidateBatcher,
        MAP,
        "ItemBatcher",
        &["{}"],
    ),
    set("empty-writer", ValidateWriter, MAP, "ResultWriter", &["{}"]),
    set(
        "reader",
        ValidateMapResource,
        MAP,
        "ItemReader",
        &[r#"{"Resource": "arn:aws:states:::s3:copyObject"}"#],
    ),
    set(
        "label",
        ValidateLabel,
        MAP,
        "Label",
        &[
            "\"a b\"",
            "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"",
        ],
    ),
];

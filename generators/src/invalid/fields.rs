//! Mutations of one field.

use stepproof_specs::{
    asl::walk::{BRANCHES, ITEM_PROCESSOR},
    clause::Clause as C,
};

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
    clause: C,
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

const fn remove(name: &'static str, clause: C, on: On, field: &'static str) -> Mutation {
    let change = Change::Remove(on, field);
    Mutation {
        name,
        clause,
        change,
    }
}

/// Seconds and counts that must be at least 1, but are not.
const NOT_POSITIVE: &[&str] = &["0", "-1", "-99"];
/// Numbers below zero.
const NEGATIVE: &[&str] = &["-1", "-2147483649"];
/// Strings that are not paths.
const NO_PATH: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"$.\"",
    "\"$[\"",
    "\"$.a[?(]\"",
    "\"$.a b[\"",
];
/// Paths that lead to more than one place.
const OF_MANY: &[&str] = &["\"$.a[*].b\"", "\"$..b\"", "\"$.a[0,1]\""];
/// Paths that are not reference paths into the state's data.
const NO_REFERENCE: &[&str] = &[
    "\"$.a[*]\"",
    "\"$..b\"",
    "\"$.a[0,1]\"",
    "\"$$.a\"",
    "\"$x.a\"",
    "\"a\"",
];
/// Templates with a dynamic field that is neither a path nor a call.
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
        C::ValidateUnknownInner,
        Machine,
        "Foo",
        &["1"],
    ),
    set(
        "unknown-state-field",
        C::ValidateUnknown,
        Any,
        "Foo",
        &["1"],
    ),
    set(
        "unknown-retrier-field",
        C::ValidateUnknownInner,
        Retrier,
        "Foo",
        &["1"],
    ),
    set(
        "unknown-catcher-field",
        C::ValidateUnknownInner,
        Catcher,
        "Foo",
        &["1"],
    ),
    set(
        "task-timeout-elsewhere",
        C::ValidateUnsupported,
        State(&["Pass", "Choice", "Wait", "Parallel", "Map"]),
        "TimeoutSeconds",
        &["5"],
    ),
    set(
        "retry-elsewhere",
        C::ValidateUnsupported,
        UNHANDLED,
        "Retry",
        &["[]", r#"[{"ErrorEquals": ["E"]}]"#],
    ),
    set(
        "catch-elsewhere",
        C::ValidateUnsupported,
        UNHANDLED,
        "Catch",
        &["[]"],
    ),
    set(
        "selector-elsewhere",
        C::ValidateUnsupported,
        UNHANDLED,
        "ResultSelector",
        &["{}"],
    ),
    set(
        "result-elsewhere",
        C::ValidateUnsupported,
        TASK,
        "Result",
        &["1"],
    ),
    set(
        "next-after-end",
        C::ValidateUnsupported,
        State(&["Succeed", "Fail"]),
        "Next",
        &["\"Added\""],
    ),
    remove(
        "no-start-at",
        C::ValidateRequiredMachine,
        Machine,
        "StartAt",
    ),
    remove("no-states", C::ValidateRequiredMachine, Machine, "States"),
    remove("no-type", C::ValidateRequired, Any, "Type"),
    remove("no-resource", C::ValidateRequired, TASK, "Resource"),
    remove("no-choices", C::ValidateRequired, CHOICE, "Choices"),
    remove("no-branches", C::ValidateRequired, PARALLEL, BRANCHES),
    remove(
        "no-processor",
        C::ValidateProcessorFormNone,
        MAP,
        ITEM_PROCESSOR,
    ),
    remove("no-item-start", C::ValidateRequired, Processor, "StartAt"),
    remove("no-rule-next", C::ValidateRequired, Rule, "Next"),
    remove(
        "no-retrier-errors",
        C::ValidateRequired,
        Retrier,
        "ErrorEquals",
    ),
    remove(
        "no-catcher-errors",
        C::ValidateRequired,
        Catcher,
        "ErrorEquals",
    ),
    remove("no-catcher-next", C::ValidateRequired, Catcher, "Next"),
    set(
        "unknown-type",
        C::ValidateType,
        Any,
        "Type",
        &["\"Dance\"", "\"pass\"", "\"\""],
    ),
    set(
        "language-word",
        C::ValidateWord,
        Machine,
        "QueryLanguage",
        &["\"JSONpath\"", "\"XPath\""],
    ),
    set(
        "jitter-word",
        C::ValidateWord,
        Retrier,
        "JitterStrategy",
        &["\"HALF\"", "\"full\""],
    ),
    set(
        "mode-word",
        C::ValidateWord,
        Processor,
        "ProcessorConfig",
        &[r#"{"Mode": "FAST"}"#],
    ),
    set(
        "comment-type",
        C::ValidateKind,
        Any,
        "Comment",
        &["1", "{}", "null"],
    ),
    set(
        "version",
        C::ValidateVersion,
        Machine,
        "Version",
        &["\"2.0\"", "\"1\"", "\"\""],
    ),
    set("version-type", C::ValidateKind, Machine, "Version", &["1"]),
    set(
        "start-type",
        C::ValidateKind,
        Scope,
        "StartAt",
        &["1", "null", "[]"],
    ),
    set(
        "states-type",
        C::ValidateKind,
        Scope,
        "States",
        &["[]", "\"A\""],
    ),
    set(
        "resource-type",
        C::ValidateKind,
        TASK,
        "Resource",
        &["1", "[]"],
    ),
    set(
        "timeout-type",
        C::ValidateKind,
        TASK,
        "TimeoutSeconds",
        &["\"5\"", "1.5", "true"],
    ),
    set(
        "seconds-type",
        C::ValidateKind,
        WAIT,
        "Seconds",
        &["\"5\"", "0.5"],
    ),
    set(
        "concurrency-type",
        C::ValidateKind,
        MAP,
        "MaxConcurrency",
        &["\"5\"", "0.5"],
    ),
    set(
        "item-selector-type",
        C::ValidateTemplateObject,
        MAP,
        "ItemSelector",
        &["0", "[]", "\"$\""],
    ),
    set(
        "input-path-type",
        C::ValidateKind,
        PASS,
        "InputPath",
        &["1", "{}"],
    ),
    set(
        "choices-type",
        C::ValidateKind,
        CHOICE,
        "Choices",
        &["{}", "\"a\""],
    ),
    set(
        "default-type",
        C::ValidateKind,
        CHOICE,
        "Default",
        &["1", "[]"],
    ),
    set("retry-type", C::ValidateKind, TASK, "Retry", &["{}", "1"]),
    set(
        "errors-type",
        C::ValidateKind,
        Retrier,
        "ErrorEquals",
        &["\"E\"", "[1]"],
    ),
    set(
        "attempts-type",
        C::ValidateKind,
        Retrier,
        "MaxAttempts",
        &["\"3\"", "1.5"],
    ),
    set(
        "rate-type",
        C::ValidateKind,
        Retrier,
        "BackoffRate",
        &["\"2\""],
    ),
    set(
        "branches-type",
        C::ValidateKind,
        PARALLEL,
        BRANCHES,
        &["{}", "[1]"],
    ),
    set(
        "float",
        C::ValidateKindFloat,
        TASK,
        "TimeoutSeconds",
        &["3.0"],
    ),
    set(
        "timeout-low",
        C::ValidateLow,
        TASK,
        "TimeoutSeconds",
        NOT_POSITIVE,
    ),
    set(
        "heartbeat-low",
        C::ValidateLow,
        TASK,
        "HeartbeatSeconds",
        NOT_POSITIVE,
    ),
    set("seconds-low", C::ValidateLow, WAIT, "Seconds", NEGATIVE),
    set(
        "interval-low",
        C::ValidateLow,
        Retrier,
        "IntervalSeconds",
        NOT_POSITIVE,
    ),
    set(
        "attempts-low",
        C::ValidateLow,
        Retrier,
        "MaxAttempts",
        NEGATIVE,
    ),
    set(
        "rate-low",
        C::ValidateLow,
        Retrier,
        "BackoffRate",
        &["0.5", "0", "-1"],
    ),
    set(
        "max-delay-low",
        C::ValidateLow,
        Retrier,
        "MaxDelaySeconds",
        NOT_POSITIVE,
    ),
    set(
        "concurrency-low",
        C::ValidateLow,
        MAP,
        "MaxConcurrency",
        NEGATIVE,
    ),
    set(
        "machine-timeout-low",
        C::ValidateLow,
        Machine,
        "TimeoutSeconds",
        NEGATIVE,
    ),
    set(
        "seconds-high",
        C::ValidateHighWait,
        WAIT,
        "Seconds",
        &["100000000"],
    ),
    set(
        "machine-timeout-high",
        C::ValidateHighTimeout,
        Machine,
        "TimeoutSeconds",
        &["100000000"],
    ),
    set(
        "interval-high",
        C::ValidateHigh,
        Retrier,
        "IntervalSeconds",
        &["100000000"],
    ),
    set(
        "attempts-high",
        C::ValidateHigh,
        Retrier,
        "MaxAttempts",
        &["100000000"],
    ),
    set(
        "max-delay-high",
        C::ValidateHigh,
        Retrier,
        "MaxDelaySeconds",
        &["31622401"],
    ),
    set(
        "no-branch",
        C::ValidateEmptyBranches,
        PARALLEL,
        BRANCHES,
        &["[]"],
    ),
    set("no-rule", C::ValidateEmpty, CHOICE, "Choices", &["[]"]),
    set(
        "no-error-name",
        C::ValidateEmpty,
        Retrier,
        "ErrorEquals",
        &["[]"],
    ),
    set(
        "no-caught-name",
        C::ValidateEmpty,
        Catcher,
        "ErrorEquals",
        &["[]"],
    ),
    set(
        "start-nowhere",
        C::ValidateTarget,
        Scope,
        "StartAt",
        &["\"Nowhere\"", "\"\""],
    ),
    set(
        "default-nowhere",
        C::ValidateTarget,
        CHOICE,
        "Default",
        &["\"Nowhere\""],
    ),
    set(
        "rule-nowhere",
        C::ValidateTarget,
        Rule,
        "Next",
        &["\"Nowhere\""],
    ),
    set(
        "catch-nowhere",
        C::ValidateTarget,
        Catcher,
        "Next",
        &["\"Nowhere\""],
    ),
    set("input-path", C::ValidatePath, PASS, "InputPath", NO_PATH),
    set(
        "output-path",
        C::ValidatePath,
        LEADING,
        "OutputPath",
        NO_PATH,
    ),
    set(
        "items-path",
        C::ValidateReferenceItems,
        MAP,
        "ItemsPath",
        NO_PATH,
    ),
    set(
        "items-path-of-many",
        C::ValidateReferenceItems,
        MAP,
        "ItemsPath",
        OF_MANY,
    ),
    set(
        "items-path-in-doubt",
        C::ValidateReferenceDoubtful,
        MAP,
        "ItemsPath",
        &["\"$.a[?(@.b > 1)]\"", "\"$.a[-1]\""],
    ),
    set(
        "result-path",
        C::ValidateReferencePath,
        RESULT,
        "ResultPath",
        NO_REFERENCE,
    ),
    set(
        "catcher-result-path",
        C::ValidateReferencePath,
        Catcher,
        "ResultPath",
        NO_REFERENCE,
    ),
    set(
        "parameters",
        C::ValidateTemplate,
        RESULT,
        "Parameters",
        NO_TEMPLATE,
    ),
    set(
        "result-selector",
        C::ValidateTemplate,
        TASK,
        "ResultSelector",
        NO_TEMPLATE,
    ),
    set("assign", C::ValidateTemplate, PASS, "Assign", NO_TEMPLATE),
    set(
        "field-twice",
        C::ValidateTemplateDuplicate,
        PASS,
        "Parameters",
        &[r#"{"x": 1, "x.$": "$"}"#],
    ),
    set(
        "variable-name",
        C::ValidateVariableName,
        PASS,
        "Assign",
        &[r#"{"1x": 1}"#, r#"{"a-b": 1}"#, r#"{"": 1}"#],
    ),
    set(
        "reserved-variable",
        C::ValidateVariableReserved,
        PASS,
        "Assign",
        &[r#"{"states": 1}"#, r#"{"states.$": "$"}"#],
    ),
    set(
        "resource",
        C::ValidateResource,
        TASK,
        "Resource",
        &[
            "\"arn:aws:states:::dynamodb:query\"",
            "\"arn:aws:states:::sqs:peek\"",
        ],
    ),
    set(
        "no-arn",
        C::ValidateResourceArn,
        TASK,
        "Resource",
        &["\"http://work\"", "\"arn:aws\"", "\"FUNCTION_ARN\"", "\"\""],
    ),
    set(
        "credentials",
        C::ValidateCredentials,
        TASK,
        "Credentials",
        &["{}", r#"{"Role": "r"}"#],
    ),
    set(
        "arguments-in-jsonpath",
        C::ValidateLanguageField,
        TASK,
        "Arguments",
        &["{}"],
    ),
    set(
        "output-in-jsonpath",
        C::ValidateLanguageField,
        PASS,
        "Output",
        &["1"],
    ),
    set(
        "items-in-jsonpath",
        C::ValidateLanguageField,
        MAP,
        "Items",
        &["[1]"],
    ),
    set(
        "caught-output-in-jsonpath",
        C::ValidateLanguageFieldInner,
        Catcher,
        "Output",
        &["1"],
    ),
    set(
        "no-execution-type",
        C::ValidateRequiredProcessor,
        Processor,
        "ProcessorConfig",
        &[r#"{"Mode": "DISTRIBUTED"}"#],
    ),
    set(
        "empty-batcher",
        C::ValidateBatcher,
        MAP,
        "ItemBatcher",
        &["{}"],
    ),
    set(
        "empty-writer",
        C::ValidateWriter,
        MAP,
        "ResultWriter",
        &["{}"],
    ),
    set(
        "reader",
        C::ValidateMapResource,
        MAP,
        "ItemReader",
        &[r#"{"Resource": "arn:aws:states:::s3:copyObject"}"#],
    ),
    set(
        "csv-without-header",
        C::ValidateCsvHeader,
        MAP,
        "ItemReader",
        &[r#"{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV"}}"#],
    ),
    set(
        "json-with-header",
        C::ValidateCsvHeaderElsewhere,
        MAP,
        "ItemReader",
        &[
            r#"{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"}}"#,
        ],
    ),
    set(
        "reader-field",
        C::ValidateReaderField,
        MAP,
        "ItemReader",
        &[
            r#"{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}}"#,
            r#"{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL", "CSVHeaders": ["a"]}}"#,
            r#"{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "PARQUET", "ItemsPointer": "/a"}}"#,
        ],
    ),
    set(
        "unknown-reader-field",
        C::ValidateUnknownInner,
        MAP,
        "ItemReader",
        &[r#"{"Resource": "arn:aws:states:::s3:getObject", "Foo": 1}"#],
    ),
    set(
        "label",
        C::ValidateLabel,
        MAP,
        "Label",
        &[
            "\"a b\"",
            "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"",
        ],
    ),
];

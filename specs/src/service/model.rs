//! The parameters of every operation, from the API's model (`stepfunctions` 2016-11-23 as botocore 1.44
//! has it, last changed in 2025-11). What a definition may be is the validator's business.

use crate::interpreter::DATA_LIMIT;

/// A parameter.
pub(super) struct Member {
    pub name: &'static str,
    pub shape: Shape,
    pub is_required: bool,
}

/// What a parameter may be.
pub(super) enum Shape {
    Text(Text),
    /// One of these words, in the order in which a message lists them.
    Enum(&'static [&'static str]),
    Number {
        least: i64,
        most: i64,
    },
    Flag,
    List {
        least: usize,
        most: usize,
        item: &'static Shape,
    },
    Structure {
        /// Its name in messages.
        name: &'static str,
        members: &'static [Member],
    },
}

/// A string's limits.
pub(super) struct Text {
    pub least: usize,
    pub most: usize,
    pub unit: Unit,
    /// Whether messages leave its value out.
    pub is_sensitive: bool,
    pub pattern: Option<&'static Pattern>,
}

/// How a length is counted.
pub(super) enum Unit {
    /// In characters.
    Characters,
    /// In bytes of UTF-8: "Length constraints apply to the payload size" (API reference).
    Bytes,
}

/// A regular expression.
pub(super) struct Pattern {
    /// As a message tells it.
    pub text: &'static str,
    /// Whether a string matches.
    pub fits: fn(&str) -> bool,
}

/// The parameters of an operation; `None` if there is no such operation.
pub(super) fn members(operation: &str) -> Option<&'static [Member]> {
    let mut operations = OPERATIONS.iter();
    operations
        .find(|(name, _)| *name == operation)
        .map(|(_, members)| *members)
}

/// The operations by name.
pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(name, _)| *name)
}

const ENDLESS: usize = usize::MAX;

const fn text(least: usize, most: usize) -> Text {
    Text {
        least,
        most,
        unit: Unit::Characters,
        is_sensitive: false,
        pattern: None,
    }
}

const fn sensitive(least: usize, most: usize) -> Shape {
    Shape::Text(Text {
        is_sensitive: true,
        ..text(least, most)
    })
}

const fn matching(pattern: &'static Pattern, least: usize, most: usize) -> Shape {
    Shape::Text(Text {
        pattern: Some(pattern),
        ..text(least, most)
    })
}

const NAME: Shape = Shape::Text(text(1, 80));
const ARN: Shape = Shape::Text(text(1, 256));
const LONG_ARN: Shape = Shape::Text(text(1, 2_000));
const PAGE_TOKEN: Shape = Shape::Text(text(1, 1_024));
/// Lists of executions have a longer one (recorded).
const EXECUTIONS_TOKEN: Shape = Shape::Text(text(1, 3_096));
const ANY_TEXT: Shape = Shape::Text(text(0, ENDLESS));
/// The validator says what a definition may be.
const DEFINITION: Shape = sensitive(0, ENDLESS);
const DESCRIPTION: Shape = sensitive(0, 256);
const ERROR: Shape = sensitive(0, 256);
const CAUSE: Shape = sensitive(0, 32_768);
const TASK_TOKEN: Shape = sensitive(1, 2_048);
const DATA: Shape = Shape::Text(Text {
    unit: Unit::Bytes,
    is_sensitive: true,
    ..text(0, DATA_LIMIT)
});
const PAGE_SIZE: Shape = Shape::Number {
    least: 0,
    most: 1_000,
};
const TYPE: Shape = Shape::Enum(&["STANDARD", "EXPRESS"]);
/// In the order of a recorded message.
const STATUS: Shape = Shape::Enum(&[
    "SUCCEEDED",
    "TIMED_OUT",
    "PENDING_REDRIVE",
    "ABORTED",
    "FAILED",
    "RUNNING",
]);
const INCLUDED: Shape = Shape::Enum(&["ALL_DATA", "METADATA_ONLY"]);

static ALIAS_NAME: Pattern = Pattern {
    text: r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
    fits: |text| {
        let is_mark = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.');
        text.contains(is_mark) && text.chars().all(|c| is_mark(c) || c.is_ascii_digit())
    },
};
static CLIENT_TOKEN: Pattern = Pattern {
    text: "[!-~]+",
    fits: |text| !text.is_empty() && text.chars().all(|c| ('!'..='~').contains(&c)),
};
static TRACE_HEADER: Pattern = Pattern {
    text: r"\p{ASCII}*",
    fits: str::is_ascii,
};

const TRACE: Shape = matching(&TRACE_HEADER, 0, 256);

static TAG: Shape = Shape::Structure {
    name: "Tag",
    members: &[may("key", TAG_KEY), may("value", Shape::Text(text(0, 256)))],
};
const TAG_KEY: Shape = Shape::Text(text(1, 128));
static TAG_KEYS: Shape = TAG_KEY;
const TAGS: Shape = Shape::List {
    least: 0,
    most: ENDLESS,
    item: &TAG,
};

static DESTINATION: Shape = Shape::Structure {
    name: "LogDestination",
    members: &[may(
        "cloudWatchLogsLogGroup",
        Shape::Structure {
            name: "CloudWatchLogsLogGroup",
            members: &[may("logGroupArn", ARN)],
        },
    )],
};
const LOGGING: Shape = Shape::Structure {
    name: "LoggingConfiguration",
    members: &[
        may("level", Shape::Enum(&["ALL", "ERROR", "FATAL", "OFF"])),
        may("includeExecutionData", Shape::Flag),
        may(
            "destinations",
            Shape::List {
                least: 0,
                most: ENDLESS,
                item: &DESTINATION,
            },
        ),
    ],
};
const TRACING: Shape = Shape::Structure {
    name: "TracingConfiguration",
    members: &[may("enabled", Shape::Flag)],
};
const ENCRYPTION: Shape = Shape::Structure {
    name: "EncryptionConfiguration",
    members: &[
        may("kmsKeyId", Shape::Text(text(1, 2_048))),
        may(
            "kmsDataKeyReusePeriodSeconds",
            Shape::Number {
                least: 60,
                most: 900,
            },
        ),
        must(
            "type",
            Shape::Enum(&["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]),
        ),
    ],
};

static ROUTE: Shape = Shape::Structure {
    name: "RoutingConfigurationListItem",
    members: &[
        must("stateMachineVersionArn", ARN),
        must(
            "weight",
            Shape::Number {
                least: 0,
                most: 100,
            },
        ),
    ],
};
const ROUTING: Shape = Shape::List {
    least: 1,
    most: 2,
    item: &ROUTE,
};

const fn must(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        is_required: true,
    }
}

const fn may(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        is_required: false,
    }
}

const COUNT: Shape = Shape::Number {
    least: 0,
    most: i64::MAX,
};
const STATE_NAME: Shape = sensitive(1, 80);
const MOCK: Shape = Shape::Structure {
    name: "MockInput",
    members: &[
        may("result", DATA),
        may(
            "errorOutput",
            Shape::Structure {
                name: "MockErrorOutput",
                members: &[may("error", ERROR), may("cause", CAUSE)],
            },
        ),
        may(
            "fieldValidationMode",
            Shape::Enum(&["STRICT", "PRESENT", "NONE"]),
        ),
    ],
};
const TEST_STATE: Shape = Shape::Structure {
    name: "TestStateConfiguration",
    members: &[
        may("retrierRetryCount", COUNT),
        may("errorCausedByState", STATE_NAME),
        may("mapIterationFailureCount", COUNT),
        may("mapItemReaderData", DATA),
    ],
};

/// All operations, by name.
static OPERATIONS: &[(&str, &[Member])] = &[
    (
        "CreateActivity",
        &[
            must("name", NAME),
            may("tags", TAGS),
            may("encryptionConfiguration", ENCRYPTION),
        ],
    ),
    (
        "CreateStateMachine",
        &[
            must("name", NAME),
            must("definition", DEFINITION),
            must("roleArn", ARN),
            may("type", TYPE),
            may("loggingConfiguration", LOGGING),
            may("tags", TAGS),
            may("tracingConfiguration", TRACING),
            may("publish", Shape::Flag),
            may("versionDescription", DESCRIPTION),
            may("encryptionConfiguration", ENCRYPTION),
        ],
    ),
    (
        "CreateStateMachineAlias",
        &[
            may("description", DESCRIPTION),
            must("name", matching(&ALIAS_NAME, 1, 80)),
            must("routingConfiguration", ROUTING),
        ],
    ),
    ("DeleteActivity", &[must("activityArn", ARN)]),
    ("DeleteStateMachine", &[must("stateMachineArn", ARN)]),
    (
        "DeleteStateMachineAlias",
        &[must("stateMachineAliasArn", ARN)],
    ),
    (
        "DeleteStateMachineVersion",
        &[must("stateMachineVersionArn", LONG_ARN)],
    ),
    ("DescribeActivity", &[must("activityArn", ARN)]),
    (
        "DescribeExecution",
        &[must("executionArn", ARN), may("includedData", INCLUDED)],
    ),
    ("DescribeMapRun", &[must("mapRunArn", LONG_ARN)]),
    (
        "DescribeStateMachine",
        &[must("stateMachineArn", ARN), may("includedData", INCLUDED)],
    ),
    (
        "DescribeStateMachineAlias",
        &[must("stateMachineAliasArn", ARN)],
    ),
    (
        "DescribeStateMachineForExecution",
        &[must("executionArn", ARN), may("includedData", INCLUDED)],
    ),
    (
        "GetActivityTask",
        &[must("activityArn", ARN), may("workerName", NAME)],
    ),
    (
        "GetExecutionHistory",
        &[
            must("executionArn", ARN),
            may("maxResults", PAGE_SIZE),
            may("reverseOrder", Shape::Flag),
            may("nextToken", PAGE_TOKEN),
            may("includeExecutionData", Shape::Flag),
        ],
    ),
    (
        "ListActivities",
        &[may("maxResults", PAGE_SIZE), may("nextToken", PAGE_TOKEN)],
    ),
    (
        "ListExecutions",
        &[
            may("stateMachineArn", ARN),
            may("statusFilter", STATUS),
            may("maxResults", PAGE_SIZE),
            may("nextToken", EXECUTIONS_TOKEN),
            may("mapRunArn", LONG_ARN),
            may("redriveFilter", Shape::Enum(&["REDRIVEN", "NOT_REDRIVEN"])),
        ],
    ),
    (
        "ListMapRuns",
        &[
            must("executionArn", ARN),
            may("maxResults", PAGE_SIZE),
            may("nextToken", PAGE_TOKEN),
        ],
    ),
    (
        "ListStateMachineAliases",
        &[
            must("stateMachineArn", ARN),
            may("nextToken", PAGE_TOKEN),
            may("maxResults", PAGE_SIZE),
        ],
    ),
    (
        "ListStateMachineVersions",
        &[
            must("stateMachineArn", ARN),
            may("nextToken", PAGE_TOKEN),
            may("maxResults", PAGE_SIZE),
        ],
    ),
    (
        "ListStateMachines",
        &[may("maxResults", PAGE_SIZE), may("nextToken", PAGE_TOKEN)],
    ),
    ("ListTagsForResource", &[must("resourceArn", ARN)]),
    (
        "PublishStateMachineVersion",
        &[
            must("stateMachineArn", ARN),
            may("revisionId", ANY_TEXT),
            may("description", DESCRIPTION),
        ],
    ),
    (
        "RedriveExecution",
        &[
            must("executionArn", ARN),
            may("clientToken", matching(&CLIENT_TOKEN, 1, 64)),
        ],
    ),
    (
        "SendTaskFailure",
        &[
            must("taskToken", TASK_TOKEN),
            may("error", ERROR),
            may("cause", CAUSE),
        ],
    ),
    ("SendTaskHeartbeat", &[must("taskToken", TASK_TOKEN)]),
    (
        "SendTaskSuccess",
        &[must("taskToken", TASK_TOKEN), must("output", DATA)],
    ),
    (
        "StartExecution",
        &[
            must("stateMachineArn", ARN),
            may("name", NAME),
            may("input", DATA),
            may("traceHeader", TRACE),
        ],
    ),
    (
        "StartSyncExecution",
        &[
            must("stateMachineArn", ARN),
            may("name", NAME),
            may("input", DATA),
            may("traceHeader", TRACE),
            may("includedData", INCLUDED),
        ],
    ),
    (
        "StopExecution",
        &[
            must("executionArn", ARN),
            may("error", ERROR),
            may("cause", CAUSE),
        ],
    ),
    (
        "TagResource",
        &[must("resourceArn", ARN), must("tags", TAGS)],
    ),
    (
        "TestState",
        &[
            must("definition", DEFINITION),
            may("roleArn", ARN),
            may("input", DATA),
            may("inspectionLevel", Shape::Enum(&["INFO", "DEBUG", "TRACE"])),
            may("revealSecrets", Shape::Flag),
            may("variables", DATA),
            may("stateName", STATE_NAME),
            may("mock", MOCK),
            may("context", DATA),
            may("stateConfiguration", TEST_STATE),
        ],
    ),
    (
        "UntagResource",
        &[
            must("resourceArn", ARN),
            must(
                "tagKeys",
                Shape::List {
                    least: 0,
                    most: ENDLESS,
                    item: &TAG_KEYS,
                },
            ),
        ],
    ),
    (
        "UpdateMapRun",
        &[
            must("mapRunArn", LONG_ARN),
            may(
                "maxConcurrency",
                Shape::Number {
                    least: 0,
                    most: i64::MAX,
                },
            ),
            may(
                "toleratedFailurePercentage",
                Shape::Number {
                    least: 0,
                    most: 100,
                },
            ),
            may(
                "toleratedFailureCount",
                Shape::Number {
                    least: 0,
                    most: i64::MAX,
                },
            ),
        ],
    ),
    (
        "UpdateStateMachine",
        &[
            must("stateMachineArn", ARN),
            may("definition", DEFINITION),
            may("roleArn", ARN),
            may("loggingConfiguration", LOGGING),
            may("tracingConfiguration", TRACING),
            may("publish", Shape::Flag),
            may("versionDescription", DESCRIPTION),
            may("encryptionConfiguration", ENCRYPTION),
        ],
    ),
    (
        "UpdateStateMachineAlias",
        &[
            must("stateMachineAliasArn", ARN),
            may("description", DESCRIPTION),
            may("routingConfiguration", ROUTING),
        ],
    ),
    (
        "ValidateStateMachineDefinition",
        &[
            must("definition", DEFINITION),
            may("type", TYPE),
            may("severity", Shape::Enum(&["ERROR", "WARNING"])),
            may(
                "maxResults",
                Shape::Number {
                    least: 0,
                    most: 100,
                },
            ),
        ],
    ),
];

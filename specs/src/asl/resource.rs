//! The `Resource` of a Task (Developer Guide, "Integrating services").
//!
//! A resource with `${…}` is accepted: the part is a placeholder that is filled in before the
//! machine is created (CloudFormation, `DefinitionSubstitutions`). All Lambda functions, activities and
//! AWS SDK operations are accepted too; the optimised integrations are known by name. AWS was recorded to
//! refuse `arn:aws:states:::dynamodb:query`, as "not a valid resource ARN, or the resource is not
//! available".

use crate::base::arn::Arn;

/// A parsed `Resource`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'t> {
    /// `arn:…:activity:…`.
    Activity,
    /// `arn:…:lambda:…:function:…`.
    Lambda,
    /// `arn:…:states:::service:operation`, with its pattern.
    Integration(Integration<'t>),
    /// Another ARN that AWS may know, or a placeholder.
    Other,
    /// An integration that does not exist.
    Unknown,
    /// A string that is not an ARN.
    NoArn,
}

/// A service integration, as the events of its task name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integration<'t> {
    /// The service, for example `sqs` or `aws-sdk:dynamodb`.
    pub service: &'t str,
    /// The operation with the suffix of its pattern, for example `startExecution.sync:2`.
    pub action: &'t str,
    /// When the task ends.
    pub pattern: Pattern,
}

/// When the task of an integration ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// When the service has answered.
    Request,
    /// When the job that the service started is over (`.sync`, `.sync:2`).
    Sync,
    /// When the task's token was returned (`.waitForTaskToken`).
    Callback,
}

/// The service of Bedrock AgentCore, whose one operation `invokeHarness` answers by itself.
pub const HARNESS: &str = "bedrockagentcore";

const SYNC: &str = ".sync";
const SYNC_2: &str = ".sync:2";
const TOKEN: &str = ".waitForTaskToken";

/// An optimised integration: its operations (if none are listed, any is accepted) and its patterns.
struct Known {
    service: &'static str,
    operations: &'static [&'static str],
    patterns: &'static [&'static str],
}

/// The optimised integrations (Developer Guide, "Optimizing integrations", and the page of each).
#[rustfmt::skip]
const INTEGRATIONS: &[Known] = &[
    Known { service: "apigateway", operations: &["invoke"], patterns: &[TOKEN] },
    Known { service: "athena", operations: &[], patterns: &[SYNC] },
    Known { service: "aws-sdk", operations: &[], patterns: &[TOKEN] },
    Known { service: "batch", operations: &["submitJob"], patterns: &[SYNC] },
    Known { service: "bedrock", operations: &[], patterns: &[SYNC, TOKEN] },
    Known { service: HARNESS, operations: &["invokeHarness"], patterns: &[] },
    Known { service: "codebuild", operations: &[], patterns: &[SYNC] },
    Known { service: "databrew", operations: &["startJobRun"], patterns: &[SYNC] },
    Known { service: "dynamodb", operations: &["getItem", "putItem", "updateItem", "deleteItem"], patterns: &[] },
    Known { service: "ecs", operations: &["runTask"], patterns: &[SYNC, TOKEN] },
    Known { service: "eks", operations: &[], patterns: &[SYNC, TOKEN] },
    Known { service: "elasticmapreduce", operations: &[], patterns: &[SYNC] },
    Known { service: "emr-containers", operations: &[], patterns: &[SYNC] },
    Known { service: "emr-serverless", operations: &[], patterns: &[SYNC] },
    Known { service: "events", operations: &["putEvents"], patterns: &[TOKEN] },
    Known { service: "glue", operations: &["startJobRun"], patterns: &[SYNC] },
    Known { service: "http", operations: &["invoke"], patterns: &[] },
    Known { service: "lambda", operations: &["invoke"], patterns: &[TOKEN] },
    Known { service: "mediaconvert", operations: &["createJob"], patterns: &[SYNC] },
    Known { service: "sagemaker", operations: &[], patterns: &[SYNC] },
    Known { service: "sns", operations: &["publish"], patterns: &[TOKEN] },
    Known { service: "sqs", operations: &["sendMessage"], patterns: &[TOKEN] },
    Known { service: "states", operations: &["startExecution"], patterns: &[SYNC, SYNC_2, TOKEN] },
];

impl Pattern {
    /// The suffix of the operation, without its version.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Request => "",
            Self::Sync => SYNC,
            Self::Callback => TOKEN,
        }
    }

    fn of(suffix: &str) -> Self {
        match suffix {
            TOKEN => Self::Callback,
            SYNC | SYNC_2 => Self::Sync,
            _ => Self::Request,
        }
    }
}

impl<'t> Resource<'t> {
    /// Parses a `Resource`.
    pub fn parse(text: &'t str) -> Self {
        let Some(arn) = Arn::parse(text) else {
            return if is_placeholder(text) {
                Self::Other
            } else {
                Self::NoArn
            };
        };
        match (arn.service, arn.region, arn.account) {
            ("states", "", "") => Integration::parse(arn.resource).map_or(
                if is_placeholder(arn.resource) {
                    Self::Other
                } else {
                    Self::Unknown
                },
                Self::Integration,
            ),
            ("states", ..) if arn.resource.starts_with("activity:") => Self::Activity,
            ("lambda", ..) if arn.resource.starts_with("function:") => Self::Lambda,
            _ => Self::Other,
        }
    }

    /// Whether a `Resource` is an activity.
    pub fn is_activity(text: &str) -> bool {
        Resource::parse(text) == Resource::Activity
    }
}

/// Whether a part of the text is filled in before the machine is created: a name in braces.
pub fn is_placeholder(text: &str) -> bool {
    let mut parts = text.split("${").skip(1);
    parts.any(|rest| {
        let name = rest.split_once('}').map_or("", |(name, _)| name);
        !name.trim().is_empty()
    })
}

impl<'t> Integration<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let suffix = [SYNC, SYNC_2, TOKEN]
            .into_iter()
            .find(|suffix| text.ends_with(suffix))
            .unwrap_or_default();
        let call = text.strip_suffix(suffix)?;
        let (service, operation) = call.rsplit_once(':')?;
        let family = service.split(':').next()?;
        INTEGRATIONS
            .iter()
            .any(|known| {
                known.service == family
                    && (known.operations.is_empty() || known.operations.contains(&operation))
                    && (suffix.is_empty() || known.patterns.contains(&suffix))
            })
            .then(|| Self {
                service,
                action: &text[service.len() + 1..],
                pattern: Pattern::of(suffix),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{Integration, Pattern, Resource};

    #[test]
    fn resources_are_told_apart() {
        let integration = |service, action, pattern| {
            Resource::Integration(Integration {
                service,
                action,
                pattern,
            })
        };
        for (text, expected) in [
            ("placeholder", Resource::NoArn),
            ("${Function.Arn}", Resource::Other),
            ("${}${Function}", Resource::Other),
            ("${}", Resource::NoArn),
            ("${ }${", Resource::NoArn),
            ("arn:aws:states:::${}", Resource::Unknown),
            ("arn:aws:states:::${Call}", Resource::Other),
            (
                "arn:${AWS::Partition}:states:::nope:nope",
                Resource::Unknown,
            ),
            (
                "arn:${AWS::Partition}:states:::sqs:sendMessage.waitForTaskToken",
                integration("sqs", "sendMessage.waitForTaskToken", Pattern::Callback),
            ),
            (
                "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:activity:a",
                Resource::Activity,
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:f",
                Resource::Lambda,
            ),
            (
                "arn:aws:states:us-east-1:123456789012:activity:a",
                Resource::Activity,
            ),
            (
                "arn:aws:states:::sqs:sendMessage",
                integration("sqs", "sendMessage", Pattern::Request),
            ),
            (
                "arn:aws:states:::states:startExecution.sync:2",
                integration("states", "startExecution.sync:2", Pattern::Sync),
            ),
            (
                "arn:aws-cn:states:::aws-sdk:s3:getObject.waitForTaskToken",
                integration(
                    "aws-sdk:s3",
                    "getObject.waitForTaskToken",
                    Pattern::Callback,
                ),
            ),
            (
                "arn:aws:states:::bedrockagentcore:invokeHarness",
                integration("bedrockagentcore", "invokeHarness", Pattern::Request),
            ),
            (
                "arn:aws:states:::bedrockagentcore:invokeHarness.sync",
                Resource::Unknown,
            ),
            (
                "arn:aws:states:::bedrockagentcore:invokeHarness.waitForTaskToken",
                Resource::Unknown,
            ),
            (
                "arn:aws:states:::bedrock-agentcore:invokeHarness",
                Resource::Unknown,
            ),
            ("arn:aws:states:::dynamodb:query", Resource::Unknown),
            ("arn:aws:states:::lambda:invoke.sync", Resource::Unknown),
            ("arn:aws:states:::nope:nope", Resource::Unknown),
            ("arn:aws:states:::sqs", Resource::Unknown),
            ("action:http", Resource::NoArn),
            ("arn:aws:lambda", Resource::NoArn),
            ("", Resource::NoArn),
        ] {
            assert_eq!(Resource::parse(text), expected, "{text}");
        }
    }
}

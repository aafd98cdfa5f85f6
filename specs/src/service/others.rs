//! Tasks that are calls to the account's other services.

use serde_json::{Map, Value, json};

use super::{
    Service, TaskRef,
    integrations::{Called, Http, Refusal, Style},
};
use crate::{
    asl::resource::{Integration, Pattern},
    base::time::Instant,
    clause::Clause,
    history::Failure,
    interpreter::Identity,
};

/// A service that tasks can call.
struct Other {
    /// Its name in an optimised integration, and in one of the AWS SDK.
    names: [&'static str; 2],
    /// Its name in the account.
    called: &'static str,
    optimised: Style,
    sdk: Style,
    /// The parameters that are text, so that any other JSON stands for its text.
    texts: &'static [&'static str],
}

const JSON: (&str, &str) = ("Content-Type", "application/x-amz-json-1.0");
const XML: (&str, &str) = ("Content-Type", "text/xml");
const ALIVE: (&str, &str) = ("connection", "keep-alive");

/// The services, with the errors that their models name (botocore 1.44), as far as they can occur here. How they
/// are called in causes was recorded, but for EventBridge.
#[rustfmt::skip]
const OTHERS: &[Other] = &[
    Other {
        names: ["sqs", "sqs"], called: "sqs", texts: &["MessageBody"],
        optimised: Style { errors: "SQS", service: "AmazonSQS", other: "AmazonSQS", named: SQS, http: Some(Http::With(&[JSON, ALIVE])) },
        sdk: Style { errors: "Sqs", service: "Sqs", other: "Sqs", named: SQS, http: None },
    },
    Other {
        names: ["sns", "sns"], called: "sns", texts: &["Message"],
        optimised: Style { errors: "SNS", service: "AmazonSNS", other: "AmazonSNS", named: SNS, http: Some(Http::With(&[XML, ALIVE])) },
        sdk: Style { errors: "Sns", service: "Sns", other: "Sns", named: SNS, http: None },
    },
    Other {
        names: ["dynamodb", "dynamodb"], called: "dynamodb", texts: &[],
        optimised: Style {
            errors: "DynamoDB", service: "AmazonDynamoDBv2", other: "AmazonDynamoDB", named: DYNAMODB,
            http: Some(Http::With(&[JSON, ("Connection", "keep-alive"), ("Server", "Server")])),
        },
        sdk: Style { errors: "DynamoDb", service: "DynamoDb", other: "DynamoDb", named: DYNAMODB, http: None },
    },
    Other {
        names: ["events", "eventbridge"], called: "events", texts: &["Detail"],
        optimised: Style { errors: "EventBridge", service: "AmazonEventBridge", other: "AmazonEventBridge", named: EVENTS, http: Some(Http::Untold) },
        sdk: Style { errors: "EventBridge", service: "EventBridge", other: "EventBridge", named: EVENTS, http: None },
    },
    Other {
        names: ["lambda", "lambda"], called: "lambda", texts: &["Payload"],
        optimised: Style {
            errors: "Lambda", service: "AWSLambda", other: "AWSLambda", named: LAMBDA,
            http: Some(Http::With(&[("Connection", "keep-alive"), ("Content-Type", "application/json")])),
        },
        sdk: Style { errors: "Lambda", service: "Lambda", other: "Lambda", named: LAMBDA, http: None },
    },
    Other {
        names: ["", "s3"], called: "s3", texts: &["Body"],
        optimised: Style { errors: "S3", service: "AmazonS3", other: "AmazonS3", named: S3, http: Some(Http::Untold) },
        sdk: Style { errors: "S3", service: "S3", other: "S3", named: S3, http: None },
    },
];
#[rustfmt::skip]
const SQS: &[&str] = &[
    "InvalidAttributeName", "InvalidAttributeValue", "InvalidMessageContents", "MessageNotInflight",
    "QueueDoesNotExist", "QueueNameExists", "ReceiptHandleIsInvalid", "UnsupportedOperation",
];
const SNS: &[&str] = &[
    "InvalidParameterException",
    "InvalidParameterValueException",
    "NotFoundException",
];
#[rustfmt::skip]
const DYNAMODB: &[&str] = &[
    "ConditionalCheckFailedException", "ResourceInUseException", "ResourceNotFoundException",
    "TransactionCanceledException", "TransactionConflictException",
];
const EVENTS: &[&str] = &["InvalidEventPatternException", "ResourceNotFoundException"];
#[rustfmt::skip]
const LAMBDA: &[&str] = &[
    "InvalidParameterValueException", "InvalidRequestContentException", "RequestTooLargeException",
    "ResourceConflictException", "ResourceNotFoundException",
];
#[rustfmt::skip]
const S3: &[&str] = &["BucketAlreadyExists", "BucketAlreadyOwnedByYou", "NoSuchBucket", "NoSuchKey"];

impl Service {
    /// Calls another service for a task; `None` if there is no such service or operation.
    pub(super) fn call_other(
        &mut self,
        now: Instant,
        task: TaskRef,
        integration: Integration<'_>,
        params: &Value,
    ) -> Option<Result<Called, Failure>> {
        let sdk = integration.service.strip_prefix("aws-sdk:");
        let (name, place) = sdk.map_or((integration.service, 0), |name| (name, 1));
        let other = OTHERS.iter().find(|other| other.names[place] == name)?;
        let style = if sdk.is_some() {
            &other.sdk
        } else {
            &other.optimised
        };
        let operation = integration.action.split('.').next()?;
        let operation = super::nested::capitalised(operation);
        if other.called == "lambda" && operation == "Invoke" {
            return None;
        }
        let mut params = written(params, other.texts);
        if other.called == "sqs"
            && let Some(failure) = unreachable(&params)
        {
            self.marks.mark(Clause::IntegrationFailure);
            return Some(Err(failure));
        }
        if place == 0 && other.called == "events" {
            self.marks.mark(Clause::EventsResources);
            let run = self.runs.get(&task.execution)?;
            let identity = run.execution.as_ref().map(|it| &it.setup().identity);
            add_resources(&mut params, identity?);
        }
        let id = self.request_id(task);
        match self.cloud().call(now, other.called, &operation, &params) {
            Err(error) if error.is_unknown() => None,
            Err(error) => {
                let code = match error.code.strip_suffix("Exception") {
                    // Its protocol has shorter names (recorded: test_publish_base_error_topic_arn).
                    Some(code) if other.called == "sns" => code,
                    _ => error.code,
                };
                let refusal = Refusal {
                    name: error.code,
                    code,
                    message: &error.message,
                    status: error.status,
                };
                Some(Err(self.refused(style, &refusal, &id)))
            }
            Ok(answer) => {
                self.marks.mark(Clause::IntegrationAnswer);
                if operation == "SendMessage" && integration.pattern == Pattern::Callback {
                    self.letter_sent(task, &params);
                }
                if place == 0
                    && other.called == "events"
                    && answer["FailedEntryCount"].as_u64() > Some(0)
                {
                    self.marks.mark(Clause::EventsFailed);
                    return Some(Err(Failure {
                        error: Some("EventBridge.FailedEntry".into()),
                        cause: Some(answer.to_string().into()),
                    }));
                }
                let body = if other.called == "sns" {
                    xml(&operation, &answer, &id)
                } else {
                    answer.to_string()
                };
                let members = match answer {
                    Value::Object(members) => members,
                    _ => Map::new(),
                };
                Some(Ok(Called::Answer(style.answer(members, &body, now, &id))))
            }
        }
    }
}

/// The parameters, with the JSON of what is to be text: members of the call or of its entries (recorded:
/// test_send_message_attributes, test_publish_base, test_put_events_base).
fn written(params: &Value, texts: &[&str]) -> Value {
    let Value::Object(members) = params else {
        return params.clone();
    };
    let written = members.iter().map(|(name, value)| {
        let value = match value {
            Value::String(_) | Value::Null => value.clone(),
            value if texts.contains(&name.as_str()) => value.to_string().into(),
            Value::Array(entries) if name == "Entries" => {
                entries.iter().map(|entry| written(entry, texts)).collect()
            }
            value => value.clone(),
        };
        (name.clone(), value)
    });
    Value::Object(written.collect())
}

/// An answer in the protocol of SNS (API reference; its length is as it was recorded).
fn xml(operation: &str, answer: &Value, id: &str) -> String {
    let members = answer.as_object().into_iter().flatten();
    let members = members.map(|(name, value)| {
        let value = value.as_str().unwrap_or_default();
        format!("    <{name}>{value}</{name}>\n")
    });
    let members: String = members.collect();
    format!(
        "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n  <{operation}Result>\n\
         {members}  </{operation}Result>\n  <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  \
         </ResponseMetadata>\n</{operation}Response>\n"
    )
}

/// The failure of a call to a queue whose URL is none (recorded: test_send_message_no_such_queue).
fn unreachable(params: &Value) -> Option<Failure> {
    let url = params["QueueUrl"].as_str()?;
    let cause = format!("Unable to execute HTTP request: {url}: Name or service not known");
    (!url.contains("://")).then(|| Failure {
        error: Some("SQS.SdkClientException".into()),
        cause: Some(cause.into()),
    })
}

/// Adds the execution and its machine to what events are about.
fn add_resources(params: &mut Value, identity: &Identity) {
    let entries = params.get_mut("Entries").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        let Value::Object(entry) = entry else {
            continue;
        };
        let resources = entry.entry("Resources").or_insert_with(|| json!([]));
        if let Value::Array(resources) = resources {
            resources.push((*identity.machine_arn).into());
            resources.push((*identity.execution_arn).into());
        }
    }
}

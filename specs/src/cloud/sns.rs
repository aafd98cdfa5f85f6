//! Topics (Amazon SNS, API version 2010-03-31).
//!
//! Only queues subscribe to them. A queue is sent an envelope, or the message itself if the subscription says
//! so. Sources: the API reference, and the Developer Guide, "Amazon SNS message format" and "Subscription
//! filter policies".

use base64::{Engine as _, engine::general_purpose::STANDARD};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{
    Cloud, CloudError, account::Account, digest::sha256_hex, params::Params, pattern::Pattern,
    sqs::Sent,
};
use crate::base::{arn::Arn, time::Instant};

/// All topics by ARN.
pub(super) type Topics = IndexMap<String, Topic>;

/// The largest message, in bytes.
const LARGEST_MESSAGE: usize = 262_144;
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 100;
/// The longest name of a topic, in characters.
const LONGEST_NAME: usize = 256;

/// A topic.
#[derive(Debug)]
pub(super) struct Topic {
    attributes: Map<String, Value>,
    /// By ARN.
    subscriptions: IndexMap<String, Subscription>,
    published: u64,
}

#[derive(Debug, Clone)]
struct Subscription {
    /// The ARN of a queue.
    endpoint: String,
    is_raw: bool,
    filter: Option<Pattern>,
    filters_body: bool,
}

pub(super) fn call(
    cloud: &mut Cloud,
    now: Instant,
    operation: &str,
    params: &Value,
) -> Result<Value, CloudError> {
    let params = Params::new(params, missing);
    let Cloud {
        account, topics, ..
    } = &mut *cloud;
    match operation {
        "CreateTopic" => create(account, topics, &params),
        "ListTopics" => {
            let topics = topics.keys().map(|arn| json!({ "TopicArn": arn }));
            Ok(json!({"Topics": topics.collect::<Vec<_>>()}))
        }
        "DeleteTopic" => {
            topics.shift_remove(arn_in(&params, "TopicArn")?);
            Ok(json!({}))
        }
        "Subscribe" => subscribe(account, topics, &params),
        "Unsubscribe" => {
            let arn = arn_in(&params, "SubscriptionArn")?;
            for topic in topics.values_mut() {
                topic.subscriptions.shift_remove(arn);
            }
            Ok(json!({}))
        }
        "Publish" => publish(cloud, now, &params),
        _ => Err(CloudError::unknown("sns", operation)),
    }
}

fn create(
    account: &Account,
    topics: &mut Topics,
    params: &Params<'_>,
) -> Result<Value, CloudError> {
    let name = params.text("Name")?;
    let attributes = params.map("Attributes")?.cloned().unwrap_or_default();
    let is_fifo = attributes.get("FifoTopic") == Some(&"true".into());
    let stem = if is_fifo {
        name.strip_suffix(".fifo")
    } else {
        Some(name)
    };
    let fits = |stem: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !stem.is_empty() && name.len() <= LONGEST_NAME && stem.chars().all(allowed)
    };
    if !stem.is_some_and(fits) {
        return Err(invalid("Topic Name"));
    }
    let arn = account.arn("sns", name);
    match topics.get(&arn) {
        Some(topic)
            if attributes
                .iter()
                .any(|(name, value)| topic.attributes.get(name) != Some(value)) =>
        {
            return Err(invalid(
                "Attributes Reason: Topic already exists with different attributes",
            ));
        }
        Some(_) => {}
        None => {
            let topic = Topic {
                attributes,
                subscriptions: IndexMap::new(),
                published: 0,
            };
            topics.insert(arn.clone(), topic);
        }
    }
    Ok(json!({ "TopicArn": arn }))
}

fn subscribe(
    account: &mut Account,
    topics: &mut Topics,
    params: &Params<'_>,
) -> Result<Value, CloudError> {
    let arn = arn_in(params, "TopicArn")?;
    let topic = topics.get_mut(arn).ok_or_else(no_topic)?;
    match params.text("Protocol")? {
        "sqs" => {}
        // The wording is ours: AWS has other protocols.
        other => {
            return Err(invalid(&format!(
                "Protocol Reason: '{other}' is not modelled"
            )));
        }
    }
    let endpoint = params.text("Endpoint")?;
    if Arn::parse(endpoint).is_none_or(|arn| arn.service != "sqs") {
        return Err(invalid("SQS endpoint ARN"));
    }
    let attributes = params.map("Attributes")?.cloned().unwrap_or_default();
    let attribute = |name: &str| attributes.get(name).and_then(Value::as_str);
    let filter = attribute("FilterPolicy").map(Pattern::read).transpose();
    let filter =
        filter.map_err(|reason| invalid(&format!("Attributes Reason: FilterPolicy: {reason}")))?;
    let same = topic
        .subscriptions
        .iter()
        .find(|(_, it)| it.endpoint == endpoint);
    let subscription_arn = match same {
        Some((arn, _)) => arn.clone(),
        None => format!("{arn}:{}", account.uuid()),
    };
    let subscription = Subscription {
        endpoint: endpoint.to_owned(),
        is_raw: attribute("RawMessageDelivery") == Some("true"),
        filter,
        filters_body: attribute("FilterPolicyScope") == Some("MessageBody"),
    };
    topic
        .subscriptions
        .insert(subscription_arn.clone(), subscription);
    Ok(json!({ "SubscriptionArn": subscription_arn }))
}

fn publish(cloud: &mut Cloud, now: Instant, params: &Params<'_>) -> Result<Value, CloudError> {
    let arn = match params.maybe_text("TargetArn")? {
        Some(_) => arn_in(params, "TargetArn")?,
        None => arn_in(params, "TopicArn")?,
    };
    let topic = cloud.topics.get_mut(arn).ok_or_else(no_topic)?;
    let notice = Notice::read(topic, arn, params)?;
    let id = cloud.account.uuid();
    topic.published += 1;
    let mut answer = json!({ "MessageId": id });
    if topic.is_fifo() {
        answer["SequenceNumber"] =
            format!("{:020}", u128::from(topic.published) * 10_u128.pow(19)).into();
    }
    let subscriptions: Vec<_> = topic.subscriptions.clone().into_iter().collect();
    for (subscription_arn, subscription) in subscriptions {
        if !notice.passes(&subscription) {
            continue;
        }
        let envelope = notice.envelope(&cloud.account, now, &id, &subscription_arn);
        let sent = Sent {
            body: if subscription.is_raw {
                &notice.message
            } else {
                &envelope
            },
            attributes: notice.attributes.filter(|_| subscription.is_raw),
            group: notice.group,
            deduplication: notice.deduplication.as_deref(),
        };
        // What cannot be delivered is gone, as on AWS without a queue for dead letters.
        cloud.deliver(now, &subscription.endpoint, &sent);
    }
    Ok(answer)
}

impl Topic {
    fn is_fifo(&self) -> bool {
        self.attributes.get("FifoTopic") == Some(&"true".into())
    }

    fn deduplicates_by_content(&self) -> bool {
        self.attributes.get("ContentBasedDeduplication") == Some(&"true".into())
    }
}

/// What is published.
struct Notice<'p> {
    topic: &'p str,
    /// As queues are told it.
    message: String,
    subject: Option<&'p str>,
    attributes: Option<&'p Value>,
    group: Option<&'p str>,
    deduplication: Option<String>,
}

impl<'p> Notice<'p> {
    fn read(topic: &Topic, arn: &'p str, params: &Params<'p>) -> Result<Self, CloudError> {
        let message = params.text("Message")?;
        if message.is_empty() {
            return Err(invalid("Empty message"));
        }
        if message.len() > LARGEST_MESSAGE {
            return Err(invalid("Message too long"));
        }
        let subject = params.maybe_text("Subject")?;
        let is_subject = |text: &str| {
            let is_allowed = |c: char| c.is_ascii() && !c.is_ascii_control();
            (1..=LONGEST_SUBJECT).contains(&text.len()) && text.chars().all(is_allowed)
        };
        if subject.is_some_and(|subject| !is_subject(subject)) {
            return Err(invalid("Subject"));
        }
        let group = params.maybe_text("MessageGroupId")?;
        let given = params.maybe_text("MessageDeduplicationId")?;
        if topic.is_fifo() && group.is_none() {
            return Err(invalid(
                "The MessageGroupId parameter is required for FIFO topics",
            ));
        }
        let by_content = topic.is_fifo() && topic.deduplicates_by_content();
        if topic.is_fifo() && given.is_none() && !by_content {
            return Err(invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
                 provided explicitly",
            ));
        }
        let digest = || sha256_hex(message.as_bytes());
        let deduplication = given.map(str::to_owned).or_else(|| by_content.then(digest));
        // Whoever wants a message per protocol has a member for each, and one for all others.
        let message = match params.maybe_text("MessageStructure")? {
            Some("json") => message_for_queues(message)?,
            _ => message.to_owned(),
        };
        Ok(Self {
            topic: arn,
            message,
            subject,
            attributes: params.value("MessageAttributes"),
            group,
            deduplication,
        })
    }

    /// Whether a subscription's filter lets it through.
    fn passes(&self, subscription: &Subscription) -> bool {
        let Some(filter) = &subscription.filter else {
            return true;
        };
        if subscription.filters_body {
            let body = serde_json::from_str::<Value>(&self.message);
            return body.is_ok_and(|body| filter.matches(&body));
        }
        let attributes = self.attributes.and_then(Value::as_object);
        let values = attributes.into_iter().flatten().map(|(name, attribute)| {
            let text = attribute["StringValue"].as_str().unwrap_or_default();
            let value = match attribute["DataType"].as_str() {
                Some("Number" | "String.Array") => serde_json::from_str(text).ok(),
                _ => None,
            };
            (name.clone(), value.unwrap_or_else(|| text.into()))
        });
        filter.matches(&Value::Object(values.collect()))
    }

    /// The message as a queue is sent it. Nobody has AWS's key: a digest stands for the signature.
    fn envelope(&self, account: &Account, now: Instant, id: &str, subscription: &str) -> String {
        let region = &account.region;
        let host = format!("https://sns.{region}.amazonaws.com");
        let signature = STANDARD.encode(sha256_hex(self.message.as_bytes()));
        let mut members = vec![
            ("Type", json!("Notification")),
            ("MessageId", json!(id)),
            ("TopicArn", json!(self.topic)),
        ];
        members.extend(self.subject.map(|subject| ("Subject", json!(subject))));
        members.extend([
            ("Message", json!(self.message)),
            ("Timestamp", json!(now.rfc3339_millis())),
            ("SignatureVersion", json!("1")),
            ("Signature", json!(signature)),
            (
                "SigningCertURL",
                json!(format!("{host}/SimpleNotificationService.pem")),
            ),
            (
                "UnsubscribeURL",
                json!(format!(
                    "{host}/?Action=Unsubscribe&SubscriptionArn={subscription}"
                )),
            ),
        ]);
        let attributes = self.attributes.and_then(Value::as_object);
        if let Some(attributes) = attributes.filter(|attributes| !attributes.is_empty()) {
            let told = attributes.iter().map(|(name, attribute)| {
                let value = attribute
                    .get("StringValue")
                    .or(attribute.get("BinaryValue"));
                let told = json!({"Type": attribute["DataType"], "Value": value});
                (name.clone(), told)
            });
            members.push(("MessageAttributes", Value::Object(told.collect())));
        }
        let members = members
            .iter()
            .map(|(name, value)| format!("  \"{name}\" : {value}"));
        format!("{{\n{}\n}}", members.collect::<Vec<_>>().join(",\n"))
    }
}

fn message_for_queues(message: &str) -> Result<String, CloudError> {
    let structure: Option<Map<String, Value>> = serde_json::from_str(message).ok();
    let structure = structure
        .ok_or_else(|| invalid("Message Structure - JSON message body failed to parse"))?;
    let text = |name: &str| structure.get(name).and_then(Value::as_str);
    let usual = text("default")
        .ok_or_else(|| invalid("Message Structure - No default entry in JSON message body"))?;
    Ok(text("sqs").unwrap_or(usual).to_owned())
}

/// A required ARN of a topic or a subscription.
fn arn_in<'p>(params: &Params<'p>, name: &str) -> Result<&'p str, CloudError> {
    let arn = params.text(name)?;
    let is_arn = Arn::parse(arn).is_some_and(|arn| arn.service == "sns");
    is_arn.then_some(arn).ok_or_else(|| invalid(name))
}

fn missing(name: &str) -> CloudError {
    invalid(name)
}

fn no_topic() -> CloudError {
    CloudError::new("NotFoundException", "Topic does not exist").status(404)
}

fn invalid(what: &str) -> CloudError {
    CloudError::new(
        "InvalidParameterException",
        format!("Invalid parameter: {what}"),
    )
}

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Account, text};

fn topic(account: &mut Account, name: &str) -> String {
    text(&account.ask("sns:CreateTopic", json!({"Name": name}))["TopicArn"])
}

fn subscribe(account: &mut Account, topic: &str, queue: &str, attributes: Value) -> String {
    let params = json!({
        "TopicArn": topic, "Protocol": "sqs", "Endpoint": queue, "Attributes": attributes,
    });
    text(&account.ask("sns:Subscribe", params)["SubscriptionArn"])
}

#[test]
fn a_queue_is_sent_an_envelope() {
    let mut account = Account::new();
    let (url, queue) = account.queue("q", json!({}));
    let topic = topic(&mut account, "t");
    let subscription = subscribe(&mut account, &topic, &queue, json!({}));
    let published = account.ask(
        "sns:Publish",
        json!({
            "TopicArn": topic,
            "Message": "{\"a\": 1}",
            "Subject": "s",
            "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
        }),
    );
    let received = account.receive(&url, 0);
    let envelope: Value = serde_json::from_str(&received[0]).expect("JSON");
    for (name, value) in [
        ("Type", json!("Notification")),
        ("MessageId", published["MessageId"].clone()),
        ("TopicArn", json!(topic)),
        ("Subject", json!("s")),
        ("Message", json!("{\"a\": 1}")),
        ("Timestamp", json!("2023-11-14T22:13:20.000Z")),
        (
            "MessageAttributes",
            json!({"k": {"Type": "String", "Value": "v"}}),
        ),
    ] {
        assert_eq!(envelope[name], value, "{name}");
    }
    account.ask("sns:Unsubscribe", json!({"SubscriptionArn": subscription}));
    account.ask("sns:Publish", json!({"TopicArn": topic, "Message": "m"}));
    assert_eq!(account.receive(&url, 0).len(), 1);
}

#[test]
fn filters_decide_who_is_told() {
    let mut account = Account::new();
    let topic = topic(&mut account, "t");
    let (by_attribute, queue) = account.queue("a", json!({}));
    let policy = json!({"kind": ["order", {"prefix": "re"}], "size": [{"numeric": [">", 5]}]});
    let raw = json!({"FilterPolicy": policy.to_string(), "RawMessageDelivery": "true"});
    subscribe(&mut account, &topic, &queue, raw);
    let (by_body, queue) = account.queue("b", json!({}));
    let raw = json!({
        "FilterPolicy": json!({"kind": ["order"]}).to_string(),
        "FilterPolicyScope": "MessageBody",
        "RawMessageDelivery": "true",
    });
    subscribe(&mut account, &topic, &queue, raw);
    let mut publish = |message: &str, kind: &str, size: &str| {
        let attributes = json!({
            "kind": {"DataType": "String", "StringValue": kind},
            "size": {"DataType": "Number", "StringValue": size},
        });
        account.ask(
            "sns:Publish",
            json!({"TopicArn": topic, "Message": message, "MessageAttributes": attributes}),
        );
    };
    publish("1", "order", "6");
    publish("2", "order", "5");
    publish("3", "return", "60");
    publish("{\"kind\": \"order\"}", "other", "6");
    assert_eq!(account.receive(&by_attribute, 1), ["1", "3"]);
    assert_eq!(account.receive(&by_body, 1), ["{\"kind\": \"order\"}"]);
}

#[test]
fn wrong_calls_are_refused_with_the_codes_of_the_service() {
    let mut account = Account::new();
    let topic = topic(&mut account, "t");
    let gone = format!("{topic}-gone");
    for (operation, params, code) in [
        (
            "CreateTopic",
            json!({"Name": "a b"}),
            "InvalidParameterException",
        ),
        ("CreateTopic", json!({}), "InvalidParameterException"),
        (
            "Publish",
            json!({"TopicArn": gone, "Message": "m"}),
            "NotFoundException",
        ),
        (
            "Publish",
            json!({"TopicArn": "t", "Message": "m"}),
            "InvalidParameterException",
        ),
        (
            "Publish",
            json!({"TopicArn": topic, "Message": ""}),
            "InvalidParameterException",
        ),
        (
            "Publish",
            json!({"TopicArn": topic, "Message": "m".repeat(262_145)}),
            "InvalidParameterException",
        ),
        (
            "Publish",
            json!({"TopicArn": topic, "Message": "{}", "MessageStructure": "json"}),
            "InvalidParameterException",
        ),
        (
            "Subscribe",
            json!({"TopicArn": topic, "Protocol": "email", "Endpoint": "a@b"}),
            "InvalidParameterException",
        ),
        (
            "Subscribe",
            json!({"TopicArn": gone, "Protocol": "sqs", "Endpoint": "q"}),
            "NotFoundException",
        ),
    ] {
        let refused = account.refused(&format!("sns:{operation}"), params.clone());
        assert_eq!(refused.0, code, "{operation} {params}");
    }
    let listed = account.ask("sns:ListTopics", json!({}));
    assert_eq!(listed, json!({"Topics": [{"TopicArn": topic}]}));
    account.ask("sns:DeleteTopic", json!({"TopicArn": topic}));
    assert_eq!(
        account.ask("sns:ListTopics", json!({})),
        json!({"Topics": []})
    );
}

proptest! {
    /// To publish is to send to each subscriber, once, whatever else is subscribed to.
    #[test]
    fn to_publish_is_to_send_to_each_subscriber(
        subscribed in prop::collection::vec(any::<bool>(), 1..6),
        messages in prop::collection::vec("[ -~]{1,12}", 1..5),
    ) {
        let mut account = Account::new();
        let topic = topic(&mut account, "t");
        let mut queues = Vec::new();
        for (number, is_subscribed) in subscribed.iter().enumerate() {
            let (url, arn) = account.queue(&format!("q{number}"), json!({}));
            if *is_subscribed {
                subscribe(&mut account, &topic, &arn, json!({"RawMessageDelivery": "true"}));
                // Once more changes nothing.
                subscribe(&mut account, &topic, &arn, json!({"RawMessageDelivery": "true"}));
            }
            queues.push((url, *is_subscribed));
        }
        for message in &messages {
            account.ask("sns:Publish", json!({"TopicArn": topic, "Message": message}));
        }
        for (url, is_subscribed) in queues {
            let expected: &[String] = if is_subscribed { &messages } else { &[] };
            prop_assert_eq!(account.receive(&url, 100), expected);
        }
    }
}

#[test]
fn a_fifo_topic_reaches_queues_of_both_kinds() {
    let mut account = Account::new();
    let created = account.ask(
        "sns:CreateTopic",
        json!({"Name": "t.fifo", "Attributes": {"FifoTopic": "true"}}),
    );
    let topic = text(&created["TopicArn"]);
    let (standard, standard_arn) = account.queue("q", json!({}));
    let (fifo, fifo_arn) = account.queue("q.fifo", json!({"FifoQueue": "true"}));
    for queue in [&standard_arn, &fifo_arn] {
        let raw = json!({"RawMessageDelivery": "true"});
        subscribe(&mut account, &topic, queue, raw);
    }
    let params = json!({
        "TopicArn": topic, "Message": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d",
    });
    account.ask("sns:Publish", params);
    assert_eq!(account.receive(&standard, 0), ["m"]);
    assert_eq!(account.receive(&fifo, 0), ["m"]);
}

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Account, text};

fn send(account: &mut Account, url: &str, body: &str) -> Value {
    account.ask(
        "sqs:SendMessage",
        json!({"QueueUrl": url, "MessageBody": body}),
    )
}

#[test]
fn digests_are_made_as_the_developer_guide_says() {
    let mut account = Account::new();
    let (url, _) = account.queue("q", json!({}));
    // The digest of the body is that of the API reference's example; that of the attributes was computed apart.
    let sent = account.ask(
        "sqs:SendMessage",
        json!({
            "QueueUrl": url,
            "MessageBody": "This is a test message",
            "MessageAttributes": {
                "my_attribute_name_1": {"DataType": "String", "StringValue": "my_attribute_value_1"},
                "my_attribute_name_2": {"DataType": "String", "StringValue": "my_attribute_value_2"},
            },
        }),
    );
    assert_eq!(sent["MD5OfMessageBody"], "fafb00f5732ab283681e124bf8747ed1");
    assert_eq!(
        sent["MD5OfMessageAttributes"],
        "c48838208d2b4e14e3ca0093a8443f09"
    );
    // The digest with a binary value changes with its type, not with the order of names.
    let digest = |account: &mut Account, attributes: Value| {
        let params = json!({"QueueUrl": url, "MessageBody": "b", "MessageAttributes": attributes});
        text(&account.ask("sqs:SendMessage", params)["MD5OfMessageAttributes"])
    };
    let a = json!({"DataType": "Binary", "BinaryValue": "eA=="});
    let b = json!({"DataType": "Number", "StringValue": "1"});
    let one = digest(&mut account, json!({"a": a, "b": b}));
    assert_eq!(digest(&mut account, json!({"b": b, "a": a})), one);
    let string = json!({"DataType": "String", "StringValue": "x"});
    assert_ne!(digest(&mut account, json!({"a": string, "b": b})), one);
}

#[test]
fn a_deleted_message_is_gone_and_a_handle_is_good_until_the_next() {
    let mut account = Account::new();
    let (url, _) = account.queue("q", json!({"VisibilityTimeout": "5"}));
    send(&mut account, &url, "m");
    let receive = |account: &mut Account| {
        let answer = account.ask("sqs:ReceiveMessage", json!({"QueueUrl": url}));
        text(&answer["Messages"][0]["ReceiptHandle"])
    };
    let first = receive(&mut account);
    account.pass(5);
    let second = receive(&mut account);
    assert_ne!(first, second);
    let delete = |account: &mut Account, handle: &str| {
        account.ask(
            "sqs:DeleteMessage",
            json!({"QueueUrl": url, "ReceiptHandle": handle}),
        )
    };
    delete(&mut account, &first);
    account.pass(5);
    let third = receive(&mut account);
    delete(&mut account, &third);
    account.pass(5);
    assert_eq!(account.receive(&url, 0), Vec::<String>::new());
    let params = json!({"QueueUrl": url, "ReceiptHandle": "x"});
    let (code, _) = account.refused("sqs:DeleteMessage", params);
    assert_eq!(code, "ReceiptHandleIsInvalid");
}

#[test]
fn visibility_is_changed_only_in_flight() {
    let mut account = Account::new();
    let (url, _) = account.queue("q", json!({}));
    send(&mut account, &url, "m");
    let answer = account.ask("sqs:ReceiveMessage", json!({"QueueUrl": url}));
    let handle = &answer["Messages"][0]["ReceiptHandle"];
    let change = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 0});
    account.ask("sqs:ChangeMessageVisibility", change.clone());
    let (code, message) = account.refused("sqs:ChangeMessageVisibility", change);
    assert_eq!(code, "InvalidParameterValue");
    assert!(message.contains("not available for visibility timeout change"));
    assert_eq!(account.receive(&url, 0), ["m"]);
}

#[test]
fn groups_keep_their_order_and_repetitions_are_sent_once() {
    let mut account = Account::new();
    let (url, _) = account.queue(
        "q.fifo",
        json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"}),
    );
    let send = |account: &mut Account, group: &str, body: &str| {
        account.ask(
            "sqs:SendMessage",
            json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group}),
        )
    };
    let one = send(&mut account, "a", "1");
    assert_eq!(send(&mut account, "a", "1")["MessageId"], one["MessageId"]);
    send(&mut account, "a", "2");
    send(&mut account, "b", "3");
    let first = account.ask(
        "sqs:ReceiveMessage",
        json!({"QueueUrl": url, "AttributeNames": ["All"]}),
    );
    let first = &first["Messages"][0];
    assert_eq!(first["Attributes"]["MessageGroupId"], "a");
    assert_eq!(first["Attributes"]["SequenceNumber"], one["SequenceNumber"]);
    // What follows in the group has to wait.
    assert_eq!(account.receive(&url, 100), ["3"]);
    let delete = json!({"QueueUrl": url, "ReceiptHandle": first["ReceiptHandle"]});
    account.ask("sqs:DeleteMessage", delete);
    assert_eq!(account.receive(&url, 100), ["2"]);
    account.pass(301);
    send(&mut account, "c", "1");
    assert!(account.receive(&url, 100).contains(&"1".to_owned()));
}

#[test]
fn what_is_received_too_often_is_moved() {
    let mut account = Account::new();
    let (dead, dead_arn) = account.queue("dead", json!({}));
    let policy = json!({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}).to_string();
    let (url, _) = account.queue("q", json!({"RedrivePolicy": policy}));
    send(&mut account, &url, "m");
    for _ in 0..2 {
        assert_eq!(account.receive(&url, 1), ["m"]);
        account.pass(1);
    }
    assert_eq!(account.receive(&url, 1), Vec::<String>::new());
    assert_eq!(account.receive(&dead, 1), ["m"]);
}

#[test]
fn delays_and_retention_pass_with_time() {
    let mut account = Account::new();
    let (url, _) = account.queue(
        "q",
        json!({"DelaySeconds": "10", "MessageRetentionPeriod": "60"}),
    );
    send(&mut account, &url, "m");
    let counted = |account: &mut Account| {
        let names = json!(["All"]);
        let params = json!({"QueueUrl": url, "AttributeNames": names});
        let told = account.ask("sqs:GetQueueAttributes", params);
        ["", "NotVisible", "Delayed"]
            .map(|kind| text(&told["Attributes"][format!("ApproximateNumberOfMessages{kind}")]))
    };
    assert_eq!(counted(&mut account), ["0", "0", "1"]);
    account.pass(10);
    assert_eq!(counted(&mut account), ["1", "0", "0"]);
    assert_eq!(account.receive(&url, 30), ["m"]);
    assert_eq!(counted(&mut account), ["0", "1", "0"]);
    account.pass(50);
    assert_eq!(counted(&mut account), ["0", "0", "0"]);
}

#[test]
fn wrong_calls_are_refused_with_the_codes_of_the_service() {
    let mut account = Account::new();
    let (url, _) = account.queue("q", json!({"MaximumMessageSize": "1024"}));
    let message = |body: &str| json!({"QueueUrl": url, "MessageBody": body});
    let elsewhere = json!({"QueueUrl": "https://sqs/1/none", "MessageBody": "m"});
    let entry = |id: &str| json!({"Id": id, "MessageBody": "m"});
    let batch = |entries: Vec<Value>| json!({"QueueUrl": url, "Entries": entries});
    for (operation, params, code) in [
        ("SendMessage", elsewhere.clone(), "QueueDoesNotExist"),
        ("ReceiveMessage", elsewhere.clone(), "QueueDoesNotExist"),
        ("DeleteQueue", elsewhere, "QueueDoesNotExist"),
        (
            "GetQueueUrl",
            json!({"QueueName": "none"}),
            "QueueDoesNotExist",
        ),
        ("SendMessage", message(""), "MissingParameter"),
        (
            "SendMessage",
            message(&"m".repeat(1_025)),
            "InvalidParameterValue",
        ),
        ("SendMessage", message("\u{1}"), "InvalidMessageContents"),
        ("SendMessage", json!({"QueueUrl": url}), "MissingParameter"),
        (
            "SendMessage",
            json!({"QueueUrl": 1}),
            "SerializationException",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "a b"}),
            "InvalidParameterValue",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "a".repeat(81)}),
            "InvalidParameterValue",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "a.fifo"}),
            "InvalidParameterValue",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "a", "Attributes": {"X": "1"}}),
            "InvalidAttributeName",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "a", "Attributes": {"DelaySeconds": "901"}}),
            "InvalidAttributeValue",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "q", "Attributes": {"DelaySeconds": "1"}}),
            "QueueNameExists",
        ),
        (
            "ReceiveMessage",
            json!({"QueueUrl": url, "MaxNumberOfMessages": 11}),
            "InvalidParameterValue",
        ),
        ("SendMessageBatch", batch(vec![]), "EmptyBatchRequest"),
        (
            "SendMessageBatch",
            batch(vec![entry("a"); 2]),
            "BatchEntryIdsNotDistinct",
        ),
        (
            "SendMessageBatch",
            batch(vec![entry("a"); 11]),
            "TooManyEntriesInBatchRequest",
        ),
        (
            "SendMessageBatch",
            batch(vec![entry("a b")]),
            "InvalidBatchEntryId",
        ),
    ] {
        let refused = account.refused(&format!("sqs:{operation}"), params.clone());
        assert_eq!(refused.0, code, "{operation} {params}");
    }
    assert_eq!(account.receive(&url, 0), Vec::<String>::new());
    let params = batch(vec![entry("a"), json!({"Id": "b", "MessageBody": "\u{1}"})]);
    let answer = account.ask("sqs:SendMessageBatch", params);
    assert_eq!(answer["Successful"][0]["Id"], "a");
    assert_eq!(answer["Failed"][0]["Id"], "b");
    let queues = |prefix: &str| json!({ "QueueNamePrefix": prefix });
    assert_eq!(
        account.ask("sqs:ListQueues", queues("q")),
        json!({"QueueUrls": [url]})
    );
    account.ask("sqs:PurgeQueue", json!({"QueueUrl": url}));
    assert_eq!(account.receive(&url, 0), Vec::<String>::new());
    account.ask("sqs:DeleteQueue", json!({"QueueUrl": url}));
    assert_eq!(account.ask("sqs:ListQueues", queues("")), json!({}));
}

proptest! {
    /// What is sent is received once, in order, until its visibility ends; and then once more.
    #[test]
    fn what_is_sent_is_received_once_until_its_visibility_ends(
        bodies in prop::collection::vec("[a-z]{1,8}", 1..25),
        visibility in 1..100_u64,
    ) {
        let mut account = Account::new();
        let (url, _) = account.queue("q", json!({}));
        for body in &bodies {
            send(&mut account, &url, body);
        }
        for _ in 0..2 {
            let mut received = Vec::new();
            loop {
                let more = account.receive(&url, visibility);
                if more.is_empty() {
                    break;
                }
                received.extend(more);
            }
            prop_assert_eq!(&received, &bodies);
            account.pass(visibility - 1);
            prop_assert!(account.receive(&url, 0).is_empty());
            account.pass(1);
        }
    }
}

#[test]
fn messages_are_moved_after_one_to_a_thousand_receives() {
    let mut account = Account::new();
    let (_, dead) = account.queue("dead", json!({}));
    let create = |name: &str, most: Value| {
        let policy = json!({"deadLetterTargetArn": dead, "maxReceiveCount": most}).to_string();
        json!({"QueueName": name, "Attributes": {"RedrivePolicy": policy}})
    };
    for (name, most) in [("a", json!(1)), ("b", json!(1_000)), ("c", json!("5"))] {
        account.ask("sqs:CreateQueue", create(name, most));
    }
    for most in [json!(0), json!(1_001), json!("0"), json!(-1), json!(1.5)] {
        let (code, message) = account.refused("sqs:CreateQueue", create("d", most));
        assert_eq!(code, "InvalidParameterValue");
        assert!(message.contains("from 1 to 1000"), "{message}");
    }
    let malformed = json!({"QueueName": "d", "Attributes": {"RedrivePolicy": "[]"}});
    let (_, message) = account.refused("sqs:CreateQueue", malformed);
    assert!(message.contains("not a valid JSON map"), "{message}");
}

#[test]
fn a_message_of_a_fifo_queue_has_no_delay_of_its_own() {
    let mut account = Account::new();
    let (url, _) = account.queue("q.fifo", json!({"FifoQueue": "true", "DelaySeconds": "5"}));
    let message = |delay: u64| {
        json!({
            "QueueUrl": url, "MessageBody": "m", "MessageGroupId": "g",
            "MessageDeduplicationId": "d", "DelaySeconds": delay,
        })
    };
    let (code, reason) = account.refused("sqs:SendMessage", message(1));
    assert_eq!(code, "InvalidParameterValue");
    assert!(reason.contains("not valid for this queue type"));
    account.ask("sqs:SendMessage", message(0));
    assert_eq!(account.receive(&url, 0), Vec::<String>::new());
    account.pass(5);
    assert_eq!(account.receive(&url, 0), ["m"]);
}

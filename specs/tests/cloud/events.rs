use serde_json::{Value, json};

use super::{Account, text};

/// Puts a rule with one queue as target; the queue's URL.
fn rule(account: &mut Account, pattern: &Value, target: Value) -> String {
    let (url, arn) = account.queue("q", json!({}));
    account.ask(
        "events:PutRule",
        json!({"Name": "r", "EventPattern": pattern.to_string()}),
    );
    let mut target = target;
    target["Id"] = json!("t");
    target["Arn"] = json!(arn);
    let put = account.ask(
        "events:PutTargets",
        json!({"Rule": "r", "Targets": [target]}),
    );
    assert_eq!(put, json!({"FailedEntryCount": 0, "FailedEntries": []}));
    url
}

fn event(detail: &Value) -> Value {
    json!({"Source": "shop", "DetailType": "Order", "Detail": detail.to_string()})
}

#[test]
fn an_event_that_a_rule_wants_reaches_its_targets() {
    let mut account = Account::new();
    let url = rule(&mut account, &json!({"source": ["shop"]}), json!({}));
    let entries =
        json!([event(&json!({"n": 1})), {"Source": "other", "DetailType": "x", "Detail": "{}"}]);
    let answer = account.ask("events:PutEvents", json!({ "Entries": entries }));
    assert_eq!(answer["FailedEntryCount"], 0);
    let received = account.receive(&url, 0);
    assert_eq!(received.len(), 1);
    let told: Value = serde_json::from_str(&received[0]).expect("JSON");
    assert_eq!(
        told,
        json!({
            "version": "0",
            "id": answer["Entries"][0]["EventId"],
            "detail-type": "Order",
            "source": "shop",
            "account": "123456789012",
            "time": "2023-11-14T22:13:20Z",
            "region": "eu-west-1",
            "resources": [],
            "detail": {"n": 1},
        })
    );
}

#[test]
fn targets_may_be_told_less() {
    for (target, told) in [
        (json!({"Input": "{\"x\": 1}"}), "{\"x\": 1}"),
        (json!({"InputPath": "$.detail.n"}), "[1]"),
    ] {
        let mut account = Account::new();
        let url = rule(&mut account, &json!({"source": ["shop"]}), target);
        account.ask(
            "events:PutEvents",
            json!({"Entries": [event(&json!({"n": [1]}))]}),
        );
        assert_eq!(account.receive(&url, 0), [told]);
    }
}

#[test]
fn patterns_match_as_the_user_guide_says() {
    let detail = json!({
        "state": "running", "n": 5, "none": null, "list": ["a", "b"],
        "in": {"deep": "x"}, "items": [{"k": 1}, {"k": 2}],
    });
    for (pattern, matches) in [
        (json!({"state": ["running", "stopped"]}), true),
        (json!({"state": ["Running"]}), false),
        (json!({"state": [{"prefix": "run"}]}), true),
        (json!({"state": [{"suffix": "ing"}]}), true),
        (
            json!({"state": [{"prefix": {"equals-ignore-case": "RUN"}}]}),
            true,
        ),
        (json!({"state": [{"equals-ignore-case": "RUNNING"}]}), true),
        (json!({"state": [{"wildcard": "r*n*g"}]}), true),
        (json!({"state": [{"wildcard": "r*x*g"}]}), false),
        (json!({"state": [{"anything-but": "running"}]}), false),
        (json!({"state": [{"anything-but": ["a", "b"]}]}), true),
        (
            json!({"state": [{"anything-but": {"prefix": "run"}}]}),
            false,
        ),
        (json!({"state": [{"exists": true}]}), true),
        (json!({"lost": [{"exists": false}]}), true),
        (json!({"lost": {"deep": [{"exists": false}]}}), true),
        (json!({"lost": [{"anything-but": "x"}]}), false),
        (json!({"in": [{"exists": true}]}), false),
        (json!({"in": {"deep": ["x"]}}), true),
        (json!({"n": [5]}), true),
        (json!({"n": [5.0]}), true),
        (json!({"n": ["5"]}), false),
        (json!({"n": [{"numeric": [">", 0, "<=", 5]}]}), true),
        (json!({"n": [{"numeric": ["<", 5]}]}), false),
        (json!({"none": [null]}), true),
        (json!({"none": [""]}), false),
        (json!({"list": ["b"]}), true),
        (json!({"list": ["c"]}), false),
        (json!({"items": {"k": [2]}}), true),
        (json!({"items": {"k": [3]}}), false),
        (json!({"state": ["running"], "n": [6]}), false),
        (json!({"$or": [{"n": [6]}, {"state": ["running"]}]}), true),
    ] {
        let mut account = Account::new();
        let url = rule(&mut account, &json!({ "detail": pattern }), json!({}));
        account.ask("events:PutEvents", json!({"Entries": [event(&detail)]}));
        assert_eq!(
            account.receive(&url, 0).len(),
            usize::from(matches),
            "{pattern}"
        );
    }
}

#[test]
fn wrong_calls_are_refused_with_the_codes_of_the_service() {
    let mut account = Account::new();
    let url = rule(&mut account, &json!({"source": ["shop"]}), json!({}));
    let pattern = |pattern: &str| json!({"Name": "x", "EventPattern": pattern});
    let target = json!({"Rule": "r", "Targets": [{"Id": "t", "Arn": "arn:aws:lambda:eu-west-1:1:function:f"}]});
    // The first of two events is right.
    let at = |time: Value| {
        let mut late = event(&json!({}));
        late["Time"] = time;
        json!({"Entries": [event(&json!({})), late]})
    };
    for (operation, params, code) in [
        ("PutRule", pattern("["), "InvalidEventPatternException"),
        (
            "PutRule",
            pattern("{\"a\": \"b\"}"),
            "InvalidEventPatternException",
        ),
        (
            "PutRule",
            pattern("{\"a\": []}"),
            "InvalidEventPatternException",
        ),
        (
            "PutRule",
            pattern("{\"a\": [{\"cidr\": \"x\"}]}"),
            "InvalidEventPatternException",
        ),
        ("PutRule", json!({"Name": "x"}), "ValidationException"),
        (
            "PutRule",
            json!({"Name": "a b", "EventPattern": "{}"}),
            "ValidationException",
        ),
        (
            "PutTargets",
            json!({"Rule": "none", "Targets": []}),
            "ResourceNotFoundException",
        ),
        ("PutTargets", target, "ValidationException"),
        ("DeleteRule", json!({"Name": "r"}), "ValidationException"),
        ("PutEvents", json!({"Entries": []}), "ValidationException"),
        (
            "PutEvents",
            json!({"Entries": [{"EventBusName": "b"}]}),
            "ResourceNotFoundException",
        ),
        (
            "PutEvents",
            json!({"Entries": [event(&json!({})), {"EventBusName": "b"}]}),
            "ResourceNotFoundException",
        ),
        ("PutEvents", at(json!(-1e300)), "SerializationException"),
        ("PutEvents", at(json!(1e300)), "SerializationException"),
        (
            "PutEvents",
            at(json!("yesterday")),
            "SerializationException",
        ),
    ] {
        let refused = account.refused(&format!("events:{operation}"), params.clone());
        assert_eq!(refused.0, code, "{operation} {params}");
    }
    let answer = account.ask(
        "events:PutEvents",
        json!({"Entries": [
            {"DetailType": "d", "Detail": "{}"},
            {"Source": "s", "DetailType": "d", "Detail": "x"},
            {"Source": "aws.s", "DetailType": "d", "Detail": "{}"},
            event(&json!({})),
        ]}),
    );
    assert_eq!(answer["FailedEntryCount"], 3);
    let codes: Vec<_> = (0..3)
        .map(|place| text(&answer["Entries"][place]["ErrorCode"]))
        .collect();
    assert_eq!(
        codes,
        [
            "InvalidArgument",
            "MalformedDetail",
            "NotAuthorizedForSourceException"
        ]
    );
    assert_eq!(account.receive(&url, 0).len(), 1);
    let removed = account.ask("events:RemoveTargets", json!({"Rule": "r", "Ids": ["t"]}));
    assert_eq!(removed["FailedEntryCount"], 0);
    account.ask("events:DeleteRule", json!({"Name": "r"}));
}

#[test]
fn a_rule_with_a_group_reaches_queues_of_both_kinds() {
    let mut account = Account::new();
    let mut target = json!({"SqsParameters": {"MessageGroupId": "g"}});
    let url = rule(&mut account, &json!({"source": ["shop"]}), target.clone());
    let (fifo, arn) = account.queue("q.fifo", json!({"FifoQueue": "true"}));
    target["Id"] = json!("u");
    target["Arn"] = json!(arn);
    account.ask(
        "events:PutTargets",
        json!({"Rule": "r", "Targets": [target]}),
    );
    account.ask(
        "events:PutEvents",
        json!({"Entries": [event(&json!({})), event(&json!({}))]}),
    );
    assert_eq!(account.receive(&url, 0).len(), 2);
    assert_eq!(account.receive(&fifo, 0).len(), 2);
}

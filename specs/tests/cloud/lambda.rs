use serde_json::{Value, json};
use stepproof_specs::cloud::lambda::{Invoked, Outcome, UNANSWERED};

use super::Account;

fn create(account: &mut Account) -> Value {
    account.ask(
        "lambda:CreateFunction",
        json!({
            "FunctionName": "f",
            "Role": "arn:aws:iam::123456789012:role/r",
            "Runtime": "python3.13",
            "Handler": "a.b",
            "Code": {"ZipFile": ""},
            "Environment": {"Variables": {"K": "v"}},
        }),
    )
}

#[test]
fn a_function_is_there_until_it_is_deleted() {
    let mut account = Account::new();
    let created = create(&mut account);
    assert_eq!(
        created["FunctionArn"],
        "arn:aws:lambda:eu-west-1:123456789012:function:f"
    );
    assert_eq!(created["LastModified"], "2023-11-14T22:13:20.000+0000");
    for name in [
        "f",
        "123456789012:function:f",
        "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST",
    ] {
        let told = account.ask("lambda:GetFunction", json!({ "FunctionName": name }));
        assert_eq!(told["Configuration"], created);
    }
    let again = json!({"FunctionName": "f", "Role": "r", "Code": {}});
    let (code, _) = account.refused("lambda:CreateFunction", again);
    assert_eq!(code, "ResourceConflictException");
    let bare = json!({"FunctionName": "g", "Role": "r", "Code": {}});
    let (code, _) = account.refused("lambda:CreateFunction", bare);
    assert_eq!(code, "InvalidParameterValueException");
    account.ask("lambda:DeleteFunction", json!({"FunctionName": "f"}));
    for (operation, version) in [
        ("GetFunction", ""),
        ("DeleteFunction", ""),
        // As AWS was recorded.
        ("Invoke", ":$LATEST"),
    ] {
        let params = json!({"FunctionName": "f"});
        let (code, message) = account.refused(&format!("lambda:{operation}"), params);
        assert_eq!(code, "ResourceNotFoundException");
        assert_eq!(
            message,
            format!(
                "Function not found: arn:aws:lambda:eu-west-1:123456789012:function:f{version}"
            )
        );
    }
}

#[test]
fn without_anybody_an_invocation_is_refused() {
    let mut account = Account::new();
    create(&mut account);
    for kind in ["RequestResponse", "Event"] {
        let params = json!({"FunctionName": "f", "InvocationType": kind});
        let (code, message) = account.refused("lambda:Invoke", params);
        assert_eq!(code, UNANSWERED);
        assert!(message.contains("function:f"), "{message}");
    }
    let dry = json!({"FunctionName": "f", "InvocationType": "DryRun"});
    assert_eq!(
        account.ask("lambda:Invoke", dry),
        json!({"StatusCode": 204})
    );
    assert_eq!(account.cloud.take_invocations(), []);
}

#[test]
fn who_answers_is_told_of_every_invocation_once() {
    let mut account = Account::new();
    account.cloud.answer_invocations();
    create(&mut account);
    let mut outcomes = Vec::new();
    for (payload, outcome) in [
        ("[1]", Outcome::Returned("[2]".to_owned())),
        ("{}", Outcome::Threw("{\"errorType\":\"E\"}".to_owned())),
        ("0", Outcome::Failed("nobody is there".to_owned())),
    ] {
        let params = json!({"FunctionName": "f", "Payload": payload});
        let invoked = account
            .cloud
            .invoke(account.now, &params)
            .expect("an invocation");
        let Invoked::Later(id) = invoked else {
            panic!("{invoked:?}");
        };
        let taken = account.cloud.take_invocations();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].id, taken[0].payload.as_str()), (id, payload));
        assert!(taken[0].is_awaited);
        outcomes.push(
            account
                .cloud
                .answer(id, outcome.clone())
                .expect("an answer"),
        );
        assert_eq!(account.cloud.answer(id, outcome), None);
    }
    let failed = outcomes.pop().expect("an outcome").expect_err("an error");
    assert_eq!(
        (failed.code, failed.message.as_str()),
        (UNANSWERED, "nobody is there")
    );
    let outcomes: Result<Vec<_>, _> = outcomes.into_iter().collect();
    assert_eq!(
        outcomes.expect("answers"),
        [
            json!({"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": "[2]"}),
            json!({
                "StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": "{\"errorType\":\"E\"}",
                "FunctionError": "Unhandled",
            }),
        ]
    );
    let event = json!({"FunctionName": "f", "InvocationType": "Event", "Payload": "1"});
    assert_eq!(
        account.ask("lambda:Invoke", event),
        json!({"StatusCode": 202})
    );
    assert!(!account.cloud.take_invocations()[0].is_awaited);
    let (code, _) = account.refused(
        "lambda:Invoke",
        json!({"FunctionName": "f", "Payload": "x"}),
    );
    assert_eq!(code, "InvalidRequestContentException");
    // Who cannot wait for the answer does not leave an invocation behind.
    let (code, _) = account.refused("lambda:Invoke", json!({"FunctionName": "f"}));
    assert_eq!(code, UNANSWERED);
    assert_eq!(account.cloud.take_invocations(), []);
}

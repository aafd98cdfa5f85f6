//! `TestState`, through the service: what it refuses and in which order, how a state ends, and which
//! of its data is shown.

use serde_json::{Value, json};
use stepproof_specs::{
    base::time::Instant,
    deviation::Deviations,
    service::{Answer, Config, NOT_SIMULATED, Service, with_json},
};

const NOW: Instant = Instant(1_700_000_000_000);
const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// The answer to a call whose members may be JSON where the API has text.
fn call(definition: &Value, request: Value) -> Result<Value, (String, String)> {
    let mut body = request;
    body["definition"] = definition.to_string().into();
    for field in ["input", "variables", "context"] {
        if let Some(value) = body.get_mut(field).filter(|it| !it.is_string()) {
            *value = value.to_string().into();
        }
    }
    if let Some(result) = body
        .pointer_mut("/mock/result")
        .filter(|it| !it.is_string())
    {
        *result = result.to_string().into();
    }
    let mut service = Service::new(Config::default(), Deviations::default());
    match service.call(&NOW, "TestState", &body) {
        Ok(Answer::Now(answer)) => Ok(with_json(answer)),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err((error.code.to_owned(), error.message)),
    }
}

fn answered(definition: &Value, request: Value) -> Value {
    call(definition, request).unwrap_or_else(|refusal| panic!("{refusal:?}\n{definition}"))
}

/// The code and the message of a refusal, with a colon between them.
fn refused(definition: &Value, request: Value) -> String {
    match call(definition, request) {
        Ok(answer) => panic!("{answer}\n{definition}"),
        Err((code, message)) => format!("{code}: {message}"),
    }
}

fn task(resource: &str) -> Value {
    json!({"Type": "Task", "Resource": resource, "End": true})
}

fn map(more: Value) -> Value {
    let mut map = json!({"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}});
    merge(&mut map, more);
    map
}

fn parallel(more: Value) -> Value {
    let branch =
        |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    let mut parallel =
        json!({"Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true});
    merge(&mut parallel, more);
    parallel
}

fn merge(value: &mut Value, more: Value) {
    let Value::Object(more) = more else {
        panic!("an object")
    };
    value.as_object_mut().expect("an object").extend(more);
}

#[test]
fn a_state_ends_as_it_would_in_an_execution() {
    let choice = json!({"Type": "Choice", "Choices": [
        {"Variable": "$.n", "NumericEquals": 1, "Next": "One"}]});
    let no_match =
        "Failed to transition out of the state. The state does not point to a next state.";
    for (state, input, expected) in [
        (
            json!({"Type": "Pass", "Next": "B"}),
            json!(1),
            json!({"status": "SUCCEEDED", "output": 1, "nextState": "B"}),
        ),
        (
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input + 1 %}", "End": true}),
            json!(1),
            json!({"status": "SUCCEEDED", "output": 2}),
        ),
        (
            json!({"Type": "Succeed", "OutputPath": "$.a"}),
            json!({"a": [1]}),
            json!({"status": "SUCCEEDED", "output": [1]}),
        ),
        (
            json!({"Type": "Wait", "Seconds": 300, "Next": "B"}),
            json!(1),
            json!({"status": "SUCCEEDED", "output": 1, "nextState": "B"}),
        ),
        (
            json!({"Type": "Wait", "Seconds": 301, "Next": "B"}),
            json!(1),
            json!({"status": "FAILED", "error": "States.Timeout"}),
        ),
        (
            json!({"Type": "Fail", "Error": "E", "CausePath": "$.c"}),
            json!({"c": "why"}),
            json!({"status": "FAILED", "error": "E", "cause": "why"}),
        ),
        (
            json!({"Type": "Fail"}),
            json!({}),
            json!({"status": "FAILED"}),
        ),
        (
            choice.clone(),
            json!({"n": 1}),
            json!({"status": "SUCCEEDED", "output": {"n": 1}, "nextState": "One"}),
        ),
        (
            choice,
            json!({"n": 2}),
            json!({"status": "FAILED", "error": "States.Runtime", "cause": no_match}),
        ),
        (
            json!({"Type": "Pass", "InputPath": "$.none", "End": true}),
            json!({}),
            json!({"status": "FAILED", "error": "States.Runtime",
            "cause": "Invalid path '$.none' : No results for path: $['none']"}),
        ),
        (
            json!({"Type": "Pass", "ResultPath": "$.r", "End": true}),
            json!("\"text\""),
            json!({"status": "FAILED", "error": "States.ReferencePathConflict",
            "cause": "Unable to apply ReferencePath $.r to input \"text\""}),
        ),
    ] {
        assert_eq!(
            answered(&state, json!({"input": input})),
            expected,
            "{state}"
        );
    }
}

/// Checks what is shown of states at each level, beside the input; a mock that is null is none.
fn shows(input: &Value, states: impl IntoIterator<Item = (Value, Value, Value)>) {
    for (state, mock, mut expected) in states {
        let mut request = json!({"input": input});
        if !mock.is_null() {
            request["mock"] = mock;
        }
        let answer = answered(&state, request.clone());
        assert_eq!(answer.get("inspectionData"), None, "{state}");
        expected["input"] = input.clone();
        for level in ["DEBUG", "TRACE"] {
            request["inspectionLevel"] = level.into();
            let answer = answered(&state, request.clone());
            assert_eq!(answer["inspectionData"], expected, "{state}");
        }
    }
}

fn jsonata(mut state: Value) -> Value {
    state["QueryLanguage"] = "JSONata".into();
    state
}

#[test]
fn what_is_shown_of_a_state_that_takes_no_mock() {
    let input = json!({"a": {"b": [1, 2]}});
    let mut pass = json!({"Type": "Pass", "InputPath": "$.a", "Parameters": {"c.$": "$.b"},
        "ResultPath": "$.d", "OutputPath": "$.d", "End": true});
    let shaped = json!({"afterInputPath": {"b": [1, 2]}, "afterParameters": {"c": [1, 2]},
        "afterResultSelector": {"c": [1, 2]},
        "afterResultPath": {"a": {"b": [1, 2]}, "d": {"c": [1, 2]}}});
    let whole = json!({"afterInputPath": input, "afterParameters": input,
        "afterResultSelector": input, "afterResultPath": input});
    let (after_input, nothing) = (json!({"afterInputPath": input}), json!({}));
    let choice = json!({"Type": "Choice", "InputPath": "$.a",
        "Choices": [{"Variable": "$.b", "IsPresent": true, "Next": "N"}]});
    let mut states = vec![(pass.clone(), shaped)];
    pass["Result"] = 0.into();
    let placed = json!({"a": {"b": [1, 2]}, "d": 0});
    let of_result = json!({"result": 0, "afterResultSelector": 0, "afterResultPath": placed});
    states.extend([
        (pass, of_result),
        (
            json!({"Type": "Pass", "Result": null, "ResultPath": null, "End": true}),
            whole,
        ),
        (choice, json!({"afterInputPath": {"b": [1, 2]}})),
        (
            json!({"Type": "Wait", "Seconds": 1, "End": true}),
            after_input.clone(),
        ),
        (
            json!({"Type": "Succeed", "InputPath": "$.a.b"}),
            json!({"afterInputPath": [1, 2]}),
        ),
        (json!({"Type": "Fail"}), after_input),
        (
            jsonata(json!({"Type": "Pass", "Output": 1, "End": true})),
            nothing.clone(),
        ),
        (jsonata(json!({"Type": "Succeed"})), nothing.clone()),
        (jsonata(json!({"Type": "Fail"})), nothing),
    ]);
    let states = states.into_iter();
    shows(
        &input,
        states.map(|(state, shown)| (state, Value::Null, shown)),
    );
}

#[test]
fn what_is_shown_of_a_state_with_a_mock() {
    let input = json!({"a": {"b": [1, 2]}});
    let mut sent = task("arn:aws:states:::sqs:sendMessage");
    let mut sent_jsonata = jsonata(sent.clone());
    merge(
        &mut sent,
        json!({"InputPath": "$.a", "ResultSelector": {"t.$": "$.r.s"}, "ResultPath": "$.u",
        "Parameters": {"MessageBody.$": "$.b", "QueueUrl": "q"}}),
    );
    merge(
        &mut sent_jsonata,
        json!({"Output": "{% $states.result.r %}",
        "Arguments": {"MessageBody": "{% $states.input.a %}", "QueueUrl": "q"}}),
    );
    let batched = map(
        json!({"InputPath": "$.a", "ItemsPath": "$.b", "ResultPath": null, "MaxConcurrency": 3,
        "ItemSelector": {"i.$": "$$.Map.Item.Value", "n.$": "$$.Map.Item.Index"},
        "ItemBatcher": {"MaxItemsPerBatch": 1, "BatchInput": {"all.$": "$.b"}},
        "ToleratedFailureCountPath": "$.b[1]"}),
    );
    let batched_jsonata = jsonata(map(json!({"Items": "{% $states.input.a.b %}",
        "ItemSelector": "{% $states.context.Map.Item.Value * 10 %}",
        "ItemBatcher": {"MaxInputBytesPerBatch": "{% 15 %}"}, "ToleratedFailurePercentage": "{% 2.5 %}"})));
    let result = json!({"result": {"r": {"s": 1}}});
    let results = json!({"result": [1, 2]});
    shows(
        &input,
        [
            (
                sent,
                result.clone(),
                json!({"afterInputPath": {"b": [1, 2]},
            "afterParameters": {"MessageBody": [1, 2], "QueueUrl": "q"}, "result": {"r": {"s": 1}},
            "afterResultSelector": {"t": 1}, "afterResultPath": {"a": {"b": [1, 2]}, "u": {"t": 1}}}),
            ),
            (
                sent_jsonata,
                result,
                json!({"result": {"r": {"s": 1}},
            "afterArguments": {"MessageBody": {"b": [1, 2]}, "QueueUrl": "q"}}),
            ),
            (
                parallel(
                    json!({"InputPath": "$.none", "ResultSelector": {"first.$": "$[0]"}, "ResultPath": "$.p"}),
                ),
                results.clone(),
                json!({"afterResultSelector": {"first": 1}, "afterResultPath": {"a": {"b": [1, 2]}, "p": {"first": 1}}}),
            ),
            (
                jsonata(parallel(json!({"Arguments": 1}))),
                results.clone(),
                json!({}),
            ),
            (
                batched,
                results.clone(),
                json!({"afterItemsPath": [1, 2],
            "afterItemSelector": [{"i": 1, "n": 0}, {"i": 2, "n": 1}],
            "afterItemBatcher": [{"BatchInput": {"all": [1, 2]}, "Items": ["{\"i\":1,\"n\":0}"]},
                {"BatchInput": {"all": [1, 2]}, "Items": ["{\"i\":2,\"n\":1}"]}],
            "maxConcurrency": 3, "toleratedFailureCount": 2, "afterResultSelector": [1, 2],
            "afterResultPath": input}),
            ),
            (
                batched_jsonata,
                results,
                json!({"afterItemSelector": [10, 20],
            "afterItemBatcher": [{"Items": ["10"]}, {"Items": ["20"]}],
            "maxConcurrency": 0, "toleratedFailurePercentage": 2.5}),
            ),
        ],
    );
}

#[test]
fn variables_are_given_and_shown() {
    let state = json!({"Type": "Pass", "Assign": {"b.$": "$.a", "c.$": "$a"}, "Parameters": {"a.$": "$a"}, "End": true});
    let request =
        json!({"input": {"n": 1}, "variables": {"a": 2, "b": 0}, "inspectionLevel": "DEBUG"});
    let answer = answered(&state, request);
    assert_eq!(answer["output"], json!({"a": 2}));
    assert_eq!(
        answer["inspectionData"]["variables"],
        json!({"a": 2, "b": 2, "c": 2})
    );
}

#[test]
fn errors_are_for_retriers_then_for_catchers() {
    let state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "QueryLanguage": "JSONata",
        "Arguments": {"FunctionName": "f"}, "End": true,
        "Retry": [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["Again"], "IntervalSeconds": 3, "MaxAttempts": 2, "BackoffRate": 4}],
        "Catch": [{"ErrorEquals": ["Caught"], "Next": "C"}, {"ErrorEquals": ["Again"], "Next": "D", "Output": "{% $states.errorOutput.Cause %}"}]});
    for (error, retries, expected, details) in [
        (
            "Again",
            0,
            json!({"status": "RETRIABLE"}),
            json!({"retryIndex": 1, "retryBackoffIntervalSeconds": 3}),
        ),
        (
            "Again",
            1,
            json!({"status": "RETRIABLE"}),
            json!({"retryIndex": 1, "retryBackoffIntervalSeconds": 12}),
        ),
        (
            "Again",
            2,
            json!({"status": "CAUGHT_ERROR", "nextState": "D", "output": "why"}),
            json!({"retryIndex": 1, "catchIndex": 1}),
        ),
        (
            "Caught",
            9,
            json!({"status": "CAUGHT_ERROR", "nextState": "C", "output": {"Error": "Caught", "Cause": "why"}}),
            json!({"catchIndex": 0}),
        ),
        (
            "Other",
            3,
            json!({"status": "FAILED"}),
            json!({"retryIndex": 0}),
        ),
        ("None", 0, json!({"status": "FAILED"}), Value::Null),
    ] {
        let mut answer = answered(
            &state,
            json!({"input": {}, "inspectionLevel": "TRACE",
            "mock": {"errorOutput": {"error": error, "cause": "why"}},
            "stateConfiguration": {"retrierRetryCount": retries}}),
        );
        let data = answer
            .as_object_mut()
            .and_then(|it| it.remove("inspectionData"))
            .unwrap_or_default();
        assert_eq!(data["errorDetails"], details, "{error} {retries}");
        assert_eq!(data["afterArguments"], json!({"FunctionName": "f"}));
        let mut expected = expected;
        merge(&mut expected, json!({"error": error, "cause": "why"}));
        assert_eq!(answer, expected, "{error} {retries}");
    }
}

#[test]
fn a_map_fails_if_it_tolerates_fewer_failures() {
    let exceeded = "States.ExceedToleratedFailureThreshold";
    for (tolerance, failed, error) in [
        (json!({}), 4, None),
        (json!({"ToleratedFailureCount": 2}), 2, None),
        (json!({"ToleratedFailureCount": 2}), 3, Some(exceeded)),
        (json!({"ToleratedFailurePercentage": 50}), 2, None),
        (json!({"ToleratedFailurePercentage": 50}), 3, Some(exceeded)),
        (
            json!({"ToleratedFailureCount": 4, "ToleratedFailurePercentagePath": "$[0]"}),
            1,
            Some(exceeded),
        ),
    ] {
        let answer = answered(
            &map(tolerance.clone()),
            json!({"input": [1, 2, 3, 4],
            "mock": {"result": [0, 0, 0, 0]}, "stateConfiguration": {"mapIterationFailureCount": failed}}),
        );
        assert_eq!(answer["error"].as_str(), error, "{tolerance} {failed}");
    }
}

#[test]
fn what_an_item_reader_reads_is_given() {
    let reader = |config: Value| {
        map(
            json!({"QueryLanguage": "JSONata", "ItemSelector": "{% $states.context.Map.Item.Value.a %}",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
                "Arguments": {"Bucket": "b", "Key": "k"}}}),
        )
    };
    let seen = |config: Value, data: &str| {
        answered(
            &reader(config),
            json!({"inspectionLevel": "DEBUG", "mock": {"result": [1]},
            "stateConfiguration": {"mapItemReaderData": data}}),
        )["inspectionData"]
            .clone()
    };
    let data = r#"{"x": [{"a": 1}, {"a": 2}]}"#;
    let shown = seen(json!({"InputType": "JSON", "ItemsPointer": "/x"}), data);
    assert_eq!(shown["afterItemsPointer"], json!([{"a": 1}, {"a": 2}]));
    assert_eq!(shown["afterItemSelector"], json!([1, 2]));
    let lines = "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n";
    let shown = seen(json!({"InputType": "JSONL", "MaxItems": 2}), lines);
    assert_eq!(shown["afterItemSelector"], json!([1, 2]));
}

#[test]
fn the_context_object_is_the_default_one_or_the_given_one() {
    let state = json!({"Type": "Pass", "Parameters": {"c.$": "$$"}, "End": true});
    let context = answered(&state, json!({"input": {"n": 1}}))["output"]["c"].clone();
    let arn = context["Execution"]["Id"].as_str().expect("an ARN");
    assert!(
        arn.starts_with("arn:aws:states:us-east-1:123456789012:express:"),
        "{arn}"
    );
    assert_eq!(context["Execution"]["Input"], json!({"n": 1}));
    assert_eq!(context["Execution"]["RoleArn"], Value::Null);
    assert_eq!(context["Execution"].get("RedriveCount"), None);
    assert_eq!(context["State"]["Name"], "StateName");
    let role =
        answered(&state, json!({"roleArn": ROLE}))["output"]["c"]["Execution"]["RoleArn"].clone();
    assert_eq!(role, ROLE);

    let mut state = task("arn:aws:states:::sqs:sendMessage.waitForTaskToken");
    merge(
        &mut state,
        json!({"Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token", "i.$": "$$.Execution.Input.n"}}}),
    );
    let given = json!({"Execution": {"Input": {"n": 5}}, "Task": {"Token": "T"}});
    let request = json!({"mock": {"result": 1}, "context": given, "inspectionLevel": "DEBUG"});
    let shown =
        answered(&state, request)["inspectionData"]["afterParameters"]["MessageBody"].clone();
    assert_eq!(shown, json!({"t": "T", "i": 5}));
    let other = json!({"mock": {"result": 1}, "context": {"Execution": {"Input": {"n": 5}}}});
    assert_eq!(answered(&state, other)["error"], "States.Runtime");
    let default = answered(&state, json!({"mock": {"result": 1}, "input": {"n": 6}}));
    assert_eq!(default["status"], "SUCCEEDED", "{default}");
}

#[test]
fn a_state_of_a_machine_is_found_by_its_name() {
    let machine = json!({"StartAt": "A", "QueryLanguage": "JSONata", "TimeoutSeconds": 1, "States": {
        "A": {"Type": "Parallel", "Branches": [{"StartAt": "In", "States": {
            "In": {"Type": "Pass", "Output": "{% $states.context.State.Name %}", "End": true}}}], "Next": "B"},
        "B": {"Type": "Wait", "Seconds": 9, "End": true}}});
    let inner = answered(&machine, json!({"stateName": "In", "input": 1}));
    assert_eq!(inner, json!({"status": "SUCCEEDED", "output": "In"}));
    let waits = answered(&machine, json!({"stateName": "B", "input": 1}));
    assert_eq!(waits, json!({"status": "SUCCEEDED", "output": 1}));
    assert_eq!(
        refused(&machine, json!({"stateName": "C"})),
        "ValidationException: State not found in definition"
    );
}

#[test]
fn refusals() {
    let pass = || json!({"Type": "Pass", "End": true});
    let lambda = || task("arn:aws:states:::lambda:invoke");
    let start = || task("arn:aws:states:::states:startExecution");
    let mocked = |result: Value| json!({"mock": {"result": result}});
    let no_map = "InvalidDefinition: TestState API does not support Map or Parallel states. Supported \
        state types include: [Task, Wait, Pass, Succeed, Fail, Choice]";
    let of = |what: &str| format!("ValidationException: {what}");
    let context = |what: &str| of(&format!("Invalid Context object provided: {what}"));
    let schema = |what: &str| of(&format!("Mock result schema validation error: {what}"));
    let not_one =
        of("A test mock should have only one of the following fields: [result, errorOutput].");
    let with = |context: Value| json!({"mock": {"result": {}}, "context": context});
    for (state, request, expected) in [
        (pass(), mocked(json!(1)), of("State type 'Pass' is not supported when a mock is specified")),
        (json!({"Type": "Wait", "Seconds": 1, "End": true}), mocked(json!(1)), of("State type 'Wait' is not supported when a mock is specified")),
        (map(json!({})), json!({}), no_map.to_owned()),
        (parallel(json!({})), json!({}), no_map.to_owned()),
        (lambda(), json!({}), of("RoleArn must be specified when testing a Task state")),
        (lambda(), json!({"mock": {}}), not_one.clone()),
        (lambda(), json!({"mock": {"result": "1", "errorOutput": {"error": "E"}}}), not_one),
        (lambda(), json!({"mock": {"result": "no JSON", "fieldValidationMode": "NONE"}}), of("Mocked result must be valid JSON")),
        (lambda(), json!({"mock": {"result": {}}, "revealSecrets": true}), of("TestState does not support RevealSecrets when a mock is specified.")),
        (lambda(), json!({"context": {}}), of("TestState does not support Context when a mock is not specified.")),
        (map(json!({})), json!({"stateConfiguration": {"retrierRetryCount": 0}}), of("TestState does not support RetrierRetryCount when a mock is not specified.")),
        (map(json!({})), mocked(json!({})), of("Mocked result must be an array.")),
        (parallel(json!({})), mocked(json!(1)), of("Mocked result must be an array.")),
        (map(json!({"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}})), mocked(json!([])), of("Mocked result must be a JSON object.")),
        (map(json!({})), json!({"mock": {"result": [1]}, "stateConfiguration": {"mapIterationFailureCount": 2}}), of("Map iteration failure count must be less than or equal to the number of Map iterations")),
        (lambda(), with(json!({"X": 1})), context("Field 'X' is not allowed")),
        (lambda(), with(json!({"State": {"X": 1}})), context("Field 'X' is not allowed")),
        (lambda(), with(json!({"State": {"RetryCount": "1"}})), context("State.RetryCount must be a number")),
        (lambda(), with(json!({"StateMachine": {"Name": 1}})), context("StateMachine.Name must be a string")),
        (lambda(), with(json!({"Map": 1})), context("'Map' field is not supported when mocking a Context object")),
        (start(), mocked(json!({"ExecutionArn": "a"})), schema("Required field 'StartDate' is missing")),
        (start(), mocked(json!({"ExecutionArn": "a", "StartDate": 1})), schema("Field 'StartDate' must be a string")),
        (start(), json!({"mock": {"result": {"StartDate": 1}, "fieldValidationMode": "PRESENT"}}), schema("Field 'StartDate' must be a string")),
        (task("arn:aws:states:::states:startExecution.sync:2"), mocked(json!({})), schema("Required field 'ExecutionArn' is missing")),
        (json!({"Type": "Pass"}), json!({}), "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/StateName'".to_owned()),
        (pass(), json!({"inspectionLevel": "ALL"}), of("1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: Member must satisfy enum value set: [INFO, DEBUG, TRACE]")),
        (pass(), json!({"stateName": ""}), of("1 validation error detected: Value at 'stateName' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ] {
        assert_eq!(refused(&state, request.clone()), expected, "{state} {request}");
    }
}

/// Some refusals of AWS are known, but not their words.
#[test]
fn refusals_whose_words_are_not_known() {
    let activity = "arn:aws:states:us-east-1:123456789012:activity:a";
    let token = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    let fine = json!({"roleArn": ROLE});
    let mock = json!({"mock": {"result": {}}, "context": {"Task": {"Token": "t"}}});
    for (state, request, code) in [
        (task(activity), fine.clone(), "InvalidDefinition"),
        (task(token), fine.clone(), "InvalidDefinition"),
        (
            task("arn:aws:states:::states:startExecution.sync"),
            fine.clone(),
            "InvalidDefinition",
        ),
        (
            parallel(json!({})),
            json!({"mock": {"result": [1]}}),
            "ValidationException",
        ),
        (
            task("arn:aws:states:::lambda:invoke"),
            mock,
            "ValidationException",
        ),
        (
            task("arn:aws:states:::lambda:invoke"),
            json!({"mock": {"errorOutput": {"cause": "c"}}}),
            "ValidationException",
        ),
        (
            json!({"Type": "Pass", "End": true}),
            json!({"variables": "[]"}),
            "ValidationException",
        ),
        (
            json!({"Type": "Pass", "End": true}),
            json!({"input": "{"}),
            "InvalidExecutionInput",
        ),
        (json!("text"), json!({}), "InvalidDefinition"),
    ] {
        let (seen, message) = call(&state, request).expect_err("a refusal");
        assert_eq!(seen, code, "{state}: {message}");
    }
}

#[test]
fn what_needs_another_service_is_not_simulated() {
    let (code, _) = call(
        &task("arn:aws:states:::lambda:invoke"),
        json!({"roleArn": ROLE}),
    )
    .expect_err("no answer");
    assert_eq!(code, NOT_SIMULATED);
    // What fails before the service is called is told.
    let mut state = task("arn:aws:states:::lambda:invoke");
    merge(
        &mut state,
        json!({"Parameters": {"FunctionName.$": "$.none"}}),
    );
    let answer = answered(&state, json!({"roleArn": ROLE}));
    assert_eq!(answer["error"], "States.Runtime", "{answer}");
}

#[test]
fn a_mock_that_the_model_does_not_know_is_taken_as_it_is() {
    for (resource, result) in [
        (
            "arn:aws:states:::lambda:invoke",
            json!({"Payload": {"any": 1}, "New": 1}),
        ),
        ("arn:aws:states:::http:invoke", json!("any")),
        ("arn:aws:states:::aws-sdk:ec2:describeInstances", json!([])),
        (
            "arn:aws:states:us-east-1:123456789012:activity:a",
            json!(null),
        ),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", json!(5)),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            json!("token's"),
        ),
    ] {
        let request = json!({"mock": {"result": result.to_string()}});
        let answer = answered(&task(resource), request);
        assert_eq!(
            answer,
            json!({"status": "SUCCEEDED", "output": result}),
            "{resource}"
        );
    }
}

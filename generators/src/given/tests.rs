use serde_json::{Value, json};
use stepproof_specs::scenario::{
    case::{Body, Case},
    plan::Reply,
};

use super::{Entered, Fixed, Given, Name, NotGiven};

fn order() -> Value {
    json!({"StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Default": "Each", "Choices": [
            {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}]},
        "Approve": {"Type": "Task", "TimeoutSeconds": 30, "ResultPath": "$.approval",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:approve",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60}], "Next": "Approved"},
        "Approved": {"Type": "Choice", "Default": "Each", "Choices": [
            {"Variable": "$.approval.ok", "BooleanEquals": false, "Next": "No"}]},
        "No": {"Type": "Fail", "ErrorPath": "$.approval.reason"},
        "Each": {"Type": "Map", "ItemsPath": "$.lines",
            "ItemSelector": {"sku.$": "$$.Map.Item.Value.sku"}, "End": true,
            "ItemProcessor": {"StartAt": "Ship", "States": {
                "Ship": {"Type": "Task", "End": true,
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "ship", "Payload.$": "$"}}}}}}})
}

fn cases(given: &Given) -> Vec<Case> {
    (0..200).map(|index| given.case(7, index).0).collect()
}

#[test]
fn inputs_and_plans_are_shaped_after_what_is_read() {
    let given = Given::new("order", &order(), None).unwrap();
    let sites: Vec<_> = given
        .served()
        .iter()
        .map(|it| it.site.to_string())
        .collect();
    assert_eq!(sites, ["Approve", "Each/Ship"]);
    let cases = cases(&given);
    let starts = || {
        cases.iter().flat_map(|case| {
            let Body::Execution(execution) = &case.body else {
                panic!("a definition");
            };
            &execution.starts
        })
    };
    let inputs = || starts().map(|start| &start.input);
    for boundary in [99, 100, 101] {
        assert!(
            inputs().any(|input| input["total"] == boundary),
            "{boundary}"
        );
    }
    assert!(inputs().any(|input| input.get("total").is_none()), "damage");
    assert!(inputs().any(|input| input.pointer("/lines/0/sku").is_some()));
    let replies = || {
        starts()
            .filter_map(|start| start.plan.sites.get("Approve"))
            .flat_map(|script| &script.rules)
    };
    let replies = || replies().map(|rule| &rule.act.reply);
    let ok = |reply: &Reply| matches!(reply, Reply::Succeed(value) if value["ok"].is_boolean());
    assert!(replies().any(ok));
    assert!(replies().any(|it| matches!(it, Reply::Fail { error, .. } if error == "Busy")));
    assert!(replies().any(|it| *it == Reply::Silent));
    assert_eq!(
        cases,
        self::cases(&given),
        "a seed always gives the same cases"
    );
}

/// Otherwise nobody sees whether a Map mixes up its results.
#[test]
fn items_have_results_of_their_own() {
    let given = Given::new("order", &order(), None).unwrap();
    let nested = json!({"StartAt": "Outer", "States": {"Outer": {"Type": "Map", "End": true,
        "ItemsPath": "$.all", "ItemProcessor": order()}}});
    let nested = Given::new("nested", &nested, None).unwrap();
    for (given, site, items) in [
        (given, "Each/Ship", [vec![0], vec![1]]),
        (nested, "Outer/Each/Ship", [vec![1, 0], vec![1, 1]]),
    ] {
        let cases = cases(&given);
        let starts = cases.iter().flat_map(|case| match &case.body {
            Body::Execution(execution) => &execution.starts[..],
            Body::Definition(_) | Body::Api(_) => &[],
        });
        let differ = starts.filter(|start| {
            let rules = start.plan.sites.get(site).map(|it| &it.rules[..]);
            let of = |items: &Vec<u32>| {
                let mut rules = rules.unwrap_or_default().iter();
                let rule = rules.find(|it| it.items.as_ref() == Some(items));
                rule.map(|it| it.act.reply.clone())
            };
            let [one, other] = items.each_ref().map(of);
            one.is_some() && other.is_some() && one != other
        });
        assert!(differ.count() > 5, "{site}");
    }
}

#[test]
fn what_takes_long_is_shortened_in_real_time() {
    let given = Given::new("order", &order(), Some(30_000)).unwrap();
    assert_eq!(given.shortened().len(), 1);
    let approve = &given.definition()["States"]["Approve"];
    assert_eq!(approve["TimeoutSeconds"], 4);
    assert_eq!(approve["Retry"][0]["IntervalSeconds"], 1);
}

/// What an expression puts beside the whole input says nothing of the input.
#[test]
fn the_input_is_not_taken_for_what_is_merged_into_it() {
    let machine = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": "{% $merge([$states.input, {'seen': true}]) %}", "Next": "B"},
        "B": {"Type": "Choice", "Default": "C", "Choices": [
            {"Condition": "{% $states.input.total > 100 %}", "Next": "C"}]},
        "C": {"Type": "Succeed"}}});
    let given = Given::new("merged", &machine, None).unwrap();
    let objects = cases(&given).into_iter().filter(|case| match &case.body {
        Body::Execution(execution) => execution.starts.iter().any(|it| it.input.is_object()),
        Body::Definition(_) | Body::Api(_) => false,
    });
    assert!(objects.count() > 100);
}

/// The inputs that are drawn for a machine.
fn inputs(machine: &Value) -> Vec<Value> {
    let given = Given::new("machine", machine, None).unwrap();
    let starts = cases(&given).into_iter().flat_map(|case| match case.body {
        Body::Execution(execution) => execution.starts,
        Body::Definition(_) | Body::Api(_) => Vec::new(),
    });
    starts.map(|start| Value::clone(&start.input)).collect()
}

#[test]
fn conditions_are_reached_through_what_expressions_make_and_assign() {
    let machine = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B",
            "Assign": {"limit": "{% $exists($states.input.max) ? $states.input.max : 5 %}"},
            "Output": {"order": "{% ($o := $states.input.orders[0]; $merge([$o, {'x': 1}])) %}"}},
        "B": {"Type": "Choice", "Default": "C", "Choices": [
            {"Condition": "{% $states.input.order.total > 700 and $limit = 'high' %}", "Next": "D"}]},
        "C": {"Type": "Fail", "Error": "{% $states.input.order.name & '!' %}"},
        "D": {"Type": "Succeed"}}});
    let inputs = inputs(&machine);
    let total = |input: &Value| input.pointer("/orders/0/total").cloned();
    for boundary in [699, 700, 701] {
        assert!(
            inputs.iter().any(|it| total(it) == Some(boundary.into())),
            "{boundary}"
        );
    }
    assert!(inputs.iter().any(|it| it["max"] == "high"));
    let name = |input: &Value| {
        input
            .pointer("/orders/0/name")
            .is_some_and(Value::is_string)
    };
    assert!(inputs.iter().any(name));
}

#[test]
fn items_are_reached_through_conditions_selections_and_functions() {
    for items in [
        "$exists($states.input.all) ? $states.input.all : []",
        "$states.input.all[active]",
        "[$states.input.all[active = true]]",
        "$filter($states.input.all, function($v){ $v.active })",
        "($all := $states.input.all; $reverse($all))",
        "$append($states.input.all, [])",
        "$states.input.all ~> $distinct",
    ] {
        let machine = json!({"QueryLanguage": "JSONata", "StartAt": "M", "States": {
            "M": {"Type": "Map", "End": true, "Items": format!("{{% {items} %}}"),
                "ItemSelector": {"it": "{% $states.context.Map.Item.Value.count %}"},
                "ItemProcessor": {"StartAt": "C", "States": {
                    "C": {"Type": "Choice", "Default": "E", "Choices": [
                        {"Condition": "{% $states.input.it >= 40 %}", "Next": "E"}]},
                    "E": {"Type": "Succeed"}}}}}});
        let inputs = inputs(&machine);
        let counts = |count: i64| {
            let all = inputs
                .iter()
                .filter_map(|it| it["all"].as_array())
                .flatten();
            all.filter(|item| item["count"] == count).count()
        };
        assert!(
            [39, 40, 41].into_iter().all(|count| counts(count) > 0),
            "{items}"
        );
        if items.contains("active") {
            let all = inputs
                .iter()
                .filter_map(|it| it["all"].as_array())
                .flatten();
            assert!(
                all.filter(|item| item["active"] == true).count() > 0,
                "{items}"
            );
        }
    }
}

#[test]
fn the_name_of_a_state_stands_for_its_token() {
    let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {
            "token.$": "States.Format('/{}', $$.Task.Token)", "id.$": "$.id"}}}}});
    let given = Given::new("a", &machine, None).unwrap();
    let message = &given.definition()["States"]["A"]["Parameters"]["MessageBody"];
    assert_eq!(
        *message,
        json!({"token.$": "States.Format('/{}', $$.State.Name)", "id.$": "$.id"})
    );
    assert_eq!(given.tokens(), ["A".into()]);
}

#[test]
fn a_task_that_sends_its_token_to_a_queue_stays_where_there_are_queues() {
    let message = json!({"Message": "Hello", "TaskToken.$": "$$.Task.Token"});
    let sent =
        json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": message});
    let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": sent}}});
    for queues in [true, false] {
        let fixed = Fixed {
            queues,
            ..Fixed::default()
        };
        let given = Given::starting("a", &machine, None, fixed).unwrap();
        assert_eq!(*given.definition() == machine, queues);
        assert_eq!(given.served().is_empty(), queues);
        assert_eq!(given.tokens().is_empty(), queues);
    }
}

#[test]
fn the_name_of_a_state_stands_for_its_token_in_expressions() {
    let machine = |arguments: Value| {
        json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Arguments": arguments}}})
    };
    let read = "{% {'token': $states.context.Task.Token} %}";
    let name = "{% {'token': $states.context.State.Name} %}";
    for (sent, replaced) in [
        (json!(read), json!(name)),
        (
            json!({"QueueUrl": "q", "MessageBody": [read]}),
            json!({"QueueUrl": "q", "MessageBody": [name]}),
        ),
    ] {
        let given = Given::new("a", &machine(sent), None).unwrap();
        assert_eq!(given.definition()["States"]["A"]["Arguments"], replaced);
        assert_eq!(given.tokens(), ["A".into()]);
    }
}

#[test]
fn what_cannot_be_served_is_named() {
    let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"all.$": "$$.Task"}}}}});
    let error = Given::new("a", &machine, None).unwrap_err();
    assert!(matches!(error, NotGiven::Unservable(_)));
    assert!(error.to_string().contains("serve the task 'A'"), "{error}");
}

#[test]
fn an_activity_that_the_harness_puts_there_is_not_blamed_on_the_machine() {
    let machine = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "Work", "States": {"Work": {"Type": "Task", "End": true,
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}}}}}});
    let error = Given::new("each", &machine, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "serve the task 'Each/Work': the harness serves tasks as activities, and none is allowed \
         there"
    );
}

#[test]
fn a_loop_that_asks_until_something_is_done_comes_to_an_end() {
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Next": "Done",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask"},
        "Done": {"Type": "Choice", "Default": "Ask", "Choices": [
            {"Variable": "$.status", "StringEquals": "done", "Next": "End"}]},
        "End": {"Type": "Succeed"}}});
    let given = Given::new("loop", &machine, None).unwrap();
    for case in cases(&given) {
        let Body::Execution(execution) = &case.body else {
            panic!("a definition");
        };
        assert!(given.entered(execution).is_some(), "{case:?}");
    }
}

/// Machines with states that are hard to reach by chance.
fn intricate() -> Vec<(&'static str, Value)> {
    let both = |variable: &str, operator: &str, value: Value| {
        [
            json!({"Variable": variable, "IsPresent": true}),
            json!({"Variable": variable, operator: value}),
        ]
    };
    let guards: Vec<Value> = [
        both("$.a.b", "StringMatches", json!("*/x-\\*-*.json")),
        both("$.a.n", "NumericLessThanPath", json!("$.limits.most")),
        both("$.limits.most", "NumericLessThan", json!(0.5)),
        both(
            "$.due",
            "TimestampGreaterThan",
            json!("2024-02-29T00:00:00Z"),
        ),
        both("$$.Execution.Input.who", "StringGreaterThan", json!("m")),
        both("$.on", "IsBoolean", json!(true)),
    ]
    .concat();
    let ends = |names: &[&str], mut states: Value| {
        for name in names {
            states[*name] = json!({"Type": "Succeed"});
        }
        states
    };
    let guard = ends(
        &["Yes", "No", "Maybe"],
        json!({"C": {"Type": "Choice", "Default": "No", "Choices": [
            {"Next": "Yes", "And": guards},
            {"Next": "Maybe", "Not": {"Or": [
                {"Variable": "$.x", "IsPresent": false}, {"Variable": "$.x", "IsNull": true},
                {"Variable": "$.x", "StringEquals": "no"}]}}]}}),
    );
    let message = ends(
        &["Hot", "Cold", "Empty", "Many"],
        json!({
            "P": {"Type": "Pass", "Next": "Q",
                "Parameters": {"m.$": "States.StringToJson($.Records[0].Sns.Message)"}},
            "Q": {"Type": "Pass", "Next": "C", "Parameters": {
                "inner.$": "States.StringToJson(States.Base64Decode($.m.data))",
                "count.$": "States.ArrayLength($.m.list)"}},
            "C": {"Type": "Choice", "Default": "Cold", "Choices": [
                {"Variable": "$.count", "NumericEquals": 0, "Next": "Empty"},
                {"Variable": "$.count", "NumericGreaterThan": 6, "Next": "Many"},
                {"Variable": "$.inner.heat", "NumericGreaterThan": 30, "Next": "Hot"}]}}),
    );
    let job = ends(
        &["Done", "Denied", "Late", "Other"],
        json!({
            "Ask": {"Type": "Task", "Resource": "ask", "ResultPath": "$.job", "Next": "C",
                "ResultSelector": {"state.$": "$.Payload.state", "rows.$": "$.Payload.rows"},
                "TimeoutSeconds": 5, "Catch": [
                    {"ErrorEquals": ["Denied"], "Next": "Denied"},
                    {"ErrorEquals": ["States.Timeout"], "Next": "Late"},
                    {"ErrorEquals": ["States.ALL"], "Next": "Other"}]},
            "C": {"Type": "Choice", "Default": "Wait", "Choices": [
                {"Variable": "$.job.state", "StringEquals": "DONE", "Next": "Each"}]},
            "Wait": {"Type": "Wait", "SecondsPath": "$.pause", "Next": "Ask"},
            "Each": {"Type": "Map", "ItemsPath": "$.job.rows", "ResultPath": "$.out", "Next": "Done",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Other"}],
                "ItemSelector": {"v.$": "$$.Map.Item.Value.v"}, "ItemProcessor": {
                    "StartAt": "One", "States": {
                        "One": {"Type": "Choice", "Default": "Small", "Choices": [
                            {"Variable": "$.v", "NumericGreaterThan": 8, "Next": "Big"}]},
                        "Big": {"Type": "Task", "Resource": "big", "End": true, "Catch": [
                            {"ErrorEquals": ["Oops"], "Next": "Small"}]},
                        "Small": {"Type": "Pass", "End": true}}}}}),
    );
    // A Result replaces what Parameters gives; that must not fail all the same.
    let replaced = json!({
        "P": {"Type": "Pass", "Parameters": {"x.$": "States.Base64Encode($.note)"}, "Result": 1,
            "Next": "Q"},
        "Q": {"Type": "Pass", "End": true},
    });
    vec![
        ("replaced", json!({"StartAt": "P", "States": replaced})),
        ("guard", json!({"StartAt": "C", "States": guard})),
        ("message", json!({"StartAt": "P", "States": message})),
        ("job", json!({"StartAt": "Ask", "States": job})),
    ]
}

#[test]
fn a_hundred_cases_lead_to_every_state() {
    for (name, machine) in intricate() {
        let given = Given::new(name, &machine, None).unwrap();
        let entered: Entered = (0..100).flat_map(|it| given.case(3, it).1).collect();
        let missed: Vec<_> = given.states().difference(&entered).cloned().collect();
        assert_eq!(missed, [] as [Name; 0], "{name}");
    }
}

#[test]
fn what_a_user_fixes_stays_as_it_is() {
    let fixed = Fixed {
        inputs: vec![json!({"lines": []}), json!({"total": 1, "lines": []})],
        ..Fixed::default()
    };
    let given = Given::starting("order", &order(), None, fixed.clone()).unwrap();
    let mut entered = Entered::new();
    for (index, case) in (0_usize..).zip(cases(&given)) {
        let Body::Execution(execution) = &case.body else {
            panic!("a definition");
        };
        assert!(
            execution
                .starts
                .iter()
                .all(|it| fixed.inputs.contains(&*it.input)),
            "{index}: {case:?}"
        );
        entered.extend(given.case(7, index as u64).1);
    }
    assert!(!entered.contains("Approve"), "{entered:?}");
    assert!(entered.contains("Each"), "{entered:?}");
}

/// Each try of a way costs about as much as the machine is large.
#[test]
fn of_a_very_large_machine_not_every_state_is_aimed_at() {
    let mut states = serde_json::Map::new();
    for number in 0..600 {
        let next = format!("S{}", number + 1);
        states.insert(
            format!("S{number}"),
            json!({ "Type": "Pass", "Next": next }),
        );
    }
    states.insert("S600".to_owned(), json!({ "Type": "Succeed" }));
    let definition = json!({ "StartAt": "S0", "States": states });
    let given = Given::new("long", &definition, None).unwrap();
    // Every execution is longer than what is run, so no start is a way.
    assert_eq!(given.states().len(), 601);
    assert!(given.ways.is_empty());
}

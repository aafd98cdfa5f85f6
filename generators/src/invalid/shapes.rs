//! Mutations of more than one field.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        WorkflowType,
        walk::{ITEM_PROCESSOR, ITERATOR},
    },
    clause::Clause as C,
};

use super::{
    Change, Mutation,
    On::{Catcher, Retrier, Rule, State},
    site::{Site, plain},
};
use crate::reduce::graph::object_mut;

const fn shape(name: &'static str, clause: C, change: fn(&mut Site<'_>) -> Option<()>) -> Mutation {
    let change = Change::Shape(change);
    Mutation {
        name,
        clause,
        change,
    }
}

/// One byte more than the 1,048,576 that a definition may have.
const TOO_LONG: usize = 1_048_577;
/// A name of more than the 80 characters that a state's name may have.
const LONG_NAME: &str =
    "N123456789012345678901234567890123456789012345678901234567890123456789012345678901";
/// Strings that are not timestamps.
const NO_TIMESTAMP: &[&str] = &[
    "2024-13-01T00:00:00Z",
    "2024-01-01",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00",
    "2024-01-01T25:00:00Z",
    "tomorrow",
    "{% $now() %}",
];
const LEADING: &[&str] = &["Pass", "Task", "Wait", "Parallel", "Map"];
const FORMS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

pub(super) const SHAPES: &[Mutation] = &[
    shape("not-an-object", C::ValidateObject, |site| {
        let others = [json!([]), json!("{}"), json!(1), Value::Null];
        site.case.definition = others[site.dice.index(others.len())].clone();
        Some(())
    }),
    shape("too-long", C::ValidateSize, |site| {
        // A definition of a mebibyte is expensive: three in four attempts are declined.
        site.dice.one_in(4).then_some(())?;
        site.case.definition["Comment"] = "x".repeat(TOO_LONG).into();
        Some(())
    }),
    shape("no-transition", C::ValidateTransition, |site| {
        let state = site.on(State(LEADING))?;
        state.shift_remove("Next");
        state.shift_remove("End");
        Some(())
    }),
    shape("next-and-end", C::ValidateTransition, |site| {
        let state = site.on(State(LEADING))?;
        state.insert("End".into(), true.into());
        state.entry("Next").or_insert_with(|| "Added".into());
        Some(())
    }),
    shape("end-false", C::ValidateTransition, |site| {
        let state = site.on(State(LEADING))?;
        state.shift_remove("Next");
        state.insert("End".into(), false.into());
        Some(())
    }),
    shape("end-type", C::ValidateKind, |site| {
        let state = site.on(State(LEADING))?;
        state.shift_remove("Next");
        state.insert("End".into(), "true".into());
        Some(())
    }),
    shape(
        "next-and-end-false",
        C::ValidateTransitionEndFalse,
        |site| {
            let state = site.on(State(LEADING))?;
            state.get("Next")?;
            state.insert("End".into(), false.into());
            Some(())
        },
    ),
    shape("next-nowhere", C::ValidateTarget, |site| {
        let state = site.on(State(LEADING))?;
        state.shift_remove("End");
        state.insert("Next".into(), "Nowhere".into());
        Some(())
    }),
    shape("next-out-of-scope", C::ValidateTarget, |site| {
        let scope = site.inner_scope()?;
        let outer = site.case.definition["StartAt"].clone();
        let scope = object_mut(&mut site.case.definition, &scope)?;
        let first = scope.get("StartAt")?.as_str()?.to_owned();
        let state = scope.get_mut("States")?.get_mut(&first)?.as_object_mut()?;
        state.contains_key("End").then_some(())?;
        state.shift_remove("End");
        state.insert("Next".into(), outer);
        Some(())
    }),
    shape("island", C::ValidateReachable, |site| {
        let states = site.case.definition["States"].as_object_mut()?;
        states.insert("Island".into(), json!({ "Type": "Succeed" }));
        Some(())
    }),
    shape("own-island", C::ValidateReachable, |site| {
        let states = site.case.definition["States"].as_object_mut()?;
        let island = json!({ "Type": "Pass", "Next": "Island" });
        states.insert("Island".into(), island);
        Some(())
    }),
    shape("no-end", C::ValidateEnd, |site| {
        let definition = &mut site.case.definition;
        *definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Next": "B" },
            "B": { "Type": "Wait", "Seconds": 1, "Next": "A" },
        }});
        Some(())
    }),
    shape("same-name", C::ValidateDuplicateState, |site| {
        let scope = site.inner_scope()?;
        let outer = site.case.definition["StartAt"].as_str()?.to_owned();
        let inner = json!({ "StartAt": outer, "States": { outer: { "Type": "Succeed" } } });
        let scope = object_mut(&mut site.case.definition, &scope)?;
        scope.extend(inner.as_object()?.clone());
        Some(())
    }),
    shape("long-name", C::ValidateStateName, |site| {
        site.prepend_named("", LONG_NAME, plain("Pass")).map(drop)
    }),
    shape("same-variable", C::ValidateDuplicateVariable, |site| {
        let scope = site.inner_scope()?;
        let assigns = json!({ "Type": "Pass", "Assign": { "twice": 1 } });
        site.prepend_named(&scope, "AddedInside", assigns.clone())?;
        site.prepend_named("", "AddedOutside", assigns).map(drop)
    }),
    shape("heartbeat-not-smaller", C::ValidateHeartbeat, |site| {
        let late = site.dice.between(3, 4);
        let task = site.on(State(&["Task"]))?;
        task.shift_remove("TimeoutSecondsPath");
        task.shift_remove("HeartbeatSecondsPath");
        task.insert("TimeoutSeconds".into(), 3.into());
        task.insert("HeartbeatSeconds".into(), late.into());
        Some(())
    }),
    shape("two-wait-forms", C::ValidateWaitForm, |site| {
        let wait = site.on(State(&["Wait"]))?;
        let seconds = wait.contains_key("Seconds");
        let (field, value) = if seconds {
            ("Timestamp", json!("2024-01-01T00:00:00Z"))
        } else {
            ("Seconds", json!(1))
        };
        wait.insert(field.into(), value);
        Some(())
    }),
    shape("no-wait-form", C::ValidateWaitFormNone, |site| {
        let wait = site.on(State(&["Wait"]))?;
        wait.retain(|field, _| !FORMS.contains(&field.as_str()));
        Some(())
    }),
    shape("timestamp", C::ValidateTimestamp, |site| {
        let text = site.dice.pick(NO_TIMESTAMP);
        let wait = site.on(State(&["Wait"]))?;
        wait.retain(|field, _| !FORMS.contains(&field.as_str()));
        wait.insert("Timestamp".into(), text.into());
        Some(())
    }),
    shape("limit-and-path", C::ValidateTwins, |site| {
        let task = site.on(State(&["Task"]))?;
        task.insert("TimeoutSeconds".into(), 9.into());
        task.insert("TimeoutSecondsPath".into(), "$.limit".into());
        Some(())
    }),
    shape("error-and-path", C::ValidateTwins, |site| {
        let fail = site.on(State(&["Fail"]))?;
        fail.insert("Error".into(), "E".into());
        fail.insert("ErrorPath".into(), "$.error".into());
        Some(())
    }),
    shape("cause-path", C::ValidateSource, |site| {
        let text = site.dice.pick(&["a", "$.", "States.Format("]);
        let fail = site.on(State(&["Fail"]))?;
        fail.shift_remove("Cause");
        fail.insert("CausePath".into(), text.into());
        Some(())
    }),
    shape("old-and-new-processor", C::ValidateProcessorForm, |site| {
        let map = site.on(State(&["Map"]))?;
        let scope = map.get(ITEM_PROCESSOR)?.clone();
        map.insert(ITERATOR.into(), scope);
        Some(())
    }),
    shape("old-and-new-selector", C::ValidateLegacyTwins, |site| {
        let map = site.on(State(&["Map"]))?;
        map.insert("ItemSelector".into(), json!({}));
        map.insert("Parameters".into(), json!({}));
        Some(())
    }),
    shape("retry-all-first", C::ValidateCatchAll, |site| {
        let all = json!([{ "ErrorEquals": ["States.ALL"] }, { "ErrorEquals": ["Boom"] }]);
        let state = site.on(State(&["Task", "Parallel", "Map"]))?;
        state.insert("Retry".into(), all);
        Some(())
    }),
    shape("retry-all-in-company", C::ValidateCatchAll, |site| {
        let retrier = site.on(Retrier)?;
        retrier.insert("ErrorEquals".into(), json!(["Boom", "States.ALL"]));
        Some(())
    }),
    shape("catch-all-in-company", C::ValidateCatchAll, |site| {
        let catcher = site.on(Catcher)?;
        catcher.insert("ErrorEquals".into(), json!(["States.ALL", "Boom"]));
        Some(())
    }),
    shape("no-condition", C::ValidateRuleForm, |site| {
        rule(site, &json!({}))
    }),
    shape("two-conditions", C::ValidateRuleForm, |site| {
        let test = json!({ "Variable": "$.a", "IsNull": true });
        rule(site, &json!({ "And": [test], "Not": test }))
    }),
    shape("next-inside", C::ValidateRuleNext, |site| {
        let inner = json!({ "Variable": "$.a", "IsNull": true, "Next": "Added" });
        rule(site, &json!({ "Not": inner }))
    }),
    shape("no-operator", C::ValidateOperator, |site| {
        rule(site, &json!({ "Variable": "$.a" }))
    }),
    shape("two-operators", C::ValidateOperator, |site| {
        rule(
            site,
            &json!({ "Variable": "$.a", "IsNull": true, "StringEquals": "a" }),
        )
    }),
    shape("empty-and", C::ValidateEmpty, |site| {
        rule(site, &json!({ "And": [] }))
    }),
    shape("variable", C::ValidateReferenceVariable, |site| {
        rule(site, &json!({ "Variable": "a", "IsNull": true }))
    }),
    shape("variable-of-many", C::ValidateReferenceChoice, |site| {
        rule(site, &json!({ "Variable": "$.a[*]", "IsNull": true }))
    }),
    shape("operand-of-many", C::ValidateReferenceChoice, |site| {
        let of_many = json!({ "Variable": "$.a", "NumericEqualsPath": "$..b" });
        rule(site, &of_many)
    }),
    shape("operand-type", C::ValidateKind, |site| {
        rule(site, &json!({ "Variable": "$.a", "NumericEquals": "1" }))
    }),
    shape("operand-timestamp", C::ValidateTimestampOperand, |site| {
        let text = site.dice.pick(NO_TIMESTAMP);
        rule(
            site,
            &json!({ "Variable": "$.a", "TimestampLessThan": text }),
        )
    }),
    shape(
        "jsonata-rule-in-jsonpath",
        C::ValidateLanguageFieldInner,
        |site| rule(site, &json!({ "Condition": "{% true %}" })),
    ),
    shape(
        "jsonpath-field-in-jsonata",
        C::ValidateLanguageField,
        |site| {
            let state = json!({ "Type": "Pass", "QueryLanguage": "JSONata", "InputPath": "$" });
            site.prepend(state).map(drop)
        },
    ),
    shape(
        "jsonpath-in-jsonata-machine",
        C::ValidateLanguageDowngrade,
        |site| {
            let state = json!({ "Type": "Pass", "QueryLanguage": "JSONPath" });
            site.prepend(state)?;
            site.case.definition["QueryLanguage"] = "JSONata".into();
            Some(())
        },
    ),
    shape("half-an-expression", C::ValidateDelimiters, |site| {
        let text = site.dice.pick(&["{% 1", "1 %}", "{% 1 }"]);
        let output = json!({ "a": [text] });
        let state = json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": output });
        site.prepend(state).map(drop)
    }),
    shape("activity-in-express", C::ValidateExpressResource, |site| {
        site.state(&["Task"])?;
        site.case.workflow = WorkflowType::Express;
        Some(())
    }),
    shape("callback-in-express", C::ValidateExpressResource, |site| {
        let mut task = plain("Task");
        task["Resource"] = "arn:aws:states:::sqs:sendMessage.waitForTaskToken".into();
        task["Parameters"] = json!({ "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" });
        site.prepend(task)?;
        site.case.workflow = WorkflowType::Express;
        Some(())
    }),
    shape("distributed-in-express", C::ValidateExpressMap, |site| {
        let mut map = plain("Map");
        let config = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" });
        map[ITEM_PROCESSOR]["ProcessorConfig"] = config;
        site.prepend(map)?;
        site.case.workflow = WorkflowType::Express;
        Some(())
    }),
];

/// Replaces the condition of a rule.
fn rule(site: &mut Site<'_>, condition: &Value) -> Option<()> {
    let rule = site.on(Rule)?;
    let next = rule.get("Next")?.clone();
    rule.clone_from(condition.as_object()?);
    rule.insert("Next".into(), next);
    Some(())
}

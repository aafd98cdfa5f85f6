//! What the reference does where a deviation changes how states fail, paths are read, and tests hold:
//! a table of single states.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{Machine, WorkflowType},
    clause::{Aspect, Clause},
    deviation::{Deviations, catalogue::catalogue},
    observation::Observation,
    reference::{Expectation, Hypothetical, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply, Rule},
    },
};

fn deviations(stored: &Value) -> Arc<Deviations> {
    let all: Result<Deviations, _> = serde_json::from_value(json!([stored]));
    Arc::new(all.unwrap_or_else(|error| panic!("{stored}: {error}")))
}

struct Run {
    machine: Arc<Machine>,
    case: ExecutionCase,
}

impl Run {
    /// A machine whose state A is this one, and whose state B says that it was reached.
    fn new(state: &Value, input: &Value, plan: Plan) -> Self {
        let definition = json!({ "StartAt": "A", "States": {
            "A": state, "B": { "Type": "Pass", "Result": "B", "End": true },
        } });
        let machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
        let start = Start {
            input: input.clone().into(),
            plan,
        };
        let case = ExecutionCase {
            definition: definition.into(),
            workflow: WorkflowType::Standard,
            starts: vec![start],
            entropy: 7,
        };
        Self { machine, case }
    }

    fn engine(&self, deviations: &Arc<Deviations>) -> Hypothetical {
        let start = &self.case.starts[0];
        Hypothetical::new(&self.machine, &self.case, start, deviations, &self.plain())
    }

    fn under(&self, deviation: &Value) -> Observation {
        let seen = self.engine(&deviations(deviation)).observe(1_000_000);
        seen.expect("it runs")
    }

    fn plain(&self) -> Expectation {
        let expected = simulate(&self.machine, &self.case, &self.case.starts[0]);
        expected.expect("it ends")
    }

    fn lawful(&self) -> Observation {
        self.plain().observation
    }
}

/// The output of an execution, or the error that it failed with.
fn came_to(seen: &Observation) -> Value {
    match (&seen.output, &seen.error) {
        (Some(output), _) => Value::clone(output),
        (None, Some(error)) => json!({ "error": error }),
        (None, None) => json!({ "error": null }),
    }
}

/// Checks what a state comes to, by the rules and under deviations.
#[track_caller]
fn comes_to(state: &Value, input: &Value, lawful: &Value, table: &[(Value, Value)]) {
    let run = Run::new(state, input, Plan::default());
    assert_eq!(came_to(&run.lawful()), *lawful, "{state}");
    for (deviation, expected) in table {
        assert_eq!(
            came_to(&run.under(deviation)),
            *expected,
            "{state} {deviation}"
        );
    }
}

fn at(hook: Value, change: Value) -> Value {
    let fields = [("hook".to_owned(), hook), ("change".to_owned(), change)];
    Value::Object(fields.into_iter().collect())
}

fn when(mut deviation: Value, condition: Value) -> Value {
    deviation["when"] = condition;
    deviation
}

fn error(name: &str) -> Value {
    json!({ "error": name })
}

fn call(text: &str) -> Value {
    pass(json!({ "Parameters": { "x.$": text } }))
}

fn pass(fields: Value) -> Value {
    let mut state = json!({ "Type": "Pass", "End": true });
    if let (Value::Object(state), Value::Object(fields)) = (&mut state, fields) {
        state.extend(fields);
    }
    state
}

fn choice(test: Value) -> Value {
    let mut rule = test;
    rule["Next"] = json!("B");
    json!({ "Type": "Choice", "Choices": [rule] })
}

#[test]
fn states_fail_otherwise_or_go_on() {
    let failure = |rule: &str, change: Value| at(json!({ "failure": rule }), change);
    comes_to(
        &choice(json!({ "Variable": "$.a", "NumericEquals": 1 })),
        &json!({ "a": 2 }),
        &error("States.Runtime"),
        &[(
            failure(
                "choice.no-match",
                json!({ "fail": "States.NoChoiceMatched" }),
            ),
            error("States.NoChoiceMatched"),
        )],
    );
    let conflict = "data.result-path.conflict";
    comes_to(
        &pass(json!({ "Result": 1, "ResultPath": "$.a.b" })),
        &json!({ "a": 2 }),
        &error("States.ReferencePathConflict"),
        &[
            (
                failure(conflict, json!({ "fail": "States.Runtime" })),
                error("States.Runtime"),
            ),
            (
                failure(conflict, json!("ignore")),
                json!({ "a": { "b": 1 } }),
            ),
        ],
    );
    comes_to(
        &json!({ "Type": "Wait", "SecondsPath": "$.a", "End": true }),
        &json!({ "a": "x" }),
        &error("States.Runtime"),
        &[(
            failure("wait.seconds-path", json!("ignore")),
            json!({ "a": "x" }),
        )],
    );
    let map = json!({ "Type": "Map", "ItemsPath": "$.a", "End": true, "ItemProcessor": {
        "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } },
    } });
    comes_to(
        &map,
        &json!({ "a": 3 }),
        &error("States.Runtime"),
        &[(failure("map.items.not-array", json!("ignore")), json!([3]))],
    );
    let long = json!({ "a": ".".repeat(300_000) });
    comes_to(
        &pass(json!({ "Parameters": { "n.$": "States.ArrayLength($.a)", "a.$": "$.a" } })),
        &json!({ "a": [long] }),
        &error("States.DataLimitExceeded"),
        &[(
            at(json!("data-limit"), json!("ignore")),
            json!({ "n": 1, "a": [long] }),
        )],
    );
}

/// A failure that only the engine has, or that it names otherwise, has a cause that nobody knows.
#[test]
fn handlers_see_other_errors_and_their_causes_are_not_judged() {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:A",
        "InputPath": "$.missing", "End": true,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }],
    });
    let missing = |change: Value| at(json!({ "failure": "data.path.missing" }), change);
    comes_to(
        &task,
        &json!({}),
        &error("States.Runtime"),
        &[
            (missing(json!("handled")), json!("B")),
            (
                missing(json!({ "fail": "States.ParameterPathFailure" })),
                json!("B"),
            ),
        ],
    );
    let inner = json!({ "Type": "Parallel", "End": true,
        "Branches": [{ "StartAt": "I", "States": {
            "I": { "Type": "Pass", "InputPath": "$.missing", "End": true },
        } }],
        "Catch": [{ "ErrorEquals": ["States.BranchFailed"], "Next": "B" }],
    });
    let child = |change: Value| at(json!("child-error"), change);
    comes_to(
        &inner,
        &json!({}),
        &error("States.Runtime"),
        &[
            (
                when(
                    child(json!({ "fail": "States.BranchFailed" })),
                    json!("ending"),
                ),
                json!("B"),
            ),
            (
                when(child(json!("handled")), json!("ending")),
                error("States.Runtime"),
            ),
            // Only an error that reaches the Parallel becomes another one.
            (
                child(json!({ "fail": "States.BranchFailed" })),
                error("States.Runtime"),
            ),
        ],
    );
    let run = Run::new(&task, &json!({}), Plan::default());
    let expected = |deviation: &Value| {
        let expected = run.engine(&deviations(deviation)).expect(1_000);
        expected.expect("it runs")
    };
    let caught = expected(&missing(json!("handled"))).poisoned;
    for aspect in [Aspect::Cause, Aspect::Output, Aspect::Effects] {
        assert!(caught.contains(&aspect), "{aspect:?}");
    }
    let renamed = expected(&missing(json!({ "fail": "States.Runtime" }))).poisoned;
    assert!(renamed.contains(&Aspect::Cause) && !renamed.contains(&Aspect::Output));
    let fails = Act::now(Reply::Fail {
        error: "E".into(),
        cause: "C".into(),
    });
    let plan = Plan {
        sites: [("A".into(), vec![Rule::always(fails)].into())].into(),
    };
    let parallel = json!({ "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "E" } } },
    ] });
    let run = Run::new(&parallel, &json!({}), plan);
    let renamed = run.under(&child(json!({ "fail": "States.BranchFailed" })));
    assert_eq!(came_to(&renamed), error("States.BranchFailed"));
}

#[test]
fn nothing_is_in_doubt_of_variables_that_are_read_as_nothing() {
    let assigns = pass(json!({ "Assign": { "x": 1 }, "Next": "R" }));
    let mut definition = json!({ "StartAt": "A", "States": {
        "A": assigns, "R": pass(json!({ "InputPath": "$x" })),
    } });
    if let Value::Object(first) = &mut definition["States"]["A"] {
        first.remove("End");
    }
    let mut run = Run::new(&pass(json!({})), &json!({}), Plan::default());
    run.machine = Arc::new(Machine::from_value(&definition).expect("a machine"));
    run.case.definition = definition.into();
    let ignored = json!({ "hook": { "field": "Assign" }, "change": "ignore" });
    let nothing = json!({ "hook": { "path": "variable" }, "change": { "set": null } });
    let expected = |all: Value| {
        let all: Deviations = serde_json::from_value(all).expect("deviations");
        run.engine(&Arc::new(all)).expect(1_000).expect("it ends")
    };
    let both = expected(json!([ignored, nothing]));
    assert_eq!(came_to(&both.observation), json!(null));
    assert!(!both.poisoned.contains(&Aspect::Output));
    assert!(
        expected(json!([ignored]))
            .poisoned
            .contains(&Aspect::Output)
    );
}

#[test]
fn what_fails_in_a_catcher_is_not_caught_by_the_same_state() {
    let task = |catcher: &str, found: &str| {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:A",
            "End": true,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B", catcher: found }],
        })
    };
    let under = |state: &Value, deviation: Value| {
        let fails = Act::now(Reply::Fail {
            error: "E".into(),
            cause: "C".into(),
        });
        let plan = Plan {
            sites: [("A".into(), vec![Rule::always(fails)].into())].into(),
        };
        let run = Run::new(state, &json!(1), plan);
        let expected = run.engine(&deviations(&deviation)).expect(1_000);
        expected.expect("it ends")
    };
    let mut template = task("Assign", "");
    template["Catch"][0]["Assign"] = json!({ "x.$": "$.missing" });
    let handled = at(
        json!({ "failure": "data.template.missing" }),
        json!("handled"),
    );
    let seen = under(&template, handled);
    assert_eq!(came_to(&seen.observation), error("States.Runtime"));
    let named = at(
        json!({ "failure": "data.result-path.conflict" }),
        json!({ "fail-with": { "error": "F", "cause": "D" } }),
    );
    let seen = under(&task("ResultPath", "$.x"), named);
    assert_eq!(came_to(&seen.observation), error("F"));
    assert_eq!(seen.observation.cause.as_deref(), Some("D"));
    assert!(!seen.poisoned.contains(&Aspect::Cause));
}

#[test]
fn paths_find_something_else() {
    let path = |form: &str, change: Value| at(json!({ "path": form }), change);
    let read = |path: &str| pass(json!({ "Parameters": { "x.$": path } }));
    comes_to(
        &read("$.a[*].b"),
        &json!({ "a": [] }),
        &json!({ "x": [] }),
        &[
            (
                when(at(json!("path-several"), json!("ignore")), json!("empty")),
                error("States.Runtime"),
            ),
            (
                when(path("wildcard", json!({ "set": null })), json!("empty")),
                json!({ "x": null }),
            ),
            (path("slice", json!("ignore")), json!({ "x": [] })),
        ],
    );
    comes_to(
        &read("$.a[:0]"),
        &json!({ "a": [1] }),
        &json!({ "x": [] }),
        &[(path("slice-to-zero", json!("outer")), json!({ "x": [1] }))],
    );
    comes_to(
        &read("$.a[:0].b"),
        &json!({ "a": [{ "b": 1 }] }),
        &json!({ "x": [] }),
        &[(path("slice-to-zero", json!("outer")), json!({ "x": [1] }))],
    );
    let both = Deviations::clone(&deviations(&path("slice-to-zero", json!("outer"))));
    let none = when(path("slice-to-zero", json!("ignore")), json!("empty"));
    let both = Arc::new(both.and(Deviations::clone(&deviations(&none))));
    let run = Run::new(&read("$.a[:0]"), &json!({ "a": [] }), Plan::default());
    let seen = run.engine(&both).observe(1_000_000).expect("it runs");
    assert_eq!(came_to(&seen), error("States.Runtime"));
    comes_to(
        &read("$.a[*]"),
        &json!({ "a": { "b": 1 } }),
        &json!({ "x": [1] }),
        &[
            (path("wildcard", json!("outer")), json!({ "x": { "b": 1 } })),
            (path("wildcard", json!("unwrap")), json!({ "x": 1 })),
        ],
    );
    comes_to(
        &read("$..*"),
        &json!({ "a": 1 }),
        &json!({ "x": [1] }),
        &[(path("wildcard", json!("outer")), json!({ "x": [1] }))],
    );
    comes_to(
        &read("$['a','b']"),
        &json!({ "a": 1, "b": 2 }),
        &json!({ "x": { "a": 1, "b": 2 } }),
        &[(path("names", json!("values")), json!({ "x": [1, 2] }))],
    );
    comes_to(
        &pass(json!({ "InputPath": "$.a[0].b" })),
        &json!({ "a": [{ "b": false }] }),
        &json!(false),
        &[
            (path("index-then-name", json!("wrap")), json!([false])),
            (
                when(path("any", json!("ignore")), json!("falsy")),
                error("States.Runtime"),
            ),
            (
                when(path("any", json!("ignore")), json!("null")),
                json!(false),
            ),
        ],
    );
}

#[test]
fn paths_that_find_nothing_give_something() {
    let read = |path: &str| pass(json!({ "Parameters": { "x.$": path } }));
    let in_place = |place: &str| {
        let missing = at(json!("path-missing"), json!({ "set": null }));
        when(missing, json!({ "in": place }))
    };
    comes_to(
        &read("$.none"),
        &json!({}),
        &error("States.Runtime"),
        &[
            (in_place("parameters"), json!({ "x": null })),
            (in_place("template"), json!({ "x": null })),
            (in_place("assign"), error("States.Runtime")),
        ],
    );
    comes_to(
        &pass(json!({ "OutputPath": "$.none" })),
        &json!({}),
        &error("States.Runtime"),
        &[
            (in_place("output-path"), json!(null)),
            (in_place("input-path"), error("States.Runtime")),
        ],
    );
    let null = at(json!({ "failure": "data.path.null" }), json!("ignore"));
    comes_to(
        &read("$.a"),
        &json!(null),
        &error("States.Runtime"),
        &[(null, json!({ "x": null }))],
    );
    let zone = json!({ "replace": { "from": "Z", "to": "+00:00" } });
    comes_to(
        &read("$$.State.EnteredTime"),
        &json!(1),
        &json!({ "x": "2026-01-01T00:00:00Z" }),
        &[
            (
                at(json!({ "context": "State.EnteredTime" }), zone),
                json!({ "x": "2026-01-01T00:00:00+00:00" }),
            ),
            (
                at(json!({ "context": "State.EnteredTime" }), json!("ignore")),
                error("States.Runtime"),
            ),
            (
                at(json!({ "context": "State.Name" }), json!("ignore")),
                json!({ "x": "2026-01-01T00:00:00Z" }),
            ),
        ],
    );
}

#[test]
fn comparisons_hold_otherwise() {
    let holds = |tests: &str, change: Value| at(json!({ "holds": tests }), change);
    let of = |test: Value, input: &Value, lawful: &Value, table: &[(Value, Value)]| {
        comes_to(&choice(test), input, lawful, table);
    };
    let (yes, no) = (json!("B"), error("States.Runtime"));
    let other = json!("other-type");
    of(
        json!({ "Variable": "$.a", "NumericEquals": 1 }),
        &json!({ "a": true }),
        &no,
        &[
            (
                holds("any comparison of numbers", json!("coerce")),
                yes.clone(),
            ),
            (
                when(
                    holds("any comparison", json!({ "set": true })),
                    other.clone(),
                ),
                yes.clone(),
            ),
            (
                when(holds("StringEquals", json!({ "set": true })), other.clone()),
                no.clone(),
            ),
            (
                when(
                    holds("NumericEquals", json!({ "fail": "States.TaskFailed" })),
                    other.clone(),
                ),
                error("States.TaskFailed"),
            ),
        ],
    );
    of(
        json!({ "Variable": "$.a", "StringEqualsPath": "$.b" }),
        &json!({ "a": [1], "b": [1] }),
        &no,
        &[
            (
                when(
                    holds("any comparison for equality", json!("any-type")),
                    json!("twin"),
                ),
                yes.clone(),
            ),
            (
                when(holds("StringEquals", json!("any-type")), json!("negated")),
                no.clone(),
            ),
        ],
    );
    of(
        json!({ "Variable": "$.a", "IsNull": false }),
        &json!({ "a": 1 }),
        &yes,
        &[(
            when(
                holds("any test of a type", json!({ "set": false })),
                json!("negated"),
            ),
            no.clone(),
        )],
    );
    let fraction = when(at(json!("timestamp"), json!("ignore")), json!("fraction"));
    of(
        json!({ "Variable": "$.a", "TimestampLessThan": "2026-01-01T00:00:00.5Z" }),
        &json!({ "a": "2026-01-01T00:00:00Z" }),
        &yes,
        &[(fraction, no.clone())],
    );
    of(
        json!({ "Variable": "$.a", "StringLessThan": "\u{ffff}" }),
        &json!({ "a": "\u{10000}" }),
        &yes,
        &[(at(json!("string-order"), json!("ignore")), no.clone())],
    );
    let wildcards = |characters: &str| at(json!("wildcards"), json!({ "set": characters }));
    of(
        json!({ "Variable": "$.a", "StringMatches": "[ab]?*" }),
        &json!({ "a": "axyz" }),
        &no,
        &[(wildcards("?["), yes.clone()), (wildcards("?"), no.clone())],
    );
    of(
        json!({ "Variable": "$.a", "StringMatches": "\\*" }),
        &json!({ "a": "*" }),
        &yes,
        &[(wildcards("\\"), no.clone())],
    );
}

#[test]
fn functions_refuse_arguments() {
    let function = |name: &str| {
        at(
            json!({ "function": name }),
            json!({ "fail": "States.Runtime" }),
        )
    };
    comes_to(
        &call("States.ArrayUnique($.a)"),
        &json!({ "a": [{}, {}] }),
        &json!({ "x": [{}] }),
        &[
            (
                when(function("ArrayUnique"), json!("nested")),
                error("States.Runtime"),
            ),
            (
                when(function("ArrayUnique"), json!("not-ascii")),
                json!({ "x": [{}] }),
            ),
        ],
    );
    comes_to(
        &call("States.Array(1, null, 'it\\'s')"),
        &json!({}),
        &json!({ "x": [1, null, "it's"] }),
        &[
            (
                when(
                    at(json!({ "arguments": "Array" }), json!("ignore")),
                    json!("null"),
                ),
                json!({ "x": [1, "it's"] }),
            ),
            (
                at(json!("literal"), json!("literal")),
                json!({ "x": [1, null, "it\\'s"] }),
            ),
            (
                at(
                    json!("literal"),
                    json!({ "replace": { "from": "'", "to": "-" } }),
                ),
                json!({ "x": [1, null, "it-s"] }),
            ),
        ],
    );
    comes_to(
        &call("States.ArrayContains($.a, true)"),
        &json!({ "a": [1] }),
        &json!({ "x": false }),
        &[(
            at(json!({ "arguments": "ArrayContains" }), json!("coerce")),
            json!({ "x": true }),
        )],
    );
}

#[test]
fn functions_are_followed_less_precisely() {
    comes_to(
        &call("States.MathAdd(1.2, 2.25)"),
        &json!({}),
        &json!({ "x": 3 }),
        &[(at(json!("rounding"), json!("ignore")), json!({ "x": 3.45 }))],
    );
    comes_to(
        &call("States.StringSplit('a.b,.c', ',.')"),
        &json!({}),
        &json!({ "x": ["a", "b", "c"] }),
        &[
            (
                at(json!("split-delimiters"), json!("ignore")),
                json!({ "x": ["a.b", "c"] }),
            ),
            (
                at(json!("empty-pieces"), json!("ignore")),
                json!({ "x": ["a", "b", "", "c"] }),
            ),
        ],
    );
    comes_to(
        &call("States.JsonToString($.a)"),
        &json!({ "a": "it's \"so\"" }),
        &json!({ "x": "\"it's \\\"so\\\"\"" }),
        &[(
            at(
                json!({ "function": "JsonToString" }),
                json!({ "replace": { "from": "\\", "to": "" } }),
            ),
            json!({ "x": "\"it's \"so\"\"" }),
        )],
    );
    comes_to(
        &call("$.a[2]"),
        &json!({ "a": [1] }),
        &json!({ "x": null }),
        &[(
            at(json!("index-outside"), json!("ignore")),
            error("States.Runtime"),
        )],
    );
    let refused = at(
        json!({ "function": "Base64Decode" }),
        json!({ "fail": "States.Runtime" }),
    );
    comes_to(
        &call("States.Base64Decode('w6k')"),
        &json!({}),
        &json!({ "x": "é" }),
        &[(when(refused, json!("not-ascii")), error("States.Runtime"))],
    );
    let named = when(
        at(
            json!({ "function": "StringToJson" }),
            json!({ "fail": "SyntaxError" }),
        ),
        json!("invalid"),
    );
    comes_to(
        &call("States.StringToJson('x')"),
        &json!({}),
        &error("States.Runtime"),
        &[(named.clone(), error("SyntaxError"))],
    );
    comes_to(
        &call("States.StringToJson('1')"),
        &json!({}),
        &json!({ "x": 1 }),
        &[(named, json!({ "x": 1 }))],
    );
}

#[test]
fn a_call_may_be_known_in_some_places_only() {
    let within = |place: &str| when(at(json!("call"), json!("ignore")), json!({ "in": place }));
    comes_to(
        &json!({ "Type": "Fail", "ErrorPath": "States.Format('E{}', 1)" }),
        &json!({}),
        &error("E1"),
        &[
            (within("failure"), error("States.Runtime")),
            (within("template"), error("E1")),
        ],
    );
    comes_to(
        &call("States.Format('E{}', 1)"),
        &json!({}),
        &json!({ "x": "E1" }),
        &[(within("template"), error("States.Runtime"))],
    );
}

#[test]
fn a_result_path_may_be_taken_for_names() {
    let path =
        |change: Value, met: &str| when(at(json!({ "field": "ResultPath" }), change), json!(met));
    let below = json!({ "rebase": "$['$']" });
    let at_path = |text: &str| pass(json!({ "Result": 1, "ResultPath": text }));
    comes_to(
        &at_path("$['a'].b"),
        &json!({}),
        &json!({ "a": { "b": 1 } }),
        &[
            (
                path(json!("literal"), "brackets"),
                json!({ "['a']": { "b": 1 } }),
            ),
            (
                path(below.clone(), "undotted"),
                json!({ "$": { "a": { "b": 1 } } }),
            ),
        ],
    );
    comes_to(
        &at_path("$.a['b']"),
        &json!({}),
        &json!({ "a": { "b": 1 } }),
        &[
            (path(json!("literal"), "brackets"), json!({ "a['b']": 1 })),
            (path(below.clone(), "undotted"), json!({ "a": { "b": 1 } })),
        ],
    );
    comes_to(
        &at_path("$"),
        &json!({}),
        &json!(1),
        &[(path(below, "undotted"), json!({ "$": 1 }))],
    );
}

#[test]
fn fields_are_read_under_more_conditions() {
    let field = |name: &str, change: Value| at(json!({ "field": name }), change);
    comes_to(
        &pass(json!({ "Result": 1, "ResultPath": "$" })),
        &json!({}),
        &json!(1),
        &[(
            when(field("ResultPath", json!("literal")), json!("root")),
            json!({ "$": 1 }),
        )],
    );
    comes_to(
        &pass(json!({ "Result": 0 })),
        &json!({ "a": 1 }),
        &json!(0),
        &[(
            when(field("Result", json!("ignore")), json!("falsy")),
            json!({ "a": 1 }),
        )],
    );
    comes_to(
        &pass(json!({ "Result": null })),
        &json!({ "a": 1 }),
        &json!({ "a": 1 }),
        &[(at(json!("null-result"), json!("ignore")), json!(null))],
    );
    comes_to(
        &json!({ "Type": "Fail" }),
        &json!({}),
        &json!({ "error": null }),
        &[(
            when(
                field("Error", json!({ "set": "States.Fail" })),
                json!("absent"),
            ),
            error("States.Fail"),
        )],
    );
}

/// An event is left out of the history, and those around it are linked.
#[test]
fn histories_lack_events() {
    let parallel = json!({ "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } },
    ] });
    let run = Run::new(&parallel, &json!({}), Plan::default());
    let whole = run.lawful().history.expect("a history");
    let lacks = at(json!({ "event": "ParallelStateStarted" }), json!("ignore"));
    let thin = run.under(&lacks).history.expect("a history");
    assert_eq!(thin.len() + 1, whole.len());
    for (at, event) in thin.iter().enumerate() {
        assert_eq!(event.id, at as i64 + 1);
        assert!(event.previous < event.id);
    }
    let before = thin.iter().filter(|event| event.previous == 2).count();
    assert_eq!(before, 1, "what followed it follows the one before");
}

#[test]
fn definitions_are_accepted_whose_rules_are_not_checked() {
    let unchecked = deviations(&at(json!({ "check": "validate.target" }), json!("ignore")));
    assert!(unchecked.accept([Clause::ValidateTarget]));
    assert!(!unchecked.accept([Clause::ValidateTarget, Clause::ValidateType]));
    assert!(!Deviations::default().accept([Clause::ValidateTarget]));
}

/// The hypotheses that cannot show need not be tried: without the feature, nothing about it is left.
#[test]
fn most_hypotheses_cannot_show_in_a_case() {
    let run = Run::new(&pass(json!({ "Result": 1 })), &json!({}), Plan::default());
    let expected = run.plain();
    let tried = catalogue()
        .iter()
        .filter(|it| it.may_show(&run.machine, &expected.coverage));
    let tried = tried.count();
    assert!(
        tried * 5 < catalogue().len(),
        "{tried} of {}",
        catalogue().len()
    );
    for hypothesis in catalogue() {
        let engine = run.engine(&Arc::new(hypothesis.deviations()));
        let seen = engine.observe(1_000_000).expect("it runs");
        let shows = seen != expected.observation;
        assert!(
            !shows || hypothesis.may_show(&run.machine, &expected.coverage),
            "{hypothesis}"
        );
    }
}

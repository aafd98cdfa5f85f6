//! What the reference does in JSONata where a deviation changes a rule: machines written by hand, what
//! they come to, and what they come to under each deviation.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::WorkflowType,
    deviation::{Deviations, catalogue::catalogue},
    history::EventKind,
    observation::Observation,
    reference::{Hypothetical, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply},
    },
    validate::validate,
};

/// A machine in JSONata whose task A is answered with `{"r": [7]}`, or fails with `E`.
struct Run {
    machine: Arc<stepproof_specs::asl::Machine>,
    case: ExecutionCase,
}

impl Run {
    fn new(states: &Value, input: &Value, fails: bool) -> Self {
        let start_at = states.as_object().and_then(|it| it.keys().next());
        let definition =
            json!({ "QueryLanguage": "JSONata", "StartAt": start_at, "States": states });
        let (machine, problems) = validate(&definition, WorkflowType::Standard);
        let reply = if fails {
            Reply::Fail {
                error: "E".into(),
                cause: "C".into(),
            }
        } else {
            Reply::Succeed(json!({ "r": [7] }).into())
        };
        let sites = [("A".into(), [Act::now(reply)].into_iter().collect())].into();
        let start = Start {
            input: input.clone().into(),
            plan: Plan { sites },
        };
        Self {
            machine: Arc::new(machine.unwrap_or_else(|| panic!("{problems:?}"))),
            case: ExecutionCase {
                entropy: 7,
                ..ExecutionCase::new(definition, vec![start])
            },
        }
    }

    fn lawful(&self) -> Observation {
        let expected = simulate(&self.machine, &self.case, &self.case.starts[0]);
        expected.expect("it ends").observation
    }

    fn under(&self, deviation: &Value) -> Observation {
        let all: Result<Deviations, _> = serde_json::from_value(json!([deviation]));
        let all = Arc::new(all.unwrap_or_else(|error| panic!("{deviation}: {error}")));
        let start = &self.case.starts[0];
        let plain = simulate(&self.machine, &self.case, start).expect("it ends");
        let engine = Hypothetical::new(&self.machine, &self.case, start, &all, &plain);
        engine.observe(1_000_000).expect("it runs")
    }
}

fn came_to(seen: &Observation) -> Value {
    match (&seen.output, &seen.error) {
        (Some(output), _) => Value::clone(output),
        (None, error) => json!({ "error": error }),
    }
}

/// Checks what a machine comes to by the rules, and under deviations of the catalogue.
#[track_caller]
fn comes_to(states: &Value, input: &Value, lawful: &Value, table: &[(Value, Value)]) {
    run_comes_to(&Run::new(states, input, false), lawful, table);
}

#[track_caller]
fn run_comes_to(run: &Run, lawful: &Value, table: &[(Value, Value)]) {
    assert_eq!(came_to(&run.lawful()), *lawful);
    for (deviation, expected) in table {
        let sole = serde_json::from_value(deviation.clone()).expect("a deviation");
        let mut all = catalogue().iter();
        let known = all.find(|it| it.deviation == sole);
        let known = known.unwrap_or_else(|| panic!("{deviation} is not in the catalogue"));
        let followed = simulate(&run.machine, &run.case, &run.case.starts[0]).expect("it ends");
        assert!(known.may_show(&run.machine, &followed.coverage), "{known}");
        assert_eq!(came_to(&run.under(deviation)), *expected, "{deviation}");
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

fn part(name: &str, change: Value) -> Value {
    at(json!({ "jsonata": name }), change)
}

#[allow(clippy::needless_pass_by_value)] // callers write literals
fn set(value: Value) -> Value {
    json!({ "set": value })
}

fn query_error() -> Value {
    json!({ "error": "States.QueryEvaluationError" })
}

fn pass(output: &Value) -> Value {
    json!({ "A": { "Type": "Pass", "Output": output, "End": true } })
}

#[allow(clippy::needless_pass_by_value)] // callers write literals
fn task(fields: Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": true,
    });
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    state
}

#[test]
fn an_expression_that_comes_to_nothing_gives_something() {
    let undefined = |change: Value| at(json!("undefined"), change);
    let inside = pass(&json!({ "a": "{% $states.input.none %}", "b": 1 }));
    comes_to(
        &inside,
        &json!({}),
        &query_error(),
        &[
            (undefined(json!("ignore")), json!({ "b": 1 })),
            (undefined(set(json!(null))), json!({ "a": null, "b": 1 })),
            (
                when(undefined(set(json!({}))), json!({ "in": "output" })),
                json!({ "a": {}, "b": 1 }),
            ),
            (
                when(undefined(set(json!(null))), json!({ "in": "assign" })),
                query_error(),
            ),
        ],
    );
    // At the top of a field there is nothing that could be left out.
    comes_to(
        &pass(&"{% $states.input.none %}".into()),
        &json!({}),
        &query_error(),
        &[
            (undefined(json!("ignore")), query_error()),
            (undefined(set(json!(null))), json!(null)),
        ],
    );
    let choice = json!({
        "A": { "Type": "Choice", "Default": "C", "Choices": [
            { "Condition": "{% $states.input.none %}", "Next": "B" },
        ] },
        "B": { "Type": "Pass", "Output": "B", "End": true },
        "C": { "Type": "Pass", "Output": "C", "End": true },
    });
    comes_to(
        &choice,
        &json!({}),
        &query_error(),
        &[(
            when(undefined(set(json!(false))), json!({ "in": "condition" })),
            json!("C"),
        )],
    );
}

#[test]
fn a_condition_is_cast() {
    let condition = |change: Value| at(json!("condition"), change);
    let choice = json!({
        "A": { "Type": "Choice", "Default": "C", "Choices": [
            { "Condition": "{% $states.input.a %}", "Next": "B" },
        ] },
        "B": { "Type": "Pass", "Output": "B", "End": true },
        "C": { "Type": "Pass", "Output": "C", "End": true },
    });
    for (input, cast) in [
        (json!(1), "B"),
        (json!(0), "C"),
        (json!(""), "C"),
        (json!([0, "x"]), "B"),
        (json!([0]), "C"),
        (json!({}), "C"),
        (json!(null), "C"),
    ] {
        comes_to(
            &choice,
            &json!({ "a": input }),
            &query_error(),
            &[
                (condition(json!("coerce")), json!(cast)),
                (condition(set(json!(true))), json!("B")),
                (condition(set(json!(false))), json!("C")),
            ],
        );
    }
}

#[test]
fn states_reads_something_else() {
    let states = |field: &str, change: Value| at(json!({ "states": field }), change);
    comes_to(
        &json!({ "A": task(json!({ "Output": "{% $states.result %}" })) }),
        &json!({ "i": 1 }),
        &json!({ "r": [7] }),
        &[
            (
                states("result", json!({ "rebase": "$states.input" })),
                json!({ "i": 1 }),
            ),
            (states("result", json!("ignore")), query_error()),
            (states("result", set(json!(null))), json!(null)),
        ],
    );
    let caught = json!({
        "A": task(json!({ "Catch": [
            { "ErrorEquals": ["E"], "Next": "B", "Output": "{% $states.errorOutput %}" },
        ] })),
        "B": { "Type": "Pass", "End": true },
    });
    run_comes_to(
        &Run::new(&caught, &json!({ "i": 1 }), true),
        &json!({ "Error": "E", "Cause": "C" }),
        &[(
            states("errorOutput", json!({ "rebase": "$states.input" })),
            json!({ "i": 1 }),
        )],
    );
}

#[test]
fn outputs_have_other_defaults() {
    let output = |field: &str, value: Value| {
        when(at(json!({ "field": field }), set(value)), json!("absent"))
    };
    let input = "{% $states.input %}";
    comes_to(
        &json!({ "A": task(json!({})) }),
        &json!({ "i": 1 }),
        &json!({ "r": [7] }),
        &[
            (output("Output", json!(input)), json!({ "i": 1 })),
            (output("Output", json!({})), json!({})),
        ],
    );
    let caught = json!({
        "A": task(json!({ "Catch": [{ "ErrorEquals": ["E"], "Next": "B" }] })),
        "B": { "Type": "Pass", "End": true },
    });
    run_comes_to(
        &Run::new(&caught, &json!({ "i": 1 }), true),
        &json!({ "Error": "E", "Cause": "C" }),
        &[(output("Catch.Output", json!(input)), json!({ "i": 1 }))],
    );
    let rule = json!({
        "A": { "Type": "Choice", "Choices": [{ "Condition": true, "Next": "B", "Output": 5 }] },
        "B": { "Type": "Pass", "End": true },
    });
    comes_to(
        &rule,
        &json!(1),
        &json!(5),
        &[(
            at(json!({ "field": "Choices.Output" }), json!("ignore")),
            json!(1),
        )],
    );
    let map = json!({ "A": {
        "Type": "Map", "Items": [1, 2], "ItemSelector": 3, "End": true, "ItemProcessor": {
            "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } },
        },
    } });
    comes_to(
        &map,
        &json!([9]),
        &json!([3, 3]),
        &[
            (at(json!({ "field": "Items" }), json!("ignore")), json!([3])),
            (
                at(json!({ "field": "ItemSelector" }), json!("ignore")),
                json!([1, 2]),
            ),
        ],
    );
    let parallel = json!({ "A": {
        "Type": "Parallel", "Arguments": 1, "End": true, "Branches": [
            { "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } },
        ],
    } });
    comes_to(
        &parallel,
        &json!(2),
        &json!([1]),
        &[(
            at(json!({ "field": "Arguments" }), json!("ignore")),
            json!([2]),
        )],
    );
}

#[test]
fn variables_are_seen_elsewhere() {
    let states = json!({
        "A": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "B" },
        "B": {
            "Type": "Pass", "Assign": { "x": 2, "y": "{% $x %}" }, "Output": "{% $x %}", "Next": "C",
        },
        "C": { "Type": "Pass", "Output": "{% [$states.input, $x, $y] %}", "End": true },
    });
    comes_to(
        &states,
        &json!({}),
        &json!([1, 2, 1]),
        &[
            (
                at(json!({ "field": "Assign" }), json!("in-turn")),
                json!([1, 2, 2]),
            ),
            (
                at(json!("output-variables"), json!("ignore")),
                json!([2, 2, 1]),
            ),
        ],
    );
    let inner = json!({
        "A": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "B" },
        "B": { "Type": "Parallel", "End": true, "Branches": [
            { "StartAt": "I", "States": { "I": {
                "Type": "Pass", "Output": "{% $exists($x) %}", "End": true,
            } } },
        ] },
    });
    comes_to(
        &inner,
        &json!({}),
        &json!([true]),
        &[(
            at(json!("outer-variables"), json!("ignore")),
            json!([false]),
        )],
    );
}

#[test]
fn strings_are_expressions_elsewhere() {
    comes_to(
        &pass(&json!({ "a": "{% 1 %}", "b": " {% 2 %} ", "c": [" plain "] })),
        &json!({}),
        &json!({ "a": 1, "b": " {% 2 %} ", "c": [" plain "] }),
        &[
            (
                at(json!("nested-expression"), json!("literal")),
                json!({ "a": "{% 1 %}", "b": " {% 2 %} ", "c": [" plain "] }),
            ),
            (
                at(json!("delimiters"), json!("ignore")),
                json!({ "a": 1, "b": 2, "c": [" plain "] }),
            ),
        ],
    );
    comes_to(&pass(&"{% 1 %}".into()), &json!({}), &json!(1), &[]);
}

#[test]
fn errors_are_others_or_cannot_be_handled() {
    let failure = |rule: &str, change: Value| at(json!({ "failure": rule }), change);
    let handled = |arguments: &str| {
        json!({
            "A": task(json!({
                "Arguments": arguments,
                "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Next": "B", "Output": "B" }],
            })),
            "B": { "Type": "Pass", "End": true },
        })
    };
    for (arguments, rule) in [
        ("{% $none %}", "jsonata.undefined"),
        ("{% 1 + 'x' %}", "jsonata.thrown"),
        ("{% $sum %}", "jsonata.function-value"),
    ] {
        comes_to(
            &handled(arguments),
            &json!({}),
            &json!("B"),
            &[
                (failure(rule, json!("unhandled")), query_error()),
                (
                    failure(rule, json!({ "fail": "States.Runtime" })),
                    json!({ "error": "States.Runtime" }),
                ),
            ],
        );
    }
    let run = Run::new(&pass(&"{% $none %}".into()), &json!({}), false);
    let reports = |seen: &Observation| {
        let mut history = seen.history.iter().flatten();
        history.any(|event| event.kind == EventKind::EvaluationFailed)
    };
    assert!(reports(&run.lawful()));
    assert!(!reports(&run.under(&at(
        json!({ "event": "EvaluationFailed" }),
        json!("ignore")
    ))));
}

/// An expression, what it comes to, and what under changes of its parts.
type Row = (&'static str, Value, Vec<(&'static str, Value, Value)>);

#[track_caller]
fn parts_come_to(rows: Vec<Row>) {
    let input = json!({
        "n": 7, "s": "ab", "one": [5], "list": [1, 2, 3], "o": { "b": 1, "a": 2 },
        "rows": [{ "k": 1 }, { "k": 2 }],
    });
    for (expression, lawful, table) in rows {
        let states = pass(&format!("{{% {expression} %}}").into());
        let table = table
            .into_iter()
            .map(|(name, change, expected)| (part(name, change), expected));
        comes_to(&states, &input, &lawful, &table.collect::<Vec<_>>());
    }
}

#[test]
fn parts_of_expressions_come_to_something_else() {
    parts_come_to(vec![
        (
            "$states.input.one",
            json!([5]),
            vec![("a path", json!("unwrap"), json!(5))],
        ),
        (
            "$states.input.none",
            query_error(),
            vec![("a path", set(json!(null)), json!(null))],
        ),
        (
            "$states.input.rows.k",
            json!([1, 2]),
            vec![("a path", json!("first"), json!([1]))],
        ),
        (
            "$states.input.list[-1]",
            json!(3),
            vec![("an index", json!("ignore"), query_error())],
        ),
        (
            "$states.input.list[1]",
            json!(2),
            vec![
                ("an index", json!({ "add": 1 }), json!(3)),
                ("an index", json!({ "add": -1 }), json!(1)),
                ("an index", json!("ignore"), json!(2)),
            ],
        ),
        (
            "{ 'a': $none, 'b': 1 }",
            json!({ "b": 1 }),
            vec![(
                "a member of an object",
                set(json!(null)),
                json!({ "a": null, "b": 1 }),
            )],
        ),
        (
            "[$none, 1]",
            json!([1]),
            vec![("an item of an array", set(json!(null)), json!([null, 1]))],
        ),
        (
            "$states.input.n / 2",
            json!(3.5),
            vec![("/", json!("floor"), json!(3))],
        ),
        (
            "$states.input.n = '7'",
            json!(false),
            vec![("=", json!("coerce"), json!(true))],
        ),
        (
            "$states.input.n != '7'",
            json!(true),
            vec![("!=", json!("coerce"), json!(false))],
        ),
        (
            "[1..3]",
            json!([1, 2, 3]),
            vec![("..", json!("drop-last"), json!([1, 2]))],
        ),
    ]);
}

#[test]
fn functions_return_something_else() {
    let fail = || json!({ "fail": "States.QueryEvaluationError" });
    parts_come_to(vec![
        (
            "$contains($states.input.s, /B/i)",
            json!(true),
            vec![
                ("a regular expression", json!("ignore"), json!(false)),
                ("a regular expression", json!("literal"), json!(false)),
            ],
        ),
        (
            "$replace($states.input.s, /a|b/, 'x')",
            json!("xx"),
            vec![("a regular expression", json!("literal"), json!("ab"))],
        ),
        (
            "$keys($states.input.o)",
            json!(["b", "a"]),
            vec![
                ("$keys", json!("reverse"), json!(["a", "b"])),
                ("$keys", fail(), query_error()),
            ],
        ),
        (
            "$sort($states.input.list, function($l, $r) { $l < $r })",
            json!([3, 2, 1]),
            vec![("$sort", json!("ignore"), json!([1, 2, 3]))],
        ),
        (
            "$sum($map($states.input.list, function($v) { $uppercase($string($v)) ~> $number() }))",
            json!(6),
            vec![
                ("$uppercase", fail(), query_error()),
                ("$map", json!("first"), json!(1)),
            ],
        ),
        (
            "$hash('input', 'SHA-1')",
            json!("140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
            vec![
                ("$hash", fail(), query_error()),
                ("$hash", json!("ignore"), json!("input")),
            ],
        ),
    ]);
}

/// What an expression does not have cannot be evaluated otherwise.
#[test]
fn an_expression_without_a_part_remains_as_it_is() {
    let run = Run::new(
        &pass(&"{% $states.input.a %}".into()),
        &json!({ "a": 1 }),
        false,
    );
    for hypothesis in catalogue() {
        let hook = serde_json::to_value(hypothesis.deviation.hook).expect("JSON");
        let Some(name) = hook.get("jsonata").and_then(Value::as_str) else {
            continue;
        };
        let read = hypothesis.deviations().read(&run.machine);
        assert_eq!(read != run.machine, name == "a path", "{hypothesis}");
    }
}

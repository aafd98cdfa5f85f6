//! States in JSONata: every field, what its expressions read, and how they fail.

mod deviations;
mod limits;

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::WorkflowType,
    clause::{Aspect, Clause},
    reference::{Expectation, SimulationError, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply},
    },
    validate::validate,
};

fn run(states: &Value, input: Value, acts: &[Act]) -> Result<Expectation, SimulationError> {
    let start_at = states
        .as_object()
        .and_then(|it| it.keys().next())
        .expect("a state");
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": start_at, "States": states });
    run_machine(&definition, input, acts)
}

fn run_machine(
    definition: &Value,
    input: Value,
    acts: &[Act],
) -> Result<Expectation, SimulationError> {
    let (machine, problems) = validate(definition, WorkflowType::Standard);
    let machine = Arc::new(machine.unwrap_or_else(|| panic!("{problems:?}")));
    let sites = [("A".into(), acts.iter().cloned().collect())].into();
    let plan = Plan { sites };
    let start = Start {
        input: input.into(),
        plan,
    };
    let case = ExecutionCase {
        entropy: 7,
        ..ExecutionCase::new(definition.clone(), vec![start.clone()])
    };
    simulate(&machine, &case, &start)
}

/// The output of one Pass, or its error and cause.
fn output(output: &Value, input: Value) -> Result<Value, (String, String)> {
    let states = json!({ "A": { "Type": "Pass", "Output": output, "End": true } });
    ended(&run(&states, input, &[]).expect("a simulation"))
}

fn ended(seen: &Expectation) -> Result<Value, (String, String)> {
    let seen = &seen.observation;
    match &seen.output {
        Some(output) => Ok(Value::clone(output)),
        None => Err((
            seen.error.clone().unwrap_or_default(),
            seen.cause.clone().unwrap_or_default(),
        )),
    }
}

/// The value of an expression.
fn value(expression: &str) -> Result<Value, String> {
    let input =
        json!({ "n": 3, "s": "x", "list": [1, 2, 3], "one": [{ "k": 5 }], "o": { "a": 1 } });
    output(&format!("{{% {expression} %}}").into(), input).map_err(|(error, cause)| {
        assert_eq!(error, "States.QueryEvaluationError");
        let (_, said) = cause
            .split_once("(entered at the event id #2). ")
            .expect("a prefix");
        said.replace(
            &format!("The JSONata expression '{expression}' specified for the field 'Output' "),
            "",
        )
    })
}

fn task(fields: &Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": true,
    });
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    state
}

fn reply(output: Value) -> Act {
    Act::now(Reply::Succeed(output.into()))
}

fn fail(error: &str) -> Act {
    Act::now(Reply::Fail {
        error: error.into(),
        cause: "why".into(),
    })
}

fn kinds(seen: &Expectation) -> Vec<String> {
    let history = seen.observation.history.as_ref().expect("a history");
    history.iter().map(|event| event.kind.name()).collect()
}

#[test]
fn expressions_have_values() {
    for (expression, expected) in [
        ("$states.input.n + 1", json!(4)),
        ("$states.input.list[1]", json!(2)),
        ("$states.input.list", json!([1, 2, 3])),
        ("$states.input.one", json!([{"k": 5}])),
        ("$states.input.one.k", json!(5)),
        ("$states.input.one.k[]", json!([5])),
        ("$states.input.{'v': s}", json!({"v": "x"})),
        (
            "$sum($map($states.input.list, function($v){ $v * 2 }))",
            json!(12),
        ),
        ("$states.input.s & '!' & 1", json!("x!1")),
        ("[1..3]", json!([1, 2, 3])),
        ("(7 / 2) % 2", json!(1.5)),
        ("-0", json!(0)),
        ("1e3", json!(1000)),
        ("{'a': $nothing, 'b': [$nothing]}", json!({"b": []})),
        ("$range(0, 6, 2)", json!([0, 2, 4, 6])),
        ("$range(1, 9, 9)", json!(1)),
        ("$partition([1, 2, 3], 2)", json!([[1, 2], [3]])),
        ("$partition([0], 1)", json!([[0]])),
        (
            "$hash('input', 'SHA-1')",
            json!("140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
        ),
        ("$random(42)", json!(0.727_563_680_032_868_1)),
        ("$parse('{\"a\": [1]}').a[0]", json!(1)),
        ("$map(['1', '2'], $parse)", json!([1, 2])),
        ("$states.context.State.Name", json!("A")),
        ("$states.context.Execution.Input.n", json!(3)),
        ("$string($millis() = $toMillis($now()))", json!("true")),
        ("[1/0]", json!(["Infinity"])),
    ] {
        assert_eq!(value(expression), Ok(expected), "{expression}");
    }
}

#[test]
fn expressions_fail_in_awss_words() {
    for (expression, said) in [
        ("$nothing", "returned nothing (undefined)."),
        ("$states.input.none.at.all", "returned nothing (undefined)."),
        ("function($x){ $x }", "returned an unsupported result type."),
        ("$string", "returned an unsupported result type."),
        (
            "$nothing()",
            "threw an error during evaluation. T1006: Attempted to invoke a non-function",
        ),
        (
            "$eval('1')",
            "threw an error during evaluation. T1006: Attempted to invoke a non-function",
        ),
        (
            "$states.input.s + 1",
            "threw an error during evaluation. T2001: The left side of the \"+\" operator must evaluate to a number",
        ),
        (
            "[1, $states.input] < $states.input.n",
            "threw an error during evaluation. T2010: The expressions either side of operator \"<\" must evaluate to numeric or string values",
        ),
        (
            "$error('mine')",
            "threw an error during evaluation. D3137: mine",
        ),
        (
            "[1..873783] ~> $count()",
            "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage",
        ),
    ] {
        assert_eq!(value(expression), Err(said.to_owned()), "{expression}");
    }
    assert_eq!(value("[1..873782] ~> $count()"), Ok(json!(873_782)));
}

#[test]
fn a_failing_field_is_named_with_its_place() {
    let seen = run(
        &json!({"A": {"Type": "Pass", "Output": {"a": [1, "{% $none %}"]}, "End": true}}),
        json!({}),
        &[],
    );
    let seen = seen.expect("a simulation");
    assert_eq!(
        kinds(&seen),
        [
            "ExecutionStarted",
            "PassStateEntered",
            "EvaluationFailed",
            "ExecutionFailed"
        ]
    );
    let history = seen.observation.history.as_ref().expect("a history");
    let evaluation = history[2].details.evaluation.as_deref().expect("details");
    assert_eq!(evaluation.location.as_deref(), Some("Output/a[1]"));
    assert_eq!(evaluation.state.as_deref(), Some("A"));
    assert!(
        ended(&seen)
            .unwrap_err()
            .1
            .contains("for the field 'Output/a[1]'")
    );
}

/// Arguments, Output and Assign of a Task; neither of the last two sees what the other makes.
#[test]
fn a_task_has_arguments_a_result_and_variables() {
    let states = json!({
        "Set": {"Type": "Pass", "Assign": {"v": "old"}, "Next": "A"},
        "A": task(&json!({
            "Arguments": {"in": "{% $states.input.x %}", "v": "{% $v %}", "t": "{% $states.context.State.Name %}"},
            "Assign": {"v": "{% $states.result.r %}", "w": "{% $v %}"},
            "Output": {"r": "{% $states.result %}", "v": "{% $v %}"},
            "TimeoutSeconds": "{% 2 * 30 %}", "HeartbeatSeconds": "{% 1 + 4 %}",
            "End": null,
        })),
        "B": {"Type": "Succeed", "Output": "{% [$states.input, $v, $w] %}"},
    });
    let mut states = states;
    let a = states["A"].as_object_mut().expect("a state");
    a.remove("End");
    a.insert("Next".into(), "B".into());
    let seen = run(&states, json!({"x": 1}), &[reply(json!({"r": 2}))]).expect("a simulation");
    assert_eq!(
        ended(&seen),
        Ok(json!([{"r": {"r": 2}, "v": "old"}, 2, "old"]))
    );
    let attempt = seen
        .observation
        .attempts
        .values()
        .next()
        .expect("an attempt");
    assert_eq!(*attempt[0].input, json!({"in": 1, "v": "old", "t": "A"}));
    let history = seen.observation.history.as_ref().expect("a history");
    let scheduled = history
        .iter()
        .find(|it| it.kind.name() == "ActivityScheduled");
    let details = scheduled
        .and_then(|it| it.details.task.as_deref())
        .expect("details");
    assert_eq!(details.timeout_in_seconds, Some(60));
    assert_eq!(details.heartbeat_in_seconds, Some(5));
}

#[test]
fn without_output_a_state_passes_on_its_result_or_its_input() {
    let result = run(
        &json!({"A": task(&json!({}))}),
        json!({"x": 1}),
        &[reply(json!([5]))],
    );
    assert_eq!(ended(&result.expect("a simulation")), Ok(json!([5])));
    let pass = run(
        &json!({"A": {"Type": "Pass", "End": true}}),
        json!([1]),
        &[],
    );
    assert_eq!(ended(&pass.expect("a simulation")), Ok(json!([1])));
}

#[test]
fn errors_of_expressions_are_retried_and_caught() {
    let states = json!({
        "A": task(&json!({
            "Arguments": "{% $states.context.State.RetryCount < 1 ? $none : {'n': $states.context.State.RetryCount} %}",
            "Retry": [{"ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1}],
        })),
    });
    let replies = [fail("Unasked"), reply(json!("done"))];
    let seen = run(&states, json!({}), &replies).expect("a simulation");
    assert_eq!(ended(&seen), Ok(json!("done")));
    assert_eq!(kinds(&seen)[2], "EvaluationFailed");
    let states = json!({
        "A": task(&json!({
            "Output": "{% $states.result + 1 %}",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B",
                "Assign": {"e": "{% $states.errorOutput.Error %}"},
                "Output": {"was": "{% $states.input.x %}", "e": "{% $states.errorOutput %}"}}],
        })),
        "B": {"Type": "Pass", "Output": "{% [$e, $states.input.was, $exists($states.input.e.Cause)] %}", "End": true},
    });
    let seen = run(&states, json!({"x": 1}), &[reply(json!("text"))]).expect("a simulation");
    assert_eq!(
        ended(&seen),
        Ok(json!(["States.QueryEvaluationError", 1, true]))
    );
    let seen = run(&states, json!({"x": 1}), &[fail("Own")]).expect("a simulation");
    assert_eq!(ended(&seen), Ok(json!(["Own", 1, true])));
}

#[test]
fn what_fails_in_a_catcher_names_it() {
    let states = json!({
        "A": task(&json!({
            "Catch": [
                {"ErrorEquals": ["Other"], "Next": "B"},
                {"ErrorEquals": ["Own"], "Next": "B", "Output": {"v": "{% $none %}"}},
            ],
        })),
        "B": {"Type": "Succeed"},
    });
    let seen = run(&states, json!({}), &[fail("Own")]).expect("a simulation");
    let (error, cause) = ended(&seen).unwrap_err();
    assert_eq!(error, "States.QueryEvaluationError");
    assert!(
        cause.contains("for the field 'Catch[1]/Output/v'"),
        "{cause}"
    );
    let kinds = kinds(&seen);
    assert_eq!(
        kinds[kinds.len() - 2..],
        ["EvaluationFailed", "ExecutionFailed"]
    );
}

#[test]
fn a_choice_takes_booleans_and_the_rules_own_output() {
    let states = |condition: Value| {
        json!({
            "A": {"Type": "Choice", "Default": "B", "Output": "state", "Assign": {"v": 1}, "Choices": [
                {"Condition": "{% $states.input.none = 1 %}", "Next": "B"},
                {"Condition": condition, "Next": "B", "Output": "{% $states.input.x %}", "Assign": {"v": 2}},
            ]},
            "B": {"Type": "Pass", "Output": "{% [$states.input, $v] %}", "End": true},
        })
    };
    let of = |condition: Value| {
        let seen = run(&states(condition), json!({"x": "rule"}), &[]);
        ended(&seen.expect("a simulation"))
    };
    assert_eq!(of(json!(true)), Ok(json!(["rule", 2])));
    assert_eq!(
        of(json!("{% $states.input.x = 'rule' %}")),
        Ok(json!(["rule", 2]))
    );
    assert_eq!(of(json!(false)), Ok(json!(["state", 1])));
    let (error, cause) = of(json!("{% $states.input.x %}")).unwrap_err();
    assert_eq!(error, "States.QueryEvaluationError");
    assert!(cause.ends_with(
        "specified for the field 'Choices[1]/Condition' returned an unexpected result type. \
         Expected 'boolean', but was 'string' for value: \"rule\""
    ));
}

fn map(fields: &Value) -> Value {
    let mut state = json!({"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I", "States": {
        "I": {"Type": "Pass", "Output": "{% {'i': $states.input, 'v': $v} %}", "End": true}}}});
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    json!({"Set": {"Type": "Pass", "Assign": {"v": 9}, "Next": "A"}, "A": state})
}

#[test]
fn a_map_has_items_a_selector_and_a_concurrency() {
    let of = |fields: Value, input: Value| {
        let seen = run(&map(&fields), input, &[]).expect("a simulation");
        ended(&seen)
    };
    let item = |i: Value| json!({"i": i, "v": 9});
    assert_eq!(
        of(
            json!({"Items": [1, "{% $states.input.x %}"]}),
            json!({"x": 2})
        ),
        Ok(json!([item(json!(1)), item(json!(2))]))
    );
    assert_eq!(of(json!({}), json!([7])), Ok(json!([item(json!(7))])));
    assert_eq!(
        of(
            json!({
                "Items": "{% $states.input.list %}", "MaxConcurrency": "{% $v - 8 %}",
                "ItemSelector": {"at": "{% $states.context.Map.Item.Index %}",
                    "it": "{% $states.context.Map.Item.Value %}", "all": "{% $count($states.input.list) %}"},
            }),
            json!({"list": ["a", "b"]})
        ),
        Ok(json!([
            item(json!({"at": 0, "it": "a", "all": 2})),
            item(json!({"at": 1, "it": "b", "all": 2})),
        ]))
    );
    let cause = |fields: Value, input: Value| of(fields, input).unwrap_err().1;
    assert!(cause(json!({}), json!(1)).ends_with("Map state input must be an array but was: 1"));
    assert!(
        cause(json!({"Items": "{% {'foo': 'bar'} %}"}), json!({})).ends_with(
            "returned an unexpected result type. Expected 'array', but was 'object' for value: \
             {\"foo\":\"bar\"}"
        )
    );
}

#[test]
fn waits_and_fails_are_computed() {
    let wait = |name: &str, expression: &str| {
        let states = json!({"A": {"Type": "Wait", name: expression, "End": true}});
        run(&states, json!({"n": 5}), &[]).expect("a simulation")
    };
    assert_eq!(wait("Seconds", "{% $states.input.n %}").duration, 5_000);
    assert_eq!(
        wait("Timestamp", "{% $fromMillis($millis() + 9000) %}").duration,
        9_000
    );
    let (error, cause) = ended(&wait("Timestamp", "{% 'soon' %}")).unwrap_err();
    assert_eq!(error, "States.QueryEvaluationError");
    assert!(
        cause.ends_with("extended offset date-time format string: soon"),
        "{cause}"
    );
    for wrong in ["{% -1 %}", "{% 1.5 %}", "{% '1' %}"] {
        let (error, _) = ended(&wait("Seconds", wrong)).unwrap_err();
        assert_eq!(error, "States.QueryEvaluationError");
    }
    let states =
        json!({"A": {"Type": "Fail", "Error": "{% 'E' & $states.input %}", "Cause": "{% 1 %}"}});
    let seen = run(&states, json!(1), &[]).expect("a simulation");
    let (error, cause) = ended(&seen).unwrap_err();
    assert_eq!(error, "States.QueryEvaluationError");
    assert!(
        cause.contains("Expected 'string', but was 'number' for value: 1"),
        "{cause}"
    );
    let states = json!({"A": {"Type": "Fail", "Error": "{% 'E' & $states.input %}", "Cause": "c"}});
    let seen = run(&states, json!(1), &[]).expect("a simulation");
    assert_eq!(ended(&seen), Err(("E1".to_owned(), "c".to_owned())));
}

/// Variables pass between states of both languages.
#[test]
fn languages_are_mixed() {
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Assign": {"v.$": "$.x"}, "Next": "Q"},
        "Q": {"Type": "Parallel", "QueryLanguage": "JSONata", "Arguments": {"a": "{% $v %}"}, "Next": "R",
            "Output": "{% $states.result[0] %}", "Assign": {"w": "{% $v + 1 %}"},
            "Branches": [{"StartAt": "S", "States": {"S": {"Type": "Pass", "OutputPath": "$.a", "End": true}}}]},
        "R": {"Type": "Pass", "Parameters": {"got.$": "$", "w.$": "$w"}, "End": true},
    }});
    let seen = run_machine(&definition, json!({"x": 4}), &[]).expect("a simulation");
    assert_eq!(ended(&seen), Ok(json!({"got": 4, "w": 5})));
}

#[test]
fn too_many_variables_end_the_execution() {
    let states = json!({"A": {"Type": "Pass", "Assign": {"v": "{% $join([$states.input, $states.input]) %}"}, "End": true}});
    let seen = run(&states, "x".repeat(131_072).into(), &[]).expect("a simulation");
    assert_eq!(ended(&seen).unwrap_err().0, "States.DataLimitExceeded");
    assert_eq!(kinds(&seen)[2..], ["EvaluationFailed", "ExecutionFailed"]);
    let seen = run(&states, "x".repeat(131_071).into(), &[]).expect("a simulation");
    assert!(ended(&seen).is_ok());
}

/// Only what implementations of JSONata agree on is beyond doubt.
#[test]
fn what_rests_on_the_evaluator_alone_is_in_doubt() {
    let doubted = |expression: &str| {
        let output = format!("{{% {expression} %}}");
        let states = json!({"A": {"Type": "Pass", "Output": output, "End": true}});
        let seen = run(&states, json!({"n": 1, "list": [1, 2]}), &[]).expect("a simulation");
        (seen.poisoned.contains(&Aspect::Output), seen.coverage)
    };
    for sure in [
        "$states.input.n",
        "$states.input.list[$ > 1]",
        "{'a': $states.input.n + 1, 'b': $uppercase('x')}",
        "$map($states.input.list, function($v){ $v * 2 })",
        "$random(42)",
        "$states.input.n = 1 ? 0 : $random()",
        "[1..873783]",
        "$count([1..873783])",
    ] {
        assert!(!doubted(sure).0, "{sure}");
    }
    for (doubtful, clause) in [
        ("$formatNumber(1.5, '#0.00')", Clause::JsonataUnsure),
        ("$match('abc', /b/).match", Clause::JsonataUnsure),
        ("$uuid()", Clause::JsonataChance),
        ("$random() < 2", Clause::JsonataChance),
        ("$random($nothing)", Clause::JsonataChance),
        ("$map([1], function(){ $random() })", Clause::JsonataChance),
        ("$random(1.5)", Clause::JsonataSeed),
        ("$random(5000000000)", Clause::JsonataSeed),
        ("$eval('1')", Clause::JsonataEval),
        ("[1/0]", Clause::JsonataNumber),
        ("1/0", Clause::JsonataNumber),
        ("$sum([1..900000])", Clause::JsonataLimit),
        ("[1..800000].[1, 2]", Clause::JsonataLimit),
    ] {
        let (is_doubted, coverage) = doubted(doubtful);
        assert!(is_doubted && coverage.contains(clause), "{doubtful}");
    }
}

/// What comes of an expression beside a variable of this name.
fn with_variable(name: &str, expression: &str) -> Result<Expectation, SimulationError> {
    let output = format!("{{% {expression} %}}");
    let states = json!({
        "A": {"Type": "Pass", "Assign": {name: "mine"}, "Next": "B"},
        "B": {"Type": "Pass", "Output": output, "End": true},
    });
    run(&states, json!({"l": [1, 2]}), &[])
}

#[test]
fn variables_may_have_the_names_of_functions() {
    for name in [
        "hash",
        "uuid",
        "range",
        "parse",
        "partition",
        "millis",
        "now",
        "random",
        "shuffle",
        "eval",
        "pad",
        "split",
    ] {
        let seen = with_variable(name, &format!("${name} & 'x'")).expect("a simulation");
        assert_eq!(ended(&seen), Ok(json!("minex")), "{name}");
        assert!(!seen.coverage.contains(Clause::JsonataChance), "{name}");
        assert!(!seen.poisoned.contains(&Aspect::Output), "{name}");
    }
    let called = with_variable("hash", "$hash('a', 'MD5')");
    assert!(called.is_err(), "{called:?}");
    assert_eq!(
        value("[$hash('a', 'MD5'), $map(['b'], function($v){ ($h := $hash; $h($v, 'MD5')) })]"),
        Ok(json!([
            "0cc175b9c0f1b6a831c399e269772661",
            "92eb5ffee6ae2fec3ad71c777531578f"
        ]))
    );
    assert_eq!(
        value("$count($map([1, 2], $uuid)) + $count([$uuid()])"),
        Ok(json!(3))
    );
}

/// What the evaluator cannot do says nothing about AWS.
#[test]
fn what_the_evaluator_cannot_do_is_not_known() {
    let nested = format!("{}1{}", "(".repeat(1_200), ")".repeat(1_200));
    for expression in [
        &*nested,
        "$map(['a'], $pad)",
        "($p := $pad; $p('x', 3))",
        "'x' ~> $pad(?, 3)",
        "$fromMillis(8210266876799000, '[W]')",
        "$fromMillis(-8334601228800000, '[W]')",
    ] {
        let output = format!("{{% {expression} %}}");
        let states = json!({"A": {"Type": "Pass", "Output": output, "End": true}});
        let seen = run(&states, json!({}), &[]);
        assert!(seen.is_err(), "{expression}: {seen:?}");
    }
}

#[test]
fn failures_are_marked_as_what_they_are() {
    let marked = |fields: &Value| {
        let mut state = json!({"Type": "Pass", "End": true});
        for (name, value) in fields.as_object().expect("fields") {
            state[name] = value.clone();
        }
        run(&json!({"A": state}), json!({}), &[]).expect("a simulation")
    };
    let seen = marked(&json!({"Output": {"a": "{% $none %}"}}));
    assert!(!seen.coverage.contains(Clause::JsonataFailedHandled));
    assert!(!seen.coverage.contains(Clause::JsonataFailedFirst));
    let seen = marked(&json!({"Output": {"a": "{% $none %}", "b": ["{% 1 %}"]}}));
    assert!(seen.coverage.contains(Clause::JsonataFailedFirst));
    let handlers = json!({
        "Output": "{% $none %}",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
    });
    let states = json!({"A": task(&handlers), "B": {"Type": "Succeed"}});
    let seen = run(&states, json!({}), &[reply(json!(1))]).expect("a simulation");
    assert!(seen.coverage.contains(Clause::JsonataFailedHandled));
}

#[test]
fn a_rule_of_a_choice_is_sure_of_its_output_only() {
    let doubted = |state: &Value, rule: &Value| {
        let mut choice = state.clone();
        choice["Type"] = "Choice".into();
        let mut applying = rule.clone();
        applying["Condition"] = true.into();
        applying["Next"] = "B".into();
        choice["Choices"] = json!([applying]);
        let states = json!({"A": choice, "B": {"Type": "Succeed"}});
        let seen = run(&states, json!({}), &[]).expect("a simulation");
        seen.coverage.contains(Clause::JsonataRuleInstead)
    };
    assert!(!doubted(&json!({"Output": 1}), &json!({"Output": 2})));
    assert!(!doubted(
        &json!({}),
        &json!({"Output": 2, "Assign": {"v": 2}})
    ));
    assert!(doubted(&json!({"Output": 1}), &json!({})));
    assert!(doubted(
        &json!({"Assign": {"v": 1}}),
        &json!({"Assign": {"v": 2}})
    ));
}

/// What jsonata 2.0.6 refuses although the evaluator here takes it, and what it may take.
#[test]
fn the_syntax_is_that_of_the_original() {
    let refused = |expression: &str| {
        let states = json!({ "A": {
            "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true,
        } });
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": states });
        validate(&definition, WorkflowType::Standard).0.is_none()
    };
    for expression in [
        "1 ?? 2",
        "1 ?: 2",
        "['a' := 'b']",
        "$sum(1..3)",
        "1..3",
        "$match('x', /a)b/)",
    ] {
        assert!(refused(expression), "{expression}");
    }
    for expression in [
        "[1..3]",
        "[1, 2..3]",
        "($a := 1; $a)",
        "$match('x', /(a)[b]?/)",
    ] {
        assert!(!refused(expression), "{expression}");
    }
    // Nobody knows whether this is an expression to AWS.
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": { "A": {
        "Type": "Pass", "Output": "{% 0(0) %}", "End": true,
    } } });
    let (machine, _) = validate(&definition, WorkflowType::Standard);
    let machine = machine.expect("it is not refused");
    assert!(stepproof_specs::validate::unknown(&machine).is_some());
}

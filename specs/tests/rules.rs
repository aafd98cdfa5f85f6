//! Choice, Retry and Catch, rule by rule: what each rule does, and that it marks its clause exactly
//! where it affects the outcome. A surplus mark poisons aspects that could be judged; a missing
//! mark turns a guess into a finding.

use std::sync::Arc;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::Machine,
    clause::Coverage,
    reference::{Expectation, simulate},
    scenario::{
        case::{ExecutionCase, Start},
        plan::{Act, Plan, Reply},
    },
};

fn run(definition: Value, input: Value, acts: &[Act]) -> Expectation {
    let machine = Arc::new(Machine::from_value(&definition).expect("a valid machine"));
    let sites = [("A".into(), acts.iter().cloned().collect())].into();
    let plan = Plan { sites };
    let start = Start {
        input: input.into(),
        plan,
    };
    let case = ExecutionCase {
        entropy: 7,
        ..ExecutionCase::new(definition, vec![start.clone()])
    };
    simulate(&machine, &case, &start).expect("a simulation")
}

/// The marked clauses whose ids begin with one of these prefixes, without those in `common`.
fn marked(coverage: Coverage, prefixes: &[&str], common: &[&str]) -> String {
    let ids = coverage.iter().map(|clause| clause.entry().id);
    let mut ids: Vec<&str> = ids
        .filter(|id| prefixes.iter().any(|prefix| id.starts_with(prefix)))
        .filter(|id| !common.contains(id))
        .collect();
    ids.sort_unstable();
    ids.join(" ")
}

/// Whether a condition holds (`None` if it fails), and the clauses that were marked.
#[allow(clippy::needless_pass_by_value)] // callers write literals
fn asked(condition: Value, input: &Value) -> (Option<bool>, String) {
    let mut rule = condition;
    rule["Next"] = json!("Yes");
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [rule], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": true, "End": true},
        "No": {"Type": "Pass", "Result": false, "End": true},
    }});
    let seen = run(definition, input.clone(), &[]);
    let common = ["choice.first-match", "choice.default"];
    let marks = marked(seen.coverage, &["choice.", "timestamp."], &common);
    let held = seen.observation.output.map(|output| *output == true);
    (held, marks)
}

fn test(variable: &str, operator: &str, operand: impl Into<Value>) -> Value {
    json!({ "Variable": variable, operator: operand.into() })
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);
const FAILS: Option<bool> = None;

#[test]
fn conditions_are_asked_in_order_until_one_decides() {
    let input = json!({"n": 1});
    let (yes, no) = (
        || test("$.n", "NumericEquals", 1),
        || test("$.n", "NumericEquals", 2),
    );
    let missing = || test("$.none", "NumericEquals", 1);
    let present = || test("$.none", "IsPresent", true);
    let and = |all: &[Value]| json!({ "And": all });
    let or = |any: &[Value]| json!({ "Or": any });
    let not = |it: Value| json!({ "Not": it });
    for (condition, holds, marks) in [
        (and(&[yes(), yes()]), YES, "choice.and choice.numeric"),
        (and(&[yes(), no()]), NO, "choice.and choice.numeric"),
        (and(&[no(), missing()]), NO, "choice.and choice.numeric"),
        (
            and(&[missing(), no()]),
            FAILS,
            "choice.and choice.missing-variable",
        ),
        (or(&[no(), yes()]), YES, "choice.numeric choice.or"),
        (or(&[no(), no()]), NO, "choice.numeric choice.or"),
        (or(&[yes(), present()]), YES, "choice.numeric choice.or"),
        (
            or(&[missing(), yes()]),
            FAILS,
            "choice.missing-variable choice.or",
        ),
        (not(no()), YES, "choice.not choice.numeric"),
        (not(yes()), NO, "choice.not choice.numeric"),
        // A condition that an `And` skips does not count as skipped by the enclosing `Or`.
        (
            or(&[not(and(&[no(), missing()])), yes()]),
            YES,
            "choice.and choice.not choice.numeric choice.or",
        ),
    ] {
        let text = condition.to_string();
        assert_eq!(
            asked(condition, &input),
            (holds, marks.to_owned()),
            "{text}"
        );
    }
    let unasked = [
        missing(),
        not(missing()),
        and(&[yes(), missing()]),
        or(&[missing(), yes()]),
        test("$.none", "IsNull", true),
    ];
    for rest in unasked {
        let text = rest.to_string();
        let marks = "choice.numeric choice.or choice.or.guards".to_owned();
        assert_eq!(asked(or(&[yes(), rest]), &input), (YES, marks), "{text}");
    }
}

#[test]
fn tests_of_types_look_at_the_value() {
    let input = json!({"null": null, "n": 1.5, "s": "x", "b": false, "t": "2026-01-01T00:00:00Z"});
    for (operator, names) in [
        ("IsPresent", &["null", "n", "s", "b", "t"][..]),
        ("IsNull", &["null"]),
        ("IsNumeric", &["n"]),
        ("IsString", &["s", "t"]),
        ("IsBoolean", &["b"]),
        ("IsTimestamp", &["t"]),
    ] {
        for name in input.as_object().expect("an object").keys() {
            let holds = names.contains(&name.as_str());
            let marks = match operator {
                "IsTimestamp" => "choice.is choice.is-timestamp",
                _ => "choice.is",
            };
            for expected in [true, false] {
                let seen = asked(test(&format!("$.{name}"), operator, expected), &input);
                let wanted = (Some(holds == expected), marks.to_owned());
                assert_eq!(seen, wanted, "{operator} {expected} of {name}");
            }
        }
    }
}

#[test]
fn what_finds_nothing_fails_unless_that_is_asked() {
    let input = json!({"n": 1});
    let twin = |variable: &str, operand: &str| test(variable, "NumericEqualsPath", operand);
    for (condition, holds, marks) in [
        (
            test("$.x", "IsPresent", true),
            NO,
            "choice.is-present.missing",
        ),
        (
            test("$.x", "IsPresent", false),
            YES,
            "choice.is-present.missing",
        ),
        (test("$.x", "IsNull", true), FAILS, "choice.is.missing"),
        (
            test("$.x", "NumericEquals", 1),
            FAILS,
            "choice.missing-variable",
        ),
        (
            test("$.n[0]", "IsPresent", true),
            NO,
            "choice.is-present.missing choice.variable.mismatch",
        ),
        (
            test("$.n[0]", "NumericEquals", 1),
            FAILS,
            "choice.missing-variable choice.variable.mismatch",
        ),
        (twin("$.n", "$.n"), YES, "choice.numeric choice.path-twin"),
        (twin("$.x", "$.n"), FAILS, "choice.missing-variable"),
        (
            twin("$.x", "$.y"),
            FAILS,
            "choice.missing-variable choice.missing-variable.both.text",
        ),
        (
            twin("$.n", "$.x"),
            FAILS,
            "choice.missing-operand choice.path-twin",
        ),
    ] {
        let text = condition.to_string();
        assert_eq!(
            asked(condition, &input),
            (holds, marks.to_owned()),
            "{text}"
        );
    }
}

/// Values of one type in ascending order; equal values are in one group.
fn ladders() -> [(&'static str, Vec<Vec<Value>>); 3] {
    let rungs = |rungs: &[&[Value]]| rungs.iter().map(|rung| rung.to_vec()).collect();
    [
        (
            "Numeric",
            rungs(&[
                &[json!(-1)],
                &[json!(1), json!(1.0)],
                &[json!(1.5)],
                &[json!(9_007_199_254_740_992_i64)],
                &[json!(9_007_199_254_740_993_i64)],
                &[json!(1e300)],
            ]),
        ),
        (
            "String",
            // In UTF-16 the last but one is a surrogate pair, which orders before U+FFFF.
            rungs(&[
                &[json!("")],
                &[json!("B")],
                &[json!("a")],
                &[json!("\u{10000}")],
                &[json!("\u{ffff}")],
            ]),
        ),
        (
            "Timestamp",
            rungs(&[
                &[json!("2026-01-01T00:00:00+01:00")],
                &[
                    json!("2026-01-01T00:00:00Z"),
                    json!("2026-01-01T00:00:00.000Z"),
                    json!("2026-01-01T01:00:00+01:00"),
                ],
                &[json!("2026-01-01T00:00:00.000000001Z")],
                &[json!("2026-01-01T00:00:01Z")],
            ]),
        ),
    ]
}

#[test]
fn values_of_one_type_have_an_order() {
    for (kind, rungs) in ladders() {
        let values = || {
            let rungs = rungs.iter().enumerate();
            rungs.flat_map(|(at, rung)| rung.iter().map(move |value| (at, value)))
        };
        for (left_at, left) in values() {
            for (right_at, right) in values() {
                let input = json!({"left": left, "right": right});
                for (ordering, expected) in [
                    ("Equals", left_at == right_at),
                    ("LessThan", left_at < right_at),
                    ("GreaterThan", left_at > right_at),
                    ("LessThanEquals", left_at <= right_at),
                    ("GreaterThanEquals", left_at >= right_at),
                ] {
                    let operator = format!("{kind}{ordering}Path");
                    let seen = asked(test("$.left", &operator, "$.right"), &input);
                    assert_eq!(seen.0, Some(expected), "{left} {operator} {right}");
                    assert!(!seen.1.contains("mismatch"), "{left} {operator} {right}");
                }
            }
        }
    }
}

#[test]
fn a_value_of_another_type_never_compares() {
    let twin = |left: Value, operator: &str, right: Value| {
        let input = json!({"left": left, "right": right});
        asked(test("$.left", operator, "$.right"), &input)
    };
    let marks = |rest: &str| format!("choice.path-twin {rest}").trim_end().to_owned();
    for (operator, clause, value) in [
        ("NumericEqualsPath", "choice.numeric", json!(1)),
        ("StringEqualsPath", "choice.string", json!("1")),
        (
            "TimestampEqualsPath",
            "choice.timestamp",
            json!("2026-01-01T00:00:00Z"),
        ),
    ] {
        for (left, right) in [(json!(true), value.clone()), (value.clone(), json!(true))] {
            let mut ids = [clause, "choice.path-twin", "choice.type-mismatch"];
            ids.sort_unstable();
            let seen = twin(left, operator, right);
            assert_eq!(seen, (NO, ids.join(" ")), "{operator}");
        }
    }
    for (left, right, holds) in [
        (json!(true), json!(true), YES),
        (json!(false), json!(true), NO),
        (json!(1), json!(1), NO),
        (json!("true"), json!(true), NO),
    ] {
        let seen = twin(left, "BooleanEqualsPath", right);
        assert_eq!(seen, (holds, format!("choice.boolean {}", marks(""))));
    }
}

#[test]
fn texts_that_are_nearly_timestamps_are_in_doubt() {
    for (text, doubt) in [
        ("2026-01-01t00:00:00Z", "timestamp.lexical"),
        ("2026-01-01T00:00Z", "timestamp.lexical"),
        ("2026-01-01", ""),
    ] {
        let input = json!({ "t": text });
        let seen = asked(
            test("$.t", "TimestampEquals", "2026-01-01T00:00:00Z"),
            &input,
        );
        let marks = format!("choice.timestamp choice.type-mismatch {doubt}");
        assert_eq!(seen, (NO, marks.trim_end().to_owned()), "{text}");
    }
}

#[test]
fn patterns_match_whole_texts_and_escape_stars_and_backslashes() {
    const PLAIN: &str = "choice.string-matches";
    const WRONG: &str = "choice.string-matches choice.string-matches.escape.invalid";
    for (text, pattern, holds, marks) in [
        (json!("abc"), "a*c", YES, PLAIN),
        (json!("abcd"), "a*c", NO, PLAIN),
        (json!("a*c"), r"a\*c", YES, PLAIN),
        (json!("abc"), r"a\*c", NO, PLAIN),
        (json!(r"a\c"), r"a\\c", YES, PLAIN),
        (json!("abc"), r"a\bc", FAILS, WRONG),
        (json!("abc"), r"abc\", FAILS, WRONG),
        (json!(1), "*", NO, PLAIN),
    ] {
        let input = json!({ "s": text });
        let seen = asked(test("$.s", "StringMatches", pattern), &input);
        assert_eq!(seen, (holds, marks.to_owned()), "{text} {pattern}");
    }
}

const RESOURCE: &str = "arn:aws:states:us-east-1:123456789012:activity:a";

fn fail(error: &str) -> Act {
    Act::now(Reply::Fail {
        error: error.into(),
        cause: "why".into(),
    })
}

/// A task with these fields: when its attempts were taken, its output if it has one, and the
/// clauses that were marked.
#[allow(clippy::needless_pass_by_value)] // callers write literals
fn tried(fields: Value, acts: &[Act]) -> (Vec<u64>, Option<Value>, String) {
    let mut task = json!({"Type": "Task", "Resource": RESOURCE, "Next": "B"});
    let object = task.as_object_mut().expect("a task");
    object.extend(fields.as_object().expect("fields").clone());
    let definition = json!({"StartAt": "A", "States": {
        "A": task, "B": {"Type": "Succeed"}, "C": {"Type": "Pass", "OutputPath": "$", "End": true},
    }});
    let seen = run(definition, json!({"k": 1}), acts);
    let attempts = seen.observation.attempts.get("A").into_iter().flatten();
    let prefixes = ["retry.", "catch.", "error.", "data.result-path.conflict"];
    (
        attempts.map(|attempt| attempt.taken).collect(),
        seen.observation.output.as_deref().cloned(),
        marked(seen.coverage, &prefixes, &[]),
    )
}

#[test]
fn the_first_retrier_that_matches_decides_as_long_as_it_has_attempts() {
    let retry = |retriers: Value| json!({ "Retry": retriers });
    let times = |n: usize| vec![fail("E"); n];
    for (retriers, acts, taken, marks) in [
        (
            json!([{"ErrorEquals": ["E"], "MaxAttempts": 1}]),
            times(1),
            &[0, 1_000][..],
            "error.match.exact retry.again retry.interval",
        ),
        (
            json!([{"ErrorEquals": ["E"]}]),
            times(4),
            &[0, 1_000, 3_000, 7_000],
            "error.match.exact retry.again retry.backoff retry.exhausted retry.interval \
             retry.max-attempts.default",
        ),
        (
            json!([{"ErrorEquals": ["F"]}, {"ErrorEquals": ["E"], "MaxAttempts": 1}]),
            times(1),
            &[0, 1_000],
            "error.match.exact retry.again retry.first-match retry.interval",
        ),
        (
            json!([{"ErrorEquals": ["E"], "MaxAttempts": 0}]),
            times(1),
            &[0],
            "error.match.exact retry.max-attempts.zero",
        ),
        (
            json!([{"ErrorEquals": ["F"]}]),
            times(1),
            &[0],
            "error.match.exact",
        ),
        (
            json!([
                {"ErrorEquals": ["E"], "MaxAttempts": 1},
                {"ErrorEquals": ["States.ALL"], "MaxAttempts": 5},
            ]),
            times(2),
            &[0, 1_000],
            "error.match.exact retry.again retry.exhausted retry.interval",
        ),
        (
            json!([{
                "ErrorEquals": ["E"], "MaxAttempts": 2, "IntervalSeconds": 3, "BackoffRate": 1.5,
            }]),
            times(2),
            &[0, 3_000, 7_500],
            "error.match.exact retry.again retry.backoff retry.interval",
        ),
        (
            json!([{
                "ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 3, "MaxDelaySeconds": 3,
            }]),
            times(1),
            &[0, 3_000],
            "error.match.exact retry.again retry.interval",
        ),
        (
            json!([{
                "ErrorEquals": ["E"], "MaxAttempts": 2, "IntervalSeconds": 3, "MaxDelaySeconds": 4,
            }]),
            times(2),
            &[0, 3_000, 7_000],
            "error.match.exact retry.again retry.backoff retry.interval retry.max-delay",
        ),
    ] {
        let text = retriers.to_string();
        let seen = tried(retry(retriers), &acts);
        assert_eq!((&seen.0[..], &seen.2[..]), (taken, marks), "{text}");
    }
}

/// Full jitter draws evenly between zero and the whole delay.
#[test]
fn jitter_is_drawn_between_nothing_and_the_whole_delay() {
    const ATTEMPTS: usize = 2_000;
    let retrier = json!({
        "ErrorEquals": ["E"], "MaxAttempts": ATTEMPTS, "IntervalSeconds": 8, "BackoffRate": 1.0,
        "JitterStrategy": "FULL",
    });
    let (taken, _, marks) = tried(json!({ "Retry": [retrier] }), &vec![fail("E"); ATTEMPTS]);
    assert!(marks.contains("retry.jitter.full"), "{marks}");
    let delays: Vec<u64> = taken.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(delays.len(), ATTEMPTS);
    assert!(delays.iter().all(|delay| *delay <= 8_000));
    for quarter in [0, 2_000, 4_000, 6_000] {
        let within = |delay: &&u64| (quarter..quarter + 2_000).contains(*delay);
        let share = delays.iter().filter(within).count();
        assert!((400..600).contains(&share), "{share} from {quarter} on");
    }
}

#[test]
fn a_catcher_takes_the_errors_that_its_names_stand_for() {
    let nameless = || Act::now(Reply::FailNameless);
    let silent = || Act::now(Reply::Silent);
    let catch = |name: &str| json!([{ "ErrorEquals": [name], "Next": "C" }]);
    let timeout = json!({"TimeoutSeconds": 2});
    let heartbeat = json!({"TimeoutSeconds": 9, "HeartbeatSeconds": 2});
    let none = json!({});
    let error = |error: Value, cause: Value| Some(json!({ "Error": error, "Cause": cause }));
    let timed_out = || error(json!("States.Timeout"), json!(""));
    let null = || Value::Null;
    for (name, fields, act, output, marks) in [
        (
            "E",
            &none,
            fail("E"),
            error(json!("E"), json!("why")),
            "catch.first-match error.match.exact",
        ),
        ("E", &none, fail("e"), None, "error.match.exact"),
        (
            "States.ALL",
            &none,
            fail("E"),
            error(json!("E"), json!("why")),
            "catch.first-match error.match.all",
        ),
        (
            "States.ALL",
            &none,
            fail("States.DataLimitExceeded"),
            error(json!("States.DataLimitExceeded"), json!("why")),
            "catch.first-match error.match.all error.match.all.data-limit error.match.reserved",
        ),
        (
            "States.TaskFailed",
            &none,
            fail("E"),
            error(json!("E"), json!("why")),
            "catch.first-match error.match.task-failed",
        ),
        (
            "States.TaskFailed",
            &none,
            nameless(),
            error(null(), null()),
            "catch.error-output.missing catch.first-match error.match.task-failed \
             error.match.task-failed.nameless",
        ),
        (
            "States.TaskFailed",
            &timeout,
            silent(),
            None,
            "error.match.task-failed",
        ),
        (
            "States.TaskFailed",
            &heartbeat,
            silent(),
            None,
            "error.match.task-failed error.match.task-failed.heartbeat",
        ),
        (
            "States.Timeout",
            &timeout,
            silent(),
            timed_out(),
            "catch.error-output.timeout catch.first-match error.match.exact",
        ),
        (
            "States.Timeout",
            &heartbeat,
            silent(),
            timed_out(),
            "catch.error-output.timeout catch.first-match error.match.exact",
        ),
        (
            "States.HeartbeatTimeout",
            &heartbeat,
            silent(),
            timed_out(),
            "catch.error-output.timeout catch.first-match error.heartbeat.names",
        ),
        (
            "States.HeartbeatTimeout",
            &timeout,
            silent(),
            None,
            "error.match.exact",
        ),
    ] {
        let mut fields = fields.clone();
        fields["Catch"] = catch(name);
        let seen = tried(fields, &[act]);
        assert_eq!((seen.1, &seen.2[..]), (output, marks), "{name}");
    }
}

#[test]
fn a_catcher_goes_by_its_own_fields() {
    let catcher = |fields: Value| {
        let mut catcher = json!({ "ErrorEquals": ["States.ALL"], "Next": "C" });
        let object = catcher.as_object_mut().expect("a catcher");
        object.extend(fields.as_object().expect("fields").clone());
        json!({ "Catch": [{ "ErrorEquals": ["F"], "Next": "B" }, catcher] })
    };
    let all = "catch.first-match error.match.all error.match.exact";
    let seen = tried(catcher(json!({"ResultPath": "$.e"})), &[fail("E")]);
    let output = json!({"k": 1, "e": {"Error": "E", "Cause": "why"}});
    assert_eq!((seen.1, &seen.2[..]), (Some(output.clone()), all));

    let mut selecting = catcher(json!({"ResultPath": "$.e"}));
    selecting["OutputPath"] = json!("$.e");
    let seen = tried(selecting, &[fail("E")]);
    let ignores = "catch.first-match catch.ignores-output-path error.match.all error.match.exact";
    assert_eq!((seen.1, &seen.2[..]), (Some(output), ignores));

    // The result cannot be merged into the data; the error can in the first case, and cannot in the
    // second.
    for (path, fails) in [("$.e", false), ("$.k.e", true)] {
        let mut conflict = catcher(json!({ "ResultPath": path }));
        conflict["ResultPath"] = json!("$.k.x");
        let seen = tried(conflict, &[Act::now(Reply::Echo)]);
        assert_eq!(seen.1.is_none(), fails, "{path}");
        assert_eq!(seen.2.contains("catch.fails"), fails, "{}", seen.2);
        assert!(seen.2.contains("conflict.caught"), "{}", seen.2);
        assert!(seen.2.contains("catch.passes-guessed-text"), "{}", seen.2);
    }
}

/// A Fail state may lack an error or a cause, unlike a task; the enclosing state still catches it.
#[test]
fn what_a_fail_state_leaves_out_is_null() {
    for (fields, marks) in [
        (json!({"Error": "E", "Cause": "why"}), ""),
        (
            json!({"Error": "E"}),
            "catch.error-output.missing.fail-state",
        ),
        (
            json!({"Cause": "why"}),
            "catch.error-output.missing.fail-state",
        ),
    ] {
        let mut fail = json!({ "Type": "Fail" });
        let object = fail.as_object_mut().expect("a state");
        object.extend(fields.as_object().expect("fields").clone());
        let definition = json!({"StartAt": "A", "States": {
            "A": {
                "Type": "Parallel", "End": true,
                "Branches": [{"StartAt": "F", "States": {"F": fail}}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
            },
            "C": {"Type": "Pass", "End": true},
        }});
        let seen = run(definition, json!({}), &[]);
        let output = seen.observation.output.expect("it is caught");
        assert_eq!(output["Error"], fields["Error"]);
        assert_eq!(output["Cause"], fields["Cause"]);
        assert_eq!(marked(seen.coverage, &["catch.error-output"], &[]), marks);
    }
}

#[test]
fn arguments_that_no_source_describes_are_guessed() {
    let input = json!({"x-y": {"z": 1}, "a": {"b_1": "é"}});
    for (call, guessed) in [
        ("States.JsonToString($.a.b_1)", ""),
        ("States.JsonToString($['x-y'].z)", ""),
        ("States.JsonToString($.x-y.z)", "argument.name"),
        ("States.Array($.a, $.x-y)", "argument.name"),
        ("States.JsonToString('a')", "json-to-string.no-path"),
        (
            "States.JsonToString(States.Array($.a))",
            "json-to-string.no-path",
        ),
    ] {
        let definition = json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Parameters": {"x.$": call}, "End": true},
        }});
        let seen = run(definition, input.clone(), &[]);
        assert!(seen.observation.output.is_some(), "{call}");
        let prefixes = ["intrinsic.argument.", "intrinsic.json-to-string.no"];
        let marks = marked(seen.coverage, &prefixes, &[]).replace("intrinsic.", "");
        assert_eq!(marks, guessed, "{call}");
    }
}

#[test]
fn the_retry_count_of_a_scope_is_assumed_only_once_it_is_retried() {
    let marks = |retry: Value| {
        let fails = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}});
        let parallel = json!({
            "Type": "Parallel", "Branches": [fails], "Retry": retry, "End": true,
            "Parameters": {"n.$": "$$.State.RetryCount"},
        });
        let definition = json!({"StartAt": "P", "States": {"P": parallel}});
        let seen = run(definition, json!({}), &[]);
        marked(seen.coverage, &["data.context-object."], &[])
    };
    let scope = "data.context-object.retry-count.scope";
    let retry = |attempts: u32| json!([{"ErrorEquals": ["E"], "MaxAttempts": attempts}]);
    assert_eq!(marks(retry(1)), scope);
    assert_eq!(marks(retry(0)), "");
}

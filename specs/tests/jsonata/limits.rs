//! Expressions that would take all time or memory, and that the counting against it changes nothing.

use std::{fs, time::Instant};

use serde_json::{Value, json};
use stepproof_specs::clause::{Aspect, Clause};

use super::{ended, run, run_machine, value};

const TIME: &str = "Expression evaluation timeout";
const MEMORY: &str = "Expression evaluation memory limit exceeded";
const DEPTH: &str = "Stack overflow error";

/// Expressions and how they end.
const HOSTILE: &[(&str, &str)] = &[
    ("($f := function(){ $f() }; $f())", TIME),
    ("($f := function($n){ 1 + $f($n + 1) }; $f(0))", DEPTH),
    ("(function($f){ $f($f) })(function($f){ $f($f) })", TIME),
    (
        "($f := function($n){ $g($n) }; $g := function($n){ $f($n) }; $f(1))",
        TIME,
    ),
    ("[1..100000000]", "D2014"),
    ("[1..800000].[1..800000]", TIME),
    ("[1..800000].($x := $; [1..800000].($x + $))", TIME),
    (
        "$map([1..800000], function($i){ $map([1..800000], function($j){ $i * $j }) })",
        TIME,
    ),
    ("$reduce([1..40], function($a, $i){ $a & $a }, 'x')", MEMORY),
    (
        "$reduce([1..40], function($a, $i){ $append($a, $a) }, [1])",
        MEMORY,
    ),
    (
        "$reduce([1..40], function($a, $i){ [$a, $a] }, [1])",
        MEMORY,
    ),
    (
        "$reduce([1..60], function($a, $i){ {'l': $a, 'r': $a} }, 1)",
        MEMORY,
    ),
    (
        "$reduce([1..90], function($a, $i){ {'a': $a, 'b': $a} }, 1).**",
        MEMORY,
    ),
    (
        "$string($reduce([1..60], function($a, $i){ [[$a], [$a]] }, 1))",
        MEMORY,
    ),
    (
        "($a := [1..800000]; $b := [$a, $a]; $c := [$b, $b]; [$c, $c])",
        MEMORY,
    ),
    ("$pad('x', 100000000)", MEMORY),
    ("'x' ~> $pad(-100000000)", MEMORY),
    (
        "$join($map([1..800000], function(){ $pad('', 1000, 'x') }))",
        TIME,
    ),
    (
        "$replace($pad('', 200000, 'x'), 'x', $pad('', 200000, 'y'))",
        MEMORY,
    ),
    (
        "$pad('', 200000, 'x') ~> $replace(/x/, $pad('', 200000, 'y'))",
        MEMORY,
    ),
    (
        "$join($split($pad('', 200000, 'x'), ''), $pad('', 200000, 'y'))",
        MEMORY,
    ),
    ("$sort([1..200000], function($l, $r){ $l < $r })", TIME),
    ("[1..3000][$count([1..3000][$ > 1]) > 1]", TIME),
    (
        "($g := function($n){ $n < 2 ? $n : $g($n - 1) + $g($n - 2) }; $g(60))",
        DEPTH,
    ),
    (
        "$split($pad('', 260000, 'a,'), ',').$split($pad('', 260000, 'a,'), ',')",
        TIME,
    ),
    ("$match($pad('', 260000, 'a'), /(a|aa)*b/)", ""),
    (
        "$filter([1..800000], function($v){ $v in [1..800000] })",
        TIME,
    ),
    ("$formatInteger(1e300, 'w')", ""),
    ("$formatInteger(1e15, 'I')", MEMORY),
    ("1e15 ~> $formatInteger('i')", MEMORY),
    (
        "$map([1..1000], function(){ $formatInteger(8000000000, 'I') })",
        TIME,
    ),
    ("$map([1..1000], function(){ $range(1, 800000, 1) })", TIME),
    (
        "$map([1..1000], function(){ 1 ~> $range(800000, 1) })",
        TIME,
    ),
    ("[1..1000].$range(1, 800000, 1)", TIME),
    (
        "$map([1..10000], function(){ $length($pad('x', 200000)) })",
        TIME,
    ),
    (
        "$map([1..10000], function(){ $length('x' ~> $pad(200000, '#')) })",
        TIME,
    ),
    (
        "($t := $pad('', 2000, 'x'); $map([1..10000], function(){ $length($replace($t, 'x', 'yyyyyyyy', 2000)) }))",
        TIME,
    ),
    (
        "($t := $pad('', 200000, 'x'); $map([1..10000], function(){ $count($split($t, '')) }))",
        TIME,
    ),
    ("$distinct([1..800000])", TIME),
    ("[1..800000] ~> $distinct()", TIME),
];

/// Each of these ends by a limit that is counted: no hang, no abort, no stack overflow; and nothing of
/// this is a finding.
#[test]
fn hostile_expressions_end() {
    let deep = format!("{}1{}", "(".repeat(400), ")".repeat(400));
    let sum = vec!["1"; 200].join("+");
    let nested = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let nesting = [(&*deep, DEPTH), (&*sum, DEPTH), (&*nested, DEPTH)];
    for (expression, end) in HOSTILE.iter().copied().chain(nesting) {
        let output = format!("{{% $count({expression}) %}}");
        let states = json!({"A": {"Type": "Pass", "Output": output, "End": true}});
        forget_peak();
        let began = Instant::now();
        let seen = run(&states, json!({}), &[]).expect("a simulation");
        let took = began.elapsed().as_millis();
        let shown: String = expression.chars().take(60).collect();
        println!("{took:>6} ms {:>5} MiB  {shown}", peak());
        match ended(&seen) {
            Ok(_) => assert_eq!(end, "", "{expression}"),
            Err((error, cause)) => {
                assert_eq!(error, "States.QueryEvaluationError");
                assert!(
                    !end.is_empty() && cause.contains(end),
                    "{expression}: {cause}"
                );
            }
        }
        let is_sure = end == "D2014";
        assert!(
            is_sure || seen.poisoned.contains(&Aspect::Output),
            "{expression}"
        );
    }
}

/// Lets the most memory of this process be counted anew, where the system can.
fn forget_peak() {
    // It is printed and not judged.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that this process has had, in MiB; 0 where the system does not tell.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.map_or(0, |it| it.parse::<usize>().unwrap_or(0) / 1024)
}

/// Products of data cost what they make.
#[test]
fn products_of_data_are_counted() {
    let list: Vec<usize> = (0..2_000).collect();
    let input = json!({"l": list});
    for expression in [
        "($l := $states.input.l; $count($l.($l).($l)))",
        "$states.input.l.($states.input.l).($states.input.l)",
        "$states.input.l.$states.input.l.$states.input.l",
        "$states.input.l.($count($states.input.l.($count($states.input.l))))",
        "$count($states.input.l.[$states.input.l])",
        "$count($states.input.l.[[$states.input.l]])",
        "$count($states.input.l.$string($states.input))",
        "$states.input.l.($string($states.input) & 'x')",
    ] {
        let output = format!("{{% {expression} %}}");
        let states = json!({"A": {"Type": "Pass", "Output": output, "End": true}});
        let seen = run(&states, input.clone(), &[]).expect("a simulation");
        let (error, cause) = ended(&seen).unwrap_err();
        assert_eq!(error, "States.QueryEvaluationError");
        let is_counted = cause.contains(TIME) || cause.contains(MEMORY);
        assert!(is_counted, "{expression}: {cause}");
        assert!(seen.poisoned.contains(&Aspect::Output), "{expression}");
    }
    // Counting changes no value.
    for (expression, expected) in [
        ("$states.input.list.($states.input.n)", json!([3, 3, 3])),
        (
            "$states.input.list.[$states.input.n]",
            json!([[3], [3], [3]]),
        ),
        ("$states.input.one.[$states.input.n]", json!([3])),
        ("$states.input.one.($states.input.list)", json!([1, 2, 3])),
        ("$states.input.one.$states.input.one.k", json!(5)),
        (
            "$states.input.list.{'a': $states.input.s}",
            json!([{"a": "x"}, {"a": "x"}, {"a": "x"}]),
        ),
        (
            "$states.input.list.[[$states.input.n]]",
            json!([[[3]], [[3]], [[3]]]),
        ),
        (
            "$states.input.list.$string($ + $states.input.n)",
            json!(["4", "5", "6"]),
        ),
        (
            "$states.input.list.$sum([$, $states.input.n])",
            json!([4, 5, 6]),
        ),
        ("'x' ~> $pad(-3, '#')", json!("##x")),
        ("'xx' ~> $replace('x', 'y', 1)", json!("yx")),
        ("'a,b' ~> $split(',')", json!(["a", "b"])),
        ("['a', 'b'] ~> $join('-')", json!("a-b")),
        ("$formatInteger(1999, 'I')", json!("MCMXCIX")),
        ("$distinct([1, 2, 1])", json!([1, 2])),
        ("1 ~> $range(3, 1)", json!([1, 2, 3])),
    ] {
        assert_eq!(value(expression), Ok(expected), "{expression}");
    }
}

/// `count` states that assign 250,002 bytes each, to names or again and again to the same one.
fn assigning(count: usize, again: bool, language: &str) -> Value {
    let mut states = serde_json::Map::new();
    for number in 1..=count {
        let name = if again {
            "x".to_owned()
        } else {
            format!("x{number}")
        };
        let assign = match language {
            "JSONata" => json!({ name: "{% $states.input.text %}" }),
            _ => json!({ format!("{name}.$"): "$.text" }),
        };
        let next = format!("Assign{}", number + 1);
        states.insert(
            format!("Assign{number}"),
            json!({ "Type": "Pass", "Assign": assign, "Next": next }),
        );
    }
    states.insert(format!("Assign{}", count + 1), json!({ "Type": "Succeed" }));
    json!({ "QueryLanguage": language, "StartAt": "Assign1", "States": states })
}

/// Recorded in 2026-09, with this number of bytes.
#[test]
fn all_variables_have_a_limit() {
    let input = || json!({ "text": ".".repeat(250_000) });
    let run = |definition: Value| run_machine(&definition, input(), &[]).expect("a simulation");
    let seen = run(assigning(41, false, "JSONata"));
    assert!(seen.observation.error.is_none());
    assert!(!seen.coverage.contains(Clause::VariablesLimit));
    let seen = run(assigning(42, false, "JSONata"));
    assert_eq!(
        ended(&seen),
        Err((
            "States.DataLimitExceeded".to_owned(),
            "Execution total variable size limit exceeded. State 'Assign42' assigned variables \
             that exceed the total execution limit by 14324 bytes."
                .to_owned()
        ))
    );
    assert_eq!(seen.poisoned, [Aspect::History]);
    // What is assigned again is gone, but nobody has seen whether it counts.
    let seen = run(assigning(45, true, "JSONata"));
    assert!(seen.observation.error.is_none());
    assert_eq!(seen.poisoned, Aspect::ALL);
    // Nor whether it is so in JSONPath.
    let seen = run(assigning(42, false, "JSONPath"));
    assert_eq!(
        seen.observation.error.as_deref(),
        Some("States.DataLimitExceeded")
    );
    assert_eq!(seen.poisoned, Aspect::ALL);
}

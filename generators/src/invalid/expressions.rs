//! Mutations of expressions in JSONata: a state is added that has one where it may stand.

use serde_json::{Value, json};
use stepproof_specs::{asl::walk::ITEM_PROCESSOR, clause::Clause as C};

use super::{
    Change, Mutation,
    site::{Site, plain},
};

const fn expression(
    name: &'static str,
    clause: C,
    change: fn(&mut Site<'_>) -> Option<()>,
) -> Mutation {
    let change = Change::Shape(change);
    Mutation {
        name,
        clause,
        change,
    }
}

/// What is not JSONata.
const NO_JSONATA: &[&str] = &[
    "a[1,2)",
    "\"unterminated",
    "1 +",
    "{\"a\":}",
    "$x :=",
    "$match(\"abc\", /abc",
    "(1; 2",
    "function($x){",
    "[1..",
    "\"a\" \"b\"",
];
/// What begins with a name.
const ROOTED_IN_NAMES: &[&str] = &[
    "a",
    "a.b",
    "a[0] + 1",
    "$sum(a)",
    "{\"a\": [b]}",
    "true ? 1 : a",
    "$states.input & a",
];
/// What reads the input that is not there.
const ROOTED_ELSEWHERE: &[&str] = &["$", "$.a", "$$", "$$.a.b", "*", "**.a", "[$]", "$string($)"];
/// What does so in a function, or from the inside of a path.
const ROOTED_IN_FUNCTIONS: &[&str] = &[
    "$map([1], function($v){ a })",
    "($f := function($v){ $ + $v }; $f(1))",
    "$states.input.($$)",
];
/// Fields of `$states` that exist elsewhere.
const ELSEWHERE: &[&str] = &[
    "$states.result",
    "$states.result.a + 1",
    "$states.errorOutput",
    "$exists($states.errorOutput.Error)",
    "($v := $states.result; $v)",
];
/// Fields of `$states` that do not exist.
const NOWHERE: &[&str] = &["$states.foo", "$states.Input", "$states.results.a"];

pub(super) const EXPRESSIONS: &[Mutation] = &[
    expression("no-jsonata", C::ValidateJsonataSyntax, |site| {
        put(site, NO_JSONATA)
    }),
    expression("root-name", C::ValidateJsonataRoot, |site| {
        put(site, ROOTED_IN_NAMES)
    }),
    expression("root", C::ValidateJsonataRootOther, |site| {
        put(site, ROOTED_ELSEWHERE)
    }),
    expression("root-in-function", C::ValidateJsonataRootFunction, |site| {
        put(site, ROOTED_IN_FUNCTIONS)
    }),
    expression("states-elsewhere", C::ValidateJsonataStates, |site| {
        put(site, ELSEWHERE)
    }),
    expression("states-nowhere", C::ValidateJsonataStatesOther, |site| {
        put(site, NOWHERE)
    }),
];

/// Where expressions stand before a state has a result: a type, and the way to the field.
const PLACES: &[(&str, &str)] = &[
    ("Pass", "/Output"),
    ("Pass", "/Output/a/0"),
    ("Pass", "/Assign/added"),
    ("Task", "/Arguments"),
    ("Task", "/Arguments/a/b"),
    ("Task", "/TimeoutSeconds"),
    ("Parallel", "/Arguments/a"),
    ("Choice", "/Choices/0/Condition"),
    ("Choice", "/Choices/0/Output"),
    ("Choice", "/Choices/0/Assign/added"),
    ("Wait", "/Seconds"),
    ("Map", "/Items"),
    ("Map", "/ItemSelector/a"),
    ("Map", "/MaxConcurrency"),
    ("Succeed", "/Output"),
    ("Fail", "/Error"),
    ("Fail", "/Cause"),
];

/// Adds a state that has one of these expressions somewhere.
fn put(site: &mut Site<'_>, sources: &[&str]) -> Option<()> {
    let source = site.dice.pick(sources);
    let (kind, place) = site.dice.pick(PLACES);
    let mut state = plain(kind);
    if kind == "Choice" {
        state["Choices"] = json!([{ "Condition": true }]);
    }
    if kind == "Map" {
        state[ITEM_PROCESSOR]["ProcessorConfig"] = json!({ "Mode": "INLINE" });
    }
    state["QueryLanguage"] = json!("JSONata");
    let steps: Vec<&str> = place.split('/').skip(1).collect();
    fill(&mut state, &steps, &format!("{{% {source} %}}").into());
    site.prepend(state).map(drop)
}

/// Puts a value at the end of a way, which is made.
fn fill(value: &mut Value, steps: &[&str], end: &Value) {
    match steps {
        [] => value.clone_from(end),
        [step, rest @ ..] => match step.parse::<usize>() {
            Ok(_) => {
                if !value.is_array() {
                    *value = json!([null]);
                }
                fill(&mut value[0], rest, end);
            }
            Err(_) => fill(&mut value[*step], rest, end),
        },
    }
}

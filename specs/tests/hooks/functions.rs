//! Intrinsic functions that give something else.

use serde_json::json;

use crate::{at, call, comes_to, error, when};

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
fn base64_may_take_texts_for_latin_1() {
    let latin = at(json!("text-bytes"), json!("ignore"));
    for (text, lawful, deviating) in [
        ("States.Base64Encode('é')", json!("w6k="), json!("6Q==")),
        ("States.Base64Decode('w6k=')", json!("é"), json!("Ã©")),
        (
            "States.Base64Encode('€')",
            json!("4oKs"),
            error("States.Runtime"),
        ),
    ] {
        let it = |x: &serde_json::Value| match x.get("x") {
            None if x.is_string() => json!({ "x": x }),
            _ => x.clone(),
        };
        comes_to(
            &call(text),
            &json!({}),
            &it(&lawful),
            &[(latin.clone(), it(&deviating))],
        );
    }
}

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Call, Function, Host, Invalid};
use crate::clause::{Clause, Coverage};

#[derive(Default)]
struct Notes {
    coverage: RefCell<Coverage>,
    draws: Cell<u64>,
}

impl Host for Notes {
    fn mark(&self, clause: Clause) {
        self.coverage.borrow_mut().mark(clause);
    }

    fn entropy(&self) -> u64 {
        self.draws.set(self.draws.get() + 1);
        crate::base::entropy::mix(self.draws.get())
    }
}

fn apply(function: &str, arguments: &Value) -> Result<Value, Invalid> {
    noted(function, arguments).0
}

/// The result, with the clauses that were marked.
fn noted(function: &str, arguments: &Value) -> (Result<Value, Invalid>, Coverage) {
    let function = Function::from_name(&format!("States.{function}")).unwrap();
    let arguments: Vec<_> = arguments
        .as_array()
        .unwrap()
        .iter()
        .map(Cow::Borrowed)
        .collect();
    let notes = Notes::default();
    let result = function.apply(arguments, &notes);
    (result, notes.coverage.into_inner())
}

#[test]
fn characters_beyond_ascii_in_json_text_are_guessed() {
    let guessed = |value: Value| {
        let (result, coverage) = noted("JsonToString", &json!([value]));
        assert!(result.is_ok());
        coverage.contains(Clause::IntrinsicJsonToStringBeyondAscii)
    };
    assert!(!guessed(json!({"a": ["b\n"]})));
    assert!(guessed(json!({"a": ["é"]})) && guessed(json!({"é": 1})));
}

#[test]
fn base64_may_lack_its_padding() {
    let decoded = |text: &str| {
        let (result, coverage) = noted("Base64Decode", &json!([text]));
        let guessed = coverage.contains(Clause::IntrinsicBase64TrailingBits);
        (result, guessed)
    };
    assert_eq!(decoded("YQ=="), (Ok(json!("a")), false));
    assert_eq!(decoded("YQ"), (Ok(json!("a")), false));
    assert_eq!(decoded("w6k"), (Ok(json!("é")), false));
    assert_eq!(decoded("YR"), (Ok(json!("a")), true));
    assert_eq!(decoded("a"), (Err(Invalid::Range), false));
}

#[test]
fn rounding_is_guessed_where_aws_documents_none() {
    for (function, arguments, expected, guessed) in [
        ("MathAdd", json!([1.5, 0]), json!(2), ""),
        ("ArrayRange", json!([1.2, 3, 1]), json!([1, 2, 3]), ""),
        ("ArrayRange", json!([0.5, 2, 1]), json!([1, 2]), "half"),
        ("ArrayGetItem", json!([[1, 2], 0.7]), json!(2), "elsewhere"),
        (
            "ArrayGetItem",
            json!([[1, 2], 0.5]),
            json!(2),
            "elsewhere half",
        ),
        ("ArrayGetItem", json!([[1, 2], 1]), json!(2), ""),
    ] {
        let (result, coverage) = noted(function, &arguments);
        assert_eq!(result, Ok(expected), "{function}{arguments}");
        let doubts: Vec<_> = coverage
            .iter()
            .filter_map(|clause| clause.entry().id.strip_prefix("intrinsic.rounding."))
            .collect();
        assert_eq!(doubts.join(" "), guessed, "{function}{arguments}");
    }
}

#[test]
fn functions_give_what_was_recorded_or_documented() {
    for (function, arguments, expected) in [
        ("Array", json!([]), json!([])),
        (
            "ArrayContains",
            json!([[[1, 2], {"a": 1}], {"a": 1}]),
            json!(true),
        ),
        ("ArrayContains", json!([[], null]), json!(false)),
        ("ArrayGetItem", json!([[1, 2, 3], 2]), json!(3)),
        (
            "ArrayPartition",
            json!([[0, 1, 2], 2]),
            json!([[0, 1], [2]]),
        ),
        ("ArrayRange", json!([0, 10, 3]), json!([0, 3, 6, 9])),
        ("ArrayRange", json!([1, 9, 9]), json!([1])),
        ("ArrayRange", json!([3, 0, -1]), json!([3, 2, 1, 0])),
        ("ArrayRange", json!([2, 2, -5]), json!([2])),
        (
            "ArrayUnique",
            json!([[1, 2, 2, [3], [3]]]),
            json!([1, 2, [3]]),
        ),
        (
            "Base64Encode",
            json!(["Hello World"]),
            json!("SGVsbG8gV29ybGQ="),
        ),
        ("Base64Decode", json!([""]), json!("")),
        (
            "Hash",
            json!(["input data", "MD5"]),
            json!("812f45842bc6d66ee14572ce20db8e86"),
        ),
        (
            "Hash",
            json!(["input data", "SHA-1"]),
            json!("aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ),
        (
            "JsonMerge",
            json!([{"a": {"x": 1}, "b": 2}, {"a": {"y": 2}}, false]),
            json!({"a": {"y": 2}, "b": 2}),
        ),
        ("JsonToString", json!([[1, 2, "x"]]), json!("[1,2,\"x\"]")),
        ("StringToJson", json!([" "]), Value::Null),
        ("StringToJson", json!(["-0"]), json!(0)),
        ("StringToJson", json!(["{\"a\": [1]}"]), json!({"a": [1]})),
        ("MathAdd", json!([-2.5, 0]), json!(-2)),
        ("MathAdd", json!([1.49, 1.5]), json!(3)),
        ("MathAdd", json!([-0.5, 0.5]), json!(1)),
        ("StringSplit", json!([", , ,", ","]), json!([" ", " "])),
        (
            "StringSplit",
            json!(["a.b+c", ".+"]),
            json!(["a", "b", "c"]),
        ),
        (
            "Format",
            json!(["{} and {}", {"a": 1, "b": []}, null]),
            json!("{a=1, b=[]} and null"),
        ),
        ("Format", json!(["\\{{}\\}", 1.1]), json!("{1.1}")),
        ("Format", json!(["{}", 1e10]), json!("1.0E10")),
        ("Format", json!(["{}", [1.5, "x"]]), json!("[1.5, x]")),
    ] {
        assert_eq!(
            apply(function, &arguments),
            Ok(expected),
            "{function} {arguments}"
        );
    }
}

#[test]
fn functions_refuse_what_they_do_not_take() {
    for (function, arguments, invalid) in [
        ("ArrayLength", json!([{}]), Invalid::Type),
        ("ArrayLength", json!([[], []]), Invalid::Arity),
        ("ArrayGetItem", json!([[1], 1]), Invalid::Range),
        ("ArrayGetItem", json!([[1], -1]), Invalid::Range),
        ("ArrayPartition", json!([[1], 0]), Invalid::Range),
        ("ArrayRange", json!([1, 9, 0]), Invalid::Range),
        ("ArrayRange", json!([1, 1001, 1]), Invalid::Range),
        ("Base64Encode", json!(["x".repeat(10_001)]), Invalid::Range),
        ("Base64Decode", json!(["*"]), Invalid::Range),
        ("Hash", json!(["x", "SHA-3"]), Invalid::Range),
        ("JsonMerge", json!([{}, {}, "false"]), Invalid::Type),
        ("JsonMerge", json!([{}, [], false]), Invalid::Type),
        ("StringToJson", json!(["{"]), Invalid::Range),
        ("MathAdd", json!(["1", 2]), Invalid::Type),
        ("MathRandom", json!([3, 3]), Invalid::Range),
        ("Format", json!(["{}"]), Invalid::Arity),
        ("Format", json!(["", 1]), Invalid::Arity),
        ("Format", json!(["{ {}", 1]), Invalid::Template),
        ("Format", json!(["\\\\{ \"n\": 1 \\\\}"]), Invalid::Template),
        ("Format", json!(["{}{", 1]), Invalid::Template),
        ("UUID", json!([1]), Invalid::Arity),
    ] {
        assert_eq!(
            apply(function, &arguments),
            Err(invalid),
            "{function} {arguments}"
        );
    }
}

#[test]
fn the_longest_range_has_a_thousand_items() {
    let range = apply("ArrayRange", &json!([1, 1000, 1])).unwrap();
    assert_eq!(range.as_array().unwrap().len(), 1_000);
}

#[test]
fn a_template_literal_keeps_its_escapes() {
    let call = Call::parse(r"States.Format('it\'s \{{}\}', 'a\'b')").unwrap();
    let arguments: Vec<_> = call
        .arguments()
        .iter()
        .map(|argument| match argument {
            super::Argument::Literal(value) => Cow::Borrowed(value),
            other => panic!("{other:?}"),
        })
        .collect();
    let formatted = call.function().apply(arguments, &Notes::default());
    assert_eq!(formatted, Ok(json!("it's {a'b}")));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c\"\\\\ é]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]{1,2}", inner), 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn text_and_json_are_inverse(value in any_json()) {
        let text = apply("JsonToString", &json!([value])).unwrap();
        prop_assert_eq!(apply("StringToJson", &json!([text])), Ok(value));
    }

    #[test]
    fn encoding_and_decoding_are_inverse(text in ".{0,40}") {
        let encoded = apply("Base64Encode", &json!([text])).unwrap();
        prop_assert_eq!(apply("Base64Decode", &json!([encoded])), Ok(json!(text)));
    }

    #[test]
    fn chunks_keep_all_items_in_order(items in prop::collection::vec(any_json(), 0..12), size in 1_usize..6) {
        let chunks = apply("ArrayPartition", &json!([items, size])).unwrap();
        let chunks: Vec<Vec<Value>> = serde_json::from_value(chunks).unwrap();
        prop_assert!(chunks.iter().rev().skip(1).all(|chunk| chunk.len() == size));
        prop_assert_eq!(chunks.concat(), items);
    }

    #[test]
    fn every_item_is_among_the_unique_ones_once(items in prop::collection::vec(any_json(), 0..12)) {
        let unique = apply("ArrayUnique", &json!([items])).unwrap();
        for item in &items {
            prop_assert_eq!(apply("ArrayContains", &json!([unique, item])), Ok(json!(true)));
        }
        prop_assert_eq!(apply("ArrayUnique", &json!([unique])), Ok(unique));
    }

    #[test]
    fn random_numbers_stay_in_their_range(first in -1000_i64..1000, span in 1_i64..1000) {
        let drawn = apply("MathRandom", &json!([first, first + span])).unwrap().as_i64().unwrap();
        prop_assert!((first..first + span).contains(&drawn));
    }
}

#[test]
fn a_call_that_was_never_written_parses_from_its_text() {
    for text in [
        "States.UUID()",
        "States.Array(1, -2.5, 'a', true, null)",
        r"States.Format('it\'s \{{}\} \\', $.a['x,)'][0], $$.Execution.Id, $name)",
        r"States.StringSplit('it\'s \{\} \\', ',')",
        "States.ArrayGetItem(States.StringSplit($.s, '-'), 0)",
        "States.ArrayLength($.items[?(@.price > 1)])",
    ] {
        let parsed = Call::parse(text).unwrap();
        let made = Call::new(parsed.function(), parsed.arguments().to_vec());
        assert_eq!(made.text(), text);
        assert_eq!(made, parsed);
    }
}

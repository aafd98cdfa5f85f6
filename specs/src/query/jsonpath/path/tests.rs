use std::cell::RefCell;

use serde_json::{Value, json};

use super::{Path, PathError, Root, Step};
use crate::clause::Coverage;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn found(text: &str, data: &Value) -> Value {
    path(text).find(data).unwrap().into_owned()
}

#[test]
fn definite_paths_find_or_say_what_is_missing() {
    let data = json!({"a": {"b": [10, {"c d": true}]}, "s": "x", "n": null});
    assert_eq!(found("$", &data), data);
    assert_eq!(found("$.a.b[0]", &data), 10);
    assert_eq!(found("$.a['b'][1]['c d']", &data), true);
    assert_eq!(found("$.a.b[7]", &data), Value::Null);
    let text = |p: &str| path(p).find(&data).unwrap_err().to_string();
    assert_eq!(text("$.NoSuch"), "No results for path: $['NoSuch']");
    assert_eq!(text("$.no.such.path"), "Missing property in path $['no']");
    assert_eq!(
        text("$.a.b.length()"),
        "Property ['length()'] not found in path $['a']['b']"
    );
    assert_eq!(
        text("$['a', 's'].v"),
        "Multi properties can only be used as path leafs: $['a', 's']"
    );
    assert_eq!(
        text("$.s[0].x"),
        "Filter: [0]['x'] can only be applied to arrays. Current context is: x"
    );
    assert_eq!(text("$.n[0]"), "The path $['n'] is null");
    // A string in an array is still a node of the tree, and numbers are printed as Java prints
    // them.
    let data = json!({"l": ["x"], "o": {"x": 12_345_678.5}});
    let text = |p: &str| path(p).find(&data).unwrap_err().to_string();
    let applied = "Filter: [0] can only be applied to arrays. Current context is: ";
    assert_eq!(text("$.l[0][0]"), format!("{applied}\"x\""));
    assert_eq!(text("$.o[0]"), format!("{applied}{{\"x\":1.23456785E7}}"));
}

#[test]
fn several_matches_are_gathered() {
    let data = json!({"a": [{"p": 1, "q": "x"}, {"p": 2}, {"q": "y"}], "o": {"p": 3, "r": 4}});
    for (text, expected) in [
        ("$.a[*].p", json!([1, 2])),
        ("$.a[0, 2].q", json!(["x", "y"])),
        ("$.a[1:]", json!([{"p": 2}, {"q": "y"}])),
        ("$.a[-1:]", json!([{"q": "y"}])),
        ("$.a[:-2].p", json!([1])),
        ("$.o.*", json!([3, 4])),
        ("$.o['p', 'r', 'z']", json!({"p": 3, "r": 4})),
        ("$.a[(@.length - 2)].p", json!(2)),
        ("$..p", json!([1, 2, 3])),
        ("$.a[?(@.p)].p", json!([1, 2])),
        ("$.a[?(!@.p)].q", json!(["y"])),
        (
            "$.a[?(@.p >= 2 || @.q == 'y')]",
            json!([{"p": 2}, {"q": "y"}]),
        ),
        ("$.a[?(@.p < $.o.p && @.q =~ /X|Y/i)].q", json!(["x"])),
        ("$.a[?(@.p == 9)]", json!([])),
        ("$.none[*].p", json!([])),
    ] {
        assert_eq!(found(text, &data), expected, "{text}");
    }
}

#[test]
fn roots_are_data_context_or_variable() {
    assert_eq!(path("$$.State.Name").root(), &Root::Context);
    assert_eq!(path("$order.total").root(), &Root::Variable("order".into()));
    assert_eq!(path("$[0]").root(), &Root::Data);
    for bad in [
        "",
        "a",
        " $",
        "$.",
        "$..",
        "$.a b",
        "$[",
        "$['a",
        "$-a",
        "$[x]",
        "$[\"a\"]",
        "$[-]",
        "$[?(@.a]",
        "$[?(@.a ==)(]",
        "$[?(@.a &&)]",
        "$[?(@..a)]",
        "$[?]",
        "$[?('a')]",
        "$[?(@.a =~ /(/)]",
        "$[?(@.a =~ /)]",
    ] {
        assert!(Path::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_no_path_is_wrong_somewhere() {
    for (text, offset) in [("a", 0), ("$.a b", 3), ("$$.a b", 4), ("$v.ab c", 5)] {
        let error = Path::parse(text).unwrap_err();
        assert_eq!(error.offset, offset, "{text}");
    }
}

#[test]
fn several_steps_make_a_path_indefinite_and_none_make_it_the_root() {
    for (text, definite, root) in [
        ("$", true, true),
        ("$$", true, false),
        ("$.a", true, false),
        ("$.a[0]['b', 'c']", true, false),
        ("$.a[(@.length-1)]", true, false),
        ("$[*]", false, false),
        ("$..a", false, false),
        ("$.a[1:].b", false, false),
        ("$.a[0, 1]", false, false),
        ("$.a[?(@.b)]", false, false),
    ] {
        let path = path(text);
        assert_eq!(
            (path.is_definite(), path.is_data_root()),
            (definite, root),
            "{text}"
        );
    }
}

#[test]
fn scans_try_their_step_on_every_value() {
    let data = json!({"a": [1, {"b": 2}], "o": {"p": 3}});
    assert_eq!(
        found("$..*", &data),
        json!([[1, {"b": 2}], {"p": 3}, 1, {"b": 2}, 2, 3])
    );
    assert_eq!(found("$..[?(@.p == 3)].p", &data), json!([3]));
}

/// A missing member is skipped before the last step that can lead to several values, and right
/// after it; further on, the whole path fails.
#[test]
fn a_missing_member_is_passed_over_near_the_last_step_with_several_values() {
    let data = json!([{"q": {"x": 1, "y": {}}}, {}]);
    assert_eq!(found("$[0, 1].q.x", &data), json!([1]));
    assert_eq!(found("$.none[0, 1]", &json!({})), json!([]));
    let error = |text: &str| path(text).find(&data).unwrap_err().to_string();
    assert_eq!(
        error("$[0, 0].q.r.x"),
        "Missing property in path $[0]['q']['r']"
    );
}

#[test]
fn only_quotes_delimit_names() {
    // Recorded: a backslash in a name stands for itself.
    let data = json!({r#"Test\""Name""#: 1, "length()": 2});
    assert_eq!(found(r#"$['Test\""Name"']"#, &data), 1);
    assert_eq!(found("$.length()", &data), 2);
    let name: Step = Step::Names(["a".into(), "b".into()].into());
    assert_eq!(path("$['a' , 'b']").steps(), [name]);
}

#[test]
fn what_is_printed_reads_back() {
    for text in [
        "$",
        "$.a['b c'][0]",
        "$.a[-1]",
        "$.a[0,2]",
        "$.a[1:]",
        "$.a[:2]",
        "$.a[1:2]",
        "$..a",
        "$..*",
        "$..[0]",
        "$.*",
        "$['a', 'b']",
        "$.a[(@.length-1)]",
        "$$.a",
        "$v[*]",
        "$.a[?(@.b == 'c' && @ != 5 || !@['x y'] || @.l[(@.length-1)] =~ /[a-z]+/i)]",
    ] {
        let path = path(text);
        let again = Path::new(path.root().clone(), path.steps().to_vec());
        assert_eq!(Path::parse(again.text()), Ok(again.clone()), "{text}");
    }
}

#[test]
fn references_lead_to_one_place_by_names_and_indexes() {
    for text in ["$", "$.a", "$.a[0]['b,c']", "$['length()']"] {
        assert!(path(text).is_reference(), "{text}");
    }
    for text in [
        "$.a.length()",
        "$.a[*]",
        "$.a[-1]",
        "$.a['b', 'c']",
        "$.a[(@.length-1)]",
    ] {
        assert!(!path(text).is_reference(), "{text}");
    }
}

#[test]
fn filters_fail_on_what_java_cannot_read_as_a_number() {
    let data = json!([{"p": 1}]);
    let error = |text: &str| path(text).find(&data).unwrap_err();
    assert_eq!(error("$[?(@.p == abc)]"), PathError::NotADigit('a'));
    assert_eq!(error("$[?(@.p == '')]"), PathError::NotANumber(None));
    assert_eq!(error("$[?(@.p =~ 'x')]"), PathError::NotAPattern);
    assert_eq!(found("$[?(@.p == '1.00e0')]", &data), data);
}

#[test]
fn regular_expressions_are_those_that_java_shares() {
    let data = json!([{"p": "ab"}]);
    for shared in [
        "/a|.b+?/",
        "/A[B-Z]/i",
        "/a*b*/",
        "/(a)(b)/",
        "/[a]b[c]*/",
        "/[*+a][b(?)]/",
        "/\\w\\S/",
    ] {
        let filtered = format!("$[?(@.p =~ {shared})]");
        assert_eq!(found(&filtered, &data), data, "{shared}");
    }
    for foreign in [
        "/a++b/",
        "/a{1}+b/",
        "/(?i)AB/",
        "/\\p{L}+/",
        "/\\p{L}/",
        "/[a[b]]/",
    ] {
        let path = path(&format!("$[?(@.p =~ {foreign})]"));
        assert_eq!(
            path.find(&data),
            Err(PathError::ForeignPattern),
            "{foreign}"
        );
    }
    for refused in ["/a**/", "/a+++/", "/(/"] {
        assert!(
            Path::parse(&format!("$[?(@.p =~ {refused})]")).is_err(),
            "{refused}"
        );
    }
    assert_ne!(
        path("$[?(@.p =~ /a/)]").steps(),
        path("$[?(@.p =~ /b/)]").steps()
    );
}

#[test]
fn filters_in_filters_are_refused_however_deep() {
    let deep = format!("$.a{}@{}", "[?(@".repeat(100_000), ")]".repeat(100_000));
    assert!(Path::parse(&deep).is_err());
}

#[test]
fn put_creates_objects_and_refuses_to_go_through_scalars() {
    let mut data = json!({"a": [1, 2]});
    path("$.x.y").put(&mut data, json!(5)).unwrap();
    path("$.a[1]").put(&mut data, json!("two")).unwrap();
    assert_eq!(data, json!({"a": [1, "two"], "x": {"y": 5}}));
    assert!(path("$.a.b").put(&mut data, json!(0)).is_err());
    assert!(path("$.a[2]").put(&mut data, json!(0)).is_err());
}

/// The result of a path, and the ids of the clauses that were marked, without their common prefix.
fn judged(text: &str, data: &Value) -> (Result<Value, PathError>, String) {
    let marks = RefCell::new(Coverage::default());
    let path = path(text);
    let found = path.find_marking(data, &|clause| marks.borrow_mut().mark(clause));
    let found = found.map(std::borrow::Cow::into_owned);
    let mut ids: Vec<&str> = marks.into_inner().iter().map(|it| it.entry().id).collect();
    ids.sort_unstable();
    let ids: Vec<&str> = ids.iter().map(|id| &id["data.path.".len()..]).collect();
    (found, ids.join(" "))
}

/// What a path finds in some data (`None` if it fails), and the clauses that it marks.
#[track_caller]
fn assert_marks(rows: &[(&str, Option<Value>, &str)]) {
    let data = json!({
        "a": [{"p": 1, "q": "x"}, {"p": 2}], "n": 1, "s": "t", "z": null, "o": {"p": 3},
        "f()": 0, "nulls": [{"q": null}], "e": [],
    });
    for (text, expected, marks) in rows {
        let (found, seen) = judged(text, &data);
        assert_eq!(
            (found.ok(), seen),
            (expected.clone(), (*marks).to_owned()),
            "{text}"
        );
    }
}

#[test]
fn a_rule_marks_its_clause_where_it_has_a_say_and_nowhere_else() {
    assert_marks(&[
        ("$.a[1].p", Some(json!(2)), ""),
        ("$.none.x", None, ""),
        ("$.a[(@.length-1)].p", Some(json!(2)), "from-end"),
        ("$.f()", Some(json!(0)), "no-functions"),
        ("$.n.length()", None, "no-functions not-an-object"),
        ("$.n.x", None, "not-an-object"),
        ("$.n['x', 'y']", None, "not-an-object"),
        ("$.o['p', 'p']", Some(json!({"p": 3})), "names"),
        (
            "$.o['p', 'q']",
            Some(json!({"p": 3})),
            "names names.missing",
        ),
        ("$.o['p', 'q'].x", None, "names names.not-last"),
        ("$.a[2]", Some(Value::Null), "index-outside"),
        ("$.a[2].p", None, "index-outside.step not-an-object"),
        ("$.a[2][0]", None, "index-outside"),
        ("$.a[-1]", Some(Value::Null), "index-outside"),
        ("$.a[-1].p", None, "negative-index not-an-object"),
        ("$.a[-1][0]", None, "index-outside"),
        (
            "$.a[(@.length-3)].p",
            None,
            "from-end index-outside not-an-object",
        ),
        ("$.a[0:1].p", Some(json!([1])), ""),
        ("$.a[-1:].p", Some(json!([2])), ""),
        (
            "$.a[-1:1]",
            Some(json!([null, {"p": 1, "q": "x"}])),
            "index-outside slice.negative-start",
        ),
        ("$.a[*].p", Some(json!([1, 2])), ""),
        ("$.a[*].q", Some(json!(["x"])), "wildcard.missing"),
        (
            "$.a[*].p.x",
            Some(json!([])),
            "not-an-object several.mismatch",
        ),
        ("$.a[*].p[0]", None, "several.mismatch"),
        ("$.o.*.x", None, "not-an-object several.mismatch"),
        ("$.a[0, 1].q", None, "several.missing"),
        ("$.a[0:].p", Some(json!([1, 2])), ""),
        ("$.a[:0].p", Some(json!([])), ""),
        ("$.e[-1:1]", Some(json!([])), ""),
        ("$.e[0].p", None, "index-outside.step not-an-object"),
        ("$..p", Some(json!([1, 2, 3])), ""),
        ("$.o..['p', 'q']", Some(json!([])), "several.missing"),
        ("$.a..[0].p", Some(json!([1, 2])), "scan.array"),
        ("$.o..[0]", Some(json!([])), ""),
    ]);
}

#[test]
fn a_rule_of_filters_marks_its_clause_where_it_has_a_say() {
    assert_marks(&[
        ("$.a[?(@.p == 1)].q", Some(json!(["x"])), "filter"),
        (
            "$.a[?(@.p == '1')].q",
            Some(json!(["x"])),
            "filter filter.types",
        ),
        (
            "$.a[?(@.q == x)].p",
            Some(json!([1])),
            "filter filter.missing filter.types filter.words",
        ),
        (
            "$.a[?(@.q == 'x')].p",
            Some(json!([1])),
            "filter filter.missing",
        ),
        (
            "$.a[?(@['p q'] == 1)]",
            Some(json!([])),
            "filter filter.missing filter.names",
        ),
        ("$.a[?(@.q)].p", Some(json!([1])), "filter"),
        (
            "$.nulls[?(@.q)]",
            Some(json!([])),
            "filter filter.exists-null",
        ),
        (
            "$.a[?($.q)].p",
            Some(json!([1])),
            "filter filter.exists-root",
        ),
        (
            "$.a[?(@.p == $.n)].q",
            Some(json!(["x"])),
            "filter filter.beyond",
        ),
        (
            "$.a[?(@.p == @.p)].p",
            Some(json!([1, 2])),
            "filter filter.beyond",
        ),
        (
            "$.a[?(@.q =~ /x/)].p",
            Some(json!([1])),
            "filter filter.beyond filter.missing",
        ),
        (
            "$.o[?(@.p == 3)].p",
            Some(json!([3])),
            "filter filter.beyond",
        ),
        ("$.o..[?(@.p == 4)]", Some(json!([])), "filter.beyond"),
        ("$.a[?(@.p[0] == 1)]", None, "filter filter.types"),
        ("$.a[?(@.p[0])]", None, "filter filter.types"),
        ("$.a[?(@['p','q'])].p", Some(json!([1])), "filter names"),
        ("$.n[?(@.p)]", None, "filter several.mismatch"),
    ]);
}

/// How a filter compares a value of each type; `types` means that other implementations may differ.
#[test]
fn filters_compare_by_the_type_of_the_element() {
    let data = json!([{
        "f": 1e7, "u": u64::MAX, "q": "x'y'", "Q": "'x'y", "d": "a/",
        "n": 1, "s": "x", "N": "null", "b": true, "z": null, "l": [], "m": 2, "t": "10",
    }]);
    for (filter, holds, types) in [
        ("@.n == 1", true, false),
        ("@.n != 1", false, false),
        ("@.n < 2", true, false),
        ("@.n <= 1", true, false),
        ("@.n > 1", false, false),
        ("@.n >= 1", true, false),
        ("@.n < @.m", true, false),
        ("@.m < @.n", false, false),
        ("@.n == '1'", true, true),
        ("@.n < '10'", true, true),
        ("@.n == @.t", false, true),
        ("@.s == 'x'", true, false),
        ("@.s < 'y'", true, false),
        ("@.s == @.s", true, false),
        ("@.s == x", true, true),
        ("'x' == @.s", true, true),
        ("@.t < '9'", true, false),
        ("@.b == true", true, false),
        ("@.b != false", true, false),
        ("@.b > false", true, true),
        ("@.b == @.b", true, false),
        ("@.b == 'TRUE'", true, true),
        ("@.s == null", false, false),
        ("@.z == null", true, false),
        ("@.z != 1", true, true),
        ("@.z < 1", false, true),
        ("@.z <= null", false, true),
        ("@.s > null", true, true),
        ("@.d > null", true, true),
        ("@.n != null", true, true),
        ("@.N == null", true, true),
        ("@.s == 'null'", false, true),
        ("@.s != 'null'", true, true),
        ("@.s != @.N", true, true),
        ("@.N == @.z", true, true),
        ("@.l == 1", false, true),
        ("@.l != 1", false, true),
        ("@.u > 1", false, true),
        ("@.q == x'y'", true, true),
        ("@.Q == 'x'y", true, true),
        ("@.d == a/", true, true),
        ("@.f =~ /1.0E7/", true, true),
        ("/x/ =~ /x/", true, true),
        ("@.z =~ @.z", false, true),
        ("@.s =~ /X/i", true, false),
        ("/x/ =~ @.s", true, false),
        ("@.n =~ /1/", true, true),
        ("@.b =~ /true/", true, true),
        ("@.z =~ /null/", false, true),
        ("@.l =~ /\\[\\]/", true, true),
    ] {
        let (found, marks) = judged(&format!("$[?({filter})].n"), &data);
        let expected = if holds { json!([1]) } else { json!([]) };
        assert_eq!(found, Ok(expected), "{filter}");
        // Null is neither less nor more than anything: no comparison is made, so nothing is in
        // doubt.
        let silent = ["@.z < 1", "@.z <= null"].contains(&filter);
        assert_eq!(
            marks.contains("types"),
            types && !silent,
            "{filter}: {marks}"
        );
    }
}

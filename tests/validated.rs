//! `stepproof validate`, over definitions that are broken on purpose and files of every kind.

use std::{fs, path::Path};

use serde_json::Value;
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::WorkflowType,
    clause::Clause,
    scenario::case::Body,
    validate::{refusal, validate_text},
};
use stepproof_tests::{expect, stepproof};

const CASES: u64 = 120;
const VALID: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
const NO_END: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#;

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, text).expect("a file");
}

/// The broken definitions of a seed, with their names, and whether AWS refuses them.
fn broken(directory: &Path) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for index in 0..CASES {
        let Body::Definition(case) = generate(&Profile::invalid(), 5, index).body else {
            panic!("an execution");
        };
        if case.workflow == WorkflowType::Standard {
            let text = case.definition.to_string();
            let (_, diagnostics) = validate_text(&text, WorkflowType::Standard);
            let name = format!("{index}.json");
            write(directory, &name, &text);
            all.push((name, refusal(&diagnostics).is_some()));
        }
    }
    all
}

#[test]
fn every_broken_definition_is_refused_with_code_text_and_location() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let all = broken(here);
    let names = all.iter().map(|(name, _)| &**name);
    let arguments: Vec<&str> = ["validate", "--format", "json"]
        .into_iter()
        .chain(names)
        .collect();
    let ran = expect(here, &arguments, 1);
    let answers: Vec<Value> = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(answers.len(), all.len());
    let mut refused = 0;
    for ((name, is_refused), answer) in all.iter().zip(&answers) {
        assert_eq!(answer["file"], **name);
        let expected = if *is_refused { "FAIL" } else { "OK" };
        assert_eq!(answer["result"], expected, "{answer}");
        refused += usize::from(*is_refused);
        for diagnostic in answer["diagnostics"].as_array().expect("diagnostics") {
            assert!(diagnostic["code"].is_string(), "{answer}");
            assert!(diagnostic["message"].is_string(), "{answer}");
            // Three kinds of diagnostic are about the whole definition: AWS gives them no place.
            let nowhere = ["validate.object", "validate.end", "validate.size"];
            let rule = diagnostic["clause"].as_str().expect("a clause");
            let basis = Clause::from_id(rule).expect("a clause").entry().basis;
            assert_eq!(diagnostic["basis"], basis.name());
            assert_eq!(
                diagnostic["location"].is_null(),
                nowhere.contains(&rule),
                "{answer}"
            );
        }
    }
    assert!(refused > 80, "{refused}");
    for (name, is_refused) in all.iter().take(20) {
        let ran = expect(here, &["validate", name], i32::from(*is_refused));
        let last = ran.out.lines().last().expect("a last line");
        assert_eq!(last.contains("refused, "), *is_refused, "{last}");
        assert_eq!(ran.out.contains("error: "), *is_refused, "{}", ran.out);
    }
}

#[test]
fn several_files_and_directories_are_told_one_by_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    write(here, "a/good.json", VALID);
    write(
        here,
        "a/b/flow.yaml",
        "{StartAt: A, States: {A: {Type: Succeed}}}",
    );
    write(
        here,
        "a/b/bad.yml",
        "StartAt: A\nStates:\n  A:\n    Type: Pass\n",
    );
    write(here, "a/package.json", "{\"name\": \"no machine\"}");
    write(here, "bad.json", NO_END);
    let ran = expect(here, &["validate", "a", "bad.json"], 1);
    insta::assert_snapshot!(ran.out, @r#"
    error: SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/A (line 3, column 3); add "Next" with the name of a state, or "End": true
    a/b/bad.yml: refused, 1 diagnostic
    a/b/flow.yaml: valid
    a/good.json: valid
    error: SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/A (line 1, column 29); add "Next" with the name of a state, or "End": true
    bad.json: refused, 1 diagnostic
    4 files: 2 valid, 2 refused, 1 no machine
    "#);
    let ran = expect(here, &["validate", "a/good.json", "a/b/flow.yaml"], 0);
    assert!(
        ran.out.ends_with("2 files: 2 valid, 0 refused\n"),
        "{}",
        ran.out
    );

    write(here, "torn.json", "{\"StartAt\": ");
    let ran = stepproof(here, &["validate", "torn.json", "bad.json"]);
    assert_eq!(ran.status, 2);
    for expected in [
        "torn.json: failed to read 'torn.json': read the definition as JSON: ",
        "bad.json: refused, 1 diagnostic",
        "2 files: 0 valid, 1 refused, 1 unreadable",
    ] {
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
}

#[test]
fn a_file_that_is_meant_as_a_machine_is_not_passed_over() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    write(here, "m/good.json", VALID);
    write(here, "m/package.json", "{\"name\": \"no machine\"}");
    write(here, "m/template.yaml", "{{ torn");
    expect(here, &["validate", "m"], 0);
    // A typing error in a field's name.
    let order = VALID
        .replace("StartAt", "startAt")
        .replace("States", "states");
    write(here, "m/order.asl.json", &order);
    let ran = expect(here, &["validate", "m"], 1);
    for expected in [
        "m/order.asl.json: refused, ",
        "2 files: 1 valid, 1 refused, 2 no machine\n",
    ] {
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
    for (name, text) in [
        ("torn.asl", "{\"StartAt\": "),
        ("torn.asl.yml", "{\"StartAt\": "),
        // A line says what it is.
        ("torn.yaml", "StartAt: A\nStates: {"),
    ] {
        write(here, &format!("m/{name}"), text);
        let ran = expect(here, &["validate", "m"], 2);
        let told = format!("m/{name}: failed to read 'm/{name}'");
        assert!(ran.out.contains(&told), "{}", ran.out);
        let total = "3 files: 1 valid, 1 refused, 1 unreadable, 2 no machine\n";
        assert!(ran.out.ends_with(total), "{}", ran.out);
        // The same files are missing from a check.
        let ran = expect(here, &["check", "m", "--cases", "2", "--out", name], 4);
        for expected in [
            &*format!("unreadable: m/{name}"),
            "refused: m/order.asl.json",
        ] {
            let told = format!("{expected}: failed to ");
            assert!(ran.out.contains(&told), "{}", ran.out);
        }
        fs::remove_file(here.join("m").join(name)).expect("removed");
    }
    let ran = expect(
        here,
        &["check", "m/good.json", "--cases", "2", "--out", "good"],
        0,
    );
    assert!(ran.out.contains("; 1 machine, 1 judged, "), "{}", ran.out);
}

#[test]
fn a_bad_path_is_told_which_part_of_it_is_wrong() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let mut lines = String::new();
    for (field, path) in [
        ("InputPath", "order.id"),
        ("OutputPath", "$.a["),
        ("ResultPath", "$.a[*].b"),
        ("ResultPath", "$.a[?(@.b)]"),
    ] {
        let text = VALID.replace(
            "{\"Type\": \"Succeed\"}",
            &format!("{{\"Type\": \"Pass\", \"End\": true, \"{field}\": \"{path}\"}}"),
        );
        write(here, "path.json", &text);
        let ran = expect(here, &["validate", "path.json"], 1);
        lines.push_str(ran.out.lines().next().expect("a line"));
        lines.push('\n');
    }
    insta::assert_snapshot!(lines, @"
    error: SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/A/InputPath (line 1, column 64); character 1 ('o') of 'order.id': a path starts with '$'
    error: SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/A/OutputPath (line 1, column 64); character 4 ('[') of '$.a[': brackets hold a name, an index, a slice, '*' or a filter
    error: SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/A/ResultPath (line 1, column 64); '$.a[*].b' has a part that may select several values: a reference path leads to one place, by names and indexes only
    error: SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/A/ResultPath (line 1, column 64); '$.a[?(@.b)]': a reference path leads to one place, by names and indexes only [assumed: AWS was not seen to refuse this]
    ");
}

#[test]
fn what_is_no_document_is_not_answered() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    write(
        here,
        "tag.yaml",
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: !GetAtt F.Arn\n",
    );
    write(here, "torn.json", "{\"StartAt\": ");
    for (file, expected) in [
        ("tag.yaml", "unsupported tag `!GetAtt` at line 5"),
        ("torn.json", "line 1, column"),
        ("none.json", "none.json"),
    ] {
        let ran = expect(here, &["validate", file], 2);
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
}

/// Two warnings, and an error about the whole definition.
const ODD: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Result": {"a": "$.b"}, "Parameters": {"x": "$.a"}, "Next": "A"}
}}"#;

#[test]
fn what_is_told_is_marked_for_what_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    write(here, "odd.json", ODD);
    let warned = ODD.replace("\"Next\": \"A\"", "\"End\": true");
    write(here, "warned.json", &warned);
    let assumed = warned.replace("\"StartAt\"", "\"Owner\": 1, \"StartAt\"");
    write(here, "assumed.json", &assumed);
    let jsonata = VALID.replace("\"StartAt\"", "\"QueryLanguage\": \"JSONata\", \"StartAt\"");
    write(here, "jsonata.json", &jsonata);
    let names = ["odd.json", "assumed.json", "warned.json", "jsonata.json"];
    let ran = expect(here, &[&["validate"], &names[..]].concat(), 1);
    insta::assert_snapshot!(ran.out, @"
    error: MISSING_END_STATE: Workflow has no terminal state, about the whole definition
    warning: PASS_RESULT_IS_STATIC: The Result of a Pass is static: a path in it is not read at /States/A/Result/a (line 2, column 36); use Parameters, with keys that end in .$
    warning: NO_DOLLAR: The value of the field 'x' reads as a path or an intrinsic function call, but the field's name does not end in '.$' at /States/A/Parameters/x (line 2, column 64); put .$ at the end of the key if the value is to be read
    odd.json: refused, 1 diagnostic, 2 warnings
    error: SCHEMA_VALIDATION_FAILED: Field 'Owner' is not supported at / (line 1, column 1) [assumed: AWS was not seen to refuse this]
    warning: PASS_RESULT_IS_STATIC: The Result of a Pass is static: a path in it is not read at /States/A/Result/a (line 2, column 36); use Parameters, with keys that end in .$
    warning: NO_DOLLAR: The value of the field 'x' reads as a path or an intrinsic function call, but the field's name does not end in '.$' at /States/A/Parameters/x (line 2, column 64); put .$ at the end of the key if the value is to be read
    assumed.json: refused, 1 diagnostic (only assumed), 2 warnings
    warning: PASS_RESULT_IS_STATIC: The Result of a Pass is static: a path in it is not read at /States/A/Result/a (line 2, column 36); use Parameters, with keys that end in .$
    warning: NO_DOLLAR: The value of the field 'x' reads as a path or an intrinsic function call, but the field's name does not end in '.$' at /States/A/Parameters/x (line 2, column 64); put .$ at the end of the key if the value is to be read
    warned.json: valid, 2 warnings
    jsonata.json: valid
    4 files: 2 valid, 2 refused
    ");
    expect(here, &["validate", "warned.json"], 0);
    let json = |name: &str, status: i32| {
        let ran = expect(here, &["validate", "--format", "json", name], status);
        let told: Value = serde_json::from_str(&ran.out).expect("JSON");
        (told, ran.err)
    };
    let (told, _) = json("odd.json", 1);
    assert_eq!(told[0]["clause"], "validate.end");
    assert_eq!(told[0].get("location"), Some(&Value::Null));
    let (told, _) = json("assumed.json", 1);
    assert_eq!(told[0]["clause"], "validate.unknown.inner");
    assert_eq!(told[0]["basis"], "assumed");
    // Whoever goes by it says so, too.
    for (command, status) in [("simulate", 2), ("check", 4)] {
        let ran = expect(here, &[command, "assumed.json"], status);
        let assumed =
            "Field 'Owner' is not supported at / [assumed: AWS was not seen to refuse this]";
        assert!(ran.err.contains(assumed), "{}", ran.err);
    }
    let (told, err) = json("warned.json", 0);
    assert_eq!(told[0]["code"], "PASS_RESULT_IS_STATIC");
    assert_eq!(told[0]["severity"], "WARNING");
    assert_eq!(err, "");
    let (told, err) = json("jsonata.json", 0);
    assert_eq!(told, Value::Array(Vec::new()));
    assert_eq!(err, "");
}

/// No command knows better than another whether AWS takes a definition.
#[test]
fn every_command_judges_a_definition_in_the_same_way() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    for (index, (text, said)) in [
        ("", "Definition must be a valid JSON object"),
        (" \n", "Definition must be a valid JSON object"),
        ("null", "Definition must be a valid JSON object"),
        ("[]", "Definition must be a valid JSON object"),
        ("{}", "These fields are required: [States, StartAt] at /"),
        (
            r#"{"StartAt": "A"}"#,
            "These fields are required: [States] at /",
        ),
        (
            r#"{"States": {}}"#,
            "These fields are required: [StartAt] at /",
        ),
        (
            r#"{"StartAt": "A", "States": {}}"#,
            "Workflow has no terminal state",
        ),
        (NO_END, "only one of the following fields: [Next, End]"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = index.to_string();
        let file = format!("{folder}/m.asl.json");
        write(here, &file, text);
        for place in [&folder, &file] {
            let ran = expect(here, &["validate", place], 1);
            assert!(ran.out.contains(said), "{place} {text}: {}", ran.out);
            let last = format!("{file}: refused, ");
            assert!(ran.out.contains(&last), "{text}: {}", ran.out);
            let ran = expect(here, &["check", place, "--cases", "1", "--out", "out"], 4);
            let told = format!("refused: {file}: failed to accept the machine: ");
            assert!(ran.err.contains(&told), "{text}: {}", ran.err);
            assert!(ran.err.contains(said), "{text}: {}", ran.err);
        }
        let ran = expect(here, &["simulate", &file], 2);
        let told = format!("failed to simulate '{file}': accept the machine: ");
        assert!(ran.err.contains(&told), "{text}: {}", ran.err);
        assert!(ran.err.contains(said), "{text}: {}", ran.err);
    }
    // A file with a part of what machines have counts as one, whatever it is called.
    write(here, "part/a.json", r#"{"States": {}}"#);
    write(here, "part/b.json", VALID);
    let ran = expect(here, &["validate", "part"], 1);
    assert!(
        ran.out.ends_with("2 files: 1 valid, 1 refused\n"),
        "{}",
        ran.out
    );
    let ran = stepproof(
        here,
        &["check", "part", "--cases", "1", "--out", "part-out"],
    );
    let told = format!("{}{}", ran.out, ran.err);
    assert!(told.contains("refused: part/a.json: "), "{told}");
}

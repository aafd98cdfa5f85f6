//! Placeholders and templates: what `check` and `validate` make of files that CloudFormation, SAM and the
//! CDK fill at a deployment, and of files that are something else.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stepproof_tests::expect;

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn write(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(name), text).expect("a file");
}

fn shows(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "'{words}' is not in: {text}");
    }
}

const PLAIN: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;

const FILLED: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Task", "Resource": "${Work.Arn}", "TimeoutSeconds": ${Limit}, "Next": "${Then}"},
    "B": {"Type": "Succeed"}}}"#;

#[test]
fn validate_fills_placeholders_as_check_does() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", FILLED);
    let ran = expect(here, &["validate", "m.json"], 2);
    shows(
        &ran.err,
        &["guess what stands for ${Then} in Next: give it with --set NAME=VALUE"],
    );
    let ran = expect(here, &["validate", "m.json", "--set", "Then=B"], 0);
    shows(&ran.out, &["m.json: valid"]);
    let guessed = "m.json: ${Work.Arn} is taken as arn:aws:lambda:us-east-1:123456789012:function:Work-Arn, \
                   ${Limit} is taken as 60";
    shows(&ran.err, &[guessed]);
    write(here, "values.yaml", "Then: C\n");
    let ran = expect(here, &["validate", "m.json", "--values", "values.yaml"], 1);
    shows(&ran.out, &["Missing 'Next' target: C", "m.json: refused"]);
    write(
        here,
        "n.json",
        &FILLED
            .replace("${Limit}", "\"${Limit}\"")
            .replace("${Then}", "B"),
    );
    let ran = expect(here, &["validate", "n.json"], 2);
    shows(
        &ran.out,
        &[
            "judge the machine with guessed placeholders: ",
            "TimeoutSeconds",
        ],
    );
}

#[test]
fn a_value_for_nothing_is_told() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", FILLED);
    let told = "warning: a value is given for ${Limitt}, which is in no file";
    for command in ["validate", "check", "simulate"] {
        let values = ["--set", "Then=B", "--set", "Limitt=5"];
        let ran = expect(here, &[&[command, "m.json"], &values[..]].concat(), 0);
        shows(&ran.err, &[told]);
        assert!(!ran.err.contains("${Then}, which"), "{}", ran.err);
    }
}

#[test]
fn machines_in_templates_are_found() {
    let directory = directory();
    let here = directory.path();
    fs::create_dir(here.join("d")).expect("a directory");
    let sam = "Resources:\n  Role: {Type: AWS::IAM::Role}\n  Order:\n    Type: AWS::Serverless::StateMachine\n    \
               Properties:\n      Definition:\n        StartAt: A\n        States:\n          A: {Type: Task, \
               Resource: !GetAtt Work.Arn, TimeoutSeconds: '${Limit}', End: true}\n      \
               DefinitionSubstitutions: {Limit: 5}\n  Away:\n    Type: AWS::Serverless::StateMachine\n    \
               Properties: {DefinitionUri: away.asl.json}\n";
    write(here, "d/sam.yaml", &sam.replace("'${Limit}'", "5"));
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":""#;
    let cdk = json!({"Resources": {"Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
        "DefinitionString": {"Fn::Join": ["", [text, {"Fn::GetAtt": ["Fn1", "Arn"]}, "\"}}}"]]}}},
        "Bad": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "DefinitionString": PLAIN.replace("Pass", "Nope")}}}});
    write(here, "d/cdk.template.json", &cdk.to_string());
    let ran = expect(here, &["validate", "d"], 2);
    shows(
        &ran.out,
        &[
            "d/cdk.template.json#Flow: valid",
            "d/cdk.template.json#Bad: refused",
            "d/sam.yaml#Order: valid",
            "d/sam.yaml#Away: failed to follow DefinitionUri: read 'd/away.asl.json': No such file",
            "4 machines in 2 files: 2 valid, 1 refused, 1 unreadable",
        ],
    );
    let ran = expect(here, &["check", "d", "--cases", "4", "--out", "r"], 4);
    shows(
        &ran.out,
        &[
            "unreadable: d/sam.yaml#Away: failed to follow DefinitionUri",
            "refused: d/cdk.template.json#Bad: failed to accept the machine",
            "d/cdk.template.json#Flow: 4 cases, 4 judged",
            "d/sam.yaml#Order: 4 cases, 4 judged",
        ],
    );
    let ran = expect(here, &["check", "d/cdk.template.json", "--cases", "2"], 4);
    shows(&ran.out, &["d/cdk.template.json#Flow: 2 cases, 2 judged"]);
    let ran = expect(
        here,
        &["validate", "d/cdk.template.json", "--format", "json"],
        1,
    );
    let answers: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(answers[0]["file"], "d/cdk.template.json#Flow", "{answers}");
}

/// A machine is called FILE#LOGICALID, and can be named so.
#[test]
fn one_machine_of_a_template_can_be_named() {
    let directory = directory();
    let here = directory.path();
    let machine = |text: &str| {
        json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "DefinitionString": text}})
    };
    let both = json!({"Resources": {"Good": machine(PLAIN), "Bad": machine("{}")}});
    write(here, "t.json", &both.to_string());
    let ran = expect(here, &["check", "t.json#Good", "--cases", "2"], 0);
    shows(&ran.out, &["t.json#Good: 2 cases, 2 judged"]);
    let ran = expect(here, &["validate", "t.json#Good"], 0);
    shows(&ran.out, &["t.json#Good: valid"]);
    let why = "failed to find the machine 'Other' in 't.json': it holds Good, Bad";
    for command in ["check", "validate"] {
        let ran = stepproof_tests::stepproof(here, &[command, "t.json#Other"]);
        assert!(format!("{}{}", ran.out, ran.err).contains(why), "{ran:?}");
        assert_ne!(ran.status, 0);
    }
}

/// What a template says of the placeholders in the file beside it counts there.
#[test]
fn a_definition_beside_its_template_is_found() {
    let directory = directory();
    let here = directory.path();
    fs::create_dir_all(here.join("d/machines")).expect("a directory");
    let sam = "Resources:\n  Order:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      \
               DefinitionUri: ./machines/order.asl.json\n      DefinitionSubstitutions: {Limit: 5, Then: B, \
               Work.Arn: 'arn:aws:lambda:us-east-1:123456789012:function:work'}\n";
    write(here, "d/template.yaml", sam);
    write(here, "d/machines/order.asl.json", FILLED);
    let ran = expect(here, &["check", "d", "--cases", "2", "--out", "r"], 0);
    shows(&ran.out, &["d/template.yaml#Order: 2 cases, 2 judged"]);
    assert!(!ran.out.contains("order.asl.json:"), "{}", ran.out);
    expect(here, &["validate", "d/template.yaml"], 0);
}

/// A template with one machine of this type, as the CDK writes it.
fn template(kind: &str, machine: &str) -> String {
    json!({"Resources": {"Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
        "StateMachineType": kind, "DefinitionString": machine}}}})
    .to_string()
}

#[test]
fn what_the_cdk_writes_is_searched_if_it_is_named() {
    let directory = directory();
    let here = directory.path();
    fs::create_dir_all(here.join("app/cdk.out")).expect("a directory");
    write(here, "app/m.json", PLAIN);
    write(
        here,
        "app/cdk.out/s.template.json",
        &template("STANDARD", PLAIN),
    );
    write(here, "app/old.template", &template("STANDARD", PLAIN));
    let ran = expect(here, &["validate", "app"], 0);
    shows(
        &ran.out,
        &["app/old.template#Flow: valid", "2 files: 2 valid"],
    );
    let ran = expect(here, &["validate", "app/cdk.out"], 0);
    shows(
        &ran.out,
        &["app/cdk.out/s.template.json#Flow: valid", "1 file: 1 valid"],
    );
}

#[test]
fn a_machine_that_its_template_calls_express_is_taken_as_one() {
    let directory = directory();
    let here = directory.path();
    write(here, "e.template", &template("EXPRESS", PLAIN));
    write(here, "s.template", &template("STANDARD", PLAIN));
    let wait = PLAIN.replace("\"Pass\"", "\"Wait\", \"Seconds\": 400");
    write(here, "w.template", &template("EXPRESS", &wait));
    let task = PLAIN.replace(
        "\"Pass\"",
        "\"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\"",
    );
    write(here, "t.template", &template("EXPRESS", &task));
    let ran = expect(here, &["check", ".", "--cases", "2", "--out", "r"], 4);
    let express = "validated as an Express workflow, run as a Standard one";
    shows(
        &ran.out,
        &[
            "unsupported: ./t.template#Flow: failed to serve the tasks of an Express workflow",
            &format!("./e.template#Flow: {express}"),
            "./e.template#Flow: 2 cases, 2 judged",
            "./s.template#Flow: 2 cases, 2 judged",
        ],
    );
    assert!(
        !ran.out.contains(&format!("s.template#Flow: {express}")),
        "{}",
        ran.out
    );
    // It is the same with the option.
    write(here, "w.json", &wait);
    let inside = expect(
        here,
        &["check", "w.template", "--cases", "2", "--out", "i"],
        4,
    );
    let option = expect(
        here,
        &["check", "w.json", "--express", "--cases", "2", "--out", "o"],
        4,
    );
    assert_eq!(inside.err.replace("w.template#Flow", "w.json"), option.err);
}

#[test]
fn one_answer_in_json_says_why_there_is_none() {
    let directory = directory();
    let here = directory.path();
    let away = "Resources:\n  Away:\n    Type: AWS::Serverless::StateMachine\n    Properties: \
                {DefinitionUri: away.asl.json}\n";
    write(here, "away.yaml", away);
    let ran = expect(here, &["validate", "away.yaml", "--format", "json"], 2);
    assert_eq!(ran.out.trim(), "[]");
    shows(
        &ran.err,
        &["away.yaml#Away: failed to follow DefinitionUri: read 'away.asl.json'"],
    );
}

#[test]
fn a_long_file_without_states_is_no_machine() {
    let directory = directory();
    let here = directory.path();
    fs::create_dir(here.join("d")).expect("a directory");
    write(here, "d/m.json", PLAIN);
    let lock = json!({"packages": "x".repeat(1_100_000)}).to_string();
    write(here, "d/package-lock.json", &lock);
    write(here, "d/huge.json", &lock.repeat(16));
    write(
        here,
        "d/tsconfig.json",
        "// a comment\n{\"compilerOptions\": {},}",
    );
    let ran = expect(here, &["validate", "d"], 0);
    shows(&ran.out, &["1 file: 1 valid, 0 refused, 3 no machine"]);
    let ran = expect(here, &["check", "d", "--cases", "2", "--out", "r"], 0);
    shows(&ran.out, &["d/package-lock.json", "1 machine, 1 judged"]);
    // A machine that is too long stays one.
    write(
        here,
        "d/long.json",
        &PLAIN.replace(
            "{\"StartAt\"",
            &format!("{{\"Comment\": \"{}\", \"StartAt\"", "x".repeat(1_100_000)),
        ),
    );
    let ran = expect(here, &["validate", "d"], 1);
    shows(&ran.out, &["d/long.json: refused"]);
}

#[test]
fn several_documents_are_told_in_words() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.yaml", &format!("{PLAIN}\n---\n{PLAIN}\n"));
    let ran = expect(here, &["validate", "m.yaml"], 2);
    let told = "read the definition as YAML: a second document begins; give every machine a file of its \
                own, and leave out a last line '---' at line 3";
    shows(&ran.err, &[told]);
}

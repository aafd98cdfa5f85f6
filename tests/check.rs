//! `check` and `simulate` on what people have: placeholders, broken files, given inputs and plans,
//! Express workflows.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stepproof_tests::{Ran, expect, workspace};

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn write(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(name), text).expect("a file");
}

/// The last line of the output.
fn last(ran: &Ran) -> &str {
    ran.out.lines().last().expect("a last line")
}

fn shows(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "'{words}' is not in: {text}");
    }
}

/// A machine as SAM and the CDK have it before a deployment.
const TEMPLATE: &str = r#"{"StartAt": "Order", "States": {
    "Order": {"Type": "Task", "Resource": "${OrderFunction.Arn}", "TimeoutSeconds": ${Limit},
        "ResultPath": "$.order", "Next": "Where"},
    "Where": {"Type": "Choice", "Default": "Elsewhere", "Choices": [
        {"Variable": "$.order.stage", "StringEquals": "${Stage}", "Next": "Here"}]},
    "Here": {"Type": "Pass", "Result": ${Answer}, "End": true},
    "Elsewhere": {"Type": "Fail", "Error": "${Stage}.Unknown"}}}"#;

#[test]
fn placeholders_are_given_or_guessed_or_asked_for() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", TEMPLATE);
    write(here, "values.yaml", "Answer: {n: 1}\nStage: test\n");
    let check = ["check", "m.json", "--seed", "3", "--out", "r"];
    let given = ["--values", "values.yaml", "--set", "Stage=prod"];
    let ran = expect(here, &[&check[..], &given].concat(), 0);
    let guessed = "${OrderFunction.Arn} is taken as \
                   arn:aws:lambda:us-east-1:123456789012:function:OrderFunction-Arn, \
                   ${Limit} is taken as 60";
    shows(&ran.out, &[guessed, "all 4 states entered"]);
    assert!(!ran.out.contains("${Stage}"), "{}", ran.out);
    let simulated = ["simulate", "m.json", "--plan"];
    let plan = r#"{"Order": [{"reply": {"succeed": {"stage": "prod"}}}]}"#;
    let ran = expect(here, &[&simulated[..], &[plan], &given].concat(), 0);
    shows(&ran.out, &["SUCCEEDED", "output  {\"n\":1}"]);
    shows(&ran.err, &["${Limit} is taken as 60"]);

    write(
        here,
        "n.json",
        &TEMPLATE.replace("\"Here\"}]", "\"${Then}\"}]"),
    );
    let ran = expect(here, &["check", "n.json"], 4);
    let asked = "guess what stands for ${Then} in Next: give it with --set NAME=VALUE";
    shows(&ran.err, &["unreadable: n.json", asked]);
}

/// Machines as people have them in JSONata: orders, polls, approvals, routers, pipelines.
#[test]
fn machines_in_jsonata_are_judged_and_their_states_entered() {
    let directory = directory();
    let machines = workspace().join("tests").join("machines");
    let machines = machines.to_str().expect("a path in UTF-8");
    let check = ["check", machines, "--engine", "reference", "--seed", "1"];
    let ran = expect(
        directory.path(),
        &[&check[..], &["--cases", "60", "--out", "r"]].concat(),
        0,
    );
    let last = last(&ran);
    shows(
        last,
        &["0 diverged", "0 unsupported", "49 machines, 49 judged"],
    );
    let states = last.split(", ").find(|it| it.contains("states entered"));
    let mut numbers = states
        .into_iter()
        .flat_map(str::split_whitespace)
        .filter_map(|it| it.parse::<u32>().ok());
    let (entered, all) = (numbers.next(), numbers.next());
    let missed = all.zip(entered).map(|(all, entered)| all - entered);
    assert!(missed.is_some_and(|it| it <= 10), "{last}");
}

#[test]
fn what_little_of_a_machine_is_seen_is_told() {
    let directory = directory();
    let here = directory.path();
    let machine = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": "{% $total %}", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    write(here, "m.json", machine);
    let check = [
        "check", "m.json", "--seed", "3", "--cases", "4", "--out", "r",
    ];
    let ran = expect(here, &check, 0);
    let warned = "AWS warns: Variable 'total' is possibly not defined at /States/A/Output";
    let alike = "all its cases fail with States.QueryEvaluationError";
    shows(&ran.out, &[warned, alike, "1 of 2 states entered, not B"]);
}

#[test]
fn a_guess_that_is_wrong_is_no_refusal_by_aws() {
    let directory = directory();
    let here = directory.path();
    let machine = |service: &str, next: &str, timeout: &str| {
        format!(
            "# it's a \"quote\nStartAt: Do\nStates:\n  Do:\n    Type: Task\n    Comment: a 5\" pipe\n    \
             Resource: {service}\n    TimeoutSeconds: {timeout}\n    Next: {next}\n  DoX: {{Type: Succeed}}\n"
        )
    };
    let activity = "arn:aws:states:us-east-1:123456789012:activity:${Work}";
    let check = |name: &str, text: &str, status| {
        write(here, name, text);
        expect(
            here,
            &[
                "check",
                name,
                "--cases",
                "2",
                "--out",
                name.trim_end_matches(".yaml"),
            ],
            status,
        )
    };
    let ran = check("fine.yaml", &machine(activity, "DoX", "${Limit}"), 0);
    shows(&ran.out, &["${Limit} is taken as 60"]);
    let ran = check("next.yaml", &machine(activity, "Do${Env}", "1"), 4);
    let asked = "guess what stands for ${Env} in Next: give it with --set NAME=VALUE";
    shows(&ran.err, &["unreadable: next.yaml", asked]);
    let call = "arn:aws:states:::${Svc}:invoke";
    let ran = check("service.yaml", &machine(call, "DoX", "1"), 4);
    let asked = "guess what stands for ${Svc} in Resource: give it with --set NAME=VALUE";
    shows(&ran.err, &["unreadable: service.yaml", asked]);
    let ran = check("guess.yaml", &machine(activity, "DoX", "'${Limit}'"), 4);
    let guessed = "judge the machine with guessed placeholders: ${Work} is taken as Work, \
                   ${Limit} is taken as Limit: give them with --set NAME=VALUE: ";
    shows(
        &ran.err,
        &["unreadable: guess.yaml", guessed, "TimeoutSeconds"],
    );
    let ran = check("wrong.yaml", &machine(activity, "Nowhere", "${Limit}"), 4);
    shows(
        &ran.err,
        &["refused: wrong.yaml", "Missing 'Next' target: Nowhere"],
    );
}

/// A guard as generators of definitions write it, behind a body in a string.
const GUARDED: &str = r#"{"StartAt": "Read", "States": {
    "Read": {"Type": "Pass", "Next": "Guard",
        "Parameters": {"body.$": "States.StringToJson($.Records[0].body)"}},
    "Guard": {"Type": "Choice", "Default": "Refuse", "Choices": [{"Next": "Each", "And": [
        {"Variable": "$.body.kind", "IsPresent": true},
        {"Variable": "$.body.kind", "IsString": true},
        {"Variable": "$.body.kind", "StringMatches": "order-*"},
        {"Variable": "$.body.total", "IsPresent": true},
        {"Variable": "$.body.total", "NumericGreaterThan": 10},
        {"Not": {"Variable": "$.body.due", "TimestampLessThan": "2026-01-01T00:00:00Z"}}]}]},
    "Refuse": {"Type": "Fail"},
    "Each": {"Type": "Map", "ItemsPath": "$.body.lines", "End": true, "ItemProcessor": {
        "StartAt": "Ask", "States": {
            "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}},
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
                "TimeoutSeconds": 60, "Next": "Answer"},
            "Answer": {"Type": "Choice", "Default": "No", "Choices": [
                {"Variable": "$.answer", "BooleanEquals": true, "Next": "Yes"}]},
            "Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}, "Late": {"Type": "Pass",
                "End": true}}}}}}"#;

#[test]
fn a_broken_file_is_counted_and_stops_nothing() {
    let directory = directory();
    let here = directory.path();
    write(here, "torn.json", "{\"StartAt\": \"A\",\n  \"States\": {");
    write(
        here,
        "end.json",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#,
    );
    write(here, "guarded.json", GUARDED);
    let files = [
        "check",
        "none.json",
        "torn.json",
        "end.json",
        "guarded.json",
    ];
    let ran = expect(
        here,
        &[&files[..], &["--seed", "3", "--out", "r"]].concat(),
        4,
    );
    shows(
        &ran.out,
        &[
            "unreadable: none.json: failed to read 'none.json'",
            "unreadable: torn.json: failed to read the definition as JSON",
            "refused: end.json: failed to accept the machine: line 1, column",
            "the name of the state stands for its task token in Each/Ask",
            "guarded.json: 100 cases, 100 judged, all 9 states entered",
        ],
    );
    let counted = "; 4 machines, 1 judged, 0 unsupported, 1 refused, 2 unreadable, \
                   9 of 9 states entered; 0 roots";
    assert!(last(&ran).ends_with(counted), "{}", last(&ran));
}

#[test]
fn given_inputs_and_plans_are_run_as_they_are() {
    let directory = directory();
    let here = directory.path();
    let machine = TEMPLATE
        .replace("${Stage}", "prod")
        .replace("${Answer}", "1");
    write(here, "m.json", &machine);
    let plan = r#"{"Order": [{"visit": 0, "reply": {"succeed": {"stage": "prod"}}}]}"#;
    let check = [
        "check", "m.json", "--seed", "3", "--out", "r", "--set", "Limit=5",
    ];
    let given = [
        "--input",
        "{\"n\": 1}",
        "--input",
        "{\"n\": 2}",
        "--plan",
        plan,
    ];
    let ran = expect(here, &[&check[..], &given].concat(), 0);
    let cases = "m.json: 2 cases, 2 judged, 3 of 4 states entered, not Elsewhere";
    shows(&ran.out, &[cases]);
    let case = ["replay", "3:1", "--run", "r", "--out", "case.json"];
    expect(here, &case, 0);
    let text = fs::read_to_string(here.join("case.json")).expect("a case");
    let case: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(case["starts"][0]["input"], json!({"n": 2}));
    let other = ["check", "m.json", "--plan", r#"{"Oder": []}"#];
    let ran = expect(here, &other, 2);
    shows(
        &ran.err,
        &["no Task state at 'Oder'", "its Task states are at: Order"],
    );
}

#[test]
fn express_workflows_are_validated_as_such_and_run_without_tasks() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", TEMPLATE);
    let own = r#"{"StartAt": "Who", "States": {"Who": {"Type": "Pass",
        "Parameters": {"id.$": "$$.Execution.Id"}, "End": true}}}"#;
    write(here, "who.json", own);
    let ran = expect(
        here,
        &["check", "m.json", "who.json", "--express", "--out", "r"],
        4,
    );
    shows(
        &ran.out,
        &[
            "unsupported: m.json: failed to serve the tasks of an Express workflow",
            "who.json: validated as an Express workflow, run as a Standard one",
            "who.json: 100 cases, 100 judged",
        ],
    );
    let ran = expect(here, &["simulate", "who.json", "--express"], 0);
    let output = ran
        .out
        .lines()
        .find_map(|line| line.strip_prefix("output  "));
    let output: Value = serde_json::from_str(output.expect("an output")).expect("JSON");
    let arn = output["id"].as_str().expect("an ARN");
    let parts: Vec<&str> = arn.split(':').collect();
    assert_eq!(parts[5..8], ["express", "machine", "execution"], "{arn}");
    assert_eq!((parts.len(), parts[8].len()), (9, 36), "{arn}");
}

#[test]
fn a_case_of_given_machines_is_not_confused_with_a_generated_one() {
    let directory = directory();
    let here = directory.path();
    write(here, "m.json", TEMPLATE);
    let ran = expect(here, &["check", "m.json", "--seed", "3", "--cases", "8"], 0);
    let report = ran
        .out
        .lines()
        .find_map(|line| line.strip_prefix("report: "));
    let run = report
        .and_then(|it| it.strip_suffix("/report.md"))
        .expect("a report");
    let ran = expect(here, &["replay", "3:5"], 2);
    shows(
        &ran.err,
        &["checked machines", &format!("give --run {run}")],
    );
    expect(here, &["replay", "3:5", "--run", run], 0);
    expect(here, &["replay", "3:5", "--profile", "everything"], 0);
    let elsewhere = [
        "check", "m.json", "--seed", "4", "--cases", "8", "--out", "r",
    ];
    expect(here, &elsewhere, 0);
    let ran = expect(here, &["replay", "4:5"], 2);
    shows(&ran.err, &["checked machines", "give --run r"]);
}

/// A case that a run does not have is not taken for one that agrees.
#[test]
fn a_case_that_is_not_in_the_run_is_told() {
    let directory = directory();
    let here = directory.path();
    expect(
        here,
        &["run", "--seed", "2", "--cases", "5", "--out", "r"],
        0,
    );
    for arguments in [&["replay", "2:5"][..], &["replay", "2:5", "--run", "r"]] {
        let ran = expect(here, arguments, 2);
        let why = "find the case 2:5 in the run 'r': it has 0 to 4";
        shows(&ran.err, &[why, "give the number of one of its cases"]);
    }
    expect(here, &["replay", "2:4", "--run", "r"], 0);
    expect(here, &["replay", "2:4"], 0);
    expect(here, &["replay", "2:5", "--profile", "everything"], 0);
}

#[test]
fn a_poisoned_case_says_why_and_what_was_seen() {
    let directory = directory();
    let here = directory.path();
    let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true,
        "Parameters": {"own.$": "States.ArrayUnique($.all)"}}}});
    let case = json!({"format": 1, "kind": "execution", "definition": machine,
        "starts": [{"input": {"all": [3, 1, 3]}, "plan": {}}]});
    write(here, "case.json", &case.to_string());
    write(here, "m.json", &machine.to_string());
    let ran = expect(here, &["replay", "case.json", "--fault", "array-unique"], 4);
    shows(
        &ran.out,
        &[
            "nothing follows: poisoned",
            "output: it depends on what is only assumed: intrinsic.array-unique.order",
            "- output { \"own\": [3, 1] }",
            "+ output { \"own\": [3, 1, 3] }",
        ],
    );
    let simulate = ["simulate", "m.json", "--input", "{\"all\": [3, 1, 3]}"];
    let ran = expect(here, &simulate, 0);
    let unsure = "it depends on what is only assumed: intrinsic.array-unique.order\n";
    shows(&ran.out, &["unsure  ", unsure]);
    let ran = expect(here, &[&simulate[..], &["--format", "json"]].concat(), 0);
    let shown: Value = serde_json::from_str(&ran.out).expect("JSON");
    let clauses = json!(["intrinsic.array-unique.order"]);
    assert_eq!(shown["unsure"]["output"]["clauses"], clauses, "{}", ran.out);
}

/// A machine whose task is repeated.
const REPEATED: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "f"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]}}}"#;

#[test]
fn a_finding_names_the_machine_and_the_input_it_came_from() {
    let directory = directory();
    let here = directory.path();
    write(here, "pay.json", REPEATED);
    write(
        here,
        "plain.json",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
    );
    let check = [
        "check",
        "plain.json",
        "pay.json",
        "--fault",
        "retry-budget",
        "--seed",
        "1",
        "--out",
        "r",
        "--input",
        "{\"total\": 7}",
        "--cases",
        "10",
    ];
    let ran = expect(here, &check, 1);
    let found = "found in  pay.json at state 'Charge', case 1:";
    let with = " with input { \"total\": 7 }\n  as it was found: r/findings/1-";
    shows(
        &ran.out,
        &[found, with, "pay.json: 10 cases, 10 judged, root 1"],
    );
    assert!(
        !ran.out.contains("plain.json: 10 cases, 10 judged, div"),
        "{}",
        ran.out
    );
    let page = fs::read_to_string(here.join("r/report.md")).expect("a page");
    shows(
        &page,
        &[
            " of `pay.json`; `stepproof",
            "found in `pay.json at state 'Charge', case 1:",
        ],
    );
    let findings = fs::read_dir(here.join("r/findings")).expect("findings");
    let finding = findings.flatten().map(|it| it.path()).min();
    let finding = finding.expect("a finding");
    let page = fs::read_to_string(finding.join("report.md")).expect("a page");
    shows(&page, &["Found in `pay.json at state 'Charge', case 1:"]);
    // The case that is named is the one that a replay of the run draws.
    let case = found_case(&ran.out);
    let ran = expect(
        here,
        &["replay", &case, "--run", "r", "--out", "case.json"],
        1,
    );
    shows(&ran.out, &[&format!("found in  pay.json, case {case}")]);
    let original = fs::read_to_string(finding.join("original.json")).expect("a case");
    assert_eq!(
        fs::read_to_string(here.join("case.json")).expect("a case"),
        original
    );
}

#[test]
fn the_directory_of_a_run_stands_for_its_finding() {
    let directory = directory();
    let here = directory.path();
    write(here, "pay.json", REPEATED);
    let check = ["check", "pay.json", "--seed", "1", "--cases", "10", "--out"];
    expect(here, &[&check[..], &["agreed"]].concat(), 0);
    let ran = expect(here, &["replay", "agreed"], 2);
    shows(
        &ran.err,
        &["the run has no findings", "give 1:INDEX --run agreed"],
    );
    expect(
        here,
        &[&check[..], &["r", "--fault", "retry-budget"]].concat(),
        1,
    );
    let findings = fs::read_dir(here.join("r/findings")).expect("findings");
    let mut findings: Vec<_> = findings.flatten().map(|it| it.path()).collect();
    findings.sort();
    let first = findings[0]
        .strip_prefix(here)
        .expect("a path")
        .display()
        .to_string();
    // The engine is that of the run, with its fault.
    let ran = expect(here, &["replay", &first], 1);
    shows(
        &ran.out,
        &[&format!(
            "stepproof replay {first}/case.json --fault retry-budget"
        )],
    );
    // A path need not lead up to the run.
    let told = "stepproof replay ./case.json --fault retry-budget";
    shows(&expect(&findings[0], &["replay", "."], 1).out, &[told]);
    let name = first.rsplit('/').next().expect("a name");
    let ran = expect(&here.join("r/findings"), &["replay", name], 1);
    shows(&ran.out, &[" --fault retry-budget"]);
    expect(here, &["replay", "r"], 1);
    // A second one, and what is only another way to the first.
    let other = "r/findings/2-other";
    fs::create_dir(here.join(other)).expect("a directory");
    for file in ["case.json", "report.md"] {
        fs::copy(findings[0].join(file), here.join(other).join(file)).expect("a copy");
    }
    let ran = expect(here, &["replay", "r"], 2);
    let cases = format!("{first}/case.json, {other}/case.json");
    shows(&ran.err, &["the run has several findings", &cases]);
    let page = "# Root 1\n\n**Another way to root 1:** x\n";
    write(here, "r/findings/2-other/report.md", page);
    let ran = expect(here, &["replay", "r"], 1);
    shows(&ran.out, &[&format!("stepproof replay {first}/case.json")]);
    // The engine is only known in the run's directory.
    fs::rename(here.join(other), here.join("away")).expect("a directory");
    let ran = expect(here, &["replay", "away"], 2);
    let told = "failed to know the engine of 'away/case.json': it is in no run's directory";
    shows(
        &ran.err,
        &[told, "or give away/case.json for the embedded engine"],
    );
    expect(here, &["replay", "away/case.json"], 0);
    let ran = expect(here, &["replay", "."], 2);
    shows(
        &ran.err,
        &["find a case in '.': it is neither a run nor a finding"],
    );
}

/// The name of the case of the first finding.
fn found_case(out: &str) -> String {
    let (_, after) = out.split_once(", case ").expect("a case");
    after.split(',').next().expect("a case").to_owned()
}

/// The results of a Map's items are told apart.
#[test]
fn a_map_that_mixes_up_its_results_is_found() {
    let directory = directory();
    let here = directory.path();
    let machine = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
        "ItemsPath": "$.lines", "ItemProcessor": {"StartAt": "Ship", "States": {
            "Ship": {"Type": "Task", "End": true,
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship"}}}}}});
    write(here, "m.json", &machine.to_string());
    let run = [
        "check",
        "m.json",
        "--engine",
        "reference",
        "--fault",
        "map-order",
        "--seed",
        "1",
    ];
    let ran = expect(here, &run, 1);
    shows(&ran.out, &["root 1: as if the list of results is reversed"]);
}

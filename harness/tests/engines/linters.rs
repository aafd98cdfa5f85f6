//! Tests engines that only say which definitions they would accept.

use std::{fs, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};
use stepproof::{
    engines::{Engine, EngineProfile, library::Program, linter::Linter},
    job::{Lane, Prepared, prepare_body},
    judge::{compare::judge_definition, verdict::Judgement},
    raw::{Creation, RawRun},
    run::{Source as _, judging::Generated},
    trouble::Trouble,
};
use stepproof_generators::Profile;
use stepproof_needs::require;
use stepproof_specs::{
    asl::WorkflowType,
    scenario::case::{Body, DefinitionCase},
};

use crate::{others::engine, support::only};

/// Speaks the protocol of a linter: it complains about a Comment, and ends for a `Version`.
const SCRIPT: &str = r#"
echo '{"ready":"1.2"}'
while read -r line; do
  number=${line##*\"start\":}
  number=${number%%[,\}]*}
  case $line in
    '{"ping":'*) echo "{\"pong\":${line#*:}";;
    *Version*) exit;;
    *Comment*) echo "{\"execution\":$number,\"complaints\":[
      {\"rule\":\"no 'x' at 7\",\"message\":\"no 'x'\",\"at\":\"/States/W/Comment\"}]}" | tr -d '\n'; echo;;
    *) echo "{\"execution\":$number,\"complaints\":[]}";;
  esac
done
"#;

fn profile() -> EngineProfile {
    let mut profile = EngineProfile::new("fake");
    profile.capabilities.runs = false;
    profile
}

async fn linter() -> Linter {
    let program = Program {
        name: "fake",
        interpreter: "sh".into(),
        arguments: &["-c"],
        directory: "/".into(),
        script: SCRIPT,
        patience: Duration::from_secs(10),
    };
    Linter::start(&program, profile()).await.unwrap()
}

fn case(definition: Value) -> DefinitionCase {
    DefinitionCase {
        definition,
        workflow: WorkflowType::Standard,
    }
}

/// What a linter's answer is judged to be.
fn judged(definition: &Value, raw: &RawRun) -> Judgement {
    let body = Body::Definition(case(definition.clone()));
    let Ok(Prepared::Definition(definition)) = prepare_body(body, Lane::Throughput) else {
        panic!("a definition is prepared");
    };
    judge_definition(&definition, raw, profile().terms(0))
}

fn signatures(judgement: &Judgement) -> Vec<String> {
    let differences = judgement.differences.iter();
    differences.map(|it| it.signature.to_string()).collect()
}

#[tokio::test]
async fn a_linter_is_judged_by_what_it_accepts_and_not_by_its_codes() {
    let linter = linter().await;
    assert_eq!(linter.probe().await.unwrap(), "1.2");
    let right = only(&json!({"Type": "Pass", "End": true}));
    let wrong = only(&json!({"Type": "Pass"}));
    let noted = |mut definition: Value| {
        definition["States"]["W"]["Comment"] = "c".into();
        definition
    };
    let seen = [
        (right.clone(), vec![]),
        (
            wrong.clone(),
            vec!["acceptance State - SCHEMA_VALIDATION_FAILED(validate.transition)≠accepted"],
        ),
        (noted(wrong), vec![]),
        (
            noted(right),
            vec!["acceptance State.Comment - accepted≠refused:no-at"],
        ),
    ];
    for (definition, expected) in seen {
        let raw = linter.define(&case(definition.clone())).await.unwrap();
        assert_eq!(signatures(&judged(&definition, &raw)), expected);
    }
}

#[tokio::test]
async fn a_linter_that_ends_is_started_again() {
    let linter = linter().await;
    let plain = only(&json!({"Type": "Succeed"}));
    let mut ending = plain.clone();
    ending["Version"] = "1.0".into();
    let lost = linter.define(&case(ending)).await.unwrap_err();
    assert!(matches!(lost, Trouble::Unreachable { .. }), "{lost}");
    let raw = linter.define(&case(plain)).await.unwrap();
    assert_eq!(raw.creation, Creation::Accepted);
}

/// A linter for Python or Node.js, asked by the harness's own script, that raises for a Comment, and
/// its interpreter. What the script needs to know of a package is in the directory.
fn raising(directory: &Path) -> [(&'static str, Program); 2] {
    let python = concat!(
        include_str!("../../src/engines/linter/lines.py"),
        r#"
def complaints(text, workflow):
    if "Comment" in json.loads(text):
        raise KeyError("Comment")
    return []

serve("fake", complaints)
"#
    );
    let node = concat!(
        include_str!("../../src/engines/linter/lines.mjs"),
        r#"
serve("fake", (text) => {
  if (JSON.parse(text).Comment) throw new TypeError("no Comment");
  return [];
});
"#
    );
    write(
        &directory.join("node_modules/fake/package.json"),
        r#"{"version": "1.2"}"#,
    );
    [
        ("KeyError: 'Comment'", for_python(directory, "fake", python)),
        (
            "TypeError: no Comment",
            Program {
                name: "fake",
                interpreter: "node".into(),
                arguments: &["--input-type=module", "-e"],
                directory: directory.to_owned(),
                script: node,
                patience: Duration::from_secs(10),
            },
        ),
    ]
}

/// A script for Python that finds a package of this name in the directory.
fn for_python(directory: &Path, package: &str, script: &'static str) -> Program {
    write(
        &directory.join(format!(
            "{}-1.2.dist-info/METADATA",
            package.replace('-', "_")
        )),
        &format!("Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n"),
    );
    Program {
        name: "fake",
        interpreter: "python3".into(),
        arguments: &["-c"],
        directory: directory.to_owned(),
        script,
        patience: Duration::from_secs(10),
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Whether the interpreter is installed.
fn is_there(program: &Program) -> bool {
    let name = program.interpreter.to_str().unwrap();
    let need = name.trim_end_matches('3');
    require(need, Command::new(name).arg("--version").output()).is_some()
}

/// A definition with a Comment.
fn commented(comment: &str) -> DefinitionCase {
    let mut definition = only(&json!({"Type": "Succeed"}));
    definition["Comment"] = comment.into();
    case(definition)
}

#[tokio::test]
async fn a_linter_that_raises_has_no_opinion() {
    let directory = tempfile::tempdir().unwrap();
    for (reason, program) in raising(directory.path()) {
        if !is_there(&program) {
            continue;
        }
        let linter = Linter::start(&program, profile()).await.unwrap();
        let broken = linter.define(&commented("c")).await.unwrap_err();
        assert_eq!(broken.to_string(), format!("call the linter: {reason}"));
        assert!(matches!(broken, Trouble::Protocol { .. }), "{broken}");
        // It is still there for the next one.
        let plain = case(only(&json!({"Type": "Succeed"})));
        let raw = linter.define(&plain).await.unwrap();
        assert_eq!(raw.creation, Creation::Accepted);
    }
}

/// Stands for cfn-lint's API: it finds what the definition's Comment lists, as `[rule, path,
/// message]`.
const CFN_LINT: &str = r#"
import json
from types import SimpleNamespace

def lint(template, rules):
    properties = json.loads(template)["Resources"]["Machine"]["Properties"]
    found = json.loads(json.loads(properties["DefinitionString"])["Comment"])
    return [
        SimpleNamespace(rule=SimpleNamespace(id=id), path=path, message=message)
        for id, path, message in found
    ]
"#;

#[tokio::test]
async fn cfn_lint_is_heard_about_the_definition_only() {
    let directory = tempfile::tempdir().unwrap();
    let script = concat!(
        include_str!("../../src/engines/linter/lines.py"),
        include_str!("../../src/engines/linter/cfn_lint.py")
    );
    let program = for_python(directory.path(), "cfn-lint", script);
    if !is_there(&program) {
        return;
    }
    let package = directory.path().join("cfnlint");
    write(&package.join("__init__.py"), "");
    write(&package.join("api.py"), CFN_LINT);
    write(
        &package.join("core.py"),
        "def get_rules(*arguments):\n    return []\n",
    );
    let linter = Linter::start(&program, profile()).await.unwrap();
    let properties = ["Resources", "Machine", "Properties"];
    let inside = [&properties[..], &["DefinitionString", "States", "A"]].concat();
    let role = [&properties[..], &["RoleArn"]].concat();
    let about = json!(["E3601", inside, "5 is not of type 'object' at 'States/A'"]);
    let role = json!(["E1156", role, "no role"]);
    let warning = json!(["W1", inside, "odd"]);
    let raised = json!([
        "E1101",
        properties,
        "Exception 'x' raised while validating 'cfnLint'"
    ]);
    let unknown = json!([
        "E0002",
        null,
        "Unknown exception while processing rule E1: 'x'"
    ]);
    let refused = Creation::Refused {
        code: "E3601-is-not-of-type".to_owned(),
        message: "5 is not of type 'object' at /States/A".to_owned(),
    };
    for (found, expected) in [
        (json!([role, warning]), Ok(Creation::Accepted)),
        (json!([role, about]), Ok(refused.clone())),
        (json!([raised, about]), Ok(refused)),
        (json!([role, raised]), Err("E1101 Exception 'x' raised")),
        (json!([unknown]), Err("E0002 Unknown exception while")),
    ] {
        let answer = linter.define(&commented(&found.to_string())).await;
        match (answer, expected) {
            (Ok(raw), Ok(creation)) => assert_eq!(raw.creation, creation, "{found}"),
            (Err(trouble), Err(reason)) => {
                let told = trouble.to_string();
                assert!(told.contains(reason), "{told}");
            }
            (answer, _) => panic!("{found}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn a_linter_that_knows_no_express_workflows_is_not_asked_about_them() {
    let express = DefinitionCase {
        workflow: WorkflowType::Express,
        ..case(only(&json!({"Type": "Succeed"})))
    };
    let refused = linter().await.define(&express).await.unwrap_err();
    assert!(matches!(refused, Trouble::Unsupported(_)), "{refused}");
}

#[test]
fn what_a_linter_is_asked_about_is_not_started() {
    let cases = Generated::new(Profile::named("everything").unwrap(), 1, &profile());
    for index in 0..50 {
        let Body::Definition(drawn) = cases.case(index).body else {
            panic!("case {index} would be started");
        };
        assert!(drawn.definition["States"].is_object());
    }
}

/// A Wait that every linter refuses.
fn wrong() -> Value {
    only(&json!({"Type": "Wait", "Seconds": "x", "End": true}))
}

/// The same in a branch.
fn wrong_inside() -> Value {
    only(&json!({"Type": "Parallel", "End": true, "Branches": [wrong()]}))
}

/// A definition that breaks no rule, and one that the linter refuses.
async fn tells_right_from_wrong(name: &str, wrong: Value) {
    let Some(linter) = engine(name).await else {
        return;
    };
    assert!(!linter.probe().await.unwrap().is_empty());
    let right = only(&json!({"Type": "Wait", "Seconds": 1, "End": true}));
    let answer = linter.define(&case(right)).await.unwrap();
    assert_eq!(answer.creation, Creation::Accepted, "{name}");
    let answer = linter.define(&case(wrong)).await.unwrap();
    assert!(
        matches!(answer.creation, Creation::Refused { .. }),
        "{name}: {answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asl_validator_tells_right_from_wrong() {
    tells_right_from_wrong("asl-validator", wrong_inside()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_service_tells_right_from_wrong() {
    tells_right_from_wrong("amazon-states-language-service", wrong_inside()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cfn_lint_tells_right_from_wrong() {
    // Inside a branch, it raises over the number in the path that it wants to tell.
    tells_right_from_wrong("cfn-lint", wrong()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statelint_tells_right_from_wrong() {
    tells_right_from_wrong("statelint", wrong_inside()).await;
}

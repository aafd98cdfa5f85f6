//! Tests engines that only say which definitions they would accept.

use std::time::Duration;

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

/// A definition that breaks no rule, and one that every linter refuses.
async fn tells_right_from_wrong(name: &str) {
    let Some(linter) = engine(name).await else {
        return;
    };
    assert!(!linter.probe().await.unwrap().is_empty());
    let right = only(&json!({"Type": "Wait", "Seconds": 1, "End": true}));
    let wrong = only(&json!({"Type": "Parallel", "End": true, "Branches": [
        only(&json!({"Type": "Wait", "Seconds": "x", "End": true}))
    ]}));
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
    tells_right_from_wrong("asl-validator").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_service_tells_right_from_wrong() {
    tells_right_from_wrong("amazon-states-language-service").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cfn_lint_tells_right_from_wrong() {
    tells_right_from_wrong("cfn-lint").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statelint_tells_right_from_wrong() {
    tells_right_from_wrong("statelint").await;
}

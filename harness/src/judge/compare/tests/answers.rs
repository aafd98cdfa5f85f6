//! Pins the signatures of everything that an engine can answer wrongly about a definition, as
//! `tamperings` does for observations.

use std::fmt::Write as _;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::WorkflowType,
    scenario::case::{Body, Case, DefinitionCase},
    validate::refusal,
};

use super::{signatures, snapshot};
use crate::{
    engines::adapters,
    job::{Definition, Lane, Prepared, prepare},
    judge::compare::judge_definition,
    raw::{Creation, RawDiagnostic, RawRun, Validation},
};

fn prepared(definition: Value) -> Definition {
    let case = Case {
        format: 1,
        origin: None,
        body: Body::Definition(DefinitionCase {
            definition,
            workflow: WorkflowType::Standard,
        }),
    };
    match prepare(&case, Lane::Quiet) {
        Ok(Prepared::Definition(definition)) => definition,
        other => panic!("{other:?}"),
    }
}

/// The answer that the reference gives.
fn right(definition: &Definition) -> RawRun {
    let diagnostics = definition.diagnostics.iter().map(|it| RawDiagnostic {
        severity: it.severity.name().to_owned(),
        code: it.code.name().to_owned(),
        message: it.message.clone(),
        location: it.location.clone(),
    });
    let result = if definition.is_refused() {
        "FAIL"
    } else {
        "OK"
    };
    RawRun {
        creation: match refusal(&definition.diagnostics) {
            Some(message) if definition.is_refused() => Creation::Refused {
                code: "InvalidDefinition".to_owned(),
                message,
            },
            _ => Creation::Accepted,
        },
        validation: Some(Validation {
            result: result.to_owned(),
            diagnostics: diagnostics.collect(),
        }),
        executions: Vec::new(),
        names: Vec::new(),
        wire: Vec::new(),
        calls: Vec::new(),
    }
}

/// Edits the answer to ValidateStateMachineDefinition.
fn validated(raw: &mut RawRun, change: impl Fn(&mut Validation)) {
    change(raw.validation.as_mut().expect("an answer"));
}

/// Wrong answers that an engine may give instead.
fn answers(right: &RawRun) -> Vec<(String, RawRun)> {
    let mut all = Vec::new();
    let mut add = |name: String, change: &dyn Fn(&mut RawRun)| {
        let mut raw = right.clone();
        change(&mut raw);
        all.push((name, raw));
    };
    let refused = |code: &str, message: &str| Creation::Refused {
        code: code.to_owned(),
        message: message.to_owned(),
    };
    let extra = RawDiagnostic {
        severity: "ERROR".to_owned(),
        code: "OTHER".to_owned(),
        message: "other".to_owned(),
        location: Some("/States/A".to_owned()),
    };
    add("right".to_owned(), &|_| ());
    add("accepted".to_owned(), &|it| {
        it.creation = Creation::Accepted;
    });
    add("refused".to_owned(), &|it| {
        it.creation = refused("InvalidDefinition", "at /States/A");
    });
    add("refused otherwise".to_owned(), &|it| {
        it.creation = refused("Other", "other");
    });
    add("not validated".to_owned(), &|it| it.validation = None);
    add("valid".to_owned(), &|it| {
        validated(it, |it| it.result = "OK".to_owned());
    });
    add("invalid".to_owned(), &|it| {
        validated(it, |it| it.result = "FAIL".to_owned());
    });
    add("invalid for another reason".to_owned(), &|it| {
        validated(it, |it| {
            it.result = "FAIL".to_owned();
            it.diagnostics.push(extra.clone());
        });
    });
    let complaints = right
        .validation
        .as_ref()
        .map_or(0, |it| it.diagnostics.len());
    for at in 0..complaints {
        let mut edit = |what: &str, change: fn(&mut RawDiagnostic)| {
            add(format!("complaint {at} with another {what}"), &|it| {
                validated(it, |it| change(&mut it.diagnostics[at]));
            });
        };
        edit("severity", |it| it.severity = "OTHER".to_owned());
        edit("code", |it| it.code = "OTHER".to_owned());
        edit("text", |it| it.message = "other".to_owned());
        edit("place", |it| it.location = None);
        add(format!("no complaint {at}"), &|it| {
            validated(it, |it| {
                it.diagnostics.remove(at);
            });
        });
    }
    all
}

fn table(definition: Value) -> String {
    let definition = prepared(definition);
    let mut text = String::new();
    for engine in ["localstack", "ministack"] {
        let profile = adapters::profile(engine).expect("a known engine");
        for (name, raw) in answers(&right(&definition)) {
            let judgement = judge_definition(&definition, &raw, profile.terms(0));
            let found = signatures(&judgement).join(" & ");
            let poisoned: Vec<_> = judgement
                .poisoned
                .iter()
                .map(|it| it.signature.to_string())
                .collect();
            writeln!(text, "{engine}: {name}: {found} ({poisoned:?})").expect("a string");
        }
    }
    text
}

#[test]
fn answers_to_a_valid_definition() {
    let definition = json!({
        "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } },
    });
    snapshot("answers_to_a_valid_definition", &table(definition));
}

#[test]
fn answers_to_a_placeholder() {
    let branch = json!({ "StartAt": "B", "States": {
        "B": { "Type": "Task", "Resource": "${Work.Arn}", "End": true },
    } });
    let definition = json!({
        "StartAt": "A", "States": {
            "A": { "Type": "Parallel", "End": true, "Branches": [branch] },
        },
    });
    snapshot("answers_to_a_placeholder", &table(definition));
}

#[test]
fn answers_to_a_missing_target() {
    let definition = json!({
        "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Next": "Nowhere" },
            "B": { "Type": "Succeed" },
        },
    });
    snapshot("answers_to_a_missing_target", &table(definition));
}

#[test]
fn answers_to_several_faults() {
    let definition = json!({
        "StartAt": "A", "States": {
            "A": { "Type": "Wait", "Seconds": "soon", "Next": "B" },
            "B": { "Type": "Nothing", "End": true },
            "C": { "Type": "Pass" },
        },
    });
    snapshot("answers_to_several_faults", &table(definition));
}

#[test]
fn answers_to_unreachable_states() {
    let definition = json!({
        "StartAt": "A", "States": {
            "A": { "Type": "Succeed" },
            "B": { "Type": "Succeed" },
            "C": { "Type": "Succeed" },
        },
    });
    snapshot("answers_to_unreachable_states", &table(definition));
}

/// What sets off AWS's warnings is not known, so an engine may give any, and none.
#[test]
fn warnings_are_not_compared() {
    let warned = json!({ "Type": "Pass", "Result": "$.a", "Next": "B" });
    for last in ["B", "Nowhere"] {
        let definition = prepared(json!({ "StartAt": "A", "States": {
            "A": warned, "B": { "Type": "Pass", "Result": "$.a", "Next": last },
            "C": { "Type": "Succeed" },
        } }));
        assert!(definition.is_refused());
        let mut raw = right(&definition);
        let profile = adapters::profile("localstack").expect("a known engine");
        let plain = judge_definition(&definition, &raw, profile.terms(0));
        validated(&mut raw, |it| {
            it.diagnostics.push(RawDiagnostic {
                severity: "WARNING".to_owned(),
                code: "PASS_RESULT_IS_STATIC".to_owned(),
                message: "other".to_owned(),
                location: Some("/States/A".to_owned()),
            });
        });
        let judgement = judge_definition(&definition, &raw, profile.terms(0));
        assert_eq!(judgement, plain);
        assert!(judgement.differences.is_empty() && judgement.poisoned.is_empty());
    }
    let accepted = prepared(json!({ "StartAt": "A", "States": { "A": {
        "Type": "Pass", "Result": "$.a", "End": true } } }));
    assert_eq!(accepted.diagnostics.len(), 0);
}

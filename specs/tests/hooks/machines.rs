//! What concerns a machine as a whole.

use std::sync::Arc;

use serde_json::json;
use stepproof_specs::{
    clause::Clause,
    deviation::{Deviations, catalogue::catalogue},
    scenario::plan::Plan,
};

use crate::{Run, at, deviations, pass};

/// An event is left out of the history, and those around it are linked.
#[test]
fn histories_lack_events() {
    let parallel = json!({ "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } },
    ] });
    let run = Run::new(&parallel, &json!({}), Plan::default());
    let whole = run.lawful().history.expect("a history");
    let lacks = at(json!({ "event": "ParallelStateStarted" }), json!("ignore"));
    let thin = run.under(&lacks).history.expect("a history");
    assert_eq!(thin.len() + 1, whole.len());
    for (at, event) in thin.iter().enumerate() {
        assert_eq!(event.id, at as i64 + 1);
        assert!(event.previous < event.id);
    }
    let before = thin.iter().filter(|event| event.previous == 2).count();
    assert_eq!(before, 1, "what followed it follows the one before");
}

#[test]
fn definitions_are_accepted_whose_rules_are_not_checked() {
    let unchecked = deviations(&at(json!({ "check": "validate.target" }), json!("ignore")));
    assert!(unchecked.accept([Clause::ValidateTarget]));
    assert!(!unchecked.accept([Clause::ValidateTarget, Clause::ValidateType]));
    assert!(!Deviations::default().accept([Clause::ValidateTarget]));
}

/// The hypotheses that cannot show need not be tried: without the feature, nothing about it is left.
#[test]
fn most_hypotheses_cannot_show_in_a_case() {
    let run = Run::new(&pass(json!({ "Result": 1 })), &json!({}), Plan::default());
    let expected = run.plain();
    let tried = catalogue()
        .iter()
        .filter(|it| it.may_show(&run.machine, &expected.coverage));
    let tried = tried.count();
    assert!(
        tried * 5 < catalogue().len(),
        "{tried} of {}",
        catalogue().len()
    );
    for hypothesis in catalogue() {
        let engine = run.engine(&Arc::new(hypothesis.deviations()));
        let seen = engine.observe(1_000_000).expect("it runs");
        let shows = seen != expected.observation;
        assert!(
            !shows || hypothesis.may_show(&run.machine, &expected.coverage),
            "{hypothesis}"
        );
    }
}

use std::{collections::BTreeMap, sync::Arc};

use super::Assignment;
use crate::{
    asl::site::{AttemptKey, Site},
    clause::Coverage,
    observation::{Attempt, Observation, Status},
    reference::{Expectation, ExpectedAttempt},
    scenario::plan::{Act, Plan, Reply, Rule},
};
use serde_json::{Value, json};

fn key(items: &[u32], attempt: u32) -> AttemptKey {
    AttemptKey {
        site: "W".into(),
        visit: 0,
        items: items.to_vec(),
        attempt,
    }
}

fn assignment(expected: &[(AttemptKey, Value)], plan: &Plan) -> Assignment {
    let seen = expected
        .iter()
        .enumerate()
        .map(|(order, (key, input))| Attempt {
            key: Some(key.clone()),
            input: input.clone().into(),
            taken: order as u64 * 100,
            replied: None,
        });
    let expectation = Expectation {
        observation: Observation {
            status: Status::Succeeded,
            output: None,
            error: None,
            cause: None,
            attempts: BTreeMap::from([(Site::from("W"), seen.collect())]),
            history: None,
            duration: None,
        },
        poisoned: Vec::new(),
        assumed_from: None,
        coverage: Coverage::default(),
        attempts: expected
            .iter()
            .map(|(key, input)| ExpectedAttempt {
                key: key.clone(),
                input: Arc::new(input.clone()),
            })
            .collect(),
        duration: 0,
        longest: 0,
    };
    Assignment::new(plan, &expectation)
}

/// A plan in which attempt `n` succeeds with `n`.
fn numbered() -> Plan {
    let rule = |attempt: u32| {
        Rule::below(
            attempt + 1,
            Act::now(Reply::Succeed(Value::from(attempt).into())),
        )
    };
    Plan {
        sites: BTreeMap::from([("W".into(), (0..9).map(rule).collect::<Vec<_>>().into())]),
    }
}

/// The attempt as which a task is recognised, inside a Map and outside.
fn in_map(assignment: &mut Assignment, input: Value) -> Option<AttemptKey> {
    assignment.arrived(&"W".into(), true, &input.into()).0
}

fn arrive(assignment: &mut Assignment, input: Value) -> Option<AttemptKey> {
    assignment.arrived(&"W".into(), false, &input.into()).0
}

#[test]
fn equal_input_decides_first() {
    let expected = [
        (key(&[0], 0), json!("a")),
        (key(&[1], 0), json!("b")),
        (key(&[2], 0), json!("b")),
    ];
    let mut assignment = assignment(&expected, &numbered());
    assert_eq!(in_map(&mut assignment, json!("b")), Some(key(&[1], 0)));
    assert_eq!(in_map(&mut assignment, json!("b")), Some(key(&[2], 0)));
    assert_eq!(in_map(&mut assignment, json!("a")), Some(key(&[0], 0)));
    // An extra task for an item that was served is the next attempt of its visit.
    assert_eq!(in_map(&mut assignment, json!("a")), Some(key(&[0], 1)));
    assert_eq!(in_map(&mut assignment, json!("?")), None);
}

#[test]
fn outside_of_a_map_the_next_in_order_is_meant() {
    let expected = [(key(&[], 0), json!(1)), (key(&[], 1), json!(1))];
    let mut assignment = assignment(&expected, &numbered());
    assert_eq!(arrive(&mut assignment, json!("wrong")), Some(key(&[], 0)));
    assert_eq!(arrive(&mut assignment, json!(1)), Some(key(&[], 1)));
    let (extra, act) = assignment.arrived(&"W".into(), false, &json!(1).into());
    assert_eq!(extra, Some(key(&[], 2)));
    assert_eq!(act.reply, Reply::Succeed(json!(2).into()));
}

#[test]
fn in_a_map_a_wrong_input_is_told_only_if_all_do_the_same() {
    let expected = [(key(&[0], 0), json!(1)), (key(&[1], 1), json!(2))];
    let mut same = assignment(&expected, &Plan::default());
    assert_eq!(in_map(&mut same, json!("wrong")), Some(key(&[0], 0)));
    let mut different = assignment(&expected, &numbered());
    assert_eq!(in_map(&mut different, json!("wrong")), None);
}

#[test]
fn a_task_to_be_ignored_is_passed_over_until_the_next_is_due() {
    let ignore = Rule::below(1, Act::now(Reply::Ignore));
    let plan = Plan {
        sites: BTreeMap::from([("W".into(), vec![ignore].into())]),
    };
    let expected = [(key(&[], 0), json!(1)), (key(&[], 1), json!(1))];
    let mut assignment = assignment(&expected, &plan);
    assert_eq!(assignment.ignored(&"W".into()), [0].into());
    assert_eq!(assignment.next_poll(&"W".into()), Some(100));
    assert_eq!(arrive(&mut assignment, json!(1)), Some(key(&[], 1)));
    assert_eq!(assignment.next_poll(&"W".into()), Some(0));
}

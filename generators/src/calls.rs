//! Calls to the service, drawn as a walk: a model says what exists, so that most calls are right, and a share
//! of them is wrong in one known way.
//!
//! What an execution does never depends on how fast calls follow each other. It ends by itself at once, or
//! stays until somebody stops it or answers its task.

mod model;
mod right;
mod wrong;

use serde_json::Value;
use stepproof_specs::scenario::calls::{Call, CallsCase};

use self::{model::Model, right::Theme};
use crate::dice::Dice;

/// The fewest and the most calls of a case.
const CALLS: (u32, u32) = (3, 16);
/// One call in this many is wrong.
const WRONG: u32 = 6;
/// How often it is tried to draw a call for each of a case.
const TRIES: u32 = 20;

/// The operations that cases may call.
pub const OPERATIONS: &[&str] = &[
    "CreateStateMachine",
    "UpdateStateMachine",
    "DescribeStateMachine",
    "DescribeStateMachineForExecution",
    "DeleteStateMachine",
    "ListStateMachines",
    "ValidateStateMachineDefinition",
    "PublishStateMachineVersion",
    "ListStateMachineVersions",
    "DeleteStateMachineVersion",
    "CreateStateMachineAlias",
    "DescribeStateMachineAlias",
    "UpdateStateMachineAlias",
    "DeleteStateMachineAlias",
    "ListStateMachineAliases",
    "StartExecution",
    "DescribeExecution",
    "GetExecutionHistory",
    "ListExecutions",
    "StopExecution",
    "RedriveExecution",
    "CreateActivity",
    "DescribeActivity",
    "DeleteActivity",
    "ListActivities",
    "GetActivityTask",
    "SendTaskSuccess",
    "SendTaskFailure",
    "SendTaskHeartbeat",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
];

/// Calls in the making.
#[derive(Debug)]
struct Walk {
    calls: Vec<Call>,
    model: Model,
    theme: Theme,
    /// The operations that are not called.
    lacking: Vec<String>,
}

/// Draws calls without those operations.
pub(crate) fn draw(dice: &mut Dice, lacking: &[String]) -> CallsCase {
    let theme = dice.pick(&Theme::ALL);
    draw_about(theme, dice, lacking)
}

/// Draws calls whose executions start others.
pub(crate) fn draw_nested(dice: &mut Dice, lacking: &[String]) -> CallsCase {
    draw_about(Theme::Nested, dice, lacking)
}

fn draw_about(theme: Theme, dice: &mut Dice, lacking: &[String]) -> CallsCase {
    let mut walk = Walk {
        calls: Vec::new(),
        model: Model::default(),
        theme,
        lacking: lacking.to_vec(),
    };
    let most = dice.between(CALLS.0, CALLS.1) as usize;
    walk.begin(dice);
    for _ in 0..most as u32 * TRIES {
        if walk.calls.len() >= most {
            break;
        }
        if theme != Theme::Nested && dice.one_in(WRONG) {
            walk.wrong(dice);
        } else {
            walk.right(dice);
        }
    }
    CallsCase {
        calls: walk.calls,
        entropy: dice.word(),
    }
}

impl Walk {
    /// Adds a call, unless its operation is lacking; returns its number.
    fn call(&mut self, operation: &str, parameters: Value) -> Option<usize> {
        if self.lacking.iter().any(|lacking| lacking == operation) {
            return None;
        }
        self.calls.push(Call::new(operation, parameters));
        Some(self.calls.len() - 1)
    }

    /// Asks for all pages of a list.
    fn whole(&mut self, operation: &str, mut parameters: Value, dice: &mut Dice) {
        if dice.chance(2, 3) {
            parameters["maxResults"] = dice.between(1, 2).into();
        }
        if let Some(number) = self.call(operation, parameters) {
            self.calls[number].whole = true;
        }
    }
}

/// A reference to a field of the answer to a call.
fn of(call: usize, field: &str) -> String {
    format!("${{{call}.{field}}}")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use stepproof_specs::{
        deviation::{CallRule, Deviations},
        reference::calls::answers,
    };

    use super::{OPERATIONS, draw, draw_nested};
    use crate::dice::{Dice, case_seed};

    const CASES: u64 = 3_000;

    #[test]
    fn every_case_can_be_expected_and_most_calls_succeed() {
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut called = BTreeSet::new();
        let mut rules = stepproof_specs::clause::Coverage::default();
        for index in 0..CASES {
            let case = draw(&mut Dice::new(case_seed(1, index)), &[]);
            assert!(!case.calls.is_empty());
            let expected = answers(&case, &Deviations::default())
                .unwrap_or_else(|error| panic!("case {index}: failed to {error}: {case:#?}"));
            rules.merge(&expected.coverage);
            for (call, answer) in case.calls.iter().zip(&expected.answers) {
                let answer = answer.as_ref().expect("a call that is made");
                let code = answer
                    .answer
                    .as_ref()
                    .map_or_else(|error| error.code, |_| "ok");
                *codes.entry(code).or_default() += 1;
                if answer.answer.is_ok() {
                    called.insert(call.operation.clone());
                }
            }
        }
        println!("{codes:#?}");
        let total: usize = codes.values().sum();
        let succeeded = codes["ok"] * 100 / total;
        assert!((70..90).contains(&succeeded), "{succeeded} %");
        assert!(codes.len() >= 15, "{codes:?}");
        assert!(
            OPERATIONS.iter().all(|it| called.contains(*it)),
            "{called:?}"
        );
        for index in 0..CASES / 10 {
            let case = draw_nested(&mut Dice::new(case_seed(1, index)), &[]);
            let expected = answers(&case, &Deviations::default())
                .unwrap_or_else(|error| panic!("case {index}: failed to {error}: {case:#?}"));
            rules.merge(&expected.coverage);
            let mut answers = expected.answers.iter().flatten();
            assert!(answers.all(|answer| answer.answer.is_ok()), "{case:#?}");
        }
        for rule in CallRule::ALL {
            assert!(rules.contains(rule.clause()), "{rule:?}");
        }
    }

    #[test]
    fn what_an_engine_lacks_is_not_called() {
        let lacking = [
            "StopExecution".to_owned(),
            "PublishStateMachineVersion".to_owned(),
        ];
        for index in 0..300 {
            let case = draw(&mut Dice::new(case_seed(2, index)), &lacking);
            let mut calls = case.calls.iter();
            assert!(calls.all(|call| !lacking.contains(&call.operation)));
            assert!(answers(&case, &Deviations::default()).is_ok());
        }
    }
}

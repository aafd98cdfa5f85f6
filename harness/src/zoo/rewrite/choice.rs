//! Conditions of Choice rules, test by test.

use serde_json::json;
use stepproof_specs::machine::{
    Body, Choice, Comparable, Condition, Kind, Operand, Operator, State, Test,
};

use super::Way;

pub(super) fn rewrite(way: Way, state: &mut State) {
    let Body::Choice(choice) = &mut state.body else {
        return;
    };
    match way {
        Way::ChoiceOrder => choice.choices.reverse(),
        Way::FirstRule => choice.choices.truncate(1),
        Way::AndIsOr => {
            for rule in &mut choice.choices {
                loosen(&mut rule.condition);
            }
        }
        _ => each_rule(way, choice),
    }
}

fn each_rule(way: Way, choice: &mut Choice) {
    for rule in &mut choice.choices {
        each_test(&mut rule.condition, &|test| match way {
            Way::MissingVariable => guarded(test),
            Way::PatternEscapes => Condition::Test(with_plain_backslashes(test)),
            _ => Condition::Test(as_text(test)),
        });
    }
}

fn each_test(condition: &mut Condition, change: &impl Fn(Test) -> Condition) {
    match condition {
        Condition::And(inner) | Condition::Or(inner) => {
            for condition in inner {
                each_test(condition, change);
            }
        }
        Condition::Not(inner) | Condition::Commented(inner, _) => each_test(inner, change),
        Condition::Test(test) => *condition = change(test.clone()),
        Condition::Jsonata(_) => {}
    }
}

/// `Or` in the place of `And`.
fn loosen(condition: &mut Condition) {
    match condition {
        Condition::And(inner) | Condition::Or(inner) => {
            for condition in inner.iter_mut() {
                loosen(condition);
            }
            *condition = Condition::Or(std::mem::take(inner));
        }
        Condition::Not(inner) | Condition::Commented(inner, _) => loosen(inner),
        Condition::Test(_) | Condition::Jsonata(_) => {}
    }
}

/// A pattern whose backslashes stand for themselves.
fn with_plain_backslashes(mut test: Test) -> Test {
    if let (Operator::StringMatches, Operand::Literal(pattern)) =
        (&test.operator, &mut test.operand)
        && let Some(text) = pattern.as_str()
    {
        *pattern = text.replace('\\', "\\\\").into();
    }
    test
}

/// A test that does not hold where its Variable finds nothing.
fn guarded(test: Test) -> Condition {
    if test.operator == Operator::Is(Kind::Present) {
        return Condition::Test(test);
    }
    let present = Test {
        variable: test.variable.clone(),
        operator: Operator::Is(Kind::Present),
        operand: Operand::Literal(json!(true)),
    };
    Condition::And(vec![Condition::Test(present), Condition::Test(test)])
}

/// A comparison of texts in place of one of instants.
fn as_text(mut test: Test) -> Test {
    if let Operator::Compare(comparable @ Comparable::Timestamp, _) = &mut test.operator {
        *comparable = Comparable::String;
    }
    test
}

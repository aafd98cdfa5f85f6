//! Conditions of Choice rules, test by test.

use serde_json::json;
use stepproof_specs::asl::{
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
            for condition in conditions(choice) {
                loosen(condition);
            }
        }
        Way::DefaultFirst if choice.default.is_some() => choice.choices.clear(),
        Way::MissingVariable => in_each_test(choice, guarded),
        Way::NullIsAbsent => in_each_test(choice, absent_or_null),
        Way::TimestampText => in_each_test(choice, as_text),
        Way::PatternEscapes => in_each_test(choice, with_plain_backslashes),
        _ => {}
    }
}

fn conditions(choice: &mut Choice) -> impl Iterator<Item = &mut Condition> {
    let rules = choice.choices.iter_mut();
    rules.filter_map(|rule| Some(&mut rule.flow.json_path_mut()?.condition))
}

fn in_each_test(choice: &mut Choice, change: fn(Test) -> Condition) {
    for condition in conditions(choice) {
        each_test(condition, change);
    }
}

fn each_test(condition: &mut Condition, change: fn(Test) -> Condition) {
    match condition {
        Condition::And(inner) | Condition::Or(inner) => {
            for condition in inner {
                each_test(condition, change);
            }
        }
        Condition::Not(inner) | Condition::Commented(inner, _) => each_test(inner, change),
        Condition::Test(test) => *condition = change(test.clone()),
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
        Condition::Test(_) => {}
    }
}

/// A pattern whose backslashes stand for themselves.
fn with_plain_backslashes(mut test: Test) -> Condition {
    if let (Operator::StringMatches, Operand::Literal(pattern)) =
        (&test.operator, &mut test.operand)
        && let Some(text) = pattern.as_str()
    {
        *pattern = text.replace('\\', "\\\\").into();
    }
    Condition::Test(test)
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

/// IsPresent that does not hold for null.
fn absent_or_null(test: Test) -> Condition {
    let (Operator::Is(Kind::Present), Operand::Literal(expected)) = (test.operator, &test.operand)
    else {
        return Condition::Test(test);
    };
    let null = Condition::Test(Test {
        variable: test.variable.clone(),
        operator: Operator::Is(Kind::Null),
        operand: Operand::Literal(json!(true)),
    });
    if expected == &json!(true) {
        Condition::And(vec![Condition::Test(test), Condition::Not(Box::new(null))])
    } else {
        Condition::Or(vec![Condition::Test(test), null])
    }
}

/// A comparison of texts in place of one of instants.
fn as_text(mut test: Test) -> Condition {
    if let Operator::Compare(comparable @ Comparable::Timestamp, _) = &mut test.operator {
        *comparable = Comparable::String;
    }
    Condition::Test(test)
}

//! Conditions of Choice rules, test by test.

use serde_json::json;
use stepproof_specs::machine::{Body, Comparable, Condition, Kind, Operand, Operator, State, Test};

use super::Way;

pub(super) fn rewrite(way: Way, state: &mut State) {
    let Body::Choice(choice) = &mut state.body else {
        return;
    };
    match way {
        Way::ChoiceOrder => choice.choices.reverse(),
        Way::DefaultFirst if choice.default.is_some() => choice.choices.clear(),
        _ => {}
    }
    for rule in &mut choice.choices {
        each_test(&mut rule.condition, &|test| match way {
            Way::MissingVariable => guarded(test),
            Way::NullIsAbsent => absent_or_null(test),
            Way::TimestampText => Condition::Test(as_text(test)),
            Way::PatternEscapes => Condition::Test(without_escapes(test)),
            _ => Condition::Test(test),
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

/// A pattern in which every backslash stands for itself, and every star for any run.
fn without_escapes(mut test: Test) -> Test {
    if let (Operator::StringMatches, Operand::Literal(serde_json::Value::String(pattern))) =
        (test.operator, &mut test.operand)
    {
        *pattern = pattern.replace('\\', "\\\\");
    }
    test
}

/// A comparison of texts in place of one of instants.
fn as_text(mut test: Test) -> Test {
    if let Operator::Compare(comparable @ Comparable::Timestamp, _) = &mut test.operator {
        *comparable = Comparable::String;
    }
    test
}

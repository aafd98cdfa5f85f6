//! From what an operator or a function has to come to, backwards to what it may be given.

use std::cmp::Ordering;

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    string::string_regex,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::{
    given::want::{Hint, Want, around},
    jsonata::{Operator, Tree},
};

/// The longest text that is made because its length is compared.
const LONGEST: usize = 256;

/// On which side of an operator a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// What something has to be, if it has to be true or false.
pub(super) fn truth(wanted: &Want) -> Option<bool> {
    wanted.only()?.as_bool()
}

/// A value as a literal.
pub(super) fn tree(value: &Value) -> Option<Tree> {
    Some(match value {
        Value::Null => Tree::Null,
        Value::Bool(it) => Tree::Bool(*it),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let positive = Tree::Number(number.abs());
            if number < 0.0 {
                positive.negative()
            } else {
                positive
            }
        }
        Value::String(text) => Tree::text(text.as_str()),
        Value::Array(items) => Tree::Array(items.iter().map(tree).collect::<Option<_>>()?),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, it)| Some((Tree::text(name.as_str()), tree(it)?)));
            Tree::Object(members.collect::<Option<_>>()?)
        }
    })
}

/// The value of a literal.
fn literal(tree: &Tree) -> Option<Value> {
    Some(match tree {
        Tree::Null => Value::Null,
        Tree::Bool(it) => json!(it),
        Tree::Number(it) => like(*it, *it),
        Tree::Text(it) => json!(it),
        Tree::Negative(inner) => match &**inner {
            Tree::Number(it) => like(-it, -it),
            _ => return None,
        },
        Tree::Block(parts) if parts.len() == 1 => return literal(&parts[0]),
        _ => return None,
    })
}

/// A number, whole if another one is.
fn like(number: f64, other: f64) -> Value {
    if other.fract() == 0.0 && number.fract() == 0.0 && number.abs() < 1e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// Values for what is compared with this; `truth` says what has to come of it.
pub(super) fn beside(side: Side, operator: Operator, other: &Tree, truth: Option<bool>) -> Want {
    let near = near(operator, other);
    let (Some(truth), Some(literals)) = (truth, literals(other)) else {
        return Want::hinted(near);
    };
    let is_right = |hint: &Hint| match hint {
        Hint::Value(value) => {
            literals.iter().any(|literal| {
                let (left, right) = match side {
                    Side::Left => (value, literal),
                    Side::Right => (literal, value),
                };
                holds(operator, left, right)
            }) == truth
        }
        _ => false,
    };
    let right: Vec<Hint> = near.iter().filter(|it| is_right(it)).cloned().collect();
    if right.is_empty() {
        Want::hinted(near)
    } else {
        Want::must(right)
    }
}

/// The literals that something is compared with.
fn literals(tree: &Tree) -> Option<Vec<Value>> {
    match tree {
        Tree::Array(items) => items.iter().map(literal).collect(),
        other => Some(vec![literal(other)?]),
    }
}

fn holds(operator: Operator, left: &Value, right: &Value) -> bool {
    let ordering = match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64().partial_cmp(&right.as_f64()),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (left, right) if left == right => Some(Ordering::Equal),
        _ => None,
    };
    match operator {
        Operator::Equal | Operator::In => ordering == Some(Ordering::Equal),
        Operator::Unequal => ordering != Some(Ordering::Equal),
        Operator::Less => ordering == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => ordering == Some(Ordering::Greater),
        _ => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// Values at what something is compared with, and on both sides of it.
fn near(operator: Operator, other: &Tree) -> Vec<Hint> {
    let is_ordered = !matches!(operator, Operator::Equal | Operator::Unequal | Operator::In);
    match other {
        Tree::Array(items) if !items.is_empty() => {
            items.iter().flat_map(|it| near(operator, it)).collect()
        }
        Tree::Call(function, _) => match &**function {
            Tree::Variable(name) if ["type", "uppercase", "lowercase"].contains(&name.as_str()) => {
                vec![Hint::Text]
            }
            _ => vec![Hint::Number],
        },
        other => match literal(other) {
            Some(Value::Number(number)) => around(number.as_f64().unwrap_or_default()),
            Some(Value::String(text)) => [text.clone(), format!("{text}a"), String::new()]
                .map(value)
                .into(),
            Some(Value::Bool(it)) => [it, !it].map(value).into(),
            Some(Value::Null) => vec![value(Value::Null), Hint::Text],
            _ if is_ordered => vec![Hint::Number],
            // Few of them, so that both sides are the same now and then.
            _ => vec![value("a"), value(1), value("b")],
        },
    }
}

fn value(value: impl Into<Value>) -> Hint {
    Hint::Value(value.into())
}

/// What one operand may be if the other one is a literal.
pub(super) fn operand(operator: Operator, side: Side, other: &Tree, wanted: &Want) -> Want {
    let Some(other) = literal(other) else {
        return Want::default();
    };
    wanted.through(|wanted| match (wanted, &other) {
        (Value::String(wanted), Value::String(other)) if operator == Operator::Concatenate => {
            let rest = match side {
                Side::Left => wanted.strip_suffix(other.as_str()),
                Side::Right => wanted.strip_prefix(other.as_str()),
            };
            rest.map(Value::from)
        }
        (Value::Number(wanted), Value::Number(other)) => {
            let (wanted, other) = (wanted.as_f64()?, other.as_f64()?);
            let number = match (operator, side) {
                (Operator::Plus, _) => wanted - other,
                (Operator::Minus, Side::Left) => wanted + other,
                (Operator::Minus, Side::Right) => other - wanted,
                (Operator::Times, _) => wanted / other,
                (Operator::Divide, Side::Left) => wanted * other,
                (Operator::Divide, Side::Right) => other / wanted,
                (Operator::Modulo, Side::Left) => wanted,
                _ => return None,
            };
            number.is_finite().then(|| like(number, number))
        }
        _ => None,
    })
}

/// What both operands may be: where neither is a literal, one leaves the other as it is, or is what is wanted if
/// the other one is not drawn.
pub(super) fn operands(
    operator: Operator,
    (left, right): (&Tree, &Tree),
    wanted: &Want,
) -> (Want, Want) {
    let of_left = operand(operator, Side::Left, right, wanted);
    let of_right = operand(operator, Side::Right, left, wanted);
    let is_number = |it: &Value| it.is_number().then(|| it.clone());
    let whole = wanted.through(is_number);
    if whole.is_vague() || literal(left).is_some() || literal(right).is_some() {
        return (of_left, of_right);
    }
    let neutral = match operator {
        Operator::Times | Operator::Divide => 1,
        Operator::Modulo => i64::from(i32::MAX),
        _ => 0,
    };
    let mut other = Want::hinted([value(neutral)]);
    other.merge(&whole.loose());
    (whole, other)
}

/// What a condition has to be so that the branch is taken that gives what is wanted.
pub(super) fn branch(wanted: &Want, then: &Tree, otherwise: Option<&Tree>) -> Want {
    let gives = |tree: &Tree| Some(literal(tree)? == *wanted.only()?);
    match (gives(then), otherwise.and_then(gives)) {
        (Some(true), _) | (_, Some(false)) => Want::must([value(true)]),
        (Some(false), _) | (_, Some(true)) => Want::must([value(false)]),
        _ => Want::default(),
    }
}

/// A value of the type with this name.
pub(super) fn of_type(name: &Value) -> Option<Value> {
    Some(match name.as_str()? {
        "string" => json!("a"),
        "number" => json!(1),
        "boolean" => json!(true),
        "null" => Value::Null,
        "array" => json!([1]),
        "object" => json!({ "id": 1 }),
        _ => return None,
    })
}

/// The text of which a function of one text makes this.
pub(super) fn of_text(function: &str, wanted: &Value) -> Option<Value> {
    match wanted {
        Value::Number(length) if function == "length" => {
            let length = usize::try_from(length.as_u64()?).ok()?;
            (length <= LONGEST).then(|| "a".repeat(length).into())
        }
        Value::String(_) if function != "length" => Some(wanted.clone()),
        _ => None,
    }
}

/// A text in which something is sought, with what is wanted of it.
pub(super) fn searched(function: &str, sought: Option<&Tree>, wanted: &Want) -> Want {
    let samples: Vec<String> = match sought {
        Some(Tree::Text(text)) => vec![text.clone()],
        Some(Tree::Regex(pattern, _)) => samples(pattern),
        _ => return Want::default(),
    };
    match (function, samples.first()) {
        ("substringBefore", Some(mark)) => or_sample(
            wanted.through(|it| Some(format!("{}{mark}b", it.as_str()?).into())),
            &samples,
        ),
        ("substringAfter", Some(mark)) => or_sample(
            wanted.through(|it| Some(format!("a{mark}{}", it.as_str()?).into())),
            &samples,
        ),
        // Whichever part is asked for, or all of them.
        ("split", Some(mark)) => {
            let part = wanted.selected();
            let mut whole = part.through(|it| it.is_string().then(|| it.clone()));
            whole.merge(&part.through(|it| {
                let part = it.as_str()?;
                Some(format!("{part}{mark}{part}").into())
            }));
            or_sample(whole, &samples)
        }
        ("replace", _) => or_sample(
            wanted.through(|it| it.is_string().then(|| it.clone())),
            &samples,
        ),
        ("contains", Some(_)) if truth(wanted) == Some(false) => {
            Want::must([value("-"), value("")])
        }
        ("contains", Some(_)) if truth(wanted) == Some(true) => {
            Want::must(samples.into_iter().map(value))
        }
        _ => or_sample(Want::default(), &samples),
    }
}

/// With a text in which the sought one is, too.
fn or_sample(mut want: Want, samples: &[String]) -> Want {
    for sample in samples {
        want.hint(value(sample.as_str()));
        want.hint(value(format!("a{sample}b")));
    }
    want
}

/// Texts that a regular expression matches as a whole.
fn samples(pattern: &str) -> Vec<String> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    // Those of JavaScript know ASCII only.
    let pattern = pattern
        .replace(r"\d", "[0-9]")
        .replace(r"\w", "[A-Za-z0-9_]")
        .replace(r"\s", " ");
    let Ok(strategy) = string_regex(&pattern) else {
        return Vec::new();
    };
    let mut runner = TestRunner::deterministic();
    let drawn = (0..3).filter_map(|_| strategy.new_tree(&mut runner).ok());
    drawn.map(|it| it.current()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Operator, Side, Tree, beside, branch, operand, samples, searched};
    use crate::{
        dice::Dice,
        given::want::{Draw, Hint, Want},
    };

    fn drawn(want: &Want) -> serde_json::Value {
        want.root(&mut Dice::new(1), Draw::Towards)
    }

    #[test]
    fn what_is_compared_is_what_it_has_to_be() {
        let five = Tree::Number(5.0);
        let greater = beside(Side::Left, Operator::Greater, &five, Some(true));
        assert_eq!(drawn(&greater), json!(6));
        let less = beside(Side::Right, Operator::Greater, &five, Some(true));
        assert_eq!(drawn(&less), json!(4));
        let none = beside(Side::Left, Operator::GreaterOrEqual, &five, Some(false));
        assert_eq!(drawn(&none), json!(4));
    }

    #[test]
    fn operators_are_computed_back() {
        let wanted = Want::must([Hint::Value(json!(12))]);
        let two = Tree::Number(2.0);
        for (operator, side, operand_is) in [
            (Operator::Plus, Side::Left, json!(10)),
            (Operator::Minus, Side::Left, json!(14)),
            (Operator::Minus, Side::Right, json!(-10)),
            (Operator::Times, Side::Right, json!(6)),
            (Operator::Divide, Side::Left, json!(24)),
        ] {
            assert_eq!(drawn(&operand(operator, side, &two, &wanted)), operand_is);
        }
        let gold = Want::must([Hint::Value(json!("gold"))]);
        let truth = branch(&gold, &Tree::text("gold"), Some(&Tree::text("basic")));
        assert_eq!(drawn(&truth), json!(true));
        let marked = searched("substringBefore", Some(&Tree::text("-")), &gold);
        assert_eq!(drawn(&marked), json!("gold-b"));
    }

    #[test]
    fn regular_expressions_have_samples() {
        for pattern in [r"^[A-Z]{2}-\d+$", "abc|def", r"\w+@\w+\.com"] {
            let samples = samples(pattern);
            assert_eq!(samples.len(), 3, "{pattern}");
            let regex = regex_lite::Regex::new(pattern).unwrap();
            assert!(samples.iter().all(|it| regex.is_match(it)), "{samples:?}");
        }
    }
}

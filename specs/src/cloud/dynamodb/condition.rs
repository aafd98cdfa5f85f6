//! Conditions (Developer Guide, "Condition and filter expressions, operators, and functions").

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use super::{
    attribute::{Attribute, Item},
    expression::Parser,
    path::Path,
};
use crate::cloud::CloudError;

/// A condition.
#[derive(Debug)]
pub(super) enum Condition {
    Or(Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Compares(Operand, Comparator, Operand),
    IsBetween(Operand, Operand, Operand),
    IsIn(Operand, Vec<Operand>),
    Exists(Path),
    IsOfType(Path, String),
    BeginsWith(Operand, Operand),
    Contains(Operand, Operand),
}

/// What is compared.
#[derive(Debug)]
pub(super) enum Operand {
    Path(Path),
    Value(Arc<Attribute>),
    Size(Path),
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The types that `attribute_type` knows.
const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];
/// How many operands IN has at most (Developer Guide, "Quotas", "Expression parameters").
const MOST_AMONG: usize = 100;
/// How deeply conditions are nested at most.
const DEEPEST: usize = 300;

impl Condition {
    pub fn read(mut parser: Parser<'_>) -> Result<Self, CloudError> {
        let condition = either(&mut parser, 0)?;
        parser.expect_end()?;
        Ok(condition)
    }

    /// Whether it holds of an item; one that is not there has no attributes.
    pub fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Or(one, two) => one.holds(item) || two.holds(item),
            Self::And(one, two) => one.holds(item) && two.holds(item),
            Self::Not(condition) => !condition.holds(item),
            Self::Compares(one, comparator, two) => match (one.value(item), two.value(item)) {
                (Some(one), Some(two)) => comparator.holds(&one, &two),
                // What is not there is not equal to anything.
                _ => *comparator == Comparator::NotEqual,
            },
            Self::IsBetween(operand, least, most) => {
                let [operand, least, most] = [operand, least, most].map(|it| it.value(item));
                let (Some(operand), Some(least), Some(most)) = (operand, least, most) else {
                    return false;
                };
                Comparator::GreaterOrEqual.holds(&operand, &least)
                    && Comparator::LessOrEqual.holds(&operand, &most)
            }
            Self::IsIn(operand, among) => operand.value(item).is_some_and(|operand| {
                let mut among = among.iter().filter_map(|it| it.value(item));
                among.any(|it| it == operand)
            }),
            Self::Exists(path) => path.get(item).is_some(),
            Self::IsOfType(path, kind) => path.get(item).is_some_and(|it| it.kind() == kind),
            Self::BeginsWith(operand, start) => {
                match (operand.value(item).as_deref(), start.value(item).as_deref()) {
                    (Some(Attribute::S(text)), Some(Attribute::S(start))) => {
                        text.starts_with(start)
                    }
                    (Some(Attribute::B(bytes)), Some(Attribute::B(start))) => {
                        bytes.starts_with(start)
                    }
                    _ => false,
                }
            }
            Self::Contains(operand, part) => {
                let (operand, part) = (operand.value(item), part.value(item));
                operand
                    .zip(part)
                    .is_some_and(|(it, part)| contains(&it, &part))
            }
        }
    }
}

fn contains(value: &Attribute, part: &Attribute) -> bool {
    match (value, part) {
        (Attribute::S(text), Attribute::S(part)) => text.contains(part.as_str()),
        (Attribute::B(bytes), Attribute::B(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|it| it == part)
        }
        (Attribute::Set(elements), element) => elements.contains(element),
        (Attribute::L(elements), element) => elements.contains(element),
        _ => false,
    }
}

impl Operand {
    fn value<'i>(&'i self, item: &'i Item) -> Option<Cow<'i, Attribute>> {
        match self {
            Self::Path(path) => path.get(item).map(Cow::Borrowed),
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Size(path) => {
                let length = path.get(item)?.length()?;
                Some(Cow::Owned(Attribute::N(length.into())))
            }
        }
    }
}

impl Comparator {
    fn holds(self, one: &Attribute, two: &Attribute) -> bool {
        let order = match (one, two) {
            (Attribute::S(one), Attribute::S(two)) => Some(one.as_bytes().cmp(two.as_bytes())),
            (Attribute::N(one), Attribute::N(two)) => Some(one.cmp(two)),
            (Attribute::B(one), Attribute::B(two)) => Some(one.cmp(two)),
            _ => None,
        };
        match self {
            Self::Equal => one == two,
            Self::NotEqual => one != two,
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

fn either(parser: &mut Parser<'_>, depth: usize) -> Result<Condition, CloudError> {
    let mut condition = both(parser, depth)?;
    while parser.takes_word("OR") {
        condition = Condition::Or(condition.into(), both(parser, depth)?.into());
    }
    Ok(condition)
}

fn both(parser: &mut Parser<'_>, depth: usize) -> Result<Condition, CloudError> {
    let mut condition = negated(parser, depth)?;
    while parser.takes_word("AND") {
        condition = Condition::And(condition.into(), negated(parser, depth)?.into());
    }
    Ok(condition)
}

fn negated(parser: &mut Parser<'_>, depth: usize) -> Result<Condition, CloudError> {
    if depth > DEEPEST {
        return Err(parser.invalid("The expression contains too many operators"));
    }
    if parser.takes_word("NOT") {
        return Ok(Condition::Not(negated(parser, depth + 1)?.into()));
    }
    if parser.takes("(") {
        let condition = either(parser, depth + 1)?;
        parser.expect(")")?;
        return Ok(condition);
    }
    if let Some(function) = parser.function() {
        if function == "size" {
            let path = parser.path()?;
            parser.expect(")")?;
            return comparison(parser, Operand::Size(path));
        }
        return called(parser, function);
    }
    let operand = operand(parser)?;
    comparison(parser, operand)
}

/// A function that is a condition.
fn called(parser: &mut Parser<'_>, function: &str) -> Result<Condition, CloudError> {
    let condition = match function {
        "attribute_exists" => Condition::Exists(parser.path()?),
        "attribute_not_exists" => Condition::Not(Condition::Exists(parser.path()?).into()),
        "attribute_type" => {
            let path = parser.path()?;
            parser.expect(",")?;
            let value = parser.value()?.ok_or_else(|| parser.syntax())?;
            let Attribute::S(kind) = &*value else {
                return Err(parser.wrong_operand(function, &value));
            };
            if !TYPES.contains(&kind.as_str()) {
                return Err(parser.invalid(format!(
                    "Invalid attribute type name found; type: {kind}, valid types: {{{}}}",
                    TYPES.join(",")
                )));
            }
            Condition::IsOfType(path, kind.clone())
        }
        "begins_with" => {
            let of = operand(parser)?;
            parser.expect(",")?;
            let start = operand(parser)?;
            for operand in [&of, &start] {
                if let Operand::Value(value) = operand
                    && !matches!(**value, Attribute::S(_) | Attribute::B(_))
                {
                    return Err(parser.wrong_operand(function, value));
                }
            }
            Condition::BeginsWith(of, start)
        }
        "contains" => {
            let of = operand(parser)?;
            parser.expect(",")?;
            Condition::Contains(of, operand(parser)?)
        }
        other => {
            return Err(parser.invalid(format!("Invalid function name; function: {other}")));
        }
    };
    parser.expect(")")?;
    Ok(condition)
}

fn comparison(parser: &mut Parser<'_>, one: Operand) -> Result<Condition, CloudError> {
    if parser.takes_word("BETWEEN") {
        let least = operand(parser)?;
        parser.expect_word("AND")?;
        return Ok(Condition::IsBetween(one, least, operand(parser)?));
    }
    if parser.takes_word("IN") {
        parser.expect("(")?;
        let mut among = vec![operand(parser)?];
        while parser.takes(",") {
            among.push(operand(parser)?);
        }
        parser.expect(")")?;
        if among.len() > MOST_AMONG {
            return Err(parser.invalid(format!(
                "The IN operator is provided with too many operands; number of operands: {}",
                among.len()
            )));
        }
        return Ok(Condition::IsIn(one, among));
    }
    let comparators = [
        ("=", Comparator::Equal),
        ("<>", Comparator::NotEqual),
        ("<", Comparator::Less),
        ("<=", Comparator::LessOrEqual),
        (">", Comparator::Greater),
        (">=", Comparator::GreaterOrEqual),
    ];
    let found = comparators.into_iter().find(|(sign, _)| parser.takes(sign));
    let (sign, comparator) = found.ok_or_else(|| parser.syntax())?;
    let two = operand(parser)?;
    let is_ordering = !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
    for operand in [&one, &two] {
        if let Operand::Value(value) = operand
            && is_ordering
            && !matches!(**value, Attribute::S(_) | Attribute::N(_) | Attribute::B(_))
        {
            return Err(parser.wrong_operand(sign, value));
        }
    }
    Ok(Condition::Compares(one, comparator, two))
}

fn operand(parser: &mut Parser<'_>) -> Result<Operand, CloudError> {
    if let Some(value) = parser.value()? {
        return Ok(Operand::Value(value));
    }
    match parser.function() {
        None => Ok(Operand::Path(parser.path()?)),
        Some("size") => {
            let path = parser.path()?;
            parser.expect(")")?;
            Ok(Operand::Size(path))
        }
        Some(other) => Err(parser.invalid(format!(
            "The function is not allowed to be used this way in an expression; function: {other}"
        ))),
    }
}

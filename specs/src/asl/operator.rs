//! The names of the Choice operators (specification, "Data-test expressions").

use super::{Comparable, Kind, Operator, Ordering};

/// Every operator with its field name, without the `Path` twins.
#[rustfmt::skip]
const OPERATORS: [(&str, Operator); 23] = {
    use {Comparable::{Numeric, String, Timestamp}, Operator::{Compare, Is}, Ordering as O};
    [
        ("StringEquals", Compare(String, O::Equals)),
        ("StringLessThan", Compare(String, O::LessThan)),
        ("StringGreaterThan", Compare(String, O::GreaterThan)),
        ("StringLessThanEquals", Compare(String, O::LessThanEquals)),
        ("StringGreaterThanEquals", Compare(String, O::GreaterThanEquals)),
        ("NumericEquals", Compare(Numeric, O::Equals)),
        ("NumericLessThan", Compare(Numeric, O::LessThan)),
        ("NumericGreaterThan", Compare(Numeric, O::GreaterThan)),
        ("NumericLessThanEquals", Compare(Numeric, O::LessThanEquals)),
        ("NumericGreaterThanEquals", Compare(Numeric, O::GreaterThanEquals)),
        ("TimestampEquals", Compare(Timestamp, O::Equals)),
        ("TimestampLessThan", Compare(Timestamp, O::LessThan)),
        ("TimestampGreaterThan", Compare(Timestamp, O::GreaterThan)),
        ("TimestampLessThanEquals", Compare(Timestamp, O::LessThanEquals)),
        ("TimestampGreaterThanEquals", Compare(Timestamp, O::GreaterThanEquals)),
        ("BooleanEquals", Operator::BooleanEquals),
        ("StringMatches", Operator::StringMatches),
        ("IsNull", Is(Kind::Null)),
        ("IsPresent", Is(Kind::Present)),
        ("IsNumeric", Is(Kind::Numeric)),
        ("IsString", Is(Kind::String)),
        ("IsBoolean", Is(Kind::Boolean)),
        ("IsTimestamp", Is(Kind::Timestamp)),
    ]
};

impl Operator {
    /// Every operator.
    pub fn all() -> impl Iterator<Item = Self> {
        OPERATORS.iter().map(|(_, operator)| *operator)
    }

    /// The field name of the operator with a literal operand.
    pub fn name(self) -> &'static str {
        OPERATORS
            .iter()
            .find(|(_, operator)| *operator == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether the operator has a `Path` twin, whose operand is a path.
    pub fn has_path_twin(self) -> bool {
        matches!(self, Self::Compare(..) | Self::BooleanEquals)
    }

    /// The operator of a field, and whether the field is its `Path` twin.
    pub fn parse(field: &str) -> Option<(Self, bool)> {
        let find = |name: &str| {
            OPERATORS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, operator)| *operator)
        };
        match field.strip_suffix("Path") {
            None => find(field).map(|operator| (operator, false)),
            Some(name) => find(name)
                .filter(|operator| operator.has_path_twin())
                .map(|operator| (operator, true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Operator;

    #[test]
    fn names_and_twins_are_read_back() {
        for operator in Operator::all() {
            let name = operator.name();
            assert_eq!(Operator::parse(name), Some((operator, false)));
            let twin = Operator::parse(&format!("{name}Path"));
            assert_eq!(twin.is_some(), operator.has_path_twin(), "{name}");
        }
        assert_eq!(Operator::all().filter(|o| o.has_path_twin()).count(), 16);
        assert_eq!(Operator::parse("Path"), None);
    }
}

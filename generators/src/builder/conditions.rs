//! Conditions of Choice rules: a table of tests, each with the kind of value that it tests.

use stepproof_specs::{
    asl::{Comparable, Condition, Kind, Operand, Operator, Ordering, Test},
    query::jsonpath::path::{Path, Root},
};

use super::{Builder, Place};
use crate::{
    feature::{Feature, FeatureSet},
    key::Key,
    literal,
    shape::{Hop, Shape, Wants, anything, path},
};

/// A family of tests.
struct Asking {
    needs: FeatureSet,
    weight: u32,
    /// The shapes that the variable may have.
    wants: Wants,
    operator: fn(&mut Builder<'_>) -> Operator,
    /// A literal to compare with.
    literal: fn(&mut Builder<'_>) -> serde_json::Value,
    /// Whether the operators have `Path` twins.
    has_twin: bool,
}

const ASKING: &[Asking] = &[
    Asking {
        needs: FeatureSet::EMPTY,
        weight: 4,
        wants: Shape::is_number,
        operator: |builder| Operator::Compare(Comparable::Numeric, ordering(builder)),
        literal: |builder| literal::number(builder.dice),
        has_twin: true,
    },
    Asking {
        needs: FeatureSet::EMPTY,
        weight: 4,
        wants: Shape::is_text,
        operator: |builder| Operator::Compare(Comparable::String, ordering(builder)),
        literal: |builder| literal::text(builder.dice).into(),
        has_twin: true,
    },
    Asking {
        needs: FeatureSet::EMPTY,
        weight: 4,
        wants: |shape| *shape == Shape::Bool,
        operator: |_| Operator::BooleanEquals,
        literal: |builder| builder.dice.one_in(2).into(),
        has_twin: true,
    },
    Asking {
        needs: FeatureSet::of(&[Feature::Timestamps]),
        weight: 4,
        wants: |shape| *shape == Shape::Timestamp,
        operator: |builder| Operator::Compare(Comparable::Timestamp, ordering(builder)),
        literal: |builder| literal::timestamp(builder.dice).into(),
        has_twin: true,
    },
    Asking {
        needs: FeatureSet::of(&[Feature::StringMatches]),
        weight: 3,
        wants: Shape::is_text,
        operator: |_| Operator::StringMatches,
        literal: |builder| literal::pattern(builder.dice).into(),
        has_twin: false,
    },
    Asking {
        needs: FeatureSet::of(&[Feature::TypeTests]),
        weight: 4,
        wants: anything,
        operator: |builder| Operator::Is(kind(builder)),
        literal: |builder| (!builder.dice.one_in(3)).into(),
        has_twin: false,
    },
];

fn ordering(builder: &mut Builder<'_>) -> Ordering {
    builder.dice.pick(&[
        Ordering::Equals,
        Ordering::LessThan,
        Ordering::GreaterThan,
        Ordering::LessThanEquals,
        Ordering::GreaterThanEquals,
    ])
}

fn kind(builder: &mut Builder<'_>) -> Kind {
    // Drawn rarely: it is not known what AWS accepts as a timestamp, so no finding may rest on the
    // result.
    if builder.dice.one_in(60) {
        return Kind::Timestamp;
    }
    builder.dice.pick(&[
        Kind::Null,
        Kind::Present,
        Kind::Numeric,
        Kind::String,
        Kind::Boolean,
    ])
}

/// Draws a condition over this data.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, data: &Shape) -> Condition {
    nested(builder, place, data, 0)
}

fn nested(builder: &mut Builder<'_>, place: &Place<'_>, data: &Shape, depth: u32) -> Condition {
    if depth > 1 || !builder.draws(place, Feature::Logic, 4) {
        return Condition::Test(test(builder, place, data));
    }
    match builder.dice.below(3) {
        0 => Condition::Not(Box::new(nested(builder, place, data, depth + 1))),
        one => {
            let parts = (0..builder.dice.between(1, 3))
                .map(|_| nested(builder, place, data, depth + 1))
                .collect();
            if one == 1 {
                Condition::And(parts)
            } else {
                Condition::Or(parts)
            }
        }
    }
}

/// Draws a test of a value that the data has; if there is none, a test whether a field is present.
fn test(builder: &mut Builder<'_>, place: &Place<'_>, data: &Shape) -> Test {
    let weights = ASKING
        .iter()
        .map(|asking| asking.weight * u32::from(place.features.has_all(asking.needs)));
    for _ in 0..3 {
        let asking = &ASKING[builder.dice.weighted(weights.clone()).unwrap_or(0)];
        if let Some((variable, _)) = builder.look(place, data, asking.wants) {
            return ask(builder, place, data, asking, variable);
        }
    }
    presence(builder, place, data)
}

fn ask(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    data: &Shape,
    asking: &Asking,
    variable: Path,
) -> Test {
    let operator = (asking.operator)(builder);
    let twin = if asking.has_twin && builder.draws(place, Feature::OperandPaths, 4) {
        builder.look(place, data, asking.wants)
    } else {
        None
    };
    let operand = match twin {
        Some((path, _)) => Operand::Path(path),
        None => Operand::Literal((asking.literal)(builder)),
    };
    Test {
        variable,
        operator,
        operand,
    }
}

/// Whether a field is present: in the data, or in the execution's input where the data may be null.
fn presence(builder: &mut Builder<'_>, place: &Place<'_>, data: &Shape) -> Test {
    let key = builder.key(place);
    let variable = if data.may_be_null() && place.has(Feature::ContextPaths) {
        let input = [Key::EXECUTION, Key::INPUT, key].map(Hop::Key);
        path(Root::Context, &input)
    } else {
        path(Root::Data, &[Hop::Key(key)])
    };
    Test {
        variable,
        operator: Operator::Is(Kind::Present),
        operand: Operand::Literal(builder.dice.one_in(2).into()),
    }
}

/// Whether the lap counter in the data has this value.
pub(super) fn lap_is(lap: u32) -> Condition {
    Condition::Test(Test {
        variable: path(Root::Data, &[Hop::Key(Key::LAP)]),
        operator: Operator::Compare(Comparable::Numeric, Ordering::Equals),
        operand: Operand::Literal(lap.into()),
    })
}

/// Whether the variable that counts laps is below the number of laps.
pub(super) fn laps_left(lap: Key, laps: u32) -> Condition {
    Condition::Test(Test {
        variable: path(Root::Variable(lap.name()), &[]),
        operator: Operator::Compare(Comparable::Numeric, Ordering::LessThan),
        operand: Operand::Literal(laps.into()),
    })
}

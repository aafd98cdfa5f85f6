//! Choice states.

use stepproof_specs::asl::{Body, Choice, ChoiceRule, Condition, Name, State, StateType};

use super::{
    Builder, Place, conditions,
    draft::{Draft, Exits, Flow, Slot},
    leaves::commented,
};
use crate::{feature::Feature, shape::Shape};

/// A Choice: rules in order, and where to go if none applies.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let (input_path, effective) = builder.input_path(place, raw);
    let count = builder.dice.between(1, builder.sizes.rules);
    let mut rules: Vec<ChoiceRule> = (0..count)
        .map(|_| rule(conditions::draw(builder, place, &effective)))
        .collect();
    let has_default = has_default(builder, place, &mut rules);
    let mut exits = Exits::new();
    let mut flows = Vec::with_capacity(rules.len() + 1);
    for rule in &mut rules {
        let (assign, variables) = builder.assign(place, &effective);
        rule.assign = assign;
        flows.push(variables);
    }
    let mut assign = None;
    if has_default {
        let (of_default, variables) = builder.assign(place, &effective);
        assign = of_default;
        flows.push(variables);
    }
    let (output_path, data) = builder.output_path(place, effective);
    for (index, variables) in flows.into_iter().enumerate() {
        let slot = if index < rules.len() {
            Slot::Rule(index)
        } else {
            Slot::Default
        };
        let data = data.clone();
        exits.push((slot, Flow { data, variables }));
    }
    let state = State {
        input_path,
        output_path,
        assign,
        ..commented(
            builder,
            place,
            Body::Choice(Choice {
                choices: rules,
                default: None,
            }),
        )
    };
    let name = builder.name(StateType::Choice);
    draft.push(name, state, exits);
}

/// Whether there is a `Default`. Without one, the last rule is made to apply whenever the first
/// does not, unless the case is to be damaged.
fn has_default(builder: &mut Builder<'_>, place: &Place<'_>, rules: &mut Vec<ChoiceRule>) -> bool {
    if builder.damages(place) {
        return false;
    }
    if !builder.draws(place, Feature::NoDefault, 4) {
        return true;
    }
    let otherwise = Condition::Not(Box::new(rules[0].condition.clone()));
    rules.push(rule(otherwise));
    false
}

/// A rule that leads nowhere yet.
pub(super) fn rule(condition: Condition) -> ChoiceRule {
    ChoiceRule {
        condition,
        next: Name::default(),
        assign: None,
        output: None,
        comment: None,
    }
}

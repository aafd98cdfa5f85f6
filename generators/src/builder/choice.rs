//! Choice states.

use stepproof_specs::asl::{
    Body, Choice, ChoiceRule, Condition, JsonPathFlow, JsonPathRule, Name, RuleFlow, StateType,
};
use stepproof_specs::query::jsonpath::template::Template;

use super::{
    Builder, Place, conditions,
    draft::{Draft, Exits, Flow, Slot},
    leaves::commented,
};
use crate::{feature::Feature, shape::Shape};

/// Draws a Choice: rules in order, and a default for when none applies.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let (input_path, effective) = builder.input_path(place, raw);
    let count = builder.dice.between(1, builder.sizes.rules);
    let mut conditions: Vec<Condition> = (0..count)
        .map(|_| conditions::draw(builder, place, &effective))
        .collect();
    let has_default = has_default(builder, place, &mut conditions);
    let mut exits = Exits::new();
    let mut flows = Vec::with_capacity(conditions.len() + 1);
    let mut rules = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let (assign, variables) = builder.assign(place, &effective);
        rules.push(rule(condition, assign));
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
    let json_path = JsonPathFlow {
        input_path,
        assign,
        output_path,
        ..JsonPathFlow::default()
    };
    let body = Body::Choice(Choice {
        choices: rules,
        default: None,
    });
    let state = commented(builder, place, json_path, body);
    let name = builder.name(StateType::Choice);
    draft.push(name, state, exits);
}

/// Draws whether there is a `Default`. Without one, a last rule is added that applies whenever the
/// first does not, unless the case is to be damaged.
fn has_default(
    builder: &mut Builder<'_>,
    place: &Place<'_>,
    conditions: &mut Vec<Condition>,
) -> bool {
    if builder.damages(place) {
        return false;
    }
    if !builder.draws(place, Feature::NoDefault, 4) {
        return true;
    }
    let otherwise = Condition::Not(Box::new(conditions[0].clone()));
    conditions.push(otherwise);
    false
}

/// A rule without a target yet.
pub(super) fn rule(condition: Condition, assign: Option<Template>) -> ChoiceRule {
    ChoiceRule {
        flow: RuleFlow::JsonPath(JsonPathRule { condition, assign }),
        next: Name::default(),
        comment: None,
    }
}

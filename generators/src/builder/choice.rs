//! Choice states.

use std::convert::Infallible;

use stepproof_specs::asl::{
    Body, Choice, ChoiceRule, Condition, DataFlow, Dynamic, JsonPathRule, JsonataFlow, JsonataRule,
    Name, RuleFlow, StateType,
};
use stepproof_specs::query::{jsonata, jsonpath::template::Template};

use super::{
    Builder, Place, conditions,
    draft::{Draft, Exits, Flow, Slot},
    expressions::{self, More},
    leaves::commented,
};
use crate::{feature::Feature, jsonata::Tree, shape::Shape};

/// Draws a Choice: rules in order, and a default for when none applies.
pub(super) fn draw(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let passage = builder.enter(place, raw);
    if passage.is_jsonata() {
        return in_jsonata(builder, place, draft, raw);
    }
    let effective = passage.effective;
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
    let mut flow = passage.flow;
    if let DataFlow::JsonPath(flow) = &mut flow {
        flow.assign = assign;
        flow.output_path = output_path;
    }
    let body = Body::Choice(Choice {
        choices: rules,
        default: None,
    });
    let state = commented(builder, place, flow, body);
    let name = builder.name(StateType::Choice);
    draft.push(name, state, exits);
}

/// The same in JSONata.
fn in_jsonata(builder: &mut Builder<'_>, place: &Place<'_>, draft: &mut Draft, raw: &Shape) {
    let mut conditions: Vec<Dynamic<bool, Infallible>> = Vec::new();
    for _ in 0..builder.dice.between(1, builder.sizes.rules) {
        conditions.push(if builder.dice.one_in(12) {
            Dynamic::Literal(builder.dice.one_in(2))
        } else {
            Dynamic::Expression(builder.boolean(place, raw))
        });
    }
    let has_default = builder.damages(place) || !builder.draws(place, Feature::NoDefault, 4);
    if !has_default {
        conditions.push(Dynamic::Literal(true));
    }
    // Where a rule applies, it is not known whether the Output of the state does, unless the rule has
    // one; and whether its Assign does.
    let puts_out = builder.dice.one_in(3);
    let output = |builder: &mut Builder<'_>, always: bool| {
        let mut made = builder.output(place, raw, More::Nothing, raw);
        while always && made.0.is_none() && !place.keeps {
            made = builder.output(place, raw, More::Nothing, raw);
        }
        made
    };
    let mut exits = Exits::new();
    let mut rules = Vec::new();
    for (index, condition) in conditions.into_iter().enumerate() {
        let (assign, variables) = builder.assign_json(place, raw, More::Nothing);
        let (output, data) = output(builder, puts_out);
        exits.push((Slot::Rule(index), Flow { data, variables }));
        let rule = JsonataRule {
            condition,
            assign,
            output,
        };
        rules.push(ChoiceRule {
            flow: RuleFlow::Jsonata(rule),
            next: Name::default(),
            comment: None,
        });
    }
    let mut flow = JsonataFlow::default();
    if has_default {
        let (assign, variables) = if builder.dice.one_in(40) {
            builder.assign_json(place, raw, More::Nothing)
        } else {
            (None, place.variables.clone())
        };
        flow.assign = assign;
        let mut data = raw.clone();
        if puts_out || builder.dice.one_in(40) {
            (flow.output, data) = output(builder, false);
        }
        exits.push((Slot::Default, Flow { data, variables }));
    }
    let body = Body::Choice(Choice {
        choices: rules,
        default: None,
    });
    let state = commented(builder, place, DataFlow::Jsonata(flow), body);
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

/// A rule in JSONata without a target yet.
pub(super) fn rule_if(condition: &Tree, assign: Option<jsonata::Template>) -> ChoiceRule {
    let rule = JsonataRule {
        condition: expressions::dynamic(condition),
        assign,
        output: None,
    };
    ChoiceRule {
        flow: RuleFlow::Jsonata(rule),
        next: Name::default(),
        comment: None,
    }
}

//! JSONata: an expression may be written another way, and what it makes may be made elsewhere.

use serde_json::{Value, json};
use stepproof_generators::{Feature, FeatureSet, Profile};
use stepproof_specs::{asl::walk::SCOPE_FIELDS, clause::Aspect};

use crate::{
    flow::replace_made,
    law::{Drawn, Law, Twin},
    spots::{Spot, is, lacks, spots},
};

pub const LAWS: &[Law] = &[
    Law {
        name: "parentheses around an expression mean nothing",
        profile: undamaged,
        share: 70,
        // Not compared: a cause quotes the expression.
        open: &[Aspect::Cause],
        rewrite: |drawn| each_expression(drawn, &|source| format!("({source})")),
        spoil: spoil_expressions,
    },
    Law {
        name: "a value can be bound to a name first",
        profile: undamaged,
        share: 70,
        open: &[Aspect::Cause],
        rewrite: |drawn| {
            each_expression(drawn, &|source| format!("($bound := ({source}); $bound)"))
        },
        spoil: spoil_expressions,
    },
    Law {
        name: "a value can be given to a function",
        profile: undamaged,
        share: 70,
        open: &[Aspect::Cause],
        rewrite: |drawn| {
            each_expression(drawn, &|source| {
                format!("($give := function($given){{ $given }}; $give({source}))")
            })
        },
        spoil: spoil_expressions,
    },
    Law {
        name: "a condition is denied twice",
        profile: undamaged,
        share: 20,
        open: &[Aspect::Cause],
        rewrite: |drawn| each_condition(drawn, &|source| format!("$not($not({source}))")),
        spoil: |twin| {
            let text = twin.definition.to_string().replace("$not($not(", "$not((");
            twin.definition = serde_json::from_str(&text).expect("JSON");
        },
    },
    Law {
        name: "a literal is an expression",
        profile: Profile::jsonata,
        share: 25,
        open: &[],
        rewrite: literal_as_expression,
        spoil: spoil_expressions,
    },
    Law {
        name: "Output is a Pass behind",
        profile: Profile::jsonata,
        share: 25,
        // Not compared: what fails, fails in another state.
        open: &[Aspect::Cause],
        rewrite: output_behind,
        spoil: |twin| replace_made(&mut twin.definition, "Output", &json!("lost")),
    },
    Law {
        name: "Arguments are a Pass before",
        profile: Profile::jsonata,
        share: 10,
        open: &[Aspect::Cause],
        rewrite: arguments_before,
        spoil: |twin| replace_made(&mut twin.definition, "Output", &json!("lost")),
    },
];

/// Causes that quote expressions become data where they are caught.
fn undamaged() -> Profile {
    Profile::jsonata().without(FeatureSet::of(&[Feature::Damage]))
}

/// The text between the delimiters of an expression.
fn source(text: &str) -> Option<&str> {
    Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

fn rewrite(value: &mut Value, change: &dyn Fn(&str) -> String) -> bool {
    match value {
        Value::String(text) => match source(text) {
            Some(source) => {
                *text = format!("{{% {} %}}", change(source));
                true
            }
            None => false,
        },
        Value::Array(items) => rewrite_all(items.iter_mut(), change),
        Value::Object(members) => rewrite_all(members.values_mut(), change),
        _ => false,
    }
}

fn rewrite_all<'v>(
    values: impl Iterator<Item = &'v mut Value>,
    change: &dyn Fn(&str) -> String,
) -> bool {
    let mut any = false;
    for value in values {
        any |= rewrite(value, change);
    }
    any
}

fn each_expression(drawn: &Drawn, change: &dyn Fn(&str) -> String) -> Option<Twin> {
    let mut twin = drawn.twin();
    rewrite(&mut twin.definition, change).then_some(twin)
}

/// A mistake: every expression comes to something else.
fn spoil_expressions(twin: &mut Twin) {
    rewrite(&mut twin.definition, &|_| "\"spoilt\"".to_owned());
}

fn each_condition(drawn: &Drawn, change: &dyn Fn(&str) -> String) -> Option<Twin> {
    let mut twin = drawn.twin();
    let mut any = false;
    for spot in spots(&drawn.definition) {
        let rules = spot.fields(&mut twin.definition).get_mut("Choices");
        for rule in rules.and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(condition) = rule.get_mut("Condition") {
                any |= rewrite(condition, change);
            }
        }
    }
    any.then_some(twin)
}

fn is_jsonata(drawn: &Drawn, state: &Value) -> bool {
    let said = state.get("QueryLanguage");
    let said = said.unwrap_or(&drawn.definition["QueryLanguage"]);
    *said == "JSONata"
}

fn fitting(drawn: &Drawn, fits: impl Fn(&Value) -> bool) -> Option<Spot> {
    let fits = |spot: &Spot| {
        let state = spot.state(&drawn.definition);
        is_jsonata(drawn, state) && fits(state)
    };
    drawn.pick(spots(&drawn.definition).into_iter().filter(fits).collect())
}

fn literal_as_expression(drawn: &Drawn) -> Option<Twin> {
    let is_literal = |value: &Value| {
        let text = value.to_string();
        !text.contains("{%") && !value.is_null()
    };
    let spot = fitting(drawn, |it| it.get("Output").is_some_and(is_literal))?;
    let mut twin = drawn.twin();
    let output = &mut spot.fields(&mut twin.definition)["Output"];
    *output = json!(format!("{{% {output} %}}"));
    Some(twin)
}

/// A Pass in JSONata.
fn pass(output: &Value) -> Value {
    json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": output })
}

/// Moves the output of a state without a result to a Pass behind it. It must not assign: the Pass would
/// read the new values.
fn output_behind(drawn: &Drawn) -> Option<Twin> {
    let spot = fitting(drawn, |it| {
        is(it, &["Pass", "Wait"])
            && !lacks(it, &["Output"])
            && lacks(it, &["Assign"])
            && !it["Output"].to_string().contains("$states.context.State")
    })?;
    let mut twin = drawn.twin();
    twin.view.aside.push(spot.name.clone());
    let output = spot.fields(&mut twin.definition).shift_remove("Output")?;
    spot.put_behind(&mut twin.definition, pass(&output));
    Some(twin)
}

/// Moves the arguments of a state to a Pass before it, if nothing else reads the input.
fn arguments_before(drawn: &Drawn) -> Option<Twin> {
    let reads_input = |it: &Value| {
        let own = it.as_object().into_iter().flatten();
        let mut own =
            own.filter(|(name, _)| *name != "Arguments" && !SCOPE_FIELDS.contains(&name.as_str()));
        own.any(|(_, value)| value.to_string().contains("$states.input"))
    };
    let spot = fitting(drawn, |it| {
        is(it, &["Task", "Parallel"])
            && !lacks(it, &["Arguments"])
            && lacks(it, &["Retry", "Catch"])
            && !reads_input(it)
            && !it["Arguments"]
                .to_string()
                .contains("$states.context.State")
    })?;
    let mut twin = drawn.twin();
    twin.view.aside.push(spot.name.clone());
    let arguments = spot
        .fields(&mut twin.definition)
        .shift_remove("Arguments")?;
    spot.put_before(&mut twin.definition, pass(&arguments));
    Some(twin)
}

//! Map and Parallel.

use serde_json::{Value, json};
use stepproof_generators::Profile;
use stepproof_specs::{
    asl::StateType,
    clause::Aspect,
    history::{Event, EventKind, Phase},
    observation::Status,
    scenario::plan::{Rule, Script},
};

use crate::{
    flow::rename,
    law::{Drawn, Law, Twin},
    seen::NEW,
    spots::{Spot, is, lacks, spots},
};

pub const LAWS: &[Law] = &[
    Law {
        name: "how many iterations run at once changes no result",
        profile: Profile::map,
        share: 30,
        open: &[Aspect::Timing, Aspect::Attempts],
        rewrite: sequential,
        spoil: |twin| {
            for spot in maps(&twin.definition) {
                let fields = spot.fields(&mut twin.definition);
                fields.insert(
                    "ResultSelector".into(),
                    json!({ "n.$": "States.ArrayLength($)" }),
                );
            }
        },
    },
    Law {
        name: "a Map is a Parallel with a branch per item",
        profile: Profile::map,
        share: 25,
        open: &[],
        rewrite: map_as_parallel,
        spoil: |twin| {
            // Inner ones first: their paths change with those of the enclosing states.
            for spot in spots(&twin.definition).into_iter().rev() {
                let branches = spot.fields(&mut twin.definition).get_mut("Branches");
                if let Some(branches) = branches.and_then(Value::as_array_mut) {
                    branches.reverse();
                }
            }
        },
    },
];

fn maps(definition: &Value) -> Vec<Spot> {
    let spots = spots(definition).into_iter();
    spots
        .filter(|spot| is(spot.state(definition), &["Map"]))
        .collect()
}

/// Whether anything failed during the execution.
fn fails(drawn: &Drawn) -> bool {
    let observation = &drawn.expectation.observation;
    let failed = |kind: EventKind| {
        matches!(
            kind,
            EventKind::Failed(_)
                | EventKind::Iteration(Phase::Failed)
                | EventKind::Work(_, Phase::Failed | Phase::TimedOut)
        )
    };
    let history = observation.history.iter().flatten();
    observation.status != Status::Succeeded || history.map(|it| it.kind).any(failed)
}

/// Switches one Map between sequential and concurrent iterations.
fn sequential(drawn: &Drawn) -> Option<Twin> {
    let mut twin = drawn.twin();
    let fits = |spot: &Spot| lacks(spot.state(&drawn.definition), &["MaxConcurrencyPath"]);
    let spot = drawn.pick(maps(&drawn.definition).into_iter().filter(fits).collect())?;
    if fails(drawn) || !drawn.definition["TimeoutSeconds"].is_null() {
        return None;
    }
    let fields = spot.fields(&mut twin.definition);
    let other = u64::from(fields.get("MaxConcurrency") != Some(&json!(1)));
    fields.insert("MaxConcurrency".into(), json!(other));
    Some(twin)
}

/// The items of a Map that runs once, each as the input of its first state, found by the event that
/// starts the iteration.
fn items(drawn: &Drawn, spot: &Spot) -> Option<Vec<Value>> {
    let events = drawn.expectation.observation.history.as_deref()?;
    let named = |it: &&Event| it.details.name.as_deref() == Some(&*spot.name);
    let mut entries = events
        .iter()
        .filter(named)
        .filter(|it| matches!(it.kind, EventKind::Entered(_)));
    let (entered, None) = (entries.next()?, entries.next()) else {
        return None;
    };
    let starts = |it: &&Event| it.kind == EventKind::Started(StateType::Map);
    let started = events
        .iter()
        .filter(starts)
        .find(|it| it.previous == entered.id)?;
    let mut items = vec![None; started.details.length? as usize];
    let iteration = |it: &&Event| it.kind == EventKind::Iteration(Phase::Started);
    for it in events.iter().filter(named).filter(iteration) {
        let first = events.iter().find(|event| event.previous == it.id)?;
        let item = items.get_mut(it.details.index? as usize)?;
        if item
            .replace(first.details.input.as_deref()?.clone())
            .is_some()
        {
            // The Map was retried.
            return None;
        }
    }
    items.into_iter().collect()
}

/// Turns the iterations into branches that each start with their item.
fn map_as_parallel(drawn: &Drawn) -> Option<Twin> {
    let fits = |spot: &Spot| {
        let state = spot.state(&drawn.definition);
        let unbounded = state.get("MaxConcurrency").is_none_or(|it| *it == 0);
        !spot.in_map() && unbounded && lacks(state, &["MaxConcurrencyPath"])
    };
    let spots = maps(&drawn.definition).into_iter().filter(fits);
    let candidates = spots.filter_map(|spot| Some((items(drawn, &spot)?, spot)));
    let (items, spot) = drawn.pick(candidates.collect())?;
    if items.is_empty() {
        return None;
    }
    let mut twin = drawn.twin();
    let state = spot.state(&drawn.definition);
    let processor = state
        .get("ItemProcessor")
        .or_else(|| state.get("Iterator"))?;
    let branches: Vec<Value> = items
        .into_iter()
        .enumerate()
        .map(|(number, item)| branch(processor, number, &item))
        .collect();
    share_plans(drawn, &spot, branches.len(), &mut twin);
    let fields = spot.fields(&mut twin.definition);
    for field in [
        "ItemProcessor",
        "Iterator",
        "ItemSelector",
        "Parameters",
        "ItemsPath",
    ] {
        fields.shift_remove(field);
    }
    fields.shift_remove("MaxConcurrency");
    fields.insert("Type".into(), json!("Parallel"));
    fields.insert("Branches".into(), branches.into());
    Some(twin)
}

fn suffix(number: usize) -> String {
    NEW.to_string().repeat(number + 1)
}

/// A copy of the processor with other state names, behind a Pass whose output is the item.
fn branch(processor: &Value, number: usize, item: &Value) -> Value {
    let mut branch = processor.clone();
    let fields = branch.as_object_mut().expect("a scope");
    fields.shift_remove("ProcessorConfig");
    for inner in spots(processor).into_iter().rev() {
        rename(&mut branch, &inner, &suffix(number));
    }
    let name = format!("item{}{number}", crate::spots::MADE);
    // Wrapped in an object, because a null Result would count as absent.
    let result = json!({ "item": item });
    let first = json!({
        "Type": "Pass", "Result": result, "OutputPath": "$.item", "Next": branch["StartAt"],
    });
    branch["States"][&name] = first;
    branch["StartAt"] = json!(name);
    branch
}

/// Copies the rules for each item to the corresponding branch.
fn share_plans(drawn: &Drawn, spot: &Spot, count: usize, twin: &mut Twin) {
    let inside = format!("{}/", spot.site());
    for (site, script) in &drawn.start.plan.sites {
        let Some(rest) = site.strip_prefix(&*inside) else {
            continue;
        };
        for number in 0..count {
            let own = script.rules.iter();
            let own = Script {
                rules: own
                    .filter_map(|rule| of_item(rule, number as u32))
                    .collect(),
                ..*script
            };
            let site = format!("{inside}{number}/{}", renamed(rest, number));
            twin.start.plan.sites.insert(site.into(), own);
        }
    }
    let moved = (0..count).map(|number| (format!("{inside}{number}/"), inside.clone()));
    twin.view.moved.extend(moved);
}

/// The site of a state in the processor, with the state names of a branch.
fn renamed(rest: &str, number: usize) -> String {
    let parts = rest.split('/').map(|part| match part.parse::<usize>() {
        Ok(_) => part.to_owned(),
        Err(_) => format!("{part}{}", suffix(number)),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The rule for a branch, if the rule applies to this item of the outermost Map.
fn of_item(rule: &Rule, number: u32) -> Option<Rule> {
    let items = match rule.items.as_deref() {
        None => None,
        Some([first, rest @ ..]) if *first == number => Some(rest.to_vec()),
        Some(_) => return None,
    };
    Some(Rule {
        items,
        ..rule.clone()
    })
}

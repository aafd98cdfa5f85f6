//! Properties of the comparison itself, tested on random machines.

use proptest::prelude::*;
use serde_json::{Value, json};
use stepproof_specs::{
    history::EventKind,
    observation::{Observation, Status},
    scenario::plan::{Act, Reply},
};

use super::tests::{Fixture, signatures};
use crate::{judge::observe::Observer, raw::RawRun};

/// One state of a chain.
#[derive(Debug, Clone, Copy)]
enum Link {
    Pass,
    Task { fails: bool },
    Choice,
    Parallel,
    Map { concurrency: u64 },
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![
        Just(Link::Pass),
        any::<bool>().prop_map(|fails| Link::Task { fails }),
        Just(Link::Choice),
        Just(Link::Parallel),
        (0_u64..3).prop_map(|concurrency| Link::Map { concurrency }),
    ]
}

/// A chain of states whose names begin with `prefix`.
fn chain(links: &[Link], prefix: &str) -> Fixture {
    let mut plan = Vec::new();
    let mut states = serde_json::Map::new();
    for (index, link) in links.iter().enumerate() {
        let name = format!("{prefix}{index}");
        let mut state = state(*link, &name, &mut plan);
        if index + 1 == links.len() {
            state["End"] = json!(true);
        } else {
            state["Next"] = json!(format!("{prefix}{}", index + 1));
        }
        if matches!(link, Link::Choice) {
            let next = state["Next"].as_str().map(str::to_owned);
            state = choice(next.as_deref().unwrap_or(&format!("{name}end")));
            if next.is_none() {
                states.insert(format!("{name}end"), json!({ "Type": "Succeed" }));
            }
        }
        states.insert(name, state);
    }
    let plan: Vec<(&str, Act)> = plan
        .iter()
        .map(|(site, act): &(String, Act)| (site.as_str(), act.clone()))
        .collect();
    let definition = json!({ "StartAt": format!("{prefix}0"), "States": states });
    Fixture::new(definition, json!({ "items": [1, 2, 3] }), &plan)
}

fn choice(next: &str) -> Value {
    json!({
        "Type": "Choice",
        "Choices": [{ "Variable": "$.none", "IsPresent": true, "Next": next }],
        "Default": next,
    })
}

fn state(link: Link, name: &str, plan: &mut Vec<(String, Act)>) -> Value {
    let task = |name: &str| {
        let resource = format!("arn:aws:states:us-east-1:123456789012:activity:{name}");
        json!({ "Type": "Task", "Resource": resource, "ResultPath": null })
    };
    let ending = |mut state: Value| {
        state["End"] = json!(true);
        state
    };
    let inner = format!("{name}in");
    let scope = |inner: &str| {
        let mut states = serde_json::Map::new();
        states.insert(inner.to_owned(), ending(task(inner)));
        json!({ "StartAt": inner, "States": states })
    };
    match link {
        Link::Pass | Link::Choice => json!({ "Type": "Pass" }),
        Link::Task { fails } => {
            if fails {
                let (error, cause) = ("Boom".to_owned(), "why".to_owned());
                plan.push((name.to_owned(), Act::now(Reply::Fail { error, cause })));
            }
            task(name)
        }
        Link::Parallel => json!({
            "Type": "Parallel", "ResultPath": null,
            "Branches": [scope(&inner), scope(&format!("{name}other"))],
        }),
        Link::Map { concurrency } => json!({
            "Type": "Map", "ResultPath": null, "ItemsPath": "$.items",
            "MaxConcurrency": concurrency, "ItemProcessor": scope(&inner),
        }),
    }
}

fn links() -> impl Strategy<Value = Vec<Link>> {
    prop::collection::vec(link(), 1..5)
}

/// Damages an observation in the way that `choice` selects.
fn damage(observation: &mut Observation, choice: usize, at: usize) {
    let events = observation.history.as_mut().expect("a history");
    let at = at % events.len();
    match choice {
        0 => observation.output = Some(json!("wrong").into()),
        1 => {
            observation.status = Status::TimedOut;
            observation.error = None;
        }
        2 => {
            events.remove(at);
        }
        3 => events[at].details.output = Some(json!("wrong").into()),
        4 => events[at].kind = EventKind::Other("Unknown"),
        _ => {
            for attempts in observation.attempts.values_mut() {
                attempts.pop();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_observation_agrees_with_itself(links in links()) {
        let fixture = chain(&links, "S");
        prop_assert_eq!(signatures(&fixture.compare(&fixture.clean())), Vec::<String>::new());
    }

    #[test]
    fn what_an_engine_answers_is_seen_as_it_was(links in links()) {
        let fixture = chain(&links, "S");
        let raw = RawRun::of([&fixture.clean()]);
        let seen = Observer::new(&raw.names).execution(&raw.executions[0]);
        prop_assert_eq!(signatures(&fixture.compare(&seen)), Vec::<String>::new());
    }

    #[test]
    fn the_order_of_attempts_is_chance(links in links()) {
        let fixture = chain(&links, "S");
        let mut observation = fixture.clean();
        for attempts in observation.attempts.values_mut() {
            attempts.reverse();
        }
        prop_assert_eq!(signatures(&fixture.compare(&observation)), Vec::<String>::new());
    }

    #[test]
    fn names_are_no_part_of_a_signature(links in links(), choice in 0_usize..6, at in any::<usize>()) {
        let found: Vec<_> = ["S", "Renamed State "]
            .into_iter()
            .map(|prefix| chain(&links, prefix))
            .map(|fixture| fixture.tampered(|it| damage(it, choice, at)))
            .collect();
        prop_assert_eq!(&found[0], &found[1]);
    }

    #[test]
    fn damage_to_what_is_judged_is_found(links in links(), choice in 0_usize..2, at in any::<usize>()) {
        let fixture = chain(&links, "S");
        let found = fixture.tampered(|it| damage(it, choice, at));
        prop_assert_eq!(found.len(), 1);
    }
}

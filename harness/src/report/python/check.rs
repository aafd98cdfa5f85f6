//! What a program compares: the aspect that differs, as the reference expects it, and Python that says
//! what the engine did.

use serde_json::{Map, Value, json};
use stepproof_specs::{
    base::time::Millis,
    clause::Aspect,
    history::{Event, EventKind, Phase},
    observation::{Attempt, Observation},
};

use crate::judge::verdict::Difference;

/// The keys of an event's details that are compared; the others are names and times of the engine's.
pub(super) const DETAILS: [&str; 10] = [
    "name",
    "input",
    "output",
    "error",
    "cause",
    "length",
    "index",
    "assignedVariables",
    "timeoutInSeconds",
    "heartbeatInSeconds",
];

/// How many tasks arrived at each site.
const ATTEMPTS: &str =
    "{site: float(sum(1 for it in tasks if it[0] == site)) for site in {it[0] for it in tasks}}";

/// A comparison in Python.
#[derive(Debug)]
pub(super) struct Check {
    pub aspect: Aspect,
    pub expected: Value,
    /// An expression for what the engine did.
    pub seen: String,
    /// An expression for whether that is as expected.
    pub same: String,
}

impl Check {
    /// The check of a finding's root.
    pub fn of(root: Option<&Difference>, observation: &Observation) -> Self {
        let aspect = root.map_or(Aspect::Status, |root| root.aspect);
        let property = root.is_some_and(|root| root.signature.shape.property().is_some());
        match aspect {
            // How many there are may depend on a race; more than these are wrong in any case.
            Aspect::Attempts if property => Self {
                same: "all(count <= expected.get(site, 0) for site, count in seen.items())"
                    .to_owned(),
                ..Self::equal(aspect, attempts(observation), ATTEMPTS)
            },
            Aspect::Acceptance => Self::equal(aspect, json!("accepted"), "None"),
            Aspect::Attempts => Self::equal(aspect, attempts(observation), ATTEMPTS),
            Aspect::Effects => {
                Self::sorted(aspect, effects(observation), "[it[:2] for it in tasks]")
            }
            Aspect::Path => Self::sorted(
                aspect,
                entered(observation),
                "[details(it).get(\"name\") for it in events if it[\"type\"].endswith(\"StateEntered\")]",
            ),
            Aspect::History => Self::history(observation),
            Aspect::Timing => Self::timing(root, observation),
            Aspect::Cause => Self::end(aspect, &["status", "error", "cause"], observation),
            _ => Self::end(aspect, &["status", "output", "error"], observation),
        }
    }

    /// Whether the program reads the history.
    pub fn reads_history(&self) -> bool {
        self.seen.contains("events")
    }

    fn equal(aspect: Aspect, expected: Value, seen: impl Into<String>) -> Self {
        Self {
            aspect,
            expected,
            seen: seen.into(),
            same: "json.dumps(seen, sort_keys=True) == json.dumps(expected, sort_keys=True)"
                .to_owned(),
        }
    }

    /// The order of what happens in branches and iterations is not compared.
    fn sorted(aspect: Aspect, expected: Vec<Value>, seen: &str) -> Self {
        let seen = format!("sorted({seen}, key=lambda it: json.dumps(it, sort_keys=True))");
        let in_order =
            |what: &str| format!("sorted(json.dumps(it, sort_keys=True) for it in {what})");
        let same = format!("{} == {}", in_order("seen"), in_order("expected"));
        Self {
            same,
            ..Self::equal(aspect, Value::Array(expected), seen)
        }
    }

    fn end(aspect: Aspect, keys: &[&str], observation: &Observation) -> Self {
        let mut expected = Map::new();
        let mut seen = Vec::new();
        for key in keys {
            let (value, expression) = match *key {
                "status" => (json!(observation.status.name()), "end[\"status\"]"),
                "output" => (json!(observation.output), "parsed(end.get(\"output\"))"),
                "error" => (json!(observation.error), "end.get(\"error\")"),
                _ => (json!(observation.cause), "end.get(\"cause\")"),
            };
            expected.insert((*key).to_owned(), value);
            seen.push(format!("\"{key}\": {expression}"));
        }
        Self::equal(
            aspect,
            Value::Object(expected),
            format!("{{{}}}", seen.join(", ")),
        )
    }

    fn history(observation: &Observation) -> Self {
        let events = observation.history.as_deref().unwrap_or_default();
        let concurrent = events.iter().any(|event| {
            let kind = event.kind.name();
            kind.starts_with("Map") || kind.starts_with("Parallel")
        });
        if concurrent {
            let kind = |id: i64| {
                let event = events.iter().find(|event| event.id == id);
                event.map(|event| event.kind.name()).unwrap_or_default()
            };
            let expected = events
                .iter()
                .map(|it| json!([it.kind.name(), told_of(it), kind(it.previous)]));
            let seen = "[[it[\"type\"], told(it), next((at[\"type\"] for at in events \
                        if at[\"id\"] == it.get(\"previousEventId\")), \"\")] for it in events]";
            return Self::sorted(Aspect::History, expected.collect(), seen);
        }
        let expected = events
            .iter()
            .map(|it| json!([it.id, it.previous, it.kind.name(), told_of(it)]));
        let seen = "[[float(it[\"id\"]), float(it.get(\"previousEventId\", 0)), it[\"type\"], told(it)] \
                    for it in events]";
        Self::equal(Aspect::History, expected.collect(), seen)
    }

    /// Half-way between what was expected and what was seen once is neither.
    fn timing(root: Option<&Difference>, observation: &Observation) -> Self {
        if let Some(property) = root.and_then(Self::property_of_times) {
            return property;
        }
        let millis = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or_default();
        let expected = millis(root.map(|root| &root.expected));
        let actual = millis(root.map(|root| &root.actual));
        let middle = u64::midpoint(expected, actual);
        let order = if actual > expected { "<" } else { ">" };
        let is_end = root.is_none_or(|root| root.signature.shape.mentions("end-"));
        if is_end {
            let seen = "scale * 1000 * (end[\"stopDate\"] - end[\"startDate\"]).total_seconds()";
            return Self {
                same: format!("seen {order} {middle}"),
                ..Self::equal(Aspect::Timing, json!(expected), seen)
            };
        }
        let (site, places) = gaps(observation, expected);
        let seen = format!(
            "[gap for place, gap in enumerate(scale * 1000 * (later[2] - (first[3] if first[3] and \
             first[3] <= later[2] else first[2])) for here in [[it for it in tasks if it[0] == {site}]] \
             for first, later in zip(here, here[1:])) if place in {places:?}]"
        );
        Self {
            same: format!("all(gap {order} {middle} for gap in seen)"),
            ..Self::equal(Aspect::Timing, json!(expected), seen)
        }
    }
}

impl Check {
    /// A violated property of the times in a history.
    fn property_of_times(root: &Difference) -> Option<Self> {
        root.signature.shape.property()?;
        let Some(due) = root.expected.get("at least").and_then(Value::as_u64) else {
            let seen = "[(later[\"timestamp\"] - first[\"timestamp\"]).total_seconds() \
                        for first, later in zip(events, events[1:])]";
            return Some(Self {
                same: "bool(seen) and all(step >= 0 for step in seen)".to_owned(),
                ..Self::equal(Aspect::Timing, json!("no step back"), seen)
            });
        };
        let middle = u64::midpoint(due, root.actual.as_u64().unwrap_or_default());
        let name = json!(root.state.as_deref().unwrap_or_default());
        let of = |what: &str| {
            format!(
                "[it[\"timestamp\"] for it in events if it[\"type\"] == \"WaitState{what}\" \
                 and details(it)[\"name\"] == {name}]"
            )
        };
        let seen = format!(
            "[scale * 1000 * (left - entered).total_seconds() for entered, left in zip({}, {})]",
            of("Entered"),
            of("Exited")
        );
        Some(Self {
            same: format!("bool(seen) and all(wait > {middle} for wait in seen)"),
            ..Self::equal(Aspect::Timing, json!({ "at least": due }), seen)
        })
    }
}

/// The site with gaps of this length between two attempts (as a Python literal), and which gaps they
/// are.
fn gaps(observation: &Observation, expected: Millis) -> (Value, Vec<usize>) {
    let places = |attempts: &[Attempt]| -> Vec<usize> {
        let pairs = attempts.windows(2).enumerate();
        let as_long = pairs.filter(|(_, pair)| {
            let replied = pair[0].replied.filter(|at| *at <= pair[1].taken);
            pair[1].taken - replied.unwrap_or(pair[0].taken) == expected
        });
        as_long.map(|(place, _)| place).collect()
    };
    let sites = observation.attempts.iter();
    let mut found = sites.map(|(site, attempts)| (json!(site), places(attempts)));
    let first = found.clone().next().map(|(site, _)| (site, vec![0]));
    let exact = found.find(|(_, places)| !places.is_empty());
    exact.or(first).unwrap_or((Value::from(""), Vec::new()))
}

fn attempts(observation: &Observation) -> Value {
    let counts = observation.attempts.iter();
    let counts = counts.filter(|(_, attempts)| !attempts.is_empty());
    counts
        .map(|(site, attempts)| (site.to_string(), json!(attempts.len())))
        .collect::<Map<_, _>>()
        .into()
}

fn effects(observation: &Observation) -> Vec<Value> {
    let attempts = observation.attempts.iter();
    attempts
        .flat_map(|(site, attempts)| attempts.iter().map(move |it| json!([site, *it.input])))
        .collect()
}

fn entered(observation: &Observation) -> Vec<Value> {
    let events = observation.history.iter().flatten();
    events
        .filter(|event| matches!(event.kind, EventKind::Entered(_)))
        .map(|event| json!(event.details.name))
        .collect()
}

/// The details of an event that are compared.
fn told_of(event: &Event) -> Value {
    let Value::Object(details) = event.details.to_value() else {
        return json!({});
    };
    // What another service has answered is its own.
    let is_submitted = matches!(event.kind, EventKind::Work(_, Phase::Submitted));
    let told = details.into_iter();
    told.filter(|(key, _)| DETAILS.contains(&key.as_str()) && !(is_submitted && key == "output"))
        .collect::<Map<_, _>>()
        .into()
}

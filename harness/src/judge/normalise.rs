//! Named, counted rewrites that make two observations comparable.
//!
//! The engine's own names are replaced while its answers are read ([`crate::judge::observe`]).
//! Other values that an engine invents (ids, times, ARNs) are replaced by tokens, on both sides
//! alike, but only if the case does not contain them: what the case contains is data.

pub mod calls;
mod scan;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepproof_specs::{
    history::{Details, EventKind, Failure, Phase, Service},
    observation::Observation,
    scenario::letter,
};

use crate::judge::policy::CauseCompare;

/// A kind of rewrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// One of the engine's own names was replaced by the case's name, or by a token.
    EngineName,
    /// A worker's name was removed.
    WorkerName,
    /// The number in `(entered at the event id #N)` was removed, because the ids are arbitrary.
    EventId,
    /// A task's token in what it sends was replaced by `<token>`, in an execution and by its worker.
    TaskToken,
    /// What another service answered to a task that waits for more was removed: no case says what it is.
    ServiceAnswer,
    /// An ARN from the service was replaced by `<execution>`, `<machine>`, `<map-run>` or `<role>`.
    ServiceArn,
    /// The region and the account of another ARN were replaced by those that cases use.
    Account,
    /// An id was replaced by `<uuid:1>`; equal ids get the same token within one value.
    Uuid,
    /// A time that the case does not contain was replaced by `<time>`.
    Timestamp,
    /// The interpreter's own cause in an Error Output was replaced by `<cause>`, because the policy
    /// does not compare it.
    OwnCause,
    /// Data quoted in an interpreter's own message lost its spacing and key order, because the
    /// recordings do not show how the service writes them.
    QuotedData,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 11] = [
        Self::EngineName,
        Self::WorkerName,
        Self::EventId,
        Self::TaskToken,
        Self::ServiceAnswer,
        Self::ServiceArn,
        Self::Account,
        Self::Uuid,
        Self::Timestamp,
        Self::OwnCause,
        Self::QuotedData,
    ];
}

/// How often each rule was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Rule, u32>", into = "BTreeMap<Rule, u32>")]
pub struct Rewrites([u32; Rule::ALL.len()]);

impl Rewrites {
    /// Counts one application.
    pub fn count(&mut self, rule: Rule) {
        self.0[rule as usize] += 1;
    }

    /// The number of times a rule was applied.
    pub fn of(&self, rule: Rule) -> u32 {
        self.0[rule as usize]
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (count, other) in self.0.iter_mut().zip(other.0) {
            *count += other;
        }
    }
}

impl From<BTreeMap<Rule, u32>> for Rewrites {
    fn from(counts: BTreeMap<Rule, u32>) -> Self {
        let mut rewrites = Self::default();
        for (rule, count) in counts {
            rewrites.0[rule as usize] = count;
        }
        rewrites
    }
}

impl From<Rewrites> for BTreeMap<Rule, u32> {
    fn from(rewrites: Rewrites) -> Self {
        let counts = Rule::ALL.into_iter().map(|rule| (rule, rewrites.of(rule)));
        counts.filter(|(_, count)| *count > 0).collect()
    }
}

/// Rewrites one observation. Both sides get the same rules.
#[derive(Debug)]
pub struct Normaliser<'a> {
    /// The case as JSON. What it contains is never rewritten.
    document: &'a str,
    /// Whether event ids are arbitrary.
    races: bool,
    /// How causes are compared.
    cause: CauseCompare,
    rewrites: Rewrites,
    /// The ids found so far in the current value.
    ids: HashMap<String, usize>,
    /// The members of messages that are tokens.
    tokens: Vec<String>,
}

impl<'a> Normaliser<'a> {
    /// A normaliser for a case, given as JSON: its definition and its starts.
    pub fn new(document: &'a str, races: bool, cause: CauseCompare) -> Self {
        Self {
            document,
            races,
            cause,
            rewrites: Rewrites::default(),
            ids: HashMap::new(),
            tokens: tokens(document),
        }
    }

    /// The rewrites made so far.
    pub fn rewrites(&self) -> Rewrites {
        self.rewrites
    }

    /// Rewrites everything in an observation.
    pub fn observation(&mut self, observation: &mut Observation) {
        if let Some(output) = &mut observation.output {
            self.value(Arc::make_mut(output));
        }
        let texts = [&mut observation.error, &mut observation.cause];
        for text in texts.into_iter().flatten() {
            self.whole_text(text);
        }
        for attempt in observation.attempts.values_mut().flatten() {
            self.value(Arc::make_mut(&mut attempt.input));
        }
        for event in observation.history.iter_mut().flatten() {
            self.sent(event.kind, &mut event.details);
            self.details(&mut event.details);
        }
    }

    /// Rewrites what a task has sent with its token, and was answered.
    fn sent(&mut self, kind: EventKind, details: &mut Details) {
        let EventKind::Work(Service::Integration, phase) = kind else {
            return;
        };
        match (phase, &mut details.input) {
            (Phase::Submitted, _) if details.output.take().is_some() => {
                self.rewrites.count(Rule::ServiceAnswer);
            }
            (Phase::Scheduled, Some(sent)) => {
                for name in &self.tokens {
                    let token = Arc::make_mut(sent).get_mut("MessageBody");
                    let token = token.and_then(|message| message.get_mut(name));
                    if let Some(token) =
                        token.filter(|it| it.as_str().is_some_and(|it| !it.is_empty()))
                    {
                        *token = "<token>".into();
                        self.rewrites.count(Rule::TaskToken);
                    }
                }
            }
            _ => {}
        }
    }

    fn details(&mut self, details: &mut Details) {
        let data = [&mut details.input, &mut details.output];
        for data in data.into_iter().flatten() {
            self.value(Arc::make_mut(data));
        }
        if let Some(assigned) = &mut details.assigned {
            for value in Arc::make_mut(assigned).values_mut() {
                self.value(value);
            }
        }
        if let Some(failure) = &mut details.failure {
            let Failure { error, cause } = failure.as_mut();
            for name in [error, cause].into_iter().flatten() {
                let mut text = name.to_string();
                if self.whole_text(&mut text) {
                    *name = text.into();
                }
            }
        }
        if let Some(task) = &mut details.task {
            if task.worker_name.take().is_some() {
                self.rewrites.count(Rule::WorkerName);
            }
            if let Some(resource) = &mut task.resource {
                let mut text = resource.to_string();
                if self.whole_text(&mut text) {
                    *resource = text.into();
                }
            }
        }
    }

    /// Rewrites a value, independent of other values.
    pub fn value(&mut self, value: &mut Value) {
        self.ids.clear();
        self.part(value);
    }

    fn whole_text(&mut self, text: &mut String) -> bool {
        self.ids.clear();
        self.text(text)
    }

    fn part(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                self.text(text);
            }
            Value::Array(elements) => {
                for element in elements {
                    self.part(element);
                }
            }
            Value::Object(members) => {
                self.error_output(members);
                let mut members: Vec<(&String, &mut Value)> = members.iter_mut().collect();
                members.sort_unstable_by_key(|(key, _)| *key);
                for (_, member) in members {
                    self.part(member);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Replaces the interpreter's own cause in an Error Output, unless it is compared.
    fn error_output(&mut self, members: &mut serde_json::Map<String, Value>) {
        if self.cause == CauseCompare::Exact || members.len() != 2 {
            return;
        }
        let (Some(error), Some(cause)) = (
            members.get("Error").and_then(Value::as_str),
            members.get("Cause").and_then(Value::as_str),
        ) else {
            return;
        };
        let given = crate::judge::cause::is_given(Some(error), Some(cause));
        if self.cause == CauseCompare::Ignore || !given {
            members.insert("Cause".into(), "<cause>".into());
            self.rewrites.count(Rule::OwnCause);
        }
    }

    /// Rewrites a string in place; returns whether it changed.
    fn text(&mut self, text: &mut String) -> bool {
        let mut changed = false;
        if self.races {
            changed |= self.replace(text, Rule::EventId, scan::event_id);
        }
        if let Some(quoted) = scan::quoted_data(text) {
            let data = text[quoted.clone()].parse::<Value>();
            if let Ok(mut data) = data {
                data.sort_all_objects();
                let plain = data.to_string();
                if plain != text[quoted.clone()] {
                    text.replace_range(quoted, &plain);
                    self.rewrites.count(Rule::QuotedData);
                    changed = true;
                }
            }
        }
        if text.contains("arn:") {
            changed |= self.replace(text, Rule::ServiceArn, scan::service_arn);
            changed |= self.replace(text, Rule::Account, scan::account);
        }
        if text.len() >= scan::TIMESTAMP {
            changed |= self.replace(text, Rule::Timestamp, scan::timestamp);
        }
        if text.len() >= scan::UUID {
            changed |= self.replace(text, Rule::Uuid, scan::uuid);
        }
        changed
    }

    fn replace(&mut self, text: &mut String, rule: Rule, find: scan::Find) -> bool {
        let mut from = 0;
        let mut changed = false;
        while let Some(hit) = find(text, from) {
            let found = &text[hit.range.clone()];
            if rule != Rule::EventId && self.document.contains(found) {
                from = hit.range.end;
                continue;
            }
            let token = if rule == Rule::Uuid {
                let next = self.ids.len() + 1;
                let id = self.ids.entry(found.to_ascii_lowercase()).or_insert(next);
                format!("<uuid:{id}>")
            } else {
                hit.token.to_owned()
            };
            from = hit.range.start + token.len();
            text.replace_range(hit.range, &token);
            self.rewrites.count(rule);
            changed = true;
        }
        changed
    }
}

/// The members of messages that are tokens, in a case.
fn tokens(document: &str) -> Vec<String> {
    if !document.contains(letter::RESOURCE) {
        return Vec::new();
    }
    let case = serde_json::from_str::<Value>(document).unwrap_or_default();
    letter::tokens(case.get(0).unwrap_or(&Value::Null))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Normaliser, Rewrites, Rule};
    use crate::judge::policy::CauseCompare;

    fn normalise(
        document: &str,
        races: bool,
        cause: CauseCompare,
        mut value: Value,
    ) -> (Value, Rewrites) {
        let mut normaliser = Normaliser::new(document, races, cause);
        normaliser.value(&mut value);
        (value, normaliser.rewrites())
    }

    #[test]
    fn what_the_engine_makes_up_becomes_a_token() {
        let (a, b) = (
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "7C9E6679-7425-40DE-944B-E07FC1F90AE7",
        );
        let value = json!({
            "z": [a, format!("id {a}")],
            "a": b,
            "t": "2026-11-22T10:11:12.123Z",
            "o": "at 2026-11-22T10:11:12+01:00.",
            "x": "arn:aws:states:eu-west-1:000000000000:execution:m:n",
            "q": "arn:aws:sqs:eu-west-1:000000000000:queue",
        });
        let (value, rewrites) = normalise("", false, CauseCompare::Exact, value);
        assert_eq!(
            value,
            json!({
                "z": ["<uuid:2>", "id <uuid:2>"],
                "a": "<uuid:1>",
                "t": "<time>",
                "o": "at <time>.",
                "x": "<execution>",
                "q": "arn:aws:sqs:us-east-1:123456789012:queue",
            })
        );
        assert_eq!(rewrites.of(Rule::Uuid), 3);
        assert_eq!(rewrites.of(Rule::Timestamp), 2);
        assert_eq!(rewrites.of(Rule::ServiceArn), 1);
        assert_eq!(rewrites.of(Rule::Account), 1);
    }

    #[test]
    fn what_the_case_contains_is_data() {
        let time = "2026-11-22T10:11:12Z";
        let case = json!({ "Timestamp": time }).to_string();
        let value = json!([time, "2026-11-22T10:11:13Z", "2026-11-22"]);
        let (value, _) = normalise(&case, false, CauseCompare::Exact, value);
        assert_eq!(value, json!([time, "<time>", "2026-11-22"]));
    }

    #[test]
    fn event_ids_go_only_where_they_depend_on_chance() {
        let text = json!("x (entered at the event id #12). y");
        let (kept, _) = normalise("", false, CauseCompare::Exact, text.clone());
        assert_eq!(kept, text);
        let (gone, rewrites) = normalise("", true, CauseCompare::Exact, text);
        assert_eq!(gone, json!("x (entered at the event id #_). y"));
        assert_eq!(rewrites.of(Rule::EventId), 1);
    }

    #[test]
    fn quoted_data_has_one_spelling() {
        for (text, spelt) in [
            (
                "The JSONPath '$.a' could not be found in the input '{\"b\": [1, 2], \"a\": {}}'",
                "The JSONPath '$.a' could not be found in the input '{\"a\":{},\"b\":[1,2]}'",
            ),
            (
                "Unable to apply ReferencePath $.a to input [0, {}]",
                "Unable to apply ReferencePath $.a to input [0,{}]",
            ),
            ("to input that is no JSON", "to input that is no JSON"),
        ] {
            let (value, _) = normalise("", false, CauseCompare::Exact, json!(text));
            assert_eq!(value, json!(spelt));
        }
    }

    #[test]
    fn own_causes_go_by_the_policy() {
        let output = |error: &str| json!({ "e": { "Error": error, "Cause": "c" } });
        for (cause, error, kept) in [
            (CauseCompare::Exact, "States.Timeout", true),
            (CauseCompare::Given, "States.Timeout", false),
            (CauseCompare::Given, "Custom", true),
            (CauseCompare::Ignore, "Custom", false),
        ] {
            let (value, _) = normalise("", false, cause, output(error));
            assert_eq!(value == output(error), kept, "{cause:?} {error}");
        }
    }

    #[test]
    fn counts_are_stored_by_name() {
        let mut rewrites = Rewrites::default();
        rewrites.count(Rule::EngineName);
        let stored = serde_json::to_value(rewrites).unwrap();
        assert_eq!(stored, json!({ "engine-name": 1 }));
        assert_eq!(
            serde_json::from_value::<Rewrites>(stored).unwrap(),
            rewrites
        );
    }
}

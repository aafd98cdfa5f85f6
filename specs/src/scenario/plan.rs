//! The behaviour of tasks: the outside world of a case, as data.
//!
//! An attempt is addressed by its *site* (the state's path through nested scopes), its *visit*
//! (how often the state was entered before, for the same items), the *items* (indexes of the
//! enclosing Map iterations, outermost first) and its *attempt* within the visit (0 is the first).

use crate::asl::site::{AttemptKey, Site};
use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;

use crate::base::time::Millis;

/// How the outside world replies to one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Reports success with this output.
    Succeed(Arc<Value>),
    /// Reports success with the task's own input as output.
    Echo,
    /// Reports failure.
    Fail {
        /// The error name.
        error: String,
        /// The cause.
        cause: String,
    },
    /// Reports failure, with neither an error name nor a cause.
    FailNameless,
    /// Takes the task and never answers.
    Silent,
    /// Never takes the task from the queue.
    Ignore,
}

/// One attempt's script: heartbeats, then a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Milliseconds of ASL time between taking the task and the reply.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: Millis,
    /// Heartbeats at these offsets (milliseconds of ASL time after the task was taken, ascending,
    /// before `after`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heartbeats: Vec<Millis>,
    /// The service's answer to the submission of a job or a token, for integrations that wait for
    /// more (`.sync`, `.waitForTaskToken`). If it is absent, a failure is a failure of the
    /// submission itself; any other reply is preceded by an empty object as the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Value>,
    /// The reply.
    pub reply: Reply,
    /// The reply reaches the engine, but the engine's response to it is lost, so the worker sends
    /// it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lose_answer: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(millis: &Millis) -> bool {
    *millis == 0
}

impl Act {
    /// An immediate reply.
    pub fn now(reply: Reply) -> Self {
        Self {
            after: 0,
            heartbeats: Vec::new(),
            submitted: None,
            reply,
            lose_answer: false,
        }
    }
}

impl Default for Act {
    fn default() -> Self {
        Self::now(Reply::Echo)
    }
}

/// A rule of a site's plan: `act` is played in attempts that match every given field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The visit it applies to; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// The item indexes it applies to; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<u32>>,
    /// It applies to attempts with a lower number than this; to any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_below: Option<u32>,
    /// What the worker does.
    #[serde(flatten)]
    pub act: Act,
}

impl Rule {
    /// A rule for every attempt.
    pub fn always(act: Act) -> Self {
        Self {
            visit: None,
            items: None,
            attempts_below: None,
            act,
        }
    }

    /// A rule for the attempts below a number: the first `bound` of every visit.
    pub fn below(bound: u32, act: Act) -> Self {
        Self {
            attempts_below: Some(bound),
            ..Self::always(act)
        }
    }

    fn matches(&self, key: &AttemptKey) -> bool {
        self.visit.is_none_or(|visit| visit == key.visit)
            && self.items.as_ref().is_none_or(|items| *items == key.items)
            && self.attempts_below.is_none_or(|bound| key.attempt < bound)
    }
}

/// The behaviour of the workers of one site.
///
/// In JSON it is the list of its rules, or an object with `away` and `rules`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script {
    /// For this many milliseconds of ASL time after the start of the execution, no worker polls for
    /// tasks: a task that is scheduled earlier waits in the queue.
    pub away: Millis,
    /// The rules in order; the first match wins. An attempt without a matching rule echoes its
    /// input immediately.
    pub rules: Vec<Rule>,
}

impl Script {
    /// Whether it is empty: every task is taken immediately, and echoes.
    pub fn is_empty(&self) -> bool {
        self.away == 0 && self.rules.is_empty()
    }
}

impl From<Act> for Script {
    /// Every attempt plays the same act.
    fn from(act: Act) -> Self {
        vec![Rule::always(act)].into()
    }
}

impl FromIterator<Act> for Script {
    /// The attempts of a visit play these acts in order; any further ones echo.
    fn from_iter<Acts: IntoIterator<Item = Act>>(acts: Acts) -> Self {
        let rules = (1..).zip(acts).map(|(bound, act)| Rule::below(bound, act));
        rules.collect::<Vec<_>>().into()
    }
}

impl From<Vec<Rule>> for Script {
    fn from(rules: Vec<Rule>) -> Self {
        Self { away: 0, rules }
    }
}

/// A script in its form as an object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<Rules> {
    #[serde(default)]
    away: Millis,
    #[serde(
        default = "Rules::default",
        bound(deserialize = "Rules: Default + Deserialize<'de>")
    )]
    rules: Rules,
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.away {
            0 => self.rules.serialize(serializer),
            away => {
                let rules = &self.rules;
                Fields { away, rules }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Script {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScriptVisitor)
    }
}

struct ScriptVisitor;

impl<'de> Visitor<'de> for ScriptVisitor {
    type Value = Script;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rules, or an object with `away` and `rules`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rules: A) -> Result<Script, A::Error> {
        ordered(Vec::deserialize(SeqAccessDeserializer::new(rules))?.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Script, A::Error> {
        let Fields { away, rules } = Fields::deserialize(MapAccessDeserializer::new(fields))?;
        ordered(Script { away, rules })
    }
}

/// Checks that the heartbeats of every act are in order, and come before the reply.
fn ordered<E: serde::de::Error>(script: Script) -> Result<Script, E> {
    for act in script.rules.iter().map(|rule| &rule.act) {
        let replies = !matches!(act.reply, Reply::Silent | Reply::Ignore);
        if !act.heartbeats.is_sorted() || (replies && act.heartbeats.last() > Some(&act.after)) {
            return Err(E::custom(format_args!(
                "`heartbeats` {:?} are not in order before the reply, which comes `after` {} ms",
                act.heartbeats, act.after
            )));
        }
    }
    Ok(script)
}

/// The behaviour of every task of a case, by site. A site without a script takes every task
/// immediately and echoes its input.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    /// The scripts, by site.
    pub sites: BTreeMap<Site, Script>,
}

impl Plan {
    /// Every rule, of all sites.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.sites.values().flat_map(|script| &script.rules)
    }

    /// Every rule, of all sites.
    pub fn rules_mut(&mut self) -> impl Iterator<Item = &mut Rule> {
        self.sites.values_mut().flat_map(|script| &mut script.rules)
    }

    /// The act for this attempt.
    pub fn act(&self, key: &AttemptKey) -> Cow<'_, Act> {
        self.sites
            .get(&key.site)
            .and_then(|script| script.rules.iter().find(|rule| rule.matches(key)))
            .map_or_else(Cow::default, |rule| Cow::Borrowed(&rule.act))
    }

    /// How long after the start of the execution no worker polls for the tasks of a site.
    pub fn away(&self, site: &str) -> Millis {
        self.sites.get(site).map_or(0, |script| script.away)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::{Plan, Script};

    #[test]
    fn a_script_is_a_list_unless_its_workers_are_away() {
        let rules = json!([{"reply": "silent"}]);
        for plan in [
            json!({"W": rules}),
            json!({"W": {"away": 2_000, "rules": rules}}),
        ] {
            let read: Plan = from_value(plan.clone()).unwrap();
            assert_eq!(to_value(&read).unwrap(), plan);
        }
        let read = |script: Value| from_value::<Script>(script).map_err(|error| error.to_string());
        assert_eq!(read(json!({"rules": rules})), read(rules));
        assert_eq!(read(json!({})), Ok(Script::default()));
        let beats = |after: u64, beats: [u64; 2], reply: &str| {
            read(json!([{"after": after, "heartbeats": beats, "reply": reply}]))
        };
        assert!(beats(3_000, [1_000, 2_000], "echo").is_ok());
        assert!(beats(0, [1_000, 2_000], "silent").is_ok());
        for (after, wrong) in [(1_500, [1_000, 2_000]), (3_000, [2_000, 1_000])] {
            let late = beats(after, wrong, "echo").unwrap_err();
            assert!(late.contains("not in order before the reply"), "{late}");
        }
        let misspelt = read(json!({"awya": 1})).unwrap_err();
        assert!(misspelt.contains("unknown field `awya`"), "{misspelt}");
        let strange = read(json!([{"reply": "shout"}])).unwrap_err();
        assert!(strange.contains("unknown variant `shout`"), "{strange}");
    }
}

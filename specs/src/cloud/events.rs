//! Events (Amazon EventBridge, API version 2015-10-07).
//!
//! There is the default bus. Its rules have patterns, and queues for targets; what no rule wants is accepted
//! and gone. Sources: the API reference and the User Guide.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Cloud, CloudError, account::Account, params::Params, pattern::Pattern, sqs::Sent};
use crate::base::{arn::Arn, time::Instant};

/// All rules by name.
pub(super) type Rules = IndexMap<String, Rule>;

/// The only bus.
const BUS: &str = "default";
/// How many events a call has at most, and their size in bytes.
const MOST_EVENTS: usize = 10;
const LARGEST_EVENTS: usize = 1 << 20;
/// How many targets a rule has at most.
const MOST_TARGETS: usize = 5;

/// A rule.
#[derive(Debug)]
pub(super) struct Rule {
    pattern: Pattern,
    is_enabled: bool,
    /// By id.
    targets: IndexMap<String, Target>,
}

/// Who is told of events.
#[derive(Debug, Clone)]
struct Target {
    arn: String,
    group: Option<String>,
    shown: Shown,
}

/// What a target is told of an event.
#[derive(Debug, Clone)]
enum Shown {
    Event,
    /// The same text for every event.
    Text(String),
    /// What is at this path of names.
    Path(Vec<String>),
}

pub(super) fn call(
    cloud: &mut Cloud,
    now: Instant,
    operation: &str,
    params: &Value,
) -> Result<Value, CloudError> {
    let params = Params::new(params, CloudError::missing);
    check_bus(&params)?;
    let Cloud { account, rules, .. } = &mut *cloud;
    match operation {
        "PutRule" => put_rule(account, rules, &params),
        "DeleteRule" => {
            let name = params.text("Name")?;
            if rules.get(name).is_some_and(|rule| !rule.targets.is_empty()) {
                return Err(CloudError::validation(
                    "Rule can't be deleted since it has targets.",
                ));
            }
            rules.shift_remove(name);
            Ok(json!({}))
        }
        "PutTargets" => put_targets(named(rules, &params)?, &params),
        "RemoveTargets" => {
            let rule = named(rules, &params)?;
            let failed = params.texts("Ids")?.into_iter().filter_map(|id| {
                let is_gone = rule.targets.shift_remove(id).is_none();
                is_gone.then(|| {
                    json!({
                        "TargetId": id,
                        "ErrorCode": "ResourceNotFoundException",
                        "ErrorMessage": format!("Rule {} does not have target {id}.", params.text("Rule").unwrap_or_default()),
                    })
                })
            });
            Ok(entries("FailedEntries", &failed.collect::<Vec<_>>()))
        }
        "PutEvents" => put_events(cloud, now, &params),
        _ => Err(CloudError::unknown("events", operation)),
    }
}

fn put_rule(
    account: &Account,
    rules: &mut Rules,
    params: &Params<'_>,
) -> Result<Value, CloudError> {
    let name = params.text("Name")?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        return Err(CloudError::validation(format!(
            "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"
        )));
    }
    if params.value("ScheduleExpression").is_some() {
        return Err(CloudError::validation("ScheduleExpression is not modelled"));
    }
    let Some(pattern) = params.maybe_text("EventPattern")? else {
        return Err(CloudError::validation(
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        ));
    };
    let pattern = Pattern::read(pattern).map_err(|reason| {
        CloudError::new(
            "InvalidEventPatternException",
            format!("Event pattern is not valid. Reason: {reason}"),
        )
    })?;
    let is_enabled = params.maybe_text("State")? != Some("DISABLED");
    let rule = rules.entry(name.to_owned()).or_insert_with(|| Rule {
        pattern: pattern.clone(),
        is_enabled,
        targets: IndexMap::new(),
    });
    rule.pattern = pattern;
    rule.is_enabled = is_enabled;
    Ok(json!({"RuleArn": account.arn("events", &format!("rule/{name}"))}))
}

fn put_targets(rule: &mut Rule, params: &Params<'_>) -> Result<Value, CloudError> {
    let mut targets = rule.targets.clone();
    for value in params.list("Targets")? {
        let (id, target) = Target::read(&params.within(value))?;
        targets.insert(id, target);
    }
    if targets.len() > MOST_TARGETS {
        return Err(CloudError::new(
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ));
    }
    rule.targets = targets;
    Ok(entries("FailedEntries", &[]))
}

impl Target {
    fn read(params: &Params<'_>) -> Result<(String, Self), CloudError> {
        let id = params.text("Id")?.to_owned();
        let arn = params.text("Arn")?;
        match Arn::parse(arn) {
            None => {
                return Err(CloudError::validation(format!(
                    "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
                )));
            }
            Some(parts) if parts.service != "sqs" => {
                return Err(CloudError::validation(format!(
                    "the target {arn} is not modelled: only queues are"
                )));
            }
            Some(_) => {}
        }
        if params.value("InputTransformer").is_some() {
            return Err(CloudError::validation("InputTransformer is not modelled"));
        }
        let shown = match (params.maybe_text("Input")?, params.maybe_text("InputPath")?) {
            (Some(_), Some(_)) => {
                return Err(CloudError::validation(format!(
                    "Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
                )));
            }
            (Some(text), None) if serde_json::from_str::<Value>(text).is_err() => {
                return Err(CloudError::validation(format!(
                    "JSON syntax error in input for target {id}."
                )));
            }
            (Some(text), None) => Shown::Text(text.to_owned()),
            (None, Some(path)) => Shown::Path(names(path).ok_or_else(|| {
                CloudError::validation(format!("Invalid InputPath for target {id} : {path}"))
            })?),
            (None, None) => Shown::Event,
        };
        let group = params.map("SqsParameters")?;
        let group = group.and_then(|group| group.get("MessageGroupId")?.as_str());
        let target = Self {
            arn: arn.to_owned(),
            group: group.map(str::to_owned),
            shown,
        };
        Ok((id, target))
    }

    fn tell(&self, cloud: &mut Cloud, now: Instant, event: &Value, id: &str) {
        let body = match &self.shown {
            Shown::Event => event.to_string(),
            Shown::Text(text) => text.clone(),
            Shown::Path(names) => {
                let found = names.iter().try_fold(event, |value, name| value.get(name));
                match found {
                    Some(value) => value.to_string(),
                    None => return,
                }
            }
        };
        let sent = Sent {
            body: &body,
            attributes: None,
            group: self.group.as_deref(),
            deduplication: self.group.as_ref().map(|_| id),
        };
        // What cannot be delivered is gone, as on AWS without a queue for dead letters.
        cloud.deliver(now, &self.arn, &sent);
    }
}

/// The names of a path such as `$.detail.a`; `None` if it is another one.
fn names(path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix('$')?;
    let names = rest.split('.').skip(1).map(str::to_owned);
    let names: Vec<_> = names.collect();
    let is_name = |name: &String| !name.is_empty() && !name.contains(['[', ']', '*']);
    let is_path = rest.is_empty() || rest.starts_with('.') && names.iter().all(is_name);
    is_path.then_some(names)
}

fn put_events(cloud: &mut Cloud, now: Instant, params: &Params<'_>) -> Result<Value, CloudError> {
    let events = params.list("Entries")?;
    if events.is_empty() || events.len() > MOST_EVENTS {
        let limit = if events.is_empty() {
            "greater than or equal to 1".to_owned()
        } else {
            format!("less than or equal to {MOST_EVENTS}")
        };
        let shown = if events.is_empty() {
            "[]"
        } else {
            "[PutEventsRequestEntry]"
        };
        return Err(CloudError::validation(format!(
            "1 validation error detected: Value '{shown}' at 'entries' failed to satisfy constraint: Member must have length {limit}"
        )));
    }
    if events.iter().map(size).sum::<usize>() > LARGEST_EVENTS {
        return Err(CloudError::validation(
            "Total size of the entries in the request is over the limit.",
        ));
    }
    // What is wrong with the call keeps every event from being delivered.
    let checked = events.iter().map(|event| {
        let params = params.within(event);
        check_bus(&params)?;
        match refusal(&params)? {
            Some(refusal) => Ok(Err(refusal)),
            None => Event::read(now, &params).map(Ok),
        }
    });
    let checked = checked.collect::<Result<Vec<_>, CloudError>>()?;
    let results = checked.into_iter().map(|event| match event {
        Ok(event) => event.put(cloud, now),
        Err((code, message)) => json!({"ErrorCode": code, "ErrorMessage": message}),
    });
    Ok(entries("Entries", &results.collect::<Vec<_>>()))
}

/// An event that is put.
struct Event<'p> {
    time: Instant,
    source: &'p str,
    detail_type: &'p str,
    detail: Value,
    resources: Vec<&'p str>,
}

impl<'p> Event<'p> {
    fn read(now: Instant, params: &Params<'p>) -> Result<Self, CloudError> {
        let time = match params.value("Time") {
            None => Some(now),
            Some(Value::String(text)) => Instant::parse_rfc3339(text),
            Some(seconds) => seconds
                .as_f64()
                .map(|seconds| Instant((seconds * 1_000.0) as i64)),
        };
        // What lies beyond all years is no time.
        let time = time.filter(|time| jiff::Timestamp::from_millisecond(time.0).is_ok());
        let time = time.ok_or_else(|| CloudError::serialization("Time", "a timestamp"))?;
        Ok(Self {
            time: time.whole_second(),
            source: params.text("Source")?,
            detail_type: params.text("DetailType")?,
            detail: serde_json::from_str(params.text("Detail")?).unwrap_or_default(),
            resources: params.texts("Resources")?,
        })
    }

    /// Tells everybody who wants the event.
    fn put(self, cloud: &mut Cloud, now: Instant) -> Value {
        let id = cloud.account.uuid();
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": cloud.account.account,
            "time": self.time.rfc3339(),
            "region": cloud.account.region,
            "resources": self.resources,
            "detail": self.detail,
        });
        let rules = cloud.rules.values();
        let wanting = rules.filter(|rule| rule.is_enabled && rule.pattern.matches(&event));
        let targets: Vec<Target> = wanting
            .flat_map(|rule| rule.targets.values().cloned())
            .collect();
        for target in targets {
            target.tell(cloud, now, &event, &id);
        }
        json!({ "EventId": id })
    }
}

/// Why one event of several is refused, if it is.
fn refusal(params: &Params<'_>) -> Result<Option<(&'static str, String)>, CloudError> {
    for name in ["Source", "DetailType", "Detail"] {
        if params.maybe_text(name)?.is_none_or(str::is_empty) {
            let message =
                format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            return Ok(Some(("InvalidArgument", message)));
        }
    }
    if params.text("Source")?.starts_with("aws.") {
        let message = "Not authorized for the source.".to_owned();
        return Ok(Some(("NotAuthorizedForSourceException", message)));
    }
    let detail = serde_json::from_str::<Map<String, Value>>(params.text("Detail")?);
    Ok(detail
        .is_err()
        .then(|| ("MalformedDetail", "Detail is malformed.".to_owned())))
}

/// The size of an event as it is limited, in bytes (User Guide, "Calculating PutEvents event entry size").
fn size(event: &Value) -> usize {
    let text = |name: &str| event[name].as_str().map_or(0, str::len);
    let resources = event["Resources"].as_array().into_iter().flatten();
    let resources = resources.map(|it| it.as_str().map_or(0, str::len));
    let time = if event.get("Time").is_some() { 14 } else { 0 };
    time + text("Source") + text("DetailType") + text("Detail") + resources.sum::<usize>()
}

/// An answer with a list, and how many of its members failed.
fn entries(name: &str, entries: &[Value]) -> Value {
    let failed = entries
        .iter()
        .filter(|entry| entry.get("ErrorCode").is_some());
    json!({"FailedEntryCount": failed.count(), name: entries})
}

fn named<'r>(rules: &'r mut Rules, params: &Params<'_>) -> Result<&'r mut Rule, CloudError> {
    let name = params.text("Rule")?;
    rules.get_mut(name).ok_or_else(|| {
        CloudError::new(
            "ResourceNotFoundException",
            format!("Rule {name} does not exist on EventBus {BUS}."),
        )
    })
}

/// Refuses every bus but the default one.
fn check_bus(params: &Params<'_>) -> Result<(), CloudError> {
    match params.maybe_text("EventBusName")? {
        Some(bus) if bus != BUS && !bus.ends_with(":event-bus/default") => Err(CloudError::new(
            "ResourceNotFoundException",
            format!("Event bus {bus} does not exist."),
        )),
        _ => Ok(()),
    }
}

//! Tasks that send their token to a queue, in place of activities.
//!
//! What a worker sees of such a task, and what it answers, is what a worker of the activity sees and answers, so the
//! plans and everything that follows stay what they were.

use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::{Machine, resource::Resource, walk::for_each_state_mut},
    scenario::{
        case::Start,
        letter::{INPUT, RESOURCE},
        plan::Reply,
    },
};

use crate::{dice::Dice, literal};

/// The member of messages that is the token.
const TOKEN: &str = "Token";

/// Replaces most activities of a machine by queues; `None` if what comes of it is no machine.
pub(crate) fn send(machine: &Machine, starts: &mut [Start], entropy: u64) -> Option<Machine> {
    let mut dice = Dice::new(entropy.rotate_left(17));
    let mut definition = machine.to_value();
    let mut sent = Vec::new();
    let is_jsonata = speaks_jsonata(definition.as_object());
    for_each_state_mut(&mut definition, |path, state| {
        let resource = state.get("Resource").and_then(Value::as_str);
        let Some(name) = resource.filter(|it| Resource::is_activity(it)) else {
            return;
        };
        let queue = queue(name);
        if dice.chance(7, 8) {
            let language = state.get("QueryLanguage");
            let is_jsonata = language.map_or(is_jsonata, |language| language == "JSONata");
            send_token(state, &queue, is_jsonata);
            sent.push(path.site.clone());
        }
    });
    let machine = Machine::from_value(&definition).ok()?;
    for start in starts {
        for site in &sent {
            let Some(script) = start.plan.sites.get_mut(site) else {
                continue;
            };
            // A message is received although its task is over, and whoever comes too late for one comes too late for
            // the next, too.
            script.away = 0;
            for rule in &mut script.rules {
                if rule.act.reply == Reply::Ignore {
                    rule.act.reply = Reply::Silent;
                }
            }
        }
        start.plan.sites.retain(|_, script| !script.is_empty());
    }
    Some(machine)
}

/// Lets a task send what it gives to its activity, and its token, to a queue.
fn send_token(state: &mut Map<String, Value>, queue: &str, is_jsonata: bool) {
    let (field, token, whole) = if is_jsonata {
        let token = json!({ TOKEN: "{% $states.context.Task.Token %}" });
        (
            "Arguments",
            token,
            (INPUT.to_owned(), "{% $states.input %}"),
        )
    } else {
        let token = json!({ format!("{TOKEN}.$"): "$$.Task.Token" });
        ("Parameters", token, (format!("{INPUT}.$"), "$"))
    };
    let mut message = token;
    match state.get(field) {
        Some(given) => message[INPUT] = given.clone(),
        None => message[whole.0] = whole.1.into(),
    }
    let sent = json!({ "QueueUrl": queue, "MessageBody": message });
    state.insert(field.to_owned(), sent);
    state.insert("Resource".to_owned(), RESOURCE.into());
}

fn speaks_jsonata(fields: Option<&Map<String, Value>>) -> bool {
    fields.and_then(|fields| fields.get("QueryLanguage")) == Some(&"JSONata".into())
}

/// The URL of the queue in place of an activity.
pub(crate) fn queue(activity: &str) -> String {
    let name = activity.rsplit(':').next().unwrap_or(activity);
    format!("{}{name}", literal::QUEUE_PREFIX)
}

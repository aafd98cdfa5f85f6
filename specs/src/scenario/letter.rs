//! Tasks that tell their token to a queue, and what a worker makes of the messages.
//!
//! Such a task is played like that of an activity: its worker takes the message, and answers with the token that
//! stands in it. The task's input, as the worker sees it, is what is left of the message.

use serde_json::{Map, Value};

use crate::asl::{
    resource::{Integration, Pattern, Resource},
    site::Site,
    walk,
};

/// The resource of a task that sends its token to a queue.
pub const RESOURCE: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
/// The member of a message that is the task's input, if there is nothing else beside the token.
pub const INPUT: &str = "Input";

/// How the token is read, in a template and in an expression.
const READS: [&str; 2] = ["$$.Task.Token", "{% $states.context.Task.Token %}"];

/// What a task sends, as its state says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The member of the message that is the token.
    pub token: String,
    /// The queue's URL.
    pub queue: String,
}

impl Letter {
    /// What a state sends; `None` unless it is a task that sends its token, as a member of a message that is an
    /// object, to a queue that the state names, and nothing else: what comes late, in a group, or with the token
    /// in two places is nothing that a worker could play.
    pub fn of(state: &Map<String, Value>) -> Option<Self> {
        if !is_to_a_queue(state.get("Resource")?.as_str()?) {
            return None;
        }
        let sent = state.get("Parameters").or_else(|| state.get("Arguments"))?;
        let message = sent.get("MessageBody")?.as_object()?;
        let queue = sent.get("QueueUrl")?.as_str()?;
        if sent.as_object()?.len() > 2 || sent.to_string().matches("Task.Token").count() > 1 {
            return None;
        }
        let mut tokens = message.iter();
        let (name, _) = tokens.find(|(_, value)| value.as_str().is_some_and(reads_the_token))?;
        queue.contains("://").then(|| Self {
            token: name.strip_suffix(".$").unwrap_or(name).to_owned(),
            queue: queue.to_owned(),
        })
    }

    /// The token in a message, and what is left of it.
    pub fn open(&self, message: Value) -> (Option<String>, Value) {
        let Value::Object(mut members) = message else {
            return (None, message);
        };
        match members.get(&self.token) {
            Some(Value::String(token)) => {
                let token = token.clone();
                members.shift_remove(&self.token);
                (Some(token), content(members))
            }
            _ => (None, members.into()),
        }
    }
}

/// What a worker sees of a task that is called with these parameters and has this token; `None` unless the token
/// is a member of a message to a queue.
pub fn arriving(resource: &str, parameters: &Value, token: &str) -> Option<Value> {
    if !is_to_a_queue(resource) {
        return None;
    }
    let message = parameters.get("MessageBody")?.as_object()?;
    let (name, _) = message.iter().find(|(_, value)| *value == token)?;
    let mut members = message.clone();
    members.shift_remove(name);
    Some(content(members))
}

/// The names of the members that are tokens, in all messages of a definition.
pub fn tokens(definition: &Value) -> Vec<String> {
    let states = walk::states(definition).into_iter();
    let letters = states.filter_map(|(_, state)| Letter::of(state.as_object()?));
    letters.map(|letter| letter.token).collect()
}

/// A task that sends something to a queue and waits for its token, but not in a way in which a worker could
/// answer it; `None` if there is none.
pub fn unreadable(definition: &Value) -> Option<Site> {
    let mut states = walk::states(definition).into_iter();
    let unreadable = states.find(|(_, state)| {
        is_to_a_queue(state["Resource"].as_str().unwrap_or_default())
            && state.as_object().and_then(Letter::of).is_none()
    });
    unreadable.map(|(path, _)| path.site)
}

fn content(mut members: Map<String, Value>) -> Value {
    if members.len() == 1
        && let Some(input) = members.shift_remove(INPUT)
    {
        return input;
    }
    members.into()
}

fn reads_the_token(text: &str) -> bool {
    READS.contains(&text)
}

fn is_to_a_queue(resource: &str) -> bool {
    let to_a_queue = |it: Integration<'_>| it.service == "sqs" && it.pattern == Pattern::Callback;
    matches!(Resource::parse(resource), Resource::Integration(it) if to_a_queue(it))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Letter, RESOURCE, arriving, unreadable};

    fn state(message: &Value) -> Value {
        json!({"Type": "Task", "Resource": RESOURCE, "End": true,
            "Parameters": {"QueueUrl": "http://q", "MessageBody": message}})
    }

    #[test]
    fn a_worker_sees_what_is_left_of_a_message() {
        for (template, message, left) in [
            (
                json!({"T.$": "$$.Task.Token", "Input.$": "$"}),
                json!({"T": "t", "Input": [1]}),
                json!([1]),
            ),
            (
                json!({"T.$": "$$.Task.Token", "x": 1}),
                json!({"T": "t", "x": 1}),
                json!({"x": 1}),
            ),
            (
                json!({"T": "{% $states.context.Task.Token %}"}),
                json!({"T": "t"}),
                json!({}),
            ),
        ] {
            let letter = Letter::of(state(&template).as_object().unwrap()).unwrap();
            assert_eq!(
                letter.open(message.clone()),
                (Some("t".to_owned()), left.clone())
            );
            let parameters = json!({"QueueUrl": "http://q", "MessageBody": message});
            assert_eq!(arriving(RESOURCE, &parameters, "t"), Some(left));
        }
    }

    #[test]
    fn a_message_that_no_worker_could_play_is_no_letter() {
        let message = json!({"T.$": "$$.Task.Token"});
        for (name, value) in [
            ("DelaySeconds", json!(5)),
            ("MessageDeduplicationId", json!("d")),
            (
                "MessageBody",
                json!({"T.$": "$$.Task.Token", "U.$": "$$.Task.Token"}),
            ),
        ] {
            let mut state = state(&message);
            assert!(Letter::of(state.as_object().unwrap()).is_some());
            state["Parameters"][name] = value;
            assert_eq!(Letter::of(state.as_object().unwrap()), None, "{state}");
        }
    }

    #[test]
    fn a_message_without_a_token_is_not_answered() {
        let part = json!({"T.$": "States.Format('{}', $$.Task.Token)"});
        for message in [part, json!({"T": "$$.Task"}), json!("$$.Task.Token")] {
            let state = state(&message);
            assert_eq!(Letter::of(state.as_object().unwrap()), None, "{message}");
            let definition = json!({"StartAt": "S", "States": {"S": state}});
            assert_eq!(unreadable(&definition), Some("S".into()));
        }
        let letter = Letter::of(state(&json!({"T.$": "$$.Task.Token"})).as_object().unwrap());
        assert_eq!(
            letter.unwrap().open(json!({"T": 1})),
            (None, json!({"T": 1}))
        );
        assert_eq!(
            arriving(RESOURCE, &json!({"MessageBody": {"T": "t"}}), "other"),
            None
        );
    }
}

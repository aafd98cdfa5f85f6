//! Finds a definition's tasks and the activities or queues they are sent to.

use serde_json::{Map, Value};
use stepproof_specs::{
    asl::{resource::Resource, site::Site, walk},
    scenario::letter::Letter,
};

/// A Task state whose resource is an activity, or which sends its token to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSite {
    /// Its path through nested scopes.
    pub site: Site,
    /// The activity, or the queue's URL, that the case names.
    pub resource: String,
    /// How its messages are read, if it sends its token to a queue.
    pub letter: Option<Letter>,
    /// Whether it is inside a Map, so that several attempts may be running at the same time.
    pub in_map: bool,
}

/// The tasks of a definition that workers can play, outer states first.
pub fn find(definition: &Value) -> Vec<TaskSite> {
    let states = walk::states(definition).into_iter();
    let tasks = states.filter_map(|(path, state)| {
        let state = state.as_object()?;
        let letter = Letter::of(state);
        let resource = match &letter {
            Some(letter) => &letter.queue,
            None => activity_of(state)?,
        };
        Some(TaskSite {
            resource: resource.to_owned(),
            letter,
            site: path.site,
            in_map: path.scope.maps > 0,
        })
    });
    tasks.collect()
}

/// Replaces the activity or the queue of the k-th of these tasks by `arns[k]`.
pub fn rewrite(definition: &Value, arns: &[&str]) -> Value {
    let mut definition = definition.clone();
    let mut arns = arns.iter();
    walk::for_each_state_mut(&mut definition, |_, state| {
        let is_letter = Letter::of(state).is_some();
        if !is_letter && activity_of(state).is_none() {
            return;
        }
        let Some(arn) = arns.next() else { return };
        if is_letter {
            let sent = ["Parameters", "Arguments"].into_iter();
            for sent in sent
                .filter(|field| state.get(*field).is_some_and(Value::is_object))
                .collect::<Vec<_>>()
            {
                state[sent]["QueueUrl"] = (*arn).into();
            }
        } else {
            state.insert("Resource".to_owned(), (*arn).into());
        }
    });
    definition
}

/// The activity of a state, if it is an activity task.
fn activity_of(state: &Map<String, Value>) -> Option<&str> {
    let resource = state.get("Resource")?.as_str()?;
    let is_task = state.get("Type")? == "Task";
    (is_task && Resource::is_activity(resource)).then_some(resource)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{find, rewrite};

    #[test]
    fn every_site_gets_an_activity_of_its_own() {
        let arn = "arn:aws:states:us-east-1:123456789012:activity:work";
        let task = json!({"Type": "Task", "Resource": arn, "End": true});
        let other =
            json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true});
        let scope = |state| json!({"StartAt": "W", "States": {"W": state}});
        let definition = json!({"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "Branches": [scope(&task), scope(&other)], "Next": "M"},
            "M": {"Type": "Map", "ItemProcessor": scope(&task), "End": true},
        }});
        let sites: Vec<_> = find(&definition)
            .into_iter()
            .map(|task| (task.site.to_string(), task.in_map))
            .collect();
        assert_eq!(
            sites,
            [("P/0/W".to_owned(), false), ("M/W".to_owned(), true)]
        );
        let rewritten = rewrite(&definition, &["one", "two"]);
        let at = |pointer| rewritten.pointer(pointer).unwrap();
        assert_eq!(at("/States/P/Branches/0/States/W/Resource"), "one");
        assert_eq!(at("/States/M/ItemProcessor/States/W/Resource"), "two");
        assert_eq!(
            at("/States/P/Branches/1/States/W/Resource"),
            "arn:aws:states:::sqs:sendMessage"
        );
    }
}

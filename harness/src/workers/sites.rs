//! Where a definition's tasks are, and what they are sent to.

use serde_json::Value;
use stepproof_specs::asl::site::{Site, site};

/// A Task state that is sent to an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSite {
    /// Its path through nested scopes.
    pub site: Site,
    /// The activity that the case names.
    pub resource: String,
    /// It runs in the iterations of a Map: several attempts may be out at the same time.
    pub in_map: bool,
}

/// The activity tasks of a definition, outer scopes first.
pub fn find(definition: &Value) -> Vec<TaskSite> {
    let mut found = Vec::new();
    // Nothing is changed, but one walk serves both purposes.
    walk(&mut definition.clone(), "", false, &mut |task, _| {
        found.push(task);
    });
    found
}

/// The definition with the k-th activity task sent to `arns[k]`.
pub fn rewrite(definition: &Value, arns: &[&str]) -> Value {
    let mut definition = definition.clone();
    let mut arns = arns.iter();
    walk(&mut definition, "", false, &mut |_, resource| {
        if let Some(arn) = arns.next() {
            *resource = Value::from(*arn);
        }
    });
    definition
}

fn walk(scope: &mut Value, prefix: &str, in_map: bool, seen: &mut dyn FnMut(TaskSite, &mut Value)) {
    let Some(states) = scope.get_mut("States").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, state) in states {
        let site = site(prefix, name);
        match state.get("Type").and_then(Value::as_str) {
            Some("Task") => {
                let Some(resource) = state.get_mut("Resource") else {
                    continue;
                };
                if let Some(activity) = resource.as_str().filter(|arn| is_activity(arn)) {
                    let task = TaskSite {
                        site,
                        resource: activity.to_owned(),
                        in_map,
                    };
                    seen(task, resource);
                }
            }
            Some("Parallel") => {
                let branches = state.get_mut("Branches").and_then(Value::as_array_mut);
                for (index, branch) in branches.into_iter().flatten().enumerate() {
                    walk(branch, &format!("{site}/{index}"), in_map, seen);
                }
            }
            Some("Map") => {
                for field in ["ItemProcessor", "Iterator"] {
                    if let Some(processor) = state.get_mut(field) {
                        walk(processor, &site, true, seen);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_activity(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.split(':').nth(5) == Some("activity")
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

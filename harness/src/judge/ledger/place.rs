//! Where in a definition an entry must find what it says.

use serde_json::Value;
use stepproof_specs::asl::walk::{self, SCOPE_FIELDS};

/// The state at this site, those that lead to it and those that enclose it, without the scopes inside them;
/// the whole definition if there is no such state.
pub fn around(definition: &Value, site: Option<&str>) -> Vec<Value> {
    let states = walk::states(definition);
    let found = states.iter().find(|(path, _)| Some(&*path.site) == site);
    let Some((at, _)) = found else {
        return vec![definition.clone()];
    };
    let near = states.iter().filter(|(path, state)| {
        let is_it = path.site == at.site;
        let encloses = at.scope.pointer.starts_with(&format!("{}/", path.pointer));
        let beside = path.scope.pointer == at.scope.pointer;
        is_it || encloses || (beside && leads_to(state, &at.name))
    });
    near.map(|(_, state)| without_scopes(state)).collect()
}

/// Whether a state may be followed by the one with this name.
fn leads_to(state: &Value, name: &str) -> bool {
    match state {
        Value::Object(fields) => fields.iter().any(|(key, value)| match key.as_str() {
            "Next" | "Default" => value == name,
            "Catch" | "Choices" => leads_to(value, name),
            _ => false,
        }),
        Value::Array(items) => items.iter().any(|it| leads_to(it, name)),
        _ => false,
    }
}

fn without_scopes(state: &Value) -> Value {
    let mut state = state.clone();
    if let Some(fields) = state.as_object_mut() {
        fields.retain(|key, _| !SCOPE_FIELDS.contains(&key.as_str()));
    }
    state
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::around;

    #[test]
    fn a_state_is_seen_with_those_before_and_around_it() {
        let inner = json!({ "StartAt": "C", "States": {
            "C": { "Type": "Pass", "Next": "D" }, "D": { "Type": "Pass", "End": true },
        } });
        let definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Result": 1, "Next": "M" },
            "M": { "Type": "Map", "ItemProcessor": inner, "Next": "Z" },
            "Z": { "Type": "Succeed" },
        } });
        let seen = |site: &str| {
            let near = around(&definition, Some(site));
            near.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(seen("A"), r#"{"Type":"Pass","Result":1,"Next":"M"}"#);
        assert!(seen("M").contains("Result") && !seen("M").contains("ItemProcessor"));
        let whole = vec![definition.clone()];
        assert_eq!(around(&definition, None), whole);
        assert_eq!(around(&definition, Some("no")), whole);
        assert_eq!(seen("Z"), r#"{"Type":"Map","Next":"Z"} {"Type":"Succeed"}"#);
    }
}

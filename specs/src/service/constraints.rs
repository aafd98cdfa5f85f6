//! Parameters as the API's model wants them: of their types, there if they are required, and within
//! their limits. Everything that is wrong is said at once.

use serde_json::Value;

use super::{
    CallError,
    model::{self, Member, Shape, Text, Unit},
};

/// Checks the parameters of an operation; refuses an operation that there is not.
pub(super) fn check(operation: &str, body: &Value) -> Result<(), CallError> {
    let members = model::members(operation).ok_or_else(|| CallError::unknown(operation))?;
    let Value::Object(_) = body else {
        return Err(CallError::serialization(
            "Start of structure or map found where not expected.",
        ));
    };
    let mut wrong = Vec::new();
    check_members(members, body, "", &mut wrong)?;
    let (count, errors) = match wrong.len() {
        0 => return Ok(()),
        1 => (1, "error"),
        count => (count, "errors"),
    };
    Err(CallError::validation(format!(
        "{count} validation {errors} detected: {}",
        wrong.join("; ")
    )))
}

fn check_members(
    members: &[Member],
    value: &Value,
    at: &str,
    wrong: &mut Vec<String>,
) -> Result<(), CallError> {
    for member in members {
        let at = if at.is_empty() {
            member.name.to_owned()
        } else {
            format!("{at}.{}", member.name)
        };
        match value.get(member.name) {
            None | Some(Value::Null) if member.is_required => {
                wrong.push(said("null", &at, "not be null"));
            }
            None | Some(Value::Null) => {}
            Some(value) => check_shape(&member.shape, value, &at, wrong)?,
        }
    }
    Ok(())
}

fn check_shape(
    shape: &Shape,
    value: &Value,
    at: &str,
    wrong: &mut Vec<String>,
) -> Result<(), CallError> {
    match (shape, value) {
        (Shape::Text(text), Value::String(value)) => check_text(text, value, at, wrong),
        (Shape::Enum(words), Value::String(value)) => {
            if !words.contains(&value.as_str()) {
                let set = words.join(", ");
                let rule = format!("satisfy enum value set: [{set}]");
                wrong.push(said(&format!("'{value}'"), at, &rule));
            }
        }
        (Shape::Number { least, most }, Value::Number(number)) => {
            let value = number.as_f64().unwrap_or_default();
            let rule = if value > *most as f64 {
                format!("have value less than or equal to {most}")
            } else if value < *least as f64 {
                format!("have value greater than or equal to {least}")
            } else {
                return Ok(());
            };
            wrong.push(said(&format!("'{number}'"), at, &rule));
        }
        (Shape::Flag, Value::Bool(_)) => {}
        (Shape::List { least, most, item }, Value::Array(items)) => {
            if let Some(rule) = length(items.len(), *least, *most) {
                let shown: Vec<String> = items.iter().map(|value| shown(item, value)).collect();
                wrong.push(said(&format!("'[{}]'", shown.join(", ")), at, &rule));
            }
            for (number, value) in items.iter().enumerate() {
                // Items are counted from 1 (recorded).
                check_shape(item, value, &format!("{at}.{}.member", number + 1), wrong)?;
            }
        }
        (Shape::Structure { members, .. }, Value::Object(_)) => {
            check_members(members, value, at, wrong)?;
        }
        // The wordings are those of other services with this protocol.
        (Shape::Text(_) | Shape::Enum(_), Value::Number(_)) => {
            return Err(CallError::serialization(
                "NUMBER_VALUE cannot be converted to String",
            ));
        }
        (Shape::Number { .. }, Value::String(_)) => {
            return Err(CallError::serialization(
                "STRING_VALUE cannot be converted to Integer",
            ));
        }
        (_, Value::Array(_) | Value::Object(_)) => {
            return Err(CallError::serialization(
                "Start of structure or map found where not expected.",
            ));
        }
        _ => {
            return Err(CallError::serialization(
                "Unexpected token received from parser",
            ));
        }
    }
    Ok(())
}

fn check_text(text: &Text, value: &str, at: &str, wrong: &mut Vec<String>) {
    let size = match text.unit {
        Unit::Bytes => value.len(),
        Unit::Characters => value.chars().count(),
    };
    // What is sensitive is not repeated.
    let shown = if text.is_sensitive {
        String::new()
    } else {
        format!("'{value}'")
    };
    if let Some(rule) = length(size, text.least, text.most) {
        wrong.push(said(&shown, at, &rule));
    }
    if let Some(pattern) = text.pattern
        && !(pattern.fits)(value)
    {
        let rule = format!("satisfy regular expression pattern: {}", pattern.text);
        wrong.push(said(&shown, at, &rule));
    }
}

/// What a length violates; `None` if it is allowed.
fn length(length: usize, least: usize, most: usize) -> Option<String> {
    if length > most {
        Some(format!("have length less than or equal to {most}"))
    } else if length < least {
        Some(format!("have length greater than or equal to {least}"))
    } else {
        None
    }
}

fn said(value: &str, at: &str, rule: &str) -> String {
    let blank = if value.is_empty() { "" } else { " " };
    format!("Value{blank}{value} at '{at}' failed to satisfy constraint: Member must {rule}")
}

/// A value as AWS prints it: `Name(member=value, …)` (recorded).
fn shown(shape: &Shape, value: &Value) -> String {
    match (shape, value) {
        (Shape::Structure { name, members }, Value::Object(fields)) => {
            let members = members.iter().map(|member| {
                let value = fields.get(member.name).unwrap_or(&Value::Null);
                format!("{}={}", member.name, shown(&member.shape, value))
            });
            format!("{name}({})", members.collect::<Vec<_>>().join(", "))
        }
        (Shape::List { item, .. }, Value::Array(items)) => {
            let items = items.iter().map(|value| shown(item, value));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

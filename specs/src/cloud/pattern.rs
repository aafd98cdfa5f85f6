//! Event patterns (EventBridge User Guide, "Comparison operators for use in event patterns"), which filter
//! policies of topics are, too.

use std::cmp::Ordering;

use serde_json::{Map, Value};

/// A pattern that was found to be one.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Map<String, Value>);

impl Pattern {
    /// Reads a pattern; otherwise says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("Invalid JSON: {error}"))?;
        let Value::Object(fields) = value else {
            return Err("Filter is not an object".to_owned());
        };
        check_fields(&fields)?;
        Ok(Self(fields))
    }

    /// Whether a value has what the pattern asks for.
    pub fn matches(&self, value: &Value) -> bool {
        all_match(&self.0, Some(value))
    }
}

fn check_fields(fields: &Map<String, Value>) -> Result<(), String> {
    if fields.is_empty() {
        return Err("Empty objects are not allowed".to_owned());
    }
    for (name, value) in fields {
        match value {
            Value::Array(patterns) if name == "$or" => {
                for pattern in patterns {
                    let fields = pattern.as_object();
                    check_fields(fields.ok_or("\"$or\" must be a list of objects")?)?;
                }
            }
            Value::Array(rules) if rules.is_empty() => {
                return Err("Empty arrays are not allowed".to_owned());
            }
            Value::Array(rules) => rules.iter().try_for_each(check_rule)?,
            Value::Object(fields) => check_fields(fields)?,
            _ => return Err(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(())
}

fn check_rule(rule: &Value) -> Result<(), String> {
    let Value::Object(fields) = rule else {
        return match rule {
            Value::Array(_) => {
                Err("Match value must be String, number, true, false, or null".to_owned())
            }
            _ => Ok(()),
        };
    };
    let mut fields = fields.iter();
    let (Some((name, value)), None) = (fields.next(), fields.next()) else {
        return Err("Only one key allowed in match expression".to_owned());
    };
    let fits = match name.as_str() {
        "prefix" | "suffix" => value.is_string() || ignoring_case(value).is_some(),
        "equals-ignore-case" | "wildcard" => value.is_string(),
        "exists" => value.is_boolean(),
        "numeric" => ranges(value).is_some(),
        "anything-but" => match value {
            Value::Array(values) => !values.is_empty() && values.iter().all(is_plain),
            Value::Object(_) => return check_rule(value),
            value => is_plain(value),
        },
        _ => return Err(format!("Unrecognized match type {name}")),
    };
    fits.then_some(())
        .ok_or_else(|| format!("invalid value for the match type {name}"))
}

fn is_plain(value: &Value) -> bool {
    value.is_string() || value.is_number()
}

fn all_match(fields: &Map<String, Value>, value: Option<&Value>) -> bool {
    fields.iter().all(|(name, pattern)| {
        if name == "$or"
            && let Value::Array(patterns) = pattern
        {
            let mut patterns = patterns.iter().filter_map(Value::as_object);
            return patterns.any(|fields| all_match(fields, value));
        }
        let found = value.and_then(|value| value.get(name));
        match (pattern, found) {
            // A list fits if one of its elements does.
            (Value::Object(fields), Some(Value::Array(elements))) => elements
                .iter()
                .any(|element| all_match(fields, Some(element))),
            (Value::Object(fields), found) => all_match(fields, found),
            (Value::Array(rules), found) => rules.iter().any(|rule| fits(rule, found)),
            _ => false,
        }
    })
}

/// Whether what was found at a leaf, or nothing, fits one rule.
fn fits(rule: &Value, found: Option<&Value>) -> bool {
    if let Some(exists) = rule.get("exists").and_then(Value::as_bool) {
        // Only leaves exist.
        return found.is_some_and(|found| !found.is_object()) == exists;
    }
    match found {
        None => false,
        Some(Value::Array(elements)) => elements.iter().any(|element| fits_one(rule, element)),
        Some(value) => fits_one(rule, value),
    }
}

fn fits_one(rule: &Value, value: &Value) -> bool {
    let Some((name, wanted)) = rule.as_object().and_then(|fields| fields.iter().next()) else {
        return is_equal(rule, value);
    };
    let text = value.as_str();
    match name.as_str() {
        "prefix" => has_affix(wanted, text, |text, affix| text.starts_with(affix)),
        "suffix" => has_affix(wanted, text, |text, affix| text.ends_with(affix)),
        "equals-ignore-case" => {
            let wanted = wanted.as_str().unwrap_or_default().to_lowercase();
            text.is_some_and(|text| text.to_lowercase() == wanted)
        }
        "wildcard" => text.is_some_and(|text| is_like(wanted.as_str().unwrap_or_default(), text)),
        "numeric" => value.as_f64().is_some_and(|number| {
            let ranges = ranges(wanted).unwrap_or_default();
            ranges.iter().all(|(holds, limit)| holds(&number, limit))
        }),
        "anything-but" => match wanted {
            Value::Array(values) => !values.iter().any(|wanted| is_equal(wanted, value)),
            Value::Object(_) if wanted.get("equals-ignore-case").is_none() && text.is_none() => {
                false
            }
            Value::Object(_) => !fits_one(wanted, value),
            wanted => !is_equal(wanted, value),
        },
        _ => false,
    }
}

fn is_equal(wanted: &Value, value: &Value) -> bool {
    match (wanted.as_f64(), value.as_f64()) {
        (Some(wanted), Some(value)) => wanted.partial_cmp(&value) == Some(Ordering::Equal),
        _ => wanted == value,
    }
}

fn has_affix(wanted: &Value, text: Option<&str>, has: fn(&str, &str) -> bool) -> bool {
    text.is_some_and(|text| match ignoring_case(wanted) {
        Some(affix) => has(&text.to_lowercase(), &affix.to_lowercase()),
        None => wanted.as_str().is_some_and(|affix| has(text, affix)),
    })
}

fn ignoring_case(value: &Value) -> Option<&str> {
    value.get("equals-ignore-case")?.as_str()
}

/// Comparisons with a limit each: `[">", 0, "<=", 5]`.
type Ranges = Vec<(fn(&f64, &f64) -> bool, f64)>;

fn ranges(value: &Value) -> Option<Ranges> {
    let words = value.as_array().filter(|words| !words.is_empty())?;
    let pairs = words.chunks(2).map(|pair| {
        let [comparison, limit] = pair else {
            return None;
        };
        let holds: fn(&f64, &f64) -> bool = match comparison.as_str()? {
            "=" => f64::eq,
            "<" => f64::lt,
            "<=" => f64::le,
            ">" => f64::gt,
            ">=" => f64::ge,
            _ => return None,
        };
        Some((holds, limit.as_f64()?))
    });
    pairs.collect()
}

/// Whether a text is what a pattern says, in which `*` stands for any characters.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(place) = rest.find(part) else {
            return false;
        };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}

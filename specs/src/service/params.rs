//! The parameters of a call.

use serde_json::{Map, Value};

use super::CallError;

/// The body of a call.
pub(super) struct Params<'b>(&'b Map<String, Value>);

impl<'b> Params<'b> {
    pub fn new(body: &'b Value) -> Result<Self, CallError> {
        body.as_object().map(Self).ok_or_else(|| {
            CallError::new(
                "SerializationException",
                "the body of the request is no JSON object",
            )
        })
    }

    /// A required string.
    pub fn text(&self, name: &str) -> Result<&'b str, CallError> {
        self.maybe_text(name)
            .ok_or_else(|| CallError::missing(name))
    }

    /// An optional string.
    pub fn maybe_text(&self, name: &str) -> Option<&'b str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// `maxResults`, which is at most `most` (its model; recorded of lists: `Value '1001' at
    /// 'maxResults' failed to satisfy constraint: Member must have value less than or equal to
    /// 1000`); 0 if absent.
    pub fn page_size(&self, most: u64) -> Result<u64, CallError> {
        let name = "maxResults";
        let Some(Value::Number(number)) = self.0.get(name) else {
            return Ok(0);
        };
        let wrong = |relation: &str| Err(CallError::out_of_range(number, name, relation));
        match number.as_u64() {
            Some(size) if size > most => wrong(&format!("less than or equal to {most}")),
            Some(size) => Ok(size),
            None if number.as_i64().is_some() => wrong("greater than or equal to 0"),
            None => Ok(0),
        }
    }

    /// An optional boolean; false if absent.
    pub fn flag(&self, name: &str) -> bool {
        self.0
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }

    /// An optional structure.
    pub fn value(&self, name: &str) -> Option<&'b Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A list of strings; empty if absent.
    pub fn texts(&self, name: &str) -> Vec<&'b str> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// A list of tags; empty if absent.
    pub fn tags(&self, name: &str) -> Vec<(String, String)> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|tag| {
                let key = tag.get("key")?.as_str()?;
                let value = tag.get("value").and_then(Value::as_str).unwrap_or_default();
                Some((key.to_owned(), value.to_owned()))
            })
            .collect()
    }
}

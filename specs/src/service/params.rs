//! The parameters of a call, which the model has found to be of their types.

use serde_json::Value;

use super::CallError;

/// The body of a call.
pub(super) struct Params<'b>(&'b Value);

impl<'b> Params<'b> {
    pub fn new(body: &'b Value) -> Self {
        Self(body)
    }

    /// A required string.
    pub fn text(&self, name: &str) -> Result<&'b str, CallError> {
        self.maybe_text(name)
            .ok_or_else(|| CallError::missing(name))
    }

    /// An optional string.
    pub fn maybe_text(&self, name: &str) -> Option<&'b str> {
        self.value(name)?.as_str()
    }

    /// `maxResults`; 0 if absent, which stands for the usual number.
    pub fn page_size(&self) -> u64 {
        let size = self.value("maxResults").and_then(Value::as_u64);
        size.unwrap_or_default()
    }

    /// An optional boolean; false if absent.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }

    /// An optional value.
    pub fn value(&self, name: &str) -> Option<&'b Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A list; empty if absent.
    pub fn list(&self, name: &str) -> &'b [Value] {
        let list = self.value(name).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// Whether data is left out of the answer. Callers without the key to it ask for that.
    pub fn wants_metadata_only(&self) -> bool {
        self.maybe_text("includedData") == Some("METADATA_ONLY")
    }
}

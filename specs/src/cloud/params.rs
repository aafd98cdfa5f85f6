//! The parameters of a call.

use serde_json::{Map, Value};

use super::CloudError;

/// The parameters of a call, and what a service says if a required one is missing.
#[derive(Clone, Copy)]
pub(super) struct Params<'v> {
    value: &'v Value,
    missing: fn(&str) -> CloudError,
}

impl<'v> Params<'v> {
    pub fn new(value: &'v Value, missing: fn(&str) -> CloudError) -> Self {
        Self { value, missing }
    }

    /// An optional value.
    pub fn value(&self, name: &str) -> Option<&'v Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// A required value.
    pub fn required(&self, name: &str) -> Result<&'v Value, CloudError> {
        self.value(name).ok_or_else(|| (self.missing)(name))
    }

    /// A required string.
    pub fn text(&self, name: &str) -> Result<&'v str, CloudError> {
        self.maybe_text(name)?.ok_or_else(|| (self.missing)(name))
    }

    /// An optional string.
    pub fn maybe_text(&self, name: &str) -> Result<Option<&'v str>, CloudError> {
        self.typed(name, "a string", Value::as_str)
    }

    /// An optional whole number.
    pub fn number(&self, name: &str) -> Result<Option<i64>, CloudError> {
        self.typed(name, "a whole number", Value::as_i64)
    }

    /// An optional boolean; false if absent.
    pub fn flag(&self, name: &str) -> Result<bool, CloudError> {
        Ok(self
            .typed(name, "a boolean", Value::as_bool)?
            .unwrap_or_default())
    }

    /// A list; empty if absent.
    pub fn list(&self, name: &str) -> Result<&'v [Value], CloudError> {
        let list = self.typed(name, "a list", Value::as_array)?;
        Ok(list.map_or(&[], Vec::as_slice))
    }

    /// A list of strings; empty if absent.
    pub fn texts(&self, name: &str) -> Result<Vec<&'v str>, CloudError> {
        let texts = self.list(name)?.iter().map(Value::as_str);
        texts
            .collect::<Option<_>>()
            .ok_or_else(|| CloudError::serialization(name, "a list of strings"))
    }

    /// An optional map.
    pub fn map(&self, name: &str) -> Result<Option<&'v Map<String, Value>>, CloudError> {
        self.typed(name, "a map", Value::as_object)
    }

    /// The parameters in a member of a list.
    pub fn within(&self, value: &'v Value) -> Self {
        Self { value, ..*self }
    }

    fn typed<T>(
        &self,
        name: &str,
        kind: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
    ) -> Result<Option<T>, CloudError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let read = read(value).map(Some);
        read.ok_or_else(|| CloudError::serialization(name, kind))
    }
}

//! A definition that is encoded as JSON only when it is read.

use std::{
    fmt, mem,
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Machine;

/// A definition: JSON, or a machine that is encoded as JSON when the JSON is first read. Runs
/// within the process never read it, and encoding and decoding a machine costs more than running
/// it.
///
/// In all other respects it behaves like its JSON: it is compared, stored and changed as JSON.
#[derive(Clone, Default)]
pub struct Definition {
    /// The machine that the definition was made from; `None` if it was made from JSON.
    machine: Option<Arc<Machine>>,
    json: OnceLock<Value>,
}

impl Definition {
    /// The machine that it was made from; `None` if it was made from JSON or changed since.
    pub fn machine(&self) -> Option<&Arc<Machine>> {
        self.machine.as_ref()
    }
}

impl From<Value> for Definition {
    fn from(json: Value) -> Self {
        Self {
            machine: None,
            json: json.into(),
        }
    }
}

impl From<Arc<Machine>> for Definition {
    fn from(machine: Arc<Machine>) -> Self {
        Self {
            machine: Some(machine),
            json: OnceLock::new(),
        }
    }
}

impl From<Definition> for Value {
    fn from(definition: Definition) -> Self {
        let Definition { machine, json } = definition;
        let written = || machine.map(|machine| machine.to_value());
        json.into_inner().or_else(written).unwrap_or_default()
    }
}

impl Deref for Definition {
    type Target = Value;

    fn deref(&self) -> &Value {
        let written = || self.machine.as_deref().map(Machine::to_value);
        self.json.get_or_init(|| written().unwrap_or_default())
    }
}

/// Changing the JSON discards the machine.
impl DerefMut for Definition {
    fn deref_mut(&mut self) -> &mut Value {
        if self.machine.is_some() {
            *self = Value::from(mem::take(self)).into();
        }
        self.json.get_mut().expect("without a machine it is JSON")
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Definition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::{Definition, Machine};

    #[test]
    fn a_definition_is_its_json_until_that_is_changed() {
        let json = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
        let machine = Arc::new(Machine::from_value(&json).unwrap());
        let mut definition = Definition::from(machine.clone());
        assert_eq!(definition.machine(), Some(&machine));
        assert_eq!(definition, Definition::from(json.clone()));
        assert_eq!(serde_json::to_value(&definition).unwrap(), json);
        assert_eq!(Value::from(definition.clone()), json);
        definition["Comment"] = "changed".into();
        assert_eq!(definition.machine(), None);
        assert_eq!(definition["Comment"], "changed");
        assert_eq!(definition["States"], json["States"]);
    }
}

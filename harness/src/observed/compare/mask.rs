//! Compares recorded values, some of which are masked by placeholders.

use std::{cell::RefCell, collections::BTreeSet};

use serde_json::{Map, Value};
use stepproof_specs::base::{json, pointer::member};

use super::{
    Terms,
    names::{Names, fits},
};
use crate::judge::cause;

/// Where a recorded value and a seen one differ.
#[derive(Debug)]
pub(super) struct Parting {
    pub at: String,
    pub recorded: Option<Box<Value>>,
    pub seen: Option<Box<Value>>,
}

impl Parting {
    pub fn of(at: &str, recorded: &Value, seen: &Value) -> Self {
        Self {
            at: at.to_owned(),
            recorded: Some(Box::new(recorded.clone())),
            seen: Some(Box::new(seen.clone())),
        }
    }
}

/// The JSON pointers in a recording whose values are masked.
pub(super) struct Mask<'c> {
    pointers: Vec<&'c str>,
    terms: Terms,
    /// What numbered placeholders stand for, if that is compared.
    names: Option<RefCell<Names>>,
}

impl<'c> Mask<'c> {
    pub fn of(case: &'c Value, terms: Terms) -> Self {
        let pointers = case["masked"].as_array().into_iter().flatten();
        Self {
            pointers: pointers.filter_map(Value::as_str).collect(),
            terms,
            names: None,
        }
    }

    /// The same mask, whose numbered placeholders stand for one value each.
    #[must_use]
    pub fn naming(self) -> Self {
        Self {
            names: Some(RefCell::default()),
            ..self
        }
    }

    fn fits(&self, template: &str, text: &str) -> bool {
        match &self.names {
            Some(names) => names.borrow_mut().fits(template, text),
            None => fits(template, text),
        }
    }

    /// Compares a recorded value with a seen one, except where a placeholder masks it.
    pub fn same(&self, at: &str, recorded: &Value, seen: &Value) -> Result<(), Parting> {
        let parting = || Err(Parting::of(at, recorded, seen));
        if self.pointers.contains(&at) {
            return match (recorded.as_str(), seen.as_str()) {
                (Some(template), Some(text))
                    if template.contains('<') && !self.fits(template, text) =>
                {
                    parting()
                }
                _ => Ok(()),
            };
        }
        match (recorded, seen) {
            (Value::Object(recorded), Value::Object(seen)) => self.same_members(at, recorded, seen),
            (Value::Array(items), Value::Array(own)) if items.len() == own.len() => items
                .iter()
                .zip(own)
                .enumerate()
                .try_for_each(|(n, (item, own))| self.same(&format!("{at}/{n}"), item, own)),
            // A recording may contain the parsed JSON of a string.
            (Value::Object(_) | Value::Array(_), Value::String(text)) => {
                match serde_json::from_str::<Value>(text) {
                    Ok(seen) if !seen.is_string() => self.same(at, recorded, &seen),
                    _ => parting(),
                }
            }
            _ if json::equal(recorded, seen) => Ok(()),
            _ => parting(),
        }
    }

    fn same_members(
        &self,
        at: &str,
        recorded: &Map<String, Value>,
        seen: &Map<String, Value>,
    ) -> Result<(), Parting> {
        let keys: BTreeSet<&String> = recorded.keys().chain(seen.keys()).collect();
        for key in keys {
            if key == "Cause" && !self.judges_error_output(recorded) {
                continue;
            }
            let at = member(at, key);
            match (recorded.get(key), seen.get(key)) {
                (Some(recorded), Some(seen)) => self.same(&at, recorded, seen)?,
                (_, None) if self.pointers.contains(&&*at) => {}
                (recorded, seen) => {
                    return Err(Parting {
                        at,
                        recorded: recorded.cloned().map(Box::new),
                        seen: seen.cloned().map(Box::new),
                    });
                }
            }
        }
        Ok(())
    }

    /// Whether the cause in the details of an event is compared.
    pub fn judges_cause(&self, details: &Value) -> bool {
        let text = |key: &str| details[key].as_str();
        cause::judged(self.terms.cause, text("error"), text("cause"))
    }

    /// Whether the cause in an Error Output is compared.
    fn judges_error_output(&self, object: &Map<String, Value>) -> bool {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        object.len() != 2
            || text("Error").is_none()
            || cause::judged(self.terms.cause, text("Error"), text("Cause"))
    }
}

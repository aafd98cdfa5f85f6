//! What AWS's services answer, by operation. The messages are AWS's, as recorded for texts, numbers,
//! enumerations and what is required; those for other types are worded alike.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::Value;

/// The table, whose head says how it is read.
const TABLE: &str = include_str!("shapes.txt");

/// The members of operations and structures.
type Section = HashMap<&'static str, Vec<Member>>;

/// A member of an answer or of a structure.
#[derive(Debug)]
struct Member {
    name: &'static str,
    is_required: bool,
    kind: &'static str,
}

static SECTIONS: LazyLock<Vec<(&str, Section)>> = LazyLock::new(|| read(TABLE));

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Wrong {
    #[error("Required field '{0}' is missing")]
    Missing(&'static str),
    #[error("Field '{0}' must be {1}")]
    Type(&'static str, &'static str),
    #[error("Field '{0}' is not an expected value")]
    Value(&'static str),
}

/// The shape of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    section: &'static Section,
    members: &'static [Member],
}

/// The shape of what an operation of a service answers, both named as in a `Resource`; `None` if it is
/// not in the table.
pub(super) fn of(service: &str, operation: &str) -> Option<Shape> {
    let is_it = |names: &&str| {
        let sdk = service.strip_prefix("aws-sdk:");
        names.split_once(' ').is_some_and(|(optimised, other)| {
            sdk.map_or(service == optimised, |service| service == other)
        })
    };
    let (_, section) = SECTIONS.iter().find(|(names, _)| is_it(names))?;
    let members = section.get(operation)?;
    Some(Shape { section, members })
}

/// Reads the table: for each section its names, that of the optimised integration and that of the SDK.
fn read(text: &'static str) -> Vec<(&'static str, Section)> {
    let mut sections: Vec<(&str, Section)> = Vec::new();
    let mut shape = "";
    for line in text.lines().filter(|line| !line.starts_with(';')) {
        if let Some(names) = line.strip_prefix("# ") {
            sections.push((names, Section::new()));
            continue;
        }
        let mut words = line.split_whitespace();
        if !line.starts_with(' ') {
            shape = words.next().unwrap_or_default();
        }
        if let Some((_, section)) = sections.last_mut() {
            let members = section.entry(shape).or_default();
            members.extend(words.filter_map(Member::read));
        }
    }
    sections
}

impl Member {
    fn read(text: &'static str) -> Option<Self> {
        let (name, kind) = text.split_once(':')?;
        let required = name.strip_suffix('!');
        Some(Self {
            name: required.unwrap_or(name),
            is_required: required.is_some(),
            kind,
        })
    }
}

impl Shape {
    /// Checks the members that are there, and with `all` that the required ones are. Members that are
    /// not in the table are no mistake (recorded).
    pub fn check(self, value: &Value, all: bool) -> Result<(), Wrong> {
        let there = |name: &str| value.get(name).filter(|it| !it.is_null());
        for member in self.members {
            if all && member.is_required && there(member.name).is_none() {
                return Err(Wrong::Missing(member.name));
            }
        }
        self.members.iter().try_for_each(|member| {
            let value = there(member.name);
            value.map_or(Ok(()), |value| {
                self.check_member(member.name, member.kind, value, all)
            })
        })
    }

    /// Checks a value of the member, or one inside it.
    fn check_member(
        self,
        name: &'static str,
        kind: &'static str,
        value: &Value,
        all: bool,
    ) -> Result<(), Wrong> {
        let wrong = |expected| Err(Wrong::Type(name, expected));
        let inner = || kind.get(1..kind.len() - 1).unwrap_or_default();
        match (kind.as_bytes().first(), value) {
            (Some(b'n'), value) if !value.is_number() => wrong("a number"),
            (Some(b'b'), value) if !value.is_boolean() => wrong("a boolean"),
            (Some(b's'), Value::String(text)) => match kind.strip_prefix("s=") {
                Some(words) if !words.split('|').any(|word| word == text) => {
                    Err(Wrong::Value(name))
                }
                _ => Ok(()),
            },
            (Some(b's'), _) => wrong("a string"),
            (Some(b'['), Value::Array(items)) => items
                .iter()
                .try_for_each(|item| self.check_member(name, inner(), item, all)),
            (Some(b'['), _) => wrong("an array"),
            (Some(b'{'), Value::Object(fields)) => fields
                .values()
                .try_for_each(|field| self.check_member(name, inner(), field, all)),
            (Some(b'@'), Value::Object(_)) => {
                let members = self.section.get(kind).map_or(&[][..], Vec::as_slice);
                Self { members, ..self }.check(value, all)
            }
            (Some(b'{' | b'@'), _) => wrong("an object"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SECTIONS, Wrong, of};

    #[test]
    fn every_structure_that_the_table_names_is_in_it() {
        let mut named = 0;
        for (names, section) in SECTIONS.iter() {
            assert_eq!(names.split(' ').count(), 2, "{names}");
            for member in section.values().flatten() {
                let kind = member.kind.trim_start_matches(['[', '{']);
                let kind = kind.trim_end_matches([']', '}']);
                assert!("snb*@".contains(&kind[..1]), "{member:?}");
                if kind.starts_with('@') {
                    assert!(section.contains_key(kind), "{member:?}");
                    named += 1;
                }
            }
        }
        assert!(named > 20, "{named}");
    }

    #[test]
    fn answers_are_held_against_the_model() {
        let missing = Err(Wrong::Missing("StartDate"));
        let wrong = |name, expected| Err(Wrong::Type(name, expected));
        for (service, operation, value, all, expected) in [
            (
                "states",
                "startExecution",
                json!({"ExecutionArn": "a"}),
                true,
                missing,
            ),
            (
                "states",
                "startExecution",
                json!({"ExecutionArn": "a"}),
                false,
                Ok(()),
            ),
            (
                "aws-sdk:sfn",
                "startExecution",
                json!({"Other": 1}),
                false,
                Ok(()),
            ),
            (
                "lambda",
                "invoke",
                json!({"Payload": [1], "StatusCode": null}),
                true,
                Ok(()),
            ),
            (
                "lambda",
                "invoke",
                json!({"StatusCode": true}),
                true,
                wrong("StatusCode", "a number"),
            ),
            (
                "dynamodb",
                "getItem",
                json!({"Item": {"id": {"S": 1}}}),
                true,
                wrong("S", "a string"),
            ),
            (
                "dynamodb",
                "getItem",
                json!({"Item": {"id": {"L": [{"M": {}}]}}}),
                true,
                Ok(()),
            ),
            (
                "dynamodb",
                "getItem",
                json!({"Item": []}),
                true,
                wrong("Item", "an object"),
            ),
            (
                "events",
                "putEvents",
                json!({"Entries": {}}),
                true,
                wrong("Entries", "an array"),
            ),
            (
                "aws-sdk:s3",
                "getObject",
                json!({"StorageClass": "GLACIER"}),
                true,
                Ok(()),
            ),
            (
                "aws-sdk:s3",
                "getObject",
                json!({"StorageClass": "?"}),
                true,
                Err(Wrong::Value("StorageClass")),
            ),
            (
                "aws-sdk:s3",
                "getObject",
                json!({"DeleteMarker": "no"}),
                true,
                wrong("DeleteMarker", "a boolean"),
            ),
        ] {
            let shape = of(service, operation).expect("a shape");
            assert_eq!(shape.check(&value, all), expected, "{service} {value}");
        }
        assert!(of("s3", "nothing").is_none());
        assert!(of("sfn", "startExecution").is_none());
    }
}

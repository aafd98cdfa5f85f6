//! Updates (Developer Guide, "Using update expressions in DynamoDB").

use std::{borrow::Cow, sync::Arc};

use super::{
    attribute::{Attribute, Item, check_depth},
    decimal::{Decimal, NoNumber},
    expression::{Parser, check_disjoint},
    path::{LeadsNowhere, Path},
    table::{LARGEST_ITEM, check_size},
};
use crate::cloud::CloudError;

/// How deeply values are nested at most.
const DEEPEST: usize = 300;
/// What is said of an update after which the item is too large.
const TOO_LARGE: &str = "Item size to update has exceeded the maximum allowed size";

/// What is done to an item, all at once: every value is computed from the item as it was.
#[derive(Debug, Default)]
pub(super) struct Update {
    sets: Vec<(Path, Computed)>,
    removes: Vec<Path>,
    adds: Vec<(Path, Arc<Attribute>)>,
    deletes: Vec<(Path, Arc<Attribute>)>,
}

/// A value to be computed.
#[derive(Debug)]
enum Computed {
    Value(Arc<Attribute>),
    Path(Path),
    IfNotExists(Path, Box<Self>),
    ListAppend(Box<Self>, Box<Self>),
    Plus(Box<Self>, Box<Self>),
    Minus(Box<Self>, Box<Self>),
}

impl Update {
    pub fn read(mut parser: Parser<'_>) -> Result<Self, CloudError> {
        let mut update = Self::default();
        let mut sections = Vec::new();
        while parser.peek().is_some() {
            let known = ["SET", "REMOVE", "ADD", "DELETE"];
            let section = known.into_iter().find(|word| parser.takes_word(word));
            let section = section.ok_or_else(|| parser.syntax())?;
            if sections.contains(&section) {
                return Err(parser.invalid(format!(
                    "The \"{section}\" section can only be used once in an update expression;"
                )));
            }
            sections.push(section);
            loop {
                update.read_action(&mut parser, section)?;
                if !parser.takes(",") {
                    break;
                }
            }
        }
        let paths: Vec<Path> = update.paths().cloned().collect();
        check_disjoint(&parser, &paths)?;
        Ok(update)
    }

    fn read_action(&mut self, parser: &mut Parser<'_>, section: &str) -> Result<(), CloudError> {
        let path = parser.path()?;
        match section {
            "SET" => {
                parser.expect("=")?;
                self.sets.push((path, computed(parser, 0)?));
            }
            "REMOVE" => self.removes.push(path),
            _ => {
                let value = parser.value()?.ok_or_else(|| parser.syntax())?;
                let is_set = matches!(*value, Attribute::Set(_));
                let is_addable = section == "ADD" && matches!(*value, Attribute::N(_));
                if !is_set && !is_addable {
                    return Err(parser.invalid(format!(
                        "Incorrect operand type for operator or function; operator: {section}, operand type: \
                         {}, typeset: ALLOWED_FOR_{section}_OPERAND",
                        value.long_kind()
                    )));
                }
                let actions = if section == "ADD" {
                    &mut self.adds
                } else {
                    &mut self.deletes
                };
                actions.push((path, value));
            }
        }
        Ok(())
    }

    /// The paths that are updated.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let sets = self.sets.iter().map(|(path, _)| path);
        let others = self.adds.iter().chain(&self.deletes).map(|(path, _)| path);
        sets.chain(&self.removes).chain(others)
    }

    /// The item after the update, if it is not too large nor nested too deeply.
    pub fn apply(&self, before: &Item) -> Result<Item, CloudError> {
        let mut after = before.clone();
        // No path leads through another: whatever is put stays there, and counts.
        let mut bytes = 0;
        let mut room_for = |value: &Attribute| {
            bytes += value.size();
            check_bytes(bytes)
        };
        // What is appended to a list is appended in the order of its indices.
        let mut sets: Vec<_> = self.sets.iter().collect();
        sets.sort_unstable_by_key(|(path, _)| path);
        for (path, computed) in sets {
            let value = computed.value(before)?;
            room_for(&value)?;
            path.put(&mut after, value.into_owned())?;
        }
        for (path, value) in &self.adds {
            let sum = match path.get(before) {
                None => Cow::Borrowed(&**value),
                Some(old) => Cow::Owned(added(old, value)?),
            };
            room_for(&sum)?;
            path.put(&mut after, sum.into_owned())?;
        }
        for (path, value) in &self.deletes {
            match path
                .get(before)
                .map(|old| deleted(old, value))
                .transpose()?
            {
                None => {}
                Some(Some(rest)) => path.put(&mut after, rest)?,
                Some(None) => path.remove(&mut after)?,
            }
        }
        // From the end of lists, so that indices are those before the update.
        let mut removes: Vec<_> = self.removes.iter().collect();
        removes.sort_unstable_by(|one, two| two.cmp(one));
        for path in removes {
            path.remove(&mut after)?;
        }
        check_depth(&after)?;
        check_size(&after, TOO_LARGE)?;
        Ok(after)
    }
}

fn computed(parser: &mut Parser<'_>, depth: usize) -> Result<Computed, CloudError> {
    let one = operand(parser, depth)?;
    if parser.takes("+") {
        return Ok(Computed::Plus(one.into(), operand(parser, depth)?.into()));
    }
    if parser.takes("-") {
        return Ok(Computed::Minus(one.into(), operand(parser, depth)?.into()));
    }
    Ok(one)
}

fn operand(parser: &mut Parser<'_>, depth: usize) -> Result<Computed, CloudError> {
    if depth > DEEPEST {
        return Err(parser.invalid("The expression contains too many operators"));
    }
    let depth = depth + 1;
    if parser.takes("(") {
        let computed = computed(parser, depth)?;
        parser.expect(")")?;
        return Ok(computed);
    }
    if let Some(value) = parser.value()? {
        return Ok(Computed::Value(value));
    }
    let Some(function) = parser.function() else {
        return Ok(Computed::Path(parser.path()?));
    };
    let computed = match function {
        "if_not_exists" => {
            let path = parser.path()?;
            parser.expect(",")?;
            Computed::IfNotExists(path, operand(parser, depth)?.into())
        }
        "list_append" => {
            let one = operand(parser, depth)?;
            parser.expect(",")?;
            let two = operand(parser, depth)?;
            for operand in [&one, &two] {
                if let Computed::Value(value) = operand
                    && !matches!(**value, Attribute::L(_))
                {
                    return Err(parser.wrong_operand(function, value));
                }
            }
            Computed::ListAppend(one.into(), two.into())
        }
        other => {
            return Err(parser.invalid(format!("Invalid function name; function: {other}")));
        }
    };
    parser.expect(")")?;
    Ok(computed)
}

impl Computed {
    /// The value, which is only copied where it is changed.
    fn value<'i>(&'i self, item: &'i Item) -> Result<Cow<'i, Attribute>, CloudError> {
        let number = |computed: &'i Self| match *computed.value(item)? {
            Attribute::N(number) => Ok(number),
            _ => Err(wrong_type()),
        };
        let elements = |list: Cow<'i, Attribute>| match list.into_owned() {
            Attribute::L(elements) => Ok(elements),
            _ => Err(wrong_type()),
        };
        let stored = |sum: Result<Decimal, NoNumber>| {
            let sum = sum.map_err(|error| CloudError::validation(error.to_string()))?;
            Ok(Cow::Owned(Attribute::N(sum)))
        };
        match self {
            Self::Value(value) => Ok(Cow::Borrowed(value)),
            Self::Path(path) => path.get(item).map(Cow::Borrowed).ok_or_else(|| {
                CloudError::validation(
                    "The provided expression refers to an attribute that does not exist in the item",
                )
            }),
            Self::IfNotExists(path, otherwise) => match path.get(item) {
                Some(value) => Ok(Cow::Borrowed(value)),
                None => otherwise.value(item),
            },
            Self::ListAppend(one, two) => {
                let (one, two) = (one.value(item)?, two.value(item)?);
                // What is appended is part of what is put.
                check_bytes(one.size().max(two.size()))?;
                let mut all = elements(one)?;
                all.extend(elements(two)?);
                let all = Attribute::L(all);
                check_bytes(all.size())?;
                Ok(Cow::Owned(all))
            }
            Self::Plus(one, two) => stored(number(one)?.plus(number(two)?)),
            Self::Minus(one, two) => stored(number(one)?.minus(number(two)?)),
        }
    }
}

/// A number plus another, or a set with the elements of another.
fn added(old: &Attribute, value: &Attribute) -> Result<Attribute, CloudError> {
    Ok(match (old, value) {
        (Attribute::N(old), Attribute::N(value)) => {
            let sum = old.plus(*value);
            Attribute::N(sum.map_err(|error| CloudError::validation(error.to_string()))?)
        }
        (Attribute::Set(one), Attribute::Set(two)) if old.kind() == value.kind() => {
            Attribute::Set(one | two)
        }
        _ => return Err(wrong_type()),
    })
}

/// A set without the elements of another; `None` if none is left.
fn deleted(old: &Attribute, value: &Attribute) -> Result<Option<Attribute>, CloudError> {
    match (old, value) {
        (Attribute::Set(one), Attribute::Set(two)) if old.kind() == value.kind() => {
            let rest = one - two;
            Ok(Some(rest)
                .filter(|rest| !rest.is_empty())
                .map(Attribute::Set))
        }
        _ => Err(wrong_type()),
    }
}

/// Refuses so many bytes in an item.
fn check_bytes(bytes: usize) -> Result<(), CloudError> {
    if bytes > LARGEST_ITEM {
        return Err(CloudError::validation(TOO_LARGE));
    }
    Ok(())
}

fn wrong_type() -> CloudError {
    CloudError::validation("An operand in the update expression has an incorrect data type")
}

impl From<LeadsNowhere> for CloudError {
    fn from(_: LeadsNowhere) -> Self {
        Self::validation(
            "The document path provided in the update expression is invalid for update",
        )
    }
}

//! Document paths (Developer Guide, "Referring to item attributes").

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::attribute::{Attribute, Item};

/// A path into an item: a name, and then names and indices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub name: Arc<str>,
    pub steps: Vec<Step>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Name(Arc<str>),
    Index(usize),
}

/// Nothing can be put at a path: what it leads through is not there, or of another type.
#[derive(Debug)]
pub(super) struct LeadsNowhere;

impl Path {
    /// What is at the path.
    pub fn get<'i>(&self, item: &'i Item) -> Option<&'i Attribute> {
        let first = item.get(&*self.name)?;
        self.steps
            .iter()
            .try_fold(first, |value, step| step.of(value))
    }

    /// Puts a value at the path. An index after the end of a list appends to it.
    pub fn put(&self, item: &mut Item, value: Attribute) -> Result<(), LeadsNowhere> {
        let Some((last, steps)) = self.steps.split_last() else {
            item.insert(self.name.to_string(), value);
            return Ok(());
        };
        match (self.holder(item, steps)?, last) {
            (Attribute::M(members), Step::Name(name)) => {
                members.insert(name.to_string(), value);
            }
            (Attribute::L(elements), Step::Index(index)) => match elements.get_mut(*index) {
                Some(element) => *element = value,
                None => elements.push(value),
            },
            _ => return Err(LeadsNowhere),
        }
        Ok(())
    }

    /// Removes what is at the path, if it is there.
    pub fn remove(&self, item: &mut Item) -> Result<(), LeadsNowhere> {
        let Some((last, steps)) = self.steps.split_last() else {
            item.remove(&*self.name);
            return Ok(());
        };
        match (self.holder(item, steps)?, last) {
            (Attribute::M(members), Step::Name(name)) => {
                members.remove(&**name);
            }
            (Attribute::L(elements), Step::Index(index)) => {
                if *index < elements.len() {
                    elements.remove(*index);
                }
            }
            _ => return Err(LeadsNowhere),
        }
        Ok(())
    }

    /// Whether one of two paths leads through the other's end.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.name == other.name
            && self
                .steps
                .iter()
                .zip(&other.steps)
                .all(|(one, two)| one == two)
    }

    /// Whether the same value would have to be a map and a list.
    pub fn conflicts(&self, other: &Self) -> bool {
        let mut differing = self
            .steps
            .iter()
            .zip(&other.steps)
            .skip_while(|(one, two)| one == two);
        self.name == other.name
            && matches!(
                differing.next(),
                Some((Step::Name(_), Step::Index(_)) | (Step::Index(_), Step::Name(_)))
            )
    }

    /// What holds the value at the end of the path.
    fn holder<'i>(
        &self,
        item: &'i mut Item,
        steps: &[Step],
    ) -> Result<&'i mut Attribute, LeadsNowhere> {
        let first = item.get_mut(&*self.name).ok_or(LeadsNowhere)?;
        let found = steps
            .iter()
            .try_fold(first, |value, step| match (value, step) {
                (Attribute::M(members), Step::Name(name)) => members.get_mut(&**name),
                (Attribute::L(elements), Step::Index(index)) => elements.get_mut(*index),
                _ => None,
            });
        found.ok_or(LeadsNowhere)
    }
}

impl Step {
    /// What it leads to from a value.
    fn of<'i>(&self, value: &'i Attribute) -> Option<&'i Attribute> {
        match (value, self) {
            (Attribute::M(members), Self::Name(name)) => members.get(&**name),
            (Attribute::L(elements), Self::Index(index)) => elements.get(*index),
            _ => None,
        }
    }
}

/// What is at these paths of an item, with as much around it as is needed. Elements of a list keep their
/// order, not their places; what several paths find in one element stays in one.
pub(super) fn picked<'p>(item: &Item, paths: impl Iterator<Item = &'p Path>) -> Item {
    let mut by_name: BTreeMap<&str, Vec<&[Step]>> = BTreeMap::new();
    for path in paths {
        by_name.entry(&path.name).or_default().push(&path.steps);
    }
    let found = by_name.into_iter().filter_map(|(name, paths)| {
        let value = picked_within(item.get(name)?, &paths)?;
        Some((name.to_owned(), value))
    });
    found.collect()
}

/// The same within a value; `None` if nothing is at any of the paths.
fn picked_within(value: &Attribute, paths: &[&[Step]]) -> Option<Attribute> {
    // Indices are in order as keys, so that elements are.
    let mut by_step: BTreeMap<&Step, Vec<&[Step]>> = BTreeMap::new();
    for path in paths {
        match path.split_first() {
            None => return Some(value.clone()),
            Some((step, rest)) => by_step.entry(step).or_default().push(rest),
        }
    }
    let found = by_step.into_iter().filter_map(|(step, rest)| {
        let within = picked_within(step.of(value)?, &rest)?;
        Some((step, within))
    });
    let mut found = found.peekable();
    found.peek()?;
    Some(match value {
        Attribute::L(_) => Attribute::L(found.map(|(_, element)| element).collect()),
        _ => Attribute::M(
            found
                .filter_map(|(step, member)| match step {
                    Step::Name(name) => Some((name.to_string(), member)),
                    Step::Index(_) => None,
                })
                .collect(),
        ),
    })
}

/// As messages tell it: `[a, b, [1]]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}", self.name)?;
        for step in &self.steps {
            match step {
                Step::Name(name) => write!(f, ", {name}")?,
                Step::Index(index) => write!(f, ", [{index}]")?,
            }
        }
        write!(f, "]")
    }
}

//! Document paths (Developer Guide, "Referring to item attributes").

use std::fmt;

use super::attribute::{Attribute, Item};

/// A path into an item: a name, and then names and indices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub name: String,
    pub steps: Vec<Step>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// Nothing can be put at a path: what it leads through is not there, or of another type.
#[derive(Debug)]
pub(super) struct LeadsNowhere;

impl Path {
    /// What is at the path.
    pub fn get<'i>(&self, item: &'i Item) -> Option<&'i Attribute> {
        let first = item.get(&self.name)?;
        self.steps
            .iter()
            .try_fold(first, |value, step| match (value, step) {
                (Attribute::M(members), Step::Name(name)) => members.get(name),
                (Attribute::L(elements), Step::Index(index)) => elements.get(*index),
                _ => None,
            })
    }

    /// Puts a value at the path. An index after the end of a list appends to it.
    pub fn put(&self, item: &mut Item, value: Attribute) -> Result<(), LeadsNowhere> {
        let Some((last, steps)) = self.steps.split_last() else {
            item.insert(self.name.clone(), value);
            return Ok(());
        };
        match (self.holder(item, steps)?, last) {
            (Attribute::M(members), Step::Name(name)) => {
                members.insert(name.clone(), value);
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
            item.remove(&self.name);
            return Ok(());
        };
        match (self.holder(item, steps)?, last) {
            (Attribute::M(members), Step::Name(name)) => {
                members.remove(name);
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

    /// Copies what is at the path into another item, with as much around it as is needed.
    pub fn copy(&self, from: &Item, to: &mut Item) {
        let Some(value) = self.get(from) else {
            return;
        };
        let Some((last, steps)) = self.steps.split_last() else {
            to.insert(self.name.clone(), value.clone());
            return;
        };
        // Elements of lists keep their order, not their places.
        let empty = |step: &Step| match step {
            Step::Name(_) => Attribute::M(Item::new()),
            Step::Index(_) => Attribute::L(Vec::new()),
        };
        let first = self.steps.first().unwrap_or(last);
        let mut holder = to.entry(self.name.clone()).or_insert_with(|| empty(first));
        for (place, step) in steps.iter().enumerate() {
            let next = self.steps.get(place + 1).unwrap_or(last);
            let held = match (holder, step) {
                (Attribute::M(members), Step::Name(name)) => {
                    Some(members.entry(name.clone()).or_insert_with(|| empty(next)))
                }
                (Attribute::L(elements), Step::Index(_)) => {
                    elements.push(empty(next));
                    elements.last_mut()
                }
                _ => None,
            };
            let Some(held) = held else {
                return;
            };
            holder = held;
        }
        match (holder, last) {
            (Attribute::M(members), Step::Name(name)) => {
                members.insert(name.clone(), value.clone());
            }
            (Attribute::L(elements), Step::Index(_)) => elements.push(value.clone()),
            _ => {}
        }
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
        let first = item.get_mut(&self.name).ok_or(LeadsNowhere)?;
        let found = steps
            .iter()
            .try_fold(first, |value, step| match (value, step) {
                (Attribute::M(members), Step::Name(name)) => members.get_mut(name),
                (Attribute::L(elements), Step::Index(index)) => elements.get_mut(*index),
                _ => None,
            });
        found.ok_or(LeadsNowhere)
    }
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

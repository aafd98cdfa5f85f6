//! JSONPath in Step Functions: paths, reference paths, and paths into the context object or a
//! variable.
//!
//! What is known of AWS points to Jayway 2.0.0 over Jackson's tree model: its messages, its
//! escapes, no path functions, `[(@.length-1)]`. So this module reproduces that version, including
//! the invalid paths that its parser accepts; `generators/tests/jayway.rs` compares the two. Where
//! a later Jayway differs and AWS was not observed, evaluation marks an assumed clause
//! (`data.path.*`).
//!
//! * `parse` — from strings to steps
//! * [`filter`] — the expressions in `[?(…)]`
//! * `evaluate` — from steps to values
//! * `compare` — the operators of filters
//! * `java` — values and numbers as Java prints and compares them

pub mod filter;

mod compare;
mod error;
mod evaluate;
mod java;
mod parse;
mod print;

#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;
use smallvec::SmallVec;

pub use self::{
    error::{PathError, PutError, SyntaxError},
    filter::Filter,
};
use crate::{base::meter::Meter, clause::Clause};

/// How much memory the values that one path selects may take: several times as much as anything
/// that a state may pass on.
pub const LARGEST: usize = 16 << 20;
/// How deep a path may put a value.
pub const DEEPEST: usize = 256;
/// How many steps a path may have that can lead to several values.
const MOST_STEPS: usize = 1_000;
/// How much work a path is that is evaluated by itself.
const WORK: u64 = 10_000_000;

/// A path, parsed once, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    /// Printed on first use, unless the path was parsed.
    text: OnceLock<String>,
    root: Root,
    steps: Steps,
}

impl Parsed {
    fn text(&self) -> &str {
        self.text
            .get_or_init(|| print::path(&self.root, &self.steps))
    }
}

impl PartialEq for Parsed {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root && self.steps == other.steps && self.text() == other.text()
    }
}

impl Eq for Parsed {}

/// The steps of a path: few.
pub type Steps = SmallVec<[Step; 4]>;

/// What a path starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `$`: the state's data.
    Data,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(Arc<str>),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name` or `['name']`.
    Name(Arc<str>),
    /// `['a', 'b']`: an object of these members, as far as they exist.
    Names(Arc<[Arc<str>]>),
    /// `[n]`. A negative index is outside every array.
    Index(i32),
    /// `[(@.length-n)]`: an index counted from the end; the number is added to the length.
    FromEnd(i32),
    /// `[0, 2]`.
    Indexes(Arc<[i32]>),
    /// `[from:to]`.
    Slice(Option<i32>, Option<i32>),
    /// `.*` or `[*]`.
    Wildcard,
    /// `..`: every nested value; the next step is applied to each.
    Scan,
    /// `[?(…)]`.
    Filter(Arc<Filter>),
}

impl Step {
    /// Whether it leads to a single value.
    pub fn is_definite(&self) -> bool {
        matches!(
            self,
            Self::Name(_) | Self::Names(_) | Self::Index(_) | Self::FromEnd(_)
        )
    }
}

impl Path {
    /// Parses a path.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let error = |(offset, reason)| SyntaxError {
            text: text.to_owned(),
            offset,
            reason,
        };
        let after = text
            .strip_prefix('$')
            .ok_or_else(|| error((0, "a path starts with '$'")))?;
        let (root, rest) = if let Some(rest) = after.strip_prefix('$') {
            (Root::Context, rest)
        } else {
            let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            match after.split_at(end.unwrap_or(after.len())) {
                ("", rest) => (Root::Data, rest),
                (name, rest) => (Root::Variable(name.into()), rest),
            }
        };
        let start = text.len() - rest.len();
        let steps = parse::steps(rest).map_err(|(at, reason)| error((start + at, reason)))?;
        Ok(Self::parsed(text.to_owned().into(), root, steps))
    }

    /// The path `$`.
    pub fn data() -> Self {
        Self::new(Root::Data, [])
    }

    /// The path from `root` through these steps; its text is the shortest form. Steps that cannot be
    /// written (a name with a quote or a bracket, a `..` at the end) give a text that is not a
    /// path, or is another path.
    pub fn new(root: Root, steps: impl IntoIterator<Item = Step>) -> Self {
        Self::parsed(OnceLock::new(), root, steps.into_iter().collect())
    }

    fn parsed(text: OnceLock<String>, root: Root, steps: Steps) -> Self {
        Self(Arc::new(Parsed { text, root, steps }))
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// The root that it starts from.
    pub fn root(&self) -> &Root {
        &self.0.root
    }

    /// The steps after the root.
    pub fn steps(&self) -> &[Step] {
        &self.0.steps
    }

    /// Whether it leads to a single value. Other paths return an array of all matches.
    pub fn is_definite(&self) -> bool {
        self.0.steps.iter().all(Step::is_definite)
    }

    /// The name that is its last step, if the path ends in one.
    pub fn last_name(&self) -> Option<&str> {
        match self.0.steps.last()? {
            Step::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it leads to a single value, and ends in an index that counts from the start.
    pub fn ends_in_index(&self) -> bool {
        let last = self.0.steps.last();
        self.is_definite() && matches!(last, Some(Step::Index(index)) if *index >= 0)
    }

    /// Whether it is `$`.
    pub fn is_data_root(&self) -> bool {
        self.0.root == Root::Data && self.0.steps.is_empty()
    }

    /// Whether it is a reference path: names and indexes only, no function (specification,
    /// "Reference Paths"; Developer Guide, "Using JSONPath paths").
    pub fn is_reference(&self) -> bool {
        self.0.steps.iter().all(|step| match step {
            Step::Name(name) => {
                !evaluate::is_call(name) || self.text().contains(&format!("['{name}']"))
            }
            Step::Index(index) => *index >= 0,
            _ => false,
        })
    }

    /// Whether it can lead to several values by its form alone. A filter can, too, but is not counted.
    pub fn selects_several(&self) -> bool {
        self.0.steps.iter().any(|step| {
            matches!(
                step,
                Step::Names(_) | Step::Indexes(_) | Step::Slice(..) | Step::Wildcard | Step::Scan
            )
        })
    }

    /// Whether every name that is more than letters, digits and `_` stands in brackets (Developer
    /// Guide, "Intrinsic functions").
    pub fn brackets_odd_names(&self) -> bool {
        let is_odd = |name: &str| !name.chars().all(|c| c.is_alphanumeric() || c == '_');
        self.0.steps.iter().all(|step| match step {
            Step::Name(name) => !is_odd(name) || self.text().contains(&format!("['{name}']")),
            _ => true,
        })
    }

    /// The value at this path below `root` (the value that [`Path::root`] stands for).
    pub fn find<'v>(&self, root: &'v Value) -> Result<Cow<'v, Value>, PathError> {
        self.find_marking(root, &|_| ())
    }

    /// Like [`Path::find`]; calls `mark` with the clause of every rule that affected the result.
    pub fn find_marking<'v>(
        &self,
        root: &'v Value,
        mark: &dyn Fn(Clause),
    ) -> Result<Cow<'v, Value>, PathError> {
        self.find_metered(root, mark, &Meter::new(WORK))
    }

    /// Like [`Path::find_marking`], with the work that is left for it.
    pub fn find_metered<'v>(
        &self,
        root: &'v Value,
        mark: &dyn Fn(Clause),
        meter: &Meter,
    ) -> Result<Cow<'v, Value>, PathError> {
        match plainly(&self.0.steps, root) {
            Some(value) => Ok(Cow::Borrowed(value)),
            None if self.0.steps.len() > MOST_STEPS && !self.is_definite() => Err(PathError::Spent),
            None => evaluate::find(&self.0.steps, root, mark, meter),
        }
    }

    /// The value at this path, if the path starts with these names, which lead to `below`, and
    /// continues with names and indexes that all exist.
    pub(crate) fn find_below<'v>(&self, names: &[&str], below: &'v Value) -> Option<&'v Value> {
        let (first, rest) = self.0.steps.split_at_checked(names.len())?;
        let same = |(step, name): (&Step, &&str)| matches!(step, Step::Name(it) if **it == **name);
        let begins = first.iter().zip(names).all(same);
        begins.then(|| plainly(rest, below))?
    }

    /// Whether [`Path::put`] can put a value below `root`.
    pub fn check_put(&self, root: &Value) -> Result<(), PutError> {
        let steps = &self.0.steps;
        match goes_through(steps, root) {
            false => Err(PutError::Conflict),
            true if steps.len() > DEEPEST => Err(PutError::TooDeep),
            true => Ok(()),
        }
    }

    /// Puts `value` at this reference path below `root`, creating objects on the way (clause
    /// `result-path.creates`). `Err` gives back nothing: some step meets a value that is not an
    /// object, or an array without that index (clause `result-path.conflict`); or the value would
    /// be so deep that nothing can look at it.
    pub fn put(&self, root: &mut Value, value: Value) -> Result<(), PutError> {
        self.check_put(root)?;
        let mut place = root;
        for step in &self.0.steps {
            place = match (step, place) {
                (Step::Name(name), Value::Object(object)) => object
                    .entry(&**name)
                    .or_insert_with(|| Value::Object(serde_json::Map::new())),
                (Step::Index(index), Value::Array(array)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| array.get_mut(index))
                    .ok_or(PutError::Conflict)?,
                _ => return Err(PutError::Conflict),
            };
        }
        *place = value;
        Ok(())
    }

    /// Puts `value` at the names of this path below `root`, whatever is in the way.
    pub(crate) fn overwrite(&self, root: &mut Value, value: Value) {
        let mut place = root;
        for step in &self.0.steps {
            let Step::Name(name) = step else { break };
            if !place.is_object() {
                *place = Value::Object(serde_json::Map::new());
            }
            let Value::Object(object) = place else { return };
            place = object.entry(&**name).or_insert(Value::Null);
        }
        *place = value;
    }
}

/// Whether a value can be put at the end of these steps: they lead through objects and arrays that
/// are there, and then by names.
fn goes_through(steps: &[Step], root: &Value) -> bool {
    let mut place = root;
    for (at, step) in steps.iter().enumerate() {
        place = match (step, place) {
            (Step::Name(name), Value::Object(object)) => match object.get(&**name) {
                Some(value) => value,
                None => return steps[at..].iter().all(|step| matches!(step, Step::Name(_))),
            },
            (Step::Index(index), Value::Array(array)) => {
                let index = usize::try_from(*index).ok();
                match index.and_then(|index| array.get(index)) {
                    Some(value) => value,
                    None => return false,
                }
            }
            _ => return false,
        };
    }
    true
}

/// The value at the end of names and indexes, if all of them exist. Nearly every path leads to such
/// a value.
fn plainly<'v>(steps: &[Step], root: &'v Value) -> Option<&'v Value> {
    steps
        .iter()
        .try_fold(root, |value, step| match (step, value) {
            (Step::Name(name), Value::Object(object)) if !evaluate::is_call(name) => {
                object.get(&**name)
            }
            (Step::Index(index), Value::Array(array)) => array.get(usize::try_from(*index).ok()?),
            _ => None,
        })
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

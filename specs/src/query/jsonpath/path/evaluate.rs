//! From steps to values, the way Jayway 2.0.0 walks Jackson's tree model.
//!
//! [`Node`] records whether a value was taken out of its tree node, because this is visible:
//! strings in messages lose their quotes, and null becomes Java's null.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    LARGEST, PathError, Step,
    compare::{self, Side},
    filter::{Criterion, Filter, Operand},
    java,
    print::{Canonical, Hop, Trail},
};
use crate::{
    base::{json, meter::Meter},
    clause::Clause,
};

const NULL: &Value = &Value::Null;

/// The result of the steps from `document`: a single value, or an array of all matches if there can
/// be several.
pub(super) fn find<'v>(
    steps: &[Step],
    document: &'v Value,
    mark: &dyn Fn(Clause),
    meter: &Meter,
) -> Result<Cow<'v, Value>, PathError> {
    mark_spelling(steps, mark);
    let mut walk = Walk::new(steps, document, mark, meter);
    walk.go(0, &Trail::ROOT, Node::raw(document))?;
    if walk.memory > LARGEST {
        return Err(PathError::TooLarge);
    }
    Ok(match (walk.last_several, walk.found.pop()) {
        (None, Some(value)) => value,
        (_, last) => {
            let found = walk.found.into_iter().chain(last);
            Cow::Owned(found.map(Cow::into_owned).collect())
        }
    })
}

/// Marks the clauses about accepted spellings, whatever the path finds.
fn mark_spelling(steps: &[Step], mark: &dyn Fn(Clause)) {
    for step in steps {
        match step {
            Step::FromEnd(_) => mark(Clause::PathFromEnd),
            Step::Name(name) if is_call(name) => mark(Clause::PathNoFunctions),
            Step::Filter(filter) => {
                if filter.goes_beyond() {
                    mark(Clause::PathFilterBeyond);
                }
                for operand in filter.operands() {
                    mark_operand(operand, mark);
                }
            }
            _ => {}
        }
    }
}

fn mark_operand(operand: &Operand, mark: &dyn Fn(Clause)) {
    match operand {
        Operand::Item(path) | Operand::Root(path) => {
            mark_spelling(path.steps(), mark);
            if path.text().contains([' ', '(', '*']) {
                mark(Clause::PathFilterNames);
            }
        }
        Operand::Bare(text) if serde_json::from_str::<Value>(text).is_err() => {
            mark(Clause::PathFilterWords);
        }
        _ => {}
    }
}

/// Whether a name looks like the call of a function.
pub(super) fn is_call(name: &str) -> bool {
    name.ends_with("()")
}

/// A value that the walk has reached.
#[derive(Clone, Copy)]
struct Node<'v> {
    value: &'v Value,
    /// Whether it is still a node of the tree.
    raw: bool,
}

impl<'v> Node<'v> {
    fn raw(value: &'v Value) -> Self {
        Self { value, raw: true }
    }

    fn taken(value: &'v Value) -> Self {
        Self { value, raw: false }
    }

    fn is_java_null(self) -> bool {
        !self.raw && self.value.is_null()
    }

    fn text(self) -> String {
        match self.value {
            Value::String(text) if !self.raw => text.clone(),
            other => java::json(other),
        }
    }
}

struct Walk<'p, 'v, 'm> {
    steps: &'p [Step],
    document: &'v Value,
    /// Whether a list of names requires all of them to exist.
    requires_all: bool,
    /// The index of the last step that can lead to several values.
    last_several: Option<usize>,
    mark: &'m dyn Fn(Clause),
    meter: &'m Meter,
    found: Vec<Cow<'v, Value>>,
    /// How much memory that takes once it is copied. Of what is too much nothing is kept, but the
    /// walk goes on for a while: an error further on counts more.
    memory: usize,
    /// How many values were found since then.
    beyond: usize,
}

/// How many of them are too many.
const BEYOND: usize = 100_000;

type Done = Result<(), PathError>;

impl<'p, 'v, 'm> Walk<'p, 'v, 'm> {
    fn new(
        steps: &'p [Step],
        document: &'v Value,
        mark: &'m dyn Fn(Clause),
        meter: &'m Meter,
    ) -> Self {
        Self {
            steps,
            document,
            requires_all: false,
            last_several: steps.iter().rposition(|step| !step.is_definite()),
            mark,
            meter,
            found: Vec::new(),
            memory: 0,
            beyond: 0,
        }
    }

    /// Keeps a value at the end of the path.
    fn keep(&mut self, value: Cow<'v, Value>) -> Done {
        if self.last_several.is_some() && self.memory <= LARGEST {
            let memory = json::memory(&value);
            self.meter.spend_bytes(memory)?;
            self.memory += memory;
            if self.memory > LARGEST {
                self.found = Vec::new();
            }
        }
        if self.memory <= LARGEST {
            self.found.push(value);
            return Ok(());
        }
        self.beyond += 1;
        if self.beyond > BEYOND {
            return Err(PathError::TooLarge);
        }
        Ok(())
    }

    fn is_leaf(&self, at: usize) -> bool {
        at + 1 == self.steps.len()
    }

    /// Applies the steps from index `at` on.
    fn go(&mut self, at: usize, trail: &Trail<'_>, node: Node<'v>) -> Done {
        self.meter.spend(1)?;
        let steps = self.steps;
        let Some(step) = steps.get(at) else {
            return self.keep(Cow::Borrowed(node.value));
        };
        match (step, node.value) {
            (Step::Name(name), Value::Object(object)) => self.member(at, trail, object, name),
            (Step::Names(_), Value::Object(object)) => self.members(at, trail, object),
            (Step::Name(_) | Step::Names(_), _) => {
                (self.mark)(Clause::PathNotAnObject);
                self.mark_several(at, trail, Clause::PathSeveralMismatch);
                Err(PathError::NotAnObject {
                    step: Canonical(&steps[at..=at]).to_string(),
                    path: trail.to_string(),
                })
            }
            (Step::Wildcard, _) => self.wildcard(at, trail, node),
            (Step::Scan, _) => self.scan(at + 1, trail, node),
            (Step::Filter(filter), _) => self.filter(at, trail, node, filter),
            (Step::Index(_) | Step::FromEnd(_) | Step::Indexes(_) | Step::Slice(..), _) => {
                self.elements(at, trail, node)
            }
        }
    }

    /// Marks the clause for a name or an index that finds nothing in a path to several values.
    /// Right after `[*]`, a missing name only skips the element; anything else is in doubt.
    fn mark_several(&self, at: usize, trail: &Trail<'_>, doubt: Clause) {
        let is_name = matches!(self.steps[at], Step::Name(_));
        let element = at > 0 && self.steps[at - 1] == Step::Wildcard && trail.is_element();
        match self.last_several {
            None => {}
            Some(_) if is_name && element => (self.mark)(Clause::PathWildcardMissing),
            Some(_) => (self.mark)(doubt),
        }
    }

    fn member(
        &mut self,
        at: usize,
        from: &Trail<'_>,
        object: &'v Map<String, Value>,
        name: &str,
    ) -> Done {
        let trail = from.then(Hop::Name(name));
        if let Some(value) = object.get(name) {
            return self.go(at + 1, &trail, Node::taken(value));
        }
        self.mark_several(at, from, Clause::PathSeveralMissing);
        // The step before and all following steps decide whether this fails.
        let lenient = self.last_several.is_some_and(|last| last + 1 >= at);
        if self.is_leaf(at) {
            Err(PathError::NoResults(trail.to_string()))
        } else if lenient {
            Ok(())
        } else {
            Err(PathError::MissingProperty(trail.to_string()))
        }
    }

    /// `['a', 'b']`: an object of those that exist.
    fn members(&mut self, at: usize, trail: &Trail<'_>, object: &'v Map<String, Value>) -> Done {
        let Step::Names(names) = &self.steps[at] else {
            return Ok(());
        };
        let trail = trail.then(Hop::Names(&self.steps[at]));
        (self.mark)(Clause::PathNames);
        if !self.is_leaf(at) {
            (self.mark)(Clause::PathNamesNotLast);
            return Err(PathError::NamesNotLast(trail.to_string()));
        }
        let mut chosen = Map::with_capacity(names.len());
        for name in names.iter() {
            match object.get(&**name) {
                Some(value) => {
                    chosen.insert(name.to_string(), value.clone());
                }
                None if self.requires_all => {
                    return Err(PathError::MissingProperty(trail.to_string()));
                }
                None => (self.mark)(Clause::PathNamesMissing),
            }
        }
        self.keep(Cow::Owned(Value::Object(chosen)))
    }

    /// Steps with indexes.
    fn elements(&mut self, at: usize, trail: &Trail<'_>, node: Node<'v>) -> Done {
        if node.is_java_null() {
            self.mark_several(at, trail, Clause::PathSeveralMismatch);
            return Err(PathError::Null(trail.to_string()));
        }
        let Value::Array(array) = node.value else {
            self.mark_several(at, trail, Clause::PathSeveralMismatch);
            return Err(PathError::NotAnArray {
                steps: Canonical(&self.steps[at..]).to_string(),
                context: node.text(),
            });
        };
        let length = array.len() as i64;
        let (steps, mark) = (self.steps, self.mark);
        let mut each = |from: i64, to: i64| {
            (from..to).try_for_each(|index| self.element(at, trail, array, index))
        };
        match &steps[at] {
            Step::Index(index) => each(i64::from(*index), i64::from(*index) + 1),
            Step::FromEnd(n) => {
                let index = length + i64::from(*n);
                each(index, index + 1)
            }
            Step::Indexes(list) => list
                .iter()
                .try_for_each(|index| each(i64::from(*index), i64::from(*index) + 1)),
            Step::Slice(Some(from), None) => {
                let from = i64::from(*from);
                each(
                    if from < 0 {
                        (from + length).max(0)
                    } else {
                        from
                    },
                    length,
                )
            }
            Step::Slice(None, Some(to)) => {
                let to = i64::from(*to);
                each(0, if to < 0 { to + length } else { to.min(length) })
            }
            Step::Slice(Some(_), Some(_)) if length == 0 => Ok(()),
            Step::Slice(Some(from), Some(to)) => {
                if *from < 0 {
                    mark(Clause::PathSliceNegative);
                }
                each(i64::from(*from), i64::from(*to).min(length))
            }
            _ => Ok(()),
        }
    }

    /// An element; an index outside the array gives null.
    fn element(&mut self, at: usize, trail: &Trail<'_>, array: &'v [Value], index: i64) -> Done {
        let place = usize::try_from(index).ok();
        let node = match place.and_then(|place| array.get(place)) {
            Some(value) => Node::raw(value),
            None => {
                self.outside(at, index);
                Node::taken(NULL)
            }
        };
        self.go(at + 1, &trail.then(Hop::Index(index)), node)
    }

    fn outside(&self, at: usize, index: i64) {
        let named = matches!(self.steps.get(at + 1), Some(Step::Name(_)));
        (self.mark)(match self.steps[at] {
            Step::Index(_) if index < 0 && named => Clause::PathNegativeIndex,
            Step::Index(_) if named && self.last_several.is_none() => Clause::PathIndexOutsideStep,
            _ => Clause::PathIndexOutside,
        });
    }

    fn wildcard(&mut self, at: usize, trail: &Trail<'_>, node: Node<'v>) -> Done {
        match node.value {
            Value::Object(object) => object.iter().try_for_each(|(name, value)| {
                let trail = trail.then(Hop::Name(name));
                self.go(at + 1, &trail, Node::taken(value))
            }),
            Value::Array(array) => (0..array.len() as i64).try_for_each(|index| {
                match self.element(at, trail, array, index) {
                    Err(error) if error.is_missing() => Ok(()),
                    done => done,
                }
            }),
            _ => Ok(()),
        }
    }

    /// Applies step `at` to a value and to every nested value.
    fn scan(&mut self, at: usize, trail: &Trail<'_>, node: Node<'v>) -> Done {
        self.meter.spend(1)?;
        match node.value {
            Value::Object(object) => {
                if self.is_wanted(at, node)? {
                    self.go(at, trail, node)?;
                }
                object.iter().try_for_each(|(name, value)| {
                    self.scan(at, &trail.then(Hop::Name(name)), Node::taken(value))
                })
            }
            Value::Array(array) => {
                let hop = |index| trail.then(Hop::Index(index));
                if self.is_wanted(at, node)? {
                    if self.is_leaf(at) {
                        self.go(at, trail, node)?;
                    } else {
                        // As in Jayway, step `at` itself is skipped: what follows it is applied to
                        // all elements.
                        (self.mark)(Clause::PathScanArray);
                        for (index, value) in (0..).zip(array) {
                            self.go(at + 1, &hop(index), Node::taken(value))?;
                        }
                    }
                }
                (0..)
                    .zip(array)
                    .try_for_each(|(index, value)| self.scan(at, &hop(index), Node::taken(value)))
            }
            _ => Ok(()),
        }
    }

    /// Whether a scan applies step `at` to a value.
    fn is_wanted(&mut self, at: usize, node: Node<'v>) -> Result<bool, PathError> {
        let steps = self.steps;
        Ok(match (&steps[at], node.value) {
            (Step::Name(name), Value::Object(object)) => object.contains_key(&**name),
            (Step::Names(names), Value::Object(object)) => {
                let all = names.iter().all(|name| object.contains_key(&**name));
                if !all {
                    (self.mark)(Clause::PathSeveralMissing);
                }
                all
            }
            (Step::Index(_) | Step::FromEnd(_) | Step::Indexes(_) | Step::Slice(..), value) => {
                value.is_array()
            }
            (Step::Wildcard, _) => true,
            (Step::Filter(filter), value) => {
                if value.is_object() {
                    (self.mark)(Clause::PathFilterBeyond);
                }
                self.accepts(filter, node)?
            }
            _ => false,
        })
    }

    /// `[?(…)]`: the elements of an array, or an object itself.
    fn filter(&mut self, at: usize, trail: &Trail<'_>, node: Node<'v>, filter: &Filter) -> Done {
        (self.mark)(Clause::PathFilter);
        match node.value {
            Value::Object(_) => {
                (self.mark)(Clause::PathFilterBeyond);
                if self.accepts(filter, node)? {
                    self.go(at + 1, trail, node)?;
                }
                Ok(())
            }
            Value::Array(array) => (0..).zip(array).try_for_each(|(index, value)| {
                if self.accepts(filter, Node::taken(value))? {
                    self.element(at, trail, array, index)?;
                }
                Ok(())
            }),
            _ => {
                self.mark_several(at, trail, Clause::PathSeveralMismatch);
                Err(PathError::Primitive {
                    steps: Canonical(&self.steps[at..]).to_string(),
                    context: node.text(),
                })
            }
        }
    }

    /// Whether a filter holds for an element. Comparisons are evaluated from the last to the first,
    /// and an error counts only if it is reached. All are evaluated, so that the doubts of each are
    /// marked.
    fn accepts(&self, filter: &Filter, item: Node<'v>) -> Result<bool, PathError> {
        let mut any = Ok(false);
        for alternative in filter.any.iter().rev() {
            let mut all = Ok(true);
            for criterion in alternative.iter().rev() {
                let met = self.meets(criterion, item);
                if all == Ok(true) {
                    all = met;
                }
            }
            if any == Ok(false) {
                any = all;
            }
        }
        any
    }

    fn meets(&self, criterion: &Criterion, item: Node<'v>) -> Result<bool, PathError> {
        self.meter.spend(2)?;
        let (left, relation, right) = match criterion {
            Criterion::Exists(path) => return self.exists(path, item),
            Criterion::Missing(path) => return self.exists(path, item).map(|exists| !exists),
            Criterion::Compare(left, relation, right) => (left, *relation, right),
        };
        let sides = self
            .side(left, item)
            .and_then(|left| Ok((left, self.side(right, item)?)));
        let (left_side, right_side) = match sides {
            Ok(sides) => sides,
            Err(error) if error.is_missing() => {
                (self.mark)(Clause::PathFilterMissing);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let same =
            matches!((left, right), (Operand::Root(left), Operand::Root(right)) if left == right);
        let text = left_side.length() + right_side.length();
        self.meter.spend_bytes(match (left, right) {
            (Operand::Pattern(pattern), _) | (_, Operand::Pattern(pattern)) => pattern.cost(text),
            _ => text,
        })?;
        compare::holds(&left_side, relation, &right_side, same, self.mark)
    }

    fn side<'s>(&self, operand: &'s Operand, item: Node<'v>) -> Result<Side<'s>, PathError>
    where
        'v: 's,
    {
        Ok(match operand {
            Operand::Quoted(text) => Side::Quoted(text),
            Operand::Bare(text) => Side::Bare(text),
            Operand::Pattern(pattern) => Side::Pattern(pattern),
            Operand::Item(path) => Side::Found(self.inner(path.steps(), item, false)?),
            Operand::Root(path) => {
                Side::Found(self.inner(path.steps(), Node::raw(self.document), false)?)
            }
        })
    }

    /// Whether a path finds a value other than null; here a path from `$` starts from the element,
    /// too.
    fn exists(&self, operand: &Operand, item: Node<'v>) -> Result<bool, PathError> {
        let (Operand::Item(path) | Operand::Root(path)) = operand else {
            return Ok(false);
        };
        if matches!(operand, Operand::Root(_)) {
            (self.mark)(Clause::PathFilterExistsRoot);
        }
        match self.inner(path.steps(), item, true) {
            Ok(value) => {
                if value.is_null() {
                    (self.mark)(Clause::PathFilterExistsNull);
                }
                Ok(!value.is_null())
            }
            Err(error) if error.is_missing() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The value at a path in a filter.
    fn inner(
        &self,
        steps: &[Step],
        from: Node<'v>,
        requires_all: bool,
    ) -> Result<Cow<'v, Value>, PathError> {
        let mut walk = Walk {
            requires_all,
            ..Walk::new(steps, self.document, self.mark, self.meter)
        };
        match walk.go(0, &Trail::ROOT, from) {
            Ok(()) => Ok(walk.found.pop().unwrap_or(Cow::Borrowed(NULL))),
            Err(error) => {
                if !error.is_missing() && error != PathError::Spent {
                    (self.mark)(Clause::PathFilterTypes);
                }
                Err(error)
            }
        }
    }
}

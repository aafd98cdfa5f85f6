//! Limits that are counted, so that what an evaluation comes to does not depend on the time it took.
//!
//! The evaluator bounds the depth of an evaluation and the length of a sequence itself. It counts
//! neither steps nor sizes, so both are counted by calls that are built into the expression: one at
//! the beginning of everything that may be repeated, and one around everything that can grow when
//! it is joined with something else. Expressions that can do neither remain as they are.

use std::{cell::Cell, rc::Rc};

use jsonata_core::{
    ast::{AstNode, BinaryOp, Stage, StepId},
    evaluator::{Evaluator, EvaluatorError},
    value::JValue,
};

use super::{
    library,
    tree::{any, call, change_children, reads_nothing},
    values::{MOST_TEXT, MOST_VALUES, measure},
};

/// The longest sequence. AWS was seen to make one of this length, and none that is longer.
pub(super) const LONGEST_SEQUENCE: usize = 873_782;
/// How deep an evaluation nests without any doubt that AWS's would.
pub(super) const SURE_DEPTH: usize = 50;
/// How deep it may nest. AWS was seen to refuse a sum of 200 numbers.
pub(super) const MOST_DEPTH: usize = 190;
/// How many steps an evaluation may take.
const MOST_STEPS: usize = 1_000_000;
/// How many values are looked at in a step.
const VALUES_IN_STEP: usize = 16;
/// How many values are made in a step.
const MADE_IN_STEP: usize = 4;
/// How many characters `$pad` may add (measured on AWS in 2026-09).
const MOST_PADDING: f64 = 262_144.0;

/// In roman numerals, each thousand of a number has a letter of its own.
const THOUSAND: f64 = 1_000.0;

// Names that no expression can spell.
const TICK: &str = "a step";
const GROWN: &str = "grown to";
const KEPT: &str = "kept";
const BOUND: &str = "a bound";
const FROM: &str = "from";
const TO: &str = "to";
const PADDED: &str = "padded to";
const TIMES: &str = "times";
const SPLIT: &str = "to split";
const ROMAN: &str = "in roman numerals";
const DISTINCT: &str = "to compare";
/// The name of `$range` inside an expression.
pub(super) const RANGE: &str = "the function range";
/// A variable.
const FIRST: &str = "the first argument";

/// The words with which a limit ends an evaluation.
pub(super) const TIME: &str = "L0001: too many steps";
pub(super) const MEMORY: &str = "L0002: too large";
pub(super) const PADDING: &str = "L0003: too much padding";

/// Whether an expression takes no more time and memory than its length and its data allow.
pub(super) fn is_tame(tree: &AstNode) -> bool {
    !any(tree, &|node| match node {
        AstNode::Lambda { .. }
        | AstNode::FunctionApplication(_)
        | AstNode::Sort { .. }
        | AstNode::Transform { .. }
        | AstNode::ObjectTransform { .. }
        | AstNode::Descendant
        | AstNode::Call { .. }
        | AstNode::ArrayGroup(_)
        | AstNode::Regex { .. } => true,
        AstNode::Binary { op, .. } => matches!(
            op,
            BinaryOp::Range | BinaryOp::ColonEqual | BinaryOp::ChainPipe | BinaryOp::In
        ),
        AstNode::Function { name, .. } => !library::is_tame(name),
        AstNode::Path { steps } => steps.iter().enumerate().any(|(index, step)| {
            let is_constructor = index > 0 && matches!(step.node, AstNode::Object(_));
            let mut predicates = step.stages.iter().filter_map(|stage| match stage {
                Stage::Filter(predicate) => Some(predicate),
                Stage::KeepArray | Stage::Index(_) => None,
            });
            is_constructor
                || index > 0 && reads_around(&step.node)
                || predicates.any(|it| reads_beyond(it))
        }),
        _ => false,
    })
}

/// Whether a predicate reads more than the value that it is asked of.
fn reads_beyond(predicate: &AstNode) -> bool {
    any(predicate, &|node| match node {
        AstNode::Variable(name) => !name.is_empty(),
        AstNode::ParentVariable(_) | AstNode::Function { .. } | AstNode::Parent(_) => true,
        _ => false,
    })
}

/// Whether a step of a path reads more than what is below the value that it is asked of, so that it
/// may make more of it.
fn reads_around(step: &AstNode) -> bool {
    any(step, &|node| match node {
        AstNode::Variable(name) => !name.is_empty(),
        AstNode::ParentVariable(_) | AstNode::Parent(_) => true,
        _ => false,
    })
}

/// Builds the counting into an expression.
pub(super) fn build_in(node: &mut AstNode) {
    if let AstNode::Binary {
        op: BinaryOp::ChainPipe,
        lhs,
        rhs,
    } = node
        && let Some(called) = piped(lhs, rhs)
    {
        *node = called;
    }
    change_children(node, &mut build_in);
    match node {
        AstNode::Lambda { body, .. } => repeat(body),
        AstNode::FunctionApplication(inner) => {
            wrap(inner, KEPT);
            repeat(inner);
        }
        AstNode::Sort { terms, .. } => terms.iter_mut().for_each(|(term, _)| repeat(term)),
        AstNode::ObjectTransform { pattern, .. } => repeat_values(pattern),
        AstNode::Path { steps } => {
            for (index, step) in steps.iter_mut().enumerate() {
                if index > 0 {
                    repeat_step(&mut step.node);
                }
                step.id = StepId::default();
                for stage in &mut step.stages {
                    if let Stage::Filter(predicate) = stage
                        && !reads_nothing(predicate)
                    {
                        repeat(predicate);
                    }
                }
            }
        }
        AstNode::Array(items) | AstNode::ArrayGroup(items) => items.iter_mut().for_each(grow),
        AstNode::Object(pairs) => pairs.iter_mut().for_each(|(_, value)| grow(value)),
        AstNode::Binary { op, lhs, rhs } => match op {
            BinaryOp::Concatenate | BinaryOp::In | BinaryOp::Equal | BinaryOp::NotEqual => {
                grow(lhs);
                grow(rhs);
            }
            BinaryOp::ChainPipe => grow(lhs),
            BinaryOp::Range => {
                wrap(lhs, FROM);
                wrap(rhs, TO);
            }
            _ => {}
        },
        AstNode::Function { name, args, .. } => {
            args.iter_mut().for_each(grow);
            if name == RANGE {
                args.iter_mut().take(2).for_each(|it| wrap(it, BOUND));
            }
            if let Some(called) = multiplied(name, args) {
                *node = called;
            }
        }
        _ => {}
    }
}

/// The functions that make more than they are given, or take longer than that: which argument is
/// looked at beside the first.
const MULTIPLYING: [(&str, usize, &str); 6] = [
    ("pad", 1, PADDED),
    ("join", 1, TIMES),
    ("replace", 2, TIMES),
    ("split", 0, SPLIT),
    ("formatInteger", 1, ROMAN),
    ("distinct", 0, DISTINCT),
];

/// Whether the calls of a function are guarded: it must not be called in another way.
pub(super) fn is_guarded(function: &str) -> bool {
    MULTIPLYING.iter().any(|it| it.0 == function)
}

/// Whether a node makes a function of such a one.
pub(super) fn is_guarded_in_part(node: &AstNode) -> bool {
    matches!(node, AstNode::Function { name, args, .. }
        if is_guarded(name) && args.iter().any(|it| matches!(it, AstNode::Placeholder)))
}

/// `x ~> $f(y)` as `$f(x, y)`, for functions that are guarded.
fn piped(lhs: &mut AstNode, rhs: &mut AstNode) -> Option<AstNode> {
    let AstNode::Function { name, args, .. } = rhs else {
        return None;
    };
    if !is_guarded(name) && name != RANGE {
        return None;
    }
    let mut args = std::mem::take(args);
    args.insert(0, std::mem::replace(lhs, AstNode::Null));
    Some(call(name, args))
}

/// A call of such a function, in a block that has the first argument in a variable.
fn multiplied(name: &str, args: &mut Vec<AstNode>) -> Option<AstNode> {
    let (_, place, guard) = MULTIPLYING.iter().find(|it| it.0 == name)?;
    let first = || AstNode::Variable(FIRST.to_owned());
    let looked_at = args.get_mut(*place)?;
    if let AstNode::Lambda { body, .. } = looked_at {
        wrap(body, KEPT);
        return None;
    }
    if *place == 0 {
        wrap(looked_at, guard);
        return None;
    }
    let inner = std::mem::replace(looked_at, AstNode::Null);
    *looked_at = call(guard, vec![inner, first()]);
    let value = std::mem::replace(&mut args[0], first());
    let bound = AstNode::Binary {
        op: BinaryOp::ColonEqual,
        lhs: Box::new(first()),
        rhs: Box::new(value),
    };
    let called = call(name, std::mem::take(args));
    Some(AstNode::Block(vec![bound, called]))
}

/// Counts a step before a node.
fn repeat(node: &mut AstNode) {
    let tick = call(TICK, Vec::new());
    if let AstNode::Block(parts) = node {
        parts.insert(0, tick);
        return;
    }
    let inner = std::mem::replace(node, AstNode::Null);
    *node = AstNode::Block(vec![tick, inner]);
}

/// Counts a step where a path may make more of a value, and measures what it makes.
fn repeat_step(step: &mut AstNode) {
    match step {
        AstNode::Object(pairs) => repeat_values(pairs),
        // The function is counted already.
        AstNode::FunctionApplication(_) => {}
        step if !reads_around(step) => {}
        // An array has to remain one, and what is in it is measured.
        AstNode::Array(items) | AstNode::ArrayGroup(items) => {
            if let Some(item) = items.first_mut() {
                repeat_in(item);
            }
        }
        step => {
            wrap(step, KEPT);
            repeat(step);
        }
    }
}

/// Counts a step in what is written first in an array.
fn repeat_in(item: &mut AstNode) {
    match item {
        AstNode::Array(items) | AstNode::ArrayGroup(items) => {
            items.first_mut().into_iter().for_each(repeat_in);
        }
        AstNode::Object(pairs) => repeat_values(pairs),
        item => repeat(item),
    }
}

fn repeat_values(pairs: &mut [(AstNode, AstNode)]) {
    if let Some((_, value)) = pairs.first_mut() {
        repeat(value);
    }
}

/// Measures what comes of a node where it becomes a part of something.
fn grow(node: &mut AstNode) {
    // What these make consists of what is measured already, and what an array is written in
    // decides what becomes of it inside another.
    let is_counted = matches!(
        node,
        AstNode::Array(_) | AstNode::Object(_) | AstNode::ArrayGroup(_)
    ) || matches!(
        node,
        AstNode::Binary {
            op: BinaryOp::Range,
            ..
        }
    );
    if !is_counted && !reads_nothing(node) {
        wrap(node, GROWN);
    }
}

fn wrap(node: &mut AstNode, name: &str) {
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call(name, vec![inner]);
}

/// What is left of an evaluation.
#[derive(Debug)]
pub(super) struct Budget {
    steps: Cell<usize>,
    /// The length of the longest sequence so far: a step may walk over it.
    longest: Cell<usize>,
}

impl Budget {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            steps: Cell::new(MOST_STEPS),
            longest: Cell::new(0),
        })
    }

    /// So many values were handed to the evaluation.
    pub(super) fn meet(&self, values: usize) {
        self.longest.set(self.longest.get().max(values));
    }

    /// The steps that were taken.
    pub(super) fn taken(&self) -> usize {
        MOST_STEPS - self.steps.get()
    }

    fn spend(&self, steps: usize) -> Result<(), EvaluatorError> {
        match self.steps.get().checked_sub(steps) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => {
                self.steps.set(0);
                Err(EvaluatorError::EvaluationError(TIME.to_owned()))
            }
        }
    }

    /// Lets an evaluation count.
    pub(super) fn serve(self: &Rc<Self>, evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
        for (name, guard) in GUARDS {
            let budget = self.clone();
            evaluator.register_fn(name, move |args: &[JValue]| {
                let value = args.first().cloned().unwrap_or(JValue::Undefined);
                guard(&budget, &value, args.get(1))?;
                Ok(value)
            })?;
        }
        Ok(())
    }

    /// A step.
    fn tick(&self, _: &JValue, _: Option<&JValue>) -> Counted {
        self.spend(1 + self.longest.get() / VALUES_IN_STEP / VALUES_IN_STEP)
    }

    /// Something that becomes a part of something.
    fn grown(&self, value: &JValue, _: Option<&JValue>) -> Counted {
        self.measured(value, VALUES_IN_STEP)
    }

    /// Something that is made again and again.
    fn kept(&self, value: &JValue, _: Option<&JValue>) -> Counted {
        self.measured(value, 1)
    }

    fn measured(&self, value: &JValue, in_step: usize) -> Counted {
        let measured = measure(value, MOST_VALUES).ok_or_else(too_large)?;
        self.meet(measured.values);
        let values = measured.values + measured.text / VALUES_IN_STEP;
        self.spend(1 + values / in_step)
    }

    /// The left side of the range operator.
    fn from(&self, bound: &JValue, _: Option<&JValue>) -> Counted {
        if bound.is_null() {
            return Err(EvaluatorError::TypeError("T2003:".to_owned()));
        }
        self.bound(bound, None)
    }

    /// The right side of it.
    fn to(&self, bound: &JValue, _: Option<&JValue>) -> Counted {
        if bound.is_null() {
            return Err(EvaluatorError::TypeError("T2004:".to_owned()));
        }
        self.bound(bound, None)
    }

    /// A bound of a range.
    fn bound(&self, bound: &JValue, _: Option<&JValue>) -> Counted {
        let Some(bound) = bound.as_f64() else {
            return Ok(());
        };
        let length = (bound.abs() as usize).min(LONGEST_SEQUENCE);
        self.meet(length);
        self.spend(1 + length / MADE_IN_STEP)
    }

    /// The width to which something is padded.
    fn padded(&self, width: &JValue, _: Option<&JValue>) -> Counted {
        let Some(width) = width.as_f64() else {
            return Ok(());
        };
        if width.abs() > MOST_PADDING {
            return Err(EvaluatorError::EvaluationError(PADDING.to_owned()));
        }
        self.spend(width.abs() as usize / VALUES_IN_STEP)
    }

    /// A text that is written as often as something has parts.
    fn times(&self, text: &JValue, repeated: Option<&JValue>) -> Counted {
        let (JValue::String(text), Some(repeated)) = (text, repeated) else {
            return Ok(());
        };
        let measured = measure(repeated, MOST_VALUES).ok_or_else(too_large)?;
        let times = measured.values + measured.text;
        let made = text.len().saturating_mul(times);
        if made > MOST_TEXT {
            return Err(too_large());
        }
        self.spend((times + made) / VALUES_IN_STEP)
    }

    /// A text that is split.
    fn split(&self, text: &JValue, _: Option<&JValue>) -> Counted {
        let JValue::String(text) = text else {
            return Ok(());
        };
        if text.len() > LONGEST_SEQUENCE {
            return Err(too_large());
        }
        self.meet(text.len());
        self.spend(text.len() / MADE_IN_STEP)
    }

    /// The picture of a number, which may ask for roman numerals.
    fn roman(&self, picture: &JValue, number: Option<&JValue>) -> Counted {
        let is_roman = picture.as_str().is_some_and(|it| it.contains(['I', 'i']));
        let (true, Some(number)) = (is_roman, number.and_then(JValue::as_f64)) else {
            return Ok(());
        };
        let length = (number.abs() / THOUSAND) as usize;
        if length > MOST_TEXT {
            return Err(too_large());
        }
        self.spend(length / VALUES_IN_STEP)
    }

    /// Items each of which is compared with every other one.
    fn distinct(&self, value: &JValue, _: Option<&JValue>) -> Counted {
        let JValue::Array(items) = value else {
            return Ok(());
        };
        let measured = measure(value, MOST_VALUES).ok_or_else(too_large)?;
        let compared = measured.values + measured.text / VALUES_IN_STEP;
        self.spend(items.len().saturating_mul(compared) / VALUES_IN_STEP)
    }
}

type Counted = Result<(), EvaluatorError>;

/// What a call that is built in counts of its first argument, which it returns, and of the second one.
type Guard = fn(&Budget, &JValue, Option<&JValue>) -> Counted;

const GUARDS: [(&str, Guard); 11] = [
    (TICK, Budget::tick),
    (GROWN, Budget::grown),
    (KEPT, Budget::kept),
    (BOUND, Budget::bound),
    (FROM, Budget::from),
    (TO, Budget::to),
    (PADDED, Budget::padded),
    (TIMES, Budget::times),
    (SPLIT, Budget::split),
    (ROMAN, Budget::roman),
    (DISTINCT, Budget::distinct),
];

fn too_large() -> EvaluatorError {
    EvaluatorError::EvaluationError(MEMORY.to_owned())
}

//! Expressions that can be evaluated: what every implementation of the language is asked, and what
//! it answers.

use std::fmt;

use serde_json::Value;

use super::Expression;
use crate::base::json;

/// What an expression can read.
pub trait World {
    /// A variable; `states` is not among them.
    fn variable(&self, name: &str) -> Option<&Value>;
    /// `$states.input`, `$states.result` or `$states.errorOutput`; `None` where it does not exist.
    fn states(&self, field: Field) -> Option<&Value>;
    /// `$states.context`, at least with those members (depth 0) and fields of members (depth 1) that
    /// are wanted.
    fn context(&self, wanted: &dyn Fn(usize, &str) -> bool) -> Value;
    /// The time, in milliseconds since 1970.
    fn millis(&self) -> f64;
    /// The next number of the entropy.
    fn draw(&self) -> u64;
}

/// The fields of `$states` that are a state's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `input`.
    Input,
    /// `result`.
    Result,
    /// `errorOutput`.
    ErrorOutput,
}

impl Field {
    /// Every field, in AWS's order.
    pub const ALL: [Self; 3] = [Self::Input, Self::Result, Self::ErrorOutput];

    /// The name in `$states`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Result => "result",
            Self::ErrorOutput => "errorOutput",
        }
    }
}

/// The name of the field of `$states` that is the context object.
pub const CONTEXT: &str = "context";
/// The name of the reserved variable.
pub const STATES: &str = "states";

/// An expression that was parsed.
pub trait Program {
    /// Evaluates the expression.
    fn evaluate(&self, world: &dyn World) -> Evaluation;
}

/// A second evaluator of the language, which is asked about what the first one says.
pub trait Second: fmt::Debug + Send + Sync {
    /// What it says of an expression to which the first one says this.
    fn opinion(&self, first: &Evaluation, expression: &Expression, world: &dyn World) -> Opinion;
}

/// What a second evaluator says.
#[derive(Debug, Clone, PartialEq)]
pub enum Opinion {
    /// Nothing: the first one's word stands as it is, with its doubts.
    None,
    /// What the expression comes to.
    Says(Result<Value, Failure>),
    /// That nobody should take the first one's word.
    Doubts,
}

/// What came of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The value, or why there is none.
    pub outcome: Result<Value, Failure>,
    /// What is in doubt.
    pub doubts: Doubts,
    /// The steps that it took.
    pub steps: usize,
    /// Whether it took no evaluator: objects led along a path.
    pub is_looked_up: bool,
}

impl Evaluation {
    /// Asks a second evaluator.
    pub(super) fn ask(&mut self, second: &dyn Second, expression: &Expression, world: &dyn World) {
        match second.opinion(self, expression, world) {
            Opinion::None => {}
            Opinion::Says(said) => self.hear(&said),
            Opinion::Doubts => self.doubts.value = true,
        }
    }

    /// Takes in what a second evaluator says.
    fn hear(&mut self, second: &Result<Value, Failure>) {
        let agrees = match (&self.outcome, second) {
            (Ok(one), Ok(other)) => json::equal(one, other),
            (Err(Failure::Thrown { code, .. }), Err(Failure::Thrown { code: other, .. })) => {
                code == other
            }
            // The limits of an evaluator say nothing about the language.
            (Err(Failure::Memory | Failure::Depth | Failure::Time | Failure::Unknown(_)), _)
            | (_, Err(Failure::Memory | Failure::Depth | Failure::Time | Failure::Unknown(_))) => {
                return;
            }
            (one, other) => one == other,
        };
        self.doubts.value = !agrees;
        self.doubts.contested = !agrees;
    }
}

/// What is in doubt about an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for a doubt of its own"
)]
pub struct Doubts {
    /// The expression has parts in which implementations of the language were seen to differ.
    pub value: bool,
    /// Two evaluators disagree.
    pub contested: bool,
    /// The value is chance.
    pub chance: bool,
    /// Chance was given a seed of which it is not known what comes of it.
    pub seed: bool,
    /// `$eval` was called.
    pub evals: bool,
    /// It came near a limit that is not known exactly.
    pub limit: bool,
    /// A number is not one that JSON has, or not one that a float holds.
    pub number: bool,
    /// The message of the error is a guess.
    pub message: bool,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It comes to nothing.
    Undefined,
    /// It comes to a function.
    Function,
    /// JSONata has an error.
    Thrown {
        /// The error's code, such as `T2001`.
        code: String,
        /// The error's message.
        message: String,
    },
    /// It makes more than fits into memory.
    Memory,
    /// It nests too deep.
    Depth,
    /// It takes too long.
    Time,
    /// This implementation does not know.
    Unknown(String),
}

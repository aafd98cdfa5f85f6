//! Random cases of the Amazon States Language, and the reduction of cases.
//!
//! A case is a function of a profile, a seed and an index. It consists of a valid machine, its
//! inputs, and plans of what its tasks do:
//!
//! ```
//! use stepproof_generators::{Profile, generate};
//! use stepproof_specs::{asl::WorkflowType, validate::validate};
//!
//! let case = generate(&Profile::everything(), 1, 42);
//! assert_eq!(case, generate(&Profile::everything(), 1, 42));
//! let (machine, _) = validate(case.body.definition(), WorkflowType::Standard);
//! assert!(machine.is_some());
//! assert!(case.body.starts() > 0);
//! ```
//!
//! [`strategy::machines`] draws cases in a property of your own, and shrinks a failing one. This
//! crate knows the language; it names no engine.
//!
//! * [`generate`] — the case with a given index, from a run with a seed
//! * [`calls`] — calls to the service, one after the other
//! * [`invalid`] — definitions that are broken on purpose
//! * [`given`] — cases of a machine that a user provides
//! * [`profile`], [`feature`] — what may be drawn, how often and how large
//! * [`reduce`] — smaller cases, and the search for a minimal one
//! * [`paths`] — paths over a given value
//! * [`steering`] — cases drawn for clauses that are rarely exercised together
//! * [`strategy`] — cases in a `proptest` property
//! * [`vary`] — cases like a given one

pub mod calls;
pub mod feature;
pub mod given;
pub mod invalid;
pub mod paths;
pub mod profile;
pub mod reduce;
pub mod steering;
pub mod strategy;
pub mod vary;

mod builder;
mod dice;
mod draw;
mod input;
mod jsonata;
mod key;
mod literal;
mod shape;
mod swarm;
mod tokens;

pub use crate::{
    draw::{Draft, GENERATOR_VERSION, broken, draft, generate},
    feature::{Feature, FeatureSet, UnknownFeature},
    invalid::{Broken, Mutation},
    literal::ACTIVITY_PREFIX,
    profile::Profile,
};

//! Random cases of the Amazon States Language, and how cases get smaller.
//!
//! A case is a function of a profile, a seed and a number. It is a valid machine with inputs and with
//! plans of what its tasks do:
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
//! In a property of your own, [`strategy::machines`] draws them and shrinks what fails. This crate
//! knows the language and names no engine.
//!
//! * [`generate`] draws the case with a number from a run with a seed
//! * [`invalid`] — definitions that are broken on purpose
//! * [`given`] draws cases of a machine that somebody gives
//! * [`profile`], [`feature`] — what may be drawn, how often and how large
//! * [`reduce`] — smaller cases, and the search for a minimal one
//! * [`paths`] — paths over a given value
//! * [`steering`] — cases drawn for clauses that are rarely exercised together
//! * [`strategy`] — cases in a `proptest` property

pub mod feature;
pub mod given;
pub mod invalid;
pub mod paths;
pub mod profile;
pub mod reduce;
pub mod steering;
pub mod strategy;

mod builder;
mod dice;
mod draw;
mod input;
mod key;
mod literal;
mod shape;
mod swarm;

pub use crate::{
    draw::{Draft, GENERATOR_VERSION, broken, draft, generate},
    feature::{Feature, FeatureSet, UnknownFeature},
    invalid::{Broken, Mutation},
    literal::ACTIVITY_PREFIX,
    profile::Profile,
};

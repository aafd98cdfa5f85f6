//! The registry: the families of clauses, put together into one enumeration and one table.
//!
//! A row reads `Name = "id", Basis, "sentence", "source";`. After an assumed basis, the aspects on
//! which the clause casts doubt stand in parentheses. Ids are part of users' ledgers and stay as
//! they are; the order is that of stored coverage and of `stepproof clauses`.

use super::{Aspect, Basis, Entry};

// On what a clause casts doubt:
/// on every aspect;
const EVERYTHING: &[Aspect] = &Aspect::ALL;
/// on the wording of causes only, which histories repeat;
const CAUSES: &[Aspect] = &[Aspect::Cause, Aspect::History];
/// on histories only.
const HISTORIES: &[Aspect] = &[Aspect::History];

/// Defines a macro of the family's name that hands the rows of the families before it and its own
/// on to the next macro in the list.
macro_rules! family {
    ($d:tt $family:ident { $($row:tt)* }) => {
        macro_rules! $family {
            ([$d next:ident $d($d rest:ident)*] $d($d before:tt)*) => {
                $d next! { [$d($d rest)*] $d($d before)* $($row)* }
            };
        }
    };
}

macro_rules! clauses {
    ([] $(
        $name:ident = $id:literal, $basis:ident $(($doubts:ident))?,
        $sentence:literal, $source:literal;
    )*) => {
        /// A numbered rule of the language or of the service.
        // A path with brackets in a sentence is no link.
        #[allow(rustdoc::broken_intra_doc_links)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Clause {
            $(#[doc = $sentence] $name,)*
        }

        /// The registry, in the order of [`Clause`].
        pub const REGISTRY: &[(Clause, Entry)] = &[
            $((Clause::$name, Entry {
                id: $id,
                sentence: $sentence,
                source: $source,
                basis: Basis::$basis,
                doubts: clauses!(@doubts $($doubts)?),
            }),)*
        ];
    };
    (@doubts) => { &[] };
    (@doubts $doubts:ident) => { $doubts };
}

#[macro_use]
mod choice;
#[macro_use]
mod concurrency;
#[macro_use]
mod data_flow;
#[macro_use]
mod errors;
#[macro_use]
mod executions;
#[macro_use]
mod intrinsics;
#[macro_use]
mod states;
#[macro_use]
mod tasks;
#[macro_use]
mod validation;

data_flow! { [intrinsics states choice tasks errors concurrency executions validation clauses] }

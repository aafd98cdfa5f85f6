//! The registry: the families of clauses, combined into one enumeration and one table.
//!
//! A row reads `Name = "id", Basis, "sentence", "source";`. After an assumed basis, parentheses
//! name the aspects on which the clause casts doubt. Ids are part of users' ledgers and must not
//! change. The order of the rows is that of stored coverage and of `stepproof clauses`.

use super::{Aspect, Basis, Entry};

// Sets of aspects on which a clause can cast doubt:
/// every aspect;
const EVERYTHING: &[Aspect] = &Aspect::ALL;
/// only the wording of causes, which histories repeat;
const CAUSES: &[Aspect] = &[Aspect::Cause, Aspect::History];
/// only histories.
const HISTORIES: &[Aspect] = &[Aspect::History];

/// Defines a macro with the family's name, which passes its rows and those of the families before
/// it to the next macro in the list.
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
        // The brackets in a sentence's path are not a link.
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
mod api;
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
mod jsonata;
#[macro_use]
mod states;
#[macro_use]
mod tasks;
#[macro_use]
mod validation;

data_flow! { [intrinsics states choice tasks errors concurrency executions validation jsonata api clauses] }

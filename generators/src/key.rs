//! Field names: a fixed vocabulary, so that a name fits into a byte and its string is allocated
//! once.

use std::sync::Arc;

use stepproof_specs::{
    asl::Name,
    query::jsonpath::path::{Path, Root, Step},
};

/// A field name of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(u8);

macro_rules! keys {
    ($($name:ident $text:literal)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Position { $($name,)* }

        const TEXTS: &[&str] = &[$($text),*];

        impl Key {
            $(pub(crate) const $name: Self = Self(Position::$name as u8);)*
        }
    };
}

keys! {
    A "a" B "b" C "c" D "d" LEFT "left" RIGHT "right" ITEMS "items" NOTE "note"
    SPACED "a b" DOTTED "x.y" DASHED "x-y" ACCENTED "é"
    ERROR "Error" CAUSE "Cause"
    EXECUTION "Execution" INPUT "Input" STATE "State" NAME "Name" RETRIES "RetryCount" ENTERED "EnteredTime"
    MAP "Map" ITEM "Item" INDEX "Index" VALUE "Value"
    LAP "lap" MADE "made" LATEST "latest" MISSING "missing"
    X "x" Y "y" TOTAL "total" U "u" V "v" INNER "inner" P "p" Q "q" DEEP "deep" R "r" S "s" DEEPEST "deepest"
    LAP_1 "lap1" LAP_2 "lap2" LAP_3 "lap3"
}

/// The names of variables by depth: an inner scope may not assign a variable of an enclosing one.
pub(crate) const VARIABLES: [[Key; 3]; 4] = [
    [Key::X, Key::Y, Key::TOTAL],
    [Key::U, Key::V, Key::INNER],
    [Key::P, Key::Q, Key::DEEP],
    [Key::R, Key::S, Key::DEEPEST],
];

/// The variables that count laps, by depth.
pub(crate) const LAPS: [Key; 4] = [Key::LAP, Key::LAP_1, Key::LAP_2, Key::LAP_3];

/// The names of data fields.
pub(crate) const PLAIN: &[Key] = &[
    Key::A,
    Key::B,
    Key::C,
    Key::D,
    Key::LEFT,
    Key::RIGHT,
    Key::ITEMS,
    Key::NOTE,
];

/// The names of data fields, including some that a path has to quote.
pub(crate) const ODD: &[Key] = &[
    Key::A,
    Key::B,
    Key::C,
    Key::D,
    Key::SPACED,
    Key::DOTTED,
    Key::DASHED,
    Key::ACCENTED,
];

thread_local! {
    static NAMES: Vec<Name> = TEXTS.iter().map(|text| Arc::from(*text)).collect();
    static PATHS: Vec<Path> = NAMES.with(|names| {
        let steps = names.iter().map(|name| vec![Step::Name(Arc::clone(name))]);
        steps.map(|steps| Path::new(Root::Data, steps)).collect()
    });
}

impl Key {
    /// The name as a string.
    pub(crate) fn text(self) -> &'static str {
        TEXTS[usize::from(self.0)]
    }

    /// The name as a shared string.
    pub(crate) fn name(self) -> Name {
        NAMES.with(|names| Arc::clone(&names[usize::from(self.0)]))
    }

    /// The path to this field of the data, shared.
    pub(crate) fn path(self) -> Path {
        PATHS.with(|paths| paths[usize::from(self.0)].clone())
    }
}

//! Intrinsic functions: `States.Format('…', $.x)` and seventeen others (JSONPath only).
//!
//! A call is parsed once, and evaluated without knowing where its arguments come from: the caller
//! provides their values, and is the [`Host`] that marks clauses and draws entropy.
//!
//! Source: the States Language specification ("Intrinsic Functions"), the AWS Developer Guide
//! ("Intrinsic functions"), and recordings of AWS.

mod array;
mod math;
mod parse;
mod print;
mod text;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;
use smallvec::SmallVec;

use crate::{
    clause::Clause,
    query::jsonpath::path::{LARGEST, Path},
};

/// A call, with its text.
#[derive(Debug, Clone)]
pub struct Call {
    /// Printed on first use, unless the call was parsed.
    text: OnceLock<Arc<str>>,
    function: Function,
    arguments: Vec<Argument>,
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.function == other.function
            && self.arguments == other.arguments
            && self.text() == other.text()
    }
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A string, a number, `true`, `false` or `null`. The first string of `States.Format` keeps its
    /// escapes: they are part of the template.
    Literal(Value),
    /// A path into the state's data, the context object or a variable.
    Path(Path),
    /// A nested call.
    Call(Call),
}

/// Why a call has no value. The execution then fails with `States.Runtime` (clause
/// `intrinsic.invalid`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The number of arguments is wrong.
    #[error("the wrong number of arguments")]
    Arity,
    /// The type of an argument is wrong.
    #[error("an argument of the wrong type")]
    Type,
    /// An argument has the right type, but a value that the function does not accept.
    #[error("an argument out of range")]
    Range,
    /// A brace in the template of `States.Format` opens what is no placeholder.
    #[error("a template with an unmatched brace")]
    Template,
    /// The value would be more than can be made.
    #[error("a value that is too large")]
    TooLarge,
}

/// How long a text may be that is made, or taken apart.
const LONGEST_TEXT: usize = LARGEST / 32;

/// The environment that an evaluation needs.
pub trait Host {
    /// Notes that a clause fired.
    fn mark(&self, clause: Clause);
    /// The next number of the injected entropy.
    fn entropy(&self) -> u64;
    /// Whether the numbers that are added are not rounded.
    fn leaves_fractions(&self) -> bool {
        false
    }
    /// Whether all delimiters are one together.
    fn joins_delimiters(&self) -> bool {
        false
    }
    /// Whether a text is split into empty pieces, too.
    fn keeps_empty_pieces(&self) -> bool {
        false
    }
    /// Whether the bytes of a text are those of Latin-1, not of UTF-8.
    fn takes_latin_1(&self) -> bool {
        false
    }
}

macro_rules! functions {
    ($($name:ident, $clause:ident;)*) => {
        /// The intrinsic functions.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
        )]
        pub enum Function {
            $(#[doc = concat!("`States.", stringify!($name), "`.")] $name,)*
        }

        impl Function {
            /// Every function.
            pub const ALL: [Self; 18] = [$(Self::$name,)*];

            /// The name in a call.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("States.", stringify!($name)),)*
                }
            }

            /// The rule of what it returns.
            pub(crate) fn clause(self) -> Clause {
                match self {
                    $(Self::$name => Clause::$clause,)*
                }
            }
        }
    };
}

functions! {
    Array, IntrinsicArray;
    ArrayContains, IntrinsicArrayContains;
    ArrayGetItem, IntrinsicArrayGetItem;
    ArrayLength, IntrinsicArrayLength;
    ArrayPartition, IntrinsicArrayPartition;
    ArrayRange, IntrinsicArrayRange;
    ArrayUnique, IntrinsicArrayUnique;
    Base64Decode, IntrinsicBase64Decode;
    Base64Encode, IntrinsicBase64Encode;
    Format, IntrinsicFormat;
    Hash, IntrinsicHash;
    JsonMerge, IntrinsicJsonMerge;
    JsonToString, IntrinsicJsonToString;
    MathAdd, IntrinsicMathAdd;
    MathRandom, IntrinsicMathRandom;
    StringSplit, IntrinsicStringSplit;
    StringToJson, IntrinsicStringToJson;
    UUID, IntrinsicUuid;
}

impl Call {
    /// Parses a call: the function has to exist, and its arguments have to be strings, numbers,
    /// constants, paths or calls. Their number and types are checked only when the call is
    /// evaluated.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        parse::parse(text)
    }

    /// A call that was never written down. A literal that is the template of `States.Format` has
    /// its escapes.
    pub fn new(function: Function, arguments: Vec<Argument>) -> Self {
        Self {
            text: OnceLock::new(),
            function,
            arguments,
        }
    }

    /// The text it was parsed from, or parses from.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| print::call(self).into())
    }

    /// The function that is called.
    pub fn function(&self) -> Function {
        self.function
    }

    /// The arguments, in order.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Function {
    /// The function with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|function| function.name() == name)
    }

    /// Whether it looks at everything in its arguments, however large what it gives is.
    pub fn reads_all(self) -> bool {
        !matches!(self, Self::ArrayLength | Self::ArrayGetItem | Self::Format)
    }

    /// Whether what it gives is plain, or an array of plain values.
    pub fn is_flat(self) -> bool {
        use Function::{
            ArrayContains, ArrayLength, ArrayRange, Base64Decode, Base64Encode, Format, Hash,
            JsonToString, MathAdd, MathRandom, UUID,
        };
        matches!(
            self,
            ArrayContains
                | ArrayLength
                | ArrayRange
                | Base64Decode
                | Base64Encode
                | Format
                | Hash
                | JsonToString
                | MathAdd
                | MathRandom
                | UUID
        )
    }

    /// The result of the function for these arguments.
    pub fn apply(self, arguments: Vec<Cow<'_, Value>>, host: &impl Host) -> Result<Value, Invalid> {
        host.mark(self.clause());
        if self == Self::Array {
            // The results of nested calls may be large: they are moved, not copied.
            return Ok(arguments.into_iter().map(Cow::into_owned).collect());
        }
        let values: SmallVec<[&Value; 4]> = arguments.iter().map(|argument| &**argument).collect();
        match (self, &*values) {
            (Self::ArrayContains, [array, value]) => array::contains(array, value, host),
            (Self::ArrayGetItem, [array, index]) => array::get_item(array, index, host),
            (Self::ArrayLength, [array]) => array::items(array).map(|items| items.len().into()),
            (Self::ArrayPartition, [array, size]) => array::partition(array, size, host),
            (Self::ArrayRange, [first, last, step]) => array::range(first, last, step, host),
            (Self::ArrayUnique, [array]) => array::unique(array, host),
            (Self::Base64Decode, [text]) => text::base64_decode(text, host),
            (Self::Base64Encode, [text]) => text::base64_encode(text, host),
            (Self::Format, [template, values @ ..]) => text::format(template, values, host),
            (Self::Hash, [data, algorithm]) => text::hash(data, algorithm, host),
            (Self::JsonMerge, [left, right, deep]) => text::json_merge(left, right, deep, host),
            (Self::JsonToString, [value]) => Ok(text::json_to_string(value, host)),
            (Self::MathAdd, [left, right]) => math::add(left, right, host),
            (Self::MathRandom, [first, last]) => math::random(first, last, None, host),
            (Self::MathRandom, [first, last, seed]) => math::random(first, last, Some(seed), host),
            (Self::StringSplit, [text, delimiters]) => text::split(text, delimiters, host),
            (Self::StringToJson, [text]) => text::string_to_json(text, host),
            (Self::UUID, []) => Ok(math::uuid(host)),
            _ => {
                host.mark(Clause::IntrinsicArity);
                Err(Invalid::Arity)
            }
        }
    }
}

/// The text of a string argument.
fn string(value: &Value) -> Result<&str, Invalid> {
    value.as_str().ok_or(Invalid::Type)
}

#[cfg(test)]
mod tests;

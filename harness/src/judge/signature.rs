//! Signatures: the identity of a divergence, consisting of the aspect, the kinds of the state and
//! of its parent, and the shape of the difference. It contains no names and values, so that it
//! survives reduction.

mod failure;
mod shape;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use stepproof_specs::clause::{Aspect, Clause};

pub(crate) use self::shape::foreign;
pub use self::{
    failure::{end, error_class, failure},
    shape::{Shape, Term},
};

/// Stands for the kind of a state or of its parent if there is none.
pub const NONE: &str = "-";

/// The identity of a divergence, stable from discovery through reduction. The ledger and the
/// reducer use it. Written `aspect state-kind parent-kind shape`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Signature {
    /// What differs.
    pub aspect: Aspect,
    /// The kind of the state at which it differs: its type, or the field of a definition
    /// (`Retry.BackoffRate`); [`NONE`] if no state can be named.
    pub kind: String,
    /// The type of the enclosing state; `root` if there is none, [`NONE`] if no state can be named.
    pub parent: String,
    /// How it differs.
    pub shape: Shape,
}

/// Why a string is not a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the signature '{0}': it is written `aspect state-kind parent-kind shape`")]
pub struct NoSignature(String);

impl Signature {
    /// Assembles a signature from the aspect, the kinds of the state and its parent, and the shape.
    pub fn new(aspect: Aspect, (kind, parent): (&str, &str), shape: Shape) -> Self {
        Self {
            aspect,
            kind: kind.to_owned(),
            parent: parent.to_owned(),
            shape,
        }
    }

    /// The rule that the definition breaks, if the signature names one.
    pub fn broken_rule(&self) -> Option<Clause> {
        match self.aspect {
            Aspect::Acceptance | Aspect::Diagnostics => {
                Clause::from_id(self.shape.expected()?.detail.as_deref()?)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            aspect,
            kind,
            parent,
            shape,
        } = self;
        write!(f, "{} {kind} {parent} {shape}", aspect.name())
    }
}

impl FromStr for Signature {
    type Err = NoSignature;

    fn from_str(text: &str) -> Result<Self, NoSignature> {
        let parse = || {
            let [aspect, kind, parent, shape] = words(text)?;
            Some(Self {
                aspect: Aspect::ALL.into_iter().find(|it| it.name() == aspect)?,
                kind: kind.to_owned(),
                parent: parent.to_owned(),
                shape: shape.parse().ok()?,
            })
        };
        parse().ok_or_else(|| NoSignature(text.to_owned()))
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        signature.to_string()
    }
}

impl TryFrom<String> for Signature {
    type Error = NoSignature;

    fn try_from(text: String) -> Result<Self, NoSignature> {
        text.parse()
    }
}

/// The four words of a signature or of a pattern for signatures, none of them empty.
pub(crate) fn words(text: &str) -> Option<[&str; 4]> {
    let mut words = text.splitn(4, ' ');
    let words = [words.next()?, words.next()?, words.next()?, words.next()?];
    words.iter().all(|word| !word.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use stepproof_specs::clause::{Aspect, Clause};

    use super::{Shape, Signature, Term};

    #[test]
    fn what_is_written_is_read_back() {
        let (null, object) = (Term::new("null"), Term::new("object"));
        let shape = Shape::data(object, null, "value");
        let signature = Signature::new(Aspect::Output, ("Pass", "Map"), shape);
        let text = signature.to_string();
        assert_eq!(text, "output Pass Map object≠null@value");
        assert_eq!(text.parse(), Ok(signature));
    }

    #[test]
    fn what_has_no_four_words_is_no_signature() {
        for text in [
            "",
            "output Pass Map",
            "output  Map more",
            "outcome - - more",
        ] {
            assert!(text.parse::<Signature>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_broken_rule_is_named() {
        let rule = |text: &str| text.parse::<Signature>().unwrap().broken_rule();
        let unknown = "acceptance State - SCHEMA_VALIDATION_FAILED(validate.unknown)≠accepted";
        assert_eq!(rule(unknown), Some(Clause::ValidateUnknown));
        assert_eq!(rule("acceptance - - accepted≠refused:X(a-word)"), None);
        assert_eq!(rule("path Pass root ends(validate.unknown)"), None);
    }
}

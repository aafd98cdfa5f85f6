//! The identity of a case: a hash of its content, regardless of its origin.

use std::fmt;

use serde::{Deserialize, Serialize};
use stepproof_specs::scenario::case::{Body, Case};

/// The blake3 hash of a case's JSON without its origin, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(String);

impl CaseId {
    /// The identity of a case.
    pub fn of(case: &Case) -> Self {
        Self::of_body(&case.body)
    }

    /// The identity of a case with this body.
    pub fn of_body(body: &Body) -> Self {
        let mut hasher = blake3::Hasher::new();
        serde_json::to_writer(&mut hasher, body).expect("a case encodes as JSON");
        Self(hasher.finalize().to_hex().to_string())
    }

    /// The identity with these hexadecimal digits, which were stored.
    #[cfg(feature = "store")]
    pub(crate) fn stored(digits: String) -> Self {
        Self(digits)
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::scenario::case::{Case, ExecutionCase, Origin, Start};

    use super::CaseId;

    fn case(input: serde_json::Value) -> Case {
        let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
        ExecutionCase::new(definition, vec![Start::unplanned(input)]).into()
    }

    #[test]
    fn the_origin_does_not_matter_and_the_content_does() {
        let mut moved = case(json!(1));
        moved.origin = Some(Origin {
            machine: None,
            generator: "0".to_owned(),
            profile: "p".to_owned(),
            seed: 1,
            index: 2,
        });
        assert_eq!(CaseId::of(&case(json!(1))), CaseId::of(&moved));
        assert_ne!(CaseId::of(&case(json!(1))), CaseId::of(&case(json!(2))));
    }
}

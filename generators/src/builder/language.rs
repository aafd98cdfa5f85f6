//! The query languages of a machine.

use stepproof_specs::asl::QueryLanguage;

use super::{Builder, Place};
use crate::feature::{Feature, FeatureSet};

/// The languages that the states of a machine may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Languages {
    /// JSONPath.
    JsonPath,
    /// JSONPath, and JSONata in states that say so.
    Both,
    /// JSONata: no state may be in JSONPath.
    Jsonata,
}

impl Languages {
    /// Whether a state can be in JSONPath.
    pub(super) fn have_json_path(self) -> bool {
        self != Self::Jsonata
    }

    /// Whether a state can be in JSONata.
    pub(super) fn have_jsonata(self) -> bool {
        self != Self::JsonPath
    }

    /// The language of a state that does not say it.
    pub(super) fn default(self) -> QueryLanguage {
        match self {
            Self::JsonPath | Self::Both => QueryLanguage::JsonPath,
            Self::Jsonata => QueryLanguage::Jsonata,
        }
    }
}

impl Builder<'_> {
    /// Draws the languages of the machine.
    pub(super) fn languages(&mut self, features: FeatureSet) -> Languages {
        if !features.has(Feature::Jsonata) {
            return Languages::JsonPath;
        }
        let all = [Languages::JsonPath, Languages::Both, Languages::Jsonata];
        let drawn = self.dice.weighted(self.weights.languages.into_iter());
        all[drawn.unwrap_or_default()]
    }

    /// Draws the language of a state.
    pub(super) fn language(&mut self, place: &Place<'_>) -> QueryLanguage {
        match place.languages {
            Languages::Both if self.dice.one_in(2) => QueryLanguage::Jsonata,
            languages => languages.default(),
        }
    }

    /// What the machine writes in `QueryLanguage`.
    pub(super) fn machine_language(&mut self, languages: Languages) -> Option<QueryLanguage> {
        match languages {
            Languages::JsonPath => None,
            Languages::Both => self.dice.one_in(4).then_some(QueryLanguage::JsonPath),
            Languages::Jsonata => Some(QueryLanguage::Jsonata),
        }
    }

    /// What a state writes in `QueryLanguage`: nothing where it goes without saying, mostly.
    pub(super) fn said(
        &mut self,
        place: &Place<'_>,
        language: QueryLanguage,
    ) -> Option<QueryLanguage> {
        if place.languages == Languages::JsonPath {
            return None;
        }
        let is_default = language == place.languages.default();
        (!is_default || self.dice.one_in(12)).then_some(language)
    }
}

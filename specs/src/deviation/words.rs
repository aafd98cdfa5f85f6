//! The words of which deviations are made, asked of the types themselves.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

/// The names that a type gives its variants or fields when it is written; none if it has no such names.
pub fn words<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(Asked) {
        Err(Words(words)) => words,
        Ok(_) => &[],
    }
}

/// A deserialiser that answers with the names that it is asked for.
struct Asked;

/// The names, as the error that ends the deserialisation.
#[derive(Debug)]
struct Words(&'static [&'static str]);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Words {}

impl de::Error for Words {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Asked {
    type Error = Words;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Words> {
        Err(Words(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Words> {
        Err(Words(variants))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Words> {
        Err(Words(fields))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use crate::deviation::{Change, Deviation, Field, Hook, When};

    #[test]
    fn a_type_says_of_which_words_it_is_made() {
        assert_eq!(
            words::<Deviation>(),
            ["hook", "change", "states", "when", "paths"]
        );
        assert!(words::<Hook>().contains(&"path-missing"));
        assert!(words::<Change>().contains(&"drop-first"));
        assert!(words::<When>().contains(&"not-ascii"));
        let fields: Vec<_> = Field::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(words::<Field>(), fields);
    }
}

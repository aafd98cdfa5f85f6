//! Counts and lists in sentences.

use std::fmt::Display;

/// A count with its noun: `1 case`, `2 cases`.
pub(crate) fn plural(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    let number = self::noun(&count, noun);
    format!("{count} {number}")
}

/// The noun that follows a count.
pub(super) fn noun(count: impl Display, noun: &str) -> String {
    let ending = if count.to_string() == "1" { "" } else { "s" };
    format!("{noun}{ending}")
}

/// The first of these, and how many more there are.
pub(super) fn first_of(all: &[impl AsRef<str>], most: usize) -> String {
    let named: Vec<&str> = all.iter().take(most).map(AsRef::as_ref).collect();
    let mut words = named.join(", ");
    if all.len() > most {
        words.push_str(&format!(" and {} more", all.len() - most));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{first_of, plural};

    #[test]
    fn one_is_no_plural() {
        let told = [0_u64, 1, 2].map(|count| plural(count, "case"));
        assert_eq!(told, ["0 cases", "1 case", "2 cases"]);
    }

    #[test]
    fn a_long_list_is_cut() {
        assert_eq!(first_of(&["a", "b"], 2), "a, b");
        assert_eq!(first_of(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}

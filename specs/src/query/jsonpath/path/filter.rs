//! The expressions in `[?(…)]` in Jayway 2.0.0: comparisons joined by `&&` and `||`.
//!
//! Jayway splits the string first at every `&&` and `||`, then at the first operator, and ignores
//! quotes. Parentheses around comparisons are removed and do not group anything; a literal is a
//! string, quoted or not.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use regex_lite::{Regex, RegexBuilder};

use super::{Path, Root, parse::is_blank};

/// Alternatives of conjunctions: `&&` binds tighter than `||`, and nothing can change that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Neither the list nor any of its elements is empty.
    pub any: Vec<Vec<Criterion>>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criterion {
    /// `@.a`: it exists and is not null.
    Exists(Operand),
    /// `!@.a`: it does not exist, or is null.
    Missing(Operand),
    /// `@.a == 1`.
    Compare(Operand, Relation, Operand),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// `@…`: a definite path from the element, written as a path from `$`.
    Item(Path),
    /// `$…`: a definite path from the root of the whole path.
    Root(Path),
    /// `'text'`.
    Quoted(Arc<str>),
    /// `5`, `true`, `null` or any other word: also a string.
    Bare(Arc<str>),
    /// `/regex/` or `/regex/i`.
    Pattern(Pattern),
}

/// A regular expression that has to match the whole string.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: Arc<str>,
    /// Made when it is needed first: a definition can hold more of them than there is memory.
    /// `None`: it uses what only Java's have, or is too large to be run.
    regex: Option<OnceLock<Option<Regex>>>,
}

/// How large a regular expression may become, in bytes.
const LARGEST_REGEX: usize = 32 << 10;
/// How many places it has at most, then; and what making it costs for each, in bytes.
const MOST_PLACES: usize = 1_024;
const PLACE: usize = 64;

/// An operator of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `==`
    Equal,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `=~`
    Matches,
}

impl Relation {
    /// Every operator, in the order in which they are searched for.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::AtLeast,
        Self::AtMost,
        Self::NotEqual,
        Self::Less,
        Self::Greater,
        Self::Matches,
    ];

    /// The operator as written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::Matches => "=~",
        }
    }
}

type Reason = &'static str;

impl Filter {
    /// Parses a filter with its brackets, `[?(…)]`.
    pub(super) fn parse(text: &str) -> Result<Self, Reason> {
        let inner = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let inner = inner.and_then(|text| text.trim_matches(is_blank).strip_prefix('?'));
        let inner = inner.and_then(|text| text.trim_matches(is_blank).strip_prefix('('));
        let inner = inner.and_then(|text| text.strip_suffix(')'));
        let inner = inner
            .ok_or("a filter reads [?(...)]")?
            .trim_matches(is_blank);
        let mut any = vec![Vec::new()];
        let mut expected = true;
        for part in parts(inner) {
            let part = part.trim_matches(is_blank);
            if (part == "&&" || part == "||") == expected {
                return Err("'&&' and '||' join two comparisons");
            }
            expected = !expected;
            match part {
                "&&" => {}
                "||" => any.push(Vec::new()),
                _ => {
                    let criterion = Criterion::parse(bare(part)?)?;
                    any.last_mut().expect("there is one").push(criterion);
                }
            }
        }
        if expected {
            return Err("'&&' and '||' join two comparisons");
        }
        Ok(Self { any })
    }

    /// Whether it does what AWS documents for no path: it compares by a regular expression, with
    /// another value of the data, or with the element itself.
    pub(super) fn goes_beyond(&self) -> bool {
        let is_path = |side: &Operand| matches!(side, Operand::Item(_) | Operand::Root(_));
        let compares_values = self.any.iter().flatten().any(|criterion| {
            matches!(criterion, Criterion::Compare(left, _, right) if is_path(left) && is_path(right))
        });
        compares_values
            || self.operands().any(|operand| match operand {
                Operand::Pattern(_) => true,
                Operand::Item(path) => path.steps().is_empty(),
                _ => false,
            })
    }

    /// Both sides of every comparison.
    pub fn operands(&self) -> impl Iterator<Item = &Operand> {
        self.any.iter().flatten().flat_map(|criterion| {
            let (left, right) = match criterion {
                Criterion::Exists(path) | Criterion::Missing(path) => (path, None),
                Criterion::Compare(left, _, right) => (left, Some(right)),
            };
            std::iter::once(left).chain(right)
        })
    }

    /// Like [`Filter::operands`], mutably.
    pub fn operands_mut(&mut self) -> impl Iterator<Item = &mut Operand> {
        self.any.iter_mut().flatten().flat_map(|criterion| {
            let (left, right) = match criterion {
                Criterion::Exists(path) | Criterion::Missing(path) => (path, None),
                Criterion::Compare(left, _, right) => (left, Some(right)),
            };
            std::iter::once(left).chain(right)
        })
    }
}

/// Splits a string before and after every `&&` and `||`.
fn parts(text: &str) -> Vec<&str> {
    let joins = |text: &str| text.starts_with("&&") || text.starts_with("||");
    let joined = |text: &str| text.ends_with("&&") || text.ends_with("||");
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.char_indices().skip(1) {
        if joins(&text[at..]) || joined(&text[..at]) {
            parts.push(&text[start..at]);
            start = at;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Strips the parentheses from a comparison.
fn bare(text: &str) -> Result<&str, Reason> {
    let text = text.trim_start_matches(['[', '?', '(', ' ']);
    let text = text.trim_end_matches([')', ' ']);
    if text.is_empty() {
        return Err("there is a comparison in every pair of parentheses");
    }
    Ok(text)
}

impl Criterion {
    fn parse(text: &str) -> Result<Self, Reason> {
        let found = Relation::ALL
            .into_iter()
            .find_map(|relation| Some((relation, text.split_once(relation.text())?)));
        let Some((relation, (left, right))) = found else {
            let text = text.trim_matches(is_blank);
            return match Operand::parse(text)? {
                path @ (Operand::Item(_) | Operand::Root(_)) if text.starts_with('!') => {
                    Ok(Self::Missing(path))
                }
                path @ (Operand::Item(_) | Operand::Root(_)) => Ok(Self::Exists(path)),
                _ => Err("there is an operator in every comparison"),
            };
        };
        let right = right.trim_matches(is_blank);
        if right.starts_with("!@") {
            return Err("'!' says that something is not there and stands alone");
        }
        // A '!' before a comparison is accepted and has no effect.
        let left = Operand::parse(left.trim_matches(is_blank))?;
        Ok(Self::Compare(left, relation, Operand::parse(right)?))
    }
}

impl Operand {
    fn parse(text: &str) -> Result<Self, Reason> {
        if let Some(rest) = text.strip_prefix('@').or_else(|| text.strip_prefix("!@")) {
            return inner_path(rest).map(Self::Item);
        }
        if let Some(rest) = text.strip_prefix('$') {
            return inner_path(rest).map(Self::Root);
        }
        if text.starts_with('\'') && text.ends_with('\'') {
            let quoted = text.get(1..text.len() - 1);
            return quoted
                .map(|text| Self::Quoted(text.into()))
                .ok_or("a quote is closed");
        }
        let closed = text.ends_with('/') || text.ends_with("/i");
        if text.starts_with('/') && closed {
            return Pattern::parse(text).map(Self::Pattern);
        }
        Ok(Self::Bare(text.into()))
    }
}

fn inner_path(after_root: &str) -> Result<Path, Reason> {
    let text = format!("${}", after_root.trim_end_matches(is_blank));
    let steps = super::parse::inner_steps(after_root)?;
    Ok(Path::parsed(text.into(), Root::Data, steps))
}

impl Pattern {
    /// Parses `/regex/` or `/regex/i`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const NONE: &str = "this is no regular expression";
        let end = text.rfind('/').filter(|end| *end > 0).ok_or(NONE)?;
        let regex = &text[1..end];
        let regex = match (Dialect::of(regex), compile(regex, text.ends_with('i'))) {
            (Dialect::Java, _) => None,
            (Dialect::Common, Ok(_)) => Some(OnceLock::new()),
            (Dialect::Common, Err(error)) if error.to_string().ends_with("size limit") => None,
            _ => return Err(NONE),
        };
        Ok(Self {
            text: text.into(),
            regex,
        })
    }

    /// How many bytes of work it is to match a text of this length: in the worst case, every place
    /// of the expression is looked at for every letter.
    pub(super) fn cost(&self, text: usize) -> usize {
        let regex = self.regex();
        let mut places = regex.len();
        if regex.contains('{') {
            let numbers = regex.split(|c: char| !c.is_ascii_digit());
            let times = numbers.filter_map(|number| number.parse::<usize>().ok());
            places = times.fold(places, |places, times| places.saturating_mul(times.max(1)));
        }
        2 * (text + PLACE) * places.min(MOST_PLACES)
    }

    /// The expression without its slashes.
    pub(super) fn regex(&self) -> &str {
        &self.text[1..self.text.rfind('/').unwrap_or(1).max(1)]
    }

    /// Whether it matches the whole string; `None` if it is not interpreted.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let regex = self.regex.as_ref()?.get_or_init(|| {
            let whole = format!("^(?:{})$", self.regex());
            compile(&whole, self.text.ends_with('i')).ok()
        });
        Some(regex.as_ref()?.is_match(text))
    }
}

fn compile(regex: &str, any_case: bool) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(regex)
        .case_insensitive(any_case)
        .size_limit(LARGEST_REGEX)
        .build()
}

/// Which implementations accept a regular expression.
enum Dialect {
    /// All, with the same meaning.
    Common,
    /// Only Java's: groups with a question mark, nested classes, possessive quantifiers, most
    /// escapes.
    Java,
    /// Not Java's: a quantifier follows another. (In `a*?`, the second sign only modifies the
    /// first.)
    Other,
}

impl Dialect {
    fn of(regex: &str) -> Self {
        let (mut signs, mut in_class, mut java) = (0, false, false);
        let mut chars = regex.chars().peekable();
        while let Some(c) = chars.next() {
            signs = match c {
                '*' | '+' | '?' if !in_class => signs + 1,
                '}' => 1,
                _ => 0,
            };
            match c {
                '*' if signs > 1 => return Self::Other,
                _ if signs > 2 => return Self::Other,
                '+' if signs == 2 => java = true,
                '(' if !in_class && chars.next_if_eq(&'?').is_some() => java = true,
                '\\' => {
                    let letter = chars.next().filter(char::is_ascii_alphanumeric);
                    java |= letter.is_some_and(|c| !"dDwWsSbBtnr".contains(c));
                }
                '[' => java |= std::mem::replace(&mut in_class, true),
                ']' => in_class = false,
                _ => {}
            }
        }
        if java { Self::Java } else { Self::Common }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (alternative, all) in self.any.iter().enumerate() {
            for (place, criterion) in all.iter().enumerate() {
                f.write_str(match (alternative, place) {
                    (0, 0) => "",
                    (_, 0) => " || ",
                    _ => " && ",
                })?;
                criterion.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => path.fmt(f),
            Self::Missing(path) => write!(f, "!{path}"),
            Self::Compare(left, relation, right) => {
                write!(f, "{left} {} {right}", relation.text())
            }
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(path) => write!(f, "@{}", &path.text()[1..]),
            Self::Root(path) => f.write_str(path.text()),
            Self::Quoted(text) => write!(f, "'{text}'"),
            Self::Bare(text) => f.write_str(text),
            Self::Pattern(pattern) => f.write_str(&pattern.text),
        }
    }
}

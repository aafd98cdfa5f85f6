//! The shape of a difference.

use std::{convert::Infallible, fmt, str::FromStr};

/// Separates the reference's side from the engine's.
const BESIDE: char = '≠';
/// Precedes the part of the data that differs.
const PART: char = '@';
/// The first word in the shape of a violated property.
const PROPERTY: &str = "property";
/// The beginning of the shape of an event detail.
const DETAILS: &str = "details:";

/// How something differs, without names and values. Any string can be parsed as a shape, because
/// stored ones may come from an earlier build.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One word for both sides: `more`, `missing:TaskStateAborted`, `property:end`.
    One(Term),
    /// Each side described by its own term: `FAILED:custom≠SUCCEEDED`.
    Sides {
        /// What the reference does.
        expected: Term,
        /// What the engine does.
        actual: Term,
        /// The part of the data that differs, if it is data: `object≠null@value`.
        part: Option<String>,
    },
    /// A detail of an event: `details:TaskFailed.cause:present≠absent`.
    Detail {
        /// The type of the event.
        event: String,
        /// The key of the detail.
        key: String,
        /// How it differs.
        differs: Box<Shape>,
    },
}

/// A word of a shape, with its class and detail: `word:class(detail)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// What it is: a status, an error, a type of data, a code.
    pub word: String,
    /// Its class: `FAILED:States.Runtime`, `missing:TaskStateAborted`.
    pub class: Option<String>,
    /// What distinguishes it from others of that class: the first words of a cause, or the rule
    /// behind a code.
    pub detail: Option<String>,
}

impl Term {
    /// A word alone.
    pub fn new(word: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            class: None,
            detail: None,
        }
    }

    /// A word with its class.
    pub fn of(word: &str, class: impl Into<String>) -> Self {
        Self {
            class: Some(class.into()),
            ..Self::new(word)
        }
    }

    /// The same term with this detail, if there is one.
    #[must_use]
    pub fn told_by(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }

    /// The strings of which it consists.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let others = [self.class.as_deref(), self.detail.as_deref()];
        std::iter::once(&*self.word).chain(others.into_iter().flatten())
    }
}

/// An engine's word with the characters replaced that have a meaning in a shape.
pub(crate) fn foreign(name: &str) -> String {
    let is_sign = |it: char| it.is_whitespace() || [BESIDE, PART, ':', '(', ')'].contains(&it);
    name.replace(is_sign, "-")
}

impl Shape {
    /// One word for both sides.
    pub fn word(word: &str) -> Self {
        Self::One(Term::new(word))
    }

    /// The shape with a term for each side.
    pub fn sides(expected: Term, actual: Term) -> Self {
        Self::Sides {
            expected,
            actual,
            part: None,
        }
    }

    /// The shape of a difference in a part of some data.
    pub fn data(expected: Term, actual: Term, part: &str) -> Self {
        Self::Sides {
            expected,
            actual,
            part: Some(part.to_owned()),
        }
    }

    /// The shape of a difference between two counts.
    pub fn amount(expected: usize, actual: usize) -> Self {
        Self::word(match (expected, actual) {
            (_, 0) => "none",
            (0, _) => "unexpected",
            (expected, actual) if actual > expected => "more",
            _ => "fewer",
        })
    }

    /// A violated property.
    pub fn violated(property: &str) -> Self {
        Self::One(Term::of(PROPERTY, property))
    }

    /// The name of the violated property, if the shape is about one.
    pub fn property(&self) -> Option<&str> {
        match self {
            Self::One(Term { word, class, .. }) if word == PROPERTY => class.as_deref(),
            _ => None,
        }
    }

    /// The term of the reference's side, if the shape has two sides.
    pub fn expected(&self) -> Option<&Term> {
        match self {
            Self::Sides { expected, .. } => Some(expected),
            _ => None,
        }
    }

    /// The term of the engine's side, if the shape has two sides.
    pub fn actual(&self) -> Option<&Term> {
        match self {
            Self::Sides { actual, .. } => Some(actual),
            _ => None,
        }
    }

    /// Whether the shape is exactly this word.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::One(term) if term.word == word && term.class.is_none())
    }

    /// Whether one of its strings contains this one.
    pub fn mentions(&self, part: &str) -> bool {
        let has = |term: &Term| term.texts().any(|text| text.contains(part));
        match self {
            Self::One(term) => has(term),
            Self::Sides {
                expected, actual, ..
            } => has(expected) || has(actual),
            Self::Detail {
                event,
                key,
                differs,
            } => event.contains(part) || key.contains(part) || differs.mentions(part),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)?;
        if let Some(class) = &self.class {
            write!(f, ":{class}")?;
        }
        match &self.detail {
            Some(detail) => write!(f, "({detail})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(term) => term.fmt(f),
            Self::Sides {
                expected,
                actual,
                part,
            } => {
                write!(f, "{expected}{BESIDE}{actual}")?;
                match part {
                    Some(part) => write!(f, "{PART}{part}"),
                    None => Ok(()),
                }
            }
            Self::Detail {
                event,
                key,
                differs,
            } => write!(f, "{DETAILS}{event}.{key}:{differs}"),
        }
    }
}

impl FromStr for Term {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let open = text.strip_suffix(')').and_then(|it| it.split_once('('));
        let (head, detail) = open.map_or((text, None), |(head, detail)| (head, Some(detail)));
        let (word, class) = match head.split_once(':') {
            Some((word, class)) => (word, Some(class)),
            None => (head, None),
        };
        Ok(Self {
            word: word.to_owned(),
            class: class.map(str::to_owned),
            detail: detail.map(str::to_owned),
        })
    }
}

impl FromStr for Shape {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let detail = text.strip_prefix(DETAILS).and_then(|rest| {
            let (event, rest) = rest.split_once('.')?;
            let (key, differs) = rest.split_once(':')?;
            Some((event, key, differs))
        });
        if let Some((event, key, differs)) = detail {
            return Ok(Self::Detail {
                event: event.to_owned(),
                key: key.to_owned(),
                differs: Box::new(differs.parse()?),
            });
        }
        let Some((expected, actual)) = text.split_once(BESIDE) else {
            return Ok(Self::One(text.parse()?));
        };
        let (actual, part) = match actual.rsplit_once(PART) {
            Some((actual, part)) => (actual, Some(part.to_owned())),
            None => (actual, None),
        };
        Ok(Self::Sides {
            expected: expected.parse()?,
            actual: actual.parse()?,
            part,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Shape, Term, foreign};

    fn told(text: &str) -> Shape {
        text.parse().unwrap()
    }

    #[test]
    fn a_shape_is_read_as_it_was_made() {
        let failed = Term::of("FAILED", "States.Runtime").told_by(Some("the-path".to_owned()));
        let text = Term::new("string");
        for (shape, written) in [
            (Shape::amount(1, 2), "more"),
            (Shape::violated("end"), "property:end"),
            (
                Shape::sides(failed, Term::new("SUCCEEDED")),
                "FAILED:States.Runtime(the-path)≠SUCCEEDED",
            ),
            (
                Shape::Detail {
                    event: "TaskFailed".to_owned(),
                    key: "cause".to_owned(),
                    differs: Box::new(Shape::data(text.clone(), text, "value")),
                },
                "details:TaskFailed.cause:string≠string@value",
            ),
            (
                Shape::sides(
                    Term::new("accepted"),
                    Term::of("refused", foreign("a:b (c)")),
                ),
                "accepted≠refused:a-b--c-",
            ),
        ] {
            assert_eq!(shape.to_string(), written);
            assert_eq!(told(written), shape);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_shape_that_is_written_like_it(text in "[a-zA-Z.:()@≠ -]{0,24}") {
            let text = text.as_str();
            prop_assert_eq!(told(text).to_string(), text);
            let details = format!("details:{text}");
            prop_assert_eq!(told(&details).to_string(), details);
        }
    }
}

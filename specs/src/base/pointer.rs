//! Places in a JSON document: JSON pointers (RFC 6901), and locations as AWS prints them.

use std::{borrow::Cow, fmt};

/// A name as one part of a JSON pointer or of a site: `~` is written `~0`, and `/` is written `~1`.
pub fn escape(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        name.into()
    } else {
        name.replace('~', "~0").replace('/', "~1").into()
    }
}

/// Whether a name needs no escaping.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.bytes().any(|byte| matches!(byte, b'~' | b'/'))
}

/// The name that an escaped part of a JSON pointer or of a site stands for.
pub fn unescape(part: &str) -> Cow<'_, str> {
    if part.contains('~') {
        part.replace("~1", "/").replace("~0", "~").into()
    } else {
        part.into()
    }
}

/// The JSON pointer to the member `name` of the object at `pointer`.
pub fn member(pointer: &str, name: &str) -> String {
    [pointer, &escape(name)].join("/")
}

/// A location in a definition, as a borrowed list: nothing is allocated until a diagnostic prints
/// it. It prints as AWS writes locations, with indexes in brackets and nothing escaped:
/// `/States/Fan/Branches[0]/States/A`; the whole definition is `/`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pointer<'a> {
    /// The whole definition.
    Root,
    /// A field of an object.
    Field(&'a Pointer<'a>, &'a str),
    /// An element of an array.
    Index(&'a Pointer<'a>, usize),
}

impl<'a> Pointer<'a> {
    /// The field `name` of the object here.
    pub(crate) fn field(&'a self, name: &'a str) -> Self {
        Self::Field(self, name)
    }

    /// The element `index` of the array here.
    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(parent, name) => {
                parent.write(f)?;
                write!(f, "/{name}")
            }
            Self::Index(parent, index) => {
                parent.write(f)?;
                write!(f, "[{index}]")
            }
        }
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("/"),
            inner => inner.write(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pointer, escape, member, unescape};

    #[test]
    fn names_in_pointers_are_escaped() {
        assert_eq!(escape("a/b~c"), "a~1b~0c");
        assert_eq!(member("/States", "a/b"), "/States/a~1b");
        for name in ["", "plain", "~1", "/~0", "~~//"] {
            assert_eq!(unescape(&escape(name)), name);
        }
    }

    #[test]
    fn prints_as_aws_writes_locations() {
        let root = Pointer::Root;
        assert_eq!(root.to_string(), "/");
        let states = root.field("States");
        let fan = states.field("Fan");
        let branches = fan.field("Branches");
        assert_eq!(
            branches.index(0).field("StartAt").to_string(),
            "/States/Fan/Branches[0]/StartAt"
        );
    }
}

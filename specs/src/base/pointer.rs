//! Where in a definition something is, as a borrowed list: nothing is allocated until a
//! diagnostic prints it.

use std::fmt;

/// A place in a definition. It prints as AWS writes locations, with indexes in brackets:
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
    use super::Pointer;

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

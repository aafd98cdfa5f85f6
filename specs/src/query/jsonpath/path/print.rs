//! Printing paths: the shortest form, and the form in Jayway's messages.

use std::fmt::{self, Display, Write};

use super::{Root, Step};

/// The initial capacity: most paths are shorter.
const ROOM: usize = 48;

/// A path in its shortest form.
pub(super) fn path(root: &Root, steps: &[Step]) -> String {
    let mut text = String::with_capacity(ROOM);
    text.push('$');
    match root {
        Root::Data => {}
        Root::Context => text.push('$'),
        Root::Variable(name) => text.push_str(name),
    }
    let mut after_scan = false;
    for step in steps {
        match step {
            Step::Name(name) if is_plain(name) => {
                if !after_scan {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Wildcard if after_scan => text.push('*'),
            other => other_step(&mut text, other),
        }
        after_scan = matches!(step, Step::Scan);
    }
    text
}

/// Prints a step that is not a plain name. Writing to a string cannot fail.
fn other_step(text: &mut String, step: &Step) {
    let _ = match step {
        Step::Index(index) => write!(text, "[{index}]"),
        Step::FromEnd(n) => write!(text, "[(@.length{n})]"),
        Step::Filter(filter) => write!(text, "[?({filter})]"),
        Step::Indexes(list) if list.len() == 1 => write!(text, "[{},]", list[0]),
        other => write!(text, "{}", Canonical(std::slice::from_ref(other))),
    };
}

fn is_plain(name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let is_ascii_letter = |byte: u8| byte.is_ascii() && is_letter(byte.into());
    !name.is_empty() && (name.bytes().all(is_ascii_letter) || name.chars().all(is_letter))
}

/// Steps as Jayway prints them in its messages.
pub(super) struct Canonical<'s>(pub &'s [Step]);

impl Display for Canonical<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Name(name) => write!(f, "['{name}']"),
            Step::Names(names) => {
                let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
                write!(f, "[{}]", quoted.join(", "))
            }
            Step::Index(index) => write!(f, "[{index}]"),
            Step::FromEnd(n) => write!(f, "[@.size(){n}]"),
            Step::Indexes(list) => {
                let list: Vec<_> = list.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", list.join(","))
            }
            Step::Slice(from, to) => {
                f.write_char('[')?;
                from.iter().try_for_each(|from| write!(f, "{from}"))?;
                f.write_char(':')?;
                to.iter().try_for_each(|to| write!(f, "{to}"))?;
                f.write_char(']')
            }
            Step::Wildcard => f.write_str("[*]"),
            Step::Scan => f.write_str(".."),
            Step::Filter(_) => f.write_str("[?]"),
        })
    }
}

/// The way from the root to a value, for messages. It is linked through the stack: nothing is
/// allocated until a message is printed.
#[derive(Clone, Copy)]
pub(super) struct Trail<'t> {
    up: Option<&'t Trail<'t>>,
    hop: Hop<'t>,
}

#[derive(Clone, Copy)]
pub(super) enum Hop<'t> {
    Root,
    Name(&'t str),
    Names(&'t Step),
    Index(i64),
}

impl Trail<'_> {
    pub(super) const ROOT: Self = Self {
        up: None,
        hop: Hop::Root,
    };

    /// Whether it ends at an element of an array.
    pub(super) fn is_element(&self) -> bool {
        matches!(self.hop, Hop::Index(_))
    }

    pub(super) fn then<'t>(&'t self, hop: Hop<'t>) -> Trail<'t> {
        Trail {
            up: Some(self),
            hop,
        }
    }
}

impl Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(f)?;
        }
        match self.hop {
            Hop::Root => f.write_char('$'),
            Hop::Name(name) => write!(f, "['{name}']"),
            Hop::Names(step) => Canonical(std::slice::from_ref(step)).fmt(f),
            Hop::Index(index) => write!(f, "[{index}]"),
        }
    }
}

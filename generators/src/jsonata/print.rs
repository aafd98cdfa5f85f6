//! Trees as text.

use std::fmt::{self, Display, Formatter};

use super::tree::{Operator, Tree};

/// Words that are no names unless they are quoted.
const WORDS: [&str; 7] = ["and", "or", "in", "true", "false", "null", "function"];

impl Display for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(it) => write!(f, "{it}"),
            Self::Number(it) => write!(f, "{it}"),
            Self::Text(it) => write!(f, "{}", serde_json::Value::from(it.as_str())),
            Self::Regex(pattern, flags) => write!(f, "/{pattern}/{flags}"),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Name(name) if is_plain(name) => f.write_str(name),
            Self::Name(name) => write!(f, "`{name}`"),
            Self::Wildcard => f.write_str("*"),
            Self::Descendant => f.write_str("**"),
            Self::Parent => f.write_str("%"),
            Self::Placeholder => f.write_str("?"),
            Self::Infix(operator, left, right) => match operator {
                Operator::Dot | Operator::Range | Operator::Focus | Operator::Index => {
                    write!(f, "{left}{}{right}", operator.text())
                }
                _ => write!(f, "{left} {} {right}", operator.text()),
            },
            Self::Negative(inner) => write!(f, "-{inner}"),
            Self::Filter(inner, predicate) => write!(f, "{inner}[{predicate}]"),
            Self::Keep(inner) => write!(f, "{inner}[]"),
            Self::Group(inner, members) => {
                write!(f, "{inner}")?;
                object(f, members)
            }
            Self::Sort(inner, terms) => {
                write!(f, "{inner}^(")?;
                for (index, (descends, term)) in terms.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    let order = if *descends { ">" } else { "" };
                    write!(f, "{comma}{order}{term}")?;
                }
                f.write_str(")")
            }
            Self::Array(items) => {
                f.write_str("[")?;
                list(f, items, ", ")?;
                f.write_str("]")
            }
            Self::Object(members) => object(f, members),
            Self::Block(parts) => {
                f.write_str("(")?;
                list(f, parts, "; ")?;
                f.write_str(")")
            }
            Self::Condition(condition, then, otherwise) => {
                write!(f, "{condition} ? {then}")?;
                match otherwise {
                    Some(otherwise) => write!(f, " : {otherwise}"),
                    None => Ok(()),
                }
            }
            Self::Call(function, arguments) => {
                write!(f, "{function}(")?;
                list(f, arguments, ", ")?;
                f.write_str(")")
            }
            Self::Lambda(parameters, signature, body) => {
                f.write_str("function(")?;
                for (index, name) in parameters.iter().enumerate() {
                    write!(f, "{}${name}", if index > 0 { ", " } else { "" })?;
                }
                let signature = signature.as_deref().unwrap_or_default();
                write!(f, "){signature}{{{body}}}")
            }
            Self::Transform(location, update, deleted) => {
                write!(f, "|{location}|{update}")?;
                if let Some(deleted) = deleted {
                    write!(f, ", {deleted}")?;
                }
                f.write_str("|")
            }
        }
    }
}

fn list(f: &mut Formatter<'_>, items: &[Tree], between: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index > 0 { between } else { "" })?;
    }
    Ok(())
}

fn object(f: &mut Formatter<'_>, members: &[(Tree, Tree)]) -> fmt::Result {
    f.write_str("{")?;
    for (index, (key, value)) in members.iter().enumerate() {
        write!(f, "{}{key}: {value}", if index > 0 { ", " } else { "" })?;
    }
    f.write_str("}")
}

fn is_plain(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_first)
        && name.chars().all(|c| is_first(c) || c.is_ascii_digit())
        && !WORDS.contains(&name)
}

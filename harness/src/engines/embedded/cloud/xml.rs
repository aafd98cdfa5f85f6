//! XML, written only: no service is sent any that has to be understood.

use std::fmt::Write as _;

use serde_json::Value;

/// How lists are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// An element for the list, with an element `member` for each of its members.
    Members,
    /// An element with the list's name for each of its members.
    Flat,
}

/// A document with one element in a namespace.
pub(super) fn document(
    name: &str,
    namespace: Option<&str>,
    content: &Value,
    lists: Lists,
) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let namespace = namespace.map(|it| format!(" xmlns=\"{it}\""));
    element(
        &mut text,
        name,
        &namespace.unwrap_or_default(),
        content,
        lists,
    );
    text
}

fn element(text: &mut String, name: &str, attributes: &str, content: &Value, lists: Lists) {
    if let (Value::Array(members), Lists::Flat) = (content, lists) {
        for member in members {
            element(text, name, attributes, member, lists);
        }
        return;
    }
    let _ = write!(text, "<{name}{attributes}>");
    match content {
        Value::Object(members) => {
            for (name, content) in members {
                element(text, name, "", content, lists);
            }
        }
        Value::Array(members) => {
            for member in members {
                element(text, "member", "", member, lists);
            }
        }
        Value::Null => {}
        Value::String(content) => escape(text, content),
        other => escape(text, &other.to_string()),
    }
    let _ = write!(text, "</{name}>");
}

/// Writes text so that it is read as it is. What XML cannot contain is replaced.
fn escape(text: &mut String, content: &str) {
    for c in content.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\r' => text.push_str("&#13;"),
            '\t' | '\n' => text.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            _ => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Lists, document};

    #[test]
    fn what_is_written_is_well_formed() {
        let content = json!({"A": ["<&>", {"B": 1}], "C": null, "D": "\u{1}\r\n"});
        let written = |lists| document("R", Some("urn:n"), &content, lists);
        let begin = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R xmlns=\"urn:n\">";
        let end = "<C></C><D>\u{fffd}&#13;\n</D></R>";
        assert_eq!(
            written(Lists::Flat),
            format!("{begin}<A>&lt;&amp;&gt;</A><A><B>1</B></A>{end}")
        );
        assert_eq!(
            written(Lists::Members),
            format!("{begin}<A><member>&lt;&amp;&gt;</member><member><B>1</B></member></A>{end}")
        );
    }
}

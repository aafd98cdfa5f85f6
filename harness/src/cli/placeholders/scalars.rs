//! The scalars of a text with placeholders, by the rules of YAML (YAML 1.2.2, chapters 6 to 8), of
//! which JSON is a part. A parser does not read such a text: a placeholder in place of a value is
//! neither JSON nor the value that is meant.

use std::ops::Range;

use super::PLACEHOLDER;

/// A scalar with a placeholder in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scalar<'t> {
    /// Where it is, with its quotes or its header.
    pub at: Range<usize>,
    /// Where its text is.
    pub inner: Range<usize>,
    pub style: Style,
    /// The keys on the way to it, the outermost first. The last is empty if it stands in an object
    /// without a key.
    pub keys: Vec<&'t str>,
    /// Whether it is a key itself.
    pub is_key: bool,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    /// Literal or folded.
    Block,
}

/// The scalars with placeholders, in the order of the text. What is in comments is none.
pub(super) fn scalars(text: &str) -> Vec<Scalar<'_>> {
    let mut scanner = Scanner {
        text,
        at: 0,
        levels: Vec::new(),
        parent: None,
        found: Vec::new(),
    };
    while let Some(byte) = scanner.byte(scanner.at) {
        scanner.step(byte);
    }
    scanner.found
}

/// A collection that is not yet closed.
struct Level<'t> {
    kind: Kind,
    /// The key of the entry; empty if there is none.
    key: &'t str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A block mapping whose keys begin in this column.
    Block(usize),
    /// In braces.
    Braces,
    /// In brackets.
    Brackets,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    levels: Vec<Level<'t>>,
    /// The column of the last key or dash of a block; lines of a scalar below it are further right.
    parent: Option<usize>,
    found: Vec<Scalar<'t>>,
}

impl Scanner<'_> {
    fn step(&mut self, byte: u8) {
        let flow = self.is_flow();
        match byte {
            b'#' if self.is_after_space() => self.at = self.line_end(self.at),
            b'"' => self.double(),
            b'\'' => self.single(),
            b'{' => self.open(Kind::Braces),
            b'[' => self.open(Kind::Brackets),
            b'}' | b']' if flow => {
                self.levels.pop();
                self.at += 1;
            }
            b',' if flow => {
                if let Some(level) = self.levels.last_mut() {
                    level.key = "";
                }
                self.at += 1;
            }
            b'-' | b'?' if !flow && self.is_blank(self.at + 1) => {
                let column = self.column(self.at);
                let inside =
                    |level: &mut Level<'_>| matches!(level.kind, Kind::Block(its) if its > column);
                while self.levels.pop_if(inside).is_some() {}
                self.parent = Some(column);
                self.at += 1;
            }
            b'|' | b'>' if !flow => self.block(),
            // Anchors, aliases and tags come before a value, the marks before a document.
            b'&' | b'*' | b'!' => self.skip_word(),
            b'-' | b'.' if !flow && self.is_mark() => self.skip_word(),
            _ if byte.is_ascii_whitespace() || byte == b':' => self.at += 1,
            _ => self.plain(),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn is_blank(&self, at: usize) -> bool {
        self.byte(at).is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn is_after_space(&self) -> bool {
        self.at == 0 || self.is_blank(self.at - 1)
    }

    fn is_flow(&self) -> bool {
        let last = self.levels.last();
        last.is_some_and(|level| !matches!(level.kind, Kind::Block(_)))
    }

    fn is_mark(&self) -> bool {
        let rest = &self.text[self.at..];
        self.column(self.at) == 0 && (rest.starts_with("---") || rest.starts_with("..."))
    }

    fn skip_word(&mut self) {
        while !self.is_blank(self.at) {
            self.at += 1;
        }
    }

    fn line_end(&self, from: usize) -> usize {
        let line = self.text.as_bytes()[from..].iter();
        from + line.take_while(|byte| **byte != b'\n').count()
    }

    /// The column of a place; looks back to the start of the line.
    fn column(&self, at: usize) -> usize {
        let before = self.text.as_bytes()[..at].iter().rev();
        before.take_while(|byte| **byte != b'\n').count()
    }

    /// The next line that is not blank, from the end of a line on: where its text begins, if that
    /// is to the right of the parent.
    fn continued(&self, mut end: usize) -> Option<usize> {
        loop {
            let line = end + 1;
            let rest = self.text.as_bytes().get(line..)?;
            let indent = rest.iter().take_while(|byte| **byte == b' ').count();
            end = self.line_end(line);
            if self.text.as_bytes()[line..end].trim_ascii().is_empty() {
                continue;
            }
            return (self.parent.is_none_or(|parent| indent > parent)).then_some(line + indent);
        }
    }

    fn open(&mut self, kind: Kind) {
        self.levels.push(Level { kind, key: "" });
        self.at += 1;
    }

    fn double(&mut self) {
        let mut end = self.at + 1;
        while let Some(byte) = self.byte(end).filter(|byte| *byte != b'"') {
            end += if byte == b'\\' { 2 } else { 1 };
        }
        self.quoted(end, Style::Double);
    }

    fn single(&mut self) {
        let mut end = self.at + 1;
        while let Some(byte) = self.byte(end) {
            let doubled = byte == b'\'' && self.byte(end + 1) == Some(b'\'');
            if byte == b'\'' && !doubled {
                break;
            }
            end += if doubled { 2 } else { 1 };
        }
        self.quoted(end, Style::Single);
    }

    /// Ends a string at its last quote, or with the text if it has none.
    fn quoted(&mut self, quote: usize, style: Style) {
        let inner = self.at + 1..quote.min(self.text.len());
        let end = (quote + 1).min(self.text.len());
        self.scalar(self.at..end, inner, style);
    }

    fn plain(&mut self) {
        let (start, flow) = (self.at, self.is_flow());
        let (mut at, mut end) = (start, start);
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\n' if !flow => match self.continued(at) {
                    Some(next) if self.byte(next) != Some(b'#') => at = next,
                    _ => break,
                },
                b':' if self.ends_key(at, flow) => break,
                b'#' if at > start && self.is_blank(at - 1) => break,
                b',' | b'[' | b']' | b'{' | b'}' if flow => break,
                b'$' => {
                    let rest = &self.text[at..];
                    let close = rest.starts_with("${").then(|| rest.find('}')).flatten();
                    let close = close.filter(|it| PLACEHOLDER.is_match(&rest[..=*it]));
                    at += close.map_or(1, |close| close + 1);
                    end = at;
                }
                _ => {
                    at += 1;
                    if !byte.is_ascii_whitespace() {
                        end = at;
                    }
                }
            }
        }
        // Whatever it is, the scan has to go on behind it.
        self.scalar(start..end.max(start + 1), start..end, Style::Plain);
    }

    /// Whether a colon ends a key that has no quotes.
    fn ends_key(&self, colon: usize, flow: bool) -> bool {
        let next = self.byte(colon + 1);
        self.is_blank(colon + 1) || flow && next.is_some_and(|next| b",[]{}".contains(&next))
    }

    fn block(&mut self) {
        let start = self.at;
        let header = self.line_end(start);
        let mut end = header;
        while let Some(next) = self.continued(end) {
            end = self.line_end(next);
        }
        self.scalar(start..end, (header + 1).min(end)..end, Style::Block);
    }

    /// Takes a scalar, as a key if a colon follows, and goes on behind it.
    fn scalar(&mut self, at: Range<usize>, inner: Range<usize>, style: Style) {
        let flow = self.is_flow();
        let after = self.text.as_bytes()[at.end..].iter();
        let space = |byte: &&u8| byte.is_ascii_whitespace() && (flow || **byte != b'\n');
        let colon = at.end + after.take_while(space).count();
        let is_key = style != Style::Block
            && self.byte(colon) == Some(b':')
            && (flow && style != Style::Plain || self.ends_key(colon, flow));
        let text = self.text;
        self.at = at.end;
        if is_key {
            self.at = colon + 1;
            if !flow {
                let column = self.column(at.start);
                let beside =
                    |level: &mut Level<'_>| matches!(level.kind, Kind::Block(its) if its >= column);
                while self.levels.pop_if(beside).is_some() {}
                self.parent = Some(column);
                self.levels.push(Level {
                    kind: Kind::Block(column),
                    key: "",
                });
            }
        }
        if text[inner.clone()].contains("${") {
            let around = self.levels.len() - usize::from(is_key);
            let levels = self.levels[..around].iter();
            let levels = levels.filter(|it| it.kind != Kind::Brackets);
            self.found.push(Scalar {
                at,
                inner: inner.clone(),
                style,
                keys: levels.map(|level| level.key).collect(),
                is_key,
            });
        }
        if let Some(level) = self.levels.last_mut().filter(|_| is_key) {
            level.key = &text[inner];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Style, scalars};

    fn found(text: &str) -> Vec<(&str, Style, String, bool)> {
        let found = scalars(text).into_iter();
        found
            .map(|it| (&text[it.inner], it.style, it.keys.join("/"), it.is_key))
            .collect()
    }

    #[test]
    fn quotes_follow_the_rules_of_yaml() {
        let text = "# it's a \"quote ${No}\nA: a 5\" pipe ${B}\nC:\n- D: 'it''s ${E}' # ${No}\n  \
                    F: \"\\\"${G}\"\n- ${H}\nI: |\n  \"${J}\n\n  k: ${L}\nM: one's\n  \"two ${N}\nO: \
                    {P: ${Q}, R: ['${S}', ${T}]}\nU: ${V}\n";
        assert_eq!(
            found(text),
            [
                ("a 5\" pipe ${B}", Style::Plain, "A".to_owned(), false),
                ("it''s ${E}", Style::Single, "C/D".to_owned(), false),
                ("\\\"${G}", Style::Double, "C/F".to_owned(), false),
                ("${H}", Style::Plain, "C".to_owned(), false),
                ("  \"${J}\n\n  k: ${L}", Style::Block, "I".to_owned(), false),
                ("one's\n  \"two ${N}", Style::Plain, "M".to_owned(), false),
                ("${Q}", Style::Plain, "O/P".to_owned(), false),
                ("${S}", Style::Single, "O/R".to_owned(), false),
                ("${T}", Style::Plain, "O/R".to_owned(), false),
                ("${V}", Style::Plain, "U".to_owned(), false),
            ]
        );
    }

    #[test]
    fn the_keys_of_json_are_found() {
        let text = r#"{"States":{"Do${A}":{"Next":"${B}","C":[{"D":1},${E}]}}, "F" : [[${G},${H}]],
            ${I}}"#;
        assert_eq!(
            found(text),
            [
                ("Do${A}", Style::Double, "States".to_owned(), true),
                (
                    "${B}",
                    Style::Double,
                    "States/Do${A}/Next".to_owned(),
                    false
                ),
                ("${E}", Style::Plain, "States/Do${A}/C".to_owned(), false),
                ("${G}", Style::Plain, "F".to_owned(), false),
                ("${H}", Style::Plain, "F".to_owned(), false),
                ("${I}", Style::Plain, String::new(), false),
            ]
        );
    }

    #[test]
    fn any_text_comes_to_an_end() {
        for text in [
            "\"${A}\\",
            "'${A}",
            "]},:",
            "- ? | > & * !",
            "--- ${A",
            "a: |",
            "é${é}: '",
        ] {
            assert!(scalars(text).len() <= 1, "{text}");
        }
    }
}

//! From JSON pointers to lines and back, by scanning the text.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use serde_json::Value;

/// A line and a column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// One step of a pointer, borrowed from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

/// Whether a text starts as a JSON object does: with a brace, and not with a key of YAML's flow
/// style, which may stand without quotes.
pub(super) fn looks_like_json(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('{') else {
        return false;
    };
    let first = rest.trim_start().chars().next();
    !first.is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '\'' | '#'))
}

/// The position of the value at a diagnostic's location, or of the nearest enclosing value. `value`
/// is the parsed text.
pub(super) fn find(text: &str, value: &Value, location: Option<&str>) -> Option<Position> {
    let steps = steps(value, location?);
    let offset = if looks_like_json(text) {
        Scanner::new(text).find(&steps)
    } else {
        find_in_yaml(text, &steps)
    };
    offset.map(|offset| position(text, offset))
}

/// Whether a location leads to something in the value.
pub(crate) fn exists(value: &Value, location: &str) -> bool {
    follow(value, location).1.is_empty()
}

/// The steps of a location, as far as they exist in the value.
fn steps<'l>(value: &Value, location: &'l str) -> Vec<Step<'l>> {
    follow(value, location).0
}

/// The steps that exist in the value, and the rest of the location. Names in a location are not
/// escaped, so only the value shows whether a `/` or a `[` is part of a name.
fn follow<'l>(value: &Value, location: &'l str) -> (Vec<Step<'l>>, &'l str) {
    let mut steps = Vec::new();
    let (mut value, mut rest) = (value, location);
    while let Some((step, inner, after)) = step(value, rest) {
        steps.push(step);
        (value, rest) = (inner, after);
    }
    (steps, rest)
}

fn step<'v, 'l>(value: &'v Value, rest: &'l str) -> Option<(Step<'l>, &'v Value, &'l str)> {
    match value {
        Value::Object(object) => {
            let rest = rest.strip_prefix('/')?;
            rest.match_indices(['/', '['])
                .map(|(end, _)| end)
                .chain([rest.len()])
                .find_map(|end| {
                    let (name, after) = rest.split_at(end);
                    Some((Step::Field(name), object.get(name)?, after))
                })
        }
        Value::Array(items) => {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            let index = index.parse().ok()?;
            Some((Step::Index(index), items.get(index)?, after))
        }
        _ => None,
    }
}

/// The line and column of an offset.
pub(crate) fn position(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// Finds a place in YAML by the look of its lines: the next line that starts with the key, or the
/// next line that starts with a dash. In flow style, only the line is found.
fn find_in_yaml(text: &str, steps: &[Step<'_>]) -> Option<usize> {
    let mut found = None;
    let mut at = 0;
    for step in steps {
        let mut lines = text[at..].split_inclusive('\n').scan(at, |start, line| {
            let here = *start;
            *start += line.len();
            Some((here, line))
        });
        let hit = match step {
            Step::Field(name) => lines.find_map(|(start, line)| {
                let key = line.trim_start_matches([' ', '-']);
                let bare = key.trim_start_matches(['"', '\'']);
                let after = bare.strip_prefix(name)?.trim_start_matches(['"', '\'']);
                after
                    .starts_with(':')
                    .then_some(start + line.len() - key.len())
            }),
            Step::Index(index) => nth_dash(lines, *index),
        };
        let Some(hit) = hit else { break };
        found = Some(hit);
        at = hit;
    }
    found
}

/// The line of item number `index`: a line with a dash, indented like the first one.
fn nth_dash<'t>(lines: impl Iterator<Item = (usize, &'t str)>, index: usize) -> Option<usize> {
    let mut depth = None;
    lines
        .filter_map(|(start, line)| {
            let key = line.trim_start();
            let indent = line.len() - key.len();
            let item = key.starts_with("- ") && *depth.get_or_insert(indent) == indent;
            item.then_some(start + indent)
        })
        .nth(index)
}

/// The offset of a line and a column, both from 1; the column is in bytes.
pub(crate) fn offset(text: &str, line: usize, column: usize) -> usize {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut offset = (line_start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The pointer of the innermost value that contains an offset of a JSON text, valid or not.
pub(super) fn pointer_at(text: &str, offset: usize) -> String {
    Scanner::new(&text[..offset]).open()
}

/// A scanner over JSON text. It never recurses.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

/// A value that contains the scanner's position: an object with its current key, or an array.
enum Open<'t> {
    Object(Option<Cow<'t, str>>),
    Array(usize),
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The offset of the key or the element that the steps lead to in a valid text.
    fn find(mut self, steps: &[Step<'_>]) -> Option<usize> {
        self.skip_space();
        let mut found = self.at;
        for step in steps {
            found = match step {
                Step::Field(name) => self.enter_field(name)?,
                Step::Index(index) => self.enter_element(*index)?,
            };
        }
        Some(found)
    }

    /// Moves to the value of a field of the current object; returns the offset of its key.
    fn enter_field(&mut self, name: &str) -> Option<usize> {
        self.eat('{')?;
        loop {
            self.skip_space();
            let key = self.at;
            let found = self.string()?;
            self.skip_space();
            self.eat(':')?;
            self.skip_space();
            if found == name {
                return Some(key);
            }
            self.skip_value()?;
        }
    }

    /// Moves to an element of the current array; returns its offset.
    fn enter_element(&mut self, index: usize) -> Option<usize> {
        self.eat('[')?;
        for _ in 0..index {
            self.skip_value()?;
        }
        self.skip_space();
        Some(self.at)
    }

    /// Skips a value and the comma after it.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                '"' => {
                    self.string()?;
                    continue;
                }
                '{' | '[' => depth += 1,
                '}' | ']' if depth == 0 => return None,
                '}' | ']' => depth -= 1,
                ',' if depth == 0 => {
                    self.at += 1;
                    return Some(());
                }
                _ => {}
            }
            self.advance();
        }
    }

    /// The pointer of the innermost value that is not closed at the end of the text.
    fn open(mut self) -> String {
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut key_next = false;
        while let Some(next) = self.peek() {
            match next {
                '"' => {
                    let text = self.string();
                    if let (true, Some(Open::Object(key))) = (key_next, open.last_mut()) {
                        *key = text;
                        key_next = false;
                    }
                    continue;
                }
                '{' => {
                    open.push(Open::Object(None));
                    key_next = true;
                }
                '[' => {
                    open.push(Open::Array(0));
                    key_next = false;
                }
                '}' | ']' => {
                    open.pop();
                }
                ',' => match open.last_mut() {
                    Some(Open::Object(key)) => {
                        *key = None;
                        key_next = true;
                    }
                    Some(Open::Array(index)) => *index += 1,
                    None => {}
                },
                _ => {}
            }
            self.advance();
        }
        pointer(&open)
    }

    /// Reads the string at the current position; if the text ends before the string does, what
    /// there is of it.
    fn string(&mut self) -> Option<Cow<'t, str>> {
        self.eat('"')?;
        let start = self.at;
        let mut escaped = false;
        let length = self.text[start..].find(|c| {
            let end = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            end
        });
        let Some(length) = length else {
            self.at = self.text.len();
            return None;
        };
        self.at = start + length + 1;
        let raw = &self.text[start..start + length];
        if raw.contains('\\') {
            return serde_json::from_str(&self.text[start - 1..self.at])
                .ok()
                .map(Cow::Owned);
        }
        Some(Cow::Borrowed(raw))
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn advance(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn eat(&mut self, expected: char) -> Option<()> {
        let hit = self.peek() == Some(expected);
        hit.then(|| self.at += expected.len_utf8())
    }
}

/// The most steps of a pointer that are shown.
const MAX_STEPS: usize = 32;

fn pointer(open: &[Open<'_>]) -> String {
    let mut pointer = String::new();
    for step in open.iter().take(MAX_STEPS) {
        match step {
            Open::Object(Some(key)) => {
                pointer.push('/');
                pointer.push_str(key);
            }
            Open::Object(None) => {}
            Open::Array(index) => {
                let _ = write!(pointer, "[{index}]");
            }
        }
    }
    if open.len() > MAX_STEPS {
        pointer.push('…');
    }
    if pointer.is_empty() {
        pointer.push('/');
    }
    pointer
}

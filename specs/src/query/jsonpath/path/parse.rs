//! From strings to steps, the way Jayway 2.0.0 parses them.
//!
//! Jayway first cuts the string into fragments, counting brackets but ignoring quotes, and then
//! looks in each fragment for the first character that shows its kind. So it accepts more than its
//! documentation says, and a name can contain neither a quote nor a closing bracket.

use std::sync::Arc;

use super::{Filter, Step, Steps};

/// Where and why a string is not a path.
pub(super) type Trouble = (usize, &'static str);

/// The characters that Java's `trim` removes.
pub(super) fn is_blank(c: char) -> bool {
    c <= ' '
}

/// The steps after the root.
pub(super) fn steps(text: &str) -> Result<Steps, Trouble> {
    read(text, true)
}

/// The steps of a path in a filter, which must lead to a single value and must not contain a
/// filter.
pub(super) fn inner_steps(text: &str) -> Result<Steps, &'static str> {
    let steps = read(text, false).map_err(|(_, reason)| reason)?;
    if steps.iter().all(Step::is_definite) {
        Ok(steps)
    } else {
        Err(INNER)
    }
}

const INNER: &str = "a path in a filter leads to one value";

fn read(text: &str, filters: bool) -> Result<Steps, Trouble> {
    let text = text.trim_end_matches(is_blank);
    if text.ends_with("..") {
        return Err((text.len(), "a path does not end with '..'"));
    }
    if !text.is_empty() && !text.starts_with(['.', '[']) {
        return Err((0, "expected '.' or '['"));
    }
    let mut steps = Steps::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (length, step) = match c {
            ' ' => return Err((at, "a space is quoted")),
            '$' => return Err((at, "a '$' is the first character")),
            '*' => (1, Some(Step::Wildcard)),
            '[' => bracket(&text[at..], filters).map_err(|reason| (at, reason))?,
            '.' => dot(&text[at..]).map_err(|reason| (at, reason))?,
            _ => name(&text[at..]).map_err(|reason| (at, reason))?,
        };
        at += length;
        steps.extend(step);
    }
    Ok(steps)
}

type Fragment = Result<(usize, Option<Step>), &'static str>;

/// `..`, `.*`, `.name`, or a dot before a bracket, which has no effect.
fn dot(text: &str) -> Fragment {
    let rest = &text[1..];
    match rest.chars().next() {
        None => Err("a '.' is followed by a name"),
        Some('.') => Ok((2, Some(Step::Scan))),
        Some('[') => Ok((1, None)),
        Some(' ') => Err("a space is quoted"),
        Some(_) => name(rest).map(|(length, step)| match step {
            _ if &rest[..length] == "*" => (2, Some(Step::Wildcard)),
            step => (length + 1, step),
        }),
    }
}

/// A name up to the next `.`, `[` or space.
fn name(text: &str) -> Fragment {
    let end = text.find(['.', '[', ' ']).unwrap_or(text.len());
    let name = &text[..end];
    let step = if name.contains(['\'', ']']) {
        names(&format!("'{name}']"))?
    } else {
        Step::Name(name.into())
    };
    Ok((end, Some(step)))
}

/// A fragment in brackets.
fn bracket(text: &str, filters: bool) -> Fragment {
    let mut depth = 0;
    let end = text.find(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    // An unclosed bracket may still be valid: an index ends at any other character.
    let end = end.map_or(text.len(), |end| end + 1);
    let fragment = &text[..end];
    let step = if fragment == "[*]" {
        Step::Wildcard
    } else {
        let kind = fragment
            .find(|c: char| matches!(c, '?' | '\'' | ':' | '-' | '@') || c.is_ascii_digit())
            .ok_or("brackets hold a name, an index, a slice, '*' or a filter")?;
        match fragment.as_bytes()[kind] {
            b'?' if !filters => return Err(INNER),
            b'?' => Step::Filter(Arc::new(filter(fragment, kind)?)),
            b'\'' => names(&fragment[kind..])?,
            b'@' => from_end(&fragment[kind..])?,
            _ => indexes(&fragment[kind..])?,
        }
    };
    Ok((end, Some(step)))
}

/// `'a'` or `'a', 'b'` up to the first closing bracket, even a quoted one. What is between the
/// quoted names is ignored.
fn names(text: &str) -> Result<Step, &'static str> {
    let end = text.find(']').ok_or("a '[' is closed by a ']'")?;
    let mut parts = text[..end].split('\'').skip(1).collect::<Vec<_>>();
    // Names alternate with what is between them; the last part has no closing quote.
    parts.pop();
    let mut names = parts.into_iter().step_by(2).map(Arc::from);
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(Step::Name(name)),
        (first, second) => Ok(Step::Names(
            first.into_iter().chain(second).chain(names).collect(),
        )),
    }
}

/// `@.length-1)` or `@.size()-1)`.
fn from_end(text: &str) -> Result<Step, &'static str> {
    const FORM: &str = "an index from the end reads (@.length-1)";
    let mut rest = text.chars();
    rest.by_ref().take(2).for_each(drop);
    let rest = rest.as_str();
    let (function, rest) = rest.split_at(rest.find('-').ok_or(FORM)?);
    let function = function.replace([' ', '(', ')'], "");
    if function != "length" && function != "size" {
        return Err(FORM);
    }
    let number = &rest[..rest.find(')').ok_or(FORM)?];
    Ok(Step::FromEnd(integer(&number.replace(' ', ""))?))
}

/// `1`, `0,2`, `1:`, `:2` or `1:2`, up to the first other character. Lists and slices can be mixed:
/// a list takes precedence over a slice, and a single number is an index.
fn indexes(text: &str) -> Result<Step, &'static str> {
    let mut list = IndexList {
        chars: text.chars().filter(|c| *c != ' '),
        numbers: Vec::new(),
    };
    let slice = list.read()?;
    let numbers = &list.numbers[..];
    Ok(match (numbers, slice) {
        (
            [index],
            Slice {
                from: false,
                to: false,
                ..
            },
        ) => Step::Index(*index),
        (_, Slice { listed: true, .. }) => Step::Indexes(numbers.into()),
        ([from, ..], Slice { from: true, .. }) => Step::Slice(Some(*from), None),
        ([to, ..], Slice { to: true, .. }) => Step::Slice(None, Some(*to)),
        ([from, to, ..], _) => Step::Slice(Some(*from), Some(*to)),
        _ => return Err("this is no index"),
    })
}

/// The punctuation between the numbers.
#[derive(Default)]
struct Slice {
    listed: bool,
    /// A slice without an end.
    from: bool,
    /// A slice without a start.
    to: bool,
}

struct IndexList<I> {
    chars: I,
    numbers: Vec<i32>,
}

impl<I: Iterator<Item = char>> IndexList<I> {
    fn read(&mut self) -> Result<Slice, &'static str> {
        let mut seen = Slice::default();
        let mut number = String::new();
        loop {
            match self.next()? {
                ',' => {
                    self.push(&mut number)?;
                    seen.listed = true;
                }
                ':' => {
                    let open = number.is_empty();
                    if !open {
                        self.push(&mut number)?;
                    }
                    // The character after a slice is skipped unless it closes the bracket.
                    let after = self.number(&mut number)?;
                    match (open, number.is_empty()) {
                        (false, true) => seen.from = true,
                        _ => self.push(&mut number)?,
                    }
                    seen.to |= open;
                    if after == ']' {
                        break;
                    }
                }
                c if is_digit(c) => number.push(c),
                _ => break,
            }
        }
        if !number.is_empty() {
            self.push(&mut number)?;
        }
        Ok(seen)
    }

    /// Reads a number, and the character after it.
    fn number(&mut self, number: &mut String) -> Result<char, &'static str> {
        loop {
            let c = self.next()?;
            if !is_digit(c) {
                return Ok(c);
            }
            number.push(c);
        }
    }

    fn push(&mut self, number: &mut String) -> Result<(), &'static str> {
        self.numbers.push(integer(number)?);
        number.clear();
        Ok(())
    }

    fn next(&mut self) -> Result<char, &'static str> {
        self.chars.next().ok_or("a '[' is closed by a ']'")
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == '-'
}

/// `[?(…)]`: the filter ends at the closing bracket; here Jayway does respect quotes.
fn filter(fragment: &str, mark: usize) -> Result<Filter, &'static str> {
    const BALANCE: &str = "the brackets of a filter are balanced";
    let start = fragment[..mark].rfind('[').ok_or(BALANCE)?;
    let (mut round, mut square, mut quoted, mut before) = (0, 0, false, ' ');
    for (at, c) in fragment[start..].char_indices() {
        match c {
            '\'' if before != '\\' => quoted = !quoted,
            _ if quoted => {}
            '(' => round += 1,
            ')' => round -= 1,
            '[' => square += 1,
            ']' => {
                square -= 1;
                if round == 0 {
                    if square != 0 {
                        return Err(BALANCE);
                    }
                    return Filter::parse(&fragment[start..=start + at]);
                }
            }
            _ => {}
        }
        before = c;
    }
    Err(BALANCE)
}

/// An `int` as Java parses it.
fn integer(text: &str) -> Result<i32, &'static str> {
    text.parse().map_err(|_| "this is no index")
}

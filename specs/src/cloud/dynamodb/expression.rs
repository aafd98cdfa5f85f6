//! What all expressions consist of: tokens, document paths, and names and values that are defined beside them.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use indexmap::IndexMap;

use super::{
    attribute::Attribute,
    path::{Path, Step},
};
use crate::cloud::{CloudError, params::Params};

/// The longest expression, in bytes.
const LONGEST: usize = 4_096;
/// How large names and values beside expressions are together at most, in bytes (Developer Guide, "Quotas",
/// "Expression parameters").
const LARGEST_DEFINED: usize = 2 << 20;

/// Names that have to be written as `#name` (Developer Guide, "Reserved words in DynamoDB").
static RESERVED: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("reserved.txt").split_whitespace().collect());

fn is_reserved(name: &str) -> bool {
    // The list is sorted.
    RESERVED
        .binary_search(&name.to_ascii_uppercase().as_str())
        .is_ok()
}

/// The names and values that are defined beside the expressions of a call. They are shared by all places
/// that use them.
pub(super) struct Defined<'v> {
    names: IndexMap<&'v str, Arc<str>>,
    values: IndexMap<&'v str, Arc<Attribute>>,
    used: RefCell<BTreeSet<String>>,
}

impl<'v> Defined<'v> {
    /// Reads them; `expressions` are the parameters that can use them.
    pub fn read(params: &Params<'v>, expressions: &[&str]) -> Result<Self, CloudError> {
        let names = params.map("ExpressionAttributeNames")?;
        let values = params.map("ExpressionAttributeValues")?;
        let has_any = expressions.iter().any(|name| params.value(name).is_some());
        for (name, map, sign) in [
            ("ExpressionAttributeNames", names, '#'),
            ("ExpressionAttributeValues", values, ':'),
        ] {
            let Some(map) = map else {
                continue;
            };
            if !has_any {
                let message = if sign == '#' {
                    format!("{name} can only be specified when using expressions")
                } else {
                    format!(
                        "{name} can only be specified when using expressions: {} is null",
                        expressions.join(" and ")
                    )
                };
                return Err(CloudError::validation(message));
            }
            if map.is_empty() {
                return Err(CloudError::validation(format!("{name} must not be empty")));
            }
            if let Some(key) = map.keys().find(|key| !key.starts_with(sign)) {
                return Err(CloudError::validation(format!(
                    "{name} contains invalid key: Syntax error; key: \"{key}\""
                )));
            }
        }
        let names = names.into_iter().flatten().map(|(key, name)| {
            let name = name
                .as_str()
                .ok_or_else(|| CloudError::serialization("ExpressionAttributeNames", "strings"))?;
            Ok((key.as_str(), name.into()))
        });
        let values = values.into_iter().flatten().map(|(key, value)| {
            let value = Attribute::read(value).map_err(|error| {
                CloudError::validation(format!(
                    "ExpressionAttributeValues contains invalid value: {} for key {key}",
                    error.message
                ))
            })?;
            Ok((key.as_str(), value.into()))
        });
        let defined = Self {
            names: names.collect::<Result<_, CloudError>>()?,
            values: values.collect::<Result<_, CloudError>>()?,
            used: RefCell::default(),
        };
        defined.check_size()?;
        Ok(defined)
    }

    fn check_size(&self) -> Result<(), CloudError> {
        let names = self.names.iter().map(|(key, name)| key.len() + name.len());
        let values = self.values.iter();
        let values = values.map(|(key, value)| key.len() + value.size());
        // The wording is ours.
        if names.chain(values).sum::<usize>() > LARGEST_DEFINED {
            return Err(CloudError::validation(format!(
                "ExpressionAttributeNames and ExpressionAttributeValues have exceeded the maximum allowed size \
                 of {LARGEST_DEFINED} bytes"
            )));
        }
        Ok(())
    }

    /// Refuses a definition that no expression uses.
    pub fn check_used(&self) -> Result<(), CloudError> {
        let used = self.used.borrow();
        for (parameter, keys) in [
            (
                "ExpressionAttributeNames",
                self.names.keys().collect::<Vec<_>>(),
            ),
            ("ExpressionAttributeValues", self.values.keys().collect()),
        ] {
            let unused = keys.into_iter().copied();
            let unused: Vec<_> = unused.filter(|key| !used.contains(*key)).collect();
            if !unused.is_empty() {
                return Err(CloudError::validation(format!(
                    "Value provided in {parameter} unused in expressions: keys: {{{}}}",
                    unused.join(", ")
                )));
            }
        }
        Ok(())
    }
}

/// A token, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, a keyword, or an index.
    Word(&'t str),
    /// `#name`.
    Name(&'t str),
    /// `:value`.
    Value(&'t str),
    /// An operator or a bracket.
    Sign(&'t str),
}

impl<'t> Token<'t> {
    fn text(&self) -> &'t str {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Value(text) | Self::Sign(text) => text,
        }
    }
}

/// Reads an expression from left to right.
pub(super) struct Parser<'t> {
    kind: &'static str,
    tokens: Vec<Token<'t>>,
    place: usize,
    defined: &'t Defined<'t>,
}

impl<'t> Parser<'t> {
    /// Begins to read the expression in this parameter; `None` if there is none.
    pub fn begin(
        params: &Params<'t>,
        kind: &'static str,
        defined: &'t Defined<'t>,
    ) -> Result<Option<Self>, CloudError> {
        let Some(text) = params.maybe_text(kind)? else {
            return Ok(None);
        };
        let mut parser = Self {
            kind,
            tokens: Vec::new(),
            place: 0,
            defined,
        };
        if text.len() > LONGEST {
            return Err(parser.invalid(format!(
                "Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            )));
        }
        parser.tokens = parser.tokens_of(text)?;
        if parser.tokens.is_empty() {
            return Err(parser.invalid("The expression can not be empty;"));
        }
        Ok(Some(parser))
    }

    fn tokens_of(&self, text: &'t str) -> Result<Vec<Token<'t>>, CloudError> {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_in_word = |c: char| c.is_alphanumeric() || c == '_';
            let skipped = usize::from(first == '#' || first == ':');
            let word = rest[skipped..]
                .find(|c| !is_in_word(c))
                .map_or(rest.len(), |end| skipped + end);
            let signs = [
                "<>", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ".", ",", "+", "-",
            ];
            let sign = signs.into_iter().find(|sign| rest.starts_with(sign));
            let length = match sign {
                Some(sign) => sign.len(),
                None if word > skipped => word,
                None => {
                    let near: String = rest.chars().take(10).collect();
                    return Err(self.invalid(format!(
                        "Syntax error; token: \"{first}\", near: \"{near}\""
                    )));
                }
            };
            let (token, after) = rest.split_at(length);
            tokens.push(match (sign, first) {
                (Some(_), _) => Token::Sign(token),
                (None, '#') => Token::Name(token),
                (None, ':') => Token::Value(token),
                (None, _) => Token::Word(token),
            });
            rest = after.trim_start();
        }
        Ok(tokens)
    }

    pub fn peek(&self) -> Option<&Token<'t>> {
        self.tokens.get(self.place)
    }

    /// Whether the next token is this sign.
    pub fn is_at(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(text)) if *text == sign)
    }

    /// Goes on after this sign, if it is next.
    pub fn takes(&mut self, sign: &str) -> bool {
        let takes = self.is_at(sign);
        self.place += usize::from(takes);
        takes
    }

    /// Goes on after this keyword, if it is next.
    pub fn takes_word(&mut self, word: &str) -> bool {
        let takes =
            matches!(self.peek(), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word));
        self.place += usize::from(takes);
        takes
    }

    pub fn expect(&mut self, sign: &str) -> Result<(), CloudError> {
        self.takes(sign).then_some(()).ok_or_else(|| self.syntax())
    }

    pub fn expect_word(&mut self, word: &str) -> Result<(), CloudError> {
        self.takes_word(word)
            .then_some(())
            .ok_or_else(|| self.syntax())
    }

    pub fn expect_end(&self) -> Result<(), CloudError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax()),
        }
    }

    /// Goes on after the name of a function and its bracket, if they are next.
    pub fn function(&mut self) -> Option<&'t str> {
        let name = match self.peek() {
            Some(Token::Word(name)) => *name,
            _ => return None,
        };
        let next = self.tokens.get(self.place + 1);
        if next != Some(&Token::Sign("(")) {
            return None;
        }
        self.place += 2;
        Some(name)
    }

    /// The value that `:value` stands for, if it is next.
    pub fn value(&mut self) -> Result<Option<Arc<Attribute>>, CloudError> {
        let Some(Token::Value(key)) = self.peek().cloned() else {
            return Ok(None);
        };
        let value = self.defined.values.get(key).cloned();
        let value = value.ok_or_else(|| {
            self.invalid(format!(
                "An expression attribute value used in expression is not defined; attribute value: {key}"
            ))
        })?;
        self.defined.used.borrow_mut().insert(key.to_owned());
        self.place += 1;
        Ok(Some(value))
    }

    pub fn path(&mut self) -> Result<Path, CloudError> {
        let name = self.name()?;
        let mut steps = Vec::new();
        loop {
            if self.takes(".") {
                steps.push(Step::Name(self.name()?));
            } else if self.takes("[") {
                let index = match self.peek() {
                    Some(Token::Word(digits)) => digits.parse().ok(),
                    _ => None,
                };
                steps.push(Step::Index(index.ok_or_else(|| self.syntax())?));
                self.place += 1;
                self.expect("]")?;
            } else {
                return Ok(Path { name, steps });
            }
        }
    }

    fn name(&mut self) -> Result<Arc<str>, CloudError> {
        let name = match self.peek() {
            Some(Token::Name(key)) => {
                let name = self.defined.names.get(key).cloned();
                let name = name.ok_or_else(|| {
                    self.invalid(format!(
                        "An expression attribute name used in the document path is not defined; attribute \
                         name: {key}"
                    ))
                })?;
                self.defined.used.borrow_mut().insert((*key).to_owned());
                name
            }
            Some(Token::Word(name)) if name.starts_with(|c: char| !c.is_ascii_digit()) => {
                if is_reserved(name) {
                    return Err(self.invalid(format!(
                        "Attribute name is a reserved keyword; reserved keyword: {name}"
                    )));
                }
                (*name).into()
            }
            _ => return Err(self.syntax()),
        };
        self.place += 1;
        Ok(name)
    }

    /// The next token should not be there.
    pub fn syntax(&self) -> CloudError {
        let token = self.peek().map_or("<EOF>", Token::text);
        let near = self.tokens[self.place.saturating_sub(1)..].iter().take(3);
        let near: Vec<_> = near.map(Token::text).collect();
        self.invalid(format!(
            "Syntax error; token: \"{token}\", near: \"{}\"",
            near.join(" ")
        ))
    }

    /// The expression is wrong for this reason.
    pub fn invalid(&self, reason: impl AsRef<str>) -> CloudError {
        CloudError::validation(format!("Invalid {}: {}", self.kind, reason.as_ref()))
    }

    /// A function or an operator is given an operand of a type that it does not take.
    pub fn wrong_operand(&self, function: &str, operand: &Attribute) -> CloudError {
        self.invalid(format!(
            "Incorrect operand type for operator or function; operator or function: {function}, operand type: {}",
            operand.kind()
        ))
    }
}

/// Paths with commas between them: which attributes are asked for.
pub(super) fn projection(mut parser: Parser<'_>) -> Result<Vec<Path>, CloudError> {
    let mut paths = vec![parser.path()?];
    while parser.takes(",") {
        paths.push(parser.path()?);
    }
    parser.expect_end()?;
    check_disjoint(&parser, &paths)?;
    Ok(paths)
}

/// Refuses paths of which one leads through another's end.
pub(super) fn check_disjoint(parser: &Parser<'_>, paths: &[Path]) -> Result<(), CloudError> {
    for (place, one) in paths.iter().enumerate() {
        for two in &paths[place + 1..] {
            let how = if one.overlaps(two) {
                "overlap"
            } else if one.conflicts(two) {
                "conflict"
            } else {
                continue;
            };
            return Err(parser.invalid(format!(
                "Two document paths {how} with each other; must remove or rewrite one of these paths; path one: \
                 {one}, path two: {two}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, is_reserved};

    #[test]
    fn the_reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("Name") && is_reserved("ZONE") && is_reserved("abort"));
        assert!(!is_reserved("id") && !is_reserved(""));
    }
}

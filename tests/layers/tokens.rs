//! Splits Rust source into tokens, without comments, contents of strings, and code that is compiled
//! only for tests.

use std::{iter::Peekable, str::Chars};

/// A piece of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name or a keyword.
    Word(String),
    /// `::`.
    PathSeparator,
    /// Any other character; a literal is represented by `"`.
    Sign(char),
}

impl Token {
    /// Whether the token is this word.
    pub fn is_word(&self, wanted: &str) -> bool {
        matches!(self, Self::Word(word) if word == wanted)
    }

    /// Whether the token is this character.
    pub fn is_sign(&self, wanted: char) -> bool {
        *self == Self::Sign(wanted)
    }
}

/// The tokens of a file, except for test code.
pub fn tokens(source: &str) -> Vec<Token> {
    without_tests(&all(source))
}

fn all(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '/' if rest.peek() == Some(&'/') => {
                rest.by_ref().find(|it| *it == '\n');
            }
            '/' if rest.peek() == Some(&'*') => skip_block_comment(&mut rest),
            '"' => {
                skip_string(&mut rest);
                tokens.push(Token::Sign('"'));
            }
            '\'' => skip_quote(&mut rest),
            ':' if rest.next_if_eq(&':').is_some() => tokens.push(Token::PathSeparator),
            _ if sign.is_alphanumeric() || sign == '_' => {
                let mut word = String::from(sign);
                while let Some(more) = rest.next_if(|it| it.is_alphanumeric() || *it == '_') {
                    word.push(more);
                }
                if matches!(&*word, "r" | "br") && matches!(rest.peek(), Some('"' | '#')) {
                    skip_raw_string(&mut rest);
                    tokens.push(Token::Sign('"'));
                } else {
                    tokens.push(Token::Word(word));
                }
            }
            _ if sign.is_whitespace() => {}
            _ => tokens.push(Token::Sign(sign)),
        }
    }
    tokens
}

fn skip_block_comment(rest: &mut Peekable<Chars<'_>>) {
    let mut depth = 1;
    rest.next();
    while depth > 0 {
        match rest.next() {
            Some('*') if rest.next_if_eq(&'/').is_some() => depth -= 1,
            Some('/') if rest.next_if_eq(&'*').is_some() => depth += 1,
            Some(_) => {}
            None => return,
        }
    }
}

fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    while let Some(sign) = rest.next() {
        match sign {
            '\\' => {
                rest.next();
            }
            '"' => return,
            _ => {}
        }
    }
}

/// Skips a raw string. In a raw identifier (`r#type`), which has no quote, only the hash is
/// skipped.
fn skip_raw_string(rest: &mut Peekable<Chars<'_>>) {
    let mut hashes = 0;
    while rest.next_if_eq(&'#').is_some() {
        hashes += 1;
    }
    if rest.next_if_eq(&'"').is_none() {
        return;
    }
    loop {
        match rest.next() {
            Some('"') => {
                let mut closing = 0;
                while closing < hashes && rest.next_if_eq(&'#').is_some() {
                    closing += 1;
                }
                if closing == hashes {
                    return;
                }
            }
            Some(_) => {}
            None => return,
        }
    }
}

/// Skips a character literal, or the start of a lifetime.
fn skip_quote(rest: &mut Peekable<Chars<'_>>) {
    match rest.next() {
        Some('\\') => {
            rest.next();
            rest.by_ref().find(|it| *it == '\'');
        }
        Some(_) => {
            // A lifetime has no quote after its first letter.
            rest.next_if_eq(&'\'');
        }
        None => {}
    }
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_sign('#') {
            let end = after_brackets(tokens, at + 1);
            let attribute = &tokens[at..end];
            if is_for_tests(attribute) {
                at = after_item(tokens, end);
            } else {
                kept.extend_from_slice(attribute);
                at = end;
            }
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Whether an attribute is `#[cfg(test)]`.
fn is_for_tests(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|it| it.is_word(word));
    has("cfg") && has("test") && !has("not")
}

/// The position after the bracketed group that starts here; the next position if none does.
pub fn after_brackets(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The position after an item, including any further attributes before it.
fn after_item(tokens: &[Token], mut at: usize) -> usize {
    while at < tokens.len() {
        match &tokens[at] {
            Token::Sign(';') => return at + 1,
            Token::Sign('{') => return after_brackets(tokens, at),
            Token::Sign('(' | '[') => at = after_brackets(tokens, at),
            _ => at += 1,
        }
    }
    at
}

//! The syntax of calls (States Language specification, "Intrinsic Functions").

use std::sync::Arc;

use serde_json::{Number, Value};

use super::{Argument, Call, Function};
use crate::query::jsonpath::path::Path;

/// The Developer Guide allows calls to be nested ten deep.
const MAX_DEPTH: usize = 10;

pub(super) fn parse(text: &str) -> Result<Call, &'static str> {
    let mut scanner = Scanner { rest: text };
    let call = scanner.call(1)?;
    if scanner.rest.is_empty() {
        Ok(call)
    } else if scanner.rest.trim().is_empty() {
        Ok(Call {
            text: Arc::<str>::from(text).into(),
            ..call
        })
    } else {
        Err("there is text after the call")
    }
}

struct Scanner<'t> {
    rest: &'t str,
}

impl<'t> Scanner<'t> {
    fn call(&mut self, depth: usize) -> Result<Call, &'static str> {
        if depth > MAX_DEPTH {
            return Err("calls are nested too deep");
        }
        let start = self.rest;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
        let function = Function::from_name(name).ok_or("there is no such intrinsic function")?;
        if !self.eat('(') {
            return Err("a function name is followed by '('");
        }
        let arguments = self.arguments(function, depth)?;
        Ok(Call {
            text: Arc::<str>::from(&start[..start.len() - self.rest.len()]).into(),
            function,
            arguments,
        })
    }

    fn arguments(
        &mut self,
        function: Function,
        depth: usize,
    ) -> Result<Vec<Argument>, &'static str> {
        let mut arguments = Vec::new();
        self.skip_space();
        if self.eat(')') {
            return Ok(arguments);
        }
        loop {
            self.skip_space();
            let is_template = function == Function::Format && arguments.is_empty();
            arguments.push(self.argument(depth, is_template)?);
            self.skip_space();
            if self.eat(')') {
                return Ok(arguments);
            }
            if !self.eat(',') {
                return Err("arguments are separated by ','");
            }
        }
    }

    fn argument(&mut self, depth: usize, is_template: bool) -> Result<Argument, &'static str> {
        match self.rest.chars().next() {
            Some('\'') => self
                .string(is_template)
                .map(|text| Argument::Literal(text.into())),
            Some('$') => self.path().map(Argument::Path),
            Some('-' | '0'..='9') => self.number().map(|number| Argument::Literal(number.into())),
            _ => match self.word() {
                Some(word) => Ok(Argument::Literal(word)),
                None => self.call(depth + 1).map(Argument::Call),
            },
        }
    }

    /// Reads a string in single quotes. A backslash escapes only `'`, `{`, `}` and itself. A
    /// template keeps its escapes.
    fn string(&mut self, is_template: bool) -> Result<String, &'static str> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '\'' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('\'' | '{' | '}' | '\\'))) => {
                        text.extend(is_template.then_some('\\'));
                        text.push(escaped);
                    }
                    _ => return Err("a backslash escapes only ' { } and \\"),
                },
                char => text.push(char),
            }
        }
        Err("a string is closed by a quote")
    }

    /// Reads a path, up to a comma or parenthesis outside of its brackets.
    fn path(&mut self) -> Result<Path, &'static str> {
        let mut depth = 0_usize;
        let mut quoted = false;
        let end = self.rest.find(|c| {
            match c {
                '\'' if depth > 0 => quoted = !quoted,
                '[' | '(' if !quoted => depth += 1,
                ']' if !quoted => depth = depth.saturating_sub(1),
                ')' if !quoted && depth > 0 => depth -= 1,
                ',' | ')' if !quoted && depth == 0 => return true,
                _ => {}
            }
            false
        });
        let (path, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        Path::parse(path.trim_end()).map_err(|error| error.reason)
    }

    fn number(&mut self) -> Result<Number, &'static str> {
        let text = self.take_while(|c| !matches!(c, ',' | ')') && !c.is_whitespace());
        serde_json::from_str(text)
            .ok()
            .or_else(|| text.parse().ok().and_then(Number::from_f64))
            .ok_or("this is no number")
    }

    /// Reads `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value> {
        let words = [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ];
        let (rest, value) = words
            .into_iter()
            .find_map(|(word, value)| Some((self.rest.strip_prefix(word)?, value)))?;
        self.rest = rest;
        Some(value)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, expected: char) -> bool {
        let rest = self.rest.strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn calls_take_strings_numbers_words_paths_and_calls() {
        for call in [
            "States.UUID()",
            "States.Array()",
            "States.Array( 1 , -2.5, 'a', true, null )",
            "States.Format('it\\'s \\{{}\\}', $.a['x,)'][0], $$.Execution.Id, $name)",
            "States.ArrayGetItem(States.StringSplit($.s, '-'), 0)",
            "States.ArrayLength($.items[?(@.price > 1)])",
            "States.StringSplit('Hello\nWorld', '\n')",
            "States.StringToJson('{\"a\":1}')",
        ] {
            assert_eq!(parse(call).unwrap().text(), call);
        }
    }

    #[test]
    fn broken_calls_are_refused() {
        let deep = format!("{}1{}", "States.Array(".repeat(11), ")".repeat(11));
        for call in [
            "",
            "States.UUID",
            "States.Nope()",
            "Format('a')",
            "States.Array(1",
            "States.Array(1 2)",
            "States.Array(1,)",
            "States.Array('a)",
            "States.Array(\"a\")",
            "States.Array($.)",
            "States.Array(1x)",
            "States.UUID() more",
            "States.StringToJson('{\"text\":\"An \\\"escaped\\\" quote\"}')",
            &deep,
        ] {
            assert!(parse(call).is_err(), "{call}");
        }
    }
}

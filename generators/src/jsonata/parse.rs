//! Text as trees: a parser by binding power, of the whole language.

use super::tree::{CONDITION, GROUP, Operator, POSTFIX, SORT, Tree};

/// How deep expressions may nest.
const DEEPEST: u32 = 120;

impl Tree {
    /// The tree of an expression; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser {
            rest: text,
            depth: 0,
        };
        let tree = parser.expression(0)?;
        parser.space()?;
        parser.rest.is_empty().then_some(tree)
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: u32,
}

/// Operators that are longer stand before those that they begin with.
const INFIX: [&str; 21] = [
    "..", "~>", ":=", "!=", "<=", ">=", ".", "+", "-", "*", "/", "%", "=", "<", ">", "&", "@", "#",
    "and", "or", "in",
];

impl<'t> Parser<'t> {
    /// Skips spaces and comments.
    fn space(&mut self) -> Option<()> {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix("/*") else {
                return Some(());
            };
            self.rest = comment.split_once("*/")?.1;
        }
    }

    fn takes(&mut self, text: &str) -> bool {
        if self.space().is_none() {
            return false;
        }
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.takes(text).then_some(())
    }

    fn sees(&mut self, text: &str) -> bool {
        self.space().is_some() && self.rest.starts_with(text)
    }

    fn expression(&mut self, power: u32) -> Option<Tree> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.prefix()?;
        while let Some(more) = self.suffix(&mut left, power) {
            more.then_some(())?;
        }
        self.depth -= 1;
        Some(left)
    }

    /// Continues an expression: `None` at its end, `Some(false)` if what follows is wrong.
    fn suffix(&mut self, left: &mut Tree, power: u32) -> Option<bool> {
        self.space()?;
        let taken = std::mem::replace(left, Tree::Null);
        let (made, goes_on) = match self.after(taken, power) {
            Ok(made) => (made, Some(true)),
            Err(Stop::End(back)) => (back, None),
            Err(Stop::Wrong) => (Tree::Null, Some(false)),
        };
        *left = made;
        goes_on
    }

    fn after(&mut self, left: Tree, power: u32) -> Result<Tree, Stop> {
        let next = self.rest.chars().next();
        match next {
            Some('[') if power < POSTFIX => {
                self.takes("[");
                if self.takes("]") {
                    return Ok(Tree::Keep(left.into()));
                }
                let predicate = self.expression(0).ok_or(Stop::Wrong)?;
                self.expect("]").ok_or(Stop::Wrong)?;
                Ok(Tree::Filter(left.into(), predicate.into()))
            }
            Some('(') if power < POSTFIX => {
                self.takes("(");
                self.call(left).ok_or(Stop::Wrong)
            }
            Some('{') if power < GROUP => {
                self.takes("{");
                let members = self.members().ok_or(Stop::Wrong)?;
                Ok(Tree::Group(left.into(), members))
            }
            Some('^') if power < SORT => {
                self.takes("^");
                let terms = self.terms().ok_or(Stop::Wrong)?;
                Ok(Tree::Sort(left.into(), terms))
            }
            Some('?') if power < CONDITION => {
                self.takes("?");
                self.conditional(left).ok_or(Stop::Wrong)
            }
            _ => self.infix(left, power),
        }
    }

    fn infix(&mut self, left: Tree, power: u32) -> Result<Tree, Stop> {
        let Some((text, operator)) = self.operator() else {
            return Err(Stop::End(left));
        };
        let binds = operator.power();
        if binds <= power || operator == Operator::Range {
            return Err(Stop::End(left));
        }
        self.rest = &self.rest[text.len()..];
        let least = if operator == Operator::Bind {
            binds - 1
        } else {
            binds
        };
        let right = self.expression(least).ok_or(Stop::Wrong)?;
        Ok(Tree::Infix(operator, left.into(), right.into()))
    }

    fn operator(&self) -> Option<(&'static str, Operator)> {
        let text = INFIX.into_iter().find(|text| {
            let after = self.rest.strip_prefix(text);
            let is_word = text.starts_with(char::is_alphabetic);
            after.is_some_and(|after| !is_word || !after.starts_with(is_of_name))
        })?;
        let operator = Operator::ALL.into_iter().find(|it| it.text() == text)?;
        Some((text, operator))
    }

    fn prefix(&mut self) -> Option<Tree> {
        self.space()?;
        let first = self.rest.chars().next()?;
        match first {
            '"' | '\'' => self.string().map(Tree::Text),
            '`' => {
                let (name, rest) = self.rest[1..].split_once('`')?;
                self.rest = rest;
                Some(Tree::Name(name.to_owned()))
            }
            '$' => {
                self.rest = &self.rest[1..];
                if let Some(rest) = self.rest.strip_prefix('$') {
                    self.rest = rest;
                    return Some(Tree::variable("$"));
                }
                Some(Tree::variable(self.word()))
            }
            '0'..='9' => self.number(),
            '-' => {
                self.takes("-");
                Some(Tree::Negative(self.expression(GROUP)?.into()))
            }
            '[' => {
                self.takes("[");
                self.array()
            }
            '{' => {
                self.takes("{");
                self.members().map(Tree::Object)
            }
            '(' => {
                self.takes("(");
                self.block()
            }
            '|' => {
                self.takes("|");
                self.transform()
            }
            '/' => self.regex(),
            '*' => Some(if self.takes("**") {
                Tree::Descendant
            } else {
                self.takes("*");
                Tree::Wildcard
            }),
            '%' => {
                self.takes("%");
                Some(Tree::Parent)
            }
            c if is_of_name(c) => self.named(),
            _ => None,
        }
    }

    fn named(&mut self) -> Option<Tree> {
        let word = self.word();
        Some(match word {
            "null" => Tree::Null,
            "true" => Tree::Bool(true),
            "false" => Tree::Bool(false),
            "function" | "λ" if self.sees("(") => {
                self.takes("(");
                return self.lambda();
            }
            _ => Tree::Name(word.to_owned()),
        })
    }

    fn word(&mut self) -> &'t str {
        let end = self.rest.find(|c| !is_of_name(c));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn number(&mut self) -> Option<Tree> {
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| {
            let count = bytes[from..].iter().take_while(|it| it.is_ascii_digit());
            from + count.count()
        };
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let from = end + 1 + sign;
            if from <= bytes.len() && digits(from) > from {
                end = digits(from);
            }
        }
        let number = self.rest[..end].parse().ok()?;
        self.rest = &self.rest[end..];
        Some(Tree::Number(number))
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.rest = &self.rest[at + 2..];
                    return Some(text);
                }
                '\\' => match chars.next()?.1 {
                    'u' => {
                        let mut unit = || -> Option<u32> {
                            (0..4).try_fold(0, |code, _| {
                                Some(code * 16 + chars.next()?.1.to_digit(16)?)
                            })
                        };
                        text.push(char::from_u32(unit()?)?);
                    }
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    c @ ('"' | '\\' | '/' | '\'') => text.push(c),
                    _ => return None,
                },
                c => text.push(c),
            }
        }
        None
    }

    fn regex(&mut self) -> Option<Tree> {
        let inner = &self.rest[1..];
        let mut escaped = false;
        let mut depth = 0_i32;
        let end = inner.find(|c| {
            let ends = c == '/' && !escaped && depth == 0;
            match c {
                '(' | '[' | '{' if !escaped => depth += 1,
                ')' | ']' | '}' if !escaped => depth -= 1,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
            ends
        })?;
        let pattern = inner[..end].to_owned();
        self.rest = &inner[end + 1..];
        let flags = self.rest.find(|c| c != 'i' && c != 'm');
        let (flags, rest) = self.rest.split_at(flags.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!pattern.is_empty()).then(|| Tree::Regex(pattern, flags.to_owned()))
    }

    /// The parts up to an end, each read by a function.
    fn several<T>(
        &mut self,
        between: &str,
        end: &str,
        mut part: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut parts = Vec::new();
        if self.takes(end) {
            return Some(parts);
        }
        loop {
            parts.push(part(self)?);
            if self.takes(end) {
                return Some(parts);
            }
            self.expect(between)?;
        }
    }

    fn array(&mut self) -> Option<Tree> {
        let items = self.several(",", "]", |it| {
            let item = it.expression(0)?;
            if it.takes("..") {
                let last = it.expression(0)?;
                return Some(Tree::Infix(Operator::Range, item.into(), last.into()));
            }
            Some(item)
        })?;
        Some(Tree::Array(items))
    }

    fn members(&mut self) -> Option<Vec<(Tree, Tree)>> {
        self.several(",", "}", |it| {
            let key = it.expression(0)?;
            it.expect(":")?;
            Some((key, it.expression(0)?))
        })
    }

    fn block(&mut self) -> Option<Tree> {
        let mut parts = Vec::new();
        while !self.takes(")") {
            parts.push(self.expression(0)?);
            if !self.takes(";") {
                self.expect(")")?;
                break;
            }
        }
        Some(Tree::Block(parts))
    }

    fn call(&mut self, function: Tree) -> Option<Tree> {
        let arguments = self.several(",", ")", |it| {
            if it.takes("?") {
                return Some(Tree::Placeholder);
            }
            it.expression(0)
        })?;
        Some(Tree::Call(function.into(), arguments))
    }

    fn lambda(&mut self) -> Option<Tree> {
        let parameters = self.several(",", ")", |it| match it.expression(0)? {
            Tree::Variable(name) => Some(name),
            _ => None,
        })?;
        let mut signature = None;
        if self.sees("<") {
            let (inside, _) = self.rest.split_once('{')?;
            signature = Some(inside.trim_end().to_owned());
            self.rest = &self.rest[inside.len()..];
        }
        self.expect("{")?;
        let body = self.expression(0)?;
        self.expect("}")?;
        Some(Tree::Lambda(parameters, signature, body.into()))
    }

    fn terms(&mut self) -> Option<Vec<(bool, Tree)>> {
        self.expect("(")?;
        self.several(",", ")", |it| {
            let descends = it.takes(">");
            if !descends {
                it.takes("<");
            }
            Some((descends, it.expression(0)?))
        })
    }

    fn conditional(&mut self, condition: Tree) -> Option<Tree> {
        let then = self.expression(0)?;
        let otherwise = if self.takes(":") {
            Some(self.expression(0)?.into())
        } else {
            None
        };
        Some(Tree::Condition(condition.into(), then.into(), otherwise))
    }

    fn transform(&mut self) -> Option<Tree> {
        let location = self.expression(0)?;
        self.expect("|")?;
        let update = self.expression(0)?;
        let deleted = if self.takes(",") {
            Some(self.expression(0)?.into())
        } else {
            None
        };
        self.expect("|")?;
        Some(Tree::Transform(location.into(), update.into(), deleted))
    }
}

enum Stop {
    /// The expression ends before what follows.
    End(Tree),
    /// What follows is wrong.
    Wrong,
}

/// Whether a character continues a name or a number.
fn is_of_name(c: char) -> bool {
    !c.is_whitespace() && !".[]{}()@#;:?,+-*/%|=<>^!~&\"'`$\\".contains(c)
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn what_is_parsed_prints_as_it_was_written() {
        for text in [
            "$states.input.a[0].b",
            "$states.result.`a b`[x = 1 and y != \"\\\"\"]",
            "(1 + 2) * 3 - -4",
            "a ? b : c ? d : e",
            "($f := function($n, $m){$n * $m}; $f(1, 2.5))",
            "$x ~> $map(?, function($v)<n:n>{$v})",
            "[1..3, $x[], {\"a\": null}]",
            "$x^(a, >b){a: $sum(b)}",
            "$x ~> |a|{\"b\": true}, [\"c\"]|",
            "$match(\"abc\", /a(b|\\/)+/i)",
            "$$.**.*.% in [false]",
            "$x@$y.z#$i",
            "$ & \"\"",
        ] {
            assert_eq!(Tree::parse(text).expect(text).to_string(), text);
        }
        for text in [
            "",
            "a +",
            "(1",
            "[1,",
            "\"a",
            "a b",
            "$f(",
            "function($x){",
            "|a|",
        ] {
            assert_eq!(Tree::parse(text), None, "{text}");
        }
        let spaced = " /* why */ a . b [ 'c' ] ";
        assert_eq!(Tree::parse(spaced).unwrap().to_string(), "a.b[\"c\"]");
    }
}

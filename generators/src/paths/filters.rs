//! Filters that distinguish elements.

use serde_json::Value;
use stepproof_specs::query::jsonpath::path::{
    Filter, Path, Root, Step,
    filter::{Criterion, Operand, Pattern, Relation},
};

use super::{Drawing, PathOptions, StepKind};

/// Whether a character matches itself in a regular expression, and needs no escape in a path.
fn is_literal(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a string can be a literal, and is not read as an operator.
fn is_quotable(text: &str) -> bool {
    !text.contains(['\'', '\\', '[', ']', '(', ')', '=', '<', '>', '~', '&', '|'])
}

impl<'d> Drawing<'d> {
    /// Draws a filter that may hold for this element.
    pub(super) fn filter(&mut self, item: &'d Value) -> Filter {
        let mut any = vec![vec![self.criterion(item)]];
        while self.dice.one_in(4) {
            let criterion = self.criterion(item);
            if self.dice.one_in(2) {
                any.push(vec![criterion]);
            } else if let Some(all) = any.last_mut() {
                all.push(criterion);
            }
        }
        Filter { any }
    }

    fn criterion(&mut self, item: &'d Value) -> Criterion {
        let (path, found) = self.inner(item);
        let subject = Operand::Item(path);
        match found {
            _ if self.dice.one_in(16) => Criterion::Missing(subject),
            _ if self.dice.one_in(8) => Criterion::Exists(subject),
            Value::Array(_) | Value::Object(_) if !self.dice.one_in(10) => {
                Criterion::Exists(subject)
            }
            Value::String(text) if self.dice.one_in(self.options.patterns) => {
                let pattern = Operand::Pattern(self.pattern(text));
                Criterion::Compare(subject, Relation::Matches, pattern)
            }
            found => self.comparison(subject, found, item),
        }
    }

    fn comparison(&mut self, subject: Operand, found: &Value, item: &'d Value) -> Criterion {
        let relation = if self.dice.one_in(100) {
            Relation::Matches
        } else if self.dice.one_in(2) {
            // The relations that can hold between a value and itself.
            self.dice.pick(&Relation::ALL[..3])
        } else {
            self.dice.pick(&Relation::ALL[..6])
        };
        let other = match self.dice.below(2 * self.options.patterns) {
            0 => Operand::Root(self.inner(self.document).0),
            1 => Operand::Item(self.inner(item).0),
            _ => self.literal(found),
        };
        if self.dice.one_in(12) {
            Criterion::Compare(other, relation, subject)
        } else {
            Criterion::Compare(subject, relation, other)
        }
    }

    /// Draws a definite path inside a value; returns it and the value it finds.
    fn inner(&mut self, from: &'d Value) -> (Path, &'d Value) {
        let options = PathOptions {
            kinds: [vec![StepKind::Name; 4], PathOptions::definite().kinds].concat(),
            steps: 2,
            damage: self.options.damage,
            patterns: self.options.patterns,
        };
        let document = self.document;
        let steps = Drawing {
            dice: &mut *self.dice,
            document,
            options: &options,
        }
        .steps(from);
        let found = steps.iter().try_fold(from, |at, step| match step {
            Step::Name(name) => at.get(&**name),
            Step::Index(index) => at.get(*index as usize),
            _ => at.as_array().and_then(|all| all.last()),
        });
        (Path::new(Root::Data, steps), found.unwrap_or(from))
    }

    /// Draws a literal equal to a value, or a little less or more.
    fn literal(&mut self, near: &Value) -> Operand {
        let text = match near {
            Value::Number(number) => match number.as_i64() {
                Some(whole) => {
                    let near = self.dice.between(0, 2);
                    whole
                        .saturating_add(i64::from(near))
                        .saturating_sub(1)
                        .to_string()
                }
                None => number.to_string(),
            },
            Value::Bool(_) => self.dice.pick(&["true", "false"]).to_owned(),
            Value::String(text) if is_quotable(text) && !self.dice.one_in(4) => text.clone(),
            Value::Null => "null".to_owned(),
            _ => self
                .dice
                .pick(&["b", "5", "1.50", "-1e0", "", "x y", "é", "true"])
                .to_owned(),
        };
        let plain = serde_json::from_str::<Value>(&text).is_ok_and(|value| !value.is_string());
        let quoted = near.is_string() || !plain;
        // Quoted or not, the literal is a string.
        if quoted != self.dice.one_in(12) || text.is_empty() {
            Operand::Quoted(text.into())
        } else {
            Operand::Bare(text.into())
        }
    }

    /// Draws a regular expression that may match a string.
    fn pattern(&mut self, text: &str) -> Pattern {
        let start: String = text.chars().take_while(|c| is_literal(*c)).collect();
        let regex = match self.dice.below(6) {
            0 => start,
            1 => format!("{start}.*"),
            2 => "[a-z]+".to_owned(),
            3 => format!("({start}|\\d+)"),
            4 => start.to_uppercase(),
            _ => ".?\\w*".to_owned(),
        };
        let flag = if self.dice.one_in(3) { "i" } else { "" };
        Pattern::parse(&format!("/{regex}/{flag}"))
            .or_else(|_| Pattern::parse("/.*/"))
            .unwrap_or_else(|reason| unreachable!("/.*/ is a pattern: {reason}"))
    }
}

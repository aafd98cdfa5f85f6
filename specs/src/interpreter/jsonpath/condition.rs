//! The conditions of Choice rules.

use std::{borrow::Cow, cmp};

use serde_json::Value;

use super::{
    super::{OwnWords, runtime_error::RUNTIME},
    Eval, Result, RuntimeError,
};
use crate::{
    asl::{Comparable, Condition, Kind, Operand, Operator, Ordering, StateType, Test},
    base::{
        meter::{Meter, Spent},
        time::{Instant, nanoseconds},
    },
    clause::Clause,
    deviation::{Hook, Place, Sides, Verdict},
    query::jsonpath::path::{Path, PathError},
};

impl Eval<'_> {
    /// Whether a condition holds for `data`.
    pub(super) fn condition(&self, condition: &Condition, data: &Value) -> Result<bool> {
        debug_assert_eq!(self.active.state.kind(), StateType::Choice);
        match condition {
            Condition::And(conditions) => {
                self.mark(Clause::ChoiceAnd);
                for condition in conditions {
                    if !self.condition(condition, data)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Or(conditions) => {
                self.mark(Clause::ChoiceOr);
                for (n, condition) in conditions.iter().enumerate() {
                    if self.condition(condition, data)? {
                        if conditions[n + 1..]
                            .iter()
                            .any(|rest| self.reads_nothing(rest, data))
                        {
                            self.mark(Clause::ChoiceOrGuards);
                        }
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(condition) => {
                self.mark(Clause::ChoiceNot);
                self.condition(condition, data).map(|holds| !holds)
            }
            Condition::Commented(condition, _) => self.condition(condition, data),
            Condition::Test(test) => self.test(test, data),
        }
    }

    fn test(&self, test: &Test, data: &Value) -> Result<bool> {
        self.spend(TEST)?;
        self.at(Place::Variable);
        let is_presence = test.operator == Operator::Is(Kind::Present);
        if is_presence {
            self.check_not_null_elsewhere(&test.variable, data)?;
        } else {
            self.check_not_null(&test.variable, data)?;
        }
        let looked = self.look_for_one(&test.variable, data);
        let is_nothing = looked.is_nothing(&test.variable);
        if looked.is_outside {
            self.mark(
                if is_presence && is_nothing && test.variable.ends_in_index() {
                    Clause::ChoiceIsPresentIndex
                } else {
                    Clause::PathIndexOutside
                },
            );
        }
        let variable = if is_nothing {
            Err(PathError::NoResults(test.variable.to_string()))
        } else {
            looked.found
        };
        if variable.as_ref().is_err_and(|error| !error.is_missing()) {
            self.mark(Clause::ChoiceMismatch);
        }
        let mut variable = variable.ok();
        if let Some(all) = self.execution.deviations() {
            variable = all.tested(test.operator, variable);
            if variable.is_none()
                && !is_presence
                && let Some(holds) = all.holds_without_variable(test)
            {
                return Ok(holds);
            }
        }
        if let (Operator::Is(kind), Operand::Literal(expected)) = (test.operator, &test.operand) {
            let holds = self.is(kind, &test.variable, variable.as_deref(), expected)?;
            let variable = variable.as_deref().unwrap_or(&Value::Null);
            let plainly = |_: &Value, _: &Value| Ok(holds);
            return self.verdict(test, variable, expected, plainly);
        }
        let Some(variable) = variable else {
            self.mark(Clause::ChoiceMissingVariable);
            if let Operand::Path(operand) = &test.operand
                && self.find(operand, data).is_err()
            {
                self.mark(Clause::ChoiceBothMissingText);
            }
            return Err(self.invalid_variable(Clause::ChoiceMissingVariable, &test.variable));
        };
        let operand = match &test.operand {
            Operand::Literal(value) => Cow::Borrowed(value),
            Operand::Path(path) => {
                self.mark(Clause::ChoicePathTwin);
                self.at(Place::Operand);
                self.check_not_null_elsewhere(path, data)?;
                self.find_one(path, data).map_err(|_| {
                    if self.execution.own_words() > OwnWords::None {
                        return self.own_failure(RUNTIME, Clause::ChoiceMissingOperand);
                    }
                    self.mark(Clause::ChoiceMissingOperand);
                    self.invalid_variable(Clause::ChoiceMissingOperand, path)
                })?
            }
        };
        if let (Some(variable), Some(operand)) = (variable.as_str(), operand.as_str()) {
            self.spend(variable.len() + operand.len())?;
        }
        self.verdict(test, &variable, &operand, |variable, operand| {
            self.compare(test.operator, variable, operand)
        })
    }

    /// What becomes of a test that compares these values, unless an engine deviates.
    fn verdict(
        &self,
        test: &Test,
        variable: &Value,
        operand: &Value,
        compare: impl Fn(&Value, &Value) -> Result<bool>,
    ) -> Result<bool> {
        let sides = Sides {
            operator: test.operator,
            variable,
            operand,
            is_twin: matches!(test.operand, Operand::Path(_)),
        };
        let deviations = self.execution.deviations();
        match deviations.and_then(|all| all.verdict(sides)) {
            None => compare(variable, operand),
            Some(Verdict::Holds(holds)) => Ok(holds),
            Some(Verdict::Of(variable, operand)) => compare(&variable, &operand),
            Some(Verdict::Fails(name)) => Err(self.own_failure(&name, Clause::ChoiceTypeMismatch)),
        }
    }

    /// Whether a condition that was not evaluated has a Variable that finds nothing.
    fn reads_nothing(&self, condition: &Condition, data: &Value) -> bool {
        match condition {
            Condition::And(conditions) | Condition::Or(conditions) => conditions
                .iter()
                .any(|condition| self.reads_nothing(condition, data)),
            Condition::Not(condition) | Condition::Commented(condition, _) => {
                self.reads_nothing(condition, data)
            }
            Condition::Test(test) => {
                test.operator != Operator::Is(Kind::Present)
                    && self.look(&test.variable, data).found.is_err()
            }
        }
    }

    fn invalid_variable(&self, rule: Clause, path: &Path) -> Box<RuntimeError> {
        let text = format!(
            "Invalid path '{path}': The choice state's condition path references an invalid value."
        );
        Box::new(RuntimeError::runtime(rule, self.active, &text))
    }

    fn is(&self, kind: Kind, path: &Path, value: Option<&Value>, expected: &Value) -> Result<bool> {
        let Some(value) = value else {
            if kind == Kind::Present {
                self.mark(Clause::ChoiceIsPresentMissing);
                return Ok(!expected.as_bool().unwrap_or(true));
            }
            if self.execution.own_words() > OwnWords::None {
                return Err(self.own_failure(RUNTIME, Clause::ChoiceIsMissing));
            }
            self.mark(Clause::ChoiceIsMissing);
            return Err(self.invalid_variable(Clause::ChoiceIsMissing, path));
        };
        self.mark(Clause::ChoiceIs);
        let holds = match kind {
            Kind::Present => true,
            Kind::Null => value.is_null(),
            Kind::Numeric => value.is_number(),
            Kind::String => value.is_string(),
            Kind::Boolean => value.is_boolean(),
            Kind::Timestamp => {
                self.mark(Clause::ChoiceIsTimestamp);
                value
                    .as_str()
                    .is_some_and(|text| self.timestamp(text).is_some())
            }
        };
        Ok(holds == expected.as_bool().unwrap_or(true))
    }

    fn compare(&self, operator: Operator, variable: &Value, operand: &Value) -> Result<bool> {
        let order = match operator {
            Operator::BooleanEquals => {
                self.mark(Clause::ChoiceBooleanEquals);
                return Ok(variable.is_boolean() && variable == operand);
            }
            Operator::StringMatches => {
                self.mark(Clause::ChoiceStringMatches);
                let (Some(text), Some(pattern)) = (variable.as_str(), operand.as_str()) else {
                    return Ok(false);
                };
                return self.matches(text, pattern);
            }
            Operator::Is(_) => return Ok(false),
            Operator::Compare(comparable, ordering) => self
                .order(comparable, variable, operand)
                .map(|order| (order, ordering)),
        };
        let Some((order, ordering)) = order else {
            self.mark(Clause::ChoiceTypeMismatch);
            return Ok(false);
        };
        Ok(match ordering {
            Ordering::Equals => order.is_eq(),
            Ordering::LessThan => order.is_lt(),
            Ordering::GreaterThan => order.is_gt(),
            Ordering::LessThanEquals => order.is_le(),
            Ordering::GreaterThanEquals => order.is_ge(),
        })
    }

    /// The order of two values of one type; `None` if either has another type.
    fn order(&self, kind: Comparable, left: &Value, right: &Value) -> Option<cmp::Ordering> {
        match kind {
            Comparable::Numeric => {
                self.mark(Clause::ChoiceNumeric);
                let (Value::Number(left), Value::Number(right)) = (left, right) else {
                    return None;
                };
                match (left.as_i64(), right.as_i64()) {
                    (Some(left), Some(right)) => Some(left.cmp(&right)),
                    _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
                }
            }
            Comparable::String => {
                self.mark(Clause::ChoiceString);
                let (left, right) = (left.as_str()?, right.as_str()?);
                let deviations = self.execution.deviations();
                if deviations.is_some_and(|all| all.ignore(Hook::StringOrder, StateType::Choice)) {
                    return Some(left.cmp(right));
                }
                Some(left.encode_utf16().cmp(right.encode_utf16()))
            }
            Comparable::Timestamp => {
                self.mark(Clause::ChoiceTimestamp);
                let (left, right) = (left.as_str()?, right.as_str()?);
                Some(self.timestamp(left)?.cmp(&self.timestamp(right)?))
            }
        }
    }

    /// Parses an RFC 3339 timestamp with `T` and a zone, to the nanosecond.
    fn timestamp(&self, text: &str) -> Option<i128> {
        if Instant::is_nearly_rfc3339(text) {
            self.mark(Clause::TimestampLexical);
        }
        nanoseconds(text).filter(|_| self.is_timestamp(text))
    }

    /// `StringMatches`: `*` matches any run of characters, `\*` a star, `\\` a backslash.
    fn matches(&self, text: &str, pattern: &str) -> Result<bool> {
        let otherwise = self
            .execution
            .deviations()
            .map_or("", |all| all.wildcards());
        let mut tokens = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => None,
                '?' if otherwise.contains('?') => Some(Letter::Any),
                '[' if otherwise.contains('[') => Some(Letter::class(&mut chars)),
                '\\' if otherwise.contains('\\') => Some(Letter::Just('\\')),
                '\\' => match chars.next() {
                    Some(escaped @ ('*' | '\\')) => Some(Letter::Just(escaped)),
                    _ => {
                        self.mark(Clause::ChoiceStringMatchesEscape);
                        let text = format!("The pattern '{pattern}' has an invalid escape.");
                        let rule = Clause::ChoiceStringMatchesEscape;
                        return Err(Box::new(RuntimeError::runtime(rule, self.active, &text)));
                    }
                },
                c => Some(Letter::Just(c)),
            });
        }
        let text: Vec<char> = text.chars().collect();
        glob(&tokens, &text, &self.execution.meter).map_err(|_| self.too_much_work())
    }
}

/// What a test costs beside its data, in bytes.
const TEST: usize = 256;

/// What stands for one character of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Letter {
    /// This one.
    Just(char),
    /// Any one, in a deviating engine.
    Any,
    /// One of these, in a deviating engine; or none of them.
    Class(Vec<char>, bool),
}

impl Letter {
    /// A class of characters, whose bracket was read; the bracket itself if it is not closed.
    fn class(rest: &mut std::str::Chars<'_>) -> Self {
        let Some((inner, after)) = rest.as_str().split_once(']') else {
            return Self::Just('[');
        };
        *rest = after.chars();
        let others = inner.strip_prefix('!');
        Self::Class(others.unwrap_or(inner).chars().collect(), others.is_none())
    }

    fn is(&self, c: char) -> bool {
        match self {
            Self::Just(letter) => *letter == c,
            Self::Any => true,
            Self::Class(letters, holds) => letters.contains(&c) == *holds,
        }
    }
}

/// Greedy matching with backtracking to the last star: linear in practice, quadratic at worst.
fn glob(pattern: &[Option<Letter>], text: &[char], meter: &Meter) -> Result<bool, Spent> {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut looks = 0_usize;
    while t < text.len() {
        looks += 1;
        if looks.is_multiple_of(LOOKS) {
            meter.spend(LOOKS / 8)?;
        }
        match pattern.get(p) {
            Some(None) => {
                star = Some((p, t));
                p += 1;
            }
            Some(Some(letter)) if letter.is(text[t]) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star_p, star_t)) = star else {
                    return Ok(false);
                };
                star = Some((star_p, star_t + 1));
                p = star_p + 1;
                t = star_t + 1;
            }
        }
    }
    Ok(pattern[p..].iter().all(Option::is_none))
}

/// After how many letters work is counted.
const LOOKS: usize = 1_024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Letter, Meter, glob};

    /// The definition of a match: a star stands for any run of characters, everything else for
    /// itself.
    fn by_definition(pattern: &[Option<char>], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [None, rest @ ..] => (0..=text.len()).any(|run| by_definition(rest, &text[run..])),
            [Some(c), rest @ ..] => text.first() == Some(c) && by_definition(rest, &text[1..]),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn globs_match_by_their_definition(
            pattern in prop::collection::vec(prop::sample::select(&[None, Some('a'), Some('b')]), 0..7),
            text in prop::collection::vec(prop::sample::select(&['a', 'b']), 0..9),
        ) {
            let letters: Vec<_> = pattern.iter().map(|c| c.map(Letter::Just)).collect();
            let found = glob(&letters, &text, &Meter::new(0));
            prop_assert_eq!(found, Ok(by_definition(&pattern, &text)));
        }
    }
}

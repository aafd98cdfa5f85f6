//! Placeholders in a definition: `${Name}`, which CloudFormation, SAM and the CDK
//! (`DefinitionSubstitutions`), Terraform and others replace before AWS sees it.

use std::{collections::BTreeMap, path::PathBuf, sync::LazyLock};

use clap::Args;
use regex_lite::Regex;
use serde_json::Value;
use stepproof_specs::asl::text::read;

use super::{Failure, input};

/// What stands for the placeholders in a definition.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Substitutions {
    /// What stands for the placeholder ${NAME} in a definition; can be given more than once. A
    /// placeholder without a value is guessed from its place, and named.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// A file with the values of placeholders: an object from names to values, in JSON or YAML. What
    /// --set says comes first.
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
}

/// The values of placeholders by their names, without `${` and `}`.
pub(super) type Values = BTreeMap<String, String>;

/// A definition without placeholders.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    /// Its text.
    pub text: String,
    /// What was guessed, in words, each once.
    pub guessed: Vec<String>,
}

impl Substitutions {
    /// The values that the options give.
    pub(super) fn values(&self) -> Result<Values, Failure> {
        let mut values = Values::new();
        if let Some(path) = &self.values {
            let unusable = |reason: String| {
                Failure::usage(
                    format!("read the values in '{}': {reason}", path.display()),
                    "give an object from the names of placeholders to their values, \
                     as {\"Table\": \"orders\", \"Limit\": 60}",
                )
            };
            let all = read(&input::text(path)?).map_err(|error| unusable(error.to_string()))?;
            let Value::Object(all) = all else {
                return Err(unusable("it holds no object".to_owned()));
            };
            for (name, value) in all {
                let text = match value {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                values.insert(name, text);
            }
        }
        values.extend(self.set.iter().cloned());
        Ok(values)
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "it must be NAME=VALUE".to_owned())
}

/// A name in braces: a logical id, with an attribute, or a pseudo parameter.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{([A-Za-z_][A-Za-z0-9_.:-]*)\}").expect("a regular expression")
});

/// The last key before a value, and the brackets of an array in which it is.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"["']?([A-Za-z][A-Za-z0-9_.$]*)["']?\s*:\s*(\[[^\]\[{}]*)?$"#)
        .expect("a regular expression")
});

/// Puts values in place of the placeholders in a definition. Those without a value are guessed from
/// their place. Returns an error, which completes "failed to …", if some cannot be.
pub(super) fn fill(text: &str, values: &Values) -> Result<Filled, String> {
    let json = text.trim_start().starts_with('{');
    let mut filled = String::with_capacity(text.len());
    let mut guessed: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    // Where the string begins in which the text up to `seen` ends, if it is in one.
    let (mut seen, mut string) = (0, None);
    let mut copied = 0;
    for found in PLACEHOLDER.captures_iter(text) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else {
            continue;
        };
        (seen, string) = strings(text, seen, whole.start(), string);
        if string.is_some_and(|at| text[at..].starts_with("\"{%")) {
            continue;
        }
        filled.push_str(&text[copied..whole.start()]);
        copied = whole.end();
        let place = Place::of(text, whole.range(), string);
        let value = match values.get(name.as_str()) {
            Some(value) => value.clone(),
            None => match guess(name.as_str(), &place) {
                Some(guess) => {
                    let words = format!("{} is taken as {guess}", whole.as_str());
                    if !guessed.contains(&words) {
                        guessed.push(words);
                    }
                    guess
                }
                None => {
                    let words = format!("{} in {}", whole.as_str(), place.key);
                    if !unknown.contains(&words) {
                        unknown.push(words);
                    }
                    continue;
                }
            },
        };
        if json && string.is_some() {
            let quoted = Value::from(value).to_string();
            filled.push_str(&quoted[1..quoted.len() - 1]);
        } else {
            filled.push_str(&value);
        }
    }
    filled.push_str(&text[copied..]);
    if unknown.is_empty() {
        return Ok(Filled {
            text: filled,
            guessed,
        });
    }
    Err(format!(
        "guess what stands for {}: give it with --set NAME=VALUE",
        unknown.join(", ")
    ))
}

/// Follows the quotes from one place in a text to another; returns that place, and where the string
/// begins in which it is, if it is in one.
fn strings(text: &str, from: usize, to: usize, begun: Option<usize>) -> (usize, Option<usize>) {
    let mut string = begun;
    let mut escaped = false;
    for (at, c) in text[from..to].char_indices() {
        match c {
            '\\' if string.is_some() => {
                escaped = !escaped;
                continue;
            }
            '"' if !escaped => string = string.is_none().then_some(from + at),
            _ => {}
        }
        escaped = false;
    }
    (to, string)
}

/// Where a placeholder is.
struct Place<'t> {
    /// The key of the nearest value that it belongs to; empty if none was found.
    key: &'t str,
    /// Whether it is in a string.
    quoted: bool,
    /// Whether it is all of its value.
    whole: bool,
}

impl<'t> Place<'t> {
    fn of(text: &'t str, at: std::ops::Range<usize>, string: Option<usize>) -> Self {
        let begin = string.unwrap_or(at.start);
        let after = text[at.end..].chars().next();
        let before = text[..at.start].chars().next_back();
        let line = text[..begin].rfind('\n').map_or(0, |line| line + 1);
        // A key may be on the line before its value.
        let above = text[..line.saturating_sub(1)]
            .rfind('\n')
            .map_or(0, |it| it + 1);
        let key = KEY
            .captures(&text[above..begin])
            .and_then(|found| found.get(1));
        Self {
            key: key.map_or("", |key| &text[above + key.start()..above + key.end()]),
            quoted: string.is_some(),
            whole: match string {
                Some(begin) => begin + 1 == at.start && after == Some('"'),
                None => {
                    before.is_none_or(|c| c.is_whitespace() || "[,:'".contains(c))
                        && after.is_none_or(|c| c.is_whitespace() || "],}'".contains(c))
                }
            },
        }
    }
}

/// What a placeholder most likely stands for; `None` if its place does not say.
fn guess(name: &str, place: &Place<'_>) -> Option<String> {
    let plain = match name {
        "AWS::Partition" => "aws",
        "AWS::Region" => "us-east-1",
        "AWS::AccountId" => "123456789012",
        "AWS::URLSuffix" => "amazonaws.com",
        "AWS::StackName" => "stack",
        _ => name,
    };
    // Where a value is a part of a string, any word will do; the structure of a machine does not
    // consist of any words.
    let word: String = plain
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || (plain != name && c == '.') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let structure = [
        "StartAt",
        "States",
        "Type",
        "Next",
        "Default",
        "Choices",
        "Branches",
        "ItemProcessor",
        "Iterator",
        "And",
        "Or",
        "Not",
        "",
    ];
    if structure.contains(&place.key) && place.whole {
        return None;
    }
    if !place.whole {
        return Some(word);
    }
    let text = match place.key {
        "Resource" => format!("arn:aws:lambda:us-east-1:123456789012:function:{word}"),
        "QueryLanguage" => "JSONPath".to_owned(),
        "Mode" => "INLINE".to_owned(),
        "ExecutionType" | "JitterStrategy" | "Version" => return known(place),
        key if key.starts_with("Timestamp") => "2026-01-01T00:00:00Z".to_owned(),
        key if key.ends_with("Path") || key == "Variable" || key.ends_with(".$") => {
            format!("$.{}", word.replace('-', "_"))
        }
        _ => word,
    };
    if place.quoted {
        return Some(text);
    }
    known(place).or_else(|| Some(Value::from(text).to_string()))
}

/// What a field holds that is no text.
fn known(place: &Place<'_>) -> Option<String> {
    let value = match place.key {
        "TimeoutSeconds" | "MaxDelaySeconds" => "60",
        "HeartbeatSeconds" => "30",
        "Seconds" | "IntervalSeconds" => "1",
        "MaxAttempts" | "BackoffRate" | "MaxConcurrency" => "2",
        "ToleratedFailurePercentage" | "ToleratedFailureCount" => "10",
        "Retry" | "Catch" => "[]",
        "ErrorEquals" => "[\"States.ALL\"]",
        "Parameters" | "Arguments" | "ItemSelector" | "ResultSelector" | "Assign" | "Payload" => {
            "{}"
        }
        "End" => "true",
        "ExecutionType" => "STANDARD",
        "JitterStrategy" => "NONE",
        "Version" => "1.0",
        key if key.starts_with("Numeric") && !key.ends_with("Path") => "10",
        key if (key.starts_with("Boolean") || key.starts_with("Is")) && !key.ends_with("Path") => {
            "true"
        }
        _ => return None,
    };
    let is_text = ["ExecutionType", "JitterStrategy", "Version"].contains(&place.key);
    Some(if is_text && !place.quoted {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Values, fill};

    fn filled(text: &str, values: &[(&str, &str)]) -> (Value, Vec<String>) {
        let given = values.iter();
        let values: Values = given
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let filled = fill(text, &values).expect("guesses");
        let value = serde_json::from_str(&filled.text).expect("JSON");
        (value, filled.guessed)
    }

    #[test]
    fn a_placeholder_is_guessed_from_its_place() {
        let (value, guessed) = filled(
            r#"{"Resource": "${Fn.Arn}", "TimeoutSeconds": ${Limit}, "Parameters": ${All},
                "StringEquals": ${Env}, "InputPath": "${In}", "IsNull": ${Null},
                "a": "arn:${AWS::Partition}:s3:::${Bucket}/x", "ErrorEquals": ["${Err}"]}"#,
            &[],
        );
        assert_eq!(
            value,
            json!({"Resource": "arn:aws:lambda:us-east-1:123456789012:function:Fn-Arn",
                "TimeoutSeconds": 60, "Parameters": {}, "StringEquals": "Env", "InputPath": "$.In",
                "IsNull": true, "a": "arn:aws:s3:::Bucket/x", "ErrorEquals": ["Err"]})
        );
        assert_eq!(guessed.len(), 9, "{guessed:?}");
        assert_eq!(guessed[1], "${Limit} is taken as 60");
    }

    #[test]
    fn what_is_given_is_put_in_as_it_stands() {
        let (value, guessed) = filled(
            r#"{"a": "say ${Text}", "n": ${N}, "f": "{% ${N} %}", "g": "States.Format('{}${}')"}"#,
            &[("Text", "\"hi\" \\"), ("N", "[1, 2]")],
        );
        assert_eq!(
            value,
            json!({"a": "say \"hi\" \\", "n": [1, 2], "f": "{% ${N} %}",
                "g": "States.Format('{}${}')"})
        );
        assert_eq!(guessed, [] as [&str; 0]);
    }

    #[test]
    fn what_the_machine_consists_of_is_not_guessed() {
        let error = fill(
            r#"{"StartAt": "${First}", "States": ${All}}"#,
            &Values::new(),
        );
        assert_eq!(
            error.unwrap_err(),
            "guess what stands for ${First} in StartAt, ${All} in States: give it with --set \
             NAME=VALUE"
        );
    }
}

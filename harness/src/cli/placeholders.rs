//! Placeholders in a definition: `${Name}`, which CloudFormation, SAM and the CDK
//! (`DefinitionSubstitutions`), Terraform and others replace before AWS sees it.

mod scalars;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::PathBuf,
    sync::LazyLock,
};

use clap::Args;
use regex_lite::Regex;
use serde_json::Value;
use stepproof_specs::{
    asl::{
        diagnostic::Diagnostic,
        text::{read, read_yaml},
    },
    base::arn::Arn,
};

use self::scalars::{Scalar, Style, scalars};
use super::{Failure, input, output};

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
    /// The text again, with a mark in place of every scalar of which a part was guessed.
    marked: String,
}

/// What stands for a scalar of which a part was guessed.
const GUESSED: &str = "${guessed}";

impl Filled {
    /// A text that is left as it is.
    pub fn unchanged(text: String) -> Self {
        Self {
            marked: text.clone(),
            text,
            guessed: Vec::new(),
        }
    }

    /// Why these complaints may be about guesses alone, which completes "failed to …".
    pub fn doubt(&self, complaints: &[Diagnostic]) -> Option<String> {
        let is_guessed = |it: &Diagnostic| self.is_guessed(it.location.as_deref());
        (!complaints.is_empty() && complaints.iter().all(is_guessed)).then(|| {
            let guessed = self.guessed.join(", ");
            format!(
                "judge the machine with guessed placeholders: {guessed}: give them with --set NAME=VALUE"
            )
        })
    }

    /// Whether a complaint at this location, a pointer as diagnostics write it, may be about a
    /// guess: there is one in what stands there, or in what is nearest to it.
    fn is_guessed(&self, location: Option<&str>) -> bool {
        if self.guessed.is_empty() {
            return false;
        }
        let Ok(marked) = read(&self.marked) else {
            return true;
        };
        let mut value = &marked;
        for part in location.unwrap_or_default().split(['/', '[']).skip(1) {
            let inner = match part.strip_suffix(']').map(str::parse::<usize>) {
                Some(Ok(index)) => value.get(index),
                _ => value.get(part.replace("~1", "/").replace("~0", "~")),
            };
            let Some(inner) = inner else {
                break;
            };
            value = inner;
        }
        value.to_string().contains(GUESSED)
    }
}

/// The values that a user gave.
pub(super) struct Supplied {
    values: Values,
    /// The names that no text had yet.
    unseen: RefCell<BTreeSet<String>>,
}

impl Supplied {
    /// Puts values in place of the placeholders in a definition: those that the user gave, and those that
    /// come with it. Returns an error, which completes "failed to …", if some cannot be guessed.
    pub(super) fn fill(&self, text: &str, own: &Values) -> Result<Filled, String> {
        let missing = |name: &String| !text.contains(&format!("${{{name}}}"));
        self.unseen.borrow_mut().retain(missing);
        let mut values = own.clone();
        values.extend(self.values.clone());
        fill(text, &values)
    }

    /// Tells which names were in no text: one may be mistyped.
    pub(super) fn tell_unseen(&self) {
        for name in &*self.unseen.borrow() {
            output::note(format_args!(
                "warning: a value is given for ${{{name}}}, which is in no file"
            ));
        }
    }
}

impl Substitutions {
    /// The values that the options give.
    pub(super) fn supplied(&self) -> Result<Supplied, Failure> {
        let values = self.values()?;
        Ok(Supplied {
            unseen: RefCell::new(values.keys().cloned().collect()),
            values,
        })
    }

    fn values(&self) -> Result<Values, Failure> {
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

/// Puts values in place of the placeholders in a definition. Those without a value are guessed from
/// their place. Returns an error, which completes "failed to …", if some cannot be.
fn fill(text: &str, values: &Values) -> Result<Filled, String> {
    let json = text.trim_start().starts_with('{');
    let mut filled = String::with_capacity(text.len());
    let mut marked = String::new();
    let mut guessed: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    let mut copied = 0;
    for scalar in scalars(text) {
        let inner = &text[scalar.inner.clone()];
        if scalar.style != Style::Plain && inner.trim_start().starts_with("{%") {
            continue;
        }
        let between = &text[copied..scalar.at.start];
        filled.push_str(between);
        marked.push_str(between);
        copied = scalar.at.start;
        let begun = filled.len();
        let mut is_guessed = false;
        for found in PLACEHOLDER.captures_iter(inner) {
            let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else {
                continue;
            };
            let place = Place {
                text,
                scalar: &scalar,
                at: whole.range(),
            };
            let value = match values.get(name.as_str()) {
                Some(value) => place.written(value, json),
                None => match guess(name.as_str(), &place) {
                    Some(guess) => {
                        // Which region, account or partition it is makes no machine invalid.
                        is_guessed |= place.whole() || !name.as_str().starts_with("AWS::");
                        note(
                            &mut guessed,
                            format!("{} is taken as {guess}", whole.as_str()),
                        );
                        guess
                    }
                    None => {
                        note(
                            &mut unknown,
                            format!("{} in {}", whole.as_str(), place.words()),
                        );
                        continue;
                    }
                },
            };
            filled.push_str(&text[copied..scalar.inner.start + whole.start()]);
            copied = scalar.inner.start + whole.end();
            filled.push_str(&value);
        }
        filled.push_str(&text[copied..scalar.at.end]);
        copied = scalar.at.end;
        if is_guessed {
            marked.push_str(&Value::from(GUESSED).to_string());
        } else {
            marked.push_str(&filled[begun..]);
        }
    }
    filled.push_str(&text[copied..]);
    marked.push_str(&text[copied..]);
    if unknown.is_empty() {
        return Ok(Filled {
            text: filled,
            guessed,
            marked,
        });
    }
    Err(format!(
        "guess what stands for {}: give it with --set NAME=VALUE",
        unknown.join(", ")
    ))
}

/// Adds what is not there yet.
fn note(all: &mut Vec<String>, words: String) {
    if !all.contains(&words) {
        all.push(words);
    }
}

/// Where a placeholder is.
struct Place<'t> {
    /// The whole text.
    text: &'t str,
    scalar: &'t Scalar<'t>,
    /// Where it is in the text of the scalar.
    at: Range<usize>,
}

/// Fields whose keys and values a machine is made of.
const STRUCTURE: [&str; 13] = [
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

/// Fields whose values are data, in which a key means nothing to the machine.
const DATA: [&str; 9] = [
    "Parameters",
    "Arguments",
    "ItemSelector",
    "ResultSelector",
    "Assign",
    "Output",
    "Result",
    "BatchInput",
    "Credentials",
];

impl Place<'_> {
    /// The text of the scalar that it is in.
    fn inner(&self) -> &str {
        &self.text[self.scalar.inner.clone()]
    }

    /// The key of the nearest value that it belongs to; empty if there is none.
    fn key(&self) -> &str {
        self.scalar.keys.last().copied().unwrap_or_default()
    }

    /// Whether it is in a string.
    fn quoted(&self) -> bool {
        self.scalar.style != Style::Plain
    }

    /// Whether it is all of its value.
    fn whole(&self) -> bool {
        let inner = self.inner();
        let space = inner.len() - inner.trim_start().len();
        self.at == (space..inner.trim_end().len())
    }

    /// Whether it is in data that the machine only hands on. A state may be called as a field is.
    fn is_data(&self) -> bool {
        let keys = &self.scalar.keys;
        let inside = |at: usize| at == 0 || keys[at - 1] != "States";
        (0..keys.len()).any(|at| DATA.contains(&keys[at]) && inside(at))
    }

    /// Whether the structure of the machine depends on it: no word will do there.
    fn is_structure(&self) -> bool {
        let (key, whole) = (self.key(), self.whole());
        if self.is_data() {
            return whole && (self.scalar.is_key || key.is_empty());
        }
        let resource = key == "Resource" && !whole && self.is_integration();
        resource || STRUCTURE.contains(&key) || self.scalar.is_key && whole
    }

    /// Whether it decides what kind of a resource an ARN names, or which operation of a service.
    fn is_integration(&self) -> bool {
        const HERE: &str = "\u{1}";
        let inner = self.inner();
        let around = [&inner[..self.at.start], &inner[self.at.end..]];
        let around = around.map(|it| PLACEHOLDER.replace_all(it, "x"));
        let arn = around.join(HERE);
        Arn::parse(arn.trim()).is_none_or(|arn| {
            let integration = [arn.service, arn.region, arn.account] == ["states", "", ""];
            arn.service.contains(HERE) || integration && arn.resource.contains(HERE)
        })
    }

    /// Where it is, in words.
    fn words(&self) -> String {
        let key = self.key();
        if !key.is_empty() && !self.scalar.is_key {
            return key.to_owned();
        }
        if key == "States" {
            return "the name of a state".to_owned();
        }
        let before = &self.text[..self.scalar.inner.start + self.at.start];
        format!("line {}", before.matches('\n').count() + 1)
    }

    /// A value as it has to be written there.
    fn written(&self, value: &str, json: bool) -> String {
        match self.scalar.style {
            Style::Double => {
                let quoted = Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Style::Single => value.replace('\'', "''"),
            Style::Plain if !json && self.whole() => plain(value),
            Style::Plain | Style::Block => value.to_owned(),
        }
    }
}

/// A value for YAML without quotes around: as it stands if it is no text or has quotes of its own,
/// quoted otherwise.
fn plain(value: &str) -> String {
    let text = || Value::from(value).to_string();
    let begins = |with: &[char]| value.trim_start().starts_with(with);
    match read_yaml(value) {
        Ok(Value::String(_)) if !begins(&['"', '\'']) => text(),
        Ok(Value::Object(_) | Value::Array(_)) if !begins(&['{', '[']) => text(),
        Ok(value) => value.to_string(),
        Err(_) => text(),
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
    if place.is_structure() {
        return None;
    }
    // Where a value is a part of a string, any word will do.
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
    if !place.whole() {
        return Some(word);
    }
    let text = match place.key() {
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
    if place.quoted() {
        return Some(text);
    }
    known(place).or_else(|| Some(Value::from(text).to_string()))
}

/// What a field holds that is no text.
fn known(place: &Place<'_>) -> Option<String> {
    let value = match place.key() {
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
    let is_text = ["ExecutionType", "JitterStrategy", "Version"].contains(&place.key());
    Some(if is_text && !place.quoted() {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Values, fill, read};

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

    /// The error of a text in which something has to be asked for.
    fn asked(text: &str) -> String {
        fill(text, &Values::new()).unwrap_err()
    }

    #[test]
    fn a_part_of_the_structure_is_asked_for() {
        for (text, words) in [
            (r#"{"Next": "Do${Env}"}"#, "${Env} in Next"),
            (r#"{"Default": "${Env}-x"}"#, "${Env} in Default"),
            (r#"{"StartAt": "Do${Env}"}"#, "${Env} in StartAt"),
            ("StartAt: Do${Env}\n", "${Env} in StartAt"),
            (
                r#"{"States": {"Do${Env}": {"Type": "Pass"}}}"#,
                "${Env} in the name of a state",
            ),
            (
                "States:\n  Do${Env}:\n    Type: Pass\n",
                "${Env} in the name of a state",
            ),
            (
                r#"{"Resource": "arn:aws:states:::${Svc}:invoke"}"#,
                "${Svc} in Resource",
            ),
            (
                r#"{"Resource": "arn:${AWS::Partition}:states:::sqs:${Op}"}"#,
                "${Op} in Resource",
            ),
            (
                r#"{"Resource": "arn:aws:${Svc}:us-east-1:1:function:f"}"#,
                "${Svc} in Resource",
            ),
            (r#"{"Resource": "${Arn}:live"}"#, "${Arn} in Resource"),
            ("\n[${A},${B}]", "${A} in line 2, ${B} in line 2"),
            (r#"{"Parameters": {${A}}}"#, "${A} in line 1"),
        ] {
            let error = format!("guess what stands for {words}: give it with --set NAME=VALUE");
            assert_eq!(asked(text), error, "{text}");
        }
        let (value, guessed) = filled(
            r#"{"Resource": "arn:${AWS::Partition}:lambda:${AWS::Region}:${Account}:function:f-${Env}",
                "Parameters": {"Next": "page-${N}", "k${N}": 1},
                "States": {"Result": {"Comment": "${Env}"}}}"#,
            &[],
        );
        let arn = "arn:aws:lambda:us-east-1:Account:function:f-Env";
        assert_eq!(
            value,
            json!({"Resource": arn, "Parameters": {"Next": "page-N", "kN": 1},
                "States": {"Result": {"Comment": "Env"}}})
        );
        assert_eq!(guessed.len(), 5, "{guessed:?}");
        let named = asked(r#"{"States": {"Result": {"Next": "x${Env}"}}}"#);
        assert!(named.contains("${Env} in Next"), "{named}");
    }

    /// The value of a text in YAML, and the number of guesses.
    fn yaml(text: &str, values: &[(&str, &str)]) -> (Value, usize) {
        let given = values.iter();
        let values = given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let filled = fill(text, &values.collect()).expect("guesses");
        let value = read(&filled.text).expect("YAML");
        (value, filled.guessed.len())
    }

    #[test]
    fn values_in_yaml_are_read_as_they_were_given() {
        let text = "# it's a \"quote of ${Nothing}\nComment: a 5\" pipe\nTimeoutSeconds: ${Limit}\n\
                    Resource: ${Fn}\n";
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:Fn";
        let expected = json!({"Comment": "a 5\" pipe", "TimeoutSeconds": 60, "Resource": arn});
        assert_eq!(yaml(text, &[]), (expected, 2));
        for value in ["it's", "\"hi\" \\", "a: b # c", "- x", "yes"] {
            let text =
                "a: '${T}'\nb: \"${T}\"\nc: ${T}\nd: |-\n  ${T}\ne: [${T}, 'x ${T}']\n${T}: 1\n";
            let mut expected = json!({"a": value, "b": value, "c": value, "d": value,
                "e": [value, format!("x {value}")]});
            expected[value] = json!(1);
            assert_eq!(yaml(text, &[("T", value)]), (expected, 0));
        }
        let (value, _) = yaml(
            "a: ${A}\nb: ${B}\nc: ${C}\nd: ${D}\ne: '${A}'\n",
            &[
                ("A", "60"),
                ("B", "[1, {x: 2}]"),
                ("C", "\"60\""),
                ("D", "true"),
            ],
        );
        assert_eq!(
            value,
            json!({"a": 60, "b": [1, {"x": 2}], "c": "60", "d": true, "e": "60"})
        );
    }

    #[test]
    fn it_is_known_what_may_be_wrong_because_of_a_guess() {
        let text = "A: {b: ['x', '${Guess}'], c/d: 'x ${Given}'}\nE: 1\nF: x ${Guess}\n\
                    G: arn:${AWS::Partition}:x\n";
        let values = [("Given".to_owned(), "1".to_owned())];
        let filled = fill(text, &values.into()).expect("guesses");
        for (location, is_guessed) in [
            (None, true),
            (Some("/A"), true),
            (Some("/A/b[0]"), false),
            (Some("/A/b[1]"), true),
            (Some("/A/c~1d"), false),
            (Some("/E"), false),
            (Some("/E/none"), false),
            (Some("/F"), true),
            (Some("/G"), false),
        ] {
            assert_eq!(filled.is_guessed(location), is_guessed, "{location:?}");
        }
        let given = fill("A: 1\n", &Values::new()).expect("nothing to guess");
        assert!(!given.is_guessed(None));
    }
}

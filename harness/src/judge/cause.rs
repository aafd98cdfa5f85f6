//! Cause strings: whether the interpreter or the machine wrote them, and their class.

use super::policy::CauseCompare;

/// The beginning of most causes that the interpreter writes.
const PREFIX: &str = "An error occurred while executing the state";

/// How many words of a message template make up its class.
const WORDS: usize = 6;

/// How many words of a refusal distinguish it from others.
const REFUSAL_WORDS: usize = 4;

/// Whether a task or a Fail state gave the cause, rather than the interpreter.
pub fn is_given(error: Option<&str>, cause: Option<&str>) -> bool {
    !error.is_some_and(|error| error.starts_with("States."))
        && !cause.is_some_and(|cause| cause.starts_with(PREFIX))
}

/// Whether the cause is compared at all.
pub fn judged(compare: CauseCompare, error: Option<&str>, cause: Option<&str>) -> bool {
    match compare {
        CauseCompare::Ignore => false,
        CauseCompare::Given => is_given(error, cause),
        CauseCompare::Exact => true,
    }
}

/// The coarse class of a cause. If the interpreter wrote it: the first words of its template.
pub fn class(error: Option<&str>, cause: Option<&str>) -> String {
    match cause {
        None => "absent".into(),
        Some("") => "empty".into(),
        Some(_) if is_given(error, cause) => "given".into(),
        Some(text) => template(text).unwrap_or_else(|| "text".into()),
    }
}

/// The first words of an engine's message when it refuses a machine; `None` if there are none.
///
/// Only a few words are used, because the machine itself may follow, with unbalanced quotes.
pub fn refusal(message: &str) -> Option<String> {
    let words = template(message)?;
    let few: Vec<&str> = words.split('-').take(REFUSAL_WORDS).collect();
    Some(few.join("-"))
}

/// The first words of a cause that the interpreter wrote; `None` for any other.
pub fn words(error: Option<&str>, cause: Option<&str>) -> Option<String> {
    template(cause.filter(|_| !is_given(error, cause))?)
}

/// The first words of a string, without quoted parts, numbers, paths and JSON.
fn template(text: &str) -> Option<String> {
    let text = match text.strip_prefix(PREFIX) {
        Some(rest) => rest.split_once("). ").map_or(rest, |(_, rest)| rest),
        None => text,
    };
    let unquoted = unquoted(text);
    let words: Vec<String> = unquoted
        .split(|it: char| it.is_whitespace() || it == '(' || it == ')')
        .map(|word| word.trim_matches([',', '.', ':', ';', '!']))
        .filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
        .take(WORDS)
        .map(str::to_lowercase)
        .collect();
    // A single word may be data, so it does not identify a template.
    (words.len() > 1).then(|| words.join("-"))
}

/// Removes the quoted parts of a string. A quote opens after a blank or a parenthesis, and closes
/// before a blank, a punctuation mark or the end, because the quoted part may itself contain
/// quotes.
fn unquoted(text: &str) -> String {
    let mut kept = String::new();
    let mut open = None;
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        let quote = matches!(it, '\'' | '"');
        match open {
            None if quote && (before.is_whitespace() || before == '(') => open = Some(it),
            None => kept.push(it),
            Some(opening) if it == opening => {
                let next = rest.peek();
                if next.is_none_or(|next| next.is_whitespace() || ",.:;)".contains(*next)) {
                    open = None;
                }
            }
            Some(_) => {}
        }
        before = it;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{class, is_given, refusal};

    #[test]
    fn a_class_is_free_of_names_and_values() {
        let cause = |state: &str, path: &str| {
            format!(
                "An error occurred while executing the state '{state}' (entered at the event id \
                 #2). The JSONPath '{path}' specified for the field 'InputPath' could not be found"
            )
        };
        let own = |text: &str| class(Some("States.Runtime"), Some(text));
        let wanted = "the-jsonpath-specified-for-the-field";
        assert_eq!(own(&cause("A", "$.x")), wanted);
        assert_eq!(own(&cause("It's", "$.y.z[3]")), wanted);
        assert_eq!(own(&cause("A", "$['a b'].c")), wanted);
        assert_eq!(own("The execution reached 25000"), "the-execution-reached");
        assert_eq!(
            own("Property ['x'] not found in path $['a']"),
            "property-not-found-in-path"
        );
        assert_eq!(
            own("LexerError(Error on line 1, col 2: é )"),
            "lexererror-error-on-line-col-é"
        );
        assert_eq!(own("1"), "text");
        assert_eq!(class(Some("Custom"), Some("boom")), "given");
        assert_eq!(class(None, None), "absent");
    }

    #[test]
    fn a_refusal_is_told_by_its_first_words() {
        let told = |message: &str| refusal(message).unwrap_or_default();
        let timestamp = "Error=ValueError Args=[\"The Timestamp value does not reference a valid \
                         date: '2016'\"] in definition '{\"StartAt\":\"A\"}'";
        assert_eq!(told(timestamp), "timestamp-value-does-not");
        let attribute = "Error=AttributeError Args=[\"'X' object has no attribute 'INT'\"] in \
                         definition '{\"Comment\":\"it is, a machine\"}'";
        assert_eq!(told(attribute), "object-has-no-attribute");
        assert_eq!(told("InvalidDefinition"), "");
    }

    #[test]
    fn the_interpreters_causes_are_told_from_given_ones() {
        assert!(is_given(Some("Custom"), Some("boom")));
        assert!(is_given(None, None));
        assert!(!is_given(Some("States.Timeout"), None));
        assert!(!is_given(
            None,
            Some("An error occurred while executing the state 'A'")
        ));
    }
}

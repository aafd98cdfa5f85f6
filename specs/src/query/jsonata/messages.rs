//! The messages of JSONata's errors, in the words of jsonata 2.0.6, which AWS quotes.
//!
//! The evaluator has the codes of the original and words of its own. Where a message says what the
//! evaluator does not tell, it is a guess.

/// An error's message, and whether it is the original's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) is_exact: bool,
}

/// The code in what the evaluator says, which may come after other words, and what follows it.
pub(super) fn code(said: &str) -> Option<(&str, &str)> {
    let bytes = said.as_bytes();
    let is_code = |at: usize| {
        bytes[at..].len() >= 6
            && matches!(bytes[at], b'S' | b'T' | b'D' | b'U' | b'L')
            && bytes[at + 1..at + 5].iter().all(u8::is_ascii_digit)
            && bytes[at + 5] == b':'
    };
    let at = (0..bytes.len()).find(|at| said.is_char_boundary(*at) && is_code(*at))?;
    let rest = &said[at + 6..];
    Some((&said[at..at + 5], rest.strip_prefix(' ').unwrap_or(rest)))
}

/// The original's message for a code. `said` is what the evaluator says of it, and `called` the only
/// function that the expression calls, if there is only one call.
pub(super) fn message(code: &str, said: &str, called: Option<&str>) -> Message {
    if let Some(text) = whole(code) {
        return Message {
            text: text.to_owned(),
            is_exact: true,
        };
    }
    let made = match code {
        "D3137" if said.is_empty() => Some("$error() function evaluated".to_owned()),
        "D3141" if said.is_empty() => Some("$assert() statement failed".to_owned()),
        "D3137" | "D3141" => Some(said.to_owned()),
        "T2001" => operator(said)
            .map(|it| format!("The left side of the \"{it}\" operator must evaluate to a number")),
        "T2002" => operator(said)
            .map(|it| format!("The right side of the \"{it}\" operator must evaluate to a number")),
        "T2010" => quoted(said).map(|it| {
            format!(
                "The expressions either side of operator \"{it}\" must evaluate to numeric or \
                 string values"
            )
        }),
        "T1003" => said.split_once("got: ").map(|(_, value)| {
            format!("Key in object structure must evaluate to a string; got: {value}")
        }),
        "D1009" => said
            .split_once("same key: ")
            .map(|(_, key)| format!("Multiple key definitions evaluate to same key: {key}")),
        "D3030" => said
            .strip_prefix("Cannot convert '")
            .and_then(|it| it.strip_suffix("' to number"))
            .map(|it| format!("Unable to cast value to a number: {}", json(it))),
        "D3060" => said.split_once("number: ").map(|(_, number)| {
            format!("The sqrt function cannot be applied to a negative number: {number}")
        }),
        "D3100" => said.split_once("got ").map(|(_, radix)| {
            format!(
                "The radix of the formatBase function must be between 2 and 36.  It was given \
                 {radix}"
            )
        }),
        "T0410" => called.zip(argument(said)).map(|(function, index)| {
            format!(
                "Argument {index} of function {} does not match function signature",
                json(function)
            )
        }),
        "T0412" => called.zip(argument(said)).and_then(|(function, index)| {
            let (_, kind) = said.rsplit_once("array of ")?;
            let kind = json(&format!("{}s", kind.to_ascii_lowercase()));
            let function = json(function);
            Some(format!(
                "Argument {index} of function {function} must be an array of {kind}"
            ))
        }),
        "T2009" => said.starts_with("The values ").then(|| said.to_owned()),
        "T1005" => said.contains("Did you mean $").then(|| said.to_owned()),
        _ => None,
    };
    let is_exact = made.is_some();
    Message {
        text: made.unwrap_or_else(|| said.to_owned()),
        is_exact,
    }
}

/// The index in `Argument 1 must be …`.
fn argument(said: &str) -> Option<&str> {
    let (index, _) = said.strip_prefix("Argument ")?.split_once(' ')?;
    index.bytes().all(|it| it.is_ascii_digit()).then_some(index)
}

/// The operator in `The left side of the + operator …`.
fn operator(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("side of the ")?;
    let (operator, _) = rest.split_once(" operator")?;
    Some(operator.trim_matches('"'))
}

/// What is between the first two quotes.
fn quoted(said: &str) -> Option<&str> {
    said.split('"').nth(1)
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The messages that name nothing.
fn whole(code: &str) -> Option<&'static str> {
    Some(match code {
        "D1004" => "Regular expression matches zero length string",
        "T1006" => "Attempted to invoke a non-function",
        "T1008" => "Attempted to partially apply a non-function",
        "T2003" => "The left side of the range operator (..) must evaluate to an integer",
        "T2004" => "The right side of the range operator (..) must evaluate to an integer",
        "T2006" => "The right side of the function application operator ~> must be a function",
        "T2008" => {
            "The expressions within an order-by clause must evaluate to numeric or string values"
        }
        "D3001" => "Attempting to invoke string function on Infinity or NaN",
        "D3010" => "Second argument of replace function cannot be an empty string",
        "D3011" => "Fourth argument of replace function must evaluate to a positive number",
        "D3012" => "Attempted to replace a matched string with a non-string value",
        "D3020" => "Third argument of split function must evaluate to a positive number",
        "D3040" => "Third argument of match function must evaluate to a positive number",
        "D3050" => {
            "The second argument of reduce function must be a function with at least two arguments"
        }
        "D3070" => {
            "The single argument form of the sort function can only be applied to an array of \
             strings or an array of numbers.  Use the second argument to specify a comparison \
             function"
        }
        "D3080" => "The picture string must only contain a maximum of two sub-pictures",
        "D3131" => "In a decimal digit pattern, all digits must be from the same decimal group",
        "D3135" => "No matching closing bracket ']' in date/time picture string",
        "D3136" => {
            "The date/time picture string is missing specifiers required to parse the timestamp"
        }
        "D3138" => {
            "The $single() function expected exactly 1 matching result.  Instead it matched more."
        }
        "D3139" => {
            "The $single() function expected exactly 1 matching result.  Instead it matched 0."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Message, code, message};

    #[test]
    fn codes_are_found_after_other_words() {
        assert_eq!(code("D3030: no"), Some(("D3030", "no")));
        assert_eq!(code("Invalid syntax: S0202: x"), Some(("S0202", "x")));
        assert_eq!(code("ä T2001:"), Some(("T2001", "")));
        assert_eq!(code("Unclosed comment"), None);
        assert_eq!(code("T1"), None);
    }

    #[test]
    fn messages_are_the_originals() {
        let exact = |text: &str| Message {
            text: text.to_owned(),
            is_exact: true,
        };
        let left = "The left side of the + operator must evaluate to a number";
        assert_eq!(
            message("T2001", left, None),
            exact("The left side of the \"+\" operator must evaluate to a number")
        );
        assert_eq!(
            message("T1006", "Attempted to invoke a non-function: $f", None),
            exact("Attempted to invoke a non-function")
        );
        assert_eq!(
            message("D3030", "Cannot convert 'x\"' to number", None),
            exact("Unable to cast value to a number: \"x\\\"\"")
        );
        assert_eq!(
            message("T0410", "Argument 2 must be String", Some("join")),
            exact("Argument 2 of function \"join\" does not match function signature")
        );
        assert!(!message("T0410", "Argument 2 must be String", None).is_exact);
        assert!(!message("T2009", "something else", None).is_exact);
    }
}

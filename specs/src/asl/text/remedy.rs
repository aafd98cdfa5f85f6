//! What to do about a diagnostic, where its message makes that clear.

use strsim::levenshtein;

use crate::asl::{
    diagnostic::Diagnostic,
    fields::{DELIMITERS, KNOWN},
};

pub(super) fn remedy(diagnostic: &Diagnostic) -> Option<String> {
    let message = diagnostic.message.as_str();
    if let Some(field) = quoted(message, "Field '", "' is not supported") {
        return nearest(field, KNOWN.iter().copied()).map(did_you_mean);
    }
    let fixed = match message {
        "Definition must be a valid JSON object" => {
            "a definition is an object with \"StartAt\" and \"States\""
        }
        "One of these fields is required: [Next, End]" => {
            "add \"Next\" with the name of a state, or \"End\": true"
        }
        "Only one of these fields is allowed: [Next, End]" => "keep \"Next\" or \"End\", not both",
        "String does not match RFC3339 timestamp" => "write it as 2030-01-01T00:00:00Z",
        DELIMITERS => "put nothing before {% and after %}",
        "The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata]" => {
            "mind upper and lower case"
        }
        _ if message.starts_with("The QueryLanguage is set to 'JSONPath'") => {
            "give the state \"QueryLanguage\": \"JSONata\", or use the JSONPath field"
        }
        _ if message.starts_with("The QueryLanguage is set to 'JSONata'") => {
            "use the JSONata field (Arguments, Output, Items, Condition)"
        }
        _ if message.contains("must be a valid JSONPath or a valid intrinsic function call") => {
            "write a path ('$.a'), a call ('States.UUID()'), or drop the '.$' from the key"
        }
        _ if message.ends_with("must be a valid JSONPath") => {
            "a path starts with '$', for example $.order.id"
        }
        _ => return None,
    };
    Some(fixed.to_owned())
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean \"{name}\"?")
}

fn quoted<'m>(message: &'m str, before: &str, after: &str) -> Option<&'m str> {
    message.strip_prefix(before)?.strip_suffix(after)
}

/// The known name that is a slip of the pen away, if there is one.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known
        .filter(|known| *known != name && known.len().abs_diff(name.len()) <= 2)
        .map(|known| {
            (
                levenshtein(&known.to_lowercase(), &name.to_lowercase()),
                known,
            )
        })
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, known)| known)
}

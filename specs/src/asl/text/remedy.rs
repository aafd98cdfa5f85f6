//! Remedies for diagnostics whose clause and field make the fix clear.

use strsim::levenshtein;

use crate::{
    asl::{
        QueryLanguage,
        diagnostic::{About, Diagnostic},
        fields::KNOWN,
    },
    clause::Clause,
};

pub(super) fn remedy(diagnostic: &Diagnostic) -> Option<String> {
    match &diagnostic.about {
        About::Path(fault) => Some(fault.clone()),
        _ => fixed(diagnostic),
    }
}

fn fixed(diagnostic: &Diagnostic) -> Option<String> {
    let fixed = match (&diagnostic.about, diagnostic.clause) {
        (About::Unsupported(field), _) => {
            return nearest(field, KNOWN.iter().copied()).map(did_you_mean);
        }
        (_, Clause::ValidateObject) => "a definition is an object with \"StartAt\" and \"States\"",
        (About::NoneOf(_), Clause::ValidateTransition) => {
            "add \"Next\" with the name of a state, or \"End\": true"
        }
        (About::SeveralOf(_), Clause::ValidateTransition | Clause::ValidateTransitionEndFalse) => {
            "keep \"Next\" or \"End\", not both"
        }
        (_, Clause::ValidateTimestamp | Clause::ValidateTimestampOperand) => {
            "write it as 2030-01-01T00:00:00Z"
        }
        (_, Clause::ValidateDelimiters) => {
            "begin it with {% and end it with %}, with nothing before and after them"
        }
        (About::Word("QueryLanguage"), _) => "mind upper and lower case",
        (About::OfLanguage(_, QueryLanguage::Jsonata), _) => {
            "give the state \"QueryLanguage\": \"JSONata\", or use the JSONPath field"
        }
        (About::OfLanguage(_, QueryLanguage::JsonPath), _) => {
            "use the JSONata field (Arguments, Output, Items, Condition)"
        }
        (_, Clause::ValidateSource | Clause::ValidateTemplate) => {
            "write a path ('$.a'), a call ('States.UUID()'), or drop the '.$' from the key"
        }
        (_, Clause::ValidateResourceArn) => {
            "give the ARN of a function or an activity, or of an integration such as \
             arn:aws:states:::sqs:sendMessage"
        }
        (_, Clause::WarningNoDollar) => "put .$ at the end of the key if the value is to be read",
        (_, Clause::WarningNoPath) => {
            "a path is read in the field of that name with Path at its end, or in a template's field \
             that ends in .$"
        }
        (_, Clause::WarningStaticResult) => "use Parameters, with keys that end in .$",
        _ => return None,
    };
    Some(fixed.to_owned())
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean \"{name}\"?")
}

/// The known name that the given one is probably a misspelling of.
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

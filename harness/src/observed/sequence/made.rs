//! Names that the service makes up. A recording has another name in their place, and uses it from then
//! on.

use serde_json::Value;
use stepproof_specs::{base::arn::Arn, service::CallError};

/// What the service made up, and what the recording calls it.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<(String, String)>);

impl Made {
    /// Learns from an answer to a call that gave no name.
    pub fn learn(&mut self, expected: &Value, seen: &Value) {
        for key in ["executionArn", "execution_arn"] {
            let both = (expected[key].as_str(), seen[key].as_str());
            let (Some(expected), Some(seen)) = both else {
                continue;
            };
            // A placeholder is no name.
            if expected.contains('<') {
                continue;
            }
            let parts = |arn| {
                let resource: Option<&str> = Arn::parse(arn).map(|arn| arn.resource);
                resource.unwrap_or_default().split(':').skip(2)
            };
            for (recorded, own) in parts(expected).zip(parts(seen)) {
                if recorded != own {
                    self.0.push((own.to_owned(), recorded.to_owned()));
                }
            }
        }
    }

    /// An error in which everything that was made up is called as it was recorded.
    pub fn told(&self, error: CallError) -> CallError {
        let message = self.text(&error.message);
        CallError { message, ..error }
    }

    fn text(&self, text: &str) -> String {
        let called = |text: String, (own, recorded): &(String, String)| text.replace(own, recorded);
        self.0.iter().fold(text.to_owned(), called)
    }

    /// An answer in which everything that was made up is called as it was recorded.
    pub fn called_as_recorded(&self, seen: &Value) -> Value {
        match seen {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.called_as_recorded(item));
                Value::Array(items.collect())
            }
            Value::Object(members) => {
                let members = members.iter();
                Value::Object(
                    members
                        .map(|(key, value)| (key.clone(), self.called_as_recorded(value)))
                        .collect(),
                )
            }
            other => other.clone(),
        }
    }
}

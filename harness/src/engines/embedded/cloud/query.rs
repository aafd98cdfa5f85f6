//! SNS: the AWS Query protocol, with parameters as in a form and answers in XML.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value, json};
use stepproof_specs::cloud::CloudError;

use super::{
    super::exchange,
    Account,
    xml::{self, Lists},
};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
/// The version of the API of SNS.
const VERSION: &str = "2010-03-31";
const XML: &str = "text/xml";
/// How many parts the name of a parameter has at most.
const DEEPEST: usize = 16;

/// Operations whose answer is empty, which is not even an element.
const SILENT: [&str; 2] = ["DeleteTopic", "Unsubscribe"];

pub(super) fn answer(account: &Account, body: &[u8]) -> Response {
    let params = params(body);
    let operation = params["Action"].as_str().unwrap_or_default();
    let service = match params["Version"].as_str() {
        Some(VERSION) => "sns",
        _ => "an API of another version",
    };
    match account.service.cloud(service, operation, &params) {
        Ok(answer) => answered(operation, &answer),
        Err(error) => refused(&error),
    }
}

fn answered(operation: &str, answer: &Value) -> Response {
    let mut content = Map::new();
    if !SILENT.contains(&operation) {
        content.insert(format!("{operation}Result"), answer.clone());
    }
    content.insert("ResponseMetadata".to_owned(), metadata());
    let name = format!("{operation}Response");
    let text = xml::document(&name, Some(NAMESPACE), &content.into(), Lists::Members);
    exchange::answer(StatusCode::OK, XML, text)
}

fn refused(error: &CloudError) -> Response {
    // The exceptions of the SDKs have other names than the codes of the protocol.
    let code = error.code.strip_suffix("Exception").unwrap_or(error.code);
    let content = json!({
        "Error": {"Type": "Sender", "Code": code, "Message": error.message},
        "RequestId": metadata()["RequestId"],
    });
    let text = xml::document("ErrorResponse", Some(NAMESPACE), &content, Lists::Members);
    exchange::answer(exchange::status(error.status), XML, text)
}

fn metadata() -> Value {
    json!({"RequestId": uuid::Uuid::new_v4().to_string()})
}

/// A parameter, by the parts of its name: `Tags.member.1.Key`.
#[derive(Default)]
struct Node {
    text: Option<String>,
    members: BTreeMap<String, Self>,
}

/// The parameters of a form as the models have them.
fn params(body: &[u8]) -> Value {
    let mut root = Node::default();
    for (name, value) in form_urlencoded::parse(body) {
        let mut node = &mut root;
        for part in name.split('.').take(DEEPEST) {
            node = node.members.entry(part.to_owned()).or_default();
        }
        node.text = Some(value.into_owned());
    }
    root.read()
}

impl Node {
    fn read(&self) -> Value {
        if let Some(text) = &self.text {
            return text.as_str().into();
        }
        if let Some(members) = self.members.get("member") {
            return members.numbered().map(Self::read).collect();
        }
        if let Some(entries) = self.members.get("entry") {
            let pairs = entries.numbered().filter_map(|entry| {
                let part = |names: [&str; 2]| names.iter().find_map(|it| entry.members.get(*it));
                let name = part(["key", "Name"])?.text.clone()?;
                Some((name, part(["value", "Value"])?.read()))
            });
            return Value::Object(pairs.collect());
        }
        let members = self.members.iter();
        Value::Object(
            members
                .map(|(name, it)| (name.clone(), it.read()))
                .collect(),
        )
    }

    /// The members in the order of the numbers that they are named for.
    fn numbered(&self) -> impl Iterator<Item = &Self> {
        let numbers = self.members.iter();
        let numbers = numbers.filter_map(|(name, it)| Some((name.parse::<u32>().ok()?, it)));
        let sorted: BTreeMap<_, _> = numbers.collect();
        sorted.into_values()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::params;

    #[test]
    fn forms_are_read_as_the_models_have_them() {
        let form = "Action=Publish&Message=a+b%26&L.member.10=j&L.member.9=i\
                    &A.entry.1.key=k&A.entry.1.value=v\
                    &M.entry.1.Name=n&M.entry.1.Value.DataType=String&M.entry.1.Value.StringValue=";
        assert_eq!(
            params(form.as_bytes()),
            json!({
                "Action": "Publish", "Message": "a b&", "L": ["i", "j"], "A": {"k": "v"},
                "M": {"n": {"DataType": "String", "StringValue": ""}},
            })
        );
    }
}

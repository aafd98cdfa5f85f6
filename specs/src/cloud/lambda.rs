//! Functions (AWS Lambda, API version 2015-03-31).
//!
//! A function does nothing by itself. Whoever [`answers`](Cloud::answer_invocations) takes the
//! [`Invocation`]s and says what each came to; without anybody, every invocation is refused with the code
//! [`UNANSWERED`].

use std::{collections::HashSet, mem};

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Cloud, CloudError, account::Account, params::Params};
use crate::base::{arn::Arn, time::Instant};

/// The code of the error that nobody answers invocations. AWS has no such error.
pub const UNANSWERED: &str = "NobodyAnswersException";

/// The largest payloads, in bytes: of an invocation that is waited for, and of one that is not.
const LARGEST_PAYLOAD: usize = 6 << 20;
const LARGEST_EVENT: usize = 1 << 20;

/// The functions, and their invocations.
#[derive(Debug, Default)]
pub(super) struct Functions {
    /// Configurations by name.
    functions: IndexMap<String, Map<String, Value>>,
    /// Whether anybody answers.
    answers: bool,
    queue: Vec<Invocation>,
    /// Invocations whose answer is waited for.
    waiting: HashSet<InvocationId>,
    number: u64,
}

/// An invocation, numbered in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InvocationId(pub u64);

/// An invocation that somebody has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Its number.
    pub id: InvocationId,
    /// The function's ARN, without a qualifier.
    pub function: String,
    /// The function's name.
    pub name: String,
    /// The version or alias that was asked for.
    pub qualifier: Option<String>,
    /// What the function is given: JSON.
    pub payload: String,
    /// Whether anybody waits for the answer.
    pub is_awaited: bool,
    /// When the function was invoked.
    pub at: Instant,
}

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What the function returned: JSON.
    Returned(String),
    /// What it threw: JSON with `errorType` and `errorMessage`.
    Threw(String),
    /// Nothing: who answers could not, for this reason.
    Failed(String),
}

/// What comes of a call of `Invoke`.
#[derive(Debug, Clone, PartialEq)]
pub enum Invoked {
    /// The answer.
    Now(Value),
    /// The answer follows when somebody has [answered](Cloud::answer) this invocation.
    Later(InvocationId),
}

impl Cloud {
    /// Somebody takes invocations from now on ([`Cloud::take_invocations`]) and answers them.
    pub fn answer_invocations(&mut self) {
        self.functions.answers = true;
    }

    /// Invokes a function, with the parameters of `Invoke`.
    ///
    /// Fails with [`UNANSWERED`] if nobody answers.
    pub fn invoke(&mut self, now: Instant, params: &Value) -> Result<Invoked, CloudError> {
        let params = Params::new(params, CloudError::missing);
        let Self {
            account, functions, ..
        } = self;
        // Here the version is always told (recorded for tasks).
        let (name, qualifier) = functions.named(account, &params, Some(LATEST))?;
        let kind = params.maybe_text("InvocationType")?;
        let payload = params.maybe_text("Payload")?.unwrap_or("{}");
        if let Err(error) = serde_json::from_str::<Value>(payload) {
            return Err(CloudError::new(
                "InvalidRequestContentException",
                format!("Could not parse request body into json: {error}"),
            ));
        }
        let is_awaited = match kind {
            None | Some("RequestResponse") => true,
            Some("Event") => false,
            Some("DryRun") => return Ok(Invoked::Now(json!({"StatusCode": 204}))),
            Some(other) => {
                return Err(CloudError::new(
                    "InvalidParameterValueException",
                    format!("Unexpected invocation type '{other}'"),
                ));
            }
        };
        let most = if is_awaited {
            LARGEST_PAYLOAD
        } else {
            LARGEST_EVENT
        };
        if payload.len() > most {
            return Err(CloudError::new(
                "RequestTooLargeException",
                format!(
                    "Request must be smaller than {most} bytes for the InvokeFunction operation"
                ),
            )
            .status(413));
        }
        let function = account.arn("lambda", &format!("function:{name}"));
        if !functions.answers {
            return Err(unanswered(&function));
        }
        functions.number += 1;
        let id = InvocationId(functions.number);
        functions.queue.push(Invocation {
            id,
            function,
            name,
            qualifier,
            payload: payload.to_owned(),
            is_awaited,
            at: now,
        });
        if !is_awaited {
            return Ok(Invoked::Now(json!({"StatusCode": 202})));
        }
        functions.waiting.insert(id);
        Ok(Invoked::Later(id))
    }

    /// The invocations since the last call of this method.
    pub fn take_invocations(&mut self) -> Vec<Invocation> {
        mem::take(&mut self.functions.queue)
    }

    /// What `Invoke` answers if an invocation came to this; `None` if nobody waits for it.
    pub fn answer(
        &mut self,
        id: InvocationId,
        outcome: Outcome,
    ) -> Option<Result<Value, CloudError>> {
        if !self.functions.waiting.remove(&id) {
            return None;
        }
        let (payload, error) = match outcome {
            Outcome::Returned(payload) => (payload, None),
            Outcome::Threw(payload) => (payload, Some("Unhandled")),
            Outcome::Failed(reason) => return Some(Err(CloudError::new(UNANSWERED, reason))),
        };
        let mut answer = json!({
            "StatusCode": 200,
            "ExecutedVersion": LATEST,
            "Payload": payload,
        });
        if let Some(error) = error {
            answer["FunctionError"] = error.into();
        }
        Some(Ok(answer))
    }
}

/// The version of functions of which none was published.
const LATEST: &str = "$LATEST";

pub(super) fn call(
    cloud: &mut Cloud,
    now: Instant,
    operation: &str,
    params: &Value,
) -> Result<Value, CloudError> {
    if operation == "Invoke" {
        return match cloud.invoke(now, params)? {
            Invoked::Now(answer) => Ok(answer),
            // Whoever calls in this way cannot wait.
            Invoked::Later(id) => {
                let functions = &mut cloud.functions;
                functions.waiting.remove(&id);
                let refused = functions.queue.pop_if(|invocation| invocation.id == id);
                let function = refused.map(|invocation| invocation.function);
                Err(unanswered(&function.unwrap_or_default()))
            }
        };
    }
    let params = Params::new(params, CloudError::missing);
    let Cloud {
        account, functions, ..
    } = cloud;
    match operation {
        "CreateFunction" => functions.create(account, now, &params),
        "GetFunction" => {
            let (name, _) = functions.named(account, &params, None)?;
            Ok(json!({
                "Configuration": functions.functions[&name],
                "Code": {"RepositoryType": "S3"},
            }))
        }
        "DeleteFunction" => {
            let (name, _) = functions.named(account, &params, None)?;
            functions.functions.shift_remove(&name);
            Ok(json!({}))
        }
        _ => Err(CloudError::unknown("lambda", operation)),
    }
}

impl Functions {
    fn create(
        &mut self,
        account: &mut Account,
        now: Instant,
        params: &Params<'_>,
    ) -> Result<Value, CloudError> {
        let (name, _) = split(params.text("FunctionName")?);
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
            return Err(CloudError::new(
                "ValidationException",
                format!(
                    "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy \
                     constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+"
                ),
            ));
        }
        let role = params.text("Role")?;
        params.required("Code")?;
        if self.functions.contains_key(name) {
            return Err(CloudError::new(
                "ResourceConflictException",
                format!("Function already exist: {name}"),
            )
            .status(409));
        }
        let is_image = params.maybe_text("PackageType")? == Some("Image");
        let is_whole = params.value("Runtime").is_some() && params.value("Handler").is_some();
        if !is_image && !is_whole {
            return Err(CloudError::new(
                "InvalidParameterValueException",
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
            ));
        }
        let text = |value: Option<&str>, usual: &str| json!(value.unwrap_or(usual));
        let mut configuration = Map::from_iter([
            ("FunctionName".to_owned(), json!(name)),
            (
                "FunctionArn".to_owned(),
                json!(account.arn("lambda", &format!("function:{name}"))),
            ),
            ("Role".to_owned(), json!(role)),
            (
                "Description".to_owned(),
                text(params.maybe_text("Description")?, ""),
            ),
            (
                "Timeout".to_owned(),
                json!(params.number("Timeout")?.unwrap_or(3)),
            ),
            (
                "MemorySize".to_owned(),
                json!(params.number("MemorySize")?.unwrap_or(128)),
            ),
            (
                "PackageType".to_owned(),
                text(params.maybe_text("PackageType")?, "Zip"),
            ),
            ("Version".to_owned(), json!(LATEST)),
            ("LastModified".to_owned(), json!(modified(now))),
            ("RevisionId".to_owned(), json!(account.uuid())),
            ("State".to_owned(), json!("Active")),
            ("LastUpdateStatus".to_owned(), json!("Successful")),
        ]);
        for name in ["Runtime", "Handler", "Architectures"] {
            if let Some(value) = params.value(name) {
                configuration.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(environment) = params.map("Environment")? {
            let variables = environment.get("Variables").cloned();
            let variables = json!({"Variables": variables.unwrap_or_else(|| json!({}))});
            configuration.insert("Environment".to_owned(), variables);
        }
        let answer = Value::Object(configuration.clone());
        self.functions.insert(name.to_owned(), configuration);
        Ok(answer)
    }

    /// The name and the qualifier, or the usual one, of a function that there is.
    fn named(
        &self,
        account: &Account,
        params: &Params<'_>,
        usual: Option<&str>,
    ) -> Result<(String, Option<String>), CloudError> {
        let given = params.text("FunctionName")?;
        let (name, within) = split(given);
        let qualifier = params.maybe_text("Qualifier")?.or(within).or(usual);
        // Without versions and aliases there is only this.
        let is_known = qualifier.is_none_or(|qualifier| qualifier == LATEST);
        if is_known && self.functions.contains_key(name) {
            return Ok((name.to_owned(), qualifier.map(str::to_owned)));
        }
        let mut arn = account.arn("lambda", &format!("function:{name}"));
        if let Some(qualifier) = qualifier {
            arn = format!("{arn}:{qualifier}");
        }
        let message = format!("Function not found: {arn}");
        Err(CloudError::new("ResourceNotFoundException", message).status(404))
    }
}

/// The name and the qualifier in a name, an ARN, or a part of one: `a`, `123456789012:function:a:1`.
fn split(text: &str) -> (&str, Option<&str>) {
    let rest = match Arn::parse(text) {
        Some(arn) => arn.resource.strip_prefix("function:"),
        None => text.split_once(":function:").map(|(_, rest)| rest),
    };
    let rest = rest.unwrap_or(text);
    rest.split_once(':')
        .map_or((rest, None), |(name, qualifier)| (name, Some(qualifier)))
}

/// A time as functions have it.
fn modified(now: Instant) -> String {
    let text = now.rfc3339_millis();
    format!("{}+0000", text.trim_end_matches('Z'))
}

fn unanswered(function: &str) -> CloudError {
    CloudError::new(
        UNANSWERED,
        format!("nobody answers invocations of '{function}' here"),
    )
}

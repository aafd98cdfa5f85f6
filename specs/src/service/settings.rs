//! Logging, tracing and encryption: what they may be, and what they are by default.

use serde_json::{Map, Value, json};

use super::{CallError, Service, params::Params};

/// The settings of a machine. They are part of its identity, and not interpreted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    logging: Logging,
    is_traced: bool,
    encryption: Encryption,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Logging {
    level: String,
    with_data: bool,
    /// The log groups; `None` if no list was given.
    destinations: Option<Vec<String>>,
}

/// How data is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Encryption {
    /// By a key of AWS's.
    Owned,
    /// By a key of the customer's.
    Customer {
        key: String,
        /// How long a data key is used, in seconds.
        reuse: u64,
    },
}

/// What the names of the settings are in calls and answers.
const LOGGING: &str = "loggingConfiguration";
const TRACING: &str = "tracingConfiguration";
const ENCRYPTION: &str = "encryptionConfiguration";
/// How long a data key is used by default, in seconds (Developer Guide, "Data at rest encryption").
const USUAL_REUSE: u64 = 300;

impl Default for Settings {
    /// As recorded of machines that were created without any.
    fn default() -> Self {
        Self {
            logging: Logging {
                level: "OFF".to_owned(),
                with_data: false,
                destinations: None,
            },
            is_traced: false,
            encryption: Encryption::Owned,
        }
    }
}

impl Settings {
    /// Whether a call gives any.
    pub fn are_given(params: &Params<'_>) -> bool {
        let names = [LOGGING, TRACING, ENCRYPTION];
        names.iter().any(|name| params.value(name).is_some())
    }

    /// These settings with those that a call gives in their place.
    pub fn with(&self, service: &Service, params: &Params<'_>) -> Result<Self, CallError> {
        let mut settings = self.clone();
        if let Some(logging) = params.value(LOGGING) {
            settings.logging = Logging::read(service, logging)?;
        }
        if let Some(tracing) = params.value(TRACING) {
            settings.is_traced = tracing["enabled"].as_bool().unwrap_or_default();
        }
        if params.value(ENCRYPTION).is_some() {
            settings.encryption = Encryption::read(params)?;
        }
        Ok(settings)
    }

    /// Adds them to an answer.
    pub fn describe(&self, answer: &mut Value) {
        answer[LOGGING] = self.logging.describe();
        answer[TRACING] = json!({ "enabled": self.is_traced });
        answer[ENCRYPTION] = self.encryption.describe();
    }
}

impl Logging {
    fn read(service: &Service, value: &Value) -> Result<Self, CallError> {
        let destinations = value["destinations"].as_array().map(|destinations| {
            let arns = destinations.iter().filter_map(|destination| {
                destination["cloudWatchLogsLogGroup"]["logGroupArn"].as_str()
            });
            arns.map(str::to_owned).collect::<Vec<_>>()
        });
        let logging = Self {
            level: value["level"].as_str().unwrap_or("OFF").to_owned(),
            with_data: value["includeExecutionData"].as_bool().unwrap_or_default(),
            destinations,
        };
        let invalid = |reason| {
            let message = format!("Invalid Logging Configuration: {reason}");
            Err(CallError::new("InvalidLoggingConfiguration", message))
        };
        // Recorded; that it also holds of two without a level is a guess.
        let groups = logging.destinations.as_deref().unwrap_or_default();
        let is_off = logging.level == "OFF";
        if groups.len() > 1 || groups.is_empty() && !is_off {
            return invalid("Must specify exactly one Log Destination.");
        }
        if groups.iter().any(|group| service.lost_logs.contains(group)) {
            return invalid("Log Destination not found.");
        }
        Ok(logging)
    }

    fn describe(&self) -> Value {
        let mut shown = Map::new();
        if let Some(destinations) = &self.destinations {
            let destinations = destinations
                .iter()
                .map(|arn| json!({ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }));
            shown.insert("destinations".to_owned(), destinations.collect());
        }
        shown.insert("includeExecutionData".to_owned(), self.with_data.into());
        shown.insert("level".to_owned(), self.level.as_str().into());
        Value::Object(shown)
    }
}

impl Encryption {
    /// The encryption that a call gives. A key is required where it is the customer's (API reference,
    /// `InvalidEncryptionConfiguration`); the wordings are ours.
    pub fn read(params: &Params<'_>) -> Result<Self, CallError> {
        let Some(value) = params.value(ENCRYPTION) else {
            return Ok(Self::Owned);
        };
        let invalid = |reason: &str| {
            let message = format!("Invalid Encryption Configuration: {reason}");
            Err(CallError::new("InvalidEncryptionConfiguration", message))
        };
        let key = value["kmsKeyId"].as_str();
        let reuse = value["kmsDataKeyReusePeriodSeconds"].as_u64();
        match (value["type"].as_str(), key) {
            (Some("CUSTOMER_MANAGED_KMS_KEY"), Some(key)) => Ok(Self::Customer {
                key: key.to_owned(),
                reuse: reuse.unwrap_or(USUAL_REUSE),
            }),
            (Some("CUSTOMER_MANAGED_KMS_KEY"), None) => {
                invalid("kmsKeyId is required for a customer managed key.")
            }
            (_, None) if reuse.is_none() => Ok(Self::Owned),
            _ => invalid("a key owned by AWS has neither kmsKeyId nor a reuse period."),
        }
    }

    pub fn describe(&self) -> Value {
        match self {
            Self::Owned => json!({ "type": "AWS_OWNED_KEY" }),
            Self::Customer { key, reuse } => json!({
                "type": "CUSTOMER_MANAGED_KMS_KEY",
                "kmsKeyId": key,
                "kmsDataKeyReusePeriodSeconds": reuse,
            }),
        }
    }
}

impl Service {
    /// Says that a log group does not exist. The others that machines name are taken to exist.
    pub fn lose_log_group(&mut self, arn: &str) {
        self.lost_logs.insert(arn.to_owned());
    }
}

//! Payload templates: `Parameters`, `ResultSelector`, `ItemSelector` and `Assign` (JSONPath).
//!
//! An object in which every field whose key ends in `.$` is replaced by the result of a path, a
//! context path or an intrinsic function. Everything else is copied (specification, "Payload
//! Template").

use std::sync::Arc;

use serde_json::Value;

use crate::query::jsonpath::{
    intrinsic::Call,
    path::{Path, SyntaxError},
};

/// A parsed template. [`Template::to_value`] gives the JSON it was made from.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// A value without any dynamic field inside: copied.
    Literal(Arc<Value>),
    /// An object with a dynamic field somewhere inside.
    Object(Vec<Field>),
    /// An array with a dynamic field somewhere inside.
    Array(Vec<Template>),
}

/// A field of an object template.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key without the suffix `.$`.
    pub name: String,
    /// How its value is made.
    pub value: FieldValue,
}

/// How the value of a field is made.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A nested template (the key has no suffix).
    Nested(Template),
    /// The key ends in `.$`.
    Dynamic(Source),
}

/// Where a dynamic value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A path into the state's data, the context object or a variable.
    Path(Path),
    /// An intrinsic function call.
    Intrinsic(Arc<Call>),
}

/// Why a value is not a template. `field` is the whole key, with its suffix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The key ends in `.$`, but its value is not a string.
    #[error("parse the field '{field}': expected a string, but it is of type {found}")]
    NotText {
        /// The key.
        field: String,
        /// The JSON type of its value.
        found: &'static str,
    },
    /// The key ends in `.$`, but its value is neither a path nor a call.
    #[error("parse the field '{field}': {reason}")]
    Source {
        /// The key.
        field: String,
        /// What is wrong with the value.
        reason: SourceError,
    },
    /// Two keys are the same when the suffix `.$` is taken off.
    #[error("parse the field '{field}': the name occurs twice")]
    Duplicate {
        /// The second key.
        field: String,
    },
}

/// Why a string is neither a path nor an intrinsic function call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It starts with `$`, but is not a path.
    #[error(transparent)]
    Path(#[from] SyntaxError),
    /// It does not start with `$`, and is not a call of an intrinsic function.
    #[error("parse intrinsic function call '{text}': {reason}")]
    Call {
        /// The string.
        text: String,
        /// What was wrong with it.
        reason: &'static str,
    },
}

impl Template {
    /// Parses a template; the error lists everything that is wrong.
    pub fn parse(value: &Value) -> Result<Self, Vec<TemplateError>> {
        let mut errors = Vec::new();
        let template = Self::collect(value, &mut errors);
        if errors.is_empty() {
            Ok(template)
        } else {
            Err(errors)
        }
    }

    /// A value that is copied unchanged.
    pub fn literal(value: Value) -> Self {
        Self::Literal(Arc::new(value))
    }

    /// The JSON that [`Template::parse`] reads as this template.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Literal(value) => (**value).clone(),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|field| match &field.value {
                    FieldValue::Nested(template) => (field.name.clone(), template.to_value()),
                    FieldValue::Dynamic(source) => {
                        (format!("{}.$", field.name), source.text().into())
                    }
                })
                .collect(),
        }
    }

    fn collect(value: &Value, errors: &mut Vec<TemplateError>) -> Self {
        match value {
            Value::Object(object) if is_dynamic(value) => {
                let mut fields: Vec<Field> = Vec::with_capacity(object.len());
                for (key, value) in object {
                    let Some(field) = Field::collect(key, value, errors) else {
                        continue;
                    };
                    let twin = key.strip_suffix(".$").map_or_else(
                        || object.contains_key(&format!("{key}.$")),
                        |name| object.contains_key(name),
                    );
                    if twin && fields.iter().any(|earlier| earlier.name == field.name) {
                        errors.push(TemplateError::Duplicate { field: key.clone() });
                    }
                    fields.push(field);
                }
                Self::Object(fields)
            }
            Value::Array(items) if is_dynamic(value) => Self::Array(
                items
                    .iter()
                    .map(|item| Self::collect(item, errors))
                    .collect(),
            ),
            _ => Self::literal(value.clone()),
        }
    }
}

impl Field {
    fn collect(key: &str, value: &Value, errors: &mut Vec<TemplateError>) -> Option<Self> {
        let Some(name) = key.strip_suffix(".$") else {
            return Some(Self {
                name: key.to_owned(),
                value: FieldValue::Nested(Template::collect(value, errors)),
            });
        };
        let Value::String(text) = value else {
            errors.push(TemplateError::NotText {
                field: key.to_owned(),
                found: crate::base::json::type_name(value),
            });
            return None;
        };
        match Source::parse(text) {
            Ok(source) => Some(Self {
                name: name.to_owned(),
                value: FieldValue::Dynamic(source),
            }),
            Err(reason) => {
                errors.push(TemplateError::Source {
                    field: key.to_owned(),
                    reason,
                });
                None
            }
        }
    }
}

impl Source {
    /// Parses a path or the call of an intrinsic function.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if text.starts_with('$') {
            return Ok(Self::Path(Path::parse(text)?));
        }
        match Call::parse(text) {
            Ok(call) => Ok(Self::Intrinsic(call.into())),
            Err(reason) => Err(SourceError::Call {
                text: text.to_owned(),
                reason,
            }),
        }
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        match self {
            Self::Path(path) => path.text(),
            Self::Intrinsic(call) => call.text(),
        }
    }
}

/// Whether any nested key ends in `.$`.
fn is_dynamic(value: &Value) -> bool {
    match value {
        Value::Object(object) => object
            .iter()
            .any(|(key, value)| key.ends_with(".$") || is_dynamic(value)),
        Value::Array(items) => items.iter().any(is_dynamic),
        _ => false,
    }
}

//! Diagnostics of a definition, in the form of `ValidateStateMachineDefinition`.

use std::fmt;

use super::QueryLanguage;
use crate::clause::{Basis, Clause};

/// One diagnostic, as `ValidateStateMachineDefinition` returns it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// Whether the machine is refused because of it.
    pub severity: Severity,
    /// AWS's code, for example `SCHEMA_VALIDATION_FAILED`.
    pub code: Code,
    /// AWS's message.
    pub message: String,
    /// A JSON pointer into the definition (indexes in brackets, as AWS writes them:
    /// `/States/Fan/Branches[0]/States/A`); `None` if AWS gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What exactly the diagnostic is about.
    #[serde(skip)]
    pub about: About,
    /// The clause that is violated.
    #[serde(skip)]
    pub clause: Clause,
    /// How much of it is AWS's: the rest is our wording or our reading.
    #[serde(skip)]
    pub evidence: Evidence,
}

/// How much of a diagnostic AWS was seen to say. Only that may be compared with an engine's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the code is AWS's.
    pub code: bool,
    /// How much of the message is AWS's.
    pub message: Extent,
    /// Whether the location is AWS's.
    pub location: bool,
}

/// How much of a message is AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The wording is ours.
    Nothing,
    /// AWS's message begins with these words, and may go on.
    Start,
    /// All of it.
    Whole,
}

impl Evidence {
    /// Only the refusal is known.
    pub const NONE: Self = Self {
        code: false,
        message: Extent::Nothing,
        location: false,
    };
    /// Only the code is known.
    pub const CODE: Self = Self {
        code: true,
        ..Self::NONE
    };
    /// The code and the message are known.
    pub const TEXT: Self = Self {
        message: Extent::Whole,
        ..Self::CODE
    };
    /// Everything is known.
    pub const WHOLE: Self = Self {
        location: true,
        ..Self::TEXT
    };

    /// What is known of the usual diagnostic of a clause: everything if AWS was observed to give
    /// it, otherwise nothing.
    pub fn of(clause: Clause) -> Self {
        match clause.entry().basis {
            Basis::Observed => Self::WHOLE,
            Basis::Language | Basis::Documented | Basis::Assumed => Self::NONE,
        }
    }
}

/// What a diagnostic is about. AWS names the fields only in the message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum About {
    /// The value at its location.
    #[default]
    Location,
    /// A field of the object there that objects of this kind do not have.
    Unsupported(String),
    /// A field of the object there that only this query language has.
    OfLanguage(String, QueryLanguage),
    /// Fields that the object there lacks.
    Missing(Vec<&'static str>),
    /// Fields of which the object there needs one and has none.
    NoneOf(Vec<&'static str>),
    /// Fields of which the object there may have one and has several.
    SeveralOf(Vec<&'static str>),
    /// The field at the location, whose value has to be one of a few words.
    Word(&'static str),
    /// The path at the location: which part of it is wrong, and why.
    Path(String),
}

impl About {
    /// The fields of the object at the location.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Location | Self::Word(_) | Self::Path(_) => Vec::new(),
            Self::Unsupported(field) | Self::OfLanguage(field, _) => vec![field],
            Self::Missing(fields) | Self::NoneOf(fields) | Self::SeveralOf(fields) => {
                fields.clone()
            }
        }
    }
}

/// The severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// The machine is refused.
    Error,
    /// The machine is accepted.
    Warning,
}

/// AWS's diagnostic codes: the errors that AWS was seen to give, and the warnings that it documents.
/// Other errors have the code [`Code::SchemaValidationFailed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The text is not JSON.
    InvalidJsonDescription,
    /// A field is missing, unknown, of the wrong type or out of range.
    SchemaValidationFailed,
    /// A transition leads nowhere, or a state cannot be reached.
    MissingTransitionTarget,
    /// No state ends the machine.
    MissingEndState,
    /// A state name is used twice.
    DuplicateStateName,
    /// An inner scope assigns a variable of an outer scope.
    DuplicateVariableName,
    /// A state assigns a variable whose name is reserved.
    ReservedVariableName,
    /// A variable may be read before it is assigned.
    PossiblyUndefinedVariable,
    /// A JSONata expression is not one by its syntax.
    InvalidJsonataExpression,
    /// A JSONata expression reads something that does not exist.
    UnsupportedJsonataExpression,
    /// A field of a template reads as a path or a call, but its name does not end in `.$`.
    NoDollar,
    /// A field reads as a path, but its name does not end in `Path`.
    NoPath,
    /// The `Result` of a Pass has a path.
    PassResultIsStatic,
}

impl Severity {
    /// The severity as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
        }
    }
}

impl Code {
    /// The code as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidJsonDescription => "INVALID_JSON_DESCRIPTION",
            Self::SchemaValidationFailed => "SCHEMA_VALIDATION_FAILED",
            Self::MissingTransitionTarget => "MISSING_TRANSITION_TARGET",
            Self::MissingEndState => "MISSING_END_STATE",
            Self::DuplicateStateName => "DUPLICATE_STATE_NAME",
            Self::DuplicateVariableName => "DUPLICATE_VARIABLE_NAME",
            Self::ReservedVariableName => "RESERVED_VARIABLE_NAME",
            Self::PossiblyUndefinedVariable => "POSSIBLY_UNDEFINED_VARIABLE",
            Self::InvalidJsonataExpression => "INVALID_JSONATA_EXPRESSION",
            Self::UnsupportedJsonataExpression => "UNSUPPORTED_JSONATA_EXPRESSION",
            Self::NoDollar => "NO_DOLLAR",
            Self::NoPath => "NO_PATH",
            Self::PassResultIsStatic => "PASS_RESULT_IS_STATIC",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Diagnostic {
    /// Whether AWS is only assumed to say this.
    pub fn is_assumed(&self) -> bool {
        self.clause.entry().basis == Basis::Assumed
    }

    /// An error at a location in the definition.
    pub(crate) fn error(
        code: Code,
        clause: Clause,
        message: impl Into<String>,
        at: &impl fmt::Display,
    ) -> Self {
        Self {
            clause,
            severity: Severity::Error,
            code,
            message: message.into(),
            location: Some(at.to_string()),
            about: About::Location,
            evidence: Evidence::of(clause),
        }
    }

    /// A warning at a location in the definition.
    pub(crate) fn warning(
        code: Code,
        clause: Clause,
        message: impl Into<String>,
        at: &impl fmt::Display,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, clause, message, at)
        }
    }

    /// The same diagnostic, about something more specific than the value at its location.
    pub(crate) fn about(self, about: About) -> Self {
        Self { about, ..self }
    }

    /// The same diagnostic, of which no more than this is AWS's.
    pub(crate) fn known(self, evidence: Evidence) -> Self {
        Self { evidence, ..self }
    }
}

/// As `CreateStateMachine` writes it: `CODE: message at location`; a missing location is the word
/// `null`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code, self.message)
    }
}

/// AWS's message for a `Resource` that is no ARN (reported by users, measured in 2026-09).
pub(crate) const NO_ARN: &str = "Value is not a valid resource ARN";

/// AWS's message for a `Resource` that it does not know (recorded).
pub(crate) fn not_recognized(resource: &str) -> String {
    format!(
        "The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
    )
}

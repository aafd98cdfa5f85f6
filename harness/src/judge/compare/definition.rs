//! Compares what the reference says about a definition with what an engine said.
//!
//! Whether the definition is refused is compared first, because other differences follow from it. A
//! difference about an assumed rule is poisoned. Diagnostics are compared only if the codes of all
//! of them are AWS's, and then as far as AWS was seen to say them: the location, and the message if
//! the engine's policy allows it. Warnings are not compared.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        diagnostic::{About, Diagnostic, Evidence, Extent, Severity},
        resource::is_placeholder,
    },
    clause::{Aspect, Basis, Clause},
    validate::{INVALID_DEFINITION, refusal},
};

use super::{
    Terms,
    difference::{Difference, Judgement},
    grammar::{GrammarPath, path},
    state_index::NOWHERE,
};
use crate::{
    job::Definition,
    judge::{
        policy::CauseCompare,
        signature::{NONE, Shape, Signature, Term, foreign},
    },
    raw::{Creation, RawDiagnostic, RawRun, Validation},
};

/// Judges an engine's answers about a definition.
pub fn judge(definition: &Definition, raw: &RawRun, terms: Terms<'_>) -> Judgement {
    let mut comparison = Comparison {
        definition,
        errors: definition.errors().collect(),
        texts: terms.policy.cause == CauseCompare::Exact,
        codes: terms.codes,
        judgement: Judgement {
            judged: [Aspect::Acceptance].into_iter().collect(),
            ..Judgement::default()
        },
    };
    comparison.acceptance(&raw.creation, raw.validation.as_ref());
    if comparison.judgement.differences.is_empty() && comparison.judgement.poisoned.is_empty() {
        comparison.diagnostics(raw);
    }
    comparison.judgement
}

/// The severity of a diagnostic for which nothing is refused.
const WARNING: &str = "WARNING";

struct Comparison<'a> {
    definition: &'a Definition,
    /// The errors for which the reference refuses it.
    errors: Vec<&'a Diagnostic>,
    /// Whether messages are compared.
    texts: bool,
    /// Whether the codes of refusals are compared.
    codes: bool,
    judgement: Judgement,
}

impl Comparison<'_> {
    /// Compares whether each of the two calls refuses the definition, and with which code.
    fn acceptance(&mut self, creation: &Creation, validation: Option<&Validation>) {
        match creation {
            Creation::Accepted => self.not_refused(Aspect::Acceptance, "accepted"),
            Creation::Refused { code, message } if self.errors.is_empty() => {
                let answer = json!({ "refused": code, "message": message });
                let refused = Term::of("refused", foreign(code));
                let shape = Shape::sides(Term::new("accepted"), refused);
                self.not_accepted(Aspect::Acceptance, shape, message, answer);
            }
            Creation::Refused { code, .. } if self.codes && code != INVALID_DEFINITION => {
                self.wrong_code(code);
            }
            Creation::Refused { .. } => {}
        }
        let Some(validation) = validation.filter(|_| self.judgement.differences.is_empty()) else {
            return;
        };
        match (validation.result.as_str(), self.errors.is_empty()) {
            ("OK", false) => self.not_refused(Aspect::Diagnostics, "OK"),
            ("FAIL", true) => {
                let first = validation
                    .diagnostics
                    .iter()
                    .find(|it| it.severity == "ERROR");
                let code = first.map_or("no diagnostic", |it| it.code.as_str());
                let location = first.and_then(|it| it.location.as_deref());
                let shape = Shape::sides(Term::new("OK"), Term::of("FAIL", foreign(code)));
                let answer = json!(validation.diagnostics);
                self.not_accepted(Aspect::Diagnostics, shape, location.unwrap_or(""), answer);
            }
            _ => {}
        }
    }

    /// The engine refuses the definition with an error code that AWS does not use for this.
    fn wrong_code(&mut self, code: &str) {
        let refused = |code: &str| Term::of("refused", foreign(code));
        let shape = Shape::sides(refused(INVALID_DEFINITION), refused(code));
        let difference = Difference::new(
            0,
            None,
            Signature::new(Aspect::Acceptance, NOWHERE, shape),
            (json!(INVALID_DEFINITION), json!(code)),
        );
        // The maximum size is a limit of the API call, not of the language.
        let size = |it: &&Diagnostic| it.clause == Clause::ValidateSize;
        let doubtful = self.errors.iter().any(size) || self.errors.iter().all(|it| is_assumed(it));
        self.judgement.add(doubtful, difference);
    }

    /// The engine accepts an invalid definition: it does not check any of the rules that the
    /// definition breaks. If one of the rules is only assumed, only the difference about that rule
    /// is poisoned. A missing target makes states unreachable, so those errors are left out beside
    /// it.
    fn not_refused(&mut self, aspect: Aspect, actual: &str) {
        let astray = self
            .errors
            .iter()
            .any(|it| it.clause == Clause::ValidateTarget);
        let follows = |it: &Diagnostic| astray && it.clause == Clause::ValidateReachable;
        for error in self.errors.clone().into_iter().filter(|it| !follows(it)) {
            self.wrong(aspect, error, actual, actual);
        }
    }

    /// The engine refuses a definition that breaks no rule. `text` contains the location of its
    /// complaint.
    fn not_accepted(&mut self, aspect: Aspect, shape: Shape, text: &str, answer: Value) {
        let path = complained_of(&self.definition.case.definition, text);
        let kinds = path.as_ref().map_or(NOWHERE, kinds);
        let difference = Difference::new(
            0,
            path.as_ref().and_then(|it| it.state.clone()),
            Signature::new(aspect, kinds, shape),
            (json!("accepted"), answer),
        );
        let doubtful = has_placeholder(&self.definition.case.definition);
        self.judgement.add(doubtful, difference);
    }

    /// An error that the engine does not report, or reports differently.
    fn wrong(&mut self, aspect: Aspect, error: &Diagnostic, word: &str, actual: &str) {
        let path = path(&self.definition.case.definition, error);
        let rule = error.clause.entry().id.to_owned();
        let expected = Term::new(error.code.name()).told_by(Some(rule));
        let shape = Shape::sides(expected, Term::new(foreign(word)));
        let difference = Difference::new(
            0,
            path.state.clone(),
            Signature::new(aspect, kinds(&path), shape),
            (json!(error), json!(actual)),
        );
        self.judgement.add(is_assumed(error), difference);
    }

    /// Compares the diagnostics one by one, in any order, and the message of the refusal, but only
    /// if the codes are AWS's and they share one code. AWS was seen to list several errors of one
    /// code; which errors of other codes it would list beside them is unknown.
    fn diagnostics(&mut self, raw: &RawRun) {
        let code = self.errors.first().map(|it| it.code);
        let sure = self
            .errors
            .iter()
            .all(|it| it.evidence.code && Some(it.code) == code);
        if !sure {
            return;
        }
        if let Some(validation) = &raw.validation {
            self.judgement.judged.insert(Aspect::Diagnostics);
            self.complaints(&validation.diagnostics);
        }
        // AWS's answer was seen to list a States.ALL that is not alone twice.
        let whole = |it: &&Diagnostic| {
            it.evidence == Evidence::WHOLE && it.clause != Clause::ValidateCatchAll
        };
        if self.texts
            && self.errors.iter().all(whole)
            && self.judgement.differences.is_empty()
            && let Creation::Refused { message, .. } = &raw.creation
            && refusal(&self.definition.diagnostics).as_ref() != Some(message)
            && let Some(first) = self.errors.first()
        {
            self.wrong(Aspect::Diagnostics, first, "refused-otherwise", message);
        }
    }

    fn complaints(&mut self, actual: &[RawDiagnostic]) {
        let mut left: Vec<&RawDiagnostic> = actual.iter().collect();
        for error in self.errors.clone() {
            let same = |it: &&RawDiagnostic| is_same(error, it, self.texts);
            if let Some(at) = left.iter().position(same) {
                left.remove(at);
                continue;
            }
            let near = left.iter().position(|it| it.location == error.location);
            let (shape, said) = match near.map(|at| left.remove(at)) {
                Some(other) if other.code == error.code.name() => ("text".to_owned(), json!(other)),
                Some(other) => (other.code.clone(), json!(other)),
                None => ("absent".to_owned(), Value::Null),
            };
            self.wrong(Aspect::Diagnostics, error, &shape, &said.to_string());
        }
        // What sets off AWS's warnings is not known: they are not compared.
        for other in left.into_iter().filter(|it| it.severity != WARNING) {
            let path = complained_of(
                &self.definition.case.definition,
                other.location.as_deref().unwrap_or(""),
            );
            let kinds = path.as_ref().map_or(NOWHERE, kinds);
            let shape = Shape::sides(Term::new("absent"), Term::new(foreign(&other.code)));
            let signature = Signature::new(Aspect::Diagnostics, kinds, shape);
            let values = (Value::Null, json!(other));
            let difference = Difference::new(0, None, signature, values);
            self.judgement.add(true, difference);
        }
    }
}

/// Whether AWS is only assumed to report this error.
fn is_assumed(error: &Diagnostic) -> bool {
    error.clause.entry().basis == Basis::Assumed
}

/// The kinds that a signature uses for a path, without the depth of the state in the machine.
fn kinds(path: &GrammarPath) -> (&str, &str) {
    (&path.kind, NONE)
}

/// Whether a resource has a part that is filled in before the machine is created. The validator
/// accepts that; AWS itself may refuse it.
fn has_placeholder(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(field, inner)| {
            let name = inner.as_str().filter(|_| field == "Resource");
            name.is_some_and(is_placeholder) || has_placeholder(inner)
        }),
        Value::Array(items) => items.iter().any(has_placeholder),
        _ => false,
    }
}

/// Whether an engine's diagnostic is the expected one, as far as AWS was seen to say it.
fn is_same(expected: &Diagnostic, actual: &RawDiagnostic, texts: bool) -> bool {
    let evidence = expected.evidence;
    let said = match evidence.message {
        Extent::Nothing => true,
        Extent::Start => actual.message.starts_with(&expected.message),
        Extent::Whole => expected.message == actual.message,
    };
    expected.code.name() == actual.code
        && expected.severity.name() == actual.severity
        && (!evidence.location || expected.location == actual.location)
        && (!texts || said)
}

/// The path to what an engine complains about. `text` contains the location.
fn complained_of(definition: &Value, text: &str) -> Option<GrammarPath> {
    let at = text.rfind("/States/")?;
    let location = text[at..].trim_end_matches(['\'', '"', '.', ' ']);
    let complaint = Diagnostic {
        severity: Severity::Error,
        code: stepproof_specs::asl::diagnostic::Code::SchemaValidationFailed,
        clause: Clause::ValidateAccepts,
        message: String::new(),
        location: Some(location.to_owned()),
        about: About::Location,
        evidence: Evidence::NONE,
    };
    Some(path(definition, &complaint)).filter(|path| path.state.is_some())
}

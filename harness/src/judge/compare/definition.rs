//! What the reference says of a definition, against what an engine said.
//!
//! Whether it is refused comes first: what else differs follows from that. A rule that is only
//! assumed poisons. Codes and locations are judged where AWS was observed to give all of them;
//! texts too, where the engine's policy admits that.

use serde_json::{Value, json};
use stepproof_specs::{
    asl::diagnostic::{Diagnostic, Severity},
    clause::{Aspect, Basis, Clause},
    validate::{INVALID_DEFINITION, refusal},
};

use super::{
    Difference, Judgement, NOWHERE,
    grammar::{Place, place},
};
use crate::{
    engines::EngineProfile,
    job::Definition,
    judge::{policy::CauseCompare, signature::signature},
    raw::{Creation, RawDiagnostic, RawRun, Validation},
};

/// Judges what an engine made of a definition.
pub fn judge(definition: &Definition, raw: &RawRun, engine: &EngineProfile) -> Judgement {
    let mut bench = Bench {
        definition,
        errors: definition.errors().collect(),
        texts: engine.policy.cause == CauseCompare::Exact,
        judgement: Judgement {
            judged: [Aspect::Acceptance].into_iter().collect(),
            ..Judgement::default()
        },
    };
    bench.acceptance(&raw.creation, raw.validation.as_ref());
    if bench.judgement.differences.is_empty() && bench.judgement.poisoned.is_empty() {
        bench.diagnostics(raw);
    }
    bench.judgement
}

struct Bench<'a> {
    definition: &'a Definition,
    /// For what the reference refuses it.
    errors: Vec<&'a Diagnostic>,
    /// Whether texts are compared.
    texts: bool,
    judgement: Judgement,
}

impl Bench<'_> {
    /// Whether both calls accept or refuse the definition, and with which code it is refused.
    fn acceptance(&mut self, creation: &Creation, validation: Option<&Validation>) {
        match creation {
            Creation::Accepted => self.not_refused(Aspect::Acceptance, "accepted"),
            Creation::Refused { code, message } if self.errors.is_empty() => {
                let answer = json!({ "refused": code, "message": message });
                let shape = format!("accepted≠refused:{code}");
                self.not_accepted(Aspect::Acceptance, &shape, message, answer);
            }
            Creation::Refused { code, .. } if code != INVALID_DEFINITION => self.wrong_code(code),
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
                let shape = format!("OK≠FAIL:{}", code.replace(char::is_whitespace, "-"));
                let answer = json!(validation.diagnostics);
                self.not_accepted(Aspect::Diagnostics, &shape, location.unwrap_or(""), answer);
            }
            _ => {}
        }
    }

    /// The engine refuses the definition with another code than AWS does, whatever is wrong with it.
    fn wrong_code(&mut self, code: &str) {
        let aspect = Aspect::Acceptance;
        let shape = format!("refused:{INVALID_DEFINITION}≠refused:{code}");
        let difference = Difference::new(
            0,
            aspect,
            None,
            signature(aspect, NOWHERE, &shape),
            (json!(INVALID_DEFINITION), json!(code)),
        );
        // The size is a limit of the call, and not of the language.
        let size = |it: &&Diagnostic| it.clause == Clause::ValidateSize;
        let doubtful = self.errors.iter().any(size) || self.errors.iter().all(|it| is_assumed(it));
        self.judgement.add(doubtful, difference);
    }

    /// The engine has nothing against a definition: every rule that it breaks is one that the engine
    /// does not have. Where one of them is only assumed, that one is doubtful and the rest is not.
    /// What cannot be reached because a target is missing follows from that.
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

    /// The engine refuses what breaks no rule; `place` has the location of its complaint in it.
    fn not_accepted(&mut self, aspect: Aspect, shape: &str, place: &str, answer: Value) {
        let place = complained_of(&self.definition.case.definition, place);
        let words = place.as_ref().map_or(NOWHERE, words_of);
        let difference = Difference::new(
            0,
            aspect,
            place.as_ref().and_then(|it| it.state.clone()),
            signature(aspect, words, shape),
            (json!("accepted"), answer),
        );
        let doubtful = has_nickname(&self.definition.case.definition);
        self.judgement.add(doubtful, difference);
    }

    /// A complaint that the engine does not make, or makes otherwise.
    fn wrong(&mut self, aspect: Aspect, error: &Diagnostic, shape: &str, actual: &str) {
        let place = place(&self.definition.case.definition, error);
        let shape = format!("{}({})≠{shape}", error.code, error.clause);
        let difference = Difference::new(
            0,
            aspect,
            place.state.clone(),
            signature(aspect, words_of(&place), &shape),
            (json!(error), json!(actual)),
        );
        self.judgement.add(is_assumed(error), difference);
    }

    /// The complaints one by one, in any order, and the words of the refusal: if AWS was observed
    /// to make all of them. It was seen to list several of one code; which others it would list
    /// beside them is not known.
    fn diagnostics(&mut self, raw: &RawRun) {
        let code = self.errors.first().map(|it| it.code);
        let sure = self
            .errors
            .iter()
            .all(|it| it.clause.entry().basis == Basis::Observed && Some(it.code) == code);
        if !sure {
            return;
        }
        if let Some(validation) = &raw.validation {
            self.judgement.judged.insert(Aspect::Diagnostics);
            self.complaints(&validation.diagnostics);
        }
        if self.texts
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
        for error in self.definition.diagnostics.iter() {
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
        // What the reference does not say may be a warning that it does not know.
        for other in left {
            let words = complained_of(
                &self.definition.case.definition,
                other.location.as_deref().unwrap_or(""),
            );
            let words = words.as_ref().map_or(NOWHERE, words_of);
            let signature = signature(
                Aspect::Diagnostics,
                words,
                &format!("absent≠{}", other.code),
            );
            let values = (Value::Null, json!(other));
            let difference = Difference::new(0, Aspect::Diagnostics, None, signature, values);
            self.judgement.add(true, difference);
        }
    }
}

/// Whether it is only assumed that AWS makes a complaint.
fn is_assumed(error: &Diagnostic) -> bool {
    error.clause.entry().basis == Basis::Assumed
}

/// The words of a place in a signature: how deep it is in the machine does not matter.
fn words_of(place: &Place) -> (&str, &str) {
    (&place.kind, NOWHERE.1)
}

/// Whether something is called by a name that is no ARN. The validator lets that pass, because
/// recordings of AWS have such names in place of ARNs; AWS itself may not.
fn has_nickname(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(field, inner)| {
            let name = inner.as_str().filter(|_| field == "Resource");
            name.is_some_and(|name| !name.contains(':')) || has_nickname(inner)
        }),
        Value::Array(items) => items.iter().any(has_nickname),
        _ => false,
    }
}

/// Whether an engine's complaint is this one.
fn is_same(expected: &Diagnostic, actual: &RawDiagnostic, texts: bool) -> bool {
    expected.code.name() == actual.code
        && expected.severity.name() == actual.severity
        && expected.location == actual.location
        && (!texts || expected.message == actual.message)
}

/// The place of an engine's complaint, whose text has the location in it.
fn complained_of(definition: &Value, text: &str) -> Option<Place> {
    let at = text.rfind("/States/")?;
    let location = text[at..].trim_end_matches(['\'', '"', '.', ' ']);
    let complaint = Diagnostic {
        severity: Severity::Error,
        code: stepproof_specs::asl::diagnostic::Code::SchemaValidationFailed,
        clause: Clause::ValidateAccepts,
        message: String::new(),
        location: Some(location.to_owned()),
    };
    Some(place(definition, &complaint)).filter(|place| place.state.is_some())
}

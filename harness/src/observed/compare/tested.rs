//! Compares the answer of `TestState` with what was recorded.

use serde_json::{Value, json};
use stepproof_specs::clause::Aspect;

use super::{
    Divergence, Terms,
    mask::{Mask, Parting},
};
use crate::{
    judge::{
        policy::{CauseCompare, HistoryCompare},
        verdict::Aspects,
    },
    observed::Outcome,
};

/// The fields of the answer, in the order of their aspects.
const FIELDS: [(Aspect, &str); 6] = [
    (Aspect::Status, "status"),
    (Aspect::Error, "error"),
    (Aspect::Path, "nextState"),
    (Aspect::Output, "output"),
    (Aspect::Cause, "cause"),
    (Aspect::History, "inspectionData"),
];

/// Compares an answer. The first field that differs is the root.
pub(in crate::observed) fn answer(case: &Value, seen: &Value) -> Outcome {
    let expect = &case["expect"];
    if !expect["error"]["code"].is_null() {
        return differs("/error", &expect["error"], seen);
    }
    let terms = Terms {
        cause: CauseCompare::Exact,
        history: HistoryCompare::Details,
        concurrent: false,
        stopped: false,
    };
    let mask = Mask::of(case, terms);
    let mut agreed: Aspects = [Aspect::Acceptance].into_iter().collect();
    for (aspect, field) in FIELDS {
        let at = format!("/{field}");
        let compared = match (expect.get(field), seen.get(field)) {
            (None, None) => continue,
            (Some(recorded), Some(seen)) => mask.same(&at, recorded, seen),
            (recorded, seen) => Err(Parting {
                at,
                recorded: recorded.cloned().map(Box::new),
                seen: seen.cloned().map(Box::new),
            }),
        };
        if let Err(parting) = compared {
            return Outcome::diverged(agreed.iter(), Divergence::new(aspect, parting));
        }
        agreed.insert(aspect);
    }
    Outcome::Agreed(agreed)
}

/// Compares a refusal.
pub(in crate::observed) fn refusal(case: &Value, code: &str, message: &str) -> Outcome {
    let (recorded, seen) = (
        &case["expect"]["error"],
        json!({ "code": code, "message": message }),
    );
    if *recorded == seen {
        return Outcome::Agreed([Aspect::Acceptance].into_iter().collect());
    }
    differs("/error", recorded, &seen)
}

fn differs(at: &str, recorded: &Value, seen: &Value) -> Outcome {
    let parting = Parting::of(at, recorded, seen);
    Outcome::diverged([], Divergence::new(Aspect::Acceptance, parting))
}

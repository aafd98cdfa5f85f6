//! Executions that break a rule which no other machine breaks.

use serde_json::Value;
use stepproof_specs::{execution::Conduct, machine::StateType};

use super::Way;

impl Conduct for Way {
    fn join(&self, kind: StateType, results: &mut [Value]) {
        if *self == Self::MapOrder && kind == StateType::Map {
            results.reverse();
        }
    }
}

//! The reference as an engine.

use super::{Adapter, Home};
use crate::engines::{Engine as _, reference::Reference};

pub(crate) const NAME: &str = "reference";

pub(super) const ADAPTER: Adapter = Adapter {
    name: NAME,
    about: "The reference in process: checks the generator and the interpreter; fast.",
    home: Home::BuiltIn,
    profile: || Reference::default().profile().clone(),
    open: |choice, _| {
        let deviations = choice.deviations.clone();
        let reference = deviations.map_or_else(Reference::default, Reference::deviating);
        let reference = reference.judged(choice.strictness);
        Box::pin(async { Ok(Box::new(reference) as _) })
    },
};

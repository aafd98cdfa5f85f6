//! The reference as an engine.

use super::{Adapter, Home};
use crate::engines::{Engine as _, reference::Reference};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "reference",
    about: "The reference in process: checks the generator and the interpreter; fast.",
    home: Home::BuiltIn,
    profile: || Reference::default().profile().clone(),
    open: |choice, _| {
        let rewrite = choice.rewrite.clone();
        let reference = rewrite.map_or_else(Reference::default, Reference::breaking);
        Box::pin(async { Ok(Box::new(reference) as _) })
    },
};

//! The reference as an engine.

use super::{Adapter, Home};
use crate::engine::{Engine as _, reference::Reference};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "reference",
    about: "The reference in process: checks the generator and the interpreter.",
    home: Home::BuiltIn,
    profile: || Reference::default().profile().clone(),
    open: |_, _| Box::pin(async { Ok(Box::new(Reference::default()) as _) }),
};

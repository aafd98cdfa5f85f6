//! The second evaluator of JSONata, if one is built in (feature `jsonata-js`).

use std::sync::Arc;

use stepproof_specs::query::jsonata::Second;

/// What a user can do where the first evaluator is not sure; nothing more if there is a second one.
pub(crate) const REMEDY: Option<&str> = if cfg!(feature = "jsonata-js") {
    None
} else {
    Some("the feature 'jsonata-js' builds in a second one, which is asked")
};

/// One that is asked about what the first one is not sure of.
pub(crate) fn where_unsure() -> Option<Arc<dyn Second>> {
    built_in(false)
}

/// One that is asked about everything.
pub(crate) fn always() -> Option<Arc<dyn Second>> {
    built_in(true)
}

fn built_in(always: bool) -> Option<Arc<dyn Second>> {
    #[cfg(feature = "jsonata-js")]
    let second: Option<Arc<dyn Second>> = {
        use crate::jsonata_js::Ask;
        let when = if always {
            Ask::Always
        } else {
            Ask::WhereUnsure
        };
        Some(Arc::new(when))
    };
    #[cfg(not(feature = "jsonata-js"))]
    let second: Option<Arc<dyn Second>> = {
        let _ = always;
        None
    };
    second
}

//! The second evaluator of JSONata, if one is built in (feature `jsonata-js`).

use std::sync::Arc;

use stepproof_specs::query::jsonata::Second;

/// What a user can do where the first evaluator is not sure; nothing more if there is a second one.
pub(crate) const REMEDY: Option<&str> = if cfg!(feature = "jsonata-js") {
    None
} else {
    Some("the feature 'jsonata-js' builds in a second one, which is asked")
};

/// One that is asked about what the first one is not sure of, if there is one.
pub(crate) fn where_unsure() -> Option<Arc<dyn Second>> {
    #[cfg(feature = "jsonata-js")]
    let second: Option<Arc<dyn Second>> = Some(Arc::new(crate::jsonata_js::Ask::WhereUnsure));
    #[cfg(not(feature = "jsonata-js"))]
    let second: Option<Arc<dyn Second>> = None;
    second
}

/// One that is asked about everything.
#[cfg(feature = "jsonata-js")]
pub(crate) fn always() -> Arc<dyn Second> {
    Arc::new(crate::jsonata_js::Ask::Always)
}

/// Nobody: what differs is not judged by what one evaluator says alone.
#[cfg(not(feature = "jsonata-js"))]
pub(crate) fn always() -> Arc<dyn Second> {
    Arc::new(nobody::Nobody)
}

#[cfg(any(test, not(feature = "jsonata-js")))]
pub(crate) mod nobody {
    use stepproof_specs::query::jsonata::{Evaluation, Expression, Opinion, Second, World};

    /// In place of a second evaluator where none is built in.
    #[derive(Debug)]
    pub(crate) struct Nobody;

    impl Second for Nobody {
        fn opinion(&self, first: &Evaluation, _: &Expression, _: &dyn World) -> Opinion {
            if first.is_looked_up {
                Opinion::None
            } else {
                Opinion::Doubts
            }
        }
    }
}

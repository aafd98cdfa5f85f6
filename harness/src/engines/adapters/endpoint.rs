//! Any engine with the Step Functions API, reached by its address.

use super::{Adapter, Choice, Home, Opened, generic, remote};
use crate::trouble::Trouble;

pub(crate) const NAME: &str = "endpoint";

pub(super) const ADAPTER: Adapter = Adapter {
    name: NAME,
    about: "Anything else that speaks the Step Functions API.",
    home: Home::Address,
    profile: || generic(NAME).0,
    open: |choice, run| Box::pin(open(choice, run)),
};

async fn open(choice: &Choice, run: &str) -> Opened {
    let endpoint = choice.endpoint.as_deref().ok_or_else(|| Trouble::Start {
        engine: NAME.to_owned(),
        reason: "name its address with --endpoint".to_owned(),
    })?;
    let mut engine = remote(endpoint, choice, run, generic(NAME));
    engine.warm_up().await?;
    if choice.calls {
        engine.try_operations().await;
    }
    Ok(Box::new(engine))
}

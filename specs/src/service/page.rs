//! Paging: a token is the offset of the next page, with a mark of the list that it belongs to.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

use super::{CallError, Service, params::Params};
use crate::{base::json, deviation::CallRule};

const MARK: &str = "page-";
/// The size of a page by default (API reference).
const USUAL: u64 = 100;
/// How long a page may grow, in bytes: it holds fewer items then, as AWS's do.
const LONGEST: usize = 4 << 20;

impl Service {
    /// The page that `params` request of the list of `what`, as an object with `key` and `nextToken`.
    pub(super) fn page(
        &self,
        params: &Params<'_>,
        key: &str,
        what: &str,
        all: impl Iterator<Item = Value>,
    ) -> Result<Value, CallError> {
        let is_further = params.maybe_text("nextToken").is_some();
        let skipped = usize::from(is_further && !self.keeps(CallRule::Pages));
        page(params, key, what, skipped, all)
    }
}

/// The same; a page after another one lacks so many items at its beginning.
fn page(
    params: &Params<'_>,
    key: &str,
    what: &str,
    skipped: usize,
    all: impl Iterator<Item = Value>,
) -> Result<Value, CallError> {
    let size = match params.page_size() {
        0 => USUAL,
        size => size,
    };
    let mark = mark(key, what);
    let offset = match params.maybe_text("nextToken") {
        None => 0,
        Some(token) => token
            .strip_prefix(&mark)
            .and_then(|offset| offset.parse().ok())
            .map(|offset: usize| offset + skipped)
            .ok_or_else(CallError::invalid_token)?,
    };
    let mut rest = all.skip(offset);
    let mut items = Vec::new();
    let mut bytes = 0;
    for item in rest.by_ref().take(size as usize) {
        bytes += json::memory(&item);
        items.push(item);
        if bytes > LONGEST {
            break;
        }
    }
    let mut answer = Map::new();
    if rest.next().is_some() {
        let next = offset + items.len();
        answer.insert("nextToken".to_owned(), format!("{mark}{next}").into());
    }
    answer.insert(key.to_owned(), items.into());
    Ok(Value::Object(answer))
}

fn mark(key: &str, what: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (key, what).hash(&mut hasher);
    format!("{MARK}{:016x}-", hasher.finish())
}

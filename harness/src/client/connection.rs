//! What went wrong with a connection, for people.

use std::{error::Error, io, iter};

use hyper_util::client::legacy;

use crate::bound;

/// Whether the connection could not be established at all.
pub(super) fn never_connected(error: &(dyn Error + 'static)) -> bool {
    found(error).is_some_and(legacy::Error::is_connect)
}

/// The first error of type `E` among an error and its sources.
pub(super) fn found<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// What went wrong. The last error in the chain is the cause; those before it only say where it passed.
pub(super) fn plain(error: &(dyn Error + 'static)) -> String {
    let refused = |io: &io::Error| io.kind() == io::ErrorKind::ConnectionRefused;
    if found(error).is_some_and(refused) {
        return "nothing listens there (connection refused)".to_owned();
    }
    let cause = chain(error).last().map(ToString::to_string);
    bound::reason(cause.unwrap_or_default())
}

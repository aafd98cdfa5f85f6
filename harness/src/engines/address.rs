//! The address of an engine, as a user gives it.

use axum::http::Uri;

/// What is wrong with an address. The address itself is not repeated: it may contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is not an address.
    #[error("it is not an address")]
    NotAnAddress,
    /// It is not an HTTP address.
    #[error("it does not begin with http://")]
    OtherScheme,
    /// It contains a user name or a password, which would be written into reports.
    #[error("it contains a user name or a password, and engines are not asked for them")]
    Credentials,
    /// It has a query.
    #[error("it has a query")]
    Query,
}

/// Checks the address of an engine.
pub fn check(address: &str) -> Result<(), BadAddress> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    if scheme.is_none_or(|scheme| !scheme.eq_ignore_ascii_case("http")) {
        return Err(BadAddress::OtherScheme);
    }
    if address.contains('@') {
        return Err(BadAddress::Credentials);
    }
    let address: Uri = address.parse().map_err(|_| BadAddress::NotAnAddress)?;
    let authority = address.authority().ok_or(BadAddress::NotAnAddress)?;
    let has_port = authority.as_str().len() > authority.host().len();
    if authority.host().is_empty() || has_port && authority.port_u16().is_none_or(|port| port == 0)
    {
        return Err(BadAddress::NotAnAddress);
    }
    if address.query().is_some() {
        return Err(BadAddress::Query);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BadAddress, check};

    #[test]
    fn addresses_are_checked_before_anything_is_asked_there() {
        for good in [
            "http://127.0.0.1:4566",
            "http://localhost",
            "HTTP://engine.example:80/",
            "http://[::1]:4566/prefix",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, wrong) in [
            ("", BadAddress::OtherScheme),
            ("127.0.0.1:4566", BadAddress::OtherScheme),
            ("localhost", BadAddress::OtherScheme),
            ("https://127.0.0.1", BadAddress::OtherScheme),
            ("file:///etc/passwd", BadAddress::OtherScheme),
            ("http://", BadAddress::NotAnAddress),
            ("http:///x", BadAddress::NotAnAddress),
            ("http://:80", BadAddress::NotAnAddress),
            ("http://host:port", BadAddress::NotAnAddress),
            ("http://host:99999", BadAddress::NotAnAddress),
            ("http://host:0", BadAddress::NotAnAddress),
            ("http://a b", BadAddress::NotAnAddress),
            ("http://user:secret@host", BadAddress::Credentials),
            ("http://host/?a", BadAddress::Query),
        ] {
            assert_eq!(check(bad), Err(wrong), "{bad}");
        }
    }
}

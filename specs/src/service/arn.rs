//! Names and ARNs.

use super::{CallError, Config};

/// The longest name.
const LONGEST: usize = 80;
/// What no name may contain, besides white space and control characters.
const FORBIDDEN: &str = "?*<>{}[]\"#%\\^|~`$&,;:/";

impl Config {
    /// The ARN of a resource of this service.
    pub(super) fn arn(&self, kind: &str, name: &str) -> String {
        let Self {
            region, account, ..
        } = self;
        format!("arn:aws:states:{region}:{account}:{kind}:{name}")
    }
}

/// A name as AWS accepts it.
pub(super) fn checked(name: &str) -> Result<&str, CallError> {
    let fine = |c: char| !c.is_whitespace() && !c.is_control() && !FORBIDDEN.contains(c);
    if name.is_empty() || name.chars().count() > LONGEST || !name.chars().all(fine) {
        return Err(CallError::invalid_name(name));
    }
    Ok(name)
}

/// An ARN of a resource of this kind.
pub(super) fn of_kind<'a>(arn: &'a str, kind: &str) -> Result<&'a str, CallError> {
    let mut parts = arn.split(':');
    let fits = parts.next() == Some("arn")
        && parts
            .next()
            .is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("states")
        && parts.next().is_some_and(|region| !region.is_empty())
        && parts.next().is_some_and(|account| account.len() == 12)
        && parts.next() == Some(kind)
        && parts.next().is_some_and(|name| !name.is_empty());
    if fits {
        Ok(arn)
    } else {
        Err(CallError::invalid_arn(arn))
    }
}

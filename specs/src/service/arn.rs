//! Names and ARNs.

use super::{CallError, Config};
use crate::base::arn::Arn;

/// The characters that a name must not contain, besides white space and control characters.
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

/// Checks the characters of a name by AWS's rules.
pub(super) fn checked(name: &str) -> Result<&str, CallError> {
    let fine = |c: char| !c.is_whitespace() && !c.is_control() && !FORBIDDEN.contains(c);
    if name.is_empty() || !name.chars().all(fine) {
        return Err(CallError::invalid_name(name));
    }
    Ok(name)
}

/// Checks that an ARN is that of a resource of this kind.
pub(super) fn of_kind<'a>(arn: &'a str, kind: &str) -> Result<&'a str, CallError> {
    let fits = |arn: Arn<'_>| {
        arn.partition.starts_with("aws")
            && arn.service == "states"
            && !arn.region.is_empty()
            && arn.account.len() == 12
            && arn.kind_and_name().is_some_and(|(its, name)| {
                its == kind && !name.is_empty() && !name.starts_with(':')
            })
    };
    if Arn::parse(arn).is_some_and(fits) {
        Ok(arn)
    } else {
        Err(CallError::invalid_arn(arn))
    }
}

//! Names and ARNs.

use super::{CallError, Config};
use crate::base::arn::Arn;

/// The characters that a name must not contain, besides white space, control characters and those that
/// are none (API reference, `CreateStateMachine`; most of them recorded).
const FORBIDDEN: &str = "?*<>{}[]\"#%\\^|~`$&,;:/\u{fffe}\u{ffff}\u{10ffff}";

/// The kinds of resources.
pub(super) const MACHINE: &str = "stateMachine";
pub(super) const EXECUTION: &str = "execution";
/// An execution of an Express workflow.
pub(super) const EXPRESS: &str = "express";
pub(super) const ACTIVITY: &str = "activity";
pub(super) const MAP_RUN: &str = "mapRun";

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

/// Checks that an ARN is that of a resource of this kind. One of another kind is told apart from what is
/// no ARN of this service (recorded for executions of Express workflows).
pub(super) fn of_kind<'a>(arn: &'a str, kind: &str) -> Result<&'a str, CallError> {
    let parts = Arn::parse(arn).filter(|arn| {
        arn.partition.starts_with("aws")
            && arn.service == "states"
            && !arn.region.is_empty()
            && arn.account.len() == 12
    });
    match parts.and_then(|arn| arn.kind_and_name()) {
        Some((its, name)) if its == kind && !name.is_empty() && !name.starts_with(':') => Ok(arn),
        Some((its @ (MACHINE | EXECUTION | EXPRESS | ACTIVITY | MAP_RUN), _)) if its != kind => {
            Err(CallError::wrong_kind(its))
        }
        _ => Err(CallError::invalid_arn(arn)),
    }
}

/// Checks that an ARN is that of a role.
pub(super) fn role(arn: &str) -> Result<&str, CallError> {
    let is_role = Arn::parse(arn).is_some_and(|arn| {
        let name = arn.resource.strip_prefix("role/");
        arn.service == "iam" && arn.account.len() == 12 && name.is_some_and(|it| !it.is_empty())
    });
    if is_role {
        Ok(arn)
    } else {
        Err(CallError::invalid_role(arn))
    }
}

/// The ARN of a machine, or of something of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MachineArn<'a> {
    /// The whole ARN.
    pub whole: &'a str,
    /// That of the machine itself.
    pub machine: &'a str,
    /// What of the machine it names.
    pub qualifier: Qualifier<'a>,
}

/// What the ARN of a machine can name besides the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qualifier<'a> {
    /// Nothing: the machine itself.
    None,
    /// A version, by its number.
    Version(u64),
    /// An alias, by its name.
    Alias(&'a str),
}

impl<'a> MachineArn<'a> {
    /// Takes an ARN apart. That of a distributed Map's machine (`…:machine/label`) is refused, as the API
    /// reference has it for every operation that takes the ARN of a machine.
    pub fn parse(whole: &'a str) -> Result<Self, CallError> {
        of_kind(whole, MACHINE)?;
        // Six parts come before the name.
        let mut colons = whole.match_indices(':').map(|(at, _)| at);
        let name = colons.nth(5).map_or(whole.len(), |at| at + 1);
        if whole[name..].contains('/') {
            return Err(CallError::labelled(whole));
        }
        let Some(at) = whole[name..].find(':').map(|at| name + at) else {
            return Ok(Self {
                whole,
                machine: whole,
                qualifier: Qualifier::None,
            });
        };
        let text = &whole[at + 1..];
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let qualifier = match text.parse() {
            Ok(number) if is_number => Qualifier::Version(number),
            _ => Qualifier::Alias(text),
        };
        Ok(Self {
            whole,
            machine: &whole[..at],
            qualifier,
        })
    }

    /// The same, of the machine itself. The machine that another ARN names does not exist (recorded for
    /// `UpdateStateMachine` and the ARN of a version).
    pub fn unqualified(whole: &'a str) -> Result<&'a str, CallError> {
        let arn = Self::parse(whole)?;
        match arn.qualifier {
            Qualifier::None => Ok(arn.machine),
            _ => Err(CallError::no_machine(whole)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MachineArn, Qualifier};

    #[test]
    fn the_arn_of_a_machine_can_name_more() {
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        for (more, qualifier) in [
            ("", Qualifier::None),
            (":1", Qualifier::Version(1)),
            (":PROD", Qualifier::Alias("PROD")),
            (":1.0", Qualifier::Alias("1.0")),
            (":a-1", Qualifier::Alias("a-1")),
        ] {
            let whole = format!("{machine}{more}");
            let parsed = MachineArn::parse(&whole).unwrap();
            assert_eq!((parsed.machine, parsed.qualifier), (machine, qualifier));
            assert_eq!(MachineArn::unqualified(&whole).is_ok(), more.is_empty());
        }
        let refused = MachineArn::parse(&format!("{machine}/map")).unwrap_err();
        assert_eq!(refused.code, "ValidationException");
    }
}

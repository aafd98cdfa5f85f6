//! Amazon Resource Names, taken apart.

/// `arn:partition:service:region:account:resource` (AWS General Reference, "Amazon Resource
/// Names"). Nothing is checked but that all six parts are there: any of them may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'t> {
    /// `aws`, `aws-cn`, ….
    pub partition: &'t str,
    /// For example `states`.
    pub service: &'t str,
    /// Empty where the resource belongs to no region.
    pub region: &'t str,
    /// Empty where the resource belongs to no account.
    pub account: &'t str,
    /// All the rest, which may contain colons: `activity:work`.
    pub resource: &'t str,
}

impl<'t> Arn<'t> {
    /// Takes a string apart; `None` if it is no ARN.
    pub fn parse(text: &'t str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let is_arn = parts.next()? == "arn";
        let arn = Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        is_arn.then_some(arn)
    }

    /// The kind and the name of the resource: `activity:work` is the `activity` named `work`.
    pub fn kind_and_name(&self) -> Option<(&'t str, &'t str)> {
        self.resource.split_once(':')
    }

    /// The last part of an ARN: the name of a resource that has one. A string without a colon is a
    /// name already.
    pub fn last(text: &'t str) -> &'t str {
        text.rsplit_once(':').map_or(text, |(_, last)| last)
    }
}

#[cfg(test)]
mod tests {
    use super::Arn;

    #[test]
    fn an_arn_has_six_parts() {
        let arn = Arn::parse("arn:aws:states:us-east-1:123456789012:execution:m:n").unwrap();
        let Arn {
            partition,
            service,
            region,
            account,
            resource,
        } = arn;
        assert_eq!(
            [partition, service, region, account, resource],
            [
                "aws",
                "states",
                "us-east-1",
                "123456789012",
                "execution:m:n"
            ]
        );
        assert_eq!(arn.kind_and_name(), Some(("execution", "m:n")));
        let role = Arn::parse("arn:aws:iam::123456789012:role/r").unwrap();
        assert_eq!((role.region, role.kind_and_name()), ("", None));
        for text in ["", "placeholder", "arn", "arn:aws:lambda", "urn:a:b:c:d:e"] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
        assert_eq!(Arn::last("arn:aws:states:::execution:m:n"), "n");
        assert_eq!(Arn::last("n"), "n");
    }
}

//! Amazon Resource Names and their parts.

/// `arn:partition:service:region:account:resource` (AWS General Reference, "Amazon Resource
/// Names"). Only the number of parts is checked: any of them may be empty. A colon in a placeholder,
/// as in `${AWS::Partition}`, ends no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'t> {
    /// `aws`, `aws-cn`, ….
    pub partition: &'t str,
    /// The service, for example `states`.
    pub service: &'t str,
    /// The region; empty for resources without one.
    pub region: &'t str,
    /// The account; empty for resources without one.
    pub account: &'t str,
    /// The rest, which may contain colons: `activity:work`.
    pub resource: &'t str,
}

impl<'t> Arn<'t> {
    /// Splits a string into the parts of an ARN; `None` if it is not one.
    pub fn parse(text: &'t str) -> Option<Self> {
        let mut rest = text.strip_prefix("arn:")?;
        // Parts are short: looking at their bytes one by one takes the least time.
        let mut part = || {
            let (mut before, mut inside) = (0, false);
            let colon = rest.bytes().position(|byte| {
                inside = (inside || before == b'$' && byte == b'{') && byte != b'}';
                before = byte;
                byte == b':' && !inside
            })?;
            let (part, after) = (&rest[..colon], &rest[colon + 1..]);
            rest = after;
            Some(part)
        };
        Some(Self {
            partition: part()?,
            service: part()?,
            region: part()?,
            account: part()?,
            resource: rest,
        })
    }

    /// The kind and the name of the resource: for `activity:work`, `activity` and `work`.
    pub fn kind_and_name(&self) -> Option<(&'t str, &'t str)> {
        self.resource.split_once(':')
    }

    /// The last part of an ARN, which is the name of a named resource. A string without a colon is
    /// returned unchanged.
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
        let arn = Arn::parse("arn:${AWS::Partition}:sqs:{a:${AWS::AccountId}:q").unwrap();
        assert_eq!(
            [
                arn.partition,
                arn.service,
                arn.region,
                arn.account,
                arn.resource
            ],
            ["${AWS::Partition}", "sqs", "{a", "${AWS::AccountId}", "q"]
        );
        for text in [
            "",
            "placeholder",
            "arn",
            "arn:${A:b:c:d:e:f",
            "arn:aws:lambda",
            "urn:a:b:c:d:e",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
        assert_eq!(Arn::last("arn:aws:states:::execution:m:n"), "n");
        assert_eq!(Arn::last("n"), "n");
    }
}

//! Where things are, and what they are called.

use crate::base::entropy::{mix, uuid};

/// An account in a region, and what ids are drawn from.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub region: String,
    pub account: String,
    entropy: u64,
    number: u64,
}

impl Account {
    pub fn new(region: &str, account: &str, entropy: u64) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            entropy,
            number: 0,
        }
    }

    /// The ARN of a resource of a service.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self {
            region, account, ..
        } = self;
        format!("arn:aws:{service}:{region}:{account}:{resource}")
    }

    /// A random number that is drawn once.
    pub fn draw(&mut self) -> u64 {
        self.number += 1;
        mix(self.entropy ^ mix(self.number))
    }

    /// A random UUID that is drawn once.
    pub fn uuid(&mut self) -> String {
        uuid(self.draw())
    }
}

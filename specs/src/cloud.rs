//! The other services of an account, which tasks call, sans-I/O: queues, topics, tables, buckets, rules and
//! functions, with the operations that tasks and their tests need.
//!
//! [`Cloud::call`] takes an operation by AWS's name with its parameters, and returns its answer, both as the
//! models of the AWS SDKs have them. In JSON:
//!
//! * a time is a number of seconds since the Unix epoch;
//! * bytes are in Base64, but a function's `Payload` is text;
//! * an object's `Body` is text, any other JSON stands for its text, and bytes that are no text are in
//!   `BodyBase64`.
//!
//! Limits are those of AWS's documentation that a user comes upon. Nobody waits for anything that AWS only needs
//! to become consistent: a table is there at once, and a queue may be created as soon as it was deleted.
//! Nobody is asked who they are or what they may.

mod account;
mod digest;
mod dispatch;
mod dynamodb;
mod error;
mod events;
pub mod lambda;
mod params;
mod pattern;
mod s3;
mod sns;
mod sqs;

pub use self::error::CloudError;
use self::{
    account::Account, dynamodb::Tables, events::Rules, lambda::Functions, s3::Buckets, sns::Topics,
    sqs::Queues,
};

/// An account with what was created in it.
#[derive(Debug, Default)]
pub struct Cloud {
    account: Account,
    queues: Queues,
    topics: Topics,
    tables: Tables,
    buckets: Buckets,
    rules: Rules,
    functions: Functions,
}

impl Cloud {
    /// An account in which nothing was created. Ids are drawn from the entropy.
    pub fn new(region: &str, account: &str, entropy: u64) -> Self {
        Self {
            account: Account::new(region, account, entropy),
            ..Self::default()
        }
    }
}

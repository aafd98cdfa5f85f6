//! End-to-end tests of engines.

mod behind;
mod embedded;
mod endpoint;
mod endurance;
mod faults;
mod history;
mod identity;
mod library;
mod linters;
mod others;
mod proxy;
mod scaled;
mod slow;
mod support;

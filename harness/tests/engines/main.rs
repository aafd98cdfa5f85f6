//! Engines, end to end.

mod embedded;
mod endurance;
mod faults;
mod library;
mod others;
mod scaled;
mod support;

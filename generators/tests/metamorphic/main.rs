//! Metamorphic tests of the reference: rewriting a machine in certain ways must not change its
//! outcome. They need neither a second engine nor expected values.
//!
//! A law rewrites a drawn case and says which part of the outcome stays the same. It has to apply
//! to a stated share of the cases, and to notice a mistake in the rewriting.
//!
//! `STEPPROOF_CASES=5000 cargo test -p stepproof-generators --test metamorphic -- --nocapture every_law_holds`
//! tries each law on so many cases.

mod choices;
mod data;
mod expressions;
mod flow;
mod handlers;
mod law;
mod nesting;
mod seen;
mod spots;

use law::{Check, Drawn, Law};

/// The number of cases that each law is tried on, unless the environment says another.
const CASES: u64 = 600;

fn cases() -> u64 {
    let said = std::env::var("STEPPROOF_CASES").ok();
    said.and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

/// In how many of these cases a law has to notice its mistake.
const ENOUGH: usize = 3;

fn laws() -> impl Iterator<Item = &'static Law> {
    let tables = [
        flow::LAWS,
        data::LAWS,
        choices::LAWS,
        handlers::LAWS,
        nesting::LAWS,
        expressions::LAWS,
    ];
    tables.into_iter().flatten()
}

fn drawn(law: &Law) -> impl Iterator<Item = Drawn> {
    let profile = law::predictable((law.profile)());
    (0..cases()).map(move |index| Drawn::new(&profile, index))
}

/// Checks one law in all its cases.
fn hold(law: &Law) -> Result<(), String> {
    let mut applied = 0;
    for drawn in drawn(law) {
        match law.check(&drawn) {
            Check::Silent => {}
            Check::Holds => applied += 1,
            Check::Broken(why) | Check::Refused(why) => {
                return Err(format!("{}, case {}: {why}", law.name, drawn.index));
            }
        }
    }
    let cases = cases();
    println!("{:40} {applied} of {cases}", law.name);
    if applied * 100 < law.share * cases {
        let name = law.name;
        return Err(format!("{name}: it applies to {applied} of {cases} only"));
    }
    Ok(())
}

/// In how many cases a law notices its mistake, counting no further than necessary.
fn noticed(law: &Law) -> usize {
    let spoilt = drawn(law).map(|drawn| law.check_spoilt(&drawn));
    spoilt
        .filter(|check| matches!(check, Check::Broken(_)))
        .take(ENOUGH)
        .count()
}

#[test]
fn every_law_holds_wherever_it_applies() {
    let broken: Vec<String> = laws().filter_map(|law| hold(law).err()).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn every_law_notices_a_rewriting_that_is_wrong() {
    let blind: Vec<&str> = laws()
        .filter(|law| noticed(law) < ENOUGH)
        .map(|law| law.name)
        .collect();
    assert!(blind.is_empty(), "next to nothing is noticed: {blind:?}");
}

//! The reference's own behaviour, recorded as an engine would answer, must agree in generated
//! cases.

use std::sync::Arc;

use stepproof_generators::{generate, profile::Profile};
use stepproof_specs::{
    asl::Machine, observation::Observation, reference::simulate, scenario::case::Body,
};

use super::tests::{Fixture, signatures};
use crate::{judge::verdict::Verdict, raw::RawRun};

const CASES: u64 = 300;

fn fixtures() -> impl Iterator<Item = Fixture> {
    let profile = Profile::everything();
    (0..CASES).filter_map(move |index| {
        let Body::Execution(mut case) = generate(&profile, 11, index).body else {
            panic!("a definition");
        };
        case.starts.truncate(1);
        let machine = Arc::new(Machine::from_value(&case.definition).ok()?);
        let expectation = simulate(&machine, &case, &case.starts[0]).ok()?;
        Some(Fixture::of(case, machine, expectation))
    })
}

#[test]
fn generated_cases_agree_with_themselves() {
    let mut judged = 0;
    for fixture in fixtures() {
        let raw = RawRun::of([&fixture.clean()]);
        let judgement = fixture.judge(1, &raw, 0);
        let none: [&str; 0] = [];
        assert_eq!(signatures(&judgement), none, "{}", fixture.case.definition);
        assert_eq!(judgement.verdict(|_| false), Verdict::Agree);
        judged += 1;
    }
    assert!(judged > CASES / 2, "{judged} of {CASES} judged");
}

/// Shifts all events by one day.
fn shifted(observation: &mut Observation) {
    for event in observation.history.iter_mut().flatten() {
        event.at.0 += 86_400_000;
    }
}

#[test]
fn the_date_is_no_difference() {
    for mut fixture in fixtures() {
        fixture.expectation.poisoned.clear();
        let none: [String; 0] = [];
        assert_eq!(fixture.tampered(shifted), none);
    }
}

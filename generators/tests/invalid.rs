//! Broken definitions: refused for the clause of their mutation, reproducible, and reducible.

use std::collections::BTreeMap;

use stepproof_generators::{Mutation, Profile, broken, generate, reduce::reduce_with};
use stepproof_specs::{
    asl::diagnostic::{Diagnostic, Severity},
    clause::Clause,
    scenario::case::{Body, Case, DefinitionCase},
    validate::validate_text,
};

const CASES: u64 = 4_000;

fn diagnostics(case: &DefinitionCase) -> Vec<Diagnostic> {
    validate_text(&case.definition.to_string(), case.workflow).1
}

fn definition(case: &Case) -> &DefinitionCase {
    match &case.body {
        Body::Definition(case) => case,
        Body::Execution(_) | Body::Api(_) => panic!("no definition"),
    }
}

#[test]
fn every_mutation_breaks_the_rule_that_it_says() {
    let profile = Profile::invalid();
    let mut drawn: BTreeMap<&str, u64> = BTreeMap::new();
    let mut tweaks = [0_u64; 2];
    for index in 0..CASES {
        let broken = broken(&profile, 3, index);
        let found = diagnostics(&broken.case);
        match broken.mutations.as_slice() {
            [] => tweaks[usize::from(found.is_empty())] += 1,
            [mutation] => {
                let hit = found.iter().find(|it| it.clause == mutation.clause);
                let definition = &broken.case.definition;
                let hit =
                    hit.unwrap_or_else(|| panic!("{}: {found:#?}\n{definition:#}", mutation.name));
                assert_eq!(hit.severity, Severity::Error);
                *drawn.entry(mutation.name).or_default() += 1;
            }
            _ => assert!(!found.is_empty(), "{:#}", broken.case.definition),
        }
    }
    println!("{drawn:#?} {tweaks:?}");
    let names: Vec<&str> = Mutation::all().map(|it| it.name).collect();
    let undrawn: Vec<_> = names.iter().filter(|it| !drawn.contains_key(*it)).collect();
    assert!(undrawn.is_empty(), "{undrawn:?}");
    assert!(tweaks.iter().all(|count| *count > 100), "{tweaks:?}");
}

#[test]
fn mutations_have_names_of_their_own_and_cover_the_rules() {
    let mut names: Vec<&str> = Mutation::all().map(|it| it.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    let rules = stepproof_specs::clause::REGISTRY
        .iter()
        .filter(|(_, entry)| entry.id.starts_with("validate."))
        // What gets a warning breaks no rule.
        .filter(|(_, entry)| !entry.id.starts_with("validate.warning."))
        .map(|(clause, _)| *clause);
    // No mutation can violate this clause: a JSON value is always JSON.
    let unbroken: Vec<Clause> = rules
        .filter(|rule| !matches!(rule, Clause::ValidateAccepts | Clause::ValidateJson))
        .filter(|rule| Mutation::all().all(|mutation| mutation.clause != *rule))
        .collect();
    assert!(unbroken.is_empty(), "{unbroken:?}");
}

#[test]
fn a_case_is_a_function_of_its_seed_and_number() {
    let profile = Profile::invalid();
    for index in 0..200 {
        assert_eq!(generate(&profile, 9, index), generate(&profile, 9, index));
    }
    assert_ne!(generate(&profile, 9, 1), generate(&profile, 9, 2));
}

/// The clause of every diagnostic for a definition.
fn rules(case: &DefinitionCase) -> Vec<Clause> {
    diagnostics(case).into_iter().map(|it| it.clause).collect()
}

#[test]
fn broken_definitions_get_small_and_stay_broken_in_the_same_way() {
    let profile = Profile::invalid();
    let mut states = Vec::new();
    for index in 0..150 {
        let case = generate(&profile, 5, index);
        let original = rules(definition(&case));
        let Some(sought) = original.first().copied() else {
            continue;
        };
        let small = reduce_with(case, &mut |smaller| {
            let rules = rules(definition(smaller));
            rules.contains(&sought)
                && rules.len() <= original.len()
                && rules.iter().all(|rule| original.contains(rule))
        });
        let size = stepproof_generators::reduce::measure(&small);
        if size.states > 3 || size.bytes > 400 {
            println!("{sought} {}", definition(&small).definition);
        }
        states.push(size.states);
    }
    states.sort_unstable();
    println!("{states:?}");
    assert!(states.len() > 75);
    assert!(states.last().is_some_and(|most| *most <= 3), "{states:?}");
}

//! Properties of the reducer, and the quality of its results.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};
use stepproof_generators::{
    Profile, generate,
    reduce::{candidates, measure, reduce_with},
};
use stepproof_specs::{
    asl::{Machine, diagnostic::Severity, site::Site},
    clause::Aspect,
    observation::Status,
    reference::simulate,
    scenario::case::{Body, Case, ExecutionCase},
    validate::validate,
};

fn execution(case: &Case) -> &ExecutionCase {
    let Body::Execution(execution) = &case.body else {
        panic!("a definition");
    };
    execution
}

fn accepted(definition: &Value) -> Option<Arc<Machine>> {
    let (machine, diagnostics) = validate(definition, stepproof_specs::asl::WorkflowType::Standard);
    let refused = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    machine.filter(|_| !refused).map(Arc::new)
}

/// Visits every object in a definition, at any depth.
fn objects<'v>(value: &'v Value, seen: &mut dyn FnMut(&'v serde_json::Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            seen(fields);
            fields.values().for_each(|field| objects(field, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, seen)),
        _ => {}
    }
}

fn has(definition: &Value, wanted: &dyn Fn(&serde_json::Map<String, Value>) -> bool) -> bool {
    let mut found = false;
    objects(definition, &mut |fields| found |= wanted(fields));
    found
}

#[test]
fn every_candidate_is_smaller_and_most_are_valid() {
    let profile = Profile::everything();
    let (mut all, mut valid) = (0, 0);
    for index in 0..60 {
        let case = generate(&profile, 1, index);
        let size = measure(&case);
        for candidate in candidates(&case) {
            assert!(measure(&candidate.case) < size, "{}", candidate.pass);
            all += 1;
            valid += u64::from(accepted(&execution(&candidate.case).definition).is_some());
        }
    }
    assert!(
        valid * 10 > all * 9,
        "{valid} of {all} candidates are valid"
    );
}

#[test]
fn plans_stay_with_their_tasks() {
    let profile = Profile::everything();
    for index in 0..60 {
        let case = generate(&profile, 2, index);
        for candidate in candidates(&case) {
            let Some(machine) = accepted(&execution(&candidate.case).definition) else {
                continue;
            };
            let mut sites: BTreeSet<Site> = BTreeSet::new();
            machine.scope.visit("", &mut |site, _, _| {
                sites.insert(site.into());
            });
            for start in &execution(&candidate.case).starts {
                for site in start.plan.sites.keys() {
                    assert!(sites.contains(site), "{}: {site}", candidate.pass);
                }
            }
        }
    }
}

/// How well a family of cases reduces.
#[derive(Debug, Default)]
struct Quality {
    /// Cases that were interesting before the reduction.
    cases: usize,
    /// Calls of the predicate: the sum, and the most for one case.
    calls: usize,
    most_calls: usize,
    /// The minimal cases, and how often each was reached.
    minima: BTreeMap<String, usize>,
    most_states: usize,
}

/// Reduces the first 100 interesting cases of a profile.
fn quality(profile: &Profile, interesting: impl Fn(&ExecutionCase) -> bool) -> Quality {
    let mut quality = Quality::default();
    let drawn = (0..20_000).map(|index| generate(profile, 11, index));
    for case in drawn.filter(|case| interesting(execution(case))).take(100) {
        let mut calls = 0;
        let minimum = reduce_with(case, &mut |case| {
            calls += 1;
            interesting(execution(case))
        });
        let mut left = candidates(&minimum).filter(|it| interesting(execution(&it.case)));
        let left = left.next().map(|it| it.pass);
        assert_eq!(left, None, "{minimum:#?}");
        quality.cases += 1;
        quality.calls += calls;
        quality.most_calls = quality.most_calls.max(calls);
        quality.most_states = quality.most_states.max(measure(&minimum).states);
        let text = format!(
            "{} {}",
            execution(&minimum).definition,
            json!(execution(&minimum).starts)
        );
        *quality.minima.entry(text).or_default() += 1;
    }
    assert!(quality.cases >= 50, "{quality:#?}");
    quality
}

#[test]
fn a_fact_about_a_definition_reduces_to_that_fact() {
    let quality = quality(&Profile::retry(), |case| {
        accepted(&case.definition).is_some()
            && has(&case.definition, &|fields| {
                fields.get("MaxAttempts") == Some(&json!(0))
            })
    });
    let minimum = concat!(
        r#"{"StartAt":"A","States":{"A":{"Type":"Task","#,
        r#""Resource":"arn:aws:states:us-east-1:123456789012:activity:A","End":true,"#,
        r#""Retry":[{"ErrorEquals":["E"],"MaxAttempts":0}]}}} [{"input":{},"plan":{}}]"#,
    );
    assert_eq!(
        quality.minima.keys().collect::<Vec<_>>(),
        [minimum],
        "{quality:#?}"
    );
    assert!(quality.calls < 60 * quality.cases, "{quality:#?}");
}

#[test]
fn workers_are_away_only_where_that_matters() {
    let absences = |case: &ExecutionCase| {
        let sites = case.starts.iter().flat_map(|it| it.plan.sites.values());
        let mut absences: Vec<_> = sites.map(|script| script.away).collect();
        absences.retain(|away| *away > 0);
        absences
    };
    let valid = |case: &ExecutionCase| accepted(&case.definition).is_some();
    let drawn = (0..20_000).map(|index| generate(&Profile::everything(), 11, index));
    let long = |case: &Case| {
        let absences = absences(execution(case));
        !absences.is_empty() && absences.iter().all(|away| *away > 2_000)
    };
    for case in drawn.filter(long).take(20) {
        let kept = reduce_with(case.clone(), &mut |case| {
            valid(execution(case)) && !absences(execution(case)).is_empty()
        });
        assert_eq!(measure(&kept).states, 1);
        assert_eq!(absences(execution(&kept)), [2_000]);
        let gone = reduce_with(case, &mut |case| valid(execution(case)));
        assert!(absences(execution(&gone)).is_empty());
    }
}

/// Changes an object of a definition to what a faulty engine reads.
type Fault = fn(&mut serde_json::Map<String, Value>);

fn misread(value: &mut Value, fault: Fault) {
    match value {
        Value::Object(fields) => {
            fault(fields);
            fields.values_mut().for_each(|field| misread(field, fault));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| misread(item, fault)),
        _ => {}
    }
}

/// A catcher with a `ResultPath` may be unable to store the error; what AWS does then is not known.
fn puts_errors_into_data(fields: &serde_json::Map<String, Value>) -> bool {
    let path = fields.get("ResultPath").and_then(Value::as_str);
    fields.contains_key("ErrorEquals") && path.is_some_and(|path| path != "$")
}

/// Whether an engine with this fault gives another outcome for a start.
fn diverges(case: &ExecutionCase, fault: Fault) -> bool {
    let mut misunderstood = case.definition.clone();
    misread(&mut misunderstood, fault);
    if has(&case.definition, &|fields| puts_errors_into_data(fields)) {
        return false;
    }
    let machines = accepted(&case.definition).zip(accepted(&misunderstood));
    machines.is_some_and(|(right, wrong)| {
        case.starts.iter().any(|start| {
            let (Ok(right), Ok(wrong)) =
                (simulate(&right, case, start), simulate(&wrong, case, start))
            else {
                return false;
            };
            let attempts = |made: &BTreeMap<Site, Vec<_>>| -> Vec<usize> {
                made.values().map(Vec::len).collect()
            };
            right.poisoned.is_empty()
                && (right.observation.status != wrong.observation.status
                    || right.observation.output != wrong.observation.output
                    || right.observation.error != wrong.observation.error
                    || attempts(&right.observation.attempts)
                        != attempts(&wrong.observation.attempts))
        })
    })
}

fn faults() -> Vec<(&'static str, Profile, Fault)> {
    vec![
        ("MaxAttempts 0 is the default", Profile::retry(), |fields| {
            if fields.get("MaxAttempts") == Some(&json!(0)) {
                fields.remove("MaxAttempts");
            }
        }),
        (
            "OutputPath null is the default",
            Profile::everything(),
            |fields| {
                if fields.get("OutputPath") == Some(&Value::Null) {
                    fields.remove("OutputPath");
                }
            },
        ),
        ("catchers have no ResultPath", Profile::errors(), |fields| {
            if fields.contains_key("ErrorEquals") {
                fields.remove("ResultPath");
            }
        }),
        ("maps have no ItemSelector", Profile::flow(), |fields| {
            fields.remove("ItemSelector");
        }),
        ("Not is not", Profile::choice(), |fields| {
            if let Some(Value::Object(denied)) = fields.remove("Not") {
                fields.extend(denied);
            }
        }),
        (
            "retriers wait for nobody but States.ALL",
            Profile::retry(),
            |fields| {
                if fields.contains_key("ErrorEquals") && !fields.contains_key("Next") {
                    fields.insert("ErrorEquals".to_owned(), json!(["States.ALL"]));
                }
            },
        ),
    ]
}

#[test]
fn faults_reduce_to_a_few_states_in_a_few_forms() {
    for (name, profile, fault) in faults() {
        let quality = quality(&profile, |case| diverges(case, fault));
        assert!(quality.most_states <= 3, "{name}: {quality:#?}");
        let mut frequent: Vec<_> = quality.minima.values().copied().collect();
        frequent.sort_unstable();
        let in_two: usize = frequent.iter().rev().take(2).sum();
        assert!(in_two * 100 >= quality.cases * 95, "{name}: {quality:#?}");
    }
}

/// What the first start of a case comes to, if nothing of it is in doubt.
fn outcome(case: &ExecutionCase) -> Option<stepproof_specs::observation::Observation> {
    let machine = accepted(&case.definition)?;
    let expected = simulate(&machine, case, case.starts.first()?).ok()?;
    let judged = !expected.poisoned.contains(&Aspect::Status);
    judged.then_some(expected.observation)
}

#[test]
fn an_expression_reduces_to_what_fails_in_it() {
    let quality = quality(&Profile::jsonata(), |case| {
        outcome(case).is_some_and(|it| {
            it.error.as_deref() == Some("States.QueryEvaluationError")
                && it.cause.is_some_and(|cause| cause.contains("T2001"))
        })
    });
    let minima: Vec<&String> = quality.minima.keys().collect();
    println!("{quality:#?}");
    assert!(minima.len() < 4, "{minima:#?}");
    assert_eq!(quality.most_states, 1);
}

#[test]
fn a_call_reduces_to_the_call() {
    for call in ["$reverse(", "$merge(", "$map(", "$exists("] {
        let quality = quality(&Profile::jsonata(), |case| {
            outcome(case).is_some_and(|it| it.status == Status::Succeeded)
                && case.definition.to_string().contains(call)
        });
        println!("{call} {:#?}", quality.minima);
        // A call that nothing evaluates can lose its arguments, too.
        let most = quality.minima.values().max().copied().unwrap_or_default();
        assert!(most * 10 > quality.cases * 8, "{call} {quality:#?}");
    }
}

#[test]
fn a_case_that_is_reduced_does_not_get_smaller() {
    let profile = Profile::jsonata();
    for index in 0..60 {
        let case = generate(&profile, 17, index);
        let Some(sought) = outcome(execution(&case)) else {
            continue;
        };
        let mut interesting = |case: &Case| {
            outcome(execution(case)).is_some_and(|it| {
                it.status == sought.status
                    && it.error == sought.error
                    && it.output.is_some() == sought.output.is_some()
            })
        };
        let small = reduce_with(case, &mut interesting);
        assert_eq!(reduce_with(small.clone(), &mut interesting), small);
    }
}

//! Properties of every generated case.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use stepproof_generators::{Feature, FeatureSet, Profile, draft, generate};
use stepproof_specs::{
    asl::{self, Condition, Machine, State, diagnostic::Severity},
    clause::{Aspect, Coverage, REGISTRY},
    deviation::Deviations,
    history::Event,
    observation::Status,
    query::jsonpath::intrinsic::Function,
    reference::{Expectation, calls::answers, simulate},
    scenario::case::{Body, Case, ExecutionCase},
    validate::validate,
};

const CASES: u64 = 2_000;

fn execution(case: &Case) -> &ExecutionCase {
    let Body::Execution(execution) = &case.body else {
        panic!("a definition");
    };
    execution
}

fn accepted(case: &Case) -> Arc<Machine> {
    let execution = execution(case);
    let (machine, diagnostics) = validate(&execution.definition, execution.workflow);
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", execution.definition);
    Arc::new(machine.expect("a machine without errors"))
}

#[test]
fn the_validator_accepts_every_case_of_every_profile() {
    for profile in Profile::all() {
        for index in 0..CASES {
            accepted(&generate(&profile, 1, index));
        }
    }
}

#[test]
fn the_typed_machine_is_what_its_json_says() {
    for index in 0..CASES {
        let profile = Profile::everything();
        let machine = accepted(&generate(&profile, 2, index));
        assert_eq!(machine, draft(&profile, 2, index).machine, "case {index}");
    }
}

#[test]
fn the_same_seed_draws_the_same_case() {
    let profile = Profile::everything();
    for index in 0..200 {
        let case = generate(&profile, 3, index);
        assert_eq!(case, generate(&profile, 3, index));
        assert_ne!(execution(&case), execution(&generate(&profile, 4, index)));
    }
}

#[test]
fn every_execution_ends_within_the_time_of_its_profile() {
    for profile in Profile::all() {
        for index in 0..CASES {
            let case = generate(&profile, 5, index);
            let machine = accepted(&case);
            let execution = execution(&case);
            let total: u64 = execution
                .starts
                .iter()
                .map(|start| {
                    simulate(&machine, execution, start)
                        .unwrap_or_else(|error| panic!("{error}\n{}", execution.definition))
                        .duration
                })
                .sum();
            let bound = u64::from(profile.sizes.seconds) * 1_000;
            assert!(
                total <= bound,
                "{} {index}: {total} ms\n{}\n{:?}",
                profile.name,
                execution.definition,
                execution.starts
            );
        }
    }
}

#[test]
fn data_fits_unless_damage_is_allowed() {
    let failing = FeatureSet::of(&[Feature::Damage, Feature::Fail, Feature::TaskErrors]);
    let profiles = [
        Profile::flow(),
        Profile::data(),
        Profile::intrinsics(),
        Profile::variables(),
        Profile::limits(),
    ];
    for profile in profiles {
        fits(&profile.without(failing));
    }
}

fn fits(profile: &Profile) {
    for index in 0..CASES {
        let case = generate(profile, 6, index);
        let machine = accepted(&case);
        for start in &execution(&case).starts {
            let expected = simulate(&machine, execution(&case), start).expect("it ends");
            assert_eq!(
                expected.observation.status,
                Status::Succeeded,
                "{:?}\n{}",
                expected.observation.cause,
                execution(&case).definition
            );
        }
    }
}

#[test]
fn everything_is_of_a_fair_size_and_mostly_instant() {
    let profile = Profile::everything();
    let mut states = 0_u64;
    let mut waiting = 0_u64;
    for index in 0..CASES {
        let case = generate(&profile, 7, index);
        let machine = accepted(&case);
        machine.scope.visit("", &mut |_, _, _| states += 1);
        let waits = execution(&case).starts.iter().any(|start| {
            simulate(&machine, execution(&case), start).is_ok_and(|expected| expected.duration > 0)
        });
        waiting += u64::from(waits);
    }
    assert!(states >= 6 * CASES, "{states} states in {CASES} machines");
    assert!(waiting * 2 < CASES, "{waiting} of {CASES} cases take time");
}

/// A poisoned aspect is not judged, so poisoning has to be rare, above all of the outcome. In JSONata, a quarter of
/// it is the doubt of one evaluator, which a second one settles when cases are run.
#[test]
fn few_cases_of_everything_are_poisoned() {
    #[derive(Debug, Default)]
    struct Poisoned {
        cases: u64,
        any: u64,
        outcomes: u64,
        reasons: BTreeMap<String, u64>,
    }

    let profile = Profile::everything();
    let mut of: BTreeMap<bool, Poisoned> = BTreeMap::new();
    for index in 0..CASES * 3 {
        let case = generate(&profile, 12, index);
        let machine = accepted(&case);
        let expected: Vec<_> = outcomes_of(&case, &machine).collect();
        let is_jsonata = execution(&case).definition.to_string().contains("JSONata");
        let seen = of.entry(is_jsonata).or_default();
        seen.cases += 1;
        let mut poisoned = expected.iter().flat_map(|it| &it.poisoned);
        let counts = |it: &&Aspect| !matches!(it, Aspect::Cause | Aspect::History);
        seen.any += u64::from(poisoned.any(|it| counts(&it)));
        let mut poisoned = expected.iter().flat_map(|it| &it.poisoned);
        if poisoned.any(|it| *it == Aspect::Status) {
            seen.outcomes += 1;
            let clauses = expected.iter().flat_map(|it| it.coverage.iter());
            let doubtful: BTreeSet<&str> = clauses
                .filter(|clause| clause.doubts().contains(&Aspect::Status))
                .map(|clause| clause.entry().id)
                .collect();
            let why = doubtful.into_iter().collect::<Vec<_>>().join(", ");
            *seen.reasons.entry(why).or_default() += 1;
        }
    }
    println!("in JSONata or not: {of:#?}");
    for (is_jsonata, one_in) in [(true, 11), (false, 10)] {
        let seen = &of[&is_jsonata];
        assert!(seen.outcomes * one_in < seen.cases, "{seen:?}");
    }
    let any: u64 = of.values().map(|it| it.any).sum();
    assert!(any * 7 < CASES * 3, "{any}");
}

fn outcomes_of<'c>(
    case: &'c Case,
    machine: &'c Arc<Machine>,
) -> impl Iterator<Item = Expectation> + 'c {
    outcomes(execution(case), machine)
}

/// What is only assumed of JSONata itself poisons one case in a hundred at most, apart from the parts
/// in which implementations differ.
#[test]
fn few_cases_rest_on_what_is_assumed_of_jsonata() {
    let library = FeatureSet::of(&[Feature::JsonataLibrary]);
    for (profile, one_in) in [
        (Profile::jsonata(), 20),
        (Profile::jsonata().without(library), 100),
        (Profile::everything(), 50),
    ] {
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        let mut cases = 0;
        for index in 0..CASES {
            let case = generate(&profile, 15, index);
            let machine = accepted(&case);
            let doubted: BTreeSet<&str> = outcomes_of(&case, &machine)
                .flat_map(|expected| expected.coverage.iter().collect::<Vec<_>>())
                .filter(|clause| clause.doubts().contains(&Aspect::Status))
                .map(|clause| clause.entry().id)
                .filter(|id| id.starts_with("jsonata."))
                .collect();
            cases += u64::from(!doubted.is_empty());
            for id in doubted {
                *seen.entry(id).or_default() += 1;
            }
        }
        println!("{cases} of {CASES} cases of {}: {seen:?}", profile.name);
        assert!(
            cases * one_in < CASES,
            "{cases} of {}: {seen:?}",
            profile.name
        );
    }
}

#[test]
fn every_function_is_called() {
    for function in Function::ALL {
        let called = (0..CASES * 5).any(|index| {
            let case = generate(&Profile::intrinsics(), 13, index);
            let call = format!("{}(", function.name());
            execution(&case).definition.to_string().contains(&call)
        });
        assert!(called, "{}", function.name());
    }
}

/// The snapshot changes when a clause is no longer drawn, and also when one is drawn for the first
/// time.
#[test]
fn the_clauses_that_no_case_exercises_are_known() {
    let mut seen = Coverage::default();
    for profile in Profile::all() {
        for index in 0..CASES {
            let case = generate(&profile, 14, index);
            for expected in outcomes(execution(&case), &accepted(&case)) {
                seen.merge(&expected.coverage);
            }
        }
    }
    for index in 0..CASES {
        for profile in [Profile::api(), Profile::nested()] {
            if let Body::Api(case) = generate(&profile, 14, index).body {
                let expected = answers(&case, &Deviations::default()).expect("answers");
                seen.merge(&expected.coverage);
            }
        }
    }
    // Clauses of the validator do not fire in executions.
    let missing: Vec<&str> = REGISTRY
        .iter()
        .filter(|(clause, it)| !it.id.starts_with("validate.") && !seen.contains(*clause))
        .map(|(_, it)| it.id)
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/insta");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("unexercised_clauses", missing.join("\n")));
}

/// A string that a feature leaves in a definition or a plan.
const TRACES: &[(Feature, &str)] = &[
    (Feature::Pass, r#""Type":"Pass""#),
    (Feature::Task, r#""Type":"Task""#),
    (Feature::Choice, r#""Type":"Choice""#),
    (Feature::Wait, r#""Type":"Wait""#),
    (Feature::Succeed, r#""Type":"Succeed""#),
    (Feature::Fail, r#""Type":"Fail""#),
    (Feature::Parallel, r#""Type":"Parallel""#),
    (Feature::Map, r#""Type":"Map""#),
    (Feature::Loops, r#""$.lap""#),
    (Feature::InputPath, r#""InputPath":"$"#),
    (Feature::Parameters, r#""Parameters":"#),
    (Feature::PassResult, r#""Result":"#),
    (Feature::ResultSelector, r#""ResultSelector":"#),
    (Feature::ResultPath, r#""ResultPath":"$"#),
    (Feature::OutputPath, r#""OutputPath":"$"#),
    (Feature::NullPaths, r#"Path":null"#),
    (Feature::ContextPaths, r#":"$$.Execution.Input"#),
    (Feature::SeveralPaths, r"[*]"),
    (Feature::OddNames, r"['a b']"),
    (Feature::ItemSelector, r#""ItemSelector":"#),
    (Feature::MaxConcurrency, r#""MaxConcurrency":"#),
    (Feature::Logic, r#""Not":"#),
    (Feature::TypeTests, r#""IsNull":"#),
    (Feature::Timestamps, "2016-03-14T"),
    (Feature::StringMatches, r#""StringMatches":"#),
    (Feature::OperandPaths, r#""NumericEqualsPath":"#),
    (Feature::WaitPaths, r#""SecondsPath":"#),
    (Feature::FailPaths, r#""ErrorPath":"#),
    (Feature::LimitPaths, r#""MaxConcurrencyPath":"#),
    (Feature::TaskErrors, r#""fail":{"error""#),
    (Feature::Retry, r#""Retry":[{"#),
    (Feature::Catch, r#""Catch":[{"#),
    (Feature::Timeouts, r#""TimeoutSeconds":3"#),
    (Feature::Heartbeats, r#""heartbeats":["#),
    (Feature::MachineTimeout, r#""TimeoutSeconds":300"#),
    (Feature::Comments, r#""Comment":"#),
    (Feature::Intrinsics, r"States.Format("),
    (Feature::Randomness, r"States.UUID()"),
    (Feature::Variables, r#""Assign":"#),
    (Feature::CountingLoops, r#""$lap""#),
    (Feature::Oversize, r"States.ArrayRange(1000, 1999"),
    (Feature::Jitter, r#""JitterStrategy":"#),
    (Feature::Jsonata, r#""QueryLanguage":"JSONata""#),
];

/// How a feature shows in a machine or in its execution.
type Sign = fn(&ExecutionCase, &Arc<Machine>) -> bool;

const SIGNS: &[(Feature, Sign)] = &[
    (Feature::JsonataLibrary, |case, _| {
        let text = case.definition.to_string();
        let library = [
            "$string(",
            "$formatNumber(",
            "$fromMillis(",
            "$replace(",
            "$contains(",
            "$split(",
            "$trim(",
            "$keys(",
            "$filter(",
            "$power(",
        ];
        library.iter().any(|call| text.contains(call))
    }),
    (Feature::ManyStarts, |case, _| case.starts.len() > 1),
    (Feature::Nesting, |_, machine| {
        any_state(machine, |state| {
            let inner = state
                .scopes()
                .iter()
                .flat_map(|scope| scope.states.values());
            inner.flat_map(|state| state.scopes()).next().is_some()
        })
    }),
    (Feature::NoDefault, |_, machine| {
        any_state(machine, |state| match &state.body {
            asl::Body::Choice(choice) => {
                let last = choice.choices.last();
                choice.default.is_none()
                    && last
                        .and_then(|rule| rule.flow.json_path())
                        .is_some_and(|rule| matches!(rule.condition, Condition::Not(_)))
            }
            _ => false,
        })
    }),
    (Feature::Delays, |case, machine| {
        outcomes(case, machine).any(|expected| expected.duration > 0)
    }),
    (Feature::Damage, |case, machine| {
        outcomes(case, machine)
            .any(|expected| expected.observation.error.as_deref() == Some("States.Runtime"))
    }),
];

fn any_state(machine: &Machine, so: fn(&State) -> bool) -> bool {
    let mut found = false;
    machine
        .scope
        .visit("", &mut |_, _, state| found |= so(state));
    found
}

fn outcomes(case: &ExecutionCase, machine: &Arc<Machine>) -> impl Iterator<Item = Expectation> {
    let starts = case.starts.iter();
    starts.filter_map(|start| simulate(machine, case, start).ok())
}

#[test]
fn every_feature_of_a_profile_shows_and_no_other() {
    for profile in Profile::all() {
        for (feature, sign) in SIGNS {
            let shows = (0..CASES).any(|index| {
                let case = generate(&profile, 10, index);
                sign(execution(&case), &accepted(&case))
            });
            assert_eq!(
                shows,
                profile.features().has(*feature),
                "{}: {feature}",
                profile.name
            );
        }
    }
}

#[test]
fn every_feature_of_a_profile_occurs_and_no_other() {
    for profile in Profile::all() {
        let mut seen: BTreeMap<Feature, u64> = BTreeMap::new();
        for index in 0..CASES * 2 {
            let case = generate(&profile, 8, index);
            let text = serde_json::to_string(execution(&case)).expect("a case is JSON");
            for (feature, trace) in TRACES {
                *seen.entry(*feature).or_default() += u64::from(text.contains(trace));
            }
        }
        for (feature, count) in seen {
            let has = profile.features().has(feature);
            // A Pass ends a scope if nothing else can, even without the feature; the time limit of a machine is
            // called like that of a task.
            let otherwise = feature == Feature::Pass
                || !has
                    && feature == Feature::Timeouts
                    && profile.features().has(Feature::MachineTimeout);
            assert!(
                (count > 0) == has || otherwise,
                "{}: {feature} occurs {count} times",
                profile.name
            );
        }
    }
}

#[test]
fn some_tasks_are_answered_in_time_although_their_queue_and_their_work_exceed_the_limit() {
    let profile = Profile::everything();
    let queued = (0..CASES).filter(|index| {
        let case = generate(&profile, 12, *index);
        let machine = accepted(&case);
        let starts = execution(&case).starts.iter();
        let expected = starts.map(|start| simulate(&machine, execution(&case), start));
        expected.filter_map(Result::ok).any(|expected| {
            let history = expected.observation.history.iter().flatten();
            expected.poisoned.is_empty() && exceeds_its_limit(history)
        })
    });
    assert!(queued.count() >= 2);
    for index in 0..CASES {
        let case = generate(&profile.clone().without(DELAYS), 12, index);
        let starts = execution(&case).starts.iter();
        let scripts = starts.flat_map(|start| start.plan.sites.values());
        assert!(scripts.into_iter().all(|script| script.away == 0));
    }
}

const DELAYS: FeatureSet = FeatureSet::of(&[Feature::Delays]);

/// Whether a task succeeds, but later after its scheduling than its timeout.
fn exceeds_its_limit<'h>(history: impl Iterator<Item = &'h Event>) -> bool {
    let mut limits = Vec::new();
    let mut exceeds = false;
    for event in history {
        match event.kind.name().as_str() {
            "ActivityScheduled" => {
                let task = event.details.task.as_deref();
                let limit = task.and_then(|task| task.timeout_in_seconds);
                limits.push((event.id, event.at, limit));
            }
            "ActivityStarted" => {
                let task = limits.iter_mut().find(|(id, ..)| *id == event.previous);
                task.expect("it was scheduled").0 = event.id;
            }
            "ActivitySucceeded" => {
                exceeds |= limits.iter().any(|(id, at, limit)| {
                    *id == event.previous
                        && limit.is_some_and(|limit| event.at.since(*at) > limit * 1_000)
                });
            }
            _ => {}
        }
    }
    exceeds
}

#[test]
fn what_an_engine_lacks_is_not_drawn() {
    let lacks = FeatureSet::of(&[Feature::Map, Feature::Retry, Feature::ContextPaths]);
    let profile = Profile::everything().without(lacks);
    for index in 0..CASES {
        let case = generate(&profile, 9, index);
        let text = execution(&case).definition.to_string();
        for trace in [r#""Map""#, r#""Retry""#, "$$."] {
            assert!(!text.contains(trace), "{text}");
        }
    }
}

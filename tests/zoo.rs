//! The zoo of faulty engines: each fault must be caught, confirmed, and shrunk to its known
//! minimum.
//!
//! `cargo test -p stepproof-tests --test zoo -- --nocapture` prints the cost. With
//! `STEPPROOF_UPDATE=1`, the minimal cases in `snapshots/zoo` are rewritten.

use std::{env, fs, path::PathBuf};

use stepproof::{
    casefile,
    zoo::{Caught, Deviant, hunt},
};
use stepproof_tests::{expect, workspace};

/// The default seed; `STEPPROOF_SEED` overrides it.
const SEED: u64 = 5;
const MOST_CASES: u64 = 20_000;
/// The maximum number of calls for shrinking, because a call on a real engine is expensive.
const MOST_CALLS: u64 = 200;

fn seed() -> u64 {
    let said = env::var("STEPPROOF_SEED").ok();
    said.and_then(|seed| seed.parse().ok()).unwrap_or(SEED)
}

fn golden(fault: Deviant) -> PathBuf {
    let file = format!("{}.json", fault.name());
    workspace().join("snapshots").join("zoo").join(file)
}

fn caught(name: &str) {
    let fault = Deviant::named(name).expect("a fault of the zoo");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let on = |engine: &str| {
        let hunted = hunt(fault, engine, fault.profile(), seed(), MOST_CASES);
        let hunted = runtime.block_on(hunted);
        hunted.unwrap_or_else(|error| panic!("failed to {error}"))
    };
    let caught = on("embedded");
    tell(&caught);
    if env::var_os("STEPPROOF_UPDATE").is_some() {
        fs::create_dir_all(golden(fault).parent().expect("a directory")).expect("a directory");
        let mut case = caught.shrunk.case.clone();
        case.origin = None;
        fs::write(golden(fault), casefile::encode(&case)).expect("a file");
    }
    assert!(caught.confirmation.holds(), "{:?}", caught.confirmation);
    assert!(
        caught.states() <= fault.states(),
        "{:#?}",
        caught.shrunk.case
    );
    assert!(caught.shrunk.calls <= MOST_CALLS);
    // Surveys hunt in process, which must lead to the same minimal case, even if another original
    // case shows the fault first because threads race.
    let in_process = on("reference").shrunk.case;
    assert_eq!(in_process.body, caught.shrunk.case.body);
}

fn tell(caught: &Caught) {
    println!(
        "{:<18} {:>5} cases, {:>4} calls, {} states",
        caught.fault,
        caught.cases,
        caught.shrunk.calls,
        caught.states()
    );
}

macro_rules! zoo {
    ($($test:ident = $name:literal,)*) => {
        const TESTED: &[&str] = &[$($name),*];
        $(#[test]
        fn $test() {
            caught($name);
        })*
    };
}

zoo! {
    retry_budget = "retry-budget",
    backoff_rate = "backoff-rate",
    wildcards = "wildcards",
    catch_order = "catch-order",
    result_path = "result-path",
    choice_order = "choice-order",
    map_order = "map-order",
    parallel_failure = "parallel-failure",
    heartbeat = "heartbeat",
    liveness = "liveness",
    max_delay = "max-delay",
    task_failed = "task-failed",
    missing_variable = "missing-variable",
    timestamps_as_text = "timestamps-as-text",
    input_path = "input-path",
    null_output_path = "null-output-path",
    caught_result_path = "caught-result-path",
    result_selector = "result-selector",
    shared_budget = "shared-budget",
    later_retrier = "later-retrier",
    runtime_caught = "runtime-caught",
    unwrapped = "unwrapped",
    missing_is_null = "missing-is-null",
    map_goes_on = "map-goes-on",
    parallel_sequential = "parallel-sequential",
    map_revisit = "map-revisit",
    assign_order = "assign-order",
    pattern_escapes = "pattern-escapes",
    max_concurrency = "max-concurrency",
    first_rule = "first-rule",
    and_is_or = "and-is-or",
    jitter = "jitter",
    wait = "wait",
    jitter_above_cap = "jitter-above-cap",
    task_failed_timeout = "task-failed-timeout",
    catch_before_retry = "catch-before-retry",
    null_result_path = "null-result-path",
    item_selector = "item-selector",
    array_unique = "array-unique",
    array_range = "array-range",
    math_add = "math-add",
    variables_leak = "variables-leak",
    default_first = "default-first",
    null_is_absent = "null-is-absent",
    branches_go_on = "branches-go-on",
    heartbeat_once = "heartbeat-once",
    machine_timeout = "machine-timeout",
    history_limit = "history-limit",
    timeout_from_scheduling = "timeout-from-scheduling",
    undefined_is_null = "undefined-is-null",
    undefined_left_out = "undefined-left-out",
    stale_result = "stale-result",
    output_after_assign = "output-after-assign",
    truthy_condition = "truthy-condition",
    jsonata_unwrapped = "jsonata-unwrapped",
    integer_division = "integer-division",
    regex_as_text = "regex-as-text",
    null_members = "null-members",
    query_error_uncaught = "query-error-uncaught",
    query_error_name = "query-error-name",
    output_default = "output-default",
    outer_variables = "outer-variables",
    nested_expressions = "nested-expressions",
    missing_function = "missing-function",
    start_named = "start-named",
    alias_route = "alias-route",
    version_follows = "version-follows",
    token_again = "token-again",
    executions_reversed = "executions-reversed",
    page_skips = "page-skips",
    version_in_use = "version-in-use",
    execution_updated = "execution-updated",
    stop_ended = "stop-ended",
    version_twice = "version-twice",
    nested_early = "nested-early",
    nested_text = "nested-text",
    nested_error = "nested-error",
    nested_orphan = "nested-orphan",
    service_error = "service-error",
}

#[test]
fn every_fault_has_its_test() {
    let names: Vec<_> = Deviant::all().map(Deviant::name).collect();
    assert_eq!(names, TESTED);
}

#[test]
fn minimal_cases_show_their_fault_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    for fault in Deviant::all() {
        let path = golden(fault);
        let case = path.to_str().expect("a path in UTF-8");
        let faulty = ["replay", case, "--fault", fault.name()];
        let ran = expect(directory.path(), &faulty, 1);
        let signature = fault.signature();
        assert!(ran.out.contains(&signature.to_string()), "{}", ran.out);
        expect(directory.path(), &["replay", case], 0);
    }
}

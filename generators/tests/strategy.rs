//! Generated cases in a property test.

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};
use stepproof_generators::{Profile, strategy::CaseStrategy};
use stepproof_specs::{
    asl::{Machine, StateType},
    scenario::case::{Body, Case},
};

fn machine(case: &Case) -> Machine {
    let Body::Execution(execution) = &case.body else {
        panic!("a definition");
    };
    Machine::from_value(&execution.definition).expect("a case has a machine")
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_case_survives_being_written_down(case in CaseStrategy::new(Profile::everything())) {
        let text = serde_json::to_string(&case).expect("a case is JSON");
        prop_assert_eq!(serde_json::from_str::<Case>(&text).expect("JSON is a case"), case);
    }
}

#[test]
fn a_failing_property_shrinks_to_a_minimal_machine() {
    let config = Config {
        failure_persistence: None,
        cases: 1_000,
        ..Config::default()
    };
    let not_both = |case: Case| {
        let mut kinds = Vec::new();
        machine(&case)
            .scope
            .visit("", &mut |_, _, state| kinds.push(state.kind()));
        let has = |kind| kinds.contains(&kind);
        if has(StateType::Choice) && has(StateType::Map) {
            return Err(TestCaseError::fail("both"));
        }
        Ok(())
    };
    let failure = TestRunner::new(config)
        .run(&CaseStrategy::new(Profile::everything()), not_both)
        .expect_err("some machine has both");
    let TestError::Fail(_, minimum) = failure else {
        panic!("{failure}");
    };
    let mut count = 0;
    machine(&minimum).scope.visit("", &mut |_, _, _| count += 1);
    assert!(count <= 3, "{minimum:#?}");
}

//! An execution that is not schedule-sensitive has the same outcome under every schedule.

use std::sync::Arc;

use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::Machine,
    reference::{Variation, variation},
    scenario::case::Body,
};

const CASES: u64 = 1_500;

#[test]
fn what_cannot_vary_does_not() {
    let (mut possible, mut idle) = (0, 0);
    for profile in Profile::all() {
        for index in 0..CASES {
            let case = generate(&profile, 11, index);
            let Body::Execution(execution) = &case.body else {
                continue;
            };
            let machine = Machine::from_value(&execution.definition).expect("a machine");
            let machine = Arc::new(machine);
            for start in &execution.starts {
                match variation(&machine, execution, start).expect("it ends") {
                    Variation { possible: true, .. } => possible += 1,
                    Variation { aspects, .. } => {
                        let name = profile.name;
                        assert_eq!(aspects, [], "case {index} of {name}");
                        idle += 1;
                    }
                }
            }
        }
    }
    println!("{possible} executions may vary, {idle} may not");
    assert!(possible > 1_000 && idle > 1_000);
}

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stepproof_specs::scenario::case::{Body, Case};

use super::{Budget, Ended, Lab, ShrinkError, shrink, trivial_case};
use crate::trouble::Trouble;

/// Cases are lists of numbers (the first start's input). A smaller case lacks an element or has a
/// smaller one.
struct Numbers<F> {
    bug: F,
    calls: AtomicU64,
    running: Mutex<(usize, usize)>,
    trouble_every: u64,
    gone_after: u64,
}

fn numbers<F: Fn(&[u64]) -> bool>(bug: F) -> Arc<Numbers<F>> {
    Arc::new(Numbers {
        bug,
        calls: AtomicU64::new(0),
        running: Mutex::new((0, 0)),
        trouble_every: u64::MAX,
        gone_after: u64::MAX,
    })
}

fn case(numbers: &[u64]) -> Case {
    let mut case = trivial_case();
    let Body::Execution(execution) = &mut case.body else {
        panic!("a definition");
    };
    execution.starts[0].input = json!(numbers).into();
    case
}

fn list(case: &Case) -> Vec<u64> {
    let Body::Execution(execution) = &case.body else {
        panic!("a definition");
    };
    match &*execution.starts[0].input {
        Value::Array(items) => items.iter().filter_map(Value::as_u64).collect(),
        _ => Vec::new(),
    }
}

impl<F: Fn(&[u64]) -> bool + Send + Sync + 'static> Lab for Numbers<F> {
    type Sample = Vec<u64>;

    fn admit(&self, case: &Case) -> Option<Vec<u64>> {
        let list = list(case);
        (!list.contains(&13)).then_some(list)
    }

    async fn diverges(&self, sample: Vec<u64>) -> Result<bool, Trouble> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        {
            let mut running = self.running.lock().unwrap();
            running.0 += 1;
            running.1 = running.1.max(running.0);
        }
        tokio::time::sleep(Duration::from_micros(sample.len() as u64 * 10)).await;
        self.running.lock().unwrap().0 -= 1;
        if call > self.gone_after {
            return Err(Trouble::Unreachable {
                endpoint: "nowhere".to_owned(),
                reason: "on purpose".to_owned(),
            });
        }
        if call.is_multiple_of(self.trouble_every) {
            return Err(Trouble::Internal("on purpose".to_owned()));
        }
        Ok((self.bug)(&sample))
    }
}

fn budget(width: usize) -> Budget {
    Budget {
        calls: 10_000,
        time: Duration::from_mins(1),
        width,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minimum_does_not_depend_on_the_width() {
    let start = [9, 4, 7, 30, 2, 8, 11];
    for width in [1, 2, 7, 32] {
        let lab = numbers(|list| list.iter().filter(|n| **n >= 7).count() >= 2);
        let shrunk = shrink(Arc::clone(&lab), case(&start), budget(width))
            .await
            .unwrap();
        assert_eq!(list(&shrunk.case), [7, 7]);
        assert_eq!(shrunk.ended, Ended::Minimal);
        assert_eq!(shrunk.calls, lab.calls.load(Ordering::Relaxed));
        assert!(lab.running.lock().unwrap().1 <= 2 * width);
    }
}

#[tokio::test]
async fn candidates_are_tried_once() {
    let lab = numbers(|list| list.len() >= 3);
    let shrunk = shrink(Arc::clone(&lab), case(&[1, 1, 1, 1]), budget(1))
        .await
        .unwrap();
    assert_eq!(list(&shrunk.case), [0, 0, 0]);
    assert!(shrunk.calls <= 30, "{} calls", shrunk.calls);
}

#[tokio::test]
async fn pre_flight_refuses_what_cannot_be_reduced() {
    let never = shrink(numbers(|_| false), case(&[1]), budget(1)).await;
    assert_eq!(never, Err(ShrinkError::DoesNotDiverge));
    let filtered = shrink(numbers(|_| true), case(&[13]), budget(1)).await;
    assert_eq!(filtered, Err(ShrinkError::NotAdmitted));
    let always = shrink(numbers(|_| true), case(&[1, 2]), budget(1))
        .await
        .unwrap();
    assert_eq!(always.ended, Ended::Trivial);
    assert_eq!(always.case, trivial_case());
}

#[tokio::test]
async fn budgets_end_the_search_with_the_best_so_far() {
    let few = Budget {
        calls: 5,
        ..budget(1)
    };
    let shrunk = shrink(numbers(|list| list.len() >= 2), case(&[5; 9]), few)
        .await
        .unwrap();
    assert_eq!(shrunk.ended, Ended::OutOfCalls);
    assert_eq!(shrunk.calls, 5);
    let none = Budget {
        time: Duration::ZERO,
        ..budget(1)
    };
    let shrunk = shrink(numbers(|list| list.len() >= 2), case(&[5; 9]), none)
        .await
        .unwrap();
    assert_eq!(shrunk.ended, Ended::OutOfTime);
    assert_eq!(list(&shrunk.case).len(), 9);
}

#[tokio::test]
async fn a_little_trouble_is_survived() {
    let mut lab = numbers(|list| list.len() >= 2);
    Arc::get_mut(&mut lab).unwrap().trouble_every = 3;
    let shrunk = shrink(lab, case(&[2, 1, 3]), budget(1)).await.unwrap();
    assert_eq!(list(&shrunk.case), [0, 0]);
}

#[tokio::test]
async fn what_an_engine_that_went_away_did_not_say_is_not_believed() {
    let mut lab = numbers(|list| list.len() >= 2);
    Arc::get_mut(&mut lab).unwrap().gone_after = 4;
    let ended = shrink(lab, case(&[2, 1, 3, 4, 5, 6]), budget(2)).await;
    let gone = matches!(
        ended,
        Err(ShrinkError::Trouble(Trouble::Unreachable { .. }))
    );
    assert!(gone, "{ended:?}");
}

//! How much memory the data of one execution takes.
//!
//! What is counted follows from the execution alone: what an allocator does with memory that is free
//! again must not matter.

use std::sync::{Arc, Weak};

use rustc_hash::FxHashMap;
use serde_json::Value;

/// Data that takes no more is counted as often as it is met; larger data is counted once.
const SMALL: usize = 1_024;

/// The data that an execution has made or was given. It is counted for good, whether or not anything
/// still refers to it: nearly all of it stays in the history.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    memory: usize,
    /// The large data so far, by address. A weak reference lets the data go, but not its address, so
    /// no other data can be taken for it.
    large: FxHashMap<usize, Weak<Value>>,
}

impl Kept {
    /// Counts memory.
    pub fn add(&mut self, memory: usize) {
        self.memory += memory;
    }

    /// Counts shared data, which takes so much memory.
    pub fn meet(&mut self, data: &Arc<Value>, memory: usize) {
        if memory <= SMALL || self.is_new(data) {
            self.add(memory);
        }
    }

    fn is_new(&mut self, data: &Arc<Value>) -> bool {
        let mut new = false;
        let address = Arc::as_ptr(data).addr();
        self.large.entry(address).or_insert_with(|| {
            new = true;
            Arc::downgrade(data)
        });
        new
    }

    /// How much was counted.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// From now on no data is met.
    pub fn retire(&mut self) {
        self.large = FxHashMap::default();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::{Kept, SMALL};

    const LARGE: usize = 2 * SMALL;

    fn meet(kept: &mut Kept, data: &Arc<Value>) {
        kept.meet(data, LARGE);
    }

    #[test]
    fn large_data_is_counted_once_and_small_data_each_time() {
        let mut kept = Kept::default();
        let data = Arc::new(Value::Null);
        for _ in 0..3 {
            meet(&mut kept, &data);
            meet(&mut kept, &data.clone());
        }
        assert_eq!(kept.memory(), LARGE);
        kept.meet(&data, SMALL);
        kept.meet(&data, SMALL);
        assert_eq!(kept.memory(), LARGE + 2 * SMALL);
    }

    /// Memory that is free again is given out again at once, so the addresses would repeat.
    #[test]
    fn new_data_is_not_taken_for_data_that_is_gone() {
        let mut kept = Kept::default();
        for _ in 0..100 {
            meet(&mut kept, &Arc::new(Value::Null));
        }
        assert_eq!(kept.memory(), 100 * LARGE);
    }

    #[test]
    fn a_copy_goes_on_from_the_same_data() {
        let mut kept = Kept::default();
        let stays = Arc::new(Value::Null);
        meet(&mut kept, &stays);
        meet(&mut kept, &Arc::new(Value::Null));
        let mut copy = kept.clone();
        for kept in [&mut kept, &mut copy] {
            meet(kept, &stays);
            meet(kept, &Arc::new(Value::Null));
            assert_eq!(kept.memory(), 3 * LARGE);
        }
        // It does not depend on the original to know its data.
        drop(kept);
        for _ in 0..100 {
            meet(&mut copy, &Arc::new(Value::Null));
        }
        assert_eq!(copy.memory(), 103 * LARGE);
    }

    #[test]
    fn data_is_let_go() {
        let mut kept = Kept::default();
        let data = Arc::new(Value::Null);
        meet(&mut kept, &data);
        assert_eq!(Arc::strong_count(&data), 1);
        assert_eq!(Arc::try_unwrap(data), Ok(Value::Null));
    }
}

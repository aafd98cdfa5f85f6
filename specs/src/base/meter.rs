//! How much work may be done before somebody gives up.

use std::cell::Cell;

/// Work that is left, in steps: looking at a value, or copying about as much as a value takes.
/// What a definition of a few kilobytes asks for can take years.
#[derive(Debug, Clone)]
pub struct Meter(Cell<u64>);

/// Nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent;

/// What a step copies, in bytes.
const STEP: usize = 64;

impl Meter {
    /// So many steps.
    pub fn new(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    /// Takes steps away. From the time when there are too few, none are left.
    #[inline]
    pub fn spend(&self, steps: usize) -> Result<(), Spent> {
        match self.0.get().checked_sub(steps as u64) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => {
                self.0.set(0);
                Err(Spent)
            }
        }
    }

    /// Takes away what copying or reading so many bytes costs.
    pub fn spend_bytes(&self, bytes: usize) -> Result<(), Spent> {
        self.spend(bytes / STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::{Meter, Spent};

    #[test]
    fn work_runs_out_for_good() {
        let meter = Meter::new(10);
        assert_eq!(meter.spend(4), Ok(()));
        assert_eq!(meter.spend_bytes(64 * 6), Ok(()));
        assert_eq!(meter.spend(0), Ok(()));
        assert_eq!(meter.spend(1), Err(Spent));
        let meter = Meter::new(10);
        assert_eq!(meter.spend(11), Err(Spent));
        assert_eq!(meter.spend(1), Err(Spent));
    }
}

//! When a run is asked to stop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

/// A request to stop, shared by everything that can be stopped. What is on its way on the engine
/// is finished.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    wake: Notify,
}

impl Stop {
    /// Asks everybody to stop.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.0.wake.notify_waiters();
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Returns when it is asked.
    pub async fn asked(&self) {
        loop {
            let woken = self.0.wake.notified();
            if self.is_asked() {
                return;
            }
            woken.await;
        }
    }
}

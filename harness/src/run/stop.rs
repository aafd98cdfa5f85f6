//! The request to stop a run.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

/// A request to stop, shared by everything that can be stopped. Whatever is running on the engine
/// is finished first.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    wake: Notify,
}

impl Stop {
    /// Makes the request.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.0.wake.notify_waiters();
    }

    /// Whether the request was made.
    pub fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Waits until the request is made.
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

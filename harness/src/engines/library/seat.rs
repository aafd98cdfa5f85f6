//! A place for a process.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Program, pipe::Pipe};
use crate::trouble::Trouble;

/// A place for a process: one that is lost is replaced.
#[derive(Debug)]
pub(super) struct Seat {
    program: Program,
    pipe: Mutex<Option<Arc<Pipe>>>,
}

impl Seat {
    /// A place where nobody is yet.
    pub fn new(program: &Program) -> Self {
        Self {
            program: program.clone(),
            pipe: Mutex::new(None),
        }
    }

    /// The process that is there; a new one if there is none.
    pub async fn pipe(&self) -> Result<Arc<Pipe>, Trouble> {
        let mut seat = self.pipe.lock().await;
        if let Some(pipe) = seat.as_ref().filter(|pipe| pipe.is_there()) {
            return Ok(Arc::clone(pipe));
        }
        let pipe = Pipe::open(&self.program).await?;
        *seat = Some(Arc::clone(&pipe));
        Ok(pipe)
    }
}

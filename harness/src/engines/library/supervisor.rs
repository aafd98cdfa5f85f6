//! Keeps a library's process running.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Program, pipe::Pipe};
use crate::trouble::Trouble;

/// Keeps a process running, and replaces one that is lost.
#[derive(Debug)]
pub(in crate::engines) struct Supervisor {
    program: Program,
    pipe: Mutex<Option<Arc<Pipe>>>,
}

impl Supervisor {
    /// A supervisor that has not started a process yet.
    pub fn new(program: &Program) -> Self {
        Self {
            program: program.clone(),
            pipe: Mutex::new(None),
        }
    }

    /// The current process; starts one if there is none.
    pub async fn pipe(&self) -> Result<Arc<Pipe>, Trouble> {
        let mut current = self.pipe.lock().await;
        if let Some(pipe) = current.as_ref().filter(|pipe| pipe.is_there()) {
            return Ok(Arc::clone(pipe));
        }
        let pipe = Pipe::open(&self.program).await?;
        *current = Some(Arc::clone(&pipe));
        Ok(pipe)
    }
}

//! What must go on while no JavaScript looks: the deadlines of children, and the reaping of those that a worker has left.
//!
//! Each has a tokio runtime on one thread for the whole program, made when it is first needed. It waits for exactly the
//! processes it was given: never for "any child", never by SIGCHLD.

mod deadlines;
mod reaper;

use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::sys::errno::{of_io_error, Errno};
use crate::sys::thread::start_thread;

pub use deadlines::Deadlines;
pub use reaper::reap_at_end;

/// A runtime that is started at the first call and runs until the program ends.
struct Background {
    handle: Mutex<Option<Handle>>,
    thread: &'static str,
    build: fn() -> std::io::Result<Runtime>,
}

impl Background {
    const fn new(thread: &'static str, build: fn() -> std::io::Result<Runtime>) -> Self {
        Self { handle: Mutex::new(None), thread, build }
    }

    fn handle(&self) -> Result<Handle, Errno> {
        let mut place = self.handle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = &*place {
            return Ok(handle.clone());
        }
        let runtime = (self.build)().map_err(|error| of_io_error(&error))?;
        let handle = runtime.handle().clone();
        start_thread(self.thread, move || runtime.block_on(std::future::pending::<()>()))?;
        *place = Some(handle.clone());
        Ok(handle)
    }
}

/// On one thread, the one that runs it.
fn builder() -> Builder {
    Builder::new_current_thread()
}

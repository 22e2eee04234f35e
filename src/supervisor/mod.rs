//! Watches processes for their end, on one thread for the whole program.
//!
//! The thread never ends and belongs to no JavaScript environment, so watching
//! goes on when the worker that started a process is gone. It waits for exactly
//! the processes it was given: never for "any child", never by SIGCHLD.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Handle};

use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::readable::Readable;
use crate::sys::signal::AllBlocked;

/// The supervisor of this program.
pub struct Supervisor {
    runtime: Handle,
}

static SUPERVISOR: OnceLock<Supervisor> = OnceLock::new();
static STARTING: Mutex<()> = Mutex::new(());

impl Supervisor {
    /// The one there is, started at the first call.
    pub fn get() -> Result<&'static Self, Errno> {
        if let Some(supervisor) = SUPERVISOR.get() {
            return Ok(supervisor);
        }
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(supervisor) = SUPERVISOR.get() {
            return Ok(supervisor);
        }
        let supervisor = Self::start()?;
        Ok(SUPERVISOR.get_or_init(|| supervisor))
    }

    fn start() -> Result<Self, Errno> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let handle = runtime.handle().clone();
        // The program's signals are for its own threads: this one inherits none.
        let _blocked = AllBlocked::new();
        thread::Builder::new()
            .name("forkless".into())
            .stack_size(256 * 1024)
            .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
        Ok(Self { runtime: handle })
    }

    /// Calls `notify` on the supervisor's thread once `process` has ended.
    ///
    /// The process is not reaped yet then: whoever is told does it, and if
    /// `notify` drops it instead, that does it too.
    pub fn watch(
        &self,
        process: Arc<Process>,
        notify: impl FnOnce(Arc<Process>) + Send + 'static,
    ) -> Result<(), Errno> {
        let _entered = self.runtime.enter();
        let ended = Readable::register(process)?;
        self.runtime
            .spawn(async move { notify(ended.readable().await) });
        Ok(())
    }
}

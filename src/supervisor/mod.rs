//! Watches processes for their end, on one thread for the whole program.
//!
//! The thread never ends and belongs to no JavaScript environment, so watching
//! goes on when the worker that started a process is gone. It waits for exactly
//! the processes it was given: never for "any child", never by SIGCHLD.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::runtime::{Builder, Handle};

use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::readable::{when_readable, Watching};
use crate::sys::thread::start_thread;

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
        start_thread("forkless", move || {
            runtime.block_on(std::future::pending::<()>());
        })?;
        Ok(Self { runtime: handle })
    }

    /// Calls `notify` once `process` has ended, as a rule on the supervisor's thread.
    ///
    /// The process is not reaped yet then: whoever is told does it, and if
    /// `notify` drops it instead, that does it too. Gives nothing to cancel where that cannot be done.
    pub fn watch(
        &self,
        process: Arc<Process>,
        notify: impl FnOnce(Arc<Process>) + Send + 'static,
    ) -> Result<Option<Watching>, Errno> {
        let _entered = self.runtime.enter();
        match when_readable(Arc::clone(&process), notify) {
            Ok(watching) => Ok(Some(watching)),
            // Linux 5.2 has pidfds that cannot be polled; and epoll has its limits.
            Err(notify) => wait_on_a_thread(process, notify).map(|()| None),
        }
    }
}

fn wait_on_a_thread(
    process: Arc<Process>,
    notify: impl FnOnce(Arc<Process>) + Send + 'static,
) -> Result<(), Errno> {
    start_thread("forkless-wait", move || {
        process.wait_for_end();
        notify(process);
    })
}

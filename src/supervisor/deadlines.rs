//! The times at which a child is to be ended, kept while the event loop is busy or blocked. Their runtime takes no fd, so
//! they hold where there is none left.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::{builder, Background};
use crate::process::Process;
use crate::sys::errno::Errno;

static TIMER: Background = Background::new("forkless-timer", build);

fn build() -> std::io::Result<Runtime> {
    builder().enable_time().build()
}

/// Those of one child. They hold until `cancel`, also when this is dropped: a worker that has ended has asked for them.
pub struct Deadlines {
    child: Arc<Child>,
}

struct Child {
    process: Arc<Process>,
    /// Whether the signal of the timeout has been sent. It is sent once, by whoever comes first.
    has_timed_out: AtomicBool,
    tasks: Mutex<Tasks>,
}

#[derive(Default)]
struct Tasks {
    /// When SIGKILL is to be sent.
    forced_at: Option<Instant>,
    handles: Vec<AbortHandle>,
}

impl Deadlines {
    pub fn new(process: Arc<Process>) -> Self {
        let child = Child { process, has_timed_out: AtomicBool::new(false), tasks: Mutex::default() };
        Self { child: Arc::new(child) }
    }

    /// Sends SIGKILL after so long. The earliest time counts.
    pub fn force_after(&self, delay: Duration) -> Result<(), Errno> {
        Child::force_after(&self.child, delay)
    }

    /// Sends `signal` after `timeout`, and SIGKILL so long after that.
    pub fn time_out_after(&self, timeout: Duration, signal: i32, force_delay: Duration) -> Result<(), Errno> {
        let child = Arc::clone(&self.child);
        self.child.run(async move {
            sleep(timeout).await;
            if let Some(keeper) = child.process.keeper() {
                keeper.set_deadline();
            }
            if child.time_out(signal).is_ok() {
                let _ = Child::force_after(&child, force_delay);
            }
        })
    }

    /// Sends the signal of the timeout, unless that has been done.
    pub fn time_out(&self, signal: i32) -> Result<(), Errno> {
        self.child.time_out(signal)
    }

    /// Whether that has been sent.
    pub fn has_timed_out(&self) -> bool {
        self.child.has_timed_out.load(Ordering::Relaxed)
    }

    /// The child has ended.
    pub fn cancel(&self) {
        for task in self.child.lock().handles.drain(..) {
            task.abort();
        }
    }
}

impl Child {
    fn run(&self, task: impl std::future::Future<Output = ()> + Send + 'static) -> Result<(), Errno> {
        let handle = TIMER.handle()?.spawn(task).abort_handle();
        self.lock().handles.push(handle);
        Ok(())
    }

    fn force_after(child: &Arc<Self>, delay: Duration) -> Result<(), Errno> {
        // A time that no clock will reach is none.
        let Some(at) = Instant::now().checked_add(delay) else {
            return Ok(());
        };
        let mut tasks = child.lock();
        if tasks.forced_at.is_some_and(|earlier| earlier <= at) {
            return Ok(());
        }
        tasks.forced_at = Some(at);
        drop(tasks);
        if let Some(keeper) = child.process.keeper() {
            keeper.set_deadline();
        }
        let process = Arc::clone(&child.process);
        child.run(async move {
            sleep(delay).await;
            let _ = process.force();
        })
    }

    fn time_out(&self, signal: i32) -> Result<(), Errno> {
        if self.has_timed_out.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        self.process.signal_to_end(signal).inspect_err(|_| self.has_timed_out.store(false, Ordering::Relaxed))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

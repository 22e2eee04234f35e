//! A thread that starts processes while the caller goes on with what it needs for them.
//!
//! It never ends: what a process set by PR_SET_PDEATHSIG (prctl(2)) follows the thread that
//! cloned it. And it is to be like the caller in all that a process takes over from a thread.

use std::collections::VecDeque;
use std::sync::mpsc::{sync_channel, Receiver};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use crate::sys::scheduling::Scheduling;
use crate::sys::thread::start_thread;

/// What a call came to, or will.
pub enum Later<T> {
    Known(T),
    Coming(Receiver<T>),
}

impl<T> Later<T> {
    /// Waits for it. `None` if the thread that was to tell is gone.
    pub fn wait(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Coming(value) => value.recv().ok(),
        }
    }
}

type Work = Box<dyn FnOnce() + Send>;

/// Work for the thread, which is woken with nothing locked: where it takes the core of the one
/// that wakes it, it need not give it back at once.
#[derive(Default)]
struct Queue {
    work: Mutex<VecDeque<Work>>,
    more: Condvar,
}

impl Queue {
    fn push(&self, work: Work) {
        self.work
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(work);
        self.more.notify_one();
    }

    fn next(&self) -> Work {
        let mut all = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(work) = all.pop_front() {
                return work;
            }
            all = self.more.wait(all).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The thread, as its callers see it.
struct Launcher {
    queue: Arc<Queue>,
    /// What it inherited.
    scheduling: Arc<Scheduling>,
}

/// Nothing where it could not be started; the callers do the work themselves then.
static LAUNCHER: OnceLock<Option<Launcher>> = OnceLock::new();

impl Launcher {
    fn start() -> Option<Self> {
        let scheduling = Arc::new(Scheduling::of_this_thread()?);
        let queue = Arc::new(Queue::default());
        let of_thread = Arc::clone(&queue);
        let of_caller = Arc::clone(&scheduling);
        let run = move || {
            // Or it would wait on its caller's core until that one waits for it.
            of_caller.prefer_this_thread();
            loop {
                of_thread.next()();
            }
        };
        start_thread("forkless-start", run).ok()?;
        Some(Self { queue, scheduling })
    }

    fn is_like_caller(&self) -> bool {
        Scheduling::of_this_thread().as_ref() == Some(&*self.scheduling)
    }
}

/// Calls `start` on the launcher's thread if that saves time, or here.
///
/// It costs more than it saves when the cores are all taken: by as many processes as `running`.
pub fn start_aside<T: Send + 'static>(
    running: usize,
    start: impl FnOnce() -> T + Send + 'static,
) -> Later<T> {
    let launcher = LAUNCHER.get_or_init(Launcher::start).as_ref();
    match launcher.filter(|it| running < it.scheduling.core_count() && it.is_like_caller()) {
        Some(launcher) => {
            let (tell, coming) = sync_channel(1);
            // Nobody waits for it any more when the environment that asked has ended.
            launcher
                .queue
                .push(Box::new(move || drop(tell.send(start()))));
            Later::Coming(coming)
        }
        None => Later::Known(start()),
    }
}

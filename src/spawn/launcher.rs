//! A thread that starts processes while the caller goes on with what it needs for them.
//!
//! It never ends: what a process set by PR_SET_PDEATHSIG (prctl(2)) follows the thread that
//! cloned it. And it is to be like the caller in all that a process takes over from a thread.

use std::collections::VecDeque;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::patience::Patience;
use crate::sys::scheduling::Scheduling;
use crate::sys::thread::start_thread;

/// What it may cost a caller in all to have another do it: twice as long as it takes to sleep and be woken, where
/// that takes long.
const MOST: Duration = Duration::from_micros(200);

/// What a call came to, or will.
pub enum Later<T> {
    Known(T),
    Coming(Coming<T>),
}

impl<T> Later<T> {
    /// Waits for it. `None` if the thread that was to tell is gone.
    pub fn wait(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Coming(coming) => coming.wait(),
        }
    }
}

/// What comes from the launcher's thread.
pub struct Coming<T> {
    value: Receiver<T>,
    launcher: &'static Launcher,
    /// How long it took to ask for it.
    asking: Duration,
}

impl<T> Coming<T> {
    fn wait(self) -> Option<T> {
        let start = Instant::now();
        let time = || self.asking + start.elapsed();
        // At first without sleep, which takes longer than all the rest where the thread has a core to itself. And then
        // nobody has to be woken, for which the new process would have to wait.
        let awake = self.launcher.preempts.load(Ordering::Relaxed);
        let value = loop {
            match self.value.try_recv() {
                Err(TryRecvError::Empty) if awake && time() < MOST => spin_loop(),
                Err(TryRecvError::Empty) => break self.value.recv().ok(),
                result => break result.ok(),
            }
        };
        if time() < MOST {
            self.launcher.patience().is_rewarded();
        } else {
            self.launcher.patience().gives_up();
        }
        value
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
    /// Whether it gets the core even of a caller that does not sleep.
    preempts: Arc<AtomicBool>,
    /// Of its callers. Where the other cores are taken, by whomever, it has the caller's, and the new process can have it
    /// next: then the caller is back when that has ended.
    patience: Mutex<Patience>,
}

/// Nothing where it could not be started; the callers do the work themselves then.
static LAUNCHER: OnceLock<Option<Launcher>> = OnceLock::new();

/// Whether somebody has asked: many a program starts one child, and a thread is not worth its making for that.
static WAS_ASKED: AtomicBool = AtomicBool::new(false);

impl Launcher {
    fn start() -> Option<Self> {
        let scheduling = Arc::new(Scheduling::of_this_thread()?);
        let queue = Arc::new(Queue::default());
        let of_thread = Arc::clone(&queue);
        let of_caller = Arc::clone(&scheduling);
        let preempts = Arc::new(AtomicBool::default());
        let it_preempts = Arc::clone(&preempts);
        let run = move || {
            // Or it would wait on its caller's core until that one waits for it.
            it_preempts.store(of_caller.prefer_this_thread(), Ordering::Relaxed);
            loop {
                of_thread.next()();
            }
        };
        start_thread("forkless-start", run).ok()?;
        Some(Self {
            queue,
            scheduling,
            preempts,
            patience: Mutex::default(),
        })
    }

    fn patience(&self) -> MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn saves_time(&self, running: usize) -> bool {
        running < self.scheduling.core_count() && self.is_like_caller() && self.patience().begins()
    }

    fn is_like_caller(&self) -> bool {
        Scheduling::of_this_thread().as_ref() == Some(&*self.scheduling)
    }
}

/// Calls `start` on the launcher's thread if that saves time, or here.
///
/// It costs more than it saves when the cores are all taken: by as many processes as `running`, or by others, which
/// shows in how long it takes.
pub fn start_aside<T: Send + 'static>(
    running: usize,
    start: impl FnOnce() -> T + Send + 'static,
) -> Later<T> {
    let is_first = !WAS_ASKED.swap(true, Ordering::Relaxed);
    let launcher = (!is_first).then(|| LAUNCHER.get_or_init(Launcher::start));
    match launcher
        .and_then(Option::as_ref)
        .filter(|it| it.saves_time(running))
    {
        Some(launcher) => {
            let asked = Instant::now();
            let (tell, value) = sync_channel(1);
            // Nobody waits for it any more when the environment that asked has ended.
            launcher
                .queue
                .push(Box::new(move || drop(tell.send(start()))));
            Later::Coming(Coming {
                value,
                launcher,
                asking: asked.elapsed(),
            })
        }
        None => Later::Known(start()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::{current, sleep, ThreadId};

    /// On which thread that is done.
    fn start_slowly() -> Option<ThreadId> {
        let start = || {
            sleep(50 * MOST);
            current().id()
        };
        start_aside(0, start).wait()
    }

    #[test]
    fn callers_whom_it_keeps_waiting_start_by_themselves() {
        let here = Some(current().id());
        // Of the first nobody knows whether there will be a second.
        assert_eq!(start_slowly(), here);
        let threads: Vec<_> = (0..5).map(|_| start_slowly()).collect();
        assert!(threads[0].is_some() && threads[0] != here);
        assert_eq!(threads, [threads[0], threads[0], here, here, threads[0]]);
    }
}

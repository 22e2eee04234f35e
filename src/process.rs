//! One started process: how to signal it, learn of its end, and reap it.
//!
//! A process is reaped once, under a lock, so a signal never reaches a stranger that got its pid.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{pidfd_open, waitid, waitpid, Pid, PidfdFlags, WaitId, WaitIdOptions, WaitOptions};

use crate::sys::errno::{last_errno, Errno};
use crate::sys::number::above_standard;
use crate::sys::poll::sleep;
use crate::sys::thread::start_thread;

/// How a process ended; one of the two numbers is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub code: i32,
    /// The number of the signal that ended it.
    pub signal: i32,
}

impl Exit {
    /// Of a process that somebody else reaped.
    pub const UNKNOWN: Self = Self { code: 0, signal: 0 };

    fn of(code: Option<i32>, signal: Option<i32>) -> Self {
        Self { code: code.unwrap_or(0), signal: signal.unwrap_or(0) }
    }
}

/// A child of this process that has been started and perhaps not yet reaped.
pub struct Process {
    pid: Pid,
    exit: Mutex<Option<Exit>>,
}

impl Process {
    /// Takes charge of a child just started.
    pub(crate) fn new(pid: u32) -> Result<Self, Errno> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        Ok(Self { pid, exit: Mutex::new(None) })
    }

    #[allow(clippy::cast_sign_loss)]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get() as u32
    }

    /// An fd that is readable once the process has ended: pidfd_open(2).
    ///
    /// There is none on kernels before 5.3, in some sandboxes and emulators, and where all fds are used up.
    pub fn pidfd(&self) -> Result<OwnedFd, Errno> {
        /// Some emulators print a warning each time.
        static IS_UNKNOWN: AtomicBool = AtomicBool::new(false);
        if IS_UNKNOWN.load(Ordering::Relaxed) {
            return Err(Errno::NOSYS);
        }
        let pidfd = pidfd_open(self.pid, PidfdFlags::empty())
            .inspect_err(|errno| IS_UNKNOWN.store(*errno == Errno::NOSYS, Ordering::Relaxed))?;
        above_standard(pidfd)
    }

    /// kill(2). A process that has ended but whose end was not yet told of takes signals like any zombie: without
    /// effect and without error.
    pub fn signal(&self, signal: i32) -> Result<(), Errno> {
        let exit = self.lock();
        if exit.is_some() {
            return Ok(());
        }
        // SAFETY: plain numbers; the lock keeps the pid ours during the call.
        if unsafe { libc::kill(self.pid.as_raw_nonzero().get(), signal) } == 0 {
            Ok(())
        } else {
            Err(last_errno())
        }
    }

    /// How the process ended, reaping it if need be; `None` while it runs, and while another process traces it and has
    /// not let go of its end.
    pub fn reap(&self) -> Option<Exit> {
        self.wait_with(WaitOptions::NOHANG).unwrap_or_default()
    }

    /// Waits until the process has ended and reaps it.
    pub fn wait(&self) -> Exit {
        let exit = self.wait_with(WaitOptions::empty()).unwrap_or_default();
        exit.unwrap_or(Exit::UNKNOWN)
    }

    /// Calls `notify` on a thread of its own once the process has ended. Takes no fd.
    pub fn wait_on_a_thread(self: Arc<Self>, notify: impl FnOnce(Arc<Self>) + Send + 'static) -> Result<(), Errno> {
        start_thread("forkless-wait", move || {
            self.wait_for_end();
            notify(self);
        })
    }

    /// Waits until the process has ended, and leaves it to others to reap it.
    fn wait_for_end(&self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(self.pid), options) {
                Err(Errno::INTR) => {}
                // Somebody has reaped it.
                Ok(_) | Err(Errno::CHILD) => return,
                // A sandbox refuses it.
                Err(_) => return self.ask_for_end(),
            }
        }
    }

    /// The same without waitid(2): to wait by waitpid(2) is to reap, which has to be done under the lock, and that
    /// must be free for `signal` meanwhile.
    fn ask_for_end(&self) {
        let mut pause = 1;
        while !matches!(self.wait_with(WaitOptions::NOHANG), Ok(Some(_))) {
            sleep(pause);
            pause = (pause * 2).min(16);
        }
    }

    /// By waitpid(2), as the built-in: no sandbox in which Node starts children refuses it. An error is one of the
    /// call, and says nothing of the process.
    fn wait_with(&self, options: WaitOptions) -> Result<Option<Exit>, Errno> {
        let mut exit = self.lock();
        if exit.is_none() {
            *exit = loop {
                match waitpid(Some(self.pid), options) {
                    Ok(ended) => break ended.map(|(_, it)| Exit::of(it.exit_status(), it.terminating_signal())),
                    Err(Errno::INTR) => {}
                    // Somebody else in the program reaped it: the status is gone, but the end must still be told.
                    Err(Errno::CHILD) => break Some(Exit::UNKNOWN),
                    // A sandbox refuses it.
                    Err(errno) => break self.wait_by_id(options).map_err(|_| errno)?,
                }
            };
        }
        Ok(*exit)
    }

    /// The same by waitid(2).
    fn wait_by_id(&self, options: WaitOptions) -> Result<Option<Exit>, Errno> {
        let no_hang = options.contains(WaitOptions::NOHANG);
        let options = WaitIdOptions::EXITED | if no_hang { WaitIdOptions::NOHANG } else { WaitIdOptions::empty() };
        let ended = waitid(WaitId::Pid(self.pid), options)?;
        Ok(ended.map(|it| Exit::of(it.exit_status(), it.terminating_signal())))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Exit>> {
        self.exit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.reap();
    }
}

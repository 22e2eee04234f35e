//! One started process: how to signal it, learn of its end, and reap it.
//!
//! A process is reaped once, under a lock, so a signal never reaches a stranger
//! that got its pid. Whoever lets go of it last reaps it if nobody has.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::pipe::{pipe_with, PipeFlags};
use rustix::process::{waitid, waitpid, Pid, WaitId, WaitIdOptions, WaitOptions};

use crate::sys::errno::Errno;
use crate::sys::readable::OwnsFd;
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
    const UNKNOWN: Self = Self { code: 0, signal: 0 };
}

/// A child of this process that has been started and perhaps not yet reaped.
pub struct Process {
    pid: Pid,
    /// Readable once the process has ended: a pidfd, or where the kernel gives
    /// none, a pipe whose other end a waiting thread holds.
    ended: OwnedFd,
    exit: Mutex<Option<Exit>>,
}

impl Process {
    /// Takes charge of a child just started.
    pub(crate) fn new(pid: u32, pidfd: Option<OwnedFd>) -> Result<Self, Errno> {
        let pid = i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or(Errno::from_raw(libc::ESRCH))?;
        let ended = match pidfd {
            Some(pidfd) => pidfd,
            None => wait_on_a_thread(pid)?,
        };
        Ok(Self {
            pid,
            ended,
            exit: Mutex::new(None),
        })
    }

    #[allow(clippy::cast_sign_loss)]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get() as u32
    }

    /// kill(2). A process that has ended but whose end was not yet told of takes
    /// signals like any zombie: without effect and without error.
    pub fn signal(&self, signal: i32) -> Result<(), Errno> {
        let exit = self.lock();
        if exit.is_some() {
            return Ok(());
        }
        // SAFETY: plain numbers; the lock keeps the pid ours during the call.
        if unsafe { libc::kill(self.pid.as_raw_nonzero().get(), signal) } == 0 {
            Ok(())
        } else {
            Err(Errno::last())
        }
    }

    /// How the process ended, reaping it if need be; `None` while it runs.
    pub fn reap(&self) -> Option<Exit> {
        self.wait_with(WaitOptions::NOHANG)
    }

    /// Waits until the process has ended and reaps it.
    pub fn wait(&self) -> Exit {
        self.wait_with(WaitOptions::empty())
            .unwrap_or(Exit::UNKNOWN)
    }

    /// Waits until the process has ended, and leaves it to others to reap it.
    pub(crate) fn wait_for_end(&self) {
        wait_unreaped(self.pid);
    }

    /// Ends and reaps a child for which there is no `Process`.
    pub(crate) fn kill_and_reap(pid: u32) {
        let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
            return;
        };
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        let _ = waitpid(Some(pid), WaitOptions::empty());
    }

    /// By waitpid(2), as libuv: no sandbox in which Node starts children refuses it.
    fn wait_with(&self, options: WaitOptions) -> Option<Exit> {
        let mut exit = self.lock();
        if exit.is_none() {
            *exit = loop {
                match waitpid(Some(self.pid), options) {
                    Ok(ended) => {
                        break ended.map(|(_, status)| Exit {
                            code: status.exit_status().unwrap_or(0),
                            signal: status.terminating_signal().unwrap_or(0),
                        })
                    }
                    Err(rustix::io::Errno::INTR) => {}
                    // Somebody else in the program reaped it: the status is gone,
                    // but the end must still be told.
                    Err(_) => break Some(Exit::UNKNOWN),
                }
            };
        }
        *exit
    }

    fn lock(&self) -> MutexGuard<'_, Option<Exit>> {
        self.exit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fd that is readable once the process has ended.
impl OwnsFd for Process {
    fn owned_fd(&self) -> BorrowedFd<'_> {
        self.ended.as_fd()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.reap();
    }
}

/// Where there is no pidfd: a thread waits for the end of the process without
/// reaping it, then closes its end of a pipe, which makes ours readable.
fn wait_on_a_thread(pid: Pid) -> Result<OwnedFd, Errno> {
    let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
    start_thread("forkless-wait", move || {
        wait_unreaped(pid);
        drop(theirs);
    })?;
    Ok(ours)
}

fn wait_unreaped(pid: Pid) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(
        waitid(WaitId::Pid(pid), options),
        Err(rustix::io::Errno::INTR)
    ) {}
}

//! One started process: how to signal it, learn of its end, and reap it.
//!
//! A process is reaped once, under a lock, so a signal never reaches a stranger that got its pid.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{waitid, Pid, WaitId, WaitIdOptions, WaitOptions};

use forkless_keeper::messages::Report;

use crate::kept::{Kept, Told};
use crate::sys::errno::{last_errno, Errno};
use crate::sys::number::above_standard;
use crate::sys::pidfd;
use crate::sys::poll::sleep;
use crate::sys::thread::start_thread;
use crate::usage::{own_peak, Usage};

/// How a process ended; one of the two numbers is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub code: i32,
    /// The number of the signal that ended it.
    pub signal: i32,
    /// Whether that was the SIGKILL of `Process::force`.
    pub forced: bool,
    /// `None` where the kernel did not tell.
    pub usage: Option<Usage>,
}

impl Exit {
    /// Of a process that somebody else reaped.
    pub const UNKNOWN: Self = Self { code: 0, signal: 0, forced: false, usage: None };
}

/// A child of this process that has been started and perhaps not yet reaped.
pub struct Process {
    pid: Pid,
    /// What stands between it and us, and is its parent.
    kept: Option<Kept>,
    exit: Mutex<Option<Exit>>,
    /// Whether SIGKILL was sent by `signal`. Then it did not take `force`.
    was_killed: AtomicBool,
    /// Whether `force` has sent its signal.
    was_forced: AtomicBool,
    /// The most memory that this program had when it made the process, in kilobytes, if that was looked at.
    peak_of_parent: Option<i64>,
}

impl Process {
    /// Takes charge of a child just started.
    pub(crate) fn new(pid: u32) -> Result<Self, Errno> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        Ok(Self {
            pid,
            kept: None,
            exit: Mutex::new(None),
            was_killed: AtomicBool::new(false),
            was_forced: AtomicBool::new(false),
            peak_of_parent: own_peak(),
        })
    }

    /// One that has a keeper.
    pub(crate) fn kept(pid: u32, kept: Kept) -> Result<Self, Errno> {
        let mut process = Self::new(pid)?;
        process.kept = Some(kept);
        Ok(process)
    }

    /// Its keeper, if it has one.
    pub fn keeper(&self) -> Option<&Kept> {
        self.kept.as_ref()
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
        if let Some(kept) = &self.kept {
            return kept.readable();
        }
        if IS_UNKNOWN.load(Ordering::Relaxed) {
            return Err(Errno::NOSYS);
        }
        let pidfd =
            pidfd::open(self.pid).inspect_err(|errno| IS_UNKNOWN.store(*errno == Errno::NOSYS, Ordering::Relaxed))?;
        above_standard(pidfd)
    }

    /// kill(2). A process that has ended but whose end was not yet told of takes signals like any zombie: without
    /// effect and without error.
    pub fn signal(&self, signal: i32) -> Result<(), Errno> {
        let sent = self.send(signal);
        if signal == libc::SIGKILL && sent.is_ok() {
            self.was_killed.store(true, Ordering::Relaxed);
        }
        sent
    }

    /// The same on behalf of a limit, and so to end it, whatever the signal.
    pub fn signal_to_end(&self, signal: i32) -> Result<(), Errno> {
        if let Some(kept) = self.kept.as_ref().filter(|kept| kept.takes_signals()) {
            kept.end();
        }
        self.signal(signal)
    }

    fn send(&self, signal: i32) -> Result<(), Errno> {
        let exit = self.lock();
        let kept = self.kept.as_ref().filter(|kept| signal != 0 && kept.takes_signals());
        if let Some(kept) = kept {
            kept.note(signal);
        }
        // The parent first: a shell whose command ends before it does goes on with the next one.
        let sent = if exit.is_some() { Ok(()) } else { self.signal_alone(signal) };
        if let Some(kept) = kept {
            // What it has started may outlive it.
            kept.signal_others(self.pid(), signal);
        }
        sent
    }

    /// To be called under the lock, which keeps the pid ours meanwhile.
    fn signal_alone(&self, signal: i32) -> Result<(), Errno> {
        // Whoever has killed the keeper has killed the process, which is another's zombie then.
        if self.kept.as_ref().is_some_and(Kept::is_gone) {
            return Ok(());
        }
        // SAFETY: plain numbers; see above.
        if unsafe { libc::kill(self.pid.as_raw_nonzero().get(), signal) } == 0 {
            Ok(())
        } else {
            Err(last_errno())
        }
    }

    /// SIGKILL, for one that another signal has not ended in time. `Exit::forced` tells whether it was needed.
    pub fn force(&self) -> Result<(), Errno> {
        if !self.was_killed.load(Ordering::Relaxed) {
            self.was_forced.store(true, Ordering::Relaxed);
        }
        self.send(libc::SIGKILL).inspect_err(|_| self.was_forced.store(false, Ordering::Relaxed))
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
        if let Some(kept) = &self.kept {
            return kept.wait();
        }
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

    /// By wait4(2), which is what waitpid(2) of the C library calls, as the built-in does: no sandbox in which Node
    /// starts children refuses it. An error is one of the call, and says nothing of the process.
    fn wait_with(&self, options: WaitOptions) -> Result<Option<Exit>, Errno> {
        let mut exit = self.lock();
        if let Some(kept) = self.kept.as_ref().filter(|_| exit.is_none()) {
            *exit = self.exit_by_keeper(kept, options);
        }
        if exit.is_none() && self.kept.is_none() {
            *exit = loop {
                match self.wait_by_pid(options) {
                    Ok(ended) => break ended,
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

    /// As the keeper tells it.
    fn exit_by_keeper(&self, kept: &Kept, options: WaitOptions) -> Option<Exit> {
        loop {
            match kept.hear() {
                Told::Exit(Report { code, status, usage }) => {
                    kept.acknowledge();
                    kept.child_ended();
                    let is_exit = code == libc::CLD_EXITED;
                    let usage = Some(Usage::of_kernel(usage, self.peak_of_parent));
                    return Some(self.exit(if is_exit { status } else { 0 }, if is_exit { 0 } else { status }, usage));
                }
                // Whoever has killed the keeper has killed the child.
                Told::Gone => {
                    kept.wait_for_killed(self.pid);
                    return Some(self.exit(0, libc::SIGKILL, None));
                }
                Told::Nothing if options.contains(WaitOptions::NOHANG) => return None,
                Told::Nothing => kept.wait(),
            }
        }
    }

    /// Whether it is over with the process: it is reaped, and its keeper has ended, if it has one, and is reaped, too.
    pub fn is_over(&self) -> bool {
        if self.reap().is_none() {
            return false;
        }
        self.kept.as_ref().is_none_or(|kept| matches!(kept.hear(), Told::Gone) && kept.reap())
    }

    fn wait_by_pid(&self, options: WaitOptions) -> Result<Option<Exit>, Errno> {
        let mut status = 0;
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        // The flags are the kernel's.
        #[allow(clippy::cast_possible_wrap)]
        let flags = options.bits() as i32;
        // SAFETY: it writes a status and a rusage.
        let pid = unsafe { libc::wait4(self.pid.as_raw_nonzero().get(), &mut status, flags, usage.as_mut_ptr()) };
        match pid {
            0 => Ok(None),
            // SAFETY: zeroed, and written if there is an end.
            1.. => Ok(Some(self.exit_of(status, unsafe { usage.assume_init_ref() }))),
            _ => Err(last_errno()),
        }
    }

    fn exit_of(&self, status: i32, usage: &libc::rusage) -> Exit {
        let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 0 };
        let signal = if libc::WIFSIGNALED(status) { libc::WTERMSIG(status) } else { 0 };
        self.exit(code, signal, Some(Usage::of_child(usage, self.peak_of_parent)))
    }

    fn exit(&self, code: i32, signal: i32, usage: Option<Usage>) -> Exit {
        let forced = signal == libc::SIGKILL && self.was_forced.load(Ordering::Relaxed);
        Exit { code, signal, forced, usage }
    }

    /// The same by waitid(2), which tells nothing of what was used.
    fn wait_by_id(&self, options: WaitOptions) -> Result<Option<Exit>, Errno> {
        let no_hang = options.contains(WaitOptions::NOHANG);
        let options = WaitIdOptions::EXITED | if no_hang { WaitIdOptions::NOHANG } else { WaitIdOptions::empty() };
        let ended = waitid(WaitId::Pid(self.pid), options)?;
        Ok(ended.map(|it| self.exit(it.exit_status().unwrap_or(0), it.terminating_signal().unwrap_or(0), None)))
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

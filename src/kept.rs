//! Our side of a keeper: what it tells of its child, and what we tell it. See `keeper/` and docs/keeper.md.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use forkless_keeper::messages::{Command, Report, REPORT_BYTES};
use rustix::io::{fcntl_dupfd_cloexec, read, write};
use rustix::net::{recv, RecvFlags};
use rustix::process::{waitid, Pid, WaitId, WaitIdOptions};

use crate::process::Process;
use crate::spawn::{wait_for_keeper, Keeping};
use crate::sys::errno::Errno;
use crate::sys::pidfd;
use crate::sys::poll::{poll, PollFd};
use crate::sys::tree::{descendants, may_signal, signal, Descendant};

/// A keeper and the socket to it. When that closes, the keeper takes us for ended.
pub struct Kept {
    keeper: Box<Process>,
    socket: OwnedFd,
    keeping: Keeping,
    /// Whether a signal was sent that was to end the child.
    is_ending: AtomicBool,
    /// Whether a time was set for what is left then.
    has_deadline: AtomicBool,
    /// Whether the keeper was told to kill all. It does so until nobody is left, so once is enough.
    is_killing: AtomicBool,
}

/// What a keeper has said.
pub enum Told {
    Nothing,
    Exit(Report),
    /// It has ended: nobody is left that it has kept, or somebody has killed it.
    Gone,
}

/// By which a child is asked to end: SIGHUP, SIGINT, SIGQUIT, SIGTERM.
const ENDING: [i32; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM];

impl Kept {
    pub fn new(keeper: Process, socket: OwnedFd, keeping: Keeping) -> Self {
        let [is_ending, has_deadline, is_killing] = [false; 3].map(AtomicBool::new);
        Self { keeper: Box::new(keeper), socket, keeping, is_ending, has_deadline, is_killing }
    }

    /// It is readable when there is something to be heard.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// The same for whoever owns it.
    pub fn readable(&self) -> Result<OwnedFd, Errno> {
        fcntl_dupfd_cloexec(&self.socket, 3)
    }

    /// Whether nothing more is to be heard, without hearing what is.
    pub fn is_gone(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        matches!(recv(&self.socket, &mut [0; 1], flags), Ok((_, 0)) | Err(Errno::CONNRESET))
    }

    /// Does not wait.
    pub fn hear(&self) -> Told {
        let mut message = [0; REPORT_BYTES];
        loop {
            return match read(&self.socket, &mut message) {
                Ok(REPORT_BYTES) => Told::Exit(Report::from_bytes(&message)),
                Ok(0) => Told::Gone,
                Ok(_) | Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => Told::Nothing,
                Err(_) => Told::Gone,
            };
        }
    }

    /// Waits until there is something to be heard.
    pub fn wait(&self) {
        wait_for_keeper(&self.socket);
    }

    /// The child's pid is free from then on.
    pub fn acknowledge(&self) {
        self.tell(Command::Acknowledge);
    }

    /// Has all killed that is left.
    pub fn kill_all(&self) {
        if !self.is_killing.swap(true, Ordering::Relaxed) {
            self.tell(Command::Kill);
        }
    }

    /// Waits for the keeper's end, up to a deadline. Gives whether it has come.
    pub fn ends_until(&self, deadline: Instant) -> bool {
        loop {
            if matches!(self.hear(), Told::Gone) {
                self.keeper.wait();
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let _ = poll(&mut [PollFd::new(self.socket.as_fd(), true, false)], Some(left));
        }
    }

    /// Whether all is killed that the child leaves.
    pub fn kills_rest(&self) -> bool {
        self.keeping.kills_at_exit || self.is_ending()
    }

    /// Whether those whom the child has started get its signals, too.
    pub fn takes_signals(&self) -> bool {
        self.keeping.kills_descendants
    }

    /// Whether any is left that we may signal.
    pub fn has_killable(&self, child: u32) -> bool {
        self.others(child).into_iter().any(|descendant| may_signal(descendant.pid))
    }

    /// Whether the rest of the tree is to end with the child.
    pub fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// A signal is about to be sent. The rest ends with the child if it is one to end it.
    pub fn note(&self, number: i32) {
        if ENDING.contains(&number) || number == libc::SIGKILL {
            self.end();
        }
    }

    /// A signal for all but the child.
    pub fn signal_others(&self, child: u32, number: i32) {
        self.note(number);
        if number == libc::SIGKILL {
            return self.kill_all();
        }
        for descendant in self.others(child) {
            // It may have ended by now, or be somebody else's.
            let _ = signal(descendant, number);
        }
    }

    /// The rest is to end with the child, be it that we are gone by then.
    pub fn end(&self) {
        if !self.is_ending.swap(true, Ordering::Relaxed) {
            self.tell(Command::End);
        }
    }

    /// What has outlived the child may go on until somebody says otherwise.
    pub fn set_deadline(&self) {
        self.has_deadline.store(true, Ordering::Relaxed);
    }

    /// The child has ended. What ends a child ends the rest as well.
    pub fn child_ended(&self) {
        if self.is_ending() && !self.has_deadline.load(Ordering::Relaxed) {
            self.kill_all();
        }
    }

    /// All that is kept but the child.
    pub fn others(&self, child: u32) -> Vec<Descendant> {
        // Its pid may be somebody else's.
        if self.is_gone() {
            return Vec::new();
        }
        descendants(self.keeper.pid()).into_iter().filter(|descendant| descendant.pid != child).collect()
    }

    /// Of one that is gone.
    pub fn reap(&self) -> bool {
        self.keeper.reap().is_some()
    }

    /// Somebody has killed the keeper. The kernel kills the child after the keeper has closed its end, so that has to be
    /// waited for, too.
    pub fn wait_for_killed(&self, child: Pid) {
        /// One that runs with another's rights is not killed.
        const PATIENCE: Duration = Duration::from_millis(200);
        let pidfd = pidfd::open(child);
        self.keeper.wait();
        if let Ok(pidfd) = pidfd {
            let _ = poll(&mut [PollFd::new(pidfd.as_fd(), true, false)], Some(PATIENCE));
            // It is ours now where we adopt orphans: as the first process of a container does.
            let _ = waitid(WaitId::PidFd(pidfd.as_fd()), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        }
    }

    /// Lets no keeper be left behind as a zombie. It has closed its end, and is about to end.
    pub fn wait_for_gone(&self) {
        self.keeper.wait();
    }

    fn tell(&self, command: Command) {
        // Of one that is gone it is lost.
        let _ = write(self.socket.as_fd(), &[command.to_byte()]);
    }
}

//! Our side of a keeper: what it tells of its child, and what we tell it. See `keeper/` and docs/keeper.md.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use forkless_keeper::messages::{Command, Flags, Report, REPORT_BYTES};
use rustix::io::{fcntl_dupfd_cloexec, read, write};

use crate::process::Process;
use crate::spawn::wait_for_keeper;
use crate::sys::errno::Errno;
use crate::sys::poll::{poll, PollFd};
use crate::tree::{descendants, signal, Descendant};

/// A keeper and the socket to it. When that closes, the keeper takes us for ended.
pub struct Kept {
    keeper: Box<Process>,
    socket: OwnedFd,
    flags: Flags,
    /// Whether a signal was sent that was to end the child.
    is_ending: AtomicBool,
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
    pub fn new(keeper: Process, socket: OwnedFd, flags: Flags) -> Self {
        Self { keeper: Box::new(keeper), socket, flags, is_ending: AtomicBool::new(false) }
    }

    /// An fd that is readable when there is something to be heard.
    pub fn readable(&self) -> Result<OwnedFd, Errno> {
        fcntl_dupfd_cloexec(&self.socket, 3)
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
        self.tell(Command::Kill);
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
        self.flags.kills_at_exit || self.is_ending()
    }

    /// Whether the rest of the tree is to end with the child.
    pub fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// A signal for all but the child, whose sender has noted that it is for the tree.
    pub fn signal_others(&self, child: u32, number: i32) {
        if ENDING.contains(&number) || number == libc::SIGKILL {
            self.is_ending.store(true, Ordering::Relaxed);
        }
        if number == libc::SIGKILL {
            return self.kill_all();
        }
        let keeper = self.keeper.pid();
        for descendant in self.others(child) {
            // It may have ended by now, or be somebody else's.
            let _ = signal(descendant, Some(keeper), number);
        }
    }

    /// All that is kept but the child.
    pub fn others(&self, child: u32) -> Vec<Descendant> {
        descendants(self.keeper.pid()).into_iter().filter(|descendant| descendant.pid != child).collect()
    }

    /// Of one that is gone.
    pub fn reap(&self) -> bool {
        self.keeper.reap().is_some()
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

//! How a child that could not start tells its parent why.
//!
//! As a rule by memory: vfork shares it, and the parent is suspended until the child has left. Emulators that make a
//! copy instead are found out by the first start of a program. The child leaves a mark in the shared memory, and
//! there is a close-on-exec pipe, which the parent reads to its end. Without the mark the memory is a copy, and every
//! start uses the pipe from then on.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::io::{read, Errno as IoErrno};
use rustix::pipe::{pipe_with, PipeFlags};

use super::child::Outcome;
use super::start::StartError;
use super::stdio::{above_standard, at_least};
use super::Step;
use crate::sys::errno::Errno;

/// Whether a child shares our memory: not known yet, yes, no.
static SHARES_MEMORY: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const YES: u8 = 1;
const NO: u8 = 2;

/// Bytes of a message: the step and the errno, as the child writes them.
pub(super) const MESSAGE_BYTES: usize = 8;

/// The way by which one child reports.
pub(super) enum Report {
    ByMemory,
    ByPipe { ours: OwnedFd, theirs: OwnedFd },
}

impl Report {
    /// `fd_count`, at least 3: the child's end must be none of the fds that it is about to put in their places.
    pub fn prepare(fd_count: usize) -> Result<Self, Errno> {
        if SHARES_MEMORY.load(Ordering::Relaxed) == YES {
            return Ok(Self::ByMemory);
        }
        let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
        let above = RawFd::try_from(fd_count).map_err(|_| Errno::from_raw(libc::EMFILE))?;
        Ok(Self::ByPipe {
            ours: above_standard(ours)?,
            theirs: at_least(theirs, above)?,
        })
    }

    /// The child's end; -1 for none.
    pub fn fd(&self) -> RawFd {
        match self {
            Self::ByMemory => -1,
            Self::ByPipe { theirs, .. } => theirs.as_raw_fd(),
        }
    }

    /// Why the child could not start; `None` when it runs its program. Waits for the exec where the memory is a copy.
    pub fn read(self, memory: &Outcome) -> Option<StartError> {
        let Self::ByPipe { ours, theirs } = self else {
            let step = memory.step.load(Ordering::Acquire);
            return failure_of(step, memory.errno.load(Ordering::Relaxed));
        };
        drop(theirs);
        let failure = read_message(&ours);
        let is_marked = memory.mark.load(Ordering::Relaxed) != 0;
        SHARES_MEMORY.store(if is_marked { YES } else { NO }, Ordering::Relaxed);
        failure
    }
}

/// Reads the message of a failure, which is written whole; `None` at the end without one.
fn read_message(pipe: &OwnedFd) -> Option<StartError> {
    let mut message = [0; MESSAGE_BYTES];
    while let Err(IoErrno::INTR) = read(pipe, &mut message) {}
    let [a, b, c, d, errno @ ..] = message;
    failure_of(u32::from_ne_bytes([a, b, c, d]), i32::from_ne_bytes(errno))
}

fn failure_of(step: u32, errno: i32) -> Option<StartError> {
    let step = Step::from_raw(step)?;
    Some(StartError {
        step,
        errno: Errno::from_raw(errno),
    })
}

//! How a child that could not start tells its parent why.
//!
//! As a rule by memory: vfork shares it, and the parent is suspended until the child has left. Emulators that make a
//! copy instead are found out by the first start of a program: the child leaves a mark in the memory. Where the parent
//! does not see it, the memory is a copy, and the parent reads a close-on-exec pipe to its end. The first start has such
//! a pipe, and where the mark is missing every start has.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::read;
use rustix::pipe::{pipe_with, PipeFlags};

use super::child::Outcome;
use super::start::StartError;
use super::Step;
use crate::sys::errno::Errno;
use crate::sys::number::{above_standard, at_least};

/// Whether a child is known to share our memory.
static SHARES_MEMORY: AtomicBool = AtomicBool::new(false);

/// Whether a child is known to share our memory: after a first start that means that it is no copy.
pub fn shares_memory() -> bool {
    SHARES_MEMORY.load(Ordering::Relaxed)
}

/// Bytes of a message: the step and the errno, as the child writes them.
pub(super) const MESSAGE_BYTES: usize = 8;

/// The way by which one child reports: the two ends of a pipe, or by memory alone.
pub(super) struct Report(Option<(OwnedFd, OwnedFd)>);

impl Report {
    /// `fd_count`, at least 3: the child's end must be none of the fds that it is about to put in their places.
    pub fn prepare(fd_count: usize) -> Result<Self, Errno> {
        if shares_memory() {
            return Ok(Self(None));
        }
        let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
        let above = RawFd::try_from(fd_count).map_err(|_| Errno::MFILE)?;
        Ok(Self(Some((above_standard(ours)?, at_least(theirs, above)?))))
    }

    /// The child's end; -1 for none.
    pub fn fd(&self) -> RawFd {
        self.0.as_ref().map_or(-1, |(_, theirs)| theirs.as_raw_fd())
    }

    /// Why the child could not start; `None` when it runs its program. Waits for the exec where the memory is a copy.
    pub fn read(self, memory: &Outcome) -> Option<StartError> {
        // With shared memory this thread was suspended until the exec, and the pipe is not read: a child of another thread
        // that has not come to its exec yet may hold a copy of its other end.
        let is_shared = memory.mark.load(Ordering::Relaxed) != 0;
        if let Some((ours, theirs)) = self.0.filter(|_| !is_shared) {
            drop(theirs);
            return read_message(&ours);
        }
        SHARES_MEMORY.store(true, Ordering::Relaxed);
        failure_of(memory.step.load(Ordering::Acquire), memory.errno.load(Ordering::Relaxed))
    }
}

/// Reads the message of a failure, which is written whole; `None` at the end without one.
fn read_message(pipe: &OwnedFd) -> Option<StartError> {
    let mut message = [0; MESSAGE_BYTES];
    while let Err(Errno::INTR) = read(pipe, &mut message) {}
    let [a, b, c, d, errno @ ..] = message;
    failure_of(u32::from_ne_bytes([a, b, c, d]), i32::from_ne_bytes(errno))
}

fn failure_of(step: u32, errno: i32) -> Option<StartError> {
    let step = Step::from_raw(step)?;
    Some(StartError::new(step, Errno::from_raw_os_error(errno)))
}

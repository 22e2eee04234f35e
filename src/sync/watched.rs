//! How a blocking run learns of the end of its process.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::pipe::{pipe_with, PipeFlags};

use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::number::above_standard;

/// How often to ask where nothing tells.
const PAUSE: Duration = Duration::from_millis(1);

/// The end of one process, which may be still to come.
pub enum End {
    /// Readable once it has come.
    Fd(OwnedFd),
    /// Nothing tells: no fd is left for it.
    Asked,
}

impl End {
    /// By a pidfd. Where there is none, by a pipe whose other end a waiting thread holds.
    pub fn of(process: &Arc<Process>) -> Self {
        let fd = process.pidfd().or_else(|_| wait_by_thread(process));
        fd.map_or(Self::Asked, Self::Fd)
    }

    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Fd(fd) => Some(fd.as_fd()),
            Self::Asked => None,
        }
    }

    /// How long the process may be left alone before it is asked for.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Self::Fd(_) => None,
            Self::Asked => Some(PAUSE),
        }
    }
}

fn wait_by_thread(process: &Arc<Process>) -> Result<OwnedFd, Errno> {
    let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
    let (ours, theirs) = (above_standard(ours)?, above_standard(theirs)?);
    Arc::clone(process).wait_on_a_thread(move |_process| drop(theirs))?;
    Ok(ours)
}

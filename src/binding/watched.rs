//! By what fd the end of a child is heard of, in the epoll set of its environment.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::process::{getrlimit, Resource};

use crate::process::Process;
use crate::sys::epoll::EpollSet;

/// A pidfd below this takes no room that a program would miss.
const SMALL_FD: i32 = 32;

/// By what the end of a child is heard of.
pub enum Watched {
    Pidfd(OwnedFd),
    /// The socket to its keeper.
    Keeper,
}

impl Watched {
    pub fn remove_from(&self, set: &EpollSet, process: &Process) {
        match self {
            Self::Pidfd(pidfd) => set.remove(pidfd.as_fd()),
            Self::Keeper => forget_keeper(set, process),
        }
    }
}

pub fn forget_keeper(set: &EpollSet, process: &Process) {
    if let Some(keeper) = process.keeper() {
        set.remove(keeper.fd());
    }
}

/// One of our own.
pub fn keepers_fd(process: &Process) -> Option<OwnedFd> {
    process.keeper().and_then(|keeper| keeper.readable().ok())
}

/// What is in the set of a child. There is no pidfd where the kernel gives none, and where they would take more than half
/// of the fds that this program may have.
pub fn watched_by(set: &EpollSet, process: &Process, id: u32) -> Option<Watched> {
    if let Some(keeper) = process.keeper() {
        set.add(keeper.fd(), id).ok()?;
        return Some(Watched::Keeper);
    }
    let pidfd = process.pidfd().ok()?;
    let number = pidfd.as_raw_fd();
    if number >= SMALL_FD {
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        u64::try_from(number).ok().filter(|&number| number < limit / 2)?;
    }
    set.add(pidfd.as_fd(), id).ok()?;
    Some(Watched::Pidfd(pidfd))
}

//! A set of fds of which one fd says whether any is readable: epoll(7).

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

use rustix::event::epoll;

use super::errno::Errno;
use crate::spawn::above_standard;

/// Each fd in it has a number of its own.
pub struct EpollSet(OwnedFd);

impl EpollSet {
    /// How many are told of at once.
    pub const BATCH: usize = 64;

    pub fn new() -> Result<Self, Errno> {
        let set = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        above_standard(set).map(Self)
    }

    pub fn add(&self, fd: BorrowedFd<'_>, number: u32) -> Result<(), Errno> {
        let data = epoll::EventData::new_u64(number.into());
        epoll::add(&self.0, fd, data, epoll::EventFlags::IN)
    }

    /// To be called before the fd is closed: a child of somebody else may still hold a copy of it, and then it would
    /// stay in the set.
    pub fn remove(&self, fd: BorrowedFd<'_>) {
        let _ = epoll::delete(&self.0, fd);
    }

    /// The numbers of those that are readable now, at most `BATCH`.
    ///
    /// By epoll_pwait(2), by which an event loop of Node's polls, too.
    pub fn readable(&self) -> Vec<u32> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; Self::BATCH];
        #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
        let room = Self::BATCH as i32;
        // SAFETY: there is room for so many; the time is none, and the signal mask stays.
        let count = unsafe { libc::epoll_pwait(self.0.as_raw_fd(), events.as_mut_ptr(), room, 0, ptr::null()) };
        let count = usize::try_from(count).unwrap_or_default();
        let readable = events.iter().take(count);
        readable.filter_map(|event| u32::try_from(event.u64).ok()).collect()
    }
}

impl AsFd for EpollSet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

//! A set of fds of which one fd says whether any is readable: epoll(7).

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::ptr;

use rustix::event::epoll;

use super::errno::{last_errno, Errno};
use crate::sys::number::above_standard;

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
        self.add_for(fd.as_raw_fd(), libc::POLLIN, number)
    }

    /// `events` are those of poll(2), whose bits are epoll's. `fd` is open as long as it is in the set.
    pub fn add_for(&self, fd: RawFd, events: i16, number: u32) -> Result<(), Errno> {
        let mut event = libc::epoll_event { events: u32::from(events.cast_unsigned()), u64: number.into() };
        // SAFETY: the event is a live one; a number that is no fd is refused.
        let added = unsafe { libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &mut event) };
        if added == 0 {
            Ok(())
        } else {
            Err(last_errno())
        }
    }

    /// To be called before the fd is closed: a child of somebody else may still hold a copy of it, and then it would
    /// stay in the set.
    pub fn remove(&self, fd: BorrowedFd<'_>) {
        let _ = epoll::delete(&self.0, fd);
    }

    /// The numbers of those that are ready and what they are ready for, at most `BATCH`.
    ///
    /// By epoll_pwait(2), by which an event loop of Node's polls, too.
    pub fn wait(&self, milliseconds: i32) -> Result<Vec<(u32, i16)>, Errno> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; Self::BATCH];
        let set = self.0.as_raw_fd();
        #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
        let room = Self::BATCH as i32;
        // SAFETY: there is room for so many, and the signal mask stays.
        let count = unsafe { libc::epoll_pwait(set, events.as_mut_ptr(), room, milliseconds, ptr::null()) };
        let count = usize::try_from(count).map_err(|_| last_errno())?;
        // Both are the kernel's copies of what `add_for` was given.
        #[allow(clippy::cast_possible_truncation)]
        let told = |event: &libc::epoll_event| (event.u64 as u32, (event.events as u16).cast_signed());
        Ok(events.iter().take(count).map(told).collect())
    }
}

impl AsFd for EpollSet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

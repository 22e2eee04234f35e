//! A set of fds that is itself an fd, readable when one of them is: epoll(7).

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

use rustix::event::epoll;

use crate::sys::errno::{last_errno, Errno};
use crate::sys::number::above_standard;

/// The caller knows each fd in it by a number of its own.
pub struct EpollSet(OwnedFd);

impl EpollSet {
    /// The most events of one wait.
    pub const BATCH: usize = 64;

    pub fn new() -> Result<Self, Errno> {
        let set = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        above_standard(set).map(Self)
    }

    pub fn add(&self, fd: BorrowedFd<'_>, number: u32) -> Result<(), Errno> {
        self.add_for(fd, libc::POLLIN, number)
    }

    /// `events` are those of poll(2), whose bits are epoll's.
    pub fn add_for(&self, fd: BorrowedFd<'_>, events: i16, number: u32) -> Result<(), Errno> {
        let events = epoll::EventFlags::from_bits_retain(events.cast_unsigned().into());
        epoll::add(&self.0, fd, epoll::EventData::new_u64(number.into()), events)
    }

    /// To be called before the fd is closed: while a child of somebody else holds a copy of it, it would stay in the
    /// set.
    pub fn remove(&self, fd: BorrowedFd<'_>) {
        let _ = epoll::delete(&self.0, fd);
    }

    /// The numbers of the fds that are ready, and what they are ready for; at most `BATCH`.
    ///
    /// Calls epoll_pwait(2), as the event loop of Node does: no sandbox refuses it.
    pub fn wait(&self, milliseconds: i32) -> Result<Vec<(u32, i16)>, Errno> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; Self::BATCH];
        let set = self.0.as_raw_fd();
        #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
        let room = Self::BATCH as i32;
        // SAFETY: there is room for so many, and the signal mask stays.
        let count = unsafe { libc::epoll_pwait(set, events.as_mut_ptr(), room, milliseconds, ptr::null()) };
        let count = usize::try_from(count).map_err(|_| last_errno())?;
        // Both numbers are what `add_for` was given.
        #[allow(clippy::cast_possible_truncation)]
        let numbered = |event: &libc::epoll_event| (event.u64 as u32, (event.events as u16).cast_signed());
        Ok(events.iter().take(count).map(numbered).collect())
    }
}

impl AsFd for EpollSet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

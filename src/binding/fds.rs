//! What JavaScript needs to do with bare fds: those that come over a channel.

use std::mem::ManuallyDrop;
use std::os::fd::{BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

use napi::bindgen_prelude::Int32Array;
use napi_derive::napi;

use crate::negated;
use crate::sys::poll::has_unread;
use crate::sys::socket::kind_of;

/// dup2(2): makes the fd `target` refer to what `fd` does, and closes `fd`.
#[napi]
pub fn replace_fd(fd: i32, target: i32) -> i32 {
    // SAFETY: JavaScript gives `fd` away and owns `target`, which stays its own.
    let (fd, mut target) = unsafe { (OwnedFd::from_raw_fd(fd), ManuallyDrop::new(OwnedFd::from_raw_fd(target))) };
    rustix::io::dup3(&fd, &mut target, rustix::io::DupFlags::CLOEXEC).map_or_else(negated, |()| 0)
}

/// What an fd refers to: `stream`, `listening`, `datagram` (sockets), `pipe` or `other`.
#[napi]
pub fn fd_kind(fd: i32) -> &'static str {
    // SAFETY: JavaScript owns `fd` and does not run meanwhile.
    kind_of(unsafe { BorrowedFd::borrow_raw(fd) })
}

/// A second fd, close-on-exec, for what `fd` refers to; or a negated error number.
#[napi]
pub fn copy_fd(fd: i32) -> i32 {
    // SAFETY: JavaScript owns `fd` and does not run meanwhile.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    rustix::io::fcntl_dupfd_cloexec(fd, 3).map_or_else(negated, IntoRawFd::into_raw_fd)
}

/// Whether any of these pipes has something to read right now, be it its end if `ends` count.
#[napi]
pub fn any_readable(fds: Int32Array, ends: bool) -> bool {
    fds.iter().filter(|&&fd| fd >= 0).any(|&fd| {
        // SAFETY: JavaScript owns these fds and does not run meanwhile.
        has_unread(unsafe { BorrowedFd::borrow_raw(fd) }, ends)
    })
}

//! System calls on bare fds, which come over a channel or are those of a child's pipes.

use std::mem::ManuallyDrop;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};

use napi::bindgen_prelude::Int32Array;
use napi_derive::napi;

use crate::negated;
use crate::sys::poll::has_unread;
use crate::sys::socket::{self, describe};

/// What an fd refers to, see `sys::socket::Description`.
#[napi(object, object_from_js = false)]
pub struct FdDescription {
    pub family: &'static str,
    #[napi(js_name = "type")]
    pub kind: &'static str,
    pub listening: bool,
}

#[napi]
pub fn describe_fd(fd: i32) -> FdDescription {
    // SAFETY: JavaScript owns `fd` and does not run meanwhile.
    let it = describe(unsafe { BorrowedFd::borrow_raw(fd) });
    FdDescription { family: it.family, kind: it.kind, listening: it.listening }
}

/// close(2). `fs.closeSync()` does not serve: in a worker it warns of an fd that `fs` has not opened.
#[napi]
pub fn close_fd(fd: i32) {
    // SAFETY: JavaScript gives `fd` away.
    drop(unsafe { OwnedFd::from_raw_fd(fd) });
}

/// dup3(2): makes the fd `target` refer to what `fd` does. Returns 0 or a negated error number.
#[napi]
pub fn replace_fd(fd: i32, target: i32) -> i32 {
    // SAFETY: JavaScript owns both, which stay its own, and does not run meanwhile.
    let (fd, mut target) = unsafe { (BorrowedFd::borrow_raw(fd), ManuallyDrop::new(OwnedFd::from_raw_fd(target))) };
    rustix::io::dup3(fd, &mut target, rustix::io::DupFlags::CLOEXEC).map_or_else(negated, |()| 0)
}

/// Ends a stream that others hold open, as `Pipes.endReading`.
#[napi]
pub fn end_reading(fd: i32) -> bool {
    // SAFETY: JavaScript owns `fd` and does not run meanwhile.
    socket::end_reading(unsafe { BorrowedFd::borrow_raw(fd) })
}

/// Whether the other side of a socket writes no more, and can still read.
#[napi]
pub fn is_half_closed(fd: i32) -> bool {
    // SAFETY: the caller's stream owns the fd and is open.
    crate::sys::poll::is_half_closed(unsafe { BorrowedFd::borrow_raw(fd) })
}

/// Whether any of these pipes has something to read now. The end of one counts if `ends` is set.
#[napi]
pub fn any_readable(fds: Int32Array, ends: bool) -> bool {
    fds.iter().filter(|&&fd| fd >= 0).any(|&fd| {
        // SAFETY: JavaScript owns these fds and does not run meanwhile.
        has_unread(unsafe { BorrowedFd::borrow_raw(fd) }, ends)
    })
}

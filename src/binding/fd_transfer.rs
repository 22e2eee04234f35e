//! fds on their way to JavaScript, which has their numbers and does not own them yet.
//!
//! The end of a worker can stop its JavaScript between any two steps. What it has not claimed by then is closed with
//! the thread.

use std::cell::RefCell;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

use napi_derive::napi;

use crate::{negated, Errno};

thread_local! {
    static OFFERED: RefCell<Vec<OwnedFd>> = const { RefCell::new(Vec::new()) };
}

/// Keeps an fd until somebody claims it by its number.
pub fn offer(fd: OwnedFd) -> i32 {
    let number = fd.as_raw_fd();
    OFFERED.with_borrow_mut(|offered| offered.push(fd));
    number
}

/// An fd that was offered on this thread; EBADF for any other.
pub fn claim(fd: i32) -> Result<OwnedFd, Errno> {
    OFFERED.with_borrow_mut(|offered| {
        let index = offered.iter().position(|it| it.as_raw_fd() == fd);
        index.map(|index| offered.swap_remove(index)).ok_or(Errno::BADF)
    })
}

/// Gives an fd that was offered to JavaScript for good. Returns it, or a negated error number.
#[napi]
pub fn take_over(fd: i32) -> i32 {
    claim(fd).map_or_else(negated, IntoRawFd::into_raw_fd)
}

//! fds on their way to JavaScript, which it knows by number and has not taken over yet.
//!
//! The end of a worker can stop its JavaScript between any two steps. What it has not
//! taken over by then is closed with the thread.

use std::cell::RefCell;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

use napi_derive::napi;

use crate::{negated, Errno};

thread_local! {
    static HANDED: RefCell<Vec<OwnedFd>> = const { RefCell::new(Vec::new()) };
}

/// Keeps an fd until somebody takes it over.
pub fn hand(fd: OwnedFd) -> i32 {
    let number = fd.as_raw_fd();
    HANDED.with_borrow_mut(|handed| handed.push(fd));
    number
}

/// One that was handed to this thread; EBADF for any other.
pub fn take(fd: i32) -> Result<OwnedFd, Errno> {
    HANDED.with_borrow_mut(|handed| {
        let place = handed.iter().position(|it| it.as_raw_fd() == fd);
        place.map(|place| handed.swap_remove(place)).ok_or(Errno::BADF)
    })
}

/// Gives an fd that was handed here to JavaScript for good. Returns it, or a negated error number.
#[napi]
pub fn take_over(fd: i32) -> i32 {
    take(fd).map_or_else(negated, IntoRawFd::into_raw_fd)
}

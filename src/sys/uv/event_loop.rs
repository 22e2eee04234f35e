//! What is known of the loop itself (<https://docs.libuv.org/en/v1.x/loop.html>).

use std::ffi::c_void;
use std::os::fd::BorrowedFd;

use super::Functions;
use crate::sys::poll::has_unread;

/// The event loop of a thread, which alone uses this.
pub struct EventLoop {
    functions: &'static Functions,
    raw: *mut c_void,
}

impl EventLoop {
    /// `None` in a program that is not Node.
    ///
    /// # Safety
    /// `raw` must be the `uv_loop_t` of the calling thread, and live as long as this.
    pub unsafe fn new(raw: *mut c_void) -> Option<Self> {
        Functions::get().map(|functions| Self { functions, raw })
    }

    pub fn is(&self, raw: *mut c_void) -> bool {
        self.raw == raw
    }

    /// Whether its poll may wait: nothing else is to be done before. It does not, all the same, where the loop was
    /// told to run without (`UV_RUN_NOWAIT`).
    pub fn would_wait(&self) -> bool {
        // SAFETY: the loop is live.
        unsafe { (self.functions.backend_timeout)(self.raw) != 0 }
    }

    /// Whether its poll would find something. libuv's documentation has this as the use of the loop's fd.
    pub fn has_events(&self) -> bool {
        // SAFETY: the loop is live, and has its fd as long as it is.
        let fd = unsafe { BorrowedFd::borrow_raw((self.functions.backend_fd)(self.raw)) };
        has_unread(fd, true)
    }

    /// Has its timers count from now.
    pub fn update_time(&self) {
        // SAFETY: the loop is live.
        unsafe { (self.functions.update_time)(self.raw) }
    }
}

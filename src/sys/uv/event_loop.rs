//! The loop itself (<https://docs.libuv.org/en/v1.x/loop.html>).

use std::ffi::{c_int, c_void};
use std::os::fd::BorrowedFd;

use crate::sys::poll::has_unread;

unsafe extern "C" {
    fn uv_default_loop() -> *mut c_void;
    fn uv_backend_fd(event_loop: *const c_void) -> c_int;
    fn uv_backend_timeout(event_loop: *const c_void) -> c_int;
    fn uv_update_time(event_loop: *mut c_void);
}

/// The event loop of a thread, which alone uses this.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EventLoop(*mut c_void);

impl EventLoop {
    /// # Safety
    /// `raw` must be the live `uv_loop_t` of the calling thread, and run until all handles that are made by this are
    /// closed.
    pub unsafe fn new(raw: *mut c_void) -> Self {
        Self(raw)
    }

    pub(super) fn raw(self) -> *mut c_void {
        self.0
    }

    /// Whether it is the main thread's. With that one the program ends; others are workers'.
    pub fn is_default(self) -> bool {
        // SAFETY: it only gives a pointer; Node has made the loop long before.
        self.0 == unsafe { uv_default_loop() }
    }

    /// Whether its next poll may wait, since nothing else is to be done. It does not know of a run that never waits
    /// (`UV_RUN_NOWAIT`).
    pub fn would_wait(self) -> bool {
        // SAFETY: the loop is live.
        unsafe { uv_backend_timeout(self.0) != 0 }
    }

    /// Whether its next poll would find an event. libuv's documentation names this use of the loop's fd.
    pub fn has_events(self) -> bool {
        // SAFETY: the loop is live, and has its fd as long as it is.
        let fd = unsafe { BorrowedFd::borrow_raw(uv_backend_fd(self.0)) };
        has_unread(fd, true)
    }

    /// Has its timers count from now.
    pub fn update_time(self) {
        // SAFETY: the loop is live.
        unsafe { uv_update_time(self.0) }
    }
}

//! The moment after the event loop's poll (<https://docs.libuv.org/en/v1.x/check.html>).

use std::ffi::{c_int, c_void};

use super::{on_event, Handle, LoopHandle, OnClosed};
use crate::Errno;

/// `uv_handle_type` of a check handle; fixed by libuv's 1.x ABI.
const UV_CHECK: c_int = 2;

/// Told, on the loop's thread, that all that a poll has found is dealt with.
pub type OnCheck = Box<dyn Fn()>;

/// The moment after the event loop's poll. Does not keep the loop alive. To be used
/// on that loop's thread only.
pub struct Check {
    handle: LoopHandle<OnCheck>,
}

impl Check {
    /// Does nothing yet.
    ///
    /// # Safety
    /// `event_loop` must be the live `uv_loop_t` of the calling thread, and run
    /// until the close is over.
    pub unsafe fn new(event_loop: *mut c_void, on_check: OnCheck) -> Result<Self, Errno> {
        // SAFETY: the loop is the caller's promise.
        let handle = unsafe {
            LoopHandle::new(UV_CHECK, on_check, |functions, handle| {
                (functions.check_init)(event_loop, handle)
            })
        }?;
        handle.keep_alive(false);
        Ok(Self { handle })
    }

    /// Calls from now on in every turn. Of several such handles the one started last
    /// comes first: one that is started during a poll comes before Node's immediates.
    pub fn start(&self) {
        // SAFETY: the handle is live.
        self.handle.with(|functions, handle| unsafe {
            (functions.check_start)(handle, checked);
        });
    }

    /// Calls no more.
    pub fn stop(&self) {
        // SAFETY: the handle is live.
        self.handle.with(|functions, handle| unsafe {
            (functions.check_stop)(handle);
        });
    }

    /// Ends it. The loop calls `on_closed` later.
    pub fn close(&mut self, on_closed: Option<OnClosed>) {
        self.handle.close(on_closed);
    }
}

unsafe extern "C" fn checked(handle: *mut Handle) {
    // SAFETY: the callback of a live LoopHandle<OnCheck>.
    if let Some(on_check) = unsafe { on_event::<OnCheck>(handle) } {
        on_check();
    }
}

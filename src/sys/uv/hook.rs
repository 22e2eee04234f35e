//! The moments before and after the event loop's poll
//! (<https://docs.libuv.org/en/v1.x/prepare.html>, <https://docs.libuv.org/en/v1.x/check.html>).

use std::ffi::{c_int, c_void};

use super::{on_moment, EventLoop, Handle, LoopHandle, OnEvent};
use crate::Errno;

unsafe extern "C" {
    fn uv_prepare_init(event_loop: *mut c_void, handle: *mut Handle) -> c_int;
    fn uv_prepare_start(handle: *mut Handle, callback: OnReached) -> c_int;
    fn uv_prepare_stop(handle: *mut Handle) -> c_int;
    fn uv_check_init(event_loop: *mut c_void, handle: *mut Handle) -> c_int;
    fn uv_check_start(handle: *mut Handle, callback: OnReached) -> c_int;
    fn uv_check_stop(handle: *mut Handle) -> c_int;
}

type OnReached = unsafe extern "C" fn(*mut Handle);

/// A moment in the event loop's turn.
pub struct Moment {
    /// The `uv_handle_type`; fixed by libuv's 1.x ABI.
    kind: c_int,
    init: unsafe extern "C" fn(*mut c_void, *mut Handle) -> c_int,
    start: unsafe extern "C" fn(*mut Handle, OnReached) -> c_int,
    stop: unsafe extern "C" fn(*mut Handle) -> c_int,
}

/// When all else of the turn is done and the poll is next: a prepare handle.
pub static BEFORE_POLL: Moment =
    Moment { kind: 9, init: uv_prepare_init, start: uv_prepare_start, stop: uv_prepare_stop };
/// When all that the poll has found is dealt with: a check handle.
pub static AFTER_POLL: Moment = Moment { kind: 2, init: uv_check_init, start: uv_check_start, stop: uv_check_stop };

/// Something to do at a moment of the event loop's turn. Does not keep the loop alive.
pub struct Hook {
    handle: LoopHandle<()>,
    moment: &'static Moment,
}

impl Hook {
    /// Does nothing yet.
    pub fn new(event_loop: EventLoop, moment: &'static Moment, on_event: OnEvent<()>) -> Result<Self, Errno> {
        // SAFETY: the moment's own type and function.
        let handle =
            unsafe { LoopHandle::new(moment.kind, on_event, |handle| (moment.init)(event_loop.raw(), handle)) }?;
        handle.keep_alive(false);
        Ok(Self { handle, moment })
    }

    /// Calls from now on in every turn. Of several such handles the one started last
    /// comes first: one that is started during a poll comes before Node's immediates.
    pub fn start(&self) {
        // SAFETY: the handle is live.
        unsafe { (self.moment.start)(self.handle.raw, on_moment) };
    }

    /// Calls no more.
    pub fn stop(&self) {
        // SAFETY: the handle is live.
        unsafe { (self.moment.stop)(self.handle.raw) };
    }
}

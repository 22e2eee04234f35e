//! The moments before and after the event loop's poll
//! (<https://docs.libuv.org/en/v1.x/prepare.html>, <https://docs.libuv.org/en/v1.x/check.html>).

use std::ffi::{c_int, c_void};

use super::{on_event, Handle, LoopHandle, OnClosed};
use crate::Errno;

unsafe extern "C" {
    fn uv_prepare_init(event_loop: *mut c_void, handle: *mut Handle) -> c_int;
    fn uv_prepare_start(handle: *mut Handle, reached: Reached) -> c_int;
    fn uv_prepare_stop(handle: *mut Handle) -> c_int;
    fn uv_check_init(event_loop: *mut c_void, handle: *mut Handle) -> c_int;
    fn uv_check_start(handle: *mut Handle, reached: Reached) -> c_int;
    fn uv_check_stop(handle: *mut Handle) -> c_int;
}

type Reached = unsafe extern "C" fn(*mut Handle);

/// What is called, on the loop's thread.
pub type OnMoment = Box<dyn Fn()>;

/// A moment in the event loop's turn.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// When all else of the turn is done: a prepare handle.
    BeforePoll,
    /// When all that a poll has found is dealt with: a check handle.
    AfterPoll,
}

impl Moment {
    /// The `uv_handle_type`; fixed by libuv's 1.x ABI.
    fn kind(self) -> c_int {
        match self {
            Self::BeforePoll => 9,
            Self::AfterPoll => 2,
        }
    }
}

/// Something to do at a moment of the event loop's turn. Does not keep the loop alive. To be used
/// on that loop's thread only.
pub struct Hook {
    handle: LoopHandle<OnMoment>,
    moment: Moment,
}

impl Hook {
    /// Does nothing yet.
    ///
    /// # Safety
    /// `event_loop` must be the live `uv_loop_t` of the calling thread, and run
    /// until the close is over.
    pub unsafe fn new(event_loop: *mut c_void, moment: Moment, on_moment: OnMoment) -> Result<Self, Errno> {
        // SAFETY: the loop is the caller's promise.
        let handle = unsafe {
            LoopHandle::new(moment.kind(), on_moment, |handle| match moment {
                Moment::BeforePoll => uv_prepare_init(event_loop, handle),
                Moment::AfterPoll => uv_check_init(event_loop, handle),
            })
        }?;
        handle.keep_alive(false);
        Ok(Self { handle, moment })
    }

    /// Calls from now on in every turn. Of several such handles the one started last
    /// comes first: one that is started during a poll comes before Node's immediates.
    pub fn start(&self) {
        // SAFETY: the handle is live.
        self.handle.with(|handle| unsafe {
            match self.moment {
                Moment::BeforePoll => uv_prepare_start(handle, reached),
                Moment::AfterPoll => uv_check_start(handle, reached),
            };
        });
    }

    /// Calls no more.
    pub fn stop(&self) {
        // SAFETY: the handle is live.
        self.handle.with(|handle| unsafe {
            match self.moment {
                Moment::BeforePoll => uv_prepare_stop(handle),
                Moment::AfterPoll => uv_check_stop(handle),
            };
        });
    }

    /// Ends it. The loop calls `on_closed` later.
    pub fn close(&mut self, on_closed: Option<OnClosed>) {
        self.handle.close(on_closed);
    }
}

unsafe extern "C" fn reached(handle: *mut Handle) {
    // SAFETY: the callback of a live LoopHandle<OnMoment>.
    let on_moment = unsafe { on_event::<OnMoment>(handle) };
    on_moment();
}

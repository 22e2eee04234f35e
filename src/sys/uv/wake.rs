//! Waking an event loop from another thread (<https://docs.libuv.org/en/v1.x/async.html>). Takes no fd of its own.

use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use super::{on_event, Handle, LoopHandle, OnClosed};
use crate::Errno;

/// `uv_handle_type` of an async handle; fixed by libuv's 1.x ABI.
const UV_ASYNC: c_int = 1;

unsafe extern "C" {
    fn uv_async_init(event_loop: *mut c_void, handle: *mut Handle, woken: Woken) -> c_int;
    fn uv_async_send(handle: *mut Handle) -> c_int;
}

type Woken = unsafe extern "C" fn(*mut Handle);

/// What is called on the loop's thread after one or more wakes.
pub type OnWake = Box<dyn Fn()>;

/// The loop's part. To be used on its thread only. Keeps the loop alive while `keep_alive` says so.
pub struct Wake {
    handle: LoopHandle<OnWake>,
}

impl Wake {
    /// # Safety
    /// `event_loop` must be the live `uv_loop_t` of the calling thread, and run until the close is over.
    pub unsafe fn new(event_loop: *mut c_void, on_wake: OnWake) -> Result<Self, Errno> {
        // SAFETY: the loop is the caller's promise.
        let handle = unsafe { LoopHandle::new(UV_ASYNC, on_wake, |handle| uv_async_init(event_loop, handle, woken)) }?;
        Ok(Self { handle })
    }

    pub fn keep_alive(&self, wanted: bool) {
        self.handle.keep_alive(wanted);
    }

    /// What other threads wake it by; `Waker::disarm` is to be called before the close.
    pub fn waker(&self) -> Waker {
        Waker(Mutex::new(self.handle.raw.map(SendPtr)))
    }

    pub fn close(&mut self, on_closed: Option<OnClosed>) {
        self.handle.close(on_closed);
    }
}

struct SendPtr(NonNull<Handle>);

// SAFETY: all that is done with it is uv_async_send, which any thread may call while the handle is not closing.
unsafe impl Send for SendPtr {}

/// Wakes a loop, from any thread.
pub struct Waker(Mutex<Option<SendPtr>>);

impl Waker {
    /// Whether there is a loop left to be woken.
    pub fn wake(&self) -> bool {
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(SendPtr(handle)) = &*handle else {
            return false;
        };
        // SAFETY: the lock keeps the handle from being closed during the call.
        unsafe { uv_async_send(handle.as_ptr()) };
        true
    }

    /// The handle is about to be closed.
    pub fn disarm(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

unsafe extern "C" fn woken(handle: *mut Handle) {
    // SAFETY: the callback of a live LoopHandle<OnWake>.
    let on_wake = unsafe { on_event::<OnWake>(handle) };
    on_wake();
}

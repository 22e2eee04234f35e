//! Sending values to an event loop from other threads (<https://docs.libuv.org/en/v1.x/async.html>). Takes no fd of its
//! own.

use std::ffi::{c_int, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{on_moment, EventLoop, Handle, LoopHandle, OnEvent};
use crate::Errno;

/// `uv_handle_type` of an async handle; fixed by libuv's 1.x ABI.
const UV_ASYNC: c_int = 1;

unsafe extern "C" {
    fn uv_async_init(event_loop: *mut c_void, handle: *mut Handle, woken: unsafe extern "C" fn(*mut Handle)) -> c_int;
    fn uv_async_send(handle: *mut Handle) -> c_int;
}

/// The loop's part. Keeps the loop alive while `keep_alive` says so.
pub struct Wake<T> {
    handle: LoopHandle<()>,
    waker: Waker<T>,
}

impl<T> Wake<T> {
    /// `on_wake` is called after one or more were sent.
    pub fn new(event_loop: EventLoop, on_wake: OnEvent<()>) -> Result<Self, Errno> {
        let init = |handle| {
            // SAFETY: the memory is that of an async handle.
            unsafe { uv_async_init(event_loop.raw(), handle, on_moment) }
        };
        // SAFETY: the type of an async handle, and its function.
        let handle = unsafe { LoopHandle::new(UV_ASYNC, on_wake, init) }?;
        let sent = Sent { handle: Some(SendPtr(handle.raw)), values: Vec::new() };
        Ok(Self { handle, waker: Waker(Arc::new(Mutex::new(sent))) })
    }

    pub fn keep_alive(&self, wanted: bool) {
        self.handle.keep_alive(wanted);
    }

    /// What other threads wake it by.
    pub fn waker(&self) -> Waker<T> {
        Waker(Arc::clone(&self.waker.0))
    }

    /// What was sent since the last time.
    pub fn received(&self) -> Vec<T> {
        std::mem::take(&mut self.waker.lock().values)
    }
}

impl<T> Drop for Wake<T> {
    fn drop(&mut self) {
        self.waker.lock().handle = None;
    }
}

struct Sent<T> {
    /// Until it is about to be closed.
    handle: Option<SendPtr>,
    values: Vec<T>,
}

struct SendPtr(*mut Handle);

// SAFETY: all that is done with it is uv_async_send, which any thread may call while the handle is not closing.
unsafe impl Send for SendPtr {}

/// Wakes a loop, from any thread.
pub struct Waker<T>(Arc<Mutex<Sent<T>>>);

impl<T> Waker<T> {
    /// Gives whether there is still a loop to receive it.
    pub fn send(&self, value: T) -> bool {
        let mut sent = self.lock();
        let Some(SendPtr(handle)) = sent.handle else {
            return false;
        };
        sent.values.push(value);
        // SAFETY: the lock keeps the handle from being closed during the call.
        unsafe { uv_async_send(handle) };
        true
    }

    fn lock(&self) -> MutexGuard<'_, Sent<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

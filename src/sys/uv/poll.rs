//! An fd watched by the event loop (<https://docs.libuv.org/en/v1.x/poll.html>).

use std::ffi::{c_int, c_void};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use super::{on_event, Handle, LoopHandle, OnClosed};
use crate::Errno;

/// `uv_handle_type` of a poll handle; fixed by libuv's 1.x ABI.
const UV_POLL: c_int = 8;
const UV_READABLE: c_int = 1;
const UV_WRITABLE: c_int = 2;
const UV_DISCONNECT: c_int = 4;

unsafe extern "C" {
    fn uv_poll_init(event_loop: *mut c_void, handle: *mut Handle, fd: c_int) -> c_int;
    fn uv_poll_start(handle: *mut Handle, events: c_int, ready: Ready) -> c_int;
    fn uv_poll_stop(handle: *mut Handle) -> c_int;
}

type Ready = unsafe extern "C" fn(*mut Handle, c_int, c_int);

/// Told, on the loop's thread, whether the fd can be read from and written to. Both, when it has failed.
pub type OnReady = Box<dyn Fn(bool, bool)>;

/// An fd watched by an event loop. To be used on that loop's thread only.
pub struct Poll<F = OwnedFd> {
    handle: LoopHandle<OnReady>,
    fd: Option<F>,
}

impl<F: AsFd> Poll<F> {
    /// Watches nothing yet.
    ///
    /// # Safety
    /// `event_loop` must be the live `uv_loop_t` of the calling thread, and run
    /// until the close is over.
    pub unsafe fn new(event_loop: *mut c_void, fd: F, on_ready: OnReady) -> Result<Self, Errno> {
        // SAFETY: the loop is the caller's promise.
        let handle = unsafe {
            LoopHandle::new(UV_POLL, on_ready, |handle| uv_poll_init(event_loop, handle, fd.as_fd().as_raw_fd()))
        }?;
        Ok(Self { handle, fd: Some(fd) })
    }

    /// The fd, until `close`.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    /// What owns the fd, until `close`.
    pub fn fd_owner(&self) -> Option<&F> {
        self.fd.as_ref()
    }

    /// Watches for these from now on; for none, stops. The end of the stream is readable, too,
    /// and `ended` watches for that alone.
    pub fn watch(&self, readable: bool, writable: bool, ended: bool) {
        let flag = |wanted, event| if wanted { event } else { 0 };
        let events = flag(readable, UV_READABLE) | flag(writable, UV_WRITABLE) | flag(ended, UV_DISCONNECT);
        // SAFETY: the handle is live.
        self.handle.with(|handle| unsafe {
            if events == 0 {
                uv_poll_stop(handle);
            } else {
                uv_poll_start(handle, events, ready);
            }
        });
    }

    /// Whether the loop stays alive for this handle while it watches.
    pub fn keep_alive(&self, wanted: bool) {
        self.handle.keep_alive(wanted);
    }

    /// Ends the watching and lets go of the fd. The loop calls `on_closed` later.
    pub fn close(&mut self, on_closed: Option<OnClosed>) {
        self.handle.close(on_closed);
        // After the loop has let go of its number.
        self.fd = None;
    }

    /// Ends the watching and gives the fd back.
    pub fn release(&mut self) -> Option<F> {
        self.handle.close(None);
        self.fd.take()
    }
}

unsafe extern "C" fn ready(handle: *mut Handle, status: c_int, events: c_int) {
    let failed = status < 0;
    // SAFETY: the callback of a live LoopHandle<OnReady>.
    let on_ready = unsafe { on_event::<OnReady>(handle) };
    on_ready(failed || events & (UV_READABLE | UV_DISCONNECT) != 0, failed || events & UV_WRITABLE != 0);
}

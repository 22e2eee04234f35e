//! An fd watched by the event loop (<https://docs.libuv.org/en/v1.x/poll.html>).

use std::ffi::{c_int, c_void};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use super::{dispatch, EventLoop, Handle, LoopHandle, OnClosed, OnEvent};
use crate::sys::epoll::EpollSet;
use crate::Errno;

/// `uv_handle_type` of a poll handle; fixed by libuv's 1.x ABI.
const UV_POLL: c_int = 8;
const UV_READABLE: c_int = 1;
const UV_WRITABLE: c_int = 2;
const UV_DISCONNECT: c_int = 4;

unsafe extern "C" {
    fn uv_poll_init(event_loop: *mut c_void, handle: *mut Handle, fd: c_int) -> c_int;
    fn uv_poll_start(handle: *mut Handle, events: c_int, ready: OnReady) -> c_int;
    fn uv_poll_stop(handle: *mut Handle) -> c_int;
}

type OnReady = unsafe extern "C" fn(*mut Handle, c_int, c_int);

/// What an fd can be used for now. Both, when it has failed.
#[derive(Clone, Copy)]
pub struct Ready {
    pub readable: bool,
    pub writable: bool,
}

/// An fd watched by an event loop.
pub struct Poll<F = OwnedFd> {
    /// Dropped first: the loop lets go of the number before the fd is closed.
    handle: LoopHandle<Ready>,
    fd: F,
}

impl<F: AsFd> Poll<F> {
    /// Watches nothing yet. Where it cannot be watched, the fd comes back.
    pub fn new(event_loop: EventLoop, fd: F, on_ready: OnEvent<Ready>) -> Result<Self, (Errno, F)> {
        let number = fd.as_fd().as_raw_fd();
        // SAFETY: the type of a poll handle, and its function.
        match unsafe { LoopHandle::new(UV_POLL, on_ready, |handle| uv_poll_init(event_loop.raw(), handle, number)) } {
            Ok(handle) => Ok(Self { handle, fd }),
            Err(errno) => Err((errno, fd)),
        }
    }

    /// What owns the fd.
    pub fn fd(&self) -> &F {
        &self.fd
    }

    /// Watches for these from now on; for none, stops. The end of the stream is readable, too,
    /// and `ended` watches for that alone.
    pub fn watch(&self, readable: bool, writable: bool, ended: bool) {
        let flag = |wanted, event| if wanted { event } else { 0 };
        let events = flag(readable, UV_READABLE) | flag(writable, UV_WRITABLE) | flag(ended, UV_DISCONNECT);
        // SAFETY: the handle is live.
        unsafe {
            if events == 0 {
                uv_poll_stop(self.handle.raw);
            } else {
                uv_poll_start(self.handle.raw, events, ready);
            }
        }
    }

    /// Whether the loop stays alive for this handle while it watches.
    pub fn keep_alive(&self, wanted: bool) {
        self.handle.keep_alive(wanted);
    }

    /// Ends the watching and closes the fd. The loop calls `on_closed` later.
    pub fn close(self, on_closed: OnClosed) {
        self.handle.close(on_closed);
    }

    /// Ends the watching and gives the fd back.
    pub fn release(self) -> F {
        self.fd
    }
}

impl Poll<EpollSet> {
    /// Watches a new set, whose fds are added later. Does not keep the loop alive.
    pub fn of_set(event_loop: EventLoop, on_ready: OnEvent<Ready>) -> Result<Self, Errno> {
        let poll = Self::new(event_loop, EpollSet::new()?, on_ready).map_err(|(errno, _set)| errno)?;
        poll.keep_alive(false);
        poll.watch(true, false, false);
        Ok(poll)
    }
}

unsafe extern "C" fn ready(handle: *mut Handle, status: c_int, events: c_int) {
    let failed = status < 0;
    let readable = failed || events & (UV_READABLE | UV_DISCONNECT) != 0;
    let writable = failed || events & UV_WRITABLE != 0;
    // SAFETY: the callback of a live LoopHandle<Ready>.
    unsafe { dispatch(handle, Ready { readable, writable }) };
}

//! libuv's public handles, for what has to happen on the event loop that runs
//! the JavaScript it is for, at one moment of its turn: no thread in between.
//!
//! The functions are part of Node's exported interface (<https://docs.libuv.org/en/v1.x/handle.html>). A program that
//! does not have them cannot load the addon, and uses its own `child_process`.

mod alarm;
mod event_loop;
mod hook;
mod poll;
mod wake;

pub use alarm::Alarm;
pub use event_loop::EventLoop;
pub use hook::{Hook, AFTER_POLL, BEFORE_POLL};
pub use poll::{Poll, Ready};
pub use wake::Wake;

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;

use super::errno::Errno;

type Handle = c_void;
/// The callback for an event, on the loop's thread.
pub type OnEvent<A> = Box<dyn Fn(A)>;
/// The callback for a handle that the loop has closed.
pub type OnClosed = Box<dyn FnOnce()>;

unsafe extern "C" {
    fn uv_handle_size(kind: c_int) -> usize;
    fn uv_handle_get_data(handle: *const Handle) -> *mut c_void;
    fn uv_handle_set_data(handle: *mut Handle, data: *mut c_void);
    fn uv_ref(handle: *mut Handle);
    fn uv_unref(handle: *mut Handle);
    fn uv_close(handle: *mut Handle, closed: unsafe extern "C" fn(*mut Handle));
}

/// What a handle's data points to, until the handle is closed.
struct HandleData<A> {
    on_event: OnEvent<A>,
    on_closed: Option<OnClosed>,
    memory: Vec<u64>,
}

/// A handle of an event loop, with the callback for its events. To be used on that loop's thread only. When it is
/// dropped it starts to close: the loop ends that in this turn or in the next, and only then its memory is freed.
struct LoopHandle<A> {
    /// In memory that `HandleData` owns.
    raw: *mut Handle,
    on_event: PhantomData<A>,
}

impl<A> LoopHandle<A> {
    /// A handle of the type `kind` (`uv_handle_type`) that `init` makes.
    ///
    /// # Safety
    /// `init` makes a handle of that type of the memory it gets, on an `EventLoop`.
    unsafe fn new(kind: c_int, on_event: OnEvent<A>, init: impl FnOnce(*mut Handle) -> c_int) -> Result<Self, Errno> {
        // SAFETY: the size of a handle type is a plain number.
        let size = unsafe { uv_handle_size(kind) };
        let mut data = Box::new(HandleData {
            on_event,
            on_closed: None,
            // Aligned to 8 bytes, as a handle has to be.
            memory: vec![0; size.div_ceil(8)],
        });
        let raw = data.memory.as_mut_ptr().cast::<Handle>();
        let status = init(raw);
        if status != 0 {
            return Err(Errno::from_raw_os_error(-status));
        }
        // SAFETY: the handle has just been made; `closed` takes the Box back.
        unsafe { uv_handle_set_data(raw, Box::into_raw(data).cast()) };
        Ok(Self { raw, on_event: PhantomData })
    }

    /// Whether the loop stays alive for this handle while it is active.
    fn keep_alive(&self, wanted: bool) {
        // SAFETY: the handle is live.
        unsafe {
            if wanted {
                uv_ref(self.raw);
            } else {
                uv_unref(self.raw);
            }
        }
    }

    /// Closes it, and has `on_closed` called at the end of that.
    fn close(self, on_closed: OnClosed) {
        // SAFETY: the data of a live handle is the HandleData of `new`, of which nobody else refers to this field.
        unsafe { (*uv_handle_get_data(self.raw).cast::<HandleData<A>>()).on_closed = Some(on_closed) };
    }
}

impl<A> Drop for LoopHandle<A> {
    fn drop(&mut self) {
        // SAFETY: the handle is live, and this is its end; `closed` frees its data.
        unsafe { uv_close(self.raw, closed::<A>) };
    }
}

/// Calls `on_event`.
///
/// # Safety
/// Within a callback of a live `LoopHandle<A>` only.
unsafe fn dispatch<A>(handle: *mut Handle, event: A) {
    // SAFETY: the data of a live handle is its HandleData until `closed`, which libuv
    // never calls from within another callback.
    let on_event = unsafe { &(*uv_handle_get_data(handle).cast::<HandleData<A>>()).on_event };
    on_event(event);
}

/// The callback of handles whose events have no content.
unsafe extern "C" fn on_moment(handle: *mut Handle) {
    // SAFETY: the callback of a live LoopHandle<()>.
    unsafe { dispatch(handle, ()) };
}

unsafe extern "C" fn closed<A>(handle: *mut Handle) {
    // SAFETY: the last that libuv does with the handle; its data is the Box that
    // `new` gave away, and the handle's memory goes with it.
    let data = unsafe { Box::from_raw(uv_handle_get_data(handle).cast::<HandleData<A>>()) };
    let on_closed = data.on_closed;
    drop((data.on_event, data.memory));
    if let Some(on_closed) = on_closed {
        on_closed();
    }
}

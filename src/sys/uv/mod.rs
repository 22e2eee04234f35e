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
pub use event_loop::{is_default_loop, EventLoop};
pub use hook::{Hook, Moment};
pub use poll::Poll;
pub use wake::{Wake, Waker};

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::errno::Errno;

type Handle = c_void;
/// What is called when the loop knows nothing of a handle any more.
pub type OnClosed = Box<dyn FnOnce()>;

unsafe extern "C" {
    fn uv_handle_size(kind: c_int) -> usize;
    fn uv_handle_get_data(handle: *const Handle) -> *mut c_void;
    fn uv_handle_set_data(handle: *mut Handle, data: *mut c_void);
    fn uv_ref(handle: *mut Handle);
    fn uv_unref(handle: *mut Handle);
    fn uv_close(handle: *mut Handle, closed: unsafe extern "C" fn(*mut Handle));
}

/// What a handle's data points to, from its start to the end of its close.
struct Held<T> {
    on_event: T,
    on_closed: Option<OnClosed>,
    memory: Vec<u64>,
}

/// A handle of an event loop, and what its events are told to. To be used on that
/// loop's thread only; closed by `close` or when dropped: the loop frees what is left after that.
struct LoopHandle<T> {
    /// In memory that `Held` owns; `None` once closed.
    raw: Option<NonNull<Handle>>,
    on_event: PhantomData<T>,
}

impl<T> LoopHandle<T> {
    /// A handle of the type `kind` (`uv_handle_type`) that `init` makes.
    ///
    /// # Safety
    /// `init` makes a handle of that type of the memory it gets, on the loop of the
    /// calling thread, which runs until the close is over.
    unsafe fn new(kind: c_int, on_event: T, init: impl FnOnce(*mut Handle) -> c_int) -> Result<Self, Errno> {
        // SAFETY: the size of a handle type is a plain number.
        let size = unsafe { uv_handle_size(kind) };
        let mut held = Box::new(Held {
            on_event,
            on_closed: None,
            // Aligned to 8 bytes, as a handle has to be.
            memory: vec![0; size.div_ceil(8)],
        });
        let handle = held.memory.as_mut_ptr().cast::<Handle>();
        let status = init(handle);
        if status != 0 {
            return Err(Errno::from_raw_os_error(-status));
        }
        // SAFETY: the handle has just been made; `closed` takes the Box back.
        unsafe { uv_handle_set_data(handle, Box::into_raw(held).cast()) };
        Ok(Self { raw: NonNull::new(handle), on_event: PhantomData })
    }

    /// Runs `then` with the handle, which is live, unless it is closed.
    fn with(&self, then: impl FnOnce(*mut Handle)) {
        if let Some(raw) = self.raw {
            then(raw.as_ptr());
        }
    }

    /// Whether the loop stays alive for this handle while it is active.
    fn keep_alive(&self, wanted: bool) {
        // SAFETY: the handle is live.
        self.with(|handle| unsafe {
            if wanted {
                uv_ref(handle);
            } else {
                uv_unref(handle);
            }
        });
    }

    /// Ends it, unless that is done. The loop calls `on_closed` when it closes handles, later in this
    /// turn or in the next.
    fn close(&mut self, on_closed: Option<OnClosed>) {
        let Some(handle) = self.raw.take() else {
            return;
        };
        // SAFETY: the handle is live; its data is the Held of `new`, which
        // nobody else refers to while this runs, and `closed` frees.
        unsafe {
            let data = uv_handle_get_data(handle.as_ptr()).cast::<Held<T>>();
            (*data).on_closed = on_closed;
            uv_close(handle.as_ptr(), closed::<T>);
        }
    }
}

impl<T> Drop for LoopHandle<T> {
    fn drop(&mut self) {
        self.close(None);
    }
}

/// What the events of a handle are told to.
///
/// # Safety
/// Within a callback of a live `LoopHandle<T>` only.
unsafe fn on_event<'a, T>(handle: *mut Handle) -> &'a T {
    // SAFETY: the data of a live handle is its Held until `closed`, which libuv
    // never calls from within another callback.
    unsafe { &(*uv_handle_get_data(handle).cast::<Held<T>>()).on_event }
}

unsafe extern "C" fn closed<T>(handle: *mut Handle) {
    // SAFETY: the last that libuv does with the handle; its data is the Box that
    // `new` gave away, and the handle's memory goes with it.
    let held = unsafe { Box::from_raw(uv_handle_get_data(handle).cast::<Held<T>>()) };
    let on_closed = held.on_closed;
    drop((held.on_event, held.memory));
    if let Some(on_closed) = on_closed {
        on_closed();
    }
}

//! libuv's public handles, for what has to happen on the event loop that runs
//! the JavaScript it is for, at one moment of its turn: no thread in between.
//!
//! The functions are part of Node's exported interface
//! (<https://docs.libuv.org/en/v1.x/handle.html>); they are looked up at run time,
//! so that the addon loads in programs that do not have them.

mod alarm;
mod event_loop;
mod hook;
mod poll;
mod wake;

pub use alarm::Alarm;
pub use event_loop::EventLoop;
pub use hook::{Hook, Moment};
pub use poll::Poll;
pub use wake::{Wake, Waker};

use std::ffi::{c_int, c_void, CStr};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::OnceLock;

use super::errno::Errno;

type Handle = c_void;
type PollCallback = unsafe extern "C" fn(*mut Handle, c_int, c_int);
type HookCallback = unsafe extern "C" fn(*mut Handle);
/// What is called when the loop knows nothing of a handle any more.
pub type OnClosed = Box<dyn FnOnce()>;

type CloseCallback = unsafe extern "C" fn(*mut Handle);

/// What a handle for a moment of the loop's turn has.
struct HookFunctions {
    init: unsafe extern "C" fn(*mut c_void, *mut Handle) -> c_int,
    start: unsafe extern "C" fn(*mut Handle, HookCallback) -> c_int,
    stop: unsafe extern "C" fn(*mut Handle) -> c_int,
}

struct Functions {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(*mut c_void, *mut Handle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(*mut Handle, c_int, PollCallback) -> c_int,
    poll_stop: unsafe extern "C" fn(*mut Handle) -> c_int,
    async_init: unsafe extern "C" fn(*mut c_void, *mut Handle, HookCallback) -> c_int,
    async_send: unsafe extern "C" fn(*mut Handle) -> c_int,
    prepare: HookFunctions,
    check: HookFunctions,
    backend_fd: unsafe extern "C" fn(*const c_void) -> c_int,
    backend_timeout: unsafe extern "C" fn(*const c_void) -> c_int,
    update_time: unsafe extern "C" fn(*mut c_void),
    close: unsafe extern "C" fn(*mut Handle, CloseCallback),
    reference: unsafe extern "C" fn(*mut Handle),
    unreference: unsafe extern "C" fn(*mut Handle),
    get_data: unsafe extern "C" fn(*const Handle) -> *mut c_void,
    set_data: unsafe extern "C" fn(*mut Handle, *mut c_void),
}

impl Functions {
    fn get() -> Option<&'static Self> {
        static FUNCTIONS: OnceLock<Option<Functions>> = OnceLock::new();
        FUNCTIONS.get_or_init(Self::look_up).as_ref()
    }

    // The types are the fields'.
    #[allow(clippy::missing_transmute_annotations)]
    fn look_up() -> Option<Self> {
        // SAFETY: the types are those of libuv's documentation for these names.
        unsafe {
            Some(Self {
                handle_size: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_handle_size")?),
                poll_init: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_poll_init")?),
                poll_start: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_poll_start")?),
                poll_stop: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_poll_stop")?),
                async_init: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_async_init")?),
                async_send: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_async_send")?),
                prepare: HookFunctions {
                    init: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_prepare_init")?),
                    start: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_prepare_start")?),
                    stop: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_prepare_stop")?),
                },
                check: HookFunctions {
                    init: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_check_init")?),
                    start: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_check_start")?),
                    stop: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_check_stop")?),
                },
                backend_fd: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_backend_fd")?),
                backend_timeout: std::mem::transmute::<NonNull<c_void>, _>(symbol(
                    c"uv_backend_timeout",
                )?),
                update_time: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_update_time")?),
                close: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_close")?),
                reference: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_ref")?),
                unreference: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_unref")?),
                get_data: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_handle_get_data")?),
                set_data: std::mem::transmute::<NonNull<c_void>, _>(symbol(c"uv_handle_set_data")?),
            })
        }
    }
}

fn symbol(name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: a lookup by name among what the program has loaded.
    NonNull::new(unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) })
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
    functions: &'static Functions,
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
    unsafe fn new(
        kind: c_int,
        on_event: T,
        init: impl FnOnce(&Functions, *mut Handle) -> c_int,
    ) -> Result<Self, Errno> {
        let functions = Functions::get().ok_or(Errno::from_raw(libc::ENOSYS))?;
        // SAFETY: the size of a handle type is a plain number.
        let size = unsafe { (functions.handle_size)(kind) };
        let mut held = Box::new(Held {
            on_event,
            on_closed: None,
            // Aligned to 8 bytes, as a handle has to be.
            memory: vec![0; size.div_ceil(8)],
        });
        let handle = held.memory.as_mut_ptr().cast::<Handle>();
        let status = init(functions, handle);
        if status != 0 {
            return Err(Errno::from_raw(-status));
        }
        // SAFETY: the handle has just been made; `closed` takes the Box back.
        unsafe { (functions.set_data)(handle, Box::into_raw(held).cast()) };
        Ok(Self {
            functions,
            raw: NonNull::new(handle),
            on_event: PhantomData,
        })
    }

    /// Runs `then` with the handle, which is live, unless it is closed.
    fn with(&self, then: impl FnOnce(&Functions, *mut Handle)) {
        if let Some(raw) = self.raw {
            then(self.functions, raw.as_ptr());
        }
    }

    /// Whether the loop stays alive for this handle while it is active.
    fn keep_alive(&self, wanted: bool) {
        // SAFETY: the handle is live.
        self.with(|functions, handle| unsafe {
            if wanted {
                (functions.reference)(handle);
            } else {
                (functions.unreference)(handle);
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
            let data = (self.functions.get_data)(handle.as_ptr()).cast::<Held<T>>();
            (*data).on_closed = on_closed;
            (self.functions.close)(handle.as_ptr(), closed::<T>);
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
unsafe fn on_event<'a, T>(handle: *mut Handle) -> Option<&'a T> {
    // SAFETY: the data of a live handle is its Held until `closed`, which libuv
    // never calls from within another callback.
    Functions::get()
        .map(|functions| unsafe { &(*(functions.get_data)(handle).cast::<Held<T>>()).on_event })
}

unsafe extern "C" fn closed<T>(handle: *mut Handle) {
    if let Some(functions) = Functions::get() {
        // SAFETY: the last that libuv does with the handle; its data is the Box that
        // `new` gave away, and the handle's memory goes with it.
        let held = unsafe { Box::from_raw((functions.get_data)(handle).cast::<Held<T>>()) };
        let on_closed = held.on_closed;
        drop((held.on_event, held.memory));
        if let Some(on_closed) = on_closed {
            on_closed();
        }
    }
}

//! libuv's public poll handle, so that an fd is watched by the event loop that
//! runs the JavaScript it is for: no thread in between.
//!
//! The functions are part of Node's exported interface
//! (<https://docs.libuv.org/en/v1.x/poll.html>); they are looked up at run time,
//! so that the addon loads in programs that do not have them.

use std::ffi::{c_int, c_void, CStr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::OnceLock;

use super::errno::Errno;

type Handle = c_void;
type PollCallback = unsafe extern "C" fn(*mut Handle, c_int, c_int);
type CloseCallback = unsafe extern "C" fn(*mut Handle);

/// `uv_handle_type` of a poll handle; fixed by libuv's 1.x ABI.
const UV_POLL: c_int = 8;
const UV_READABLE: c_int = 1;
const UV_WRITABLE: c_int = 2;
const UV_DISCONNECT: c_int = 4;

struct Functions {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(*mut c_void, *mut Handle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(*mut Handle, c_int, PollCallback) -> c_int,
    poll_stop: unsafe extern "C" fn(*mut Handle) -> c_int,
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

/// Whether this program has libuv's poll handles.
pub fn available() -> bool {
    Functions::get().is_some()
}

/// Told, on the loop's thread, whether the fd can be read from and written to. Both, when it has failed.
pub type OnReady = Box<dyn Fn(bool, bool)>;
/// Told, on the loop's thread, that the loop knows nothing of the handle any more.
pub type OnClosed = Box<dyn FnOnce()>;

/// What the handle's data points to, from its start to the end of its close.
struct Watched {
    on_ready: OnReady,
    on_closed: Option<OnClosed>,
    memory: Vec<u64>,
}

/// An fd watched by an event loop. To be used on that loop's thread only, and
/// closed by `close`: the loop frees what is left after that.
pub struct Poll {
    functions: &'static Functions,
    /// In memory that `Watched` owns; `None` once closed.
    handle: Option<NonNull<Handle>>,
    fd: Option<OwnedFd>,
}

impl Poll {
    /// Watches nothing yet.
    ///
    /// # Safety
    /// `event_loop` must be the live `uv_loop_t` of the calling thread, and run
    /// until it has called `on_closed`.
    pub unsafe fn new(
        event_loop: *mut c_void,
        fd: OwnedFd,
        on_ready: OnReady,
    ) -> Result<Self, Errno> {
        let functions = Functions::get().ok_or(Errno::from_raw(libc::ENOSYS))?;
        // SAFETY: the size of a handle type is a plain number.
        let size = unsafe { (functions.handle_size)(UV_POLL) };
        let mut watched = Box::new(Watched {
            on_ready,
            on_closed: None,
            memory: vec![0; size.div_ceil(8)],
        });
        let handle = watched.memory.as_mut_ptr().cast::<Handle>();
        // SAFETY: the handle's memory is large enough, aligned to 8 bytes and
        // lives in `watched`; the loop is the caller's promise.
        let status = unsafe { (functions.poll_init)(event_loop, handle, fd.as_raw_fd()) };
        if status != 0 {
            return Err(Errno::from_raw(-status));
        }
        // SAFETY: the handle has just been made; `closed` takes the Box back.
        unsafe { (functions.set_data)(handle, Box::into_raw(watched).cast()) };
        Ok(Self {
            functions,
            handle: NonNull::new(handle),
            fd: Some(fd),
        })
    }

    /// The fd, until `close`.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    /// Watches for these from now on; for none, stops. The end of the stream is readable, too,
    /// and `ended` watches for that alone.
    pub fn watch(&self, readable: bool, writable: bool, ended: bool) {
        let Some(handle) = self.handle else { return };
        let flag = |wanted, event| if wanted { event } else { 0 };
        let events =
            flag(readable, UV_READABLE) | flag(writable, UV_WRITABLE) | flag(ended, UV_DISCONNECT);
        // SAFETY: the handle is live until `close`.
        unsafe {
            if events == 0 {
                (self.functions.poll_stop)(handle.as_ptr());
            } else {
                (self.functions.poll_start)(handle.as_ptr(), events, ready);
            }
        }
    }

    /// Whether the loop stays alive for this handle while it watches.
    pub fn keep_alive(&self, wanted: bool) {
        let Some(handle) = self.handle else { return };
        // SAFETY: the handle is live until `close`.
        unsafe {
            if wanted {
                (self.functions.reference)(handle.as_ptr());
            } else {
                (self.functions.unreference)(handle.as_ptr());
            }
        }
    }

    /// Ends the watching and closes the fd. `on_closed` is called later, by the loop.
    pub fn close(&mut self, on_closed: OnClosed) {
        let Some(handle) = self.handle.take() else {
            return;
        };
        // SAFETY: the handle is live; its data is the Watched of `new`, which
        // nobody else refers to while this runs, and `closed` frees.
        unsafe {
            let data = (self.functions.get_data)(handle.as_ptr()).cast::<Watched>();
            (*data).on_closed = Some(on_closed);
            (self.functions.poll_stop)(handle.as_ptr());
            (self.functions.close)(handle.as_ptr(), closed);
        }
        // After the loop has let go of its number.
        self.fd = None;
    }
}

unsafe extern "C" fn ready(handle: *mut Handle, status: c_int, events: c_int) {
    let Some(functions) = Functions::get() else {
        return;
    };
    // SAFETY: libuv calls this for live handles only, and their data is a
    // Watched until `closed`, which libuv never calls from within this.
    unsafe {
        let data = (functions.get_data)(handle).cast::<Watched>();
        let failed = status < 0;
        ((*data).on_ready)(
            failed || events & (UV_READABLE | UV_DISCONNECT) != 0,
            failed || events & UV_WRITABLE != 0,
        );
    }
}

unsafe extern "C" fn closed(handle: *mut Handle) {
    let Some(functions) = Functions::get() else {
        return;
    };
    // SAFETY: the last that libuv does with the handle; its data is the Box that
    // `new` gave away, and the handle's memory goes with it.
    let mut watched = unsafe { Box::from_raw((functions.get_data)(handle).cast::<Watched>()) };
    if let Some(on_closed) = watched.on_closed.take() {
        on_closed();
    }
}

//! The floor of an asynchronous start in Node: `posix_spawn(3)`, one handle of the event loop for the end of the child, and
//! one call into JavaScript with its status and what it has written. No options, no streams, no object for the child.
//! `children/node-floor.js` makes of it what the workloads call.

mod posix;

use std::ffi::{c_int, c_void};
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use napi::bindgen_prelude::*;
use napi::sys;
use posix::Child;
use rustix::process::{pidfd_open, Pid, PidfdFlags};

// <https://docs.libuv.org/en/v1.x/poll.html>
extern "C" {
    fn uv_poll_init(event_loop: *mut c_void, handle: *mut c_void, fd: c_int) -> c_int;
    fn uv_poll_start(handle: *mut c_void, events: c_int, ready: Ready) -> c_int;
    fn uv_close(handle: *mut c_void, closed: unsafe extern "C" fn(*mut c_void));
}

type Ready = unsafe extern "C" fn(*mut c_void, c_int, c_int);
type OnEnd = FunctionRef<FnArgs<(i32, String)>, Unknown<'static>>;

const READABLE: c_int = 1;

/// Begins with the handle, so that their addresses are the same.
#[repr(C)]
struct Running {
    /// More than a `uv_poll_t` takes.
    handle: [u64; 64],
    pidfd: OwnedFd,
    child: Option<Child>,
    env: Env,
    on_end: OnEnd,
}

/// Starts a program with its arguments. `onEnd` gets its status as waitpid(2) has it, and its output.
#[napi_derive::napi]
pub fn start(
    env: Env,
    command: Vec<String>,
    on_end: Function<'_, FnArgs<(i32, String)>, Unknown<'static>>,
) -> Result<()> {
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let child = Child::start(&command);
    let pid = Pid::from_raw(child.pid).expect("a pid");
    let running = Box::leak(Box::new(Running {
        handle: [0; 64],
        pidfd: pidfd_open(pid, PidfdFlags::empty()).expect("pidfd_open"),
        child: Some(child),
        env,
        on_end: on_end.create_ref()?,
    }));
    let fd = running.pidfd.as_raw_fd();
    let handle = ptr::from_mut(running).cast();
    // SAFETY: the memory is the handle's until `closed`; the loop is this thread's.
    unsafe {
        assert_eq!(uv_poll_init(env.get_uv_event_loop()?.cast(), handle, fd), 0);
        uv_poll_start(handle, READABLE, ready);
    }
    Ok(())
}

unsafe extern "C" fn ready(handle: *mut c_void, _status: c_int, _events: c_int) {
    // SAFETY: what `start` has made, and nobody else refers to it now.
    let running = unsafe { &mut *handle.cast::<Running>() };
    let (status, output) = running.child.take().expect("it is ready once").end();
    // SAFETY: the handle is live until `closed`.
    unsafe { uv_close(handle, closed) };
    let _ = tell(running, status, String::from_utf8_lossy(&output).into_owned());
}

/// As the event loop calls: ticks and microtasks run after it.
fn tell(running: &Running, status: c_int, output: String) -> Result<()> {
    let env = running.env.raw();
    let (mut scope, mut resource, mut returned) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the environment is alive, and all values are of the scope opened here.
    unsafe {
        sys::napi_open_handle_scope(env, &mut scope);
        sys::napi_create_object(env, &mut resource);
        let on_end = running.on_end.borrow_back(&running.env)?;
        let values = [i32::to_napi_value(env, status)?, String::to_napi_value(env, output)?];
        let function = napi::JsValue::raw(&on_end);
        sys::napi_make_callback(env, ptr::null_mut(), resource, function, values.len(), values.as_ptr(), &mut returned);
        sys::napi_close_handle_scope(env, scope);
    }
    Ok(())
}

unsafe extern "C" fn closed(handle: *mut c_void) {
    // SAFETY: made by Box::leak in `start`, and the loop knows nothing of it any more.
    drop(unsafe { Box::from_raw(handle.cast::<Running>()) });
}

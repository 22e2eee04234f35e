//! The end of an environment (a worker's, the program's), which must not find
//! handles of ours in its event loop.

use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};

type Close = Rc<dyn Fn()>;

/// By this an environment that is torn down calls for a close, and waits until
/// this is dropped.
pub struct TeardownHook {
    hook: sys::napi_async_cleanup_hook_handle,
    close: *mut Close,
}

impl TeardownHook {
    /// `close` is called, if at all, on the environment's thread.
    pub fn add(env: &Env, close: impl Fn() + 'static) -> Result<Self> {
        let close: *mut Close = Box::into_raw(Box::new(Rc::new(close)));
        let mut hook = ptr::null_mut();
        let (raw, then) = (env.raw(), Some(environment_ends as _));
        // SAFETY: the argument lives until the hook is removed; see `drop`.
        check_status!(unsafe { sys::napi_add_async_cleanup_hook(raw, then, close.cast(), &mut hook) })?;
        Ok(Self { hook, close })
    }
}

impl Drop for TeardownHook {
    fn drop(&mut self) {
        // SAFETY: both were made in `add`, and this is their only end.
        unsafe {
            sys::napi_remove_async_cleanup_hook(self.hook);
            drop(Box::from_raw(self.close));
        }
    }
}

unsafe extern "C" fn environment_ends(_hook: sys::napi_async_cleanup_hook_handle, close: *mut c_void) {
    // SAFETY: the Box made in `add`, which goes only with the hook.
    let close = Rc::clone(unsafe { &*close.cast::<Close>() });
    // Where there is nothing to wait for, the hook and its Box go inside of this.
    close();
}

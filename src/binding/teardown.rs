//! The end of an environment (a worker's, the program's). It must find no handle of ours in its event loop.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};

use crate::sys::uv::OnEvent;

type OnEnd = Rc<dyn Fn()>;

/// Belongs to what owns handles of the event loop. An environment that ends calls it to have them closed, and waits
/// until they are.
#[derive(Default)]
pub struct Teardown(RefCell<Option<Rc<CleanupHook>>>);

impl Teardown {
    /// Has `end` called, if at all, on the environment's thread. It drops the handles and calls `release`.
    pub fn begin<T: 'static>(&self, env: &Env, owner: &Rc<T>, end: fn(&T)) -> Result<()> {
        let owner = Rc::downgrade(owner);
        let on_end: OnEnd = Rc::new(move || {
            if let Some(owner) = owner.upgrade() {
                end(&owner);
            }
        });
        self.0.replace(Some(Rc::new(CleanupHook::add(env, on_end)?)));
        Ok(())
    }

    /// A callback for the events of a handle: calls `then` as long as there is an owner. The environment waits for the
    /// handle.
    pub fn on_event<T: 'static, A>(&self, owner: &Rc<T>, then: impl Fn(&Rc<T>, A) + 'static) -> OnEvent<A> {
        let (owner, hook) = (Rc::downgrade(owner), self.0.borrow().clone());
        Box::new(move |event| {
            // The loop drops this function, and the hook with it, when the handle is closed.
            let _hook = &hook;
            if let Some(owner) = owner.upgrade() {
                then(&owner, event);
            }
        })
    }

    /// No more handles will be made.
    pub fn release(&self) {
        self.0.take();
    }
}

struct CleanupHook {
    handle: sys::napi_async_cleanup_hook_handle,
    on_end: *mut OnEnd,
}

impl CleanupHook {
    fn add(env: &Env, on_end: OnEnd) -> Result<Self> {
        let on_end = Box::into_raw(Box::new(on_end));
        let mut handle = ptr::null_mut();
        let (raw, then) = (env.raw(), Some(on_environment_end as _));
        // SAFETY: the argument lives until the hook is removed; see `drop`.
        check_status!(unsafe { sys::napi_add_async_cleanup_hook(raw, then, on_end.cast(), &mut handle) })?;
        Ok(Self { handle, on_end })
    }
}

impl Drop for CleanupHook {
    fn drop(&mut self) {
        // SAFETY: both were made in `add`, and this is their only end.
        unsafe {
            sys::napi_remove_async_cleanup_hook(self.handle);
            drop(Box::from_raw(self.on_end));
        }
    }
}

unsafe extern "C" fn on_environment_end(_hook: sys::napi_async_cleanup_hook_handle, on_end: *mut c_void) {
    // SAFETY: the Box made in `add`, which goes only with the hook.
    let on_end = Rc::clone(unsafe { &*on_end.cast::<OnEnd>() });
    // Where there is no handle to wait for, this drops the hook and the Box.
    on_end();
}

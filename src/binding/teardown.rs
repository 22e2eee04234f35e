//! The end of an environment (a worker's, the program's), which must not find
//! handles of ours in its event loop.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};

use crate::sys::uv::OnEvent;

type End = Rc<dyn Fn()>;

/// Belongs to the owner of handles of the event loop. By this an environment that ends calls for their close, and waits
/// until they are closed.
#[derive(Default)]
pub struct Teardown(RefCell<Option<Rc<Hook>>>);

impl Teardown {
    /// Has `end` called, if at all, on the environment's thread. It drops the handles and calls `release`.
    pub fn begin<T: 'static>(&self, env: &Env, owner: &Rc<T>, end: fn(&T)) -> Result<()> {
        let owner = Rc::downgrade(owner);
        let end: End = Rc::new(move || {
            if let Some(owner) = owner.upgrade() {
                end(&owner);
            }
        });
        self.0.replace(Some(Rc::new(Hook::add(env, end)?)));
        Ok(())
    }

    /// What a handle's events are told to: `then`, as long as there is an owner. The environment waits for that handle.
    pub fn on_event<T: 'static, A>(&self, owner: &Rc<T>, then: impl Fn(&Rc<T>, A) + 'static) -> OnEvent<A> {
        let (owner, hook) = (Rc::downgrade(owner), self.0.borrow().clone());
        Box::new(move |event| {
            // It goes with this function, when the handle is closed.
            let _hook = &hook;
            if let Some(owner) = owner.upgrade() {
                then(&owner, event);
            }
        })
    }

    /// There will be no more handles.
    pub fn release(&self) {
        self.0.take();
    }
}

struct Hook {
    handle: sys::napi_async_cleanup_hook_handle,
    end: *mut End,
}

impl Hook {
    fn add(env: &Env, end: End) -> Result<Self> {
        let end = Box::into_raw(Box::new(end));
        let mut handle = ptr::null_mut();
        let (raw, then) = (env.raw(), Some(environment_ends as _));
        // SAFETY: the argument lives until the hook is removed; see `drop`.
        check_status!(unsafe { sys::napi_add_async_cleanup_hook(raw, then, end.cast(), &mut handle) })?;
        Ok(Self { handle, end })
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // SAFETY: both were made in `add`, and this is their only end.
        unsafe {
            sys::napi_remove_async_cleanup_hook(self.handle);
            drop(Box::from_raw(self.end));
        }
    }
}

unsafe extern "C" fn environment_ends(_hook: sys::napi_async_cleanup_hook_handle, end: *mut c_void) {
    // SAFETY: the Box made in `add`, which goes only with the hook.
    let end = Rc::clone(unsafe { &*end.cast::<End>() });
    // Where there is nothing to wait for, the hook and its Box go inside of this.
    end();
}

//! The event loop, and calling JavaScript from it, where no JavaScript is on the stack.

use std::cell::RefCell;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{check_status, sys, JsValue};
use napi_derive::napi;

use crate::sys::uv::EventLoop;

/// A JavaScript function, whatever it takes.
pub type AnyFunction<'a> = Function<'a, Unknown<'static>, Unknown<'static>>;

/// A JavaScript function to call until it is forgotten.
pub struct Callback {
    env: Env,
    function: RefCell<Option<Rc<FunctionRef<Unknown<'static>, Unknown<'static>>>>>,
}

impl Callback {
    pub fn new(env: Env, function: &AnyFunction<'_>) -> Result<Self> {
        Ok(Self { env, function: RefCell::new(Some(Rc::new(function.create_ref()?))) })
    }

    /// Calls it from the event loop. `arguments` makes the values; it runs in a handle scope that ends with the call.
    pub fn call(&self, arguments: impl FnOnce(&Env) -> Result<Vec<sys::napi_value>>) {
        // Nothing stays borrowed: JavaScript may cause `forget` from inside the call.
        let function = self.function.borrow().clone();
        if let Some(function) = function {
            call_from_loop(self.env, &function, arguments);
        }
    }

    pub fn forget(&self) {
        self.function.take();
    }
}

/// The event loop of an environment, which is the calling thread's.
pub fn event_loop_of(env: &Env) -> Result<EventLoop> {
    let event_loop = env.get_uv_event_loop()?;
    // SAFETY: it is live as long as its environment, and that waits for every handle that we make: its owner has a
    // `Teardown`.
    Ok(unsafe { EventLoop::new(event_loop.cast()) })
}

/// A JavaScript value, to be used in the handle scope that is open now.
pub fn value<T: ToNapiValue>(env: &Env, value: T) -> Result<sys::napi_value> {
    // SAFETY: the environment is alive, or there were no `Env` to call this with.
    unsafe { T::to_napi_value(env.raw(), value) }
}

/// Raises an uncaught exception, now and in the async context of the caller.
#[napi]
pub fn raise(env: Env, error: Unknown<'_>) -> Result<()> {
    // SAFETY: a live value of this environment, whose thread this is.
    check_status!(unsafe { sys::napi_fatal_exception(env.raw(), error.raw()) })
}

/// Calls a function as the event loop does: ticks and microtasks run after it,
/// and what it throws is an uncaught exception.
fn call_from_loop(
    env: Env,
    function: &FunctionRef<Unknown<'static>, Unknown<'static>>,
    arguments: impl FnOnce(&Env) -> Result<Vec<sys::napi_value>>,
) {
    let raw = env.raw();
    let mut scope = ptr::null_mut();
    // SAFETY: this is the environment's thread (the loop's), and the scope is
    // closed below, after the last use of the values made in it.
    if unsafe { sys::napi_open_handle_scope(raw, &mut scope) } != sys::Status::napi_ok {
        return;
    }
    if let (Ok(function), Ok(values)) = (function.borrow_back(&env), arguments(&env)) {
        // Node takes this object for the async resource of the call. The global object would not do: Node would enter a
        // `domain` that it finds there, as the REPL has one.
        let mut resource = ptr::null_mut();
        let mut returned = ptr::null_mut();
        // SAFETY: all values are of this environment and of the scope just opened.
        unsafe {
            sys::napi_create_object(raw, &mut resource);
            let status = sys::napi_make_callback(
                raw,
                ptr::null_mut(),
                resource,
                function.raw(),
                values.len(),
                values.as_ptr(),
                &mut returned,
            );
            if status == sys::Status::napi_pending_exception {
                let mut thrown = ptr::null_mut();
                sys::napi_get_and_clear_last_exception(raw, &mut thrown);
                sys::napi_fatal_exception(raw, thrown);
            }
        }
    }
    // SAFETY: the scope opened above.
    unsafe { sys::napi_close_handle_scope(raw, scope) };
}

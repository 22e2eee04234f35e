//! One environment's children: starting them, signalling them, hearing of their end.

use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::callback::AnyFunction;
use super::ends::Ends;
use super::fd_transfer::offer;
use super::request::{stdio_kinds, StartRequest};
use crate::negated;
use crate::spawn::{make_pipes, start, StartError, Step};

/// What stands for an error number where this system makes no such process at all: the built-in is to be asked.
/// Beyond the kernel's error numbers, which end at 4095.
#[napi]
pub const CLONE_REFUSED: i32 = -4096;

/// Whether children share our memory until their exec; `false` before the first start, too. For `forkless doctor`.
#[napi]
pub fn shares_memory() -> bool {
    crate::spawn::shares_memory()
}

/// The children of one JavaScript environment, which knows each by a number.
///
/// A child is no object of its own: the collector would end such a one by an immediate, which
/// `process.getActiveResourcesInfo()` shows.
#[napi]
pub struct Children {
    ends: Rc<Ends>,
}

#[napi]
impl Children {
    /// `onExit(id, exitCode, signal)` is called once for each child that started.
    #[napi(constructor, ts_args_type = "onExit: (id: number, exitCode: number, signal: number) => void")]
    pub fn new(env: Env, on_exit: AnyFunction<'_>) -> Result<Self> {
        Ok(Self { ends: Ends::new(env, &on_exit)? })
    }

    /// Starts a child and waits until it runs its program. `stdio` has an entry for each of its fds, as in `request.rs`,
    /// and holds our ends of the pipes afterwards (-1 where there is none), also of a start that failed.
    ///
    /// Returns the process id, or the negated error number of a start that failed; then the child is reaped and `onExit`
    /// not called. -4096: the system refuses such processes.
    #[napi]
    pub fn start(&self, id: u32, request: StartRequest, mut stdio: Int32Array) -> i32 {
        // SAFETY: JavaScript is not running, so nobody else looks at the array.
        let stdio = unsafe { stdio.as_mut() };
        self.try_start(id, request, stdio).map_or_else(|error| error_number(&error), u32::cast_signed)
    }

    fn try_start(&self, id: u32, request: StartRequest, stdio: &mut [i32]) -> std::result::Result<u32, StartError> {
        let kinds = stdio_kinds(stdio);
        stdio.fill(-1);
        let pipes = make_pipes(&kinds, request.buffers()).map_err(StartError::before_clone)?;
        self.ends.listen().map_err(StartError::before_clone)?;
        let started = start(request.into_command().stdio(pipes.theirs));
        if !started.as_ref().is_err_and(StartError::is_refusal) {
            for (index, fd) in pipes.ours {
                stdio[index] = offer(fd);
            }
        }
        let watched = self.ends.watch(id, started?);
        watched.map_err(|errno| StartError { step: Step::Watch, errno })
    }

    /// Sends a signal to a child that has started; one that has ended takes it without effect.
    /// Returns 0 or a negated error number.
    #[napi]
    pub fn kill(&self, id: u32, signal: i32) -> i32 {
        let sent = self.ends.signal(id, signal);
        sent.map_or_else(negated, |()| 0)
    }

    /// Lets the children keep the event loop alive: until this is called, and after `unref()`, they do not.
    #[napi(js_name = "ref")]
    pub fn reference(&self) {
        self.ends.keep_alive(true);
    }

    /// Lets the event loop end in spite of the children.
    #[napi(js_name = "unref")]
    pub fn unreference(&self) {
        self.ends.keep_alive(false);
    }
}

/// What JavaScript is told of a start that failed.
pub fn error_number(error: &StartError) -> i32 {
    if error.is_refusal() {
        CLONE_REFUSED
    } else {
        negated(error.errno)
    }
}

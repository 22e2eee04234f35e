//! One environment's children: starting them, signalling them, hearing of their end.

use std::cell::RefCell;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::callback::AnyFunction;
use super::ends::Ends;
use super::fd_transfer::offer;
use super::request::{duration, stdio_kinds, StartCause, StartRequest};
use crate::spawn::{keeper_availability, make_pipes, start, Cause, StartError, Step};
use crate::sys::tree::{self, Descendant};
use crate::{negated, Errno};

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
    /// Why the last start failed.
    cause: RefCell<Option<Cause>>,
}

#[napi]
impl Children {
    /// `onExit(id, exitCode, signal, forced, timedOut)` is called once for each child that started. `usage` has what the child has used
    /// then, 17 numbers in the order of getrusage(2) and our own peak at the start, NaN where one is not known. `onGone(id)` is called after it when nobody
    /// is left of what the keeper of a child has kept.
    #[napi(
        constructor,
        ts_args_type = "onExit: (id: number, exitCode: number, signal: number, forced: boolean, timedOut: boolean) => void, onGone: (id: number) => void, usage: Float64Array"
    )]
    pub fn new(env: Env, on_exit: AnyFunction<'_>, on_gone: AnyFunction<'_>, usage: Float64Array) -> Result<Self> {
        Ok(Self { ends: Ends::new(env, &on_exit, &on_gone, usage)?, cause: RefCell::default() })
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
        match self.try_start(id, request, stdio) {
            Ok(pid) => pid.cast_signed(),
            Err(error) => {
                let number = error_number(&error);
                *self.cause.borrow_mut() = error.cause;
                number
            }
        }
    }

    /// Why the last start that failed did, once; nothing where it was the program.
    #[napi]
    pub fn take_cause(&self) -> Option<StartCause> {
        self.cause.take().map(StartCause::new)
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
        watched.map_err(|errno| StartError::new(Step::Watch, errno))
    }

    /// Sends a signal to a child that has started; one that has ended takes it without effect.
    /// Returns 0 or a negated error number.
    #[napi]
    pub fn kill(&self, id: u32, signal: i32) -> i32 {
        zero_or_error(self.ends.signal(id, signal))
    }

    /// The pids of all that a child has started and that its keeper has, or that is still linked to it.
    #[napi]
    pub fn descendants(&self, id: u32) -> Vec<u32> {
        self.ends.descendants(id)
    }

    /// Sends a signal to all that the keeper of a child has, but for the child.
    #[napi]
    pub fn signal_others(&self, id: u32, signal: i32) {
        self.ends.with_keeper(id, |keeper, child| keeper.signal_others(child, signal));
    }

    /// Has all that a child leaves killed at its end, or now where it has ended.
    #[napi]
    pub fn end_others(&self, id: u32) {
        self.ends.end_others(id);
    }

    /// Whether anybody is left of what the keeper of a child has, but for the child, whom we may signal.
    #[napi]
    pub fn has_killable(&self, id: u32) -> bool {
        self.ends.with_keeper(id, |keeper, child| keeper.has_killable(child)).unwrap_or(false)
    }

    /// Sends SIGKILL to a child when so many milliseconds have passed, whatever the event loop does meanwhile. The
    /// earliest time counts. Returns 0 or a negated error number.
    #[napi]
    pub fn force_kill_after(&self, id: u32, delay: f64) -> i32 {
        let delay = duration(delay).unwrap_or_default();
        zero_or_error(self.ends.with_deadlines(id, |deadlines| deadlines.force_after(delay)))
    }

    /// Sends `signal` to a child when `timeout` has passed, and SIGKILL `delay` after that, in milliseconds.
    #[napi]
    pub fn time_out_after(&self, id: u32, timeout: f64, signal: i32, delay: f64) -> i32 {
        let [timeout, delay] = [timeout, delay].map(|time| duration(time).unwrap_or_default());
        zero_or_error(self.ends.with_deadlines(id, |deadlines| deadlines.time_out_after(timeout, signal, delay)))
    }

    /// Sends the signal of the timeout now, unless that has been done.
    #[napi]
    pub fn time_out(&self, id: u32, signal: i32) -> i32 {
        zero_or_error(self.ends.with_deadlines(id, |deadlines| deadlines.time_out(signal)))
    }

    /// Whether the signal of a child's timeout has been sent.
    #[napi]
    pub fn has_timed_out(&self, id: u32) -> bool {
        self.ends.has_timed_out(id)
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

/// Why no keeper can be had here; nothing where one can.
#[napi]
pub fn why_no_keeper() -> Option<String> {
    keeper_availability().err().map(Into::into)
}

/// Whether the system refuses each start, so that the built-in makes them.
#[napi]
pub fn are_starts_refused() -> bool {
    crate::spawn::are_starts_refused()
}

/// A process, told from later ones of the same pid.
#[napi(object)]
pub struct FoundProcess {
    pub pid: u32,
    /// When it was started, in ticks since the system's start; `null` where that is hidden from us.
    pub start: Option<f64>,
}

impl FoundProcess {
    #[allow(clippy::cast_precision_loss)]
    fn new(Descendant { pid, start }: Descendant) -> Self {
        Self { pid, start: start.map(|start| start as f64) }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn convert(&self) -> Descendant {
        Descendant { pid: self.pid, start: self.start.map(|start| start as u64) }
    }
}

/// All that a process has started, as far as they are still linked to it.
#[napi]
pub fn descendants_of(pid: u32) -> Vec<FoundProcess> {
    tree::descendants(pid).into_iter().map(FoundProcess::new).collect()
}

/// Whether a process has not ended.
#[napi]
pub fn is_running(process: FoundProcess) -> bool {
    tree::is_running(process.convert())
}

/// Sends a signal to a process, and to none that has its pid now. Returns 0 or a negated error number.
#[napi]
pub fn signal_process(process: FoundProcess, signal: i32) -> i32 {
    zero_or_error(tree::signal(process.convert(), signal))
}

fn zero_or_error(result: std::result::Result<(), Errno>) -> i32 {
    result.map_or_else(negated, |()| 0)
}

/// What JavaScript is told of a start that failed.
pub fn error_number(error: &StartError) -> i32 {
    if error.is_refusal() {
        CLONE_REFUSED
    } else {
        negated(error.errno)
    }
}

//! One environment's children: starting them, signalling them, hearing of their end.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::ends::{Ends, Shared};
use super::request::{into_js_fds, stdio_kinds, StartRequest};
use crate::spawn::{make_pipes, start_aside, Command, Later, Launch, StartError, Started};
use crate::supervisor::Supervisor;
use crate::sys::readable::Watching;
use crate::Errno;

/// The children of one JavaScript environment, which knows each by a number.
///
/// A child is no object of its own: the collector would end such a one by an immediate, which
/// `process.getActiveResourcesInfo()` shows.
#[napi]
pub struct Children {
    ends: Rc<Ends>,
    /// From `start()` to `finish()`: several where a hook on the streams starts another.
    starting: HashMap<u32, Later<Begun>>,
}

#[napi]
impl Children {
    /// `onExit(id, exitCode, signal)` is called once for each child that ran, or that
    /// `finish()` took for running: a negative exit code is then the error number of its start.
    #[napi(
        constructor,
        ts_args_type = "onExit: (id: number, exitCode: number, signal: number) => void"
    )]
    pub fn new(
        env: Env,
        on_exit: Function<'_, Unknown<'static>, Unknown<'static>>,
    ) -> Result<Self> {
        Ok(Self {
            ends: Ends::new(env, &on_exit)?,
            starting: HashMap::new(),
        })
    }

    /// Starts a child. `stdio` has an entry for each of its fds, as in `request.rs`,
    /// and holds our ends of the pipes afterwards (-1 where there is none).
    #[napi]
    pub fn start(&mut self, id: u32, request: StartRequest, mut stdio: Int32Array) {
        // SAFETY: JavaScript is not running, so nobody else looks at the array.
        let stdio = unsafe { stdio.as_mut() };
        let watcher = Watcher {
            id,
            running: self.ends.running().clone(),
        };
        let begin = move |command| Launch::begin(command).and_then(|launch| watcher.watch(launch));
        let begun = match prepare(&self.ends, request, stdio) {
            // With pipes there is something to do meanwhile: streams to be made on our ends.
            Ok(command) if stdio.iter().any(|&fd| fd >= 0) => {
                let running = self.ends.running().lock().count();
                start_aside(running, || begin(command))
            }
            Ok(command) => Later::Known(begin(command)),
            Err(error) => Later::Known(Err(error)),
        };
        self.starting.insert(id, begun);
    }

    /// Waits until the child runs its program, unless that is certain. Returns its process id, or the
    /// negated error number of a start that failed; then the child is reaped and `onExit` not called.
    #[napi]
    pub fn finish(&mut self, id: u32) -> i32 {
        let begun = self.starting.remove(&id).and_then(Later::wait);
        let begun =
            begun.unwrap_or_else(|| Err(StartError::before_clone(Errno::from_raw(libc::EAGAIN))));
        begun
            .and_then(|(launch, watching)| self.started(id, launch, watching))
            .map_or_else(
                |error| error.errno.negative(),
                |process| process.pid().cast_signed(),
            )
    }

    fn started(&self, id: u32, launch: Launch, watching: Option<Watching>) -> Started {
        if launch.is_certain() {
            let process = Arc::clone(launch.process());
            self.ends.running().lock().keep(id, launch);
            return Ok(process);
        }
        launch.finish().inspect_err(|_| {
            self.ends.running().lock().forget(id);
            // Its fd is closed by that.
            if let Some(watching) = watching {
                watching.cancel();
            }
        })
    }

    /// Sends a signal to a child that has started; one that has ended takes it without effect.
    /// Returns 0 or a negated error number.
    #[napi]
    pub fn kill(&self, id: u32, signal: i32) -> i32 {
        let running = self.ends.running().lock();
        running.wait_for_start(id);
        running
            .get(id)
            .map_or(Ok(()), |process| process.signal(signal))
            .map_or_else(Errno::negative, |()| 0)
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

/// All that a start needs of JavaScript and of the caller's thread.
fn prepare(
    ends: &Rc<Ends>,
    request: StartRequest,
    stdio: &mut [i32],
) -> std::result::Result<Command, StartError> {
    let pipes = make_pipes(&stdio_kinds(stdio)).map_err(StartError::before_clone)?;
    let command = request.into_command().stdio(pipes.theirs);
    // Also without a child: then the other ends are closed, and streams on ours just end.
    into_js_fds(pipes.ours, stdio);
    // Before there is a child, for the same reason as in `watch`: no way to watch, no start.
    Supervisor::get()
        .and_then(|_| ends.listen())
        .map_err(StartError::before_clone)?;
    Ok(command)
}

/// A child that was cloned, and is watched from then on.
type Begun = std::result::Result<(Launch, Option<Watching>), StartError>;

/// Has a child watched, on whichever thread started it.
struct Watcher {
    id: u32,
    running: Shared,
}

impl Watcher {
    /// From the clone on, so that a child is reaped even if the environment ends
    /// before it is known to run.
    fn watch(self, launch: Launch) -> Begun {
        let Self { id, running } = self;
        let process = Arc::clone(launch.process());
        running.lock().add(id, Arc::clone(&process));
        let of_notify = running.clone();
        let notify = move |process| of_notify.ended(id, process);
        let watched =
            Supervisor::get().and_then(|supervisor| supervisor.watch(Arc::clone(&process), notify));
        watched.map(|watching| (launch, watching)).map_err(|errno| {
            // Nobody would ever hear of its end: better no child than such a one.
            let _ = process.signal(libc::SIGKILL);
            process.wait();
            running.lock().forget(id);
            StartError::before_clone(errno)
        })
    }
}

//! One environment's children: starting them, signalling them, hearing of their end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::*;
use napi::check_status;
use napi::sys;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use super::request::{into_js_fds, stdio_kinds, StartRequest};
use crate::process::Process;
use crate::spawn::{make_pipes, start_aside, Command, Later, Launch, StartError, Started};
use crate::supervisor::Supervisor;
use crate::Errno;

type OnExit = ThreadsafeFunction<u32, (), FnArgs<(u32, i32, i32)>, Status, false, true>;

/// Those of one environment whose end JavaScript was not told of yet.
///
/// What is queued for an environment that ends is lost. So only numbers are
/// queued, and the processes stay here, where the end of the environment and the
/// supervisor both find them: whoever comes second reaps.
#[derive(Default)]
struct Running {
    environment_has_ended: bool,
    by_id: HashMap<u32, Arc<Process>>,
    /// Those that were not waited for, until they are known to have started.
    launching: Vec<(u32, Launch)>,
}

impl Running {
    fn keep(&mut self, id: u32, launch: Launch) {
        self.launching.retain(|(_, launch)| !launch.has_started());
        self.launching.push((id, launch));
    }

    /// Signals are blocked in a child before its exec: of several it would take the last first.
    fn wait_for_start(&self, id: u32) {
        if let Some((_, launch)) = self.launching.iter().find(|(other, _)| *other == id) {
            launch.wait_a_moment();
        }
    }

    /// The end of one whose process has ended.
    fn remove(&mut self, id: u32) -> (Option<Arc<Process>>, Option<Launch>) {
        let launching = self.launching.iter().position(|(other, _)| *other == id);
        let launch = launching.map(|index| self.launching.swap_remove(index).1);
        (self.by_id.remove(&id), launch)
    }
}

/// Shared with the supervisor's thread.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Running>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        let mut running = self.lock();
        running.environment_has_ended = true;
        for process in running.by_id.values() {
            process.reap();
        }
        running.by_id.clear();
        running.launching.clear();
    }
}

/// The children of one JavaScript environment.
#[napi]
pub struct Children {
    on_exit: Arc<OnExit>,
    running: Shared,
}

#[napi]
impl Children {
    /// `onExit(id, exitCode, signal)` is called once for each child that ran, or that
    /// `finish()` took for running: a negative exit code is then the error number of its start.
    /// it alone keeps the loop alive only between `ref()` and `unref()`.
    #[napi(constructor)]
    pub fn new(env: Env, on_exit: Function<FnArgs<(u32, i32, i32)>, ()>) -> Result<Self> {
        let running = Shared::default();
        let of_callback = running.clone();
        let on_exit = on_exit
            .build_threadsafe_function::<u32>()
            .weak::<true>()
            .callee_handled::<false>()
            .build_callback(move |context| {
                let id = context.value;
                let (process, launch) = of_callback.lock().remove(id);
                // Reaped here and not earlier: until JavaScript hears of the end
                // the pid stays taken, so a late process.kill() hits no stranger.
                let exit = process.and_then(|process| process.reap());
                let (code, signal) = exit.map_or((0, 0), |exit| (exit.code, exit.signal));
                let failed = launch.and_then(|launch| launch.finish().err());
                let code = failed.map_or(code, |error| error.errno.negative());
                Ok(FnArgs::from((id, code, signal)))
            })?;
        env.add_env_cleanup_hook(running.clone(), |running| running.end())?;
        Ok(Self {
            on_exit: Arc::new(on_exit),
            running,
        })
    }

    /// Starts a child. `stdio` has an entry for each of its fds, as in `request.rs`,
    /// and holds our ends of the pipes afterwards (-1 where there is none).
    #[napi]
    pub fn start(&self, id: u32, request: StartRequest, mut stdio: Int32Array) -> Child {
        // SAFETY: JavaScript is not running, so nobody else looks at the array.
        let stdio = unsafe { stdio.as_mut() };
        let watcher = Watcher {
            id,
            on_exit: Arc::clone(&self.on_exit),
            running: self.running.clone(),
        };
        let begin = move |command| Launch::begin(command).and_then(|launch| watcher.watch(launch));
        let begun = match prepare(request, stdio) {
            // With pipes there is something to do meanwhile: streams to be made on our ends.
            Ok(command) if stdio.iter().any(|&fd| fd >= 0) => {
                let running = self.running.lock().by_id.len();
                start_aside(running, || begin(command))
            }
            Ok(command) => Later::Known(begin(command)),
            Err(error) => Later::Known(Err(error)),
        };
        Child {
            id,
            running: self.running.clone(),
            state: State::Starting(begun),
        }
    }

    /// Lets the children keep the event loop alive.
    #[napi(js_name = "ref")]
    pub fn reference(&self, env: Env) -> Result<()> {
        // SAFETY: JavaScript is calling, so this environment and with it the
        // function, of which `self` holds a part, are alive.
        check_status!(unsafe { sys::napi_ref_threadsafe_function(env.raw(), self.on_exit.raw()) })
    }

    /// Lets the event loop end in spite of the children.
    #[napi(js_name = "unref")]
    pub fn unreference(&self, env: Env) -> Result<()> {
        // SAFETY: as in `reference`.
        check_status!(unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.on_exit.raw()) })
    }
}

/// All that a start needs of JavaScript and of the caller's thread.
fn prepare(request: StartRequest, stdio: &mut [i32]) -> std::result::Result<Command, StartError> {
    // Before there is a child, for the same reason as in `watch`: no way to watch, no start.
    Supervisor::get().map_err(StartError::before_clone)?;
    let pipes = make_pipes(&stdio_kinds(stdio)).map_err(StartError::before_clone)?;
    let command = request.into_command().stdio(pipes.theirs);
    // Also without a child: then the other ends are closed, and streams on ours just end.
    into_js_fds(pipes.ours, stdio);
    Ok(command)
}

/// Has a child watched, on whichever thread started it.
struct Watcher {
    id: u32,
    on_exit: Arc<OnExit>,
    running: Shared,
}

impl Watcher {
    /// From the clone on, so that a child is reaped even if the environment ends
    /// before it is known to run.
    fn watch(self, launch: Launch) -> std::result::Result<Launch, StartError> {
        let Self {
            id,
            on_exit,
            running,
        } = self;
        let process = Arc::clone(launch.process());
        running.lock().by_id.insert(id, Arc::clone(&process));
        let of_notify = running.clone();
        let notify = move |process: Arc<Process>| {
            let status = on_exit.call(id, ThreadsafeFunctionCallMode::NonBlocking);
            if status != Status::Ok || of_notify.lock().environment_has_ended {
                process.reap();
            }
        };
        let watched =
            Supervisor::get().and_then(|supervisor| supervisor.watch(Arc::clone(&process), notify));
        watched.map(|()| launch).map_err(|errno| {
            // Nobody would ever hear of its end: better no child than such a one.
            let _ = process.signal(libc::SIGKILL);
            process.wait();
            running.lock().by_id.remove(&id);
            StartError::before_clone(errno)
        })
    }
}

/// One child, from its clone on.
#[napi]
pub struct Child {
    id: u32,
    running: Shared,
    state: State,
}

enum State {
    Starting(Later<std::result::Result<Launch, StartError>>),
    Running(Arc<Process>),
    /// It has failed, or is let go of.
    Between,
}

#[napi]
impl Child {
    /// The process id, from `finish()` on; 0 when there is no process.
    #[napi(getter)]
    pub fn pid(&self) -> u32 {
        match &self.state {
            State::Running(process) => process.pid(),
            _ => 0,
        }
    }

    /// Waits until the child runs its program, unless that is certain. Returns 0, or the negated
    /// error number of a start that failed; then the child is reaped and `onExit` not called.
    #[napi]
    pub fn finish(&mut self) -> i32 {
        let State::Starting(begun) = std::mem::replace(&mut self.state, State::Between) else {
            return Errno::from_raw(libc::ESRCH).negative();
        };
        let begun = begun
            .wait()
            .unwrap_or_else(|| Err(StartError::before_clone(Errno::from_raw(libc::EAGAIN))));
        match begun.and_then(|launch| self.started(launch)) {
            Ok(process) => {
                self.state = State::Running(process);
                0
            }
            Err(error) => error.errno.negative(),
        }
    }

    fn started(&self, launch: Launch) -> Started {
        if launch.is_certain() {
            let process = Arc::clone(launch.process());
            self.running.lock().keep(self.id, launch);
            return Ok(process);
        }
        launch.finish().inspect_err(|_| {
            self.running.lock().by_id.remove(&self.id);
        })
    }

    /// Sends a signal. Returns 0 or a negated error number.
    #[napi]
    pub fn kill(&self, signal: i32) -> i32 {
        match &self.state {
            State::Running(process) => {
                self.running.lock().wait_for_start(self.id);
                process.signal(signal).map_or_else(Errno::negative, |()| 0)
            }
            _ => Errno::from_raw(libc::ESRCH).negative(),
        }
    }

    /// Lets go of the process, and of its pidfd, without waiting for the collector.
    #[napi]
    pub fn release(&mut self) {
        self.state = State::Between;
    }
}

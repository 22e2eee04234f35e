//! The blocking run: one process, its pipes and a deadline, on the calling thread.
//!
//! No event loop turns meanwhile, and only this very process is waited for, so
//! whatever else lives in the program is not disturbed.

mod pump;

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::output::Output;
use crate::process::{Exit, Process};
use crate::spawn::{make_pipes, start, Buffers, Command, Pipes, StartError, StdioKind};
use crate::supervisor::reap_at_end;
use crate::sys::errno::Errno;
use crate::sys::poll::{poll, PollFd};
use pump::Pump;

/// What ends a run early.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub timeout: Option<Duration>,
    /// Bytes of output, of all pipes together.
    pub max_output: Option<usize>,
    /// Sent when one of the two is reached.
    pub kill_signal: i32,
    /// From that signal to SIGKILL.
    pub force_kill_after: Option<Duration>,
    /// How long others may hold the pipes open after the end of the process.
    pub drain_timeout: Option<Duration>,
}

/// How a run went that started.
#[derive(Debug)]
pub struct Outcome {
    pub pid: u32,
    pub exit: Exit,
    /// What went wrong on the way: ETIMEDOUT, ENOBUFS, EPIPE of the input, …
    pub error: Option<Errno>,
    /// By fd: what the child wrote to its pipes.
    pub output: Vec<Option<Output>>,
}

/// Runs a process to its end and to the end of its pipes.
///
/// `inputs` has, by fd, what to write to the child. Where it has nothing, fd 0
/// is at its end at once and the others stay open.
pub fn run(
    command: Command,
    stdio: &[StdioKind],
    inputs: &[Option<&[u8]>],
    limits: Limits,
) -> Result<Outcome, StartError> {
    let deadline = limits.timeout.and_then(|it| Instant::now().checked_add(it));
    let Pipes { theirs, ours } = make_pipes(stdio, Buffers::Large).map_err(StartError::before_clone)?;
    let process = start(command.stdio(theirs))?;
    let pidfd = process.pidfd().ok();

    let mut pump = Pump::new(ours, inputs, limits.max_output, limits.drain_timeout);
    let pidfd = pidfd.as_ref().map(AsFd::as_fd);
    let mut was_cut_short = false;
    let error = loop {
        match pump.turn(&process, pidfd, deadline) {
            Ok(true) => {}
            Ok(false) => break pump.failure(),
            Err(errno) => {
                end(&process, limits.kill_signal);
                was_cut_short = true;
                break Some(errno);
            }
        }
    };
    let output = pump.into_output(stdio.len());
    let forced_at = was_cut_short.then(|| set_deadline(&process, limits.force_kill_after)).flatten();
    if let Some(at) = forced_at {
        force_at(&process, pidfd, at);
    }
    let (pid, exit) = (process.pid(), process.wait());
    end_tree(process, forced_at);
    Ok(Outcome { pid, exit, error, output })
}

/// Sends the signal, or if that one is refused, the one that cannot be.
fn end(process: &Process, signal: i32) {
    match process.signal_to_end(signal) {
        Ok(()) => {}
        Err(Errno::SRCH) => {}
        Err(_) => {
            let _ = process.signal(libc::SIGKILL);
        }
    }
}

/// Waits until nobody is left of what a keeper has, where that is killed; or lets it go on without us.
fn end_tree(process: Process, forced_at: Option<Instant>) {
    let Some(keeper) = process.keeper() else {
        return;
    };
    if keeper.is_ending() {
        if forced_at.is_some_and(|at| keeper.ends_until(at)) {
            return;
        }
        keeper.kill_all();
    }
    let end = Instant::now() + PATIENCE;
    loop {
        if keeper.ends_until(Instant::now() + if keeper.kills_rest() { LOOK } else { PAUSE }) {
            return;
        }
        if !keeper.kills_rest() || Instant::now() > end || !keeper.has_killable(process.pid()) {
            break;
        }
    }
    let fd = keeper.readable().ok();
    reap_at_end(Arc::new(process), fd);
}

/// How long the killed rest of a tree has for its end.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look whether any is left of it whom we may signal. Others stay.
const LOOK: Duration = Duration::from_millis(100);

/// Gives when SIGKILL is to be sent to a process that was to end, and to what it leaves. A time that no clock will reach
/// is none.
fn set_deadline(process: &Process, delay: Option<Duration>) -> Option<Instant> {
    let at = Instant::now().checked_add(delay?)?;
    if let Some(keeper) = process.keeper() {
        keeper.set_deadline();
    }
    Some(at)
}

/// Sends SIGKILL to a process that does not end in time.
fn force_at(process: &Process, pidfd: Option<BorrowedFd<'_>>, deadline: Instant) {
    while process.reap().is_none() {
        let mut fds: Vec<PollFd> = pidfd.map(|fd| PollFd::new(fd, true, false)).into_iter().collect();
        match wait(&mut fds, Some(deadline), pidfd.is_none().then_some(PAUSE)) {
            Ok(true) => {}
            Ok(false) | Err(_) => {
                let _ = process.force();
                return;
            }
        }
    }
}

/// How often to ask for the end of a process where nothing tells.
const PAUSE: Duration = Duration::from_millis(1);

/// Waits until something happens, or the pause is over if there is one. `false` when the deadline has passed.
fn wait(fds: &mut [PollFd], deadline: Option<Instant>, pause: Option<Duration>) -> Result<bool, Errno> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
        match poll(fds, left.into_iter().chain(pause).min()) {
            Ok(0) if pause.is_none() => {}
            Err(Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(errno) => return Err(errno),
        }
    }
}

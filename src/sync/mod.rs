//! The blocking run: one process, its pipes and a deadline, on the calling thread.
//!
//! No event loop turns meanwhile, and only this very process is waited for, so
//! whatever else lives in the program is not disturbed.

mod pump;

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crate::output::Output;
use crate::process::{Exit, Process};
use crate::spawn::{make_pipes, start, Buffers, Command, Pipes, StartError, StdioKind};
use crate::sys::errno::Errno;
use pump::Pump;

/// What ends a run early.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub timeout: Option<Duration>,
    /// Bytes of output, of all pipes together.
    pub max_output: Option<usize>,
    /// Sent when one of the two is reached.
    pub kill_signal: i32,
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

    let mut pump = Pump::new(ours, inputs, limits.max_output);
    let error = loop {
        match pump.turn(&process, pidfd.as_ref().map(AsFd::as_fd), deadline) {
            Ok(true) => {}
            Ok(false) => break pump.failure(),
            Err(errno) => {
                end(&process, limits.kill_signal);
                break Some(errno);
            }
        }
    };
    let output = pump.into_output(stdio.len());
    Ok(Outcome { pid: process.pid(), exit: process.wait(), error, output })
}

/// Sends the signal, or if that one is refused, the one that cannot be.
fn end(process: &Process, signal: i32) {
    match process.signal(signal) {
        Ok(()) => {}
        Err(Errno::SRCH) => {}
        Err(_) => {
            let _ = process.signal(libc::SIGKILL);
        }
    }
}

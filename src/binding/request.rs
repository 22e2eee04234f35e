//! A start as JavaScript describes it.

use std::time::Duration;

use napi::bindgen_prelude::Env;
use napi_derive::napi;

use super::callback::event_loop_of;
use crate::negated;
use crate::spawn::{Buffers, Cause, Command, Keeping, StdioKind, StringList};
use crate::sys::uv::EventLoop;
use crate::usage::{self, Usage};

/// Entries of `stdio` that are no fds to pass on, as in `lib/stdio/parse.js`. Other negative entries stand for "ignore".
const PIPE: i32 = -1;
const CHANNEL: i32 = -3;
const REFUSED: i32 = -4;

/// What a keeper is to do: `killDescendants`, `'exit'` for it, `dieWithParent`.
#[napi]
pub const KILL_DESCENDANTS: u8 = 1;
#[napi]
pub const KILL_AT_EXIT: u8 = 2;
#[napi]
pub const DIE_WITH_PROGRAM: u8 = 4;

/// Lists cross as one string in which each item is followed by a NUL, the form exec wants.
#[napi(object)]
pub struct StartRequest {
    pub file: String,
    pub args: String,
    pub env: String,
    pub cwd: Option<String>,
    pub uid: Option<i32>,
    pub gid: Option<i32>,
    pub detached: bool,
    /// What its keeper is to do, see `KILL_DESCENDANTS`; 0 for none.
    pub keeper: u8,
    /// Bytes that the pipes hold: 0 for what the kernel gives them, -1 for much.
    pub buffers: i32,
}

impl StartRequest {
    pub fn buffers(&self) -> Buffers {
        match usize::try_from(self.buffers) {
            Ok(0) => Buffers::Default,
            Ok(bytes) => Buffers::Bytes(bytes),
            Err(_) => Buffers::Large,
        }
    }

    #[allow(clippy::cast_sign_loss)]
    pub fn into_command(self) -> Command {
        Command::new(
            self.file.as_bytes(),
            StringList::from_nul_ended(self.args.into_bytes()),
            StringList::from_nul_ended(self.env.into_bytes()),
        )
        .cwd(self.cwd.as_deref().map(str::as_bytes))
        .ids(self.uid.map(|id| id as u32), self.gid.map(|id| id as u32))
        .detached(self.detached)
        .keeper((self.keeper != 0).then_some(Keeping {
            kills_descendants: self.keeper & KILL_DESCENDANTS != 0,
            kills_at_exit: self.keeper & KILL_AT_EXIT != 0,
            dies_with_program: self.keeper & DIE_WITH_PROGRAM != 0,
        }))
    }
}

/// Why a start failed, where it was not the program: for the `cause` of its error.
#[napi(object, object_from_js = false)]
pub struct StartCause {
    pub syscall: String,
    /// Negated.
    pub errno: i32,
    pub path: Option<String>,
    /// Whether `path` is what the program needs to run.
    pub is_interpreter: bool,
}

impl StartCause {
    pub fn new(cause: Cause) -> Self {
        Self {
            syscall: cause.syscall.into(),
            errno: negated(cause.errno),
            path: cause.path.map(|path| path.to_string_lossy().into_owned()),
            is_interpreter: cause.is_interpreter,
        }
    }
}

/// Has our own peak of memory known with each start from now on.
#[napi]
pub fn look_at_peaks() {
    usage::look_at_peaks();
}

/// Writes what a process has used, in the order of getrusage(2); NaN where that is not known.
pub fn write_usage(usage: Option<&Usage>, room: &mut [f64]) {
    let numbers = usage.map_or([f64::NAN; Usage::COUNT], Usage::numbers);
    for (place, number) in room.iter_mut().zip(numbers) {
        *place = number;
    }
}

/// A time in milliseconds; none below zero.
pub fn duration(milliseconds: f64) -> Option<Duration> {
    (milliseconds >= 0.0).then(|| Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX))
}

/// Whether this is the program's own environment and not a worker's, whose `process.env` is a copy.
#[napi]
pub fn is_main_thread(env: Env) -> bool {
    event_loop_of(&env).is_ok_and(EventLoop::is_default)
}

/// What `stdio` asks for, by fd.
pub fn stdio_kinds(stdio: &[i32]) -> Vec<StdioKind> {
    stdio
        .iter()
        .map(|&entry| match entry {
            PIPE => StdioKind::Pipe,
            CHANNEL => StdioKind::Channel,
            REFUSED => StdioKind::Refused,
            fd if fd >= 0 => StdioKind::Inherit(fd),
            _ => StdioKind::Ignore,
        })
        .collect()
}

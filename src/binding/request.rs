//! A start as JavaScript describes it.

use std::os::fd::OwnedFd;

use napi_derive::napi;

use super::handed::hand;
use crate::spawn::{Command, StdioKind, StringList};
use crate::sys::environ::append_environ;
use crate::sys::thread::is_first;

/// Entries of `stdio` that are no fds to pass on, as in `lib/stdio/parse.js`. Other negative entries stand for "ignore".
const PIPE: i32 = -1;
const CHANNEL: i32 = -3;
const REFUSED: i32 = -4;

/// Lists cross as one string in which each item is followed by a NUL, the form exec wants.
#[napi(object)]
pub struct StartRequest {
    pub file: String,
    pub args: String,
    pub env: String,
    /// Whether the child gets this process's environment, with `env` behind it.
    pub inherits_env: bool,
    pub cwd: Option<String>,
    pub uid: Option<i32>,
    pub gid: Option<i32>,
    pub detached: bool,
}

impl StartRequest {
    #[allow(clippy::cast_sign_loss)]
    pub fn into_command(self) -> Command {
        let mut env = Vec::new();
        if self.inherits_env {
            append_environ(&mut env);
        }
        env.extend_from_slice(self.env.as_bytes());
        Command::new(
            self.file.as_bytes(),
            StringList::from_nul_ended(self.args.into_bytes()),
            StringList::from_nul_ended(env),
        )
        .cwd(self.cwd.as_deref().map(str::as_bytes))
        .ids(self.uid.map(|id| id as u32), self.gid.map(|id| id as u32))
        .detached(self.detached)
    }
}

/// Whether this is the thread that the program began with, whose `process.env` is the environment that
/// `inheritsEnv` gives: a worker has a copy.
#[napi]
pub fn is_first_thread() -> bool {
    is_first()
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

/// Hands our ends of the pipes to JavaScript.
pub fn into_js_fds(pipes: Vec<(usize, OwnedFd)>, stdio: &mut [i32]) {
    stdio.fill(-1);
    for (index, fd) in pipes {
        if let Some(entry) = stdio.get_mut(index) {
            *entry = hand(fd);
        }
    }
}

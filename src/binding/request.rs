//! A start as JavaScript describes it.

use napi::bindgen_prelude::Env;
use napi_derive::napi;

use super::callback::event_loop_of;
use crate::spawn::{Buffers, Command, StdioKind, StringList};
use crate::sys::uv::EventLoop;

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
    pub cwd: Option<String>,
    pub uid: Option<i32>,
    pub gid: Option<i32>,
    pub detached: bool,
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
    }
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

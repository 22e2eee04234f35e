//! Starting a process: plain data in, a running child or the failed step out.
//!
//! `command` holds everything the child will need, allocated beforehand;
//! `stdio` makes the pipes; `clone` starts the child and waits for its exec,
//! unless `certain` knows how that will go; `child` is what the child itself
//! runs in between. `launcher` is a thread to do that on.

mod certain;
mod child;
mod clone;
mod command;
mod launcher;
mod stdio;

pub use clone::{Launch, StartError, Started};
pub use command::{Command, StringList};
pub use launcher::{start_aside, Later};
pub use stdio::{make_pipes, ChildFd, Pipes, StdioKind};

/// What the child was doing when it failed to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Step {
    /// clone(2) itself, in the parent.
    Clone = 1,
    /// setsid(2), for `detached`.
    Session,
    /// dup3(2) and fcntl(2) on the stdio entries.
    Stdio,
    /// chdir(2) to `cwd`.
    Cwd,
    /// setgid(2).
    Gid,
    /// setuid(2).
    Uid,
    /// execve(2), on every candidate in `PATH`.
    Exec,
}

impl Step {
    fn from_raw(raw: u32) -> Self {
        match raw {
            2 => Self::Session,
            3 => Self::Stdio,
            4 => Self::Cwd,
            5 => Self::Gid,
            6 => Self::Uid,
            7 => Self::Exec,
            _ => Self::Clone,
        }
    }
}

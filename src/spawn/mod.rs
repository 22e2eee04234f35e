//! Starting a process: plain data in, a running child or the failed step out.
//!
//! `command` holds everything the child will need, allocated beforehand; `stdio` makes the pipes; `start` clones the
//! child and learns how its exec went, from `report`, and what to blame, from `cause`; `child` is what the child itself runs
//! in between; `ids` guards our memory while a child has other ids; `keeper` has another process stand in between.

mod cause;
mod child;
mod command;
mod ids;
mod keeper;
mod report;
mod start;
mod stdio;

pub use cause::Cause;
pub use command::{CLibrary, Command, StringList};
pub use keeper::availability as keeper_availability;
pub(crate) use keeper::wait_for_keeper;
pub use keeper::Keeping;
pub use report::shares_memory;
pub use start::{are_starts_refused, start, StartError};
pub use stdio::{make_pipes, Buffers, ChildFd, Pipes, StdioKind};

/// What failed in a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Step {
    /// What is made in the parent before there is a child: pipes, a stack.
    Prepare = 1,
    /// clone(2) itself.
    Clone,
    /// dup2(2) and fcntl(2) on the stdio entries.
    Stdio,
    /// chdir(2) to `cwd`.
    Cwd,
    /// setgid(2).
    Gid,
    /// setuid(2).
    Uid,
    /// execve(2), on every candidate in `PATH`.
    Exec,
    /// open(2) of `/dev/null`, for a standard fd without an entry.
    Null,
    /// What makes a process the keeper of a child.
    Keeper,
    /// What is made in the parent afterwards, to learn of the end of the child.
    Watch,
}

impl Step {
    /// One that a child failed at; 0 is none.
    fn from_raw(raw: u32) -> Option<Self> {
        match raw {
            0 => None,
            3 => Some(Self::Stdio),
            4 => Some(Self::Cwd),
            5 => Some(Self::Gid),
            6 => Some(Self::Uid),
            8 => Some(Self::Null),
            9 => Some(Self::Keeper),
            _ => Some(Self::Exec),
        }
    }
}

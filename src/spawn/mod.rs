//! Starting a process: plain data in, a running child or an error number out.
//!
//! `command` holds everything the child will need, allocated beforehand; `stdio` makes the pipes; `start` clones the
//! child and learns how its exec went, from `report`; `child` is what the child itself runs in between; `ids` guards
//! our memory while a child has other ids.

mod child;
mod command;
mod ids;
mod report;
mod start;
mod stdio;

pub use command::{Command, StringList};
pub use start::{start, StartError};
pub use stdio::{make_pipes, Buffers, ChildFd, Pipes, StdioKind};

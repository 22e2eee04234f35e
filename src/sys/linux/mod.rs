//! Linux: its own system calls, and files in which its kernel tells something.
//!
//! `src/sys/` reexports what is here, and no other folder names this one.

pub mod cpus;
pub mod dumpable;
pub mod epoll;
pub mod large_pages;
pub mod pidfd;
pub mod poll_instead;
pub mod raw;
pub mod signal_mask;
#[cfg(feature = "node")]
pub mod timer;
pub mod tree;
pub mod unnamed;

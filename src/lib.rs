//! The native half of forkless: starts, watches and talks to child processes.
//!
//! Arrows go one way: `binding` → { `spawn`, `supervisor`, `ipc`, `sync` } → { `process`, `output` } → { `usage`, `sys` }.
//! Only `binding` knows Node-API; everything below it is plain Rust and is
//! tested without Node.

#[cfg(feature = "node")]
mod binding;
pub mod ipc;
mod kept;
pub mod output;
pub mod process;
pub mod spawn;
pub mod supervisor;
pub mod sync;
pub mod usage;
// What only the binding calls has no caller without it.
#[cfg_attr(not(feature = "node"), allow(dead_code))]
mod sys;

pub use sys::errno::{negated, Errno};
pub use sys::tree;

//! One safe function a system call (or one small family of them).

pub mod cpus;
pub mod epoll;
pub mod errno;
pub mod memory;
pub mod number;
pub mod poll;
pub mod raw;
pub mod signal;
pub mod socket;
pub mod stack;
pub mod thread;
#[cfg(feature = "node")]
pub mod uv;

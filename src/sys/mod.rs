//! One safe function a system call (or one small family of them).

#[cfg(feature = "node")]
pub mod environ;
pub mod errno;
pub mod memory;
pub mod raw;
pub mod readable;
pub mod scheduling;
pub mod signal;
pub mod socket;
pub mod stack;
pub mod thread;
#[cfg(feature = "node")]
pub mod uv;

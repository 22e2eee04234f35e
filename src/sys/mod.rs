//! One safe function a system call (or one small family of them).
//!
//! What is here is POSIX, with a few flags that Linux shares with the BSDs. What one system alone has is in a folder of
//! its own. This is the only place that asks for the system: another one is another folder with the same modules, and a
//! line here.

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod imp;
#[cfg(not(target_os = "linux"))]
compile_error!("There is no folder in src/sys/ for this system.");

pub mod errno;
pub mod memory;
pub mod number;
pub mod poll;
pub mod signal;
pub mod socket;
pub mod stack;
pub mod thread;
#[cfg(feature = "node")]
pub mod uv;

#[cfg(feature = "node")]
pub use imp::{cpus, epoll};
pub use imp::{dumpable, pidfd, raw, tree, unnamed};

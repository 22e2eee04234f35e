//! Threads of our own.

use std::thread;

use super::errno::{of_io_error, Errno};
use super::signal::AllBlocked;

/// Bytes. Such a thread calls few functions, and needs far less than the default of 2 MB.
const STACK: usize = 256 * 1024;

/// Starts a thread that nobody joins. It has all signals blocked: they are for the program's own threads.
pub fn start_thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Errno> {
    let _blocked = AllBlocked::for_threads();
    let builder = thread::Builder::new().name(name.into()).stack_size(STACK);
    let started = builder.spawn(run).map(drop);
    started.map_err(|error| of_io_error(&error))
}

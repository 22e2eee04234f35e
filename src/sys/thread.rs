//! Threads of our own.

use std::num::NonZero;
use std::thread;

use super::errno::Errno;
use super::signal::AllBlocked;

/// They call little: far less than the default of 2 MB.
const STACK: usize = 256 * 1024;

/// Starts a thread that nobody joins. The program's signals are for its own
/// threads: this one has them all blocked.
pub fn start_thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Errno> {
    let _blocked = AllBlocked::for_threads();
    let builder = thread::Builder::new().name(name.into()).stack_size(STACK);
    builder.spawn(run)?;
    Ok(())
}

/// Whether the calling thread is the one that the program began with.
pub fn is_first() -> bool {
    rustix::thread::gettid() == rustix::process::getpid()
}

/// Does `work` on this thread and on a second one at the same time, if there is a core for that,
/// and returns when both are through. Who does what of it, `work` itself sees to.
pub fn with_a_second_thread(work: impl Fn() + Sync) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        if cores > 1 {
            let _blocked = AllBlocked::for_threads();
            let builder = thread::Builder::new().stack_size(STACK);
            // Where it cannot be started all is done here.
            drop(builder.spawn_scoped(scope, &work));
        }
        work();
    });
}

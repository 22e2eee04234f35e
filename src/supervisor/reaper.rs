//! Reaps what an environment that has ended leaves behind: the children of a worker that still run.

use std::fs::File;
use std::iter::from_fn;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

use tokio::io::unix::AsyncFd;
use tokio::io::Interest;
use tokio::runtime::Runtime;

use super::{builder, Background};
use crate::process::Process;

static REAPER: Background = Background::new("forkless-reap", build);

fn build() -> std::io::Result<Runtime> {
    // Its fds are to be no standard ones, which this program may have closed.
    let guards: Vec<File> = from_fn(|| File::open("/dev/null").ok().filter(|file| file.as_raw_fd() <= 2)).collect();
    let runtime = builder().enable_io().build();
    drop(guards);
    runtime
}

/// Has a process reaped at its end. `pidfd` is its own; without one a thread waits.
///
/// Where not even a thread can be had, it stays a zombie until this program ends.
pub fn reap_at_end(process: Arc<Process>, pidfd: Option<OwnedFd>) {
    if process.is_over() {
        return;
    }
    match pidfd.and_then(|pidfd| Some((pidfd, REAPER.handle().ok()?))) {
        Some((pidfd, runtime)) => {
            runtime.spawn(reap_when_readable(process, pidfd));
        }
        None => reap_by_thread(process),
    }
}

async fn reap_when_readable(process: Arc<Process>, pidfd: OwnedFd) {
    // SAFETY: the registration owns the fd, and closes it when it ends.
    // epoll has its limits.
    if let Ok(fd) = unsafe { AsyncFd::register_with_interest(pidfd, Interest::READABLE) } {
        // A keeper tells of two ends: the child's and its own.
        while let Ok(mut ready) = fd.readable().await {
            if process.is_over() {
                return;
            }
            if process.keeper().is_none() {
                break;
            }
            ready.clear_ready();
        }
        // Somebody traces it.
    }
    reap_by_thread(process);
}

fn reap_by_thread(process: Arc<Process>) {
    let reap = |process: Arc<Process>| {
        while !process.is_over() {
            process.wait();
            if let Some(kept) = process.keeper() {
                kept.wait();
                kept.wait_for_gone();
            }
        }
    };
    // Where there is no thread either, see above.
    let _ = process.wait_on_a_thread(reap);
}

//! A program started with SIGCHLD ignored, as some service managers do, still
//! learns how its children end. Alone in its file: the disposition is the process's.

mod support;

use support::{ending, exited, sh, start_running};

#[test]
fn exit_statuses_are_kept() {
    // SAFETY: SIG_IGN is a valid disposition and no other thread changes it.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    assert_eq!(ending(start_running(sh("exit 5")).wait()), exited(5));
}

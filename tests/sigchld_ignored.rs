//! A program started with SIGCHLD ignored, as some service managers do, still
//! learns how its children end. Alone in its file: the disposition is the process's.

mod support;

use std::sync::mpsc::channel;

use forkless::supervisor::Supervisor;
use support::{exited, sh, start_running};

#[test]
fn exit_statuses_are_kept() {
    // SAFETY: SIG_IGN is a valid disposition and no other thread changes it.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    let supervisor = Supervisor::get().expect("a thread");
    let process = start_running(sh("exit 5"));
    let (tell, told) = channel();
    supervisor
        .watch(process, move |ended| drop(tell.send(ended)))
        .expect("watching works");
    assert_eq!(told.recv().expect("it ends").reap(), Some(exited(5)));
}

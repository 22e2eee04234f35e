//! What an ended environment leaves behind is reaped at its end, and nothing else.

mod support;

use std::sync::Arc;
use std::thread;

use forkless::supervisor::reap_at_end;
use support::{command, sh, start_running, state_of};

fn wait_until_gone(pid: u32) {
    while state_of(pid).is_some() {
        thread::yield_now();
    }
}

#[test]
fn a_process_that_still_runs_leaves_no_zombie() {
    let process = Arc::new(start_running(command(&["sleep", "600"])));
    let pidfd = process.pidfd().expect("a pidfd");
    reap_at_end(Arc::clone(&process), Some(pidfd));
    assert_eq!(process.reap(), None, "it still runs");
    process.signal(libc::SIGKILL).expect("it is ours");
    wait_until_gone(process.pid());
}

#[test]
fn so_does_one_without_a_pidfd() {
    let process = Arc::new(start_running(command(&["sleep", "600"])));
    reap_at_end(Arc::clone(&process), None);
    assert_eq!(process.reap(), None, "it still runs");
    process.signal(libc::SIGKILL).expect("it is ours");
    wait_until_gone(process.pid());
}

#[test]
fn one_that_has_ended_is_reaped_at_once() {
    let process = Arc::new(start_running(command(&["true"])));
    while state_of(process.pid()) != Some('Z') {
        thread::yield_now();
    }
    let pidfd = process.pidfd().ok();
    let pid = process.pid();
    reap_at_end(process, pidfd);
    assert_eq!(state_of(pid), None);
}

#[test]
fn many_at_once_are_all_reaped() {
    let pids: Vec<u32> = (0..200)
        .map(|index| {
            let process = Arc::new(start_running(sh(&format!("exit {}", index % 250))));
            let (pid, pidfd) = (process.pid(), process.pidfd().ok());
            reap_at_end(process, pidfd);
            pid
        })
        .collect();
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn children_of_others_are_left_alone() {
    let mut other = std::process::Command::new("sh").args(["-c", "exit 9"]).spawn().expect("sh");
    let process = Arc::new(start_running(command(&["true"])));
    let (pid, pidfd) = (process.pid(), process.pidfd().ok());
    reap_at_end(process, pidfd);
    wait_until_gone(pid);
    let code = other.wait().expect("still there for its owner").code();
    assert_eq!(code, Some(9));
}

#[test]
fn a_thread_tells_of_an_end_before_the_reaping() {
    let process = Arc::new(start_running(sh("exit 7")));
    let (tell, told) = std::sync::mpsc::channel();
    let notify = move |process| drop(tell.send(process));
    Arc::clone(&process).wait_on_a_thread(notify).expect("a thread");
    let ended = told.recv().expect("it ends");
    assert_eq!(state_of(process.pid()), Some('Z'), "its pid is not free yet");
    assert_eq!(ended.reap().map(support::ending), Some(support::exited(7)));
    assert_eq!(state_of(process.pid()), None);
}

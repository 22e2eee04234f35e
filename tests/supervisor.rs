//! Ends are told once, of exactly the processes watched, and leave no zombie.

mod support;

use std::sync::mpsc::{channel, Receiver};
use std::sync::Arc;
use std::thread;

use forkless::process::Process;
use forkless::supervisor::Supervisor;
use support::{command, exited, killed, sh, start_running, state_of};

/// Watches a process; what the supervisor tells arrives in the channel.
fn watch(process: &Arc<Process>) -> Receiver<Arc<Process>> {
    let (tell, told) = channel();
    Supervisor::get()
        .and_then(|it| it.watch(Arc::clone(process), move |ended| drop(tell.send(ended))))
        .expect("watching works");
    told
}

#[test]
fn an_end_is_told_once_and_before_the_reaping() {
    let process = start_running(sh("exit 7"));
    let told = watch(&process);
    let ended = told.recv().expect("it ends");
    assert!(Arc::ptr_eq(&ended, &process));
    assert_eq!(
        state_of(process.pid()),
        Some('Z'),
        "its pid is not free yet"
    );
    assert_eq!(process.reap(), Some(exited(7)));
    assert_eq!(state_of(process.pid()), None);
    assert!(told.recv().is_err(), "once");
}

#[test]
fn a_process_that_has_already_ended_is_told_of_too() {
    let process = start_running(command(&["true"]));
    while state_of(process.pid()) != Some('Z') {
        thread::yield_now();
    }
    let ended = watch(&process).recv().expect("it has ended");
    assert_eq!(ended.reap(), Some(exited(0)));
}

#[test]
fn the_last_owner_reaps() {
    let process = start_running(command(&["true"]));
    let told = watch(&process);
    let pid = process.pid();
    drop(process);
    let last = told.recv().expect("it ends");
    assert_eq!(state_of(pid), Some('Z'));
    drop(last);
    assert_eq!(state_of(pid), None);
}

#[test]
fn a_listener_that_is_gone_leaves_no_zombie() {
    let process = start_running(command(&["cat"]).stdio(Vec::new()));
    let pid = process.pid();
    drop(watch(&process));
    drop(process);
    while state_of(pid).is_some() {
        thread::yield_now();
    }
}

#[test]
fn the_thread_that_started_it_may_end_first() {
    let starting = thread::spawn(|| {
        let process = start_running(command(&["sleep", "600"]));
        (watch(&process), process)
    });
    let (told, process) = starting.join().expect("it does not panic");
    assert_eq!(process.reap(), None);
    process.signal(libc::SIGTERM).expect("it runs");
    assert_eq!(
        told.recv().expect("it ends").reap(),
        Some(killed(libc::SIGTERM))
    );
}

#[test]
fn many_at_once_each_with_its_own_end() {
    let children: Vec<_> = (0..200)
        .map(|index| {
            let process = start_running(sh(&format!("exit {}", index % 250)));
            (index % 250, watch(&process))
        })
        .collect();
    for (code, told) in children {
        assert_eq!(told.recv().expect("it ends").reap(), Some(exited(code)));
    }
}

#[test]
fn children_of_others_are_left_alone() {
    let mut other = std::process::Command::new("sh")
        .args(["-c", "exit 9"])
        .spawn()
        .expect("sh");
    let process = start_running(command(&["true"]));
    watch(&process).recv().expect("it ends");
    assert_eq!(process.reap(), Some(exited(0)));
    assert_eq!(
        other.wait().expect("still there for its owner").code(),
        Some(9)
    );
}

#[test]
fn a_process_that_is_watched_no_more_is_let_go_of_at_once() {
    let process = start_running(command(&["sleep", "1000"]));
    let (tell, told) = channel();
    let watching = Supervisor::get()
        .and_then(|it| it.watch(Arc::clone(&process), move |ended| drop(tell.send(ended))))
        .expect("it can be watched");
    watching.expect("by its pidfd").cancel();
    assert_eq!(Arc::strong_count(&process), 1);
    process.signal(libc::SIGKILL).expect("it is ours");
    process.wait();
    assert!(told.recv().is_err());
}

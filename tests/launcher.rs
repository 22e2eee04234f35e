//! The thread for starts: used when it saves time, and only for callers it is like.

mod support;

use std::thread::{self, current, ThreadId};

use forkless::spawn::{start_aside, Later, Launch};
use rustix::process::{getpriority_process, setpriority_process};
use rustix::thread::{sched_getaffinity, sched_setaffinity, CpuSet};
use support::{command, exited};

const FAR_TOO_MANY: usize = 100_000;

fn thread_of_start(running: usize) -> ThreadId {
    let thread = start_aside(running, || current().id());
    thread.wait().expect("it is told")
}

/// What comes of it on the launcher's thread. Who has waited for that one too long does without it for some starts.
fn on_the_launcher<T: Send + 'static>(start: fn() -> T) -> T {
    let here = current().id();
    let once = || start_aside(0, move || (current().id(), start())).wait();
    let of_launcher = |_| once().filter(|(thread, _)| *thread != here);
    let (_, value) = (0..10_000).find_map(of_launcher).expect("its turn comes");
    value
}

/// On a thread of its own, for what cannot be taken back.
fn in_a_thread<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    thread::spawn(run).join().expect("no panic")
}

#[test]
fn one_thread_serves_all_callers() {
    let thread = || on_the_launcher(|| current().id());
    let launcher = thread();
    assert_eq!(thread(), launcher);
    assert_eq!(in_a_thread(thread), launcher);
}

#[test]
fn with_every_core_taken_the_caller_starts_by_itself() {
    assert_eq!(thread_of_start(FAR_TOO_MANY), current().id());
}

#[test]
fn a_caller_of_another_priority_starts_by_itself() {
    on_the_launcher(|| ());
    in_a_thread(|| {
        setpriority_process(None, 5).expect("a thread may be nicer");
        assert_eq!(thread_of_start(0), current().id());
    });
}

#[test]
fn a_caller_on_other_cores_starts_by_itself() {
    on_the_launcher(|| ());
    let all = sched_getaffinity(None).expect("there are cores");
    if all.count() < 2 {
        return;
    }
    in_a_thread(move || {
        let mut one = CpuSet::new();
        one.set((0..).find(|&core| all.is_set(core)).expect("a core"));
        sched_setaffinity(None, &one).expect("the core is ours");
        assert_eq!(thread_of_start(0), current().id());
    });
}

#[test]
fn starts_come_in_order() {
    let starts: Vec<Later<usize>> = (0..100)
        .map(|number| start_aside(0, move || number))
        .collect();
    let numbers: Vec<usize> = starts.into_iter().filter_map(Later::wait).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[test]
fn what_is_started_there_is_a_child_like_any_other() {
    let begun = start_aside(0, || Launch::begin(command(&["sh", "-c", "exit 3"])));
    let launch = begun.wait().expect("it is told").expect("a clone");
    let process = launch.finish().expect("sh is there");
    assert_eq!(process.wait(), exited(3));
}

/// What sched_getattr(2) tells of a process: policy, nice value, slice and the rest. 0 is this thread.
fn scheduling_of(pid: u32) -> [u8; 56] {
    let mut attributes = [0; 56];
    // SAFETY: the kernel writes as many bytes as it is told to, at most.
    let status = unsafe {
        libc::syscall(
            libc::SYS_sched_getattr,
            pid,
            attributes.as_mut_ptr(),
            attributes.len(),
            0,
        )
    };
    assert_eq!(status, 0);
    attributes
}

#[test]
fn the_thread_is_scheduled_in_its_own_way_and_its_children_as_the_caller() {
    // Under nice(1) it stays as it is.
    if getpriority_process(None) == Ok(0) {
        let of_thread = on_the_launcher(|| scheduling_of(0));
        assert_ne!(of_thread, scheduling_of(0));
    }

    let begun = start_aside(0, || Launch::begin(command(&["sleep", "1000"])));
    let launch = begun.wait().expect("it is told").expect("a clone");
    let process = launch.finish().expect("sleep is there");
    assert_eq!(scheduling_of(process.pid()), scheduling_of(0));
    process.signal(libc::SIGKILL).expect("it is ours");
    process.wait();
}

#[test]
fn a_start_that_nobody_waits_for_is_made() {
    let (tell, told) = std::sync::mpsc::channel();
    drop(start_aside(0, move || tell.send(1)));
    assert_eq!(told.recv(), Ok(1));
}

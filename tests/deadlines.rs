//! The times at which a process is to be ended, kept without an event loop.

mod support;

use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use forkless::process::Process;
use forkless::spawn::StdioKind;
use forkless::supervisor::Deadlines;
use support::{command, ending, exited, killed, pipes, sh, start_running, state_of};

const SHORT: Duration = Duration::from_millis(20);
/// No test takes so long.
const LONG: Duration = Duration::from_secs(3600);

/// Starts a script, and waits until it has written something.
fn ready(script: &str) -> (Arc<Process>, OwnedFd) {
    let mut pipes = pipes(&[StdioKind::Ignore, StdioKind::Pipe]);
    let process = start_running(sh(script).stdio(pipes.theirs));
    let (_, ours) = pipes.ours.pop().expect("a pipe");
    let mut file = std::fs::File::from(ours);
    file.read_exact(&mut [0]).expect("it says something");
    (Arc::new(process), file.into())
}

const DEAF: &str = "trap '' TERM; echo ready; exec sleep 600";

/// Asks, as event loops do: `Process::wait` would keep signals out meanwhile.
fn end(process: &Process) -> ((i32, i32), bool) {
    loop {
        if let Some(exit) = process.reap() {
            return (ending(exit), exit.forced);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_process_that_ignores_the_signal_is_forced() {
    let (process, _pipe) = ready(DEAF);
    let deadlines = Deadlines::new(Arc::clone(&process));
    process.signal(libc::SIGTERM).expect("it is ours");
    deadlines.force_after(SHORT).expect("a thread");
    assert_eq!(end(&process), (killed(libc::SIGKILL), true));
    assert!(!deadlines.has_timed_out());
}

#[test]
fn a_timeout_sends_its_signal_and_then_the_last_one() {
    let (process, _pipe) = ready(DEAF);
    let deadlines = Deadlines::new(Arc::clone(&process));
    deadlines.time_out_after(SHORT, libc::SIGTERM, SHORT).expect("a thread");
    assert_eq!(end(&process), (killed(libc::SIGKILL), true));
    assert!(deadlines.has_timed_out());
}

#[test]
fn one_that_heeds_it_is_not_forced() {
    let (process, _pipe) = ready("echo ready; exec sleep 600");
    let deadlines = Deadlines::new(Arc::clone(&process));
    deadlines.time_out_after(SHORT, libc::SIGTERM, LONG).expect("a thread");
    assert_eq!(end(&process), (killed(libc::SIGTERM), false));
}

#[test]
fn the_signal_of_a_timeout_is_sent_once() {
    let (process, pipe) = ready("trap 'echo term' TERM; echo ready; while :; do sleep 0.01; done");
    let deadlines = Deadlines::new(Arc::clone(&process));
    deadlines.time_out(libc::SIGTERM).expect("it is ours");
    deadlines.time_out(libc::SIGTERM).expect("no more");
    deadlines.time_out_after(Duration::ZERO, libc::SIGTERM, SHORT * 10).expect("a thread");
    assert_eq!(end(&process), (killed(libc::SIGKILL), true));
    assert_eq!(support::read_all(pipe).matches("term").count(), 1);
}

#[test]
fn the_earliest_time_counts() {
    let (process, _pipe) = ready(DEAF);
    let deadlines = Deadlines::new(Arc::clone(&process));
    for delay in [LONG, SHORT, LONG] {
        deadlines.force_after(delay).expect("a thread");
    }
    assert_eq!(end(&process), (killed(libc::SIGKILL), true));
}

#[test]
fn a_time_that_no_clock_reaches_is_none() {
    let (process, _pipe) = ready(DEAF);
    let deadlines = Deadlines::new(Arc::clone(&process));
    deadlines.force_after(Duration::MAX).expect("nothing to do");
    deadlines.time_out_after(Duration::MAX, libc::SIGTERM, Duration::MAX).expect("a thread");
    deadlines.force_after(SHORT).expect("a thread");
    assert_eq!(end(&process), (killed(libc::SIGKILL), true));
}

#[test]
fn what_is_cancelled_is_not_sent() {
    let (process, _pipe) = ready(DEAF);
    let deadlines = Deadlines::new(Arc::clone(&process));
    deadlines.time_out_after(SHORT, libc::SIGTERM, SHORT).expect("a thread");
    deadlines.force_after(SHORT).expect("a thread");
    deadlines.cancel();
    // Another one, asked for later, comes.
    let (other, _its_pipe) = ready(DEAF);
    let later = Deadlines::new(Arc::clone(&other));
    later.force_after(SHORT * 3).expect("a thread");
    assert_eq!(end(&other), (killed(libc::SIGKILL), true));
    assert_eq!(process.reap(), None);
    process.signal(libc::SIGKILL).expect("it is ours");
    assert_eq!(end(&process), (killed(libc::SIGKILL), false));
}

#[test]
fn they_hold_when_nobody_has_them_any_more() {
    let (process, _pipe) = ready(DEAF);
    Deadlines::new(Arc::clone(&process)).force_after(SHORT).expect("a thread");
    assert_eq!(end(&process), (killed(libc::SIGKILL), true));
}

#[test]
fn the_last_signal_of_somebody_else_is_not_forced() {
    let (process, _pipe) = ready(DEAF);
    process.signal(libc::SIGKILL).expect("it is ours");
    while state_of(process.pid()) != Some('Z') {
        thread::yield_now();
    }
    process.force().expect("a zombie takes it");
    assert_eq!(end(&process), (killed(libc::SIGKILL), false));
}

#[test]
fn an_end_of_its_own_is_not_forced() {
    let process = Arc::new(start_running(command(&["true"])));
    while state_of(process.pid()) != Some('Z') {
        thread::yield_now();
    }
    process.force().expect("a zombie takes it");
    assert_eq!(end(&process), (exited(0), false));
    process.force().expect("nobody is left to take it");
}

#[test]
fn a_thousand_at_once_have_one_thread() {
    let processes: Vec<Arc<Process>> = (0..1000).map(|_| Arc::new(start_running(command(&["sleep", "600"])))).collect();
    for process in &processes {
        Deadlines::new(Arc::clone(process)).time_out_after(SHORT, libc::SIGSTOP, SHORT).expect("a thread");
    }
    let timers = || {
        let names = std::fs::read_dir("/proc/self/task").expect("/proc").flatten();
        let names = names.flat_map(|task| std::fs::read_to_string(task.path().join("comm")));
        names.filter(|name| name.trim() == "forkless-timer").count()
    };
    // A thread takes its name when it first runs.
    while timers() == 0 {
        thread::yield_now();
    }
    assert_eq!(timers(), 1);
    for process in &processes {
        assert_eq!(end(process), (killed(libc::SIGKILL), true));
    }
}

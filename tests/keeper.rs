//! A process with a keeper between us and it: its end is its own, and nobody of its tree gets away.

mod support;

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use forkless::process::Process;
use forkless::spawn::{keeper_availability, start, Command, Keeping, Step};
use forkless::supervisor::reap_at_end;
use forkless::sync::{run, Limits};
use forkless::tree;
use support::{command, ending, exited, killed, output_with, sh, start_running, state_of};

const KEPT: Keeping = Keeping { kills_descendants: true, kills_at_exit: false, dies_with_program: false };

fn kept(command: Command) -> Process {
    start_running(command.keeper(Some(KEPT)))
}

/// Polls, since no event tells; a failure after very long.
fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_true() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn parent_of(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:\t")?.parse().ok())
}

fn finish(process: &Process) {
    until("the keeper ends", || process.is_over());
}

#[test]
fn there_is_one_here() {
    assert_eq!(keeper_availability(), Ok(()));
}

#[test]
fn ends_are_the_childs_own() {
    for (script, end) in
        [("exit 0", exited(0)), ("exit 7", exited(7)), ("kill -9 $$", killed(9)), ("kill -40 $$", killed(40))]
    {
        let process = kept(sh(script));
        let pid = process.pid();
        assert_eq!(ending(process.wait()), end);
        assert_eq!(ending(process.wait()), end, "and stay");
        finish(&process);
        assert_eq!(state_of(pid), None);
    }
}

#[test]
fn the_pid_is_the_childs_until_its_end_is_heard() {
    let process = kept(sh("exit 3"));
    until("it ends", || state_of(process.pid()) == Some('Z'));
    let keeper = parent_of(process.pid()).expect("a keeper");
    // Whatever time passes, nobody else gets the pid.
    thread::sleep(Duration::from_millis(20));
    assert_eq!(state_of(process.pid()), Some('Z'));
    process.signal(libc::SIGTERM).expect("a zombie takes it without effect");
    assert_eq!(process.reap().map(ending), Some(exited(3)));
    finish(&process);
    assert_eq!((state_of(process.pid()), state_of(keeper)), (None, None));
}

#[test]
fn its_parent_is_the_keeper_and_the_keepers_parent_is_us() {
    let process = kept(command(&["sleep", "600"]));
    let keeper = parent_of(process.pid()).expect("it runs");
    assert_eq!(parent_of(keeper), Some(std::process::id()));
    process.signal(libc::SIGKILL).expect("it is ours");
    assert_eq!(ending(process.wait()), killed(libc::SIGKILL));
    finish(&process);
}

#[test]
fn a_killed_keeper_takes_the_child_along_and_that_is_told() {
    for _ in 0..20 {
        let process = kept(command(&["sleep", "600"]));
        let keeper = parent_of(process.pid()).expect("it runs");
        // SAFETY: plain numbers; it is our child.
        assert_eq!(unsafe { libc::kill(keeper.cast_signed(), libc::SIGKILL) }, 0);
        assert_eq!(ending(process.wait()), killed(libc::SIGKILL));
        assert!(matches!(state_of(process.pid()), None | Some('Z' | 'X')), "it was told too early");
        process.signal(libc::SIGKILL).expect("too late is no error");
        finish(&process);
        assert_eq!(state_of(keeper), None);
    }
}

#[test]
fn a_failed_start_leaves_no_keeper_and_tells_its_step() {
    let before = children();
    for (command, step, errno) in [
        (command(&["/none/such"]), Step::Exec, libc::ENOENT),
        (command(&["/"]), Step::Exec, libc::EACCES),
        (command(&["true"]).cwd(Some(b"/none")), Step::Cwd, libc::ENOENT),
        (command(&["true"]).stdio(vec![forkless::spawn::ChildFd::Inherit(9999)]), Step::Stdio, libc::EBADF),
    ] {
        let error = start(command.keeper(Some(KEPT))).err().expect("it fails");
        assert_eq!((error.step, error.errno.raw_os_error()), (step, errno));
    }
    until("nobody is left", || children() <= before);
}

/// How many children this thread's process has, of all its threads.
fn children() -> usize {
    tree::descendants(std::process::id()).len()
}

#[test]
fn a_signal_reaches_all_and_the_rest_ends_with_the_child() {
    let process = kept(sh("(trap '' TERM; exec setsid sleep 600) & setsid -f sleep 600; exec sleep 600"));
    let keeper = process.keeper().expect("it has one");
    until("all are there", || keeper.others(process.pid()).len() == 2);
    process.signal(libc::SIGTERM).expect("it is ours");
    assert_eq!(ending(process.wait()), killed(libc::SIGTERM));
    assert!(keeper.is_ending());
    keeper.kill_all();
    assert!(keeper.ends_until(Instant::now() + Duration::from_secs(30)));
    assert_eq!(keeper.others(process.pid()), []);
}

#[test]
fn one_that_does_not_kill_descendants_signals_the_child_alone() {
    let keeping = Keeping { dies_with_program: true, ..Keeping::default() };
    let process = start_running(sh("sleep 600 & exec sleep 600").keeper(Some(keeping)));
    let keeper = process.keeper().expect("it has one");
    until("it is there", || keeper.others(process.pid()).len() == 1);
    process.signal(libc::SIGTERM).expect("it is ours");
    assert_eq!(ending(process.wait()), killed(libc::SIGTERM));
    assert_eq!(keeper.others(process.pid()).len(), 1);
    // It takes us for ended.
    let keeper = parent_of(keeper.others(process.pid())[0].pid).expect("a keeper");
    drop(process);
    until("all end", || tree::descendants(keeper).is_empty());
    // SAFETY: plain numbers.
    until("it is reaped", || unsafe { libc::waitpid(keeper.cast_signed(), std::ptr::null_mut(), libc::WNOHANG) } != 0);
}

#[test]
fn one_that_outlives_its_environment_is_reaped_with_its_keeper() {
    for with_fd in [true, false] {
        let process = Arc::new(kept(sh("setsid -f sleep 600; exec sleep 600")));
        let keeper = parent_of(process.pid()).expect("it runs");
        let fd = process.pidfd().ok().filter(|_| with_fd);
        reap_at_end(Arc::clone(&process), fd);
        process.signal(libc::SIGKILL).expect("it is ours");
        until("both are reaped", || state_of(process.pid()).is_none() && state_of(keeper).is_none());
    }
}

#[test]
fn a_blocking_run_ends_all() {
    let limits = Limits {
        timeout: Some(Duration::from_millis(300)),
        max_output: None,
        kill_signal: libc::SIGTERM,
        force_kill_after: Some(Duration::from_millis(50)),
        drain_timeout: None,
    };
    let script = "trap '' TERM; setsid -f sleep 600; (setsid sleep 600 &); while :; do sleep 600; done";
    let outcome = run(sh(script).keeper(Some(KEPT)), &[], &[], limits).expect("it starts");
    assert_eq!(ending(outcome.exit), killed(libc::SIGKILL));
    assert!(outcome.exit.forced);
}

#[test]
fn no_fd_of_a_keeper_is_in_any_child() {
    let others: Vec<Process> = (0..5).map(|_| kept(command(&["sleep", "600"]))).collect();
    let script = "ls /proc/self/fd | tr '\\n' ' '";
    let plan = || vec![forkless::spawn::StdioKind::Ignore, forkless::spawn::StdioKind::Pipe];
    let (_, plain) = output_with(sh(script), plan());
    let (_, text) = output_with(sh(script).keeper(Some(KEPT)), plan());
    assert_eq!(text, plain);
    for process in others {
        process.signal(libc::SIGKILL).expect("it is ours");
        process.wait();
        finish(&process);
    }
}

#[test]
fn many_threads_start_and_kill_at_once() {
    let threads: Vec<_> = (0..8)
        .map(|_| {
            thread::spawn(|| {
                for round in 0..25 {
                    let process = kept(sh("setsid -f sleep 600; (sleep 600 &); exec sleep 600"));
                    let keeper = process.keeper().expect("it has one");
                    if round % 2 == 0 {
                        until("it grows", || keeper.others(process.pid()).len() >= 2);
                    }
                    process.signal(libc::SIGKILL).expect("it is ours");
                    assert_eq!(ending(process.wait()), killed(libc::SIGKILL));
                    assert!(keeper.ends_until(Instant::now() + Duration::from_secs(30)));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("all went well");
    }
}

#[test]
fn a_thread_in_another_pid_namespace_starts_none_whose_pid_would_be_a_strangers() {
    if !rustix::process::geteuid().is_root() {
        return; // only root may
    }
    let error = thread::spawn(|| {
        // SAFETY: the children of this thread alone are in it.
        if unsafe { libc::unshare(libc::CLONE_NEWPID) } != 0 {
            return None;
        }
        let mark = "4242.4242";
        let failed = start(command(&["sleep", mark]).keeper(Some(KEPT))).err().map(|error| (error.step, error.errno));
        Some((failed, mark))
    })
    .join()
    .expect("it does not panic");
    let Some((failed, mark)) = error else { return };
    assert_eq!(failed, Some((Step::Keeper, forkless::Errno::NOTSUP)));
    until("nobody is left", || {
        !fs::read_dir("/proc")
            .expect("it is there")
            .flatten()
            .any(|entry| fs::read_to_string(entry.path().join("cmdline")).is_ok_and(|words| words.contains(mark)))
    });
}

#[test]
fn a_keeper_that_is_killed_at_once_is_no_failed_start() {
    // The child kills its parent before that has heard what is wanted of it, or after.
    for _ in 0..50 {
        let process = kept(sh("kill -KILL $PPID; exec sleep 600"));
        assert_eq!(ending(process.wait()), killed(libc::SIGKILL));
        finish(&process);
    }
}

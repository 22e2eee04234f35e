//! Which starts count as certain, and what becomes of one that fails all the same.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use forkless::spawn::{ChildFd, Command, Launch, StartError, Step};
use support::{command, command_in, exited, inherit, killed, named_file, plan, state_of, Folder};

fn certain(command: Command) -> bool {
    let launch = Launch::begin(command).expect("a child");
    let certain = launch.is_certain();
    launch.finish().expect("it starts").wait();
    certain
}

/// A name of its own for an old file: a name is known for itself.
fn link_to_true(folder: &Folder, name: &str) -> String {
    let link = folder.path().join(name);
    symlink("/bin/true", &link).expect("a new link");
    link.to_str().expect("text").to_owned()
}

#[test]
fn a_file_is_known_once_it_has_been_run() {
    let folder = Folder::new();
    let link = link_to_true(&folder, "true");
    assert!(!certain(command(&[&link])));
    assert!(certain(command(&[&link])));
}

#[test]
fn what_comes_before_it_in_the_search_counts() {
    let (before, after) = (Folder::new(), Folder::new());
    link_to_true(&after, "program");
    let path = format!("PATH=/nowhere:{}:{}", before.text(), after.text());
    let search = || command_in(&["program"], &[&path]);
    assert!(!certain(search()));
    assert!(certain(search()));
    // One that exec passes over is no promise.
    fs::create_dir(before.path().join("program")).expect("a new folder");
    assert!(!certain(search()));
    assert!(!certain(search()));
}

#[test]
fn what_ends_the_search_before_it_counts() {
    let (before, after) = (Folder::new(), Folder::new());
    link_to_true(&after, "program");
    let path = format!("PATH={}:{}", before.text(), after.text());
    let search = || command_in(&["program"], &[&path]);
    assert!(!certain(search()));
    assert!(certain(search()));
    symlink("program", before.path().join("program")).expect("a link to itself");
    let launch = Launch::begin(search()).expect("a child");
    assert!(!launch.is_certain());
    let failed = launch.finish().map(|_| ()).expect_err("ELOOP");
    assert_eq!((failed.step, failed.errno.raw()), (Step::Exec, libc::ELOOP));
}

#[test]
fn a_file_that_is_another_now_is_not() {
    let folder = Folder::new();
    let link = link_to_true(&folder, "program");
    assert!(!certain(command(&[&link])));
    fs::remove_file(&link).expect("it is ours");
    symlink("/bin/false", &link).expect("a new link");
    assert!(!certain(command(&[&link])));
    assert!(certain(command(&[&link])));
}

#[test]
fn a_file_just_written_is_not() {
    let folder = Folder::new();
    let script = folder.write("script", "#!/bin/sh\n", 0o755);
    let script = script.to_str().expect("text");
    assert!(!certain(command(&[script])));
    assert!(!certain(command(&[script])));
}

#[test]
fn what_else_can_fail_is_not() {
    let folder = Folder::new();
    let link = link_to_true(&folder, "true");
    let one = || command(&[&link]);
    let file = named_file(&folder, "file");
    assert!(!certain(one()));
    assert!(certain(one()));
    assert!(!certain(one().cwd(Some(b"/"))));
    assert!(!certain(one().detached(true)));
    assert!(!certain(
        one().ids(Some(rustix::process::geteuid().as_raw()), None)
    ));
    assert!(certain(one().stdio(vec![inherit(&file)])));
    // The second is in the first one's way.
    assert!(!certain(
        one().stdio(vec![ChildFd::Inherit(0), ChildFd::Inherit(0)])
    ));
    assert!(!certain(
        one().stdio((0..17).map(|_| ChildFd::Ignore).collect())
    ));
    assert!(!certain(command(&[&link, &"x".repeat(100_000)])));
    let closed = Launch::begin(one().stdio(plan(vec![(0, ChildFd::Inherit(1_000_000))])));
    let closed = closed.expect("a child");
    assert!(!closed.is_certain());
    assert_eq!(
        closed.finish().map(|_| ()).map_err(|error| error.step),
        Err(Step::Stdio)
    );
}

/// Starts `link` so that it is certain and takes it away before its exec. `None` when
/// the exec was faster.
fn start_and_unlink(link: &str) -> Option<Launch> {
    let launch = Launch::begin(command(&[link])).expect("a child");
    let process = launch.process();
    assert!(launch.is_certain());
    process.signal(libc::SIGSTOP).expect("it is ours");
    let state = loop {
        match state_of(process.pid()) {
            Some(state @ ('T' | 'Z')) => break state,
            _ => std::thread::yield_now(),
        }
    };
    let ours = fs::read_link("/proc/self/exe").expect("we run");
    let theirs = fs::read_link(
        Path::new("/proc")
            .join(process.pid().to_string())
            .join("exe"),
    );
    let is_early = state == 'T' && theirs.is_ok_and(|theirs| theirs == ours);
    if is_early {
        fs::remove_file(link).expect("it is ours");
    } else {
        process.signal(libc::SIGKILL).expect("it is ours");
    }
    process.signal(libc::SIGCONT).expect("it is ours");
    is_early.then_some(launch)
}

#[test]
fn one_that_fails_all_the_same_is_told_and_forgotten() {
    let folder = Folder::new();
    let link = link_to_true(&folder, "true");
    assert!(!certain(command(&[&link])));
    let launch = (0..10_000)
        .find_map(|_| start_and_unlink(&link))
        .expect("once it is early enough");
    let process = std::sync::Arc::clone(launch.process());
    assert_eq!(process.wait(), exited(127));
    assert!(!launch.has_started());
    let StartError { step, errno } = launch.finish().map(|_| ()).expect_err("it is gone");
    assert_eq!((step, errno.raw()), (Step::Exec, libc::ENOENT));
    link_to_true(&folder, "true");
    assert!(!certain(command(&[&link])));
}

#[test]
fn one_that_is_killed_before_its_exec_has_started() {
    let folder = Folder::new();
    let link = link_to_true(&folder, "true");
    assert!(!certain(command(&[&link])));
    let launch = Launch::begin(command(&[&link])).expect("a child");
    let process = std::sync::Arc::clone(launch.process());
    process.signal(libc::SIGKILL).expect("it is ours");
    let exit = process.wait();
    assert!(exit == killed(libc::SIGKILL) || exit == exited(0));
    assert!(launch.has_started());
}

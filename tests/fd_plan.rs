//! The child's fd table: what was promised at every index, and nothing else.

mod support;

use std::fs::{self, File};
use std::os::fd::AsRawFd;

use forkless::spawn::{ChildFd, StdioKind};
use rustix::pipe::PipeFlags;
use support::{
    command, ending, exited, inherit, named_file, output, output_with, pipes, plan, read_all, sh, start_running, Folder,
};

/// Reads what is open at each of `indices`, by way of the child's own table.
fn contents(indices: &[usize], mut entries: Vec<(usize, ChildFd)>) -> Vec<String> {
    let pipes = pipes(&[StdioKind::Pipe]);
    entries.extend(pipes.theirs.into_iter().map(|theirs| (1, theirs)));
    let reads: Vec<String> = indices.iter().map(|index| format!("cat /proc/self/fd/{index}; echo")).collect();
    let process = start_running(sh(&reads.join("\n")).stdio(plan(entries)));
    let text = pipes.ours.into_iter().map(|(_, fd)| read_all(fd)).collect::<String>();
    assert_eq!(ending(process.wait()), exited(0));
    text.lines().map(str::to_owned).collect()
}

fn index_of(file: &File) -> usize {
    usize::try_from(file.as_raw_fd()).expect("an open fd")
}

#[test]
fn two_fds_change_places() {
    let folder = Folder::new();
    let (a, b) = (named_file(&folder, "a"), named_file(&folder, "b"));
    let (at_a, at_b) = (index_of(&a), index_of(&b));
    let swapped = vec![(at_a, inherit(&b)), (at_b, inherit(&a))];
    assert_eq!(contents(&[at_a, at_b], swapped), ["b", "a"]);
}

#[test]
fn three_fds_go_round() {
    let folder = Folder::new();
    let files = ["a", "b", "c"].map(|name| named_file(&folder, name));
    let at = files.each_ref().map(index_of);
    let turned = vec![(at[0], inherit(&files[1])), (at[1], inherit(&files[2])), (at[2], inherit(&files[0]))];
    assert_eq!(contents(&at, turned), ["b", "c", "a"]);
}

#[test]
fn an_fd_that_is_in_its_place_stays_open() {
    let folder = Folder::new();
    let file = named_file(&folder, "a");
    let at = index_of(&file);
    assert_eq!(contents(&[at], vec![(at, inherit(&file))]), ["a"]);
}

#[test]
fn one_fd_at_many_indices() {
    let folder = Folder::new();
    // By /proc each is opened anew: readers of one open file would share its offset.
    let file = named_file(&folder, "a");
    let entries = (5..9).map(|index| (index, inherit(&file))).collect();
    assert_eq!(contents(&[5, 6, 7, 8], entries), ["a", "a", "a", "a"]);
}

#[test]
fn a_high_fd_comes_down_and_a_low_one_goes_up() {
    let folder = Folder::new();
    let (low, file) = (named_file(&folder, "low"), named_file(&folder, "high"));
    let high = rustix::io::fcntl_dupfd_cloexec(&file, 700).expect("fds go that far");
    let entries = vec![(0, inherit(&high)), (650, inherit(&low))];
    assert_eq!(contents(&[0, 650], entries), ["high", "low"]);
}

#[test]
fn the_standard_three_go_round() {
    let links = [0, 1, 2].map(|fd| fs::read_link(format!("/proc/self/fd/{fd}")).expect("open"));
    let mut turned: Vec<StdioKind> = [2, 0, 1].map(StdioKind::Inherit).to_vec();
    turned.push(StdioKind::Pipe);
    let script = "(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done >&3)";
    let (exit, text) = output_with(sh(script), turned);
    assert_eq!(exit, exited(0));
    let seen: Vec<&str> = text.lines().collect();
    assert_eq!(seen, [2, 0, 1].map(|fd: usize| links[fd].to_str().expect("text")));
}

/// The fds of this process that a child gets without being promised them: those that are not close-on-exec.
fn left_open() -> Vec<i32> {
    let all = fs::read_dir("/proc/self/fd").expect("proc");
    let numbers = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers
        // SAFETY: F_GETFD only looks, and says so where there is no such fd any more.
        .filter(|&fd| fd > 2 && unsafe { libc::fcntl(fd, libc::F_GETFD) } == 0)
        .collect()
}

#[test]
fn open_are_what_was_promised_and_what_others_left_open() {
    let folder = Folder::new();
    // Not close-on-exec, like the fds that some addons leave.
    let stray = rustix::io::dup(named_file(&folder, "a")).expect("an fd");
    let mut expected = left_open();
    assert!(expected.contains(&stray.as_raw_fd()));
    expected.retain(|&fd| fd != 3);
    expected.extend([0, 1, 2]);
    let kinds = vec![StdioKind::Ignore, StdioKind::Pipe, StdioKind::Ignore, StdioKind::Ignore];
    let script = "fd=0; while [ $fd -lt 512 ]; do [ -e /proc/$$/fd/$fd ] && echo $fd; fd=$((fd + 1)); done; exit 0";
    let (exit, text) = output_with(sh(script), kinds);
    let open: Vec<i32> = text.lines().map(|fd| fd.parse().expect("a number")).collect();
    expected.sort_unstable();
    assert_eq!((exit, open), (exited(0), expected), "as by the built-in");
}

#[test]
fn ignored_standard_fds_are_the_null_device() {
    let kinds = vec![StdioKind::Ignore, StdioKind::Ignore, StdioKind::Ignore, StdioKind::Pipe];
    let (_, text) = output_with(sh("(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done >&3)"), kinds);
    assert_eq!(text, "/dev/null\n/dev/null\n/dev/null\n");
}

#[test]
fn a_plan_shorter_than_three_is_filled_up() {
    let process = start_running(sh("test \"$(readlink /proc/$$/fd/2)\" = /dev/null"));
    assert_eq!(ending(process.wait()), exited(0));
}

#[test]
fn pipes_are_sockets_and_go_both_ways() {
    let pipes = pipes(&[StdioKind::Pipe, StdioKind::Pipe]);
    let process = start_running(command(&["cat"]).stdio(pipes.theirs));
    let mut ours = pipes.ours.into_iter();
    let (_, stdin) = ours.next().expect("two pipes");
    let (_, stdout) = ours.next().expect("two pipes");
    rustix::io::write(&stdin, b"to and fro").expect("cat reads");
    drop(stdin);
    assert_eq!(read_all(stdout), "to and fro");
    assert_eq!(ending(process.wait()), exited(0));
    let (_, kind) = output(command(&["readlink", "/proc/self/fd/1"]));
    assert!(kind.starts_with("socket:"), "{kind}");
}

#[test]
fn an_inherited_standard_fd_blocks() {
    let (ours, theirs) = rustix::pipe::pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC).expect("fds");
    let entries = vec![(0, inherit(&ours)), (1, ChildFd::Ignore)];
    // A reader that does not block would see EAGAIN at once; this one waits for us.
    let process = start_running(sh("test \"$(cat)\" = late").stdio(plan(entries)));
    assert_eq!(process.reap(), None);
    rustix::io::write(&theirs, b"late").expect("the pipe is open");
    drop(theirs);
    assert_eq!(ending(process.wait()), exited(0));
}

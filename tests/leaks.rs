//! Starts, good and failed, leave this process as it was: no fd, no child, no
//! memory mapping more. Alone in its file: other tests would open fds meanwhile.

mod support;

use std::fs;

use forkless::spawn::{start, ChildFd, StdioKind};
use support::{command, exited, output, pipes};

/// Open fds, children (running or zombies), and memory mappings.
fn held() -> (usize, String, usize) {
    let fds = fs::read_dir("/proc/self/fd").expect("proc").count();
    let children = fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    let maps = fs::read_to_string("/proc/self/maps").expect("proc").lines().count();
    (fds, children, maps)
}

fn a_round() {
    assert_eq!(output(command(&["echo", "hi"])), (exited(0), "hi\n".to_owned()));
    let pipes = pipes(&[StdioKind::Pipe; 5]);
    assert!(start(command(&["/no/such/program"]).stdio(pipes.theirs)).is_err());
    assert!(start(command(&["true"]).cwd(Some(b"/no/such"))).is_err());
    assert!(start(command(&["true"]).stdio(vec![ChildFd::Inherit(1 << 20)])).is_err());
}

#[test]
fn nothing_is_left_of_a_thousand_starts() {
    a_round(); // what is kept for the next start, as a stack, is no leak
    let before = held();
    for _ in 0..250 {
        a_round();
    }
    assert_eq!(held(), before);
}

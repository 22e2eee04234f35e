//! The blocking run: output, input, and the limits that end it.

mod support;

use std::time::Duration;

use forkless::spawn::{StdioKind, Step};
use forkless::sync::{run, Limits, Outcome};
use support::{command, ending, exited, killed, moved, sh};

const NO_LIMITS: Limits =
    Limits { timeout: None, max_output: None, kill_signal: libc::SIGTERM, force_kill_after: None, drain_timeout: None };
const PIPES: [StdioKind; 3] = [StdioKind::Pipe; 3];

fn run_script(script: &str, input: Option<&[u8]>, limits: Limits) -> Outcome {
    run(sh(script), &PIPES, &[input], limits).expect("sh starts")
}

fn bytes(outcome: &mut Outcome, fd: usize) -> Vec<u8> {
    moved(outcome.output[fd].take().expect("a pipe"))
}

fn text(outcome: &mut Outcome, fd: usize) -> String {
    String::from_utf8(bytes(outcome, fd)).expect("text")
}

#[test]
fn both_outputs_and_the_exit_code() {
    let mut outcome = run_script("echo out; echo err >&2; exit 3", None, NO_LIMITS);
    assert_eq!(ending(outcome.exit), exited(3));
    assert_eq!(text(&mut outcome, 1), "out\n");
    assert_eq!(text(&mut outcome, 2), "err\n");
    assert!(outcome.output[0].is_none(), "the child's stdin is not read");
    assert!(outcome.error.is_none() && outcome.pid > 0);
}

#[test]
fn without_an_input_stdin_is_at_its_end() {
    assert_eq!(text(&mut run_script("cat; echo over", None, NO_LIMITS), 1), "over\n");
}

#[test]
fn much_goes_in_while_as_much_comes_out() {
    let input: Vec<u8> = (0..8 << 20).map(|index| (index % 251) as u8).collect();
    let mut outcome = run_script("cat", Some(&input), NO_LIMITS);
    assert_eq!(ending(outcome.exit), exited(0));
    assert!(bytes(&mut outcome, 1) == input, "not what was sent");
}

#[test]
fn an_input_nobody_reads_is_told_and_harmless() {
    let input = vec![b'x'; 8 << 20];
    let mut outcome = run_script("exec <&-; echo over", Some(&input), NO_LIMITS);
    assert_eq!((ending(outcome.exit), text(&mut outcome, 1).as_str()), (exited(0), "over\n"));
    assert_eq!(outcome.error.map(|errno| errno.raw_os_error()), Some(libc::EPIPE));
}

#[test]
fn the_deadline_ends_it() {
    let limits = Limits { timeout: Some(Duration::from_millis(50)), kill_signal: libc::SIGKILL, ..NO_LIMITS };
    let outcome = run_script("exec sleep 600", None, limits);
    assert_eq!(ending(outcome.exit), killed(libc::SIGKILL));
    assert_eq!(outcome.error.map(|errno| errno.raw_os_error()), Some(libc::ETIMEDOUT));
}

#[test]
fn too_much_output_ends_it() {
    let limits = Limits { max_output: Some(1000), ..NO_LIMITS };
    let mut outcome = run_script("exec yes", None, limits);
    assert_eq!(outcome.error.map(|errno| errno.raw_os_error()), Some(libc::ENOBUFS));
    assert!(text(&mut outcome, 1).len() >= 1000, "what came until then is kept");
}

#[test]
fn the_end_of_the_pipes_is_waited_for_too() {
    // The grandchild has the pipe when the child has long ended.
    let mut outcome = run_script("(sleep 0.2; echo late) & exit 0", None, NO_LIMITS);
    assert_eq!((ending(outcome.exit), text(&mut outcome, 1).as_str()), (exited(0), "late\n"));
}

#[test]
fn a_failed_start_names_its_step() {
    let failed = run(command(&["no-such-program"]), &PIPES, &[], NO_LIMITS);
    let error = failed.err().map(|error| (error.step, error.errno.raw_os_error()));
    assert_eq!(error, Some((Step::Exec, libc::ENOENT)));
}

const DEAF: &str = "trap '' TERM; echo out; exec sleep 600";
const SHORT: Option<Duration> = Some(Duration::from_millis(50));

#[test]
fn one_that_ignores_the_deadline_is_forced() {
    let limits = Limits { timeout: Some(Duration::from_secs(1)), force_kill_after: SHORT, ..NO_LIMITS };
    let outcome = run_script(DEAF, None, limits);
    assert_eq!((ending(outcome.exit), outcome.exit.forced), (killed(libc::SIGKILL), true));
    assert_eq!(outcome.error.map(|errno| errno.raw_os_error()), Some(libc::ETIMEDOUT));
}

#[test]
fn so_is_one_that_has_written_too_much() {
    let limits = Limits { max_output: Some(1), force_kill_after: Some(Duration::ZERO), ..NO_LIMITS };
    let outcome = run_script(DEAF, None, limits);
    assert_eq!((ending(outcome.exit), outcome.exit.forced), (killed(libc::SIGKILL), true));
}

#[test]
fn one_that_heeds_it_is_not() {
    let limits =
        Limits { timeout: SHORT, force_kill_after: Some(Duration::MAX), kill_signal: libc::SIGINT, ..NO_LIMITS };
    let outcome = run_script("exec sleep 600", None, limits);
    assert_eq!((ending(outcome.exit), outcome.exit.forced), (killed(libc::SIGINT), false));
}

/// Its stranger tells its pid first, and lives until it is killed.
fn run_with_stranger(script: &str, input: Option<&[u8]>, drain_timeout: Option<Duration>) -> (Outcome, Vec<u8>) {
    let script = format!("exec 9<&0; sleep 600 & echo $!; {script}");
    let mut outcome = run_script(&script, input, Limits { drain_timeout, ..NO_LIMITS });
    let text = bytes(&mut outcome, 1);
    let end = text.iter().position(|&byte| byte == b'\n').expect("a line");
    let pid: i32 = String::from_utf8_lossy(&text[..end]).parse().expect("a pid");
    // SAFETY: plain numbers.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGKILL) }, 0, "it lives");
    (outcome, text[end + 1..].to_vec())
}

#[test]
fn a_stranger_with_the_pipes_is_not_waited_for() {
    for time in [Some(Duration::ZERO), SHORT] {
        let (outcome, text) = run_with_stranger("head -c 900000 /dev/zero; exit 5", None, time);
        assert_eq!((ending(outcome.exit), text.len()), (exited(5), 900_000));
        assert!(outcome.error.is_none());
    }
}

#[test]
fn nor_is_an_input_that_a_stranger_does_not_read() {
    let input = vec![b'x'; 8 << 20];
    for time in [Some(Duration::ZERO), SHORT] {
        let (outcome, text) = run_with_stranger("echo over", Some(&input), time);
        assert_eq!((ending(outcome.exit), text.as_slice()), (exited(0), b"over\n".as_slice()));
        assert!(outcome.error.is_none());
    }
}

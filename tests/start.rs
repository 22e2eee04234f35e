//! What a started program is and how it ends; which step a failed start names.

mod support;

use forkless::spawn::{start, ChildFd, StdioKind, Step};
use support::{command, command_in, ending, exited, failure, killed, list, output, sh, start_running, Folder};

fn euid() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[test]
fn exit_codes_come_back() {
    for code in [0, 1, 42, 255] {
        let process = start_running(sh(&format!("exit {code}")));
        assert_eq!(ending(process.wait()), exited(code));
        assert_eq!(ending(process.wait()), exited(code), "and stay");
    }
}

#[test]
fn a_signal_is_told_from_a_code() {
    let process = start_running(command(&["sleep", "600"]));
    assert_eq!(process.reap(), None, "it still runs");
    process.signal(libc::SIGKILL).expect("it is ours");
    assert_eq!(ending(process.wait()), killed(libc::SIGKILL));
    process.signal(libc::SIGKILL).expect("too late is no error");
}

#[test]
fn arguments_and_environment_arrive_as_they_are() {
    let words = ["sh", "-c", "printf '%s|' \"$0\" \"$@\" \"$A\"", "", "a b", "\u{fc}\n", "*"];
    let (exit, text) = output(command_in(&words, &["PATH=/bin:/usr/bin", "A=x=y"]));
    assert_eq!((exit, text.as_str()), (exited(0), "|a b|\u{fc}\n|*|x=y|"));
}

#[test]
fn cwd_is_the_childs_alone() {
    let folder = Folder::new();
    let before = std::env::current_dir().expect("a folder");
    let path = folder.path().canonicalize().expect("it exists");
    let (_, text) = output(command(&["pwd"]).cwd(path.to_str().map(str::as_bytes)));
    assert_eq!(text.trim_end(), path.to_str().expect("text"));
    assert_eq!(std::env::current_dir().expect("a folder"), before);
}

#[test]
fn detached_leads_a_session_of_its_own() {
    let script = "echo $$; cut -d' ' -f6 /proc/$$/stat";
    let (_, own) = output(sh(script).detached(true));
    let (pid, session) = own.trim_end().split_once('\n').expect("two lines");
    assert_eq!(pid, session);
    let (_, shared) = output(sh(script));
    let (pid, session) = shared.trim_end().split_once('\n').expect("two lines");
    assert_ne!(pid, session);
}

#[test]
fn signals_are_at_their_defaults_and_unblocked() {
    // SAFETY: sigset_t is plain data; the set is made by sigfillset before its
    // use, and only the mask of this test's own thread changes.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
    // The test program itself ignores SIGPIPE, as every Rust program does.
    let (_, text) = output(command(&["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]));
    let masks: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(masks, ["0000000000000000"; 2]);
}

#[test]
fn ids_change_in_the_child_alone() {
    if euid() != 0 {
        return; // only root may
    }
    let (_, text) = output(sh("id -u; id -g; id -G").ids(Some(1234), Some(2345)));
    assert_eq!(text, "1234\n2345\n2345\n");
    assert_eq!(euid(), 0);
}

#[test]
fn a_failed_start_names_its_step() {
    let folder = Folder::new();
    let file = folder.write("file", "", 0o644);
    let file = file.to_str().map(str::as_bytes);
    let long = "x".repeat(1 << 18);

    assert_eq!(failure(command(&["/no/such/program"])), (Step::Exec, libc::ENOENT));
    assert_eq!(failure(command(&["no-such-program"])), (Step::Exec, libc::ENOENT));
    assert_eq!(failure(command(&["/"])), (Step::Exec, libc::EACCES));
    assert_eq!(failure(command(&["true", &long])), (Step::Exec, libc::E2BIG));
    assert_eq!(failure(command(&["true"]).cwd(Some(b"/no/such"))), (Step::Cwd, libc::ENOENT));
    assert_eq!(failure(command(&["true"]).cwd(file)), (Step::Cwd, libc::ENOTDIR));
    assert_eq!(failure(command(&["true"]).ids(Some(u32::MAX), None)), (Step::Uid, libc::EINVAL));
    assert_eq!(failure(command(&["true"]).ids(None, Some(u32::MAX))), (Step::Gid, libc::EINVAL));
    let closed = vec![ChildFd::Inherit(1 << 20)];
    assert_eq!(failure(command(&["true"]).stdio(closed)), (Step::Stdio, libc::EBADF));
}

#[test]
fn a_wrong_cwd_is_found_before_a_wrong_program() {
    let both = command(&["/no/such/program"]).cwd(Some(b"/no/such"));
    assert_eq!(failure(both), (Step::Cwd, libc::ENOENT));
}

#[test]
fn an_empty_argument_list_starts_too() {
    // Linux puts an empty argv[0] in its place since 5.18 and takes it as it is before.
    let command = forkless::spawn::Command::new(b"/bin/true", list(&[]), list(&[]));
    assert_eq!(ending(start_running(command).wait()), exited(0));
}

#[test]
fn ten_thousand_arguments_are_no_trouble() {
    let mut words = vec!["sh", "-c", "echo $#", "sh"];
    words.resize(words.len() + 10_000, "x");
    assert_eq!(output(command(&words)), (exited(0), "10000\n".to_owned()));
}

#[test]
fn many_threads_start_at_once() {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..25 {
                    let text = format!("{thread} {round}\n");
                    let kinds = vec![StdioKind::Ignore, StdioKind::Pipe];
                    let ran = support::output_with(command(&["echo", text.trim_end()]), kinds);
                    assert_eq!(ran, (exited(0), text));
                }
            });
        }
    });
}

#[test]
fn what_runs_when_a_start_returns_is_the_program() {
    for _ in 0..50 {
        let process = start_running(command(&["sleep", "600"]));
        let program = std::fs::read_link(format!("/proc/{}/exe", process.pid()));
        process.signal(libc::SIGKILL).expect("it is ours");
        let program = program.expect("it runs");
        assert!(program != std::env::current_exe().expect("a file"), "{program:?}");
    }
}

/// PR_GET_DUMPABLE of this process.
fn dumpable() -> i32 {
    // SAFETY: prctl with plain numbers.
    unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) }
}

#[test]
fn the_dumpable_flag_is_back_when_the_last_child_with_other_ids_has_gone() {
    if euid() != 0 {
        return; // only root may
    }
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for _ in 0..25 {
                    let words = ["true", "/no/such/program"];
                    let other = command(&words[thread % 2..=thread % 2]).ids(Some(1234), None);
                    drop(start(other));
                }
            });
        }
    });
    assert_eq!(dumpable(), 1);
}

/// Why a start fails, as (system call, path, whether that is an interpreter).
fn cause(command: forkless::spawn::Command) -> Option<(&'static str, Option<String>, bool)> {
    let error = forkless::spawn::start(command).err().expect("it cannot start");
    error.cause.map(|it| (it.syscall, it.path.map(|path| path.display().to_string()), it.is_interpreter))
}

#[test]
fn a_failed_start_has_a_cause_where_it_was_not_the_program() {
    let folder = Folder::new();
    let missing = folder.path().join("none").display().to_string();
    let script = folder.write("script", &format!("#! {missing}"), 0o755).display().to_string();
    let nested = folder.write("nested", &format!("#!{script}"), 0o755).display().to_string();
    let plain = folder.write("plain", "", 0o644).display().to_string();
    let in_folder = folder.write("in-folder", &format!("#!{}", folder.text()), 0o755).display().to_string();
    let in_cwd = folder.write("in-cwd", "#!none", 0o755).display().to_string();
    let because = |syscall, path: &str, is_interpreter| Some((syscall, Some(path.to_owned()), is_interpreter));

    assert_eq!(cause(command(&[&missing])), None);
    assert_eq!(cause(command(&["forkless-no-such"])), None);
    assert_eq!(cause(command(&["true"]).cwd(Some(missing.as_bytes()))), because("chdir", &missing, false));
    assert_eq!(cause(command(&[&script])), because("execve", &missing, true));
    assert_eq!(cause(command(&[&nested])), because("execve", &missing, true));
    assert_eq!(cause(command(&[&in_folder])), because("execve", folder.text(), true));
    assert_eq!(cause(command(&[&in_cwd])), because("execve", "none", true));
    assert_eq!(cause(command(&[&plain])), because("execve", &plain, false));
    assert_eq!(cause(command(&["true", &"x".repeat(1 << 20)])).map(|it| it.0), Some("execve"));
}

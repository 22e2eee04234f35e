//! Starting programs in tests, with what they write read back.

#![allow(dead_code)] // each test file uses its own part

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use forkless::output::Output;
use forkless::process::{Exit, Process};
use forkless::spawn::{make_pipes, start, Buffers, ChildFd, Command, Pipes, StartError, StdioKind, Step, StringList};

pub const PATH: &str = "PATH=/usr/local/bin:/usr/bin:/bin";

pub fn list(strings: &[&str]) -> StringList {
    let ended: String = strings.iter().map(|string| format!("{string}\0")).collect();
    StringList::from_nul_ended(ended.into_bytes())
}

/// The program is the first word.
pub fn command(words: &[&str]) -> Command {
    command_in(words, &[PATH])
}

pub fn command_in(words: &[&str], env: &[&str]) -> Command {
    Command::new(words[0].as_bytes(), list(words), list(env))
}

pub fn start_running(command: Command) -> Process {
    start(command).expect("the program starts")
}

pub fn sh(script: &str) -> Command {
    command(&["sh", "-c", script])
}

/// The step and the error number of a start that must fail.
pub fn failure(command: Command) -> (Step, i32) {
    match start(command) {
        Ok(process) => panic!("{} started", process.pid()),
        Err(StartError { step, errno, .. }) => (step, errno.raw_os_error()),
    }
}

/// How a program ends and what it writes to fd 1.
pub fn output(command: Command) -> ((i32, i32), String) {
    output_with(command, vec![StdioKind::Ignore, StdioKind::Pipe])
}

/// The same with pipes of a plan, read in their order.
pub fn output_with(command: Command, plan: Vec<StdioKind>) -> ((i32, i32), String) {
    let pipes = pipes(&plan);
    let process = start_running(command.stdio(pipes.theirs));
    let text = pipes.ours.into_iter().map(|(_, fd)| read_all(fd)).collect();
    (ending(process.wait()), text)
}

pub fn pipes(plan: &[StdioKind]) -> Pipes {
    make_pipes(plan, Buffers::Default).expect("there are fds")
}

pub fn read_all(fd: OwnedFd) -> String {
    let mut text = String::new();
    File::from(fd).read_to_string(&mut text).expect("a pipe can be read");
    text
}

/// How a program ended, without what it used.
pub const fn ending(Exit { code, signal, .. }: Exit) -> (i32, i32) {
    (code, signal)
}

pub const fn exited(code: i32) -> (i32, i32) {
    (code, 0)
}

pub const fn killed(signal: i32) -> (i32, i32) {
    (0, signal)
}

/// A plan in which nothing but the given indices is open.
pub fn plan(entries: Vec<(usize, ChildFd)>) -> Vec<ChildFd> {
    let length = entries.iter().map(|(index, _)| index + 1).max().unwrap_or(0);
    let mut plan: Vec<ChildFd> = (0..length).map(|_| ChildFd::Ignore).collect();
    for (index, entry) in entries {
        plan[index] = entry;
    }
    plan
}

/// The state letter of a process; `None` when there is no such process.
pub fn state_of(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}

/// A folder of its own for one test, gone when this is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("forkless-{}-{number}", process::id()));
        fs::create_dir(&path).expect("a new folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> &str {
        self.0.to_str().expect("the path is text")
    }

    /// Writes a file, through another process: a writable fd of ours could be in
    /// a child of another test when this file is to be run (ETXTBSY).
    pub fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        let written = process::Command::new("sh")
            .args(["-c", "printf %s \"$1\" > \"$0\""])
            .args([path.as_os_str(), text.as_ref()])
            .status();
        assert!(written.expect("sh runs").success());
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("the file is ours");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file that holds its own name, to be told apart from others by reading it.
pub fn named_file(folder: &Folder, name: &str) -> File {
    File::open(folder.write(name, name, 0o644)).expect("just written")
}

pub fn inherit(fd: &impl AsRawFd) -> ChildFd {
    ChildFd::Inherit(fd.as_raw_fd())
}

/// All bytes of an output.
pub fn moved(output: Output) -> Vec<u8> {
    let size = output.size();
    let mut bytes = Vec::with_capacity(size);
    output.move_to(&mut bytes.spare_capacity_mut()[..size]);
    // SAFETY: `move_to` has just filled that many.
    unsafe { bytes.set_len(size) };
    bytes
}

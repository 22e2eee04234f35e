//! Which starts need not be waited for, because their exec is as good as certain.
//!
//! spawn() tells of a failed exec by what it returns and emits next, so it has to know how the
//! exec went. What can go wrong there lies in the file, the folder, the ids, the fds or the size of
//! what is asked for. A start that asks for nothing unusual, and runs a file which has been run
//! before and has not changed since, is certain enough to go on at once. Should its exec fail all
//! the same (the file is gone a moment later), that is told when the child ends.

use std::collections::HashMap;
use std::ffi::CString;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::fs::{stat, Stat};
use rustix::io::{fcntl_getfd, Errno};

use super::command::Command;
use super::stdio::ChildFd;

/// Bytes of argv and envp that any Linux takes. Source: execve(2), "Limits on size of arguments and environment"
const SURELY_TAKEN: usize = 96 * 1024;
/// Entries that fit into any fd table a JavaScript engine can run with.
const FEW_FDS: usize = 16;
/// How long a file must have lain unchanged. Those who have just made one (tests, installers)
/// tend to change or delete it soon, perhaps in the same turn as they run it.
const SETTLED: Duration = Duration::from_secs(60);
/// Files remembered. More is no use of a program that wants its starts fast.
const KNOWN: usize = 256;

/// A file as it was when it was run: any change of content, mode or owner shows here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    /// Since the epoch.
    changed: Duration,
}

impl Stamp {
    fn of(file: &Stat) -> Self {
        Self {
            device: file.st_dev,
            inode: file.st_ino,
            #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)]
            changed: Duration::new(file.st_ctime as u64, file.st_ctime_nsec as u32),
        }
    }

    fn is_settled(&self) -> bool {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        self.changed + SETTLED <= now
    }
}

/// Files that have been run, by the path they were run by.
static RUN_BEFORE: Mutex<Option<HashMap<CString, Stamp>>> = Mutex::new(None);

fn run_before() -> MutexGuard<'static, Option<HashMap<CString, Stamp>>> {
    RUN_BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file that a start with nothing unusual about it should run.
pub(super) struct Target {
    /// Which of the candidates it is.
    candidate: u32,
    stamp: Stamp,
}

impl Target {
    /// `None` when the start could fail by something other than the file, or must lead a
    /// process group when it returns: its parent may signal that at once.
    pub fn find(command: &Command, stdio: &[ChildFd]) -> Option<Self> {
        let plain = command.cwd.is_none() && command.uid.is_none() && command.gid.is_none();
        if !plain || command.detached || command.size() > SURELY_TAKEN || !can_be_placed(stdio) {
            return None;
        }
        // The search goes on after these, as in `child.rs`; any other error ends it.
        let passes = |error: &Errno| matches!(*error, Errno::NOENT | Errno::NOTDIR | Errno::ACCESS);
        let (candidate, file) = (0..)
            .zip(command.candidates.iter().map(stat))
            .find(|(_, file)| !file.as_ref().is_err_and(passes))?;
        let stamp = Stamp::of(&file.ok()?);
        Some(Self { candidate, stamp })
    }

    /// Whether it has been run before, and is as it was then.
    pub fn is_certain(&self, command: &Command) -> bool {
        let known = run_before();
        let stamp = known
            .as_ref()
            .and_then(|known| known.get(self.path(command)?));
        stamp == Some(&self.stamp) && self.stamp.is_settled()
    }

    /// What the exec came to: the candidate that was run, or that none was.
    pub fn learn(&self, command: &Command, run: Option<u32>) {
        let Some(path) = self.path(command) else {
            return;
        };
        let mut known = run_before();
        let known = known.get_or_insert_default();
        if run != Some(self.candidate) {
            known.remove(path);
        } else if known.get(path) != Some(&self.stamp) {
            if known.len() >= KNOWN {
                known.clear();
            }
            known.insert(path.clone(), self.stamp);
        }
    }

    fn path<'a>(&self, command: &'a Command) -> Option<&'a CString> {
        command.candidates.get(self.candidate as usize)
    }
}

/// Whether every entry can be put at its index: each fd is open, and none has to
/// get out of the way of another first.
fn can_be_placed(stdio: &[ChildFd]) -> bool {
    let is_open = |fd: i32| {
        // SAFETY: F_GETFD only looks, and says so if there is no such fd.
        fcntl_getfd(unsafe { BorrowedFd::borrow_raw(fd) }).is_ok()
    };
    stdio.len() <= FEW_FDS
        && stdio.iter().enumerate().all(|(index, entry)| match entry {
            ChildFd::Inherit(fd) => {
                usize::try_from(*fd).is_ok_and(|fd| fd >= index) && is_open(*fd)
            }
            ChildFd::Own(fd) => usize::try_from(fd.as_raw_fd()).is_ok_and(|fd| fd >= index),
            ChildFd::Ignore => true,
        })
}

//! The processes that a process has started, and those that they have started, as `/proc` links them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::process::{pidfd_open, Pid, PidfdFlags};

use crate::sys::errno::{last_errno, Errno};

/// A process and its parent, at the time of the look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descendant {
    pub pid: u32,
    pub parent: u32,
}

/// All descendants of `root`, parents before their children. Empty where `/proc` does not tell.
pub fn descendants(root: u32) -> Vec<Descendant> {
    let list = ListedChildren::new(root);
    let mut found = Vec::new();
    let mut known = HashSet::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for pid in list.children_of(parent) {
            // While we look, one may be found below two parents.
            if known.insert(pid) {
                found.push(Descendant { pid, parent });
                parents.push(pid);
            }
        }
    }
    found
}

/// Sends a signal to one that was found, by a pidfd, once its parent has been read again: it is still the one, or the
/// orphan of one that has ended, which the keeper `heir` has then. So no stranger with the same pid is hit.
pub fn signal(descendant: Descendant, heir: Option<u32>, signal: i32) -> Result<(), Errno> {
    let Descendant { pid, parent } = descendant;
    let pidfd = open(pid)?;
    let now = parent_of(pid).ok_or(Errno::SRCH)?;
    if now != parent && Some(now) != heir {
        return Err(Errno::SRCH);
    }
    send(&pidfd, signal)
}

/// What tells a process from a later one of the same pid: the time of its start, in ticks since the system's.
pub fn start_of(pid: u32) -> Option<String> {
    let fields = stat_of(pid)?;
    // The twenty-second of all, and these begin with the third.
    fields.get(19).filter(|_| fields[0] != "Z" && fields[0] != "X").cloned()
}

/// Sends a signal to that very process, by a pidfd.
pub fn signal_started(pid: u32, start: &str, signal: i32) -> Result<(), Errno> {
    let pidfd = open(pid)?;
    if start_of(pid).as_deref() != Some(start) {
        return Err(Errno::SRCH);
    }
    send(&pidfd, signal)
}

fn open(pid: u32) -> Result<OwnedFd, Errno> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
    pidfd_open(pid, PidfdFlags::empty())
}

fn send(pidfd: &OwnedFd, signal: i32) -> Result<(), Errno> {
    // SAFETY: plain numbers and no siginfo.
    let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, 0, 0) };
    if sent == 0 {
        Ok(())
    } else {
        Err(last_errno())
    }
}

/// Where children are listed.
enum ListedChildren {
    /// By the kernel, for each thread.
    ByThread,
    /// Made of all of `/proc`, for kernels without that (`CONFIG_PROC_CHILDREN`).
    ByParent(HashMap<u32, Vec<u32>>),
}

impl ListedChildren {
    fn new(root: u32) -> Self {
        if fs::exists(format!("/proc/{root}/task/{root}/children")).unwrap_or(false) {
            return Self::ByThread;
        }
        let mut all: HashMap<u32, Vec<u32>> = HashMap::new();
        for pid in numbers_in("/proc") {
            if let Some(parent) = parent_of(pid) {
                all.entry(parent).or_default().push(pid);
            }
        }
        Self::ByParent(all)
    }

    fn children_of(&self, pid: u32) -> Vec<u32> {
        match self {
            Self::ByParent(all) => all.get(&pid).cloned().unwrap_or_default(),
            Self::ByThread => numbers_in(&format!("/proc/{pid}/task"))
                .into_iter()
                .filter_map(|thread| fs::read_to_string(format!("/proc/{pid}/task/{thread}/children")).ok())
                .flat_map(|text| text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
                .collect(),
        }
    }
}

fn numbers_in(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The parent of a process that runs. A zombie has none.
pub fn parent_of(pid: u32) -> Option<u32> {
    match stat_of(pid)?.as_slice() {
        [state, parent, ..] if state != "Z" && state != "X" => parent.parse().ok(),
        _ => None,
    }
}

/// The fields of proc_pid_stat(5) from the third on: the state, the parent, …
fn stat_of(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses, and may have any character in it.
    let fields = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace();
    Some(fields.map(Into::into).collect())
}

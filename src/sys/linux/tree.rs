//! The processes that a process has started, and those that they have started, as `/proc` links them.

use std::collections::{HashMap, HashSet};
use std::fs;

use rustix::process::{test_kill_process, Pid};

use super::pidfd;
use crate::sys::errno::{last_errno, Errno};

/// A process that runs, told from later ones of the same pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descendant {
    pub pid: u32,
    /// When it was started, in ticks since the system's start; `None` where that is hidden from us.
    pub start: Option<u64>,
}

/// All descendants of `root`, parents before their children. Empty where `/proc` does not tell.
///
/// Who ends meanwhile has others left out: those behind it in the kernel's list, and its own children, which move to
/// another list that may have been read before. So it is looked at again until two looks are the same.
pub fn descendants(root: u32) -> Vec<Descendant> {
    let look = || look(root, &ListedChildren::new(root));
    let mut found = look();
    for _ in 0..MOST_LOOKS {
        let again = look();
        if again == found {
            break;
        }
        found = again;
    }
    found
}

/// A tree that never rests is as it was at the last of so many looks.
const MOST_LOOKS: usize = 8;

/// What a list says may be over when it is read, and a pid somebody else's. So of each that it names the parent is read
/// again, and after that whether the parent is still the process whose list it was.
fn look(root: u32, list: &ListedChildren) -> Vec<Descendant> {
    let mut found = Vec::new();
    let Some(whole) = Stat::of(root).filter(|_| is_proc_ours()) else {
        return found;
    };
    let mut known = HashSet::new();
    let mut parents = vec![Descendant { pid: root, start: Some(whole.start) }];
    while let Some(parent) = parents.pop() {
        let listed = list.children_of(parent.pid);
        let children: Vec<_> = listed.into_iter().filter_map(|pid| child_of(parent.pid, pid)).collect();
        if Stat::of(parent.pid).map(|stat| stat.start) != parent.start {
            continue;
        }
        for child in children {
            // While we look, one may be found below two parents.
            if known.insert(child.pid) {
                found.push(child);
                parents.push(child);
            }
        }
    }
    found
}

/// One that runs and whose parent is that. What is hidden from us can only be believed.
fn child_of(parent: u32, pid: u32) -> Option<Descendant> {
    match Stat::of(pid) {
        Some(stat) if stat.parent == parent && stat.runs => Some(Descendant { pid, start: Some(stat.start) }),
        None if is_anothers(pid) => Some(Descendant { pid, start: None }),
        _ => None,
    }
}

/// Sends a signal to that very process: by a pidfd, or where there is none right after a look.
pub fn signal(descendant: Descendant, signal: i32) -> Result<(), Errno> {
    let pid = pid_of(descendant.pid).ok_or(Errno::SRCH)?;
    let pidfd = pidfd::open(pid);
    if !is_running(descendant) {
        return Err(Errno::SRCH);
    }
    match pidfd.and_then(|pidfd| pidfd::send_signal(&pidfd, signal)) {
        Err(errno) if errno != Errno::SRCH => send_by_pid(pid, signal),
        sent => sent,
    }
}

/// For kernels before 5.3, sandboxes that refuse it, and where no fd is left.
fn send_by_pid(pid: Pid, signal: i32) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    if unsafe { libc::kill(pid.as_raw_nonzero().get(), signal) } == 0 {
        Ok(())
    } else {
        Err(last_errno())
    }
}

/// Whether it has not ended.
pub fn is_running(descendant: Descendant) -> bool {
    match Stat::of(descendant.pid) {
        Some(stat) => stat.runs && Some(stat.start) == descendant.start,
        None => descendant.start.is_none() && is_anothers(descendant.pid),
    }
}

/// Whether there is such a process and we may signal it.
pub fn may_signal(pid: u32) -> bool {
    pid_of(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

/// Whether there is such a process and we may not signal it.
fn is_anothers(pid: u32) -> bool {
    pid_of(pid).is_some_and(|pid| test_kill_process(pid) == Err(Errno::PERM))
}

fn pid_of(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Whether `/proc` numbers processes as we do. That of another pid namespace does not.
fn is_proc_ours() -> bool {
    let own = std::process::id().to_string();
    fs::read_link("/proc/self").is_ok_and(|path| path.to_str() == Some(&own))
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
        Self::by_parent()
    }

    fn by_parent() -> Self {
        let mut all: HashMap<u32, Vec<u32>> = HashMap::new();
        for pid in numbers_in("/proc") {
            if let Some(stat) = Stat::of(pid) {
                all.entry(stat.parent).or_default().push(pid);
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

/// What proc_pid_stat(5) tells of a process.
struct Stat {
    parent: u32,
    start: u64,
    /// It is no zombie. One whose first thread has ended looks like one as long as others go on.
    runs: bool,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The fields from the third on: the name before them is in parentheses, and may have any byte in it.
    fn parse(text: &[u8]) -> Option<Self> {
        let end_of_name = text.iter().rposition(|&byte| byte == b')')?;
        let text = std::str::from_utf8(text.get(end_of_name + 1..)?).ok()?;
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        let ended = matches!(*fields.first()?, "Z" | "X") && number(17)? <= 1;
        Some(Self { parent: u32::try_from(number(1)?).ok()?, start: number(19)?, runs: !ended })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "5 5 0 -1 4194304 0 0 0 0 0 0 0 0 20 0";

    fn parsed(name: &[u8], state: &str, threads: u32) -> Option<(u32, u64, bool)> {
        let tail = format!(") {state} 7 {REST} {threads} 0 4242 0 0");
        let text = [b"12 (", name, tail.as_bytes()].concat();
        Stat::parse(&text).map(|stat| (stat.parent, stat.start, stat.runs))
    }

    #[test]
    fn a_name_may_have_any_byte() {
        for name in [&b"sh"[..], b") Z 1 (", b"\xff\xfe", b"a b\n"] {
            assert_eq!(parsed(name, "S", 1), Some((7, 4242, true)));
        }
    }

    #[test]
    fn a_zombie_with_threads_runs() {
        assert_eq!(parsed(b"sh", "Z", 1), Some((7, 4242, false)));
        assert_eq!(parsed(b"sh", "Z", 2), Some((7, 4242, true)));
    }

    #[test]
    fn what_is_cut_off_is_nothing() {
        assert!(Stat::parse(b"12 (sh) S 7").is_none());
        assert!(Stat::parse(b"").is_none());
    }

    #[test]
    fn both_kinds_of_lists_have_the_same_tree() {
        use std::process::{Command, Stdio};
        let script = "sleep 600 & (sleep 600 & sleep 600 & wait) & echo; wait";
        let mut shell =
            Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().expect("a shell is there");
        std::io::Read::read_exact(&mut shell.stdout.take().expect("piped"), &mut [0]).expect("it says a line");
        let look_by = |list: ListedChildren| {
            let mut pids: Vec<u32> = look(shell.id(), &list).into_iter().map(|descendant| descendant.pid).collect();
            pids.sort_unstable();
            pids
        };
        // They are all there in a moment.
        while descendants(shell.id()).len() < 4 {
            std::thread::yield_now();
        }
        let (by_thread, by_parent) = (look_by(ListedChildren::new(shell.id())), look_by(ListedChildren::by_parent()));
        let all = descendants(shell.id());
        shell.kill().expect("it runs");
        for descendant in all {
            let _ = signal(descendant, libc::SIGKILL);
        }
        shell.wait().expect("it has ended");
        assert_eq!(by_thread.len(), 4);
        assert_eq!(by_thread, by_parent);
    }

    #[test]
    fn we_run_and_our_parent_has_us() {
        let own = std::process::id();
        let stat = Stat::of(own).expect("/proc is there");
        assert!(stat.runs);
        assert!(is_running(Descendant { pid: own, start: Some(stat.start) }));
        assert!(!is_running(Descendant { pid: own, start: Some(stat.start + 1) }));
    }
}

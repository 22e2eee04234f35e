//! Starts a child that borrows our memory until it execs, as vfork(2) does.
//!
//! The child is cloned with `CLONE_VM | CLONE_VFORK | SIGCHLD` and no other flag. CLONE_VM: nothing is copied, so a
//! start costs the same at any heap size. CLONE_VFORK: the kernel suspends the calling thread until the child has
//! left our memory, by exec or by its end. So the child's memory is ours again when `start` goes on, and `start`
//! knows how the exec went. posix_spawn(3) does the same; debuggers, sandboxes and emulators know it.
//!
//! Some emulators (qemu-user, valgrind) make a copy of the memory instead. There the child cannot tell us by memory
//! what went wrong, so it tells by a pipe (`report.rs`).

use std::ffi::{c_char, c_void};
use std::os::fd::AsRawFd;
use std::ptr;
use std::sync::{Once, OnceLock};

use super::cause::Cause;
use super::child::{end_at_once, run, FdMove, Outcome, Plan};
use super::command::Command;
use super::ids::IdChange;
use super::keeper::{run_keeper, Preparation};
use super::report::Report;
use super::stdio::ChildFd;
use super::Step;
use crate::kept::Kept;
use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::raw::vfork_onto;
use crate::sys::signal::{keep_exit_statuses, AllBlocked};
use crate::sys::stack::Stack;

/// Why a process could not be started, and at which step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    pub step: Step,
    pub errno: Errno,
    /// Where it was not the program that failed.
    pub cause: Option<Cause>,
}

impl StartError {
    /// A failure that left no child.
    pub fn before_clone(errno: Errno) -> Self {
        Self::new(Step::Prepare, errno)
    }

    pub fn new(step: Step, errno: Errno) -> Self {
        Self { step, errno, cause: None }
    }

    /// Whether this system makes no such process at all, whatever the program: a sandbox refuses the system call.
    pub fn is_refusal(&self) -> bool {
        let refusals = [Errno::PERM, Errno::NOSYS, Errno::INVAL, Errno::ACCESS];
        self.step == Step::Clone && refusals.contains(&self.errno)
    }
}

/// Starts a process and waits for its exec. A child that could not start is reaped.
///
/// The wait is for the exec alone. It is as long as the kernel takes to load the program.
pub fn start(mut command: Command) -> Result<Process, StartError> {
    static ONCE: Once = Once::new();
    ONCE.call_once(keep_exit_statuses);
    let theirs = std::mem::take(&mut command.stdio);
    let mut fds = fd_moves(&theirs);
    let report = Report::prepare(fds.len()).map_err(StartError::before_clone)?;
    let stack = Stack::take().map_err(StartError::before_clone)?;
    let keeper = command.keeper.map(|_| Preparation::new()).transpose().map_err(StartError::before_clone)?;
    let mut keeper_plan = keeper.as_ref().map(Preparation::plan);
    let candidates: Vec<*const c_char> = command.candidates.iter().map(|path| path.as_ptr()).collect();
    let mut plan = Plan {
        candidates: candidates.as_ptr(),
        candidate_count: candidates.len(),
        searched: command.searched,
        unfound: command.unfound,
        library: command.library,
        argv: command.argv.as_ptr(),
        shell_argv: command.shell_argv.as_mut_ptr(),
        envp: command.envp.as_ptr(),
        cwd: command.cwd.as_ref().map_or(ptr::null(), |cwd| cwd.as_ptr()),
        uid: command.uid,
        gid: command.gid,
        detached: command.detached,
        fds: fds.as_mut_ptr(),
        fd_count: fds.len(),
        keeper: keeper_plan.as_mut().map_or(ptr::null_mut(), ptr::from_mut),
        report: report.fd(),
        outcome: Outcome::default(),
    };
    let changes_ids = command.uid.is_some() || command.gid.is_some();
    let ids = changes_ids.then(IdChange::begin);
    let pid = clone(&mut plan, &stack);
    let failure = pid.ok().and_then(|_| report.read(&plan.outcome));
    let failure = failure.map(|error| StartError { cause: Cause::of(error.step, error.errno, &command), ..error });
    let keeping = command.keeper;
    // They were the child's until here.
    drop((ids, command, candidates, fds));
    stack.give_back();
    // The child has its own copy of the fd table: our copies of its ends go now.
    drop(theirs);
    let child = pid.and_then(Process::new).map_err(|errno| StartError::new(Step::Clone, errno))?;
    if let Some(error) = failure {
        // A keeper whose child has failed has no more to do, and nobody to do it for.
        drop(keeper);
        child.wait();
        return Err(error);
    }
    let (Some(preparation), Some(plan), Some(keeping)) = (keeper, keeper_plan, keeping) else {
        return Ok(child);
    };
    let keeper = child;
    match preparation.finish(&plan, keeper.pid(), keeping) {
        Ok((socket, pid)) => Process::kept(pid, Kept::new(keeper, socket, keeping)),
        Err(errno) => {
            // It has ended, or is the first process of another pid namespace, which ends with it.
            let _ = keeper.signal(libc::SIGKILL);
            keeper.wait();
            Err(errno)
        }
    }
    .map_err(|errno| StartError::new(Step::Keeper, errno))
}

/// The first three fds always exist in a child, whatever was asked for.
fn fd_moves(stdio: &[ChildFd]) -> Vec<FdMove> {
    let mut moves: Vec<FdMove> = stdio
        .iter()
        .map(|entry| match entry {
            ChildFd::Ignore => FdMove::NONE,
            ChildFd::Inherit(fd) => FdMove { source: *fd, inherited: true },
            ChildFd::Own(fd) => FdMove { source: fd.as_raw_fd(), inherited: false },
        })
        .collect();
    moves.resize(moves.len().max(3), FdMove::NONE);
    moves
}

/// Returns the pid of a new child.
fn clone(plan: &mut Plan, stack: &Stack) -> Result<u32, Errno> {
    let entry = if plan.keeper.is_null() { run } else { run_keeper };
    // SAFETY: the plan and what it points to are the caller's, who keeps them until the child has left this memory: this
    // thread is suspended until then, or the child has a copy. `run` keeps the contract of child.rs.
    unsafe { vfork(stack, entry, ptr::from_mut(plan).cast::<c_void>()) }
}

/// # Safety
/// As `vfork_onto`, but for the stack and the signals.
pub(super) unsafe fn vfork(
    stack: &Stack,
    entry: unsafe extern "C" fn(*mut c_void) -> !,
    argument: *mut c_void,
) -> Result<u32, Errno> {
    let blocked = AllBlocked::new();
    // SAFETY: the stack is the caller's, and all signals are blocked; he vouches for the rest.
    let pid = unsafe { vfork_onto(stack.top(), entry, argument) };
    drop(blocked);
    u32::try_from(pid).map_err(|_| Errno::from_raw_os_error(i32::try_from(-pid).unwrap_or(libc::EIO)))
}

/// Whether this system refuses each start, whatever the program: found out once, by a child that ends at once. Where there
/// is no room for one now, that is no refusal.
pub fn are_starts_refused() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let Ok(stack) = Stack::take() else { return false };
        // SAFETY: such a child needs nothing.
        let pid = unsafe { vfork(&stack, end_at_once, ptr::null_mut()) };
        stack.give_back();
        match pid.and_then(Process::new) {
            Ok(child) => {
                child.wait();
                false
            }
            Err(errno) => StartError::new(Step::Clone, errno).is_refusal(),
        }
    })
}

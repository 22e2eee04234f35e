//! Starts a child that shares our memory until it execs, and waits for that exec.
//!
//! The child is cloned with CLONE_VM, so nothing is copied and a start costs
//! the same at any heap size. Unlike vfork(2) (CLONE_VFORK) the calling thread
//! is not suspended: it may go on building what it needs for the new child
//! while another core runs the exec, and then asks `Launch::finish` how it went.

use std::ffi::{c_char, c_void};
use std::os::fd::{FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Once};

use rustix::thread::futex::{self, Timespec};

use super::certain::Target;
use super::child::{run, FdMove, Outcome, Plan};
use super::command::Command;
use super::stdio::ChildFd;
use super::Step;
use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::raw::clone_onto;
use crate::sys::signal::{keep_exit_statuses, AllBlocked};
use crate::sys::stack::Stack;

/// Why a process could not be started, and at which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartError {
    pub step: Step,
    pub errno: Errno,
}

impl StartError {
    /// A failure that left no child.
    pub fn before_clone(errno: Errno) -> Self {
        Self {
            step: Step::Clone,
            errno,
        }
    }
}

/// What a start came to: the child runs its program, or has been reaped.
pub type Started = Result<Arc<Process>, StartError>;

/// A child between clone and exec.
///
/// Owns all memory the child looks at; dropping it waits for the child to let go.
pub struct Launch {
    child: Arc<Process>,
    shared: SharedPtr,
    stack: Option<Stack>,
    /// Whether this process could be dumped before a child changed its ids.
    dumpable: Option<i32>,
    /// What it should run, when nothing but that can make it fail.
    target: Option<Target>,
}

/// What the child works from. The child and the kernel hold its address, so it
/// is reached by `SharedPtr` and never moves.
struct Shared {
    plan: Plan,
    /// 1 while the child is in our memory; the kernel zeroes it and wakes us (CLONE_CHILD_CLEARTID).
    in_here: AtomicU32,
    /// What `plan` points into.
    command: Command,
    _candidates: Vec<*const c_char>,
    fds: Vec<FdMove>,
}

/// Owns a `Shared` by plain pointer: a Box would claim that nobody else reads or
/// writes it, and the child does.
struct SharedPtr(NonNull<Shared>);

// SAFETY: it is the owner, and what it gives out are addresses and atomics.
unsafe impl Send for SharedPtr {}

impl SharedPtr {
    fn plan(&self) -> *mut Plan {
        // SAFETY: the pointer is live until drop; no reference is made, only an address taken.
        unsafe { &raw mut (*self.0.as_ptr()).plan }
    }

    fn outcome(&self) -> &Outcome {
        // SAFETY: live until drop; the child writes it by atomics only.
        unsafe { &(*self.0.as_ptr()).plan.outcome }
    }

    fn command(&self) -> &Command {
        // SAFETY: live until drop; the child only reads it, but for a slot of
        // `shell_argv`, which nobody else looks at.
        unsafe { &(*self.0.as_ptr()).command }
    }

    fn in_here(&self) -> &AtomicU32 {
        // SAFETY: live until drop; the kernel writes it as an atomic word.
        unsafe { &(*self.0.as_ptr()).in_here }
    }

    /// The kernel zeroes `in_here` and wakes its waiters when the child execs or ends.
    fn wait_until_gone(&self) {
        while !self.wait(None) {}
    }

    /// Gives whether the child is gone; a signal or the end of `longest` can be first.
    fn wait(&self, longest: Option<&Timespec>) -> bool {
        let in_here = self.in_here();
        if in_here.load(Ordering::Acquire) != 0 {
            // Not a private futex: the kernel's own wake is not one.
            let _ = futex::wait(in_here, futex::Flags::empty(), 1, longest);
        }
        in_here.load(Ordering::Acquire) == 0
    }
}

impl Drop for SharedPtr {
    fn drop(&mut self) {
        // SAFETY: made by Box::leak in SharedPtr::new and freed only here; the
        // Launch that owns this has waited for the child to let go.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Set when the kernel, or a filter on its calls, refuses CLONE_PIDFD.
static NO_PIDFD: AtomicBool = AtomicBool::new(false);

impl Launch {
    /// Starts the child. Its pid is known when this returns; whether exec works is not.
    pub fn begin(mut command: Command) -> Result<Self, StartError> {
        static ONCE: Once = Once::new();
        ONCE.call_once(keep_exit_statuses);
        let stack = Stack::take().map_err(StartError::before_clone)?;
        let dumpable = (command.uid.is_some() || command.gid.is_some()).then(get_dumpable);
        let theirs = std::mem::take(&mut command.stdio);
        let target = Target::find(&command, &theirs);
        let shared = SharedPtr::new(command, &theirs);
        let (pid, pidfd) = clone(&shared, &stack).map_err(StartError::before_clone)?;
        // The child has its own copy of the fd table: our copies of its ends go now.
        drop(theirs);
        let child = Process::new(pid, pidfd).map_err(|errno| {
            // There is a child but no way to learn of its end: it must not live.
            Process::kill_and_reap(pid);
            shared.wait_until_gone();
            restore_dumpable(dumpable);
            StartError::before_clone(errno)
        })?;
        let mut launch = Self {
            child: Arc::new(child),
            shared,
            stack: Some(stack),
            dumpable,
            target,
        };
        if dumpable.is_some() {
            // At once, for the flag is the whole process's: see `restore_dumpable`.
            launch.wait_until_gone();
        }
        Ok(launch)
    }

    /// The child, which may be about to fail: it is reaped here then.
    pub fn process(&self) -> &Arc<Process> {
        &self.child
    }

    /// Whether it may be taken for running its program already. It must be kept all the
    /// same, until it has started or, against all expectation, failed to.
    pub fn is_certain(&self) -> bool {
        self.target
            .as_ref()
            .is_some_and(|target| target.is_certain(self.shared.command()))
    }

    /// Whether the child runs its program, or did.
    pub fn has_started(&self) -> bool {
        self.shared.in_here().load(Ordering::Acquire) == 0
            && self.shared.outcome().step.load(Ordering::Acquire) == 0
    }

    /// Waits for the child to run its program or fail to, but not for one that something
    /// has stopped on its way.
    pub fn wait_a_moment(&self) {
        /// An exec takes a hundredth of it.
        const MOMENT: Timespec = Timespec {
            tv_sec: 0,
            tv_nsec: 50_000_000,
        };
        self.shared.wait(Some(&MOMENT));
    }

    /// Waits until the child runs its program, or has failed to and is reaped.
    pub fn finish(mut self) -> Started {
        self.wait_until_gone();
        let child = Arc::clone(&self.child);
        let outcome = self.shared.outcome();
        let step = outcome.step.load(Ordering::Acquire);
        if let Some(target) = &self.target {
            let candidate = outcome.candidate.load(Ordering::Relaxed);
            target.learn(self.shared.command(), (step == 0).then_some(candidate));
        }
        if step == 0 {
            return Ok(child);
        }
        let errno = Errno::from_raw(outcome.errno.load(Ordering::Relaxed));
        child.wait();
        Err(StartError {
            step: Step::from_raw(step),
            errno,
        })
    }

    /// Waits for the child to let go of our memory, and takes back what it needed of it.
    fn wait_until_gone(&mut self) {
        self.shared.wait_until_gone();
        if let Some(stack) = self.stack.take() {
            stack.give_back();
            restore_dumpable(self.dumpable);
        }
    }
}

impl Drop for Launch {
    fn drop(&mut self) {
        // Before any field goes: the child may still be reading them.
        self.wait_until_gone();
    }
}

impl SharedPtr {
    fn new(command: Command, stdio: &[ChildFd]) -> Self {
        let candidates: Vec<*const c_char> = command
            .candidates
            .iter()
            .map(|path| path.as_ptr())
            .collect();
        let fds = fd_moves(stdio);
        let mut shared = Box::new(Shared {
            plan: Plan {
                candidates: candidates.as_ptr(),
                candidate_count: candidates.len(),
                searched: command.searched,
                argv: command.argv.as_ptr(),
                shell_argv: ptr::null_mut(),
                envp: command.envp.as_ptr(),
                cwd: command.cwd.as_ref().map_or(ptr::null(), |cwd| cwd.as_ptr()),
                uid: command.uid,
                gid: command.gid,
                detached: command.detached,
                fds: ptr::null_mut(),
                fd_count: fds.len(),
                outcome: Outcome::default(),
            },
            in_here: AtomicU32::new(1),
            command,
            _candidates: candidates,
            fds,
        });
        shared.plan.shell_argv = shared.command.shell_argv.as_mut_ptr();
        shared.plan.fds = shared.fds.as_mut_ptr();
        Self(NonNull::from(Box::leak(shared)))
    }
}

/// The first three fds always exist in a child, whatever was asked for.
fn fd_moves(stdio: &[ChildFd]) -> Vec<FdMove> {
    use std::os::fd::AsRawFd;
    let mut moves: Vec<FdMove> = stdio
        .iter()
        .map(|entry| match entry {
            ChildFd::Ignore => FdMove {
                source: -1,
                inherited: false,
            },
            ChildFd::Inherit(fd) => FdMove {
                source: *fd,
                inherited: true,
            },
            ChildFd::Own(fd) => FdMove {
                source: fd.as_raw_fd(),
                inherited: false,
            },
        })
        .collect();
    while moves.len() < 3 {
        moves.push(FdMove {
            source: -1,
            inherited: false,
        });
    }
    moves
}

/// clone(2), with a pidfd where the kernel gives one.
fn clone(shared: &SharedPtr, stack: &Stack) -> Result<(u32, Option<OwnedFd>), Errno> {
    if !NO_PIDFD.load(Ordering::Relaxed) {
        match clone_once(shared, stack, true) {
            Err(errno) if may_be_refusal(errno) => {
                // Ask again without: if that works, it was the pidfd that was refused.
                let plain = clone_once(shared, stack, false)?;
                NO_PIDFD.store(true, Ordering::Relaxed);
                return Ok(plain);
            }
            answer => return answer,
        }
    }
    clone_once(shared, stack, false)
}

/// The errors by which an old kernel or a seccomp filter says no to a flag.
fn may_be_refusal(errno: Errno) -> bool {
    matches!(
        errno.raw(),
        libc::EINVAL | libc::EPERM | libc::ENOSYS | libc::EACCES
    )
}

fn clone_once(
    shared: &SharedPtr,
    stack: &Stack,
    with_pidfd: bool,
) -> Result<(u32, Option<OwnedFd>), Errno> {
    let wanted = if with_pidfd { libc::CLONE_PIDFD } else { 0 };
    #[allow(clippy::cast_sign_loss)]
    let flags = (libc::CLONE_VM | libc::CLONE_CHILD_CLEARTID | wanted | libc::SIGCHLD) as usize;
    let mut pidfd = -1;
    let blocked = AllBlocked::new();
    // SAFETY: the stack, the plan and what it points to, and `in_here` are owned
    // by the Launch this becomes part of, which keeps them until `in_here` is
    // zero. `run` keeps the contract of child.rs. All signals are blocked.
    let pid = unsafe {
        clone_onto(
            flags,
            stack.top(),
            &mut pidfd,
            shared.in_here().as_ptr(),
            run,
            shared.plan().cast::<c_void>(),
        )
    };
    drop(blocked);
    let pid = match u32::try_from(pid) {
        Ok(pid) => pid,
        Err(_) => return Err(Errno::from_raw(i32::try_from(-pid).unwrap_or(libc::EIO))),
    };
    // Kernels before 5.2 know no CLONE_PIDFD and ignore it: the -1 stays.
    // SAFETY: the kernel has just opened this fd for us; nobody else knows of it.
    let pidfd = (pidfd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(pidfd) });
    Ok((pid, pidfd))
}

/// A change of ids makes the memory of the process undumpable (prctl(2),
/// PR_SET_DUMPABLE), and until exec that memory is ours.
fn restore_dumpable(before: Option<i32>) {
    if before == Some(1) && get_dumpable() != 1 {
        // SAFETY: prctl with plain numbers.
        unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) };
    }
}

fn get_dumpable() -> i32 {
    // SAFETY: prctl with plain numbers.
    unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) }
}

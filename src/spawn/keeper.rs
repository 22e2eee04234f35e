//! The keeper of a child: see `keeper/` and docs/keeper.md. The process that is to be it is cloned as any child is, clones
//! the child while it still has our memory, and then runs the keeper's program. Children stay its own across an exec.

use std::ffi::{c_char, c_void, CStr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::OnceLock;

use forkless_keeper::messages::{Flags, PID_BYTES};
use rustix::fs::{memfd_create, MemfdFlags};
use rustix::io::{ioctl_fionbio, write};
use rustix::net::{socketpair, AddressFamily, SocketFlags, SocketType};

use super::child::{errno_of, fail, run, set_default, Plan};
use super::Step;
use crate::sys::errno::Errno;
use crate::sys::number::above_standard;
use crate::sys::poll::{poll, PollFd};
use crate::sys::raw::{clone_onto, dup_to, syscall5};
use crate::sys::stack::Stack;

static PROGRAM: &[u8] = include_bytes!(env!("KEEPER_PROGRAM"));
const NAME: &CStr = c"forkless-keeper";
/// `i32::MAX` has so many digits, and a NUL.
const DIGITS: usize = 11;

/// What is made for a keeper before the clone.
pub(super) struct Preparation {
    /// Our end, which the keeper watches.
    ours: OwnedFd,
    theirs: OwnedFd,
    program: OwnedFd,
    /// The child's, while the keeper-to-be waits for its exec.
    stack: Stack,
}

/// What the keeper-to-be reads and writes, beside the plan of its child.
pub(super) struct KeeperPlan {
    stack: *mut u8,
    socket: RawFd,
    program: RawFd,
    digits: [u8; DIGITS],
    /// Its own pid, for the child to compare.
    pub(super) pid: AtomicI32,
    child: AtomicI32,
}

impl Preparation {
    pub fn new() -> Result<Self, Errno> {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let (ours, theirs) = (above_standard(ours)?, above_standard(theirs)?);
        Ok(Self { ours, theirs, program: program()?, stack: Stack::take()? })
    }

    pub fn plan(&self) -> KeeperPlan {
        KeeperPlan {
            stack: self.stack.top(),
            socket: self.theirs.as_raw_fd(),
            program: self.program.as_raw_fd(),
            digits: [0; DIGITS],
            pid: AtomicI32::new(0),
            child: AtomicI32::new(0),
        }
    }

    /// After the clone: tells the keeper what is wanted. Gives our end and the pid of the child.
    pub fn finish(self, plan: &KeeperPlan, flags: Flags) -> Result<(OwnedFd, u32), Errno> {
        let Self { ours, theirs, program, stack } = self;
        drop((theirs, program));
        stack.give_back();
        let child = plan.child.load(Ordering::Acquire);
        // Where memory is a copy, it does not get here.
        let flags = Flags { tells_pid: child == 0, ..flags };
        write(&ours, &[flags.to_byte()])?;
        let child = if child == 0 { read_pid(&ours)? } else { child };
        ioctl_fionbio(&ours, true)?;
        Ok((ours, u32::try_from(child).map_err(|_| Errno::SRCH)?))
    }
}

fn read_pid(socket: &OwnedFd) -> Result<i32, Errno> {
    let mut pid = [0; PID_BYTES];
    loop {
        match rustix::io::read(socket, &mut pid) {
            Ok(PID_BYTES) => return Ok(i32::from_ne_bytes(pid)),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
            Ok(_) => return Err(Errno::CHILD),
        }
    }
}

/// The keeper's program as a file in memory.
fn program() -> Result<OwnedFd, Errno> {
    // Kernels before 6.3 do not know EXEC, and let any such file be run.
    let file = memfd_create(NAME, MemfdFlags::CLOEXEC | MemfdFlags::EXEC).or_else(|errno| match errno {
        Errno::INVAL => memfd_create(NAME, MemfdFlags::CLOEXEC),
        errno => Err(errno),
    })?;
    let mut rest = PROGRAM;
    while !rest.is_empty() {
        let written = write(&file, rest)?;
        rest = rest.get(written..).unwrap_or_default();
    }
    above_standard(file)
}

/// Turns this fresh child into the keeper of another, which it starts.
///
/// # Safety
/// As `run`, with a plan that has a keeper's.
pub(super) unsafe extern "C" fn run_keeper(plan: *mut c_void) -> ! {
    let whole = plan;
    let plan = plan.cast::<Plan>();
    // SAFETY: as in `run`. The plan of the keeper is its own and its child's, which runs while it waits.
    unsafe {
        let keeper = (*plan).keeper;
        // Ignored, its children would be gone unseen.
        set_default(libc::SIGCHLD as usize);
        check(plan, syscall5(libc::SYS_prctl, libc::PR_SET_CHILD_SUBREAPER as usize, 1, 0, 0, 0));
        #[allow(clippy::cast_possible_truncation)]
        (*keeper).pid.store(syscall5(libc::SYS_getpid, 0, 0, 0, 0, 0) as i32, Ordering::Relaxed);
        #[allow(clippy::cast_sign_loss)]
        let flags = (libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD) as usize;
        let child = clone_onto(flags, (*keeper).stack, run, whole);
        if child < 0 {
            fail(plan, Step::Clone, errno_of(child));
        }
        #[allow(clippy::cast_possible_truncation)]
        (*keeper).child.store(child as i32, Ordering::Release);
        #[allow(clippy::cast_sign_loss)]
        let child = child as usize;
        if (*plan).outcome.step.load(Ordering::Acquire) != 0 {
            // It has failed, and told why.
            syscall5(libc::SYS_wait4, child, 0, 0, 0, 0);
            leave();
        }
        let errno = become_keeper(keeper, child);
        syscall5(libc::SYS_kill, child, libc::SIGKILL as usize, 0, 0, 0);
        syscall5(libc::SYS_wait4, child, 0, 0, 0, 0);
        fail(plan, Step::Keeper, errno)
    }
}

/// Runs the keeper's program. Returns the error number where that cannot be.
unsafe fn become_keeper(keeper: *mut KeeperPlan, child: usize) -> i32 {
    // SAFETY: the keeper's plan is ours; what the calls point to is on this stack or constant.
    unsafe {
        let digits = ptr::addr_of_mut!((*keeper).digits).cast::<u8>();
        write_number(digits, child);
        let argv = [NAME.as_ptr(), digits.cast::<c_char>().cast_const(), ptr::null()];
        let envp = [ptr::null::<c_char>()];
        #[allow(clippy::cast_sign_loss)]
        dup_to((*keeper).socket as usize, 0);
        #[allow(clippy::cast_sign_loss)]
        let program = (*keeper).program as usize;
        errno_of(syscall5(
            libc::SYS_execveat,
            program,
            c"".as_ptr() as usize,
            argv.as_ptr() as usize,
            envp.as_ptr() as usize,
            libc::AT_EMPTY_PATH as usize,
        ))
    }
}

/// In decimal digits, and a NUL.
unsafe fn write_number(place: *mut u8, number: usize) {
    let mut divisor = 1;
    while number / divisor >= 10 {
        divisor = divisor.wrapping_mul(10);
    }
    let mut place = place;
    while divisor > 0 {
        #[allow(clippy::cast_possible_truncation)]
        let digit = (number / divisor % 10) as u8;
        // SAFETY: the caller has room for the digits of a pid and a NUL.
        unsafe { place.write(b'0'.wrapping_add(digit)) };
        place = place.wrapping_add(1);
        divisor /= 10;
    }
    // SAFETY: the same.
    unsafe { place.write(0) };
}

unsafe fn check(plan: *mut Plan, result: isize) {
    if result < 0 {
        // SAFETY: as for our caller.
        unsafe { fail(plan, Step::Keeper, errno_of(result)) }
    }
}

unsafe fn leave() -> ! {
    loop {
        // SAFETY: it ends this process only.
        unsafe { syscall5(libc::SYS_exit_group, 0, 0, 0, 0, 0) };
    }
}

/// Whether a keeper can be had here, found out once by one without a child.
pub fn availability() -> Result<(), &'static str> {
    static KNOWN: OnceLock<Result<(), &'static str>> = OnceLock::new();
    *KNOWN.get_or_init(try_out)
}

fn try_out() -> Result<(), &'static str> {
    let Ok(program) = program() else { return Err("memfd_create(2) is refused") };
    let Ok(stack) = Stack::take() else { return Err("there is no memory for a stack") };
    let mut trial = Trial { program: program.as_raw_fd(), errno: AtomicI32::new(0) };
    let blocked = crate::sys::signal::AllBlocked::new();
    #[allow(clippy::cast_sign_loss)]
    let flags = (libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD) as usize;
    // SAFETY: as in `start`: the trial and the stack outlive its stay here, and it makes bare system calls alone.
    let pid = unsafe { clone_onto(flags, stack.top(), run_trial, ptr::from_mut(&mut trial).cast()) };
    drop(blocked);
    let Ok(pid) = u32::try_from(pid) else { return Err("clone(2) is refused") };
    let exit = crate::process::Process::new(pid).map(|process| process.wait());
    stack.give_back();
    match exit.map(|exit| (exit.code, exit.signal)) {
        Ok((0, 0)) => Ok(()),
        Ok((NOT_RUN, 0)) => Err("execveat(2) of a file in memory is refused"),
        _ => Err("/proc or a system call that the keeper needs is missing"),
    }
}

const NOT_RUN: i32 = 99;

struct Trial {
    program: RawFd,
    errno: AtomicI32,
}

unsafe extern "C" fn run_trial(trial: *mut c_void) -> ! {
    // SAFETY: `try_out` keeps it; see there.
    unsafe {
        let trial = trial.cast::<Trial>();
        let argv = [NAME.as_ptr(), ptr::null()];
        let envp = [ptr::null::<c_char>()];
        #[allow(clippy::cast_sign_loss)]
        let result = syscall5(
            libc::SYS_execveat,
            (*trial).program as usize,
            c"".as_ptr() as usize,
            argv.as_ptr() as usize,
            envp.as_ptr() as usize,
            libc::AT_EMPTY_PATH as usize,
        );
        (*trial).errno.store(errno_of(result), Ordering::Relaxed);
        #[allow(clippy::cast_sign_loss)]
        loop {
            syscall5(libc::SYS_exit_group, NOT_RUN as usize, 0, 0, 0, 0);
        }
    }
}

/// Waits until the keeper has something to tell, or has ended.
pub(crate) fn wait_for_keeper(socket: &OwnedFd) {
    while let Err(Errno::INTR) = poll(&mut [PollFd::new(socket.as_fd(), true, false)], None) {}
}

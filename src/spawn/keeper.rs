//! The keeper of a child: see `keeper/` and docs/keeper.md. The process that is to be it is cloned as any child is, clones
//! the child while it still has our memory, and then runs the keeper's program. Children stay its own across an exec.

use std::ffi::{c_char, c_void, CStr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::OnceLock;

use forkless_keeper::messages::{Flags, PID_BYTES};
use rustix::io::write;
use rustix::net::{socketpair, AddressFamily, SocketFlags, SocketType};

use super::child::{errno_of, fail, run, Plan};
use super::start::vfork;
use super::Step;
use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::number::above_standard;
use crate::sys::poll::{poll, PollFd};
use crate::sys::raw;
use crate::sys::signal::keep_exit_statuses;
use crate::sys::stack::Stack;
use crate::sys::unnamed::{executable, NO_ROOM};

static PROGRAM: &[u8] = include_bytes!(env!("KEEPER_PROGRAM"));
const NAME: &CStr = c"forkless-keeper";
/// `i32::MAX` has so many digits, and a NUL.
const DIGITS: usize = 11;

/// What a keeper is wanted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// What ends the child ends all that it has started.
    pub kills_descendants: bool,
    /// So does the child's own end.
    pub kills_at_exit: bool,
    /// All is killed when this program has ended.
    pub dies_with_program: bool,
}

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
    digits: [[u8; DIGITS]; 2],
    /// Ours.
    program_pid: usize,
    /// Its own pid, for the child to compare.
    pub(super) pid: AtomicI32,
    /// The child's, by itself.
    pub(super) child: AtomicI32,
}

impl Preparation {
    pub fn new() -> Result<Self, Errno> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
        let (ours, theirs) = (above_standard(ours)?, above_standard(theirs)?);
        Ok(Self { ours, theirs, program: program()?, stack: Stack::take()? })
    }

    pub fn plan(&self) -> KeeperPlan {
        KeeperPlan {
            stack: self.stack.top(),
            socket: self.theirs.as_raw_fd(),
            program: self.program.as_raw_fd(),
            digits: [[0; DIGITS]; 2],
            program_pid: std::process::id() as usize,
            pid: AtomicI32::new(0),
            child: AtomicI32::new(0),
        }
    }

    /// After the clone: tells the keeper what is wanted. Gives our end and the pid of the child.
    pub fn finish(self, plan: &KeeperPlan, keeper: u32, keeping: Keeping) -> Result<(OwnedFd, u32), Errno> {
        let Self { ours, theirs, program, stack } = self;
        drop((theirs, program));
        stack.give_back();
        let child = plan.child.load(Ordering::Acquire);
        let pid = plan.pid.load(Ordering::Relaxed);
        // In another pid namespace than ours the child's pid means somebody else here.
        if pid != 0 && u32::try_from(pid) != Ok(keeper) {
            return Err(Errno::NOTSUP);
        }
        let flags = Flags {
            kills_at_exit: keeping.kills_at_exit,
            dies_with_program: keeping.dies_with_program,
            // Where memory is a copy, it does not get here.
            tells_pid: child == 0,
        };
        // Somebody may have killed the keeper by now. Then that is what is heard of it.
        let _ = write(&ours, &[flags.to_byte()]);
        let child = if child == 0 { read_pid(&ours)? } else { child };
        Ok((ours, u32::try_from(child).map_err(|_| Errno::SRCH)?))
    }
}

fn read_pid(socket: &OwnedFd) -> Result<i32, Errno> {
    let mut pid = [0; PID_BYTES];
    loop {
        match rustix::io::read(socket, &mut pid) {
            Ok(PID_BYTES) => return Ok(i32::from_ne_bytes(pid)),
            Err(Errno::AGAIN) => wait_for_keeper(socket),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
            Ok(_) => return Err(Errno::CHILD),
        }
    }
}

/// The keeper's program as a file without a name.
fn program() -> Result<OwnedFd, Errno> {
    above_standard(executable(NAME, PROGRAM)?)
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
        raw::set_default(libc::SIGCHLD as usize);
        check(plan, raw::adopt_orphans());
        (*keeper).pid.store(raw::own_pid(), Ordering::Relaxed);
        let child = raw::vfork_onto((*keeper).stack, run, whole);
        if child < 0 {
            fail(plan, Step::Keeper, errno_of(child));
        }
        #[allow(clippy::cast_sign_loss)]
        let child = child as usize;
        if (*plan).outcome.step.load(Ordering::Acquire) != 0 {
            // It has failed, and told why.
            raw::reap(child);
            raw::exit(0);
        }
        let errno = become_keeper(keeper, child);
        raw::kill_and_reap(child);
        fail(plan, Step::Keeper, errno)
    }
}

/// Runs the keeper's program. Returns the error number where that cannot be.
unsafe fn become_keeper(keeper: *mut KeeperPlan, child: usize) -> i32 {
    // SAFETY: the keeper's plan is ours; what the calls point to is on this stack or constant.
    unsafe {
        let child_digits = ptr::addr_of_mut!((*keeper).digits).cast::<u8>();
        let program_digits = child_digits.wrapping_add(DIGITS);
        write_number(child_digits, child);
        write_number(program_digits, (*keeper).program_pid);
        let argv = [NAME.as_ptr(), child_digits.cast(), program_digits.cast(), ptr::null()];
        let envp = [ptr::null::<c_char>()];
        #[allow(clippy::cast_sign_loss)]
        raw::dup_to((*keeper).socket as usize, 0);
        errno_of(run_program((*keeper).program, argv.as_ptr(), envp.as_ptr()))
    }
}

/// Runs a program that is open. Returns the negated error number where that cannot be.
unsafe fn run_program(program: RawFd, argv: *const *const c_char, envp: *const *const c_char) -> isize {
    const FOLDER: &[u8] = b"/proc/self/fd/";
    #[allow(clippy::cast_sign_loss)]
    let program = program as usize;
    // SAFETY: the caller has valid lists; the path is on this stack.
    unsafe {
        let refused = raw::execve_open(program, argv, envp);
        if errno_of(refused) == libc::ENOMEM {
            return refused;
        }
        // Sandboxes and emulators know execve(2). The file has a name in /proc.
        let mut path = [0_u8; FOLDER.len() + DIGITS];
        let place = path.as_mut_ptr();
        ptr::copy_nonoverlapping(FOLDER.as_ptr(), place, FOLDER.len());
        write_number(place.wrapping_add(FOLDER.len()), program);
        raw::execve(place.cast(), argv, envp)
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

/// Whether a keeper can be had here, found out once by one without a child. That there is no room for one now is no
/// answer: the start will tell.
pub fn availability() -> Result<(), &'static str> {
    static KNOWN: OnceLock<Result<(), &'static str>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return *known;
    }
    try_out().map_or(Ok(()), |known| *KNOWN.get_or_init(|| known))
}

/// Nothing where that cannot be found out now.
fn try_out() -> Option<Result<(), &'static str>> {
    let program = match program() {
        Ok(program) => program,
        Err(errno) if NO_ROOM.contains(&errno) => return None,
        Err(_) => {
            return Some(Err("memfd_create(2) is refused, and no folder takes a file without a name that can be run"))
        }
    };
    let stack = Stack::take().ok()?;
    let mut trial = Trial { program: program.as_raw_fd() };
    keep_exit_statuses();
    // SAFETY: the trial outlives its stay here, and it makes bare system calls alone.
    let pid = unsafe { vfork(&stack, run_trial, ptr::from_mut(&mut trial).cast()) };
    let exit = match pid {
        Ok(pid) => Process::new(pid).ok()?.wait(),
        Err(Errno::AGAIN | Errno::NOMEM) => return None,
        Err(_) => return Some(Err("clone(2) is refused")),
    };
    stack.give_back();
    match (exit.code, exit.signal) {
        (0, 0) => Some(Ok(())),
        (NO_MEMORY, 0) => None,
        (NOT_RUN, 0) => Some(Err("a file without a name is not run: by execveat(2), nor by its path in /proc")),
        (NO_SUBREAPER, 0) => Some(Err("prctl(2) with PR_SET_CHILD_SUBREAPER or PR_SET_PDEATHSIG is refused")),
        (NO_PROC, 0) => Some(Err("/proc is missing")),
        (FOREIGN_PROC, 0) => Some(Err("/proc is of another pid namespace")),
        (NO_CALL, 0) => Some(Err("a system call that the keeper needs is refused")),
        // Somebody has killed it.
        (_, libc::SIGKILL) => None,
        _ => Some(Err("the keeper's program does not run")),
    }
}

/// The exit statuses of a trial: the keeper's own, and those before it runs.
const NO_PROC: i32 = 1;
const FOREIGN_PROC: i32 = 2;
const NO_CALL: i32 = 3;
const NO_SUBREAPER: i32 = 97;
const NO_MEMORY: i32 = 98;
const NOT_RUN: i32 = 99;

struct Trial {
    program: RawFd,
}

unsafe extern "C" fn run_trial(trial: *mut c_void) -> ! {
    // SAFETY: `try_out` keeps it; see there.
    unsafe {
        let trial = trial.cast::<Trial>();
        let argv = [NAME.as_ptr(), ptr::null()];
        let envp = [ptr::null::<c_char>()];
        // Here and not by the program: an emulator that runs this may run that as it is.
        let adopts = raw::adopt_orphans();
        // Takes back what was never set.
        let dies = raw::die_with_parent(0);
        if adopts < 0 || dies < 0 {
            raw::exit(NO_SUBREAPER);
        }
        let result = run_program((*trial).program, argv.as_ptr(), envp.as_ptr());
        raw::exit(if errno_of(result) == libc::ENOMEM { NO_MEMORY } else { NOT_RUN })
    }
}

/// Waits until the keeper has something to tell, or has ended.
pub(crate) fn wait_for_keeper(socket: &OwnedFd) {
    while let Err(Errno::INTR) = poll(&mut [PollFd::new(socket.as_fd(), true, false)], None) {}
}

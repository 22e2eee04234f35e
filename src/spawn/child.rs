//! What a child does between clone and exec.
//!
//! # The contract
//!
//! The child runs on a stack of its own but shares *all other memory* with its
//! parent (CLONE_VM). The thread that started it is suspended meanwhile
//! (CLONE_VFORK), but the parent's other threads go on. Therefore, from `run`
//! down, code here
//!
//! - makes system calls only as bare instructions (`sys::raw`): the C library's
//!   wrappers write `errno`, which is the starting thread's;
//! - does not allocate, free, lock, log, panic, unwind, or drop anything that
//!   owns something: no `Vec` grows, no slice is indexed, no `OwnedFd` ends;
//! - writes only to its stack and to the fields of `Plan` that are its own
//!   (`outcome`, `fds`, slot 1 of `shell_argv`, and the child's pid in the plan of its keeper);
//! - reads only what `Plan` points to, which `start` keeps alive and unchanged
//!   until the kernel says the child has left this memory;
//! - leaves by execve or exit_group, never by returning.
//!
//! Its fd table, signal dispositions and credentials are its own (no
//! CLONE_FILES, no CLONE_SIGHAND): changing them is what it is here for. It
//! starts with every signal blocked, so no handler of the parent can run in it.
//!
//! Under some emulators the memory is a copy and the parent is not suspended.
//! The contract holds there too; what the child writes is then seen by nobody,
//! which is why it also writes to `Plan::report`.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use super::command::CLibrary;
use super::keeper::KeeperPlan;
use super::report::MESSAGE_BYTES;
use super::Step;
use crate::sys::raw;
use crate::sys::signal::set_blocked;

/// The last signal number of the kernel.
const SIGNALS: usize = 64;
/// The exit status of a child that could not exec. Nobody sees it: the errno is what counts.
const NOT_STARTED: i32 = 127;

/// Everything the child reads and writes, in memory that outlives its stay here.
pub(super) struct Plan {
    pub candidates: *const *const c_char,
    pub candidate_count: usize,
    pub searched: bool,
    pub unfound: i32,
    pub library: CLibrary,
    pub argv: *const *const c_char,
    pub shell_argv: *mut *const c_char,
    pub envp: *const *const c_char,
    /// NULL for the parent's.
    pub cwd: *const c_char,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub detached: bool,
    pub fds: *mut FdMove,
    pub fd_count: usize,
    /// That of the child's keeper; NULL for none.
    pub keeper: *mut KeeperPlan,
    /// A pipe to tell a failure by, or negative for none.
    pub report: i32,
    pub outcome: Outcome,
}

/// One entry of the child's fd table, the index being its place in the plan.
#[derive(Clone, Copy)]
pub(super) struct FdMove {
    /// The parent's fd to copy, or negative for none.
    pub source: i32,
    /// The fd was another's before: put it into blocking mode when it becomes fd 0, 1 or 2.
    pub inherited: bool,
}

impl FdMove {
    pub const NONE: Self = Self { source: -1, inherited: false };
}

/// A source that there is not, in whose place the child gets `/dev/null`.
const NULL: i32 = -2;

/// How far the child came. `step` stays 0 when exec succeeded.
#[derive(Default)]
pub(super) struct Outcome {
    /// Set by the child before anything else. The parent does not see it where its memory is a copy.
    pub mark: AtomicU32,
    pub step: AtomicU32,
    pub errno: AtomicI32,
}

/// Turns this fresh child into the program of the plan.
///
/// # Safety
/// To be called only as the entry of a clone as `start` makes it, with a
/// pointer to its `Plan`; and see the contract above.
pub(super) unsafe extern "C" fn run(plan: *mut c_void) -> ! {
    let plan = plan.cast::<Plan>();
    // SAFETY: `start` passes a live Plan whose pointers it keeps valid, and this
    // is the child: the calls below change only its own tables.
    unsafe {
        (*plan).outcome.mark.store(1, Ordering::Relaxed);
        reset_signals();
        if (*plan).detached {
            // Refused, it stays in its parent's session, as with the built-in.
            raw::setsid();
        }
        place_fds(plan);
        if !(*plan).cwd.is_null() {
            check(plan, Step::Cwd, raw::chdir((*plan).cwd));
        }
        change_ids(plan);
        if !(*plan).keeper.is_null() {
            die_with_keeper(plan);
        }
        set_blocked(0);
        let errno = exec(plan);
        fail(plan, Step::Exec, errno)
    }
}

pub(super) unsafe fn fail(plan: *mut Plan, step: Step, errno: i32) -> ! {
    // SAFETY: the plan is live and `outcome` is the child's to write. exit_group
    // ends this process only: it has its own thread group.
    unsafe {
        (*plan).outcome.errno.store(errno, Ordering::Relaxed);
        (*plan).outcome.step.store(step as u32, Ordering::Release);
        if (*plan).report >= 0 {
            let message: [i32; 2] = [step as i32, errno];
            // Bytes so few are written whole: pipe(7), PIPE_BUF.
            #[allow(clippy::cast_sign_loss)]
            raw::write((*plan).report as usize, ptr::from_ref(&message).cast(), MESSAGE_BYTES);
        }
        raw::exit(NOT_STARTED)
    }
}

/// Ends the child when `result` is a negated error number.
unsafe fn check(plan: *mut Plan, step: Step, result: isize) -> isize {
    if result < 0 {
        // SAFETY: as for our caller.
        unsafe { fail(plan, step, errno_of(result)) }
    }
    result
}

/// The kernel's error numbers fit: they are 1 to 4095.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn errno_of(result: isize) -> i32 {
    result.wrapping_neg() as i32
}

/// Every signal to its default: exec would keep those that are ignored, and
/// unblocking must find no handler of the parent.
unsafe fn reset_signals() {
    let mut signal = 1;
    while signal <= SIGNALS {
        // SAFETY: the dispositions are this child's own.
        unsafe { raw::set_default(signal) };
        signal = signal.wrapping_add(1);
    }
}

/// Whose keeper is killed is killed with it. A change of ids takes that back, so it comes after that.
unsafe fn die_with_keeper(plan: *mut Plan) {
    // SAFETY: plain numbers; the keeper's plan is live while it waits for us.
    unsafe {
        check(plan, Step::Keeper, raw::die_with_parent(libc::SIGKILL));
        // From here on, for the keeper may not live to tell.
        (*(*plan).keeper).child.store(raw::own_pid(), Ordering::Release);
        // Killed before that.
        if raw::parent_pid() != (*(*plan).keeper).pid.load(Ordering::Relaxed) {
            fail(plan, Step::Keeper, libc::ESRCH)
        }
    }
}

/// Puts every fd at its index, in two passes: first those that another index
/// would overwrite are copied out of the way, then each is put in its place.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
unsafe fn place_fds(plan: *mut Plan) {
    // SAFETY: `fds` points to `fd_count` entries that are the child's to write,
    // and the fd table changed here is the child's own copy.
    unsafe {
        let count = (*plan).fd_count;
        let mut index = 0;
        while index < count {
            let entry = (*plan).fds.wrapping_add(index);
            let source = (*entry).source;
            if source >= 0 && (source as usize) < index {
                let copy = raw::fcntl(source as usize, libc::F_DUPFD_CLOEXEC, count);
                (*entry).source =
                    if is_closed_standard(copy, &*entry) { NULL } else { check(plan, Step::Stdio, copy) as i32 };
            }
            index = index.wrapping_add(1);
        }
        index = 0;
        while index < count {
            place_fd(plan, index);
            index = index.wrapping_add(1);
        }
    }
}

/// Whether the entry names a standard fd that this program has closed, by the
/// result of its use. The child gets `/dev/null` there.
fn is_closed_standard(result: isize, entry: &FdMove) -> bool {
    result == -(libc::EBADF as isize) && entry.inherited && entry.source <= 2
}

#[allow(clippy::cast_sign_loss)]
unsafe fn place_fd(plan: *mut Plan, index: usize) {
    // SAFETY: as for our caller; index is below fd_count.
    unsafe {
        let entry = *(*plan).fds.wrapping_add(index);
        if entry.source < 0 {
            // Beyond those it is what the parent left there to be inherited, as with the built-in.
            if entry.source == NULL || index <= 2 {
                open_null(plan, index);
            }
            return;
        }
        let source = entry.source as usize;
        let placed = if source == index { raw::fcntl(index, libc::F_SETFD, 0) } else { raw::dup_to(source, index) };
        if is_closed_standard(placed, &entry) {
            open_null(plan, index);
            return;
        }
        check(plan, Step::Stdio, placed);
        if entry.inherited && index <= 2 {
            make_blocking(index);
        }
    }
}

/// `/dev/null` at `index`: to read from as fd 0, to read and write as the others.
unsafe fn open_null(plan: *mut Plan, index: usize) {
    let mode = if index == 0 { libc::O_RDONLY } else { libc::O_RDWR };
    // SAFETY: the fds are this child's own.
    unsafe {
        // So that it is opened there, unless a lower one is free.
        raw::close(index);
        #[allow(clippy::cast_sign_loss)]
        let fd = check(plan, Step::Null, raw::open(c"/dev/null", mode)) as usize;
        if fd != index {
            check(plan, Step::Null, raw::dup_to(fd, index));
            raw::close(fd);
        }
    }
}

/// Programs expect to block on their standard streams. The mode belongs to the
/// open file, so the parent's fd changes with it, as with the built-in.
#[allow(clippy::cast_sign_loss)]
unsafe fn make_blocking(fd: usize) {
    // SAFETY: F_GETFL and F_SETFL take and give plain numbers.
    unsafe {
        let flags = raw::fcntl(fd, libc::F_GETFL, 0);
        if flags >= 0 && flags & libc::O_NONBLOCK as isize != 0 {
            raw::fcntl(fd, libc::F_SETFL, (flags & !(libc::O_NONBLOCK as isize)) as usize);
        }
    }
}

/// Groups, then gid, then uid, by bare calls: the C library's would change the
/// ids of all the parent's threads with them.
unsafe fn change_ids(plan: *mut Plan) {
    // SAFETY: plain numbers, and the credentials are this child's own.
    unsafe {
        if (*plan).uid.is_none() && (*plan).gid.is_none() {
            return;
        }
        // Refused to those who may not; then the groups stay, as with the built-in.
        raw::drop_groups();
        if let Some(gid) = (*plan).gid {
            check(plan, Step::Gid, raw::set_gid(gid));
        }
        if let Some(uid) = (*plan).uid {
            check(plan, Step::Uid, raw::set_uid(uid));
        }
    }
}

/// execvpe(3): tries the candidates and returns the error number to report.
unsafe fn exec(plan: *mut Plan) -> i32 {
    let mut refused = false;
    // SAFETY: `candidates` points to `candidate_count` C strings that live in the plan.
    let mut errno = unsafe { (*plan).unfound };
    // SAFETY: the same.
    unsafe {
        let mut index = 0;
        while index < (*plan).candidate_count {
            errno = exec_candidate(plan, *(*plan).candidates.wrapping_add(index));
            if !(*plan).searched {
                return errno;
            }
            if !lets_search_go_on((*plan).library, errno) {
                return errno;
            }
            refused |= errno == libc::EACCES;
            index = index.wrapping_add(1);
        }
    }
    if refused {
        libc::EACCES
    } else {
        errno
    }
}

/// Whether the C library tries the next candidate after such an error. A test of each number on both libraries, by
/// execvp(3) with the result of execve(2) replaced, gave this.
fn lets_search_go_on(library: CLibrary, errno: i32) -> bool {
    match errno {
        libc::EACCES | libc::ENOENT | libc::ENOTDIR => true,
        libc::ESTALE | libc::ENODEV | libc::ETIMEDOUT => matches!(library, CLibrary::Glibc),
        _ => false,
    }
}

/// One execve(2). With glibc a second one by the shell, for a file that is no program; to musl it is an error.
unsafe fn exec_candidate(plan: *mut Plan, path: *const c_char) -> i32 {
    // SAFETY: argv, envp and shell_argv are NULL-terminated arrays of C strings
    // in the plan, and slot 1 of shell_argv is the child's to fill.
    unsafe {
        let errno = errno_of(raw::execve(path, (*plan).argv, (*plan).envp));
        if errno != libc::ENOEXEC || matches!((*plan).library, CLibrary::Musl) {
            return errno;
        }
        let shell = (*plan).shell_argv;
        *shell.wrapping_add(1) = path;
        errno_of(raw::execve(*shell, shell, (*plan).envp))
    }
}

/// For who wants to know whether there can be a child at all: one that ends at once.
///
/// # Safety
/// As the entry of a clone.
pub(super) unsafe extern "C" fn end_at_once(_nothing: *mut c_void) -> ! {
    // SAFETY: this is the child.
    unsafe { raw::exit(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error numbers of Linux.
    fn those_that_go_on(library: CLibrary) -> Vec<i32> {
        (1..=133).filter(|&errno| lets_search_go_on(library, errno)).collect()
    }

    #[test]
    fn the_search_goes_on_after_these_errors_alone() {
        let mut both = vec![libc::ENOENT, libc::EACCES, libc::ENOTDIR];
        assert_eq!(those_that_go_on(CLibrary::Musl), both);
        both.extend([libc::ENODEV, libc::ETIMEDOUT, libc::ESTALE]);
        both.sort_unstable();
        assert_eq!(those_that_go_on(CLibrary::Glibc), both);
    }
}

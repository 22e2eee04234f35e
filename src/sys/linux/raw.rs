//! System calls as bare instructions, for code that runs between clone and exec: one function a call.
//!
//! The C library's wrappers store into `errno`, which is thread-local memory;
//! the child shares that memory with the thread that started it. So nothing here touches memory other
//! than what the kernel is told to touch. Results are what the kernel returns:
//! a value, or a negated error number.

use std::arch::asm;
use std::ffi::{c_char, c_void, CStr};
use std::ptr;

pub(super) use forkless_keeper::raw::syscall5;

use super::signal_mask::SIGSET_BYTES;

/// NULL-terminated: of execve(2).
type Strings = *const *const c_char;

/// Ends the process by an instruction that there is not.
fn crash() -> ! {
    // SAFETY: it does not return.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("ud2", options(noreturn));
        #[cfg(target_arch = "aarch64")]
        asm!("brk 1", options(noreturn));
    }
}

/// dup2(2), as the C library makes it: newer machines have dup3(2) alone.
///
/// # Safety
/// What `to` was open on is closed.
#[inline(always)]
pub unsafe fn dup_to(from: usize, to: usize) -> isize {
    #[cfg(target_arch = "x86_64")]
    let number = libc::SYS_dup2;
    #[cfg(not(target_arch = "x86_64"))]
    let number = libc::SYS_dup3;
    // SAFETY: plain numbers; the caller vouches for `to`.
    unsafe { syscall5(number, from, to, 0, 0, 0) }
}

/// Ends the calling process.
///
/// # Safety
/// In a child that shares its parent's memory; nothing is put in order.
pub unsafe fn exit(status: i32) -> ! {
    #[allow(clippy::cast_sign_loss)]
    let status = status as usize;
    // SAFETY: it ends this process only: it has its own thread group.
    unsafe {
        syscall5(libc::SYS_exit_group, status, 0, 0, 0, 0);
        // Where a filter refuses that one. And then there is but to crash, as the C library does.
        syscall5(libc::SYS_exit, status, 0, 0, 0, 0);
    }
    crash()
}

/// sigaction(2), SIG_DFL. SIGKILL and SIGSTOP are refused, which does no harm.
///
/// # Safety
/// The disposition must be the caller's own.
pub unsafe fn set_default(signal: usize) {
    /// `struct sigaction` as the kernel has it: handler, flags, restorer, mask.
    const DEFAULT: [usize; 4] = [libc::SIG_DFL, 0, 0, 0];
    // SAFETY: the action is a live, zeroed kernel sigaction.
    unsafe {
        syscall5(libc::SYS_rt_sigaction, signal, ptr::from_ref(&DEFAULT) as usize, 0, SIGSET_BYTES, 0);
    }
}

/// write(2).
///
/// # Safety
/// So many bytes must be there.
pub unsafe fn write(fd: usize, bytes: *const u8, count: usize) -> isize {
    // SAFETY: the caller vouches for the bytes.
    unsafe { syscall5(libc::SYS_write, fd, bytes as usize, count, 0, 0) }
}

/// open(2).
///
/// # Safety
/// The fd table must be the caller's own.
pub unsafe fn open(path: &CStr, mode: i32) -> isize {
    let (folder, path) = (libc::AT_FDCWD as usize, path.as_ptr() as usize);
    // SAFETY: the path is a C string.
    #[allow(clippy::cast_sign_loss)]
    unsafe {
        syscall5(libc::SYS_openat, folder, path, mode as usize, 0, 0)
    }
}

/// close(2).
///
/// # Safety
/// The fd table must be the caller's own.
pub unsafe fn close(fd: usize) {
    // SAFETY: the caller vouches for it.
    unsafe { syscall5(libc::SYS_close, fd, 0, 0, 0, 0) };
}

/// fcntl(2) with a command that takes a number.
///
/// # Safety
/// The fd table must be the caller's own.
pub unsafe fn fcntl(fd: usize, command: i32, argument: usize) -> isize {
    // SAFETY: plain numbers.
    #[allow(clippy::cast_sign_loss)]
    unsafe {
        syscall5(libc::SYS_fcntl, fd, command as usize, argument, 0, 0)
    }
}

/// chdir(2).
///
/// # Safety
/// A C string, and a working folder that is the caller's own.
pub unsafe fn chdir(path: *const c_char) -> isize {
    // SAFETY: the caller vouches for the path.
    unsafe { syscall5(libc::SYS_chdir, path as usize, 0, 0, 0, 0) }
}

/// setsid(2).
///
/// # Safety
/// In a child.
pub unsafe fn setsid() {
    // SAFETY: it changes this process alone.
    unsafe { syscall5(libc::SYS_setsid, 0, 0, 0, 0, 0) };
}

/// setgroups(2) to none. The C library's, as those of the ids, would change all threads of the parent.
///
/// # Safety
/// In a child.
pub unsafe fn drop_groups() {
    // SAFETY: the credentials are this process's own.
    unsafe { syscall5(libc::SYS_setgroups, 0, 0, 0, 0, 0) };
}

/// setgid(2).
///
/// # Safety
/// In a child.
pub unsafe fn set_gid(gid: u32) -> isize {
    // SAFETY: the credentials are this process's own.
    unsafe { syscall5(libc::SYS_setgid, gid as usize, 0, 0, 0, 0) }
}

/// setuid(2).
///
/// # Safety
/// In a child.
pub unsafe fn set_uid(uid: u32) -> isize {
    // SAFETY: the credentials are this process's own.
    unsafe { syscall5(libc::SYS_setuid, uid as usize, 0, 0, 0, 0) }
}

/// execve(2). Returns the negated error number where that cannot be.
///
/// # Safety
/// A C string, and two lists of such.
pub unsafe fn execve(path: *const c_char, argv: Strings, envp: Strings) -> isize {
    // SAFETY: the caller vouches for them.
    unsafe { syscall5(libc::SYS_execve, path as usize, argv as usize, envp as usize, 0, 0) }
}

/// execveat(2) of a file that is open.
///
/// # Safety
/// Two lists of C strings.
pub unsafe fn execve_open(fd: usize, argv: Strings, envp: Strings) -> isize {
    #[allow(clippy::cast_sign_loss)]
    let here = libc::AT_EMPTY_PATH as usize;
    // SAFETY: the caller vouches for the lists; the path is constant.
    unsafe { syscall5(libc::SYS_execveat, fd, c"".as_ptr() as usize, argv as usize, envp as usize, here) }
}

/// getpid(2).
#[allow(clippy::cast_possible_truncation)]
pub fn own_pid() -> i32 {
    // SAFETY: it gives a number.
    unsafe { syscall5(libc::SYS_getpid, 0, 0, 0, 0, 0) as i32 }
}

/// getppid(2).
#[allow(clippy::cast_possible_truncation)]
pub fn parent_pid() -> i32 {
    // SAFETY: it gives a number.
    unsafe { syscall5(libc::SYS_getppid, 0, 0, 0, 0, 0) as i32 }
}

/// Has a signal sent to the calling process when its parent ends: prctl(2), PR_SET_PDEATHSIG. 0 takes that back.
///
/// # Safety
/// In a child.
pub unsafe fn die_with_parent(signal: i32) -> isize {
    // SAFETY: plain numbers.
    #[allow(clippy::cast_sign_loss)]
    unsafe {
        syscall5(libc::SYS_prctl, libc::PR_SET_PDEATHSIG as usize, signal as usize, 0, 0, 0)
    }
}

/// Whose parent ends, of all below the calling process, becomes its child: prctl(2), PR_SET_CHILD_SUBREAPER.
///
/// # Safety
/// In a child.
pub unsafe fn adopt_orphans() -> isize {
    // SAFETY: plain numbers.
    #[allow(clippy::cast_sign_loss)]
    unsafe {
        syscall5(libc::SYS_prctl, libc::PR_SET_CHILD_SUBREAPER as usize, 1, 0, 0, 0)
    }
}

/// kill(2) and wait4(2): ends a child and waits for that.
///
/// # Safety
/// The pid of a child that nobody else reaps.
pub unsafe fn kill_and_reap(pid: usize) {
    // SAFETY: the caller vouches for the pid.
    #[allow(clippy::cast_sign_loss)]
    unsafe {
        syscall5(libc::SYS_kill, pid, libc::SIGKILL as usize, 0, 0, 0);
    }
    // SAFETY: the same.
    unsafe { reap(pid) };
}

/// wait4(2): waits for the end of a child.
///
/// # Safety
/// The pid of a child that nobody else reaps.
pub unsafe fn reap(pid: usize) {
    // SAFETY: it writes nothing.
    unsafe { syscall5(libc::SYS_wait4, pid, 0, 0, 0, 0) };
}

/// clone(2) as vfork(2), onto a stack of the child's own: the child calls `entry(argument)` there.
///
/// Returns when the child has left this memory: its pid, or a negated error number.
///
/// # Safety
/// `stack_top` must be the 16-byte aligned end of a stack nobody else uses, and
/// it and `argument` must stay valid until the child has left this memory.
/// `entry` must keep to the contract in `spawn/child.rs`, and all signals be blocked.
pub unsafe fn vfork_onto(
    stack_top: *mut u8,
    entry: unsafe extern "C" fn(*mut c_void) -> !,
    argument: *mut c_void,
) -> isize {
    #[allow(clippy::cast_sign_loss)]
    let flags = (libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD) as usize;
    let result: isize;
    // SAFETY: in the parent this is a system call like any other. The child arrives with every register the parent had
    // except that of the result and the stack pointer. It takes entry and argument from theirs and never comes back, so
    // what it does to others (rbp and rdi, x29) is not seen here. The caller vouches for the pointers.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "mov rdi, r13",
            "call r12",
            "ud2",
            "2:",
            // Named: of its own choice the compiler may take rbp, which the child clears first.
            in("r12") entry,
            in("r13") argument,
            inlateout("rax") libc::SYS_clone => result,
            in("rdi") flags,
            in("rsi") stack_top,
            in("rdx") 0usize,
            in("r10") 0usize,
            in("r8") 0usize,
            out("rcx") _,
            out("r11") _,
        );
        #[cfg(target_arch = "aarch64")]
        asm!(
            "svc 0",
            "cbnz x0, 2f",
            "mov x29, xzr",
            "mov x0, x10",
            "blr x9",
            "brk 1",
            "2:",
            // Named: of its own choice the compiler may take x29, which the child clears first.
            in("x9") entry,
            in("x10") argument,
            in("x8") libc::SYS_clone,
            inlateout("x0") flags as isize => result,
            in("x1") stack_top,
            in("x2") 0usize,
            in("x3") 0usize,
            in("x4") 0usize,
        );
    }
    result
}

//! System calls as bare instructions, for code that runs between clone and exec.
//!
//! The C library's wrappers store into `errno`, which is thread-local memory;
//! the child shares that memory with the thread that started it. So nothing here touches memory other
//! than what the kernel is told to touch. Results are what the kernel returns:
//! a value, or a negated error number.

use std::arch::asm;

pub use forkless_keeper::raw::syscall5;

/// Ends the process by an instruction that there is not.
pub fn crash() -> ! {
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

/// clone(2) onto another stack: the child calls `entry(argument)` there.
///
/// Returns the child's pid, or a negated error number; with CLONE_VFORK when the
/// child has left this memory.
///
/// # Safety
/// `stack_top` must be the 16-byte aligned end of a stack nobody else uses, and
/// it and `argument` must stay valid until the child has left this memory.
/// With CLONE_VM, `entry` must keep to the contract in `spawn/child.rs`.
pub unsafe fn clone_onto(
    flags: usize,
    stack_top: *mut u8,
    entry: unsafe extern "C" fn(*mut libc::c_void) -> !,
    argument: *mut libc::c_void,
) -> isize {
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

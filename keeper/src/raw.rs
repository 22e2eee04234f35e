//! System calls as bare instructions: for a program without a C library, and for a child that shares its parent's memory,
//! where the C library's wrappers would write its parent's `errno`. Results are what the kernel returns: a value, or a
//! negated error number.

use core::arch::asm;

/// One system call with up to five arguments.
///
/// # Safety
/// Whatever the call asks for: pointers must be valid for it, and the effect on
/// the process must be wanted.
#[inline(always)]
pub unsafe fn syscall5(nr: i64, a: usize, b: usize, c: usize, d: usize, e: usize) -> isize {
    let result: isize;
    // SAFETY: the calling convention of Linux. x86_64: number and result in rax, arguments in rdi, rsi, rdx, r10, r8;
    // rcx and r11 are lost. aarch64: number in x8, arguments in x0 to x4, result in x0. The caller vouches for the rest.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!(
            "syscall",
            inlateout("rax") nr => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d,
            in("r8") e,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
        #[cfg(target_arch = "aarch64")]
        asm!(
            "svc 0",
            in("x8") nr,
            inlateout("x0") a as isize => result,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            in("x4") e,
            options(nostack),
        );
    }
    result
}

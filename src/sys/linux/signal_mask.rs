//! The signals that the calling thread has blocked, as the kernel keeps them.

use std::ptr;

use super::raw::syscall5;

/// The size of the kernel's signal set, which is not the C library's.
pub const SIGSET_BYTES: usize = 8;

/// rt_sigprocmask(2) as a bare call: blocks exactly these signals in the calling thread, and gives those that were
/// blocked before.
pub fn set_blocked(signals: u64) -> u64 {
    let how = libc::SIG_SETMASK as usize;
    let mut previous = 0u64;
    let [new, old] = [ptr::from_ref(&signals) as usize, ptr::from_mut(&mut previous) as usize];
    // SAFETY: both pointers are to live 8-byte sets, the size we pass.
    unsafe { syscall5(libc::SYS_rt_sigprocmask, how, new, old, SIGSET_BYTES, 0) };
    previous
}

/// All signals of the calling thread stay blocked until this is dropped.
///
/// The C library's `pthread_sigmask` leaves two signals of its own unblocked. Their handlers must not run in a child
/// that shares our memory either, so this calls the kernel itself.
pub struct AllBlocked {
    previous: u64,
}

impl AllBlocked {
    pub fn new() -> Self {
        Self { previous: set_blocked(u64::MAX) }
    }

    /// For a thread to inherit: all but 32 to 34, by which the C library reaches every thread. With them blocked, a
    /// setuid(2) would wait forever.
    pub fn for_threads() -> Self {
        Self { previous: set_blocked(!(0b111 << 31)) }
    }
}

impl Drop for AllBlocked {
    fn drop(&mut self) {
        set_blocked(self.previous);
    }
}

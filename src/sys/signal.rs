//! Signal masks and dispositions of the calling thread and process.

use std::ptr;

pub use super::imp::signal_mask::{set_blocked, AllBlocked};

/// Puts SIGCHLD back to its default when it was inherited as ignored.
///
/// While it is ignored, or SA_NOCLDWAIT is set, the kernel reaps children by itself and their exit statuses are lost:
/// see waitid(2), NOTES. A handler that somebody installed is left alone.
pub fn keep_exit_statuses() {
    // SAFETY: sigaction(2) on a zeroed struct, which is a valid one; it is only
    // written back, with SIG_DFL, when the disposition was not a handler.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGCHLD, ptr::null(), &mut action) != 0 {
            return;
        }
        if action.sa_sigaction == libc::SIG_IGN {
            action.sa_sigaction = libc::SIG_DFL;
        } else if action.sa_flags & libc::SA_NOCLDWAIT == 0 {
            return;
        }
        action.sa_flags &= !libc::SA_NOCLDWAIT;
        libc::sigaction(libc::SIGCHLD, &action, ptr::null_mut());
    }
}

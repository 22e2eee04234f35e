//! An fd that stands for a process, and for no later one of the same pid: pidfd_open(2).

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::process::{pidfd_open, Pid, PidfdFlags};

use crate::sys::errno::{last_errno, Errno};

/// It is readable once the process has ended.
pub fn open(pid: Pid) -> Result<OwnedFd, Errno> {
    pidfd_open(pid, PidfdFlags::empty())
}

/// pidfd_send_signal(2). A number that is no signal's is for the kernel to refuse.
pub fn send_signal(pidfd: &OwnedFd, signal: i32) -> Result<(), Errno> {
    // SAFETY: plain numbers and no siginfo.
    let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, 0, 0) };
    if sent == 0 {
        Ok(())
    } else {
        Err(last_errno())
    }
}

//! The numbers of fds.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use rustix::io::fcntl_dupfd_cloexec;

use super::errno::Errno;

/// A program that closed its own fd 0, 1 or 2 gets those numbers for new fds, and then a child that inherits the number
/// would inherit our pipe, and Node would take our end for its own standard stream. Ours are moved out of the way.
pub fn above_standard(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    at_least(fd, 3)
}

/// The same open file by a number that is not below `least`.
pub fn at_least(fd: OwnedFd, least: RawFd) -> Result<OwnedFd, Errno> {
    if fd.as_raw_fd() >= least {
        return Ok(fd);
    }
    fcntl_dupfd_cloexec(&fd, least)
}

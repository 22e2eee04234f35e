//! The numbers of fds.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use rustix::io::fcntl_dupfd_cloexec;

use super::errno::Errno;

/// The same open file by a number above 2. Where a program has closed its fd 0, 1 or 2, new fds get that number: a
/// child that inherits it would inherit our pipe, and Node would take our pipe for its own standard stream.
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

//! Reading from sockets into growing buffers.

use std::os::fd::BorrowedFd;

use rustix::io::Errno as IoErrno;
use rustix::net::{recv, RecvFlags};

/// recv(2) of at most `most` bytes onto the end of `buffer`, without blocking.
/// Makes room as needed, and does not clear it first. 0 is the end of the stream.
pub fn receive(fd: BorrowedFd<'_>, buffer: &mut Vec<u8>, most: usize) -> Result<usize, IoErrno> {
    buffer.reserve(most);
    let room = buffer
        .spare_capacity_mut()
        .get_mut(..most)
        .unwrap_or_default();
    let ((received, _), _) = recv(fd, room, RecvFlags::DONTWAIT)?;
    let count = received.len();
    let length = buffer.len() + count;
    // SAFETY: the kernel has just written `count` bytes behind the old length,
    // within the capacity reserved above.
    unsafe { buffer.set_len(length) };
    Ok(count)
}

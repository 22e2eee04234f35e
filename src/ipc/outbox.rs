//! What is to be written to a channel, in order, as far as its socket takes it.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::sys::errno::Errno;
use crate::sys::socket::send_with_fd;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The socket has taken all of it.
    Now,
    /// It waits for the socket, or has an fd with it; `write_next` will tell.
    Later,
}

/// One message of which is still to tell that the socket has taken it.
#[derive(Debug)]
struct Waiting {
    bytes: Vec<u8>,
    sent: usize,
    /// Goes with the first byte. A copy of the caller's, who may close theirs.
    fd: Option<OwnedFd>,
}

/// Messages on their way out.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Waiting>,
    size: usize,
}

impl Outbox {
    /// Bytes that wait.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Messages of which is still to tell what has become of them.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Sends a message, with an fd if there is one, or keeps what the socket does not take.
    /// One with an fd is never through at once: the built-in leaves those to its event loop.
    pub fn send(&mut self, socket: BorrowedFd<'_>, bytes: Vec<u8>, fd: Option<BorrowedFd<'_>>) -> Result<Sent, Errno> {
        let sent = if self.waiting.is_empty() { write_some(socket, &bytes, fd)? } else { 0 };
        if sent == bytes.len() && fd.is_none() {
            return Ok(Sent::Now);
        }
        let fd = match fd {
            Some(fd) if sent == 0 => Some(rustix::io::fcntl_dupfd_cloexec(fd, 3)?),
            _ => None,
        };
        self.size += bytes.len() - sent;
        self.waiting.push_back(Waiting { bytes, sent, fd });
        Ok(Sent::Later)
    }

    /// Writes on at the first message that waits, and tells whether it is through or has failed: it is
    /// dropped then. `None` when nothing waits, or the socket does not take all of it.
    pub fn write_next(&mut self, socket: BorrowedFd<'_>) -> Option<Result<(), Errno>> {
        let first = self.waiting.front_mut()?;
        let rest = first.bytes.get(first.sent..).unwrap_or_default();
        let written = write_some(socket, rest, first.fd.as_ref().map(AsFd::as_fd));
        let gone = *written.as_ref().unwrap_or(&rest.len());
        if gone > 0 {
            first.fd = None;
        }
        first.sent += gone;
        self.size -= gone;
        if first.sent < first.bytes.len() {
            return None;
        }
        self.waiting.pop_front();
        Some(written.map(|_| ()))
    }
}

/// Writes as much as the socket takes at once. No more, though a quick reader makes room meanwhile: the event loop goes on
/// when there is some. The fd goes with the first byte.
fn write_some(socket: BorrowedFd<'_>, bytes: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<usize, Errno> {
    loop {
        match send_with_fd(socket, bytes, fd) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN | Errno::NOBUFS) => return Ok(0),
            written => return written,
        }
    }
}

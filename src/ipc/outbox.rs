//! The write queue of a channel: writes each message as far as the socket takes it, and keeps the rest in order.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::sys::errno::Errno;
use crate::sys::socket::send_with_fd;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The socket has taken all of it.
    Written,
    /// It waits for the socket, or has an fd with it: `write_next` reports what becomes of it.
    Queued,
}

/// A message that `write_next` has not reported yet.
#[derive(Debug)]
struct Waiting {
    bytes: Vec<u8>,
    sent: usize,
    /// Goes with the first byte. A copy of the caller's, who may close theirs.
    fd: Option<OwnedFd>,
}

/// The messages that were sent and not reported as written or failed.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Waiting>,
    size: usize,
}

impl Outbox {
    /// How many bytes wait.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many messages wait.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Sends a message, with an fd if there is one, and queues what the socket does not take. A message with an fd is
    /// always queued: the built-in writes those from its event loop.
    pub fn send(&mut self, socket: BorrowedFd<'_>, bytes: Vec<u8>, fd: Option<BorrowedFd<'_>>) -> Result<Sent, Errno> {
        let sent = if self.waiting.is_empty() { write_some(socket, &bytes, fd)? } else { 0 };
        if sent == bytes.len() && fd.is_none() {
            return Ok(Sent::Written);
        }
        let fd = match fd {
            Some(fd) if sent == 0 => Some(rustix::io::fcntl_dupfd_cloexec(fd, 3)?),
            _ => None,
        };
        self.size += bytes.len() - sent;
        self.waiting.push_back(Waiting { bytes, sent, fd });
        Ok(Sent::Queued)
    }

    /// Writes the rest of the first message. Once it is written or has failed, that is reported, and it is dropped.
    /// `None` when nothing waits, or the socket does not take all of it.
    pub fn write_next(&mut self, socket: BorrowedFd<'_>) -> Option<Result<(), Errno>> {
        let first = self.waiting.front_mut()?;
        let rest = first.bytes.get(first.sent..).unwrap_or_default();
        let written = write_some(socket, rest, first.fd.as_ref().map(AsFd::as_fd));
        let taken = *written.as_ref().unwrap_or(&rest.len());
        if taken > 0 {
            first.fd = None;
        }
        first.sent += taken;
        self.size -= taken;
        if first.sent < first.bytes.len() {
            return None;
        }
        self.waiting.pop_front();
        Some(written.map(|_| ()))
    }
}

/// Writes as much as the socket takes at once. A quick reader makes room meanwhile, but the event loop is to have its
/// turn first. The fd goes with the first byte.
fn write_some(socket: BorrowedFd<'_>, bytes: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<usize, Errno> {
    loop {
        match send_with_fd(socket, bytes, fd) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN | Errno::NOBUFS) => return Ok(0),
            written => return written,
        }
    }
}

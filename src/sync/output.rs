//! What was read from one pipe.

use std::os::fd::BorrowedFd;

use rustix::io::Errno as IoErrno;

use crate::sys::memory::prefer_large_pages;
use crate::sys::socket::receive;

/// The room for the first bytes.
const FIRST: usize = 64 * 1024;
/// The most room made at once.
const LARGEST: usize = 16 * 1024 * 1024;

/// What was read, in pieces: it grows without being moved, each piece twice as large as the one before.
#[derive(Debug, Default)]
pub struct Output {
    pieces: Vec<Vec<u8>>,
}

impl Output {
    /// How many bytes it is.
    pub fn size(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    /// The bytes, in their order. Who takes them can let go of one before the next.
    pub fn into_pieces(self) -> impl Iterator<Item = Vec<u8>> {
        self.pieces.into_iter()
    }

    /// Reads what is there, at most `most` bytes, as `socket::receive`.
    pub(super) fn receive(&mut self, fd: BorrowedFd<'_>, most: usize) -> Result<usize, IoErrno> {
        let last = self.pieces.pop();
        let size = last.as_ref().map_or(FIRST, |last| last.capacity() * 2);
        let mut open = last.unwrap_or_default();
        if open.len() == open.capacity() {
            if !open.is_empty() {
                self.pieces.push(open);
            }
            open = Vec::with_capacity(size.min(LARGEST));
            prefer_large_pages(open.spare_capacity_mut());
        }
        let room = open.capacity() - open.len();
        let received = receive(fd, &mut open, room.min(most));
        self.pieces.push(open);
        received
    }
}

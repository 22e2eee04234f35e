//! What was read from one pipe, kept until all of it is there.

use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

use crate::sys::errno::Errno;

use crate::sys::memory::{fill, prefer_large_pages};
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

    /// Copies the bytes to `room`, which is as long, and lets go of each piece behind it.
    pub fn move_to(self, room: &mut [MaybeUninit<u8>]) {
        assert_eq!(room.len(), self.size());
        prefer_large_pages(room);
        let mut rest = room;
        for piece in self.pieces {
            let (part, behind) = rest.split_at_mut(piece.len());
            fill(part, &piece);
            rest = behind;
        }
    }

    /// Reads what is there, at most `most` bytes, as `socket::receive`.
    pub fn receive(&mut self, fd: BorrowedFd<'_>, most: usize) -> Result<usize, Errno> {
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

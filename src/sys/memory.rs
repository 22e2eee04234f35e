//! Memory that is about to be filled.

use std::mem::MaybeUninit;
use std::ptr;

pub use super::imp::large_pages::prefer_large_pages;

/// Copies `bytes` to `room`, which is as long.
pub fn fill(room: &mut [MaybeUninit<u8>], bytes: &[u8]) {
    assert_eq!(room.len(), bytes.len());
    // SAFETY: as many bytes on both sides, and of one of them nobody else has a reference.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), room.as_mut_ptr().cast(), bytes.len()) };
}

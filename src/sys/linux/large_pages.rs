//! Large pages for memory that is about to be filled: madvise(2), MADV_HUGEPAGE.

use std::mem::MaybeUninit;

use rustix::mm::{madvise, Advice};

/// Bytes of a large page on x64, and on arm64 with pages of 4 kB.
const LARGE_PAGE: usize = 2 * 1024 * 1024;

/// Has the kernel use large pages for this memory as it is filled. One page fault takes the place of 512, which cost
/// more than the copying itself. Without effect where the system has no large pages.
pub fn prefer_large_pages(memory: &mut [MaybeUninit<u8>]) {
    let start = memory.as_ptr().align_offset(LARGE_PAGE);
    let Some(rest) = memory.get_mut(start..) else {
        return;
    };
    let length = rest.len() / LARGE_PAGE * LARGE_PAGE;
    if length > 0 {
        // SAFETY: whole pages of memory that is ours; their content stays.
        let _ = unsafe { madvise(rest.as_mut_ptr().cast(), length, Advice::LinuxHugepage) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_stays_and_any_size_goes() {
        for size in [0, 1, LARGE_PAGE - 1, 3 * LARGE_PAGE + 5] {
            let mut bytes = Vec::with_capacity(size);
            bytes.resize(size / 2, 7_u8);
            prefer_large_pages(bytes.spare_capacity_mut());
            bytes.resize(size, 8);
            assert!(bytes.iter().take(size / 2).all(|&byte| byte == 7));
            assert!(bytes.iter().skip(size / 2).all(|&byte| byte == 8));
        }
    }
}

//! Small stacks with a guard page, for the child between clone and exec.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Mutex;

use rustix::mm::{mmap_anonymous, mprotect, munmap, MapFlags, MprotectFlags, ProtFlags};

use super::errno::Errno;

/// Where pages are 64 kB, mprotect rounds this up, and 16 kB stay usable.
const GUARD: usize = 16 * 1024;
const USABLE: usize = 64 * 1024;
const SIZE: usize = GUARD + USABLE;
/// So many are kept for the next starts.
const MAX_FREE: usize = 4;

static FREE: Mutex<Vec<Stack>> = Mutex::new(Vec::new());

/// A stack that nobody runs on. A child that runs off its end faults, and does not write elsewhere.
pub struct Stack {
    base: NonNull<c_void>,
}

// SAFETY: a Stack is plain memory that only its owner refers to.
unsafe impl Send for Stack {}

impl Stack {
    /// Takes one from those given back, or maps a new one.
    pub fn take() -> Result<Self, Errno> {
        if let Some(stack) = FREE.lock().ok().and_then(|mut free| free.pop()) {
            return Ok(stack);
        }
        // SAFETY: a new anonymous mapping where the kernel chooses, so it aliases nothing.
        let base = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                SIZE,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::STACK,
            )
        }?;
        let stack = Self { base: NonNull::new(base).ok_or(Errno::NOMEM)? };
        // SAFETY: the lowest pages of the mapping just made, which nothing uses.
        unsafe { mprotect(base, GUARD, MprotectFlags::empty()) }?;
        Ok(stack)
    }

    /// The end of the usable part: stacks grow down from here. 16-byte aligned.
    pub fn top(&self) -> *mut u8 {
        self.base.as_ptr().cast::<u8>().wrapping_add(SIZE)
    }

    /// Keeps it for the next start, or unmaps it where enough are kept.
    pub fn give_back(self) {
        if let Ok(mut free) = FREE.lock() {
            if free.len() < MAX_FREE {
                free.push(self);
            }
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the mapping made in take(), whole, and its only owner is going away.
        let _ = unsafe { munmap(self.base.as_ptr(), SIZE) };
    }
}

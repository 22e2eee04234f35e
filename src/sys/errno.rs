//! The error number of a failed system call, as the kernel gives it.

use std::fmt;

/// A positive error number, see errno(3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(i32);

impl Errno {
    pub const fn from_raw(errno: i32) -> Self {
        Self(errno)
    }

    /// What the C library left in `errno` after a call that failed.
    pub fn last() -> Self {
        std::io::Error::last_os_error().into()
    }

    pub const fn raw(self) -> i32 {
        self.0
    }

    /// The form in which errors cross into JavaScript and out of libuv.
    pub const fn negative(self) -> i32 {
        -self.0
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", std::io::Error::from_raw_os_error(self.0))
    }
}

impl From<rustix::io::Errno> for Errno {
    fn from(errno: rustix::io::Errno) -> Self {
        Self(errno.raw_os_error())
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(libc::EIO))
    }
}

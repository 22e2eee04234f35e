//! The error number of a failed system call, as the kernel gives it, see errno(3).

pub use rustix::io::Errno;

/// What the C library left in `errno` after a call that failed.
pub fn last_errno() -> Errno {
    of_io_error(&std::io::Error::last_os_error())
}

pub fn of_io_error(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

/// The form in which errors cross into JavaScript and out of libuv.
pub fn negated(errno: Errno) -> i32 {
    -errno.raw_os_error()
}

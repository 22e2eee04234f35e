//! poll(2), and what an fd has that is readable.
//!
//! This calls the C library and not rustix, which calls ppoll(2): a sandbox made for Node may not know that.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use rustix::io::ioctl_fionread;

use super::errno::{last_errno, Errno};
use super::imp::poll_instead::poll_instead;

/// An fd, what to wait for, and then what has happened.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct PollFd(pub(super) libc::pollfd);

impl PollFd {
    pub fn new(fd: BorrowedFd<'_>, readable: bool, writable: bool) -> Self {
        let flag = |wanted, event| if wanted { event } else { 0 };
        Self(libc::pollfd {
            fd: fd.as_raw_fd(),
            events: flag(readable, libc::POLLIN) | flag(writable, libc::POLLOUT),
            revents: 0,
        })
    }

    /// Whether anything was reported: what was asked for, an error, or the end of the other side.
    pub fn is_ready(&self) -> bool {
        self.0.revents != 0
    }

    /// Also where it has failed: reading tells how.
    pub fn is_readable(&self) -> bool {
        self.0.revents & (libc::POLLIN | libc::POLLERR | libc::POLLHUP) != 0
    }

    /// Also where it has failed: writing tells how.
    pub fn is_writable(&self) -> bool {
        self.0.revents & (libc::POLLOUT | libc::POLLERR | libc::POLLHUP) != 0
    }
}

/// Waits until something happens to one of `fds`, or for `longest`, rounded up to whole milliseconds. Returns to how
/// many something has happened: 0 when the time is over.
pub fn poll(fds: &mut [PollFd], longest: Option<Duration>) -> Result<usize, Errno> {
    let milliseconds = longest.map_or(-1, |longest| {
        let up = longest.as_nanos().div_ceil(1_000_000);
        i32::try_from(up).unwrap_or(i32::MAX)
    });
    let count = libc::nfds_t::try_from(fds.len()).unwrap_or(libc::nfds_t::MAX);
    // SAFETY: a PollFd is a pollfd, and there are so many of them.
    let ready = unsafe { libc::poll(fds.as_mut_ptr().cast(), count, milliseconds) };
    match usize::try_from(ready).map_err(|_| last_errno()) {
        // A sandbox refuses it.
        Err(Errno::PERM | Errno::NOSYS | Errno::INVAL | Errno::ACCESS) => poll_instead(fds, milliseconds),
        ready => ready,
    }
}

/// Sleeps for so many milliseconds, or until a signal comes.
pub fn sleep(milliseconds: u64) {
    let _ = poll(&mut [], Some(Duration::from_millis(milliseconds)));
}

/// Whether there is something to read now. The end of the stream counts if `or_end` is set: there poll(2) reports an
/// event, and FIONREAD (ioctl_tty(2)) counts no bytes.
pub fn has_unread(fd: BorrowedFd<'_>, or_end: bool) -> bool {
    let mut polled = [PollFd::new(fd, true, false)];
    let is_ready = poll(&mut polled, Some(Duration::ZERO)).is_ok_and(|count| count > 0);
    is_ready && (or_end || !matches!(ioctl_fionread(fd), Ok(0)))
}

/// Whether the other side is closed, or writes no more.
pub fn is_hung_up(fd: BorrowedFd<'_>) -> bool {
    hang_up(fd) != 0
}

/// Whether the other side writes no more, and can still read.
pub fn is_half_closed(fd: BorrowedFd<'_>) -> bool {
    let events = hang_up(fd);
    events != 0 && events & libc::POLLHUP == 0
}

/// What poll(2) has of POLLRDHUP, and of POLLHUP and POLLERR with it; 0 where the other side is open.
fn hang_up(fd: BorrowedFd<'_>) -> i16 {
    let mut asked = [PollFd::new(fd, false, false)];
    asked[0].0.events = libc::POLLRDHUP;
    match poll(&mut asked, Some(Duration::ZERO)) {
        Ok(1) => asked[0].0.revents,
        _ => 0,
    }
}

/// Whether everything was read and nothing can come any more.
pub fn is_at_end(fd: BorrowedFd<'_>) -> bool {
    // In this order: bytes that come in between are counted.
    has_unread(fd, true) && matches!(ioctl_fionread(fd), Ok(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn bytes_and_the_end_are_told_apart() {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        let ours = ours.as_fd();
        assert!(!has_unread(ours, true) && !is_at_end(ours));
        theirs.write_all(b"x").expect("to write");
        assert!(has_unread(ours, false) && !is_at_end(ours));
        drop(theirs);
        assert!(has_unread(ours, false) && !is_at_end(ours));
        rustix::io::read(ours, &mut [0; 1]).expect("to read");
        assert!(!has_unread(ours, false) && has_unread(ours, true) && is_at_end(ours));
    }

    #[test]
    fn without_poll_the_same_is_seen() {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        let mut fds = [PollFd::new(ours.as_fd(), true, true), PollFd::new(theirs.as_fd(), true, false)];
        assert_eq!(poll_instead(&mut fds, 0), Ok(1));
        assert!(fds[0].is_writable() && !fds[0].is_readable() && !fds[1].is_ready());
        theirs.write_all(b"x").expect("to write");
        drop(theirs);
        assert_eq!(poll_instead(&mut fds[..1], -1), Ok(1));
        assert!(fds[0].is_readable() && fds[0].is_writable());
    }

    #[test]
    fn time_is_rounded_up_and_then_over() {
        let (ours, _theirs) = UnixStream::pair().expect("a pair");
        let mut fds = [PollFd::new(ours.as_fd(), true, false)];
        assert_eq!(poll(&mut fds, Some(Duration::from_nanos(1))), Ok(0));
        assert!(!fds[0].is_ready());
    }
}

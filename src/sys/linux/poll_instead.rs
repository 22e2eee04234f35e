//! poll(2) by epoll(7), for sandboxes that refuse poll(2). The event loop polls by epoll(7): where that is refused, Node
//! does not run.

use std::os::fd::BorrowedFd;

use super::epoll::EpollSet;
use crate::sys::errno::Errno;
use crate::sys::poll::PollFd;

/// Does the same as poll(2), with a set that is made for it.
pub fn poll_instead(fds: &mut [PollFd], milliseconds: i32) -> Result<usize, Errno> {
    let set = EpollSet::new()?;
    for (number, PollFd(fd)) in (0..).zip(fds.iter_mut()) {
        fd.revents = 0;
        // SAFETY: that of `new`, which our caller keeps open, as poll(2) asks for it.
        set.add_for(unsafe { BorrowedFd::borrow_raw(fd.fd) }, fd.events, number)?;
    }
    let ready = set.wait(milliseconds)?;
    for &(number, events) in &ready {
        if let Some(PollFd(fd)) = fds.get_mut(number as usize) {
            fd.revents = events;
        }
    }
    Ok(ready.len())
}

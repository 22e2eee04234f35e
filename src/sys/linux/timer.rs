//! An fd that becomes readable after a time: timerfd_create(2).

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::time::{
    timerfd_create, timerfd_settime, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec,
};

use crate::sys::errno::Errno;
use crate::sys::number::above_standard;

pub struct Timer(OwnedFd);

impl Timer {
    /// Not set yet.
    pub fn new() -> Result<Self, Errno> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        above_standard(timerfd_create(TimerfdClockId::Monotonic, flags)?).map(Self)
    }

    /// Makes it readable once, after this time, and not before: until then it is as new.
    pub fn set(&self, after: Duration) -> Result<(), Errno> {
        let time = Itimerspec {
            // It is not repeated.
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(after).map_err(|_| Errno::INVAL)?,
        };
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &time).map(drop)
    }
}

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

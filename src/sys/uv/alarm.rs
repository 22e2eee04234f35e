//! An alarm on the event loop that is finer than libuv's timers, which count milliseconds (timerfd_create(2)).

use std::time::Duration;

use rustix::time::{
    timerfd_create, timerfd_settime, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec,
};

use super::{EventLoop, OnEvent, Poll, Ready};
use crate::sys::number::above_standard;
use crate::Errno;

/// Goes off on the loop's thread. Does not keep the loop alive.
pub struct Alarm {
    poll: Poll,
}

impl Alarm {
    pub fn new(event_loop: EventLoop, on_alarm: OnEvent<Ready>) -> Result<Self, Errno> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = above_standard(timerfd_create(TimerfdClockId::Monotonic, flags)?)?;
        let poll = Poll::new(event_loop, timer, on_alarm).map_err(|(errno, _timer)| errno)?;
        poll.keep_alive(false);
        Ok(Self { poll })
    }

    /// Has it go off once, after this time, in place of a time that was set before.
    pub fn set(&self, after: Duration) -> Result<(), Errno> {
        let time = Itimerspec {
            // Not again.
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(after).map_err(|_| Errno::INVAL)?,
        };
        timerfd_settime(self.poll.fd(), TimerfdTimerFlags::empty(), &time)?;
        self.poll.watch(true, false, false);
        Ok(())
    }

    /// To be called when it has gone off: its fd is readable until it is set again.
    pub fn stop(&self) {
        self.poll.watch(false, false, false);
    }
}

//! An alarm on the event loop that is finer than libuv's timers, which count milliseconds.

use std::time::Duration;

use super::{EventLoop, OnEvent, Poll, Ready};
use crate::sys::imp::timer::Timer;
use crate::Errno;

/// Goes off on the loop's thread. Does not keep the loop alive.
pub struct Alarm {
    poll: Poll<Timer>,
}

impl Alarm {
    pub fn new(event_loop: EventLoop, on_alarm: OnEvent<Ready>) -> Result<Self, Errno> {
        let poll = Poll::new(event_loop, Timer::new()?, on_alarm).map_err(|(errno, _timer)| errno)?;
        poll.keep_alive(false);
        Ok(Self { poll })
    }

    /// Has it go off once, after this time, in place of a time that was set before.
    pub fn set(&self, after: Duration) -> Result<(), Errno> {
        self.poll.fd().set(after)?;
        self.poll.watch(true, false, false);
        Ok(())
    }

    /// To be called when it has gone off: its timer is readable until it is set again.
    pub fn stop(&self) {
        self.poll.watch(false, false, false);
    }
}

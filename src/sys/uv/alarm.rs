//! An alarm on the event loop that is finer than libuv's timers, which count milliseconds (timerfd_create(2)).

use std::ffi::c_void;
use std::time::Duration;

use rustix::time::{
    timerfd_create, timerfd_settime, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec,
};

use super::Poll;
use crate::sys::number::above_standard;
use crate::Errno;

/// Goes off on the loop's thread, after a time that is set anew each time. Does not keep the loop alive. To be
/// used on that thread only.
pub struct Alarm {
    poll: Poll,
}

impl Alarm {
    /// # Safety
    /// `event_loop` must be the live `uv_loop_t` of the calling thread, and run until this is closed: by its drop.
    pub unsafe fn new(event_loop: *mut c_void, on_alarm: Box<dyn Fn()>) -> Result<Self, Errno> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = above_standard(timerfd_create(TimerfdClockId::Monotonic, flags)?)?;
        // SAFETY: the loop is the caller's promise.
        let poll = unsafe { Poll::new(event_loop, timer, Box::new(move |_readable, _writable| on_alarm())) }?;
        poll.keep_alive(false);
        Ok(Self { poll })
    }

    /// Goes off once, in so much time. That takes the place of a time set before.
    pub fn set(&self, after: Duration) -> Result<(), Errno> {
        let time = Itimerspec {
            // Not again.
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(after).map_err(|_| Errno::INVAL)?,
        };
        if let Some(timer) = self.poll.fd() {
            timerfd_settime(timer, TimerfdTimerFlags::empty(), &time)?;
            self.poll.watch(true, false, false);
        }
        Ok(())
    }

    /// To be called when it has gone off: it is readable until it is set anew.
    pub fn stop(&self) {
        self.poll.watch(false, false, false);
    }
}

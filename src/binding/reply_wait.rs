//! Waiting for the reply to a message without sleep, where replies come soon.
//!
//! To sleep in a poll, and to be woken on another core by the child that replies, can take longer than the child needs
//! for its reply. So before the event loop polls, and would sleep, it is asked again and again, for a moment, whether
//! there is something. Whatever that is ends the wait.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;

use super::callback::event_loop_of;
use crate::sys::cpus::usable_cpus;
use crate::sys::uv::{EventLoop, Hook, BEFORE_POLL};

/// The longest wait: about as long as it takes to sleep and be woken, where that takes long.
const LONGEST: Duration = Duration::from_micros(100);
/// A child that was sent a message is taken to be at work on its reply for so long.
const AT_WORK: Duration = Duration::from_millis(10);
/// After so many waits in vain in a row, they do not become rarer any more: 2 to the power of this are skipped, but two.
const MOST_IN_VAIN: u32 = 10;

thread_local! {
    /// That of the event loop which this thread had last, as long as a channel has it.
    static OF_THREAD: RefCell<Weak<LoopWait>> = const { RefCell::new(Weak::new()) };
}

/// What the channels of one event loop share.
struct LoopWait {
    event_loop: EventLoop,
    before_poll: Hook,
    cpus: usize,
    /// The channels that have sent a message since the last poll.
    sent: RefCell<Vec<Rc<Channel>>>,
    /// Those whose child is at work.
    at_work: RefCell<Vec<Rc<Channel>>>,
}

/// One channel's part.
#[derive(Default)]
struct Channel {
    backoff: RefCell<Backoff>,
    has_sent: Cell<bool>,
    /// Since when the child is at work.
    at_work: Cell<Option<Instant>>,
    /// Since when its reply is waited for.
    waiting: Cell<Option<Instant>>,
}

/// Skips waits that are likely to be in vain: after each that was, twice as many as before.
#[derive(Default)]
struct Backoff {
    /// Waits in vain since the last that was not.
    in_vain: u32,
    left_to_skip: u32,
}

impl Backoff {
    /// Whether to wait this time. `succeeded` or `failed` is to be called then.
    fn allows(&mut self) -> bool {
        let allows = self.left_to_skip == 0;
        self.left_to_skip = self.left_to_skip.saturating_sub(1);
        allows
    }

    fn succeeded(&mut self) {
        *self = Self::default();
    }

    fn failed(&mut self) {
        self.in_vain = MOST_IN_VAIN.min(self.in_vain + 1);
        // One in vain is no more than chance.
        self.left_to_skip = (1 << self.in_vain) - 2;
    }
}

impl Channel {
    fn is_at_work(&self, now: Instant) -> bool {
        let since = self.at_work.get();
        since.is_some_and(|since| now.duration_since(since) < AT_WORK)
    }

    fn has_waited(&self, now: Instant, time: Duration) -> bool {
        let since = self.waiting.get();
        since.is_some_and(|since| now.duration_since(since) >= time)
    }

    fn give_up(&self) {
        if self.waiting.take().is_some() {
            self.backoff.borrow_mut().failed();
        }
    }
}

impl LoopWait {
    /// That of the environment's event loop. `None` where a wait would take the processor from the child.
    fn of(env: &Env) -> Option<Rc<Self>> {
        let event_loop = event_loop_of(env).ok()?;
        // A thread can have several, one within a turn of the other.
        let known = OF_THREAD.with_borrow(Weak::upgrade);
        if let Some(known) = known.filter(|known| known.event_loop == event_loop) {
            return Some(known);
        }
        let cpus = usable_cpus();
        if cpus < 2 {
            return None;
        }
        let of_hook: Rc<RefCell<Weak<Self>>> = Rc::default();
        let slot = Rc::clone(&of_hook);
        let on_moment = Box::new(move |()| {
            let of_loop = slot.borrow().upgrade();
            if let Some(of_loop) = of_loop {
                of_loop.before_poll();
            }
        });
        // Closed when the last of the channels is, which the end of their environment waits for.
        let before_poll = Hook::new(event_loop, &BEFORE_POLL, on_moment).ok()?;
        let of_loop =
            Rc::new(Self { event_loop, before_poll, cpus, sent: RefCell::default(), at_work: RefCell::default() });
        of_hook.replace(Rc::downgrade(&of_loop));
        OF_THREAD.set(Rc::downgrade(&of_loop));
        Some(of_loop)
    }

    /// From a message on, before each poll until nothing is waited for any more.
    fn before_poll(&self) {
        let now = Instant::now();
        let mut at_work = self.at_work.borrow_mut();
        for channel in at_work.iter().filter(|channel| channel.has_waited(now, LONGEST)) {
            channel.give_up();
        }
        at_work.retain(|channel| !channel.has_sent.get() && channel.is_at_work(now));
        let mut sent = self.sent.borrow_mut();
        sent.retain(|channel| channel.has_sent.replace(false));
        for channel in sent.iter() {
            channel.at_work.set(Some(now));
            at_work.push(Rc::clone(channel));
        }
        // As many children as there are processors need them all, for their replies.
        let has_room = at_work.len() < self.cpus;
        for channel in sent.drain(..) {
            if has_room && channel.waiting.get().is_none() && channel.backoff.borrow_mut().allows() {
                channel.waiting.set(Some(now));
            }
        }
        if !at_work.iter().any(|channel| channel.waiting.get().is_some()) {
            self.before_poll.stop();
        } else if has_room && self.event_loop.would_wait() && !self.waits_until(now + LONGEST) {
            at_work.iter().for_each(|channel| channel.give_up());
            self.before_poll.stop();
        }
    }

    /// Gives whether the poll has something to find before `end`.
    fn waits_until(&self, end: Instant) -> bool {
        while Instant::now() < end {
            if self.event_loop.has_events() {
                return true;
            }
        }
        // Or its poll would count from before the wait, and timers come later by that.
        self.event_loop.update_time();
        false
    }
}

/// The part of one channel. Ends with it, before the event loop may end.
pub struct ReplyWait {
    of_loop: Option<Rc<LoopWait>>,
    channel: Rc<Channel>,
}

impl ReplyWait {
    pub fn new(env: &Env) -> Self {
        Self { of_loop: LoopWait::of(env), channel: Rc::default() }
    }

    /// Whether there is ever a wait.
    pub fn is_on(&self) -> bool {
        self.of_loop.is_some()
    }

    /// A message went out, and the child may reply.
    pub fn sent(&self) {
        if let Some(of_loop) = &self.of_loop {
            if !self.channel.has_sent.replace(true) {
                of_loop.sent.borrow_mut().push(Rc::clone(&self.channel));
                of_loop.before_poll.start();
            }
        }
    }

    /// Something came from the child.
    pub fn received(&self) {
        self.channel.at_work.set(None);
        // Some of the time was the way here.
        if self.channel.has_waited(Instant::now(), 2 * LONGEST) {
            self.channel.give_up();
        } else if self.channel.waiting.take().is_some() {
            self.channel.backoff.borrow_mut().succeeded();
        }
    }
}

impl Drop for ReplyWait {
    /// Nobody waits for it any more.
    fn drop(&mut self) {
        self.channel.has_sent.set(false);
        self.channel.at_work.set(None);
        self.channel.waiting.set(None);
    }
}

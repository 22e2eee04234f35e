//! Busy waiting for the reply to a message, where replies come soon.
//!
//! To sleep in a poll, and to be woken by the child that replies on another core, can take longer than the child needs
//! for its reply. So before a poll that would sleep, the event loop spins for a moment: it asks again and again whether
//! there is an event. Any event ends that.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;

use super::callback::event_loop_of;
use crate::sys::cpus::usable_cpus;
use crate::sys::uv::{EventLoop, Hook, BEFORE_POLL};

/// The longest spin: about as long as it takes to sleep and be woken, where that takes long.
const MAX_SPIN: Duration = Duration::from_micros(100);
/// How long a reply is expected after a message.
const REPLY_WINDOW: Duration = Duration::from_millis(10);
/// After so many failed spins in a row, spins get no rarer. 2 to the power of this, less two, are skipped then.
const MAX_FAILURES: u32 = 10;

thread_local! {
    /// Of the event loop that this thread ran last, as long as a channel holds it.
    static CURRENT: RefCell<Weak<LoopWait>> = const { RefCell::new(Weak::new()) };
}

/// What the channels of one event loop share.
struct LoopWait {
    event_loop: EventLoop,
    before_poll: Hook,
    cpus: usize,
    /// The channels that have sent a message since the last poll.
    sent: RefCell<Vec<Rc<Channel>>>,
    /// The channels that expect a reply.
    expecting: RefCell<Vec<Rc<Channel>>>,
}

/// What is known of one channel.
#[derive(Default)]
struct Channel {
    backoff: RefCell<Backoff>,
    has_sent: Cell<bool>,
    /// Since when a reply is expected.
    expecting_since: Cell<Option<Instant>>,
    /// Since when the loop spins for it.
    spinning_since: Cell<Option<Instant>>,
}

/// Skips spins that are likely to fail: after each that did, twice as many as before.
#[derive(Default)]
struct Backoff {
    /// Failed spins since the last that succeeded.
    failures: u32,
    skips_left: u32,
}

impl Backoff {
    /// Whether to spin this time. Then `succeeded` or `failed` has to be called.
    fn allows(&mut self) -> bool {
        let allows = self.skips_left == 0;
        self.skips_left = self.skips_left.saturating_sub(1);
        allows
    }

    fn succeeded(&mut self) {
        *self = Self::default();
    }

    fn failed(&mut self) {
        self.failures = MAX_FAILURES.min(self.failures + 1);
        // A single failure is no more than chance.
        self.skips_left = (1 << self.failures) - 2;
    }
}

impl Channel {
    fn is_expecting(&self, now: Instant) -> bool {
        let since = self.expecting_since.get();
        since.is_some_and(|since| now.duration_since(since) < REPLY_WINDOW)
    }

    fn has_spun(&self, now: Instant, time: Duration) -> bool {
        let since = self.spinning_since.get();
        since.is_some_and(|since| now.duration_since(since) >= time)
    }

    fn give_up(&self) {
        if self.spinning_since.take().is_some() {
            self.backoff.borrow_mut().failed();
        }
    }
}

impl LoopWait {
    /// Of the environment's event loop. `None` where a spin would take the processor from the child.
    fn of(env: &Env) -> Option<Rc<Self>> {
        let event_loop = event_loop_of(env).ok()?;
        // A thread can have several loops, one within a turn of the other.
        let known = CURRENT.with_borrow(Weak::upgrade);
        if let Some(known) = known.filter(|known| known.event_loop == event_loop) {
            return Some(known);
        }
        let cpus = usable_cpus();
        if cpus < 2 {
            return None;
        }
        let weak_self: Rc<RefCell<Weak<Self>>> = Rc::default();
        let of_hook = Rc::clone(&weak_self);
        let on_moment = Box::new(move |()| {
            let of_loop = of_hook.borrow().upgrade();
            if let Some(of_loop) = of_loop {
                of_loop.before_poll();
            }
        });
        // Closed when the last of the channels is, which the end of their environment waits for.
        let before_poll = Hook::new(event_loop, &BEFORE_POLL, on_moment).ok()?;
        let of_loop =
            Rc::new(Self { event_loop, before_poll, cpus, sent: RefCell::default(), expecting: RefCell::default() });
        weak_self.replace(Rc::downgrade(&of_loop));
        CURRENT.set(Rc::downgrade(&of_loop));
        Some(of_loop)
    }

    /// Runs before each poll, from a message until no loop spins for its reply.
    fn before_poll(&self) {
        let now = Instant::now();
        let mut expecting = self.expecting.borrow_mut();
        for channel in expecting.iter().filter(|channel| channel.has_spun(now, MAX_SPIN)) {
            channel.give_up();
        }
        expecting.retain(|channel| !channel.has_sent.get() && channel.is_expecting(now));
        let mut sent = self.sent.borrow_mut();
        sent.retain(|channel| channel.has_sent.replace(false));
        for channel in sent.iter() {
            channel.expecting_since.set(Some(now));
            expecting.push(Rc::clone(channel));
        }
        // Where as many children are at work as there are processors, they need all of them.
        let has_idle_cpu = expecting.len() < self.cpus;
        for channel in sent.drain(..) {
            if has_idle_cpu && channel.spinning_since.get().is_none() && channel.backoff.borrow_mut().allows() {
                channel.spinning_since.set(Some(now));
            }
        }
        if !expecting.iter().any(|channel| channel.spinning_since.get().is_some()) {
            self.before_poll.stop();
        } else if has_idle_cpu && self.event_loop.would_wait() && !self.spin_until(now + MAX_SPIN) {
            expecting.iter().for_each(|channel| channel.give_up());
            self.before_poll.stop();
        }
    }

    /// Gives whether there was an event before `end`.
    fn spin_until(&self, end: Instant) -> bool {
        while Instant::now() < end {
            if self.event_loop.has_events() {
                return true;
            }
        }
        // Or timers would count from before the spin, and come too late.
        self.event_loop.update_time();
        false
    }
}

/// What a channel has of this. Ends with the channel, which the end of the event loop waits for.
pub struct ReplyWait {
    of_loop: Option<Rc<LoopWait>>,
    channel: Rc<Channel>,
}

impl ReplyWait {
    pub fn new(env: &Env) -> Self {
        Self { of_loop: LoopWait::of(env), channel: Rc::default() }
    }

    /// Whether the loop ever spins.
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
        self.channel.expecting_since.set(None);
        // Some of the time has passed on the way here.
        if self.channel.has_spun(Instant::now(), 2 * MAX_SPIN) {
            self.channel.give_up();
        } else if self.channel.spinning_since.take().is_some() {
            self.channel.backoff.borrow_mut().succeeded();
        }
    }
}

impl Drop for ReplyWait {
    /// The loop spins for it no more.
    fn drop(&mut self) {
        self.channel.has_sent.set(false);
        self.channel.expecting_since.set(None);
        self.channel.spinning_since.set(None);
    }
}

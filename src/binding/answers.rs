//! Waiting for the answers to messages without sleep, where they come soon.
//!
//! To sleep in a poll, and to be woken on another core by the child that answers, can take longer than the
//! child needs for its answer. So before the event loop polls, and would sleep, it is asked for a moment, again and
//! again, whether there is something: whatever that is ends the wait.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;

use super::callback::event_loop_of;
use crate::patience::Patience;
use crate::sys::uv::{EventLoop, Hook, Moment};

/// About as long as it takes to sleep and be woken, where that takes long.
const MOST: Duration = Duration::from_micros(100);
/// A child that was asked is taken to be at work on its answer for so long.
const AT_WORK: Duration = Duration::from_millis(10);

thread_local! {
    /// That of the event loop which this thread had last, as long as a channel has it.
    static ANSWERS: RefCell<Weak<Answers>> = const { RefCell::new(Weak::new()) };
}

/// The answers that the channels of one event loop wait for.
struct Answers {
    event_loop: EventLoop,
    before_poll: Hook,
    cores: usize,
    /// Of those asked since the last poll.
    asked: RefCell<Vec<Rc<Hope>>>,
    /// Of those at work.
    hopes: RefCell<Vec<Rc<Hope>>>,
}

/// For the answer of one child.
#[derive(Default)]
struct Hope {
    patience: RefCell<Patience>,
    is_asked: Cell<bool>,
    /// Since when the child is at work on it.
    at_work: Cell<Option<Instant>>,
    /// Since when it is waited for.
    waits: Cell<Option<Instant>>,
}

impl Hope {
    fn is_at_work(&self, now: Instant) -> bool {
        self.at_work
            .get()
            .is_some_and(|since| now.duration_since(since) < AT_WORK)
    }

    fn is_awaited(&self) -> bool {
        self.waits.get().is_some()
    }

    /// Gives up what can come in time no more.
    fn expire(&self, now: Instant) {
        if self
            .waits
            .get()
            .is_some_and(|since| now.duration_since(since) >= MOST)
        {
            self.give_up();
        }
    }

    fn give_up(&self) {
        if self.waits.take().is_some() {
            self.patience.borrow_mut().gives_up();
        }
    }
}

impl Answers {
    /// Those of the environment's event loop. `None` where it cannot be asked.
    fn of(env: &Env) -> Option<Rc<Self>> {
        let raw = event_loop_of(env).ok()?;
        // A thread can have several, one within a turn of the other.
        let known = ANSWERS.with_borrow(Weak::upgrade);
        if let Some(answers) = known.filter(|answers| answers.event_loop.is(raw)) {
            return Some(answers);
        }
        let cores = std::thread::available_parallelism().map_or(1, |it| it.get());
        let of_hook: Rc<RefCell<Weak<Self>>> = Rc::default();
        let answers = Rc::clone(&of_hook);
        let on_moment = Box::new(move || {
            let answers = answers.borrow().upgrade();
            if let Some(answers) = answers {
                answers.wait();
            }
        });
        // SAFETY: the loop of this environment, whose thread this is. It outlives the environment's channels, and runs
        // until they are closed; this closes when the last of them does.
        let answers = unsafe {
            Self {
                event_loop: EventLoop::new(raw),
                before_poll: Hook::new(raw, Moment::BeforePoll, on_moment).ok()?,
                cores,
                asked: RefCell::default(),
                hopes: RefCell::default(),
            }
        };
        let answers = Rc::new(answers);
        of_hook.replace(Rc::downgrade(&answers));
        ANSWERS.set(Rc::downgrade(&answers));
        Some(answers)
    }

    /// Before each poll, from a question on until nothing is waited for any more.
    fn wait(&self) {
        let now = Instant::now();
        let mut hopes = self.hopes.borrow_mut();
        hopes.iter().for_each(|hope| hope.expire(now));
        hopes.retain(|hope| !hope.is_asked.get() && hope.is_at_work(now));
        let mut asked = self.asked.borrow_mut();
        asked.retain(|hope| hope.is_asked.replace(false));
        for hope in asked.iter() {
            hope.at_work.set(Some(now));
            hopes.push(Rc::clone(hope));
        }
        // As many children as there are cores need them all, for their answers.
        let has_room = hopes.len() < self.cores;
        for hope in asked.drain(..) {
            if has_room && !hope.is_awaited() && hope.patience.borrow_mut().begins() {
                hope.waits.set(Some(now));
            }
        }
        if !hopes.iter().any(|hope| hope.is_awaited()) {
            self.before_poll.stop();
        } else if has_room && self.event_loop.would_wait() && !self.comes_something(now + MOST) {
            hopes.iter().for_each(|hope| hope.give_up());
            self.before_poll.stop();
        }
    }

    fn comes_something(&self, end: Instant) -> bool {
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
pub struct Conversation {
    answers: Option<Rc<Answers>>,
    hope: Rc<Hope>,
}

impl Conversation {
    pub fn new(env: &Env) -> Self {
        Self {
            answers: Answers::of(env),
            hope: Rc::default(),
        }
    }

    /// A message went out, which the child may answer.
    pub fn asked(&self) {
        if let Some(answers) = &self.answers {
            if !self.hope.is_asked.replace(true) {
                answers.asked.borrow_mut().push(Rc::clone(&self.hope));
                answers.before_poll.start();
            }
        }
    }

    /// Something came from the child.
    pub fn answered(&self) {
        self.hope.at_work.set(None);
        let Some(since) = self.hope.waits.get() else {
            return;
        };
        // Some of that was the way here.
        if since.elapsed() < 2 * MOST {
            self.hope.waits.set(None);
            self.hope.patience.borrow_mut().is_rewarded();
        } else {
            self.hope.give_up();
        }
    }
}

impl Drop for Conversation {
    /// Nobody waits for it any more.
    fn drop(&mut self) {
        self.hope.is_asked.set(false);
        self.hope.at_work.set(None);
        self.hope.waits.set(None);
    }
}

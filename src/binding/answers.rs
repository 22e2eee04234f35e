//! Waiting for the answers to messages without sleep, where they come soon.
//!
//! To sleep in a poll, and to be woken on another core by the child that answers, can take longer than the
//! child needs for its answer. So before the event loop polls, and would sleep, it is asked for a moment, again and
//! again, whether there is something: whatever that is ends the wait, so nothing comes later for it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;

use crate::ipc::Patience;
use crate::sys::scheduling::core_count;
use crate::sys::uv::{EventLoop, Hook, Moment};

/// About as long as it takes to sleep and be woken, where that takes long.
const MOST: Duration = Duration::from_micros(100);

thread_local! {
    /// That of this thread's event loop, as long as a channel has it.
    static ANSWERS: RefCell<Weak<Answers>> = const { RefCell::new(Weak::new()) };
}

/// The answers that the channels of one event loop wait for.
struct Answers {
    event_loop: EventLoop,
    before_poll: Hook,
    cores: usize,
    /// How many channels wait for one.
    awaited: Cell<usize>,
    patience: RefCell<Patience>,
}

impl Answers {
    fn of(env: &Env) -> Option<Rc<Self>> {
        if let Some(answers) = ANSWERS.with_borrow(Weak::upgrade) {
            return Some(answers);
        }
        let cores = core_count()?;
        let raw = env.get_uv_event_loop().ok()?.cast();
        let of_hook: Rc<RefCell<Weak<Self>>> = Rc::default();
        let answers = Rc::clone(&of_hook);
        let on_moment = Box::new(move || {
            let answers = answers.borrow().upgrade();
            if let Some(answers) = answers {
                answers.wait();
            }
        });
        // SAFETY: the loop of this environment, whose thread this is. It outlives its channels, and runs until
        // they are closed; this closes when the last of them does.
        let answers = unsafe {
            Self {
                event_loop: EventLoop::new(raw)?,
                before_poll: Hook::new(raw, Moment::BeforePoll, on_moment).ok()?,
                cores,
                awaited: Cell::default(),
                patience: RefCell::default(),
            }
        };
        let answers = Rc::new(answers);
        of_hook.replace(Rc::downgrade(&answers));
        ANSWERS.set(Rc::downgrade(&answers));
        Some(answers)
    }

    /// Before a poll.
    fn wait(&self) {
        self.before_poll.stop();
        // As many children as there are cores need them all, for their answers.
        if self.awaited.get() >= self.cores || !self.event_loop.would_wait() {
            return;
        }
        if self.patience.borrow_mut().begins() && !self.comes_something() {
            self.patience.borrow_mut().gives_up();
        }
    }

    fn comes_something(&self) -> bool {
        let start = Instant::now();
        while start.elapsed() < MOST {
            if self.event_loop.has_events() {
                return true;
            }
        }
        false
    }
}

/// The part of one channel. Ends with it, before the event loop may end.
pub struct Conversation {
    answers: Option<Rc<Answers>>,
    waits: Cell<bool>,
}

impl Conversation {
    pub fn new(env: &Env) -> Self {
        Self {
            answers: Answers::of(env),
            waits: Cell::default(),
        }
    }

    /// A message went out, which the child may answer.
    pub fn asked(&self) {
        if let Some(answers) = &self.answers {
            if !self.waits.replace(true) {
                answers.awaited.set(answers.awaited.get() + 1);
            }
            answers.before_poll.start();
        }
    }

    /// A message came in, or none will.
    pub fn answered(&self) {
        if let Some(answers) = self.answers.as_ref().filter(|_| self.waits.replace(false)) {
            answers.awaited.set(answers.awaited.get() - 1);
            answers.patience.borrow_mut().is_rewarded();
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.answered();
    }
}

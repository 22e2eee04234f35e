//! Our ends of the children's pipes of which JavaScript has made no stream: read on its event loop.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::rc::{Rc, Weak};

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::callback::{call_from_loop, keep, value, Callback};
use super::handed::{hand, take};
use super::memory::OutputBuffer;
use super::teardown::TeardownHook;
use crate::output::Output;
use crate::sys::poll::{has_unread, is_at_end};
use crate::sys::uv::Poll;
use crate::{negated, Errno};

/// Bytes of one read, as many as a stream of Node's reads: what is cut off at a limit depends on it.
const CHUNK: usize = 64 * 1024;
/// Chunks before others on the loop have their turn.
const MOST_CHUNKS: usize = 32;

/// The pipes of one JavaScript environment, which knows each by a number.
///
/// A pipe is no object of its own, for the same reason as a child (`child.rs`).
#[napi]
pub struct Pipes {
    state: Rc<State>,
}

struct State {
    env: Env,
    pipes: RefCell<HashMap<u32, Pipe>>,
    on_read: RefCell<Option<Rc<Callback>>>,
    teardown: Cell<Option<TeardownHook>>,
}

/// Owns its fd.
enum Pipe {
    /// Nobody wants what it has.
    Still(OwnedFd),
    Read(Reading),
}

/// JavaScript wants what it has.
struct Reading {
    poll: Poll,
    /// What JavaScript was not told of yet.
    kept: Output,
    /// How much of that there may be.
    most: usize,
    has_failed: bool,
}

#[napi]
impl Pipes {
    /// `onRead(id, bytes, error)` is called for what was read; without bytes once a pipe that was read is closed, at its
    /// end or by `close()`, when the event loop closes handles; and with a negated error number when a read has failed:
    /// it reads no more then.
    #[napi(constructor, ts_args_type = "onRead: (id: number, bytes: Buffer | null, error: number) => void")]
    pub fn new(env: Env, on_read: Function<'_, Unknown<'static>, Unknown<'static>>) -> Result<Self> {
        let state = Rc::new(State {
            env,
            pipes: RefCell::default(),
            on_read: RefCell::new(Some(Rc::new(keep(&on_read)?))),
            teardown: Cell::default(),
        });
        let of_teardown = Rc::downgrade(&state);
        let end = move || {
            if let Some(state) = of_teardown.upgrade() {
                state.end_environment();
            }
        };
        state.teardown.set(Some(TeardownHook::add(&env, end)?));
        Ok(Self { state })
    }

    /// Takes over an `fd` of `Children.start`.
    #[napi]
    pub fn open(&self, id: u32, fd: i32) {
        if let Ok(fd) = take(fd) {
            self.state.pipes.borrow_mut().insert(id, Pipe::Still(fd));
        }
    }

    /// Reads a pipe from now on. The event loop stays alive for it. Up to `most` bytes are kept until its end and told
    /// then as one; when there are more, what is there by then is told, and all else as it comes.
    #[napi]
    pub fn read(&self, id: u32, most: f64) -> Result<()> {
        let mut pipes = self.state.pipes.borrow_mut();
        if let Some(Pipe::Still(fd)) = pipes.remove(&id) {
            let reading = Reading {
                poll: State::poll(&self.state, id, fd)?,
                kept: Output::default(),
                // Infinity is the largest, and what is no amount is 0.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                most: most as usize,
                has_failed: false,
            };
            pipes.insert(id, Pipe::Read(reading));
        }
        Ok(())
    }

    /// What was read of a pipe and not told; from here on all is told as it comes.
    #[napi]
    pub fn take(&self, id: u32) -> Option<OutputBuffer> {
        match self.state.pipes.borrow_mut().get_mut(&id) {
            Some(Pipe::Read(reading)) => reading.take().map(OutputBuffer),
            _ => None,
        }
    }

    /// Reads now what is there of a pipe that is read, and does not wait for the event loop to see it.
    #[napi]
    pub fn fill(&self, id: u32) {
        State::fill(&self.state, id);
    }

    /// What a pipe that is not read has now, as much as a stream would have read.
    #[napi]
    pub fn first(&self, id: u32) -> Option<OutputBuffer> {
        let pipes = self.state.pipes.borrow();
        let Some(Pipe::Still(fd)) = pipes.get(&id) else { return None };
        // Its end, or an error, is the stream's to find.
        let mut first = Output::default();
        let is_some = has_unread(fd.as_fd(), false) && first.receive(fd.as_fd(), CHUNK).is_ok();
        (is_some && first.size() > 0).then_some(OutputBuffer(first))
    }

    /// Closes a pipe that is not read and has nothing but its end. Gives whether it was such a one.
    #[napi]
    pub fn close_at_end(&self, id: u32) -> bool {
        let mut pipes = self.state.pipes.borrow_mut();
        let is_over = matches!(pipes.get(&id), Some(Pipe::Still(fd)) if is_at_end(fd.as_fd()));
        if is_over {
            pipes.remove(&id);
        }
        is_over
    }

    /// The fd of a pipe that is being read; -1 of any other and of one that has come to its end.
    #[napi]
    pub fn reading_fd(&self, id: u32) -> i32 {
        match self.state.pipes.borrow().get(&id) {
            Some(Pipe::Read(Reading { poll, has_failed: false, .. })) => poll.fd().map_or(-1, |fd| fd.as_raw_fd()),
            _ => -1,
        }
    }

    /// Hands the fd of a pipe back and forgets it; -1 when it is closed.
    #[napi]
    pub fn release(&self, id: u32) -> i32 {
        let fd = match self.state.pipes.borrow_mut().remove(&id) {
            Some(Pipe::Still(fd)) => Some(fd),
            Some(Pipe::Read(mut reading)) => reading.poll.release(),
            None => None,
        };
        fd.map_or(-1, hand)
    }

    /// Closes a pipe. Nothing more is read.
    #[napi]
    pub fn close(&self, id: u32) {
        State::close(&self.state, id);
    }
}

impl State {
    fn poll(state: &Rc<Self>, id: u32, fd: OwnedFd) -> Result<Poll> {
        let weak = Rc::downgrade(state);
        let ready = Box::new(move |readable, _writable| {
            if let Some(state) = weak.upgrade().filter(|_| readable) {
                Self::fill(&state, id);
            }
        });
        // SAFETY: the loop of this environment, whose thread this is. It runs
        // until the close is over: the teardown hook makes it wait.
        let poll = unsafe { Poll::new(state.env.get_uv_event_loop()?.cast(), fd, ready) }
            .map_err(|errno| Error::from_reason(format!("uv_poll_init: {errno:?}")))?;
        poll.watch(true, false, false);
        Ok(poll)
    }

    /// Reads what is there.
    fn fill(state: &Rc<Self>, id: u32) {
        for _ in 0..MOST_CHUNKS {
            let mut pipes = state.pipes.borrow_mut();
            // JavaScript may have closed it.
            let Some(Pipe::Read(reading)) = pipes.get_mut(&id) else { return };
            let read = reading.read();
            let told = match read {
                Read::Nothing => return,
                Read::Some if reading.kept.size() <= reading.most => None,
                Read::Some | Read::End => reading.take(),
                Read::Failed(errno) => {
                    drop(pipes);
                    return state.tell(id, None, negated(errno));
                }
            };
            drop(pipes);
            if told.is_some() {
                state.tell(id, told, 0);
            }
            if matches!(read, Read::End) {
                return Self::close(state, id);
            }
        }
    }

    fn tell(&self, id: u32, output: Option<Output>, error: i32) {
        // Nothing stays borrowed: JavaScript may close pipes and open others from inside the call.
        let on_read = self.on_read.borrow().clone();
        if let Some(on_read) = on_read {
            call_from_loop(self.env, &on_read, |env| {
                Ok(vec![value(env, id)?, value(env, output.map(OutputBuffer))?, value(env, error)?])
            });
        }
    }

    fn close(state: &Rc<Self>, id: u32) {
        let pipe = state.pipes.borrow_mut().remove(&id);
        if let Some(Pipe::Read(mut reading)) = pipe {
            let weak: Weak<Self> = Rc::downgrade(state);
            reading.poll.close(Some(Box::new(move || {
                if let Some(state) = weak.upgrade() {
                    state.tell(id, None, 0);
                }
            })));
        }
    }

    /// Nobody is to be told any more.
    fn end_environment(&self) {
        self.on_read.take();
        let teardown = self.teardown.take().map(Rc::new);
        for pipe in self.pipes.take().into_values() {
            if let Pipe::Read(mut reading) = pipe {
                let teardown = teardown.clone();
                reading.poll.close(Some(Box::new(move || drop(teardown))));
            }
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.end_environment();
    }
}

/// What one read came to.
#[derive(Clone, Copy)]
enum Read {
    Some,
    /// There is nothing now.
    Nothing,
    End,
    Failed(Errno),
}

impl Reading {
    fn read(&mut self) -> Read {
        let Some(fd) = self.poll.fd().filter(|_| !self.has_failed) else {
            return Read::Nothing;
        };
        match self.kept.receive(fd, CHUNK) {
            Ok(0) => Read::End,
            Ok(_) => Read::Some,
            Err(Errno::AGAIN | Errno::INTR) => Read::Nothing,
            Err(errno) => {
                self.poll.watch(false, false, false);
                self.has_failed = true;
                Read::Failed(errno)
            }
        }
    }

    fn take(&mut self) -> Option<Output> {
        self.most = 0;
        let kept = std::mem::take(&mut self.kept);
        (kept.size() > 0).then_some(kept)
    }
}

//! Our ends of the children's pipes of which JavaScript has made no stream: read on its event loop.

use std::cell::RefCell;
use std::collections::HashMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::callback::{event_loop_of, value, AnyFunction, Callback};
use super::fd_transfer::{claim, offer};
use super::memory::OutputBuffer;
use super::teardown::Teardown;
use crate::output::Output;
use crate::sys::epoll::EpollSet;
use crate::sys::poll::is_at_end;
use crate::sys::socket::end_reading;
use crate::sys::uv::{EventLoop, Poll};
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
    event_loop: EventLoop,
    /// Bytes that a stream of Node's reads before anybody wants them.
    read_ahead: usize,
    pipes: RefCell<HashMap<u32, Pipe>>,
    /// Those that are read ahead. They do not keep the event loop alive, as their children do.
    set: RefCell<Option<Poll<EpollSet>>>,
    on_read: Callback,
    teardown: Teardown,
}

struct Pipe {
    source: Source,
    /// What JavaScript was not told of yet.
    kept: Output,
    /// What there may be of that before JavaScript is told, once it wants to read.
    most: usize,
}

/// Owns the fd.
enum Source {
    /// Nobody wants what it has.
    Still { fd: OwnedFd, is_in_set: bool },
    /// JavaScript does.
    Read { poll: Poll, is_paused: bool },
}

#[napi]
impl Pipes {
    /// `readAhead`: bytes that are read of a pipe before somebody wants them. `onRead(id, bytes, error)` is called for
    /// what was read of a pipe that somebody reads; without bytes once it is closed, at its end or by `close()`, when the
    /// event loop closes handles; and with a negated error number when a read has failed: it reads no more then.
    #[napi(
        constructor,
        ts_args_type = "readAhead: number, onRead: (id: number, bytes: Buffer | null, error: number) => void"
    )]
    pub fn new(env: Env, read_ahead: u32, on_read: AnyFunction<'_>) -> Result<Self> {
        let state = Rc::new(State {
            event_loop: event_loop_of(&env)?,
            read_ahead: read_ahead as usize,
            pipes: RefCell::default(),
            set: RefCell::default(),
            on_read: Callback::new(env, &on_read)?,
            teardown: Teardown::default(),
        });
        state.teardown.begin(&env, &state, State::end_environment)?;
        Ok(Self { state })
    }

    /// Takes over an `fd` of `Children.start`.
    #[napi]
    pub fn open(&self, id: u32, fd: i32) {
        let Ok(fd) = claim(fd) else { return };
        let pipe = Pipe { source: Source::Still { fd, is_in_set: false }, kept: Output::default(), most: 0 };
        self.state.pipes.borrow_mut().insert(id, pipe);
    }

    /// Reads a pipe as far as a stream would that nobody reads, so that the child can go on as far.
    #[napi]
    pub fn read_ahead(&self, id: u32) {
        State::read_ahead(&self.state, id);
    }

    /// JavaScript wants what is read from now on. The event loop stays alive for it. Up to `most` bytes are kept until its
    /// end and told then as one; when there are more, what is there by then is told, and all else as it comes.
    ///
    /// Returns 0 or a negated error number: then it is not read.
    #[napi]
    pub fn read(&self, id: u32, most: f64) -> i32 {
        let mut pipes = self.state.pipes.borrow_mut();
        let Some(Pipe { source, kept, .. }) = pipes.remove(&id) else {
            return 0;
        };
        let (source, error) = match State::poll(&self.state, id, self.state.fd_of(source)) {
            Ok(poll) => (Source::Read { poll, is_paused: false }, 0),
            Err((errno, fd)) => (Source::Still { fd, is_in_set: false }, negated(errno)),
        };
        // Infinity is the largest, and what is no amount is 0.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        pipes.insert(id, Pipe { source, kept, most: most as usize });
        error
    }

    /// What was read of a pipe and not told; from here on all is told as it comes.
    #[napi]
    pub fn take(&self, id: u32) -> Option<OutputBuffer> {
        let mut pipes = self.state.pipes.borrow_mut();
        pipes.get_mut(&id)?.take().map(OutputBuffer)
    }

    /// Reads now what is there of a pipe that JavaScript reads, and does not wait for the event loop to see it.
    #[napi]
    pub fn fill(&self, id: u32) {
        State::fill(&self.state, id);
    }

    /// Closes a pipe that nobody reads and that has nothing but its end. Gives whether it was such a one.
    #[napi]
    pub fn close_at_end(&self, id: u32) -> bool {
        let mut pipes = self.state.pipes.borrow_mut();
        let is_over = pipes.get(&id).is_some_and(|pipe| match &pipe.source {
            Source::Still { fd, .. } => pipe.kept.size() == 0 && is_at_end(fd.as_fd()),
            Source::Read { .. } => false,
        });
        if is_over {
            drop(pipes.remove(&id).map(|pipe| self.state.fd_of(pipe.source)));
        }
        is_over
    }

    /// The fd of a pipe that is being read; -1 of any other and of one that has come to its end.
    #[napi]
    pub fn reading_fd(&self, id: u32) -> i32 {
        match self.state.pipes.borrow().get(&id).map(|pipe| &pipe.source) {
            Some(Source::Still { fd, is_in_set: true }) => fd.as_raw_fd(),
            Some(Source::Read { poll, is_paused: false }) => poll.fd().as_raw_fd(),
            _ => -1,
        }
    }

    /// Hands the fd of a pipe back and forgets it; -1 when it is closed.
    #[napi]
    pub fn release(&self, id: u32) -> i32 {
        let pipe = self.state.pipes.borrow_mut().remove(&id);
        pipe.map_or(-1, |pipe| offer(self.state.fd_of(pipe.source)))
    }

    /// Ends a pipe that others hold open: what was written before can still be read, then comes the end. They can write no
    /// more. Gives whether there was anything to end.
    #[napi]
    pub fn end_reading(&self, id: u32) -> bool {
        match self.state.pipes.borrow().get(&id).map(|pipe| &pipe.source) {
            Some(Source::Still { fd, .. }) => end_reading(fd.as_fd()),
            Some(Source::Read { poll, .. }) => end_reading(poll.fd().as_fd()),
            None => false,
        }
    }

    /// Closes a pipe. Nothing more is read.
    #[napi]
    pub fn close(&self, id: u32) {
        State::close(&self.state, id);
    }
}

impl State {
    fn poll(state: &Rc<Self>, id: u32, fd: OwnedFd) -> std::result::Result<Poll, (Errno, OwnedFd)> {
        let fill = state.teardown.on_event(state, move |state, _ready| Self::fill(state, id));
        let poll = Poll::new(state.event_loop, fd, fill)?;
        poll.watch(true, false, false);
        Ok(poll)
    }

    fn read_ahead(state: &Rc<Self>, id: u32) {
        if state.set.borrow().is_none() {
            // Where there is no fd left for it, its writer waits for somebody to ask.
            let fill = state.teardown.on_event(state, |state, _ready| state.fill_ahead());
            *state.set.borrow_mut() = Poll::of_set(state.event_loop, fill).ok();
        }
        let set = state.set.borrow();
        let Some(set) = set.as_ref().map(Poll::fd) else {
            return;
        };
        if let Some(Pipe { source: Source::Still { fd, is_in_set }, .. }) = state.pipes.borrow_mut().get_mut(&id) {
            *is_in_set = set.add(fd.as_fd(), id).is_ok();
        }
    }

    /// Reads what is there of those that are read ahead. The end, too, is for who comes later.
    fn fill_ahead(&self) {
        let set = self.set.borrow();
        let Some(set) = set.as_ref().map(Poll::fd) else {
            return;
        };
        let mut pipes = self.pipes.borrow_mut();
        for (id, _) in set.wait(0).unwrap_or_default() {
            let Some(Pipe { source, kept, .. }) = pipes.get_mut(&id) else {
                continue;
            };
            let Source::Still { fd, is_in_set } = source else {
                continue;
            };
            let read = kept.receive(fd.as_fd(), CHUNK);
            let goes_on = match read {
                Ok(count) => count > 0 && kept.size() < self.read_ahead,
                Err(errno) => matches!(errno, Errno::AGAIN | Errno::INTR),
            };
            if !goes_on {
                set.remove(fd.as_fd());
                *is_in_set = false;
            }
        }
    }

    /// Takes the fd of a pipe out of whatever watches it.
    fn fd_of(&self, source: Source) -> OwnedFd {
        match source {
            Source::Still { fd, is_in_set } => {
                if let Some(set) = self.set.borrow().as_ref().filter(|_| is_in_set) {
                    set.fd().remove(fd.as_fd());
                }
                fd
            }
            Source::Read { poll, .. } => poll.release(),
        }
    }

    /// Reads what is there.
    fn fill(state: &Rc<Self>, id: u32) {
        for _ in 0..MOST_CHUNKS {
            let mut pipes = state.pipes.borrow_mut();
            // JavaScript may have closed it.
            let Some(pipe) = pipes.get_mut(&id) else {
                return;
            };
            let read = pipe.read();
            let told = match read {
                Read::Nothing => return,
                Read::Some if pipe.kept.size() <= pipe.most => None,
                Read::Some | Read::End => pipe.take(),
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
        self.on_read.call(|env| Ok(vec![value(env, id)?, value(env, output.map(OutputBuffer))?, value(env, error)?]));
    }

    fn close(state: &Rc<Self>, id: u32) {
        let pipe = state.pipes.borrow_mut().remove(&id);
        match pipe.map(|pipe| pipe.source) {
            Some(Source::Read { poll, .. }) => {
                let state = Rc::downgrade(state);
                poll.close(Box::new(move || {
                    if let Some(state) = state.upgrade() {
                        state.tell(id, None, 0);
                    }
                }));
            }
            Some(still) => drop(state.fd_of(still)),
            None => {}
        }
    }

    /// Nobody is to be told any more.
    fn end_environment(&self) {
        self.on_read.forget();
        self.pipes.take();
        self.set.take();
        self.teardown.release();
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

impl Pipe {
    fn read(&mut self) -> Read {
        let Source::Read { poll, is_paused } = &mut self.source else {
            return Read::Nothing;
        };
        if *is_paused {
            return Read::Nothing;
        }
        match self.kept.receive(poll.fd().as_fd(), CHUNK) {
            Ok(0) => Read::End,
            Ok(_) => Read::Some,
            Err(Errno::AGAIN | Errno::INTR) => Read::Nothing,
            Err(errno) => {
                poll.watch(false, false, false);
                *is_paused = true;
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

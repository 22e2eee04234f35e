//! Our ends of the children's pipes of which JavaScript has made no stream: read on its event loop.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::rc::{Rc, Weak};

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::callback::{call_from_loop, event_loop_of, keep, value, Callback};
use super::handed::{hand, take};
use super::memory::OutputBuffer;
use super::teardown::TeardownHook;
use crate::output::Output;
use crate::sys::epoll::EpollSet;
use crate::sys::poll::is_at_end;
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
    /// Bytes that a stream of Node's reads before anybody wants them.
    read_ahead: usize,
    pipes: RefCell<HashMap<u32, Pipe>>,
    /// Those that are read ahead. They do not keep the event loop alive, as their children do.
    set: RefCell<Option<Poll<EpollSet>>>,
    on_read: RefCell<Option<Rc<Callback>>>,
    teardown: Cell<Option<TeardownHook>>,
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
    pub fn new(env: Env, read_ahead: u32, on_read: Function<'_, Unknown<'static>, Unknown<'static>>) -> Result<Self> {
        let state = Rc::new(State {
            env,
            read_ahead: read_ahead as usize,
            pipes: RefCell::default(),
            set: RefCell::default(),
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
        let Ok(fd) = take(fd) else { return };
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
    #[napi]
    pub fn read(&self, id: u32, most: f64) -> Result<()> {
        let mut pipes = self.state.pipes.borrow_mut();
        let Some(pipe) = pipes.remove(&id) else {
            return Ok(());
        };
        let Some(fd) = self.state.fd_of(pipe.source) else {
            return Ok(());
        };
        let pipe = Pipe {
            source: Source::Read { poll: State::poll(&self.state, id, fd)?, is_paused: false },
            kept: pipe.kept,
            // Infinity is the largest, and what is no amount is 0.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            most: most as usize,
        };
        pipes.insert(id, pipe);
        Ok(())
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
            let pipe = pipes.remove(&id);
            drop(pipe.and_then(|pipe| self.state.fd_of(pipe.source)));
        }
        is_over
    }

    /// The fd of a pipe that is being read; -1 of any other and of one that has come to its end.
    #[napi]
    pub fn reading_fd(&self, id: u32) -> i32 {
        match self.state.pipes.borrow().get(&id).map(|pipe| &pipe.source) {
            Some(Source::Still { fd, is_in_set: true }) => fd.as_raw_fd(),
            Some(Source::Read { poll, is_paused: false }) => poll.fd().map_or(-1, |fd| fd.as_raw_fd()),
            _ => -1,
        }
    }

    /// Hands the fd of a pipe back and forgets it; -1 when it is closed.
    #[napi]
    pub fn release(&self, id: u32) -> i32 {
        let pipe = self.state.pipes.borrow_mut().remove(&id);
        pipe.and_then(|pipe| self.state.fd_of(pipe.source)).map_or(-1, hand)
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

    fn read_ahead(state: &Rc<Self>, id: u32) {
        if state.set.borrow().is_none() {
            // Where there is no fd left for it, its writer waits for somebody to ask.
            *state.set.borrow_mut() = Self::new_set(state).ok();
        }
        let set = state.set.borrow();
        let Some(set) = set.as_ref().and_then(Poll::fd_owner) else {
            return;
        };
        if let Some(Pipe { source: Source::Still { fd, is_in_set }, .. }) = state.pipes.borrow_mut().get_mut(&id) {
            *is_in_set = set.add(fd.as_fd(), id).is_ok();
        }
    }

    fn new_set(state: &Rc<Self>) -> std::result::Result<Poll<EpollSet>, Errno> {
        let weak = Rc::downgrade(state);
        let ready = Box::new(move |_readable, _writable| {
            if let Some(state) = weak.upgrade() {
                state.fill_ahead();
            }
        });
        let event_loop = event_loop_of(&state.env)?;
        // SAFETY: as in `poll`.
        let set = unsafe { Poll::new(event_loop, EpollSet::new()?, ready) }?;
        set.keep_alive(false);
        set.watch(true, false, false);
        Ok(set)
    }

    /// Reads what is there of those that are read ahead. The end, too, is for who comes later.
    fn fill_ahead(&self) {
        let set = self.set.borrow();
        let Some(set) = set.as_ref().and_then(Poll::fd_owner) else {
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
    fn fd_of(&self, source: Source) -> Option<OwnedFd> {
        match source {
            Source::Still { fd, is_in_set } => {
                if let Some(set) = self.set.borrow().as_ref().and_then(Poll::fd_owner) {
                    if is_in_set {
                        set.remove(fd.as_fd());
                    }
                }
                Some(fd)
            }
            Source::Read { mut poll, .. } => poll.release(),
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
        let on_read = self.on_read.borrow().clone();
        if let Some(on_read) = on_read {
            call_from_loop(self.env, &on_read, |env| {
                Ok(vec![value(env, id)?, value(env, output.map(OutputBuffer))?, value(env, error)?])
            });
        }
    }

    fn close(state: &Rc<Self>, id: u32) {
        let pipe = state.pipes.borrow_mut().remove(&id);
        match pipe.map(|pipe| pipe.source) {
            Some(Source::Read { mut poll, .. }) => {
                let weak: Weak<Self> = Rc::downgrade(state);
                poll.close(Some(Box::new(move || {
                    if let Some(state) = weak.upgrade() {
                        state.tell(id, None, 0);
                    }
                })));
            }
            Some(still) => drop(state.fd_of(still)),
            None => {}
        }
    }

    /// Nobody is to be told any more.
    fn end_environment(&self) {
        self.on_read.take();
        let teardown = self.teardown.take().map(Rc::new);
        let closed = || {
            let teardown = teardown.clone();
            Box::new(move || drop(teardown))
        };
        for pipe in self.pipes.take().into_values() {
            match pipe.source {
                Source::Read { mut poll, .. } => poll.close(Some(closed())),
                still @ Source::Still { .. } => drop(self.fd_of(still)),
            }
        }
        if let Some(mut set) = self.set.take() {
            set.close(Some(closed()));
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

impl Pipe {
    fn read(&mut self) -> Read {
        let Source::Read { poll, is_paused } = &mut self.source else {
            return Read::Nothing;
        };
        let Some(fd) = poll.fd().filter(|_| !*is_paused) else {
            return Read::Nothing;
        };
        match self.kept.receive(fd, CHUNK) {
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

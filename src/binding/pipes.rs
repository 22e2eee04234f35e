//! Our ends of the children's pipes of which JavaScript has made no stream: read on its event loop.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::rc::{Rc, Weak};

use napi::bindgen_prelude::*;
use napi_derive::napi;
use rustix::io::Errno as IoErrno;

use super::callback::{call_from_loop, keep, value, Callback};
use super::handed::{hand, take};
use super::memory::OutputBuffer;
use super::teardown::TeardownHook;
use crate::output::Output;
use crate::sys::poll::is_at_end;
use crate::sys::uv::Poll;
use crate::Errno;

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
    on_read: RefCell<Option<Rc<Callback>>>,
    teardown: Cell<Option<TeardownHook>>,
}

struct Pipe {
    source: Source,
    /// What JavaScript was not told of yet.
    kept: Output,
    reader: Reader,
}

/// Owns the fd.
enum Source {
    /// The child's stdin.
    Written(OwnedFd),
    Read {
        poll: Poll,
        is_paused: bool,
    },
}

/// Who wants what is read.
enum Reader {
    /// Nobody yet. As much is read as a stream would read by itself, so that the child can go on as far.
    Nobody,
    /// JavaScript, once there are more bytes than these, or at the end.
    JavaScript { most: usize },
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
    pub fn new(
        env: Env,
        read_ahead: u32,
        on_read: Function<'_, Unknown<'static>, Unknown<'static>>,
    ) -> Result<Self> {
        let state = Rc::new(State {
            env,
            read_ahead: read_ahead as usize,
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

    /// Takes over an `fd` of `Children.start`. One that is read keeps the event loop alive while it is.
    #[napi]
    pub fn open(&self, id: u32, fd: i32, is_read: bool) -> Result<()> {
        let Ok(fd) = take(fd) else { return Ok(()) };
        let source = if is_read {
            Source::Read {
                poll: State::poll(&self.state, id, fd)?,
                is_paused: false,
            }
        } else {
            Source::Written(fd)
        };
        let pipe = Pipe {
            source,
            kept: Output::default(),
            reader: Reader::Nobody,
        };
        self.state.pipes.borrow_mut().insert(id, pipe);
        Ok(())
    }

    /// Somebody wants what is read from now on. Up to `most` bytes are kept until its end and told then as one; when
    /// there are more, what is there by then is told, and all else as it comes.
    #[napi]
    pub fn read(&self, id: u32, most: f64) {
        if let Some(pipe) = self.state.pipes.borrow_mut().get_mut(&id) {
            // Infinity is the largest, and what is no amount is 0.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let most = most as usize;
            pipe.reader = Reader::JavaScript { most };
            pipe.go_on();
        }
    }

    /// What was read of a pipe and not told; from here on all is told as it comes, where somebody reads it.
    #[napi]
    pub fn take(&self, id: u32) -> Option<OutputBuffer> {
        let mut pipes = self.state.pipes.borrow_mut();
        pipes.get_mut(&id)?.take().map(OutputBuffer)
    }

    /// Reads now what is there of a pipe, and does not wait for the event loop to see it.
    #[napi]
    pub fn fill(&self, id: u32) {
        State::fill(&self.state, id);
    }

    /// Closes a pipe that nobody reads and that has nothing but its end. Gives whether it was such a one.
    #[napi]
    pub fn close_at_end(&self, id: u32) -> bool {
        let mut pipes = self.state.pipes.borrow_mut();
        let Some(pipe) = pipes.get(&id) else {
            return false;
        };
        let is_unread = matches!(pipe.reader, Reader::Nobody) && pipe.kept.size() == 0;
        let at_end = is_unread && pipe.fd().is_some_and(is_at_end);
        if at_end {
            pipes.remove(&id);
        }
        at_end
    }

    /// The fd of a pipe that is being read; -1 of any other and of one that has come to its end.
    #[napi]
    pub fn reading_fd(&self, id: u32) -> i32 {
        let pipes = self.state.pipes.borrow();
        let reading = pipes.get(&id).filter(|pipe| pipe.is_reading());
        reading.and_then(Pipe::fd).map_or(-1, |fd| fd.as_raw_fd())
    }

    /// Hands the fd of a pipe back and forgets it; -1 when it is closed.
    #[napi]
    pub fn release(&self, id: u32) -> i32 {
        let pipe = self.state.pipes.borrow_mut().remove(&id);
        let fd = pipe.and_then(|pipe| match pipe.source {
            Source::Written(fd) => Some(fd),
            Source::Read { mut poll, .. } => poll.release(),
        });
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
            let Some(pipe) = pipes.get_mut(&id).filter(|pipe| pipe.is_reading()) else {
                return;
            };
            let read = pipe.read();
            if matches!(read, Read::Nothing) {
                return;
            }
            let Reader::JavaScript { most } = pipe.reader else {
                if matches!(read, Read::Some) && pipe.kept.size() < state.read_ahead {
                    continue;
                }
                // The end, too, is for who comes later.
                return pipe.pause();
            };
            let told = match read {
                Read::Nothing => None,
                Read::Some if pipe.kept.size() <= most => None,
                Read::Some | Read::End => pipe.take(),
                Read::Failed(errno) => {
                    pipe.pause();
                    drop(pipes);
                    return state.tell(id, None, errno.negative());
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
                Ok(vec![
                    value(env, id)?,
                    value(env, output.map(OutputBuffer))?,
                    value(env, error)?,
                ])
            });
        }
    }

    fn close(state: &Rc<Self>, id: u32) {
        let pipe = state.pipes.borrow_mut().remove(&id);
        let Some(Pipe {
            source: Source::Read { mut poll, .. },
            reader,
            ..
        }) = pipe
        else {
            return;
        };
        let weak: Weak<Self> = Rc::downgrade(state);
        let is_read = matches!(reader, Reader::JavaScript { .. });
        poll.close(Some(Box::new(move || {
            if let Some(state) = weak.upgrade().filter(|_| is_read) {
                state.tell(id, None, 0);
            }
        })));
    }

    /// Nobody is to be told any more.
    fn end_environment(&self) {
        self.on_read.take();
        let teardown = self.teardown.take().map(Rc::new);
        for pipe in self.pipes.take().into_values() {
            if let Source::Read { mut poll, .. } = pipe.source {
                let teardown = teardown.clone();
                poll.close(Some(Box::new(move || drop(teardown))));
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

impl Pipe {
    fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.source {
            Source::Written(fd) => Some(fd.as_fd()),
            Source::Read { poll, .. } => poll.fd(),
        }
    }

    fn is_reading(&self) -> bool {
        matches!(
            self.source,
            Source::Read {
                is_paused: false,
                ..
            }
        )
    }

    fn pause(&mut self) {
        if let Source::Read { poll, is_paused } = &mut self.source {
            poll.watch(false, false, false);
            *is_paused = true;
        }
    }

    fn go_on(&mut self) {
        if let Source::Read { poll, is_paused } = &mut self.source {
            if std::mem::take(is_paused) {
                poll.watch(true, false, false);
            }
        }
    }

    fn read(&mut self) -> Read {
        let Source::Read { poll, .. } = &self.source else {
            return Read::Nothing;
        };
        let Some(fd) = poll.fd() else {
            return Read::Nothing;
        };
        match self.kept.receive(fd, CHUNK) {
            Ok(0) => Read::End,
            Ok(_) => Read::Some,
            Err(IoErrno::AGAIN | IoErrno::INTR) => Read::Nothing,
            Err(errno) => Read::Failed(errno.into()),
        }
    }

    fn take(&mut self) -> Option<Output> {
        if let Reader::JavaScript { most } = &mut self.reader {
            *most = 0;
        }
        let kept = std::mem::take(&mut self.kept);
        (kept.size() > 0).then_some(kept)
    }
}

//! The parent's end of an IPC channel as JavaScript sees it, on its own event loop.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use rustix::net::sockopt::socket_send_buffer_size;

use super::callback::{event_loop_of, value, AnyFunction, Callback};
use super::fd_transfer::claim;
use super::messages::whole_messages;
use super::reply_wait::ReplyWait;
use super::teardown::Teardown;
use crate::ipc::{plain_string, Framer, Mode, Outbox, Sent};
use crate::sys::socket::receive_with_fds;
use crate::sys::uv::{Alarm, EventLoop, Poll, Ready};
use crate::{negated, Errno};

/// Bytes that are read before JavaScript gets them.
const MAX_READ: usize = 1024 * 1024;
/// How many fds are kept for messages that may still ask for them. More are closed.
const MAX_UNCLAIMED_FDS: usize = 64;
/// What `sendString` returns for what is not sent.
const NOT_PLAIN: i32 = 2;
/// What `onRead` is told at the end of the stream.
const END: i32 = 1;

/// The parent's end of an IPC channel.
#[napi]
pub struct Channel {
    state: Rc<State>,
}

/// The functions that it keeps hold the JavaScript object, and that holds this. So it lives until the channel is
/// closed, which lets go of them.
struct State {
    event_loop: EventLoop,
    /// Until the channel is closed.
    poll: RefCell<Option<Poll>>,
    framer: RefCell<Framer>,
    outbox: RefCell<Outbox>,
    /// Until the channel is closed.
    reply_wait: RefCell<Option<ReplyWait>>,
    /// What came with messages and was not asked for yet.
    unclaimed_fds: RefCell<Vec<OwnedFd>>,
    is_reading: Cell<bool>,
    is_paused: Cell<bool>,
    /// Whether it keeps the event loop alive. Messages that wait do so in any case.
    is_referenced: Cell<bool>,
    /// Ends a pause. Made for the first one.
    alarm: RefCell<Option<Alarm>>,
    on_read: Callback,
    on_written: Callback,
    teardown: Teardown,
}

#[napi]
impl Channel {
    /// Takes over an `fd` of `Children.start`.
    ///
    /// `onRead(messages, end, isOne)` gets whole messages as they came: lines in a string, or when `advanced` blocks in
    /// a Buffer or in a string of bytes (latin1). `end` is 0, 1 at the end of the stream, or a negated error number.
    /// With `isOne` it is a single message: a string that was a line, or the bytes of a block without its length.
    ///
    /// `onWritten(error)` is called for each message that `send` has queued, in order: with 0 when it is written, or
    /// with a negated error number.
    #[napi(
        constructor,
        ts_args_type = "fd: number, advanced: boolean, \
        onRead: (messages: string | Buffer | undefined, end: number, isOne: boolean) => void, \
        onWritten: (error: number) => void"
    )]
    pub fn new(
        env: Env,
        fd: i32,
        advanced: bool,
        on_read: AnyFunction<'_>,
        on_written: AnyFunction<'_>,
    ) -> Result<Self> {
        let fail = |errno: Errno| Error::from_reason(format!("fd {fd}: {errno:?}"));
        let socket = claim(fd).map_err(fail)?;
        let state = Rc::new(State {
            event_loop: event_loop_of(&env)?,
            poll: RefCell::default(),
            framer: RefCell::new(Framer::new(if advanced { Mode::LengthPrefixed } else { Mode::Lines })),
            outbox: RefCell::default(),
            reply_wait: RefCell::new(Some(ReplyWait::new(&env))),
            unclaimed_fds: RefCell::default(),
            is_reading: Cell::new(true),
            is_paused: Cell::new(false),
            is_referenced: Cell::new(true),
            alarm: RefCell::default(),
            on_read: Callback::new(env, &on_read)?,
            on_written: Callback::new(env, &on_written)?,
            teardown: Teardown::default(),
        });
        state.teardown.begin(&env, &state, State::close)?;
        let ready = state.teardown.on_event(&state, |state, ready| state.on_ready(ready));
        let poll = Poll::new(state.event_loop, socket, ready);
        state.poll.replace(Some(poll.map_err(|(errno, _socket)| fail(errno))?));
        state.update_watch();
        Ok(Self { state })
    }

    /// Sends a line, with its line end, and with a copy of `fd` unless that is -1. Returns 0 when the socket has taken
    /// it, 1 when it is queued and `onWritten` is to be called, or a negated error number.
    #[napi]
    pub fn send_line(&self, text: String, fd: i32) -> i32 {
        self.state.send(text.into_bytes(), fd)
    }

    /// Sends a string as the line that JSON makes of it, like `sendLine`. Returns 2, and sends nothing, where that
    /// takes more than quotes.
    #[napi]
    pub fn send_string(&self, text: String, fd: i32) -> i32 {
        let line = format!("\"{text}\"\n").into_bytes();
        if line.is_ascii() && plain_string(&line).is_some() {
            self.state.send(line, fd)
        } else {
            NOT_PLAIN
        }
    }

    /// Sends a block, like `sendLine`.
    #[napi]
    pub fn send_block(&self, block: &[u8], fd: i32) -> i32 {
        match u32::try_from(block.len()) {
            Ok(length) => self.state.send([&length.to_be_bytes(), block].concat(), fd),
            Err(_) => negated(Errno::MSGSIZE),
        }
    }

    /// Bytes that wait for the socket.
    #[napi(getter)]
    pub fn write_queue_size(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let size = self.state.outbox.borrow().size() as f64;
        size
    }

    /// Gives away the first fd that came and was not asked for yet. -1 when there is none.
    #[napi]
    pub fn take_fd(&self) -> i32 {
        let mut fds = self.state.unclaimed_fds.borrow_mut();
        if fds.is_empty() {
            return -1;
        }
        fds.remove(0).into_raw_fd()
    }

    /// Reads what is there now, and does not wait for the event loop to see it.
    #[napi]
    pub fn read_now(&self) {
        while self.state.is_reading.get() && self.state.read() {}
    }

    /// Reads no more. What waits is still written.
    #[napi]
    pub fn stop_reading(&self) {
        self.state.is_reading.set(false);
        self.state.update_watch();
    }

    /// Leaves what comes in the socket for so many microseconds. The end of the stream ends the pause. Without effect
    /// where there is no fd left for a timer.
    #[napi]
    pub fn pause_reading(&self, microseconds: u32) {
        let set = State::set_alarm(&self.state, Duration::from_micros(microseconds.max(1).into()));
        self.state.is_paused.set(set.is_ok());
        self.state.update_watch();
    }

    /// The least bytes that the child can write before it has to wait for us, as the kernel counts them.
    #[napi(getter)]
    pub fn capacity(&self) -> u32 {
        let poll = self.state.poll.borrow();
        // The buffer of our own end: the child's is no smaller (src/spawn/stdio.rs).
        let size = poll.as_ref().map(|poll| socket_send_buffer_size(poll.fd()));
        size.and_then(|size| u32::try_from(size.ok()?).ok()).unwrap_or_default()
    }

    /// Whether the event loop may wait for replies without sleep. For tests.
    #[napi(getter)]
    pub fn waits_for_replies(&self) -> bool {
        self.state.reply_wait.borrow().as_ref().is_some_and(ReplyWait::is_on)
    }

    /// Lets the channel keep the event loop alive.
    #[napi(js_name = "ref")]
    pub fn reference(&self) {
        self.state.is_referenced.set(true);
        self.state.update_watch();
    }

    /// Lets the event loop end in spite of the channel, once what waits is written.
    #[napi(js_name = "unref")]
    pub fn unreference(&self) {
        self.state.is_referenced.set(false);
        self.state.update_watch();
    }

    /// Closes the socket. No callback is called after this.
    #[napi]
    pub fn close(&self) {
        self.state.close();
    }

    /// The fd of the socket, -1 when closed.
    #[napi(getter)]
    pub fn fd(&self) -> i32 {
        self.state.poll.borrow().as_ref().map_or(-1, |poll| poll.fd().as_raw_fd())
    }
}

impl State {
    fn send(&self, bytes: Vec<u8>, fd: i32) -> i32 {
        // SAFETY: JavaScript owns the fd and does not run meanwhile.
        let fd = (fd >= 0).then(|| unsafe { BorrowedFd::borrow_raw(fd) });
        let poll = self.poll.borrow();
        let Some(socket) = poll.as_ref().map(Poll::fd) else {
            return negated(Errno::PIPE);
        };
        let sent = self.outbox.borrow_mut().send(socket.as_fd(), bytes, fd);
        match sent {
            Ok(Sent::Written) => {
                if let Some(reply_wait) = self.reply_wait.borrow().as_ref() {
                    reply_wait.sent();
                }
                drop(poll);
                if self.is_paused.get() {
                    // The reply must not wait for the end of the pause.
                    self.resume();
                }
                0
            }
            Ok(Sent::Queued) => {
                drop(poll);
                self.update_watch();
                1
            }
            Err(errno) => negated(errno),
        }
    }

    fn on_ready(&self, Ready { readable, writable }: Ready) {
        if writable {
            self.write();
        }
        if readable && self.is_reading.get() {
            self.read();
        }
    }

    /// Reads and calls `on_read`. Gives whether there may be more.
    fn read(&self) -> bool {
        let too_long = negated(Errno::MSGSIZE);
        let (mut end, more) = self.fill_framer();
        if self.framer.borrow().is_too_long() {
            end = too_long;
        }
        self.on_read.call(|env| {
            let (messages, is_one, end) = match whole_messages(env, &mut self.framer.borrow_mut()) {
                Ok((messages, is_one)) => (messages, is_one, end),
                // Too long for a string: the channel ends there.
                Err(_) => (value(env, ())?, false, too_long),
            };
            Ok(vec![messages, value(env, end)?, value(env, is_one)?])
        });
        if self.framer.borrow().partial_size() == 0 {
            // No message is on its way that could ask for them.
            self.unclaimed_fds.borrow_mut().clear();
        }
        more && end == 0
    }

    /// Reads until the socket is empty or it is JavaScript's turn. Gives the `end` for `on_read`, and whether there may
    /// be more.
    fn fill_framer(&self) -> (i32, bool) {
        let poll = self.poll.borrow();
        let Some(socket) = poll.as_ref().map(Poll::fd) else {
            return (END, false);
        };
        let mut framer = self.framer.borrow_mut();
        let mut fds = self.unclaimed_fds.borrow_mut();
        let mut got = 0;
        while got < MAX_READ {
            let (buffer, most) = framer.read_buffer();
            match receive_with_fds(socket.as_fd(), buffer, most, &mut fds) {
                Ok(0) => return (END, false),
                Ok(count) => {
                    if let Some(reply_wait) = self.reply_wait.borrow().as_ref() {
                        reply_wait.received();
                    }
                    fds.truncate(MAX_UNCLAIMED_FDS);
                    got += count;
                    if count < most {
                        return (0, true);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return (0, false),
                Err(errno) => return (negated(errno), false),
            }
        }
        (0, true)
    }

    /// Writes what waits and calls `on_written` for each message. One call for each, so that an error of one callback
    /// reaches no other.
    fn write(&self) {
        // No more than wait now: a callback may send another, and others wait for their turn of the event loop.
        let count = self.outbox.borrow().count();
        for _ in 0..count {
            let written = {
                let poll = self.poll.borrow();
                let Some(socket) = poll.as_ref().map(Poll::fd) else { return };
                self.outbox.borrow_mut().write_next(socket.as_fd())
            };
            let Some(written) = written else { break };
            let error = written.map_or_else(negated, |()| 0);
            self.on_written.call(|env| Ok(vec![value(env, error)?]));
        }
        self.update_watch();
    }

    fn set_alarm(state: &Rc<Self>, time: Duration) -> std::result::Result<(), Errno> {
        if let Some(alarm) = state.alarm.borrow().as_ref() {
            return alarm.set(time);
        }
        let on_alarm = state.teardown.on_event(state, |state, _ready| {
            state.resume();
            // Read now, not with the next poll. Watching the socket anew voids what this poll has brought of it, and
            // an 'exit' of this poll would be emitted first.
            if state.is_reading.get() {
                state.read();
            }
        });
        let alarm = Alarm::new(state.event_loop, on_alarm)?;
        alarm.set(time)?;
        state.alarm.replace(Some(alarm));
        Ok(())
    }

    fn resume(&self) {
        if let Some(alarm) = self.alarm.borrow().as_ref() {
            alarm.stop();
        }
        self.is_paused.set(false);
        self.update_watch();
    }

    fn update_watch(&self) {
        let waiting = self.outbox.borrow().count() > 0;
        let (reading, paused) = (self.is_reading.get(), self.is_paused.get());
        if let Some(poll) = self.poll.borrow().as_ref() {
            poll.keep_alive(self.is_referenced.get() || waiting);
            poll.watch(reading && !paused, waiting, reading && paused);
        }
    }

    fn close(&self) {
        self.is_reading.set(false);
        self.on_read.forget();
        self.on_written.forget();
        self.unclaimed_fds.borrow_mut().clear();
        self.reply_wait.take();
        self.alarm.take();
        self.poll.take();
        self.teardown.release();
    }
}

//! Moves bytes between the caller's buffers and the pipes of a blocking run.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::io::{ioctl_fionbio, write};
use rustix::net::{shutdown, Shutdown};

use crate::output::Output;
use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::poll::PollFd;

use super::{wait, PAUSE};

/// How far output may pass its limit.
const OVERRUN: usize = 64 * 1024;

/// Our end of one pipe.
struct Stream<'a> {
    index: usize,
    /// `None` once it is at its end.
    fd: Option<OwnedFd>,
    /// What is still to be written.
    input: &'a [u8],
    writing: bool,
    reading: bool,
    output: Output,
}

/// All pipes of a run.
pub struct Pump<'a> {
    streams: Vec<Stream<'a>>,
    exited: bool,
    received: usize,
    max_output: Option<usize>,
    failure: Option<Errno>,
    drain_timeout: Option<Duration>,
    /// When the pipes are ended that others hold open. There is none before the end of the process.
    drain_deadline: Option<Instant>,
}

impl<'a> Pump<'a> {
    pub fn new(
        ours: Vec<(usize, OwnedFd)>,
        inputs: &[Option<&'a [u8]>],
        max_output: Option<usize>,
        drain_timeout: Option<Duration>,
    ) -> Self {
        let streams =
            ours.into_iter().map(|(index, fd)| Stream::new(index, fd, inputs.get(index).copied().flatten())).collect();
        Self { streams, exited: false, received: 0, max_output, failure: None, drain_timeout, drain_deadline: None }
    }

    /// What went wrong with an input; the run went on.
    pub fn failure(&self) -> Option<Errno> {
        self.failure
    }

    /// Waits for something to happen and handles it. `pidfd` is that of the process, if there is one. `false` when all
    /// is over; an error when the deadline has passed or the output is too long.
    pub fn turn(
        &mut self,
        process: &Process,
        pidfd: Option<BorrowedFd<'_>>,
        deadline: Option<Instant>,
    ) -> Result<bool, Errno> {
        let mut fds: Vec<PollFd> = Vec::with_capacity(self.streams.len() + 1);
        let mut polled = Vec::with_capacity(self.streams.len());
        for (place, stream) in self.streams.iter().enumerate() {
            if let Some(fd) = stream.polled() {
                fds.push(fd);
                polled.push(place);
            }
        }
        // Where nothing tells of the end of the process, and it may come at any time, our caller waits for it.
        if fds.is_empty() && (self.exited || pidfd.is_none() && deadline.is_none()) {
            return Ok(false);
        }
        let watched = pidfd.filter(|_| !self.exited);
        fds.extend(watched.map(|fd| PollFd::new(fd, true, false)));
        let pause = (pidfd.is_none() && !self.exited).then_some(PAUSE);
        if !wait(&mut fds, deadline.into_iter().chain(self.drain_deadline).min(), pause)? {
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(Errno::TIMEDOUT);
            }
            self.end_streams();
            return Ok(true);
        }

        // The pipes first: what the child wrote before its end is there by now.
        for (&place, event) in polled.iter().zip(&fds) {
            self.handle(place, event)?;
        }
        if watched.is_some() && fds.last().is_some_and(PollFd::is_ready) {
            // At once: somebody who holds a pipe may be waiting for it to be gone.
            process.reap();
            self.exited = true;
        } else if pause.is_some() {
            self.exited = process.reap().is_some();
        } else {
            return Ok(true);
        }
        if let Some(drain_timeout) = self.drain_timeout.filter(|_| self.exited) {
            self.drain_deadline = Instant::now().checked_add(drain_timeout);
        }
        Ok(true)
    }

    /// Ends what others hold open. All that was written before is still there to be read.
    fn end_streams(&mut self) {
        self.drain_deadline = None;
        for stream in &mut self.streams {
            stream.end();
        }
    }

    /// What was read, by fd.
    pub fn into_output(self, count: usize) -> Vec<Option<Output>> {
        let mut output: Vec<Option<Output>> = (0..count).map(|_| None).collect();
        for stream in self.streams {
            // The child's stdin is not read from.
            if stream.index > 0 {
                if let Some(place) = output.get_mut(stream.index) {
                    *place = Some(stream.output);
                }
            }
        }
        output
    }

    fn handle(&mut self, place: usize, event: &PollFd) -> Result<(), Errno> {
        let Some(stream) = self.streams.get_mut(place) else {
            return Ok(());
        };
        if stream.writing && event.is_writable() {
            if let Err(errno) = stream.write() {
                self.failure.get_or_insert(errno);
            }
        }
        if stream.reading && event.is_readable() {
            let left = self.max_output.map(|most| most.saturating_sub(self.received).saturating_add(OVERRUN));
            match stream.read(left) {
                Ok(count) => self.received += count,
                Err(errno) => {
                    self.failure.get_or_insert(errno);
                }
            }
            if self.max_output.is_some_and(|most| self.received > most) {
                return Err(Errno::NOBUFS);
            }
        }
        Ok(())
    }
}

impl<'a> Stream<'a> {
    fn new(index: usize, fd: OwnedFd, input: Option<&'a [u8]>) -> Self {
        let mut stream = Self {
            index,
            fd: Some(fd),
            input: input.unwrap_or_default(),
            writing: index == 0 || input.is_some_and(|input| !input.is_empty()),
            reading: index > 0,
            output: Output::default(),
        };
        if stream.writing && stream.input.is_empty() {
            stream.end_input();
        } else if let Some(fd) = stream.fd.as_ref().filter(|_| stream.writing) {
            // Or a write of all would wait for the child to read all.
            let _ = ioctl_fionbio(fd, true);
        }
        stream
    }

    /// What to wait for; `None` when nothing is left to do.
    fn polled(&self) -> Option<PollFd> {
        let fd = self.fd.as_ref()?;
        (self.reading || self.writing).then(|| PollFd::new(fd.as_fd(), self.reading, self.writing))
    }

    /// Writes what the pipe takes now.
    fn write(&mut self) -> Result<(), Errno> {
        let Some(fd) = &self.fd else { return Ok(()) };
        // Node ignores SIGPIPE, as the built-in relies on.
        match write(fd, self.input) {
            Ok(sent) => {
                self.input = self.input.get(sent..).unwrap_or_default();
                if self.input.is_empty() {
                    self.end_input();
                }
                Ok(())
            }
            Err(Errno::AGAIN | Errno::NOBUFS | Errno::INTR) => Ok(()),
            Err(errno) => {
                // The child is not to wait for the rest.
                self.end_input();
                Err(errno)
            }
        }
    }

    fn end_input(&mut self) {
        self.writing = false;
        if let Some(fd) = &self.fd {
            let _ = shutdown(fd, Shutdown::Write);
        }
    }

    /// Reads what is there, at most `left` bytes; at the end closes the stream.
    fn read(&mut self, left: Option<usize>) -> Result<usize, Errno> {
        let Some(fd) = &self.fd else { return Ok(0) };
        match self.output.receive(fd.as_fd(), left.unwrap_or(usize::MAX)) {
            Ok(0) | Err(Errno::CONNRESET) => {
                self.end_output();
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(errno) => {
                self.end_output();
                Err(errno)
            }
        }
    }

    /// Whoever has the other side can neither read nor write any more.
    fn end(&mut self) {
        self.writing = false;
        if let Some(fd) = &self.fd {
            let _ = shutdown(fd, Shutdown::Both);
        }
        if !self.reading {
            self.fd = None;
        }
    }

    fn end_output(&mut self) {
        self.reading = false;
        if !self.writing {
            self.fd = None;
        }
    }
}

//! Moves bytes between the caller's buffers and the pipes of a blocking run.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::io::Errno as IoErrno;
use rustix::net::{send, shutdown, SendFlags, Shutdown};

use super::pace::Pace;
use crate::output::Output;
use crate::process::Process;
use crate::sys::errno::Errno;
use crate::sys::readable::OwnsFd;

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
    pace: Pace,
}

impl<'a> Pump<'a> {
    pub fn new(
        ours: Vec<(usize, OwnedFd)>,
        inputs: &[Option<&'a [u8]>],
        max_output: Option<usize>,
    ) -> Self {
        let streams = ours
            .into_iter()
            .map(|(index, fd)| Stream::new(index, fd, inputs.get(index).copied().flatten()))
            .collect();
        Self {
            streams,
            exited: false,
            received: 0,
            max_output,
            failure: None,
            pace: Pace::default(),
        }
    }

    /// What went wrong with an input; the run went on.
    pub fn failure(&self) -> Option<Errno> {
        self.failure
    }

    /// Waits for something to happen and handles it. `false` when all is over;
    /// an error when the deadline has passed or the output is too long.
    pub fn turn(&mut self, process: &Process, deadline: Option<Instant>) -> Result<bool, Errno> {
        let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(self.streams.len() + 1);
        let mut polled = Vec::with_capacity(self.streams.len());
        for (place, stream) in self.streams.iter().enumerate() {
            if let (Some(fd), Some(events)) = (&stream.fd, stream.events()) {
                fds.push(PollFd::new(fd, events));
                polled.push(place);
            }
        }
        if !self.exited {
            let ended = process.owned_fd();
            fds.push(PollFd::from_borrowed_fd(ended, PollFlags::IN));
        } else if fds.is_empty() {
            return Ok(false);
        }
        wait(&mut fds, deadline)?;

        let before = self.received;
        let happened: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        // The pipes first: what the child wrote before its end is there by now.
        for (&place, &events) in polled.iter().zip(&happened) {
            self.handle(place, events)?;
        }
        if !self.exited && happened.last().is_some_and(|events| !events.is_empty()) {
            self.exited = true;
            // At once: somebody who holds a pipe may be waiting for it to be gone.
            process.reap();
        }
        // With a deadline a rest could end behind it, and the child before.
        if !self.exited && deadline.is_none() {
            self.rest_after(self.received - before);
        }
        Ok(true)
    }

    /// Leaves the child alone for a moment if it is only to be read, and that gets more done.
    fn rest_after(&mut self, count: usize) {
        let Some(socket) = only_read(&self.streams) else {
            return;
        };
        if let Some(moment) = self.pace.rest_after(count, socket) {
            let start = Instant::now();
            // Not thread::sleep(), which ends the program where a filter on system calls refuses it.
            let _ = poll(&mut [], Timespec::try_from(moment).ok().as_ref());
            self.pace.rested(start.elapsed());
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

    fn handle(&mut self, place: usize, events: PollFlags) -> Result<(), Errno> {
        let Some(stream) = self.streams.get_mut(place) else {
            return Ok(());
        };
        if stream.writing && events.intersects(PollFlags::OUT | PollFlags::ERR | PollFlags::HUP) {
            if let Err(errno) = stream.write() {
                self.failure.get_or_insert(errno);
            }
        }
        if stream.reading && events.intersects(PollFlags::IN | PollFlags::ERR | PollFlags::HUP) {
            let left = self
                .max_output
                .map(|most| most.saturating_sub(self.received).saturating_add(OVERRUN));
            match stream.read(left) {
                Ok(count) => self.received += count,
                Err(errno) => {
                    self.failure.get_or_insert(errno);
                }
            }
            if self.max_output.is_some_and(|most| self.received > most) {
                return Err(Errno::from_raw(libc::ENOBUFS));
            }
        }
        Ok(())
    }
}

/// One of those that are read, where none is written to.
fn only_read<'b>(streams: &'b [Stream<'_>]) -> Option<BorrowedFd<'b>> {
    if streams.iter().any(|stream| stream.writing) {
        return None;
    }
    let read = streams.iter().find(|stream| stream.reading)?;
    read.fd.as_ref().map(AsFd::as_fd)
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
        }
        stream
    }

    /// What to wait for; `None` when nothing is left to do.
    fn events(&self) -> Option<PollFlags> {
        let mut events = PollFlags::empty();
        events.set(PollFlags::IN, self.reading);
        events.set(PollFlags::OUT, self.writing);
        (!events.is_empty()).then_some(events)
    }

    /// Writes what the pipe takes now.
    fn write(&mut self) -> Result<(), Errno> {
        let Some(fd) = &self.fd else { return Ok(()) };
        match send(fd, self.input, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            Ok(sent) => {
                self.input = self.input.get(sent..).unwrap_or_default();
                if self.input.is_empty() {
                    self.end_input();
                }
                Ok(())
            }
            Err(IoErrno::AGAIN | IoErrno::NOBUFS | IoErrno::INTR) => Ok(()),
            Err(errno) => {
                // The child is not to wait for the rest.
                self.end_input();
                Err(errno.into())
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
            Ok(0) | Err(IoErrno::CONNRESET) => {
                self.end_output();
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(IoErrno::AGAIN | IoErrno::INTR) => Ok(0),
            Err(errno) => {
                self.end_output();
                Err(errno.into())
            }
        }
    }

    fn end_output(&mut self) {
        self.reading = false;
        if !self.writing {
            self.fd = None;
        }
    }
}

/// poll(2) until something happens or the deadline has passed.
fn wait(fds: &mut [PollFd<'_>], deadline: Option<Instant>) -> Result<(), Errno> {
    loop {
        let left = match deadline {
            None => None,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Errno::from_raw(libc::ETIMEDOUT));
                }
                Timespec::try_from(left).ok()
            }
        };
        match poll(fds, left.as_ref()) {
            Ok(0) | Err(IoErrno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(errno) => return Err(errno.into()),
        }
    }
}

//! When to leave a child alone that writes much, so that its output comes in large pieces.
//!
//! Where the kernel has put both on one core, each piece that comes wakes its reader, which takes the core from the child
//! for that, and they take turns by 32 kB. After a moment without a reader there is more.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::patience::Patience;
use crate::sys::socket::can_buffer;

const MOMENT: Duration = Duration::from_micros(100);
/// Longer than this, and others have had the core.
const TOO_LONG: Duration = Duration::from_micros(400);
/// Bytes of one child, before which there is nothing to gain.
const MUCH: usize = 1024 * 1024;
/// Bytes of one turn that are less than a child writes in a moment,
const LITTLE: usize = 256 * 1024;
/// and that a rest has to bring at least: more than one piece.
const ENOUGH: usize = 64 * 1024;
/// Bytes that the child must be able to write meanwhile, or it has to wait.
const ROOM: usize = 1024 * 1024;

/// Of one reader.
#[derive(Debug, Default)]
pub struct Pace {
    received: usize,
    has_room: Option<bool>,
    /// How long the rest before this turn took, if there was one.
    rested: Option<Duration>,
    patience: Patience,
}

impl Pace {
    /// `count` bytes have come at once from the other end of `socket`. For how long not to read, if at all; then `rested` is
    /// to be called.
    pub fn rest_after(&mut self, count: usize, socket: BorrowedFd<'_>) -> Option<Duration> {
        self.received = self.received.saturating_add(count);
        match self.rested.take() {
            Some(time) if time < TOO_LONG && count >= ENOUGH => self.patience.is_rewarded(),
            Some(_) => self.patience.gives_up(),
            None => {}
        }
        if count == 0 || count >= LITTLE || self.received < MUCH {
            return None;
        }
        // The child's end got as much as ours gets.
        let has_room = *self
            .has_room
            .get_or_insert_with(|| can_buffer(socket, ROOM));
        (has_room && self.patience.begins()).then_some(MOMENT)
    }

    /// It took so long until there was a turn again.
    pub fn rested(&mut self, time: Duration) {
        self.rested = Some(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::{socketpair, AddressFamily, SocketFlags, SocketType};
    use std::os::fd::{AsFd, OwnedFd};

    fn socket() -> OwnedFd {
        let flags = SocketFlags::CLOEXEC;
        socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)
            .map(|(socket, _)| socket)
            .expect("a pair")
    }

    #[test]
    fn rests_are_for_little_of_much() {
        let socket = socket();
        let rest = can_buffer(socket.as_fd(), ROOM).then_some(MOMENT);
        let mut pace = Pace::default();
        let mut after = |count| pace.rest_after(count, socket.as_fd());
        for _ in 0..15 {
            assert_eq!(after(MUCH / 16), None);
        }
        assert_eq!(after(MUCH / 16), rest);
        assert_eq!(after(0), None);
        assert_eq!(after(1), rest);
        assert_eq!(after(LITTLE), None);
    }

    /// How often it rests, of a thousand times that so much comes and a rest takes so long.
    fn rests(count: usize, time: Duration) -> usize {
        let socket = socket();
        let mut pace = Pace {
            has_room: Some(true),
            ..Pace::default()
        };
        pace.rest_after(MUCH, socket.as_fd());
        let mut rests = || {
            let rest = pace.rest_after(count, socket.as_fd());
            rest.inspect(|_| pace.rested(time)).is_some()
        };
        (0..1000).filter(|_| rests()).count()
    }

    #[test]
    fn rests_go_on_while_they_bring_more() {
        assert_eq!(rests(ENOUGH, MOMENT), 1000);
        assert!(rests(ENOUGH - 1, MOMENT) < 20);
    }

    #[test]
    fn no_rests_where_others_have_the_core() {
        assert!(rests(ENOUGH, TOO_LONG) < 20);
    }

    #[test]
    fn no_rests_where_the_child_would_have_to_wait() {
        let socket = socket();
        let mut pace = Pace {
            has_room: Some(false),
            ..Pace::default()
        };
        pace.rest_after(MUCH, socket.as_fd());
        assert_eq!(pace.rest_after(1, socket.as_fd()), None);
    }
}

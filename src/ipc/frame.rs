//! Bytes to messages. Pure: no system call, no callback.
//!
//! `Mode::Lines`: one JSON text a line. `Mode::Lengths`: a 4-byte big-endian
//! unsigned length, then that many bytes. The work is linear in the bytes
//! however they are split, and memory grows with bytes that came, never with a
//! length that was only announced.

use memchr::memchr;

/// How messages are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Lines,
    Lengths,
}

const LENGTH_BYTES: usize = 4;
/// The least room for a read.
const LEAST_ROOM: usize = 64 * 1024;
/// The most room for a read, while a long message comes in.
const MOST_ROOM: usize = 4 * 1024 * 1024;
/// A buffer that grew beyond this is given back once it is empty.
const KEPT: usize = 256 * 1024;

/// Collects bytes and gives out whole messages.
#[derive(Debug)]
pub struct Framer {
    mode: Mode,
    bytes: Vec<u8>,
    /// Where the first message not given out yet begins.
    start: usize,
    /// Up to where there is known to be no line end.
    scanned: usize,
}

impl Framer {
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            bytes: Vec::new(),
            start: 0,
            scanned: 0,
        }
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Where the next bytes go, to be appended, and how many at most: more
    /// while a long message comes in.
    pub fn room(&mut self) -> (&mut Vec<u8>, usize) {
        self.forget_taken();
        let most = self.bytes.len().clamp(LEAST_ROOM, MOST_ROOM);
        (&mut self.bytes, most)
    }

    /// The next whole message, without its line end or length.
    pub fn next_message(&mut self) -> Option<&[u8]> {
        let (from, to, next) = match self.mode {
            Mode::Lines => self.next_line()?,
            Mode::Lengths => self.next_block()?,
        };
        self.start = next;
        self.scanned = next;
        self.bytes.get(from..to)
    }

    /// A message that is all there is in the buffer, and large, leaves with it: no copy.
    pub fn take_large_message(&mut self) -> Option<Vec<u8>> {
        let (from, to, next) = match self.mode {
            Mode::Lines => self.next_line()?,
            Mode::Lengths => self.next_block()?,
        };
        if next != self.bytes.len() || next - from < KEPT {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.truncate(to);
        bytes.drain(..from);
        (self.start, self.scanned) = (0, 0);
        Some(bytes)
    }

    /// Bytes of a message that is not whole yet.
    pub fn unfinished(&self) -> usize {
        self.bytes.len() - self.start
    }

    fn next_line(&mut self) -> Option<(usize, usize, usize)> {
        let rest = self.bytes.get(self.scanned..)?;
        let Some(offset) = memchr(b'\n', rest) else {
            self.scanned = self.bytes.len();
            return None;
        };
        let end = self.scanned + offset;
        Some((self.start, end, end + 1))
    }

    fn next_block(&self) -> Option<(usize, usize, usize)> {
        let from = self.start + LENGTH_BYTES;
        let length: [u8; LENGTH_BYTES] = self.bytes.get(self.start..from)?.try_into().ok()?;
        let to = from.checked_add(usize::try_from(u32::from_be_bytes(length)).ok()?)?;
        (to <= self.bytes.len()).then_some((from, to, to))
    }

    /// Drops the bytes of messages given out.
    fn forget_taken(&mut self) {
        if self.start == 0 {
            return;
        }
        self.bytes.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(mode: Mode, messages: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for message in messages {
            if mode == Mode::Lengths {
                bytes.extend(u32::try_from(message.len()).unwrap_or(0).to_be_bytes());
            }
            bytes.extend(message);
            if mode == Mode::Lines {
                bytes.push(b'\n');
            }
        }
        bytes
    }

    fn feed(framer: &mut Framer, bytes: &[u8]) -> Vec<Vec<u8>> {
        framer.room().0.extend_from_slice(bytes);
        let mut out = Vec::new();
        loop {
            if let Some(large) = framer.take_large_message() {
                out.push(large);
            } else if let Some(message) = framer.next_message() {
                out.push(message.to_vec());
            } else {
                return out;
            }
        }
    }

    fn messages(mode: Mode) -> impl Strategy<Value = Vec<Vec<u8>>> {
        let byte = match mode {
            Mode::Lines => prop_oneof![Just(b'x'), Just(0u8), 11u8..=255].boxed(),
            Mode::Lengths => any::<u8>().boxed(),
        };
        prop::collection::vec(prop::collection::vec(byte, 0..40), 0..20)
    }

    proptest! {
        #[test]
        fn lines_come_out_as_they_went_in(
            messages in messages(Mode::Lines),
            cuts in prop::collection::vec(1usize..17, 1..50),
        ) {
            prop_assert_eq!(through(Mode::Lines, &messages, &cuts), messages);
        }

        #[test]
        fn blocks_come_out_as_they_went_in(
            messages in messages(Mode::Lengths),
            cuts in prop::collection::vec(1usize..17, 1..50),
        ) {
            prop_assert_eq!(through(Mode::Lengths, &messages, &cuts), messages);
        }

        #[test]
        fn any_bytes_do_no_harm(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40),
        ) {
            for mode in [Mode::Lines, Mode::Lengths] {
                let mut framer = Framer::new(mode);
                let mut given = 0;
                let mut taken = 0;
                for chunk in &chunks {
                    given += chunk.len();
                    taken += feed(&mut framer, chunk).iter().map(Vec::len).sum::<usize>();
                }
                prop_assert!(taken + framer.unfinished() <= given);
            }
        }
    }

    /// Feeds the messages in pieces of the sizes `cuts` gives, round and round.
    fn through(mode: Mode, messages: &[Vec<u8>], cuts: &[usize]) -> Vec<Vec<u8>> {
        let bytes = encode(mode, messages);
        let mut framer = Framer::new(mode);
        let mut out = Vec::new();
        let mut rest = &bytes[..];
        for &cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            out.extend(feed(&mut framer, piece));
            rest = after;
        }
        assert_eq!(framer.unfinished(), 0);
        out
    }

    #[test]
    fn a_large_message_leaves_with_its_buffer() {
        for mode in [Mode::Lines, Mode::Lengths] {
            let messages = vec![vec![b'a'; 3], vec![b'b'; KEPT * 2], vec![b'c'; 2]];
            let mut framer = Framer::new(mode);
            let bytes = encode(mode, &messages);
            let (most, rest) = bytes.split_at(bytes.len() - encode(mode, &messages[2..]).len());
            let mut out = feed(&mut framer, most);
            out.extend(feed(&mut framer, rest));
            assert_eq!(out, messages);
        }
    }

    #[test]
    fn an_announced_length_takes_no_memory() {
        let mut framer = Framer::new(Mode::Lengths);
        assert!(feed(&mut framer, &[0xff, 0xff, 0xff, 0xff, 1, 2, 3]).is_empty());
        assert_eq!(framer.unfinished(), 7);
        assert!(framer.room().1 <= LEAST_ROOM);
        assert!(framer.bytes.capacity() < KEPT);
    }

    #[test]
    fn memory_of_a_long_message_is_given_back() {
        let mut framer = Framer::new(Mode::Lines);
        feed(&mut framer, &vec![b'x'; KEPT * 4]);
        assert_eq!(feed(&mut framer, b"\n").len(), 1);
        framer.room();
        assert!(framer.bytes.capacity() <= KEPT);
    }
}

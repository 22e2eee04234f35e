//! Bytes to whole messages. Pure: no system call, no callback.
//!
//! `Mode::Lines`: one JSON text a line. `Mode::LengthPrefixed`: a 4-byte big-endian unsigned length, then that many
//! bytes. Whole messages are taken together, with their line ends or lengths: it is cheaper to take them apart in
//! JavaScript than to carry them over one by one.
//!
//! The work is linear in the bytes however they are split, and memory grows
//! with bytes that came, never with a length that was only announced.

use std::borrow::Cow;

use memchr::memrchr;

/// How messages are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Lines,
    LengthPrefixed,
}

const LENGTH_BYTES: usize = 4;
/// The least bytes that a read has room for.
const MIN_READ: usize = 64 * 1024;
/// The most bytes that a read has room for, while a long message comes in.
const MAX_READ: usize = 4 * 1024 * 1024;
/// The longest string of V8, see `buffer.constants.MAX_STRING_LENGTH` in Node.
const MAX_LINE: usize = 0x1fff_ffe8;
/// A buffer that grew beyond this is not kept for the next message.
const MAX_KEPT: usize = 256 * 1024;

/// Collects bytes until they are whole messages.
#[derive(Debug)]
pub struct Framer {
    mode: Mode,
    bytes: Vec<u8>,
    /// Where the messages begin that were not taken yet.
    start: usize,
    /// `Lines`: up to where there is known to be no line end. `Lengths`: where
    /// the first message that is not whole begins.
    scanned: usize,
}

impl Framer {
    pub fn new(mode: Mode) -> Self {
        Self { mode, bytes: Vec::new(), start: 0, scanned: 0 }
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Where the next read appends its bytes, and how many at most: more while a long message comes in.
    pub fn read_buffer(&mut self) -> (&mut Vec<u8>, usize) {
        self.discard_taken();
        let most = self.bytes.len().clamp(MIN_READ, MAX_READ);
        (&mut self.bytes, most)
    }

    /// Takes all whole messages. Where they are many bytes and nothing is behind them, that is the buffer itself, which
    /// saves a copy.
    pub fn take_whole(&mut self) -> Option<Cow<'_, [u8]>> {
        let end = match self.mode {
            Mode::Lines => self.last_line_end(),
            Mode::LengthPrefixed => self.last_block_end(),
        };
        if end == self.start {
            return None;
        }
        if self.start == 0 && end == self.bytes.len() && end > MAX_KEPT {
            self.scanned = 0;
            return Some(Cow::Owned(std::mem::take(&mut self.bytes)));
        }
        let start = std::mem::replace(&mut self.start, end);
        self.bytes.get(start..end).map(Cow::Borrowed)
    }

    /// Whether the message that comes in is longer than any JavaScript string. (A block's length is limited by its
    /// format.)
    pub fn is_too_long(&self) -> bool {
        self.mode == Mode::Lines && self.partial_size() > MAX_LINE
    }

    /// Bytes of a message that is not whole yet.
    pub fn partial_size(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Behind the last line end, or `start` if there is none.
    fn last_line_end(&mut self) -> usize {
        let rest = self.bytes.get(self.scanned..).unwrap_or_default();
        let end = memrchr(b'\n', rest).map_or(self.start, |offset| self.scanned + offset + 1);
        self.scanned = self.bytes.len();
        end
    }

    /// Behind the last block that is whole, or `start` if none is.
    fn last_block_end(&mut self) -> usize {
        while let Some(end) = self.block_end(self.scanned) {
            self.scanned = end;
        }
        self.scanned
    }

    /// The end of the block that begins at `from`, if it is whole.
    fn block_end(&self, from: usize) -> Option<usize> {
        let end = from.checked_add(block_size(self.bytes.get(from..)?)?)?;
        (end <= self.bytes.len()).then_some(end)
    }

    /// Drops the bytes of messages that were taken.
    fn discard_taken(&mut self) {
        if self.start == 0 {
            return;
        }
        self.bytes.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > MAX_KEPT {
            self.bytes = Vec::new();
        }
    }
}

/// How many bytes the first block takes, with its length.
fn block_size(bytes: &[u8]) -> Option<usize> {
    let length = u32::from_be_bytes(*bytes.first_chunk::<LENGTH_BYTES>()?);
    usize::try_from(length).ok()?.checked_add(LENGTH_BYTES)
}

/// What is in a block, if it is the only one.
pub fn only_block(blocks: &[u8]) -> Option<&[u8]> {
    let block = blocks.get(LENGTH_BYTES..)?;
    (block_size(blocks)? == blocks.len()).then_some(block)
}

/// What is between the quotes of a line that is one JSON string and has nothing escaped in it:
/// the string itself (RFC 8259, section 7).
pub fn plain_string(line: &[u8]) -> Option<&[u8]> {
    let inside = line.strip_prefix(b"\"")?.strip_suffix(b"\"\n")?;
    let is_plain = |&byte: &u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    // Without a way out of a piece: so the compiler can use vector instructions.
    let all = |piece: &[u8]| piece.iter().fold(true, |all, byte| all & is_plain(byte));
    inside.chunks(4096).all(all).then_some(inside)
}

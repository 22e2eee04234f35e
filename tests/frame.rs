//! Bytes to messages, however they are split.

use std::borrow::Cow;

use forkless::ipc::{only_block, plain_string, Framer, Mode};
use proptest::prelude::*;

/// The most bytes of a buffer that is kept for the next message.
const MAX_KEPT: usize = 256 * 1024;
/// The least bytes that a read has room for. A message that is only announced gets no more.
const MIN_READ: usize = 64 * 1024;

fn encode(mode: Mode, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        if mode == Mode::LengthPrefixed {
            bytes.extend(u32::try_from(message.len()).unwrap_or(0).to_be_bytes());
        }
        bytes.extend(message);
        if mode == Mode::Lines {
            bytes.push(b'\n');
        }
    }
    bytes
}

/// What comes out when these bytes go in.
fn feed(framer: &mut Framer, bytes: &[u8]) -> Vec<u8> {
    framer.read_buffer().0.extend_from_slice(bytes);
    framer.take_whole().map(Cow::into_owned).unwrap_or_default()
}

fn messages(mode: Mode) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = match mode {
        Mode::Lines => prop_oneof![Just(b'x'), Just(0u8), 11u8..=255].boxed(),
        Mode::LengthPrefixed => any::<u8>().boxed(),
    };
    prop::collection::vec(prop::collection::vec(byte, 0..40), 0..20)
}

proptest! {
    #[test]
    fn lines_come_out_as_they_went_in(
        messages in messages(Mode::Lines),
        cuts in prop::collection::vec(1usize..17, 1..50),
    ) {
        feed_in_pieces(Mode::Lines, &messages, &cuts)?;
    }

    #[test]
    fn blocks_come_out_as_they_went_in(
        messages in messages(Mode::LengthPrefixed),
        cuts in prop::collection::vec(1usize..17, 1..50),
    ) {
        feed_in_pieces(Mode::LengthPrefixed, &messages, &cuts)?;
    }

    #[test]
    fn any_bytes_do_no_harm(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40),
    ) {
        for mode in [Mode::Lines, Mode::LengthPrefixed] {
            let mut framer = Framer::new(mode);
            let mut given = 0;
            let mut taken = 0;
            for chunk in &chunks {
                given += chunk.len();
                taken += feed(&mut framer, chunk).len();
            }
            prop_assert_eq!(taken + framer.partial_size(), given);
        }
    }
}

/// Feeds the messages in pieces of the sizes `cuts` gives, round and round.
/// After each piece, what came out must be whole messages, and all that are.
fn feed_in_pieces(mode: Mode, messages: &[Vec<u8>], cuts: &[usize]) -> Result<(), TestCaseError> {
    let bytes = encode(mode, messages);
    let ends: Vec<usize> = (0..=messages.len()).map(|count| encode(mode, &messages[..count]).len()).collect();
    let mut framer = Framer::new(mode);
    let (mut fed, mut out) = (0, Vec::new());
    for &cut in cuts.iter().cycle() {
        if fed == bytes.len() {
            break;
        }
        let next = bytes.len().min(fed + cut);
        out.extend(feed(&mut framer, &bytes[fed..next]));
        fed = next;
        let whole = ends.iter().rev().find(|&&end| end <= fed).copied();
        prop_assert_eq!(Some(out.len()), whole);
    }
    prop_assert_eq!(out, bytes);
    Ok(())
}

#[test]
fn an_only_block_is_known() {
    let one = encode(Mode::LengthPrefixed, &[vec![1, 2, 3]]);
    let two = encode(Mode::LengthPrefixed, &[vec![1, 2, 3], vec![]]);
    assert_eq!(only_block(&one), Some(&[1, 2, 3][..]));
    assert_eq!(only_block(&two), None);
    assert_eq!(only_block(&two[..7]), Some(&[1, 2, 3][..]));
    assert_eq!(only_block(&one[..6]), None);
    assert_eq!(only_block(&one[..3]), None);
}

#[test]
fn strings_without_escapes_are_known() {
    assert_eq!(plain_string(b"\"abc\"\n"), Some(&b"abc"[..]));
    assert_eq!(plain_string(b"\"\"\n"), Some(&b""[..]));
    assert_eq!(plain_string("\"é\u{7f}\"\n".as_bytes()), Some("é\u{7f}".as_bytes()));
    let no: [&[u8]; 11] = [
        b"",
        b"\n",
        b"\"\n",
        b"\"a\"",
        b"abc\n",
        b"\"a\nb\"\n",
        b"\"a\"\n\"b\"\n",
        b"\"a\\n\"\n",
        b"\"a\tb\"\n",
        b" \"a\"\n",
        b"\"a\"\r\n",
    ];
    for line in no {
        assert_eq!(plain_string(line), None, "{line:?}");
    }
    let long = [b"\"", &[b'x'; 10_000][..], b"\"\n"].concat();
    assert_eq!(plain_string(&long).map(<[u8]>::len), Some(10_000));
    for at in [1, 4096, 4097, 9_999] {
        let mut escaped = long.clone();
        escaped[at] = b'\\';
        assert_eq!(plain_string(&escaped), None);
    }
}

#[test]
fn large_messages_leave_with_their_buffer() {
    for mode in [Mode::Lines, Mode::LengthPrefixed] {
        let bytes = encode(mode, &[vec![b'a'; 3], vec![b'b'; MAX_KEPT * 2]]);
        let mut framer = Framer::new(mode);
        framer.read_buffer().0.extend_from_slice(&bytes);
        assert!(matches!(framer.take_whole(), Some(Cow::Owned(all)) if all == bytes));
        assert_eq!(feed(&mut framer, &bytes[..3]).len(), 0);
        assert_eq!(feed(&mut framer, &bytes[3..]), bytes);
    }
}

#[test]
fn an_announced_length_takes_no_memory() {
    let mut framer = Framer::new(Mode::LengthPrefixed);
    assert!(feed(&mut framer, &[0xff, 0xff, 0xff, 0xff, 1, 2, 3]).is_empty());
    assert_eq!(framer.partial_size(), 7);
    assert!(framer.read_buffer().1 <= MIN_READ);
    assert!(framer.read_buffer().0.capacity() < MAX_KEPT);
}

#[test]
fn memory_of_a_long_message_is_given_back() {
    let mut framer = Framer::new(Mode::Lines);
    feed(&mut framer, &vec![b'x'; MAX_KEPT * 4]);
    assert_eq!(feed(&mut framer, b"\n").len(), MAX_KEPT * 4 + 1);
    framer.read_buffer();
    assert!(framer.read_buffer().0.capacity() <= MAX_KEPT);
}

//! Output that is kept in pieces until all of it is there.

mod support;

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;

use forkless::output::Output;
use rustix::io::Errno;
use support::moved;

/// No two stretches of it are the same, so none can be taken for another.
fn numbers(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_ne_bytes).take(size).collect()
}

/// What comes of bytes written to a socket, read as they come, `most` at a time.
fn read_back(bytes: &[u8], most: usize) -> Output {
    let (ours, mut theirs) = UnixStream::pair().expect("a pair");
    ours.set_nonblocking(true).expect("an open socket");
    let mut output = Output::default();
    thread::scope(|scope| {
        scope.spawn(move || theirs.write_all(bytes).expect("a reader"));
        loop {
            match output.receive(ours.as_fd(), most) {
                Ok(0) => break,
                Ok(count) => assert!(count <= most),
                Err(Errno::AGAIN) => thread::yield_now(),
                Err(errno) => panic!("{errno}"),
            }
        }
    });
    output
}

#[test]
fn bytes_of_any_number_are_moved_in_their_order() {
    // None, one piece, several, and many.
    for size in [0, 5, 64 * 1024, 1024 * 1024 + 1, 40 * 1024 * 1024 + 3] {
        let bytes = numbers(size);
        let output = read_back(&bytes, usize::MAX);
        assert_eq!(output.size(), size);
        assert!(moved(output) == bytes, "{size} bytes");
    }
}

#[test]
fn no_read_takes_more_than_it_may() {
    let bytes = numbers(300_000);
    assert!(moved(read_back(&bytes, 4096)) == bytes);
}

#[test]
#[should_panic(expected = "assertion")]
fn room_of_another_length_is_not_filled() {
    let output = read_back(&numbers(10), usize::MAX);
    let mut room = Vec::with_capacity(20);
    output.move_to(room.spare_capacity_mut());
}

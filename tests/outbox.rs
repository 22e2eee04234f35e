//! Messages to a socket that does not take all of them at once.

use std::os::fd::{AsFd, OwnedFd};

use forkless::ipc::{Outbox, Sent};
use forkless::Errno;
use rustix::net::{socketpair, AddressFamily, SocketFlags, SocketType};
use std::io::Read;
use std::os::unix::net::UnixStream;

fn pair() -> (OwnedFd, UnixStream) {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None).expect("a pair");
    rustix::io::ioctl_fionbio(&ours, true).expect("an open socket");
    (ours, theirs.into())
}

#[test]
fn what_the_socket_does_not_take_is_queued_and_written_in_order() {
    let (ours, mut theirs) = pair();
    let mut outbox = Outbox::default();
    let big = vec![b'a'; 3_000_000];
    assert_eq!(outbox.send(ours.as_fd(), b"first".to_vec(), None), Ok(Sent::Written));
    assert_eq!(outbox.send(ours.as_fd(), big.clone(), None), Ok(Sent::Queued));
    assert_eq!(outbox.send(ours.as_fd(), b"last".to_vec(), None), Ok(Sent::Queued));
    assert!(outbox.size() > 4 && outbox.size() < big.len() + 4);

    let mut got = Vec::new();
    let mut through = 0;
    let mut chunk = vec![0; 1 << 20];
    while got.len() < 5 + big.len() + 4 {
        let count = theirs.read(&mut chunk).expect("to read");
        got.extend_from_slice(&chunk[..count]);
        while let Some(written) = outbox.write_next(ours.as_fd()) {
            assert_eq!(written, Ok(()));
            through += 1;
        }
    }
    assert_eq!((through, outbox.size(), outbox.count()), (2, 0, 0));
    assert!(got.starts_with(b"firsta") && got.ends_with(b"alast"));
}

#[test]
fn a_closed_socket_is_an_error_and_not_a_signal() {
    let (ours, theirs) = pair();
    drop(theirs);
    let mut outbox = Outbox::default();
    let sent = outbox.send(ours.as_fd(), b"x".to_vec(), None);
    assert_eq!(sent, Err(Errno::PIPE));
    assert_eq!(outbox.size(), 0);
}

#[test]
fn those_that_wait_fail_one_by_one() {
    let (ours, theirs) = pair();
    let mut outbox = Outbox::default();
    let _ = outbox.send(ours.as_fd(), vec![0; 3_000_000], None);
    let _ = outbox.send(ours.as_fd(), vec![0; 10], None);
    drop(theirs);
    let failed = Some(Err(Errno::PIPE));
    assert_eq!(outbox.write_next(ours.as_fd()), failed);
    assert_eq!(outbox.size(), 10);
    assert_eq!(outbox.write_next(ours.as_fd()), failed);
    assert_eq!((outbox.size(), outbox.count()), (0, 0));
    assert_eq!(outbox.write_next(ours.as_fd()), None);
}

#[test]
fn a_message_with_an_fd_is_queued_though_the_socket_has_it() {
    let (ours, mut theirs) = pair();
    let mut outbox = Outbox::default();
    let sent = outbox.send(ours.as_fd(), b"x".to_vec(), Some(theirs.as_fd()));
    assert_eq!(sent, Ok(Sent::Queued));
    assert_eq!((outbox.size(), outbox.count()), (0, 1));
    let mut got = [0];
    theirs.read_exact(&mut got).expect("to read");
    assert_eq!(outbox.write_next(ours.as_fd()), Some(Ok(())));
    assert_eq!((&got, outbox.count()), (b"x", 0));
}

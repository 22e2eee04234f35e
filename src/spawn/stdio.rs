//! The two ends of every pipe: ours stays here, theirs goes to the child.

use std::os::fd::{OwnedFd, RawFd};

use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
use rustix::net::{socketpair, AddressFamily, SocketFlags, SocketType};

use crate::sys::errno::Errno;
use crate::sys::number::above_standard;

/// A larger buffer means fewer turns for both sides. The kernel cuts this to net.core.wmem_max, see socket(7).
const SEND_BUFFER: usize = 1024 * 1024;
/// The buffer of a child that sends messages. A child that finds it full writes through its event loop from then on, at
/// half the pace. Messages are small, and each takes 768 bytes besides its own.
const MESSAGE_BUFFER: usize = 4 * SEND_BUFFER;

/// What the caller wants at one index of the child's fd table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdioKind {
    /// A new pipe; the parent gets the other end.
    Pipe,
    /// A new pipe for messages in both directions.
    Channel,
    /// `/dev/null` for the first three, closed for the others.
    Ignore,
    /// A copy of an fd the caller owns and keeps open during the start.
    Inherit(RawFd),
    /// What is refused: EINVAL.
    Refused,
}

/// How much the pipes of a child hold. A child whose output nobody reads stops when they are full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffers {
    /// As the kernel makes a socket.
    Default,
    /// So many bytes on either end, in both directions.
    Bytes(usize),
    /// More, where it is certain that somebody reads until the end.
    Large,
}

/// What the child finds at one index of its fd table.
#[derive(Debug)]
pub enum ChildFd {
    Ignore,
    Inherit(RawFd),
    /// Closed in the parent once the child has its copy.
    Own(OwnedFd),
}

/// `theirs` in the order of the request, `ours` as (index, fd).
#[derive(Debug)]
pub struct Pipes {
    pub theirs: Vec<ChildFd>,
    pub ours: Vec<(usize, OwnedFd)>,
}

/// Makes the pipes of a start: AF_UNIX stream socket pairs, close-on-exec on both ends. Both block until somebody
/// changes that. On failure (EMFILE, ENFILE) those already made are closed again.
pub fn make_pipes(kinds: &[StdioKind], buffers: Buffers) -> Result<Pipes, Errno> {
    let mut pipes = Pipes { theirs: Vec::with_capacity(kinds.len()), ours: Vec::new() };
    for (index, kind) in kinds.iter().enumerate() {
        pipes.theirs.push(match *kind {
            StdioKind::Ignore => ChildFd::Ignore,
            StdioKind::Inherit(fd) => ChildFd::Inherit(fd),
            StdioKind::Refused => return Err(Errno::INVAL),
            kind @ (StdioKind::Pipe | StdioKind::Channel) => {
                let (ours, theirs) = make_pair()?;
                if kind == StdioKind::Channel {
                    let _ = set_socket_send_buffer_size(&ours, SEND_BUFFER);
                    let _ = set_socket_send_buffer_size(&theirs, MESSAGE_BUFFER);
                } else {
                    let writing = if index == 0 { &ours } else { &theirs };
                    set_buffers(buffers, writing, [&ours, &theirs]);
                }
                pipes.ours.push((index, ours));
                ChildFd::Own(theirs)
            }
        });
    }
    Ok(pipes)
}

/// Where a sandbox refuses it, the pipe keeps the buffer that the kernel gave it.
fn set_buffers(buffers: Buffers, writing: &OwnedFd, ends: [&OwnedFd; 2]) {
    match buffers {
        Buffers::Default => {}
        Buffers::Bytes(bytes) => {
            for end in ends {
                let _ = set_socket_send_buffer_size(end, bytes);
                let _ = set_socket_recv_buffer_size(end, bytes);
            }
        }
        Buffers::Large => {
            let _ = set_socket_send_buffer_size(writing, SEND_BUFFER);
        }
    }
}

/// Our end and theirs.
fn make_pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    Ok((above_standard(ours)?, above_standard(theirs)?))
}

//! Reading from sockets into growing buffers, and passing fds over them.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{fstat, FileType};
use rustix::io::{read, write};
use rustix::net::sockopt::{socket_acceptconn, socket_domain, socket_type};
use rustix::net::{
    recvmsg, sendmsg, shutdown, AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, SocketType,
};

use super::errno::Errno;
use super::poll::is_hung_up;

/// The most fds the kernel lets travel with one message (SCM_MAX_FD, unix(7)).
const MOST_FDS: usize = 253;

/// read(2): appends at most `most` bytes to `buffer`, from an fd that is readable or does not block. 0 is the end of
/// the stream.
pub fn receive(fd: BorrowedFd<'_>, buffer: &mut Vec<u8>, most: usize) -> Result<usize, Errno> {
    buffer.reserve(most);
    let room = buffer.spare_capacity_mut().get_mut(..most).unwrap_or_default();
    let (received, _) = read(fd, room)?;
    let count = received.len();
    let length = buffer.len() + count;
    // SAFETY: the kernel has just written `count` bytes behind the old length,
    // within the capacity reserved above.
    unsafe { buffer.set_len(length) };
    Ok(count)
}

/// shutdown(2) of what we read, where the other side is open: what has come is still there, and nobody can write more. Gives
/// whether that was done.
pub fn end_reading(fd: BorrowedFd<'_>) -> bool {
    !is_hung_up(fd) && shutdown(fd, Shutdown::Read).is_ok()
}

/// recvmsg(2): the same, and appends to `fds` those that came along, close-on-exec.
pub fn receive_with_fds(
    fd: BorrowedFd<'_>,
    buffer: &mut Vec<u8>,
    most: usize,
    fds: &mut Vec<OwnedFd>,
) -> Result<usize, Errno> {
    buffer.reserve(most);
    let length = buffer.len();
    let mut control = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut control = RecvAncillaryBuffer::new(&mut control);
    let room = buffer.spare_capacity_mut().get_mut(..most).unwrap_or_default();
    // SAFETY: the call needs a slice of bytes and never reads it. The kernel writes to it, and only what it says to
    // have written is counted below.
    let room = unsafe { std::slice::from_raw_parts_mut(room.as_mut_ptr().cast::<u8>(), room.len()) };
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let received = recvmsg(fd, &mut [IoSliceMut::new(room)], &mut control, flags)?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            fds.extend(rights);
        }
    }
    // SAFETY: the kernel has just written that many bytes behind the old length.
    unsafe { buffer.set_len(length + received.bytes) };
    Ok(received.bytes)
}

/// write(2), or sendmsg(2) where there is an fd to send with it, to a socket that does not block. Node ignores SIGPIPE,
/// as the built-in relies on.
pub fn send_with_fd(socket: BorrowedFd<'_>, bytes: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<usize, Errno> {
    let Some(fd) = fd else {
        return write(socket, bytes);
    };
    let fds = [fd];
    let mut control = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut control);
    control.push(SendAncillaryMessage::ScmRights(&fds));
    sendmsg(socket, &[IoSlice::new(bytes)], &mut control, SendFlags::empty())
}

/// What an fd refers to.
#[cfg_attr(not(feature = "node"), allow(dead_code))]
#[derive(Debug, PartialEq, Eq)]
pub struct Description {
    /// Of a socket: `inet`, `inet6`, `unix` or `other`; of anything else `none`.
    pub family: &'static str,
    /// Of a socket: `stream`, `dgram` or `other`; of anything else `fifo` (a pipe) or `other`.
    pub kind: &'static str,
    /// Whether it is a socket that takes connections.
    pub listening: bool,
}

/// getsockopt(2) for SO_DOMAIN, SO_TYPE and SO_ACCEPTCONN, and fstat(2) for what is no socket.
#[cfg_attr(not(feature = "node"), allow(dead_code))]
pub fn describe(fd: BorrowedFd<'_>) -> Description {
    let Ok(socket_type) = socket_type(fd) else {
        let is_fifo = fstat(fd).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo);
        return Description { family: "none", kind: if is_fifo { "fifo" } else { "other" }, listening: false };
    };
    Description {
        family: match socket_domain(fd) {
            Ok(AddressFamily::INET) => "inet",
            Ok(AddressFamily::INET6) => "inet6",
            Ok(AddressFamily::UNIX) => "unix",
            _ => "other",
        },
        kind: match socket_type {
            SocketType::STREAM => "stream",
            SocketType::DGRAM => "dgram",
            _ => "other",
        },
        listening: socket_acceptconn(fd).unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::fd::AsFd;
    use std::os::unix::net::{UnixDatagram, UnixStream};

    fn description(fd: impl AsFd) -> (&'static str, &'static str, bool) {
        let Description { family, kind, listening } = describe(fd.as_fd());
        (family, kind, listening)
    }

    #[test]
    fn sockets_are_told_by_family_type_and_whether_they_listen() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a server");
        let client = TcpStream::connect(server.local_addr().expect("its address"));
        assert_eq!(description(&server), ("inet", "stream", true));
        assert_eq!(description(client.expect("a client")), ("inet", "stream", false));
        let udp = UdpSocket::bind("127.0.0.1:0").expect("a UDP socket");
        assert_eq!(description(udp), ("inet", "dgram", false));
        let (ours, _theirs) = UnixStream::pair().expect("a pair");
        assert_eq!(description(ours), ("unix", "stream", false));
        let datagrams = UnixDatagram::unbound().expect("a datagram socket");
        assert_eq!(description(datagrams), ("unix", "dgram", false));
    }

    #[test]
    fn what_is_no_socket_is_a_pipe_or_something_else() {
        let (reads, _writes) = std::io::pipe().expect("a pipe");
        assert_eq!(description(reads), ("none", "fifo", false));
        let file = File::open("/dev/null").expect("a device");
        assert_eq!(description(file), ("none", "other", false));
    }
}

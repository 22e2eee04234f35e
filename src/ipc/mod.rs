//! The parent's end of an IPC channel: bytes and fds in and out of one socket.
//!
//! `frame` cuts bytes into messages; `outbox` keeps what the socket does not take yet. Neither waits for the socket.

mod frame;
mod outbox;

pub use frame::{only_block, plain_string, Framer, Mode};
pub use outbox::{Outbox, Sent};

//! What JavaScript sees: the classes and the only conversions in and out.
//!
//! Options come in as one object of plain data, checked in JavaScript. Errors
//! go out as negated error numbers, never as text.

// Test builds leave out the registration that #[napi] makes, the only caller of all this.
#![cfg_attr(test, allow(dead_code))]

mod callback;
mod channel;
mod child;
mod ends;
mod fd_transfer;
mod fds;
mod memory;
mod messages;
mod pipes;
mod reply_wait;
mod request;
mod sync;
mod teardown;
mod watched;

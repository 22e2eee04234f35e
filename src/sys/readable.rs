//! Waiting in a tokio task until an fd is readable.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;

use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

use super::errno::Errno;

/// Something shared that owns one fd for as long as it lives.
pub trait OwnsFd {
    fn owned_fd(&self) -> BorrowedFd<'_>;
}

/// Shares its owner, so that the fd outlives its registration.
struct Shared<T>(Arc<T>);

impl<T: OwnsFd> AsRawFd for Shared<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.0.owned_fd().as_fd().as_raw_fd()
    }
}

/// An fd registered with the runtime this was made in.
pub struct Readable<T: OwnsFd>(AsyncFd<Shared<T>>);

impl<T: OwnsFd> Readable<T> {
    /// Registers the fd of `owner`. To be called inside a runtime (`Handle::enter`).
    pub fn register(owner: Arc<T>) -> Result<Self, Errno> {
        // SAFETY: the fd stays open and the same while the registration lives:
        // `OwnsFd` promises it for the owner's life, which is shared.
        let fd = unsafe { AsyncFd::register_with_interest(Shared(owner), Interest::READABLE) };
        fd.map(Self)
            .map_err(|error| std::io::Error::from(error).into())
    }

    /// Waits until the fd is readable, ends the registration and gives the owner back.
    pub async fn readable(self) -> Arc<T> {
        // An error here means the runtime is going away, which it never does.
        let _ = self.0.readable().await;
        self.0.into_inner().0
    }
}

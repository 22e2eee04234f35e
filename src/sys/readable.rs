//! Being told when an fd is readable.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

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

/// A registration and whom to tell; nothing once that is done.
struct Watch<T: OwnsFd, F>(Mutex<Option<(AsyncFd<Shared<T>>, F)>>);

impl<T: OwnsFd, F> Watch<T, F> {
    fn take(&self) -> Option<(AsyncFd<Shared<T>>, F)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T, F> Wake for Watch<T, F>
where
    T: OwnsFd + Send + Sync + 'static,
    F: FnOnce(Arc<T>) + Send + 'static,
{
    fn wake(self: Arc<Self>) {
        if let Some((fd, tell)) = self.take() {
            tell(fd.into_inner().0);
        }
    }
}

/// Something that is watched, for who may want to hear of it no more.
pub struct Watching(Arc<dyn Cancel + Send + Sync>);

impl Watching {
    /// Lets go of it at once, and not when the watching thread comes round to that. Nobody is told.
    pub fn cancel(self) {
        self.0.cancel();
    }
}

trait Cancel {
    fn cancel(&self);
}

impl<T: OwnsFd, F> Cancel for Watch<T, F> {
    fn cancel(&self) {
        drop(self.take());
    }
}

/// Calls `tell` once, with the owner of the fd when that has become readable: on the thread of
/// the runtime that this is called inside of (`Handle::enter`), or here if it is readable already.
///
/// There is no task that waits, only its waker: a task would have to be polled a first time by
/// the runtime's thread, and waking that here would take a core from the process just started.
///
/// Gives `tell` back when the fd cannot be watched.
pub fn when_readable<T, F>(owner: Arc<T>, tell: F) -> Result<Watching, F>
where
    T: OwnsFd + Send + Sync + 'static,
    F: FnOnce(Arc<T>) + Send + 'static,
{
    // SAFETY: the fd stays open and the same while the registration lives:
    // `OwnsFd` promises it for the owner's life, which is shared.
    let fd = unsafe { AsyncFd::register_with_interest(Shared(owner), Interest::READABLE) };
    let Ok(fd) = fd else { return Err(tell) };
    let watch = Arc::new(Watch(Mutex::new(None)));
    let waker = Waker::from(Arc::clone(&watch));
    let mut held = watch.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (fd, _) = held.insert((fd, tell));
    // An error would mean that the runtime is going away, which ours never does.
    let now = fd.poll_read_ready(&mut Context::from_waker(&waker));
    let is_readable = matches!(now, Poll::Ready(_));
    drop(held);
    if is_readable {
        waker.wake();
    }
    Ok(Watching(watch))
}

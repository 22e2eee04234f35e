//! How the ends of an environment's children reach its JavaScript, on its own event loop.
//!
//! The pidfds are in one epoll set, which one poll handle of the loop watches. A child without a pidfd has a thread
//! that waits for its end and then wakes the loop.
//!
//! What a poll of the loop has brought is told when all of that poll is dealt with, and before the immediates: where
//! the built-in, which hears of a SIGCHLD last, tells it. So what a child wrote comes before its 'exit'.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::*;
use rustix::process::{getrlimit, Resource};

use super::callback::{call_from_loop, event_loop_of, keep, value, Callback};
use super::teardown::TeardownHook;
use crate::process::{Exit, Process};
use crate::supervisor::reap_at_end;
use crate::sys::epoll::EpollSet;
use crate::sys::uv::{is_default_loop, Hook, Moment, Poll, Wake, Waker};
use crate::Errno;

/// A pidfd below this takes no room that a program would miss.
const SMALL_FD: i32 = 32;

/// One whose end JavaScript was not told of yet. It is reaped then and not earlier: until then the pid stays taken, so
/// a late process.kill() hits no stranger.
struct Child {
    process: Arc<Process>,
    /// In the set, until it has ended.
    pidfd: Option<OwnedFd>,
    /// Whether a thread waits for it.
    has_thread: bool,
}

/// Tells JavaScript of the ends of its children.
pub struct Ends {
    env: Env,
    children: RefCell<HashMap<u32, Child>>,
    on_exit: RefCell<Option<Rc<Callback>>>,
    handles: RefCell<Option<Handles>>,
    /// What the poll that is being dealt with has brought.
    heard: RefCell<Vec<u32>>,
    /// Those that could not be watched and were killed, until they are reaped.
    given_up: RefCell<Vec<Process>>,
    teardown: Cell<Option<TeardownHook>>,
}

struct Handles {
    /// `None` as long as there was no fd for it.
    set: Option<Poll<EpollSet>>,
    /// Keeps the loop alive, too, while it is referenced.
    wake: Wake,
    after_poll: Hook,
    waiting: Arc<Waiting>,
}

/// Shared with the threads that wait.
struct Waiting {
    waker: Waker,
    /// Those that have ended since the loop was woken last.
    ended: Mutex<Vec<u32>>,
}

impl Waiting {
    /// On a thread that has waited for a process. Reaps it where the environment has ended meanwhile.
    fn tell(&self, id: u32, process: &Process) {
        self.ended().push(id);
        if !self.waker.wake() {
            process.reap();
        }
    }

    fn ended(&self) -> std::sync::MutexGuard<'_, Vec<u32>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ends {
    /// `on_exit(id, code, signal)` is called as the event loop calls: ticks run after it.
    pub fn new(env: Env, on_exit: &Function<'_, Unknown<'static>, Unknown<'static>>) -> Result<Rc<Self>> {
        let ends = Rc::new(Self {
            env,
            children: RefCell::default(),
            on_exit: RefCell::new(Some(Rc::new(keep(on_exit)?))),
            handles: RefCell::default(),
            heard: RefCell::default(),
            given_up: RefCell::default(),
            teardown: Cell::default(),
        });
        let close = on(&ends, Self::close);
        ends.teardown.set(Some(TeardownHook::add(&env, close)?));
        Ok(ends)
    }

    /// Prepares to hear. To be called before a child is there to end.
    pub fn listen(self: &Rc<Self>) -> std::result::Result<(), Errno> {
        let mut handles = self.handles.borrow_mut();
        let handles = match handles.as_mut() {
            Some(handles) => handles,
            None => handles.insert(self.make_handles()?),
        };
        if handles.set.is_none() {
            handles.set = self.make_set().ok();
        }
        Ok(())
    }

    fn make_handles(self: &Rc<Self>) -> std::result::Result<Handles, Errno> {
        let event_loop = event_loop_of(&self.env)?;
        let (woken, tell) = (on(self, Self::woken), on(self, Self::tell));
        // SAFETY: the loop of this environment, whose thread this is. It runs until the closes are over: the teardown
        // hook makes it wait.
        let (wake, after_poll) = unsafe {
            let wake = Wake::new(event_loop, Box::new(woken))?;
            (wake, Hook::new(event_loop, Moment::AfterPoll, Box::new(tell))?)
        };
        wake.keep_alive(false);
        let waiting = Arc::new(Waiting { waker: wake.waker(), ended: Mutex::default() });
        Ok(Handles { set: None, wake, after_poll, waiting })
    }

    fn make_set(self: &Rc<Self>) -> std::result::Result<Poll<EpollSet>, Errno> {
        let event_loop = event_loop_of(&self.env)?;
        let hear = on(self, Self::hear);
        let hear = Box::new(move |_readable, _writable| hear());
        // SAFETY: as in `make_handles`.
        let set = unsafe { Poll::new(event_loop, EpollSet::new()?, hear) }?;
        set.keep_alive(false);
        set.watch(true, false, false);
        Ok(set)
    }

    /// Has the end of a child told. Where that cannot be done, the child is killed: nobody would ever hear of it.
    pub fn watch(&self, id: u32, process: Process) -> std::result::Result<u32, Errno> {
        self.given_up.borrow_mut().retain(|process| process.reap().is_none());
        let (pid, process) = (process.pid(), Arc::new(process));
        let handles = self.handles.borrow();
        let set = handles.as_ref().and_then(Handles::set);
        let pidfd = set.and_then(|set| watched_pidfd(set, &process, id));
        let has_thread = pidfd.is_none();
        if has_thread {
            if let Err(errno) = wait_on_a_thread(handles.as_ref(), id, &process) {
                let _ = process.signal(libc::SIGKILL);
                self.given_up.borrow_mut().extend(Arc::into_inner(process));
                return Err(errno);
            }
        }
        self.children.borrow_mut().insert(id, Child { process, pidfd, has_thread });
        Ok(pid)
    }

    /// Sends a signal; one that has ended takes it without effect.
    pub fn signal(&self, id: u32, signal: i32) -> std::result::Result<(), Errno> {
        let children = self.children.borrow();
        let child = children.get(&id);
        child.map_or(Ok(()), |child| child.process.signal(signal))
    }

    /// Whether the event loop stays alive for the children.
    pub fn keep_alive(&self, wanted: bool) {
        if let Some(handles) = self.handles.borrow().as_ref() {
            handles.wake.keep_alive(wanted);
        }
    }

    /// Within a poll: pidfds are readable.
    fn hear(&self) {
        let handles = self.handles.borrow();
        let Some(Handles { set: Some(set), after_poll, .. }) = handles.as_ref() else {
            return;
        };
        let Some(set) = set.fd_owner() else { return };
        let mut children = self.children.borrow_mut();
        let mut heard = self.heard.borrow_mut();
        loop {
            let ended = set.wait(0).unwrap_or_default();
            for (id, _) in &ended {
                if let Some(pidfd) = children.get_mut(id).and_then(|child| child.pidfd.take()) {
                    set.remove(pidfd.as_fd());
                    heard.push(*id);
                }
            }
            if ended.len() < EpollSet::BATCH {
                break;
            }
        }
        after_poll.start();
    }

    /// Within a poll: threads have waited.
    fn woken(&self) {
        if let Some(Handles { waiting, after_poll, .. }) = self.handles.borrow().as_ref() {
            self.heard.borrow_mut().append(&mut waiting.ended());
            after_poll.start();
        }
    }

    /// After the poll. Who ends while this goes on wakes the next one.
    fn tell(&self) {
        if let Some(handles) = self.handles.borrow().as_ref() {
            handles.after_poll.stop();
        }
        let mut heard = self.heard.take();
        // In the order of their starts, as the built-in asks for them.
        heard.sort_unstable();
        let ends: Vec<(u32, Exit)> = heard.into_iter().filter_map(|id| Some((id, self.end_of(id)?))).collect();
        for (id, exit) in ends {
            // Nothing stays borrowed: the environment may end inside of the call.
            let on_exit = self.on_exit.borrow().clone();
            if let Some(on_exit) = on_exit {
                call_from_loop(self.env, &on_exit, |env| {
                    Ok(vec![value(env, id)?, value(env, exit.code)?, value(env, exit.signal)?])
                });
            }
        }
    }

    /// How a child ended that was heard of. Nothing where another process traces it: then the kernel lets nobody else have
    /// the end before that one, and a thread waits.
    fn end_of(&self, id: u32) -> Option<Exit> {
        let mut children = self.children.borrow_mut();
        let child = children.get_mut(&id)?;
        let exit = child.process.reap();
        if exit.is_none() && !child.has_thread {
            child.has_thread = wait_on_a_thread(self.handles.borrow().as_ref(), id, &child.process).is_ok();
            return None;
        }
        children.remove(&id);
        // One that even a thread has waited for, and that cannot be reaped, has ended all the same.
        Some(exit.unwrap_or(Exit::UNKNOWN))
    }

    /// Nobody is to be told any more: the environment ends.
    fn close(&self) {
        self.on_exit.take();
        let handles = self.handles.take();
        let is_main = event_loop_of(&self.env).is_ok_and(is_default_loop);
        for Child { process, pidfd, .. } in self.children.take().into_values() {
            if let (Some(pidfd), Some(set)) = (&pidfd, handles.as_ref().and_then(Handles::set)) {
                set.remove(pidfd.as_fd());
            }
            // A thread reaps those without. The program takes all with it when it ends.
            if pidfd.is_some() && !is_main {
                reap_at_end(process, pidfd);
            }
        }
        let Some(Handles { set, mut wake, mut after_poll, waiting }) = handles else {
            return drop(self.teardown.take());
        };
        waiting.waker.disarm();
        let teardown = self.teardown.take().map(Rc::new);
        let closed = || {
            let teardown = teardown.clone();
            Box::new(move || drop(teardown))
        };
        if let Some(mut set) = set {
            set.close(Some(closed()));
        }
        wake.close(Some(closed()));
        after_poll.close(Some(closed()));
    }
}

impl Handles {
    fn set(&self) -> Option<&EpollSet> {
        self.set.as_ref().and_then(Poll::fd_owner)
    }
}

/// Has a thread wait for the end of a child, which then wakes the loop.
fn wait_on_a_thread(handles: Option<&Handles>, id: u32, process: &Arc<Process>) -> std::result::Result<(), Errno> {
    let waiting = Arc::clone(&handles.ok_or(Errno::CANCELED)?.waiting);
    let notify = move |process: Arc<Process>| waiting.tell(id, &process);
    Arc::clone(process).wait_on_a_thread(notify)
}

/// A pidfd that is in the set. There is none where the kernel gives none, and where they would take more than half of
/// the fds that this program may have.
fn watched_pidfd(set: &EpollSet, process: &Process, id: u32) -> Option<OwnedFd> {
    let pidfd = process.pidfd().ok()?;
    let number = pidfd.as_raw_fd();
    if number >= SMALL_FD {
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        u64::try_from(number).ok().filter(|&number| number < limit / 2)?;
    }
    set.add(pidfd.as_fd(), id).ok()?;
    Some(pidfd)
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.close();
    }
}

/// Calls `method` as long as there is something to call it of.
fn on(ends: &Rc<Ends>, method: fn(&Ends)) -> impl Fn() + 'static {
    let ends: Weak<Ends> = Rc::downgrade(ends);
    move || {
        if let Some(ends) = ends.upgrade() {
            method(&ends);
        }
    }
}

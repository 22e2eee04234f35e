//! How the ends of an environment's children reach its JavaScript, on its own event loop.
//!
//! The pidfds are in one epoll set, which one poll handle of the loop watches. A child without a pidfd has a thread
//! that waits for its end and then wakes the loop.
//!
//! What a poll of the loop has brought is told when all of that poll is dealt with, and before the immediates: where
//! the built-in, which hears of a SIGCHLD last, tells it. So what a child wrote comes before its 'exit'.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::*;

use super::callback::{event_loop_of, value, AnyFunction, Callback};
use super::request::write_usage;
use super::teardown::Teardown;
use super::watched::{forget_keeper, keepers_fd, watched_by, Watched};
use crate::kept::Kept;
use crate::process::{Exit, Process};
use crate::supervisor::{reap_at_end, Deadlines};
use crate::sys::epoll::EpollSet;
use crate::sys::tree::descendants;
use crate::sys::uv::{EventLoop, Hook, Poll, Wake, AFTER_POLL};
use crate::Errno;

/// How often to look for the end of a keeper that has closed its socket.
const PATIENCE: usize = 100;

/// One whose end JavaScript was not told of yet. It is reaped then and not earlier: until then the pid stays taken, so
/// a late process.kill() hits no stranger.
struct Child {
    process: Arc<Process>,
    /// What is in the set, until it has ended.
    watched: Option<Watched>,
    /// Whether a thread waits for it.
    has_thread: bool,
    /// Of one that is to be ended at a certain time.
    deadlines: Option<Deadlines>,
}

/// One whose keeper goes on. The socket to it is in the set.
struct KeptOn {
    process: Arc<Process>,
    deadlines: Option<Deadlines>,
}

/// Tells JavaScript of the ends of its children.
pub struct Ends {
    event_loop: EventLoop,
    children: RefCell<HashMap<u32, Child>>,
    /// Those whose end was told and whose keeper still has something.
    kept: RefCell<HashMap<u32, KeptOn>>,
    on_exit: Callback,
    on_gone: Callback,
    /// Where JavaScript finds what the child has used of whose end it is told.
    usage: RefCell<Option<Float64Array>>,
    handles: RefCell<Option<Handles>>,
    /// What the poll that is being dealt with has brought.
    heard: RefCell<Vec<u32>>,
    /// Those that could not be watched and were killed, until they are reaped.
    given_up: RefCell<Vec<Process>>,
    teardown: Teardown,
}

struct Handles {
    /// `None` as long as there was no fd for it.
    set: Option<Poll<EpollSet>>,
    /// Of those that a thread waits for. Keeps the loop alive, too, while it is referenced.
    wake: Wake<u32>,
    after_poll: Hook,
}

impl Ends {
    /// `on_exit(id, code, signal, forced, timed_out)` is called as the event loop calls: ticks run after it. `usage` has what that child
    /// has used then.
    pub fn new(
        env: Env,
        on_exit: &AnyFunction<'_>,
        on_gone: &AnyFunction<'_>,
        usage: Float64Array,
    ) -> Result<Rc<Self>> {
        let ends = Rc::new(Self {
            event_loop: event_loop_of(&env)?,
            children: RefCell::default(),
            on_exit: Callback::new(env, on_exit)?,
            on_gone: Callback::new(env, on_gone)?,
            kept: RefCell::default(),
            usage: RefCell::new(Some(usage)),
            handles: RefCell::default(),
            heard: RefCell::default(),
            given_up: RefCell::default(),
            teardown: Teardown::default(),
        });
        ends.teardown.begin(&env, &ends, Self::end_environment)?;
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
            let hear = self.teardown.on_event(self, |ends, _ready| ends.hear());
            handles.set = Poll::of_set(self.event_loop, hear).ok();
        }
        Ok(())
    }

    fn make_handles(self: &Rc<Self>) -> std::result::Result<Handles, Errno> {
        let wake = Wake::new(self.event_loop, self.teardown.on_event(self, |ends, ()| ends.woken()))?;
        wake.keep_alive(false);
        let after_poll = Hook::new(self.event_loop, &AFTER_POLL, self.teardown.on_event(self, |ends, ()| ends.tell()))?;
        Ok(Handles { set: None, wake, after_poll })
    }

    /// Has the end of a child told. Where that cannot be done, the child is killed: nobody would ever hear of it.
    pub fn watch(&self, id: u32, process: Process) -> std::result::Result<u32, Errno> {
        self.given_up.borrow_mut().retain(|process| !process.is_over());
        let (pid, process) = (process.pid(), Arc::new(process));
        let handles = self.handles.borrow();
        let set = handles.as_ref().and_then(|handles| handles.set.as_ref());
        let watched = set.and_then(|set| watched_by(set.fd(), &process, id));
        let has_thread = watched.is_none();
        if has_thread {
            if let Err(errno) = wait_on_a_thread(handles.as_ref(), id, &process) {
                let _ = process.signal(libc::SIGKILL);
                self.given_up.borrow_mut().extend(Arc::into_inner(process));
                return Err(errno);
            }
        }
        self.children.borrow_mut().insert(id, Child { process, watched, has_thread, deadlines: None });
        Ok(pid)
    }

    /// Sends a signal; one that has ended takes it without effect.
    pub fn signal(&self, id: u32, signal: i32) -> std::result::Result<(), Errno> {
        self.process_of(id).map_or(Ok(()), |process| process.signal(signal))
    }

    /// Also of one whose end was told, as long as its keeper goes on.
    fn process_of(&self, id: u32) -> Option<Arc<Process>> {
        let children = self.children.borrow();
        let kept = self.kept.borrow();
        let process = children.get(&id).map(|child| &child.process);
        process.or_else(|| kept.get(&id).map(|kept| &kept.process)).cloned()
    }

    /// All that a child has started, as far as it is known.
    pub fn descendants(&self, id: u32) -> Vec<u32> {
        let Some(process) = self.process_of(id) else {
            return Vec::new();
        };
        let pid = process.pid();
        let all = process.keeper().map_or_else(|| descendants(pid), |keeper| keeper.others(pid));
        all.into_iter().map(|descendant| descendant.pid).collect()
    }

    /// Does something with the keeper of a child; `act` gets the child's pid, too.
    pub fn with_keeper<T>(&self, id: u32, act: impl FnOnce(&Kept, u32) -> T) -> Option<T> {
        let process = self.process_of(id)?;
        Some(act(process.keeper()?, process.pid()))
    }

    /// Has all that a child leaves killed at its end, or now where it has ended.
    pub fn end_others(&self, id: u32) {
        let has_ended = self.kept.borrow().contains_key(&id);
        self.with_keeper(id, |keeper, _| {
            keeper.end();
            if has_ended {
                keeper.kill_all();
            }
        });
    }

    /// Does something with the deadlines of a child that has not ended.
    pub fn with_deadlines(
        &self,
        id: u32,
        act: impl FnOnce(&Deadlines) -> std::result::Result<(), Errno>,
    ) -> std::result::Result<(), Errno> {
        let mut children = self.children.borrow_mut();
        let mut kept = self.kept.borrow_mut();
        let child = children.get_mut(&id).map(|Child { process, deadlines, .. }| (process, deadlines));
        let child = child.or_else(|| kept.get_mut(&id).map(|KeptOn { process, deadlines, .. }| (process, deadlines)));
        let Some((process, deadlines)) = child else {
            return Ok(());
        };
        act(deadlines.get_or_insert_with(|| Deadlines::new(Arc::clone(process))))
    }

    /// Whether the signal of a child's timeout has been sent.
    pub fn has_timed_out(&self, id: u32) -> bool {
        let children = self.children.borrow();
        children.get(&id).and_then(|child| child.deadlines.as_ref()).is_some_and(Deadlines::has_timed_out)
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
        let set = set.fd();
        let mut children = self.children.borrow_mut();
        let mut heard = self.heard.borrow_mut();
        loop {
            let ended = set.wait(0).unwrap_or_default();
            for (id, _) in &ended {
                if let Some(child) = children.get_mut(id) {
                    if let Some(watched) = child.watched.take() {
                        watched.remove_from(set, &child.process);
                        heard.push(*id);
                    }
                } else if let Some(KeptOn { process, .. }) = self.kept.borrow().get(id) {
                    forget_keeper(set, process);
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
        if let Some(Handles { wake, after_poll, .. }) = self.handles.borrow().as_ref() {
            self.heard.borrow_mut().append(&mut wake.received());
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
        let gone: Vec<u32> = heard.iter().copied().filter(|&id| self.is_gone(id)).collect();
        let ends: Vec<(u32, Exit, bool)> =
            heard.into_iter().filter_map(|id| self.end_of(id).map(|(exit, timed_out)| (id, exit, timed_out))).collect();
        for (id, Exit { code, signal, forced, usage }, timed_out) in ends {
            if let Some(room) = self.usage.borrow_mut().as_mut() {
                // SAFETY: JavaScript is not running, so nobody else looks at the array.
                write_usage(usage.as_ref(), unsafe { room.as_mut() });
            }
            // Nothing stays borrowed: the environment may end inside of the call.
            self.on_exit.call(|env| {
                let [code, signal] = [value(env, code)?, value(env, signal)?];
                Ok(vec![value(env, id)?, code, signal, value(env, forced)?, value(env, timed_out)?])
            });
        }
        for id in gone {
            self.on_gone.call(|env| Ok(vec![value(env, id)?]));
        }
    }

    /// How a child ended that was heard of. Nothing where another process traces it: then the kernel lets nobody else have
    /// the end before that one, and a thread waits. Also, whether the signal of its timeout has been sent.
    fn end_of(&self, id: u32) -> Option<(Exit, bool)> {
        let mut children = self.children.borrow_mut();
        let child = children.get_mut(&id)?;
        let exit = child.process.reap();
        if exit.is_none() && !child.has_thread {
            child.has_thread = wait_on_a_thread(self.handles.borrow().as_ref(), id, &child.process).is_ok();
            return None;
        }
        let ended = children.remove(&id);
        drop(children);
        let timed_out = ended.is_some_and(|Child { process, deadlines, .. }| {
            let timed_out = deadlines.as_ref().is_some_and(Deadlines::has_timed_out);
            self.let_go(id, process, deadlines);
            timed_out
        });
        // One that even a thread has waited for, and that cannot be reaped, has ended all the same.
        Some((exit.unwrap_or(Exit::UNKNOWN), timed_out))
    }

    /// A child has been reaped. Its keeper may have more.
    fn let_go(&self, id: u32, process: Arc<Process>, deadlines: Option<Deadlines>) {
        let Some(keeper) = process.keeper() else {
            if let Some(deadlines) = deadlines {
                deadlines.cancel();
            }
            return;
        };
        let handles = self.handles.borrow();
        let set = handles.as_ref().and_then(|handles| handles.set.as_ref());
        if set.is_some_and(|set| set.fd().add(keeper.fd(), id).is_ok()) {
            self.kept.borrow_mut().insert(id, KeptOn { process, deadlines });
        } else {
            reap_at_end(process, None);
        }
    }

    /// Whether the keeper of a child whose end was told has ended.
    fn is_gone(&self, id: u32) -> bool {
        let Some(KeptOn { process, deadlines }) = self.kept.borrow_mut().remove(&id) else {
            return false;
        };
        if let Some(deadlines) = deadlines {
            deadlines.cancel();
        }
        // It has closed its end, and is a zombie in a moment.
        if !(0..PATIENCE).any(|_| {
            process.is_over() || {
                std::thread::yield_now();
                false
            }
        }) {
            reap_at_end(process, None);
        }
        true
    }

    /// Nobody is to be told any more.
    fn end_environment(&self) {
        self.on_exit.forget();
        self.on_gone.forget();
        self.usage.take();
        self.handles.take();
        for Child { process, watched, .. } in self.children.take().into_values() {
            // A thread reaps those without. The program takes all with it when it ends.
            if let Some(watched) = watched.filter(|_| !self.event_loop.is_default()) {
                let pidfd = match watched {
                    Watched::Pidfd(pidfd) => Some(pidfd),
                    Watched::Keeper => keepers_fd(&process),
                };
                reap_at_end(process, pidfd);
            }
        }
        for KeptOn { process, .. } in self.kept.take().into_values() {
            if !self.event_loop.is_default() {
                let fd = keepers_fd(&process);
                reap_at_end(process, fd);
            }
        }
        self.teardown.release();
    }
}

/// Has a thread wait for the end of a child, which then wakes the loop.
fn wait_on_a_thread(handles: Option<&Handles>, id: u32, process: &Arc<Process>) -> std::result::Result<(), Errno> {
    let waker = handles.ok_or(Errno::CANCELED)?.wake.waker();
    Arc::clone(process).wait_on_a_thread(move |process| {
        // Reaps it where the environment has ended meanwhile.
        if !waker.send(id) {
            process.reap();
        }
    })
}

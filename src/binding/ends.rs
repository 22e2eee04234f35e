//! How the ends of an environment's children reach its JavaScript.
//!
//! The supervisor lists a child that has ended and wakes the event loop by an
//! eventfd. What a poll of the loop has brought is told when all of that poll is
//! dealt with, and before the immediates: where the built-in, which hears of a
//! SIGCHLD last, tells it. So what a child wrote comes before its 'exit'.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::*;
use rustix::event::{eventfd, EventfdFlags};

use super::callback::{call_from_loop, event_loop_of, keep, value, Callback};
use super::teardown::TeardownHook;
use crate::process::Process;
use crate::spawn::Launch;
use crate::sys::uv::{Hook, Moment, Poll};
use crate::Errno;

/// Those of one environment whose end JavaScript was not told of yet.
///
/// An environment may end at any time. So the processes stay here, where its end
/// and the supervisor both find them: whoever comes second reaps.
#[derive(Default)]
pub struct Running {
    by_id: HashMap<u32, Arc<Process>>,
    /// Those that were not waited for, until they are known to have started.
    launching: Vec<(u32, Launch)>,
    /// Those that have ended since the loop was woken last.
    ended: Vec<u32>,
    /// Wakes the loop; there from the first start to the end of the environment.
    eventfd: Option<Arc<OwnedFd>>,
}

impl Running {
    pub fn count(&self) -> usize {
        self.by_id.len()
    }

    pub fn add(&mut self, id: u32, process: Arc<Process>) {
        self.by_id.insert(id, process);
    }

    pub fn get(&self, id: u32) -> Option<&Arc<Process>> {
        self.by_id.get(&id)
    }

    /// One that has not started, after all.
    pub fn forget(&mut self, id: u32) {
        self.by_id.remove(&id);
    }

    pub fn keep(&mut self, id: u32, launch: Launch) {
        self.launching.retain(|(_, launch)| !launch.has_started());
        self.launching.push((id, launch));
    }

    /// Signals are blocked in a child before its exec: of several it would take the last first.
    pub fn wait_for_start(&self, id: u32) {
        if let Some((_, launch)) = self.launching.iter().find(|(other, _)| *other == id) {
            launch.wait_a_moment();
        }
    }

    /// Reaps one that has ended. Not earlier than JavaScript hears of it: until then the pid stays
    /// taken, so a late process.kill() hits no stranger.
    fn remove(&mut self, id: u32) -> (u32, i32, i32) {
        let process = self.by_id.remove(&id);
        let exit = process.and_then(|process| process.reap());
        let (code, signal) = exit.map_or((0, 0), |exit| (exit.code, exit.signal));
        let launching = self.launching.iter().position(|(other, _)| *other == id);
        let launch = launching.map(|index| self.launching.swap_remove(index).1);
        let failed = launch.and_then(|launch| launch.finish().err());
        let code = failed.map_or(code, |error| error.errno.negative());
        (id, code, signal)
    }

    fn end_environment(&mut self) {
        for process in self.by_id.values() {
            process.reap();
        }
        self.by_id.clear();
        self.launching.clear();
        self.eventfd = None;
    }
}

/// Shared with the supervisor's thread.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Running>>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the end of a process told. For the supervisor's thread.
    pub fn ended(&self, id: u32, process: Arc<Process>) {
        let mut running = self.lock();
        let Some(eventfd) = running.eventfd.clone() else {
            drop(running);
            process.reap();
            return;
        };
        running.ended.push(id);
        drop(running);
        // Before JavaScript hears of it: with its own part it then lets go of the last.
        drop(process);
        // It can only fail where the counter is full: the loop is about to be woken then.
        let _ = rustix::io::write(eventfd, &1_u64.to_ne_bytes());
    }
}

/// Tells JavaScript of the ends of its children, on its event loop.
pub struct Ends {
    env: Env,
    running: Shared,
    on_exit: RefCell<Option<Rc<Callback>>>,
    handles: RefCell<Option<Handles>>,
    /// What the poll that is being dealt with has brought.
    heard: RefCell<Vec<u32>>,
    teardown: Cell<Option<TeardownHook>>,
}

struct Handles {
    poll: Poll<Arc<OwnedFd>>,
    after_poll: Hook,
}

impl Ends {
    /// `on_exit(id, code, signal)` is called as the event loop calls: ticks run after it.
    pub fn new(
        env: Env,
        on_exit: &Function<'_, Unknown<'static>, Unknown<'static>>,
    ) -> Result<Rc<Self>> {
        let ends = Rc::new(Self {
            env,
            running: Shared::default(),
            on_exit: RefCell::new(Some(Rc::new(keep(on_exit)?))),
            handles: RefCell::default(),
            heard: RefCell::default(),
            teardown: Cell::default(),
        });
        let close = on(&ends, Self::close);
        ends.teardown.set(Some(TeardownHook::add(&env, close)?));
        Ok(ends)
    }

    pub fn running(&self) -> &Shared {
        &self.running
    }

    /// Prepares to hear. To be called before a child is there to end; does nothing the second time.
    pub fn listen(self: &Rc<Self>) -> std::result::Result<(), Errno> {
        if self.handles.borrow().is_some() {
            return Ok(());
        }
        let event_loop = event_loop_of(&self.env)?;
        let eventfd = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let hear = on(self, Self::hear);
        let hear = Box::new(move |_readable, _writable| hear());
        let tell = Box::new(on(self, Self::tell));
        // SAFETY: the loop of this environment, whose thread this is. It runs
        // until the closes are over: the teardown hook makes it wait.
        let handles = unsafe {
            Handles {
                poll: Poll::new(event_loop, Arc::clone(&eventfd), hear)?,
                after_poll: Hook::new(event_loop, Moment::AfterPoll, tell)?,
            }
        };
        handles.poll.keep_alive(false);
        handles.poll.watch(true, false, false);
        self.handles.replace(Some(handles));
        self.running.lock().eventfd = Some(eventfd);
        Ok(())
    }

    /// Whether the event loop stays alive for the children.
    pub fn keep_alive(&self, wanted: bool) {
        if let Some(handles) = self.handles.borrow().as_ref() {
            handles.poll.keep_alive(wanted);
        }
    }

    /// Within a poll. What comes after this wakes the loop again.
    fn hear(&self) {
        if let Some(Handles { poll, after_poll }) = self.handles.borrow().as_ref() {
            if let Some(eventfd) = poll.fd() {
                let _ = rustix::io::read(eventfd, &mut [0; 8]);
            }
            let ended = std::mem::take(&mut self.running.lock().ended);
            self.heard.borrow_mut().extend(ended);
            after_poll.start();
        }
    }

    /// After the poll.
    fn tell(&self) {
        if let Some(handles) = self.handles.borrow().as_ref() {
            handles.after_poll.stop();
        }
        let mut heard = self.heard.take();
        // In the order of their starts, as the built-in asks for them.
        heard.sort_unstable();
        let mut running = self.running.lock();
        let ends: Vec<_> = heard.into_iter().map(|id| running.remove(id)).collect();
        drop(running);
        for (id, code, signal) in ends {
            // Nothing stays borrowed: the environment may end inside of the call.
            let on_exit = self.on_exit.borrow().clone();
            if let Some(on_exit) = on_exit {
                call_from_loop(self.env, &on_exit, |env| {
                    Ok(vec![
                        value(env, id)?,
                        value(env, code)?,
                        value(env, signal)?,
                    ])
                });
            }
        }
    }

    /// Nobody is to be told any more: the environment ends.
    fn close(&self) {
        self.running.lock().end_environment();
        self.on_exit.take();
        let teardown = self.teardown.take().map(Rc::new);
        if let Some(Handles {
            mut poll,
            mut after_poll,
        }) = self.handles.take()
        {
            let of_poll = teardown.clone();
            poll.close(Some(Box::new(move || drop(of_poll))));
            after_poll.close(Some(Box::new(move || drop(teardown))));
        }
    }
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

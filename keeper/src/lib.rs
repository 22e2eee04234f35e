//! What the keeper of a child does, apart from the system calls by which it does that: see `docs/keeper.md`.
//!
//! The keeper is a process between a program and a child of it. It is the subreaper of all that the child ever starts, so
//! that none of that gets away: whose parent ends becomes a child of the keeper.

#![cfg_attr(not(test), no_std)]

pub mod messages;
pub mod raw;
pub mod text;

use messages::{Command, Flags};

/// What the keeper is to do next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Tell the program how the child has ended.
    pub report: bool,
    /// Let the child go, whose pid is free from then on.
    pub reap_child: bool,
    /// Send SIGKILL to all children there are. The keeper asks again as long as any are left.
    pub kill: bool,
    /// Nothing is left to be kept.
    pub exit: bool,
}

/// How far the keeper has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeper {
    flags: Flags,
    has_program: bool,
    child: Child,
    is_killing: bool,
    /// Whether the program has asked the child to end, and with it the rest.
    is_ending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Child {
    Runs,
    /// It has ended, and the program has not said yet that it knows.
    Reported,
    Gone,
}

impl Keeper {
    /// One whose child runs.
    pub const fn new(flags: Flags) -> Self {
        Self { flags, has_program: true, child: Child::Runs, is_killing: false, is_ending: false }
    }

    /// The program has sent something.
    pub fn on_command(&mut self, command: Command) -> Work {
        match command {
            Command::Kill => {
                self.is_killing = true;
                Work { kill: true, ..Work::default() }
            }
            Command::End => {
                self.is_ending = true;
                Work::default()
            }
            Command::Acknowledge => self.let_go(),
        }
    }

    /// The program has ended, or has closed its end.
    pub fn on_hang_up(&mut self) -> Work {
        self.has_program = false;
        // How long the rest may outlive the child is for the program to say. It does not any more.
        self.flags.kills_at_exit |= self.is_ending;
        let outlives_child = self.child != Child::Runs && self.is_ending;
        self.is_killing |= self.flags.dies_with_program || outlives_child;
        // Nobody will acknowledge.
        Work { kill: self.is_killing, ..self.let_go() }
    }

    /// The child has ended. To be called until it is reaped, as often as one likes.
    pub fn on_child_end(&mut self) -> Work {
        if self.child != Child::Runs {
            return Work::default();
        }
        self.child = Child::Reported;
        self.is_killing |= self.flags.kills_at_exit;
        let work = Work { kill: self.is_killing, report: self.has_program, ..Work::default() };
        if self.has_program {
            work
        } else {
            Work { reap_child: self.let_go().reap_child, ..work }
        }
    }

    /// Some children have ended and are reaped; `any_left` of all that run.
    pub fn on_turn(&self, any_left: bool) -> Work {
        Work { kill: self.is_killing && any_left, exit: !any_left && self.child == Child::Gone, ..Work::default() }
    }

    /// Whether the child's zombie is to be left alone.
    pub fn keeps_child(&self) -> bool {
        self.child != Child::Gone
    }

    /// Whether the child is a zombie, as far as is known.
    pub fn keeps_zombie(&self) -> bool {
        self.child == Child::Reported
    }

    fn let_go(&mut self) -> Work {
        let reap_child = self.child == Child::Reported;
        if reap_child {
            self.child = Child::Gone;
        }
        Work { reap_child, ..Work::default() }
    }
}

#[cfg(test)]
mod orders;
#[cfg(test)]
mod tests;

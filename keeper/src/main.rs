//! The keeper's program: its system calls, without a C library. What to do at which event is in the library beside this.
//!
//! It is started by `src/spawn/keeper.rs` of the addon, which has cloned the child before: `argv[1]` is that one's pid, fd 0
//! the socket to the program, and all signals are blocked.

#![no_std]
#![no_main]
#![no_builtins]

mod memory;
mod sys;

use forkless_keeper::messages::{Command, Flags};
use forkless_keeper::{Keeper, Work};

const SOCKET: i32 = 0;
/// Milliseconds between two looks at who is left: whose parent ends becomes ours without a word.
const PAUSE: i32 = 10;
/// The same where nobody is left but those that we may not signal.
const LONG_PAUSE: i32 = 500;

/// Called by `_start` with the initial stack: the count of arguments, then pointers to them.
///
/// # Safety
/// As the kernel starts a program.
#[no_mangle]
unsafe extern "C" fn keep(stack: *const usize) -> ! {
    // SAFETY: argc is there, and argv[1] is a C string where there are two.
    let child = unsafe { sys::pid_argument(stack) };
    sys::exit(match child {
        Some(child) => run(child),
        // Asked whether it can run here.
        None => check(),
    })
}

/// 0 where all that a keeper needs can be had.
fn check() -> i32 {
    let mut nobody = |_: i32| {};
    i32::from(sys::children(&mut nobody).is_none() || sys::child_signals() < 0)
}

fn run(child: i32) -> i32 {
    // Whatever else was open would be held open by us.
    sys::close_all_but(SOCKET);
    sys::take_name();
    let signals = sys::child_signals();
    let mut message = [0; 1];
    // A program that has ended before it said a word wanted nothing to be left.
    let (flags, mut is_open) = match sys::receive(SOCKET, &mut message) {
        1.. => (Flags::from_byte(message[0]), true),
        _ => (Flags { dies_with_program: true, ..Flags::default() }, false),
    };
    if flags.tells_pid {
        sys::send(SOCKET, &child.to_ne_bytes());
    }
    let mut keeper = Keeper::new(flags);
    if !is_open {
        act(keeper.on_hang_up(), child);
    }
    loop {
        if keeper.keeps_child() && sys::has_ended(child) {
            act(keeper.on_child_end(), child);
        }
        let any_left = reap_others(&keeper, child);
        let work = keeper.on_turn(any_left);
        if work.exit {
            return 0;
        }
        let could = act(work, child);
        let pause = match (work.kill, could) {
            (false, _) => -1,
            (true, true) => PAUSE,
            (true, false) => LONG_PAUSE,
        };
        let socket = if is_open { SOCKET } else { -1 };
        if !sys::wait(socket, signals, pause) {
            continue;
        }
        let work = match sys::receive(SOCKET, &mut message) {
            1.. => Command::from_byte(message[0]).map_or(Work::default(), |command| keeper.on_command(command)),
            0 => {
                is_open = false;
                keeper.on_hang_up()
            }
            // Interrupted, or nothing there after all.
            _ => Work::default(),
        };
        act(work, child);
    }
}

/// Whether anything could be killed, where that is to be done.
fn act(work: Work, child: i32) -> bool {
    if work.report {
        if let Some(report) = sys::look_at(child) {
            sys::send(SOCKET, sys::bytes_of(&report));
        }
    }
    if work.reap_child {
        sys::reap(child);
    }
    if !work.kill {
        return true;
    }
    let mut any = false;
    sys::children(&mut |pid| any |= sys::kill(pid));
    any
}

/// Reaps who has ended, but for the child where that is still to be told of. Gives whether anybody is left.
fn reap_others(keeper: &Keeper, child: i32) -> bool {
    let keeps = keeper.keeps_child();
    if !keeps {
        return sys::reap_any();
    }
    sys::children(&mut |pid| {
        if pid != child {
            sys::reap(pid);
        }
    });
    true
}

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    sys::exit(70)
}

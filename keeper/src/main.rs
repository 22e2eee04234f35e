//! The keeper's program: its system calls, without a C library. What to do at which event is in the library beside this.
//!
//! It is started by `src/spawn/keeper.rs` of the addon, which has cloned the child before: `argv[1]` is that one's pid,
//! `argv[2]` the program's, fd 0 the socket to the program, and all signals are blocked.

#![no_std]
#![no_main]
#![no_builtins]

mod memory;
mod sys;

use forkless_keeper::messages::{Command, Flags};
use forkless_keeper::{Keeper, Work};

const SOCKET: i32 = 0;
/// What a check can come to, as `src/spawn/keeper.rs` knows it: `/proc` is missing, that of another pid namespace is there, a
/// system call is refused.
const NO_PROC: i32 = 1;
const FOREIGN_PROC: i32 = 2;
const NO_CALL: i32 = 3;
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
    // SAFETY: argc is there, and argv has that many C strings.
    let [child, program] = unsafe { [sys::pid_argument(stack, 1), sys::pid_argument(stack, 2)] };
    sys::exit(match child {
        Some(child) => run(child, program.unwrap_or(0)),
        // Asked whether it can run here.
        None => check(),
    })
}

/// 0 where all that a keeper needs can be had.
fn check() -> i32 {
    let mut nobody = |_: i32| {};
    let signals = sys::child_signals();
    match sys::is_proc_ours() {
        Some(true) => {}
        Some(false) => return FOREIGN_PROC,
        None => return NO_PROC,
    }
    if sys::children(&mut nobody).is_none() {
        return NO_PROC;
    }
    if signals < 0 || !sys::can_keep(signals) {
        return NO_CALL;
    }
    0
}

/// By what the keeper hears of the program.
struct Program {
    /// Its end also closes this, unless a process between clone and exec has a copy of the other side.
    socket: i32,
    /// Readable at its end; -1 where the kernel has no such thing.
    pidfd: i32,
    /// It had ended before the keeper could watch.
    is_lost: bool,
}

enum Heard {
    Nothing,
    Byte(u8),
    HangUp,
}

impl Program {
    fn new(pid: i32) -> Self {
        let pidfd = sys::pidfd(pid);
        // It was our parent if it still is.
        Self { socket: SOCKET, pidfd, is_lost: sys::parent() != pid }
    }

    /// Waits until there is something to be heard, or by `signals` to be seen. What was said before an end comes first.
    fn hear(&mut self, signals: i32, pause: i32) -> Heard {
        let (said, ended) = sys::wait([self.socket, self.pidfd], signals, if self.is_lost { 0 } else { pause });
        let mut message = [0; 1];
        let heard = match said.then(|| sys::receive(self.socket, &mut message)) {
            Some(1..) => Heard::Byte(message[0]),
            Some(0) => Heard::HangUp,
            // Interrupted, or nothing there after all.
            Some(_) => Heard::Nothing,
            None if ended || self.is_lost => Heard::HangUp,
            None => Heard::Nothing,
        };
        if matches!(heard, Heard::HangUp) {
            *self = Self { socket: -1, pidfd: -1, is_lost: false };
        }
        heard
    }

    /// The first message.
    fn wishes(&mut self) -> Option<Flags> {
        loop {
            match self.hear(-1, -1) {
                Heard::Byte(byte) => return Some(Flags::from_byte(byte)),
                Heard::HangUp => return None,
                Heard::Nothing => {}
            }
        }
    }
}

fn run(child: i32, program: i32) -> i32 {
    // Whatever else was open would be held open by us.
    sys::close_all_but(SOCKET);
    sys::take_name();
    let signals = sys::child_signals();
    let mut program = Program::new(program);
    let wishes = program.wishes();
    // A program that has ended before it said a word wanted nothing to be left.
    let flags = wishes.unwrap_or(Flags { dies_with_program: true, ..Flags::default() });
    if flags.tells_pid {
        sys::send(SOCKET, &child.to_ne_bytes());
    }
    let mut keeper = Keeper::new(flags);
    if wishes.is_none() {
        let work = keeper.on_hang_up();
        act(&keeper, work, child);
    }
    loop {
        if keeper.keeps_child() && sys::has_ended(child) {
            let work = keeper.on_child_end();
            act(&keeper, work, child);
        }
        let any_left = reap_others(&keeper, child);
        let work = keeper.on_turn(any_left);
        if work.exit {
            return 0;
        }
        let could = act(&keeper, work, child);
        let pause = match (work.kill, could) {
            (true, true) => PAUSE,
            (true, false) => LONG_PAUSE,
            // Where nothing tells of ends, they are asked for.
            (false, _) if signals < 0 => PAUSE,
            (false, _) => -1,
        };
        let work = match program.hear(signals, pause) {
            Heard::Byte(byte) => Command::from_byte(byte).map_or(Work::default(), |command| keeper.on_command(command)),
            Heard::HangUp => keeper.on_hang_up(),
            Heard::Nothing => Work::default(),
        };
        act(&keeper, work, child);
    }
}

/// Whether anything could be killed, where that is to be done.
fn act(keeper: &Keeper, work: Work, child: i32) -> bool {
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
    sys::children(&mut |pid| {
        if !(pid == child && keeper.keeps_zombie()) {
            any |= sys::kill(pid);
        }
    });
    any
}

/// Reaps who has ended, but for the child where that is still to be told of. Gives whether anybody is left who runs.
fn reap_others(keeper: &Keeper, child: i32) -> bool {
    if !keeper.keeps_child() {
        return sys::reap_any();
    }
    if !keeper.keeps_zombie() {
        while let Some(pid) = sys::any_ended().filter(|&pid| pid != child) {
            sys::reap(pid);
        }
        return true;
    }
    // The child's zombie would be the only one that the kernel shows.
    loop {
        let (mut any_left, mut any_reaped) = (false, false);
        sys::children(&mut |pid| {
            if pid != child {
                let runs = sys::reap(pid) == 0;
                any_left |= runs;
                any_reaped |= !runs;
            }
        });
        // The kernel goes on in its list by how many it has named. Who is reaped meanwhile moves others out of sight.
        if !any_reaped {
            return any_left;
        }
    }
}

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    sys::exit(70)
}

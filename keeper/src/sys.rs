//! The system calls of the keeper. Each takes and gives plain numbers; an error is a negated error number.

use core::arch::global_asm;
use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ptr;

use forkless_keeper::messages::Report;
use forkless_keeper::raw::syscall5;
use forkless_keeper::text::{number, parent_in, path_of_stat, PidList};
use linux_raw_sys::errno::ECHILD;
use linux_raw_sys::general::{self as linux, kernel_sigset_t, linux_dirent64, pollfd, rusage, siginfo_t};
use linux_raw_sys::prctl::{PR_SET_CHILD_SUBREAPER, PR_SET_NAME};

// The stack as the kernel leaves it is the argument.
#[cfg(target_arch = "x86_64")]
global_asm!(".globl _start", "_start:", "mov rdi, rsp", "xor ebp, ebp", "and rsp, -16", "call keep", "ud2");
#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "mov x0, sp", "mov x29, xzr", "mov x30, xzr", "bl keep", "brk 1");

/// Numbers of system calls are small.
#[allow(clippy::cast_lossless)]
unsafe fn call(number: u32, a: usize, b: usize, c: usize, d: usize, e: usize) -> isize {
    // SAFETY: the caller vouches for it.
    unsafe { syscall5(number as i64, a, b, c, d, e) }
}

#[allow(clippy::cast_sign_loss)]
const fn word(number: i32) -> usize {
    number as isize as usize
}

pub fn exit(code: i32) -> ! {
    loop {
        // SAFETY: it ends this process.
        unsafe { call(linux::__NR_exit_group, word(code), 0, 0, 0, 0) };
    }
}

/// The number in `argv[index]`.
///
/// # Safety
/// `stack` is as the kernel leaves it to a program.
pub unsafe fn pid_argument(stack: *const usize, index: usize) -> Option<i32> {
    // SAFETY: argc, then argc pointers to C strings.
    unsafe {
        if *stack <= index {
            return None;
        }
        let mut digits = *stack.add(1 + index) as *const u8;
        let mut number = 0_i32;
        while (*digits).is_ascii_digit() {
            number = number.wrapping_mul(10).wrapping_add(i32::from(*digits - b'0'));
            digits = digits.add(1);
        }
        Some(number)
    }
}

/// read(2). 0: the other side is closed.
pub fn receive(fd: i32, room: &mut [u8]) -> isize {
    // SAFETY: it writes to the room alone.
    unsafe { call(linux::__NR_read, word(fd), room.as_mut_ptr() as usize, room.len(), 0, 0) }
}

/// Of a socket whose other side is closed it is lost. SIGPIPE is blocked, as all signals are.
pub fn send(fd: i32, bytes: &[u8]) {
    // SAFETY: it reads the bytes alone.
    unsafe { call(linux::__NR_write, word(fd), bytes.as_ptr() as usize, bytes.len(), 0, 0) };
}

pub fn bytes_of(report: &Report) -> &[u8] {
    // SAFETY: a repr(C) struct of numbers without gaps.
    unsafe { core::slice::from_raw_parts(ptr::from_ref(report).cast(), size_of::<Report>()) }
}

fn close(fd: i32) {
    // SAFETY: nobody uses it.
    unsafe { call(linux::__NR_close, word(fd), 0, 0, 0, 0) };
}

/// A folder or file to be read.
fn open(path: &CStr) -> Option<i32> {
    let at = word(linux::AT_FDCWD);
    // SAFETY: it reads the path alone.
    let fd = unsafe { call(linux::__NR_openat, at, path.as_ptr() as usize, linux::O_CLOEXEC as usize, 0, 0) };
    i32::try_from(fd).ok().filter(|&fd| fd >= 0)
}

/// Each name in a folder that is a number.
fn numbers_in(folder: i32, act: &mut dyn FnMut(i32)) {
    /// Room for some entries at a time, aligned as they are.
    const ROOM: usize = 128;
    const NAME: usize = core::mem::offset_of!(linux_dirent64, d_name);
    const LENGTH: usize = core::mem::offset_of!(linux_dirent64, d_reclen);
    let mut room = [0_u64; ROOM];
    loop {
        let start = room.as_mut_ptr();
        // SAFETY: it writes to the room alone.
        let filled = unsafe { call(linux::__NR_getdents64, word(folder), start as usize, ROOM * 8, 0, 0) };
        let Some(filled) = usize::try_from(filled).ok().filter(|&filled| filled > 0) else {
            return;
        };
        // SAFETY: so many bytes were written, within the room.
        let mut entries = unsafe { core::slice::from_raw_parts(start.cast::<u8>(), filled) };
        while let [low, high] = entries[LENGTH..LENGTH + 2] {
            if let Some(number) = number(&entries[NAME..]) {
                act(number);
            }
            entries = &entries[usize::from(u16::from_ne_bytes([low, high]))..];
            if entries.is_empty() {
                break;
            }
        }
    }
}

pub fn close_all_but(kept: i32) {
    /// As many as a program may have as a rule.
    const MOST: i32 = 4096;
    if let Some(folder) = open(c"/proc/self/fd") {
        numbers_in(folder, &mut |fd| {
            if fd != kept && fd != folder {
                close(fd);
            }
        });
        close(folder);
    } else {
        // The system has no fd left to look by.
        (0..MOST).filter(|&fd| fd != kept).for_each(close);
    }
}

/// An fd that is readable when that process has ended: pidfd_open(2). -1 where there is none.
pub fn pidfd(pid: i32) -> i32 {
    // SAFETY: plain numbers.
    let fd = unsafe { call(linux::__NR_pidfd_open, word(pid), 0, 0, 0, 0) };
    i32::try_from(fd).unwrap_or(-1).max(-1)
}

#[allow(clippy::cast_possible_truncation)]
pub fn parent() -> i32 {
    // SAFETY: it gives a number.
    unsafe { call(linux::__NR_getppid, 0, 0, 0, 0, 0) as i32 }
}

fn own_pid() -> isize {
    // SAFETY: it gives a number.
    unsafe { call(linux::__NR_getpid, 0, 0, 0, 0, 0) }
}

/// Whether `/proc` numbers processes as kill(2) does here. That of another pid namespace does not. Nothing where there is
/// none.
pub fn is_proc_ours() -> Option<bool> {
    let mut room = [0; 16];
    let (at, path) = (word(linux::AT_FDCWD), c"/proc/self".as_ptr() as usize);
    // SAFETY: it writes to the room alone.
    let count = unsafe { call(linux::__NR_readlinkat, at, path, room.as_mut_ptr() as usize, room.len() - 1, 0) };
    (count > 0).then(|| number(&room).is_some_and(|pid| pid as isize == own_pid()))
}

/// What `ps` shows; and no folder is held.
pub fn take_name() {
    // SAFETY: both read a constant C string.
    unsafe {
        call(linux::__NR_prctl, PR_SET_NAME as usize, c"forkless-keeper".as_ptr() as usize, 0, 0, 0);
        call(linux::__NR_chdir, c"/".as_ptr() as usize, 0, 0, 0, 0);
    }
}

/// An fd that is readable when a child has ended.
pub fn child_signals() -> i32 {
    let mask = kernel_sigset_t { sig: [1 << (linux::SIGCHLD - 1)] };
    // SFD_CLOEXEC and SFD_NONBLOCK are these: signalfd(2).
    let flags = (linux::O_CLOEXEC | linux::O_NONBLOCK) as usize;
    // SAFETY: it reads the mask.
    let fd =
        unsafe { call(linux::__NR_signalfd4, word(-1), ptr::from_ref(&mask) as usize, size_of_val(&mask), flags, 0) };
    i32::try_from(fd).unwrap_or(-1)
}

/// Waits for two fds of the program's or for a child's end, so many milliseconds at most; below 0 for ever. Gives which of
/// the two have something. What `signals` has is taken from it.
pub fn wait([said, ended]: [i32; 2], signals: i32, pause: i32) -> (bool, bool) {
    #[allow(clippy::cast_possible_truncation)]
    const READABLE: i16 = linux::POLLIN as i16;
    /// A `struct signalfd_siginfo`.
    const SIGNAL_BYTES: usize = 128;
    let mut fds = [said, ended, signals].map(|fd| pollfd { fd, events: READABLE, revents: 0 });
    let time =
        linux::__kernel_timespec { tv_sec: i64::from(pause / 1000), tv_nsec: i64::from(pause % 1000) * 1_000_000 };
    let time = if pause < 0 { ptr::null() } else { ptr::from_ref(&time) };
    // SAFETY: it writes to the entries, and reads the time if there is one.
    unsafe { call(linux::__NR_ppoll, fds.as_mut_ptr() as usize, fds.len(), time as usize, 0, 0) };
    if fds[2].revents != 0 {
        let mut signal = [0; SIGNAL_BYTES];
        receive(signals, &mut signal);
    }
    (fds[0].revents != 0, fds[1].revents != 0)
}

/// Whether the child has ended and is not reaped.
pub fn has_ended(child: i32) -> bool {
    look_at(child).is_some()
}

/// How the child has ended. It is not reaped by this.
pub fn look_at(child: i32) -> Option<Report> {
    look(linux::P_PID, child).map(|(_, report)| report)
}

/// Anybody who has ended, of all children. Nobody is reaped by this.
pub fn any_ended() -> Option<i32> {
    look(linux::P_ALL, 0).map(|(pid, _)| pid)
}

fn look(which: u32, id: i32) -> Option<(i32, Report)> {
    let options = (linux::WEXITED | linux::WNOHANG | linux::WNOWAIT) as usize;
    let mut info = MaybeUninit::<siginfo_t>::zeroed();
    let mut usage = MaybeUninit::<rusage>::zeroed();
    // SAFETY: it writes a siginfo and a rusage, both of them plain numbers.
    let (result, info, usage) = unsafe {
        let result = call(
            linux::__NR_waitid,
            which as usize,
            word(id),
            info.as_mut_ptr() as usize,
            options,
            usage.as_mut_ptr() as usize,
        );
        (result, info.assume_init(), usage.as_ptr().cast::<[i64; 18]>().read())
    };
    // SAFETY: of SIGCHLD, or zeros.
    unsafe {
        let fields = &info.__bindgen_anon_1.__bindgen_anon_1;
        let child = &fields._sifields._sigchld;
        let report = Report { code: fields.si_code, status: child._status, usage };
        (result == 0 && child._pid != 0).then_some((child._pid, report))
    }
}

/// wait4(2) without waiting.
pub fn reap(pid: i32) -> isize {
    // SAFETY: it writes nothing.
    unsafe { call(linux::__NR_wait4, word(pid), 0, linux::WNOHANG as usize, 0, 0) }
}

/// Whether none of the calls is refused without which a keeper would be blind, deaf or powerless. To be asked by a process
/// without children.
pub fn can_keep(signals: i32) -> bool {
    let none = -(ECHILD as isize);
    let options = (linux::WEXITED | linux::WNOHANG | linux::WNOWAIT) as usize;
    let entry = pollfd { fd: signals, events: 0, revents: 0 };
    let time = linux::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    let [entry, time] = [ptr::from_ref(&entry) as usize, ptr::from_ref(&time) as usize];
    // SAFETY: they wait for nobody, read one entry and a time, signal nobody, and make this process a subreaper.
    unsafe {
        call(linux::__NR_waitid, linux::P_ALL as usize, 0, 0, options, 0) == none
            && reap(-1) == none
            && call(linux::__NR_ppoll, entry, 1, time, 0, 0) == 0
            && call(linux::__NR_kill, own_pid() as usize, 0, 0, 0, 0) == 0
            && call(linux::__NR_prctl, PR_SET_CHILD_SUBREAPER as usize, 1, 0, 0, 0) == 0
    }
}

/// Reaps all that have ended. Gives whether any other children are left.
pub fn reap_any() -> bool {
    loop {
        match reap(-1) {
            0 => return true,
            1.. => {}
            error => return error != -(ECHILD as isize),
        }
    }
}

/// SIGKILL. Gives whether it was sent.
pub fn kill(pid: i32) -> bool {
    // SAFETY: the pid is of a child of ours that nobody else reaps, so it cannot be another's.
    unsafe { call(linux::__NR_kill, word(pid), linux::SIGKILL as usize, 0, 0, 0) == 0 }
}

/// Each child of ours. Nothing where that cannot be told.
pub fn children(act: &mut dyn FnMut(i32)) -> Option<()> {
    let Some(file) = open(c"/proc/thread-self/children") else {
        return children_by_stat(act);
    };
    let mut room = [0; 1024];
    let mut list = PidList::default();
    loop {
        let count = receive(file, &mut room);
        let Some(text) =
            usize::try_from(count).ok().and_then(|count| room.get(..count)).filter(|text| !text.is_empty())
        else {
            break;
        };
        list.read(text, act);
    }
    close(file);
    Some(())
}

/// The same where the kernel does not list them (`CONFIG_PROC_CHILDREN`): of all processes, those whose parent we are.
fn children_by_stat(act: &mut dyn FnMut(i32)) -> Option<()> {
    let folder = open(c"/proc")?;
    let us = own_pid();
    numbers_in(folder, &mut |pid| {
        if parent_of(pid).is_some_and(|parent| parent as isize == us) {
            act(pid);
        }
    });
    close(folder);
    Some(())
}

fn parent_of(pid: i32) -> Option<i32> {
    let path = path_of_stat(pid);
    let file = open(CStr::from_bytes_until_nul(&path).ok()?)?;
    let mut room = [0; 512];
    let count = receive(file, &mut room);
    close(file);
    parent_in(room.get(..usize::try_from(count).ok()?)?)
}

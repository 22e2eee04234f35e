//! Has the kernel refuse some system calls, by seccomp(2). One source, two ways to use it:
//!
//!     refuse CALL:ERRNO... -- COMMAND ARG...    a launcher, which runs a command so
//!     refuse --list                             prints the names that this machine has
//!
//! and, compiled with `--crate-type cdylib`, an addon that does it to the Node that loads it, to all of its threads,
//! and takes CALL:ERRNO... from the variable REFUSED. CALL is a name of `CALLS` below; with `kill` for ERRNO the
//! kernel ends the process. No crates: rustc alone compiles it.

use std::env;
use std::ffi::{c_char, c_int, c_long, c_ulong, c_void, CString};
use std::process::exit;
use std::ptr;

extern "C" {
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
    fn syscall(
        number: c_long,
        operation: c_ulong,
        flags: c_ulong,
        program: *const Program,
    ) -> c_long;
    fn setrlimit(resource: c_int, limits: *const [c_ulong; 2]) -> c_int;
    fn execvp(file: *const c_char, argv: *const *const c_char) -> c_int;
}

const PR_SET_NO_NEW_PRIVS: c_int = 38;
const RLIMIT_CORE: c_int = 4;
const SECCOMP: c_long = if cfg!(target_arch = "aarch64") {
    277
} else {
    317
};
const SECCOMP_SET_MODE_FILTER: c_ulong = 1;
const SECCOMP_FILTER_FLAG_TSYNC: c_ulong = 1;
const SECCOMP_RET_ALLOW: u32 = 0x7fff_0000;
const SECCOMP_RET_ERRNO: u32 = 0x0005_0000;
const SECCOMP_RET_KILL_PROCESS: u32 = 0x8000_0000;
const CLONE_VFORK: u32 = 0x4000;

/// A system call that the machine does not have.
const NONE: u32 = u32::MAX;

/// Name, number on x64, number on arm64.
/// Source: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux
#[rustfmt::skip]
const CALLS: [(&str, u32, u32); 86] = [
    // fds
    ("read", 0, 63), ("write", 1, 64), ("close", 3, 57), ("poll", 7, NONE), ("ioctl", 16, 29),
    ("pread64", 17, 67), ("readv", 19, 65), ("writev", 20, 66), ("access", 21, NONE), ("pipe", 22, NONE),
    ("dup", 32, 23), ("dup2", 33, NONE), ("dup3", 292, 24), ("pipe2", 293, 59), ("fcntl", 72, 25),
    ("fstat", 5, 80), ("newfstatat", 262, 79), ("statx", 332, 291), ("faccessat", 269, 48),
    ("openat", 257, 56), ("close_range", 436, 436), ("ppoll", 271, 73), ("eventfd2", 290, 19),
    ("epoll_wait", 232, NONE), ("epoll_ctl", 233, 21), ("epoll_pwait", 281, 22), ("epoll_create1", 291, 20),
    ("memfd_create", 319, 279), ("signalfd4", 289, 74),
    // sockets
    ("socket", 41, 198), ("sendto", 44, 206), ("recvfrom", 45, 207), ("sendmsg", 46, 211), ("recvmsg", 47, 212),
    ("shutdown", 48, 210), ("getsockname", 51, 204), ("getpeername", 52, 205), ("socketpair", 53, 199),
    ("setsockopt", 54, 208), ("getsockopt", 55, 209),
    // memory
    ("mmap", 9, 222), ("mprotect", 10, 226), ("munmap", 11, 215), ("madvise", 28, 233),
    // processes and threads
    ("clone", 56, 220), ("fork", 57, NONE), ("vfork", 58, NONE), ("execve", 59, 221), ("exit", 60, 93),
    ("wait4", 61, 260), ("kill", 62, 129), ("restart_syscall", 219, 128), ("exit_group", 231, 94), ("waitid", 247, 95),
    ("execveat", 322, 281),
    ("pidfd_send_signal", 424, 424), ("pidfd_open", 434, 434), ("clone3", 435, 435),
    ("getpid", 39, 172), ("gettid", 186, 178), ("tgkill", 234, 131), ("futex", 202, 98),
    ("set_robust_list", 273, 99), ("rseq", 334, 293), ("prctl", 157, 167), ("prlimit64", 302, 261),
    ("getrandom", 318, 278),
    // signals
    ("rt_sigaction", 13, 134), ("rt_sigprocmask", 14, 135), ("rt_sigreturn", 15, 139), ("sigaltstack", 131, 132),
    // what a child is given
    ("chdir", 80, 49), ("umask", 95, 166), ("setuid", 105, 146), ("setgid", 106, 144), ("setpgid", 109, 154),
    ("setsid", 112, 157), ("setgroups", 116, 159), ("setresuid", 117, 147), ("setresgid", 119, 149),
    // scheduling
    ("sched_yield", 24, 124), ("sched_getaffinity", 204, 123), ("sched_getattr", 315, 275),
    ("sched_setattr", 314, 274), ("ioprio_get", 252, 31), ("getpriority", 140, 141),
];

/// One instruction of classic BPF, as in linux/filter.h.
#[repr(C)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    instructions: *const Instruction,
}

/// Loads 32 bits of `struct seccomp_data` at an offset.
const LOAD: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;
const OFFSET_OF_NUMBER: u32 = 0;
/// The lower half: all machines of these tests are little-endian.
const OFFSET_OF_FIRST_ARGUMENT: u32 = 16;

fn instruction(code: u16, value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction {
        code,
        if_true,
        if_false,
        value,
    }
}

/// The names that this machine has, with their numbers.
fn calls() -> impl Iterator<Item = (&'static str, u32)> {
    let number = |x64, arm64| {
        if cfg!(target_arch = "aarch64") {
            arm64
        } else {
            x64
        }
    };
    CALLS
        .iter()
        .map(move |&(name, x64, arm64)| (name, number(x64, arm64)))
        .filter(|&(_, number)| number != NONE)
}

/// The number of a call, and the bits of its first argument that are refused (0: all calls).
fn find(name: &str) -> (u32, u32) {
    let (name, bits) = if name == "clone-vfork" {
        ("clone", CLONE_VFORK)
    } else {
        (name, 0)
    };
    match calls().find(|&(known, _)| known == name) {
        Some((_, number)) => (number, bits),
        None => fail("no such name"),
    }
}

/// Appends what refuses one call, given as CALL:ERRNO.
fn refuse(program: &mut Vec<Instruction>, wish: &str) {
    let Some((name, errno)) = wish.split_once(':') else {
        fail("CALL:ERRNO wanted")
    };
    let (number, bits) = find(name);
    let action = match errno {
        "kill" => SECCOMP_RET_KILL_PROCESS,
        _ => SECCOMP_RET_ERRNO | errno.parse::<u32>().unwrap_or_else(|_| fail("no errno")),
    };
    program.push(instruction(LOAD, OFFSET_OF_NUMBER, 0, 0));
    if bits == 0 {
        program.push(instruction(JUMP_IF_EQUAL, number, 0, 1));
    } else {
        program.push(instruction(JUMP_IF_EQUAL, number, 0, 3));
        program.push(instruction(LOAD, OFFSET_OF_FIRST_ARGUMENT, 0, 0));
        program.push(instruction(JUMP_IF_ANY_BIT, bits, 0, 1));
    }
    program.push(instruction(RETURN, action, 0, 0));
}

/// Sets the limits to every thread of this process, and so to all that it starts.
fn install<'a>(wishes: impl Iterator<Item = &'a str>) {
    let mut program = Vec::new();
    wishes.for_each(|wish| refuse(&mut program, wish));
    program.push(instruction(RETURN, SECCOMP_RET_ALLOW, 0, 0));
    let filter = Program {
        length: program.len() as u16,
        instructions: program.as_ptr(),
    };
    // SAFETY: plain numbers, and pointers to values that live until the calls return.
    unsafe {
        // What is killed is not to leave a core file.
        setrlimit(RLIMIT_CORE, &[0, 0]);
        if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            fail("no new privileges")
        }
        if syscall(
            SECCOMP,
            SECCOMP_SET_MODE_FILTER,
            SECCOMP_FILTER_FLAG_TSYNC,
            &filter,
        ) != 0
        {
            fail("seccomp")
        }
    }
}

fn fail(message: &str) -> ! {
    eprintln!("refuse: {message}: {}", std::io::Error::last_os_error());
    exit(125)
}

/// What Node calls when it loads this as an addon.
#[no_mangle]
pub extern "C" fn napi_register_module_v1(_env: *mut c_void, exports: *mut c_void) -> *mut c_void {
    install(env::var("REFUSED").unwrap_or_default().split_whitespace());
    exports
}

pub fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "--list") {
        println!("clone-vfork");
        calls().for_each(|(name, _)| println!("{name}"));
        return;
    }
    let Some(end) = args.iter().position(|arg| arg == "--") else {
        fail("no command")
    };
    let command: Vec<CString> = args[end + 1..]
        .iter()
        .filter_map(|arg| CString::new(arg.as_str()).ok())
        .collect();
    let mut argv: Vec<*const c_char> = command.iter().map(|arg| arg.as_ptr()).collect();
    argv.push(ptr::null());
    install(args[..end].iter().map(String::as_str));
    // SAFETY: a list of C strings, with a null pointer at its end, that lives until the exec.
    unsafe { execvp(argv[0], argv.as_ptr()) };
    fail("exec")
}

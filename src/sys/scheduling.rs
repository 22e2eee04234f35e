//! How the kernel schedules a thread: what a process inherits from the thread that starts it,
//! and not from the program.

use std::ops::Range;

use rustix::thread::{sched_getaffinity, CpuSet};

/// `SCHED_ATTR_SIZE_VER1` of sched_setattr(2): policy, nice value, priority and the rest.
const ATTRIBUTES: usize = 56;
const POLICY: Range<usize> = 4..8;
const FLAGS: Range<usize> = 8..16;
const NICE: Range<usize> = 16..20;
const RUNTIME: Range<usize> = 24..32;
const SCHED_FLAG_RESET_ON_FORK: u64 = 1;
/// Nanoseconds; what the kernel takes at least.
const SHORTEST_SLICE: u64 = 100_000;
/// `IOPRIO_WHO_PROCESS` of ioprio_set(2), which means a thread.
const IO_OF_A_THREAD: libc::c_int = 1;

/// How many cores the calling thread may run on; `None` where that is not told.
pub fn core_count() -> Option<usize> {
    sched_getaffinity(None).as_ref().ok().map(count)
}

/// Whether a filter on system calls is at work (seccomp(2)). It may end the process for one of those that change how it is
/// scheduled: `SystemCallFilter=~@resources` of systemd.exec(5) does.
fn has_filter() -> bool {
    // SAFETY: plain numbers. The thread has its name by the same call.
    unsafe { libc::prctl(libc::PR_GET_SECCOMP, 0, 0, 0, 0) != 0 }
}

fn count(cores: &CpuSet) -> usize {
    cores.count() as usize
}

#[derive(PartialEq, Eq)]
pub struct Scheduling {
    attributes: [u8; ATTRIBUTES],
    io: libc::c_long,
    cores: CpuSet,
}

impl Scheduling {
    /// Of the calling thread; `None` where the kernel, or a filter on its calls, does not tell.
    pub fn of_this_thread() -> Option<Self> {
        let mut attributes = [0u8; ATTRIBUTES];
        // SAFETY: the kernel writes as many bytes as it is told to, at most; 0 is this thread.
        let (told, io) = unsafe {
            (
                libc::syscall(
                    libc::SYS_sched_getattr,
                    0,
                    attributes.as_mut_ptr(),
                    ATTRIBUTES,
                    0,
                ),
                libc::syscall(libc::SYS_ioprio_get, IO_OF_A_THREAD, 0),
            )
        };
        let cores = sched_getaffinity(None).ok()?;
        (told == 0 && io >= 0).then_some(Self {
            attributes,
            io,
            cores,
        })
    }

    /// Lets the calling thread, which must be scheduled like this, run at once when somebody wakes it,
    /// be it on that one's own core. Processes it starts get nothing of it.
    ///
    /// Since Linux 6.12 a thread that asks for short slices preempts one with longer ones. `false` and without effect
    /// where the kernel does not know that, refuses, or might not like to be asked, or where the thread is not scheduled
    /// as usual.
    pub fn prefer_this_thread(&self) -> bool {
        let mut attributes = self.attributes;
        if has_filter() {
            return false;
        }
        if attributes[POLICY]
            .iter()
            .chain(&attributes[NICE])
            .any(|&byte| byte != 0)
        {
            return false;
        }
        let slice = SHORTEST_SLICE.to_ne_bytes();
        attributes[FLAGS].copy_from_slice(&SCHED_FLAG_RESET_ON_FORK.to_ne_bytes());
        attributes[RUNTIME].copy_from_slice(&slice);
        // SAFETY: the kernel reads as many bytes as they say they are.
        let _ = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, attributes.as_ptr(), 0) };
        // Older kernels take it without a word, and do not tell it.
        Self::of_this_thread().is_some_and(|it| it.attributes[RUNTIME] == slice)
    }

    /// How many cores the thread may run on.
    pub fn core_count(&self) -> usize {
        count(&self.cores)
    }
}

//! How the kernel schedules a thread: what a process inherits from the thread that starts it,
//! and not from the program.

use rustix::thread::{sched_getaffinity, CpuSet};

/// `SCHED_ATTR_SIZE_VER1` of sched_setattr(2): policy, nice value, priority and the rest.
const ATTRIBUTES: usize = 56;
/// `IOPRIO_WHO_PROCESS` of ioprio_set(2), which means a thread.
const IO_OF_A_THREAD: libc::c_int = 1;

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

    /// How many cores the thread may run on.
    pub fn core_count(&self) -> usize {
        self.cores.count() as usize
    }
}

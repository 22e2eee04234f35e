//! What a process has used, as the kernel counts it.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a process and those of its children that it has waited for have used: `ru_*` of getrusage(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Microseconds.
    pub user_time: i64,
    /// Microseconds.
    pub system_time: i64,
    /// Kilobytes. It begins at the peak of the program that the process was cloned from, as execve(2) keeps that.
    pub max_rss: i64,
    /// Kilobytes: the peak of that program at the start, if it was to be looked at.
    pub peak_of_parent: Option<i64>,
    /// From `ru_ixrss` on, in the order of the C struct.
    pub rest: [i64; 13],
}

impl Usage {
    /// How many numbers `numbers` gives.
    pub const COUNT: usize = 17;

    /// Of the kernel's struct, which is 18 numbers; that of a C library may have more behind them.
    pub(crate) fn of_kernel(numbers: [i64; 18], peak_of_parent: Option<i64>) -> Self {
        let [user_seconds, user, system_seconds, system, max_rss, rest @ ..] = numbers;
        Self {
            user_time: microseconds(user_seconds, user),
            system_time: microseconds(system_seconds, system),
            max_rss,
            peak_of_parent,
            rest,
        }
    }

    pub(crate) fn of_child(usage: &libc::rusage, peak_of_parent: Option<i64>) -> Self {
        let [user, system] = [usage.ru_utime, usage.ru_stime];
        Self::of_kernel(
            [
                user.tv_sec,
                user.tv_usec,
                system.tv_sec,
                system.tv_usec,
                usage.ru_maxrss,
                usage.ru_ixrss,
                usage.ru_idrss,
                usage.ru_isrss,
                usage.ru_minflt,
                usage.ru_majflt,
                usage.ru_nswap,
                usage.ru_inblock,
                usage.ru_oublock,
                usage.ru_msgsnd,
                usage.ru_msgrcv,
                usage.ru_nsignals,
                usage.ru_nvcsw,
                usage.ru_nivcsw,
            ],
            peak_of_parent,
        )
    }

    /// In the order of the C struct, then the peak of the parent; NaN where that is not known.
    #[allow(clippy::cast_precision_loss)]
    pub fn numbers(&self) -> [f64; Self::COUNT] {
        let mut numbers = [0.0; Self::COUNT];
        numbers[0] = self.user_time as f64;
        numbers[1] = self.system_time as f64;
        numbers[2] = self.max_rss as f64;
        numbers[16] = self.peak_of_parent.map_or(f64::NAN, |peak| peak as f64);
        for (number, &count) in numbers[3..].iter_mut().zip(&self.rest) {
            *number = count as f64;
        }
        numbers
    }
}

static LOOKS_AT_PEAKS: AtomicBool = AtomicBool::new(false);

/// Has the program's own peak looked at with each start from now on. A program that asks for no child's usage makes no system
/// call for it.
pub fn look_at_peaks() {
    LOOKS_AT_PEAKS.store(true, Ordering::Relaxed);
}

/// The most memory that this program has had until now, in kilobytes, if that is to be looked at.
pub(crate) fn own_peak() -> Option<i64> {
    LOOKS_AT_PEAKS.load(Ordering::Relaxed).then(peak)
}

fn peak() -> i64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: it writes one rusage; zeros are one, too, where it is refused.
    unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init().ru_maxrss
    }
}

fn microseconds(seconds: i64, rest: i64) -> i64 {
    seconds * 1_000_000 + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_peak(peak: i64) -> libc::rusage {
        // SAFETY: a plain struct of numbers.
        let mut usage: libc::rusage = unsafe { MaybeUninit::zeroed().assume_init() };
        usage.ru_utime = libc::timeval { tv_sec: 1, tv_usec: 2 };
        usage.ru_maxrss = peak;
        usage.ru_nivcsw = 7;
        usage
    }

    #[test]
    fn times_are_microseconds_and_the_numbers_are_in_the_order_of_the_struct() {
        let numbers = Usage::of_child(&with_peak(5), Some(4)).numbers();
        assert_eq!((numbers[0], numbers[2], numbers[15], numbers[16]), (1_000_002.0, 5.0, 7.0, 4.0));
        assert!(Usage::of_child(&with_peak(5), None).numbers()[16].is_nan());
    }

    #[test]
    fn this_program_has_a_peak() {
        assert!(peak() > 100);
    }
}

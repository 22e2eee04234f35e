//! What a process has used, as the kernel counts it.

use std::mem::MaybeUninit;

/// What a process and those of its children that it has waited for have used: `ru_*` of getrusage(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Microseconds.
    pub user_time: i64,
    /// Microseconds.
    pub system_time: i64,
    /// Kilobytes; `None` where it may be the number of the program that the process was cloned from.
    pub max_rss: Option<i64>,
    /// From `ru_ixrss` on, in the order of the C struct.
    pub rest: [i64; 13],
}

impl Usage {
    /// How many numbers `numbers` gives.
    pub const COUNT: usize = 16;

    /// Of a child. Its peak begins at that of the memory it was cloned into, which is ours (execve(2) keeps it): a number that is
    /// not above `peak_of_parent`, in kilobytes, says nothing of the child.
    pub(crate) fn of_child(usage: &libc::rusage, peak_of_parent: i64) -> Self {
        Self {
            user_time: microseconds(usage.ru_utime),
            system_time: microseconds(usage.ru_stime),
            max_rss: Some(usage.ru_maxrss).filter(|&peak| peak > peak_of_parent),
            rest: [
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
        }
    }

    /// In the order of the C struct; a peak that is not known is NaN.
    #[allow(clippy::cast_precision_loss)]
    pub fn numbers(&self) -> [f64; Self::COUNT] {
        let mut numbers = [0.0; Self::COUNT];
        numbers[0] = self.user_time as f64;
        numbers[1] = self.system_time as f64;
        numbers[2] = self.max_rss.map_or(f64::NAN, |peak| peak as f64);
        for (number, &count) in numbers[3..].iter_mut().zip(&self.rest) {
            *number = count as f64;
        }
        numbers
    }
}

/// The most memory that this program has had until now, in kilobytes.
pub(crate) fn own_peak() -> i64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: it writes one rusage; zeros are one, too, where it is refused.
    unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init().ru_maxrss
    }
}

fn microseconds(time: libc::timeval) -> i64 {
    time.tv_sec * 1_000_000 + time.tv_usec
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
    fn times_are_microseconds_and_the_last_number_is_that_of_the_struct() {
        let numbers = Usage::of_child(&with_peak(5), 4).numbers();
        assert_eq!((numbers[0], numbers[2], numbers[15]), (1_000_002.0, 5.0, 7.0));
    }

    #[test]
    fn a_peak_that_may_be_the_parents_is_not_known() {
        assert_eq!(Usage::of_child(&with_peak(5), 5).max_rss, None);
        assert!(Usage::of_child(&with_peak(5), 5).numbers()[2].is_nan());
        assert_eq!(Usage::of_child(&with_peak(6), 5).max_rss, Some(6));
    }

    #[test]
    fn this_program_has_a_peak() {
        assert!(own_peak() > 100);
    }
}

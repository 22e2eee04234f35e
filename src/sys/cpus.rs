//! How many processors this program may use at once: read from files, by no call that a sandbox might not know.

use std::fs::read_to_string;
use std::path::Path;

/// Where cgroup v2 is mounted, see cgroups(7).
const CGROUPS: &str = "/sys/fs/cgroup";

/// The processors that the calling thread may run on, and no more than the CPU quota of its cgroups allows. 1 where
/// that is not known.
pub fn usable_cpus() -> usize {
    let status = read_to_string("/proc/thread-self/status").unwrap_or_default();
    let allowed = allowed_cpus(&status).unwrap_or(1);
    let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
    let quota = group_path(&groups)
        .into_iter()
        .flat_map(|path| Path::new(path.trim_start_matches('/')).ancestors())
        .filter_map(|path| quota(&read_to_string(Path::new(CGROUPS).join(path).join("cpu.max")).ok()?))
        .min();
    allowed.min(quota.unwrap_or(usize::MAX))
}

/// Of /proc/PID/status, see proc_pid_status(5): `Cpus_allowed_list: 0-2,5`.
fn allowed_cpus(status: &str) -> Option<usize> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let count = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        Some((last + 1).saturating_sub(first))
    };
    list.trim().split(',').map(count).sum()
}

/// The path in cgroup v2, of /proc/PID/cgroup.
fn group_path(groups: &str) -> Option<&str> {
    groups.lines().find_map(|line| line.strip_prefix("0::"))
}

/// Whole processors of a cpu.max: `QUOTA PERIOD` in microseconds; nothing for `max`.
fn quota(cpu_max: &str) -> Option<usize> {
    let (quota, period) = cpu_max.trim().split_once(' ')?;
    quota.parse::<usize>().ok()?.checked_div(period.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_counted_by_ranges() {
        let status = "Name:\tnode\nCpus_allowed:\t27\nCpus_allowed_list:\t0-2,5\n";
        assert_eq!(allowed_cpus(status), Some(4));
        assert_eq!(allowed_cpus("Cpus_allowed_list:\t7\n"), Some(1));
        assert_eq!(allowed_cpus("Name:\tnode\n"), None);
    }

    #[test]
    fn a_quota_is_in_whole_processors() {
        assert_eq!(quota("max 100000\n"), None);
        assert_eq!(quota("150000 100000\n"), Some(1));
        assert_eq!(quota("50000 100000\n"), Some(0));
        assert_eq!(quota("400000 100000"), Some(4));
        assert_eq!(quota(""), None);
    }

    #[test]
    fn the_group_is_that_of_version_two() {
        assert_eq!(group_path("12:cpu:/old\n0::/a/b\n"), Some("/a/b"));
        assert_eq!(group_path("12:cpu:/old\n"), None);
    }

    #[test]
    fn this_thread_may_use_one_at_least() {
        assert!(usable_cpus() >= 1);
    }
}

//! How many processors this program may use at once. Read from files: the standard library asks by a call that a
//! sandbox may not know.

use std::fs::read_to_string;
use std::iter::successors;
use std::sync::OnceLock;

/// Where cgroups are mounted, see cgroups(7).
const CGROUPS: &str = "/sys/fs/cgroup";

/// The content of a file, if there is one.
type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The processors that this program may run on, but no more than the CPU quota of its cgroups allows. 0 where that is
/// less than one, or not known. The files are read once.
pub fn usable_cpus() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| count(&|path| read_to_string(path).ok()))
}

fn count(read: Read<'_>) -> usize {
    let status = read("/proc/thread-self/status").unwrap_or_default();
    let allowed = allowed_cpus(&status).unwrap_or(0);
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let quota = groups.lines().filter_map(|group| quota_of(group, read)).min();
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

/// The smallest quota of a group and of those it is in. `group` is a line of /proc/PID/cgroup: `ID:CONTROLLERS:PATH`,
/// with no controllers in cgroup v2.
fn quota_of(group: &str, read: Read<'_>) -> Option<usize> {
    let (controllers, path) = group.split_once(':')?.1.split_once(':')?;
    let mounts = match controllers {
        "" => [CGROUPS.to_owned(), format!("{CGROUPS}/unified")],
        _ if controllers.split(',').any(|controller| controller == "cpu") => {
            [format!("{CGROUPS}/{controllers}"), format!("{CGROUPS}/cpu")]
        }
        _ => return None,
    };
    // In a container the mount may begin at the container's own group, and then parts of the path are not there.
    let levels = || successors(Some(path.trim_end_matches('/')), |level| Some(level.rsplit_once('/')?.0));
    let folders = mounts.iter().flat_map(|mount| levels().map(move |level| format!("{mount}{level}")));
    folders.filter_map(|folder| quota_in(&folder, read)).min()
}

/// Whole processors of `cpu.max`: `QUOTA PERIOD` in microseconds, or of the two files that cgroup v1 has in its place.
/// Nothing where there is no quota: `max`, or -1.
fn quota_in(folder: &str, read: Read<'_>) -> Option<usize> {
    let read = |name: &str| read(&format!("{folder}/{name}"));
    let in_two = || Some(format!("{} {}", read("cpu.cfs_quota_us")?.trim(), read("cpu.cfs_period_us")?));
    let content = read("cpu.max").or_else(in_two)?;
    let (quota, period) = content.trim().split_once(' ')?;
    quota.parse::<usize>().ok()?.checked_div(period.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is counted on a machine with these files.
    fn count_with(files: &[(&str, &str)]) -> usize {
        count(&|path| {
            let file = files.iter().find(|(name, _)| *name == path);
            file.map(|(_, content)| (*content).to_owned())
        })
    }

    const EIGHT: (&str, &str) = ("/proc/thread-self/status", "Name:\tnode\nCpus_allowed_list:\t0-7\n");

    #[test]
    fn processors_are_counted_by_ranges() {
        let status = "Name:\tnode\nCpus_allowed:\t27\nCpus_allowed_list:\t0-2,5\n";
        assert_eq!(allowed_cpus(status), Some(4));
        assert_eq!(allowed_cpus("Cpus_allowed_list:\t7\n"), Some(1));
        assert_eq!(allowed_cpus("Name:\tnode\n"), None);
        assert_eq!(count_with(&[]), 0);
        assert_eq!(count_with(&[EIGHT]), 8);
    }

    #[test]
    fn a_quota_is_in_whole_processors() {
        for (content, expected) in [
            ("max 100000\n", 8),
            ("50000 100000\n", 0),
            ("150000 100000\n", 1),
            ("400000 100000", 4),
            ("1600000 100000", 8),
            ("100000 0\n", 8),
            ("", 8),
        ] {
            let group = ("/proc/self/cgroup", "0::/\n");
            let files = [EIGHT, group, ("/sys/fs/cgroup/cpu.max", content)];
            assert_eq!(count_with(&files), expected, "{content}");
        }
    }

    #[test]
    fn the_smallest_quota_of_all_levels_counts() {
        let group = ("/proc/self/cgroup", "0::/a/b\n");
        let of_leaf = ("/sys/fs/cgroup/a/b/cpu.max", "500000 100000\n");
        let of_parent = ("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
        let of_root = ("/sys/fs/cgroup/cpu.max", "200000 100000\n");
        assert_eq!(count_with(&[EIGHT, group, of_leaf]), 5);
        assert_eq!(count_with(&[EIGHT, group, of_leaf, of_parent]), 3);
        assert_eq!(count_with(&[EIGHT, group, of_leaf, of_parent, of_root]), 2);
    }

    #[test]
    fn cgroups_of_version_one_have_two_files() {
        let groups = ("/proc/self/cgroup", "5:memory:/a\n4:cpuset,cpu:/a\n1:name=systemd:/\n0::/\n");
        let quota = ("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "150000\n");
        let none = ("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
        let period = ("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "50000\n");
        assert_eq!(count_with(&[EIGHT, groups, quota, period]), 3);
        assert_eq!(count_with(&[EIGHT, groups, none, period]), 8);
        let of_both = ("/sys/fs/cgroup/cpuset,cpu/cpu.cfs_quota_us", "100000\n");
        let period = ("/sys/fs/cgroup/cpuset,cpu/cpu.cfs_period_us", "100000\n");
        assert_eq!(count_with(&[EIGHT, groups, of_both, period]), 1);
    }

    #[test]
    fn both_versions_can_be_there_at_once() {
        let groups = ("/proc/self/cgroup", "1:cpuset:/a\n0::/b\n");
        let quota = ("/sys/fs/cgroup/unified/b/cpu.max", "200000 100000\n");
        assert_eq!(count_with(&[EIGHT, groups, quota]), 2);
    }

    #[test]
    fn this_program_is_counted_the_same_each_time() {
        assert_eq!(usable_cpus(), usable_cpus());
    }
}

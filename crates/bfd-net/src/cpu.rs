//! How many CPUs this process may really use: affinity mask and control group quota.
//!
//! A quota (CFS bandwidth) stops all threads for the rest of a period once it is used up, which is
//! a false Down waiting to happen; callers warn about it. Read once at start, any thread.

use std::{
    fmt, fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::thread::sched_getaffinity;

/// CPUs this process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuCount {
    /// CPUs in the affinity mask, at least 1.
    pub affinity: NonZeroUsize,
    /// The tightest CPU quota of the control groups around the process; `None` if unlimited.
    pub quota: Option<CpuQuota>,
}

impl CpuCount {
    /// Whole CPUs that can be kept busy without being throttled, at least 1.
    #[must_use]
    pub fn usable(&self) -> NonZeroUsize {
        let limit = self.quota.map_or(usize::MAX, |quota| quota.whole_cpus());
        NonZeroUsize::new(limit).map_or(NonZeroUsize::MIN, |limit| limit.min(self.affinity))
    }
}

/// CPU time a control group may use per period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuQuota {
    /// CPU time allowed per period.
    pub runtime: Duration,
    /// Length of a period, never zero; 100 ms unless configured.
    pub period: Duration,
}

impl CpuQuota {
    fn new(runtime_us: u64, period_us: u64) -> Option<Self> {
        let (runtime, period) = (
            Duration::from_micros(runtime_us),
            Duration::from_micros(period_us),
        );
        (period_us > 0).then_some(Self { runtime, period })
    }

    fn whole_cpus(self) -> usize {
        usize::try_from(self.runtime.as_micros() / self.period.as_micros()).unwrap_or(usize::MAX)
    }

    fn cpus(self) -> f64 {
        self.runtime.as_secs_f64() / self.period.as_secs_f64()
    }
}

impl fmt::Display for CpuQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.2} CPUs ({:?} per {:?})",
            self.cpus(),
            self.runtime,
            self.period
        )
    }
}

/// Counts the CPUs of this process from its affinity mask and its control groups (v1 and v2).
///
/// What cannot be read counts as unlimited.
#[must_use]
pub fn cpu_count() -> CpuCount {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mask = sched_getaffinity(None).map_or(1, |set| set.count());
    let affinity = usize::try_from(mask).ok().and_then(NonZeroUsize::new);
    CpuCount {
        affinity: affinity.unwrap_or(NonZeroUsize::MIN),
        quota: tightest_quota(Path::new("/sys/fs/cgroup"), &groups),
    }
}

/// The tightest quota below `root`, for the memberships listed in `/proc/self/cgroup`.
fn tightest_quota(root: &Path, memberships: &str) -> Option<CpuQuota> {
    memberships
        .lines()
        .filter_map(|line| Hierarchy::of(root, line))
        .flat_map(|hierarchy| hierarchy.quotas())
        .min_by(|a, b| a.cpus().total_cmp(&b.cpus()))
}

/// One control group tree that can limit CPU time, and where in it this process lives.
struct Hierarchy {
    mount: PathBuf,
    group: PathBuf,
    read: fn(&Path) -> Option<CpuQuota>,
}

impl Hierarchy {
    /// Reads a line `id:controllers:path`; the unified tree (v2) lists no controllers.
    fn of(root: &Path, line: &str) -> Option<Self> {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let group = PathBuf::from(path.trim_start_matches('/'));
        if controllers.is_empty() {
            let unified = root.join("unified");
            let mount = if unified.is_dir() {
                unified
            } else {
                root.to_path_buf()
            };
            return Some(Self {
                mount,
                group,
                read: read_v2,
            });
        }
        let cpu = controllers.split(',').any(|controller| controller == "cpu");
        cpu.then(|| Self {
            mount: root.join(v1_mount(root, controllers)),
            group,
            read: read_v1,
        })
    }

    /// Quotas of the process's group and all groups around it.
    ///
    /// Inside a container the path may be the host's and missing here; then its lower ends are
    /// missing too and the mount itself, which is the container's group, still counts.
    fn quotas(self) -> impl Iterator<Item = CpuQuota> {
        let groups: Vec<_> = self
            .group
            .ancestors()
            .map(|group| self.mount.join(group))
            .collect();
        groups
            .into_iter()
            .filter_map(move |group| (self.read)(&group))
    }
}

/// The v1 controller is mounted under its own name or under all names of its line.
fn v1_mount<'a>(root: &Path, controllers: &'a str) -> &'a str {
    if root.join(controllers).is_dir() {
        controllers
    } else {
        "cpu"
    }
}

fn read_v2(group: &Path) -> Option<CpuQuota> {
    let text = fs::read_to_string(group.join("cpu.max")).ok()?;
    let (runtime, period) = text.trim().split_once(' ')?;
    CpuQuota::new(runtime.parse().ok()?, period.parse().ok()?)
}

fn read_v1(group: &Path) -> Option<CpuQuota> {
    let number = |file| {
        fs::read_to_string(group.join(file))
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    CpuQuota::new(number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
}

#[cfg(test)]
mod tests;

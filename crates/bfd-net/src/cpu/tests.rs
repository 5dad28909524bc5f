use tempfile::TempDir;

use super::*;

/// A control group file system of made-up files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().expect("a temporary directory");
    for (path, content) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("inside the root")).expect("writable");
        fs::write(path, content).expect("writable");
    }
    root
}

fn quota(files: &[(&str, &str)], memberships: &str) -> Option<(u64, u64)> {
    let quota = tightest_quota(tree(files).path(), memberships)?;
    let micros = |span: Duration| u64::try_from(span.as_micros()).expect("small");
    Some((micros(quota.runtime), micros(quota.period)))
}

#[test]
fn v2_takes_the_tightest_of_the_groups_around() {
    let files = [
        ("pods.slice/cpu.max", "400000 100000\n"),
        ("pods.slice/pod/cpu.max", "150000 100000\n"),
        ("pods.slice/pod/box/cpu.max", "max 100000\n"),
    ];
    assert_eq!(
        quota(&files, "0::/pods.slice/pod/box\n"),
        Some((150_000, 100_000))
    );
    assert_eq!(quota(&files, "0::/pods.slice\n"), Some((400_000, 100_000)));
}

#[test]
fn v2_in_a_container_reads_its_own_root() {
    let files = [("cpu.max", "50000 100000\n")];
    assert_eq!(quota(&files, "0::/\n"), Some((50_000, 100_000)));
    assert_eq!(
        quota(&files, "0::/path/of/the/host\n"),
        Some((50_000, 100_000))
    );
}

#[test]
fn v1_controller_under_either_name() {
    let memberships = "5:memory:/box\n4:cpu,cpuacct:/box\n";
    for mount in ["cpu", "cpu,cpuacct"] {
        let quota_file = format!("{mount}/box/cpu.cfs_quota_us");
        let period_file = format!("{mount}/box/cpu.cfs_period_us");
        let files = [
            (quota_file.as_str(), "250000\n"),
            (period_file.as_str(), "100000\n"),
        ];
        assert_eq!(quota(&files, memberships), Some((250_000, 100_000)));
    }
}

#[test]
fn v1_minus_one_is_unlimited() {
    let files = [
        ("cpu/cpu.cfs_quota_us", "-1\n"),
        ("cpu/cpu.cfs_period_us", "100000\n"),
    ];
    assert_eq!(quota(&files, "4:cpu,cpuacct:/\n"), None);
}

#[test]
fn hybrid_mode_reads_the_unified_mount() {
    let files = [("unified/box/cpu.max", "100000 100000\n")];
    assert_eq!(quota(&files, "0::/box\n"), Some((100_000, 100_000)));
}

#[test]
fn nonsense_counts_as_unlimited() {
    for content in ["", "max", "max 100000", "x y", "100000 0", "100000"] {
        assert_eq!(
            quota(&[("cpu.max", content)], "0::/\n"),
            None,
            "{content:?}"
        );
    }
    for memberships in ["", "0", "0:", "nonsense\n\n:::\n"] {
        assert_eq!(
            quota(&[("elsewhere/cpu.max", "1 1")], memberships),
            None,
            "{memberships:?}"
        );
    }
}

#[test]
fn usable_is_bounded_by_both_and_at_least_one() {
    let affinity = NonZeroUsize::new(8).expect("not zero");
    let usable = |runtime| {
        let quota = CpuQuota::new(runtime, 100_000);
        CpuCount { affinity, quota }.usable().get()
    };
    assert_eq!(
        CpuCount {
            affinity,
            quota: None
        }
        .usable(),
        affinity
    );
    assert_eq!(
        [50_000, 100_000, 350_000, 10_000_000].map(usable),
        [1, 1, 3, 8]
    );
}

#[test]
fn a_quota_reads_well() {
    let quota = CpuQuota::new(150_000, 100_000).expect("a period");
    assert_eq!(quota.to_string(), "1.50 CPUs (150ms per 100ms)");
}

#[test]
fn this_machine_has_a_cpu() {
    assert!(cpu_count().usable() <= cpu_count().affinity);
}

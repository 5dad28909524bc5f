//! What figures were taken on.

use std::fs;

/// Processors and kernel, in one line.
#[must_use]
pub fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map(|(_, value)| value.trim().to_owned())
    };
    let model = field("model name").unwrap_or_else(|| "unknown processor".to_owned());
    let count = info
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let guest = info.contains(" hypervisor");
    format!(
        "{count} x {model}{}, Linux {}",
        if guest { " (virtual machine)" } else { "" },
        release.split('-').next().unwrap_or_default().trim()
    )
}

//! Whether a daemon has the scheduler that it was asked for: it goes on without when it is refused.

use std::fs;

use anyhow::{Context, ensure};

use super::Scheduler;

impl Scheduler {
    /// The kernel's number of the policy.
    const fn policy(self) -> &'static str {
        match self {
            Self::Normal => "0",
            Self::Fifo => "1",
            Self::Deadline => "6",
        }
    }
}

/// Fails unless a thread of `pid` runs under this scheduler, and with `normal` all do.
pub(super) fn require(pid: u32, scheduler: Scheduler) -> anyhow::Result<()> {
    let mut policies = Vec::new();
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).context("gobfd has ended")?;
    for task in tasks {
        let stat = fs::read_to_string(task?.path().join("stat"))?;
        policies.push(policy(&stat).context("no policy in /proc")?.to_owned());
    }
    let wanted = |policy: &String| policy == scheduler.policy();
    let has = match scheduler {
        Scheduler::Normal => policies.iter().all(wanted),
        _ => policies.iter().any(wanted),
    };
    let name = scheduler.name();
    ensure!(
        has,
        "no thread of gobfd runs under '{name}': the system refused it"
    );
    Ok(())
}

/// Field 41 of a task's `stat`, counted from behind the name, which may contain anything.
fn policy(stat: &str) -> Option<&str> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(38)
}

#[cfg(test)]
mod tests {
    use super::{policy, require};
    use crate::stress::Scheduler;

    #[test]
    fn the_policy_is_field_41() {
        let fields: Vec<_> = (3..=52).map(|field| field.to_string()).collect();
        let stat = format!("1 (a) b) {}", fields.join(" "));
        assert_eq!(policy(&stat), Some("41"));
        assert_eq!(policy("1 (a) S"), None);
    }

    #[test]
    fn this_process_is_a_normal_one() {
        let pid = std::process::id();
        assert!(require(pid, Scheduler::Normal).is_ok());
        let refused = require(pid, Scheduler::Deadline).unwrap_err().to_string();
        assert!(refused.contains("'deadline'"), "{refused}");
    }
}

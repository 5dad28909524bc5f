//! A thousand backends in one process.

use bfd_api::v1::SessionState;
use bfd_testbed::{Result, eventually};

use crate::support::{DOWN, Host, UP};

const COUNT: usize = 1_000;

#[test]
fn a_thousand_backends_are_asked_and_pushed() -> Result<()> {
    let mut host = Host::new(COUNT)?;
    let agent = host.agent(&host.config("", true))?;
    let haproxy = host.haproxy("2s")?;
    let (up, down) = (vec![UP; COUNT], vec![DOWN; COUNT]);
    haproxy.wait(&up)?;
    for server in 0..COUNT {
        host.daemon.set(server, SessionState::Down);
    }
    haproxy.wait(&down)?;
    for server in 0..COUNT {
        host.daemon.set(server, SessionState::Up);
    }
    haproxy.wait(&up)?;
    eventually("every backend to be asked", || {
        let (_, page) = host.page("/metrics").map_err(|error| error.to_string())?;
        let answered = |line: &&str| {
            line.starts_with("gobfd_haproxy_agent_checks_total{")
                && line.contains("result=\"answered\"")
                && !line.ends_with(" 0")
        };
        let count = page.lines().filter(answered).count();
        (count == COUNT).then_some(()).ok_or(format!("{count}"))
    })?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.pid()));
    let status = status.expect("a running process");
    let memory = status.lines().find(|line| line.starts_with("VmRSS"));
    println!("1000 backends: {}", memory.unwrap_or_default());
    Ok(())
}

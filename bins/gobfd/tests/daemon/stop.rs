//! SIGTERM and SIGINT.

use std::time::{Duration, Instant};

use bfd_testbed::{Result, Signal};

use crate::support::{Daemon, Pair, config, lonely};

#[test]
fn a_stop_tells_the_peers() -> Result<()> {
    for signal in [Signal::TERM, Signal::INT] {
        let pair = Pair::new()?;
        let mut left = Daemon::start(&pair.left, &config(&["10.0.0.2", "fd00::2"]))?;
        let right = Daemon::start(&pair.right, &config(&["10.0.0.1", "fd00::1"]))?;
        for peer in ["10.0.0.1", "fd00::1"] {
            right.wait(peer, "UP")?;
        }
        let begin = Instant::now();
        left.process.signal(signal)?;
        let status = left.process.wait(Duration::from_secs(10))?;
        assert!(status.success(), "{status}\n{}", left.process.log());
        assert!(
            begin.elapsed() < Duration::from_secs(4),
            "{:?}",
            begin.elapsed()
        );
        for peer in ["10.0.0.1", "fd00::1"] {
            let session = right.wait(peer, "DOWN")?;
            assert_eq!(
                session["lastDown"]["verdict"], "peer-admin-down",
                "{session}"
            );
            assert_eq!(session["remoteState"], "SESSION_STATE_ADMIN_DOWN");
        }
        let stopped = left.logged("gobfd stopped");
        assert_eq!(stopped.len(), 1, "{}", left.process.log());
    }
    Ok(())
}

#[test]
fn a_stop_is_prompt_although_all_peers_are_dead() -> Result<()> {
    let (_topology, host) = lonely()?;
    let peers: Vec<String> = (2..=50).map(|host| format!("10.0.0.{host}")).collect();
    let peers: Vec<&str> = peers.iter().map(String::as_str).collect();
    let mut daemon = Daemon::start(&host, &config(&peers))?;
    let begin = Instant::now();
    assert!(daemon.process.terminate(Duration::from_secs(10))?.success());
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
    Ok(())
}

/// Peers that would need minutes to notice are told for two seconds, and no longer.
#[test]
fn a_stop_waits_two_seconds_for_slow_peers() -> Result<()> {
    let pair = Pair::new()?;
    let slow = |peer: &str| format!("sessions: [{{peer: {peer}, detect_mult: 50}}]\n");
    let mut left = Daemon::start(&pair.left, &slow("10.0.0.2"))?;
    let right = Daemon::start(&pair.right, &slow("10.0.0.1"))?;
    left.wait("10.0.0.2", "UP")?;
    let sent = |daemon: &Daemon| {
        let session = daemon.session("10.0.0.1");
        let count = session["counters"]["packetsReceived"].as_str();
        count
            .and_then(|count| count.parse::<u64>().ok())
            .expect("a count")
    };
    let before = sent(&right);
    let begin = Instant::now();
    assert!(left.process.terminate(Duration::from_secs(20))?.success());
    let took = begin.elapsed();
    let bounds = Duration::from_secs(2)..Duration::from_secs(6);
    assert!(bounds.contains(&took), "{took:?}");
    let down = right.wait("10.0.0.1", "DOWN")?;
    assert_eq!(down["lastDown"]["verdict"], "peer-admin-down", "{down}");
    // At once, and then at the slow rate.
    assert!(sent(&right) >= before + 2, "{down}");
    Ok(())
}

#[test]
fn a_second_signal_ends_it_at_once() -> Result<()> {
    let pair = Pair::new()?;
    // Slow peers: the farewell would take its full two seconds.
    let slow = |peer: &str| format!("sessions: [{{peer: {peer}, detect_mult: 50}}]\n");
    let mut left = Daemon::start(&pair.left, &slow("10.0.0.2"))?;
    let right = Daemon::start(&pair.right, &slow("10.0.0.1"))?;
    left.wait("10.0.0.2", "UP")?;
    left.process.signal(Signal::TERM)?;
    right.wait("10.0.0.1", "DOWN")?;
    let begin = Instant::now();
    left.process.signal(Signal::TERM)?;
    let status = left.process.wait(Duration::from_secs(10))?;
    assert_eq!(status.code(), Some(3), "{status}\n{}", left.process.log());
    assert!(
        begin.elapsed() < Duration::from_secs(1),
        "{:?}",
        begin.elapsed()
    );
    Ok(())
}

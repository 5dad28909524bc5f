//! Thousands of sessions, listed and scraped while they run.

use std::time::{Duration, Instant};

use bfd_testbed::{Result, within};
use serde_json::json;

use crate::support::{Daemon, Pair};

const COUNT: usize = 5_000;
/// Packets as in a real network, patience for a debug build that shares its cores with other tests.
const TIMERS: &str = "bfd: {default_desired_min_tx: 300ms, default_required_min_rx: 300ms, \
                      default_detect_multiplier: 10}\n";

fn addresses(side: u8) -> impl Iterator<Item = String> {
    (0..COUNT).map(move |number| format!("10.{side}.{}.{}", number / 250, number % 250 + 1))
}

fn sessions(ours: u8, theirs: u8) -> String {
    let mut text = format!("{TIMERS}log: {{level: warn}}\nsessions:\n");
    for (local, peer) in addresses(ours).zip(addresses(theirs)) {
        text.push_str(&format!(
            "  - {{peer: {peer}, local: {local}, type: multi_hop}}\n"
        ));
    }
    text
}

/// Sum of a family on the metrics page.
fn sum(page: &str, family: &str, label: &str) -> u64 {
    let lines = page
        .lines()
        .filter(|line| line.starts_with(family) && line.contains(label));
    let value = |line: &str| {
        line.rsplit(' ')
            .next()
            .and_then(|text| text.parse::<u64>().ok())
    };
    lines.filter_map(value).sum()
}

/// Why sessions went down, as the daemon sees it.
fn causes(page: &str) -> String {
    let lines = page.lines();
    let downs = lines.filter(|line| line.starts_with("gobfd_bfd_downs_total{"));
    let some = downs.filter(|line| !line.ends_with(" 0"));
    some.collect::<Vec<_>>().join("\n")
}

fn up(daemon: &Daemon) -> usize {
    let (_, page) = daemon.get("/metrics");
    let states = page
        .lines()
        .filter(|line| line.starts_with("gobfd_bfd_session_state{"));
    states.filter(|line| line.ends_with(" 3")).count()
}

#[test]
fn readers_do_not_disturb_five_thousand_sessions() -> Result<()> {
    let pair = Pair::new()?;
    for (namespace, side, other, via) in [
        (&pair.left, 1, 2, "10.0.0.2"),
        (&pair.right, 2, 1, "10.0.0.1"),
    ] {
        // One prefix on loopback makes all of its addresses local.
        namespace.ip(&["addr", "add", &format!("10.{side}.0.1/16"), "dev", "lo"])?;
        namespace.add_route(&format!("10.{other}.0.0/16"), via)?;
    }
    let left = Daemon::start(&pair.left, &sessions(1, 2))?;
    let right = Daemon::start(&pair.right, &sessions(2, 1))?;
    within(Duration::from_secs(120), "all sessions to be Up", || {
        let up = (up(&left), up(&right));
        (up == (COUNT, COUNT))
            .then_some(())
            .ok_or(format!("{up:?} are Up"))
    })?;

    let begin = Instant::now();
    let (mut scrapes, mut lists) = (0, 0);
    while begin.elapsed() < Duration::from_secs(15) {
        let (status, page) = left.get("/metrics");
        assert_eq!(status, 200);
        assert_eq!(sum(&page, "gobfd_bfd_sessions{", ""), COUNT as u64);
        scrapes += 1;
        let mut token = String::new();
        let mut listed = 0;
        loop {
            let request = json!({ "pageSize": 1000, "pageToken": token });
            let (status, page) = left.call("ListSessions", &request);
            assert_eq!(status, 200, "{page}");
            listed += page["sessions"].as_array().map_or(0, Vec::len);
            match page["nextPageToken"].as_str() {
                Some(next) => token = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(listed, COUNT);
        lists += 1;
    }
    println!(
        "{scrapes} scrapes and {lists} lists in {:?}",
        begin.elapsed()
    );
    for daemon in [&left, &right] {
        let (_, page) = daemon.get("/metrics");
        let flaps = sum(&page, "gobfd_bfd_session_flaps_total{", "");
        assert_eq!(flaps, 0, "flaps, by cause:\n{}", causes(&page));
        assert_eq!(up(daemon), COUNT);
    }
    // All at once does not fit, and says what to do.
    let (status, answer) = left.call("ListSessions", &json!({}));
    assert!(
        status == 200 || answer["message"].to_string().contains("page_size"),
        "{answer}"
    );
    Ok(())
}

//! Two hundred sessions with FRR at once: all up, none flaps, all notice a dead link, all recover.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use bfd_testbed::wire::{Ours, judge};
use bfd_testbed::{
    Capture, Frr, Gobfd, Result, Router, Session, State, Topology, mirrored, within,
};

const COUNT: u8 = 200;
const LIMIT: Duration = Duration::from_secs(90);

#[test]
fn two_hundred_at_once() -> Result<()> {
    let topology = Topology::new()?;
    let (us, them) = (topology.namespace("us")?, topology.namespace("them")?);
    let link = topology.link((&us, "eth0"), (&them, "eth0"))?;
    let sessions: Vec<Session> = (1..=COUNT).map(session).collect();
    add_addresses(&us, sessions.iter().map(|session| session.local))?;
    add_addresses(&them, sessions.iter().map(|session| session.peer))?;

    let capture = Capture::start(&link.left)?;
    let ours = Gobfd::start(&us, &sessions)?;
    let frr = Frr::start(&them, &mirrored(&sessions))?;
    all(&ours, &frr, State::Up)?;
    let steady = Instant::now();
    let sent = |frames: &[bfd_testbed::Frame]| frames.len();
    let begin = sent(&capture.frames()?);
    // Each side sends about four packets per session and second.
    capture.wait_for("some seconds of traffic", |frames| {
        let seen = sent(frames) - begin;
        (seen > 200 * 2 * 15)
            .then_some(())
            .ok_or(format!("{seen} packets"))
    })?;
    println!("steady for {:?}", steady.elapsed());
    assert_eq!(downs(&ours), 0, "no flap");
    let recording = capture.stop()?;
    let addresses = sessions.iter().map(|session| session.local);
    let report = judge(&recording, &Ours::new(addresses));
    println!("{report}");
    report.assert_clean();
    assert_eq!(report.sessions.len(), usize::from(COUNT));

    link.cut()?;
    all(&ours, &frr, State::Down)?;
    let rows = ours.sessions()?;
    assert!(
        rows.iter().all(|row| row.verdict() == "peer-silent"),
        "{rows:?}"
    );
    link.heal()?;
    all(&ours, &frr, State::Up)
}

fn session(number: u8) -> Session {
    let address = |net| IpAddr::V4(Ipv4Addr::new(10, 9, net, number));
    Session::single_hop(address(1), address(2), "eth0").timed(300, 300, 3)
}

fn add_addresses(
    namespace: &bfd_testbed::Namespace,
    addresses: impl Iterator<Item = IpAddr>,
) -> Result<()> {
    let mut batch = String::new();
    for address in addresses {
        let _ = writeln!(batch, "address add {address}/16 dev eth0");
    }
    let file = namespace.folder().join("addresses");
    std::fs::write(&file, batch).expect("a file in our own folder");
    namespace
        .ip(&["-batch", &file.display().to_string()])
        .map(drop)
}

fn all(ours: &Gobfd, frr: &Frr, state: State) -> Result<()> {
    within(LIMIT, &format!("all of ours {state:?}"), || {
        let rows = ours.sessions().map_err(|error| error.to_string())?;
        let count = rows.iter().filter(|row| row.state() == Some(state)).count();
        (count == usize::from(COUNT))
            .then_some(())
            .ok_or(format!("{count}"))
    })?;
    within(LIMIT, &format!("all of theirs {state:?}"), || {
        let peers = frr.peers().map_err(|error| error.to_string())?;
        let states = peers
            .iter()
            .filter_map(|peer| State::from_text(peer["status"].as_str()?));
        let count = states.filter(|seen| *seen == state).count();
        (count == usize::from(COUNT))
            .then_some(())
            .ok_or(format!("{count}"))
    })
}

fn downs(gobfd: &Gobfd) -> usize {
    let changes = gobfd.logged("session state changed");
    changes
        .iter()
        .filter(|entry| entry["new_state"] == "Down")
        .count()
}

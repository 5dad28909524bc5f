//! The testbed itself, proven with two foreign daemons: what it reports is real, and nothing is left over.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bfd_testbed::wire::{Ours, check};
use bfd_testbed::{
    Bird, Capture, Frr, Process, Recording, Result, Router, Session, State, Topology, on_link,
};

const FRR_ADDRESS: [&str; 2] = ["10.0.0.1", "fd00::1"];
const BIRD_ADDRESS: [&str; 2] = ["10.0.0.2", "fd00::2"];

#[test]
fn frr_and_bird_come_up_fail_and_recover() -> Result<()> {
    let topology = Topology::new()?;
    let (frr_room, bird_room) = (topology.namespace("frr")?, topology.namespace("bird")?);
    let link = topology.link((&frr_room, "eth0"), (&bird_room, "eth0"))?;
    let mut sessions = Vec::new();
    for (ours, theirs) in FRR_ADDRESS.iter().zip(BIRD_ADDRESS) {
        let (local, peer) = (ours.parse().unwrap(), theirs.parse().unwrap());
        link.left.add_address(&on_link(local))?;
        link.right.add_address(&on_link(peer))?;
        sessions.push(Session::single_hop(local, peer, "eth0"));
    }
    let capture = Capture::start(&link.left)?;
    let frr = Frr::start(&frr_room, &sessions)?;
    let mirrored: Vec<Session> = sessions.iter().map(Session::mirrored).collect();
    let bird = Bird::start(&bird_room, &mirrored)?;

    both(&frr, &bird, &sessions, State::Up)?;
    let early = capture.frames()?;
    link.cut()?;
    both(&frr, &bird, &sessions, State::Down)?;
    let later = capture.frames()?;
    link.heal()?;
    both(&frr, &bird, &sessions, State::Up)?;

    let recording = capture.stop()?;
    let (frames, noise) = (recording.frames, recording.noise);
    assert!(early.len() < later.len() && later.len() < frames.len());
    let whole = Recording::read(&frr_room.folder().join("capture-eth0.pcapng"), noise)?;
    assert!(frames == whole.frames, "read in portions as read at once");
    assert!(
        frames.iter().all(|frame| frame.control.is_some()),
        "all are decoded"
    );
    let ours = Ours::new(sessions.iter().map(|session| session.local));
    let report = check(&frames, &ours);
    println!("{report}");
    assert_eq!(report.sessions.len(), 2, "FRR keeps its discriminators");
    assert!(report.checked > 5, "{report}");
    Ok(())
}

fn both(frr: &Frr, bird: &Bird, sessions: &[Session], state: State) -> Result<()> {
    for session in sessions {
        frr.wait_for(session.peer, state)?;
        bird.wait_for(session.local, state)?;
    }
    Ok(())
}

#[test]
fn a_crashed_router_is_noticed_and_comes_back() -> Result<()> {
    let topology = Topology::new()?;
    let (frr_room, bird_room) = (topology.namespace("frr")?, topology.namespace("bird")?);
    let link = topology.link((&frr_room, "eth0"), (&bird_room, "eth0"))?;
    let (local, peer) = (
        FRR_ADDRESS[0].parse().unwrap(),
        BIRD_ADDRESS[0].parse().unwrap(),
    );
    link.left.add_address(&on_link(local))?;
    link.right.add_address(&on_link(peer))?;
    let sessions = [Session::single_hop(local, peer, "eth0")];
    let mut frr = Frr::start(&frr_room, &sessions)?;
    let mut bird = Bird::start(&bird_room, &[sessions[0].mirrored()])?;
    both(&frr, &bird, &sessions, State::Up)?;

    bird.crash();
    frr.wait_for(peer, State::Down)?;
    bird.restart()?;
    both(&frr, &bird, &sessions, State::Up)?;
    frr.crash();
    bird.wait_for(local, State::Down)?;
    frr.restart()?;
    both(&frr, &bird, &sessions, State::Up)
}

#[test]
fn nothing_is_left_behind() -> Result<()> {
    let topology = Topology::new()?;
    let room = topology.namespace("left")?;
    let (name, folder) = (room.name().to_owned(), topology.folder().to_owned());
    let sleeper = Process::start(&room, "sleep", Path::new("sleep"), &["600"], room.folder())?;
    let pid = sleeper.pid();
    assert!(namespaces().contains(&name));

    drop((sleeper, room, topology));

    assert!(!namespaces().contains(&name));
    assert!(!folder.exists());
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    Ok(())
}

#[test]
fn a_process_ends_when_asked() -> Result<()> {
    let topology = Topology::new()?;
    let room = topology.namespace("ask")?;
    let mut sleeper = Process::start(&room, "sleep", Path::new("sleep"), &["600"], room.folder())?;
    let status = sleeper.terminate(Duration::from_secs(10))?;
    assert!(!status.success(), "ended by a signal");
    Ok(())
}

#[test]
fn what_a_killed_run_left_is_swept() -> Result<()> {
    // No process has this pid: it is above the largest that Linux gives.
    let stale = format!("gobfdtest-{}-0-stale", 4_194_305);
    let status = Command::new("ip").args(["netns", "add", &stale]).status();
    assert!(status.is_ok_and(|status| status.success()));
    let folder = std::env::temp_dir().join(&stale);
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    // The sweep runs once per process, so it takes another one.
    let sweeper = Command::new(env!("CARGO_BIN_EXE_gobfd-demo"))
        .arg("--sweep")
        .status();
    assert!(sweeper.is_ok_and(|status| status.success()));
    assert!(!namespaces().contains(&stale));
    assert!(!folder.exists());
    Ok(())
}

fn namespaces() -> String {
    let output = Command::new("ip").args(["netns", "list"]).output();
    String::from_utf8_lossy(&output.map(|output| output.stdout).unwrap_or_default()).into_owned()
}

//! The scenes, in order.
//!
//! Times of gobfd are its own: from the kernel's stamp of the last packet that arrived to the decision.
//! Times of FRR, which keeps no such record, are from the last packet in a capture at its end to the
//! line in its log.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bfd_testbed::{
    Capture, Change, Error, Frr, Gobfd, Link, Namespace, Result, Router, Session, State, Topology,
    on_link,
};

use crate::screen::{Screen, ms};

const WEST: [&str; 2] = ["10.0.0.1", "fd00::1"];
const EAST: [&str; 2] = ["10.0.0.2", "fd00::2"];
const FAMILY: [&str; 2] = ["IPv4", "IPv6"];
/// 50 ms × 3 on all sides.
const DETECTION: Duration = Duration::from_millis(150);

pub(crate) fn play() -> Result<()> {
    let mut screen = Screen::new();
    let topology = Topology::new()?;
    let (west, east) = (topology.namespace("west")?, topology.namespace("east")?);
    let link = topology.link((&west, "eth0"), (&east, "eth0"))?;
    introduce(&screen);
    let pair = Pair::start(&mut screen, &west, &east, &link)?;
    pair.cut_and_heal(&mut screen, &link)?;
    let south = topology.namespace("south")?;
    with_frr(&mut screen, &topology, &pair.east, &east, &south)?;
    good_bye(&screen);
    Ok(())
}

fn introduce(screen: &Screen) {
    screen.title("GoBFD: who notices first that a link is dead?");
    screen.say("");
    screen.say("west (gobfd) ──── eth0 ──── east (gobfd) ──── eth1 ──── south (FRR)");
    screen.say("");
    screen.note("Three network namespaces of this machine, joined by veth pairs.");
    screen.note("Every session sends each 50 ms and takes a third missing packet for a failure:");
    screen.note("in theory, a dead path is noticed 150 ms after the last packet that arrived.");
}

/// Both daemons with a session over each family.
struct Pair {
    west: Gobfd,
    east: Gobfd,
    sessions: Vec<Session>,
}

impl Pair {
    fn start(screen: &mut Screen, west: &Namespace, east: &Namespace, link: &Link) -> Result<Self> {
        screen.chapter("Two daemons start, their sessions come up");
        let sessions = sessions(link, "eth0", WEST, EAST)?;
        let mirrored: Vec<Session> = sessions.iter().map(Session::mirrored).collect();
        let begin = SystemTime::now();
        let pair = Self {
            west: Gobfd::start(west, &sessions)?,
            east: Gobfd::start(east, &mirrored)?,
            sessions,
        };
        for (name, family, gobfd, peer) in pair.ends() {
            let change = gobfd.wait_change(peer, State::Up, begin)?;
            screen.state(name, family, "Up", format!("with {}", change.peer));
        }
        Ok(pair)
    }

    fn cut_and_heal(&self, screen: &mut Screen, link: &Link) -> Result<()> {
        screen.chapter("The link dies in silence: every packet is dropped, the carrier stays");
        let before = SystemTime::now();
        let cut = link.cut()?;
        for (name, family, gobfd, peer) in self.ends() {
            let change = gobfd.wait_change(peer, State::Down, before)?;
            screen.state(name, family, "Down", noticed(&change)?);
        }
        let carrier = link.left.namespace().ip(&["link", "show", "eth0"])?;
        let carrier = if carrier.contains("LOWER_UP") {
            "has carrier"
        } else {
            "has no carrier"
        };
        screen.note(format!("Meanwhile the kernel says of eth0: {carrier}."));
        screen.note(format!(
            "First noticed {} after the cut.",
            self.first(State::Down, cut)
        ));

        screen.chapter("The link works again");
        let healed = link.heal()?;
        for (name, family, gobfd, peer) in self.ends() {
            let change = gobfd.wait_change(peer, State::Up, healed)?;
            screen.state(
                name,
                family,
                "Up",
                format!("{} later", since(healed, change.time)),
            );
        }
        screen.note("While down, both ends only knock about once a second (RFC 5880 §6.8.3).");
        Ok(())
    }

    /// Each end of each session: where, over what, whose daemon, and its peer.
    fn ends(&self) -> impl Iterator<Item = (&'static str, &'static str, &Gobfd, IpAddr)> {
        self.sessions
            .iter()
            .zip(FAMILY)
            .flat_map(|(session, family)| {
                [
                    ("west", family, &self.west, session.peer),
                    ("east", family, &self.east, session.local),
                ]
            })
    }

    fn first(&self, state: State, since_when: SystemTime) -> String {
        let changes = [&self.west, &self.east].map(Gobfd::changes).concat();
        let times = changes.iter().filter(|change| change.to == state);
        let first = times.map(|change| change.time).min();
        first.map_or_else(String::new, |time| since(since_when, time))
    }
}

fn with_frr(
    screen: &mut Screen,
    topology: &Topology,
    gobfd: &Gobfd,
    east: &Namespace,
    south: &Namespace,
) -> Result<()> {
    let link = topology.link((east, "eth1"), (south, "eth0"))?;
    let session = sessions(
        &link,
        "eth1",
        ["10.0.1.1", "fd00:1::1"],
        ["10.0.1.2", "fd00:1::2"],
    )?;
    let session = &session[0];
    let mut theirs = session.mirrored();
    theirs.interface = Some("eth0".into());
    let capture = Capture::start(&link.right)?;
    let frr = Frr::start(south, &[theirs])?;
    screen.chapter(&format!(
        "A router nobody here wrote joins: FRR {}",
        frr.version()?
    ));
    let begin = SystemTime::now();
    add_session(gobfd, session)?;
    gobfd.wait_change(session.peer, State::Up, begin)?;
    frr.wait_for(session.local, State::Up)?;
    screen.state(
        "east",
        "IPv4",
        "Up",
        "added while running, by `gobfdctl session add`",
    );
    screen.state("south", "IPv4", "Up", "says FRR");

    screen.chapter("The same silence on this link");
    let before = SystemTime::now();
    link.cut()?;
    let change = gobfd.wait_change(session.peer, State::Down, before)?;
    screen.state("east", "IPv4", "Down", noticed(&change)?);
    let noticed = frr.wait_change(session.local, State::Down, before)?;
    let last = last_arrival(capture, session.local)?;
    let gap = noticed.duration_since(last).unwrap_or_default();
    let comment = format!("after {} of silence, says FRR", ms(gap));
    screen.state("south", "IPv4", "Down", comment);
    let healed = link.heal()?;
    let change = gobfd.wait_change(session.peer, State::Up, healed)?;
    frr.wait_for(session.local, State::Up)?;
    screen.state(
        "east",
        "IPv4",
        "Up",
        format!("{} after the repair", since(healed, change.time)),
    );
    screen.state("south", "IPv4", "Up", "says FRR");

    screen.chapter("What an operator sees: gobfdctl session list");
    for line in gobfd.ctl(&["session", "list"])?.lines() {
        screen.say(line);
    }
    Ok(())
}

fn sessions(
    link: &Link,
    interface: &str,
    ours: [&str; 2],
    theirs: [&str; 2],
) -> Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for (ours, theirs) in ours.iter().zip(theirs) {
        let (local, peer) = (address(ours)?, address(theirs)?);
        link.left.add_address(&on_link(local))?;
        link.right.add_address(&on_link(peer))?;
        sessions.push(Session::single_hop(local, peer, interface).timed(50, 50, 3));
    }
    Ok(sessions)
}

fn add_session(gobfd: &Gobfd, session: &Session) -> Result<()> {
    let (peer, local) = (session.peer.to_string(), session.local.to_string());
    let interface = session.interface.as_deref().unwrap_or_default();
    #[rustfmt::skip]
    gobfd.ctl(&["session", "add", "--peer", &peer, "--local", &local, "--interface", interface,
                "--tx-interval", "50ms", "--rx-interval", "50ms", "--detect-mult", "3"])?;
    Ok(())
}

fn noticed(change: &Change) -> Result<String> {
    let (Some(gap), Some(limit), Some(verdict)) = (change.gap, change.limit, &change.verdict)
    else {
        return Err(Error::Decode {
            what: "the daemon's record of a failure".into(),
            text: format!("{change:?}"),
        });
    };
    Ok(format!(
        "after {} of silence (limit {}): {verdict}",
        ms(gap),
        ms(limit)
    ))
}

/// Ends the recording, which completes it, and finds the last packet that came before the silence.
fn last_arrival(capture: Capture, source: IpAddr) -> Result<SystemTime> {
    let frames = capture.stop()?.frames;
    let mut frames = frames.iter().rev().filter(|frame| frame.source == source);
    let last = frames
        .find(|frame| is_up(frame))
        .ok_or_else(|| Error::Decode {
            what: "the capture at FRR's end".into(),
            text: format!("nothing from {source} in it"),
        })?;
    Ok(UNIX_EPOCH + last.at)
}

fn is_up(frame: &bfd_testbed::Frame) -> bool {
    frame
        .control
        .is_some_and(|control| control.state == State::Up)
}

fn since(from: SystemTime, to: SystemTime) -> String {
    ms(to.duration_since(from).unwrap_or_default())
}

fn address(text: &str) -> Result<IpAddr> {
    text.parse().map_err(|_| Error::Decode {
        what: "an address".into(),
        text: text.to_owned(),
    })
}

fn good_bye(screen: &Screen) {
    screen.say("");
    screen.note(format!(
        "Times of gobfd: from the kernel's stamp of the last packet to the decision; limit {}.",
        ms(DETECTION)
    ));
    screen
        .note("Times of FRR: from the last packet in a capture at its end to the line in its log.");
    screen.say("");
    screen.title("Next");
    screen.say("make test                       the whole proof, with FRR and BIRD");
    screen.say("target/debug/gobfd --config F   your own sessions: docs/en/03-configuration.md");
    screen.say("target/debug/gobfdctl explain P why a session is not Up: docs/en/04-cli.md");
}

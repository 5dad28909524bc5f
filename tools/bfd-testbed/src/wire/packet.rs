//! Rules about one packet, and about what two sides said to each other; no timing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Said, Violation};
use crate::{Control, Frame, State};

const SLOWEST: u32 = 1_000_000;
const PLAIN_LENGTH: u8 = 24;
const CS6: u8 = 48;

/// The rules that one packet can break by itself.
pub(super) fn check(frame: &Frame) -> Vec<Violation> {
    let mut found = envelope(frame);
    match &frame.control {
        Some(control) => found.extend(content(frame, control)),
        None => found.push(violation(
            frame,
            "a control packet (RFC 5880 §4.1)",
            "not readable",
        )),
    }
    found
}

fn envelope(frame: &Frame) -> Vec<Violation> {
    let rules = [
        (
            frame.ttl == 255,
            "TTL 255 (RFC 5881 §5)",
            u32::from(frame.ttl),
        ),
        (
            frame.dscp == CS6,
            "class selector 6 (RFC 5880 §7)",
            frame.dscp.into(),
        ),
        (
            [3784, 4784].contains(&frame.destination_port),
            "destination port 3784 or 4784 (RFC 5881 §4, RFC 5883 §5)",
            frame.destination_port.into(),
        ),
        (
            frame.source_port >= 49152,
            "source port 49152..65535 (RFC 5881 §4)",
            frame.source_port.into(),
        ),
        (frame.checksums_good, "good checksums (RFC 768, RFC 791)", 0),
    ];
    broken(frame, rules)
}

fn content(frame: &Frame, control: &Control) -> Vec<Violation> {
    let is_up = control.state == State::Up;
    let knows_peer = matches!(control.state, State::Init | State::Up);
    let payload = frame.payload.len();
    #[rustfmt::skip]
    let rules = [
        (control.version == 1, "version 1 (RFC 5880 §4.1)", control.version.into()),
        (control.diagnostic <= 8, "an assigned diagnostic (RFC 5880 §4.1)", control.diagnostic.into()),
        (control.length == PLAIN_LENGTH, "Length 24 (RFC 5880 §6.8.7)", control.length.into()),
        (payload >= usize::from(control.length), "payload holds Length (RFC 5880 §6.8.6)", u32::try_from(payload).unwrap_or(0)),
        (frame.payload.iter().skip(usize::from(control.length)).all(|octet| *octet == 0), "padding of zeros (RFC 9764 §3)", 0),
        (!(control.poll && control.final_), "P and F never together (RFC 5880 §6.5)", 0),
        (!control.multipoint, "M clear (RFC 5880 §4.1)", 0),
        (!control.demand, "D clear in asynchronous mode (RFC 5880 §6.6)", 0),
        (!control.authenticated, "A clear without authentication (RFC 5880 §6.8.7)", 0),
        (control.multiplier > 0, "a detection multiplier (RFC 5880 §6.8.1)", 0),
        (control.mine != 0, "My Discriminator not zero (RFC 5880 §4.1)", 0),
        (!knows_peer || control.yours != 0, "no Init or Up without Your Discriminator (RFC 5880 §6.8.6)", 0),
        (control.desired_tx != 0, "Desired Min TX not zero (RFC 5880 §4.1)", 0),
        (is_up || control.desired_tx >= SLOWEST, "Desired Min TX at least 1 s while not Up (RFC 5880 §6.8.3)", control.desired_tx),
        (control.required_echo_rx == 0, "no echo offered (RFC 5880 §6.8.7)", control.required_echo_rx),
    ];
    broken(frame, rules)
}

/// One source port per session, for its life, and of no other session (RFC 5881 §4).
pub(super) fn check_ports(streams: &BTreeMap<u32, Vec<Said<'_>>>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut owners = BTreeMap::new();
    for (session, stream) in streams {
        let mut port = None;
        for said in stream.iter().filter(|said| said.ours) {
            let seen = said.frame.source_port;
            if *port.get_or_insert(seen) != seen {
                let rule = "one source port for the session's life (RFC 5881 §4)";
                found.push(violation(said.frame, rule, seen));
            }
        }
        let first = stream.iter().find(|said| said.ours);
        if let (Some(port), Some(first)) = (port, first)
            && owners.insert(port, session).is_some()
        {
            let rule = "a source port of its own (RFC 5881 §4)";
            found.push(violation(first.frame, rule, port));
        }
    }
    found
}

/// Discriminators follow what was heard; F only answers a P, one for one.
pub(super) fn check_dialogue(stream: &[Said<'_>]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut heard = BTreeSet::from([0]);
    // A recording may begin in the middle of a session.
    let first = stream.iter().find(|said| said.ours);
    heard.extend(first.map(|said| said.control.yours));
    let (mut asked, mut answered) = (0_usize, 0_usize);
    for Said {
        ours,
        frame,
        control,
    } in stream
    {
        if !*ours {
            heard.insert(control.mine);
            asked += usize::from(control.poll);
            continue;
        }
        if !heard.contains(&control.yours) {
            let rule = "Your Discriminator as learned, or zero (RFC 5880 §6.8.7)";
            found.push(violation(frame, rule, control.yours));
        }
        answered += usize::from(control.final_);
        if control.final_ && answered > asked {
            let rule = "F only in answer to a P (RFC 5880 §6.8.7)";
            found.push(violation(
                frame,
                rule,
                format!("{answered} F for {asked} P"),
            ));
        }
    }
    found
}

/// Init only after the peer's Down, Up only after its Init or Up.
pub(super) fn check_handshake(stream: &[Said<'_>]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut before = None;
    // What the peer said since our last packet, and the last it said before that.
    let mut heard: Vec<State> = Vec::new();
    for said in stream {
        let state = said.control.state;
        if !said.ours {
            heard.push(state);
            continue;
        }
        let begun = before.is_some_and(|before| before != state);
        if begun && !permits(&heard, state) {
            let rule = "three-way handshake (RFC 5880 §6.8.6)";
            found.push(violation(
                said.frame,
                rule,
                format!("{state:?} after {heard:?}"),
            ));
        }
        before = Some(state);
        heard.drain(..heard.len().saturating_sub(1));
    }
    found
}

fn permits(heard: &[State], state: State) -> bool {
    let any = |wanted: &[State]| heard.iter().any(|one| wanted.contains(one));
    match state {
        State::Init => any(&[State::Down]),
        State::Up => any(&[State::Init, State::Up]),
        State::Down | State::AdminDown => true,
    }
}

fn broken<const N: usize>(frame: &Frame, rules: [(bool, &'static str, u32); N]) -> Vec<Violation> {
    let broken = rules.into_iter().filter(|(kept, ..)| !kept);
    broken
        .map(|(_, rule, value)| violation(frame, rule, value))
        .collect()
}

fn violation(frame: &Frame, rule: &'static str, found: impl ToString) -> Violation {
    let found = format!("{} in {frame}", found.to_string());
    Violation {
        frame: frame.number,
        rule,
        found,
    }
}

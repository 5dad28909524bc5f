//! The wire rules: what every packet that GoBFD sends must look like, and when it may be sent.
//!
//! [`check`] reads a recording and judges the packets of our addresses. What a peer sends goes through
//! the same rules, but only to be shown: a peer's habits never fail a test of ours.

mod packet;
#[cfg(test)]
mod tests;
mod timing;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use timing::Gaps;

use crate::{Control, Frame, Noise, Recording, State};

/// Whose packets are judged, and what the test and the machine did meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Ours {
    addresses: BTreeSet<IpAddr>,
    silences: Vec<(Duration, Duration)>,
    peers_come_later: bool,
    noise: Noise,
}

impl Ours {
    /// Packets from these addresses are ours.
    #[must_use]
    pub fn new(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self {
            addresses: addresses.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Between these moments we may be unheard: the daemon was stopped, or our direction was cut.
    #[must_use]
    pub fn silent(mut self, from: SystemTime, to: SystemTime) -> Self {
        self.silences.push((since_epoch(from), since_epoch(to)));
        self
    }

    /// Peers may not exist when the recording begins. Until their hardware address is known the kernel
    /// holds packets back, so that gaps on the wire say nothing.
    #[must_use]
    pub const fn before_peers(mut self) -> Self {
        self.peers_come_later = true;
        self
    }

    /// The machine was this noisy: a crowded one makes more packets late, and later.
    #[must_use]
    pub const fn amid(mut self, noise: Noise) -> Self {
        self.noise = noise;
        self
    }

    fn is_silence(&self, from: Duration, to: Duration) -> bool {
        self.silences
            .iter()
            .any(|(begin, end)| from <= *end && *begin <= to)
    }
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Number of the frame in the recording.
    pub frame: u32,
    /// The rule, with its section.
    pub rule: &'static str,
    /// What was found instead.
    pub found: String,
}

/// What a recording shows.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Packets of ours that were judged.
    pub checked: usize,
    /// Sessions of ours seen, by local discriminator.
    pub sessions: BTreeSet<u32>,
    /// How often a session of ours was seen to come Up.
    pub bring_ups: usize,
    /// Rules that our packets broke.
    pub violations: Vec<Violation>,
    /// What would have been violations, had they been ours; each rule once.
    pub peers: BTreeMap<&'static str, Violation>,
    /// Gaps between our periodic packets, as shares of the interval in force.
    pub gaps: Gaps,
}

impl Report {
    /// Panics with every broken rule; also if nothing of ours was seen, which would prove nothing.
    ///
    /// # Panics
    /// See above.
    pub fn assert_clean(&self) {
        assert!(self.checked > 0, "no packet of ours in the recording");
        assert!(self.violations.is_empty(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sessions = self.sessions.len();
        writeln!(f, "{} packets of {sessions} sessions", self.checked)?;
        writeln!(f, "gaps: {}", self.gaps)?;
        for violation in &self.violations {
            writeln!(f, "  BROKEN {violation}")?;
        }
        for violation in self.peers.values() {
            writeln!(f, "  peer: {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { frame, rule, found } = self;
        write!(f, "frame {frame}: {rule}: {found}")
    }
}

/// Judges a recording by what the machine allowed.
#[must_use]
pub fn judge(recording: &Recording, ours: &Ours) -> Report {
    check(&recording.frames, &ours.clone().amid(recording.noise))
}

/// Judges packets as on a quiet machine, unless told otherwise.
#[must_use]
pub fn check(frames: &[Frame], ours: &Ours) -> Report {
    let mut report = Report::default();
    for frame in frames {
        let is_ours = ours.addresses.contains(&frame.source);
        let found = packet::check(frame);
        if is_ours {
            report.checked += 1;
            report.violations.extend(found);
        } else {
            for violation in found {
                report.peers.entry(violation.rule).or_insert(violation);
            }
        }
    }
    let streams = streams(frames, ours);
    report.sessions = streams.keys().copied().collect();
    report.violations.extend(packet::check_ports(&streams));
    for stream in streams.values() {
        report.violations.extend(packet::check_dialogue(stream));
        report.violations.extend(packet::check_handshake(stream));
        report.bring_ups += bring_ups(stream);
        timing::check(stream, ours, &mut report);
    }
    timing::judge(ours, &mut report);
    report
}

/// A packet of a session, ours or the answer of the peer.
#[derive(Clone, Copy)]
struct Said<'a> {
    ours: bool,
    frame: &'a Frame,
    control: &'a Control,
}

/// Our sessions by local discriminator, each with both directions in order.
fn streams<'a>(frames: &'a [Frame], ours: &Ours) -> BTreeMap<u32, Vec<Said<'a>>> {
    let said = frames.iter().filter_map(|frame| {
        let (control, ours) = (
            frame.control.as_ref()?,
            ours.addresses.contains(&frame.source),
        );
        Some(Said {
            ours,
            frame,
            control,
        })
    });
    let said: Vec<Said<'a>> = said.collect();
    let mut ends = BTreeMap::new();
    for one in said.iter().filter(|one| one.ours) {
        let end = (
            one.frame.destination,
            one.frame.source,
            one.frame.destination_port,
        );
        ends.entry(one.control.mine).or_insert(end);
    }
    let of = |discriminator: u32, end: &(IpAddr, IpAddr, u16)| {
        let mine = said.iter().filter(|one| match one.ours {
            true => one.control.mine == discriminator,
            false => is_answer(one, discriminator, end),
        });
        mine.copied().collect::<Vec<_>>()
    };
    ends.iter()
        .map(|(discriminator, end)| (*discriminator, of(*discriminator, end)))
        .collect()
}

fn bring_ups(stream: &[Said<'_>]) -> usize {
    let states = stream.iter().filter(|said| said.ours);
    let states: Vec<_> = states.map(|said| said.control.state).collect();
    let comes_up = |pair: &&[State]| pair[0] != State::Up && pair[1] == State::Up;
    states.windows(2).filter(comes_up).count()
}

/// A peer that does not know us yet, or no more, is recognised by its addresses.
fn is_answer(one: &Said<'_>, discriminator: u32, end: &(IpAddr, IpAddr, u16)) -> bool {
    let frame = one.frame;
    let from = (frame.source, frame.destination, frame.destination_port);
    from == *end && [0, discriminator].contains(&one.control.yours)
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

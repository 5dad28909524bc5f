//! The swarm: all peers of one process on one thread.
//!
//! Purpose: be N healthy neighbours at a steady rate, fall silent on command, come back, and write
//! down what the daemon does. Owner: `main`. Thread: one, pinned by the caller. It must never hide
//! its own lateness: that is written down beside the daemon's.

use bfd_packet::{ControlPacket, Discriminator, HEADER_LEN, State};

use crate::crowd::Crowd;
use crate::peer::{Heard, Pace, Peer};
use crate::schedule::Schedule;
use crate::seen::Seen;
use crate::wire::Wire;

/// The longest sleep, so that expiry of silent daemons is noticed; nanoseconds.
const TICK: u64 = 20_000_000;

/// All peers, and what they saw.
#[derive(Debug)]
pub(crate) struct Swarm {
    wire: Wire,
    pace: Pace,
    peers: Crowd,
    schedule: Schedule,
    chance: Chance,
    trials: Vec<Trial>,
    /// All that the daemon sent up to here was heard.
    heard_until: u64,
    /// What was seen so far.
    pub(crate) seen: Seen,
}

/// Where a peer stands in a failure made on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trial {
    #[default]
    None,
    /// Silent since the last packet at this moment.
    Silent(u64),
    /// The daemon has signalled Down.
    Seen,
    /// Restarted; its first packet left at this moment.
    Back(u64),
}

impl Swarm {
    /// `count` peers, the first packets spread over a second. `steady` ones are Up from the start,
    /// whatever they hear.
    pub(crate) fn new(wire: Wire, pace: Pace, count: u32, steady: bool) -> Self {
        let now = Wire::now();
        let mut schedule = Schedule::new(count as usize);
        for peer in 0..count {
            schedule.set(
                peer,
                now + u64::from(peer) * 1_000_000_000 / u64::from(count.max(1)),
            );
        }
        let peer = |discriminator| match steady {
            true => Peer::steady(discriminator, &pace),
            false => Peer::new(discriminator),
        };
        let discriminators = (1..=count).filter_map(Discriminator::new);
        Self {
            wire,
            pace,
            peers: Crowd::new(discriminators.map(peer).collect()),
            schedule,
            chance: Chance(0x2545_F491_4F6C_DD1D),
            trials: vec![Trial::None; count as usize],
            heard_until: now,
            seen: Seen::default(),
        }
    }

    /// Runs until `done` holds or the moment `until` has come; returns whether `done` held.
    pub(crate) fn run(
        &mut self,
        until: u64,
        mut done: impl FnMut(&Self) -> bool,
    ) -> anyhow::Result<bool> {
        loop {
            if done(self) {
                return Ok(true);
            }
            let now = Wire::now();
            if now >= until {
                return Ok(false);
            }
            let next = self
                .schedule
                .next()
                .unwrap_or(u64::MAX)
                .min(now + TICK)
                .min(until);
            self.wire.wait(next)?;
            self.turn()?;
        }
    }

    /// Peers that are Up and seen Up by the daemon.
    pub(crate) const fn up(&self) -> usize {
        self.peers.up()
    }

    /// Times a speaking peer was taken from Up.
    pub(crate) const fn flaps(&self) -> u64 {
        self.peers.flaps()
    }

    /// Packets sent and received so far, and those the kernel refused.
    pub(crate) const fn packets(&self) -> (u64, u64, u64) {
        (self.wire.sent, self.wire.received, self.wire.refused)
    }

    /// These peers stop sending now.
    pub(crate) fn silence(&mut self, peers: impl Iterator<Item = u32>) {
        for number in peers {
            let silence = |peer: &mut Peer| {
                peer.speaks = false;
                peer.last_sent
            };
            if let Some(since) = self.peers.change(number, silence) {
                self.trials[number as usize] = Trial::Silent(since);
            }
        }
    }

    /// These peers send nothing until the moment `until`, as a lossy path would have it.
    pub(crate) fn mute(&mut self, peers: impl Iterator<Item = u32>, until: u64) {
        for number in peers {
            self.peers.change(number, |peer| peer.muted_until = until);
        }
    }

    /// These peers start anew now.
    pub(crate) fn restart(&mut self, peers: impl Iterator<Item = u32>) {
        for number in peers {
            self.peers.change(number, Peer::restart);
            self.send(number);
            if let Some(peer) = self.peers.get(number) {
                self.trials[number as usize] = Trial::Back(peer.last_sent);
            }
        }
        self.wire.flush();
    }

    /// Whether the daemon has called every silent peer down.
    pub(crate) fn all_called_down(&self) -> bool {
        !self
            .trials
            .iter()
            .any(|trial| matches!(trial, Trial::Silent(_)))
    }

    /// Whether every restarted peer is Up again.
    pub(crate) fn all_back(&self) -> bool {
        !self
            .trials
            .iter()
            .any(|trial| matches!(trial, Trial::Back(_)))
    }

    fn turn(&mut self) -> anyhow::Result<()> {
        let begin = Wire::now();
        // What still waits to be heard is no silence of the daemon's.
        if self.hear()? {
            self.heard_until = begin;
        }
        let now = Wire::now();
        while let Some((peer, due)) = self.schedule.pop(now) {
            self.seen.own_lateness(now - due);
            let heard_until = self.heard_until;
            self.peers.change(peer, |peer| peer.expire(heard_until));
            self.send(peer);
        }
        self.wire.flush();
        Ok(())
    }

    /// Takes in what waits; returns whether that was all.
    fn hear(&mut self) -> anyhow::Result<bool> {
        let mut answers = Vec::new();
        let Self {
            wire,
            peers,
            trials,
            seen,
            pace,
            ..
        } = self;
        let all = wire.receive(|number, payload| {
            let now = Wire::now();
            let Ok(packet) = ControlPacket::parse(payload) else {
                return seen.unreadable();
            };
            peers.change(number, |peer| {
                if let (Some(last), true) = (peer.last_heard, peer.is_up()) {
                    seen.inter_arrival(now.saturating_sub(last));
                }
                if peer.receive(now, &packet) == Heard::Answer {
                    answers.push(number);
                }
                judge(&mut trials[number as usize], peer, &packet, now, pace, seen);
            });
        })?;
        for peer in answers {
            self.send(peer);
        }
        Ok(all)
    }

    /// Sends the peer's packet and sets its next moment.
    fn send(&mut self, number: u32) {
        let now = Wire::now();
        let Self {
            wire,
            pace,
            peers,
            schedule,
            chance,
            ..
        } = self;
        peers.change(number, |peer| {
            schedule.set(number, now + peer.gap(pace, chance.byte()));
            if peer.speaks && now >= peer.muted_until {
                let mut octets = [0; HEADER_LEN];
                let length = peer.packet(pace).write(&mut octets);
                peer.last_sent = now;
                wire.send(number, &octets[..length]);
            }
        });
    }
}

/// Moves a trial on by what the daemon just said.
fn judge(
    trial: &mut Trial,
    peer: &Peer,
    packet: &ControlPacket<'_>,
    now: u64,
    pace: &Pace,
    seen: &mut Seen,
) {
    match (*trial, packet.state) {
        (Trial::Silent(since), State::Down) => {
            let limit = since + peer.daemon_detection_time(pace);
            seen.detection(now.saturating_sub(limit), limit.saturating_sub(now));
            *trial = Trial::Seen;
        }
        (Trial::Back(since), State::Up) => {
            seen.recovery(now.saturating_sub(since));
            *trial = Trial::None;
        }
        _ => {}
    }
}

/// A small generator (xorshift64*): spread is all that jitter needs.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    const fn byte(&mut self) -> u8 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    }
}

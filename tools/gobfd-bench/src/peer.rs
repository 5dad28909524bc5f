//! One artificial peer: the smallest asynchronous BFD end that any daemon comes Up with.
//!
//! Purpose: a ruler that shares no protocol code with the daemon it measures. Owner: the swarm.
//! Thread: the swarm's. It must never judge: what it sees goes into the report.

use bfd_packet::{ControlPacket, DetectMult, Diagnostic, Discriminator, Micros, State};

/// Interval of a peer that is not Up (RFC 5880 §6.8.3), in nanoseconds.
const SLOW: u64 = 1_000_000_000;

/// What every peer of a swarm asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Desired Min TX and Required Min RX while Up.
    pub(crate) interval: Micros,
    /// Detect Mult.
    pub(crate) detect_mult: DetectMult,
}

/// A peer; times are nanoseconds of `CLOCK_MONOTONIC`.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    discriminator: Discriminator,
    state: State,
    remote: Option<Remote>,
    answer_poll: bool,
    steady: bool,
    /// Whether it sends at all; a silenced peer still listens.
    pub(crate) speaks: bool,
    /// It sends nothing before this moment, but means to.
    pub(crate) muted_until: u64,
    /// When it last sent something.
    pub(crate) last_sent: u64,
    /// When the daemon was last heard.
    pub(crate) last_heard: Option<u64>,
    /// How often the daemon took this peer from Up to something else.
    pub(crate) flaps: u32,
}

#[derive(Clone, Copy, Debug)]
struct Remote {
    discriminator: Discriminator,
    state: State,
    min_rx: Micros,
    min_tx: Micros,
    detect_mult: DetectMult,
}

/// What a packet of the daemon meant to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Nothing that asks for an answer.
    Nothing,
    /// The peer has to answer at once.
    Answer,
}

impl Peer {
    pub(crate) fn new(discriminator: Discriminator) -> Self {
        Self {
            discriminator,
            state: State::Down,
            remote: None,
            answer_poll: false,
            steady: false,
            speaks: true,
            muted_until: 0,
            last_sent: 0,
            last_heard: None,
            flaps: 0,
        }
    }

    /// A peer that is Up from the start and stays so, whatever it hears: for a loop in the daemon's
    /// place that keeps no state.
    pub(crate) fn steady(discriminator: Discriminator, pace: &Pace) -> Self {
        let remote = Remote {
            discriminator,
            state: State::Up,
            min_rx: pace.interval,
            min_tx: pace.interval,
            detect_mult: pace.detect_mult,
        };
        let peer = Self::new(discriminator);
        Self {
            state: State::Up,
            remote: Some(remote),
            steady: true,
            ..peer
        }
    }

    pub(crate) const fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    /// The state the daemon last signalled.
    pub(crate) fn daemon_state(&self) -> Option<State> {
        self.remote.map(|remote| remote.state)
    }

    /// How long the daemon may miss our packets, in nanoseconds (RFC 5880 §6.8.4).
    pub(crate) fn daemon_detection_time(&self, pace: &Pace) -> u64 {
        let required = self.remote.map_or(pace.interval, |remote| remote.min_rx);
        u64::from(required.max(pace.interval).0) * u64::from(pace.detect_mult.get()) * 1000
    }

    /// Forgets the daemon, as a restarted peer would.
    pub(crate) fn restart(&mut self) {
        self.state = State::Down;
        self.remote = None;
        self.speaks = true;
    }

    /// Takes in a packet (RFC 5880 §6.8.6, asynchronous mode).
    pub(crate) fn receive(&mut self, now: u64, packet: &ControlPacket<'_>) -> Heard {
        let other = packet
            .your_discriminator
            .is_some_and(|yours| yours != self.discriminator);
        if other && !self.steady {
            return Heard::Nothing;
        }
        self.last_heard = Some(now);
        if self.steady {
            return Heard::Nothing;
        }
        let was = self.state;
        self.remote = Some(Remote {
            discriminator: packet.my_discriminator,
            state: packet.state,
            min_rx: packet.required_min_rx,
            min_tx: packet.desired_min_tx,
            detect_mult: packet.detect_mult,
        });
        self.state = next(was, packet.state);
        if was == State::Up && self.state != State::Up && self.speaks {
            self.flaps += 1;
        }
        self.answer_poll |= packet.poll;
        let changed = self.state != was;
        if self.speaks && (changed || packet.poll) {
            Heard::Answer
        } else {
            Heard::Nothing
        }
    }

    /// Goes Down when the daemon has been silent for too long; returns whether it did.
    pub(crate) fn expire(&mut self, now: u64) -> bool {
        let (Some(heard), Some(remote)) = (self.last_heard, self.remote) else {
            return false;
        };
        let limit = u64::from(remote.min_tx.0) * u64::from(remote.detect_mult.get()) * 1000;
        let expired = self.state != State::Down && now.saturating_sub(heard) > limit.max(SLOW / 10);
        if expired {
            self.flaps += u32::from(self.state == State::Up && self.speaks);
            self.forget(now);
        }
        expired
    }

    /// Goes Down after a silence; a steady peer only starts to count anew.
    fn forget(&mut self, now: u64) {
        if self.steady {
            self.last_heard = Some(now);
        } else {
            self.state = State::Down;
            self.remote = None;
        }
    }

    /// The packet to send now.
    pub(crate) fn packet(&mut self, pace: &Pace) -> ControlPacket<'static> {
        let final_ = std::mem::take(&mut self.answer_poll);
        ControlPacket {
            diagnostic: Diagnostic::NONE,
            state: self.state,
            poll: false,
            final_,
            control_plane_independent: false,
            demand: false,
            detect_mult: pace.detect_mult,
            my_discriminator: self.discriminator,
            your_discriminator: self.remote.map(|remote| remote.discriminator),
            desired_min_tx: if self.is_up() {
                pace.interval
            } else {
                Micros::SECOND
            },
            required_min_rx: pace.interval,
            required_min_echo_rx: Micros(0),
            auth: None,
        }
    }

    /// Nanoseconds to the next periodic packet; `fraction` of 255 shortens it by up to a quarter.
    pub(crate) fn gap(&self, pace: &Pace, fraction: u8) -> u64 {
        let interval = match self.remote {
            Some(remote) if self.is_up() => u64::from(pace.interval.max(remote.min_rx).0) * 1000,
            _ => SLOW,
        };
        interval - interval / 4 * u64::from(fraction) / 255
    }
}

/// The state table for received packets (RFC 5880 §6.2).
const fn next(local: State, received: State) -> State {
    match (local, received) {
        (State::Down, State::Down) => State::Init,
        (State::Down, State::Init) | (State::Init, State::Init | State::Up) => State::Up,
        (State::Init | State::Up, State::AdminDown) | (State::Up, State::Down) => State::Down,
        _ => local,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        interval: Micros(50_000),
        detect_mult: DetectMult::new(3).unwrap(),
    };

    fn hear(to: &mut Peer, from: &mut Peer) -> Heard {
        to.receive(1, &from.packet(&PACE))
    }

    #[test]
    fn two_peers_come_up_with_each_other() {
        let mut a = Peer::new(Discriminator::new(1).unwrap());
        let mut b = Peer::new(Discriminator::new(2).unwrap());
        assert_eq!(hear(&mut b, &mut a), Heard::Answer);
        assert_eq!(hear(&mut a, &mut b), Heard::Answer);
        assert_eq!(hear(&mut b, &mut a), Heard::Answer);
        assert!(a.is_up() && b.is_up());
        assert_eq!(hear(&mut a, &mut b), Heard::Nothing);
    }

    #[test]
    fn a_flap_is_counted_only_against_a_speaking_peer() {
        let mut peer = Peer::new(Discriminator::new(1).unwrap());
        let mut daemon = Peer::new(Discriminator::new(2).unwrap());
        for speaks in [true, false] {
            peer.restart();
            daemon.restart();
            hear(&mut peer, &mut daemon);
            hear(&mut daemon, &mut peer);
            hear(&mut peer, &mut daemon);
            assert!(peer.is_up());
            peer.speaks = speaks;
            daemon.state = State::Down;
            hear(&mut peer, &mut daemon);
        }
        assert_eq!(peer.flaps, 1);
    }

    #[test]
    fn gaps_lie_between_three_quarters_and_the_whole_interval() {
        let peer = Peer::new(Discriminator::new(1).unwrap());
        assert_eq!(peer.gap(&PACE, 0), SLOW);
        assert_eq!(peer.gap(&PACE, 255), SLOW / 4 * 3);
    }
}

//! Transmission of packets (RFC 5880 §6.8.7, RFC 9764).

use std::time::Duration;

use bfd_packet::{ControlPacket, HEADER_LEN, Micros, State};

use super::{Pace, Session, Timer, intervals};
use crate::spec::PaddedPduSize;
use crate::{Actions, Instant, Path, Role, Transmit};

/// Octets of the longest payload that [`Session::write`] makes.
pub const MAX_PAYLOAD: usize = PaddedPduSize::MAX as usize;

impl Session {
    /// Writes the packet that an action asked for, signed if the session authenticates, and returns
    /// its size, padding included.
    ///
    /// To be called once for each [`Actions::transmit`], soon, and in the order of sending: the packet shows the session as it is
    /// now, so an input in between makes it newer, not wrong.
    ///
    /// # Panics
    /// When `out` is shorter than the packet; [`MAX_PAYLOAD`] octets always suffice.
    pub fn write(&mut self, what: Transmit, out: &mut [u8]) -> usize {
        let packet = self.packet(what);
        let length = self.authenticity.write(&packet, out);
        let size = self
            .spec
            .padded_pdu_size
            .map_or(length, |size| length.max(size.octets().into()));
        out[length..size].fill(0);
        self.sent += 1;
        size
    }

    fn packet(&self, what: Transmit) -> ControlPacket<'static> {
        ControlPacket {
            diagnostic: self.diagnostic,
            state: self.state,
            poll: what != Transmit::Final && self.carries_poll(),
            final_: what == Transmit::Final,
            control_plane_independent: false,
            demand: false,
            detect_mult: self.spec.detect_mult,
            my_discriminator: self.discriminator,
            your_discriminator: self.remote.discriminator,
            desired_min_tx: self.advertised_min_tx(),
            required_min_rx: self.spec.required_min_rx.micros(),
            required_min_echo_rx: Micros(0),
            auth: None,
        }
    }

    /// P is pointless before the peer is known: it could not have agreed to anything.
    const fn carries_poll(&self) -> bool {
        self.poll.is_active() && self.remote.discriminator.is_some()
    }

    pub(super) fn path_is_ready(&self) -> bool {
        self.path == Path::Ready
    }

    /// Whether anything but an answer to a Poll may be sent (RFC 5880 §6.8.7).
    fn may_speak(&self) -> bool {
        let known = self.remote.discriminator.is_some();
        self.path_is_ready() && (known || self.spec.role == Role::Active)
    }

    /// The interval of periodic packets; `None` while there are to be none.
    pub(super) fn transmit_interval(&self) -> Option<Micros> {
        if !self.may_speak() || (self.peer_demands_silence() && !self.poll.is_active()) {
            return None;
        }
        intervals::transmit_interval(self.in_force.desired_min_tx, self.remote.min_rx)
    }

    /// Demand mode is active on the remote system (RFC 5880 §6.8.7).
    fn peer_demands_silence(&self) -> bool {
        self.remote.demand && self.state == State::Up && self.remote.state == State::Up
    }

    /// Tells the peer at once that contents changed, unless it was told too often just now.
    pub(super) fn announce(&mut self, now: Instant, actions: &mut Actions) {
        if self.may_speak() && self.pace.announcements.admit(now) {
            actions.transmit = Some(Transmit::Change);
        }
    }

    /// The transmit timer ran out.
    pub(super) fn transmit_due(&mut self, now: Instant, actions: &mut Actions) {
        if self.timers.is_due(Timer::Transmit, now) && actions.transmit.is_none() {
            actions.transmit = Some(Transmit::Periodic);
        }
    }

    /// Sets the transmit timer by what is sent now, or by the last packet and the interval in
    /// force: a shorter interval acts at once (RFC 5880 §6.8.3).
    pub(super) fn reschedule(&mut self, now: Instant, transmit: Option<Transmit>) {
        if matches!(transmit, Some(Transmit::Periodic | Transmit::Change)) {
            self.pace.left(now);
            if self.carries_poll() {
                self.poll.sent();
            }
        }
        let due = self.transmit_interval().map(|interval| {
            let Pace {
                last_periodic,
                jitter,
                ..
            } = self.pace;
            let mult = self.spec.detect_mult;
            intervals::next_transmission(last_periodic, interval, mult, jitter.fraction())
        });
        self.timers.set(Timer::Transmit, due);
    }
}

/// Bounds packets sent between the periodic ones, so that a flapping peer is not answered in kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announcements {
    left: u8,
    refilled: Instant,
}

impl Announcements {
    /// As many may leave back to back.
    const BURST: u8 = 10;
    /// One more is allowed each such time.
    const REFILL: Duration = Duration::from_millis(50);

    pub(super) const fn new(now: Instant) -> Self {
        Self {
            left: Self::BURST,
            refilled: now,
        }
    }

    fn admit(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.refilled);
        let gained = passed.as_nanos() / Self::REFILL.as_nanos();
        if gained > 0 {
            self.left = u8::try_from(gained)
                .unwrap_or(u8::MAX)
                .saturating_add(self.left)
                .min(Self::BURST);
            self.refilled = now;
        }
        let admitted = self.left > 0;
        self.left = self.left.saturating_sub(1);
        admitted
    }
}

const _: () = assert!(HEADER_LEN <= MAX_PAYLOAD);

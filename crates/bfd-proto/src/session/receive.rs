//! Reception of a packet (RFC 5880 §6.8.6, steps 10 to 32).

use bfd_packet::{ControlPacket, State};

use super::{Cause, Event, Session, intervals, outranks};
use crate::view::Remote;
use crate::{Actions, Discard, Instant, LocalHealth, Received, Transmit};

impl Session {
    pub(super) fn receive(
        &mut self,
        now: Instant,
        received: &Received<'_>,
        health: &LocalHealth,
        actions: &mut Actions,
    ) {
        let sequence = match self.admit(now, received) {
            Ok(sequence) => sequence,
            Err(reason) => return self.discard(now, reason, received.ttl, actions),
        };
        // From here on the packet is the peer's.
        let packet = received.packet;
        self.authenticity.accepted(sequence);
        self.learn(packet);
        // A packet that took a longer way through this host may be handled after a later one.
        self.heard.last = self.heard.last.max(Some(now));
        if self.poll.received(packet.final_) {
            self.put_in_force();
        }
        if self.state == State::AdminDown {
            return self.discard(now, Discard::AdminDown, received.ttl, actions);
        }
        let cause = Cause::Signalled {
            state: packet.state,
            diagnostic: packet.diagnostic,
        };
        self.credit_gap(now);
        self.step(now, Event::Received(packet.state), cause, health, actions);
        self.credit(now);
        if packet.poll && outranks(Transmit::Final, actions.transmit) && self.path_is_ready() {
            actions.transmit = Some(Transmit::Final);
        }
    }

    /// TTL, then authentication (RFC 5881 §5, RFC 5883 §5, RFC 5880 §6.8.6 steps 10 to 12). Changes
    /// nothing; returns the sequence number, where the type has one.
    fn admit(&self, now: Instant, received: &Received<'_>) -> Result<Option<u32>, Discard> {
        if received.ttl < self.spec.kind.min_ttl() {
            return Err(Discard::Ttl);
        }
        let known = !self.forgets_sequence(now);
        self.authenticity.verify(received.packet, known)
    }

    /// Steps 13 to 17: everything the packet says of the peer.
    fn learn(&mut self, packet: &ControlPacket<'_>) {
        self.remote = Remote {
            state: packet.state,
            discriminator: Some(packet.my_discriminator),
            diagnostic: packet.diagnostic,
            detect_mult: Some(packet.detect_mult),
            desired_min_tx: packet.desired_min_tx,
            min_rx: packet.required_min_rx,
            min_echo_rx: packet.required_min_echo_rx,
            control_plane_independent: packet.control_plane_independent,
            demand: packet.demand,
        };
    }

    fn credit_gap(&mut self, now: Instant) {
        if let (State::Up, Some(last)) = (self.state, self.heard.arrivals[0]) {
            self.heard.gaps.record(now.saturating_duration_since(last));
        }
    }

    /// Step 32: the packet counts as received.
    fn credit(&mut self, now: Instant) {
        self.heard.count += 1;
        self.heard.arrivals.rotate_right(1);
        self.heard.arrivals[0] = Some(now);
        let window = self
            .detection_time()
            .unwrap_or(intervals::MIN_DETECTION_TIME);
        self.faults.marks.advance(now, window, self.faults.tally);
    }
}

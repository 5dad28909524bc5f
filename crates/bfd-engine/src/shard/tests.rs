use bfd_proto::{DetectMult, Interval, Micros, Role, SessionKind};

use super::*;
use crate::ring::Ring;
use std::sync::Arc;

fn spec(interval: u32) -> SessionSpec {
    let interval = Interval::new(Micros(interval)).expect("not zero");
    SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    }
}

fn shard() -> Shard {
    let outlet = Outlet {
        worker: 0,
        table: Arc::default(),
        ring: Arc::new(Ring::new(64)),
        meters: Arc::default(),
    };
    Shard::new(Instant::ZERO, outlet)
}

fn add(shard: &mut Shard, slot: u32, interval: u32) -> SessionId {
    add_with(shard, slot, interval, Err(PathProblem::AddressMissing))
}

fn add_with(
    shard: &mut Shard,
    slot: u32,
    interval: u32,
    egress: Result<bfd_net::Egress, PathProblem>,
) -> SessionId {
    let id = SessionId {
        worker: 0,
        slot,
        generation: 1,
        discriminator: Discriminator::new(slot + 1).expect("not zero"),
    };
    let add = Add {
        id,
        spec: spec(interval),
        authentication: None,
        egress,
        admin_down: false,
        seed: 1,
        done: Box::new(|_| {}),
    };
    shard.outlet.table.reserve(slot);
    shard.add(Instant::ZERO, add);
    id
}

#[test]
fn the_expected_load_is_that_of_the_sessions_that_are_there() {
    let mut shard = shard();
    let (slow, fast) = (add(&mut shard, 0, 1_000_000), add(&mut shard, 1, 10_000));
    assert_eq!(shard.packets_per_second(), 2 + 134);
    for _ in 0..10 {
        shard.update(slow, Instant::ZERO, spec(50_000));
    }
    assert_eq!(shard.packets_per_second(), 27 + 134);
    for _ in 0..10 {
        shard.forget(fast);
    }
    assert_eq!(shard.packets_per_second(), 27);
    shard.forget(slow);
    assert_eq!(shard.packets_per_second(), 0);
}

fn egress() -> bfd_net::Egress {
    bfd_net::Egress {
        local: [10, 0, 0, 1].into(),
        peer: [10, 0, 0, 2].into(),
        ifindex: 0,
        source_port: 49152,
        destination_port: 3784,
        dont_fragment: false,
    }
}

/// A packet of the peer to the session `id`, a microsecond after the last.
fn packet(shard: &mut Shard, id: SessionId, state: State, after: u64) {
    packet_from(shard, id, state, after, 255);
}

fn packet_from(shard: &mut Shard, id: SessionId, state: State, after: u64, ttl: u8) {
    let wire = ControlPacket {
        diagnostic: bfd_proto::Diagnostic::NONE,
        state,
        poll: false,
        final_: false,
        control_plane_independent: false,
        demand: false,
        detect_mult: DetectMult::new(3).expect("not zero"),
        my_discriminator: Discriminator::new(7).expect("not zero"),
        your_discriminator: Some(id.discriminator),
        desired_min_tx: Micros(100_000),
        required_min_rx: Micros(100_000),
        required_min_echo_rx: Micros(0),
        auth: None,
    };
    let meta = RxMeta {
        arrival: Instant::ZERO + Duration::from_micros(after),
        source: [10, 0, 0, 2].into(),
        destination: [10, 0, 0, 1].into(),
        ifindex: 1,
        ttl,
        port: 3784,
    };
    shard.deliver(id, &meta, &wire);
}

fn sent(shard: &mut Shard) -> Vec<(State, bool)> {
    let mut packets = Vec::new();
    shard.transmit(&mut [0; 64], |_, payload, _| {
        let packet = ControlPacket::parse(payload).expect("a packet of ours");
        packets.push((packet.state, packet.final_));
    });
    packets
}

#[test]
fn changes_of_one_turn_are_told_in_one_packet() {
    let mut shard = shard();
    let id = add_with(&mut shard, 0, 100_000, Ok(egress()));
    for (after, state) in [(1, State::Down), (2, State::Init), (3, State::Down)] {
        packet(&mut shard, id, state, after);
    }
    packet(&mut shard, id, State::Down, 4);
    packet(&mut shard, id, State::Init, 5);
    assert_eq!(sent(&mut shard), [(State::Up, false)]);

    packet(&mut shard, id, State::Down, 6);
    assert_eq!(
        sent(&mut shard),
        [(State::Down, false)],
        "the next turn speaks anew"
    );
}

#[test]
fn an_event_follows_its_record_and_the_past_adds_up() {
    let mut shard = shard();
    let (table, ring) = (
        Arc::clone(&shard.outlet.table),
        Arc::clone(&shard.outlet.ring),
    );
    let id = add_with(&mut shard, 0, 100_000, Ok(egress()));
    let mut events = Vec::new();
    for (after, state) in [(1, State::Down), (2, State::Init), (3, State::Down)] {
        packet(&mut shard, id, state, after);
        assert!(!ring.drain(&mut events));
        let Some(Event::Changed { change, .. }) = events.pop() else {
            panic!("no change after {events:?}");
        };
        let shown = table.read(0, 1).expect("shown");
        assert_eq!(
            (shown.state, shown.last_change),
            (change.to, Some(change.at))
        );
        assert_eq!(shown.last_down, change.down);
    }
    assert_eq!(events, [Event::Added(id)]);
    packet_from(&mut shard, id, State::Down, 4, 254);
    let shown = table.read(0, 1).expect("shown");
    assert_eq!(
        (shown.counters.flaps, shown.counters.state_transitions()),
        (1, 3)
    );
    let reason = Discard::Ttl;
    assert_eq!(shown.counters.discards[reason.index()], 1);
    assert_eq!(
        shown.last_discard.map(|(_, reason, ttl)| (reason, ttl)),
        Some((reason, 254))
    );
    assert!(shard.publish());
    assert!(!shard.publish());
}

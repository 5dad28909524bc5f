//! Vectors that need a session: packets of `spec/vectors` and the numbers of `timers.yml`.

use crate::support::{LOCAL, MS, REMOTE, Rig, SECOND, discriminator, micros, ms, mult, peer, spec};
use bfd_proto::intervals::{detection_time, jittered, transmit_interval};
use bfd_proto::{ControlPacket, Micros, SessionKind, SessionSpec, State, Transmit};
use bfd_spec::{Header, Judge, Layer, Status, malformed, timers, vectors};
use std::time::Duration;

/// What the network layer says of a packet: TTL or Hop Limit, and destination port.
fn metadata(headers: &[Header]) -> (u8, u16) {
    let mut found = (255, 3784);
    for header in headers {
        match header.layer {
            Layer::Ipv4 => found.0 = header.octets[8],
            Layer::Ipv6 => found.0 = header.octets[7],
            Layer::Udp => found.1 = u16::from_be_bytes([header.octets[2], header.octets[3]]),
            _ => {}
        }
    }
    found
}

fn spec_for(port: u16) -> SessionSpec {
    let kind = match port {
        3784 => SessionKind::SingleHop,
        _ => SessionKind::MultiHop { min_ttl: 251 },
    };
    SessionSpec { kind, ..spec() }
}

// covers: 5880-6-01, 5881-4-06, 9764-3-02, SP-26, SP-32
#[test]
fn valid_packets_are_accepted_by_a_session_that_is_up() {
    for file in ["control", "frames", "padded"] {
        for vector in vectors(file)
            .unwrap()
            .iter()
            .filter(|vector| vector.auth.is_none())
        {
            let (ttl, port) = metadata(&vector.headers);
            let mut rig = Rig::up_with(spec_for(port));
            let payload = vector.payload();
            let packet = ControlPacket::parse(&payload).unwrap();
            let actions = rig.receive_with_ttl(&packet, ttl);
            assert_eq!(actions.discard, None, "{}", vector.id);
            assert_eq!(rig.view().last_received, Some(rig.now), "{}", vector.id);
            assert_eq!(
                actions.transmit == Some(Transmit::Final),
                packet.poll,
                "{}",
                vector.id
            );
        }
    }
}

// covers: 5880-6.8.6-10, 5880-6.8.6-21, 5880-9-01, 5881-5-02
#[test]
fn packets_that_a_session_must_refuse_are_refused_and_leave_it_untouched() {
    // Those for a session with authentication are in `forgery`.
    let guarded = ["5880-6.8.6-11", "5880-6.8.6-12"];
    let wanted = malformed()
        .unwrap()
        .into_iter()
        .filter(|packet| packet.judge == Judge::Session && packet.status == Status::Implemented)
        .filter(|packet| !guarded.contains(&packet.rule.as_str()));
    let mut seen = 0;
    for vector in wanted {
        let held = vector.id == "M-58";
        let mut rig = if held {
            Rig::in_state(State::AdminDown)
        } else {
            Rig::up()
        };
        let (before, deadline) = (rig.view(), rig.deadline);
        let packet = ControlPacket::parse(&vector.payload).unwrap();
        let actions = rig.receive_with_ttl(&packet, metadata(&vector.headers).0);
        let discard = actions.discard.map(bfd_proto::Discard::label);
        assert_eq!(discard, vector.discard.as_deref(), "{}", vector.id);
        assert_eq!(
            (actions.change, actions.transmit),
            (None, None),
            "{}",
            vector.id
        );
        let after = rig.view();
        assert_eq!(
            after.counters.received, before.counters.received,
            "{}",
            vector.id
        );
        assert_eq!(
            after.counters.discarded(),
            before.counters.discarded() + 1,
            "{}",
            vector.id
        );
        assert_eq!(after.state, before.state, "{}", vector.id);
        if !held {
            assert_eq!(after.remote, before.remote, "{}", vector.id);
            assert_eq!(actions.deadline, deadline, "{}", vector.id);
        }
        seen += 1;
    }
    assert_eq!(seen, 4);
}

// covers: 5880-6.8.6-10
#[test]
fn a_session_without_authentication_refuses_every_authenticated_packet() {
    for vector in vectors("auth").unwrap() {
        let payload = vector.payload();
        let packet = ControlPacket::parse(&payload).unwrap();
        let discard = Rig::up().receive(&packet).discard;
        assert_eq!(
            discard.map(bfd_proto::Discard::label),
            Some("auth_unexpected"),
            "{}",
            vector.id
        );
    }
}

// covers: 5880-6.8.2-01, 5880-6.8.4-01, 5880-6.8.7-06, SP-03, SP-33
#[test]
fn steady_values_are_negotiated_as_the_vectors_say() {
    for vector in timers().unwrap().steady {
        let ((tx, rx, _), (remote_tx, remote_rx, remote_mult)) = (vector.local, vector.remote);
        let transmit = transmit_interval(Micros(tx), Micros(remote_rx));
        let detection = detection_time(mult(remote_mult), Micros(rx), Micros(remote_tx));
        assert_eq!(
            transmit.map(|interval| interval.0.into()),
            vector.transmit,
            "{}",
            vector.id
        );
        assert_eq!(
            detection,
            Duration::from_micros(vector.detection),
            "{}",
            vector.id
        );
    }
}

/// The same numbers through a whole session. N-10 is left out: we never advertise zero.
// covers: 5880-6.8.2-01, 5880-6.8.4-01, 5880-6.8.6-19, 5880-6.8.6-20
#[test]
fn sessions_settle_at_what_the_vectors_say() {
    for vector in timers()
        .unwrap()
        .steady
        .iter()
        .filter(|vector| vector.local.1 != 0)
    {
        let (tx, rx, detect_mult) = vector.local;
        let mut rig = Rig::up_with(SessionSpec {
            desired_min_tx: micros(tx),
            required_min_rx: micros(rx),
            detect_mult: mult(detect_mult),
            ..spec()
        });
        rig.receive(&ControlPacket {
            desired_min_tx: Micros(vector.remote.0),
            required_min_rx: Micros(vector.remote.1),
            detect_mult: mult(vector.remote.2),
            ..peer(State::Up)
        });
        let view = rig.view();
        let transmit = Duration::from_micros(vector.transmit.unwrap_or(0));
        assert_eq!(view.negotiated_tx, transmit, "{}", vector.id);
        assert_eq!(
            view.detection_time,
            Duration::from_micros(vector.detection),
            "{}",
            vector.id
        );
    }
}

// covers: 5880-6.8.7-02, 5880-6.8.7-03, SP-12
#[test]
fn gaps_keep_the_bounds_of_the_vectors() {
    for bounds in timers().unwrap().jitter {
        let gap = |fraction| jittered(Micros(bounds.interval), mult(bounds.detect_mult), fraction);
        assert_eq!(gap(0), Duration::from_micros(bounds.min));
        assert!(gap(u32::MAX) <= Duration::from_micros(bounds.max));
        assert!(gap(u32::MAX) + MS > Duration::from_micros(bounds.max));
    }
}

/// N-11 to N-16: our intervals before the change, what is changed, and then field, effect before F
/// and after F.
// covers: 5880-6.8.3-01, 5880-6.8.3-03..06, 5880-6.8.3-09, 5880-6.8.12-01, SP-14
#[test]
fn live_changes_act_when_the_vectors_say() {
    let ids: Vec<_> = timers()
        .unwrap()
        .changes
        .into_iter()
        .map(|change| change.id)
        .collect();
    assert_eq!(ids, ["N-11", "N-12", "N-13", "N-14", "N-15", "N-16"]);

    let mut n11 = changed(ms(50), ms(50), |spec| spec.desired_min_tx = ms(200));
    assert_eq!(n11.last().packet().desired_min_tx, Micros(200_000));
    assert_eq!(effects(&mut n11), [(50, 150), (200, 150)]);

    let mut n12 = changed(ms(200), ms(50), |spec| spec.desired_min_tx = ms(50));
    assert_eq!(n12.last().packet().desired_min_tx, Micros(50_000));
    assert_eq!(effects(&mut n12), [(50, 150), (50, 150)]);

    let mut n13 = changed(ms(50), ms(200), |spec| spec.required_min_rx = ms(50));
    assert_eq!(n13.last().packet().required_min_rx, Micros(50_000));
    assert_eq!(effects(&mut n13), [(50, 600), (50, 150)]);

    let mut n14 = changed(ms(50), ms(50), |spec| spec.required_min_rx = ms(200));
    assert_eq!(n14.last().packet().required_min_rx, Micros(200_000));
    assert_eq!(effects(&mut n14), [(50, 600), (50, 600)]);

    let mut n15 = changed(ms(50), ms(50), |spec| spec.detect_mult = mult(5));
    assert_eq!(n15.last().packet().detect_mult, mult(5));
    assert_eq!(effects(&mut n15), [(50, 150), (50, 150)]);

    let mut n16 = changed(ms(50), ms(50), |spec| spec.desired_min_tx = ms(200));
    n16.receive(&peer(State::Down));
    assert_eq!(n16.last().packet().desired_min_tx, Micros::SECOND);
    assert_eq!(n16.view().negotiated_tx, SECOND);
}

fn changed(tx: bfd_proto::Interval, rx: bfd_proto::Interval, change: fn(&mut SessionSpec)) -> Rig {
    let mut rig = Rig::up_with(SessionSpec {
        desired_min_tx: tx,
        required_min_rx: rx,
        ..spec()
    });
    rig.respecify(change);
    assert!(rig.last().packet().poll);
    rig
}

/// Transmit interval and detection time in ms, before and after F.
fn effects(rig: &mut Rig) -> [(u128, u128); 2] {
    let in_force = |rig: &Rig| {
        let view = rig.view();
        (
            view.negotiated_tx.as_millis(),
            view.detection_time.as_millis(),
        )
    };
    let before = in_force(rig);
    rig.receive(&crate::support::final_());
    [before, in_force(rig)]
}

// covers: 5880-4.1-09, 5880-6.8.7-23
#[test]
fn the_first_answer_is_vector_shaped() {
    let first = vectors("control")
        .unwrap()
        .into_iter()
        .find(|vector| vector.id == "C-21")
        .unwrap();
    let payload = first.payload();
    let mut rig = Rig::new(spec());
    rig.receive(&ControlPacket::parse(&payload).unwrap());
    let answer = rig.last().packet();
    assert_eq!(answer.state, State::Init);
    assert_eq!(answer.my_discriminator, discriminator(LOCAL));
    assert_eq!(answer.your_discriminator, Some(discriminator(REMOTE)));
}

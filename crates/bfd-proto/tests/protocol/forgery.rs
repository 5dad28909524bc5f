//! A packet that is not the peer's leaves no trace but the count of its kind.

use bfd_proto::{AuthType, ControlPacket, Discard, Input, LocalHealth, Session, State};
use bfd_spec::{Judge, Malformed, malformed};
use proptest::prelude::*;

use crate::keys::{DIGESTS, KINDS, sign};
use crate::support::{MS, Rig, peer};

/// Hands in `octets` and asserts that nothing else came of it than a note of the refusal, in all of
/// the session's memory.
fn assert_refused(rig: &mut Rig, octets: &[u8]) -> Discard {
    let Ok(packet) = ControlPacket::parse(octets) else {
        // Never reaches the session; what the codec refuses is its own business.
        return Discard::Truncated;
    };
    let (mut noted, deadline) = (rig.session.clone(), rig.deadline);
    let heard = rig.receive(&packet);
    let reason = heard.discard.expect("refused");
    assert_eq!((heard.transmit, heard.change), (None, None));
    assert_eq!(heard.deadline, deadline);
    let note = Input::Discarded { reason, ttl: 255 };
    let _ = noted.handle(rig.now, note, &LocalHealth::default());
    assert_eq!(memory(&rig.session), memory(&noted));
    reason
}

/// Everything a session knows.
fn memory(session: &Session) -> String {
    format!("{session:?}")
}

/// The receiver a vector asks for: `AuthType 4, key 1 = 'secret', AuthSeqKnown 1, RcvAuthSeq 10 …`.
fn receiver(vector: &Malformed) -> Rig {
    let condition = vector.condition.as_deref().expect("a condition");
    let behind = |mark: &str| {
        let rest = condition.split_once(mark).map(|(_, rest)| rest)?;
        rest.split([',', ' ']).next()
    };
    let kind = behind("AuthType ").unwrap().parse().unwrap();
    let kind = AuthType::from_code(kind).unwrap();
    let known = behind("RcvAuthSeq ").map(|text| text.parse().unwrap());
    let (mut rig, _) = match condition.contains("bfdpass1") {
        false => Rig::guarded_up(kind, known.unwrap_or(0)),
        true => crate::keys::guarded_up_with(kind, b"bfdpass1"),
    };
    if condition.contains("AuthSeqKnown 0") {
        rig.advance(1000 * MS);
    }
    rig
}

// covers: 5880-6.8.6-11, 5880-6.8.6-12, 5880-6.7.2-03, 5880-6.7.3-06..09, 5880-6.7.4-05..07
// covers: 5880-4.3-04, 5880-4.4-02, SP-19, SP-23, 7492-3-01
#[test]
fn malformed_vectors_leave_the_session_untouched() {
    let mut seen = 0;
    for vector in malformed().unwrap() {
        let session = ["5880-6.8.6-11", "5880-6.8.6-12"].contains(&vector.rule.as_str());
        if !session || vector.judge == Judge::Demux {
            continue;
        }
        let mut rig = receiver(&vector);
        let reason = assert_refused(&mut rig, &vector.payload);
        assert_eq!(
            Some(reason.label()),
            vector.discard.as_deref(),
            "{}",
            vector.id
        );
        seen += 1;
    }
    assert_eq!(seen, 24);
}

// covers: 5880-6.7.4-07, 5880-6.7.3-09, SP-19
#[test]
fn the_first_packet_is_verified_too() {
    for kind in DIGESTS {
        let mut rig = Rig::guarded(kind);
        let forged = sign(&peer(State::Down), kind, (1, b"guess"), 0x4000_0000);
        assert_eq!(assert_refused(&mut rig, &forged), Discard::AuthDigest);
        let true_one = sign(&peer(State::Down), kind, (1, b"secret"), 5);
        assert_eq!(rig.hear_octets(&true_one).discard, None);
        assert_eq!(rig.view().state, State::Init);
    }
}

fn kind() -> impl Strategy<Value = AuthType> {
    prop::sample::select(&KINDS[..])
}

proptest! {
    // covers: 5880-6.8.6-12, 5880-6.7.2-03, 5880-6.7.3-06, 5880-6.7.4-05
    #[test]
    fn a_packet_with_one_changed_bit_is_refused(
        kind in kind(), bit in 0_usize..52 * 8, state in 0_u8..4,
    ) {
        let (mut rig, mut signer) = Rig::guarded_up(kind, 77);
        let state = State::from_bits(state);
        let mut octets = signer.next(&peer(state));
        let at = bit % (octets.len() * 8);
        // A password proves nothing of the rest of its packet.
        let section = kind != AuthType::SimplePassword || at / 8 >= 24;
        prop_assume!(section);
        octets[at / 8] ^= 1 << (at % 8);
        assert_refused(&mut rig, &octets);
        octets[at / 8] ^= 1 << (at % 8);
        prop_assert_eq!(rig.hear_octets(&octets).discard, None);
    }

    // covers: 5880-6.7.3-08, 7492-3-01
    #[test]
    fn a_meticulous_packet_is_accepted_once(
        md5 in any::<bool>(), numbers in prop::collection::vec(1_u32..9, 1..20),
        replayed in any::<prop::sample::Index>(), start: u32,
    ) {
        let kind = if md5 { DIGESTS[1] } else { DIGESTS[3] };
        let (mut rig, mut signer) = Rig::guarded_up(kind, start);
        let mut sent = Vec::new();
        for step in numbers {
            signer.sequence = signer.sequence.wrapping_add(step - 1);
            let octets = signer.next(&peer(State::Up));
            prop_assert_eq!(rig.hear_octets(&octets).discard, None);
            sent.push(octets);
        }
        let reason = assert_refused(&mut rig, replayed.get::<Vec<u8>>(&sent));
        prop_assert_eq!(reason, Discard::AuthSequence);
    }

    #[test]
    fn any_section_is_refused_or_true(
        kind in kind(), section in prop::collection::vec(any::<u8>(), 2..60),
    ) {
        let (mut rig, _) = Rig::guarded_up(kind, 77);
        let mut octets = vec![0; 24];
        let _ = peer(State::Up).write(&mut octets);
        octets.extend(section);
        octets[1] |= 4;
        octets[3] = u8::try_from(octets.len()).unwrap();
        assert_refused(&mut rig, &octets);
    }
}

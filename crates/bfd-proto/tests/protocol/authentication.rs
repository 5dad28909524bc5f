//! What an authenticated session sends and accepts (RFC 5880 §6.7).

use std::sync::Arc;

use bfd_proto::{
    Admin, AuthType, ControlPacket, Discard, Input, PaddedPduSize, Path, SessionKind, SessionSpec,
    State, Transmit, Verdict,
};
use bfd_spec::{Auth, vectors};

use crate::keys::{DIGESTS, KINDS, Signer, authentication, key, sequence, sign, with_keys};
use crate::support::{MS, Rig, SECOND, final_, peer, spec};

/// A session that accepts packets made with the key of a vector.
fn rig_for(auth: &Auth) -> Rig {
    let kind = AuthType::from_code(auth.kind).unwrap();
    let secret = if kind == AuthType::SimplePassword {
        &auth.password
    } else {
        &auth.key
    };
    let key = key(auth.key_id, secret);
    let multihop = SessionSpec {
        kind: SessionKind::MultiHop { min_ttl: 1 },
        ..spec()
    };
    let authentication = with_keys(kind, &key, &[Arc::clone(&key)]);
    Rig::authenticated(multihop, Some(authentication), Path::Ready, 1)
}

// covers: 5880-4.2-01, 5880-4.3-01..04, 5880-4.4-01, 5880-4.4-02, 5880-6.7-01, 5880-6.7.2-03
// covers: 5880-6.7.3-06, 5880-6.7.4-05, 5880-6.8.1-17, 5880-6.8.1-19, SP-23, SP-24, SP-25, D-09
#[test]
fn each_vector_is_accepted_by_a_session_with_its_key() {
    let mut seen = 0;
    for vector in ["auth", "padded"]
        .iter()
        .flat_map(|file| vectors(file).unwrap())
    {
        let Some(auth) = &vector.auth else { continue };
        let mut rig = rig_for(auth);
        let heard = rig.hear_octets(&vector.payload());
        assert_eq!(heard.discard, None, "{} {}", vector.id, vector.title);
        assert_eq!(rig.view().counters.received, 1, "{}", vector.id);
        seen += 1;
    }
    assert!(seen >= 18, "{seen}");
}

// covers: 5880-6.7.2-01, 5880-6.7.3-01, 5880-6.7.4-01, 5880-6.8.7-18, 5880-6.8.7-22
// covers: 5880-6.8.7-26, 5880-6.8.1-16, SP-18, SP-22, 5880-6.7-03
#[test]
fn every_packet_is_signed_as_the_standard_says() {
    for kind in KINDS {
        let (mut rig, mut signer) = Rig::guarded_up(kind, 100);
        let polled = ControlPacket {
            poll: true,
            ..peer(State::Up)
        };
        rig.hear_octets(&signer.next(&polled));
        rig.periodic();
        rig.input(Input::Admin(Admin::Down));
        rig.periodic();
        assert!(rig.sent.len() > 5);
        for sent in &rig.sent {
            let packet = sent.packet();
            let number = match kind {
                AuthType::SimplePassword => 0,
                _ => sequence(&sent.octets),
            };
            let wanted = sign(&packet, kind, (1, b"secret"), number);
            assert_eq!(sent.octets, wanted, "{kind:?}");
        }
    }
}

// covers: 5880-4.1-07, 9764-3-01, 9764-3-03, SP-25
#[test]
fn padding_stands_behind_the_section_and_is_not_hashed() {
    for (size, on_wire) in [(24, 52), (52, 52), (100, 100), (9000, 9000)] {
        let padded = SessionSpec {
            padded_pdu_size: PaddedPduSize::new(size),
            ..spec()
        };
        let auth = Some(authentication(AuthType::KeyedSha1));
        let rig = Rig::authenticated(padded, auth, Path::Ready, 1);
        let sent = rig.last();
        assert_eq!((sent.octets.len(), sent.octets[3]), (on_wire, 52));
        let signed = sign(
            &sent.packet(),
            AuthType::KeyedSha1,
            (1, b"secret"),
            sequence(&sent.octets),
        );
        assert_eq!(sent.octets[..52], signed);
        assert!(sent.octets[52..].iter().all(|octet| *octet == 0));
    }
}

// covers: 5880-6.7.3-05, 5880-6.7.4-04, 5880-4.3-03, SP-18
#[test]
fn a_meticulous_session_steps_with_every_packet() {
    for kind in DIGESTS.into_iter().filter(|kind| kind.is_meticulous()) {
        let (mut rig, mut signer) = Rig::guarded_up(kind, 7);
        for _ in 0..20 {
            let polled = ControlPacket {
                poll: true,
                ..peer(State::Up)
            };
            rig.hear_octets(&signer.next(&polled));
            rig.periodic();
        }
        let finals = rig.sent.iter().filter(|sent| sent.what == Transmit::Final);
        assert_eq!(finals.count(), 20);
        for pair in rig.sent.windows(2) {
            let step = sequence(&pair[1].octets).wrapping_sub(sequence(&pair[0].octets));
            assert_eq!(step, 1);
        }
    }
}

// covers: 5880-6.7.3-03, 5880-6.7.3-04, 5880-6.7.4-03, 5880-4.3-03
#[test]
fn the_other_types_step_when_the_contents_change() {
    for kind in [AuthType::KeyedMd5, AuthType::KeyedSha1] {
        let (mut rig, mut signer) = Rig::guarded_up(kind, 7);
        for turn in 0..20 {
            let packet = ControlPacket {
                poll: turn % 5 == 0,
                ..peer(State::Up)
            };
            rig.hear_octets(&signer.next(&packet));
            rig.periodic();
        }
        let (mut stood, mut stepped) = (0, 0);
        for pair in rig.sent.windows(2) {
            let step = sequence(&pair[1].octets).wrapping_sub(sequence(&pair[0].octets));
            let changed = pair[0].octets[..24] != pair[1].octets[..24];
            assert_eq!(step, u32::from(changed));
            (stood, stepped) = (stood + u32::from(!changed), stepped + step);
        }
        assert!(stood > 5 && stepped > 5, "{stood} {stepped}");
    }
}

// covers: 5880-6.8.1-18
#[test]
fn sequence_numbers_begin_at_random_and_not_where_the_jitter_does() {
    let first = |seed| {
        let auth = Some(authentication(AuthType::KeyedSha1));
        let rig = Rig::authenticated(spec(), auth, Path::Ready, seed);
        sequence(&rig.last().octets)
    };
    let mut begun: Vec<u32> = (0..64).map(first).collect();
    begun.sort_unstable();
    begun.dedup();
    assert_eq!(begun.len(), 64);
    assert!(begun[0] < 1 << 30 && begun[63] > 3 << 30, "{begun:?}");
}

// covers: 5880-6.7.3-07..09, 5880-6.7.4-06, SP-20
#[test]
fn the_window_moves_with_accepted_packets_and_wraps() {
    for kind in DIGESTS {
        let mut last = u32::MAX - 1;
        let (mut rig, _) = Rig::guarded_up(kind, last);
        for ahead in [1, 9, 2, 9, 9] {
            last = last.wrapping_add(ahead);
            let mut refused = |number| {
                let octets = sign(&peer(State::Up), kind, (1, b"secret"), number);
                rig.hear_octets(&octets).discard == Some(Discard::AuthSequence)
            };
            assert!(!refused(last), "{kind:?} {ahead}");
            assert!(refused(last.wrapping_add(10)), "3 x Detect Mult is 9");
            assert!(refused(last.wrapping_sub(1)));
            assert_eq!(refused(last), kind.is_meticulous());
        }
    }
}

// covers: 5880-6.8.1-20, SP-21, SP-10
#[test]
fn a_peer_that_began_anew_is_heard_after_two_detection_times() {
    for kind in DIGESTS {
        let (mut rig, _) = Rig::guarded_up(kind, 500);
        let mut anew = Signer::new(kind, 0x8000_0000);
        // 150 ms of detection time: its packets come meanwhile, and keep nothing alive.
        for _ in 0..2 {
            rig.advance(149 * MS);
            let heard = rig.hear_octets(&anew.next(&peer(State::Down)));
            assert_eq!(heard.discard, Some(Discard::AuthSequence), "{kind:?}");
        }
        assert_eq!(rig.view().state, State::Down);
        let down = rig.changes.last().unwrap().down.unwrap();
        assert_eq!(down.verdict, Verdict::Auth(Discard::AuthSequence));
        rig.advance(2 * MS);
        assert_eq!(
            rig.hear_octets(&anew.next(&peer(State::Down))).discard,
            None
        );
        assert_eq!(rig.view().state, State::Init);
        let replayed = sign(&peer(State::Up), kind, (1, b"secret"), 501);
        assert_eq!(
            rig.hear_octets(&replayed).discard,
            Some(Discard::AuthSequence)
        );
    }
}

// covers: SP-10, SP-21
#[test]
fn going_down_does_not_forget_the_sequence() {
    let (mut rig, mut signer) = Rig::guarded_up(AuthType::MeticulousKeyedSha1, 500);
    rig.hear_octets(&signer.next(&peer(State::Down)));
    assert_eq!(rig.view().state, State::Down);
    let old = sign(&peer(State::Down), signer.kind, signer.key, 400);
    assert_eq!(rig.hear_octets(&old).discard, Some(Discard::AuthSequence));
}

// covers: 5880-6.7-02, 5880-6.8.6-21
#[test]
fn an_authentic_packet_is_still_subject_to_the_other_rules() {
    let (mut rig, mut signer) = Rig::guarded_up(AuthType::MeticulousKeyedSha1, 500);
    rig.input(Input::Admin(Admin::Down));
    let heard = rig.hear_octets(&signer.next(&peer(State::Up)));
    assert_eq!(heard.discard, Some(Discard::AdminDown));
    // It was the peer's all the same: its number counts.
    let again = sign(&peer(State::Up), signer.kind, signer.key, signer.sequence);
    assert_eq!(rig.hear_octets(&again).discard, Some(Discard::AuthSequence));
}

// covers: 5881-5-03, 5881-5-04
#[test]
fn the_ttl_is_looked_at_before_the_digest() {
    let (mut rig, mut signer) = Rig::guarded_up(AuthType::KeyedSha1, 1);
    let octets = signer.next(&peer(State::Up));
    let packet = ControlPacket::parse(&octets).unwrap();
    assert_eq!(
        rig.receive_with_ttl(&packet, 254).discard,
        Some(Discard::Ttl)
    );
    assert_eq!(rig.receive_with_ttl(&packet, 255).discard, None);
}

// covers: 5880-6.7-03, SP-22, 7492-3-04
#[test]
fn keys_change_without_a_flap() {
    let (old, new) = (key(1, b"secret"), key(2, b"rollover-key"));
    for kind in KINDS {
        let (mut rig, mut signer) = Rig::guarded_up(kind, 50);
        let both = [Arc::clone(&old), Arc::clone(&new)];
        let stages = [
            (
                with_keys(kind, &old, &both),
                1,
                b"secret" as &'static [u8],
                1,
            ),
            (with_keys(kind, &new, &both), 2, b"rollover-key", 2),
            (
                with_keys(kind, &new, &[Arc::clone(&new)]),
                2,
                b"rollover-key",
                2,
            ),
        ];
        for (authentication, sends, secret, peer_sends) in stages {
            rig.input(Input::Authentication(Some(&authentication)));
            let before = sequence_of(&rig, kind);
            signer.key = (peer_sends, secret);
            for _ in 0..3 {
                rig.advance(40 * MS);
                assert_eq!(
                    rig.hear_octets(&signer.next(&peer(State::Up))).discard,
                    None
                );
            }
            let sent = rig.periodic();
            let number = sequence_of(&rig, kind);
            assert_eq!(sent.octets[26], sends, "{kind:?}");
            assert!(number.wrapping_sub(before) < 10, "the numbers go on");
        }
        assert_eq!(rig.view().counters.flaps, 0);
        let stale = sign(&peer(State::Up), kind, (1, b"secret"), signer.sequence + 1);
        assert_eq!(rig.hear_octets(&stale).discard, Some(Discard::AuthKeyId));
    }
}

fn sequence_of(rig: &Rig, kind: AuthType) -> u32 {
    match kind {
        AuthType::SimplePassword => 0,
        _ => sequence(&rig.last().octets),
    }
}

// covers: 5880-6.7.1-01, 5880-6.7.1-02
#[test]
fn packets_never_change_whether_authentication_is_used() {
    let mut bare = Rig::up();
    let mut signer = Signer::new(AuthType::KeyedSha1, 0);
    for _ in 0..3 {
        let heard = bare.hear_octets(&signer.next(&peer(State::Up)));
        assert_eq!(heard.discard, Some(Discard::AuthUnexpected));
    }
    assert_eq!(bare.receive(&peer(State::Up)).discard, None);
    let (mut guarded, mut signer) = Rig::guarded_up(AuthType::KeyedSha1, 9);
    for _ in 0..3 {
        assert_eq!(
            guarded.receive(&peer(State::Up)).discard,
            Some(Discard::AuthMissing)
        );
    }
    assert_eq!(
        guarded.hear_octets(&signer.next(&peer(State::Up))).discard,
        None
    );
}

// covers: 5880-6.8.1-16, 5880-6.8.1-19
#[test]
fn switched_off_and_on_it_knows_no_sequence() {
    let kind = AuthType::MeticulousKeyedSha1;
    let (mut rig, _) = Rig::guarded_up(kind, 500);
    rig.input(Input::Authentication(None));
    assert_eq!(rig.periodic().octets.len(), 24);
    assert_eq!(rig.receive(&final_()).discard, None);
    rig.input(Input::Authentication(Some(&authentication(kind))));
    assert_eq!(rig.periodic().octets.len(), 52);
    let far = sign(&peer(State::Up), kind, (1, b"secret"), 0x7000_0000);
    assert_eq!(rig.hear_octets(&far).discard, None);
}

/// Each reason, by what makes it; the verdict names it.
#[test]
fn silence_by_authentication_says_which_rule_was_broken() {
    let kind = AuthType::KeyedSha1;
    let up = peer(State::Up);
    let made = [
        (Discard::AuthDigest, sign(&up, kind, (1, b"Secret"), 9)),
        (Discard::AuthKeyId, sign(&up, kind, (2, b"secret"), 9)),
        (
            Discard::AuthType,
            sign(&up, AuthType::KeyedMd5, (1, b"secret"), 9),
        ),
        (Discard::AuthSequence, sign(&up, kind, (1, b"secret"), 99)),
    ];
    for (reason, octets) in made {
        let (mut rig, _) = Rig::guarded_up(kind, 9);
        for _ in 0..4 {
            rig.advance(40 * MS);
            rig.hear_octets(&octets);
        }
        let down = rig.changes.last().unwrap().down.unwrap();
        assert_eq!(down.verdict, Verdict::Auth(reason));
        assert!(rig.view().counters.auth_failures() >= 3);
    }
    let (mut rig, _) = Rig::guarded_up(kind, 9);
    rig.advance(SECOND);
    let down = rig.changes.last().unwrap().down.unwrap();
    assert_eq!(down.verdict, Verdict::PeerSilent);
}

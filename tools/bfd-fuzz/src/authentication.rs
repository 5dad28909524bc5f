//! Any octets as a packet for a session that authenticates.
//!
//! The first octet chooses the type, the rest is the payload. A second reading of RFC 5880 §6.7 says
//! whether the packet is the peer's; the session must say the same, and if it is not, remember
//! nothing but that it was refused.

use std::sync::Arc;

use bfd_proto::{
    AuthType, Authentication, ControlPacket, DetectMult, Diagnostic, Discard, Discriminator, Input,
    Instant, Interval, Key, LocalHealth, MAX_PAYLOAD, Micros, Path, Received, Role, Secret,
    Session, SessionKind, SessionSpec, State,
};
use sha1::Digest as _;

/// Key and secret of `spec/vectors/auth.yml`.
const KEY_ID: u8 = 1;
const SECRET: &[u8] = b"secret";
/// The sequence number of the last packet that was accepted.
const LAST: u32 = 10;
/// The discriminators of `spec/vectors`.
const OURS: u32 = 0x1a2b_3c4d;
const THEIRS: u32 = 0x0a0b_0c0d;

/// Hands the packet to a session that is Up.
pub fn authentication(script: &[u8]) {
    let Some((choice, payload)) = script.split_first() else {
        return;
    };
    let kind = AuthType::ALL[usize::from(*choice) % AuthType::ALL.len()];
    let Ok(packet) = ControlPacket::parse(payload) else {
        return;
    };
    let mut session = up(kind);
    let before = session.clone();
    let received = Received {
        packet: &packet,
        ttl: 255,
    };
    let actions = session.handle(now(), Input::Packet(received), &LocalHealth::default());
    let length = usize::from(payload[3]);
    let authentic = is_authentic(kind, &payload[..length], packet.detect_mult.get());
    assert_eq!(
        actions.discard.is_none(),
        authentic,
        "{:?}",
        actions.discard
    );
    if let Some(reason) = actions.discard {
        assert_untouched(before, &session, reason);
    }
    if let Some(what) = actions.transmit {
        let mut octets = [0; MAX_PAYLOAD];
        let size = session.write(what, &mut octets);
        assert!(ControlPacket::parse(&octets[..size]).is_ok_and(|sent| sent.auth.is_some()));
    }
}

/// Both sessions remember the same, secrets aside: a secret does not show.
fn assert_untouched(mut before: Session, after: &Session, reason: Discard) {
    assert!(reason.is_auth(), "{reason:?}");
    let note = Input::Discarded { reason, ttl: 255 };
    let _ = before.handle(now(), note, &LocalHealth::default());
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

fn now() -> Instant {
    Instant::from_nanos(1_000_000_000_000)
}

/// A session that was brought Up by packets of its peer.
fn up(kind: AuthType) -> Session {
    let interval = Interval::new(Micros(50_000)).expect("not zero");
    let spec = SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    };
    let secret = Secret::new(SECRET).expect("six octets");
    let key = Arc::new(Key { id: KEY_ID, secret });
    let keys = Authentication::new(kind, Arc::clone(&key), [key]).expect("one key");
    let local = Discriminator::new(OURS).expect("not zero");
    let (mut session, _) = Session::new(spec, Some(Arc::new(keys)), local, 1, Path::Ready, now());
    for (sequence, state) in [(LAST - 1, State::Down), (LAST, State::Up)] {
        let octets = signed(kind, state, sequence);
        let packet = ControlPacket::parse(&octets).expect("well formed");
        let received = Received {
            packet: &packet,
            ttl: 255,
        };
        let actions = session.handle(now(), Input::Packet(received), &LocalHealth::default());
        assert_eq!(actions.discard, None);
    }
    assert_eq!(session.state(), State::Up);
    session
}

/// A packet of the peer.
fn signed(kind: AuthType, state: State, sequence: u32) -> Vec<u8> {
    let packet = ControlPacket {
        diagnostic: Diagnostic::NONE,
        state,
        poll: false,
        final_: false,
        control_plane_independent: false,
        demand: false,
        detect_mult: DetectMult::new(3).expect("not zero"),
        my_discriminator: Discriminator::new(THEIRS).expect("not zero"),
        your_discriminator: Discriminator::new(OURS),
        desired_min_tx: Micros(50_000),
        required_min_rx: Micros(50_000),
        required_min_echo_rx: Micros(0),
        auth: None,
    };
    let mut octets = vec![0; 24];
    let _ = packet.write(&mut octets);
    octets[1] |= 4;
    let head = match size(kind) {
        None => vec![1, 9, KEY_ID],
        Some(digest) => {
            let mut head = vec![kind.code(), digest + 8, KEY_ID, 0];
            head.extend(sequence.to_be_bytes());
            head
        }
    };
    octets.extend(head);
    octets.extend(SECRET);
    if let Some(digest) = size(kind) {
        octets.resize(32 + usize::from(digest), 0);
    }
    octets[3] = u8::try_from(octets.len()).expect("short");
    if size(kind).is_some() {
        let made = hash(kind, &octets);
        octets.splice(32.., made);
    }
    octets
}

/// Octets of the digest.
fn size(kind: AuthType) -> Option<u8> {
    match kind {
        AuthType::SimplePassword => None,
        AuthType::KeyedMd5 | AuthType::MeticulousKeyedMd5 => Some(16),
        AuthType::KeyedSha1 | AuthType::MeticulousKeyedSha1 => Some(20),
    }
}

/// The digest over a packet with the key, padded with zeros, where the digest goes.
fn hash(kind: AuthType, packet: &[u8]) -> Vec<u8> {
    let mut octets = packet.to_vec();
    let field = &mut octets[32..32 + usize::from(size(kind).unwrap_or(0))];
    field.fill(0);
    field[..SECRET.len()].copy_from_slice(SECRET);
    match size(kind) {
        Some(16) => md5::Md5::digest(&octets).to_vec(),
        _ => sha1::Sha1::digest(&octets).to_vec(),
    }
}

/// RFC 5880 §6.7.2 to §6.7.4 in one go, over the octets up to Length.
fn is_authentic(kind: AuthType, packet: &[u8], detect_mult: u8) -> bool {
    let section = &packet[24..];
    if packet[1] & 4 == 0 || section.len() < 3 || section[0] != kind.code() || section[2] != KEY_ID
    {
        return false;
    }
    let Some(digest) = size(kind).map(usize::from) else {
        return section[1] == 9 && section.get(3..9) == Some(SECRET);
    };
    if usize::from(section[1]) != 8 + digest || section.len() < 8 + digest {
        return false;
    }
    let sequence = u32::from_be_bytes(section[4..8].try_into().expect("four octets"));
    let ahead = sequence.wrapping_sub(LAST);
    let least = u32::from(kind.code() == 3 || kind.code() == 5);
    let fits = (least..=3 * u32::from(detect_mult)).contains(&ahead);
    fits && hash(kind, packet) == section[8..8 + digest]
}

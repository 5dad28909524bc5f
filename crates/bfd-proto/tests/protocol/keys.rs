//! A peer that authenticates: its packets are signed here, by the letter of RFC 5880 §6.7 and by
//! none of the code under test.

use std::sync::Arc;

use bfd_proto::{AuthType, Authentication, ControlPacket, Key, Path, Secret, State};
use sha1::Digest as _;

use crate::support::{Rig, final_, peer, spec};

pub(crate) const KINDS: [AuthType; 5] = AuthType::ALL;

pub(crate) const DIGESTS: [AuthType; 4] = [KINDS[1], KINDS[2], KINDS[3], KINDS[4]];

pub(crate) fn key(id: u8, secret: &[u8]) -> Arc<Key> {
    let secret = Secret::new(secret).unwrap();
    Arc::new(Key { id, secret })
}

/// One key for both directions: id 1, `secret`.
pub(crate) fn authentication(kind: AuthType) -> Arc<Authentication> {
    with_keys(kind, &key(1, b"secret"), &[key(1, b"secret")])
}

pub(crate) fn with_keys(
    kind: AuthType,
    send: &Arc<Key>,
    accept: &[Arc<Key>],
) -> Arc<Authentication> {
    let accept = accept.iter().cloned();
    Arc::new(Authentication::new(kind, Arc::clone(send), accept).unwrap())
}

/// The octets of `packet` with an authentication section.
pub(crate) fn sign(
    packet: &ControlPacket<'_>,
    kind: AuthType,
    (id, secret): (u8, &[u8]),
    sequence: u32,
) -> Vec<u8> {
    let mut octets = vec![0; 24];
    let bare = ControlPacket {
        auth: None,
        ..*packet
    };
    assert_eq!(bare.write(&mut octets), 24);
    octets[1] |= 0b100;
    if kind == AuthType::SimplePassword {
        octets.extend([1, u8::try_from(secret.len() + 3).unwrap(), id]);
        octets.extend(secret);
        octets[3] = u8::try_from(octets.len()).unwrap();
        return octets;
    }
    let md5 = matches!(kind, AuthType::KeyedMd5 | AuthType::MeticulousKeyedMd5);
    let digest = if md5 { 16 } else { 20 };
    octets.extend([kind.code(), digest + 8, id, 0]);
    octets.extend(sequence.to_be_bytes());
    octets.extend(secret);
    octets.resize(32 + usize::from(digest), 0);
    octets[3] = u8::try_from(octets.len()).unwrap();
    let made = if md5 {
        md5::Md5::digest(&octets).to_vec()
    } else {
        sha1::Sha1::digest(&octets).to_vec()
    };
    octets.splice(32.., made);
    octets
}

/// The sequence number of a packet with a digest.
pub(crate) fn sequence(octets: &[u8]) -> u32 {
    u32::from_be_bytes(octets[28..32].try_into().unwrap())
}

/// A peer with one key that steps its sequence number with every packet.
#[derive(Clone, Copy)]
pub(crate) struct Signer {
    pub(crate) kind: AuthType,
    pub(crate) key: (u8, &'static [u8]),
    /// The number of the last packet.
    pub(crate) sequence: u32,
}

impl Signer {
    pub(crate) fn new(kind: AuthType, sequence: u32) -> Self {
        let key = (1, &b"secret"[..]);
        Self {
            kind,
            key,
            sequence,
        }
    }

    pub(crate) fn next(&mut self, packet: &ControlPacket<'_>) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        sign(packet, self.kind, self.key, self.sequence)
    }
}

impl Rig {
    /// A session with [`authentication`], not yet heard of.
    pub(crate) fn guarded(kind: AuthType) -> Self {
        Self::authenticated(spec(), Some(authentication(kind)), Path::Ready, 1)
    }

    /// The same, brought Up by a peer whose last packet had the number `sequence`.
    pub(crate) fn guarded_up(kind: AuthType, sequence: u32) -> (Self, Signer) {
        let mut rig = Self::guarded(kind);
        let mut signer = Signer::new(kind, sequence.wrapping_sub(3));
        for packet in [peer(State::Down), peer(State::Up), final_()] {
            let octets = signer.next(&packet);
            assert_eq!(rig.hear_octets(&octets).discard, None);
        }
        assert_eq!(rig.session.state(), State::Up);
        assert_eq!(signer.sequence, sequence);
        (rig, signer)
    }

    pub(crate) fn hear_octets(&mut self, octets: &[u8]) -> crate::support::Outcome {
        self.receive(&ControlPacket::parse(octets).unwrap())
    }
}

/// A session that is Up by a peer with this secret.
pub(crate) fn guarded_up_with(kind: AuthType, secret: &'static [u8]) -> (Rig, Signer) {
    let key = key(1, secret);
    let authentication = with_keys(kind, &key, &[Arc::clone(&key)]);
    let mut rig = Rig::authenticated(spec(), Some(authentication), Path::Ready, 1);
    let mut signer = Signer {
        key: (1, secret),
        ..Signer::new(kind, 0)
    };
    for packet in [peer(State::Down), peer(State::Up), final_()] {
        assert_eq!(rig.hear_octets(&signer.next(&packet)).discard, None);
    }
    (rig, signer)
}

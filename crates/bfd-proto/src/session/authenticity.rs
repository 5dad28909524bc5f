//! What a session remembers to authenticate its packets and the peer's (RFC 5880 §6.7, §6.8.1).

use std::sync::Arc;

use bfd_packet::{AuthBytes, AuthSection, AuthType, ControlPacket, Digest, MAX_SECTION_LEN};

use super::jitter::Jitter;
use crate::auth::{self, Key, window};
use crate::{Authentication, Discard};

/// Octets of the longest packet that Length can tell of.
const LONGEST: usize = 255;
/// Makes the first sequence number another one than the first jitter.
const SEQUENCE_STREAM: u64 = 0x5851_f42d_4c95_7f2d;

/// How a session authenticates. Most do not, and make do with one word.
#[derive(Clone, Debug)]
pub(super) struct Authenticity(Option<Box<Keyed>>);

/// `bfd.AuthType`, keys and sequence numbers of a session that authenticates, or once did.
#[derive(Clone, Debug)]
struct Keyed {
    in_use: Option<Arc<Authentication>>,
    /// The sequence number of the last packet: one less than `bfd.XmitAuthSeq`.
    sent: u32,
    /// `bfd.RcvAuthSeq`; `None` stands for `bfd.AuthSeqKnown` zero.
    received: Option<u32>,
    /// Contents of the last packet, by which the types that are not meticulous step.
    last: Option<ControlPacket<'static>>,
}

impl Authenticity {
    /// The initial values of RFC 5880 §6.8.1; `seed` is random.
    pub(super) fn new(in_use: Option<Arc<Authentication>>, seed: u64) -> Self {
        let first = Jitter::new(seed ^ SEQUENCE_STREAM).fraction();
        Self(in_use.map(|keys| Keyed::new(keys, first)))
    }

    /// Takes other keys into use; `chance` gives the first sequence number of a session that never
    /// authenticated before.
    pub(super) fn replace(&mut self, wanted: Option<&Arc<Authentication>>, chance: Jitter) {
        match (&mut self.0, wanted) {
            (Some(keyed), _) => keyed.replace(wanted),
            (None, Some(keys)) => {
                let first = chance.fork(SEQUENCE_STREAM).fraction();
                self.0 = Some(Keyed::new(Arc::clone(keys), first));
            }
            (None, None) => {}
        }
    }

    /// Whether the packet is the peer's (RFC 5880 §6.8.6 steps 10 to 12); its sequence number, where
    /// the type has one. `known`: `bfd.AuthSeqKnown` has not run out.
    pub(super) fn verify(
        &self,
        packet: &ControlPacket<'_>,
        known: bool,
    ) -> Result<Option<u32>, Discard> {
        let in_use = self.0.as_ref().and_then(|keyed| keyed.in_use.as_ref());
        match (in_use, packet.auth) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Discard::AuthUnexpected),
            (Some(_), None) => Err(Discard::AuthMissing),
            (Some(ours), Some(section)) => {
                let last = self.0.as_ref().and_then(|keyed| keyed.received);
                verify(ours, packet, section, last.filter(|_| known))
            }
        }
    }

    /// The packet with this sequence number was accepted: `bfd.RcvAuthSeq`.
    pub(super) fn accepted(&mut self, sequence: Option<u32>) {
        if let Some(keyed) = &mut self.0 {
            keyed.received = sequence.or(keyed.received);
        }
    }

    /// Writes a packet of ours and returns its Length.
    pub(super) fn write(&mut self, packet: &ControlPacket<'static>, out: &mut [u8]) -> usize {
        match &mut self.0 {
            Some(keyed) => keyed.write(packet, out),
            None => packet.write(out),
        }
    }
}

impl Keyed {
    fn new(keys: Arc<Authentication>, sent: u32) -> Box<Self> {
        Box::new(Self {
            in_use: Some(keys),
            sent,
            received: None,
            last: None,
        })
    }

    /// Sequence numbers go on (RFC 5880 §6.7), but those of a peer that did not authenticate in
    /// between are not known.
    fn replace(&mut self, wanted: Option<&Arc<Authentication>>) {
        if self.in_use.is_none() || wanted.is_none() {
            self.received = None;
        }
        self.in_use = wanted.cloned();
        self.last = None;
    }

    fn write(&mut self, packet: &ControlPacket<'static>, out: &mut [u8]) -> usize {
        let Some(ours) = &self.in_use else {
            return packet.write(out);
        };
        if ours.kind().is_meticulous() || self.last.as_ref() != Some(packet) {
            self.sent = self.sent.wrapping_add(1);
            self.last = Some(*packet);
        }
        sign(ours, packet, self.sent, out)
    }
}

/// The checks in the order of RFC 5880 §6.7.2 to §6.7.4. Nothing is stored before the last of them
/// (errata 7082 and 7083).
fn verify(
    ours: &Authentication,
    packet: &ControlPacket<'_>,
    section: AuthBytes<'_>,
    last: Option<u32>,
) -> Result<Option<u32>, Discard> {
    if section.kind()? != ours.kind() {
        return Err(Discard::AuthType);
    }
    let key = ours.accepted(section.key_id()?).ok_or(Discard::AuthKeyId)?;
    match section.section()? {
        AuthSection::SimplePassword { password, .. } => {
            verify_password(key, password).map(|()| None)
        }
        AuthSection::Digest(theirs) => {
            let sequence = theirs.sequence;
            let fits = |last| window::admits(ours.kind(), last, sequence, packet.detect_mult);
            if !last.is_none_or(fits) {
                return Err(Discard::AuthSequence);
            }
            verify_digest(key, packet, &theirs).map(|()| Some(sequence))
        }
    }
}

fn verify_password(key: &Key, password: &[u8]) -> Result<(), Discard> {
    if password.len() != key.secret.len() {
        return Err(Discard::AuthLength);
    }
    if !auth::is_same(key.secret.octets(), password) {
        return Err(Discard::AuthDigest);
    }
    Ok(())
}

/// The digest covers the packet as received, which is what writing it again gives.
fn verify_digest(
    key: &Key,
    packet: &ControlPacket<'_>,
    theirs: &Digest<'_>,
) -> Result<(), Discard> {
    let mut octets = [0; LONGEST];
    let length = packet.write(&mut octets);
    let ours = auth::digest(theirs.kind, &key.secret, &octets[..length]);
    if auth::is_same(ours.octets(), theirs.digest) {
        Ok(())
    } else {
        Err(Discard::AuthDigest)
    }
}

fn sign(
    ours: &Authentication,
    packet: &ControlPacket<'static>,
    sequence: u32,
    out: &mut [u8],
) -> usize {
    let (kind, key) = (ours.kind(), ours.send_key());
    let mut section = [0; MAX_SECTION_LEN];
    let empty = [0; auth::SHA1_DIGEST];
    let written = match kind {
        AuthType::SimplePassword => AuthSection::SimplePassword {
            key_id: key.id,
            password: key.secret.octets(),
        },
        _ => AuthSection::Digest(Digest {
            kind,
            key_id: key.id,
            sequence,
            digest: &empty[..kind.secret_max()],
        }),
    };
    let auth = Some(written.write(&mut section));
    let length = ControlPacket { auth, ..*packet }.write(out);
    if kind != AuthType::SimplePassword {
        let digest = auth::digest(kind, &key.secret, &out[..length]);
        out[auth::DIGEST_AT..length].copy_from_slice(digest.octets());
    }
    length
}

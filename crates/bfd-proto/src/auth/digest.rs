//! The digests of RFC 5880 §6.7.3 and §6.7.4.

use bfd_packet::AuthType;
use md5::Md5;
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

use super::Secret;

/// Where the digest stands in a packet (RFC 5880 §4.3, §4.4).
pub(crate) const DIGEST_AT: usize = 32;
/// Octets of an MD5 digest, and of the key that stands in its place while hashing.
const MD5_DIGEST: usize = 16;
/// Octets of a SHA1 digest, and of the key that stands in its place while hashing.
pub(crate) const SHA1_DIGEST: usize = 20;

/// A digest of either length.
#[derive(Clone, Copy)]
pub(crate) struct Made {
    octets: [u8; SHA1_DIGEST],
    len: usize,
}

impl Made {
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets[..self.len]
    }
}

/// The digest over `packet`, all Length octets of it, as if the key stood where the digest stands.
///
/// What the packet has there is not looked at. A simple password has no digest: it is not asked for.
pub(crate) fn digest(kind: AuthType, secret: &Secret, packet: &[u8]) -> Made {
    match kind {
        AuthType::KeyedSha1 | AuthType::MeticulousKeyedSha1 => {
            made(&hash::<Sha1>(secret.padded(SHA1_DIGEST), packet))
        }
        _ => made(&hash::<Md5>(secret.padded(MD5_DIGEST), packet)),
    }
}

fn hash<D: sha1::Digest>(key: &[u8], packet: &[u8]) -> sha1::digest::Output<D> {
    let (head, rest) = packet.split_at(DIGEST_AT);
    D::new()
        .chain_update(head)
        .chain_update(key)
        .chain_update(&rest[key.len()..])
        .finalize()
}

fn made(digest: &[u8]) -> Made {
    let mut octets = [0; SHA1_DIGEST];
    octets[..digest.len()].copy_from_slice(digest);
    Made {
        octets,
        len: digest.len(),
    }
}

/// Whether both are equal, in a time that says nothing of where they differ.
pub(crate) fn is_same(ours: &[u8], theirs: &[u8]) -> bool {
    ours.ct_eq(theirs).into()
}

//! Any octets as a UDP payload.

use bfd_packet::{AuthSection, ControlPacket, HEADER_LEN};

/// Parses the octets; what is accepted must survive being written and parsed again.
pub fn codec(payload: &[u8]) {
    let Ok(packet) = ControlPacket::parse(payload) else {
        return;
    };
    let mut octets = [0; 256];
    let length = packet.write(&mut octets);
    assert!(length >= HEADER_LEN && length <= payload.len());
    assert_eq!(ControlPacket::parse(&octets[..length]), Ok(packet));
    assert_eq!(octets[..3], payload[..3]);
    assert_eq!(octets[4..length], payload[4..length]);
    if let Some(Ok(section)) = packet.auth.map(|auth| auth.section()) {
        assert_section(&section, length);
    }
}

/// A section lies within Length and has the size of its type.
fn assert_section(section: &AuthSection<'_>, length: usize) {
    match section {
        AuthSection::SimplePassword { password, .. } => {
            assert!((1..=16).contains(&password.len()));
            assert!(HEADER_LEN + 3 + password.len() <= length);
        }
        AuthSection::Digest(digest) => {
            assert!([16, 20].contains(&digest.digest.len()));
            assert!(HEADER_LEN + 8 + digest.digest.len() <= length);
        }
    }
}

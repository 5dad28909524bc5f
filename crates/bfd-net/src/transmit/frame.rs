//! IPv4, IPv6 and UDP headers around a payload. Pure; any thread.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{checksum::Checksum, egress::Egress};

/// Longest payload: a padded packet for a jumbo frame (RFC 9764) with room to spare.
pub(super) const MAX_PAYLOAD: usize = 9216;
/// Longest headers, IPv6 and UDP.
pub(super) const MAX_HEADERS: usize = V6_HEADER + UDP_HEADER;

const V4_HEADER_U16: u16 = 20;
const V4_HEADER: usize = V4_HEADER_U16 as usize;
const V6_HEADER: usize = 40;
const UDP_HEADER: usize = 8;
const UDP: u8 = 17;

/// Required by RFC 5881 §5 so that the receiver can tell a neighbour from a distant sender.
const TTL: u8 = 255;
/// DSCP CS6, network control.
const TRAFFIC_CLASS: u8 = 0xc0;

/// Writes the packet at the start of `out` and returns its length.
///
/// `None` if the families differ or the payload is longer than [`MAX_PAYLOAD`] or the room.
pub(super) fn write(egress: &Egress, payload: &[u8], out: &mut [u8]) -> Option<usize> {
    match (egress.local, egress.peer) {
        (IpAddr::V4(local), IpAddr::V4(peer)) => {
            let (header, rest) = out.split_first_chunk_mut()?;
            let udp = write_udp(egress, payload, pseudo_v4(local, peer), rest)?;
            *header = header_v4(local, peer, egress.dont_fragment, udp);
            Some(V4_HEADER + usize::from(udp))
        }
        (IpAddr::V6(local), IpAddr::V6(peer)) => {
            let (header, rest) = out.split_first_chunk_mut()?;
            let udp = write_udp(egress, payload, pseudo_v6(local, peer), rest)?;
            *header = header_v6(local, peer, udp);
            Some(V6_HEADER + usize::from(udp))
        }
        _ => None,
    }
}

/// RFC 791 §3.1. The kernel puts an identification in place of zero when fragments are allowed.
fn header_v4(local: Ipv4Addr, peer: Ipv4Addr, dont_fragment: bool, udp: u16) -> [u8; V4_HEADER] {
    const VERSION_AND_WORDS: u8 = 0x45;
    const DONT_FRAGMENT: u8 = 0x40;
    let mut header = [0; V4_HEADER];
    header[0] = VERSION_AND_WORDS;
    header[1] = TRAFFIC_CLASS;
    header[2..4].copy_from_slice(&(V4_HEADER_U16 + udp).to_be_bytes());
    header[6] = if dont_fragment { DONT_FRAGMENT } else { 0 };
    header[8] = TTL;
    header[9] = UDP;
    header[12..16].copy_from_slice(&local.octets());
    header[16..20].copy_from_slice(&peer.octets());
    let checksum = Checksum::default().add(&header).finish();
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    header
}

/// RFC 8200 §3, flow label zero.
fn header_v6(local: Ipv6Addr, peer: Ipv6Addr, udp: u16) -> [u8; V6_HEADER] {
    const VERSION: u8 = 6;
    let mut header = [0; V6_HEADER];
    header[0] = VERSION << 4 | TRAFFIC_CLASS >> 4;
    header[1] = TRAFFIC_CLASS << 4;
    header[4..6].copy_from_slice(&udp.to_be_bytes());
    header[6] = UDP;
    header[7] = TTL;
    header[8..24].copy_from_slice(&local.octets());
    header[24..40].copy_from_slice(&peer.octets());
    header
}

/// Writes UDP header and payload, returns their length.
fn write_udp(egress: &Egress, payload: &[u8], pseudo: Checksum, out: &mut [u8]) -> Option<u16> {
    let fits = payload.len() <= MAX_PAYLOAD;
    let length = fits.then(|| u16::try_from(UDP_HEADER + payload.len()).ok())??;
    let out = out.get_mut(..length.into())?;
    out[0..2].copy_from_slice(&egress.source_port.to_be_bytes());
    out[2..4].copy_from_slice(&egress.destination_port.to_be_bytes());
    out[4..6].copy_from_slice(&length.to_be_bytes());
    out[6..8].fill(0);
    out[UDP_HEADER..].copy_from_slice(payload);
    let pseudo = pseudo.add_number(UDP.into()).add_number(length.into());
    let checksum = transmitted(pseudo.add(out).finish());
    out[6..8].copy_from_slice(&checksum.to_be_bytes());
    Some(length)
}

/// Zero would mean "no checksum" (RFC 768) and is forbidden in IPv6 (RFC 8200 §8.1).
const fn transmitted(checksum: u16) -> u16 {
    if checksum == 0 { 0xffff } else { checksum }
}

fn pseudo_v4(local: Ipv4Addr, peer: Ipv4Addr) -> Checksum {
    Checksum::default().add(&local.octets()).add(&peer.octets())
}

fn pseudo_v6(local: Ipv6Addr, peer: Ipv6Addr) -> Checksum {
    Checksum::default().add(&local.octets()).add(&peer.octets())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

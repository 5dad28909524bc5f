//! BFD packets as Ethernet frames.

use std::net::Ipv4Addr;

use super::PORT;
use bfd_packet::HEADER_LEN;

const ETHERNET: usize = 14;
const IP: usize = 20;
const UDP: usize = 8;
/// Where the payload begins, without IP options.
const HEADERS: usize = ETHERNET + IP + UDP;
/// Length fields, header and payload.
const IP_LENGTH: u8 = 52;
const UDP_LENGTH: u8 = 32;
const _: () = assert!(IP_LENGTH as usize == IP + UDP + HEADER_LEN);
const _: () = assert!(UDP_LENGTH as usize == UDP + HEADER_LEN);

/// Of the daemon's interface.
pub(crate) const DAEMON_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
/// Of all peers.
pub(crate) const PEER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// A control packet as a frame. Without UDP checksum, which IPv4 permits: a network card would have
/// verified it.
pub(super) fn build(
    from: Ipv4Addr,
    to: Ipv4Addr,
    source_port: u16,
    payload: &[u8],
) -> [u8; HEADERS + HEADER_LEN] {
    let mut frame = [0; HEADERS + HEADER_LEN];
    let (ethernet, packet) = frame.split_at_mut(ETHERNET);
    ethernet[..6].copy_from_slice(&DAEMON_MAC);
    ethernet[6..12].copy_from_slice(&PEER_MAC);
    ethernet[12..].copy_from_slice(&[8, 0]);
    let (ip, udp) = packet.split_at_mut(IP);
    // Version and length, class selector 6, total length; TTL 255, UDP.
    ip[..4].copy_from_slice(&[0x45, 0xc0, 0, IP_LENGTH]);
    ip[8..10].copy_from_slice(&[255, 17]);
    ip[12..16].copy_from_slice(&from.octets());
    ip[16..].copy_from_slice(&to.octets());
    let sum = checksum(ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    udp[..2].copy_from_slice(&source_port.to_be_bytes());
    udp[2..4].copy_from_slice(&PORT.to_be_bytes());
    udp[5] = UDP_LENGTH;
    let length = payload.len().min(HEADER_LEN);
    udp[UDP..UDP + length].copy_from_slice(&payload[..length]);
    frame
}

/// Destination and payload of a BFD packet; `None` of anything else.
pub(super) fn parse(frame: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let (ethernet, packet) = frame.split_at_checked(ETHERNET)?;
    let header = usize::from(packet.first()? & 0x0f) * 4;
    let (ip, udp) = packet.split_at_checked(header.max(IP))?;
    let bfd = ethernet[12..] == [8, 0] && ip[9] == 17 && udp.get(2..4)? == PORT.to_be_bytes();
    let to: [u8; 4] = ip[16..20].try_into().ok()?;
    let length = usize::from(u16::from_be_bytes([*udp.get(4)?, *udp.get(5)?]));
    bfd.then(|| udp.get(UDP..length))
        .flatten()
        .map(|payload| (to.into(), payload))
}

/// The Internet checksum (RFC 1071).
fn checksum(header: &[u8]) -> u16 {
    let words = header.chunks_exact(2);
    let sum: u32 = words
        .map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    !u16::try_from(folded).expect("folded twice, a header's sum fits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_is_read_back() {
        let (from, to) = (Ipv4Addr::new(10, 98, 0, 7), Ipv4Addr::new(10, 98, 255, 1));
        let payload = [7; HEADER_LEN];
        let frame = build(from, to, 49_159, &payload);
        assert_eq!(parse(&frame), Some((to, &payload[..])));
        assert_eq!(
            checksum(&frame[ETHERNET..ETHERNET + IP]),
            0,
            "sums to zero with itself"
        );
    }

    #[test]
    fn other_traffic_and_stumps_are_passed_over() {
        let any = Ipv4Addr::LOCALHOST;
        let frame = build(any, any, 49_152, &[0; HEADER_LEN]);
        for length in 0..frame.len() {
            assert_eq!(parse(&frame[..length]), None, "{length} octets");
        }
        let mut other = frame;
        other[ETHERNET + IP + 3] ^= 1;
        assert_eq!(parse(&other), None, "another port");
    }

    #[test]
    fn checksum_of_a_known_header() {
        let header = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,
            0xc7,
        ];
        assert_eq!(checksum(&header), 0xb861);
    }
}

//! Whole packets against the frames of `spec/vectors`, octet for octet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bfd_spec::{Header, Layer, Vector, vectors};

use super::{Egress, MAX_HEADERS, MAX_PAYLOAD, write};

/// The packet behind the Ethernet header.
fn packet(vector: &Vector) -> Vec<u8> {
    let headers = vector
        .headers
        .iter()
        .filter(|header| header.layer != Layer::Ethernet);
    let octets = headers.flat_map(|header| header.octets.iter().copied());
    octets.chain(vector.payload()).collect()
}

/// What has to be asked for to get these headers; `None` if the TTL is not that of a sender, or
/// the UDP checksum is missing.
fn egress(headers: &[Header]) -> Option<Egress> {
    let [_, ip, udp] = headers else { return None };
    let (ip, udp) = (&ip.octets, &udp.octets);
    let port = |at: usize| u16::from_be_bytes([udp[at], udp[at + 1]]);
    let v4 = |at: usize| IpAddr::V4(Ipv4Addr::from(*ip[at..].first_chunk::<4>().unwrap()));
    let v6 = |at: usize| IpAddr::V6(Ipv6Addr::from(*ip[at..].first_chunk::<16>().unwrap()));
    let (ttl, local, peer, dont_fragment) = match ip[0] >> 4 {
        4 => (ip[8], v4(12), v4(16), ip[6] & 0x40 != 0),
        _ => (ip[7], v6(8), v6(24), false),
    };
    (ttl == 255 && udp[6..8] != [0, 0]).then(|| Egress {
        local,
        peer,
        ifindex: 0,
        source_port: port(0),
        destination_port: port(2),
        dont_fragment,
    })
}

// covers: 5881-4-01, 5881-5-01, 5880-9-01, 5880-7-03, 5882-6-01, 5883-5-01, 9764-3-01, 9764-3-04
#[test]
fn packets_are_those_of_the_vectors() {
    let mut seen = Vec::new();
    for vector in ["frames", "padded"]
        .into_iter()
        .flat_map(|file| vectors(file).unwrap())
    {
        let Some(egress) = egress(&vector.headers) else {
            continue;
        };
        let mut out = [0xaa; MAX_HEADERS + MAX_PAYLOAD];
        let length = write(&egress, &vector.payload(), &mut out).unwrap();
        assert_eq!(out[..length], packet(&vector), "{}", vector.id);
        seen.push(vector.id);
    }
    let expected = [
        "F-01", "F-03", "F-04", "F-07", "F-08", "P-01", "P-02", "P-03", "P-04", "P-05",
    ];
    assert_eq!(seen, expected);
}

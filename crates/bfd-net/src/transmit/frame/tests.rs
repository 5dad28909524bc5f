use proptest::prelude::*;

use super::*;

/// The packet part of a vector, from the IP header on.
fn octets(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    let octet = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
    (0..digits.len()).step_by(2).map(octet).collect()
}

fn egress(local: &str, peer: &str) -> Egress {
    Egress {
        local: local.parse().expect("an address"),
        peer: peer.parse().expect("an address"),
        ifindex: 0,
        source_port: 49152,
        destination_port: 3784,
        dont_fragment: false,
    }
}

fn packet(egress: &Egress, payload: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xee; MAX_HEADERS + MAX_PAYLOAD];
    let length = write(egress, payload, &mut out)?;
    out.truncate(length);
    Some(out)
}

/// Vector F-01.
#[test]
fn f01_ipv4_single_hop() {
    let frame = octets(
        "45c0003400000000ff1136f5c0000201c0000202 c0000ec8002095d7 \
         20c003180a0b0c0d1a2b3c4d0000c3500000c35000000000",
    );
    let written = packet(&egress("192.0.2.1", "192.0.2.2"), &frame[28..]);
    assert_eq!(written, Some(frame));
}

/// Vector F-03.
#[test]
fn f03_ipv6_single_hop() {
    let frame = octets(
        "6c000000002011ff20010db800000001000000000000000120010db8000000010000000000000002 \
         c0000ec80020be64 20c003180a0b0c0d1a2b3c4d0000c3500000c35000000000",
    );
    let written = packet(&egress("2001:db8:0:1::1", "2001:db8:0:1::2"), &frame[48..]);
    assert_eq!(written, Some(frame));
}

#[test]
fn dont_fragment_changes_its_flag_and_the_checksum() {
    let way = egress("192.0.2.1", "192.0.2.2");
    let plain = packet(&way, &[0; 24]).expect("fits");
    let flagged = packet(
        &Egress {
            dont_fragment: true,
            ..way
        },
        &[0; 24],
    )
    .expect("fits");
    let differing: Vec<_> = (0..plain.len())
        .filter(|&at| plain[at] != flagged[at])
        .collect();
    assert_eq!(differing, [6, 10, 11]);
    assert_eq!((flagged[6], &flagged[10..12]), (0x40, &[0xf6, 0xf4][..]));
}

#[test]
fn what_does_not_fit_is_refused() {
    let way = egress("192.0.2.1", "192.0.2.2");
    assert!(packet(&way, &[0; MAX_PAYLOAD]).is_some());
    assert!(packet(&way, &[0; MAX_PAYLOAD + 1]).is_none());
    assert!(packet(&egress("192.0.2.1", "2001:db8::1"), &[]).is_none());
    assert!(write(&way, &[0; 24], &mut [0; 51]).is_none());
    assert_eq!(write(&way, &[0; 24], &mut [0; 52]), Some(52));
    assert!(write(&way, &[0; 24], &mut [0; 10]).is_none());
}

/// A payload that makes the sum all ones: its complement, zero, must go out as all ones.
#[test]
fn a_checksum_of_zero_is_sent_as_all_ones() {
    for (way, at) in [
        (egress("192.0.2.1", "192.0.2.2"), V4_HEADER),
        (egress("2001:db8::1", "2001:db8::2"), V6_HEADER),
    ] {
        let with_zero = packet(&way, &[0, 0]).expect("fits");
        let payload = [with_zero[at + 6], with_zero[at + 7]];
        let packet = packet(&way, &payload).expect("fits");
        assert_eq!(packet[at + 6..at + 8], [0xff, 0xff]);
    }
}

/// RFC 1071 word by word, as slowly as it is written there.
fn reference_sum(octets: &[u8]) -> u16 {
    octets.chunks(2).fold(0_u16, |sum, word| {
        let word = u16::from_be_bytes([word[0], *word.get(1).unwrap_or(&0)]);
        let (sum, carry) = sum.overflowing_add(word);
        sum + u16::from(carry)
    })
}

fn pseudo_header(local: &[u8], peer: &[u8], udp: &[u8]) -> Vec<u8> {
    let length = u16::try_from(udp.len()).expect("short").to_be_bytes();
    [local, peer, &[0, UDP], &length, udp].concat()
}

fn payloads() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        proptest::collection::vec(any::<u8>(), 1400..1500),
        proptest::collection::vec(Just(0xff_u8), 0..MAX_PAYLOAD),
    ]
}

proptest! {
    #[test]
    fn checksum_equals_the_reference(octets in payloads()) {
        prop_assert_eq!(Checksum::default().add(&octets).finish(), !reference_sum(&octets));
    }

    /// A receiver sums everything including the checksum and must get all ones.
    #[test]
    fn ipv4_checksums_verify(
        local in any::<Ipv4Addr>(),
        peer in any::<Ipv4Addr>(),
        ports in any::<(u16, u16)>(),
        dont_fragment in any::<bool>(),
        payload in payloads(),
    ) {
        let (source_port, destination_port) = ports;
        let way = Egress {
            local: local.into(), peer: peer.into(), ifindex: 0,
            source_port, destination_port, dont_fragment,
        };
        let packet = packet(&way, &payload).expect("fits");
        let (header, udp) = packet.split_at(V4_HEADER);
        prop_assert_eq!(reference_sum(header), 0xffff);
        prop_assert_eq!(reference_sum(&pseudo_header(&local.octets(), &peer.octets(), udp)), 0xffff);
        prop_assert_ne!(&udp[6..8], &[0, 0]);
        prop_assert_eq!(&udp[UDP_HEADER..], &payload[..]);
    }

    #[test]
    fn ipv6_checksums_verify(
        local in any::<Ipv6Addr>(),
        peer in any::<Ipv6Addr>(),
        ports in any::<(u16, u16)>(),
        payload in payloads(),
    ) {
        let (source_port, destination_port) = ports;
        let way = Egress {
            local: local.into(), peer: peer.into(), ifindex: 0,
            source_port, destination_port, dont_fragment: false,
        };
        let packet = packet(&way, &payload).expect("fits");
        let udp = &packet[V6_HEADER..];
        prop_assert_eq!(reference_sum(&pseudo_header(&local.octets(), &peer.octets(), udp)), 0xffff);
        prop_assert_ne!(&udp[6..8], &[0, 0]);
        prop_assert_eq!(&udp[UDP_HEADER..], &payload[..]);
    }
}

//! Frames on the wire, octet by octet, against the test vectors F-01, F-03 and F-04.

use bfd_net::{Egress, TxBatch};

use crate::support::{Capture, PAYLOAD, Pair, egress, flush, ifindex};

/// The F vectors go from A to B over Ethernet.
const ETHERNET: &str = "02000000000b 02000000000a";
const F01: &str = "0800 45c0003400000000ff1136f5c0000201c0000202 c0000ec8002095d7 \
                   20c003180a0b0c0d1a2b3c4d0000c3500000c35000000000";
const F03: &str = "86dd 6c000000002011ff20010db800000001000000000000000120010db8000000010000000000000002 \
                   c0000ec80020be64 20c003180a0b0c0d1a2b3c4d0000c3500000c35000000000";
const F04: &str = "86dd 6c000000002011fffe80000000000000000000000000000afe80000000000000000000000000000b \
                   c0000ec80020f4be 204003180a0b0c0d00000000000f42400000c35000000000";

fn frame(hex: &str) -> Vec<u8> {
    let digits: String = [ETHERNET, hex].concat().split_whitespace().collect();
    let octet = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
    (0..digits.len()).step_by(2).map(octet).collect()
}

fn sent(pair: &Pair, egress: impl FnOnce() -> Egress + Send, payload: &[u8]) -> Vec<u8> {
    let mut capture = pair.b.run(Capture::open);
    pair.a.run(|| {
        let mut batch = TxBatch::open().expect("root may send");
        batch.push(&egress(), payload, 0);
        flush(&mut batch);
    });
    capture.udp_frame()
}

/// One's complement sum of a header including its checksum.
fn sum(header: &[u8]) -> u16 {
    let words = header
        .chunks(2)
        .map(|w| u32::from(u16::from_be_bytes([w[0], w[1]])));
    let sum: u32 = words.sum();
    u16::try_from((sum >> 16) + (sum & 0xffff)).expect("ten words fold once")
}

/// The kernel numbers fragmentable packets and renews the header checksum; nothing else differs.
#[test]
fn f01_ipv4() {
    const IDENTIFICATION: std::ops::Range<usize> = 18..20;
    const CHECKSUM: std::ops::Range<usize> = 24..26;
    let mut seen = sent(&Pair::new(), || egress("192.0.2.1", "192.0.2.2"), &PAYLOAD);
    assert_eq!(sum(&seen[14..34]), 0xffff);
    let expected = frame(F01);
    for field in [IDENTIFICATION, CHECKSUM] {
        seen[field.clone()].copy_from_slice(&expected[field]);
    }
    assert_eq!(seen, expected);
}

#[test]
fn f01_ipv4_with_dont_fragment_is_sent_as_built() {
    let way = || Egress {
        dont_fragment: true,
        ..egress("192.0.2.1", "192.0.2.2")
    };
    let mut expected = frame(F01);
    expected[20] = 0x40;
    expected[24..26].copy_from_slice(&0xf6f4_u16.to_be_bytes());
    let seen = sent(&Pair::new(), way, &PAYLOAD);
    assert_eq!(seen, expected);
}

#[test]
fn f03_ipv6() {
    let seen = sent(
        &Pair::new(),
        || egress("2001:db8:0:1::1", "2001:db8:0:1::2"),
        &PAYLOAD,
    );
    assert_eq!(seen, frame(F03));
}

#[test]
fn f04_ipv6_link_local() {
    let way = || Egress {
        ifindex: ifindex("veth0"),
        ..egress("fe80::a", "fe80::b")
    };
    let expected = frame(F04);
    let seen = sent(&Pair::new(), way, &expected[62..]);
    assert_eq!(seen, expected);
}

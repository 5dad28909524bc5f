use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

/// A control message as the kernel lays it out, with padding behind.
fn message(level: i32, kind: i32, data: &[u8]) -> Vec<u8> {
    let length = HEADER + data.len();
    let mut octets = length.to_ne_bytes().to_vec();
    octets.extend(level.to_ne_bytes());
    octets.extend(kind.to_ne_bytes());
    octets.extend(data);
    octets.resize(length.next_multiple_of(8), 0);
    octets
}

fn stamp_message() -> Vec<u8> {
    let time = [7_i64.to_ne_bytes(), 9_i64.to_ne_bytes()].concat();
    message(libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS, &time)
}

#[test]
fn ipv4_messages() {
    let info = [3_u32.to_ne_bytes(), [9; 4], [192, 0, 2, 1]].concat();
    let octets = [
        stamp_message(),
        message(libc::SOL_SOCKET, libc::SO_RXQ_OVFL, &5_u32.to_ne_bytes()),
        message(libc::IPPROTO_IP, libc::IP_PKTINFO, &info),
        message(libc::IPPROTO_IP, libc::IP_TTL, &254_i32.to_ne_bytes()),
    ];
    let expected = Ancillary {
        destination: Some((Ipv4Addr::new(192, 0, 2, 1).into(), 3)),
        ttl: Some(254),
        stamp: Some(WallNanos(7_000_000_009)),
        drop_counter: Some(5),
    };
    assert_eq!(Ancillary::decode(&octets.concat()), expected);
}

#[test]
fn ipv6_messages() {
    let info = [&Ipv6Addr::LOCALHOST.octets()[..], &4_u32.to_ne_bytes()].concat();
    let octets = [
        message(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, &info),
        message(
            libc::IPPROTO_IPV6,
            libc::IPV6_HOPLIMIT,
            &255_i32.to_ne_bytes(),
        ),
        message(libc::SOL_SOCKET, 9999, &[1, 2, 3]),
    ];
    let expected = Ancillary {
        destination: Some((Ipv6Addr::LOCALHOST.into(), 4)),
        ttl: Some(255),
        ..Ancillary::default()
    };
    assert_eq!(Ancillary::decode(&octets.concat()), expected);
}

/// A message cut off at the end of the room is passed over, what stands before it counts.
#[test]
fn a_cut_message_is_passed_over() {
    let mut octets = stamp_message();
    octets.extend(message(
        libc::IPPROTO_IP,
        libc::IP_TTL,
        &1_i32.to_ne_bytes(),
    ));
    octets.truncate(octets.len() - 8);
    let decoded = Ancillary::decode(&octets);
    assert_eq!(
        (decoded.stamp, decoded.ttl),
        (Some(WallNanos(7_000_000_009)), None)
    );
}

#[test]
fn the_room_holds_all_messages() {
    let info = message(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, &[0; 20]);
    let ttl = message(libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT, &[0; 4]);
    let drops = message(libc::SOL_SOCKET, libc::SO_RXQ_OVFL, &[0; 4]);
    let all = [info, ttl, drops, stamp_message()].concat();
    assert!(all.len() <= Control::CAPACITY, "{}", all.len());
}

proptest! {
    #[test]
    fn any_octets_decode(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        Ancillary::decode(&octets);
    }

    /// Lengths that lie, with sound content around them.
    #[test]
    fn any_length_decodes(length in any::<usize>(), tail in any::<[u8; 40]>()) {
        Ancillary::decode(&[&length.to_ne_bytes()[..], &tail].concat());
    }
}

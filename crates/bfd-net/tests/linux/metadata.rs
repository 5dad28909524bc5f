//! What is known of a received datagram.

use std::{
    net::{SocketAddr, SocketAddrV6, UdpSocket},
    thread,
    time::Duration,
};

use bfd_net::{Clock, Egress, Family, MonoNanos, RxBatch, RxMeta, TxBatch, WallNanos};
use socket2::SockRef;

use crate::support::{
    Namespace, PAYLOAD, Pair, Reader, egress, eventually, flush, ifindex, ip, open,
};

/// The front desk of a one-worker group on 3784 gets what has no discriminator.
fn front_desk(family: Family) -> Reader {
    Reader::new(open(family, 3784, 1).pop().expect("the last socket"))
}

fn send(way: Egress, payload: &[u8]) {
    let mut batch = TxBatch::open().expect("root may send");
    batch.push(&way, payload, 0);
    flush(&mut batch);
}

#[test]
fn ipv4_metadata() {
    let pair = Pair::new();
    let mut reader = pair.b.run(|| front_desk(Family::V4));
    let before = WallNanos::now();
    pair.a
        .run(|| send(egress("192.0.2.1", "192.0.2.2"), &[0; 24]));
    let (meta, payload) = reader.one();
    let stamp = meta.stamp.expect("the kernel stamps");
    assert!((before..=WallNanos::now()).contains(&stamp));
    let expected = RxMeta {
        source: "192.0.2.1:49152".parse().expect("an address"),
        destination: ip("192.0.2.2"),
        ifindex: pair.b.run(|| ifindex("veth0")),
        ttl: 255,
        stamp: Some(stamp),
        length: 24,
    };
    assert_eq!((meta, payload), (expected, vec![0; 24]));
}

#[test]
fn ipv6_metadata() {
    let pair = Pair::new();
    let mut reader = pair.b.run(|| front_desk(Family::V6));
    pair.a
        .run(|| send(egress("2001:db8:0:1::1", "2001:db8:0:1::2"), &[0; 24]));
    let (meta, _) = reader.one();
    assert_eq!(
        meta.source,
        "[2001:db8:0:1::1]:49152".parse().expect("an address")
    );
    assert_eq!(meta.destination, ip("2001:db8:0:1::2"));
    assert_eq!(meta.ifindex, pair.b.run(|| ifindex("veth0")));
    assert_eq!((meta.ttl, meta.length), (255, 24));
    assert!(meta.stamp.is_some());
}

#[test]
fn a_foreign_ttl_is_told_as_received() {
    let pair = Pair::new();
    let mut reader = pair.b.run(|| front_desk(Family::V4));
    pair.a.run(|| {
        let socket = UdpSocket::bind("192.0.2.1:0").expect("a free port");
        socket.set_ttl(64).expect("a valid TTL");
        socket.send_to(&[0; 24], "192.0.2.2:3784").expect("a route");
    });
    assert_eq!(reader.one().0.ttl, 64);
}

#[test]
fn a_foreign_hop_limit_is_told_as_received() {
    let pair = Pair::new();
    let mut reader = pair.b.run(|| front_desk(Family::V6));
    pair.a.run(|| {
        let socket = UdpSocket::bind("[2001:db8:0:1::1]:0").expect("a free port");
        SockRef::from(&socket)
            .set_unicast_hops_v6(1)
            .expect("a valid hop limit");
        socket
            .send_to(&[0; 24], "[2001:db8:0:1::2]:3784")
            .expect("a route");
    });
    assert_eq!(reader.one().0.ttl, 1);
}

/// Two cables between the same two hosts, the same link-local addresses on both.
#[test]
fn interfaces_tell_equal_link_local_peers_apart() {
    let pair = Pair::new();
    pair.cable("veth1");
    let mut at_b = pair.b.run(|| front_desk(Family::V6));
    let mut at_a = pair.a.run(|| front_desk(Family::V6));
    for device in ["veth1", "veth0"] {
        let (index_a, index_b) = (
            pair.a.run(|| ifindex(device)),
            pair.b.run(|| ifindex(device)),
        );
        let to_b = Egress {
            ifindex: index_a,
            ..egress("fe80::a", "fe80::b")
        };
        let to_a = Egress {
            ifindex: index_b,
            ..egress("fe80::b", "fe80::a")
        };
        pair.a.run(|| send(to_b, &[0; 24]));
        pair.b.run(|| send(to_a, &[0; 24]));
        for (reader, index, source) in [
            (&mut at_b, index_b, "fe80::a"),
            (&mut at_a, index_a, "fe80::b"),
        ] {
            let (meta, _) = reader.one();
            let SocketAddr::V6(from) = meta.source else {
                panic!("IPv6 expected")
            };
            assert_eq!(
                from,
                SocketAddrV6::new(*from.ip(), 49152, 0, index),
                "{device}"
            );
            assert_eq!(
                (meta.source.ip(), meta.ifindex),
                (ip(source), index),
                "{device}"
            );
        }
    }
}

/// Several IPv4 networks on parallel cables: the interface decides, not the route.
#[test]
fn ipv4_leaves_through_the_interface_asked_for() {
    let pair = Pair::new();
    pair.cable("veth1");
    pair.b.ip("route add 198.51.100.1/32 dev veth1");
    pair.b.ip("addr add 198.51.100.2/32 dev lo");
    pair.a.ip("route add 198.51.100.2/32 dev veth0 metric 1");
    pair.a.ip("route add 198.51.100.2/32 dev veth1 metric 2");
    let mut reader = pair.b.run(|| front_desk(Family::V4));
    for device in ["veth1", "veth0"] {
        let way = egress("198.51.100.1", "198.51.100.2");
        pair.a.run(|| {
            send(
                Egress {
                    ifindex: ifindex(device),
                    ..way
                },
                &[0; 24],
            )
        });
        assert_eq!(
            reader.one().0.ifindex,
            pair.b.run(|| ifindex(device)),
            "{device}"
        );
    }
}

#[test]
fn long_payloads_keep_their_beginning_and_their_length() {
    Namespace::new().run(|| {
        let mut reader = Reader::new(open(Family::V4, 3784, 1).remove(0));
        for length in [255, 256, 257, 1472, 9000, TxBatch::MAX_PAYLOAD] {
            let mut sent: Vec<u8> = (0..=250).cycle().take(length).collect();
            sent[..24].copy_from_slice(&PAYLOAD);
            send(egress("127.0.0.1", "127.0.0.1"), &sent);
            let (meta, kept) = reader.one();
            assert_eq!(meta.length, length);
            assert_eq!(kept, sent[..length.min(RxBatch::PAYLOAD)]);
            assert_eq!(meta.is_truncated(&kept), length > RxBatch::PAYLOAD);
        }
    });
}

/// A packet that waited in the buffer counts from when it arrived, not from when it was read.
///
/// The kernel starts to stamp a moment after the first socket asked for it; until then a packet
/// is stamped when it is read.
#[test]
fn arrival_time_survives_waiting_in_the_buffer() {
    Namespace::new().run(|| {
        let mut reader = Reader::new(open(Family::V4, 3784, 1).remove(0));
        eventually(|| {
            let mut clock = Clock::new();
            send(egress("127.0.0.1", "127.0.0.1"), &PAYLOAD);
            reader.wait_readable();
            let queued = MonoNanos::now();
            while clock.turn() < queued + Duration::from_millis(20) {
                thread::yield_now();
            }
            let arrival = clock.arrival(reader.one().0.stamp);
            if arrival <= queued {
                Ok(())
            } else {
                Err("stamped after it was queued")
            }
        });
    });
}

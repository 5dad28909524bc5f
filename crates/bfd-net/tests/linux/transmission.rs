//! Sending under failures: what cannot go out is told, everything else goes out.

use bfd_net::{Egress, Family, TxBatch};

use crate::support::{
    Capture, Namespace, PAYLOAD, Pair, Reader, egress, failures, flush, ifindex, loopback, open,
};

const ENETUNREACH: i32 = 101;
const EMSGSIZE: i32 = 90;
const EAFNOSUPPORT: i32 = 97;
const ENODEV: i32 = 19;
const ENOBUFS: i32 = 105;

/// A payload that is steered to worker 0 of 1 and carries a number.
fn numbered(number: u8) -> [u8; 24] {
    let mut payload = PAYLOAD;
    payload[1] = number;
    payload
}

fn good(family: Family) -> Egress {
    let address = loopback(family);
    Egress {
        local: address,
        peer: address,
        ..egress("127.0.0.1", "127.0.0.1")
    }
}

fn numbers(reader: &mut Reader, count: usize) -> Vec<u8> {
    reader
        .wait_for(count)
        .into_iter()
        .map(|(_, payload)| payload[1])
        .collect()
}

#[test]
fn packets_behind_a_failing_one_still_go_out() {
    Namespace::new().run(|| {
        for (family, nowhere) in [
            (Family::V4, egress("192.0.2.1", "203.0.113.1")),
            (Family::V6, egress("2001:db8::1", "2001:db8:ffff::1")),
        ] {
            let mut reader = Reader::new(open(family, 3784, 1).remove(0));
            let mut batch = TxBatch::open().expect("root may send");
            for number in 0..10 {
                let way = if number % 3 == 1 {
                    nowhere
                } else {
                    good(family)
                };
                batch.push(&way, &numbered(number), number.into());
            }
            let lost = [1, 4, 7].map(|token| (token, ENETUNREACH));
            assert_eq!(failures(&mut batch), lost);
            assert_eq!(numbers(&mut reader, 7), [0, 2, 3, 5, 6, 8, 9]);
            assert_eq!(failures(&mut batch), [], "each failure is told once");
        }
    });
}

#[test]
fn the_first_and_the_last_may_fail() {
    Namespace::new().run(|| {
        let mut reader = Reader::new(open(Family::V4, 3784, 1).remove(0));
        let mut batch = TxBatch::open().expect("root may send");
        let nowhere = egress("192.0.2.1", "203.0.113.1");
        for (token, way) in [nowhere, good(Family::V4), nowhere].into_iter().enumerate() {
            batch.push(&way, &numbered(7), u32::try_from(token).expect("small"));
        }
        assert_eq!(failures(&mut batch), [(0, ENETUNREACH), (2, ENETUNREACH)]);
        assert_eq!(numbers(&mut reader, 1), [7]);
    });
}

/// More packets than a batch holds, of both families, a failure in each chunk.
#[test]
fn an_overfull_batch_flushes_itself() {
    Namespace::new().run(|| {
        let [mut v4, mut v6] =
            Family::ALL.map(|family| Reader::new(open(family, 3784, 1).remove(0)));
        let mut batch = TxBatch::open().expect("root may send");
        for number in 0..200 {
            batch.push(&good(Family::V4), &numbered(number), 0);
            batch.push(&good(Family::V6), &numbered(number), 0);
            if number % 50 == 0 {
                batch.push(&egress("192.0.2.1", "203.0.113.1"), &PAYLOAD, number.into());
            }
        }
        let lost = [0, 50, 100, 150].map(|token| (token, ENETUNREACH));
        assert_eq!(failures(&mut batch), lost);
        let all: Vec<u8> = (0..200).collect();
        assert_eq!(numbers(&mut v4, 200), all);
        assert_eq!(numbers(&mut v6, 200), all);
    });
}

#[test]
fn jumbo_packets_share_the_room() {
    Namespace::new().run(|| {
        let mut reader = Reader::new(open(Family::V4, 3784, 1).remove(0));
        let mut batch = TxBatch::open().expect("root may send");
        let mut jumbo = vec![0x5a; TxBatch::MAX_PAYLOAD];
        for number in 0..20 {
            jumbo[..24].copy_from_slice(&numbered(number));
            batch.push(&good(Family::V4), &jumbo, 0);
        }
        flush(&mut batch);
        let all: Vec<u8> = (0..20).collect();
        assert_eq!(numbers(&mut reader, 20), all);
    });
}

#[test]
fn what_cannot_be_expressed_or_fit_is_told() {
    let pair = Pair::new();
    pair.a.run(|| {
        let mut batch = TxBatch::open().expect("root may send");
        let neighbour = egress("192.0.2.1", "192.0.2.2");
        batch.push(&egress("192.0.2.1", "2001:db8:0:1::2"), &PAYLOAD, 1);
        batch.push(&neighbour, &vec![0; TxBatch::MAX_PAYLOAD + 1], 2);
        batch.push(&neighbour, &[0; 1473], 3);
        batch.push(&neighbour, &[0; 1472], 4);
        batch.push(
            &Egress {
                ifindex: 9999,
                ..neighbour
            },
            &PAYLOAD,
            5,
        );
        batch.push(
            &Egress {
                ifindex: 9999,
                ..egress("fe80::a", "fe80::b")
            },
            &PAYLOAD,
            6,
        );
        let mut told = failures(&mut batch);
        told.sort_unstable();
        let errors = [
            (1, EAFNOSUPPORT),
            (2, EMSGSIZE),
            (3, EMSGSIZE),
            (5, ENODEV),
            (6, ENODEV),
        ];
        assert_eq!(told, errors);
    });
}

/// The raw sender may use an address of nobody, which tests and benches need.
#[test]
fn a_source_may_be_spoofed() {
    let pair = Pair::new();
    let mut capture = pair.b.run(Capture::open);
    pair.a.run(|| {
        let mut batch = TxBatch::open().expect("root may send");
        batch.push(&egress("198.51.100.77", "192.0.2.2"), &PAYLOAD, 0);
        batch.push(&egress("2001:db8:7::7", "2001:db8:0:1::2"), &PAYLOAD, 0);
        flush(&mut batch);
    });
    let mut frames = [capture.udp_frame(), capture.udp_frame()];
    frames.sort_by_key(Vec::len);
    assert_eq!(frames[0][26..30], [198, 51, 100, 77]);
    assert_eq!(frames[1][22..30], [0x20, 0x01, 0x0d, 0xb8, 0, 7, 0, 0]);
}

/// Packets for neighbours that do not answer wait in the kernel for seconds, charged to our
/// socket; the living must not starve for that.
#[test]
fn dead_neighbours_do_not_hold_up_a_living_one() {
    /// Few: the neighbour table is one for all namespaces, and short.
    const DEAD: u32 = 100;
    const ROUNDS: u32 = 40;
    let pair = Pair::new();
    pair.address("10.0.0.1/16", "10.0.0.2/16", "veth0");
    let mut reader = pair
        .b
        .run(|| Reader::new(open(Family::V4, 3784, 1).remove(0)));
    pair.a.run(|| {
        let mut batch = TxBatch::open().expect("root may send");
        let way = egress("10.0.0.1", "10.0.0.2");
        for dead in 0..DEAD * ROUNDS {
            let host = 256 + dead / ROUNDS;
            let [_, _, high, low] = host.to_be_bytes();
            batch.push(
                &Egress {
                    peer: [10, 0, high, low].into(),
                    ..way
                },
                &PAYLOAD,
                dead,
            );
        }
        batch.push(&way, &numbered(42), 0);
        flush(&mut batch);
    });
    assert_eq!(numbers(&mut reader, 1), [42]);
}

/// Raw sockets hide this error unless asked for it.
#[test]
fn a_drop_in_our_own_interface_queue_is_told() {
    let pair = Pair::new();
    pair.a
        .ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:0b dev veth0");
    pair.a
        .ip("neigh add 2001:db8:0:1::2 lladdr 02:00:00:00:00:0b dev veth0");
    pair.a.tc("qdisc replace dev veth0 root pfifo limit 0");
    pair.a.run(|| {
        let mut batch = TxBatch::open().expect("root may send");
        batch.push(&egress("192.0.2.1", "192.0.2.2"), &PAYLOAD, 4);
        batch.push(&egress("2001:db8:0:1::1", "2001:db8:0:1::2"), &PAYLOAD, 6);
        assert_eq!(failures(&mut batch), [(4, ENOBUFS), (6, ENOBUFS)]);
    });
}

/// Policy routing sees the source address although the header is ours.
#[test]
fn rules_by_source_address_apply() {
    let pair = Pair::new();
    pair.cable("veth1");
    pair.b.ip("addr add 198.51.100.2/32 dev lo");
    pair.a.ip("addr add 198.51.100.1/32 dev lo");
    pair.a.ip("rule add from 198.51.100.1 table 100");
    pair.a.ip("route add 198.51.100.2/32 dev veth1 table 100");
    pair.a.ip("route add 198.51.100.2/32 dev veth0");
    pair.b.ip("route add 198.51.100.1/32 dev veth1");
    let mut reader = pair
        .b
        .run(|| Reader::new(open(Family::V4, 3784, 1).remove(0)));
    pair.a.run(|| {
        let mut batch = TxBatch::open().expect("root may send");
        batch.push(&egress("198.51.100.1", "198.51.100.2"), &PAYLOAD, 0);
        flush(&mut batch);
    });
    assert_eq!(reader.one().0.ifindex, pair.b.run(|| ifindex("veth1")));
}

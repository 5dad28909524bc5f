//! The kernel's choice of socket equals the model in `Steering::index`.

use std::num::NonZeroU16;

use bfd_net::{Egress, Family, RxSocket, Steering, TxBatch};

use crate::support::{Namespace, PAYLOAD, Reader, flush, loopback, open};

const WORKERS: u16 = 3;

/// A payload whose Your Discriminator is `discriminator`.
fn payload(discriminator: u32) -> Vec<u8> {
    let mut payload = PAYLOAD.to_vec();
    payload[8..12].copy_from_slice(&discriminator.to_be_bytes());
    payload
}

/// Junk, first packets, and discriminators of every residue.
fn payloads() -> Vec<Vec<u8>> {
    let short = [0, 1, 8, 11].map(|length| vec![0xff; length]);
    let exact = vec![0x01; 12];
    let edges = [0, 1, 2, 3, u32::MAX, 0x8000_0000, 0x1a2b_3c4d].map(payload);
    let many = (100..400).map(payload);
    short
        .into_iter()
        .chain([exact])
        .chain(edges)
        .chain(many)
        .collect()
}

fn send_all(family: Family, port: u16, payloads: &[Vec<u8>]) {
    let mut batch = TxBatch::open().expect("root may send");
    let address = loopback(family);
    let egress = Egress {
        local: address,
        peer: address,
        ifindex: 0,
        source_port: 49152,
        destination_port: port,
        dont_fragment: false,
    };
    for payload in payloads {
        batch.push(&egress, payload, 0);
    }
    flush(&mut batch);
}

fn received(socket: RxSocket, expected: usize) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(socket);
    let mut datagrams = reader.wait_for(expected);
    datagrams.extend(reader.drain());
    datagrams.into_iter().map(|(_, payload)| payload).collect()
}

fn kernel_agrees_with_model(family: Family, workers: u16) {
    Namespace::new().run(|| {
        let sockets = open(family, 0, workers);
        let steering = Steering::new(NonZeroU16::new(workers).expect("not zero"));
        assert_eq!(sockets.len(), steering.sockets());
        let payloads = payloads();
        send_all(family, sockets[0].port(), &payloads);
        for (index, socket) in sockets.into_iter().enumerate() {
            let due = |payload: &&Vec<u8>| steering.index(payload) == index;
            let expected: Vec<_> = payloads.iter().filter(due).cloned().collect();
            assert!(!expected.is_empty());
            assert_eq!(received(socket, expected.len()), expected, "socket {index}");
        }
    });
}

#[test]
fn ipv4_goes_by_residue_and_zero_to_the_front_desk() {
    kernel_agrees_with_model(Family::V4, WORKERS);
}

#[test]
fn ipv6_goes_by_residue_and_zero_to_the_front_desk() {
    kernel_agrees_with_model(Family::V6, WORKERS);
}

#[test]
fn a_single_worker_is_steered_as_well() {
    kernel_agrees_with_model(Family::V4, 1);
}

#[test]
fn both_families_share_a_port_number() {
    Namespace::new().run(|| {
        let v4 = open(Family::V4, 0, WORKERS);
        let v6 = open(Family::V6, v4[0].port(), WORKERS);
        send_all(Family::V4, v4[0].port(), &[payload(1)]);
        send_all(Family::V6, v4[0].port(), &[payload(2)]);
        let sources = [(v4, 1_usize, Family::V4), (v6, 2, Family::V6)];
        for (sockets, owner, family) in sources {
            let socket = sockets.into_iter().nth(owner).expect("an owner");
            let (meta, _) = Reader::new(socket).one();
            assert_eq!(meta.source.ip(), loopback(family));
        }
    });
}

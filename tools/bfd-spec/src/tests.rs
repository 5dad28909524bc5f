//! The data agrees with itself: each name it mentions exists, each id is unique.

use super::*;
use std::collections::BTreeSet;

const FILES: [&str; 10] = [
    "control",
    "frames",
    "auth",
    "padded",
    "vxlan",
    "geneve",
    "micro-bfd",
    "s-bfd",
    "unaffiliated-echo",
    "other",
];

fn all_vectors() -> Vec<Vector> {
    FILES
        .iter()
        .flat_map(|file| vectors(file).unwrap())
        .collect()
}

#[test]
fn each_row_explains_its_status() {
    let follow_ups = follow_ups().unwrap();
    for row in rfcs().unwrap().iter().flat_map(|rfc| &rfc.rows) {
        let later = row.status == Status::Later;
        let known = row
            .follow_up
            .as_ref()
            .is_some_and(|name| follow_ups.contains_key(name));
        assert_eq!(later, known, "{}: follow_up", row.id);
        assert_eq!(later, row.follow_up.is_some(), "{}: follow_up", row.id);
        let outside = row.status == Status::NotApplicable;
        assert_eq!(outside, row.reason.is_some(), "{}: reason", row.id);
        assert!(
            row.note.is_none() || row.status == Status::Implemented,
            "{}: note",
            row.id
        );
    }
}

#[test]
fn ids_are_unique_and_name_their_rfc() {
    let mut seen = BTreeSet::new();
    for rfc in rfcs().unwrap() {
        for row in rfc.rows {
            assert!(row.id.starts_with(&format!("{}-", rfc.rfc)), "{}", row.id);
            assert!(seen.insert(row.id.clone()), "{} appears twice", row.id);
        }
    }
    let packets = all_vectors().into_iter().map(|vector| vector.id);
    for id in packets.chain(malformed().unwrap().into_iter().map(|packet| packet.id)) {
        assert!(seen.insert(id.clone()), "{id} appears twice");
    }
}

#[test]
fn nothing_was_lost() {
    let rows: usize = rfcs().unwrap().iter().map(|rfc| rfc.rows.len()).sum();
    assert_eq!(rows, 429);
    assert_eq!(decisions().unwrap().len(), 9);
    assert_eq!(subtle_points().unwrap().len(), 52);
    assert_eq!(all_vectors().len(), 110);
    assert_eq!(malformed().unwrap().len(), 68);
    let timers = timers().unwrap();
    assert_eq!((timers.steady.len(), timers.changes.len()), (10, 6));
    assert_eq!(sequence_windows().unwrap().len(), 16);
}

#[test]
fn malformed_packets_name_rows_and_follow_ups() {
    let rfcs = rfcs().unwrap();
    let follow_ups = follow_ups().unwrap();
    let rows: BTreeSet<_> = rfcs
        .iter()
        .flat_map(|rfc| &rfc.rows)
        .map(|row| &row.id)
        .collect();
    for packet in malformed().unwrap() {
        assert!(
            rows.contains(&packet.rule),
            "{}: {}",
            packet.id,
            packet.rule
        );
        let known = packet
            .follow_up
            .is_some_and(|name| follow_ups.contains_key(&name));
        assert_eq!(packet.status == Status::Later, known, "{}", packet.id);
    }
}

#[test]
fn headers_announce_the_payload_they_carry() {
    for vector in all_vectors() {
        let Some(udp) = vector.headers.last() else {
            continue;
        };
        assert_eq!(udp.layer, Layer::Udp, "{}", vector.id);
        let length = usize::from(u16::from_be_bytes([udp.octets[4], udp.octets[5]]));
        assert_eq!(length, 8 + vector.payload().len(), "{}", vector.id);
    }
}

#[test]
fn octets_are_pairs_of_digits() {
    assert_eq!(
        Octets::from_hex("0a ff\n01"),
        Some(Octets(vec![10, 255, 1]))
    );
    assert_eq!(Octets::from_hex("0a f"), None);
    assert_eq!(Octets::from_hex("0x"), None);
}

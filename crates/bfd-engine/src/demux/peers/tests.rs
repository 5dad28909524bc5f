//! The lists and the table against a plain list of sessions in the order in which they came.

use std::net::Ipv4Addr;

use bfd_proto::SessionKind;
use proptest::prelude::*;

use super::*;

/// Few of each, so that they meet.
const ADDRESSES: u8 = 6;
const SLOTS: u32 = 8;
const WORKERS: u16 = 2;

#[derive(Clone, Copy, Debug)]
enum Step {
    Insert(Place, IpAddr),
    Remove(Place),
}

fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, last).into()
}

fn place() -> impl Strategy<Value = Place> {
    (0..WORKERS, 0..SLOTS).prop_map(|(worker, slot)| Place { worker, slot })
}

fn step() -> impl Strategy<Value = Step> {
    let address = (0..ADDRESSES).prop_map(address);
    prop_oneof![
        3 => (place(), address).prop_map(|(place, address)| Step::Insert(place, address)),
        2 => place().prop_map(Step::Remove),
    ]
}

fn insert(peers: &mut Peers, place: Place, peer: IpAddr, now: Instant) {
    let id = SessionId {
        worker: place.worker,
        slot: place.slot,
        generation: 7,
        discriminator: Discriminator::new(1 + place.slot).unwrap(),
    };
    let endpoint = Endpoint {
        kind: SessionKind::SingleHop,
        peer,
        local: None,
        ifindex: None,
    };
    assert_eq!(peers.insert(id, endpoint, now), place);
    assert_eq!(peers.place(id), Some(place));
}

fn listed(peers: &Peers, peer: IpAddr) -> Vec<Place> {
    let latest = peers.latest(peer).into_iter();
    latest
        .flat_map(|latest| peers.from(latest).map(|(place, _)| place))
        .collect()
}

proptest! {
    #[test]
    fn agrees_with_a_list(steps in prop::collection::vec(step(), 1..100)) {
        let (mut peers, mut model) = (Peers::default(), Vec::<(Place, IpAddr)>::new());
        for step in steps {
            let (Step::Insert(place, _) | Step::Remove(place)) = step;
            let was = model.iter().find(|(other, _)| *other == place).copied();
            let removed = peers.remove(place).map(|seat| seat.endpoint.peer);
            prop_assert_eq!(removed, was.map(|(_, peer)| peer));
            model.retain(|(other, _)| *other != place);
            if let Step::Insert(place, peer) = step {
                insert(&mut peers, place, peer, Instant::ZERO);
                model.push((place, peer));
            }
            for peer in (0..ADDRESSES).map(address) {
                let latest_first = model.iter().rev().filter(|(_, other)| *other == peer);
                let expected: Vec<_> = latest_first.map(|(place, _)| *place).collect();
                prop_assert_eq!(listed(&peers, peer), expected);
            }
            prop_assert_eq!(peers.all().count(), model.len());
        }
    }
}

#[test]
fn what_a_peer_used_up_stays_used_up_whichever_of_its_sessions_goes() {
    let now = Instant::from_nanos(5_000_000_000);
    let [first, second, third] = [0, 1, 2].map(|slot| Place { worker: 0, slot });
    let mut peers = Peers::default();
    let granted = |peers: &mut Peers| {
        let latest = peers.latest(address(1)).unwrap();
        peers.budget(latest).unwrap().entry.take(now, 1)
    };
    insert(&mut peers, first, address(1), now);
    insert(&mut peers, second, address(1), now);
    assert!(granted(&mut peers));
    insert(&mut peers, third, address(1), now);
    assert!(!granted(&mut peers));
    for gone in [third, first] {
        peers.remove(gone);
        assert!(!granted(&mut peers));
    }
    peers.remove(second);
    assert_eq!(peers.latest(address(1)), None);
    insert(&mut peers, first, address(1), now);
    assert!(granted(&mut peers));
}

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bfd_proto::{Discard, Discriminator, Instant, SessionKind};

use super::{Demux, Finding, PER_SESSION};
use crate::{Endpoint, RxMeta, SessionId};

const NOW: Instant = Instant::from_nanos(1_000_000_000_000);
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));

fn id(slot: u32) -> SessionId {
    let discriminator = Discriminator::new(slot + 1).unwrap();
    SessionId {
        worker: 0,
        slot,
        generation: 0,
        discriminator,
    }
}

fn single(local: Option<IpAddr>, ifindex: Option<u32>) -> Endpoint {
    Endpoint {
        kind: SessionKind::SingleHop,
        peer: PEER,
        local,
        ifindex,
    }
}

fn multi(local: IpAddr) -> Endpoint {
    let kind = SessionKind::MultiHop { min_ttl: 254 };
    Endpoint {
        kind,
        peer: PEER,
        local: Some(local),
        ifindex: None,
    }
}

fn demux(endpoints: &[Endpoint]) -> Demux {
    let mut demux = Demux::default();
    for (slot, endpoint) in (0..).zip(endpoints) {
        demux.insert(id(slot), *endpoint, NOW);
    }
    demux
}

fn meta() -> RxMeta {
    RxMeta {
        arrival: NOW,
        source: PEER,
        destination: LOCAL,
        ifindex: 7,
        ttl: 255,
        port: 3784,
    }
}

// covers: 5881-3-03
#[test]
fn the_interface_decides_between_sessions_to_one_peer() {
    let mut demux = demux(&[
        single(None, Some(6)),
        single(None, Some(7)),
        single(None, None),
    ]);
    assert_eq!(demux.find(&meta(), NOW), Finding::Session(id(1)));
    let elsewhere = RxMeta {
        ifindex: 8,
        ..meta()
    };
    assert_eq!(demux.find(&elsewhere, NOW), Finding::Session(id(2)));
}

#[test]
fn the_local_address_decides_when_the_interface_does_not() {
    let mut demux = demux(&[single(Some(OTHER), None), single(Some(LOCAL), None)]);
    assert_eq!(demux.find(&meta(), NOW), Finding::Session(id(1)));
}

// covers: 5883-4.1-01, 5880-6.3-04, 5880-6.8.6-09
#[test]
fn single_hop_and_multihop_with_one_peer_are_two_sessions() {
    let mut demux = demux(&[single(Some(LOCAL), Some(7)), multi(LOCAL)]);
    assert_eq!(demux.find(&meta(), NOW), Finding::Session(id(0)));
    let multihop = RxMeta {
        port: 4784,
        ttl: 254,
        ..meta()
    };
    assert_eq!(demux.find(&multihop, NOW), Finding::Session(id(1)));
    let to_another = RxMeta {
        destination: OTHER,
        ..multihop
    };
    assert_eq!(
        demux.find(&to_another, NOW),
        Finding::Refused(id(1), Discard::UnknownPeer)
    );
}

#[test]
fn a_known_peer_that_does_it_wrong_leaves_evidence() {
    let mut demux = demux(&[single(None, Some(7))]);
    let refused = |reason| Finding::Refused(id(0), reason);
    let wrong_port = RxMeta {
        port: 4784,
        ..meta()
    };
    let wrong_interface = RxMeta {
        ifindex: 6,
        ..meta()
    };
    let wrong_ttl = RxMeta { ttl: 64, ..meta() };
    assert_eq!(demux.find(&wrong_port, NOW), refused(Discard::WrongPort));
    assert_eq!(
        demux.find(&wrong_interface, NOW),
        refused(Discard::WrongInterface)
    );
    assert_eq!(demux.find(&wrong_ttl, NOW), refused(Discard::Ttl));
}

// covers: 5880-3.1-01, 5880-6.8.6-09
#[test]
fn strangers_and_forgotten_peers_reach_nobody() {
    let mut demux = demux(&[single(None, None)]);
    let stranger = RxMeta {
        source: OTHER,
        ..meta()
    };
    assert_eq!(
        demux.find(&stranger, NOW),
        Finding::Nobody(Discard::UnknownPeer)
    );
    demux.remove(id(0));
    assert_eq!(
        demux.find(&meta(), NOW),
        Finding::Nobody(Discard::UnknownPeer)
    );
    assert_eq!(demux.peers.all().count(), 0);
}

/// Interface 7 is a point-to-point link.
fn linked(endpoints: &[Endpoint]) -> Demux {
    let mut demux = demux(endpoints);
    demux.set_point_to_point([7].into());
    demux
}

const FOREIGN: RxMeta = RxMeta {
    arrival: NOW,
    source: OTHER,
    destination: LOCAL,
    ifindex: 7,
    ttl: 255,
    port: 3784,
};

// covers: 5881-6-03, SP-31
#[test]
fn on_a_point_to_point_link_the_source_says_nothing() {
    let mut demux = linked(&[single(Some(LOCAL), Some(7)), multi(LOCAL)]);
    assert_eq!(demux.find(&FOREIGN, NOW), Finding::Session(id(0)));
    let elsewhere = RxMeta {
        ifindex: 6,
        ..FOREIGN
    };
    let nobody = Finding::Nobody(Discard::UnknownPeer);
    assert_eq!(demux.find(&elsewhere, NOW), nobody);
    let other_family = RxMeta {
        source: IpAddr::V6(Ipv6Addr::LOCALHOST),
        ..FOREIGN
    };
    assert_eq!(demux.find(&other_family, NOW), nobody);
    let multihop = RxMeta {
        port: 4784,
        ..FOREIGN
    };
    assert_eq!(demux.find(&multihop, NOW), nobody);
    let far = RxMeta {
        ttl: 254,
        ..FOREIGN
    };
    assert_eq!(demux.find(&far, NOW), Finding::Refused(id(0), Discard::Ttl));
}

#[test]
fn where_two_sessions_share_a_link_the_source_decides() {
    let second = Endpoint {
        peer: Ipv4Addr::new(10, 0, 0, 3).into(),
        ..single(None, Some(7))
    };
    let mut demux = linked(&[single(None, Some(7)), second]);
    let nobody = Finding::Nobody(Discard::UnknownPeer);
    assert_eq!(demux.find(&FOREIGN, NOW), nobody);
    demux.remove(id(1));
    assert_eq!(demux.find(&FOREIGN, NOW), Finding::Session(id(0)));
    demux.remove(id(0));
    assert_eq!(demux.find(&FOREIGN, NOW), nobody);
    assert!(demux.bound.is_empty());
}

#[test]
fn a_flood_is_limited_and_forged_ttl_does_not_use_up_the_peers_share() {
    let mut demux = demux(&[single(None, None)]);
    let forged = RxMeta { ttl: 200, ..meta() };
    for _ in 0..10_000 {
        let _ = demux.find(&forged, NOW);
    }
    let accepted = |demux: &mut Demux, now| {
        (0..1000)
            .filter(|_| demux.find(&meta(), now) == Finding::Session(id(0)))
            .count()
    };
    assert_eq!(accepted(&mut demux, NOW), PER_SESSION as usize);
    assert_eq!(
        demux.find(&meta(), NOW),
        Finding::Nobody(Discard::RateLimited)
    );
    assert!(accepted(&mut demux, NOW + Duration::from_secs(1)) > 0);
}

#[test]
fn an_unreadable_packet_is_blamed_on_the_session_it_was_meant_for() {
    let mut demux = demux(&[single(Some(LOCAL), Some(7)), multi(LOCAL)]);
    let reason = Discard::Version;
    let finding = demux.blame(&meta(), reason, NOW);
    assert_eq!(finding, Finding::Refused(id(0), reason));
    let stranger = RxMeta {
        source: OTHER,
        ..meta()
    };
    let finding = demux.blame(&stranger, reason, NOW);
    assert_eq!(finding, Finding::Nobody(reason));
    // A flood of them is not told to the worker one by one.
    let told = (0..10_000)
        .filter(|_| demux.blame(&meta(), reason, NOW) != Finding::Nobody(reason))
        .count();
    assert!(told < 2 * PER_SESSION as usize, "{told}");
    assert_eq!(demux.find(&meta(), NOW), Finding::Session(id(0)));
}

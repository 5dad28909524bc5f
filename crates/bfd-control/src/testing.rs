//! Values the tests of this crate share.

use std::net::{IpAddr, Ipv4Addr};

use bfd_proto::{DetectMult, Interval, Micros, Role, SessionKind, SessionSpec};

use crate::intent::Wanted;
use crate::key::{Hops, SessionKey};

pub(crate) fn key(peer: u8) -> SessionKey {
    let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, peer));
    SessionKey {
        peer,
        local: None,
        interface: None,
        hops: Hops::Single,
    }
}

pub(crate) fn spec(tx_ms: u32) -> SessionSpec {
    let interval = Interval::new(Micros(tx_ms * 1000)).expect("not zero");
    SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    }
}

pub(crate) fn wanted(tx_ms: u32) -> Wanted {
    Wanted {
        spec: spec(tx_ms),
        admin_down: false,
    }
}

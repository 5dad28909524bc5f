//! What the tests of this crate share.

pub(crate) mod fake;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bfd_engine::SessionId;
use bfd_proto::{
    AuthType, DetectMult, Instant, Interval, Key, Micros, PathProblem, Role, Secret, SessionKind,
    SessionSpec,
};

use crate::intent::{Owner, Wanted};
use crate::key::{Hops, SessionKey};
use crate::keychain::KeyChain;
use crate::session::{DownAt, SessionMeta};

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

/// A chain whose one key has this secret; 0: no authentication.
pub(crate) fn keys(secret: u8) -> Option<Arc<KeyChain>> {
    let secret = Secret::new(&[secret]).filter(|_| secret != 0)?;
    let chain = KeyChain::single(AuthType::KeyedSha1, Key { id: 1, secret });
    Some(Arc::new(chain.expect("a short secret")))
}

pub(crate) fn wanted(tx_ms: u32) -> Wanted {
    Wanted {
        spec: spec(tx_ms),
        keys: None,
        admin_down: false,
    }
}

pub(crate) fn meta(id: SessionId) -> SessionMeta {
    SessionMeta {
        id,
        key: key(1),
        owner: Owner::Api,
        wanted: wanted(100),
        overridden: None,
        sends_key: None,
        path: Err(PathProblem::NoRoute),
        created: Instant::ZERO,
        down_at: DownAt::default(),
    }
}

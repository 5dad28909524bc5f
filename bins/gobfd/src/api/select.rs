//! Which session a request means.

use std::net::IpAddr;
use std::sync::Arc;

use bfd_api::v1::SessionType;
use bfd_control::{Control, Hops, InterfaceName, SessionMeta};
use buffa::EnumValue;
use connectrpc::ConnectError;

use super::add::{local, peer};

/// How a session is named.
pub(super) enum Selector<'a> {
    /// By our discriminator.
    Discriminator(u32),
    /// By the peer and whatever else is given.
    Peer(PeerSelector<'a>),
}

/// Peer and what chooses among its sessions.
pub(super) struct PeerSelector<'a> {
    pub(super) peer: &'a str,
    pub(super) local: &'a str,
    pub(super) interface: &'a str,
    pub(super) r#type: EnumValue<SessionType>,
}

impl Selector<'_> {
    /// The one session meant.
    ///
    /// # Errors
    /// `invalid_argument`: not readable. `not_found`: none. `failed_precondition`: several.
    pub(super) fn find(&self, control: &Control) -> Result<Arc<SessionMeta>, ConnectError> {
        match self {
            Self::Discriminator(discriminator) => control
                .get(*discriminator)
                .map(|session| session.meta)
                .ok_or_else(|| {
                    not_found(format!(
                        "session with discriminator {discriminator}: session not found"
                    ))
                }),
            Self::Peer(selector) => selector.find(control),
        }
    }
}

impl PeerSelector<'_> {
    fn find(&self, control: &Control) -> Result<Arc<SessionMeta>, ConnectError> {
        let (peer, zone) = peer(self.peer)?;
        let local = local(self.local)?;
        let hops = self.hops()?;
        let interface = zone.or(Some(self.interface).filter(|name| !name.is_empty()));
        let matches = |meta: &&Arc<SessionMeta>| {
            meta.key.peer == peer
                && local.is_none_or(|local| meta.local() == Some(local))
                && interface.is_none_or(|name| {
                    meta.key.interface.as_ref().map(InterfaceName::as_str) == Some(name)
                })
                && hops.is_none_or(|hops| meta.key.hops == hops)
        };
        let sessions = control.sessions();
        let found: Vec<_> = sessions.iter().filter(matches).collect();
        match found.as_slice() {
            [] => Err(not_found(format!(
                "session with peer {peer}: session not found"
            ))),
            [one] => Ok(Arc::clone(one)),
            several => Err(ambiguous(peer, several)),
        }
    }

    fn hops(&self) -> Result<Option<Hops>, ConnectError> {
        match self.r#type {
            EnumValue::Known(SessionType::SESSION_TYPE_UNSPECIFIED) => Ok(None),
            EnumValue::Known(SessionType::SESSION_TYPE_SINGLE_HOP) => Ok(Some(Hops::Single)),
            EnumValue::Known(SessionType::SESSION_TYPE_MULTI_HOP) => Ok(Some(Hops::Multi)),
            other => Err(ConnectError::invalid_argument(format!(
                "{}: invalid session type",
                other.to_i32()
            ))),
        }
    }
}

fn ambiguous(peer: IpAddr, several: &[&Arc<SessionMeta>]) -> ConnectError {
    let list: Vec<String> = several
        .iter()
        .map(|meta| format!("{} ({})", meta.id.discriminator, meta.key))
        .collect();
    ConnectError::failed_precondition(format!(
        "{} sessions have peer {peer}; name one by its discriminator: {}",
        list.len(),
        list.join(", ")
    ))
}

fn not_found(message: String) -> ConnectError {
    ConnectError::not_found(message)
}

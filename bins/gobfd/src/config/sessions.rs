//! The list `sessions`: identity, and what the keys of one session say together.

use std::collections::HashMap;
use std::net::IpAddr;

use bfd_control::{Hops, InterfaceName, SessionKey};
use bfd_program::config::{Origin, Scalar, Zoned};
use bfd_proto::SessionSpec;

use super::authentication::Chains;
use super::settings::SessionSettings;
use super::spec::{self, Lower};
use super::values::{Scope, Values};

const LIST: &str = "sessions";
/// Octets of the shortest packet with an authentication section (RFC 9764 §3).
const LEAST_WITH_AUTH: u16 = 26;

/// Reads all sessions; `None` only together with a problem.
pub(crate) fn read(
    values: &mut Values<'_>,
    lower: &Lower,
    chains: &Chains,
) -> Option<Vec<SessionSettings>> {
    let elements = values.elements(LIST);
    let mut sessions = Vec::with_capacity(elements.len());
    let mut first: HashMap<SessionKey, usize> = HashMap::new();
    for (index, origin) in elements.iter().enumerate() {
        let mut element = Element::new(values, index, origin, lower);
        let Some(session) = element.read(chains) else {
            continue;
        };
        if let Some(other) = first.insert(session.key, index) {
            element.complain(
                "peer",
                format!("the same session as sessions[{other}]: {}", session.key),
            );
        }
        sessions.push(session);
    }
    (sessions.len() == elements.len()).then_some(sessions)
}

/// One element of the list while it is read.
struct Element<'v, 'e> {
    values: &'v mut Values<'e>,
    scope: Scope,
    origin: &'e Origin,
    lower: &'v Lower,
}

impl<'v, 'e> Element<'v, 'e> {
    fn new(values: &'v mut Values<'e>, index: usize, origin: &'e Origin, lower: &'v Lower) -> Self {
        let scope = Scope {
            path: format!("{LIST}[{index}]"),
            pattern: "sessions[]",
        };
        Self {
            values,
            scope,
            origin,
            lower,
        }
    }

    fn read(&mut self, chains: &Chains) -> Option<SessionSettings> {
        let key = self.key();
        let spec = spec::read(self.values, &self.scope, self.lower);
        let keys = chains.of_session(self.values, &self.scope);
        self.check_padding(spec.as_ref(), keys.is_some());
        let admin_down = self.flag("admin_down");
        Some(SessionSettings {
            key: key?,
            spec: spec?,
            keys,
            admin_down,
        })
    }

    /// Reports nothing: [`Element::key`] has read the same value before.
    fn hops(&self) -> Hops {
        match self.values.given(&format!("{}.type", self.scope.path)) {
            Some("multi_hop") => Hops::Multi,
            _ => Hops::Single,
        }
    }

    fn key(&mut self) -> Option<SessionKey> {
        let kind_is_known = self.value("type").is_some();
        let peer = self.address("peer");
        let local = self.address("local");
        let interface = match self.value("interface") {
            Some(Scalar::Text(name)) => Some(name),
            _ => None,
        };
        if !self.is_given("peer") {
            self.complain("peer", "missing: the address of the neighbour is required");
        }
        let peer = peer?;
        let zones = [
            peer.zone.clone(),
            local.as_ref().and_then(|local| local.zone.clone()),
        ];
        let interface = self.one_interface(interface, zones)?;
        let local = local.map(|local| local.address);
        self.check_addresses(peer.address, local, interface.is_some());
        kind_is_known.then(|| SessionKey {
            peer: peer.address,
            local,
            interface,
            hops: self.hops(),
        })
    }

    /// RFC 9764 §3.
    fn check_padding(&mut self, spec: Option<&SessionSpec>, authenticates: bool) {
        let size = spec.and_then(|spec| spec.padded_pdu_size);
        if authenticates && size.is_some_and(|size| size.octets() < LEAST_WITH_AUTH) {
            let text = format!("expected at least {LEAST_WITH_AUTH} octets with authentication");
            self.complain("padded_pdu_size", text);
        }
    }

    /// The interface that `interface` and the zones of the addresses agree on; the outer `None` only
    /// together with a problem.
    fn one_interface(
        &mut self,
        named: Option<String>,
        zones: [Option<String>; 2],
    ) -> Option<Option<InterfaceName>> {
        let mut interface = named;
        for (zone, key) in zones.into_iter().zip(["peer", "local"]) {
            let Some(zone) = zone else { continue };
            match &interface {
                Some(other) if *other != zone => {
                    self.complain(
                        key,
                        format!("the zone {zone} contradicts interface {other}"),
                    );
                }
                _ => interface = Some(zone),
            }
        }
        let name = interface.map(|name| name.parse::<InterfaceName>());
        name.transpose()
            .inspect_err(|error| self.complain("interface", error.to_string()))
            .ok()
    }

    fn check_addresses(&mut self, peer: IpAddr, local: Option<IpAddr>, has_interface: bool) {
        if is_link_local(peer) && !has_interface {
            self.complain(
                "peer",
                "a link-local address needs interface, or a zone: fe80::1%eth0",
            );
        }
        match local {
            Some(local) if local.is_ipv4() != peer.is_ipv4() => {
                self.complain(
                    "local",
                    format!("expected an address of the family of peer {peer}"),
                );
            }
            Some(local) if local == peer => {
                self.complain(
                    "local",
                    "the same address as peer: a session needs two systems",
                );
            }
            _ => {}
        }
    }

    fn value(&mut self, name: &str) -> Option<Scalar> {
        self.values.scoped(&self.scope, name)
    }

    fn flag(&mut self, name: &str) -> bool {
        self.value(name) == Some(Scalar::Bool(true))
    }

    fn address(&mut self, name: &str) -> Option<Zoned> {
        match self.value(name)? {
            Scalar::Address(zoned) => Some(zoned),
            _ => None,
        }
    }

    fn is_given(&self, name: &str) -> bool {
        self.values
            .given(&format!("{}.{name}", self.scope.path))
            .is_some()
    }

    /// Adds a problem at the place of the key, or of the element if the key is not there.
    fn complain(&mut self, name: &str, text: impl Into<String>) {
        let path = format!("{}.{name}", self.scope.path);
        let origin = self
            .values
            .origin(&path)
            .unwrap_or_else(|| self.origin.clone());
        self.values.problem(origin, path, text);
    }
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

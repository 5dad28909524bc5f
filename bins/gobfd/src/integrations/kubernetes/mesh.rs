//! From nodes to wanted sessions.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use bfd_control::{Hops, Intent, Owner, SessionKey, SessionMeta, Wanted};

use super::node::Addresses;
use crate::config::{Families, KubernetesSettings};

/// The sessions of our node.
pub(super) struct Mesh {
    /// The wanted sessions, by address of the peer; none twice.
    pub(super) intents: Vec<Intent>,
    /// The other nodes of the selection.
    pub(super) peers: usize,
    /// What is missing, in sentences.
    pub(super) complaints: Vec<String>,
}

impl Mesh {
    /// The mesh between our node and all others. It is symmetrical: where our node is not among
    /// them, or lacks a family, the others want no session with it either.
    pub(super) fn of(nodes: &BTreeMap<String, Addresses>, settings: &KubernetesSettings) -> Self {
        let name = &settings.node_name;
        let Some(own) = nodes.get(name) else {
            return Self::outside(name, nodes.len());
        };
        let mut complaints = Vec::new();
        let mut wanted = BTreeMap::new();
        let others = nodes.iter().filter(|(other, _)| *other != name);
        for (other, addresses) in others.clone() {
            let pairs = pairs(*own, *addresses, settings.families);
            if pairs.iter().all(Option::is_none) {
                complaints.push(format!("node {other}: no InternalIP of a family of ours"));
            }
            for (local, peer) in pairs
                .into_iter()
                .flatten()
                .filter(|(own, peer)| own != peer)
            {
                wanted.insert(peer, local);
            }
        }
        Self {
            intents: wanted
                .into_iter()
                .map(|(peer, local)| intent(local, peer, settings))
                .collect(),
            peers: others.count(),
            complaints,
        }
    }

    fn outside(name: &str, nodes: usize) -> Self {
        let sentence = format!(
            "our node {name} is not among the {nodes} nodes of the mesh: see kubernetes.node_name \
             and kubernetes.selector"
        );
        Self {
            intents: Vec::new(),
            peers: 0,
            complaints: vec![sentence],
        }
    }

    /// Leaves out what another owner has already, under whatever key: two sessions of ours with one
    /// system of the peer would disturb each other.
    pub(super) fn leave_to_others(&mut self, sessions: &[Arc<SessionMeta>]) {
        let mut foreign: HashMap<IpAddr, Vec<&SessionMeta>> = HashMap::new();
        for session in sessions
            .iter()
            .filter(|session| session.owner != Owner::Kubernetes)
        {
            foreign.entry(session.key.peer).or_default().push(session);
        }
        let complaints = &mut self.complaints;
        self.intents.retain(|Intent { key, .. }| {
            let holder = foreign
                .get(&key.peer)
                .into_iter()
                .flatten()
                .find(|session| {
                    let local = session.local();
                    session.key.hops == key.hops && (local.is_none() || local == key.local)
                });
            complaints.extend(holder.map(|session| {
                format!(
                    "session {} already belongs to {}",
                    session.key, session.owner
                )
            }));
            holder.is_none()
        });
    }
}

/// Our address and theirs, for each family of the mesh that both have.
fn pairs(own: Addresses, other: Addresses, families: Families) -> [Option<(IpAddr, IpAddr)>; 2] {
    let v4 = own.v4.zip(other.v4).filter(|_| families != Families::V6);
    let v6 = own.v6.zip(other.v6).filter(|_| families != Families::V4);
    [v4, v6]
}

fn intent(local: IpAddr, peer: IpAddr, settings: &KubernetesSettings) -> Intent {
    Intent {
        key: SessionKey {
            peer,
            local: Some(local),
            interface: None,
            hops: Hops::from(settings.spec.kind),
        },
        wanted: Wanted {
            spec: settings.spec,
            keys: None,
            admin_down: false,
        },
    }
}

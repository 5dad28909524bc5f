use std::collections::BTreeMap;
use std::net::IpAddr;

use bfd_control::Hops;
use serde_json::json;

use super::mesh::Mesh;
use super::node::{Addresses, Node};
use crate::config::{self, Environment, KubernetesSettings};

fn settings(keys: &str) -> KubernetesSettings {
    let text = format!("kubernetes: {{enabled: true, node_name: one{keys}}}");
    let loaded = config::parse("gobfd.yml", &text, &Environment::default());
    let config = loaded.expect("good").config;
    config.kubernetes.expect("switched on")
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn node(addresses: &[(&str, &str)]) -> Node {
    let addresses: Vec<_> = addresses
        .iter()
        .map(|(kind, address)| json!({ "type": kind, "address": address }))
        .collect();
    let node = json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": "one" },
        "spec": { "podCIDR": "10.42.0.0/24" },
        "status": { "addresses": addresses, "images": [{ "names": ["a"], "sizeBytes": 1 }] },
    });
    serde_json::from_value(node).expect("a node")
}

fn nodes(list: &[(&str, &[&str])]) -> BTreeMap<String, Addresses> {
    list.iter()
        .map(|(name, addresses)| {
            let addresses = addresses.iter().map(|text| address(text)).collect();
            ((*name).to_owned(), addresses)
        })
        .collect()
}

/// Local and peer addresses of the sessions.
fn pairs(mesh: &Mesh) -> Vec<(IpAddr, IpAddr)> {
    let keys = mesh.intents.iter().map(|intent| &intent.key);
    keys.map(|key| (key.local.expect("always"), key.peer))
        .collect()
}

#[test]
fn the_first_internal_address_of_each_family_counts() {
    let node = node(&[
        ("Hostname", "one"),
        ("ExternalIP", "203.0.113.1"),
        ("InternalIP", "not an address"),
        ("InternalIP", "fe80::1"),
        ("InternalIP", "fd00::1"),
        ("InternalIP", "10.0.0.1"),
        ("InternalIP", "10.0.0.2"),
        ("InternalIP", "fd00::2"),
    ]);
    let found = Addresses::of(&node);
    assert_eq!(found.v4, Some(address("10.0.0.1")));
    assert_eq!(found.v6, Some(address("fd00::1")));
}

#[test]
fn a_node_without_status_has_no_addresses() {
    let node = json!({ "metadata": { "name": "one" }, "spec": {} });
    let node: Node = serde_json::from_value(node).expect("a node");
    assert_eq!(Addresses::of(&node), Addresses::default());
}

#[test]
fn there_is_one_session_for_each_family_both_have() {
    let nodes = nodes(&[
        ("one", &["10.0.0.1", "fd00::1"]),
        ("two", &["10.0.0.2", "fd00::2"]),
        ("three", &["10.0.0.3"]),
    ]);
    let mesh = Mesh::of(&nodes, &settings(""));
    let v4 = |host| (address("10.0.0.1"), address(&format!("10.0.0.{host}")));
    let v6 = (address("fd00::1"), address("fd00::2"));
    assert_eq!(pairs(&mesh), [v4(2), v4(3), v6]);
    assert_eq!((mesh.peers, mesh.complaints.len()), (2, 0));

    assert_eq!(
        pairs(&Mesh::of(&nodes, &settings(", families: ipv4"))),
        [v4(2), v4(3)]
    );
    let mesh = Mesh::of(&nodes, &settings(", families: ipv6"));
    assert_eq!(pairs(&mesh), [v6]);
    assert_eq!(
        mesh.complaints,
        ["node three: no InternalIP of a family of ours"]
    );
}

#[test]
fn outside_the_selection_there_is_no_session() {
    let mesh = Mesh::of(
        &nodes(&[("two", &["10.0.0.2"]), ("three", &["10.0.0.3"])]),
        &settings(""),
    );
    assert_eq!(pairs(&mesh), []);
    let [sentence] = &mesh.complaints[..] else {
        panic!("{:?}", mesh.complaints);
    };
    assert!(sentence.starts_with("our node one is not among the 2 nodes"));
}

#[test]
fn an_address_that_two_nodes_have_gets_one_session_and_ours_none() {
    let nodes = nodes(&[
        ("one", &["10.0.0.1"]),
        ("old", &["10.0.0.2"]),
        ("new", &["10.0.0.2"]),
        ("twin", &["10.0.0.1"]),
    ]);
    let mesh = Mesh::of(&nodes, &settings(""));
    assert_eq!(pairs(&mesh), [(address("10.0.0.1"), address("10.0.0.2"))]);
}

#[test]
fn type_and_timers_are_those_of_the_section() {
    let nodes = nodes(&[("one", &["10.0.0.1"]), ("two", &["10.0.0.2"])]);
    let settings =
        settings(", type: multi_hop, min_ttl: 250, desired_min_tx: 50ms, detect_mult: 5");
    let mesh = Mesh::of(&nodes, &settings);
    let intent = &mesh.intents[0];
    assert_eq!(intent.key.hops, Hops::Multi);
    assert_eq!(intent.wanted.spec, settings.spec);
    assert_eq!(intent.wanted.spec.detect_mult.get(), 5);
    assert_eq!(intent.wanted.spec.desired_min_tx.micros().0, 50_000);
    assert_eq!(intent.wanted.spec.required_min_rx.micros().0, 1_000_000);
}

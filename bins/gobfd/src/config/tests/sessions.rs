use std::net::IpAddr;

use bfd_control::{Hops, InterfaceName};
use bfd_packet::{DetectMult, Micros};
use bfd_proto::{Interval, Role, SessionKind};

use super::{config, faults};
use crate::config::SessionSettings;

fn only(text: &str) -> SessionSettings {
    let mut sessions = config(text).sessions;
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

fn micros(interval: Interval) -> u32 {
    interval.micros().0
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn a_bare_session_takes_every_default() {
    let session = only("sessions:\n  - peer: 192.0.2.1\n");
    assert_eq!(session.key.peer, address("192.0.2.1"));
    assert_eq!((session.key.local, session.key.interface), (None, None));
    assert_eq!(session.key.hops, Hops::Single);
    assert_eq!(session.spec.kind, SessionKind::SingleHop);
    assert_eq!(session.spec.role, Role::Active);
    assert_eq!(session.spec.desired_min_tx.micros(), Micros::SECOND);
    assert_eq!(session.spec.required_min_rx.micros(), Micros::SECOND);
    assert_eq!(Some(session.spec.detect_mult), DetectMult::new(3));
    assert_eq!(session.spec.padded_pdu_size, None);
    assert!(!session.admin_down);
}

#[test]
fn a_full_session_keeps_every_value() {
    let session = only(
        "sessions:
  - peer: 2001:db8:0::1
    local: 2001:db8::2
    interface: eth0.100
    type: multi_hop
    desired_min_tx: 300ms
    required_min_rx: 1.5s
    detect_mult: \"5\"
    padded_pdu_size: 1500
    passive: true
    min_ttl: 64
    admin_down: true
    auth: {type: none}
",
    );
    assert_eq!(session.key.peer, address("2001:db8::1"));
    assert_eq!(session.key.local, Some(address("2001:db8::2")));
    assert_eq!(
        session.key.interface.as_ref().map(InterfaceName::as_str),
        Some("eth0.100")
    );
    assert_eq!(session.spec.kind, SessionKind::MultiHop { min_ttl: 64 });
    assert_eq!(session.spec.role, Role::Passive);
    assert_eq!(micros(session.spec.desired_min_tx), 300_000);
    assert_eq!(micros(session.spec.required_min_rx), 1_500_000);
    assert_eq!(session.spec.detect_mult.get(), 5);
    assert_eq!(
        session.spec.padded_pdu_size.map(|size| size.octets()),
        Some(1500)
    );
    assert!(session.admin_down);
}

#[test]
fn multihop_accepts_254_unless_told_otherwise() {
    let session = only("sessions: [{peer: 192.0.2.1, type: multi_hop}]");
    assert_eq!(session.spec.kind, SessionKind::MultiHop { min_ttl: 254 });
}

#[test]
fn section_bfd_gives_the_defaults_and_a_session_goes_first() {
    let text = "
bfd:
  default_desired_min_tx: 100ms
  default_required_min_rx: 200ms
  default_detect_multiplier: 4
  default_padded_pdu_size: 128
sessions:
  - {peer: 192.0.2.1}
  - {peer: 192.0.2.2, desired_min_tx: 1s, detect_mult: 3, padded_pdu_size: 0}
";
    let [first, second] = &config(text).sessions[..] else {
        panic!("two sessions")
    };
    assert_eq!(micros(first.spec.desired_min_tx), 100_000);
    assert_eq!(micros(first.spec.required_min_rx), 200_000);
    assert_eq!(first.spec.detect_mult.get(), 4);
    assert_eq!(
        first.spec.padded_pdu_size.map(|size| size.octets()),
        Some(128)
    );
    // A value equal to the built-in default is still the operator's value.
    assert_eq!(micros(second.spec.desired_min_tx), 1_000_000);
    assert_eq!(second.spec.detect_mult.get(), 3);
    assert_eq!(second.spec.padded_pdu_size, None);
}

#[test]
fn intervals_are_aligned_upwards_on_demand() {
    for (given, aligned) in [
        ("1us", 3_300),
        ("3300us", 3_300),
        ("3301us", 10_000),
        ("15ms", 20_000),
        ("50ms", 50_000),
        ("60ms", 100_000),
        ("300ms", 1_000_000),
        ("1s", 1_000_000),
        ("1500ms", 1_500_000),
    ] {
        let text = format!(
            "bfd: {{align_intervals: true, default_required_min_rx: 15ms}}
sessions: [{{peer: 192.0.2.1, desired_min_tx: {given}}}]"
        );
        let session = only(&text);
        assert_eq!(micros(session.spec.desired_min_tx), aligned, "{given}");
        assert_eq!(micros(session.spec.required_min_rx), 20_000);
    }
}

#[test]
fn addresses_become_canonical() {
    let session = only("sessions: [{peer: '::ffff:192.0.2.1', local: 192.0.2.2}]");
    assert_eq!(session.key.peer, address("192.0.2.1"));
    let session = only("sessions: [{peer: 'fe80::1%eth0', local: 'fe80::2%eth0'}]");
    assert_eq!(session.key.peer, address("fe80::1"));
    assert_eq!(session.key.local, Some(address("fe80::2")));
    assert_eq!(
        session.key.interface.as_ref().map(InterfaceName::as_str),
        Some("eth0")
    );
}

#[test]
fn addresses_that_no_session_can_have_are_refused() {
    for peer in [
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.5",
        "::",
        "ff02::1",
        "host",
        "10.0.0",
        "1",
    ] {
        let text = faults(&format!("sessions:\n  - peer: '{peer}'\n"));
        let expected = format!(
            "gobfd.yml:2:11: sessions[0].peer: expected a unicast IPv4 or IPv6 address, found \"{peer}\""
        );
        assert_eq!(text, expected);
    }
}

#[test]
fn empty_texts_count_as_left_out_where_they_did() {
    let session = only("sessions: [{peer: 192.0.2.1, local: '', interface: '', type: ''}]");
    assert_eq!((session.key.local, session.key.interface), (None, None));
    assert_eq!(session.key.hops, Hops::Single);
}

#[test]
fn addresses_of_one_session_must_fit_together() {
    assert!(
        faults("sessions: [{peer: 'fe80::1'}]").contains("a link-local address needs interface")
    );
    assert!(faults("sessions: [{peer: 192.0.2.1, local: '::1'}]").contains("family of peer"));
    assert!(faults("sessions: [{peer: 192.0.2.1, local: 192.0.2.1}]").contains("two systems"));
    assert!(
        faults("sessions: [{peer: 'fe80::1%eth0', interface: eth1}]")
            .contains("the zone eth0 contradicts interface eth1")
    );
    assert!(faults("sessions: [{peer: '192.0.2.1%eth0'}]").contains("expected a unicast"));
}

#[test]
fn min_ttl_belongs_to_multihop() {
    let text = faults("sessions:\n  - peer: 192.0.2.1\n    min_ttl: 254\n");
    assert_eq!(
        text,
        "gobfd.yml:3:14: sessions[0].min_ttl: only for type multi_hop: single-hop packets must \
         arrive with TTL 255"
    );
}

#[test]
fn one_key_may_appear_once() {
    let text = "sessions:
  - {peer: '::ffff:192.0.2.1', interface: eth0}
  - {peer: 192.0.2.1, interface: eth0}
";
    assert_eq!(
        faults(text),
        "gobfd.yml:3:12: sessions[1].peer: the same session as sessions[0]: 192.0.2.1 on eth0"
    );
}

#[test]
fn kind_local_and_interface_tell_sessions_apart() {
    let text = "sessions:
  - {peer: 192.0.2.1}
  - {peer: 192.0.2.1, type: multi_hop}
  - {peer: 192.0.2.1, interface: eth0}
  - {peer: 192.0.2.1, interface: eth1}
  - {peer: 192.0.2.1, local: 192.0.2.9}
";
    assert_eq!(config(text).sessions.len(), 5);
}

#[test]
fn min_ttl_tells_no_sessions_apart() {
    let multi = "sessions: [{peer: 192.0.2.1, type: multi_hop}]";
    let lower = "sessions: [{peer: 192.0.2.1, type: multi_hop, min_ttl: 64}]";
    let (multi, lower) = (only(multi), only(lower));
    assert_eq!(multi.key, lower.key);
    assert_ne!(multi.spec, lower.spec);
}

#[test]
fn a_default_changes_the_sessions_that_use_it() {
    let list = "sessions: [{peer: 192.0.2.1}, {peer: 192.0.2.2, desired_min_tx: 1s}]";
    let before = config(list).sessions;
    let after = config(&format!("bfd: {{default_desired_min_tx: 50ms}}\n{list}")).sessions;
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
}

#[test]
fn anchors_and_merges_serve_as_profiles() {
    let text = "sessions:
  - &fast {peer: 192.0.2.1, desired_min_tx: 50ms, required_min_rx: 50ms}
  - {<<: *fast, peer: 192.0.2.2}
";
    let sessions = config(text).sessions;
    assert_eq!(sessions[1].key.peer, address("192.0.2.2"));
    assert_eq!(micros(sessions[1].spec.desired_min_tx), 50_000);
}

#[test]
fn ten_thousand_sessions_are_no_burden() {
    let mut text = String::from("sessions:\n");
    for index in 0..10_000_u32 {
        let peer = std::net::Ipv4Addr::from(0x0a00_0001 + index);
        text.push_str(&format!(
            "  - {{peer: {peer}, local: 10.255.0.1, detect_mult: 3}}\n"
        ));
    }
    assert_eq!(config(&text).sessions.len(), 10_000);
}

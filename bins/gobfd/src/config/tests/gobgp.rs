use std::path::PathBuf;
use std::time::Duration;

use super::{config, faults, with_environment};
use crate::config::{Diff, GobgpSettings, Strategy};

fn gobgp(text: &str) -> GobgpSettings {
    config(text).gobgp.expect("switched on")
}

/// A section that is fine, with further keys.
fn section(more: &str) -> String {
    format!("gobgp: {{enabled: true, addr: 'gobgp.example:50051', {more}}}\n")
}

#[test]
fn the_defaults_are_those_of_0_6() {
    assert_eq!(config("").gobgp, None);
    let settings = gobgp("gobgp: {enabled: true}\ngrpc: {addr: ':50052'}\n");
    assert_eq!(settings.addr.to_string(), "127.0.0.1:50051");
    assert_eq!(settings.strategy, Strategy::DisablePeer);
    assert_eq!(settings.action_timeout, Duration::from_secs(5));
    assert_eq!((settings.tls, settings.dampening), (None, None));
    let dampening = gobgp(&section("dampening: {enabled: true}")).dampening;
    let dampening = dampening.expect("switched on");
    let thresholds = [dampening.suppress_threshold, dampening.reuse_threshold];
    assert_eq!(
        thresholds.map(|threshold| threshold.value().to_string()),
        ["3", "2"]
    );
    assert_eq!(dampening.max_suppress_time, Duration::from_secs(60));
    assert_eq!(dampening.half_life, Duration::from_secs(15));
}

#[test]
fn everything_can_be_given() {
    let settings = gobgp(
        "
gobgp:
  enabled: true
  addr: dns:///gobgp.example:50051
  strategy: withdraw-routes
  action_timeout: 250ms
  tls: {enabled: true, ca_file: /ca.pem, server_name: gobgp, cert_file: /c.pem, key_file: /k.pem}
  routes:
    - {prefix: 198.51.100.1/32, next_hop: 192.0.2.1, peer: 192.0.2.9}
    - {prefix: '2001:db8::/32', next_hop: '2001:db8:1::1'}
",
    );
    let tls = settings.tls.as_ref().expect("switched on");
    assert_eq!(tls.ca_file, Some(PathBuf::from("/ca.pem")));
    assert_eq!(tls.server_name.as_deref(), Some("gobgp"));
    assert_eq!(tls.identity, Some(("/c.pem".into(), "/k.pem".into())));
    let Strategy::WithdrawRoutes(routes) = &settings.strategy else {
        panic!("{settings:?}")
    };
    let shown: Vec<_> = routes.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "198.51.100.1/32 via 192.0.2.1",
            "2001:db8::/32 via 2001:db8:1::1"
        ]
    );
    assert_eq!(routes[0].peer, "192.0.2.9".parse().ok());
    assert_eq!(routes[1].peer, None);
}

#[test]
fn what_keys_say_together_is_checked() {
    for (more, expected) in [
        (
            "strategy: reset",
            "gobgp.strategy: expected disable-peer or withdraw-routes, found \"reset\"",
        ),
        (
            "action_timeout: 0s",
            "gobgp.action_timeout: must be greater than 0",
        ),
        (
            "tls: {ca_file: /ca.pem}",
            "gobgp.tls.ca_file: needs gobgp.tls.enabled: true",
        ),
        (
            "tls: {server_name: x}",
            "gobgp.tls.server_name: needs gobgp.tls.enabled: true",
        ),
        (
            "tls: {enabled: true, cert_file: /c.pem}",
            "gobgp.tls.cert_file: needs gobgp.tls.key_file",
        ),
        (
            "tls: {enabled: true, key_file: /k.pem}",
            "gobgp.tls.key_file: needs gobgp.tls.cert_file",
        ),
        (
            "dampening: {enabled: true, suppress_threshold: 2}",
            "gobgp.dampening.suppress_threshold: must be greater than reuse_threshold, which is 2",
        ),
        (
            "dampening: {enabled: true, half_life: 0s}",
            "gobgp.dampening.half_life: must be greater than 0",
        ),
        (
            "dampening: {enabled: true, reuse_threshold: -1}",
            "expected a number above 0",
        ),
        (
            "dampening: {enabled: true, reuse_threshold: NaN}",
            "expected a number above 0",
        ),
        (
            "strategy: withdraw-routes",
            "withdraw-routes needs gobgp.routes: which prefixes?",
        ),
        (
            "routes: [{prefix: 198.51.100.1/32, next_hop: 192.0.2.1}]",
            "gobgp.routes: only for gobgp.strategy: withdraw-routes",
        ),
    ] {
        let found = faults(&section(more));
        assert_eq!(found.lines().count(), 1, "{found}");
        assert!(found.contains(expected), "{found}");
    }
    let empty = faults("gobgp: {enabled: true, addr: ''}");
    assert!(
        empty.contains("gobgp.addr: expected HOST:PORT or unix:PATH"),
        "{empty}"
    );
}

#[test]
fn routes_are_checked() {
    for (route, expected) in [
        (
            "{prefix: 198.51.100.1/24, next_hop: 192.0.2.1}",
            "gobgp.routes[0].prefix: expected an IP prefix",
        ),
        (
            "{prefix: 198.51.100.0/24, next_hop: '::1'}",
            "gobgp.routes[0].next_hop: expected an address of the family of prefix 198.51.100.0/24",
        ),
        (
            "{next_hop: 192.0.2.1}",
            "gobgp.routes[0].prefix: missing: it is required",
        ),
        (
            "{prefix: 198.51.100.0/24}",
            "gobgp.routes[0].next_hop: missing: it is required",
        ),
        (
            "{prefix: 198.51.100.0/24, next_hop: 192.0.2.1}, {prefix: 198.51.100.0/24, next_hop: 192.0.2.2}",
            "gobgp.routes[1].prefix: the same prefix as gobgp.routes[0]: 198.51.100.0/24",
        ),
    ] {
        let found = faults(&section(&format!(
            "strategy: withdraw-routes, routes: [{route}]"
        )));
        assert!(found.contains(expected), "{found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
}

/// Both have the same default port: whoever forgets it would let the daemon call itself.
#[test]
fn our_own_api_is_not_gobgp() {
    let found = faults("gobgp: {enabled: true}");
    assert!(
        found.contains("gobgp.addr: this daemon's own API has port 50051 too"),
        "{found}"
    );
    config("gobgp: {enabled: true, addr: '192.0.2.1:50051'}");
    config("gobgp: {enabled: true, addr: '127.0.0.1:50061'}");
}

#[test]
fn a_section_that_is_off_is_not_looked_at() {
    let text =
        "gobgp: {enabled: false, addr: '', strategy: x, action_timeout: 5, tls: {ca_file: y}}";
    assert_eq!(config(text).gobgp, None);
    assert!(faults("gobgp: {enabled: false, adr: x}").contains("did you mean addr?"));
}

#[test]
fn the_environment_reaches_every_key() {
    let pairs = [
        ("GOBFD_GOBGP_ENABLED", "true"),
        ("GOBFD_GOBGP_ADDR", "gobgp:50051"),
        ("GOBFD_GOBGP_STRATEGY", "withdraw-routes"),
        ("GOBFD_GOBGP_ACTION_TIMEOUT", "1s"),
        ("GOBFD_GOBGP_TLS_ENABLED", "true"),
        ("GOBFD_GOBGP_TLS_SERVER_NAME", "name"),
        ("GOBFD_GOBGP_DAMPENING_ENABLED", "true"),
        ("GOBFD_GOBGP_ROUTES_0_PREFIX", "198.51.100.1/32"),
        ("GOBFD_GOBGP_ROUTES_0_NEXT_HOP", "192.0.2.1"),
    ];
    let settings = with_environment("", &pairs).expect("accepted").gobgp;
    let settings = settings.expect("switched on");
    assert!(matches!(&settings.strategy, Strategy::WithdrawRoutes(routes) if routes.len() == 1));
    assert!(settings.dampening.is_some());
    assert_eq!(settings.action_timeout, Duration::from_secs(1));
    assert_eq!(
        settings.tls.and_then(|tls| tls.server_name).as_deref(),
        Some("name")
    );
}

#[test]
fn a_change_is_the_integrations_alone() {
    let (old, new) = (config(&section("")), config(&section("action_timeout: 1s")));
    let diff = Diff::between(&old, &new);
    assert!(diff.gobgp && diff.restart.is_empty());
    assert!(!Diff::between(&old, &old).gobgp);
    assert!(Diff::between(&old, &config("")).gobgp);
    assert_eq!(Diff::in_force(&old, new.clone()).gobgp, new.gobgp);
}

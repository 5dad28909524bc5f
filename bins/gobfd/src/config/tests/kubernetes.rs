//! Section `kubernetes`.

use super::{config, faults, with_environment};

#[test]
fn it_is_off_unless_switched_on() {
    assert_eq!(config("").kubernetes, None);
    let off = "kubernetes: {enabled: false, node_name: one, detect_mult: 5}";
    assert_eq!(config(off).kubernetes, None);
}

/// On a host without a mesh the variable may mean anything.
#[test]
fn node_name_is_not_looked_at_while_it_is_off() {
    let config = with_environment("", &[("NODE_NAME", "Any thing")]).expect("good");
    assert_eq!(config.kubernetes, None);
}

#[cfg(not(feature = "kubernetes"))]
#[test]
fn a_program_without_it_says_so() {
    assert_eq!(
        faults("kubernetes: {enabled: true, node_name: one}"),
        "gobfd.yml:1:23: kubernetes.enabled: this program was built without Kubernetes: take one \
         that was built with --features kubernetes, or set enabled: false"
    );
    let _ = with_environment;
}

#[cfg(feature = "kubernetes")]
mod on {
    use std::path::Path;

    use bfd_proto::SessionKind;

    use super::{config, faults, with_environment};
    use crate::config::{Diff, Families, KubernetesSettings};

    fn on(keys: &str) -> String {
        format!("kubernetes: {{enabled: true, node_name: one{keys}}}")
    }

    fn settings(text: &str) -> KubernetesSettings {
        config(text).kubernetes.expect("switched on")
    }

    #[test]
    fn little_is_enough() {
        let settings = settings(&on(""));
        assert_eq!(settings.node_name, "one");
        assert_eq!(settings.selector, None);
        assert_eq!(settings.families, Families::Both);
        assert_eq!(settings.spec.kind, SessionKind::SingleHop);
        assert_eq!(settings.api.server, None);
        let account = Path::new("/var/run/secrets/kubernetes.io/serviceaccount");
        assert_eq!(settings.api.token_file, account.join("token"));
        assert_eq!(settings.api.ca_file, account.join("ca.crt"));
    }

    #[test]
    fn section_bfd_gives_the_timers_it_does_not_name() {
        let bfd = "bfd: {default_desired_min_tx: 300ms, default_detect_multiplier: 4}\n";
        let settings = settings(&format!("{bfd}{}", on(", detect_mult: 7")));
        assert_eq!(settings.spec.desired_min_tx.micros().0, 300_000);
        assert_eq!(settings.spec.required_min_rx.micros().0, 1_000_000);
        assert_eq!(settings.spec.detect_mult.get(), 7);
    }

    #[test]
    fn our_node_comes_from_the_file_or_from_node_name() {
        let bare = "kubernetes: {enabled: true}";
        let name = |text: &str, pairs: &[(&str, &str)]| {
            let config = with_environment(text, pairs).expect("good");
            config.kubernetes.expect("switched on").node_name
        };
        let node = ("NODE_NAME", "node-2.example");
        assert_eq!(name(bare, &[node]), "node-2.example");
        assert_eq!(name(&on(""), &[node]), "one");
        let ours = ("GOBFD_KUBERNETES_NODE_NAME", "three");
        assert_eq!(name(&on(""), &[node, ours]), "three");
        assert_eq!(
            faults(bare),
            "gobfd.yml:1:23: kubernetes.node_name: missing: hand over spec.nodeName as the \
             variable NODE_NAME, or name our node here"
        );
        let error = with_environment(bare, &[("NODE_NAME", "-x")]).expect_err("no name");
        assert!(error.contains("NODE_NAME: kubernetes.node_name: expected a name"));
    }

    #[test]
    fn each_fault_is_named() {
        for (keys, wanted) in [
            (
                ", families: all",
                "kubernetes.families: expected both, ipv4 or ipv6",
            ),
            (
                ", type: l2",
                "kubernetes.type: expected single_hop or multi_hop",
            ),
            (
                ", min_ttl: 5",
                "kubernetes.min_ttl: only for type multi_hop",
            ),
            (
                ", detect_mult: 0",
                "kubernetes.detect_mult: expected a whole number from 1",
            ),
            (
                ", token_file: token",
                "kubernetes.token_file: expected an absolute path",
            ),
            (
                ", api_server: 'http://192.0.2.1:80'",
                "kubernetes.api_server: expected https",
            ),
            (
                ", api_server: 'https://a/b'",
                "kubernetes.api_server: expected https",
            ),
            (
                ", api_server: 'https://me@a'",
                "kubernetes.api_server: expected https",
            ),
            (", selectro: a=b", "unknown key; did you mean selector?"),
        ] {
            let said = faults(&on(keys));
            assert!(said.contains(wanted), "{keys}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
        for url in [
            "https://[fd00::1]:6443",
            "https://api:6443/",
            "http://[::1]:1",
            "http://127.0.0.1:8001",
        ] {
            let settings = settings(&on(&format!(", api_server: '{url}'")));
            assert_eq!(settings.api.server.as_deref(), Some(url));
        }
    }

    #[test]
    fn a_reload_sees_it_change() {
        let diff = |old: &str, new: &str| Diff::between(&config(old), &config(new));
        assert!(diff("", &on("")).kubernetes);
        assert!(diff(&on(""), &on(", selector: a=b")).kubernetes);
        assert!(diff(&on(""), &on("")).is_empty());
        assert!(diff(&on(""), &on(", selector: a=b")).restart.is_empty());
    }
}

use bfd_proto::{Role, SessionKind, SessionSpec};

use super::{config, faults, with_environment};

fn specs(text: &str) -> Vec<SessionSpec> {
    let sessions = config(text).sessions;
    sessions.into_iter().map(|session| session.spec).collect()
}

#[test]
fn a_session_goes_before_its_profile_and_a_profile_before_section_bfd() {
    let text = "
bfd: {default_desired_min_tx: 300ms, default_detect_multiplier: 5, default_padded_pdu_size: 100}
profiles:
  - {name: fast, desired_min_tx: 50ms, required_min_rx: 60ms, padded_pdu_size: 0}
sessions:
  - {peer: 192.0.2.1}
  - {peer: 192.0.2.2, profile: fast}
  - {peer: 192.0.2.3, profile: fast, desired_min_tx: 1s, detect_mult: 9}
";
    let micros = specs(text).into_iter().map(|spec| {
        let octets = spec.padded_pdu_size.map(|size| size.octets());
        (
            spec.desired_min_tx.micros().0,
            spec.required_min_rx.micros().0,
            spec.detect_mult.get(),
            octets,
        )
    });
    assert_eq!(
        micros.collect::<Vec<_>>(),
        [
            (300_000, 1_000_000, 5, Some(100)),
            (50_000, 60_000, 5, None),
            (1_000_000, 60_000, 9, None),
        ]
    );
}

#[test]
fn a_profile_serves_both_types_and_roles() {
    let text = "
profiles: [{name: far, min_ttl: 250, passive: true}]
sessions:
  - {peer: 192.0.2.1, profile: far}
  - {peer: 192.0.2.2, profile: far, type: multi_hop, passive: false}
  - {peer: 192.0.2.3, profile: far, type: multi_hop, min_ttl: 1}
  - {peer: 192.0.2.4, type: multi_hop}
";
    let seen: Vec<_> = specs(text).iter().map(|one| (one.kind, one.role)).collect();
    let multi = |min_ttl| SessionKind::MultiHop { min_ttl };
    assert_eq!(
        seen,
        [
            (SessionKind::SingleHop, Role::Passive),
            (multi(250), Role::Active),
            (multi(1), Role::Passive),
            (multi(254), Role::Active),
        ]
    );
}

#[test]
fn intervals_of_a_profile_are_aligned_too() {
    let text = "
bfd: {align_intervals: true}
profiles: [{name: odd, desired_min_tx: 11ms}]
sessions: [{peer: 192.0.2.1, profile: odd}]
";
    assert_eq!(specs(text)[0].desired_min_tx.micros().0, 20_000);
}

#[test]
fn the_node_mesh_may_name_a_profile() {
    let text = "
profiles: [{name: mesh, detect_mult: 7}]
kubernetes: {enabled: false, node_name: a, profile: mesh}
";
    assert_eq!(config(text).kubernetes, None);
    let unknown = text.replace("profile: mesh", "profile: mush");
    assert_eq!(
        faults(&unknown),
        "gobfd.yml:3:53: kubernetes.profile: no profile is called \"mush\", only mesh"
    );
}

#[test]
fn variables_reach_profiles() {
    let pairs = [
        ("GOBFD_PROFILES_0_NAME", "env"),
        ("GOBFD_PROFILES_0_DETECT_MULT", "9"),
        ("GOBFD_SESSIONS_0_PEER", "192.0.2.1"),
        ("GOBFD_SESSIONS_0_PROFILE", "env"),
    ];
    let config = with_environment("", &pairs).expect("fine");
    assert_eq!(config.sessions[0].spec.detect_mult.get(), 9);
}

#[test]
fn faults_are_one_sentence_with_their_place() {
    for (text, sentence) in [
        (
            "sessions: [{peer: 192.0.2.1, profile: fast}]",
            "gobfd.yml:1:39: sessions[0].profile: no profile is called \"fast\": the list profiles \
             has no element",
        ),
        (
            "profiles: [{name: a}, {name: b}]\nsessions: [{peer: 192.0.2.1, profile: c}]",
            "gobfd.yml:2:39: sessions[0].profile: no profile is called \"c\", only a, b",
        ),
        (
            "profiles:\n- name: a\n- name: a\n",
            "gobfd.yml:3:9: profiles[1].name: the same name as profiles[0]: a",
        ),
        (
            "profiles:\n- detect_mult: 3\n",
            "gobfd.yml:2:3: profiles[0].name: missing: a profile needs a name that sessions can give",
        ),
        // A faulty profile is blamed once, and those who name it not at all.
        (
            "profiles: [{name: a, detect_mult: 0}]\nsessions: [{peer: 192.0.2.1, profile: a}]",
            "gobfd.yml:1:35: profiles[0].detect_mult: expected a whole number from 1 to 255, found \
             \"0\"",
        ),
        (
            "profiles: [{name: a, peer: 192.0.2.1}]",
            "gobfd.yml:1:22: profiles[0].peer: unknown key; expected one of desired_min_tx, \
             detect_mult, min_ttl, name, padded_pdu_size, passive, required_min_rx",
        ),
    ] {
        assert_eq!(faults(text), sentence, "{text}");
    }
}

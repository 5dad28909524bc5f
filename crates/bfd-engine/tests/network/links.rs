//! Several links between the same two hosts.

use crate::support::{End, Namespaces, await_that, ifindex_of, session};
use bfd_engine::SessionId;
use bfd_proto::{SessionKind, State, Verdict};

const LINKS: [&str; 2] = ["veth0", "veth1"];

fn second_link(namespaces: &Namespaces) {
    namespaces.join("veth1");
    for side in [0, 1] {
        let host = side + 1;
        let lines = format!(
            "link set veth1 addrgenmode none\naddr add 10.0.0.{host}/24 dev veth1\n\
             addr add fe80::{host}/64 dev veth1 nodad\nlink set veth1 up\n"
        );
        namespaces.batch(side, &lines);
        // Both links carry the same addresses: no route may be preferred on receipt.
        for link in ["all", "veth0", "veth1"] {
            let setting = format!("net.ipv4.conf.{link}.rp_filter=0");
            namespaces.run(side, &["sysctl", "-q", "-w", &setting]);
        }
    }
}

// covers: 5881-2-01, 5881-3-01
#[test]
fn sessions_with_one_peer_over_two_links_live_and_die_apart() {
    let namespaces = Namespaces::new();
    second_link(&namespaces);
    let ends = [0, 1].map(|side| End::start(&namespaces, side));
    let pairs = [("10.0.0.1", "10.0.0.2"), ("fe80::1", "fe80::2")];
    let mut ids: Vec<(usize, &str, SessionId)> = Vec::new();
    for link in LINKS {
        let index = [0, 1].map(|side| ifindex_of(&namespaces, side, link));
        for (a, b) in pairs {
            let wishes = [
                session(SessionKind::SingleHop, a, b, index[0]),
                session(SessionKind::SingleHop, b, a, index[1]),
            ];
            for (side, wish) in wishes.into_iter().enumerate() {
                ids.push((side, link, ends[side].add(wish)));
            }
        }
    }
    for (side, _, id) in &ids {
        ends[*side].await_state(*id, State::Up);
    }
    for side in [0, 1] {
        let rules = "add table inet cut; \
                     add chain inet cut in { type filter hook prerouting priority -300; }; \
                     add rule inet cut in iifname veth1 meta l4proto udp drop";
        namespaces.run(side, &["nft", rules]);
    }
    for (side, link, id) in &ids {
        let flaps = || ends[*side].view(*id).counters.flaps;
        if *link == "veth1" {
            await_that("the dead link is noticed", || flaps() == 1);
            // One side is cut a moment before the other.
            let down = ends[*side].view(*id).last_down.map(|down| down.verdict);
            assert!(
                matches!(down, Some(Verdict::PeerSilent | Verdict::OneWay)),
                "{down:?}"
            );
        }
    }
    for (side, link, id) in &ids {
        if *link == "veth0" {
            let view = ends[*side].view(*id);
            assert_eq!(
                (view.state, view.counters.flaps),
                (State::Up, 0),
                "{view:?}"
            );
        }
    }
}

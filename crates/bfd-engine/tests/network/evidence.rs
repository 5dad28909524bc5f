//! Why a session is not Up: each cause is made to happen.

use std::net::IpAddr;
use std::time::Duration;

use crate::support::{End, Namespaces, await_that, ifindex, session};
use bfd_engine::{Egress, Event, NewSession, SessionId};
use bfd_net::TxBatch;
use bfd_proto::{Diagnostic, Discard, PathProblem, SessionKind, State, StateChange, Verdict};

const MULTIHOP: SessionKind = SessionKind::MultiHop { min_ttl: 254 };
const SINGLE: SessionKind = SessionKind::SingleHop;

/// Two engines and a session between them.
struct Stage {
    namespaces: Namespaces,
    ends: [End; 2],
    wishes: [NewSession; 2],
    ids: [SessionId; 2],
}

impl Stage {
    fn new(kind: SessionKind) -> Self {
        let namespaces = Namespaces::new();
        let ends = [0, 1].map(|side| End::start(&namespaces, side));
        let wish = |side, local, peer| session(kind, local, peer, ifindex(&namespaces, side));
        let wishes = [
            wish(0, "10.0.0.1", "10.0.0.2"),
            wish(1, "10.0.0.2", "10.0.0.1"),
        ];
        let ids = [0, 1].map(|side: usize| ends[side].add(wishes[side].clone()));
        Self {
            namespaces,
            ends,
            wishes,
            ids,
        }
    }

    fn up(kind: SessionKind) -> Self {
        let stage = Self::new(kind);
        stage.await_up();
        stage
    }

    fn await_up(&self) {
        for (end, id) in self.ends.iter().zip(self.ids) {
            end.await_state(id, State::Up);
        }
    }

    /// The first Down that `side` tells of.
    fn await_down(&mut self, side: usize) -> StateChange {
        self.ends[side].await_event(|event| down(event).is_some());
        self.ends[side]
            .events
            .iter()
            .find_map(down)
            .expect("just waited for")
    }

    fn path(&self, side: usize, path: Result<Egress, PathProblem>) {
        let endpoint = self.wishes[side].endpoint;
        self.ends[side].handle.path(self.ids[side], endpoint, path);
    }
}

fn down(event: &Event) -> Option<StateChange> {
    match event {
        Event::Changed { change, .. } if change.down.is_some() => Some(*change),
        _ => None,
    }
}

fn verdict(change: &StateChange) -> Option<Verdict> {
    change.down.map(|down| down.verdict)
}

// covers: 5881-5-02, 5883-5-02
#[test]
fn a_ttl_too_low_is_refused_and_shown() {
    for kind in [SINGLE, MULTIHOP] {
        let stage = Stage::up(kind);
        let rules = "add table inet hops; \
                     add chain inet hops in { type filter hook prerouting priority -300; }; \
                     add rule inet hops in iifname veth0 meta l4proto udp ip ttl set 64";
        stage.namespaces.run(0, &["nft", rules]);
        stage.ends[0].await_state(stage.ids[0], State::Down);
        await_that("the TTL is shown", || {
            let seen = stage.ends[0].view(stage.ids[0]).last_discard;
            seen.is_some_and(|(_, reason, ttl)| (reason, ttl) == (Discard::Ttl, 64))
        });
        let view = stage.ends[0].view(stage.ids[0]);
        assert_eq!(
            view.last_down.map(|down| down.verdict),
            Some(Verdict::PeerSilent)
        );
        assert!(view.counters.discards[Discard::Ttl.index()] > 0);
    }
}

#[test]
fn the_end_of_a_link_is_told_at_once_and_the_session_waits_for_its_return() {
    let mut stage = Stage::up(SINGLE);
    stage.path(0, Err(PathProblem::InterfaceDown));
    let change = stage.await_down(0);
    let expected = Verdict::LinkDown(PathProblem::InterfaceDown);
    assert_eq!(verdict(&change), Some(expected));
    assert_eq!(change.diagnostic, Diagnostic::PATH_DOWN);
    let change = stage.await_down(1);
    assert_eq!(verdict(&change), Some(Verdict::PeerSilent));
    let sent = stage.ends[0].view(stage.ids[0]).counters.sent;
    stage.ends[1].await_state(stage.ids[1], State::Down);
    assert_eq!(stage.ends[0].view(stage.ids[0]).counters.sent, sent);
    stage.path(0, stage.wishes[0].path);
    stage.await_up();
}

#[test]
fn packets_that_cannot_be_sent_are_our_own_failure() {
    let mut stage = Stage::up(SINGLE);
    stage
        .namespaces
        .run(0, &["ip", "link", "set", "veth0", "down"]);
    let change = stage.await_down(0);
    assert!(
        matches!(verdict(&change), Some(Verdict::TxFailed(_))),
        "{change:?}"
    );
    assert!(change.down.is_some_and(|down| down.evidence.tx_errors > 0));
    stage
        .namespaces
        .run(0, &["ip", "link", "set", "veth0", "up"]);
    stage.await_up();
}

/// A peer that begins to authenticate while we do not: its packets come, and none counts.
// covers: 5880-6.8.6-10
#[test]
fn packets_that_we_cannot_authenticate_are_named_as_the_cause() {
    let mut stage = Stage::up(SINGLE);
    let (mine, yours) = [0, 1]
        .map(|side: usize| stage.ids[side].discriminator)
        .into();
    stage.ends[1].stop();
    let vectors = bfd_spec::vectors("auth").expect("spec/vectors/auth.yml");
    let mut payload = vectors[0].payload();
    payload[4..8].copy_from_slice(&yours.get().to_be_bytes());
    payload[8..12].copy_from_slice(&mine.get().to_be_bytes());
    let mut tx = stage
        .namespaces
        .inside(1, || TxBatch::open().expect("raw socket"));
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let egress = bfd_net::Egress {
        local: address("10.0.0.2"),
        peer: address("10.0.0.1"),
        ifindex: 0,
        source_port: 50_000,
        destination_port: 3784,
        dont_fragment: false,
    };
    await_that("the session goes down", || {
        tx.push(&egress, &payload, 0);
        tx.flush(|_, errno| panic!("not sent: {errno}"));
        stage.ends[0].view(stage.ids[0]).state == State::Down
    });
    let change = stage.await_down(0);
    assert_eq!(
        verdict(&change),
        Some(Verdict::Auth(Discard::AuthUnexpected))
    );
    assert!(change.down.is_some_and(|down| down.evidence.discards > 0));
}

#[test]
fn a_session_whose_path_is_missing_begins_when_it_appears() {
    let namespaces = Namespaces::new();
    let ends = [0, 1].map(|side| End::start(&namespaces, side));
    let index = [0, 1].map(|side| ifindex(&namespaces, side));
    let wish = session(SINGLE, "10.0.0.1", "10.0.0.2", index[0]);
    let path = Err(PathProblem::AddressMissing);
    let waiting = ends[0].add(NewSession {
        path,
        ..wish.clone()
    });
    let peer = ends[1].add(session(SINGLE, "10.0.0.2", "10.0.0.1", index[1]));
    await_that("the peer speaks", || ends[1].view(peer).counters.sent > 1);
    assert_eq!(ends[0].view(waiting).counters.sent, 0);
    ends[0].handle.path(waiting, wish.endpoint, wish.path);
    ends[0].await_state(waiting, State::Up);
    ends[1].await_state(peer, State::Up);
}

#[test]
fn a_peer_that_starts_anew_is_found_again() {
    let mut stage = Stage::up(SINGLE);
    stage.ends[1].restart(&stage.namespaces, 1);
    stage.ids[1] = stage.ends[1].add(stage.wishes[1].clone());
    let change = stage.await_down(0);
    // Whichever comes first: its silence, or the first packet of its new life.
    let signalled = matches!(verdict(&change), Some(Verdict::PeerSignalled { .. }));
    assert!(
        signalled || verdict(&change) == Some(Verdict::PeerSilent),
        "{change:?}"
    );
    stage.await_up();
}

#[test]
fn shutdown_tells_the_peers_and_waits_no_longer_than_it_must() {
    let mut stage = Stage::up(SINGLE);
    let lonely = NewSession {
        endpoint: bfd_engine::Endpoint {
            peer: "10.0.0.99".parse().expect("an address"),
            ..stage.wishes[0].endpoint
        },
        ..stage.wishes[0].clone()
    };
    let lonely = stage.ends[0].add(lonely);
    let begin = std::time::Instant::now();
    stage.ends[0].handle.shutdown(Duration::from_secs(60));
    stage.ends[0].await_event(|event| *event == Event::Removed(lonely));
    let id = stage.ids[0];
    stage.ends[0].await_event(|event| *event == Event::Removed(id));
    assert!(begin.elapsed() >= Duration::from_millis(150));
    assert!(begin.elapsed() < Duration::from_secs(60));
    assert_eq!(stage.ends[0].handle.sessions(), []);
    let change = stage.await_down(1);
    assert_eq!(verdict(&change), Some(Verdict::PeerAdminDown));
}

//! The malformed vectors as datagrams: each is counted once, under the rule it breaks.

use std::net::IpAddr;

use crate::support::{End, Namespaces, await_that, ifindex, session};
use bfd_engine::SessionId;
use bfd_net::{Egress, TxBatch};
use bfd_proto::{Discard, SessionKind, State};
use bfd_spec::{Judge, Malformed, Status, malformed};

/// Neighbour of the single-hop session.
const NEIGHBOUR: &str = "10.0.0.2";
/// Peer of the multihop session; it has no single-hop one.
const DISTANT: &str = "10.0.0.3";
/// Nobody's peer.
const STRANGER: &str = "10.0.0.77";

/// An engine with both sessions, and a raw socket on the other side.
struct Stage {
    /// Gone first, for it lives in a namespace.
    end: End,
    tx: TxBatch,
    neighbour: SessionId,
    distant: SessionId,
    _namespaces: Namespaces,
}

impl Stage {
    fn new() -> Self {
        let namespaces = Namespaces::new();
        let end = End::start(&namespaces, 0);
        let index = ifindex(&namespaces, 0);
        let multihop = SessionKind::MultiHop { min_ttl: 254 };
        Self {
            neighbour: end.add(session(
                SessionKind::SingleHop,
                "10.0.0.1",
                NEIGHBOUR,
                index,
            )),
            distant: end.add(session(multihop, "10.0.0.1", DISTANT, index)),
            tx: namespaces.inside(1, || TxBatch::open().expect("raw socket")),
            end,
            _namespaces: namespaces,
        }
    }

    fn send(&mut self, local: &str, peer: &str, payload: &[u8]) {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let egress = Egress {
            local: address(local),
            peer: address(peer),
            ifindex: 0,
            source_port: 49_152,
            destination_port: 3784,
            dont_fragment: false,
        };
        self.tx.push(&egress, payload, 0);
        self.tx.flush(|_, errno| panic!("not sent: {errno}"));
    }

    /// How often a rule was broken: packets that no session claims, by the thread that noticed, and
    /// those of the sessions.
    fn count(&self, reason: Discard) -> u64 {
        let stats = self.end.handle.stats();
        let workers = stats.workers.iter().map(|worker| &worker.common);
        let unclaimed = workers
            .chain([&stats.desk])
            .map(|thread| thread.discards[reason.index()]);
        let claimed = [self.neighbour, self.distant].map(|id| {
            let counters = self.end.view(id).counters;
            u64::from(counters.discards[reason.index()])
        });
        unclaimed.chain(claimed).sum()
    }

    fn assert_refused(&mut self, vector: &Malformed, local: &str, peer: &str) {
        let label = vector.discard.as_deref().expect("a rule");
        let reason = Discard::ALL
            .into_iter()
            .find(|reason| reason.label() == label);
        let reason = reason.unwrap_or_else(|| panic!("{}: no rule {label}", vector.id));
        let before = self.count(reason);
        self.send(local, peer, &vector.payload);
        await_that(&format!("{} is counted as {label}", vector.id), || {
            self.count(reason) == before + 1
        });
    }

    fn assert_untouched(&self) {
        for id in [self.neighbour, self.distant] {
            let view = self.end.view(id);
            assert_eq!((view.state, view.counters.received), (State::Down, 0));
            assert_eq!(view.remote.discriminator, None);
        }
    }
}

fn implemented(judge: Judge) -> impl Iterator<Item = Malformed> {
    let all = malformed().expect("spec/vectors/malformed.yml").into_iter();
    all.filter(move |vector| vector.judge == judge && vector.status == Status::Implemented)
}

// covers: 5880-6.8.6-01..06, 5880-6.8.6-08
#[test]
fn malformed_datagrams_are_counted_under_their_rule() {
    let mut stage = Stage::new();
    // The authentication section is read later, for the session it belongs to.
    for vector in implemented(Judge::Codec).filter(|vector| vector.rule != "5880-6.8.6-12") {
        stage.assert_refused(&vector, NEIGHBOUR, "10.0.0.1");
    }
    stage.assert_untouched();
}

// covers: 5880-6.8.6-07, 5880-6.8.6-09, 5880-3.1-01, 5881-2-02, SP-30, SP-52
#[test]
fn datagrams_that_belong_to_nobody_are_counted_under_their_rule() {
    let mut stage = Stage::new();
    for vector in implemented(Judge::Demux) {
        let (local, peer) = match vector.id.as_str() {
            "M-24" | "M-25" | "M-26" => (NEIGHBOUR, "10.0.0.1"),
            "M-30" => (STRANGER, "10.0.0.1"),
            "M-31" => ("fd00::2", "fd00::1"),
            "M-32" => (DISTANT, "10.0.0.1"),
            other => panic!("where does {other} come from?"),
        };
        stage.assert_refused(&vector, local, peer);
    }
    stage.assert_untouched();
    assert_eq!(stage.end.handle.sessions().len(), 2);
    // M-32 leaves evidence with the session that was probably meant, which alone counts it.
    await_that("the multihop session knows", || {
        let counters = stage.end.view(stage.distant).counters;
        counters.discards[Discard::WrongPort.index()] == 1
    });
    assert_eq!(stage.count(Discard::WrongPort), 1);
}

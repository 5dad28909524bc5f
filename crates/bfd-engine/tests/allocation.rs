//! No heap allocation per packet: a worker and a front desk with sessions that are Up turn many
//! times without one.
//!
//! The engine's parts run on this test's own thread, over sockets of a namespace, so that the
//! counting allocator sees just them. The peer is a whole engine in the other namespace.

#[path = "network/by_hand.rs"]
mod by_hand;
#[path = "network/support.rs"]
#[expect(dead_code, reason = "the other network tests need more of it")]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use allocation_counter::measure;
use bfd_engine::{Assembly, LinuxIo, NewSession, SessionId};
use bfd_proto::{AuthType, Authentication, Key, Secret, SessionKind};

use by_hand::{are_up, assemble, turn_until};
use support::{End, Namespaces, ifindex, session};

const BUFFER: usize = 1 << 20;
/// About a second of 20 packets each way.
const STEADY: Duration = Duration::from_secs(1);

#[test]
fn a_steady_load_allocates_nothing() {
    let namespaces = Namespaces::new();
    let peer = End::start(&namespaces, 1);
    let index = [ifindex(&namespaces, 0), ifindex(&namespaces, 1)];
    for (local, remote) in [("10.0.0.2", "10.0.0.1"), ("fd00::2", "fd00::1")] {
        peer.add(guarded(session(
            SessionKind::SingleHop,
            local,
            remote,
            index[1],
        )));
    }
    let (received, info) = namespaces.inside(0, || {
        let mut engine = assemble(BUFFER);
        let ids = [("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")].map(|(local, remote)| {
            let wish = guarded(session(SessionKind::SingleHop, local, remote, index[0]));
            engine.handle.add(wish, |_| {}).expect("added")
        });
        turn_until(&mut engine, are_up(&ids));
        let steady = |_: &Assembly<LinuxIo>, begin: Clock| begin.elapsed() >= STEADY;
        turn_until(&mut engine, steady);
        let before = received(&engine, ids);
        let info = measure(|| turn_until(&mut engine, steady));
        (received(&engine, ids) - before, info)
    });
    assert!(received > 20, "{received} packets are no steady load");
    assert_eq!(info.count_total, 0, "{info:?} for {received} packets");
}

/// Sessions over IPv6 authenticate, those over IPv4 do not.
fn guarded(mut wish: NewSession) -> NewSession {
    let secret = Secret::new(b"opensesame").expect("ten octets");
    let key = Arc::new(Key { id: 1, secret });
    let kind = AuthType::MeticulousKeyedSha1;
    let keys = Authentication::new(kind, Arc::clone(&key), [key]).expect("one key");
    wish.authentication = Some(Arc::new(keys)).filter(|_| wish.endpoint.peer.is_ipv6());
    wish
}

fn received(engine: &Assembly<LinuxIo>, ids: [SessionId; 2]) -> u64 {
    let views = ids.iter().filter_map(|id| engine.handle.read(*id));
    views.map(|view| view.counters.received).sum()
}

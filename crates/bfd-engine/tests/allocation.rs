//! No heap allocation per packet: a worker and a front desk with sessions that are Up turn many
//! times without one.
//!
//! The engine's parts run on this test's own thread, over sockets of a namespace, so that the
//! counting allocator sees just them. The peer is a whole engine in the other namespace.

#[path = "network/support.rs"]
#[expect(dead_code, reason = "the other network tests need more of it")]
mod support;

use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use allocation_counter::measure;
use bfd_engine::{Assembly, Capacities, Entropy, Io, LinuxIo, Place, SessionId};
use bfd_net::{Family, GroupSpec, RxSocket, SocketSet, Waker};
use bfd_proto::{SessionKind, State};

use support::{End, Namespaces, ifindex, session};

const BUFFER: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(30);
/// About a second of 20 packets each way.
const STEADY: Duration = Duration::from_secs(1);

#[test]
fn a_steady_load_allocates_nothing() {
    let namespaces = Namespaces::new();
    let peer = End::start(&namespaces, 1);
    let index = [ifindex(&namespaces, 0), ifindex(&namespaces, 1)];
    for (local, remote) in [("10.0.0.2", "10.0.0.1"), ("fd00::2", "fd00::1")] {
        peer.add(session(SessionKind::SingleHop, local, remote, index[1]));
    }
    let (received, info) = namespaces.inside(0, || {
        let mut engine = assemble();
        let ids = [("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")].map(|(local, remote)| {
            let wish = session(SessionKind::SingleHop, local, remote, index[0]);
            engine.handle.add(wish, |_| {}).expect("added")
        });
        let all_up = |engine: &Assembly<LinuxIo>| ids.iter().all(|id| is_up(engine, *id));
        turn_until(&mut engine, |engine, begin| {
            assert!(begin.elapsed() < PATIENCE, "sessions do not come up");
            all_up(engine)
        });
        let steady = |_: &Assembly<LinuxIo>, begin: Clock| begin.elapsed() >= STEADY;
        turn_until(&mut engine, steady);
        let before = received(&engine, ids);
        let info = measure(|| turn_until(&mut engine, steady));
        (received(&engine, ids) - before, info)
    });
    assert!(received > 20, "{received} packets are no steady load");
    assert_eq!(info.count_total, 0, "{info:?} for {received} packets");
}

/// One worker and a front desk over the sockets of the calling thread's namespace.
fn assemble() -> Assembly<LinuxIo> {
    let (mut worker, mut desk) = (Vec::new(), Vec::new());
    for family in Family::ALL {
        let spec = GroupSpec {
            family,
            port: SessionKind::SingleHop.port(),
            workers: NonZeroU16::MIN,
            receive_buffer: BUFFER,
        };
        let mut sockets = SocketSet::open(spec)
            .expect("port is free")
            .into_sockets()
            .into_iter();
        worker.extend(sockets.next());
        desk.extend(sockets.next());
    }
    Assembly::new(
        vec![place(worker)],
        place(desk),
        Entropy::System,
        Capacities::default(),
    )
    .expect("assembled")
}

fn place(sockets: Vec<RxSocket>) -> Place<LinuxIo> {
    let waker = Waker::new().expect("eventfd");
    let wake = Arc::new(waker.clone());
    Place {
        io: LinuxIo::new(sockets, waker, BUFFER).expect("raw socket"),
        wake,
    }
}

/// Lets worker and desk take turns on this thread.
fn turn_until(engine: &mut Assembly<LinuxIo>, done: impl Fn(&Assembly<LinuxIo>, Clock) -> bool) {
    let begin = Clock::now();
    while !done(engine, begin) {
        engine.desk.turn();
        let worker = &mut engine.workers[0];
        let until = worker.turn();
        let soon = worker.io().now() + Duration::from_millis(5);
        worker.io().wait(until.min(soon));
    }
}

fn is_up(engine: &Assembly<LinuxIo>, id: SessionId) -> bool {
    engine
        .handle
        .read(id)
        .is_some_and(|view| view.state == State::Up)
}

fn received(engine: &Assembly<LinuxIo>, ids: [SessionId; 2]) -> u64 {
    let views = ids.iter().filter_map(|id| engine.handle.read(*id));
    views.map(|view| view.counters.received).sum()
}

//! An engine whose threads the test itself runs, turn by turn, over real sockets.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use bfd_engine::{Assembly, Capacities, Entropy, Io, LinuxIo, Place, Scheduler, SessionId};
use bfd_net::{Family, GroupSpec, RxSocket, SocketSet, Waker};
use bfd_proto::{SessionKind, State};

const PATIENCE: Duration = Duration::from_secs(30);

/// One worker and a front desk over the sockets of the calling thread's namespace.
pub(crate) fn assemble(buffer: usize) -> Assembly<LinuxIo> {
    let (mut worker, mut desk) = (Vec::new(), Vec::new());
    for family in Family::ALL {
        let spec = GroupSpec {
            family,
            port: SessionKind::SingleHop.port(),
            workers: NonZeroU16::MIN,
            receive_buffer: buffer,
        };
        let mut sockets = SocketSet::open(spec)
            .expect("port is free")
            .into_sockets()
            .into_iter();
        worker.extend(sockets.next());
        desk.extend(sockets.next());
    }
    Assembly::new(
        vec![place(worker, buffer)],
        place(desk, buffer),
        Entropy::System,
        Capacities::default(),
    )
    .expect("assembled")
}

fn place(sockets: Vec<RxSocket>, buffer: usize) -> Place<LinuxIo> {
    let waker = Waker::new().expect("eventfd");
    let wake = Arc::new(waker.clone());
    Place {
        io: LinuxIo::new(sockets, waker, buffer, Scheduler::Normal).expect("raw socket"),
        wake,
    }
}

/// Lets worker and desk take turns on this thread.
pub(crate) fn turn_until(
    engine: &mut Assembly<LinuxIo>,
    done: impl Fn(&Assembly<LinuxIo>, Clock) -> bool,
) {
    let begin = Clock::now();
    while !done(engine, begin) {
        engine.desk.turn();
        let worker = &mut engine.workers[0];
        let until = worker.turn();
        let soon = worker.io().now() + Duration::from_millis(5);
        worker.io().wait(until.min(soon), Duration::ZERO);
    }
}

/// Whether all of these are Up; panics when that takes too long.
pub(crate) fn are_up(ids: &[SessionId]) -> impl Fn(&Assembly<LinuxIo>, Clock) -> bool {
    |engine, begin| {
        assert!(begin.elapsed() < PATIENCE, "sessions do not come up");
        let views = ids.iter().map(|id| engine.handle.read(*id));
        views
            .flatten()
            .filter(|view| view.state == State::Up)
            .count()
            == ids.len()
    }
}

//! What a session takes of memory in the data plane: records, slots, deadlines, books.
//!
//! The engine's parts run on this test's own thread, without a network, so that the counting
//! allocator sees just them.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use allocation_counter::measure;
use bfd_engine::{
    Assembly, BufferGrant, Capacities, Drained, Egress, Endpoint, Entropy, Io, NewSession,
    Outgoing, Place, RxMeta, Wake,
};
use bfd_proto::{DetectMult, Instant, Interval, Micros, Role, SessionKind, SessionSpec};

const FEW: u32 = 100;
const MANY: u32 = 10_000;
/// Octets for each session beyond the first hundred.
const MOST: i64 = 880;

/// Nothing comes, nothing arrives, and no time passes but what the test lets pass.
#[derive(Debug)]
struct Silence(Rc<Cell<Instant>>);

impl Io for Silence {
    fn now(&self) -> Instant {
        self.0.get()
    }

    fn receive(&mut self, _: usize, _: &mut dyn FnMut(&RxMeta, &[u8])) -> Drained {
        Drained {
            incomplete: 0,
            drops: 0,
            more: false,
            heard_until: self.now(),
        }
    }

    fn take_drops(&mut self) -> u32 {
        0
    }

    fn send(&mut self, _: &Outgoing, _: &[u8], _: u32) {}

    fn flush(&mut self, _: &mut dyn FnMut(u32, i32)) {}

    fn reserve(&mut self, _: usize) -> BufferGrant {
        BufferGrant {
            asked: 0,
            granted: 0,
        }
    }

    fn wait(&mut self, _: Instant, _: Duration) {}
}

#[derive(Debug)]
struct NoBell;

impl Wake for NoBell {
    fn wake(&self) {}
}

struct Stage {
    clock: Rc<Cell<Instant>>,
    engine: Assembly<Silence>,
    sessions: u32,
}

impl Stage {
    fn new() -> Self {
        let clock = Rc::new(Cell::new(Instant::from_nanos(1_000_000_000_000)));
        let place = || Place {
            io: Silence(Rc::clone(&clock)),
            wake: Arc::new(NoBell) as Arc<dyn Wake>,
        };
        let entropy = Entropy::Seeded(1);
        let engine = Assembly::new(vec![place()], place(), entropy, Capacities::default());
        Self {
            engine: engine.expect("assembled"),
            clock,
            sessions: 0,
        }
    }

    fn add_up_to(&mut self, sessions: u32) {
        let mut events = Vec::new();
        for number in self.sessions..sessions {
            self.engine
                .handle
                .add(session(number), |_| {})
                .expect("added");
            self.turn(Duration::from_micros(100));
            self.engine.handle.drain_events(&mut events);
            events.clear();
        }
        self.sessions = sessions;
        // Every session sends, is shown and is called again.
        for _ in 0..300 {
            self.turn(Duration::from_millis(10));
        }
    }

    fn turn(&mut self, time: Duration) {
        self.clock.set(self.clock.get() + time);
        self.engine.desk.turn();
        self.engine.workers[0].turn();
    }
}

fn session(number: u32) -> NewSession {
    let local = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let interval = Interval::new(Micros(300_000)).expect("not zero");
    let kind = SessionKind::SingleHop;
    NewSession {
        spec: SessionSpec {
            kind,
            role: Role::Active,
            desired_min_tx: interval,
            required_min_rx: interval,
            detect_mult: DetectMult::new(3).expect("not zero"),
            padded_pdu_size: None,
        },
        authentication: None,
        endpoint: Endpoint {
            kind,
            peer: IpAddr::V4(Ipv4Addr::from_bits(0x0a01_0000 + number)),
            local: Some(local),
            ifindex: Some(7),
        },
        path: Ok(Egress { local, ifindex: 7 }),
        admin_down: false,
    }
}

#[test]
fn a_session_takes_no_more_than_it_did() {
    let mut stage = Stage::new();
    stage.add_up_to(FEW);
    let info = measure(|| stage.add_up_to(MANY));
    let each = info.bytes_current / i64::from(MANY - FEW);
    assert!(each <= MOST, "{each} octets for each session");
    assert_eq!(stage.engine.handle.sessions().len(), MANY as usize);
}

//! A worker whose turns are long keeps up with what its peers send.
//!
//! The worker runs turn by turn over an imagined socket: packets come at an even rate, and time passes
//! by as much as the test says.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bfd_engine::{
    Assembly, Capacities, Drained, Egress, Endpoint, Entropy, Io, NewSession, Outgoing, Place,
    RxMeta, Shortage, Wake,
};
use bfd_proto::{DetectMult, Instant, Interval, Micros, Role, SessionKind, SessionSpec};

const SESSIONS: u16 = 2000;
/// What 2000 peers send at 50 ms, a jitter of up to a quarter taken off.
const RATE: u64 = 2000 * 1000 / 50 * 8 / 7;

#[derive(Debug, Default)]
struct Line {
    now: Instant,
    waiting: u64,
    most_taken: usize,
}

/// One socket with packets that nobody claims.
#[derive(Clone, Debug, Default)]
struct Imagined(Rc<RefCell<Line>>);

impl Imagined {
    fn pass(&self, time: Duration, rate: u64) {
        let mut line = self.0.borrow_mut();
        line.now = line.now + time;
        line.waiting += rate * u64::try_from(time.as_micros()).unwrap() / 1_000_000;
    }
}

impl Io for Imagined {
    fn now(&self) -> Instant {
        self.0.borrow().now
    }

    fn receive(&mut self, budget: usize, _: &mut dyn FnMut(&RxMeta, &[u8])) -> Drained {
        let mut line = self.0.borrow_mut();
        line.most_taken = line.most_taken.max(budget);
        line.waiting = line.waiting.saturating_sub(budget as u64);
        let age = Duration::from_secs_f64(line.waiting as f64 / RATE as f64);
        let age = u64::try_from(age.as_nanos()).unwrap();
        Drained {
            incomplete: 0,
            drops: 0,
            more: line.waiting > 0,
            heard_until: Instant::from_nanos(line.now.as_nanos().saturating_sub(age)),
        }
    }

    fn take_drops(&mut self) -> u32 {
        0
    }

    fn send(&mut self, _: &Outgoing, _: &[u8], _: u32) {}

    fn flush(&mut self, _: &mut dyn FnMut(u32, i32)) {}

    fn reserve(&mut self, _: usize) -> Shortage {
        Shortage::default()
    }

    fn wait(&mut self, _: Instant, _: Duration) {}
}

#[derive(Debug)]
struct Nobody;

impl Wake for Nobody {
    fn wake(&self) {}
}

fn place(io: Imagined) -> Place<Imagined> {
    let wake = Arc::new(Nobody);
    Place { io, wake }
}

fn assemble(worker: &Imagined) -> Assembly<Imagined> {
    let places = vec![place(worker.clone())];
    let desk = place(Imagined::default());
    Assembly::new(places, desk, Entropy::Seeded(1), Capacities::default()).unwrap()
}

fn session(number: u16) -> NewSession {
    let [high, low] = number.to_be_bytes();
    let interval = Interval::new(Micros(50_000)).unwrap();
    let local = IpAddr::V4(Ipv4Addr::new(10, 0, 255, 1));
    NewSession {
        spec: SessionSpec {
            kind: SessionKind::SingleHop,
            role: Role::Active,
            desired_min_tx: interval,
            required_min_rx: interval,
            detect_mult: DetectMult::new(3).unwrap(),
            padded_pdu_size: None,
        },
        authentication: None,
        endpoint: Endpoint {
            kind: SessionKind::SingleHop,
            peer: IpAddr::V4(Ipv4Addr::new(10, 0, high, low)),
            local: Some(local),
            ifindex: Some(1),
        },
        path: Ok(Egress { local, ifindex: 1 }),
        admin_down: false,
    }
}

#[test]
fn long_turns_do_not_leave_packets_behind() {
    let line = Imagined::default();
    let mut engine = assemble(&line);
    for number in 0..SESSIONS {
        engine.handle.add(session(number), |_| {}).unwrap();
        engine.workers[0].turn();
        engine.desk.turn();
    }
    for _ in 0..100 {
        line.pass(Duration::from_millis(30), RATE);
        engine.workers[0].turn();
    }
    assert_eq!(line.0.borrow().waiting, 0);
    // Nor does what a second's pause left, once the pause is over.
    line.pass(Duration::from_secs(1), RATE);
    for _ in 0..100 {
        line.pass(Duration::from_millis(10), RATE);
        engine.workers[0].turn();
    }
    assert_eq!(line.0.borrow().waiting, 0);
}

#[test]
fn a_flood_that_no_session_explains_is_taken_in_small_bites() {
    let line = Imagined::default();
    let mut engine = assemble(&line);
    for _ in 0..100 {
        line.pass(Duration::from_millis(30), 1_000_000);
        engine.workers[0].turn();
    }
    assert_eq!(line.0.borrow().most_taken, 1024);
}

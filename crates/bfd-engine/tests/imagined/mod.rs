//! An engine whose only socket and clock are imagined, and which the test turns by hand.

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

/// What there is to hear, and when it is now.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) now: Instant,
    /// Packets a second, of nobody's session.
    pub(crate) rate: u64,
    /// Packets that wait to be heard.
    pub(crate) waiting: u64,
    /// The most that was asked for in one turn.
    pub(crate) most_taken: usize,
}

/// The line as its threads see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Imagined(pub(crate) Rc<RefCell<Line>>);

impl Imagined {
    /// A line on which so many packets come in a second.
    pub(crate) fn new(rate: u64) -> Self {
        let now = Instant::from_nanos(1_000_000_000_000);
        let line = Line {
            now,
            rate,
            ..Line::default()
        };
        Self(Rc::new(RefCell::new(line)))
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: Duration) {
        let mut line = self.0.borrow_mut();
        line.now = line.now + time;
        line.waiting += line.rate * u64::try_from(time.as_micros()).unwrap() / 1_000_000;
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
        let age = Duration::from_micros(line.waiting * 1_000_000 / line.rate.max(1));
        Drained {
            incomplete: 0,
            drops: 0,
            more: line.waiting > 0,
            heard_until: line.now.saturating_sub(age),
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
struct NoBell;

impl Wake for NoBell {
    fn wake(&self) {}
}

/// One worker and a front desk. Both live in the time of the line; only the worker hears it.
pub(crate) fn assemble(line: &Imagined) -> Assembly<Imagined> {
    let quiet = Imagined::default();
    quiet.0.borrow_mut().now = line.now();
    let place = |io| Place {
        io,
        wake: Arc::new(NoBell) as Arc<dyn Wake>,
    };
    let (worker, desk) = (place(line.clone()), place(quiet));
    let entropy = Entropy::Seeded(1);
    Assembly::new(vec![worker], desk, entropy, Capacities::default()).expect("assembled")
}

/// A session with a peer of this number.
pub(crate) fn session(number: u32, interval: Micros) -> NewSession {
    let local = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let interval = Interval::new(interval).expect("not zero");
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

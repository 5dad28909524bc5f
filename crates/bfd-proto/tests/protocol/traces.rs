//! Two sessions and a link that loses, delays and doubles packets, driven by random schedules.
//!
//! What must hold whatever happens is checked on everything that was sent and on every change.

use crate::keys::{KINDS, authentication, sequence};
use crate::support::{MS, Rig, SECOND, Sent, ms, mult, spec};
use bfd_proto::{
    Admin, AuthType, ControlPacket, Input, Instant, Path, PathProblem, SessionSpec, State,
    Transmit, Verdict,
};
use proptest::prelude::*;
use std::time::Duration;

/// Something an operator, the host or the network does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Run(u16),
    Cut(bool, bool),
    Admin(bool, Admin),
    Intervals(bool, u16, u16, u8),
    Path(bool, bool),
    Restart(bool),
    Delay(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let admin = prop_oneof![Just(Admin::Up), Just(Admin::Down)];
    prop_oneof![
        6 => (1_u16..2_000).prop_map(Step::Run),
        2 => any::<(bool, bool)>().prop_map(|(a, b)| Step::Cut(a, b)),
        1 => (any::<bool>(), admin).prop_map(|(end, admin)| Step::Admin(end, admin)),
        2 => (any::<bool>(), 5_u16..1_500, 5_u16..1_500, 1_u8..8)
            .prop_map(|(end, tx, rx, mult)| Step::Intervals(end, tx, rx, mult)),
        1 => any::<(bool, bool)>().prop_map(|(end, ready)| Step::Path(end, ready)),
        1 => any::<bool>().prop_map(Step::Restart),
        1 => (0_u8..20).prop_map(Step::Delay),
    ]
}

/// A packet under way.
struct Flying {
    arrives: Instant,
    to: usize,
    octets: Vec<u8>,
}

struct World {
    now: Instant,
    ends: [Rig; 2],
    taken: [usize; 2],
    flying: Vec<Flying>,
    cut: [bool; 2],
    delay: Duration,
    restarts: u32,
    guard: Guard,
}

/// The authentication of both ends, if any.
type Guard = Option<AuthType>;

/// Both ends have the same discriminator: it means something only at its own end.
fn rig(guard: Guard, seed: u64) -> Rig {
    Rig::authenticated(spec(), guard.map(authentication), Path::Ready, seed)
}

impl World {
    fn new(guard: Guard) -> Self {
        let ends = [rig(guard, 1), rig(guard, 2)];
        let now = ends[0].now;
        let (taken, cut) = ([0; 2], [false; 2]);
        let (flying, delay) = (Vec::new(), 2 * MS);
        Self {
            now,
            ends,
            taken,
            flying,
            cut,
            delay,
            restarts: 0,
            guard,
        }
    }

    fn apply(&mut self, step: Step) {
        match step {
            Step::Run(time) => self.run(u32::from(time) * MS),
            Step::Cut(a, b) => self.cut = [a, b],
            Step::Admin(end, admin) => self.input(end, Input::Admin(admin)),
            Step::Intervals(end, tx, rx, detect_mult) => {
                let spec = SessionSpec {
                    desired_min_tx: ms(tx.into()),
                    required_min_rx: ms(rx.into()),
                    detect_mult: mult(detect_mult),
                    ..spec()
                };
                self.input(end, Input::Spec(spec));
            }
            Step::Path(end, true) => self.input(end, Input::Path(Path::Ready)),
            Step::Path(end, false) => {
                self.input(end, Input::Path(Path::Waiting(PathProblem::NoRoute)));
            }
            Step::Restart(end) => self.restart(usize::from(end)),
            Step::Delay(delay) => self.delay = u32::from(delay) * MS,
        }
    }

    fn input(&mut self, end: bool, input: Input<'_>) {
        let end = usize::from(end);
        self.ends[end].now = self.now;
        self.ends[end].input(input);
        self.collect(end);
    }

    /// A new process: nothing is remembered but what was checked already.
    fn restart(&mut self, end: usize) {
        assert_laws(&self.ends[end], self.guard);
        self.restarts += 1;
        let seed = u64::from(self.restarts) + 2;
        self.ends[end] = rig(self.guard, seed);
        self.ends[end].now = self.now;
        self.taken[end] = 0;
        self.collect(end);
    }

    /// Puts what an end sent on the link.
    fn collect(&mut self, from: usize) {
        let sent = &self.ends[from].sent[self.taken[from]..];
        let arrives = self.now + self.delay;
        for sent in sent.iter().filter(|_| !self.cut[from]) {
            let octets = sent.octets.clone();
            self.flying.push(Flying {
                arrives,
                to: 1 - from,
                octets,
            });
        }
        self.taken[from] = self.ends[from].sent.len();
    }

    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.next().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.deliver();
            for end in [0, 1] {
                if self.ends[end].deadline.is_some_and(|at| at <= self.now) {
                    self.ends[end].now = self.now;
                    self.ends[end].input(Input::Deadline);
                    self.collect(end);
                }
            }
        }
        self.now = until;
    }

    fn next(&self) -> Option<Instant> {
        let arrivals = self.flying.iter().map(|packet| packet.arrives);
        arrivals
            .chain(self.ends.iter().filter_map(|end| end.deadline))
            .min()
    }

    fn deliver(&mut self) {
        while let Some(at) = self
            .flying
            .iter()
            .position(|packet| packet.arrives <= self.now)
        {
            let Flying { to, octets, .. } = self.flying.remove(at);
            let packet = ControlPacket::parse(&octets).expect("we send what we would accept");
            self.ends[to].now = self.now;
            self.ends[to].receive(&packet);
            self.collect(to);
        }
    }
}

/// What holds for each end, whatever happened.
fn assert_laws(end: &Rig, guard: Guard) {
    for sent in &end.sent {
        assert_packet(sent, guard);
    }
    if guard.is_some_and(AuthType::is_meticulous) {
        for pair in end.sent.windows(2) {
            let [before, after] = [&pair[0], &pair[1]].map(|sent| sequence(&sent.octets));
            assert_eq!(after, before.wrapping_add(1));
        }
    }
    let finals = end
        .sent
        .iter()
        .filter(|sent| sent.what == Transmit::Final)
        .count();
    assert!(u64::try_from(finals).unwrap() <= end.view().counters.received);
    for change in &end.changes {
        assert_ne!(change.from, change.to);
        let explained = change.to == State::AdminDown
            || (change.to == State::Down && matches!(change.from, State::Init | State::Up));
        assert_eq!(change.down.is_some(), explained, "{change:?}");
        if let Some(Verdict::PeerSilent) = change.down.map(|down| down.verdict) {
            let evidence = change.down.unwrap().evidence;
            assert!(evidence.gap >= evidence.limit, "{evidence:?}");
        }
    }
}

fn assert_packet(sent: &Sent, guard: Guard) {
    let packet = sent.packet();
    assert!(!(packet.poll && packet.final_), "P and F");
    assert_eq!(packet.final_, sent.what == Transmit::Final);
    assert!(packet.state == State::Up || packet.desired_min_tx.0 >= 1_000_000);
    let known = packet.your_discriminator.is_some();
    assert!(known || matches!(packet.state, State::Down | State::AdminDown));
    assert!(known || !packet.poll);
    assert_eq!(packet.auth.is_some(), guard.is_some(), "A bit");
    assert!(!packet.demand);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    // covers: 5880-6.5-02, 5880-6.8.3-06, 5880-6.8.7-15, 5880-6.8.7-16, 5880-6.8.7-18
    // covers: 5880-6.8.7-20, 5880-6.6-01, 5880-6.8.7-19, 5880-4.1-08, SP-08, SP-13, SP-47
    // covers: 5880-6.8.7-18, 5880-6.8.7-26, 5880-6.7.3-05, 5880-6.7.4-04
    #[test]
    fn laws_hold_under_any_schedule_and_all_ends_well(
        steps in prop::collection::vec(step(), 1..40),
        guard in prop::option::of(prop::sample::select(&KINDS[..])),
    ) {
        let mut world = World::new(guard);
        for step in steps {
            world.apply(step);
        }
        // Peace: both ends come up, agree, and stay so.
        (world.cut, world.delay) = ([false; 2], 2 * MS);
        for end in [false, true] {
            world.input(end, Input::Path(Path::Ready));
            world.input(end, Input::Admin(Admin::Up));
        }
        world.run(40 * SECOND);
        let flaps = world.ends.each_ref().map(|end| end.view().counters.flaps);
        world.run(20 * SECOND);
        for (end, flaps) in world.ends.iter().zip(flaps) {
            let view = end.view();
            prop_assert_eq!(view.state, State::Up);
            prop_assert_eq!(view.counters.flaps, flaps, "no flap in peace");
            prop_assert!(!view.poll_active, "the poll ends");
            assert_laws(end, guard);
        }
        let [a, b] = world.ends.each_ref().map(Rig::view);
        let agreed = |from: &bfd_proto::SessionView, to: &bfd_proto::SessionView| {
            from.spec.desired_min_tx.duration().max(to.spec.required_min_rx.duration())
        };
        prop_assert_eq!(a.negotiated_tx, agreed(&a, &b));
        prop_assert_eq!(b.negotiated_tx, agreed(&b, &a));
        prop_assert_eq!(b.detection_time, agreed(&a, &b) * u32::from(a.spec.detect_mult.get()));
        prop_assert_eq!(a.detection_time, agreed(&b, &a) * u32::from(b.spec.detect_mult.get()));
    }
}

// covers: 5882-9-01, 5880-6.1-01, SP-30
#[test]
fn a_restarted_peer_is_found_again() {
    let mut world = World::new(None);
    world.run(5 * SECOND);
    world.restart(1);
    world.run(5 * SECOND);
    assert!(world.ends.iter().all(|end| end.view().state == State::Up));
    assert_eq!(world.ends[0].view().counters.flaps, 1);
}

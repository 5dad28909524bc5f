//! Two sessions joined by an imagined link, moved from deadline to deadline.

use std::time::Duration;

use super::*;
use crate::{Admin, DetectMult, Interval, Received, Role, SessionKind, Verdict};
use bfd_packet::ControlPacket;

const MS: Duration = Duration::from_millis(1);

fn spec(interval_ms: u32) -> SessionSpec {
    let interval = Interval::new(Micros(interval_ms * 1000)).unwrap();
    SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).unwrap(),
        padded_pdu_size: None,
    }
}

/// One end: the session, what it is owed, and what it did.
struct End {
    session: Session,
    history: History,
    deadline: Option<Instant>,
    changes: Vec<StateChange>,
    sent: Vec<(Instant, [u8; 24])>,
    health: LocalHealth,
}

impl End {
    fn new(spec: SessionSpec, discriminator: u32) -> (Self, Option<[u8; 24]>) {
        let local = Discriminator::new(discriminator).unwrap();
        let (session, actions) = Session::new(
            spec,
            None,
            local,
            u64::from(discriminator),
            Path::Ready,
            Instant::ZERO,
        );
        let mut end = Self {
            session,
            history: History::new(Instant::ZERO),
            deadline: None,
            changes: Vec::new(),
            sent: Vec::new(),
            health: LocalHealth::default(),
        };
        let out = end.perform(Instant::ZERO, actions);
        (end, out)
    }

    fn handle(&mut self, now: Instant, input: Input<'_>) -> Option<[u8; 24]> {
        let actions = self.session.handle(now, input, &self.health);
        self.history.note(now, &actions);
        self.perform(now, actions)
    }

    fn view(&self) -> SessionView {
        self.session.view(&self.history)
    }

    fn perform(&mut self, now: Instant, actions: Actions) -> Option<[u8; 24]> {
        self.deadline = actions.deadline;
        self.changes.extend(actions.change);
        let what = actions.transmit?;
        let mut octets = [0; 24];
        assert_eq!(self.session.write(what, &mut octets), 24);
        self.sent.push((now, octets));
        Some(octets)
    }
}

/// Both ends, a link with no delay, and which directions are cut.
struct Pair {
    now: Instant,
    ends: [End; 2],
    cut: [bool; 2],
}

impl Pair {
    fn new(a: SessionSpec, b: SessionSpec) -> Self {
        let (a, from_a) = End::new(a, 1);
        // The first packet of the second end is lost, or it would overtake its own answers.
        let (b, _) = End::new(b, 2);
        let mut pair = Self {
            now: Instant::ZERO,
            ends: [a, b],
            cut: [false; 2],
        };
        pair.carry(0, from_a);
        pair
    }

    fn carry(&mut self, from: usize, octets: Option<[u8; 24]>) {
        let Some(octets) = octets.filter(|_| !self.cut[from]) else {
            return;
        };
        let packet = ControlPacket::parse(&octets).unwrap();
        let received = Received {
            packet: &packet,
            ttl: 255,
        };
        let answer = self.ends[1 - from].handle(self.now, Input::Packet(received));
        self.carry(1 - from, answer);
    }

    fn input(&mut self, end: usize, input: Input<'_>) {
        let out = self.ends[end].handle(self.now, input);
        self.carry(end, out);
    }

    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let next = [0, 1]
                .into_iter()
                .filter_map(|end| Some((self.ends[end].deadline?, end)));
            let Some((at, end)) = next.min().filter(|(at, _)| *at <= until) else {
                break;
            };
            self.now = self.now.max(at);
            self.input(end, Input::Deadline);
        }
        self.now = until;
    }

    fn states(&self) -> [State; 2] {
        [self.ends[0].session.state(), self.ends[1].session.state()]
    }

    fn up(interval_ms: u32) -> Self {
        let mut pair = Self::new(spec(interval_ms), spec(interval_ms));
        pair.run(5 * 1000 * MS);
        assert_eq!(pair.states(), [State::Up; 2]);
        pair
    }

    fn last_verdict(&self, end: usize) -> Verdict {
        self.ends[end].changes.last().unwrap().down.unwrap().verdict
    }
}

#[test]
fn two_sessions_come_up_and_settle_at_the_negotiated_rate() {
    let pair = Pair::up(50);
    for end in &pair.ends {
        let view = end.view();
        assert_eq!(view.negotiated_tx, 50 * MS);
        assert_eq!(view.detection_time, 150 * MS);
        assert!(!view.poll_active);
        assert_eq!(view.counters.flaps, 0);
    }
}

#[test]
fn silence_is_down_after_the_detection_time_on_both_ends() {
    let mut pair = Pair::up(50);
    pair.cut = [true; 2];
    let cut_at = pair.now;
    pair.run(2000 * MS);
    for end in &pair.ends {
        let change = end.changes.last().unwrap();
        assert_eq!(change.to, State::Down);
        assert_eq!(change.down.unwrap().verdict, Verdict::PeerSilent);
        assert!(change.at.saturating_duration_since(cut_at) <= 150 * MS);
        assert!(change.at.saturating_duration_since(cut_at) >= 100 * MS);
    }
    pair.cut = [false; 2];
    pair.run(2000 * MS);
    assert_eq!(pair.states(), [State::Up; 2]);
}

#[test]
fn a_one_way_failure_is_called_by_its_name() {
    let mut pair = Pair::up(50);
    pair.cut[0] = true;
    pair.run(400 * MS);
    assert_eq!(pair.last_verdict(0), Verdict::OneWay);
    assert_eq!(pair.last_verdict(1), Verdict::PeerSilent);
}

#[test]
fn admin_down_is_told_as_what_it_is() {
    let mut pair = Pair::up(50);
    pair.input(0, Input::Admin(Admin::Down));
    assert_eq!(pair.states(), [State::AdminDown, State::Down]);
    assert_eq!(pair.last_verdict(0), Verdict::Admin);
    assert_eq!(pair.last_verdict(1), Verdict::PeerAdminDown);
    pair.run(5000 * MS);
    pair.input(0, Input::Admin(Admin::Up));
    pair.run(3000 * MS);
    assert_eq!(pair.states(), [State::Up; 2]);
}

#[test]
fn a_live_change_runs_a_poll_sequence_and_keeps_the_session_up() {
    let mut pair = Pair::up(50);
    for interval in [300, 20, 1000] {
        pair.input(0, Input::Spec(spec(interval)));
        pair.run(3000 * MS);
        assert_eq!(pair.states(), [State::Up; 2]);
        let view = pair.ends[0].view();
        assert!(!view.poll_active);
        assert_eq!(view.negotiated_tx, (interval * MS).max(50 * MS));
        assert_eq!(pair.ends[0].view().counters.flaps, 0);
    }
}

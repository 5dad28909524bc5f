//! One session under a virtual clock, and a peer made of single packets.

use bfd_proto::{
    Actions, Authentication, ControlPacket, DetectMult, Diagnostic, Discard, Discriminator,
    History, Input, Instant, Interval, LocalHealth, MAX_PAYLOAD, Micros, Path, Received, Role,
    Session, SessionKind, SessionSpec, SessionView, State, StateChange, Transmit,
};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Our discriminator, that of the receiver in `spec/vectors`.
pub(crate) const LOCAL: u32 = 0x1a2b_3c4d;
/// The peer's discriminator, that of the sender in `spec/vectors`.
pub(crate) const REMOTE: u32 = 0x0a0b_0c0d;

pub(crate) fn discriminator(value: u32) -> Discriminator {
    Discriminator::new(value).unwrap()
}

pub(crate) fn mult(value: u8) -> DetectMult {
    DetectMult::new(value).unwrap()
}

pub(crate) fn micros(micros: u32) -> Interval {
    Interval::new(Micros(micros)).unwrap()
}

pub(crate) fn ms(ms: u32) -> Interval {
    micros(ms * 1000)
}

/// Active, single-hop, 50 ms x 3.
pub(crate) fn spec() -> SessionSpec {
    SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: ms(50),
        required_min_rx: ms(50),
        detect_mult: mult(3),
        padded_pdu_size: None,
    }
}

/// What a peer at 50 ms x 3 sends in a state; while not Up it wishes to send each second.
pub(crate) fn peer(state: State) -> ControlPacket<'static> {
    let slow = if state == State::Up {
        50_000
    } else {
        1_000_000
    };
    ControlPacket {
        diagnostic: Diagnostic::NONE,
        state,
        poll: false,
        final_: false,
        control_plane_independent: false,
        demand: false,
        detect_mult: mult(3),
        my_discriminator: discriminator(REMOTE),
        your_discriminator: Some(discriminator(LOCAL)),
        desired_min_tx: Micros(slow),
        required_min_rx: Micros(50_000),
        required_min_echo_rx: Micros(0),
        auth: None,
    }
}

/// The peer's answer to our P.
pub(crate) fn final_() -> ControlPacket<'static> {
    ControlPacket {
        final_: true,
        ..peer(State::Up)
    }
}

/// A packet that left.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) what: Transmit,
    pub(crate) octets: Vec<u8>,
}

impl Sent {
    pub(crate) fn packet(&self) -> ControlPacket<'_> {
        ControlPacket::parse(&self.octets).unwrap()
    }
}

/// What one input caused, and what the rig has already done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) discard: Option<Discard>,
    pub(crate) transmit: Option<Transmit>,
    pub(crate) change: Option<StateChange>,
    pub(crate) deadline: Option<Instant>,
}

/// A session, its clock, and everything it did.
pub(crate) struct Rig {
    pub(crate) session: Session,
    history: History,
    pub(crate) now: Instant,
    pub(crate) health: LocalHealth,
    pub(crate) deadline: Option<Instant>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) changes: Vec<StateChange>,
}

impl Rig {
    pub(crate) fn new(spec: SessionSpec) -> Self {
        Self::with(spec, Path::Ready, 1)
    }

    pub(crate) fn with(spec: SessionSpec, path: Path, seed: u64) -> Self {
        Self::authenticated(spec, None, path, seed)
    }

    pub(crate) fn authenticated(
        spec: SessionSpec,
        authentication: Option<Arc<Authentication>>,
        path: Path,
        seed: u64,
    ) -> Self {
        // Not zero, so that windows that reach back do not hit the beginning of time.
        let now = Instant::ZERO + 1000 * SECOND;
        let local = discriminator(LOCAL);
        let (session, actions) = Session::new(spec, authentication, local, seed, path, now);
        let mut rig = Self {
            session,
            history: History::new(now),
            now,
            health: LocalHealth::default(),
            deadline: None,
            sent: Vec::new(),
            changes: Vec::new(),
        };
        rig.perform(actions);
        rig
    }

    /// A session that a peer brought to this state.
    pub(crate) fn in_state(state: State) -> Self {
        let mut rig = Self::new(spec());
        rig.bring_to(state);
        rig
    }

    /// A session that is Up, its first Poll Sequence done.
    pub(crate) fn up() -> Self {
        Self::up_with(spec())
    }

    pub(crate) fn up_with(spec: SessionSpec) -> Self {
        let mut rig = Self::new(spec);
        rig.bring_to(State::Up);
        rig
    }

    pub(crate) fn bring_to(&mut self, state: State) {
        match state {
            State::AdminDown => {
                self.input(Input::Admin(bfd_proto::Admin::Down));
            }
            State::Down => {
                self.receive(&peer(State::AdminDown));
            }
            State::Init => {
                self.receive(&peer(State::Down));
            }
            State::Up => {
                self.receive(&peer(State::Down));
                self.receive(&peer(State::Up));
                self.receive(&final_());
            }
        }
        assert_eq!(self.session.state(), state);
    }

    pub(crate) fn view(&self) -> SessionView {
        self.session.view(&self.history)
    }

    /// Hands in one input now and does what the session asks for.
    pub(crate) fn input(&mut self, input: Input<'_>) -> Outcome {
        let actions = self.session.handle(self.now, input, &self.health);
        self.history.note(self.now, &actions);
        self.perform(actions);
        Outcome {
            discard: actions.discard,
            transmit: actions.transmit,
            change: actions.change,
            deadline: actions.deadline,
        }
    }

    /// Hands in a packet that arrives now, as an engine has to: the deadline first if it has
    /// passed.
    pub(crate) fn receive(&mut self, packet: &ControlPacket<'_>) -> Outcome {
        self.receive_with_ttl(packet, 255)
    }

    pub(crate) fn receive_with_ttl(&mut self, packet: &ControlPacket<'_>, ttl: u8) -> Outcome {
        if self.session.is_overdue(self.now) {
            self.input(Input::Deadline);
        }
        self.input(Input::Packet(Received { packet, ttl }))
    }

    fn perform(&mut self, actions: Actions) {
        self.deadline = actions.deadline;
        self.changes.extend(actions.change);
        if let Some(what) = actions.transmit {
            let mut octets = vec![0xaa; MAX_PAYLOAD];
            let size = self.session.write(what, &mut octets);
            octets.truncate(size);
            let at = self.now;
            self.sent.push(Sent { at, what, octets });
        }
    }

    /// Lets time pass; deadlines are served in time.
    pub(crate) fn advance(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.deadline.filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.input(Input::Deadline);
        }
        self.now = until;
    }

    /// Lets time pass while the peer sends the same packet each `gap`.
    pub(crate) fn hear(&mut self, packet: &ControlPacket<'_>, gap: Duration, times: u32) {
        for _ in 0..times {
            self.advance(gap);
            self.receive(packet);
        }
    }

    /// Waits for the next periodic packet and returns it.
    pub(crate) fn periodic(&mut self) -> Sent {
        let seen = self.sent.len();
        while self.sent.len() == seen {
            let at = self.deadline.expect("the session waits for nothing");
            self.now = self.now.max(at);
            self.input(Input::Deadline);
        }
        self.last().clone()
    }

    pub(crate) fn last(&self) -> &Sent {
        self.sent.last().expect("a packet was sent")
    }

    /// Forgets what was sent so far.
    pub(crate) fn forget(&mut self) {
        self.sent.clear();
        self.changes.clear();
    }

    /// Asks for another spec.
    pub(crate) fn respecify(&mut self, change: impl FnOnce(&mut SessionSpec)) -> Outcome {
        let mut spec = *self.session.spec();
        change(&mut spec);
        self.input(Input::Spec(spec))
    }
}

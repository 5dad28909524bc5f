//! A session under arbitrary input at arbitrary times.
//!
//! The octets are a script: one selects what happens, the following ones say how. The driver keeps
//! the rules of an engine (deadlines in time or late, the deadline before an overdue packet), so
//! whatever goes wrong is the session's fault.

use bfd_proto::{
    Actions, Admin, ControlPacket, DetectMult, Discard, Discriminator, History, Input, Instant,
    Interval, LocalHealth, MAX_PAYLOAD, Micros, PaddedPduSize, Path, PathProblem, Received, Role,
    Session, SessionKind, SessionSpec, State, Transmit,
};
use std::time::Duration;

/// Time between two things that happen is at most this.
const STEP: Duration = Duration::from_secs(2);

/// Plays the script.
pub fn session(script: &[u8]) {
    let mut script = Script(script);
    let mut driver = Driver::new(&mut script);
    while let Some(kind) = script.octet() {
        driver.pass(script.time());
        driver.act(kind, &mut script);
    }
    driver.pass(Duration::from_secs(3));
}

/// Octets that are used up from the front; behind the end there are zeros.
struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn byte(&mut self) -> u8 {
        self.octet().unwrap_or(0)
    }

    fn word(&mut self) -> u32 {
        u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    fn time(&mut self) -> Duration {
        let part = u32::from(self.byte()) << 8 | u32::from(self.byte());
        STEP * part / u32::from(u16::MAX)
    }

    fn payload(&mut self) -> &'a [u8] {
        let length = self.0.len().min(usize::from(self.byte()).min(64));
        let (payload, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        payload
    }

    fn spec(&mut self) -> SessionSpec {
        let kind = match self.byte() {
            0..128 => SessionKind::SingleHop,
            min_ttl => SessionKind::MultiHop { min_ttl },
        };
        let role = if self.byte() & 1 == 0 {
            Role::Active
        } else {
            Role::Passive
        };
        SessionSpec {
            kind,
            role,
            desired_min_tx: self.interval(),
            required_min_rx: self.interval(),
            detect_mult: DetectMult::new(self.byte().max(1)).expect("not zero"),
            padded_pdu_size: PaddedPduSize::new(u16::from(self.byte())),
        }
    }

    /// Not below 0.1 ms: the run time of a script is bounded by the packets it makes us send.
    fn interval(&mut self) -> Interval {
        Interval::new(Micros(self.word().max(100))).expect("not zero")
    }

    /// Octets as they came, or a packet that a peer could send.
    fn packet(&mut self, octets: &mut [u8; 64]) -> usize {
        let raw = self.payload();
        octets[..raw.len()].copy_from_slice(raw);
        if raw.len() < 24 {
            octets[0] = 0x20 | octets[0] & 0x1f;
            octets[1] &= 0b1111_1010;
            octets[2] |= 1;
            octets[3] = 24;
            octets[7] |= 1;
            octets[11] |= 1;
            return 24;
        }
        raw.len()
    }
}

struct Driver {
    session: Session,
    history: History,
    now: Instant,
    deadline: Option<Instant>,
    health: LocalHealth,
    finals: u64,
    polls: u64,
}

impl Driver {
    fn new(script: &mut Script<'_>) -> Self {
        let spec = script.spec();
        let now = Instant::from_nanos(u64::from(script.word()));
        let local = Discriminator::new(script.word().max(1)).expect("not zero");
        let seed = script.word().into();
        let (session, actions) = Session::new(spec, None, local, seed, Path::Ready, now);
        let health = LocalHealth::default();
        let (deadline, finals, polls) = (None, 0, 0);
        let mut driver = Self {
            session,
            history: History::new(now),
            now,
            deadline,
            health,
            finals,
            polls,
        };
        driver.perform(State::Down, actions);
        driver
    }

    /// Lets time pass and serves deadlines on the way, a few of them late.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        for _ in 0..1000 {
            let Some(at) = self.deadline.filter(|at| *at <= until) else {
                break;
            };
            self.now = self.now.max(at);
            self.serve();
        }
        self.now = until;
    }

    /// An expired detection time may make a packet due at once, so one deadline can follow another
    /// at the same moment; a third would be an endless loop.
    fn serve(&mut self) {
        self.input(Input::Deadline);
        if self.deadline.is_some_and(|at| at <= self.now) {
            self.input(Input::Deadline);
        }
        let passed = self.deadline.is_none_or(|at| at > self.now);
        assert!(passed, "a deadline that never passes");
    }

    fn act(&mut self, kind: u8, script: &mut Script<'_>) {
        match kind % 16 {
            0..8 => self.packet(script),
            8 => self.input(Input::Admin(Admin::Down)),
            9 => self.input(Input::Admin(Admin::Up)),
            10 => self.input(Input::Spec(script.spec())),
            11 => self.path(script.byte()),
            12 => self.input(Input::TxFailed(script.byte().into())),
            13 => self.input(Input::Discarded {
                reason: Discard::ALL[usize::from(script.byte()) % Discard::COUNT],
                ttl: script.byte(),
            }),
            14 => self.health.record_stall(self.now, script.time()),
            _ => self.health.record_drops(self.now, script.word()),
        }
    }

    fn path(&mut self, choice: u8) {
        let path = match PathProblem::ALL.get(usize::from(choice % 8)) {
            Some(problem) => Path::Waiting(*problem),
            None => Path::Ready,
        };
        self.input(Input::Path(path));
    }

    fn packet(&mut self, script: &mut Script<'_>) {
        let ttl = script.byte() | 0x80;
        let mut octets = [0; 64];
        let length = script.packet(&mut octets);
        let Ok(packet) = ControlPacket::parse(&octets[..length]) else {
            return;
        };
        if self.session.is_overdue(self.now) {
            self.input(Input::Deadline);
        }
        self.polls += u64::from(packet.poll);
        self.input(Input::Packet(Received {
            packet: &packet,
            ttl,
        }));
    }

    fn input(&mut self, input: Input<'_>) {
        let before = self.session.state();
        let actions = self.session.handle(self.now, input, &self.health);
        self.history.note(self.now, &actions);
        self.perform(before, actions);
    }

    fn perform(&mut self, before: State, actions: Actions) {
        self.deadline = actions.deadline;
        let after = self.session.state();
        assert_eq!(actions.change.is_some(), before != after);
        if let Some(change) = actions.change {
            assert_eq!(
                (change.from, change.to, change.at),
                (before, after, self.now)
            );
            let left = matches!(before, State::Init | State::Up);
            let explained = after == State::AdminDown || (left && after == State::Down);
            assert_eq!(change.down.is_some(), explained);
        }
        if let Some(what) = actions.transmit {
            self.transmit(what);
        }
    }

    fn transmit(&mut self, what: Transmit) {
        let mut octets = [0xaa; MAX_PAYLOAD];
        let size = self.session.write(what, &mut octets);
        let view = self.session.view(&self.history);
        let packet = ControlPacket::parse(&octets[..size]).expect("we send what we accept");
        assert_eq!(view.path, Path::Ready, "sent without a path");
        assert_eq!(packet.final_, what == Transmit::Final);
        assert!(!(packet.poll && packet.final_));
        assert!(packet.state == State::Up || packet.desired_min_tx == Micros::SECOND);
        assert!(packet.your_discriminator.is_some() || view.spec.role == Role::Active);
        assert!(octets[24..size].iter().all(|octet| *octet == 0));
        self.finals += u64::from(packet.final_);
        assert!(self.finals <= self.polls);
    }
}

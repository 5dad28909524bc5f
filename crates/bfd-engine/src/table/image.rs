//! A [`SessionView`] as words, and back.
//!
//! The order of [`encode`] and [`decode`] is the format; it never leaves the process. What changes
//! with every packet comes first, so that publishing a packet need not touch the rest.

use std::time::Duration;

use bfd_proto::{
    ArrivalStats, Counters, DetectMult, Diagnostic, Discard, Discriminator, Down, Evidence,
    Instant, Interval, Micros, PaddedPduSize, Path, PathProblem, Remote, Role, SessionKind,
    SessionSpec, SessionView, State, Verdict,
};

/// Words of a whole image.
pub(crate) const WORDS: usize = 56;
/// Words that change with every packet.
pub(crate) const HOT: usize = 7;

/// The hot part: packet counters and arrivals.
pub(crate) fn encode_hot(view: &SessionView) -> [u64; HOT] {
    let arrivals = &view.arrivals;
    [
        view.counters.sent,
        view.counters.received,
        moment_word(view.last_received),
        arrivals.count,
        nanos(arrivals.min),
        nanos(arrivals.max),
        nanos(arrivals.sum),
    ]
}

/// The whole image.
pub(crate) fn encode(view: &SessionView) -> [u64; WORDS] {
    let mut out = Writer {
        words: [0; WORDS],
        at: 0,
    };
    out.put_all(encode_hot(view));
    put_spec(&mut out, &view.spec);
    out.pair(
        view.discriminator.get(),
        view.remote.discriminator.map_or(0, Discriminator::get),
    );
    out.bytes([
        view.state.bits(),
        view.diagnostic.bits(),
        u8::from(view.poll_active),
        path_byte(view.path),
        0,
        0,
        0,
        0,
    ]);
    put_remote(&mut out, &view.remote);
    out.put_all([nanos(view.negotiated_tx), nanos(view.detection_time)]);
    out.put_all([
        moment_word(Some(view.created)),
        moment_word(view.last_change),
    ]);
    let (at, reason, ttl) = view
        .last_discard
        .unwrap_or((Instant::ZERO, Discard::ALL[0], 0));
    out.put(moment_word(view.last_discard.map(|_| at)));
    out.pair(small(reason.index()), u32::from(ttl));
    out.pair(view.counters.flaps, view.counters.tx_errors);
    view.counters
        .discards
        .iter()
        .for_each(|count| out.half(*count));
    view.counters
        .transitions
        .as_flattened()
        .iter()
        .for_each(|count| out.half(*count));
    put_down(&mut out, view.last_down.as_ref());
    out.words
}

/// The view of an image; `None` if it is none.
pub(crate) fn decode(words: &[u64; WORDS]) -> Option<SessionView> {
    let mut from = Reader { words, at: 0 };
    let (sent, received) = (from.take(), from.take());
    let last_received = word_moment(from.take());
    let arrivals = take_arrivals(&mut from);
    let spec = take_spec(&mut from)?;
    let (discriminator, remote_discriminator) = from.pair();
    let [state, diagnostic, poll_active, path, ..] = from.bytes();
    Some(SessionView {
        spec,
        discriminator: Discriminator::new(discriminator)?,
        state: State::from_bits(state),
        diagnostic: Diagnostic::from_bits(diagnostic),
        remote: take_remote(&mut from, remote_discriminator),
        negotiated_tx: from.duration(),
        detection_time: from.duration(),
        poll_active: poll_active != 0,
        path: byte_path(path)?,
        created: word_moment(from.take())?,
        last_change: word_moment(from.take()),
        last_received,
        last_discard: take_last_discard(&mut from)?,
        counters: take_counters(&mut from, sent, received),
        last_down: take_down(&mut from),
        arrivals,
    })
}

fn put_spec(out: &mut Writer, spec: &SessionSpec) {
    let (kind, min_ttl) = match spec.kind {
        SessionKind::SingleHop => (0, 0),
        SessionKind::MultiHop { min_ttl } => (1, min_ttl),
    };
    let role = u8::from(spec.role == Role::Passive);
    let padding = spec
        .padded_pdu_size
        .map_or(0, PaddedPduSize::octets)
        .to_le_bytes();
    out.bytes([
        kind,
        min_ttl,
        role,
        spec.detect_mult.get(),
        padding[0],
        padding[1],
        0,
        0,
    ]);
    out.pair(
        spec.desired_min_tx.micros().0,
        spec.required_min_rx.micros().0,
    );
}

fn take_spec(from: &mut Reader<'_>) -> Option<SessionSpec> {
    let [kind, min_ttl, role, detect_mult, low, high, ..] = from.bytes();
    let (desired_min_tx, required_min_rx) = from.pair();
    Some(SessionSpec {
        kind: if kind == 0 {
            SessionKind::SingleHop
        } else {
            SessionKind::MultiHop { min_ttl }
        },
        role: if role == 0 {
            Role::Active
        } else {
            Role::Passive
        },
        desired_min_tx: Interval::new(Micros(desired_min_tx))?,
        required_min_rx: Interval::new(Micros(required_min_rx))?,
        detect_mult: DetectMult::new(detect_mult)?,
        padded_pdu_size: PaddedPduSize::new(u16::from_le_bytes([low, high])),
    })
}

fn put_remote(out: &mut Writer, remote: &Remote) {
    out.bytes([
        remote.state.bits(),
        remote.diagnostic.bits(),
        remote.detect_mult.map_or(0, DetectMult::get),
        u8::from(remote.control_plane_independent),
        u8::from(remote.demand),
        0,
        0,
        0,
    ]);
    out.pair(remote.desired_min_tx.0, remote.min_rx.0);
    out.pair(remote.min_echo_rx.0, 0);
}

fn take_remote(from: &mut Reader<'_>, discriminator: u32) -> Remote {
    let [state, diagnostic, detect_mult, independent, demand, ..] = from.bytes();
    let (desired_min_tx, min_rx) = from.pair();
    let (min_echo_rx, _) = from.pair();
    Remote {
        state: State::from_bits(state),
        discriminator: Discriminator::new(discriminator),
        diagnostic: Diagnostic::from_bits(diagnostic),
        detect_mult: DetectMult::new(detect_mult),
        desired_min_tx: Micros(desired_min_tx),
        min_rx: Micros(min_rx),
        min_echo_rx: Micros(min_echo_rx),
        control_plane_independent: independent != 0,
        demand: demand != 0,
    }
}

fn take_arrivals(from: &mut Reader<'_>) -> ArrivalStats {
    ArrivalStats {
        count: from.take(),
        min: from.duration(),
        max: from.duration(),
        sum: from.duration(),
    }
}

/// The outer `Option` is `None` for an image that is none.
#[expect(
    clippy::option_option,
    reason = "an absent discard and a broken image are two things"
)]
fn take_last_discard(from: &mut Reader<'_>) -> Option<Option<(Instant, Discard, u8)>> {
    let at = word_moment(from.take());
    let (reason, ttl) = from.pair();
    let reason = *Discard::ALL.get(reason as usize)?;
    let ttl = u8::try_from(ttl).ok()?;
    Some(at.map(|at| (at, reason, ttl)))
}

fn take_counters(from: &mut Reader<'_>, sent: u64, received: u64) -> Counters {
    let (flaps, tx_errors) = from.pair();
    Counters {
        sent,
        received,
        flaps,
        tx_errors,
        discards: std::array::from_fn(|_| from.half()),
        transitions: std::array::from_fn(|_| std::array::from_fn(|_| from.half())),
    }
}

fn put_down(out: &mut Writer, down: Option<&Down>) {
    let (verdict, evidence) = match down {
        Some(down) => (verdict_words(&down.verdict), down.evidence),
        None => ([0; 2], Evidence::default()),
    };
    out.align();
    out.put_all(verdict);
    out.put(nanos(evidence.window));
    evidence
        .last_arrivals
        .iter()
        .for_each(|at| out.put(moment_word(*at)));
    out.put_all([
        nanos(evidence.gap),
        nanos(evidence.limit),
        nanos(evidence.stall),
    ]);
    out.pair(evidence.socket_drops, evidence.discards);
    let state = evidence.remote_state.map_or(0, |state| state.bits() + 1);
    let diagnostic = evidence
        .remote_diagnostic
        .map_or(0, |diagnostic| diagnostic.bits() + 1);
    out.pair(
        evidence.tx_errors,
        u32::from(state) | u32::from(diagnostic) << 8,
    );
}

fn take_down(from: &mut Reader<'_>) -> Option<Down> {
    from.align();
    let verdict = words_verdict([from.take(), from.take()])?;
    let window = from.duration();
    let last_arrivals = std::array::from_fn(|_| word_moment(from.take()));
    let (gap, limit, stall) = (from.duration(), from.duration(), from.duration());
    let (socket_drops, discards) = from.pair();
    let (tx_errors, remote) = from.pair();
    let [state, diagnostic, ..] = remote.to_le_bytes();
    let evidence = Evidence {
        window,
        last_arrivals,
        gap,
        limit,
        socket_drops,
        stall,
        discards,
        tx_errors,
        remote_state: state.checked_sub(1).map(State::from_bits),
        remote_diagnostic: diagnostic.checked_sub(1).map(Diagnostic::from_bits),
    };
    Some(Down { verdict, evidence })
}

/// Position of the label plus one, then what the variant carries.
fn verdict_words(verdict: &Verdict) -> [u64; 2] {
    let carried = match *verdict {
        Verdict::LinkDown(problem) => u64::from(problem_byte(problem)),
        Verdict::TxFailed(errno) => u64::from(errno.cast_unsigned()),
        Verdict::LocalDrop(count) => u64::from(count),
        Verdict::LocalStall(late) => nanos(late),
        Verdict::Auth(reason) => u64::from(small(reason.index())),
        Verdict::PeerSignalled { state, diagnostic } => {
            u64::from(state.bits()) | u64::from(diagnostic.bits()) << 8
        }
        _ => 0,
    };
    [verdict.index() as u64 + 1, carried]
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "each word carries what verdict_words put in"
)]
fn words_verdict([label, carried]: [u64; 2]) -> Option<Verdict> {
    let [low, high, ..] = carried.to_le_bytes();
    let signalled = Verdict::PeerSignalled {
        state: State::from_bits(low),
        diagnostic: Diagnostic::from_bits(high),
    };
    Some(match label.checked_sub(1)? {
        0 => Verdict::Admin,
        1 => Verdict::LinkDown(*PathProblem::ALL.get(usize::from(low))?),
        2 => Verdict::TxFailed((carried as u32).cast_signed()),
        3 => Verdict::LocalDrop(carried as u32),
        4 => Verdict::LocalStall(Duration::from_nanos(carried)),
        5 => Verdict::Auth(*Discard::ALL.get(usize::from(low))?),
        6 => Verdict::PeerAdminDown,
        7 => Verdict::OneWay,
        8 => signalled,
        9 => Verdict::PeerSilent,
        _ => return None,
    })
}

/// 0 for a path that is ready, else one more than the position of the problem.
fn path_byte(path: Path) -> u8 {
    match path {
        Path::Ready => 0,
        Path::Waiting(problem) => problem_byte(problem) + 1,
    }
}

fn byte_path(byte: u8) -> Option<Path> {
    match byte.checked_sub(1) {
        None => Some(Path::Ready),
        Some(at) => PathProblem::ALL
            .get(usize::from(at))
            .copied()
            .map(Path::Waiting),
    }
}

fn problem_byte(problem: PathProblem) -> u8 {
    let at = PathProblem::ALL.iter().position(|known| *known == problem);
    u8::try_from(at.unwrap_or_default()).unwrap_or_default()
}

/// 0 for no moment, else one more than its nanoseconds.
fn moment_word(at: Option<Instant>) -> u64 {
    at.map_or(0, |at| at.as_nanos().saturating_add(1))
}

fn word_moment(word: u64) -> Option<Instant> {
    word.checked_sub(1).map(Instant::from_nanos)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Fills the words of an image in order.
struct Writer {
    words: [u64; WORDS],
    /// In half words.
    at: usize,
}

impl Writer {
    fn half(&mut self, half: u32) {
        self.words[self.at / 2] |= u64::from(half) << (32 * (self.at % 2));
        self.at += 1;
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(2);
    }

    fn put(&mut self, word: u64) {
        self.words[self.at / 2] = word;
        self.at += 2;
    }

    fn put_all<const N: usize>(&mut self, words: [u64; N]) {
        words.into_iter().for_each(|word| self.put(word));
    }

    fn pair(&mut self, first: u32, second: u32) {
        self.half(first);
        self.half(second);
    }

    fn bytes(&mut self, bytes: [u8; 8]) {
        self.put(u64::from_le_bytes(bytes));
    }
}

/// Takes the words of an image in order.
struct Reader<'a> {
    words: &'a [u64; WORDS],
    /// In half words.
    at: usize,
}

impl Reader<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "half a word is wanted")]
    fn half(&mut self) -> u32 {
        let half = (self.words[self.at / 2] >> (32 * (self.at % 2))) as u32;
        self.at += 1;
        half
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(2);
    }

    fn take(&mut self) -> u64 {
        let word = self.words[self.at / 2];
        self.at += 2;
        word
    }

    fn pair(&mut self) -> (u32, u32) {
        (self.half(), self.half())
    }

    fn bytes(&mut self) -> [u8; 8] {
        self.take().to_le_bytes()
    }

    fn duration(&mut self) -> Duration {
        Duration::from_nanos(self.take())
    }
}

#[cfg(test)]
mod tests;

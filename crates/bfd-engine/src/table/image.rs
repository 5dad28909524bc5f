//! A [`SessionView`] as words, and back.
//!
//! The order of [`encode`] and [`decode`] is the format; it never leaves the process. What changes
//! with every packet comes first, so that publishing a packet need not touch the rest, which is
//! packed by octets.

mod octets;

use std::time::Duration;

use bfd_proto::{
    ArrivalStats, Counters, DetectMult, Diagnostic, Discard, Discriminator, Down, Evidence,
    History, Instant, Interval, Micros, PaddedPduSize, Path, PathProblem, Remote, Role,
    SessionKind, SessionSpec, SessionView, State, Traffic, Verdict,
};

use octets::{Reader, Writer};

/// Words of a whole image.
pub(crate) const WORDS: usize = HOT + PACKED;
/// Words that change with every packet.
pub(crate) const HOT: usize = 7;
/// Words of what is packed by octets.
const PACKED: usize = 37;

/// Bits of one octet.
const POLL: u8 = 1 << 4;
const PASSIVE: u8 = 1 << 5;
const INDEPENDENT: u8 = 1 << 6;
const DEMAND: u8 = 1 << 7;

/// The hot part: packet counters and arrivals.
pub(crate) fn encode_traffic(traffic: &Traffic) -> [u64; HOT] {
    let arrivals = &traffic.arrivals;
    [
        traffic.sent,
        traffic.received,
        moment_word(traffic.last_received),
        arrivals.count,
        nanos(arrivals.min),
        nanos(arrivals.max),
        nanos(arrivals.sum),
    ]
}

fn decode_traffic(words: &[u64; HOT]) -> Traffic {
    let [sent, received, last_received, count, min, max, sum] = *words;
    let [min, max, sum] = [min, max, sum].map(Duration::from_nanos);
    Traffic {
        sent,
        received,
        last_received: word_moment(last_received),
        arrivals: ArrivalStats {
            count,
            min,
            max,
            sum,
        },
    }
}

/// The whole image.
pub(crate) fn encode(view: &SessionView) -> [u64; WORDS] {
    let mut out = Writer::<PACKED>::default();
    put_spec(&mut out, &view.spec);
    out.put(view.discriminator.get().to_le_bytes());
    out.put([bits(view), view.diagnostic.bits(), path_byte(view.path)]);
    put_remote(&mut out, &view.remote);
    out.half(micros(view.negotiated_tx));
    out.word(nanos(view.detection_time));
    out.half(view.counters.tx_errors);
    put_history(&mut out, &view.history());
    let mut words = [0; WORDS];
    words[..HOT].copy_from_slice(&encode_traffic(&view.traffic()));
    words[HOT..].copy_from_slice(&out.words());
    words
}

/// The view of an image; `None` if it is none.
pub(crate) fn decode(words: &[u64; WORDS]) -> Option<SessionView> {
    let traffic = decode_traffic(words.first_chunk()?);
    let mut from = Reader::<PACKED>::new(words.last_chunk()?);
    let mut spec = take_spec(&mut from)?;
    let discriminator = Discriminator::new(from.half())?;
    let [bits, diagnostic, path] = from.take();
    let mut remote = take_remote(&mut from);
    if bits & PASSIVE != 0 {
        spec.role = Role::Passive;
    }
    remote.state = State::from_bits(bits >> 2);
    remote.control_plane_independent = bits & INDEPENDENT != 0;
    remote.demand = bits & DEMAND != 0;
    let negotiated_tx = Micros(from.half()).duration();
    let detection_time = from.duration();
    let tx_errors = from.half();
    let history = take_history(&mut from)?;
    Some(SessionView {
        spec,
        discriminator,
        state: State::from_bits(bits),
        diagnostic: Diagnostic::from_bits(diagnostic),
        remote,
        negotiated_tx,
        detection_time,
        poll_active: bits & POLL != 0,
        path: byte_path(path)?,
        created: history.created,
        last_change: history.last_change,
        last_received: traffic.last_received,
        last_down: history.last_down,
        last_discard: history.last_discard,
        counters: Counters {
            sent: traffic.sent,
            received: traffic.received,
            discards: history.discards,
            transitions: history.transitions,
            flaps: history.flaps(),
            tx_errors,
        },
        arrivals: traffic.arrivals,
    })
}

/// Both states in the low half, what is either so or not in the high one.
fn bits(view: &SessionView) -> u8 {
    let flag = |set, bit| if set { bit } else { 0 };
    view.state.bits()
        | view.remote.state.bits() << 2
        | flag(view.poll_active, POLL)
        | flag(view.spec.role == Role::Passive, PASSIVE)
        | flag(view.remote.control_plane_independent, INDEPENDENT)
        | flag(view.remote.demand, DEMAND)
}

fn put_spec(out: &mut Writer<PACKED>, spec: &SessionSpec) {
    let (kind, min_ttl) = match spec.kind {
        SessionKind::SingleHop => (0, 0),
        SessionKind::MultiHop { min_ttl } => (1, min_ttl),
    };
    out.put([kind, min_ttl, spec.detect_mult.get()]);
    let padding = spec.padded_pdu_size.map_or(0, PaddedPduSize::octets);
    out.put(padding.to_le_bytes());
    out.half(spec.desired_min_tx.micros().0);
    out.half(spec.required_min_rx.micros().0);
}

/// The role stands elsewhere.
fn take_spec(from: &mut Reader<PACKED>) -> Option<SessionSpec> {
    let [kind, min_ttl, detect_mult] = from.take();
    let padding = u16::from_le_bytes(from.take());
    Some(SessionSpec {
        kind: if kind == 0 {
            SessionKind::SingleHop
        } else {
            SessionKind::MultiHop { min_ttl }
        },
        role: Role::Active,
        desired_min_tx: Interval::new(Micros(from.half()))?,
        required_min_rx: Interval::new(Micros(from.half()))?,
        detect_mult: DetectMult::new(detect_mult)?,
        padded_pdu_size: PaddedPduSize::new(padding),
    })
}

fn put_remote(out: &mut Writer<PACKED>, remote: &Remote) {
    out.put([
        remote.diagnostic.bits(),
        remote.detect_mult.map_or(0, DetectMult::get),
    ]);
    out.half(remote.discriminator.map_or(0, Discriminator::get));
    out.half(remote.desired_min_tx.0);
    out.half(remote.min_rx.0);
    out.half(remote.min_echo_rx.0);
}

/// State and bits stand elsewhere.
fn take_remote(from: &mut Reader<PACKED>) -> Remote {
    let [diagnostic, detect_mult] = from.take();
    Remote {
        diagnostic: Diagnostic::from_bits(diagnostic),
        detect_mult: DetectMult::new(detect_mult),
        discriminator: Discriminator::new(from.half()),
        desired_min_tx: Micros(from.half()),
        min_rx: Micros(from.half()),
        min_echo_rx: Micros(from.half()),
        ..Remote::default()
    }
}

fn put_history(out: &mut Writer<PACKED>, history: &History) {
    out.word(moment_word(Some(history.created)));
    out.word(moment_word(history.last_change));
    let (at, reason, ttl) = history
        .last_discard
        .map_or((None, 0, 0), |(at, reason, ttl)| {
            (Some(at), reason.index(), ttl)
        });
    out.word(moment_word(at));
    out.put([small(reason), ttl]);
    history.discards.iter().for_each(|count| out.half(*count));
    for (from, to) in History::TRANSITIONS {
        out.half(history.transitions[usize::from(from.bits())][usize::from(to.bits())]);
    }
    put_down(out, history.last_down.as_ref());
}

fn take_history(from: &mut Reader<PACKED>) -> Option<History> {
    let created = word_moment(from.word())?;
    let last_change = word_moment(from.word());
    let at = word_moment(from.word());
    let [reason, ttl] = from.take();
    let reason = *Discard::ALL.get(usize::from(reason))?;
    let discards = std::array::from_fn(|_| from.half());
    let mut transitions = [[0; 4]; 4];
    for (before, after) in History::TRANSITIONS {
        transitions[usize::from(before.bits())][usize::from(after.bits())] = from.half();
    }
    Some(History {
        created,
        last_change,
        last_down: take_down(from),
        last_discard: at.map(|at| (at, reason, ttl)),
        discards,
        transitions,
    })
}

fn put_down(out: &mut Writer<PACKED>, down: Option<&Down>) {
    let Some(Down { verdict, evidence }) = down else {
        return;
    };
    let (label, carried) = verdict_parts(verdict);
    out.put([label]);
    out.word(carried);
    out.word(nanos(evidence.window));
    for at in evidence.last_arrivals {
        out.word(moment_word(at));
    }
    for time in [evidence.gap, evidence.limit, evidence.stall] {
        out.word(nanos(time));
    }
    for count in [evidence.socket_drops, evidence.discards, evidence.tx_errors] {
        out.half(count);
    }
    let state = evidence.remote_state.map_or(0, |state| state.bits() + 1);
    let diagnostic = evidence.remote_diagnostic;
    out.put([state, diagnostic.map_or(0, |code| code.bits() + 1)]);
}

fn take_down(from: &mut Reader<PACKED>) -> Option<Down> {
    let [label] = from.take();
    let verdict = parts_verdict(label, from.word())?;
    let window = from.duration();
    let last_arrivals = std::array::from_fn(|_| word_moment(from.word()));
    let [gap, limit, stall] = std::array::from_fn(|_| from.duration());
    let [socket_drops, discards, tx_errors] = std::array::from_fn(|_| from.half());
    let [state, diagnostic] = from.take();
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
fn verdict_parts(verdict: &Verdict) -> (u8, u64) {
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
    (small(verdict.index()) + 1, carried)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the word carries what verdict_parts put in"
)]
fn parts_verdict(label: u8, carried: u64) -> Option<Verdict> {
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

fn micros(duration: Duration) -> u32 {
    Micros::try_from(duration).map_or(u32::MAX, |micros| micros.0)
}

fn small(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;

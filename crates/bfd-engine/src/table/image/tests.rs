use std::time::Duration;

use bfd_proto::{
    ArrivalStats, Counters, DetectMult, Diagnostic, Discard, Discriminator, Down, Evidence,
    History, Instant, Interval, Micros, PaddedPduSize, Path, PathProblem, Remote, Role,
    SessionKind, SessionSpec, SessionView, State, Verdict,
};
use proptest::prelude::*;

use super::{WORDS, decode, encode};

fn moment() -> impl Strategy<Value = Instant> {
    (0..u64::MAX).prop_map(Instant::from_nanos)
}

fn duration() -> impl Strategy<Value = Duration> {
    any::<u64>().prop_map(Duration::from_nanos)
}

fn state() -> impl Strategy<Value = State> {
    prop::sample::select(&State::ALL[..])
}

fn diagnostic() -> impl Strategy<Value = Diagnostic> {
    any::<u8>().prop_map(Diagnostic::from_bits)
}

fn discard() -> impl Strategy<Value = Discard> {
    prop::sample::select(&Discard::ALL[..])
}

fn problem() -> impl Strategy<Value = PathProblem> {
    prop::sample::select(&PathProblem::ALL[..])
}

fn micros() -> impl Strategy<Value = Micros> {
    any::<u32>().prop_map(Micros)
}

fn interval() -> impl Strategy<Value = Interval> {
    (1..=u32::MAX).prop_map(|micros| Interval::new(Micros(micros)).unwrap())
}

fn discriminator() -> impl Strategy<Value = Discriminator> {
    (1..=u32::MAX).prop_map(|value| Discriminator::new(value).unwrap())
}

fn detect_mult() -> impl Strategy<Value = DetectMult> {
    (1..=u8::MAX).prop_map(|value| DetectMult::new(value).unwrap())
}

prop_compose! {
    fn spec()(
        hops in prop::option::of(any::<u8>()),
        passive in any::<bool>(),
        desired_min_tx in interval(),
        required_min_rx in interval(),
        detect_mult in detect_mult(),
        padding in prop::option::of(24_u16..=9000),
    ) -> SessionSpec {
        SessionSpec {
            kind: hops.map_or(SessionKind::SingleHop, |min_ttl| SessionKind::MultiHop { min_ttl }),
            role: if passive { Role::Passive } else { Role::Active },
            desired_min_tx,
            required_min_rx,
            detect_mult,
            padded_pdu_size: padding.and_then(PaddedPduSize::new),
        }
    }
}

prop_compose! {
    fn remote()(
        state in state(),
        discriminator in prop::option::of(discriminator()),
        diagnostic in diagnostic(),
        detect_mult in prop::option::of(detect_mult()),
        (desired_min_tx, min_rx, min_echo_rx) in (micros(), micros(), micros()),
        (control_plane_independent, demand) in any::<(bool, bool)>(),
    ) -> Remote {
        Remote {
            state,
            discriminator,
            diagnostic,
            detect_mult,
            desired_min_tx,
            min_rx,
            min_echo_rx,
            control_plane_independent,
            demand,
        }
    }
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Admin),
        problem().prop_map(Verdict::LinkDown),
        any::<i32>().prop_map(Verdict::TxFailed),
        any::<u32>().prop_map(Verdict::LocalDrop),
        duration().prop_map(Verdict::LocalStall),
        discard().prop_map(Verdict::Auth),
        Just(Verdict::PeerAdminDown),
        Just(Verdict::OneWay),
        (state(), diagnostic())
            .prop_map(|(state, diagnostic)| Verdict::PeerSignalled { state, diagnostic }),
        Just(Verdict::PeerSilent),
    ]
}

prop_compose! {
    fn down()(
        verdict in verdict(),
        (window, gap, limit, stall) in (duration(), duration(), duration(), duration()),
        last_arrivals in prop::array::uniform4(prop::option::of(moment())),
        (socket_drops, discards, tx_errors) in any::<(u32, u32, u32)>(),
        remote_state in prop::option::of(state()),
        remote_diagnostic in prop::option::of(diagnostic()),
    ) -> Down {
        let evidence = Evidence {
            window,
            last_arrivals,
            gap,
            limit,
            socket_drops,
            stall,
            discards,
            tx_errors,
            remote_state,
            remote_diagnostic,
        };
        Down { verdict, evidence }
    }
}

prop_compose! {
    fn counters()(
        (sent, received, tx_errors) in any::<(u64, u64, u32)>(),
        discards in prop::array::uniform(any::<u32>()),
        counts in any::<[u32; History::TRANSITIONS.len()]>(),
    ) -> Counters {
        let mut transitions = [[0; 4]; 4];
        for ((from, to), count) in History::TRANSITIONS.into_iter().zip(counts) {
            transitions[usize::from(from.bits())][usize::from(to.bits())] = count;
        }
        let flaps = transitions[3][1];
        Counters { sent, received, discards, transitions, flaps, tx_errors }
    }
}

prop_compose! {
    fn view()(
        spec in spec(),
        discriminator in discriminator(),
        (state, diagnostic, remote) in (state(), diagnostic(), remote()),
        (negotiated_tx, detection_time) in (micros().prop_map(Micros::duration), duration()),
        poll_active in any::<bool>(),
        path in prop::option::of(problem()),
        created in moment(),
        (last_change, last_received) in (prop::option::of(moment()), prop::option::of(moment())),
        last_down in prop::option::of(down()),
        last_discard in prop::option::of((moment(), discard(), any::<u8>())),
        counters in counters(),
        (count, min, max, sum) in (any::<u64>(), duration(), duration(), duration()),
    ) -> SessionView {
        SessionView {
            spec,
            discriminator,
            state,
            diagnostic,
            remote,
            negotiated_tx,
            detection_time,
            poll_active,
            path: path.map_or(Path::Ready, Path::Waiting),
            created,
            last_change,
            last_received,
            last_down,
            last_discard,
            counters,
            arrivals: ArrivalStats { count, min, max, sum },
        }
    }
}

proptest! {
    #[test]
    fn a_view_survives(view in view()) {
        prop_assert_eq!(decode(&encode(&view)), Some(view));
    }

    #[test]
    fn any_words_decode_or_do_not(words in prop::array::uniform(any::<u64>())) {
        let words: [u64; WORDS] = words;
        let _ = decode(&words);
    }
}

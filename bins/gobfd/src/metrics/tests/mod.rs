mod page;
mod promtool;
mod totals;

use std::net::IpAddr;
use std::time::Duration;

use bfd_program::cli::Build;
use bfd_program::exposition::HistogramSample;
use bfd_proto::{
    DetectMult, Diagnostic, Discriminator, History, Instant, Interval, Micros, Path, Role, Session,
    SessionKind, SessionSpec, SessionView,
};

use super::{KubernetesSample, MetricsInput, ProgramSample, SessionSample, Totals, WorkerSample};
use crate::integrations::{Board, Cause, Neighbour, Picture, Wish};

const MULTI: SessionKind = SessionKind::MultiHop { min_ttl: 254 };

fn view(kind: SessionKind, discriminator: u32) -> SessionView {
    let second = Interval::new(Micros::SECOND).expect("not zero");
    let spec = SessionSpec {
        kind,
        role: Role::Active,
        desired_min_tx: second,
        required_min_rx: second,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    };
    let discriminator = Discriminator::new(discriminator).expect("not zero");
    let now = Instant::from_nanos(1_000_000_000);
    let (session, _) = Session::new(spec, None, discriminator, 1, Path::Ready, now);
    session.view(&History::new(now))
}

fn session(peer: &str, local: &str, interface: &str, kind: SessionKind) -> SessionSample {
    let address = |text: &str| -> IpAddr { text.parse().expect("an address") };
    SessionSample {
        peer: address(peer),
        local: (!local.is_empty()).then(|| address(local)),
        interface: (!interface.is_empty()).then(|| interface.parse().expect("a name")),
        overridden: false,
        view: view(kind, 7),
    }
}

fn histogram() -> HistogramSample {
    let bounds = [1, 10, 100].map(Duration::from_micros);
    HistogramSample {
        buckets: bounds.into_iter().zip([1, 3, 3]).collect(),
        count: 4,
        sum: Duration::from_micros(1_500),
    }
}

/// An integration with one peer that GoBGP has not yet disabled.
fn gobgp() -> Picture {
    let board = Board::default();
    board.begin(Some(Neighbour {
        address: "127.0.0.1:50061".into(),
        strategy: "disable-peer",
        version: Some("3"),
        connected: true,
        error: None,
    }));
    let cause = Cause {
        diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
        verdict: "peer-silent",
    };
    let wish = Wish::Avoid(cause);
    board.target("192.0.2.1", wish, Instant::ZERO, |target| {
        (target.suppressed, target.penalty) = (true, Some(3.0));
    });
    board.count("disable", false);
    board.count("enable", true);
    board.reacted(Duration::from_millis(4));
    board.picture()
}

fn input(sessions: Vec<SessionSample>, totals: &Totals) -> MetricsInput<'_> {
    let worker = WorkerSample {
        loop_lateness: histogram(),
        detection_lateness: histogram(),
        socket_drops: 5,
        buffer_short: true,
        reservation_short: true,
        misdirected: 6,
        mailbox_depth: 7,
    };
    MetricsInput {
        sessions,
        workers: vec![worker.clone(), worker],
        totals,
        gobgp: gobgp(),
        kubernetes: Some(KubernetesSample {
            connected: true,
            peers: 2,
            sessions: 4,
            lists: 1,
            failures: 3,
        }),
        program: ProgramSample {
            reloads: 8,
            failed_reloads: 9,
            lost_lines: 10,
        },
        build: Build {
            version: "0.7.0",
            commit: "abc\"\\1234",
            date: "unknown",
        },
    }
}

mod agenda;
mod board;
mod dampening;
mod opinion;
mod watchlist;

use bfd_proto::{
    DetectMult, Diagnostic, Discriminator, Down, Evidence, History, Instant, Interval, Micros,
    Path, Role, Session, SessionKind, SessionSpec, SessionView, State, Verdict,
};

use super::opinion::{Cause, Opinion};

/// A session that was made just now.
fn view() -> SessionView {
    let second = Interval::new(Micros::SECOND).expect("not zero");
    let spec = SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: second,
        required_min_rx: second,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    };
    let discriminator = Discriminator::new(7).expect("not zero");
    let (session, _) = Session::new(spec, None, discriminator, 1, Path::Ready, Instant::ZERO);
    session.view(&History::new(Instant::ZERO))
}

fn up(mut view: SessionView) -> SessionView {
    (view.state, view.remote.state) = (State::Up, State::Up);
    view
}

/// The session leaves Up; an operator's act here is no flap.
fn down(mut view: SessionView, verdict: Verdict) -> SessionView {
    view.state = match verdict {
        Verdict::Admin => State::AdminDown,
        _ => State::Down,
    };
    if verdict == Verdict::PeerAdminDown {
        view.remote.state = State::AdminDown;
    }
    view.diagnostic = Diagnostic::CONTROL_TIME_EXPIRED;
    view.counters.flaps += u32::from(verdict != Verdict::Admin);
    view.last_down = Some(Down {
        verdict,
        evidence: Evidence::default(),
    });
    view
}

fn bad(verdict: &'static str) -> Opinion {
    Opinion::Bad(Cause {
        diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
        verdict,
    })
}

mod changes;
mod limit;

use std::time::Duration;

use bfd_program::logging::{LogFormat, LogLevel, LogSettings, captured};
use bfd_proto::{Diagnostic, Down, Evidence, Instant, State, StateChange, Verdict};

/// Lines written while `run` ran on this thread.
fn written(format: LogFormat, run: impl FnOnce()) -> Vec<String> {
    let level = LogLevel::Info;
    captured(LogSettings { level, format }, |_| run())
}

/// A text line without its time.
fn timeless(line: &str) -> &str {
    let rest = line.strip_prefix("time=").expect("a time");
    rest.split_once(' ').expect("a level").1
}

fn seconds(seconds: u64) -> Instant {
    Instant::from_nanos(seconds * 1_000_000_000)
}

fn down(at: Instant) -> StateChange {
    let ms = Duration::from_millis;
    let arrivals = [151, 201].map(|age| Some(at.saturating_sub(ms(age))));
    let evidence = Evidence {
        window: ms(600),
        last_arrivals: [arrivals[0], arrivals[1], None, None],
        gap: ms(151),
        limit: ms(150),
        remote_state: Some(State::Up),
        remote_diagnostic: Some(Diagnostic::NONE),
        ..Evidence::default()
    };
    StateChange {
        at,
        from: State::Up,
        to: State::Down,
        diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
        remote_state: State::Down,
        down: Some(Down {
            verdict: Verdict::PeerSilent,
            evidence,
        }),
    }
}

fn up(at: Instant) -> StateChange {
    StateChange {
        at,
        from: State::Init,
        to: State::Up,
        diagnostic: Diagnostic::NONE,
        remote_state: State::Up,
        down: None,
    }
}

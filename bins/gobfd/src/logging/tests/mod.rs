mod changes;
mod form;
mod limit;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bfd_proto::{Diagnostic, Down, Evidence, Instant, State, StateChange, Verdict};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{LogControl, lines};
use crate::config::{LogFormat, LogLevel, LogSettings};

/// Lines written while `run` ran on this thread.
fn written(level: LogLevel, format: LogFormat, run: impl FnOnce(&LogControl)) -> Vec<String> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&kept);
    let (layer, control) = lines(LogSettings { level, format }, move |line| {
        let line = std::str::from_utf8(line).expect("UTF-8");
        sink.lock()
            .expect("no panic")
            .push(line.strip_suffix('\n').expect("a line").to_owned());
    });
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || run(&control));
    let lines = kept.lock().expect("no panic");
    lines.clone()
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

//! From `tracing` to lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use jiff::Timestamp;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::line::Line;
use super::settings::{LogFormat, LogLevel, LogSettings};

/// Crates whose events are ours to level; others are heard from `WARN` on.
const OURS: [&str; 2] = ["gobfd", "bfd"];
/// Crates that return every failure to us as well: it is logged once, by us.
const MUTE: [&str; 2] = ["kube_client", "kube_runtime"];

/// The settings in force, readable from any thread.
#[derive(Debug)]
pub(super) struct Switches {
    level: AtomicU8,
    text: AtomicU8,
}

impl Switches {
    pub(super) fn new(settings: LogSettings) -> Self {
        let switches = Self {
            level: AtomicU8::new(0),
            text: AtomicU8::new(0),
        };
        switches.set(settings);
        switches
    }

    pub(super) fn set(&self, settings: LogSettings) {
        let level = match settings.level {
            LogLevel::Debug => 0,
            LogLevel::Info => 1,
            LogLevel::Warn => 2,
            LogLevel::Error => 3,
        };
        self.level.store(level, Relaxed);
        self.text
            .store(u8::from(settings.format == LogFormat::Text), Relaxed);
    }

    fn level(&self) -> Level {
        match self.level.load(Relaxed) {
            0 => Level::DEBUG,
            1 => Level::INFO,
            2 => Level::WARN,
            _ => Level::ERROR,
        }
    }

    pub(super) fn format(&self) -> LogFormat {
        if self.text.load(Relaxed) == 0 {
            LogFormat::Json
        } else {
            LogFormat::Text
        }
    }
}

type Write = Box<dyn Fn(String) + Send + Sync>;

/// Writes each event as one line.
pub(super) struct Lines {
    switches: Arc<Switches>,
    write: Write,
}

impl Lines {
    pub(super) fn new(switches: Arc<Switches>, write: Write) -> Self {
        Self { switches, write }
    }

    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let is_of = |names: &[&str]| names.iter().any(|name| metadata.target().starts_with(name));
        let ours = is_of(&OURS);
        let level = self.switches.level();
        let least = if ours { level } else { level.min(Level::WARN) };
        metadata.is_event() && !is_of(&MUTE) && *metadata.level() <= least
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.switches.level()))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = Line::of(event, Timestamp::now());
        (self.write)(line.write(self.switches.format()));
    }
}

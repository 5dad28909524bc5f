//! State changes in the log: one line each, and in a mass failure a bounded number of lines and
//! the sums of the rest.

use std::net::IpAddr;

use bfd_program::logging::Took;
use bfd_proto::{Discriminator, Down, Instant, State, StateChange, Verdict};
use tracing::info;

use super::limit::{HeldBack, Limit};

/// Message of a state change; tools match it.
pub const MESSAGE: &str = "session state changed";
/// Message of the sums of changes that had no line of their own.
pub const SUMMARY: &str = "session state changes summarized";

/// One state change of one session.
#[derive(Clone, Copy, Debug)]
pub struct ChangeLine<'a> {
    /// Address of the peer.
    pub peer: IpAddr,
    /// The interface the session is bound to.
    pub interface: Option<&'a str>,
    /// Our discriminator.
    pub discriminator: Discriminator,
    /// What happened.
    pub change: StateChange,
}

/// Writes state changes. Owned by the one task that follows the events.
#[derive(Clone, Debug)]
pub struct ChangeLog {
    limit: Limit,
}

impl Default for ChangeLog {
    fn default() -> Self {
        Self::new()
    }
}

impl ChangeLog {
    /// A log that has written nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            limit: Limit::new(),
        }
    }

    /// Writes the change, or counts it when there were too many.
    pub fn write(&mut self, now: Instant, line: &ChangeLine<'_>) {
        self.tick(now);
        if self.limit.admit(now, &line.change) {
            write_change(line);
        }
    }

    /// When [`ChangeLog::tick`] is to be called at the latest; `None`: not before a change.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.limit.due()
    }

    /// Writes the sums if their time has come.
    pub fn tick(&mut self, now: Instant) {
        if let Some(held_back) = self.limit.summary(now) {
            write_summary(&held_back, now);
        }
    }

    /// Writes the sums at once; to be called before the daemon ends.
    pub fn flush(&mut self, now: Instant) {
        if let Some(held_back) = self.limit.flush() {
            write_summary(&held_back, now);
        }
    }
}

fn write_change(line: &ChangeLine<'_>) {
    let change = &line.change;
    let Some(down) = &change.down else {
        info!(
            peer = %line.peer,
            local_discr = line.discriminator.get(),
            old_state = change.from.name(),
            new_state = change.to.name(),
            diag = %change.diagnostic,
            interface = line.interface,
            "{MESSAGE}"
        );
        return;
    };
    write_down(line, down);
}

fn write_down(line: &ChangeLine<'_>, Down { verdict, evidence }: &Down) {
    let change = &line.change;
    info!(
        peer = %line.peer,
        local_discr = line.discriminator.get(),
        old_state = change.from.name(),
        new_state = change.to.name(),
        diag = %change.diagnostic,
        verdict = verdict.label(),
        cause = %verdict,
        gap = Took(evidence.gap).field(),
        limit = Took(evidence.limit).field(),
        window = Took(evidence.window).field(),
        socket_drops = evidence.socket_drops,
        stall = Took(evidence.stall).field(),
        discards = evidence.discards,
        tx_errors = evidence.tx_errors,
        arrivals = ages(change.at, &evidence.last_arrivals),
        remote_state = evidence.remote_state.map(State::name),
        remote_diag = evidence.remote_diagnostic.map(tracing::field::display),
        interface = line.interface,
        "{MESSAGE}"
    );
}

/// How long before the change the latest packets came, newest first; `None` without any.
fn ages(at: Instant, arrivals: &[Option<Instant>]) -> Option<String> {
    let ages = arrivals
        .iter()
        .flatten()
        .map(|arrival| at.saturating_duration_since(*arrival));
    let ages: Vec<String> = ages.map(|age| Took(age).to_string()).collect();
    (!ages.is_empty()).then(|| ages.join(" "))
}

fn write_summary(held_back: &HeldBack, now: Instant) {
    let verdicts: Vec<String> = Verdict::LABELS
        .iter()
        .zip(held_back.verdicts)
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| format!("{label}:{count}"))
        .collect();
    info!(
        changes = held_back.changes(),
        to_admin_down = held_back.to(State::AdminDown),
        to_down = held_back.to(State::Down),
        to_init = held_back.to(State::Init),
        to_up = held_back.to(State::Up),
        verdicts = verdicts.join(" "),
        period = Took(now.saturating_duration_since(held_back.since)).field(),
        "{SUMMARY}"
    );
}

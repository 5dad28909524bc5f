//! The line that `systemctl status` shows.
//!
//! `42 sessions, 41 Up; configuration of 2026-01-02 03:04:05 UTC`, and what is wrong, if anything.

use std::fmt::Write as _;

use bfd_control::Control;
use bfd_proto::{Instant, State};

use crate::api::Vitals;
use crate::calendar::{Calendar, clock};
use crate::reload::Reloaded;

/// What is said of the configuration, and since when it is true.
pub(super) struct Configuration {
    at: Instant,
    fault: Option<String>,
    left_out: usize,
}

impl Default for Configuration {
    /// Read at the start.
    fn default() -> Self {
        Self {
            at: bfd_control::now(),
            fault: None,
            left_out: 0,
        }
    }
}

impl Configuration {
    /// After a reload.
    pub(super) fn after(outcome: &Reloaded) -> Self {
        let (fault, left_out) = match outcome {
            Reloaded::InForce { left_out } => (None, *left_out),
            Reloaded::Refused(error) => (Some(one_line(error)), 0),
        };
        Self {
            fault,
            left_out,
            ..Self::default()
        }
    }
}

/// How the daemon is.
pub(super) fn line(control: &Control, vitals: &Vitals, configuration: &Configuration) -> String {
    let sessions = control.sessions();
    let is_up = |meta: &&_| control.look(meta).view.state == State::Up;
    let mut line = counted(sessions.len(), sessions.iter().filter(is_up).count());
    let calendar = Calendar::read();
    let at = clock(calendar.wall(configuration.at));
    match &configuration.fault {
        None => _ = write!(line, "; configuration of {at}"),
        Some(fault) => _ = write!(line, "; reload at {at} changed nothing: {fault}"),
    }
    if configuration.left_out > 0 {
        let _ = write!(
            line,
            ", {} of its sessions left out",
            configuration.left_out
        );
    }
    for thread in vitals.silent() {
        let since = clock(calendar.wall(thread.since));
        let _ = write!(line, "; thread {} does not run since {since}", thread.name);
    }
    line
}

fn counted(sessions: usize, up: usize) -> String {
    match sessions {
        0 => "no sessions".to_owned(),
        1 => format!("1 session, {up} Up"),
        _ => format!("{sessions} sessions, {up} Up"),
    }
}

/// The first of several problems; a line break would end the message.
fn one_line(error: &str) -> String {
    let mut lines = error.lines();
    let first = lines.next().unwrap_or_default();
    match lines.count() {
        0 => first.to_owned(),
        more => format!("{first} (and {more} more)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_counted_in_words() {
        assert_eq!(counted(0, 0), "no sessions");
        assert_eq!(counted(1, 0), "1 session, 0 Up");
        assert_eq!(counted(42, 41), "42 sessions, 41 Up");
    }

    #[test]
    fn several_problems_are_one_line() {
        assert_eq!(one_line("a"), "a");
        assert_eq!(one_line("a\nb\nc"), "a (and 2 more)");
    }
}

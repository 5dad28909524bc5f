//! Durations and times as the earlier releases, written in Go, print and read them.

use std::time::Duration;

use bfd_api::Timestamp;
use bfd_program::config::go_text;

/// A duration for people: three digits are enough.
pub(crate) fn rough(value: Duration) -> String {
    let nanos = value.as_nanos();
    let grain = match nanos {
        0..100_000 => 1,
        100_000..100_000_000 => 10_000,
        100_000_000..10_000_000_000 => 10_000_000,
        _ => 1_000_000_000,
    };
    go_text(Duration::from_nanos(
        u64::try_from(nanos / grain * grain).unwrap_or(u64::MAX),
    ))
}

/// Reads `300ms`, `1.5s`, `1m30s`, `0`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    bfd_program::config::parse_duration(text)
        .ok_or_else(|| format!("invalid duration {text:?}, expected for example 300ms or 1.5s"))
}

/// RFC 3339 in UTC, to the second.
pub(crate) fn time(at: &Timestamp) -> String {
    jiff::Timestamp::new(at.seconds, 0).map_or_else(
        |_| "N/A".into(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// How long `earlier` is before `later`; zero when it is not.
pub(crate) fn between(earlier: &Timestamp, later: &Timestamp) -> Duration {
    let nanos = |at: &Timestamp| i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanos);
    let gap = nanos(later).saturating_sub(nanos(earlier));
    Duration::from_nanos(u64::try_from(gap).unwrap_or(0))
}

/// A duration of a message; one that no clock could show counts as absent.
pub(crate) fn wire(value: Option<&bfd_api::Duration>) -> Option<Duration> {
    value
        .cloned()
        .and_then(|value| Duration::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rough_durations_are_short() {
        assert_eq!(rough(Duration::from_nanos(12_345_678)), "12.34ms");
        assert_eq!(rough(Duration::from_nanos(3_219_876_543)), "3.21s");
        assert_eq!(rough(Duration::from_nanos(75_219_876_543)), "1m15s");
    }
}

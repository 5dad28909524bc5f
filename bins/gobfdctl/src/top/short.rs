//! Durations in five characters.

use std::time::Duration;

/// At most five characters: `350us`, `4.2ms`, `150ms`, `1.5s`, `42s`, `12m`, `5h`, `30d`.
pub(super) fn short(value: Duration) -> String {
    let micros = value.as_micros();
    let (millis, seconds) = (micros / 1_000, micros / 1_000_000);
    match micros {
        0..1_000 => format!("{micros}us"),
        1_000..10_000 => tenths(micros / 100, "ms"),
        10_000..1_000_000 => format!("{millis}ms"),
        1_000_000..10_000_000 => tenths(millis / 100, "s"),
        10_000_000..100_000_000 => format!("{seconds}s"),
        100_000_000..6_000_000_000 => format!("{}m", seconds / 60),
        6_000_000_000..360_000_000_000 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", (seconds / 86_400).min(9_999)),
    }
}

fn tenths(value: u128, unit: &str) -> String {
    match value % 10 {
        0 => format!("{}{unit}", value / 10),
        tenth => format!("{}.{tenth}{unit}", value / 10),
    }
}

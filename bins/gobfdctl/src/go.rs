//! Durations and times as the earlier releases, written in Go, print and read them.

use std::time::Duration;

use bfd_api::Timestamp;

/// `300ms`, `1s`, `1m0s`, `1.5µs`, `0s`.
pub(crate) fn duration(value: Duration) -> String {
    let nanos = value.as_nanos();
    match nanos {
        0 => "0s".into(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}µs", decimal(nanos, 3)),
        1_000_000..1_000_000_000 => format!("{}ms", decimal(nanos, 6)),
        _ => long(nanos),
    }
}

fn long(nanos: u128) -> String {
    let minutes = nanos / 60_000_000_000;
    let seconds = decimal(nanos % 60_000_000_000, 9);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{seconds}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// `value` with the point `places` digits from the right, without zeros at the end.
fn decimal(value: u128, places: u32) -> String {
    let unit = 10_u128.pow(places);
    let (whole, part) = (value / unit, value % unit);
    if part == 0 {
        return whole.to_string();
    }
    let digits = format!("{part:0width$}", width = places as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// A duration for people: three digits are enough.
pub(crate) fn rough(value: Duration) -> String {
    let nanos = value.as_nanos();
    let grain = match nanos {
        0..100_000 => 1,
        100_000..100_000_000 => 10_000,
        100_000_000..10_000_000_000 => 10_000_000,
        _ => 1_000_000_000,
    };
    duration(Duration::from_nanos(
        u64::try_from(nanos / grain * grain).unwrap_or(u64::MAX),
    ))
}

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads `300ms`, `1.5s`, `1m30s`, `0`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("invalid duration {text:?}, expected for example 300ms or 1.5s");
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let (part, after) = part(rest).ok_or_else(wrong)?;
        sum = sum.checked_add(part).ok_or_else(wrong)?;
        rest = after;
    }
    Ok(Duration::from_nanos(sum))
}

/// One number with its unit, in nanoseconds, and what follows.
fn part(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, rest) = text.split_at(end);
    let unit = rest
        .find(|c: char| c.is_ascii_digit() || c == '.')
        .unwrap_or(rest.len());
    let (name, rest) = rest.split_at(unit);
    let scale = UNITS.iter().find(|(known, _)| *known == name)?.1;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().ok()?
    };
    let nanos = whole
        .checked_mul(scale)?
        .checked_add(self::fraction(fraction, scale)?)?;
    Some((nanos, rest))
}

fn fraction(digits: &str, scale: u64) -> Option<u64> {
    let mut unit = scale;
    let mut sum = 0;
    for digit in digits.chars() {
        unit /= 10;
        sum += u64::from(digit.to_digit(10)?) * unit;
    }
    Some(sum)
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
    fn durations_read_as_in_go() {
        let cases = [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (300_000_000, "300ms"),
            (1_000_000_000, "1s"),
            (3_300_000_000, "3.3s"),
            (60_000_000_000, "1m0s"),
            (245_000_000_000, "4m5s"),
            (245_001_000_000, "4m5.001s"),
            (18_367_001_000_000, "5h6m7.001s"),
            (28_800_000_000_000, "8h0m0s"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(Duration::from_nanos(nanos)), text);
            assert_eq!(parse_duration(text), Ok(Duration::from_nanos(nanos)));
        }
    }

    #[test]
    fn other_spellings_are_read() {
        for (text, nanos) in [
            ("0", 0),
            ("+5s", 5_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("50us", 50_000),
            ("1h30m", 5_400_000_000_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_nanos(nanos)),
                "{text}"
            );
        }
        for text in [
            "",
            "5",
            "s",
            ".s",
            "-1s",
            "1x",
            "1s5",
            "99999999999999h",
            "1.2.3s",
            " 1s",
        ] {
            assert!(parse_duration(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn rough_durations_are_short() {
        assert_eq!(rough(Duration::from_nanos(12_345_678)), "12.34ms");
        assert_eq!(rough(Duration::from_nanos(3_219_876_543)), "3.21s");
        assert_eq!(rough(Duration::from_nanos(75_219_876_543)), "1m15s");
    }
}

//! The arithmetic of RFC 5880 §6.8.2-6.8.4 and §6.8.7, and nothing else.

use std::time::Duration;

use bfd_packet::{DetectMult, Micros};

use crate::Instant;

/// Shortest detection time: guards against an expiry loop when every operand is zero.
pub const MIN_DETECTION_TIME: Duration = Duration::from_millis(1);

/// The interval between periodic packets; `None`: the peer wants none (RFC 5880 §6.8.7).
///
/// ```
/// use bfd_proto::{Micros, intervals::transmit_interval};
/// assert_eq!(transmit_interval(Micros(10_000), Micros(30_000)), Some(Micros(30_000)));
/// assert_eq!(transmit_interval(Micros(10_000), Micros(0)), None);
/// ```
#[must_use]
pub fn transmit_interval(desired_min_tx: Micros, remote_min_rx: Micros) -> Option<Micros> {
    (remote_min_rx != Micros(0)).then(|| desired_min_tx.max(remote_min_rx))
}

/// The detection time of asynchronous mode: the *peer's* multiplier times the greater of what we
/// require and what the peer wishes to send (RFC 5880 §6.8.4).
///
/// ```
/// use bfd_proto::{DetectMult, Micros, intervals::detection_time};
/// let mult = DetectMult::new(5).unwrap();
/// let time = detection_time(mult, Micros(300_000), Micros(100_000));
/// assert_eq!(time.as_micros(), 1_500_000);
/// ```
#[must_use]
pub fn detection_time(
    remote_mult: DetectMult,
    required_min_rx: Micros,
    remote_desired_min_tx: Micros,
) -> Duration {
    let interval = required_min_rx.max(remote_desired_min_tx);
    let micros = u64::from(remote_mult.get()) * u64::from(interval.0);
    Duration::from_micros(micros).max(MIN_DETECTION_TIME)
}

/// The gap to the next periodic packet: `interval` shortened by a random part (RFC 5880 §6.8.7).
///
/// `fraction` is spread evenly over all of `u32`. The gap lies between 75 and 100 percent of the
/// interval, or 75 and 90 percent when `detect_mult` is 1, less a margin at the upper end of a
/// 32nd (at most 0.3 ms), because timers and schedulers only ever add.
#[must_use]
pub fn jittered(interval: Micros, detect_mult: DetectMult, fraction: u32) -> Duration {
    let nanos = u64::from(interval.0) * 1000;
    let shortest = nanos * 3 / 4;
    let longest = if detect_mult.get() == 1 {
        nanos * 9 / 10
    } else {
        nanos
    };
    let margin = (nanos / 32).min(300_000);
    let spread = longest - margin - shortest;
    let part = u128::from(spread) * u128::from(fraction) / u128::from(u32::MAX);
    Duration::from_nanos(shortest + u64::try_from(part).unwrap_or(spread))
}

/// The moment of the next periodic packet: `last` plus the jittered gap, rounded down to a grid that
/// all sessions share, so that one wake-up serves many of them.
///
/// The grid is a power of two near a 32nd of the interval, at most 1 ms. A moment that rounding
/// would put below 75 percent of the interval stays as it is (RFC 5880 §6.8.7).
#[must_use]
pub fn next_transmission(
    last: Instant,
    interval: Micros,
    detect_mult: DetectMult,
    fraction: u32,
) -> Instant {
    let due = last + jittered(interval, detect_mult, fraction);
    let nanos = u64::from(interval.0) * 1000;
    let grid = (nanos / 32)
        .clamp(1, 1 << 20)
        .next_power_of_two()
        .min(1 << 20);
    let rounded = due.as_nanos() & !(grid - 1);
    let shortest = last.as_nanos().saturating_add(nanos * 3 / 4);
    if rounded >= shortest {
        Instant::from_nanos(rounded)
    } else {
        due
    }
}

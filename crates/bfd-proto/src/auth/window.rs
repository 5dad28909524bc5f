//! Which sequence numbers are accepted (RFC 5880 §6.7.3, §6.7.4).

use bfd_packet::{AuthType, DetectMult};

/// Whether `sequence` may follow `last`, the last one accepted: at most three times the Detect Mult
/// of the packet ahead, on the circle of 32 bits; a meticulous type never repeats one.
pub(crate) fn admits(kind: AuthType, last: u32, sequence: u32, detect_mult: DetectMult) -> bool {
    let ahead = sequence.wrapping_sub(last);
    ahead >= u32::from(kind.is_meticulous()) && ahead <= 3 * u32::from(detect_mult.get())
}

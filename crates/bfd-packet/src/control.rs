//! The control packet: mandatory section and what may follow it (RFC 5880 §4.1).

use crate::auth::AuthBytes;
use crate::{DetectMult, Diagnostic, Discriminator, Micros, ParseError, State};

/// Octets of the mandatory section.
pub const HEADER_LEN: usize = 24;
/// Octets of the longest packet: mandatory section and SHA1 authentication.
pub const MAX_LEN: usize = 52;
/// Shortest packet with the A bit: it must at least hold Auth Type and Auth Len.
const MIN_LEN_WITH_AUTH: usize = HEADER_LEN + 2;
/// The only version this crate speaks.
const VERSION: u8 = 1;

const POLL: u8 = 0x20;
const FINAL: u8 = 0x10;
const CONTROL_PLANE_INDEPENDENT: u8 = 0x08;
const AUTHENTICATION: u8 = 0x04;
const DEMAND: u8 = 0x02;
const MULTIPOINT: u8 = 0x01;

/// A control packet that breaks no structural rule (RFC 5880 §6.8.6 steps 1 to 6 and 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlPacket<'a> {
    /// Why the sender's session last left Up, or why it is held down.
    pub diagnostic: Diagnostic,
    /// The sender's session state.
    pub state: State,
    /// P: the sender asks for an answer with F.
    pub poll: bool,
    /// F: this answers a packet with P.
    pub final_: bool,
    /// C: the sender's BFD survives the loss of its control plane.
    pub control_plane_independent: bool,
    /// D: the sender asks us to stop periodic packets.
    pub demand: bool,
    /// The sender's detection time multiplier.
    pub detect_mult: DetectMult,
    /// The sender's discriminator.
    pub my_discriminator: Discriminator,
    /// The receiver's discriminator as the sender knows it; `None` (zero on the wire) if not yet.
    pub your_discriminator: Option<Discriminator>,
    /// Interval at which the sender would like to send, without jitter.
    pub desired_min_tx: Micros,
    /// Interval at which the sender is able to receive; 0: send me no periodic packets.
    pub required_min_rx: Micros,
    /// Interval at which the sender loops echo packets; 0: it does not.
    pub required_min_echo_rx: Micros,
    /// The authentication section, present exactly when the A bit is set.
    pub auth: Option<AuthBytes<'a>>,
}

impl<'a> ControlPacket<'a> {
    /// Reads a packet from a UDP payload; octets behind Length are padding and are not looked at
    /// (RFC 9764 §3).
    ///
    /// # Errors
    /// The first rule of RFC 5880 §6.8.6 that the payload breaks.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let header: &[u8; HEADER_LEN] = match payload.first_chunk() {
            Some(header) => header,
            None => return Err(short_payload(payload)),
        };
        check_header(header, payload.len())?;
        let my_discriminator =
            Discriminator::new(word(header, 4)).ok_or(ParseError::ZeroMyDiscriminator)?;
        let your_discriminator = Discriminator::new(word(header, 8));
        let state = State::from_bits(header[1] >> 6);
        if your_discriminator.is_none() && matches!(state, State::Init | State::Up) {
            return Err(ParseError::ZeroYourDiscriminator);
        }
        let flags = header[1];
        let length = usize::from(header[3]);
        Ok(Self {
            diagnostic: Diagnostic::from_bits(header[0]),
            state,
            poll: flags & POLL != 0,
            final_: flags & FINAL != 0,
            control_plane_independent: flags & CONTROL_PLANE_INDEPENDENT != 0,
            demand: flags & DEMAND != 0,
            detect_mult: DetectMult::new(header[2]).ok_or(ParseError::ZeroDetectMult)?,
            my_discriminator,
            your_discriminator,
            desired_min_tx: Micros(word(header, 12)),
            required_min_rx: Micros(word(header, 16)),
            required_min_echo_rx: Micros(word(header, 20)),
            auth: (flags & AUTHENTICATION != 0)
                .then(|| AuthBytes::new(&payload[HEADER_LEN..length])),
        })
    }

    /// Writes the packet and returns its Length: 24, or more with an authentication section.
    ///
    /// # Panics
    /// When `out` is shorter than the packet; [`MAX_LEN`] octets always suffice for a packet whose
    /// authentication section is no longer than its type asks for.
    #[must_use]
    pub fn write(&self, out: &mut [u8]) -> usize {
        let auth = self.auth.map_or(&[][..], |auth| auth.octets());
        let length = HEADER_LEN + auth.len();
        out[0] = VERSION << 5 | self.diagnostic.bits();
        out[1] = self.state.bits() << 6 | self.flags();
        out[2] = self.detect_mult.get();
        out[3] = u8::try_from(length).unwrap_or(u8::MAX);
        put(out, 4, self.my_discriminator.get());
        put(
            out,
            8,
            self.your_discriminator.map_or(0, Discriminator::get),
        );
        put(out, 12, self.desired_min_tx.0);
        put(out, 16, self.required_min_rx.0);
        put(out, 20, self.required_min_echo_rx.0);
        out[HEADER_LEN..length].copy_from_slice(auth);
        length
    }

    fn flags(&self) -> u8 {
        let bit = |set: bool, bit: u8| u8::from(set) * bit;
        bit(self.poll, POLL)
            | bit(self.final_, FINAL)
            | bit(self.control_plane_independent, CONTROL_PLANE_INDEPENDENT)
            | bit(self.auth.is_some(), AUTHENTICATION)
            | bit(self.demand, DEMAND)
    }
}

/// A payload too short for the mandatory section still shows the rule it breaks first: a Length
/// that is long enough exceeds it.
fn short_payload(payload: &[u8]) -> ParseError {
    match payload {
        [first, ..] if first >> 5 != VERSION => ParseError::Version,
        [_, flags, _, length, ..] if usize::from(*length) < min_length(*flags) => {
            ParseError::LengthTooShort
        }
        [_, _, _, _, ..] => ParseError::LengthExceedsPayload,
        _ => ParseError::Truncated,
    }
}

/// Steps 1 to 5 of RFC 5880 §6.8.6, in their order.
fn check_header(header: &[u8; HEADER_LEN], payload: usize) -> Result<(), ParseError> {
    let length = usize::from(header[3]);
    if header[0] >> 5 != VERSION {
        return Err(ParseError::Version);
    }
    if length < min_length(header[1]) {
        return Err(ParseError::LengthTooShort);
    }
    if length > payload {
        return Err(ParseError::LengthExceedsPayload);
    }
    if header[2] == 0 {
        return Err(ParseError::ZeroDetectMult);
    }
    if header[1] & MULTIPOINT != 0 {
        return Err(ParseError::Multipoint);
    }
    Ok(())
}

const fn min_length(flags: u8) -> usize {
    if flags & AUTHENTICATION != 0 {
        MIN_LEN_WITH_AUTH
    } else {
        HEADER_LEN
    }
}

fn word(header: &[u8; HEADER_LEN], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

fn put(out: &mut [u8], at: usize, word: u32) {
    out[at..at + 4].copy_from_slice(&word.to_be_bytes());
}

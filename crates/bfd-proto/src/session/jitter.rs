//! The session's own small random generator (SplitMix64): jitter needs spread, not secrecy.

/// Step of the state, the odd number nearest to 2⁶⁴ divided by the golden ratio.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Generator state; equal seeds give equal sequences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(STEP))
    }

    /// A generator of its own, which begins where this one stands.
    pub(crate) const fn fork(self, stream: u64) -> Self {
        Self::new(self.0 ^ stream)
    }

    /// The present number, spread evenly over all of `u32`.
    pub(crate) const fn fraction(self) -> u32 {
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 32) as u32
    }

    /// Goes on to the next number.
    pub(crate) const fn advance(&mut self) {
        self.0 = self.0.wrapping_add(STEP);
    }
}

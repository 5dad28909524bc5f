//! Where discriminators, ports and jitter seeds come from.

/// A source of random numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Entropy {
    /// The operating system.
    #[default]
    System,
    /// A reproducible sequence, for simulations. Never for a network: discriminators could be
    /// guessed.
    Seeded(u64),
}

impl Entropy {
    /// The next 64 bits.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub(crate) fn next(&mut self) -> Result<u64, getrandom::Error> {
        match self {
            Self::System => getrandom::u64(),
            Self::Seeded(state) => Ok(split_mix(state)),
        }
    }

    /// The upper half of the next 64 bits.
    ///
    /// # Errors
    /// As [`Entropy::next`].
    pub(crate) fn next_u32(&mut self) -> Result<u32, getrandom::Error> {
        self.next().map(|bits| (bits >> 32) as u32)
    }
}

/// `SplitMix64` by Steele, Lea and Flood.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

//! One direction of a path.

use std::time::Duration;

use crate::Chance;

/// What happens to packets on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Time that every packet takes.
    pub delay: Duration,
    /// Time that a packet may take beyond that.
    pub jitter: Duration,
    /// Whether packets may overtake each other.
    pub reorders: bool,
    /// Packets lost of a thousand.
    pub loss: u64,
    /// Packets doubled of a thousand.
    pub duplicates: u64,
    /// Whether everything is lost, without a sign to either side.
    pub cut: bool,
}

impl Link {
    /// A link without fault.
    #[must_use]
    pub const fn perfect(delay: Duration) -> Self {
        Self {
            delay,
            jitter: Duration::ZERO,
            reorders: false,
            loss: 0,
            duplicates: 0,
            cut: false,
        }
    }

    /// When the copies of a packet arrive after it was sent; none: it is lost.
    pub(crate) fn carry(&self, chance: &mut Chance) -> Vec<Duration> {
        if self.cut || chance.happens(self.loss) {
            return Vec::new();
        }
        let copies = if chance.happens(self.duplicates) {
            2
        } else {
            1
        };
        (0..copies)
            .map(|_| self.delay + chance.between(Duration::ZERO, self.jitter))
            .collect()
    }
}

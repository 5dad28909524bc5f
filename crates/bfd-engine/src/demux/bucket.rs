//! A token bucket that knows no clock.

use std::time::Duration;

use bfd_proto::Instant;

/// Tokens that come back with time, at most one second's worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// When the bucket would have been empty, had it been filling ever since.
    empty_at: Instant,
}

impl Bucket {
    /// A bucket with all its tokens.
    pub(super) fn full(now: Instant) -> Self {
        Self {
            empty_at: now.saturating_sub(Duration::from_secs(1)),
        }
    }

    /// Takes one of the `rate` tokens of a second; whether there was one.
    pub(super) fn take(&mut self, now: Instant, rate: u32) -> bool {
        let oldest = now.saturating_sub(Duration::from_secs(1));
        let next = self.empty_at.max(oldest) + Duration::from_secs(1) / rate.max(1);
        let granted = next <= now;
        if granted {
            self.empty_at = next;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bfd_proto::Instant;

    use super::Bucket;

    #[test]
    fn grants_a_burst_and_then_the_rate() {
        let start = Instant::from_nanos(5_000_000_000);
        let mut bucket = Bucket::full(start);
        let granted = |bucket: &mut Bucket, now| (0..100).filter(|_| bucket.take(now, 10)).count();
        assert_eq!(granted(&mut bucket, start), 10);
        assert_eq!(granted(&mut bucket, start + Duration::from_millis(250)), 2);
        assert_eq!(granted(&mut bucket, start + Duration::from_secs(60)), 10);
    }
}

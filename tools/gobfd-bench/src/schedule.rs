//! When each peer sends next: a heap of moments.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Peers by the time of their next packet, in nanoseconds of `CLOCK_MONOTONIC`.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<(u64, u32)>>,
    due: Vec<u64>,
}

impl Schedule {
    /// Room for `peers` peers, none of which is due.
    pub(crate) fn new(peers: usize) -> Self {
        Self {
            heap: BinaryHeap::with_capacity(peers * 2),
            due: vec![u64::MAX; peers],
        }
    }

    /// Sets the next moment of a peer; an earlier entry is forgotten.
    pub(crate) fn set(&mut self, peer: u32, at: u64) {
        self.due[peer as usize] = at;
        self.heap.push(Reverse((at, peer)));
    }

    /// The next moment of any peer.
    pub(crate) fn next(&mut self) -> Option<u64> {
        while let Some(Reverse((at, peer))) = self.heap.peek().copied() {
            if self.due[peer as usize] == at {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes one peer that is due at `now`, with the moment it was due at.
    pub(crate) fn pop(&mut self, now: u64) -> Option<(u32, u64)> {
        let at = self.next().filter(|at| *at <= now)?;
        let Reverse((_, peer)) = self.heap.pop()?;
        self.due[peer as usize] = u64::MAX;
        Some((peer, at))
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn peers_come_in_order_and_a_moved_one_comes_once() {
        let mut schedule = Schedule::new(3);
        schedule.set(0, 30);
        schedule.set(1, 20);
        schedule.set(2, 10);
        schedule.set(2, 40);
        assert_eq!(schedule.next(), Some(20));
        assert_eq!(schedule.pop(19), None);
        let order: Vec<_> = std::iter::from_fn(|| schedule.pop(50)).collect();
        assert_eq!(order, [(1, 20), (0, 30), (2, 40)]);
    }
}

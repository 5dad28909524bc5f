//! Source ports of sessions (RFC 5881 §4).

/// First and last port, RFC 5881 §4.
const FIRST: u16 = 49152;
/// How many there are up to 65535.
const COUNT: usize = (u16::MAX - FIRST) as usize + 1;

/// Hands out source ports: distinct while there are enough, beyond that evenly repeated.
#[derive(Debug)]
pub(crate) struct PortPool {
    /// How many sessions use each port.
    uses: Box<[u32]>,
    /// Where to look next.
    cursor: usize,
}

impl PortPool {
    /// A pool that starts at a place given by `seed`, so that a restarted daemon differs.
    pub(crate) fn new(seed: u32) -> Self {
        Self {
            uses: vec![0; COUNT].into(),
            cursor: seed as usize % COUNT,
        }
    }

    /// A port that no other uses less.
    pub(crate) fn take(&mut self) -> u16 {
        let least = self.uses.iter().min().copied().unwrap_or_default();
        while self.uses[self.cursor] != least {
            self.advance();
        }
        let port = self.cursor;
        self.uses[port] += 1;
        self.advance();
        FIRST + u16::try_from(port).unwrap_or_default()
    }

    /// Gives a port back.
    pub(crate) fn give_back(&mut self, port: u16) {
        let uses = &mut self.uses[usize::from(port - FIRST)];
        *uses = uses.saturating_sub(1);
    }

    fn advance(&mut self) {
        self.cursor = (self.cursor + 1) % COUNT;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{COUNT, FIRST, PortPool};

    // covers: 5881-4-02, 5881-4-04, 5881-4-05, SP-27
    #[test]
    fn ports_are_distinct_until_none_is_left() {
        let mut pool = PortPool::new(123_456);
        let mut uses = HashMap::<u16, u32>::new();
        for _ in 0..COUNT {
            *uses.entry(pool.take()).or_default() += 1;
        }
        assert_eq!(uses.len(), COUNT);
        assert!(uses.keys().all(|port| *port >= FIRST));
        for _ in 0..100 {
            *uses.entry(pool.take()).or_default() += 1;
        }
        assert_eq!(uses.values().max(), Some(&2));
    }

    #[test]
    fn a_port_given_back_is_used_before_any_is_repeated() {
        let mut pool = PortPool::new(0);
        let ports: Vec<u16> = (0..COUNT).map(|_| pool.take()).collect();
        pool.give_back(ports[77]);
        assert_eq!(pool.take(), ports[77]);
    }
}

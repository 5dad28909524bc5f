//! All peers, and how many of them are where: known at any moment without asking each.

use bfd_packet::State;

use crate::peer::Peer;

/// The peers by number.
#[derive(Debug)]
pub(crate) struct Crowd {
    peers: Vec<Peer>,
    up: usize,
    flaps: u64,
}

impl Crowd {
    pub(crate) fn new(peers: Vec<Peer>) -> Self {
        let up = peers.iter().filter(|peer| is_up(peer)).count();
        Self {
            peers,
            up,
            flaps: 0,
        }
    }

    /// Peers that are Up and seen Up by the daemon.
    pub(crate) const fn up(&self) -> usize {
        self.up
    }

    /// Times a speaking peer was taken from Up.
    pub(crate) const fn flaps(&self) -> u64 {
        self.flaps
    }

    /// The peer of this number.
    pub(crate) fn get(&self, number: u32) -> Option<&Peer> {
        self.peers.get(number as usize)
    }

    /// Lets something happen to a peer; nothing if there is none of this number.
    pub(crate) fn change<T>(
        &mut self,
        number: u32,
        change: impl FnOnce(&mut Peer) -> T,
    ) -> Option<T> {
        let peer = self.peers.get_mut(number as usize)?;
        let (was_up, flaps) = (is_up(peer), peer.flaps);
        let outcome = change(peer);
        self.up = self.up + usize::from(is_up(peer)) - usize::from(was_up);
        self.flaps += u64::from(peer.flaps - flaps);
        Some(outcome)
    }
}

fn is_up(peer: &Peer) -> bool {
    peer.is_up() && peer.daemon_state() == Some(State::Up)
}

#[cfg(test)]
mod tests {
    use bfd_packet::{DetectMult, Discriminator, Micros};

    use super::Crowd;
    use crate::peer::{Pace, Peer};

    const PACE: Pace = Pace {
        interval: Micros(50_000),
        detect_mult: DetectMult::new(3).unwrap(),
    };

    #[test]
    fn the_tallies_follow_every_change() {
        let one = Discriminator::new(1).unwrap();
        let mut crowd = Crowd::new(vec![Peer::new(one), Peer::steady(one, &PACE)]);
        assert_eq!((crowd.up(), crowd.flaps()), (1, 0));
        let mut daemon = Peer::new(one);
        for _ in 0..2 {
            let said = daemon.packet(&PACE);
            crowd.change(0, |peer| peer.receive(1, &said)).unwrap();
            let answer = crowd.change(0, |peer| peer.packet(&PACE)).unwrap();
            daemon.receive(1, &answer);
        }
        let said = daemon.packet(&PACE);
        crowd.change(0, |peer| peer.receive(1, &said)).unwrap();
        assert_eq!((crowd.up(), crowd.flaps()), (2, 0));
        crowd.change(0, |peer| peer.expire(u64::MAX)).unwrap();
        assert_eq!((crowd.up(), crowd.flaps()), (1, 1));
        assert!(crowd.change(2, |_| ()).is_none());
    }
}

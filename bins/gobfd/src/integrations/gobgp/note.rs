//! Which peers we disabled, remembered in GoBGP.
//!
//! GoBGP keeps no trace of who disabled a peer or why: the communication text leaves in the Cease
//! notification and is gone (ADR 0015). So the peers are listed in a set of neighbours named
//! [`NAME`] that no policy refers to. It lives exactly as long as what it describes, and an operator
//! sees it (`gobgp policy neighbor`) and can take a peer over by deleting it from the set.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// Name of the set.
pub(super) const NAME: &str = "gobfd-disabled";

/// The peers that are ours to enable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    peers: BTreeSet<IpAddr>,
    /// Peers that GoBGP is being told of.
    writing: BTreeSet<IpAddr>,
    /// Counts our changes, so that a list read meanwhile is known to be out of date.
    changes: u64,
}

/// What GoBGP is to be told after a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Corrections {
    /// Peers to note again.
    pub(super) write: Vec<IpAddr>,
    /// Peers to take off.
    pub(super) erase: Vec<IpAddr>,
}

impl Note {
    /// Whether we disabled the peer.
    pub(super) fn has(&self, peer: IpAddr) -> bool {
        self.peers.contains(&peer)
    }

    /// GoBGP is being told of the peer.
    pub(super) fn begin(&mut self, peer: IpAddr) {
        self.changes += 1;
        self.writing.insert(peer);
    }

    /// It was told, or not: without an answer the peer may be in the list or not.
    pub(super) fn end(&mut self, peer: IpAddr, noted: bool) {
        self.changes += 1;
        self.writing.remove(&peer);
        if noted {
            self.peers.insert(peer);
        }
    }

    /// The peer is no longer ours.
    pub(super) fn remove(&mut self, peer: IpAddr) {
        self.changes += 1;
        self.peers.remove(&peer);
    }

    /// How often it was changed; for [`Note::audit`].
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Takes over what a GoBGP lists that we speak to for the first time. Without a list there is
    /// nothing of ours: either it has started anew, or we were never here.
    pub(super) fn adopt(&mut self, listed: Option<Vec<IpAddr>>) {
        self.peers = listed.unwrap_or_default().into_iter().collect();
    }

    /// Compares with what the same GoBGP lists later, read when [`Note::changes`] was `then`.
    ///
    /// A peer missing from the list was taken over by an operator. One that we do not know was
    /// written by a request that we had given up. A list missing as a whole was dropped when GoBGP
    /// loaded other policies.
    pub(super) fn audit(&mut self, listed: Option<Vec<IpAddr>>, then: u64) -> Corrections {
        let mut corrections = Corrections::default();
        if self.changes != then {
            return corrections;
        }
        let Some(listed) = listed else {
            corrections.write = self.peers.iter().copied().collect();
            return corrections;
        };
        self.peers.retain(|peer| listed.contains(peer));
        let unknown = |peer: &IpAddr| !self.peers.contains(peer) && !self.writing.contains(peer);
        corrections.erase = listed.into_iter().filter(unknown).collect();
        corrections
    }

    /// All of them.
    pub(super) fn peers(&self) -> impl Iterator<Item = IpAddr> {
        self.peers.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{Corrections, Note};
    use std::net::{IpAddr, Ipv4Addr};

    const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const TWO: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn note() -> Note {
        let mut note = Note::default();
        note.adopt(Some(vec![ONE]));
        note.begin(TWO);
        note.end(TWO, true);
        note
    }

    #[test]
    fn an_operator_takes_a_peer_over_by_deleting_it() {
        let mut note = note();
        let then = note.changes();
        assert_eq!(note.audit(Some(vec![ONE]), then), Corrections::default());
        assert!(note.has(ONE) && !note.has(TWO));
    }

    #[test]
    fn a_note_that_is_gone_as_a_whole_is_written_again() {
        let mut note = note();
        let then = note.changes();
        assert_eq!(note.audit(None, then).write, [ONE, TWO]);
        assert!(note.has(ONE) && note.has(TWO));
    }

    #[test]
    fn a_list_read_before_a_change_does_not_count() {
        let mut note = note();
        let then = note.changes();
        note.remove(ONE);
        assert_eq!(note.audit(Some(vec![ONE]), then), Corrections::default());
        assert!(!note.has(ONE) && note.has(TWO));
    }

    /// GoBGP hung while it was told, and found the request when it went on.
    #[test]
    fn what_was_written_too_late_is_taken_off() {
        let mut note = Note::default();
        note.begin(ONE);
        let then = note.changes();
        let under_way = note.audit(Some(vec![ONE]), then);
        assert_eq!(
            under_way,
            Corrections::default(),
            "it may still be answered"
        );
        note.end(ONE, false);
        let then = note.changes();
        assert_eq!(note.audit(Some(vec![ONE]), then).erase, [ONE]);
        assert!(!note.has(ONE));
    }

    #[test]
    fn another_gobgp_begins_with_nothing() {
        let mut note = note();
        note.adopt(None);
        assert_eq!(note.peers().count(), 0);
    }
}

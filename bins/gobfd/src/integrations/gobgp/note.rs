//! Which peers we disabled, remembered in GoBGP.
//!
//! GoBGP keeps no trace of who disabled a peer or why: the communication text leaves in the Cease
//! notification and is gone (ADR 0020). So the peers are listed in a set of neighbours named
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
    /// Counts our changes, so that a list read meanwhile is known to be out of date.
    changes: u64,
}

impl Note {
    /// Whether we disabled the peer.
    pub(super) fn has(&self, peer: IpAddr) -> bool {
        self.peers.contains(&peer)
    }

    /// We disable the peer.
    pub(super) fn add(&mut self, peer: IpAddr) {
        self.changes += 1;
        self.peers.insert(peer);
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

    /// Compares with what the same GoBGP lists later, read when [`Note::changes`] was `then`. A
    /// peer missing from the list was taken over by an operator. A list missing as a whole was
    /// dropped when GoBGP loaded other policies: returns the peers it must be told of again.
    pub(super) fn audit(&mut self, listed: Option<Vec<IpAddr>>, then: u64) -> Vec<IpAddr> {
        if self.changes != then {
            return Vec::new();
        }
        match listed {
            Some(listed) => {
                self.peers.retain(|peer| listed.contains(peer));
                Vec::new()
            }
            None => self.peers.iter().copied().collect(),
        }
    }

    /// All of them.
    pub(super) fn peers(&self) -> impl Iterator<Item = IpAddr> {
        self.peers.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Note;
    use std::net::IpAddr;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const TWO: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn note() -> Note {
        let mut note = Note::default();
        note.adopt(Some(vec![ONE]));
        note.add(TWO);
        note
    }

    #[test]
    fn an_operator_takes_a_peer_over_by_deleting_it() {
        let mut note = note();
        let then = note.changes();
        assert!(note.audit(Some(vec![ONE]), then).is_empty());
        assert!(note.has(ONE) && !note.has(TWO));
        // What somebody else adds is not ours.
        assert!(note.audit(Some(vec![ONE, TWO]), then).is_empty());
        assert!(!note.has(TWO));
    }

    #[test]
    fn a_note_that_is_gone_as_a_whole_is_written_again() {
        let mut note = note();
        let then = note.changes();
        assert_eq!(note.audit(None, then), [ONE, TWO]);
        assert!(note.has(ONE) && note.has(TWO));
    }

    #[test]
    fn a_list_read_before_a_change_does_not_count() {
        let mut note = note();
        let then = note.changes();
        note.remove(ONE);
        assert!(note.audit(Some(vec![ONE]), then).is_empty());
        assert!(!note.has(ONE) && note.has(TWO));
    }

    #[test]
    fn another_gobgp_begins_with_nothing() {
        let mut note = note();
        note.adopt(None);
        assert_eq!(note.peers().count(), 0);
    }
}

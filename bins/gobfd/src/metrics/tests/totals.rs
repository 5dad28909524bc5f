use bfd_proto::{Discard, SessionKind, SessionView, Verdict};

use super::view;
use crate::metrics::Totals;

fn count(totals: &Totals, reason: Discard) -> u64 {
    totals
        .discards()
        .find(|(label, _)| *label == reason.label())
        .map_or(0, |(_, count)| count)
}

fn with_ttl_discards(discriminator: u32, discards: u32) -> SessionView {
    let mut view = view(SessionKind::SingleHop, discriminator);
    view.counters.discards[Discard::Ttl.index()] = discards;
    view
}

#[test]
fn totals_never_go_back_when_sessions_go() {
    let mut totals = Totals::default();
    totals.absorb(&with_ttl_discards(1, 5));
    totals.absorb(&with_ttl_discards(1, 5));
    totals.absorb(&with_ttl_discards(2, 1));
    assert_eq!(count(&totals, Discard::Ttl), 6);
    totals.retire(&with_ttl_discards(1, 7));
    assert_eq!(count(&totals, Discard::Ttl), 8);
    // The discriminator comes back with another session.
    totals.absorb(&with_ttl_discards(1, 2));
    assert_eq!(count(&totals, Discard::Ttl), 10);
}

#[test]
fn a_reused_discriminator_starts_anew_even_if_nobody_said_so() {
    let mut totals = Totals::default();
    totals.absorb(&with_ttl_discards(1, 5));
    totals.absorb(&with_ttl_discards(1, 2));
    assert_eq!(count(&totals, Discard::Ttl), 7);
}

#[test]
fn unclaimed_packets_are_added() {
    let mut totals = Totals::default();
    let mut unclaimed = [0; Discard::COUNT];
    unclaimed[Discard::UnknownPeer.index()] = 9;
    totals.set_unclaimed(unclaimed);
    totals.set_unclaimed(unclaimed);
    assert_eq!(count(&totals, Discard::UnknownPeer), 9);
}

#[test]
fn verdicts_are_counted_by_label() {
    let mut totals = Totals::default();
    totals.count_down(&Verdict::PeerSilent);
    totals.count_down(&Verdict::PeerSilent);
    totals.count_down(&Verdict::TxFailed(101));
    let counted: Vec<_> = totals.verdicts().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counted, [("tx-failed", 1), ("peer-silent", 2)]);
}

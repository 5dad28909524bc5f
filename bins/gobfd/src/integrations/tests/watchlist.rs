use bfd_engine::SessionId;
use bfd_proto::{Discriminator, SessionView, Verdict};

use super::{bad, down, up, view};
use crate::integrations::opinion::Opinion;
use crate::integrations::watchlist::Watchlist;

fn id(number: u32) -> SessionId {
    SessionId {
        worker: 0,
        slot: number,
        generation: 0,
        discriminator: Discriminator::new(number).expect("not zero"),
    }
}

fn see(list: &mut Watchlist<&'static str>, number: u32, view: &SessionView) -> Opinion {
    list.see(id(number), view, || vec!["peer"]);
    list.opinion(&"peer")
}

#[test]
fn one_session_that_is_up_is_enough() {
    let mut list = Watchlist::new([]);
    let failed = down(up(view()), Verdict::PeerSilent);
    assert_eq!(see(&mut list, 1, &view()), Opinion::Unknown);
    assert_eq!(see(&mut list, 2, &up(view())), Opinion::Good);
    assert_eq!(see(&mut list, 1, &failed), Opinion::Good);
    assert_eq!(see(&mut list, 2, &failed), bad("peer-silent"));
    assert_eq!(see(&mut list, 1, &up(failed)), Opinion::Good);
}

#[test]
fn one_that_failed_counts_more_than_those_that_do_not_know() {
    let mut list = Watchlist::new([]);
    let failed = down(up(view()), Verdict::PeerSilent);
    assert_eq!(see(&mut list, 1, &failed), bad("peer-silent"));
    assert_eq!(see(&mut list, 2, &view()), bad("peer-silent"));
    let waived = down(up(failed), Verdict::Admin);
    assert_eq!(see(&mut list, 1, &waived), Opinion::Unknown);
    let waived = down(up(view()), Verdict::Admin);
    assert_eq!(see(&mut list, 2, &waived), Opinion::Waived);
}

#[test]
fn a_target_without_sessions_is_as_if_bfd_had_no_say() {
    let mut list = Watchlist::new(["fixed"]);
    let nobody = "nobody has spoken yet";
    assert_eq!(list.opinion(&"fixed"), Opinion::Unknown, "{nobody}");
    assert_eq!(list.opinion(&"found"), Opinion::Waived);
    see(&mut list, 1, &down(up(view()), Verdict::PeerSilent));
    assert_eq!(list.remove(id(1)), ["peer"]);
    assert_eq!(list.opinion(&"peer"), Opinion::Waived);
    assert!(list.remove(id(1)).is_empty());
    assert!(list.retire(&"peer") && !list.retire(&"fixed"));
    assert_eq!(see(&mut list, 2, &view()), Opinion::Unknown);
    assert!(!list.retire(&"peer"));
}

#[test]
fn failed_sessions_are_found() {
    let mut list = Watchlist::new([]);
    see(&mut list, 1, &up(view()));
    see(&mut list, 2, &down(up(view()), Verdict::PeerSilent));
    assert_eq!(list.failed(), [id(2)]);
}

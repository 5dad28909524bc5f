use bfd_proto::{State, Verdict};
use proptest::prelude::*;

use super::{bad, down, up, view};
use crate::integrations::opinion::{Opinion, Witness};

// covers: 5882-3.3-01
#[test]
fn a_new_session_says_nothing_until_it_is_up() {
    let mut witness = Witness::new(&view());
    assert_eq!(witness.opinion(), Opinion::Unknown);
    let mut init = view();
    init.state = State::Init;
    witness.see(&init);
    // And back: the handshake failed, but there was never a path to lose.
    witness.see(&view());
    assert_eq!(witness.opinion(), Opinion::Unknown);
    witness.see(&up(view()));
    assert_eq!(witness.opinion(), Opinion::Good);
}

#[test]
fn a_failure_lasts_until_the_session_is_up_again() {
    let mut witness = Witness::new(&up(view()));
    let failed = down(up(view()), Verdict::PeerSilent);
    witness.see(&failed);
    assert_eq!(witness.opinion(), bad("peer-silent"));
    let mut init = failed;
    init.state = State::Init;
    witness.see(&init);
    assert_eq!(witness.opinion(), bad("peer-silent"));
    witness.see(&up(failed));
    assert_eq!(witness.opinion(), Opinion::Good);
}

// covers: 5882-3.2-01, 5882-4.2-01
#[test]
fn an_operators_act_is_no_failure() {
    for verdict in [Verdict::Admin, Verdict::PeerAdminDown] {
        let mut witness = Witness::new(&up(view()));
        let mut held = down(up(view()), verdict);
        witness.see(&held);
        assert_eq!(witness.opinion(), Opinion::Waived, "{verdict:?}");
        // Let go: it has no say until it is Up.
        (held.state, held.remote.state) = (State::Down, State::Down);
        witness.see(&held);
        assert_eq!(witness.opinion(), Opinion::Waived, "{verdict:?}");
    }
}

// covers: 5882-4.1-01
#[test]
fn admin_down_ends_a_failure() {
    let failed = down(up(view()), Verdict::PeerSilent);
    let mut witness = Witness::new(&failed);
    let known = "known from the session itself";
    assert_eq!(witness.opinion(), bad("peer-silent"), "{known}");
    let mut theirs = failed;
    theirs.remote.state = State::AdminDown;
    witness.see(&theirs);
    assert_eq!(witness.opinion(), Opinion::Waived);
    // The peer falls silent then: still nobody who says that the path failed.
    witness.see(&failed);
    assert_eq!(witness.opinion(), Opinion::Waived);
}

/// What the session does step by step, and whether somebody looks after the step.
fn life() -> impl Strategy<Value = Vec<(u8, bool)>> {
    proptest::collection::vec((0..3_u8, any::<bool>()), 1..20)
}

proptest! {
    /// Whoever misses steps comes to the same opinion as who sees each.
    #[test]
    fn merged_changes_do_no_harm(steps in life()) {
        let mut shown = view();
        let (mut all, mut some) = (Witness::new(&shown), Witness::new(&shown));
        for (step, seen) in steps {
            let is_up = shown.state == State::Up;
            shown = match step {
                0 => up(shown),
                1 if is_up => down(shown, Verdict::PeerSilent),
                2 if is_up => down(shown, Verdict::PeerAdminDown),
                _ => shown,
            };
            all.see(&shown);
            if seen {
                some.see(&shown);
                prop_assert_eq!(some.opinion(), all.opinion());
            }
        }
    }
}

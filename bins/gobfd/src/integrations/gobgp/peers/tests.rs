use proptest::prelude::*;

use super::plan::{Found, Seen, Step, plan};
use crate::integrations::agenda::Wish;
use crate::integrations::gobgp::version::AdminState;
use crate::integrations::opinion::Cause;
use bfd_proto::Diagnostic;

const CAUSE: Cause = Cause {
    diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
    verdict: "peer-silent",
};

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        Just(Wish::Leave),
        Just(Wish::Use),
        Just(Wish::Avoid(CAUSE)),
        Just(Wish::Release)
    ]
}

fn seen() -> impl Strategy<Value = Seen> {
    let admin = prop_oneof![
        Just(None),
        Just(Some(AdminState::Up)),
        Just(Some(AdminState::Down)),
        Just(Some(AdminState::PrefixLimit))
    ];
    (admin, any::<bool>()).prop_map(|(admin, ours)| Seen { admin, ours })
}

/// What GoBGP and the note are after a step.
fn after(seen: Seen, step: Step) -> Seen {
    match step {
        Step::Disable(_) => Seen {
            admin: Some(AdminState::Down),
            ours: true,
        },
        Step::Enable => Seen {
            admin: Some(AdminState::Up),
            ..seen
        },
        Step::Forget => Seen {
            ours: false,
            ..seen
        },
        Step::Rest(_) => seen,
    }
}

/// All steps until there is none, and what was found then.
fn run(wish: Wish, mut seen: Seen) -> (Vec<Step>, Seen, Found) {
    let mut steps = Vec::new();
    loop {
        let step = plan(wish, seen);
        if let Step::Rest(found) = step {
            return (steps, seen, found);
        }
        assert!(steps.len() < 4, "{wish:?} {steps:?}");
        seen = after(seen, step);
        steps.push(step);
    }
}

proptest! {
    /// A crash after any step leaves something from which the rest follows.
    #[test]
    fn it_comes_to_an_end_from_everywhere(wish in wish(), other in super::tests::wish(), seen in seen()) {
        let (steps, ..) = run(wish, seen);
        let mut at = seen;
        for step in steps {
            at = after(at, step);
            run(other, at);
        }
    }

    // An operator's disable is never undone.
    #[test]
    fn only_what_we_disabled_is_enabled(wish in wish(), seen in seen()) {
        let (steps, ..) = run(wish, seen);
        if steps.contains(&Step::Enable) {
            prop_assert!(seen.ours && seen.admin == Some(AdminState::Down));
        }
    }

    // covers: 5882-4.2.1-01
    #[test]
    fn a_failed_path_leaves_no_peer_enabled(seen in seen()) {
        let (_, at, _) = run(Wish::Avoid(CAUSE), seen);
        prop_assert_ne!(at.admin, Some(AdminState::Up));
        if seen.admin == Some(AdminState::Up) {
            prop_assert!(at.ours, "or nobody would enable it again");
        }
    }

    // covers: 5882-4.1-01
    #[test]
    fn whatever_is_ours_is_given_back(wish in prop_oneof![Just(Wish::Use), Just(Wish::Release)], seen in seen()) {
        let (_, at, found) = run(wish, seen);
        prop_assert!(!at.ours);
        if seen.ours && seen.admin == Some(AdminState::Down) {
            prop_assert_eq!(found, Found::Enabled);
        }
    }

    // covers: 5882-3.3-01
    #[test]
    fn nothing_known_changes_nothing(seen in seen()) {
        let (_, at, _) = run(Wish::Leave, seen);
        prop_assert_eq!(at.admin, seen.admin);
    }
}

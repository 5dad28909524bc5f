use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::prelude::*;

use super::Plan;
use crate::intent::Wanted;
use crate::key::SessionKey;
use crate::testing::{key, keys, spec};

type Sessions = BTreeMap<SessionKey, Wanted>;

/// Few keys and few values, so that collisions and equal values are common.
fn sessions() -> impl Strategy<Value = Sessions> {
    let values = (1u32..4, 0u8..3, any::<bool>());
    let wanted = values.prop_map(|(tx, secret, admin_down)| Wanted {
        spec: spec(tx * 100),
        keys: keys(secret),
        admin_down,
    });
    btree_map((1u8..12).prop_map(key), wanted, 0..10)
}

fn apply(plan: &Plan, sessions: &mut Sessions) {
    for key in &plan.remove {
        sessions
            .remove(key)
            .expect("only running sessions are removed");
    }
    for (key, wanted) in &plan.add {
        assert!(
            sessions.insert(*key, wanted.clone()).is_none(),
            "added twice"
        );
    }
    for (key, change) in &plan.change {
        let session = sessions
            .get_mut(key)
            .expect("only running sessions are changed");
        session.spec = change.spec.unwrap_or(session.spec);
        if let Some(keys) = change.keys.clone() {
            session.keys = keys.keys();
        }
        session.admin_down = change.admin_down.unwrap_or(session.admin_down);
    }
}

proptest! {
    #[test]
    fn applying_reaches_the_wanted_and_then_nothing_is_left(
        mut running in sessions(),
        wanted in sessions(),
    ) {
        apply(&Plan::between(&running, &wanted), &mut running);
        prop_assert_eq!(&running, &wanted);
        prop_assert!(Plan::between(&running, &wanted).is_empty());
    }

    #[test]
    fn equal_sessions_are_left_alone(running in sessions(), wanted in sessions()) {
        let plan = Plan::between(&running, &wanted);
        let added = plan.add.iter().map(|(key, _)| key);
        let changed = plan.change.iter().map(|(key, _)| key);
        for key in added.chain(&plan.remove).chain(changed) {
            prop_assert_ne!(running.get(key), wanted.get(key));
        }
        for (_, change) in &plan.change {
            let any = change.spec.is_some() || change.keys.is_some();
            prop_assert!(any || change.admin_down.is_some());
        }
    }
}

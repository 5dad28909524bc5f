use bfd_proto::{DetectMult, Interval, Micros};

use super::{Intent, Intents, Owner, TimerChange, TimerOverride, Wanted, Wish};
use crate::testing::{key, keys, wanted};

fn intent(peer: u8, tx_ms: u32) -> Intent {
    Intent {
        key: key(peer),
        wanted: wanted(tx_ms),
    }
}

// covers: 5882-4.4-01
#[test]
fn second_owner_is_refused_by_name() {
    let mut intents = Intents::default();
    intents.claim(Owner::Config, intent(1, 300)).expect("free");
    let conflict = intents.claim(Owner::Api, intent(1, 50)).expect_err("taken");
    assert_eq!(conflict.owner, Owner::Config);
    let text = conflict.to_string();
    assert_eq!(
        text,
        "session 192.0.2.1 already belongs to the configuration"
    );
    assert_eq!(intents.get(&key(1)).expect("kept").base, wanted(300));
}

#[test]
fn replacing_touches_only_the_owner() {
    let mut intents = Intents::default();
    intents.claim(Owner::Api, intent(1, 50)).expect("free");
    assert!(
        intents
            .replace(Owner::Config, vec![intent(2, 300), intent(3, 300)])
            .is_empty()
    );
    assert!(
        intents
            .replace(Owner::Config, vec![intent(3, 300), intent(4, 300)])
            .is_empty()
    );
    let keys: Vec<_> = intents.wanted().into_keys().collect();
    assert_eq!(keys, [key(1), key(3), key(4)]);
}

#[test]
fn replacing_reports_foreign_and_double_keys() {
    let mut intents = Intents::default();
    intents.claim(Owner::Api, intent(1, 50)).expect("free");
    let twice = vec![intent(1, 300), intent(2, 300), intent(2, 400)];
    let conflicts = intents.replace(Owner::Config, twice);
    let owners: Vec<_> = conflicts.iter().map(|c| (c.key, c.owner)).collect();
    assert_eq!(owners, [(key(1), Owner::Api), (key(2), Owner::Config)]);
    assert_eq!(intents.get(&key(1)).expect("kept").owner, Owner::Api);
    assert_eq!(intents.get(&key(2)).expect("first wins").base, wanted(300));
}

#[test]
fn override_lives_until_a_reload_changes_its_session() {
    let mut intents = Intents::default();
    intents.replace(Owner::Config, vec![intent(1, 300), intent(2, 300)]);
    for peer in [1, 2] {
        let wish = intents
            .set_admin(Owner::Api, &key(peer), true)
            .expect("exists");
        assert_eq!(wish.admin_override, Some(true));
    }
    intents.replace(Owner::Config, vec![intent(1, 300), intent(2, 500)]);
    let wanted_now = intents.wanted();
    assert!(wanted_now[&key(1)].admin_down);
    assert_eq!(wanted_now[&key(2)], wanted(500));
}

#[test]
fn override_outlives_a_change_of_keys() {
    let mut intents = Intents::default();
    intents.replace(Owner::Config, vec![intent(1, 300)]);
    intents.set_admin(Owner::Api, &key(1), true);
    let mut rekeyed = intent(1, 300);
    rekeyed.wanted.keys = keys(7);
    intents.replace(Owner::Config, vec![rekeyed]);
    let wanted = &intents.wanted()[&key(1)];
    assert_eq!((&wanted.keys, wanted.admin_down), (&keys(7), true));
}

#[test]
fn override_back_to_the_owners_wish_is_none() {
    let mut intents = Intents::default();
    intents.replace(Owner::Config, vec![intent(1, 300)]);
    intents.set_admin(Owner::Api, &key(1), true);
    let wish = intents
        .set_admin(Owner::Api, &key(1), false)
        .expect("exists");
    assert_eq!(wish.admin_override, None);
}

#[test]
fn owner_changes_its_own_wish() {
    let mut intents = Intents::default();
    intents.claim(Owner::Api, intent(1, 50)).expect("free");
    let wish = intents
        .set_admin(Owner::Api, &key(1), true)
        .expect("exists");
    assert_eq!(
        wish.base,
        Wanted {
            admin_down: true,
            ..wanted(50)
        }
    );
    assert_eq!(wish.admin_override, None);
    assert!(intents.set_admin(Owner::Api, &key(9), true).is_none());
}

fn lay(tx_ms: Option<u32>, mult: Option<u8>) -> TimerOverride {
    let interval = |ms: u32| Interval::new(Micros(ms * 1000));
    TimerOverride {
        desired_min_tx: tx_ms.and_then(interval),
        required_min_rx: None,
        detect_mult: mult.and_then(DetectMult::new),
    }
}

fn set(intents: &mut Intents, peer: u8, reset: bool, lay: TimerOverride) -> Wish {
    let wish = intents.set_timers(&key(peer), TimerChange { reset, lay });
    wish.expect("exists")
}

#[test]
fn timers_lie_over_whatever_the_owner_says_and_stay_through_reloads() {
    let mut intents = Intents::default();
    intents.replace(Owner::Config, vec![intent(1, 300)]);
    let wish = set(&mut intents, 1, false, lay(Some(50), None));
    assert_eq!(wish.base, wanted(300));
    assert_eq!(
        wish.effective().spec.desired_min_tx,
        wanted(50).spec.desired_min_tx
    );
    assert!(wish.is_overridden());

    // Another value joins the first one; a reload changes what lies below.
    set(&mut intents, 1, false, lay(None, Some(9)));
    intents.replace(Owner::Config, vec![intent(1, 500)]);
    let wish = intents.get(&key(1)).expect("exists");
    assert_eq!(
        (&wish.base, wish.timers),
        (&wanted(500), lay(Some(50), Some(9)))
    );

    // Back to what the reload said, but for what is given beside.
    let wish = set(&mut intents, 1, true, lay(None, Some(4)));
    assert_eq!(wish.timers, lay(None, Some(4)));
    let wish = set(&mut intents, 1, true, TimerOverride::default());
    assert_eq!(wish.effective(), wanted(500));
    assert!(!wish.is_overridden());
}

#[test]
fn timers_equal_to_the_owners_lie_over_them_too() {
    let mut intents = Intents::default();
    intents.replace(Owner::Config, vec![intent(1, 300)]);
    assert!(set(&mut intents, 1, false, lay(Some(300), None)).is_overridden());
    intents.replace(Owner::Config, vec![intent(1, 500)]);
    assert_eq!(
        intents.wanted()[&key(1)].spec.desired_min_tx,
        wanted(300).spec.desired_min_tx
    );
}

#[test]
fn every_owners_session_can_be_overridden_and_takes_it_along() {
    for owner in [Owner::Config, Owner::Api, Owner::Kubernetes] {
        let mut intents = Intents::default();
        intents.claim(owner, intent(1, 300)).expect("free");
        assert!(set(&mut intents, 1, false, lay(Some(50), None)).is_overridden());
        assert!(
            intents
                .set_timers(&key(2), TimerChange::default())
                .is_none()
        );
        // Gone and back: another session.
        intents.release(&key(1));
        intents.claim(owner, intent(1, 300)).expect("free");
        assert!(!intents.get(&key(1)).expect("exists").is_overridden());
        set(&mut intents, 1, false, lay(Some(50), None));
        intents.replace(owner, vec![]);
        intents.replace(owner, vec![intent(1, 300)]);
        assert!(!intents.get(&key(1)).expect("exists").is_overridden());
    }
}

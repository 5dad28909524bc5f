use super::{Intent, Intents, Owner, Wanted};
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
    let owners: Vec<_> = conflicts.iter().map(|c| (c.key.clone(), c.owner)).collect();
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

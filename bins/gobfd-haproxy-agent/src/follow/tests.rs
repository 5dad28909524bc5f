use bfd_api::v1::{BfdSession, SessionDown, SessionState};
use bfd_api::{Change, Update};

use super::event;
use crate::board::{Condition, Event};

fn told(state: SessionState, change: impl FnOnce(&mut BfdSession)) -> Condition {
    let mut session = BfdSession {
        peer_address: "192.0.2.1".to_owned(),
        local_discriminator: 7,
        local_state: state.into(),
        remote_state: SessionState::Down.into(),
        ..Default::default()
    };
    change(&mut session);
    match event(Update::Change(Box::new(Change::Added(session)))) {
        Some(Event::Session { id: 7, session }) => session.condition,
        other => panic!("{other:?}"),
    }
}

fn was_up(session: &mut BfdSession) {
    session.last_down = Some(SessionDown::default()).into();
}

#[test]
fn states_are_told_as_what_they_say_of_the_path() {
    assert_eq!(told(SessionState::Up, |_| {}), Condition::Up);
    assert_eq!(told(SessionState::Up, was_up), Condition::Up);
    assert_eq!(told(SessionState::Down, was_up), Condition::Down);
    assert_eq!(told(SessionState::Init, was_up), Condition::Down);
    assert_eq!(told(SessionState::Down, |_| {}), Condition::Undecided);
    assert_eq!(told(SessionState::Init, |_| {}), Condition::Undecided);
    assert_eq!(told(SessionState::Unspecified, |_| {}), Condition::Down);
}

#[test]
fn operators_are_told_from_failures_and_from_ends() {
    let ours = |session: &mut BfdSession| session.admin_down = true;
    let theirs = |session: &mut BfdSession| {
        was_up(session);
        session.remote_state = SessionState::AdminDown.into();
    };
    assert_eq!(told(SessionState::AdminDown, ours), Condition::AdminDown);
    assert_eq!(told(SessionState::AdminDown, |_| {}), Condition::Ending);
    assert_eq!(told(SessionState::Down, theirs), Condition::AdminDown);
}

#[test]
fn addresses_are_compared_as_addresses() {
    for (text, canonical) in [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:0201", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
    ] {
        let session = BfdSession {
            peer_address: text.to_owned(),
            local_address: text.to_owned(),
            interface_name: "eth0".to_owned(),
            ..Default::default()
        };
        let removed = Change::Removed(session.clone());
        let Some(Event::Removed { peer, .. }) = event(Update::Change(Box::new(removed))) else {
            panic!("{text} is an address");
        };
        assert_eq!(peer.to_string(), canonical);
        let added = Change::Added(session);
        let Some(Event::Session { session, .. }) = event(Update::Change(Box::new(added))) else {
            panic!("{text} is an address");
        };
        assert_eq!(session.peer, peer);
        assert_eq!(session.local, Some(peer));
        assert_eq!(session.interface.as_deref(), Some("eth0"));
    }
    let nameless = Change::Added(BfdSession::default());
    assert_eq!(event(Update::Change(Box::new(nameless))), None);
}

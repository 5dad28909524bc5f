use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bfd_proto::{AuthError, AuthType, Key, Secret};

use super::{InUse, KeyChain, KeyChainError, Lifetime, TimedKey};

const KIND: AuthType = AuthType::MeticulousKeyedSha1;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn life(from: u64, until: u64) -> Lifetime {
    let some = |seconds| (seconds != 0).then(|| at(seconds));
    Lifetime {
        from: some(from),
        until: some(until),
    }
}

fn key(id: u8) -> Arc<Key> {
    let secret = Secret::new(&[id + 1]).expect("one octet");
    Arc::new(Key { id, secret })
}

/// From when until when, in seconds.
type Span = (u64, u64);

/// Keys by id, when they are sent and when accepted; 0 is no limit.
fn chain(keys: &[(u8, Span, Span)]) -> KeyChain {
    let keys = keys.iter().map(|(id, send, accept)| TimedKey {
        key: key(*id),
        send: life(send.0, send.1),
        accept: life(accept.0, accept.1),
    });
    KeyChain::new("chain", KIND, keys.collect()).expect("legal")
}

/// The key sent, those accepted, and whether the first stands in.
fn shown(chain: &KeyChain, seconds: u64) -> (u8, Vec<u8>, bool) {
    let InUse {
        authentication,
        stand_in,
        ..
    } = chain.at(at(seconds));
    let accepted = authentication.accepted_key_ids().collect();
    (authentication.send_key_id(), accepted, stand_in)
}

// covers: 5880-6.7-03, SP-22
#[test]
fn keys_hand_over_with_an_overlap() {
    let chain = chain(&[(1, (0, 100), (0, 120)), (2, (100, 0), (80, 0))]);
    assert_eq!(shown(&chain, 79), (1, vec![1], false));
    assert_eq!(shown(&chain, 80), (1, vec![1, 2], false));
    assert_eq!(shown(&chain, 99), (1, vec![1, 2], false));
    assert_eq!(shown(&chain, 100), (2, vec![1, 2], false));
    assert_eq!(shown(&chain, 120), (2, vec![2], false));
    let moments = [1, 80, 100, 120].map(|now| chain.at(at(now)).until);
    assert_eq!(moments, [Some(at(80)), Some(at(100)), Some(at(120)), None]);
}

#[test]
fn of_keys_valid_at_once_the_newest_is_sent() {
    let ordered = chain(&[
        (5, (50, 0), (0, 0)),
        (9, (10, 0), (0, 0)),
        (2, (0, 0), (0, 0)),
    ]);
    assert_eq!(shown(&ordered, 5).0, 2);
    assert_eq!(shown(&ordered, 10).0, 9);
    assert_eq!(shown(&ordered, 50).0, 5);
    let equal = chain(&[(7, (0, 0), (0, 0)), (3, (0, 0), (0, 0))]);
    assert_eq!(shown(&equal, 5).0, 3, "the last of the list");
}

/// Better an old key than none.
#[test]
fn the_last_key_goes_on_when_all_have_run_out() {
    let ran_out = chain(&[(1, (0, 100), (0, 100)), (2, (50, 200), (50, 200))]);
    assert_eq!(shown(&ran_out, 199), (2, vec![2], false));
    assert_eq!(shown(&ran_out, 200), (2, vec![2], true));
    assert_eq!(shown(&ran_out, 1_000_000), (2, vec![2], true));
    let to_come = chain(&[(1, (300, 0), (300, 0)), (2, (200, 0), (200, 0))]);
    assert_eq!(shown(&to_come, 1), (2, vec![2], true));
    let gap = chain(&[(1, (0, 100), (0, 100)), (2, (200, 0), (200, 0))]);
    assert_eq!(shown(&gap, 150), (1, vec![1], true));
    assert_eq!(shown(&gap, 200), (2, vec![2], false));
}

#[test]
fn a_chain_is_legal_whatever_the_time() {
    assert_eq!(KeyChain::new("c", KIND, vec![]), Err(KeyChainError::Empty));
    let long = Secret::new(&[1; 20]).expect("twenty");
    let made = KeyChain::single(
        AuthType::KeyedMd5,
        Key {
            id: 3,
            secret: long,
        },
    );
    let wanted = AuthError::SecretTooLong { id: 3, max: 16 };
    assert_eq!(made, Err(KeyChainError::Keys(wanted)));
    let timed = |id| TimedKey {
        key: key(id),
        send: life(0, 0),
        accept: life(0, 0),
    };
    let twice = KeyChain::new("c", KIND, vec![timed(1), timed(2), timed(1)]);
    let wanted = AuthError::DuplicateId(1);
    assert_eq!(twice, Err(KeyChainError::Keys(wanted)));
}

#[test]
fn chains_differ_by_their_secrets() {
    let single = |secret: &[u8]| {
        let secret = Secret::new(secret).expect("short");
        KeyChain::single(KIND, Key { id: 1, secret }).expect("legal")
    };
    assert_eq!(single(b"one"), single(b"one"));
    assert_ne!(single(b"one"), single(b"two"));
    assert!(!format!("{:?}", single(b"hunter2")).contains("hunter"));
}

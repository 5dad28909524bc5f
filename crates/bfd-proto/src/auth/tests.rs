//! Keys and windows alone; packets are in `tests/protocol/authentication.rs`.

use std::sync::Arc;

use bfd_packet::{AuthType, DetectMult};
use bfd_spec::sequence_windows;

use super::{AuthError, Authentication, Key, Secret, window};

fn key(id: u8, secret: &[u8]) -> Arc<Key> {
    let secret = Secret::new(secret).unwrap();
    Arc::new(Key { id, secret })
}

// covers: 5880-6.7.3-07, 5880-6.7.3-08, 5880-6.7.4-06, D-07, SP-20
#[test]
fn windows_are_those_of_the_vectors() {
    for vector in sequence_windows().unwrap() {
        let mult = DetectMult::new(vector.detect_mult).unwrap();
        for (kinds, wanted) in [
            ([AuthType::KeyedMd5, AuthType::KeyedSha1], &vector.keyed),
            (
                [AuthType::MeticulousKeyedMd5, AuthType::MeticulousKeyedSha1],
                &vector.meticulous,
            ),
        ] {
            for kind in kinds {
                let admitted = window::admits(kind, vector.last, vector.sequence, mult);
                assert_eq!(admitted, *wanted == "accept", "{kind:?} {vector:?}");
            }
        }
    }
}

// covers: 5880-4.2-02
#[test]
fn a_secret_fits_its_type() {
    assert!(Secret::new(b"").is_none());
    assert!(Secret::new(&[0; 21]).is_none());
    for (kind, max) in [
        (AuthType::SimplePassword, 16),
        (AuthType::KeyedMd5, 16),
        (AuthType::MeticulousKeyedMd5, 16),
        (AuthType::KeyedSha1, 20),
        (AuthType::MeticulousKeyedSha1, 20),
    ] {
        for len in 1..=20 {
            let key = key(7, &vec![0xa5; len]);
            let made = Authentication::new(kind, Arc::clone(&key), [key]);
            let wanted = (len > max).then_some(AuthError::SecretTooLong { id: 7, max });
            assert_eq!(made.err(), wanted, "{kind:?} {len}");
        }
    }
}

#[test]
fn each_id_names_one_key() {
    let keys = [key(1, b"one"), key(2, b"two"), key(1, b"other")];
    let made = Authentication::new(AuthType::KeyedSha1, key(1, b"one"), keys);
    assert_eq!(made, Err(AuthError::DuplicateId(1)));
}

#[test]
fn a_secret_is_not_shown_and_a_trailing_zero_counts() {
    let shown = format!("{:?}", key(9, b"hunter2"));
    assert!(shown.contains("id: 9") && shown.contains('…'), "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("104"),
        "{shown}"
    );
    assert_eq!(Secret::new(b"a"), Secret::new(b"a"));
    assert_ne!(Secret::new(b"a"), Secret::new(b"a\0"));
    assert_ne!(Secret::new(b"a"), Secret::new(b"b"));
}

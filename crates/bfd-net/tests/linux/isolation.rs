//! One holder per network namespace.

use bfd_net::{LockError, NamespaceLock};

use crate::support::{Namespace, eventually};

const NAME: &str = "bfd-net-test";

#[test]
fn a_second_holder_is_refused_and_learns_who_is_first() {
    Namespace::new().run(|| {
        let first = NamespaceLock::acquire(NAME).expect("a fresh namespace");
        let error = NamespaceLock::acquire(NAME).expect_err("it is held");
        let LockError::Busy { pid, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*pid, Some(std::process::id()));
        let text = error.to_string();
        assert!(
            text.contains("already runs in this network namespace"),
            "{text}"
        );
        drop(first);
        eventually(|| NamespaceLock::acquire(NAME));
    });
}

/// Nobody accepts the connections that ask for the holder, so the answer runs dry in the end.
#[test]
fn asking_often_neither_blocks_nor_grants() {
    Namespace::new().run(|| {
        let _first = NamespaceLock::acquire(NAME).expect("a fresh namespace");
        for _ in 0..5000 {
            let error = NamespaceLock::acquire(NAME).expect_err("it is held");
            assert!(matches!(error, LockError::Busy { .. }));
        }
    });
}

#[test]
fn another_namespace_is_free() {
    let (one, two) = (Namespace::new(), Namespace::new());
    let first = one.run(|| NamespaceLock::acquire(NAME).expect("a fresh namespace"));
    let second = two.run(|| NamespaceLock::acquire(NAME).expect("a fresh namespace"));
    drop((first, second));
}

#[test]
fn a_name_too_long_is_an_error_of_the_system() {
    let error = NamespaceLock::acquire(&"x".repeat(200)).expect_err("too long");
    assert!(matches!(error, LockError::System { .. }));
}

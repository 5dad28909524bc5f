//! The structures that are read while they are written, under every interleaving `loom` knows.
//!
//! Their sources are included as they are and compiled against `loom`'s atomics.

/// What `record.rs` and `overflow.rs` import.
mod atomic {
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
}
#[path = "../src/ring/overflow.rs"]
mod overflow;
#[path = "../src/table/record.rs"]
mod record;

use loom::sync::Arc;
use loom::thread;

use overflow::Overflow;
use record::Record;

#[test]
fn a_reader_never_sees_half_a_write() {
    loom::model(|| {
        let record = Arc::new(Record::<2>::default());
        let writer = {
            let record = Arc::clone(&record);
            thread::spawn(move || {
                record.write(&[1, 1]);
                record.write(&[2, 2]);
            })
        };
        if let Some([first, second]) = record.try_read() {
            assert_eq!(first, second);
        }
        writer.join().unwrap();
        assert_eq!(record.try_read(), Some([2, 2]));
    });
}

#[test]
fn a_partial_write_keeps_the_other_words() {
    loom::model(|| {
        let record = Arc::new(Record::<2>::default());
        record.write(&[1, 7]);
        let writer = {
            let record = Arc::clone(&record);
            thread::spawn(move || record.write(&[2]))
        };
        if let Some([_, second]) = record.try_read() {
            assert_eq!(second, 7);
        }
        writer.join().unwrap();
    });
}

/// A worker that finds the ring full has published the record before it raises the flag; a reader
/// that takes the flag must find that record.
#[test]
fn who_takes_the_flag_sees_the_record() {
    loom::model(|| {
        let shared = Arc::new((Record::<1>::default(), Overflow::default()));
        let worker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.0.write(&[9]);
                shared.1.raise();
            })
        };
        if shared.1.take() {
            assert_eq!(shared.0.try_read(), Some([9]));
        }
        worker.join().unwrap();
    });
}

#[test]
fn an_overflow_is_seen_exactly_once() {
    loom::model(|| {
        let flag = Arc::new(Overflow::default());
        let worker = {
            let flag = Arc::clone(&flag);
            thread::spawn(move || flag.raise())
        };
        let seen = flag.take();
        worker.join().unwrap();
        assert_ne!(seen, flag.take());
        assert!(!flag.take());
    });
}

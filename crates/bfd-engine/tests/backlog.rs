//! A worker whose turns are long keeps up with what its peers send.

mod imagined;

use std::time::Duration;

use bfd_proto::Micros;

use imagined::{Imagined, assemble, session};

const SESSIONS: u32 = 2000;
/// What 2000 peers send at 50 ms, a jitter of up to a quarter taken off.
const RATE: u64 = 2000 * 1000 / 50 * 8 / 7;

#[test]
fn long_turns_do_not_leave_packets_behind() {
    let line = Imagined::new(RATE);
    let mut engine = assemble(&line);
    for number in 0..SESSIONS {
        let wish = session(number, Micros(50_000));
        engine.handle.add(wish, |_| {}).expect("added");
        engine.workers[0].turn();
        engine.desk.turn();
    }
    for _ in 0..100 {
        line.pass(Duration::from_millis(30));
        engine.workers[0].turn();
    }
    assert_eq!(line.0.borrow().waiting, 0);
    // Nor does what a second's pause left, once the pause is over.
    line.pass(Duration::from_secs(1));
    for _ in 0..100 {
        line.pass(Duration::from_millis(10));
        engine.workers[0].turn();
    }
    assert_eq!(line.0.borrow().waiting, 0);
}

#[test]
fn a_flood_that_no_session_explains_is_taken_in_small_bites() {
    let line = Imagined::new(1_000_000);
    let mut engine = assemble(&line);
    for _ in 0..100 {
        line.pass(Duration::from_millis(30));
        engine.workers[0].turn();
    }
    assert_eq!(line.0.borrow().most_taken, 1024);
}

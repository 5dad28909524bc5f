//! Failures of our own: the threads did not run, the receive buffer overflowed.
//!
//! The threads are this test's, so it decides when they run. The peer is a whole engine.

use std::net::IpAddr;
use std::thread;
use std::time::{Duration, Instant as Clock};

use crate::by_hand::{are_up, assemble, turn_until};
use crate::support::{End, Namespaces, ifindex, session};
use bfd_engine::{Assembly, LinuxIo, SessionId};
use bfd_net::{Egress, TxBatch};
use bfd_packet::HEADER_LEN;
use bfd_proto::{DetectMult, Down, SessionKind, Verdict};

const SINGLE: SessionKind = SessionKind::SingleHop;
/// Longer than the 150 ms after which either side gives up.
const PAUSE: Duration = Duration::from_millis(400);
const PATIENCE: Duration = Duration::from_secs(30);

/// What a session of ours says after `fault`, during which no thread of ours runs.
fn down_after(detect_mult: u8, fault: impl Fn(&Namespaces, SessionId) + Sync) -> Down {
    let namespaces = Namespaces::new();
    let peer = End::start(&namespaces, 1);
    peer.add(session(
        SINGLE,
        "10.0.0.2",
        "10.0.0.1",
        ifindex(&namespaces, 1),
    ));
    let mut wish = session(SINGLE, "10.0.0.1", "10.0.0.2", ifindex(&namespaces, 0));
    wish.spec.detect_mult = DetectMult::new(detect_mult).expect("not zero");
    namespaces.inside(0, || {
        let mut engine = assemble(1 << 12);
        let id = engine.handle.add(wish, |_| {}).expect("added");
        turn_until(&mut engine, are_up(&[id]));
        let settled = |engine: &Assembly<LinuxIo>, _| {
            engine.handle.read(id).is_some_and(|view| !view.poll_active)
        };
        turn_until(&mut engine, settled);
        fault(&namespaces, id);
        let fell = |engine: &Assembly<LinuxIo>, begin: Clock| {
            assert!(begin.elapsed() < PATIENCE, "the fault goes unnoticed");
            last_down(engine, id).is_some()
        };
        turn_until(&mut engine, fell);
        last_down(&engine, id).expect("just seen")
    })
}

fn last_down(engine: &Assembly<LinuxIo>, id: SessionId) -> Option<Down> {
    engine.handle.read(id)?.last_down
}

#[test]
fn a_stall_of_ours_is_called_by_its_name() {
    let down = down_after(3, |_, _| thread::sleep(PAUSE));
    let Verdict::LocalStall(late) = down.verdict else {
        panic!("{down:?}");
    };
    assert!(late >= PAUSE / 2, "{down:?}");
    assert_eq!((down.evidence.stall, down.evidence.socket_drops), (late, 0));
}

/// A large multiplier lets the peer bear our silence, so that only what we lost counts.
#[test]
fn packets_that_our_own_buffer_lost_are_our_own_failure() {
    let down = down_after(100, |namespaces, id| {
        namespaces.inside(1, || fill_buffer(id));
        thread::sleep(PAUSE);
    });
    let Verdict::LocalDrop(lost) = down.verdict else {
        panic!("{down:?}");
    };
    assert!(lost > 0);
    assert_eq!(down.evidence.socket_drops, lost);
}

/// More junk than any buffer of this test holds, to the socket that serves the session.
fn fill_buffer(id: SessionId) {
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let egress = Egress {
        local: address("10.0.0.77"),
        peer: address("10.0.0.1"),
        ifindex: 0,
        source_port: 50_000,
        destination_port: 3784,
        dont_fragment: false,
    };
    // Version 0 is refused whatever follows; the discriminator leads it to the worker.
    let mut junk = [0; HEADER_LEN];
    junk[8..12].copy_from_slice(&id.discriminator.get().to_be_bytes());
    let mut tx = TxBatch::open().expect("raw socket");
    for _ in 0..2000 {
        tx.push(&egress, &junk, 0);
    }
    tx.flush(|_, errno| panic!("not sent: {errno}"));
}

//! A hundred thousand packets of junk a second for ten seconds: no session may notice.
//!
//! The junk comes from a raw socket in the peer's namespace, with the peers' own addresses and with
//! forged ones, so it reaches the front desk and the worker alike.

#[path = "network/support.rs"]
#[expect(dead_code, reason = "the other network tests need more of it")]
mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::{Duration, Instant as Clock};

use bfd_engine::{EngineStats, SessionId};
use bfd_net::{Egress, TxBatch};
use bfd_packet::{ControlPacket, DetectMult, Diagnostic, Discriminator, HEADER_LEN, Micros};
use bfd_proto::{Discard, SessionKind, State};

use support::{End, Namespaces, await_that, ifindex, session};

const SESSIONS: u8 = 100;
/// Junk packets in all, and how many of them a second.
const JUNK: u32 = 1_000_000;
const RATE: u32 = 100_000;
/// On a busy machine the sender itself may fall behind, but a flood it must stay.
const LONGEST: Duration = Duration::from_secs(20);

#[test]
fn a_flood_of_junk_flaps_no_session() {
    let namespaces = Namespaces::new();
    add_addresses(&namespaces);
    let ends = [End::start(&namespaces, 0), End::start(&namespaces, 1)];
    let ids = [0, 1].map(|side| add_sessions(&namespaces, &ends[side], side));
    for (end, ids) in ends.iter().zip(&ids) {
        ids.iter().for_each(|id| {
            end.await_state(*id, State::Up);
        });
    }
    let took = namespaces.inside(1, flood);
    assert!(took < LONGEST, "the flood took {took:?}");
    await_that("the junk is counted", || {
        refused(&ends[0].handle.stats()) >= u64::from(JUNK) / 2
    });
    for (end, ids) in ends.iter().zip(&ids) {
        ids.iter().for_each(|id| assert_unharmed(end, *id));
    }
    report(took, &ends);
}

fn address(side: usize, session: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 1, u8::try_from(side).expect("0 or 1"), session)
}

fn add_addresses(namespaces: &Namespaces) {
    for side in [0, 1] {
        let lines: String = (1..=SESSIONS)
            .map(|session| format!("addr add {}/16 dev veth0\n", address(side, session)))
            .collect();
        namespaces.batch(side, &lines);
    }
}

fn add_sessions(namespaces: &Namespaces, end: &End, side: usize) -> Vec<SessionId> {
    let index = ifindex(namespaces, side);
    let between = |number| {
        let (local, peer) = (address(side, number), address(1 - side, number));
        session(
            SessionKind::SingleHop,
            &local.to_string(),
            &peer.to_string(),
            index,
        )
    };
    (1..=SESSIONS)
        .map(|number| end.add(between(number)))
        .collect()
}

/// Sends all junk at an even pace; returns how long that took.
fn flood() -> Duration {
    let mut tx = TxBatch::open().expect("raw socket");
    let begin = Clock::now();
    let mut sent = 0;
    while sent < JUNK {
        let due = begin.elapsed().as_millis() * u128::from(RATE) / 1000;
        while u128::from(sent) < due.min(JUNK.into()) {
            let (egress, payload) = junk(sent);
            tx.push(&egress, &payload, 0);
            sent += 1;
        }
        // What the kernel refuses under this load is junk all the same.
        tx.flush(|_, _| {});
        thread::sleep(Duration::from_micros(500));
    }
    begin.elapsed()
}

/// The number decides about sort, source and session, so that all of them meet.
///
/// What no sort does is forge a whole legal first packet of a peer: without authentication that is
/// indistinguishable from the peer's own (RFC 5880 §9, RFC 5881 §5).
fn junk(number: u32) -> (Egress, [u8; HEADER_LEN]) {
    let mixed = number.wrapping_mul(0x9e37_79b9);
    let [a, b, ..] = mixed.to_be_bytes();
    let session = 1 + a % SESSIONS;
    let (peer, stranger) = (address(1, session), Ipv4Addr::new(10, 1, 200, b));
    let unknown = Discriminator::new(mixed | 1);
    let (source, port, state, yours) = match number % 5 {
        0 => (stranger, 3784, State::Down, None),
        1 => (stranger, 3784, State::Up, unknown),
        2 => (peer, 3784, State::Up, unknown),
        3 => (peer, 3784, State::Up, None),
        _ => (peer, 4784, State::Down, None),
    };
    let egress = Egress {
        local: IpAddr::V4(source),
        peer: IpAddr::V4(address(0, session)),
        ifindex: 0,
        source_port: 50_000,
        destination_port: port,
        dont_fragment: false,
    };
    let mut octets = payload(state, yours, mixed);
    if number.is_multiple_of(17) {
        octets[0] = 0xff;
    }
    (egress, octets)
}

fn payload(state: State, yours: Option<Discriminator>, mixed: u32) -> [u8; HEADER_LEN] {
    let packet = ControlPacket {
        diagnostic: Diagnostic::NONE,
        state,
        poll: mixed.is_multiple_of(3),
        final_: false,
        control_plane_independent: false,
        demand: false,
        detect_mult: DetectMult::new(1).expect("not zero"),
        my_discriminator: Discriminator::new(mixed | 1).expect("not zero"),
        your_discriminator: yours,
        desired_min_tx: Micros(1),
        required_min_rx: Micros(1),
        required_min_echo_rx: Micros(0),
        auth: None,
    };
    let mut octets = [0; HEADER_LEN];
    let _ = packet.write(&mut octets);
    octets
}

/// Junk that was received and not used, as far as threads count it.
fn refused(stats: &EngineStats) -> u64 {
    let threads = stats
        .workers
        .iter()
        .map(|worker| &worker.common)
        .chain([&stats.desk]);
    threads
        .map(|thread| thread.discards.iter().sum::<u64>() + thread.socket_drops)
        .sum()
}

fn assert_unharmed(end: &End, id: SessionId) {
    let view = end.view(id);
    assert_eq!(
        (view.state, view.counters.flaps),
        (State::Up, 0),
        "{view:#?}"
    );
}

fn report(took: Duration, ends: &[End; 2]) {
    let stats = ends[0].handle.stats();
    let worker = &stats.workers[0];
    println!("{JUNK} junk packets in {took:.1?}");
    println!(
        "worker dropped {}, desk {}",
        worker.common.socket_drops, stats.desk.socket_drops
    );
    for quantile in [0.5, 0.99, 1.0] {
        println!(
            "worker lateness q{quantile}: {:?}",
            worker.lateness.quantile(quantile)
        );
    }
    for reason in Discard::ALL {
        let (worker, desk) = (
            worker.common.discards[reason.index()],
            stats.desk.discards[reason.index()],
        );
        if worker + desk > 0 {
            println!("{}: worker {worker}, desk {desk}", reason.label());
        }
    }
}

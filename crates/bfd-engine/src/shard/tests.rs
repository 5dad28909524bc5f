use bfd_proto::{DetectMult, Interval, Micros, Role, SessionKind};

use super::*;

fn spec(interval: u32) -> SessionSpec {
    let interval = Interval::new(Micros(interval)).expect("not zero");
    SessionSpec {
        kind: SessionKind::SingleHop,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    }
}

fn add(shard: &mut Shard, slot: u32, interval: u32) -> SessionId {
    let id = SessionId {
        worker: 0,
        slot,
        generation: 1,
        discriminator: Discriminator::new(slot + 1).expect("not zero"),
    };
    let add = Add {
        id,
        spec: spec(interval),
        authentication: None,
        egress: Err(PathProblem::AddressMissing),
        admin_down: false,
        seed: 1,
        done: Box::new(|_| {}),
    };
    shard.add(Instant::ZERO, add);
    id
}

#[test]
fn the_expected_load_is_that_of_the_sessions_that_are_there() {
    let mut shard = Shard::new(Instant::ZERO, Arc::default());
    let (slow, fast) = (add(&mut shard, 0, 1_000_000), add(&mut shard, 1, 10_000));
    assert_eq!(shard.packets_per_second(), 2 + 134);
    for _ in 0..10 {
        shard.update(slow, Instant::ZERO, spec(50_000));
    }
    assert_eq!(shard.packets_per_second(), 27 + 134);
    for _ in 0..10 {
        shard.forget(fast);
    }
    assert_eq!(shard.packets_per_second(), 27);
    shard.forget(slow);
    assert_eq!(shard.packets_per_second(), 0);
}

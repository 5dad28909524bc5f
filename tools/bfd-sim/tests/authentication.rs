//! Sessions that authenticate, over a path that loses and doubles packets: keys change under load
//! without a flap, and a host that began anew is let in again.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bfd_engine::{Egress, Endpoint, NewSession};
use bfd_proto::{
    AuthType, Authentication, DetectMult, Discard, Interval, Key, Micros, Role, Secret,
    SessionKind, SessionSpec, State,
};
use bfd_sim::{Chance, Link, Trace, Violation, World};

const KINDS: [AuthType; 5] = AuthType::ALL;
const PATIENCE: Duration = Duration::from_secs(20);
const SEEDS: u64 = 300;

fn key(id: u8) -> Arc<Key> {
    let secret = Secret::new(&[b'k', id]).expect("two octets");
    Arc::new(Key { id, secret })
}

/// Sends with one key, accepts some.
fn keys(kind: AuthType, send: u8, accept: &[u8]) -> Arc<Authentication> {
    let accept = accept.iter().map(|id| key(*id));
    Arc::new(Authentication::new(kind, key(send), accept).expect("short secrets"))
}

fn wish(kind: AuthType, number: u8, side: u8) -> NewSession {
    let interval = Interval::new(Micros(50_000)).expect("not zero");
    let address = |side: u8| IpAddr::V4(Ipv4Addr::new(10, 0, side, number));
    NewSession {
        spec: SessionSpec {
            kind: SessionKind::SingleHop,
            role: Role::Active,
            desired_min_tx: interval,
            required_min_rx: interval,
            // Of a tenth of lost packets eight in a row are one in a hundred million.
            detect_mult: DetectMult::new(8).expect("not zero"),
            padded_pdu_size: None,
        },
        authentication: Some(keys(kind, 1, &[1])),
        endpoint: Endpoint {
            kind: SessionKind::SingleHop,
            peer: address(1 - side),
            local: Some(address(side)),
            ifindex: None,
        },
        path: Ok(Egress {
            local: address(side),
            ifindex: 7,
        }),
        admin_down: false,
    }
}

/// One session of each type, Up, on a path that is not perfect.
fn world(seed: u64) -> Result<World, Violation> {
    let mut chance = Chance::new(seed);
    let workers = [0, 1].map(|_| chance.pick(&[1, 2, 3]));
    let mut world = World::new(Chance::new(chance.bits()), workers, Trace::new(false));
    for (number, kind) in (0..).zip(KINDS) {
        world.connect([wish(kind, number, 0), wish(kind, number, 1)]);
    }
    let link = Link::perfect(chance.between(Duration::ZERO, Duration::from_millis(5)));
    world.links = [Link {
        jitter: chance.between(Duration::ZERO, Duration::from_millis(20)),
        loss: 100,
        duplicates: 100,
        ..link
    }; 2];
    come_up(&mut world)?;
    Ok(world)
}

fn come_up(world: &mut World) -> Result<(), Violation> {
    let up = world.await_that(PATIENCE, World::all_up)?;
    assert!(up, "not Up on both ends within {PATIENCE:?}");
    Ok(())
}

/// Every session of a host takes these keys into use.
fn rekey(world: &World, host: usize, send: u8, accept: &[u8]) {
    for (pair, kind) in KINDS.into_iter().enumerate() {
        let wanted = Some(keys(kind, send, accept));
        world
            .handle(host)
            .authenticate(world.id(pair, host), wanted);
    }
}

fn ends() -> impl Iterator<Item = (usize, usize)> {
    (0..KINDS.len()).flat_map(|pair| [(pair, 0), (pair, 1)])
}

// covers: 5880-6.7-03, 5880-6.7.3-07..09, 5880-6.7.4-05, 5880-6.7.4-06, SP-18, SP-22
#[test]
fn keys_change_under_loss_without_a_flap() -> Result<(), Violation> {
    let mut refused = 0;
    for seed in 0..SEEDS {
        let mut world = world(seed)?;
        let mut chance = Chance::new(!seed);
        let before: Vec<u32> = ends()
            .map(|(pair, side)| world.view(pair, side).counters.flaps)
            .collect();
        let stages: [(u8, &[u8]); 4] = [(1, &[1, 2]), (2, &[1, 2]), (2, &[2]), (3, &[2, 3])];
        for (send, accept) in &stages[..3] {
            for host in [0, 1] {
                rekey(&world, host, *send, accept);
                world
                    .pass(chance.between(Duration::from_millis(20), Duration::from_millis(600)))?;
            }
        }
        world.pass(Duration::from_secs(2))?;
        for ((pair, side), before) in ends().zip(before) {
            let view = world.view(pair, side);
            assert_eq!(view.state, State::Up, "seed {seed}, {:?}", KINDS[pair]);
            assert_eq!(
                view.counters.flaps, before,
                "seed {seed}, {:?}",
                KINDS[pair]
            );
            refused += view.counters.auth_failures();
        }
        // A key that the other end does not have: both sides fall, and say why.
        rekey(&world, 0, stages[3].0, stages[3].1);
        world.pass(Duration::from_secs(2))?;
        for pair in 0..KINDS.len() {
            let view = world.view(pair, 1);
            assert_eq!(view.state, State::Down, "seed {seed}");
            assert!(view.counters.discards[Discard::AuthKeyId.index()] > 0);
        }
        rekey(&world, 1, 2, &[2, 3]);
        come_up(&mut world)?;
    }
    // Doubled packets of the meticulous types, at least.
    assert!(refused > SEEDS);
    Ok(())
}

// covers: 5880-6.8.1-18, 5880-6.8.1-20, SP-21
#[test]
fn a_host_that_began_anew_is_let_in() -> Result<(), Violation> {
    for seed in 0..SEEDS {
        let mut world = world(seed)?;
        let mut chance = Chance::new(!seed);
        let host = chance.pick(&[0, 1]);
        world.restart(host);
        world.pass(chance.between(Duration::from_millis(1), Duration::from_millis(900)))?;
        come_up(&mut world)?;
    }
    Ok(())
}

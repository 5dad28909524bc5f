//! An engine against a scripted peer: what is on the wire, and what is done with what comes.

use std::net::IpAddr;
use std::num::NonZeroU16;
use std::time::{Duration, Instant as Clock};

use crate::support::{End, Namespaces, await_that, ifindex, session};
use bfd_engine::SessionId;
use bfd_net::{Egress, Family, GroupSpec, RxBatch, RxMeta, RxSocket, SocketSet, TxBatch};
use bfd_packet::{ControlPacket, DetectMult, Diagnostic, Discriminator, HEADER_LEN, Micros, State};
use bfd_proto::{Discard, PaddedPduSize, SessionKind};

const PATIENCE: Duration = Duration::from_secs(30);
const SINGLE: SessionKind = SessionKind::SingleHop;

/// A peer in the second namespace that sends what the test wants.
struct Script {
    sockets: Vec<RxSocket>,
    rx: RxBatch,
    tx: TxBatch,
    mine: Discriminator,
}

impl Script {
    fn new(namespaces: &Namespaces) -> Self {
        namespaces.inside(1, || {
            let spec = GroupSpec {
                family: Family::V4,
                port: 3784,
                workers: NonZeroU16::MIN,
                receive_buffer: 1 << 20,
            };
            Self {
                sockets: SocketSet::open(spec).expect("port is free").into_sockets(),
                rx: RxBatch::new(),
                tx: TxBatch::open().expect("raw socket"),
                mine: Discriminator::new(77).expect("not zero"),
            }
        })
    }

    /// The next packet that fits.
    fn hear(
        &mut self,
        fits: impl Fn(&ControlPacket<'_>) -> bool,
    ) -> (RxMeta, ControlPacket<'static>) {
        let begin = Clock::now();
        loop {
            assert!(begin.elapsed() < PATIENCE, "no such packet came");
            for socket in &mut self.sockets {
                let _ = self.rx.recv(socket).expect("receive");
                for (meta, payload) in self.rx.iter() {
                    let packet = ControlPacket::parse(payload).expect("a legal packet");
                    if fits(&packet) {
                        return (
                            meta,
                            ControlPacket {
                                auth: None,
                                ..packet
                            },
                        );
                    }
                }
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn say(&mut self, state: State, yours: Option<Discriminator>) {
        self.say_from("10.0.0.2", state, yours);
    }

    fn say_from(&mut self, local: &str, state: State, yours: Option<Discriminator>) {
        let interval = Micros(200_000);
        let packet = ControlPacket {
            diagnostic: Diagnostic::NONE,
            state,
            poll: false,
            final_: false,
            control_plane_independent: false,
            demand: false,
            detect_mult: DetectMult::new(100).expect("not zero"),
            my_discriminator: self.mine,
            your_discriminator: yours,
            desired_min_tx: interval,
            required_min_rx: interval,
            required_min_echo_rx: Micros(0),
            auth: None,
        };
        let mut octets = [0; HEADER_LEN];
        let length = packet.write(&mut octets);
        let egress = Egress {
            local: address(local),
            peer: address("10.0.0.1"),
            ifindex: 0,
            source_port: 50_000,
            destination_port: 3784,
            dont_fragment: false,
        };
        self.tx.push(&egress, &octets[..length], 0);
        self.tx.flush(|_, errno| panic!("not sent: {errno}"));
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn stage() -> (Namespaces, End, Script, SessionId) {
    let namespaces = Namespaces::new();
    let script = Script::new(&namespaces);
    let end = End::start(&namespaces, 0);
    let index = ifindex(&namespaces, 0);
    let id = end.add(session(SINGLE, "10.0.0.1", "10.0.0.2", index));
    (namespaces, end, script, id)
}

// covers: 5881-4-01, 5881-4-02, 5881-4-03, 5881-5-01, 5881-3-02
#[test]
fn packets_keep_ttl_and_source_port_in_every_state() {
    let (_namespaces, end, mut script, id) = stage();
    let (first, packet) = script.hear(|_| true);
    assert_eq!(packet.your_discriminator, None);
    let port = first.source.port();
    assert!(port >= 49_152, "{port}");
    assert_eq!(end.handle.source_port(id), Some(port));
    script.say(State::Down, None);
    let (init, packet) = script.hear(|packet| packet.state == State::Init);
    let theirs = Some(packet.my_discriminator);
    script.say(State::Up, theirs);
    let (up, _) = script.hear(|packet| packet.state == State::Up);
    script.say(State::Down, theirs);
    let (down, _) = script.hear(|packet| packet.diagnostic == Diagnostic::NEIGHBOR_DOWN);
    for meta in [first, init, up, down] {
        assert_eq!((meta.ttl, meta.source.port()), (255, port));
        assert_eq!(meta.source.ip(), address("10.0.0.1"));
    }
}

// covers: 5880-6.3-02, 5881-6-04, SP-31
#[test]
fn the_discriminator_alone_selects_the_session_and_the_peer_stays_where_it_was() {
    let (namespaces, end, mut script, id) = stage();
    namespaces.run(1, &["ip", "addr", "add", "10.0.0.3/24", "dev", "veth0"]);
    let (_, packet) = script.hear(|_| true);
    let theirs = Some(packet.my_discriminator);
    script.say_from("10.0.0.3", State::Down, theirs);
    let (meta, _) = script.hear(|packet| packet.state == State::Init);
    assert_eq!(meta.destination, address("10.0.0.2"));
    script.say_from("10.0.0.3", State::Up, theirs);
    end.await_state(id, State::Up);
    let (meta, _) = script.hear(|packet| packet.state == State::Up);
    assert_eq!(meta.destination, address("10.0.0.2"));
}

// covers: 5881-6-03, 5881-6-04
#[test]
fn on_a_point_to_point_link_any_source_begins_a_session() {
    let (namespaces, end, mut script, _) = stage();
    end.handle.point_to_point([ifindex(&namespaces, 0)]);
    script.say_from("10.9.9.9", State::Down, None);
    let (meta, _) = script.hear(|packet| packet.state == State::Init);
    assert_eq!(meta.destination, address("10.0.0.2"));
}

// covers: 5880-6.8.6-07, SP-30
#[test]
fn an_unknown_discriminator_does_not_fall_back_to_addresses() {
    let (_namespaces, end, mut script, id) = stage();
    let (_, packet) = script.hear(|_| true);
    let wrong = Discriminator::new(packet.my_discriminator.get() ^ 0xff);
    script.say(State::Down, wrong);
    let reason = Discard::UnknownDiscriminator.index();
    await_that("the packet is counted", || {
        end.handle.stats().workers[0].common.discards[reason] == 1
    });
    let view = end.view(id);
    assert_eq!((view.state, view.counters.received), (State::Down, 0));
}

// covers: 5880-6.8.6-09, 5881-3-03, 5881-2-02, SP-52
#[test]
fn a_first_packet_belongs_to_the_session_of_its_address_and_family() {
    let (namespaces, end, mut script, v4) = stage();
    let v6 = end.add(session(
        SINGLE,
        "fd00::1",
        "fd00::2",
        ifindex(&namespaces, 0),
    ));
    script.say(State::Down, None);
    end.await_state(v4, State::Init);
    assert_eq!(end.view(v6).counters.received, 0);
    script.say_from("10.0.0.77", State::Down, None);
    let reason = Discard::UnknownPeer.index();
    await_that("a stranger is counted", || {
        end.handle.stats().desk.discards[reason] == 1
    });
    assert_eq!(end.handle.sessions().len(), 2);
}

// covers: 5881-6-01
#[test]
fn packets_leave_by_the_interface_of_the_session_even_against_the_routes() {
    let namespaces = Namespaces::new();
    let mut script = Script::new(&namespaces);
    let end = End::start(&namespaces, 0);
    namespaces.run(
        0,
        &[
            "ip",
            "link",
            "add",
            "elsewhere",
            "type",
            "veth",
            "peer",
            "nowhere",
        ],
    );
    namespaces.run(0, &["ip", "link", "set", "nowhere", "up"]);
    namespaces.run(0, &["ip", "link", "set", "elsewhere", "up"]);
    namespaces.run(
        0,
        &["ip", "route", "add", "10.0.0.2/32", "dev", "elsewhere"],
    );
    let id = end.add(session(
        SINGLE,
        "10.0.0.1",
        "10.0.0.2",
        ifindex(&namespaces, 0),
    ));
    script.hear(|packet| packet.my_discriminator == id.discriminator);
}

// covers: 9764-3-01, 9764-3-04, 9764-4.4-01, SP-25
#[test]
fn padded_packets_arrive_whole_or_not_at_all() {
    let (namespaces, end, mut script, id) = stage();
    end.handle.remove(id);
    let mut padded = session(SINGLE, "10.0.0.1", "10.0.0.2", ifindex(&namespaces, 0));
    padded.spec.padded_pdu_size = PaddedPduSize::new(1400);
    let fits = end.add(padded.clone());
    let (meta, _) = script.hear(|packet| packet.my_discriminator == fits.discriminator);
    assert_eq!(meta.length, 1400);
    end.handle.remove(fits);
    padded.spec.padded_pdu_size = PaddedPduSize::new(3000);
    let too_large = end.add(padded);
    await_that("the packet is refused", || {
        end.view(too_large).counters.tx_errors > 0
    });
    assert_eq!(end.view(too_large).counters.sent, 0);
}

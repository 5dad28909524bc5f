use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Ours, Report, check};
use crate::{Control, Frame, Noise, State};

const US: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

fn frame(millis: u64, source: IpAddr, change: impl FnOnce(&mut Frame, &mut Control)) -> Frame {
    let (mine, yours) = if source == US { (11, 22) } else { (22, 11) };
    let mut control = Control {
        version: 1,
        diagnostic: 0,
        state: State::Up,
        poll: false,
        final_: false,
        control_plane_independent: false,
        authenticated: false,
        demand: false,
        multipoint: false,
        multiplier: 3,
        length: 24,
        mine,
        yours,
        desired_tx: 100_000,
        required_rx: 100_000,
        required_echo_rx: 0,
    };
    let mut frame = Frame {
        at: Duration::from_millis(millis),
        number: u32::try_from(millis).unwrap(),
        mac: String::new(),
        source,
        destination: if source == US { PEER } else { US },
        ttl: 255,
        dscp: 48,
        checksums_good: true,
        dont_fragment: false,
        source_port: 50000,
        destination_port: 3784,
        payload: vec![0; 24],
        control: None,
    };
    change(&mut frame, &mut control);
    frame.control = Some(control);
    frame
}

fn plain(millis: u64, source: IpAddr) -> Frame {
    frame(millis, source, |_, _| ())
}

fn judged(frames: &[Frame]) -> Report {
    check(frames, &Ours::new([US]))
}

#[track_caller]
fn broken(frames: &[Frame], rule: &str) {
    let report = judged(frames);
    let found = &report.violations;
    assert!(
        found.iter().any(|one| one.rule.contains(rule)),
        "{rule}: {found:?}"
    );
}

/// One packet of the peer, then one of ours with a fault.
fn faulty(change: impl FnOnce(&mut Frame, &mut Control)) -> [Frame; 2] {
    [plain(0, PEER), frame(10, US, change)]
}

#[test]
fn a_quiet_exchange_is_clean() {
    let mut frames: Vec<Frame> = (0..50).map(|n| plain(n * 85, US)).collect();
    frames.push(plain(0, PEER));
    frames.sort_by_key(|frame| (frame.at, frame.source != PEER));
    let report = judged(&frames);
    report.assert_clean();
    assert_eq!((report.checked, report.gaps.count()), (50, 49));
}

#[test]
fn each_rule_about_one_packet_is_enforced() {
    broken(&faulty(|frame, _| frame.ttl = 254), "TTL 255");
    broken(&faulty(|frame, _| frame.dscp = 0), "class selector 6");
    broken(
        &faulty(|frame, _| frame.destination_port = 3785),
        "3784 or 4784",
    );
    broken(&faulty(|frame, _| frame.source_port = 40000), "49152");
    broken(
        &faulty(|frame, _| frame.checksums_good = false),
        "checksums",
    );
    broken(&faulty(|frame, _| frame.payload = vec![1; 30]), "padding");
    broken(&faulty(|_, control| control.version = 0), "version 1");
    broken(&faulty(|_, control| control.diagnostic = 9), "diagnostic");
    broken(&faulty(|_, control| control.length = 26), "Length 24");
    broken(&faulty(|_, control| control.multipoint = true), "M clear");
    broken(&faulty(|_, control| control.demand = true), "D clear");
    broken(
        &faulty(|_, control| control.authenticated = true),
        "A clear",
    );
    broken(&faulty(|_, control| control.mine = 0), "My Discriminator");
    broken(&faulty(|_, control| control.yours = 0), "no Init or Up");
    broken(
        &faulty(|_, control| control.required_echo_rx = 1),
        "no echo",
    );
    broken(
        &faulty(|_, control| control.state = State::Down),
        "1 s while not Up",
    );
    let both = |_: &mut Frame, control: &mut Control| (control.poll, control.final_) = (true, true);
    broken(&faulty(both), "never together");
}

#[test]
fn an_unreadable_payload_is_a_violation() {
    let mut frames = faulty(|_, _| ());
    frames[1].control = None;
    broken(&frames, "a control packet");
}

#[test]
fn each_rule_about_a_dialogue_is_enforced() {
    let unheard = frame(90, US, |_, control| control.yours = 99);
    broken(&[plain(0, PEER), plain(10, US), unheard], "as learned");
    broken(
        &faulty(|_, control| control.final_ = true),
        "F only in answer",
    );
    let port = |frame: &mut Frame, _: &mut Control| frame.source_port = 50001;
    broken(
        &[plain(0, US), frame(90, US, port)],
        "for the session's life",
    );
    let other = |_: &mut Frame, control: &mut Control| (control.mine, control.yours) = (12, 0);
    broken(&[plain(0, US), frame(90, US, other)], "of its own");
}

#[test]
fn one_final_per_poll() {
    let poll = |_: &mut Frame, control: &mut Control| control.poll = true;
    let last = |_: &mut Frame, control: &mut Control| control.final_ = true;
    judged(&[frame(0, PEER, poll), frame(1, US, last)]).assert_clean();
    broken(
        &[frame(0, PEER, poll), frame(1, US, last), frame(2, US, last)],
        "F only",
    );
}

#[test]
fn gaps_outside_the_window_are_found() {
    broken(
        &[plain(0, PEER), plain(0, US), plain(20, US)],
        "jittered interval",
    );
    broken(
        &[plain(0, PEER), plain(0, US), plain(300, US)],
        "jittered interval",
    );
    // A millisecond outside is the machine's, unless it is the rule.
    judged(&[plain(0, PEER), plain(0, US), plain(103, US)]).assert_clean();
    let habit: Vec<Frame> = (0..50).map(|n| plain(n * 103, US)).collect();
    broken(&habit, "jittered interval");
    // Unless a bystander had the same trouble.
    let (share, worst) = (0.3, Duration::from_millis(20));
    let crowded = Ours::new([US]).amid(Noise { share, worst });
    assert!(
        !check(&habit, &crowded).violations.is_empty(),
        "all late is too much for any crowd"
    );
    let now_and_then = |n: u64| n * 88 + if n.is_multiple_of(5) { 14 } else { 0 };
    let mixed: Vec<Frame> = (0..50).map(|n| plain(now_and_then(n), US)).collect();
    broken(&mixed, "jittered interval");
    check(&mixed, &crowded).assert_clean();
}

/// One packet that was never sent, among many that were: no crowd of this size explains it.
#[test]
fn a_single_skipped_packet_is_found() {
    let sent = (0..200).filter(|n| *n != 100);
    let frames: Vec<Frame> = sent.map(|n| plain(n * 88, US)).collect();
    broken(&frames, "jittered interval");
    let noise = |worst| Noise {
        share: 0.3,
        worst: Duration::from_millis(worst),
    };
    let amid = |worst| check(&frames, &Ours::new([US]).amid(noise(worst)));
    assert!(!amid(10).violations.is_empty());
    amid(30).assert_clean();
}

#[test]
fn the_peer_slows_us_down_at_once() {
    let slower = |_: &mut Frame, control: &mut Control| control.required_rx = 400_000;
    let asks = frame(10, PEER, slower);
    judged(&[
        plain(0, PEER),
        plain(0, US),
        asks.clone(),
        plain(350, US),
        plain(700, US),
    ])
    .assert_clean();
    broken(
        &[
            plain(0, PEER),
            plain(0, US),
            asks,
            plain(350, US),
            plain(440, US),
        ],
        "jittered",
    );
}

#[test]
fn a_change_may_go_out_between_periodic_packets() {
    let down = |_: &mut Frame, control: &mut Control| {
        (control.state, control.desired_tx) = (State::Down, 1_000_000);
    };
    judged(&[
        plain(0, PEER),
        plain(0, US),
        frame(5, US, down),
        frame(900, US, down),
    ])
    .assert_clean();
}

#[test]
fn a_peer_never_fails_us() {
    let odd = frame(10, PEER, |frame, control| {
        (frame.ttl, control.demand) = (64, true)
    });
    let report = judged(&[plain(0, US), odd]);
    report.assert_clean();
    assert_eq!(report.peers.len(), 2);
}

#[test]
fn a_known_silence_is_no_violation() {
    let at = |millis| std::time::UNIX_EPOCH + Duration::from_millis(millis);
    let ours = Ours::new([US]).silent(at(100), at(4000));
    let frames = [plain(0, PEER), plain(0, US), plain(4100, US)];
    check(&frames, &ours).assert_clean();
}

/// The states both sides say, in order.
fn dialogue(states: &[(IpAddr, State)]) -> Vec<Frame> {
    let said = states.iter().zip(0_u64..).map(|((source, state), n)| {
        frame(n * 450, *source, |_, control| {
            control.state = *state;
            control.desired_tx = 1_000_000;
        })
    });
    said.collect()
}

#[test]
fn a_bring_up_is_seen() {
    use State::{Down, Init, Up};
    let ways = [
        [(US, Down), (PEER, Down), (US, Init), (PEER, Up), (US, Up)],
        [(US, Down), (PEER, Down), (US, Init), (PEER, Init), (US, Up)],
    ];
    for way in ways {
        let report = judged(&dialogue(&way));
        report.assert_clean();
        assert_eq!(report.bring_ups, 1);
    }
    let short = [(US, Down), (PEER, Init), (US, Up)];
    assert_eq!(judged(&dialogue(&short)).bring_ups, 1);
}

#[test]
fn a_state_that_the_peer_did_not_allow_is_a_violation() {
    use State::{Down, Init, Up};
    broken(
        &dialogue(&[(US, Down), (PEER, Down), (US, Up)]),
        "three-way",
    );
    broken(
        &dialogue(&[(US, Down), (PEER, Up), (US, Init)]),
        "three-way",
    );
    broken(&dialogue(&[(US, Down), (US, Up)]), "three-way");
    let down = [(US, Up), (PEER, Init), (US, Down)];
    assert_eq!(judged(&dialogue(&down)).bring_ups, 0);
}

#[test]
fn packets_that_waited_for_a_peer_leave_together() {
    let mut frames: Vec<Frame> = [0, 0, 30, 115].map(|millis| plain(millis, US)).to_vec();
    let later = Ours::new([US]).before_peers();
    check(&frames, &later).assert_clean();
    broken(&frames, "jittered interval");
    frames.insert(0, plain(0, PEER));
    assert!(!check(&frames, &later).violations.is_empty());
}

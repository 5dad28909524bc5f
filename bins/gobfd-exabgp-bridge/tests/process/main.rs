//! The program itself between a fake daemon and a test that plays ExaBGP.
#![forbid(unsafe_code)]

mod daemon_away;
mod slow_reader;
mod start;
mod stop;
mod support;

use bfd_api::v1::SessionState;
use bfd_api::v1::WatchSessionEventsResponse;
use bfd_api::v1::watch_session_events_response::EventType;

use support::{ANNOUNCE, Bridge, Daemon, WITHDRAW, session};

#[test]
fn the_lines_are_exactly_those_of_old() {
    let daemon = Daemon::with(SessionState::Up);
    let (bridge, lines) = Bridge::start(&daemon, &[]);
    lines.expect(ANNOUNCE);
    daemon.change(SessionState::Down);
    lines.expect(WITHDRAW);
    // Neither a repetition nor Init says anything.
    daemon.change(SessionState::Down);
    daemon.change(SessionState::Init);
    daemon.change(SessionState::Up);
    lines.expect(ANNOUNCE);
    daemon.change(SessionState::AdminDown);
    lines.expect(WITHDRAW);
    for message in [
        "gobfd-exabgp-bridge starting",
        "announced route",
        "withdrew route",
    ] {
        bridge.wait_log(&format!("level=INFO msg=\"{message}\""), 1);
    }
    assert!(
        bridge
            .log()
            .contains("peer=192.0.2.1 prefix=198.51.100.1/32")
    );
}

#[test]
fn sessions_with_others_are_ignored_and_a_deleted_session_counts_as_down() {
    let daemon = Daemon::with(SessionState::Up);
    let (_bridge, lines) = Bridge::start(&daemon, &[]);
    lines.expect(ANNOUNCE);
    daemon.change_of(2, "192.0.2.2", SessionState::Down);
    daemon.fake.send(WatchSessionEventsResponse {
        r#type: EventType::EVENT_TYPE_SESSION_DELETED.into(),
        session: Some(session(1, "192.0.2.1", SessionState::Up)).into(),
        ..Default::default()
    });
    lines.expect(WITHDRAW);
}

/// ExaBGP may remember what a killed predecessor announced.
#[test]
fn the_first_truth_is_told_even_if_it_is_down() {
    let daemon = Daemon::with(SessionState::Down);
    let (bridge, lines) = Bridge::start(&daemon, &[]);
    lines.expect(WITHDRAW);
    bridge.wait_log("reason=\"peer 192.0.2.1 is Down\"", 1);
}

#[test]
fn answers_are_read_and_refusals_logged() {
    let daemon = Daemon::with(SessionState::Up);
    let (mut bridge, lines) = Bridge::start(&daemon, &[]);
    lines.expect(ANNOUNCE);
    // More than a pipe holds: a program that does not read would make ExaBGP hang.
    for _ in 0..200 {
        bridge.tell(&"neighbor 192.0.2.7 receive update ...\n".repeat(50));
    }
    bridge.tell("done\nerror\n");
    bridge.wait_log("msg=\"ExaBGP refused a command\" answer=error", 1);
    assert_eq!(bridge.log().matches("refused").count(), 1);
    daemon.change(SessionState::Down);
    lines.expect(WITHDRAW);
}

#[test]
fn several_routes_from_a_file() {
    let daemon = Daemon::with(SessionState::Up);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bridge.yml");
    let text = "routes:\n\
        - {prefix: 198.51.100.1/32, peers: [{peer: 192.0.2.1}]}\n\
        - {prefix: 2001:db8::/48, condition: all, med: 5, community: [65000:1],\n   \
           peers: [{peer: 192.0.2.1}, {peer: 192.0.2.2}]}\n";
    std::fs::write(&file, text).unwrap();
    let arguments = ["-config", file.to_str().unwrap()];
    let (_bridge, stdout) = Bridge::unread(&daemon, &[], &arguments);
    let lines = support::Lines::of(stdout);
    lines.expect(ANNOUNCE);
    lines.expect("withdraw route 2001:db8::/48 next-hop self\n");
    daemon.change_of(2, "192.0.2.2", SessionState::Up);
    lines.expect("announce route 2001:db8::/48 next-hop self med 5 community [ 65000:1 ]\n");
    daemon.change(SessionState::Down);
    lines.expect(WITHDRAW);
    lines.expect("withdraw route 2001:db8::/48 next-hop self\n");
}

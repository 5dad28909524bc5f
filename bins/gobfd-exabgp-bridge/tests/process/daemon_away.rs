//! The daemon goes, and perhaps comes back.

use bfd_api::v1::SessionState;

use crate::support::{ANNOUNCE, Bridge, Daemon, Lines, WITHDRAW, session};

#[test]
fn routes_stay_for_a_while_then_go_and_return_with_the_daemon() {
    let mut daemon = Daemon::with(SessionState::Up);
    let (bridge, lines) = Bridge::start(&daemon, &[("GOBFD_KEEP_LAST", "500ms")]);
    lines.expect(ANNOUNCE);
    daemon.go_away();
    bridge.wait_log("level=WARN msg=\"stream disconnected, reconnecting\"", 1);
    lines.expect(WITHDRAW);
    bridge.wait_log("reason=\"gobfd has not answered for 500ms\"", 1);
    daemon.come_back();
    lines.expect(ANNOUNCE);
}

/// The route is announced and the daemon is away, for less than the limit.
fn away() -> (Daemon, Bridge, Lines) {
    let mut daemon = Daemon::with(SessionState::Up);
    let (bridge, lines) = Bridge::start(&daemon, &[("GOBFD_KEEP_LAST", "1h")]);
    lines.expect(ANNOUNCE);
    daemon.go_away();
    bridge.wait_log("stream disconnected", 1);
    (daemon, bridge, lines)
}

#[test]
fn a_short_absence_says_nothing() {
    let (mut daemon, bridge, lines) = away();
    // A daemon that was started anew draws other discriminators.
    daemon
        .fake
        .set(vec![session(7, "192.0.2.1", SessionState::Up)]);
    daemon.come_back();
    bridge.wait_log("msg=connected", 2);
    daemon.change_of(7, "192.0.2.1", SessionState::Down);
    lines.expect(WITHDRAW);
}

#[test]
fn what_changed_during_an_absence_is_put_right() {
    let (mut daemon, _bridge, lines) = away();
    daemon
        .fake
        .set(vec![session(1, "192.0.2.1", SessionState::Down)]);
    daemon.come_back();
    lines.expect(WITHDRAW);
}

#[test]
fn a_daemon_that_is_not_there_yet_is_waited_for() {
    let mut daemon = Daemon::with(SessionState::Up);
    daemon.go_away();
    let (bridge, lines) = Bridge::start(&daemon, &[("GOBFD_KEEP_LAST", "1h")]);
    bridge.wait_log("stream disconnected", 1);
    daemon.come_back();
    lines.expect(ANNOUNCE);
}

#[test]
fn a_daemon_that_never_comes_leaves_no_route_of_a_predecessor() {
    let mut daemon = Daemon::with(SessionState::Up);
    daemon.go_away();
    let (_bridge, lines) = Bridge::start(&daemon, &[("GOBFD_KEEP_LAST", "0s")]);
    lines.expect(WITHDRAW);
}

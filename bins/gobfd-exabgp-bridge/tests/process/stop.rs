//! Everything that ends the program withdraws.

use bfd_api::v1::SessionState;
use rustix::process::Signal;

use crate::support::{ANNOUNCE, Bridge, Daemon, Lines, WITHDRAW};

fn announced() -> (Daemon, Bridge, Lines) {
    let daemon = Daemon::with(SessionState::Up);
    let (bridge, lines) = Bridge::start(&daemon, &[]);
    lines.expect(ANNOUNCE);
    (daemon, bridge, lines)
}

fn ends_well(mut bridge: Bridge, lines: &Lines, reason: &str) {
    assert_eq!(lines.rest(), [WITHDRAW]);
    assert_eq!(bridge.wait().code(), Some(0));
    let reason = format!("msg=\"withdrawing all routes\" reason={reason}");
    bridge.wait_log(&reason, 1);
    bridge.wait_log("level=INFO msg=\"gobfd-exabgp-bridge stopped\"", 1);
}

#[test]
fn signals() {
    for signal in [Signal::TERM, Signal::INT] {
        let (_daemon, bridge, lines) = announced();
        bridge.signal(signal);
        ends_well(bridge, &lines, "signal");
    }
}

#[test]
fn exabgp_is_gone() {
    let (_daemon, mut bridge, lines) = announced();
    bridge.close_stdin();
    ends_well(bridge, &lines, "\"ExaBGP closed standard input\"");
}

#[test]
fn exabgp_says_that_it_stops() {
    let (_daemon, mut bridge, lines) = announced();
    bridge.tell("shutdown 4711 1\n");
    ends_well(bridge, &lines, "\"ExaBGP stops\"");
}

#[test]
fn nobody_reads_any_more() {
    let daemon = Daemon::with(SessionState::Up);
    let (mut bridge, stdout) = Bridge::unread(&daemon, &[], &[]);
    bridge.wait_log("announced route", 1);
    drop(stdout);
    daemon.change(SessionState::Down);
    assert_eq!(bridge.wait().code(), Some(0));
    bridge.wait_log("ExaBGP closed standard output", 1);
}

/// A SIGHUP, as a terminal or a careless script sends it, ends nothing.
#[test]
fn a_hangup_is_no_reason() {
    let (daemon, bridge, lines) = announced();
    bridge.signal(Signal::HUP);
    daemon.change(SessionState::Down);
    lines.expect(WITHDRAW);
    drop(bridge);
}
